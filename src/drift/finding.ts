import type { Reason, RoleRef, Scope } from '../access/graph.ts';
import type { ConnectionState } from '../cluster/snapshot.ts';
import type { Subject } from '../config/model/desired-state.ts';
import type { Direction } from '../plan/roles.ts';
import type { Origin } from '../source/source.ts';

/** What live clusters hold that Git does not, and the reverse (N8). */
export interface Drift {
  /** The day (UTC) for which Git was asked. */
  readonly asOf: string;
  readonly takenAt: string;
  /** Every declared cluster, in the order of the config. */
  readonly clusters: readonly ClusterDrift[];
  /** Clusters of the snapshot that Git does not declare: nothing is said of them. */
  readonly strangers: readonly string[];
  /** What was expected and is nowhere, as far as all clusters that it could be on are known. */
  readonly unused: readonly Expected[];
}

/** What is so on one cluster. */
export interface ClusterDrift {
  readonly cluster: string;
  /** The cluster's file. */
  readonly origin: Origin;
  /** Undefined where the snapshot does not have the cluster. */
  readonly readAt?: string;
  readonly state: ConnectionState | { readonly kind: 'not-in-snapshot' };
  /** The lists that were not read: what cannot be compared without them is neither drift nor in step. */
  readonly unknown: readonly Unknown[];
  /** The gravest first; the order is the same for the same drift. */
  readonly findings: readonly Finding[];
  /** What Git says now and Argo CD has yet to apply: what is there is what Git said at the commit that Argo CD is at. */
  readonly notApplied: readonly Finding[];
  /** How Argo CD is with the cluster; undefined where that was not read. */
  readonly argoCD?: ArgoCDState;
  readonly expected: readonly { readonly finding: Finding; readonly by: readonly Expected[] }[];
  /** What admins of namespaces have bound themselves, as the organization lets them: information, no finding. */
  readonly selfService: readonly SelfServiceBinding[];
  /** Everything was read, and nothing differs but what is expected. */
  readonly inStep: boolean;
}

/** How Argo CD is with a cluster. */
export interface ArgoCDState {
  readonly applications: readonly ApplicationState[];
  /** Why what is not applied yet could not be told from drift. */
  readonly notTold?: string;
}

export interface ApplicationState {
  readonly name: string;
  /** The commit that it is at; undefined where there is no such Application, or nothing was ever synced. */
  readonly commit?: string;
  /** What Argo CD says is wrong with it. */
  readonly errors: readonly string[];
}

export interface Unknown {
  /** As RBAC calls it, without its group: `rolebindings`. */
  readonly resource: string;
  readonly why: string;
}

/** An object of a cluster, by what it is told from others. */
export interface ObjectRef {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Something that is on clusters and not in Git, and is to be so. A `name` that ends in `*` stands for all that begin so. */
export interface Expected extends ObjectRef {
  /** On every cluster, where there is none. */
  readonly cluster?: string;
  readonly reason: string;
}

export type Finding =
  | AccessFinding
  | MissingFinding
  | UnprotectedFinding
  | AlteredFinding
  | RelabelledFinding
  | LeftBehindFinding
  | UndeclaredFinding
  | StuckFinding;

export type FindingKind = Finding['kind'];

interface About {
  readonly cluster: string;
  /** The live objects that it is about; what is missing, by what it would be. Never empty. */
  readonly objects: readonly ObjectRef[];
  /** The config lines that say what should be; empty where none do. */
  readonly because: readonly Reason[];
  /** Argo CD has tried to apply it, and the API server did not take it. */
  readonly refused?: { readonly application: string; readonly message: string };
}

/** What a role allows that the organization does not know: `too-many` where its rights are too many to be told. */
export type Rights =
  | { readonly state: 'unknown' | 'absent' | 'too-many' }
  | {
      readonly state: 'known';
      /** One each, as `get secrets`; what it allows on paths of the API server, too. */
      readonly rights: readonly string[];
      /** Those of them that nobody should get by a tenant's own decision, by short names: `*`, `secrets`, `escalate`. */
      readonly sensitive: readonly { readonly name: string; readonly effect: string }[];
    };

/** A role that somebody has, by its name in the config, or in RBAC where the config has none for it. */
export interface HeldRole {
  readonly kind: RoleRef['kind'] | 'Role';
  readonly name: string;
  /** Only of a role that the organization does not know. */
  readonly rights?: Rights;
}

/**
 * Somebody has more in a scope than Git gives, less, or something `other`: stronger (`widens`), weaker (`narrows`), or
 * neither. One finding for a subject in a scope, by its effective roles.
 */
export interface AccessFinding extends About {
  readonly kind: 'more' | 'less' | 'other';
  /** From what Git says to what is so. */
  readonly direction: Direction;
  readonly scope: Scope;
  /** By its name in the config where it is declared; else by that of RBAC. */
  readonly subject: Subject;
  /** Whether Git names it anywhere. */
  readonly isDeclared: boolean;
  /** Who is behind a group, as far as the organization says. */
  readonly members?: readonly string[];
  readonly git: readonly HeldRole[];
  readonly live: readonly HeldRole[];
  /** Of the bindings, those that make the difference: there and giving more, or not there. */
  readonly differing: readonly ObjectRef[];
}

export interface MissingFinding extends About {
  readonly kind: 'missing';
  /** What would be missing with it: of a Namespace, the rest that is in it. */
  readonly within?: { readonly objects: number; readonly accesses: number };
  /** How many accesses a ClusterRole that is not there makes void. */
  readonly voids?: number;
}

/** One field that is not as Git says. A side is undefined where it has no such field. */
export interface FieldDifference {
  /** As `spec.hard.cpu`. */
  readonly path: string;
  readonly git?: string;
  readonly live?: string;
  /** There is a live value, which is not shown: what annotations of others hold may be a secret. */
  readonly hidden?: true;
  /** Other field managers that keep it. */
  readonly managers?: readonly string[];
}

/** A policy or its binding is not there, or says something else: what Git forbids may be let through. */
export interface UnprotectedFinding extends About {
  readonly kind: 'unprotected';
  /** Empty for one that is not there. */
  readonly fields: readonly FieldDifference[];
}

export interface AlteredFinding extends About {
  readonly kind: 'altered';
  readonly fields: readonly FieldDifference[];
}

/** A namespace whose labels say that it is another tenant's, or nobody's: policies and network policies go by them. */
export interface RelabelledFinding extends About {
  readonly kind: 'relabelled';
  readonly fields: readonly FieldDifference[];
}

export interface LeftBehindFinding extends About {
  readonly kind: 'left-behind';
}

/** A namespace that nobody declared, in a tenant's prefix (S70) or with our labels. */
export interface UndeclaredFinding extends About {
  readonly kind: 'undeclared';
  /** The tenant that its name points to. */
  readonly tenant?: string;
  /** It is tenantry's by its labels: it was declared once, and is kept. */
  readonly isKept: boolean;
}

/** A namespace that is being deleted and is still there (S64). */
export interface StuckFinding extends About {
  readonly kind: 'stuck';
  /** RFC 3339. */
  readonly since?: string;
  readonly finalizers: readonly string[];
  readonly conditions: readonly { readonly type: string; readonly message: string }[];
  readonly isDeclared: boolean;
}

/** What an admin of a namespace has bound himself. */
export interface SelfServiceBinding {
  readonly object: ObjectRef;
  readonly subject: Subject;
  readonly role: HeldRole;
}
