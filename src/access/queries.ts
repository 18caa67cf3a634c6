import type { Group, DesiredState, Organization, Subject } from '../config/model/desired-state.ts';
import { fullSubjectName } from '../config/model/desired-state.ts';
import { builtInRoleHolds } from '../kubernetes/user-roles.ts';
import { sortedBy } from '../values/order.ts';
import type { Access, AccessGraph, ClusterAccess, RoleRef } from './graph.ts';
import { platformRoles } from './graph.ts';

/** Which accesses to look at; what is left out does not narrow. */
export interface AccessFilter {
  readonly cluster?: string;
  readonly namespace?: string;
  readonly tenant?: string;
  readonly role?: string;
  readonly group?: string;
  readonly user?: string;
  /** As `namespace/name`. */
  readonly serviceAccount?: string;
}

/** An access of a user, and the group through which he has it; undefined when it is his own. */
export interface UserAccess {
  readonly access: Access;
  readonly group?: string;
}

/** The accesses that match, in the graph's order. */
export function listAccess(graph: AccessGraph, filter: AccessFilter): Access[] {
  return graph.clusters.flatMap((cluster) => {
    if (filter.cluster !== undefined && cluster.cluster.name !== filter.cluster) return [];
    const tenantNamespaces = filter.tenant === undefined ? undefined : namespacesOf(cluster, filter.tenant);
    return cluster.accesses.filter(({ subject, role, scope }) => {
      const namespace = scope.kind === 'Namespace' ? scope.namespace : undefined;
      return (
        (filter.namespace === undefined || namespace === filter.namespace) &&
        (tenantNamespaces === undefined || (namespace !== undefined && tenantNamespaces.has(namespace))) &&
        (filter.role === undefined || role.name === filter.role) &&
        (filter.group === undefined || (subject.kind === 'Group' && subject.name === filter.group)) &&
        (filter.user === undefined || (subject.kind === 'User' && subject.name === filter.user)) &&
        (filter.serviceAccount === undefined ||
          (subject.kind === 'ServiceAccount' && fullSubjectName(subject) === filter.serviceAccount))
      );
    });
  });
}

/**
 * The accesses that hold at least `role` in what the filter leaves: an admin can do what an editor can, and a cluster
 * admin everything everywhere. A custom role is held only by itself and by cluster admins: what it allows is not compared.
 */
export function whoCan(graph: AccessGraph, role: string, filter: Omit<AccessFilter, 'role'>): Access[] {
  const { namespace, tenant, ...elsewhere } = filter;
  const inNamespaces = listAccess(graph, filter).filter((a) => a.scope.kind === 'Namespace' && includes(a.role, role));
  const everywhere = listAccess(graph, elsewhere).filter(
    (a) => a.scope.kind === 'Cluster' && a.role.name === platformRoles.clusterAdmins.name,
  );
  // On clusters where there is nothing that matches, a cluster admin has nothing to be an admin of either.
  const concerned = new Set(
    graph.clusters
      .filter(({ namespaces }) =>
        namespaces.some(
          (n) =>
            (namespace === undefined || n.name === namespace) &&
            (tenant === undefined || (n.kind === 'Tenant' && n.tenant.name === tenant)),
        ),
      )
      .map(({ cluster }) => cluster.name),
  );
  return [...everywhere.filter((a) => concerned.has(a.cluster)), ...inNamespaces];
}

/** What a user has, by himself and by the groups that declare him a member; admins also by `cluster-admins`. */
export function whatUserCan(
  graph: AccessGraph,
  organization: Organization,
  user: string,
  filter: Omit<AccessFilter, 'user' | 'group'>,
): UserAccess[] {
  const groups = new Set(groupsOf(organization, user).map((g) => g.name));
  const admin = organization.admins.find((a) => a.value === user);
  if (admin) groups.add('cluster-admins');
  const shares = new Map(
    graph.clusters.map(({ cluster, seenBy }) => [cluster.name, seenBy.filter((sight) => groups.has(sight.group))]),
  );
  return listAccess(graph, filter).flatMap((access): UserAccess[] => {
    const { subject, cluster } = access;
    const seenBy = shares.get(cluster) ?? [];
    if (subject.kind === 'User') return subject.name === user ? [{ access }] : [];
    if (subject.kind !== 'Group') return [];
    const group = subject.name;
    // The platform's own groups are there for everyone alike; for this user, his own lines are the reason (S33, S34).
    if (group === 'cluster-scope') {
      // Tokens for a cluster are given to members of groups that it is shared with, and to admins (S14).
      if (!admin && seenBy.length === 0) return [];
      const reasons = [
        ...(admin ? [{ origin: admin.origin, via: [] }] : []),
        ...seenBy.flatMap(({ because }) => because),
      ];
      return [{ access: { ...access, because: reasons }, group }];
    }
    if (group === 'cluster-admins') {
      return admin ? [{ access: { ...access, because: [{ origin: admin.origin, via: [] }] }, group }] : [];
    }
    return groups.has(group) ? [{ access, group }] : [];
  });
}

/** The users who are declared members of a group; undefined where the organization does not say. */
export function declaredMembers({ admins, groups }: Organization, group: string): readonly string[] | undefined {
  if (group === 'cluster-admins') return admins.map(({ value }) => value);
  return groups.find(({ name }) => name === group)?.members?.map(({ value }) => value);
}

/** The groups that declare the user a member. */
export function groupsOf(organization: Organization, user: string): Group[] {
  return organization.groups.filter((g) => g.members?.some((m) => m.value === user));
}

/**
 * The groups of which the organization does not say who is in them, sorted: only the identity provider knows whether
 * somebody is in one, so no answer about a person is whole without them (S28).
 */
export function openGroups({ groups }: Organization): string[] {
  return sortedBy(
    groups.flatMap(({ name, members }) => (members === undefined ? [name] : [])),
    (name) => name,
  );
}

function subjectsNamed({ clusters, tenants }: DesiredState): Subject[] {
  const shares = [
    ...tenants.flatMap((t) => [...t.defaultShares, ...t.namespaces.flatMap((n) => n.ownShares)]),
    ...clusters.flatMap((c) => c.foreignNamespaces.flatMap((n) => n.shares)),
  ];
  return [...tenants.flatMap((t) => t.owners), ...shares].map(({ subject }) => subject);
}

/** Every service account that owns something or is shared with, as `namespace/name`. */
export function knownServiceAccounts(desired: DesiredState): Set<string> {
  return new Set(
    subjectsNamed(desired).flatMap((subject) => (subject.kind === 'ServiceAccount' ? [fullSubjectName(subject)] : [])),
  );
}

/** Every user that the organization names anywhere. */
export function knownUsers(desired: DesiredState): Set<string> {
  const { organization } = desired;
  const subjects = subjectsNamed(desired);
  return new Set([
    ...organization.admins.map((a) => a.value),
    ...organization.groups.flatMap((g) => g.members ?? []).map((m) => m.value),
    ...subjects.flatMap(({ kind, name }) => (kind === 'User' ? [name] : [])),
  ]);
}

function includes(held: RoleRef, wanted: string): boolean {
  return held.name === wanted || (held.kind === 'ClusterRole' && builtInRoleHolds(held.name, wanted));
}

function namespacesOf({ namespaces }: ClusterAccess, tenant: string): Set<string> {
  return new Set(namespaces.flatMap((n) => (n.kind === 'Tenant' && n.tenant.name === tenant ? [n.name] : [])));
}
