import type { ConfigFile, ConfigFiles } from '../config/reading/files.ts';
import type { Cluster, DesiredState, Exception, Organization, Tenant } from '../config/model/desired-state.ts';
import type { Diagnostic, Label, Location, Mend, Severity } from '../source/diagnostic.ts';
import type { GrantedValues } from '../settings/grants.ts';
import type { Plan } from '../plan/plan.ts';

/** All that rules look at. Values only: a rule reads no files, no clock and no cluster. */
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
  /** Where the help is one edit: what to write in the place of what it is at. */
  readonly mend?: Mend | undefined;
  /** What the admins would have to grant for it to be allowed. */
  readonly grant?: WantedGrant;
  /** The name that an exception would give as its target: of a tenant, a namespace, a group or a cluster. */
  readonly target?: string;
}

/** What a tenant would have to be granted. */
export interface WantedGrant {
  readonly tenant: string;
  readonly values: Partial<GrantedValues>;
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
  /** The key of the organization's `spec` by which it judges: a change keeps to what the base has there (TEN513). */
  readonly limit?: readonly [string, ...string[]];
}

/**
 * What tenants stand on: the organization and its clusters. It is the same for every file and every tenant that a rule
 * looks at, so what a rule works out of it can be remembered by it (`oncePer`).
 */
export interface Platform {
  readonly organization: Organization;
  /** Sorted by name. */
  readonly clusters: readonly Cluster[];
  /** Clusters that have a file which could not be read at all. */
  readonly unreadableClusters: ReadonlySet<string>;
  /** The files behind them, and what else lies in the config folders. */
  readonly files: Pick<ConfigFiles, 'organization' | 'clusters' | 'certificates' | 'strays'>;
  /** The day (UTC, `YYYY-MM-DD`) that is taken for today. */
  readonly asOf: string;
}

interface PlatformPart {
  /** For a rule that holds for the organization and its clusters, too: what it says of them. */
  readonly checkPlatform?: (platform: Platform) => Iterable<Finding>;
}

/** A rule about each config file by itself, as it is written: of the organization, a cluster or a tenant. */
export interface FileRule extends RuleBase, PlatformPart {
  readonly level: 'file';
  readonly check: (one: { readonly file: ConfigFile; readonly platform: Platform }) => Iterable<Finding>;
}

/** A rule about each tenant by itself: which others there are makes no difference to it. */
export interface TenantRule extends RuleBase, PlatformPart {
  readonly level: 'tenant';
  readonly check: (one: { readonly tenant: Tenant; readonly platform: Platform }) => Iterable<Finding>;
}

/** A rule about each cluster by itself. */
export interface ClusterRule extends RuleBase {
  readonly level: 'cluster';
  readonly check: (one: { readonly cluster: Cluster; readonly platform: Platform }) => Iterable<Finding>;
}

/** A rule about the organization and its clusters, beside each other, whatever tenants there are. */
export interface OrganizationRule extends RuleBase {
  readonly level: 'organization';
  readonly check: (platform: Platform) => Iterable<Finding>;
}

/** A rule about all that there is, because it compares tenants with each other. */
export interface WholeRule extends RuleBase {
  readonly level: 'whole';
  readonly check: (context: RuleContext) => Iterable<Finding>;
}

/** A rule about what people wrote. */
export type ConfigRule = FileRule | TenantRule | ClusterRule | OrganizationRule | WholeRule;

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
  readonly level: 'rendered';
  readonly check: (objects: readonly RenderedObject[]) => Iterable<Finding>;
}

/** A rule about the exceptions themselves: it runs last and sees which ones were needed, and what they may be for. */
export interface ExceptionRule extends RuleBase {
  readonly level: 'exceptions';
  readonly check: (
    context: RuleContext & { readonly needed: ReadonlySet<Exception>; readonly rules: readonly Rule[] },
  ) => Iterable<Finding>;
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

/** What a rule says by a limit of the base, and the key of the organization's `spec` that holds it. */
export interface OverLimit {
  readonly found: Diagnostic;
  readonly limit: readonly string[];
}

/** What rules about a change look at: both sides, and what lies between them. */
export interface ChangeContext {
  readonly before: RuleContext;
  readonly after: RuleContext;
  readonly plan: Plan;
  /** What the rules about the config would say of the head under the base's limits, or the base's exceptions, and now do not. */
  readonly underBase: {
    readonly limits: readonly OverLimit[];
    readonly exceptions: readonly Diagnostic[];
  };
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
  readonly level: 'change';
  /**
   * The plan's own sentence about an item says what this rule says of it: of every item, or of one that is neither new nor
   * gone. There the plan names the rule, and leaves its message out.
   */
  readonly repeatedByItem?: 'always' | 'when changed';
  readonly check: (context: ChangeContext) => Iterable<ChangeFinding>;
}

/** When the plan's own sentence about an item says what a rule says of it, by the rule's code; never for others. */
export type RepeatedByItem = ReadonlyMap<string, NonNullable<ChangeRule['repeatedByItem']>>;

/** A rule says at which level it looks, and is given one such thing at a time: those who run it walk. */
export type Rule = ConfigRule | ExceptionRule | ChangeRule | RenderedRule;
