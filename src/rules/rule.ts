import type { ConfigFiles } from '../config/files.ts';
import type { Exception, Landscape } from '../config/landscape.ts';
import type { Label, Location, Severity } from '../diagnostic.ts';

/** What a rule looks at. Values only: a rule reads no files, no clock and no cluster. */
export interface RuleContext {
  readonly files: ConfigFiles;
  readonly landscape: Landscape;
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

export interface ConfigExample {
  readonly files: ExampleFiles;
  /** Default: `2026-01-15`. */
  readonly asOf?: string;
}

/** A rule about what people wrote. */
export interface ConfigRule extends RuleBase {
  readonly about: 'config';
  readonly bad: ConfigExample;
  readonly good: ConfigExample;
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
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What the object comes from. */
  readonly source: Location;
}

/** A rule about the rendered tree: a last defence, against mistakes in tenantry itself as well. */
export interface RenderedRule extends RuleBase {
  readonly about: 'rendered';
  readonly bad: readonly RenderedObject[];
  readonly good: readonly RenderedObject[];
  readonly check: (objects: readonly RenderedObject[]) => Iterable<Finding>;
}

/** A rule about the exceptions themselves: it runs last and sees which ones were needed. */
export interface ExceptionRule extends RuleBase {
  readonly about: 'exceptions';
  readonly bad: ConfigExample;
  readonly good: ConfigExample;
  readonly check: (context: RuleContext & { readonly needed: ReadonlySet<Exception> }) => Iterable<Finding>;
}

export type Rule = ConfigRule | RenderedRule | ExceptionRule;
