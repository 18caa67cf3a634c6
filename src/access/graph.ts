import type {
  Cluster,
  ClusterShare,
  DesiredState,
  ForeignNamespace,
  Located,
  Namespace,
  Organization,
  Share,
  Subject,
  Tenant,
} from '../config/model/desired-state.ts';
import { hasEnded, stateOn, subjectKey } from '../config/model/desired-state.ts';
import { isBuiltInRole } from '../kubernetes/user-roles.ts';
import { once, oncePer } from '../values/once.ts';
import { addTo, groupedBy, sortedBy } from '../values/order.ts';
import type { SharedWith } from '../values/shared.ts';
import { areShared, isShared, takeOver } from '../values/shared.ts';
import type { Origin } from '../source/source.ts';
import { isOwnAuthentication } from './names-on.ts';

/**
 * A role that a subject has: one that clusters have, a custom role of the namespace's tenant, or a role of the
 * organization. Of a ClusterRole that Kubernetes does not bring (`isExisting`), nobody knows here what it allows.
 */
export interface RoleRef {
  readonly kind: 'ClusterRole' | 'CustomRole' | 'OrganizationRole';
  readonly name: string;
}

/** Whether it is a ClusterRole that somebody else put on the clusters: what it allows, the files do not say. */
export function isExisting({ kind, name }: RoleRef): boolean {
  return kind === 'ClusterRole' && !isBuiltInRole(name) && !platformRoleNames.has(name);
}

/** Where a role holds: in one namespace, or in the whole cluster. */
export type Scope = { readonly kind: 'Namespace'; readonly namespace: string } | { readonly kind: 'Cluster' };

/** One fact: on this cluster, this subject has this role in this scope, because of these lines. */
export interface Access {
  readonly cluster: string;
  readonly subject: Subject;
  readonly role: RoleRef;
  readonly scope: Scope;
  /** Last day (UTC) on which it holds; undefined when it has no end. */
  readonly until?: string;
  /** Each alone is enough. Never empty, save for what the platform itself gives. */
  readonly because: readonly Reason[];
}

/** A line that gives access, and the lines that carry it to where it holds: the `inherits` on the way. */
export interface Reason {
  readonly origin: Origin;
  readonly via: readonly Origin[];
}

/** A namespace that stands on a cluster, by what it is there for. */
export type ClusterNamespace =
  | {
      readonly kind: 'Tenant';
      readonly name: string;
      readonly namespace: Namespace;
      readonly tenant: Tenant;
      /** On this cluster: a namespace may be leaving one of several. */
      readonly state: Namespace['state'];
    }
  | { readonly kind: 'Group'; readonly name: string; readonly share: ClusterShare }
  | { readonly kind: 'Retained'; readonly name: string; readonly origin: Origin }
  /** Others declare it: what is given in it is all that is the platform's there. */
  | { readonly kind: 'Foreign'; readonly name: string; readonly foreign: ForeignNamespace };

/** What of a cluster decides about access to it. */
export type AccessCluster = Pick<
  Cluster,
  'name' | 'sharedWith' | 'retainedNamespaces' | 'foreignNamespaces' | 'authentication'
>;

/** A group that sees a cluster: because the cluster is shared with it or, where that is derived, of what it has there. */
export interface Sight {
  readonly group: string;
  readonly isDerived: boolean;
  /** Last day (UTC) on which it holds; undefined when it has no end. */
  readonly until?: string;
  readonly because: readonly Reason[];
}

const keysForAccess = ['admins', 'roles', 'clusterRoles', 'clusterShares'] as const;

/** What of the organization decides about access to its clusters. */
export type AccessOrganization = Pick<Organization, (typeof keysForAccess)[number]>;

/** All that the config means for one cluster. */
export interface ClusterAccess<C extends AccessCluster = Cluster> {
  readonly cluster: C;
  /** Sorted by name. */
  readonly namespaces: readonly ClusterNamespace[];
  /** The groups that see the cluster (S14): those that it is shared with in their order, then those that is derived of. */
  readonly seenBy: readonly Sight[];
  /** The roles of the organization, which are the same on every cluster. */
  readonly roles: AccessOrganization['roles'];
  /** Sorted by scope, subject and role; no two with the same of all three. Worked out when they are first asked for. */
  readonly accesses: readonly Access[];
}

/** The meaning of the config: the only definition of who has access to what. */
export interface AccessGraph {
  /** The day (UTC, `YYYY-MM-DD`) for which it holds. */
  readonly asOf: string;
  /** Sorted by name. */
  readonly clusters: readonly ClusterAccess[];
}

/** The ClusterRole that every token's group `cluster-scope` is bound to (S33), and that of `cluster-admins` (S34). */
export const platformRoles = {
  clusterScope: { kind: 'ClusterRole', name: 'cluster-scope' },
  clusterAdmins: { kind: 'ClusterRole', name: 'cluster-admin' },
} as const satisfies Record<string, RoleRef>;

const platformRoleNames: ReadonlySet<string> = new Set(Object.values(platformRoles).map(({ name }) => name));

/** What the config means on a day: the desired state, and who has which access by it. A plan compares two of them. */
export interface Meaning {
  readonly desired: DesiredState;
  readonly graph: AccessGraph;
}

/**
 * The access graph of a desired state on the day `asOf` (`YYYY-MM-DD`): shares hold through their last day, UTC. What comes
 * of the same values is taken over from the other side of a change.
 */
export function accessGraph(desired: DesiredState, asOf: string, base?: SharedWith<Meaning>): AccessGraph {
  const { organization } = desired;
  const onCluster = tenantsByCluster(desired.tenants);
  const shared = base?.graph.asOf === asOf ? sharedClusters(base, organization, onCluster) : undefined;
  const make = (cluster: Cluster): ClusterAccess =>
    clusterAccess({ cluster, tenants: onCluster.get(cluster.name) ?? [], organization, asOf });
  return { asOf, clusters: desired.clusters.map((cluster) => takeOver(shared, cluster, make)) };
}

/** The clusters of the other side's graph that are made of the same tenants and organization here, each by itself. */
function sharedClusters(
  { desired, graph }: SharedWith<Meaning>,
  organization: Organization,
  onCluster: ReadonlyMap<string, readonly Tenant[]>,
): Map<Cluster, ClusterAccess> {
  const before = desired.organization;
  if (!isShared(before, organization) && !isSameForAccess(before, organization)) return new Map();
  const onClusterBefore = tenantsByCluster(desired.tenants);
  return new Map(
    graph.clusters.flatMap((entry) => {
      const { name } = entry.cluster;
      const isOfShared = areShared(onClusterBefore.get(name) ?? [], onCluster.get(name) ?? []);
      return isOfShared ? [[entry.cluster, entry] as const] : [];
    }),
  );
}

function isSameForAccess(a: AccessOrganization, b: AccessOrganization): boolean {
  return keysForAccess.every((key) => JSON.stringify(a[key]) === JSON.stringify(b[key]));
}

/** One string for an access' place in the graph: equal for two that differ at most in their end and their reasons. */
export function accessKey({ cluster, subject, role, scope }: Access): string {
  return [cluster, ...scopeKey(scope), subjectKey(subject), role.kind, role.name].join('\n');
}

/** The tenants that have namespaces on each cluster, by its name, in their order. */
export const tenantsByCluster = oncePer((tenants: readonly Tenant[]): ReadonlyMap<string, readonly Tenant[]> => {
  const byCluster = new Map<string, Tenant[]>();
  for (const tenant of tenants) {
    for (const name of new Set(tenant.namespaces.flatMap(({ clusters }) => clusters.map(({ value }) => value)))) {
      addTo(byCluster, name, tenant);
    }
  }
  return byCluster;
});

/** What access to a cluster comes of: the tenants are those with namespaces on it. */
export interface ClusterAccessInput<C extends AccessCluster = Cluster> {
  readonly cluster: C;
  readonly tenants: readonly Tenant[];
  readonly organization: AccessOrganization;
  readonly asOf: string;
}

/** All that the config means for one cluster. */
export function clusterAccess<C extends AccessCluster>(input: ClusterAccessInput<C>): ClusterAccess<C> {
  const { cluster, tenants, organization, asOf } = input;
  const namespaces: ClusterNamespace[] = [
    ...tenants.flatMap((tenant) =>
      tenant.namespaces
        .filter(({ clusters }) => clusters.some(({ value }) => value === cluster.name))
        .map((namespace) => ({
          kind: 'Tenant' as const,
          name: namespace.name,
          namespace,
          tenant,
          state: stateOn(namespace, cluster.name),
        })),
    ),
    ...cluster.sharedWith.flatMap((share) =>
      share.namespace === undefined ? [] : [{ kind: 'Group' as const, name: share.namespace, share }],
    ),
    ...cluster.retainedNamespaces.map(({ value, origin }) => ({ kind: 'Retained' as const, name: value, origin })),
    ...cluster.foreignNamespaces.map((foreign) => ({ kind: 'Foreign' as const, name: foreign.name, foreign })),
  ];

  const sorted = sortedBy(namespaces, (n) => n.name);
  const inNamespaces = once(() => accessesInNamespaces(cluster, sorted, roleFinder(organization), asOf));
  const seenBy = once(() => [
    ...declaredSights(cluster),
    ...(organization.clusterShares.value === 'Derived' ? derivedSights(cluster, inNamespaces()) : []),
  ]);
  const accesses = once(() => [...inScope(platformAccess(cluster, organization.admins, seenBy())), ...inNamespaces()]);
  return {
    cluster,
    namespaces: sorted,
    roles: organization.roles,
    get seenBy() {
      return seenBy();
    },
    get accesses() {
      return accesses();
    },
  };
}

/** Scope by scope, so that only what somebody has in one of them is compared and sorted. */
function accessesInNamespaces(
  cluster: AccessCluster,
  namespaces: readonly ClusterNamespace[],
  roleOf: RoleFinder,
  asOf: string,
): Access[] {
  const byScope = groupedBy(namespaces, ({ name }) => name).values();
  return Array.from(byScope, (entries) =>
    inScope(entries.flatMap((entry) => Array.from(namespaceAccess(cluster, entry, roleOf, asOf)))),
  ).flat();
}

function declaredSights({ sharedWith }: AccessCluster): Sight[] {
  return sharedWith.map(({ group, origin }) => ({ group, isDerived: false, because: [{ origin, via: [] }] }));
}

/** Groups that have something in a namespace, as if the cluster were shared with them, for as long as they have it. */
function derivedSights({ sharedWith }: AccessCluster, inNamespaces: readonly Access[]): Sight[] {
  const declared = new Set(sharedWith.map(({ group }) => group));
  const derived = groupedBy(
    inNamespaces.filter(({ subject }) => subject.kind === 'Group' && !declared.has(subject.name)),
    ({ subject }) => subject.name,
  );
  return sortedBy(derived, ([group]) => group).flatMap(([group, all]): Sight[] => {
    const [first, ...rest] = all;
    if (!first) return [];
    const { until, because } = rest.reduce(merged, first);
    return [{ group, isDerived: true, ...(until !== undefined && { until }), because }];
  });
}

/** The accesses in one scope: one for each subject and role, sorted. */
function inScope(all: Iterable<Access>): Access[] {
  const accesses = new Map<string, Access>();
  for (const access of all) {
    const key = [subjectKey(access.subject), access.role.kind, access.role.name].join('\n');
    const same = accesses.get(key);
    accesses.set(key, same ? merged(same, access) : access);
  }
  return sortedBy(accesses.values(), ({ subject, role }) => [subjectKey(subject), role.kind, role.name]);
}

/**
 * What the platform itself gives, by the groups that it puts into its tokens. Where tokens are those of the cluster's own
 * identity provider, nobody puts them there, and whoever may make groups there could: so no group of these names counts.
 * The admins are bound by their names, and `cluster-scope` to the groups that see the cluster (docs/decisions/0051).
 */
function* platformAccess(
  cluster: AccessCluster,
  admins: readonly Located<string>[],
  seenBy: readonly Sight[],
): Iterable<Access> {
  const scope = { kind: 'Cluster' } as const;
  if (isOwnAuthentication(cluster)) {
    const place = { cluster: cluster.name, scope };
    for (const { value: name, origin } of admins) {
      const because = [{ origin, via: [] }];
      yield { ...place, subject: { kind: 'User', name }, role: platformRoles.clusterAdmins, because };
    }
    for (const { group: name, until, because } of seenBy) {
      const end = until === undefined ? {} : { until };
      yield { ...place, subject: { kind: 'Group', name }, role: platformRoles.clusterScope, ...end, because };
    }
    return;
  }
  yield {
    cluster: cluster.name,
    subject: { kind: 'Group', name: 'cluster-admins' },
    role: platformRoles.clusterAdmins,
    scope,
    because: admins.map(({ origin }) => ({ origin, via: [] })),
  };
  yield {
    cluster: cluster.name,
    subject: { kind: 'Group', name: 'cluster-scope' },
    role: platformRoles.clusterScope,
    scope,
    because: seenBy.flatMap(({ because }) => because),
  };
}

function* namespaceAccess(
  cluster: AccessCluster,
  entry: ClusterNamespace,
  roleOf: RoleFinder,
  asOf: string,
): Iterable<Access> {
  const place = { cluster: cluster.name, scope: { kind: 'Namespace', namespace: entry.name } } as const;
  switch (entry.kind) {
    case 'Tenant': {
      for (const { subject, origin } of entry.tenant.owners) {
        yield { ...place, subject, role: { kind: 'ClusterRole', name: 'admin' }, because: [{ origin, via: [] }] };
      }
      yield* sharedAccess(place, entry.namespace.shares, (role) => roleOf(entry.tenant, role), asOf);
      return;
    }
    case 'Group':
      yield {
        ...place,
        subject: { kind: 'Group', name: entry.share.group },
        role: { kind: 'ClusterRole', name: 'admin' },
        because: [{ origin: entry.share.origin, via: [] }],
      };
      return;
    case 'Foreign':
      yield* sharedAccess(place, entry.foreign.shares, (role) => roleOf(undefined, role), asOf);
      return;
    case 'Retained':
      return;
  }
}

/** What shares give in a place on a day. */
function* sharedAccess(
  place: Pick<Access, 'cluster' | 'scope'>,
  shares: readonly Share[],
  roleOf: (name: string) => RoleRef,
  asOf: string,
): Iterable<Access> {
  for (const share of shares) {
    if (hasEnded(share, asOf)) continue;
    const { subject, role, until, origin, via } = share;
    yield { ...place, subject, role: roleOf(role), ...(until !== undefined && { until }), because: [{ origin, via }] };
  }
}

/** The tenant is undefined in a namespace that others declare. */
type RoleFinder = (tenant: Tenant | undefined, name: string) => RoleRef;

/**
 * What a share's role is. The nearest that declares it counts, though two that do are an error (TEN318); what nobody
 * declares is taken for a custom role of the tenant (TEN107).
 */
function roleFinder({ roles, clusterRoles }: AccessOrganization): RoleFinder {
  const ofOrganization = new Set(roles.map(({ value }) => value.name));
  const existing = new Set(clusterRoles.map(({ value }) => value));
  return (tenant, name) => {
    if (isBuiltInRole(name)) return { kind: 'ClusterRole', name };
    if (tenant?.roles.some(({ value }) => value.name === name)) return { kind: 'CustomRole', name };
    if (ofOrganization.has(name)) return { kind: 'OrganizationRole', name };
    return { kind: existing.has(name) ? 'ClusterRole' : 'CustomRole', name };
  };
}

/** Two reasons for one access: it holds as long as either does. */
function merged(a: Access, b: Access): Access {
  const { until: aUntil, ...access } = a;
  const until = aUntil === undefined || b.until === undefined ? undefined : aUntil > b.until ? aUntil : b.until;
  const known = new Set(a.because.map((reason) => reason.origin));
  return {
    ...access,
    ...(until !== undefined && { until }),
    because: [...a.because, ...b.because.filter((reason) => !known.has(reason.origin))],
  };
}

function scopeKey(scope: Scope): readonly [string, string] {
  return scope.kind === 'Cluster' ? ['', ''] : ['n', scope.namespace];
}
