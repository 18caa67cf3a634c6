/**
 * What was read from the declared clusters at one time: a value, which can be written to a file and read back. Whatever
 * looks at live things takes it. It holds no Secrets, no credentials, and of annotations not what `kubectl apply` wrote of an
 * object before.
 */
export interface Snapshot {
  readonly formatVersion: 1;
  /** When reading began (UTC, RFC 3339). */
  readonly takenAt: string;
  /** In the order of the config. */
  readonly clusters: readonly ClusterSnapshot[];
}

/** What was read from a cluster, and how far that is all. */
export interface ClusterSnapshot {
  readonly cluster: string;
  readonly server: string;
  readonly state: ConnectionState;
  /** When it was read (UTC, RFC 3339). */
  readonly readAt: string;
  /** As `v1.36.3`; undefined where the server did not say. */
  readonly version?: string;
  readonly objects: LiveObjects;
  /** Where the caller may not list all namespaces: those in which he has something, by the access graph. */
  readonly own?: OwnNamespaces;
}

/** What somebody sees of a cluster who may not list its namespaces. */
export interface OwnNamespaces {
  /** As the API server calls him. */
  readonly user: string;
  readonly namespaces: readonly {
    readonly name: string;
    /** Undefined where he may not see it, or it is not there: he is not told which. */
    readonly namespace?: LiveNamespace;
    /** Undefined where he may not list them. */
    readonly rolebindings?: readonly LiveBinding[];
  }[];
}

/** A list that could not be read, or only in part. */
export interface Missing {
  /** As RBAC calls it: `rolebindings.rbac.authorization.k8s.io`. */
  readonly resource: string;
  readonly why: string;
}

/**
 * How reading a cluster went. `partial`: some lists could not be read. `forbidden`: the caller may not read some of them,
 * and all others were read.
 */
export type ConnectionState =
  | { readonly kind: 'ok' }
  | { readonly kind: 'partial' | 'forbidden'; readonly missing: readonly Missing[] }
  | { readonly kind: 'unreachable' | 'untrusted' | 'unauthorized' | 'not-in-kubeconfig'; readonly why: string };

/**
 * The lists that were read whole, by the names of their resources. One that is not here is not known, which is not the same
 * as empty.
 */
export interface LiveObjects {
  readonly nodes?: readonly LiveNode[];
  readonly namespaces?: readonly LiveNamespace[];
  readonly rolebindings?: readonly LiveBinding[];
  readonly clusterrolebindings?: readonly LiveBinding[];
  readonly clusterroles?: readonly LiveClusterRole[];
  readonly roles?: readonly LiveRole[];
  readonly resourcequotas?: readonly LiveObject[];
  readonly limitranges?: readonly LiveObject[];
  readonly networkpolicies?: readonly LiveObject[];
  readonly validatingadmissionpolicies?: readonly LiveObject[];
  readonly validatingadmissionpolicybindings?: readonly LiveObject[];
  /** tenantry's, where Argo CD runs: they are listed nowhere else. */
  readonly applications?: readonly LiveApplication[];
  readonly appprojects?: readonly LiveObject[];
}

export type LiveResource = keyof LiveObjects;

/** What is kept of every object. */
export interface LiveMetadata {
  readonly name: string;
  readonly uid: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Since when it is being deleted (RFC 3339). */
  readonly deletedAt?: string;
  readonly finalizers: readonly string[];
  /**
   * Field managers other than the one that applies `dist/`, with the paths of the fields that they own, such as
   * `metadata.labels.team`. Left out where there are none.
   */
  readonly otherManagers?: readonly { readonly manager: string; readonly fields: readonly string[] }[];
}

export interface LiveNode extends LiveMetadata {
  /** Quantities, as Kubernetes writes them. */
  readonly cpu: string;
  readonly memory: string;
  readonly isReady: boolean;
}

export interface LiveNamespace extends LiveMetadata {
  readonly phase: string;
  /** What it says of why it is still there, while it is Terminating. */
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly message: string }[];
}

export interface LiveSubject {
  readonly kind: string;
  readonly name: string;
  /** Of a service account. */
  readonly namespace?: string;
}

/** A RoleBinding, or a ClusterRoleBinding, which has no namespace. */
export interface LiveBinding extends LiveMetadata {
  readonly namespace?: string;
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly LiveSubject[];
}

/** A rule of a role, as it stands there. */
export interface LiveRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

export interface LiveClusterRole extends LiveMetadata {
  readonly rules: readonly LiveRule[];
  /** Its rules are put together by the cluster, of other ClusterRoles. */
  readonly isAggregated: boolean;
}

export interface LiveRole extends LiveMetadata {
  readonly namespace: string;
  readonly rules: readonly LiveRule[];
}

/** An object that is compared by its spec. */
export interface LiveObject extends LiveMetadata {
  readonly namespace?: string;
  readonly spec: unknown;
}

/** An Application of Argo CD, with what it says of its last sync. */
export interface LiveApplication extends LiveObject {
  /** What it says that the cluster is at, or was at last: a commit's id. Undefined where nothing was ever synced. */
  readonly applied?: string;
  /** The objects that the API server did not take in the last sync, and what it said. */
  readonly refused: readonly RefusedObject[];
  /** What Argo CD says is wrong with the Application itself, such as that it cannot read the repository. */
  readonly errors: readonly string[];
}

export interface RefusedObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly message: string;
}
