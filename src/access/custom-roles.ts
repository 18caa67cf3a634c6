import { createHash } from 'node:crypto';
import type { CustomRole, Located, Tenant } from '../config/model/desired-state.ts';
import { rightsOf } from '../kubernetes/rbac.ts';
import { oncePer } from '../values/once.ts';
import { compareCodeUnits, sortedBy } from '../values/order.ts';
import type { AccessCluster, ClusterAccess, ClusterNamespace, RoleRef } from './graph.ts';
import { isExisting } from './graph.ts';

/** A role of a tenant or the organization that somebody has on a cluster. One that nobody has there is not on it at all. */
export interface CustomRoleInUse {
  /** Undefined for a role of the organization. */
  readonly tenant?: Tenant;
  readonly role: Located<CustomRole>;
  /** The name of its ClusterRole. */
  readonly clusterRole: string;
}

/** With what the name of every ClusterRole of the platform begins. */
export const platformPrefix = 'tenantry:';

/** With what the names of the ClusterRoles of the organization's roles begin: where a tenant's has its name, there is none. */
export const organizationRolePrefix = `${platformPrefix}:`;

/**
 * The name of a custom role's ClusterRole: `tenantry:<tenant>.<role>.<digest of its rights>`, and of one of the organization
 * `tenantry::<role>.<digest of its rights>`. A role that allows something else is another ClusterRole, and so, as a binding
 * cannot change its role, another binding: what is bound is what was reviewed, whenever the cluster's operator comes to apply
 * it. No part holds a dot or a colon.
 */
export function customClusterRole(tenant: Pick<Tenant, 'name'> | undefined, role: CustomRole): string {
  return `${tenant ? customRolePrefix(tenant.name) : organizationRolePrefix}${role.name}.${digestOf(role)}`;
}

/** With what the names of a tenant's ClusterRoles begin, and nobody else's. */
export function customRolePrefix(tenant: string): string {
  return `${platformPrefix}${tenant}.`;
}

/** One string for a role of a tenant, or of the organization: `solar/debugger`, `/debugger`. No name holds a slash. */
export function roleKey(tenant: string | undefined, role: string): string {
  return `${tenant ?? ''}/${role}`;
}

/** Equal for roles that allow the same, in whatever rules they write it. */
const digestOf = oncePer(({ rules }: CustomRole): string => {
  const rights = rightsOf(rules).sort(compareCodeUnits);
  return createHash('sha256').update(JSON.stringify(rights)).digest('hex').slice(0, 10);
});

type RolesOfCluster = Pick<ClusterAccess<AccessCluster>, 'roles'>;

/**
 * The ClusterRole that a binding in a namespace refers to; `organization` has its roles. What the tenant does not declare
 * (TEN107) has a name, too.
 */
export function boundClusterRole(entry: ClusterNamespace, role: RoleRef, organization: RolesOfCluster): string {
  if (role.kind === 'ClusterRole') return role.name;
  const declared = declaredRole(organization, entry, role);
  if (declared) return customClusterRole(declared.tenant, declared.role.value);
  return `${customRolePrefix(entry.kind === 'Tenant' ? entry.tenant.name : '')}${role.name}`;
}

/** The custom roles that somebody has on a cluster, sorted by tenant and name; those of the organization come first. */
export function customRolesInUse<C extends AccessCluster>(cluster: ClusterAccess<C>): CustomRoleInUse[] {
  const byNamespace = new Map(cluster.namespaces.map((entry) => [entry.name, entry]));
  const found = new Map<string, CustomRoleInUse>();
  for (const { role, scope } of cluster.accesses) {
    if (role.kind === 'ClusterRole' || scope.kind !== 'Namespace') continue;
    const entry = byNamespace.get(scope.namespace);
    const declared = entry && declaredRole(cluster, entry, role);
    if (!declared) continue;
    const clusterRole = customClusterRole(declared.tenant, declared.role.value);
    if (!found.has(clusterRole)) found.set(clusterRole, { ...declared, clusterRole });
  }
  return sortedBy(found.values(), ({ tenant, role }) => [tenant?.name ?? '', role.value.name]);
}

/** The ClusterRoles of others that somebody has on a cluster by their names, sorted. */
export function existingRolesInUse({ accesses }: Pick<ClusterAccess<AccessCluster>, 'accesses'>): string[] {
  const names = new Set(accesses.flatMap(({ role }) => (isExisting(role) ? [role.name] : [])));
  return sortedBy(names, (name) => name);
}

function declaredRole(
  { roles }: RolesOfCluster,
  entry: ClusterNamespace,
  { kind, name }: RoleRef,
): Pick<CustomRoleInUse, 'tenant' | 'role'> | undefined {
  if (kind === 'OrganizationRole') {
    const role = roles.find(({ value }) => value.name === name);
    return role && { role };
  }
  if (entry.kind !== 'Tenant') return undefined;
  const role = entry.tenant.roles.find(({ value }) => value.name === name);
  return role && { role, tenant: entry.tenant };
}
