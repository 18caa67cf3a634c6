import type { AccessGraph, ClusterAccess } from '../access/graph.ts';
import { isOwnAuthentication } from '../access/names-on.ts';
import { openGroups } from '../access/queries.ts';
import type { DesiredState, Organization, SignIn, Workload } from '../config/model/desired-state.ts';
import { addTo, sortedBy } from '../values/order.ts';

/**
 * What the issuer knows of a config on one day: all that decides who gets which token, and nothing else. A plain value, as
 * it is handed over from the thread that works it out.
 */
export interface Entitlements {
  /** The day (UTC, `YYYY-MM-DD`) for which it holds. */
  readonly asOf: string;
  /** The `iss` of the tokens that are given (S31). */
  readonly issuer: string;
  readonly signIn: readonly SignIn[];
  readonly workloads: readonly Workload[];
  readonly admins: ReadonlySet<string>;
  /** The groups that declare each user a member. */
  readonly groupsOf: ReadonlyMap<string, readonly string[]>;
  /** Groups of which the identity provider says who is in them, because the config does not. */
  readonly openGroups: ReadonlySet<string>;
  /** By `id`, sorted by name. */
  readonly clusters: ReadonlyMap<string, ClusterEntitlements>;
}

/** What somebody may have on one cluster. */
export interface ClusterEntitlements {
  readonly name: string;
  /** The audience of its tokens (S29). */
  readonly id: string;
  readonly server: string;
  /** PEM; undefined where the API server's certificate is publicly trusted. */
  readonly certificateAuthority?: string;
  /** The groups that see it: their members get tokens for it (S14). */
  readonly seenBy: ReadonlySet<string>;
  /** Groups that have something in a namespace, and in which, sorted. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** The same of users by their names. */
  readonly users: ReadonlyMap<string, readonly string[]>;
}

/** Somebody who has shown who he is: by a name as the config knows it, without the `user:` of tokens. */
export interface Identity {
  readonly user: string;
  /** What his identity provider says of groups: of these, only open ones count. Never those of a workload. */
  readonly claimedGroups: readonly string[];
}

/** What one person has on a cluster. */
export interface Held {
  readonly cluster: ClusterEntitlements;
  /** The groups of his token, sorted: those by which he has something there, and `cluster-scope` always (S32 to S34). */
  readonly groups: readonly string[];
  /** The namespaces in which he has something by himself or by his groups, sorted; not those that an admin reaches as one. */
  readonly namespaces: readonly string[];
}

/** What a config means for the issuer, by its access graph. A cluster whose own identity provider decides has no part in it. */
export function entitlementsOf({ organization, clusters }: DesiredState, graph: AccessGraph): Entitlements {
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  const ofPlatform = graph.clusters.filter(({ cluster }) => byName.has(cluster.name) && !isOwnAuthentication(cluster));
  return {
    asOf: graph.asOf,
    issuer: organization.issuer.value,
    signIn: organization.signIn.map(({ value }) => value),
    workloads: organization.workloads.map(({ value }) => value),
    admins: new Set(organization.admins.map(({ value }) => value)),
    groupsOf: declaredGroups(organization),
    openGroups: new Set(openGroups(organization)),
    clusters: new Map(ofPlatform.map((access) => [access.cluster.id.value, ofCluster(access)])),
  };
}

function declaredGroups({ groups }: Organization): Map<string, readonly string[]> {
  const groupsOf = new Map<string, string[]>();
  for (const { name, members = [] } of groups) for (const { value } of members) addTo(groupsOf, value, name);
  return groupsOf;
}

function ofCluster({ cluster, seenBy, accesses }: ClusterAccess): ClusterEntitlements {
  const [groups, users] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  for (const { subject, scope } of accesses) {
    // What holds in the whole cluster comes with `seenBy`, and with being an admin.
    if (scope.kind !== 'Namespace' || subject.kind === 'ServiceAccount') continue;
    const of = subject.kind === 'Group' ? groups : users;
    of.set(subject.name, (of.get(subject.name) ?? new Set()).add(scope.namespace));
  }
  const sorted = (of: ReadonlyMap<string, ReadonlySet<string>>) =>
    new Map(Array.from(of, ([name, namespaces]) => [name, sortedBy(namespaces, (namespace) => namespace)] as const));
  const pem = cluster.certificateAuthority?.pem;
  return {
    name: cluster.name,
    id: cluster.id.value,
    server: cluster.server.value,
    ...(pem !== undefined && { certificateAuthority: pem }),
    seenBy: new Set(seenBy.map(({ group }) => group)),
    groups: sorted(groups),
    users: sorted(users),
  };
}

/**
 * What somebody has on a cluster; undefined where no group of his sees it, and so he gets no token for it (S14): also where
 * something is shared with him by his own name, which TEN114 warns of.
 */
export function heldOn(entitlements: Entitlements, cluster: ClusterEntitlements, identity: Identity): Held | undefined {
  const { user } = identity;
  const isAdmin = entitlements.admins.has(user);
  const own = groupsFor(entitlements, identity);
  const withAccess = own.filter((group) => cluster.groups.has(group));
  const sees = isAdmin || own.some((group) => cluster.seenBy.has(group));
  const ownNamespaces = cluster.users.get(user) ?? [];
  if (!sees) return undefined;
  const groups = [...withAccess, 'cluster-scope', ...(isAdmin ? ['cluster-admins'] : [])];
  const namespaces = new Set([...ownNamespaces, ...withAccess.flatMap((group) => cluster.groups.get(group) ?? [])]);
  return {
    cluster,
    groups: sortedBy(groups, (group) => group),
    namespaces: sortedBy(namespaces, (namespace) => namespace),
  };
}

/** The groups that somebody is in: those that declare him a member, and open ones that his identity provider puts him in. */
function groupsFor({ groupsOf, openGroups: open }: Entitlements, { user, claimedGroups }: Identity): string[] {
  return Array.from(new Set([...(groupsOf.get(user) ?? []), ...claimedGroups.filter((group) => open.has(group))]));
}

/** What somebody has on all clusters, sorted by their names: those where he has nothing are left out. */
export function heldBy(entitlements: Entitlements, identity: Identity): Held[] {
  return Array.from(entitlements.clusters.values()).flatMap((cluster) => heldOn(entitlements, cluster, identity) ?? []);
}
