import type { ConfigFiles } from '../config/reading/files.ts';
import type { Exception, DesiredState } from '../config/model/desired-state.ts';
import type { Diagnostic, Label, Location, Severity } from '../source/diagnostic.ts';
import type { Plan } from '../plan/plan.ts';

/** What a rule looks at. Values only: a rule reads no files, no clock and no cluster. */
export interface RuleContext {
  readonly files: ConfigFiles;
  readonly desired: DesiredState;
  /** The day (UTC, `YYYY-MM-DD`) that is taken for today. */
  readonly asOf: string;
}

/** One place where a rule is broken. */
export interface Finding {
  /** What is wrong, in one sentence without a full stop; names in backquotes. */
  readonly message: string;
  readonly at: Location;
  /** What to say at the marker, where the message is not enough. */
  readonly label?: string;
  readonly related?: readonly Label[];
  /** What to do, in the imperative. */
  readonly help?: string;
  /** The name that an exception would give as its target: of a tenant, a namespace, a group or a cluster. */
  readonly target?: string;
}

interface RuleBase {
  /** Frozen: `TEN` and three digits. Never given to another rule, not even after this one is gone. */
  readonly code: `TEN${number}`;
  readonly name: string;
  readonly severity: Severity;
  /** One sentence that says what must hold. */
  readonly summary: string;
  /** Why it must: what happened, or would happen, without the rule. Markdown. */
  readonly why: string;
  /** Whether an exception in `organization.yaml` can waive it. Only where breaking it endangers nobody else. */
  readonly waivable?: true;
}

/** Files of an example, by path. They are laid over the example organization; `null` removes one of its files. */
export type ExampleFiles = Readonly<Record<string, string | Uint8Array | null>>;

/** A rule about what people wrote. */
export interface ConfigRule extends RuleBase {
  readonly about: 'config';
  /**
   * Finds in several tenants what it finds in each of them alone, beside the same organization and clusters: which others
   * there are makes no difference to it. So where nothing else has changed, only the tenants that have are looked at again.
   */
  readonly perTenant?: true;
  readonly check: (context: RuleContext) => Iterable<Finding>;
}

/** An object of the rendered tree, as far as rules look at it. */
export interface RenderedObject {
  /** The file in `dist/`. */
  readonly path: string;
  readonly cluster: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** What the object comes from. */
  readonly source: Location;
}

/**
 * A rule about the rendered tree: a last defence, against mistakes in tenantry itself as well. It is given the objects of
 * one cluster at a time, or those of none: clusters are rendered one by one.
 */
export interface RenderedRule extends RuleBase {
  readonly about: 'rendered';
  readonly check: (objects: readonly RenderedObject[]) => Iterable<Finding>;
}

/** A rule about the exceptions themselves: it runs last and sees which ones were needed. */
export interface ExceptionRule extends RuleBase {
  readonly about: 'exceptions';
  readonly check: (context: RuleContext & { readonly needed: ReadonlySet<Exception> }) => Iterable<Finding>;
}

/** A binding in a file of `dist/` that a change touches, on both of its sides. */
export interface BindingChange {
  readonly path: string;
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding';
  readonly name: string;
  /** The role, as `ClusterRole/admin`. */
  readonly before: string;
  readonly after: string;
}

/** What rules about a change look at: both sides, and what lies between them. */
export interface ChangeContext {
  readonly before: RuleContext;
  readonly after: RuleContext;
  readonly plan: Plan;
  /** What the rules about the config would say of the head under the base's limits, or the base's exceptions, and now do not. */
  readonly underBase: { readonly limits: readonly Diagnostic[]; readonly exceptions: readonly Diagnostic[] };
  /** Bindings of `dist/` that both sides have. */
  readonly bindings: readonly BindingChange[];
}

/** A finding about a change. What is gone is pointed at in the base, by `inBase`, in `related` alone. */
export interface ChangeFinding extends Finding {
  /** The items of the plan that it is about, by their ids: the plan shows them with it. */
  readonly items?: readonly string[];
}

/**
 * A rule about a change against its base. An error is what must not be merged so. A note is a risk: what a reviewer has
 * to look at first. Where it is waivable, an exception of the base waives it, or a label on the pull request that CI
 * hands over.
 */
export interface ChangeRule extends RuleBase {
  readonly about: 'change';
  readonly bad?: unknown;
  readonly good?: unknown;
  readonly check: (context: ChangeContext) => Iterable<ChangeFinding>;
}

export type Rule = ConfigRule | RenderedRule | ExceptionRule | ChangeRule;
