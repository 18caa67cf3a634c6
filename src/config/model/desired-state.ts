import { oncePer } from '../../values/once.ts';
import type { Origin } from '../../source/source.ts';
import { originAt } from '../../source/source.ts';
import type { removals } from '../../settings/changes.ts';
import type {
  authentication as authenticationSettings,
  cluster as clusterSettings,
  TrustedPower,
} from '../../settings/cluster.ts';
import type { GrantedValues } from '../../settings/grants.ts';
import type { isolation } from '../../settings/isolation.ts';
import type { namespace as namespaceSettings } from '../../settings/namespace.ts';
import type * as settings from '../../settings/organization.ts';
import type { Allocation, ContainerLimits, CustomRole, Isolation, Quota } from '../../settings/schema.ts';
import type { ValuesOf } from '../../settings/setting.ts';
import type { SignIn, Workload } from '../../settings/sign-in.ts';
import type { tenant as tenantSettings, tenantDefaults } from '../../settings/tenant.ts';
import type { Located, LocatedValues, Resolved } from './located.ts';

export type { Located } from './located.ts';

/**
 * The desired state, resolved and typed: defaults and inheritance are applied, and every value knows where it was
 * written. Pure values; nothing here has been judged yet, so references may dangle and limits may be broken.
 *
 * `complete: false` on an entity means that parts of its file could not be read. What is there is sound, but rules must
 * not conclude anything from what is missing.
 *
 * What is written once has one origin, the same object wherever the value holds: a default share has it in every
 * namespace of its tenant. So a mistake is reported once by remembering origins.
 */
export interface DesiredState {
  readonly organization: Organization;
  /** Sorted by name. */
  readonly clusters: readonly Cluster[];
  /** Sorted by name. */
  readonly tenants: readonly Tenant[];
  /** Clusters and tenants that have a file which could not be read at all: they exist, and that is all that is known. */
  readonly unreadable: { readonly clusters: ReadonlySet<string>; readonly tenants: ReadonlySet<string> };
}

export interface Organization {
  readonly name: string;
  readonly origin: Origin;
  readonly complete: boolean;
  readonly issuer: Located<string>;
  /** User names, without the `user:` of tokens. */
  readonly admins: readonly Located<string>[];
  readonly groups: readonly Group[];
  /** The identity providers of people, for the tokens of the organization's own issuer. */
  readonly signIn: readonly Located<SignIn>[];
  /** Jobs that run elsewhere, each the user `workload:<name>`. */
  readonly workloads: readonly Located<Workload>[];
  /** How groups come to see clusters. */
  readonly clusterShares: Located<'Declared' | 'Derived'>;
  readonly naming: Resolved<typeof settings.naming>;
  /** How far tenants may go to whom nothing is granted; see `ceilingsOf`. */
  readonly limits: Resolved<typeof settings.limits>;
  readonly grants: readonly Grant[];
  readonly cordons: readonly Cordon[];
  /** Roles that shares of every tenant may give. */
  readonly roles: readonly Located<CustomRole>[];
  /** ClusterRoles that are on the clusters, which shares may give by their names. */
  readonly clusterRoles: readonly Located<string>[];
  /** What holds where no tenant says otherwise, and in group namespaces. */
  readonly isolation: ResolvedIsolation;
  /** The same of limits for containers. */
  readonly containerLimits?: Located<ContainerLimits>;
  /** Names, or prefixes that end in `*`; the built-in ones included. */
  readonly protectedNamespaces: readonly string[];
  readonly labelDomain: string;
  readonly exceptions: readonly Exception[];
  /** What clusters have that Git does not, and are to have. */
  readonly expected: readonly ExpectedObject[];
  /** Undefined when the organization does not say which repository Argo CD follows. */
  readonly argoCD?: ArgoCD;
  /** The user name as which Argo CD writes to clusters that do not say another. */
  readonly syncIdentity: string;
  readonly policies: Resolved<typeof settings.policies> & { readonly breakGlassGroups: readonly string[] };
  /** How config files are read. */
  readonly config: Resolved<typeof settings.config>;
  /** Labels that production clusters have, all of them. */
  readonly production: Readonly<Record<string, string>>;
  /** Labels that production namespaces have, all of them; undefined where none is by its labels. */
  readonly productionNamespaces?: Readonly<Record<string, string>>;
  /** How much one change may take away. */
  readonly removals: Removals;
  /** Who is who on GitHub; undefined when the organization does not say. */
  readonly gitHub?: GitHub;
}

/** Where Argo CD runs, and where it finds the manifests. */
export type ArgoCD = Resolved<typeof settings.argoCD>;

/** What one change may take away: `accessPercent` counts where there were at least `accessMinimum` accesses. */
export type Removals = Resolved<typeof removals>;

export interface GitHub extends Resolved<typeof settings.gitHub> {
  /** By group. */
  readonly teams: ReadonlyMap<string, string>;
  /** By user. */
  readonly users: ReadonlyMap<string, string>;
}

export interface Group extends Resolved<typeof settings.group> {
  readonly name: string;
  readonly origin: Origin;
  readonly description?: string;
  /** User names; undefined when the organization does not say, which is not the same as an empty group. */
  readonly members?: readonly Located<string>[];
  /** The name that it had in the base of the change. */
  readonly renamedFrom?: Located<string>;
}

/** What admins grant to one tenant: each takes the place of the limit for all. */
export interface Grant {
  readonly tenant: string;
  readonly origin: Origin;
  readonly values: LocatedValues<GrantedValues>;
}

/** A tenant, or one namespace of it, that the admins have cordoned. */
export interface Cordon {
  readonly tenant: string;
  /** The identifier; undefined for all namespaces. */
  readonly namespace?: string | undefined;
  readonly reason: string;
  readonly origin: Origin;
}

/** A waiver: diagnostics of `code` about `target` are left out until the end of the day `until` (UTC). */
export interface Exception {
  readonly code: string;
  readonly target: string;
  readonly reason: string;
  readonly until: string;
  readonly origin: Origin;
}

/** An object of a cluster that is not in Git and is to be there. A `name` that ends in `*` stands for all that begin so. */
export interface ExpectedObject {
  /** On every cluster, where there is none. */
  readonly cluster?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly reason: string;
  readonly origin: Origin;
}

export interface Cluster extends Resolved<typeof clusterSettings> {
  readonly name: string;
  readonly origin: Origin;
  readonly complete: boolean;
  readonly description?: string;
  /** Who says who somebody is on it. Prefixes count only where its own identity provider does: `namesOn` knows. */
  readonly authentication: Resolved<typeof authenticationSettings>;
  /** Undefined where the API server's certificate is publicly trusted. */
  readonly certificateAuthority?: CertificateAuthority;
  /** The audience of tokens for the cluster. */
  readonly id: Located<string>;
  readonly sharedWith: readonly ClusterShare[];
  readonly retainedNamespaces: readonly Located<string>[];
  readonly foreignNamespaces: readonly ForeignNamespace[];
  readonly labels: Readonly<Record<string, string>>;
  readonly storageClasses?: readonly Located<string>[];
  readonly ingressClasses?: readonly Located<string>[];
  /** The user name as which Argo CD writes to the cluster. */
  readonly syncIdentity: string;
  readonly trustedServiceAccounts: readonly TrustedServiceAccount[];
}

/** A service account that the policies of a cluster let through. */
export interface TrustedServiceAccount {
  /** As `namespace/name`. */
  readonly serviceAccount: string;
  /** What for. */
  readonly powers: readonly TrustedPower[];
  readonly origin: Origin;
}

/** `pem` is undefined when the file that it should come from cannot be read, or the base64 is none. */
export interface CertificateAuthority {
  readonly origin: Origin;
  readonly pem?: string;
  readonly file?: string;
}

/** Where a cluster's certificate authority is written; where there is none, its server. */
export function authorityPlace({ certificateAuthority, server }: Cluster): Origin {
  return certificateAuthority?.origin ?? server.origin;
}

/** A namespace that others declare: shared, and never created, labelled or deleted. */
export interface ForeignNamespace {
  readonly name: string;
  readonly origin: Origin;
  readonly shares: readonly Share[];
}

/** A group that sees a cluster. */
export interface ClusterShare {
  readonly group: string;
  readonly origin: Origin;
  /** The group namespace; undefined when the share says `namespace: false`. */
  readonly namespace?: string;
}

/** A subject by its name in the config: a user is `alice`, where tokens and RBAC say `user:alice`. */
export type Subject =
  | { readonly kind: 'User' | 'Group'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string };

/** A subject with one role. */
export interface Share {
  readonly subject: Subject;
  /** `admin`, `edit`, `view`, the name of a custom role of the tenant or the organization, or of a listed ClusterRole. */
  readonly role: string;
  /** Last day (UTC) on which it holds, as `YYYY-MM-DD`. */
  readonly until?: string;
  readonly origin: Origin;
  /** What made it hold where it does, if that is not where it is written: the `inherits` that brought it. */
  readonly via: readonly Origin[];
}

export interface Owner {
  readonly subject: Subject;
  readonly origin: Origin;
}

export interface Tenant extends Resolved<typeof tenantSettings> {
  readonly name: string;
  readonly origin: Origin;
  readonly complete: boolean;
  readonly description?: string;
  readonly owners: readonly Owner[];
  readonly allocations: readonly Located<Allocation>[];
  readonly subscriptionGroup: string;
  /** The clusters written under `defaults`. */
  readonly defaultClusters: readonly Located<string>[];
  /** The shares written under `defaults`. */
  readonly defaultShares: readonly Share[];
  /** The values written under `defaults`. */
  readonly defaults: LocatedValues<ValuesOf<typeof tenantDefaults>>;
  readonly roles: readonly Located<CustomRole>[];
  /** In the order of the file. */
  readonly namespaces: readonly Namespace[];
}

export interface Namespace extends Resolved<typeof namespaceSettings> {
  readonly tenant: string;
  /** The name in Kubernetes. */
  readonly name: string;
  /** The name in the tenant: the part after the prefix, or the full name where there is none. */
  readonly identifier: string;
  readonly prefixed: boolean;
  readonly origin: Origin;
  /** Of the `name` or `fullName`. */
  readonly nameOrigin: Origin;
  readonly inherits?: Located<string>;
  readonly clusters: readonly Located<string>[];
  /** The shares written in the namespace's own entry. */
  readonly ownShares: readonly Share[];
  /**
   * All shares of the namespace: own, then inherited, then the tenant's defaults. Shares only add up: none takes away
   * what another gives, so removing one never gives anybody more.
   */
  readonly shares: readonly Share[];
  readonly isolation: ResolvedIsolation;
  /** Labels of users' choosing, by key. */
  readonly labels: ReadonlyMap<string, Located<string>>;
  /** Annotations of users' choosing, by key. */
  readonly annotations: ReadonlyMap<string, Located<string>>;
  /** What was written in the namespace's own entry; undefined when it does not say. */
  readonly ownCordoned?: Located<boolean>;
  /** Whether it is cordoned: by the admins, with its tenant or by itself. */
  readonly cordoned: Located<boolean>;
  /** On all clusters; `stateOn` knows those that it is leaving. */
  readonly state: Located<'Active' | 'MarkedForDeletion'>;
  readonly markedForDeletionOn: readonly Located<string>[];
}

/** Isolation with every setting decided, each by the nearest that says so. */
export type ResolvedIsolation = Resolved<typeof isolation>;

export type { Allocation, ContainerLimits, CustomRole, Isolation, Quota, SignIn, Workload };

/**
 * What of an isolation holds: all of it, or where it is only observed, nothing of it. What is rendered from it, and what
 * may stop work, goes by this.
 */
export function heldIsolation(isolation: ResolvedIsolation): ResolvedIsolation {
  const { enforcement, network, podSecurity } = isolation;
  if (enforcement.value === 'Enforce') return isolation;
  return { enforcement, network: { ...network, value: 'None' }, podSecurity: { ...podSecurity, value: 'privileged' } };
}

/** Group claims that the platform itself puts into tokens (S33, S34); nobody may be given them by a share. */
export const reservedGroups = ['cluster-admins', 'cluster-scope'] as const;

/** One string for a subject, the same for equal subjects and only for those. */
export function subjectKey(subject: Subject): string {
  return `${subject.kind} ${fullSubjectName(subject)}`;
}

/** A subject's name, with its namespace where it is in one: `solar-sre`, `ci/deployer`. */
export function fullSubjectName(subject: Subject): string {
  return subject.kind === 'ServiceAccount' ? `${subject.namespace}/${subject.name}` : subject.name;
}

/** The kinds of subjects as people say them. */
export const subjectWords = {
  Group: 'group',
  User: 'user',
  ServiceAccount: 'service account',
} as const satisfies Record<Subject['kind'], string>;

/** A subject in a message: ``group `solar-sre` ``, ``user `alice` ``, ``service account `ci/deployer` ``. */
export function describeSubject(subject: Subject): string {
  return `${subjectWords[subject.kind]} \`${fullSubjectName(subject)}\``;
}

/** A namespace's state on one cluster, and the line that decides it (S41). */
export function stateOn(
  { state, markedForDeletionOn }: Pick<Namespace, 'state' | 'markedForDeletionOn'>,
  cluster: string,
): Namespace['state'] {
  if (state.value === 'MarkedForDeletion') return state;
  const marked = markedForDeletionOn.find(({ value }) => value === cluster);
  return marked ? { value: 'MarkedForDeletion', origin: marked.origin } : state;
}

/** Whether a cluster is of production by its labels, or a namespace on it by the labels of either. */
export function isProduction(
  organization: Organization,
  cluster: Cluster,
  namespace?: Pick<Namespace, 'labels'>,
): boolean {
  const isCluster = Object.entries(organization.production).every(([key, value]) => cluster.labels[key] === value);
  return isCluster || (namespace !== undefined && isProductionByLabels(organization, namespace));
}

/** Whether a namespace has all labels of production namespaces, on whatever cluster it is. */
export function isProductionByLabels(
  { productionNamespaces }: Pick<Organization, 'productionNamespaces'>,
  { labels }: Pick<Namespace, 'labels'>,
): boolean {
  if (!productionNamespaces) return false;
  return Object.entries(productionNamespaces).every(([key, value]) => labels.get(key)?.value === value);
}

/** Whether a share's last day has passed on the day `asOf`. */
export function hasEnded({ until }: Pick<Share, 'until'>, asOf: string): boolean {
  return until !== undefined && until < asOf;
}

/** Every place that names a group of the organization, in the order of clusters and tenants. */
export const groupReferences = oncePer(({ clusters, tenants }: DesiredState): readonly Located<string>[] => [
  ...clusters.flatMap(clusterGroupReferences),
  ...tenants.flatMap(tenantGroupReferences),
]);

/** Every place in a cluster's file that names a group. */
export function clusterGroupReferences({ sharedWith, foreignNamespaces }: Cluster): Located<string>[] {
  return [
    ...sharedWith.map(({ group, origin }) => ({ value: group, origin: originAt(origin, 'group') })),
    ...foreignNamespaces.flatMap(({ shares }) => groupsOfShares(shares)),
  ];
}

function groupsOfShares(shares: readonly Share[]): Located<string>[] {
  return shares.flatMap(({ subject, origin }) =>
    subject.kind === 'Group' ? [{ value: subject.name, origin: originAt(origin, 'group') }] : [],
  );
}

/** Every place in a tenant's file that names a group, each once. */
export const tenantGroupReferences = oncePer(
  ({ owners, defaultShares, namespaces }: Tenant): readonly Located<string>[] => {
    const named = (subject: Subject, origin: Origin): Located<string>[] =>
      subject.kind === 'Group' ? [{ value: subject.name, origin }] : [];
    return [
      ...owners.flatMap(({ subject, origin }) => named(subject, originAt(origin, 'name'))),
      ...groupsOfShares(defaultShares),
      ...namespaces.flatMap(({ ownShares }) => groupsOfShares(ownShares)),
    ];
  },
);
