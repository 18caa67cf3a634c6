import { createHash } from 'node:crypto';
import type { CustomRole, Located, Tenant } from '../config/model/desired-state.ts';
import { rightsOf } from '../kubernetes/rbac.ts';
import { oncePer } from '../values/once.ts';
import { compareCodeUnits, sortedBy } from '../values/order.ts';
import type { AccessCluster, ClusterAccess, ClusterNamespace, RoleRef } from './graph.ts';

/** A custom role that somebody has on a cluster. One that nobody has there is not on the cluster at all. */
export interface CustomRoleInUse {
  readonly tenant: Tenant;
  readonly role: Located<CustomRole>;
  /** The name of its ClusterRole. */
  readonly clusterRole: string;
}

/** With what the name of every ClusterRole of the platform begins. */
export const platformPrefix = 'tenantry:';

/**
 * The name of a custom role's ClusterRole: `tenantry:<tenant>.<role>.<digest of its rights>`. A role that allows something
 * else is another ClusterRole, and so, as a binding cannot change its role, another binding: what is bound is what was
 * reviewed, whenever the cluster's operator comes to apply it. No part holds a dot or a colon.
 */
export function customClusterRole(tenant: Pick<Tenant, 'name'>, role: CustomRole): string {
  return `${customRolePrefix(tenant.name)}${role.name}.${digestOf(role)}`;
}

/** With what the names of a tenant's ClusterRoles begin, and nobody else's. */
export function customRolePrefix(tenant: string): string {
  return `${platformPrefix}${tenant}.`;
}

/** Equal for roles that allow the same, in whatever rules they write it. */
const digestOf = oncePer(({ rules }: CustomRole): string => {
  const rights = rightsOf(rules).sort(compareCodeUnits);
  return createHash('sha256').update(JSON.stringify(rights)).digest('hex').slice(0, 10);
});

/** The ClusterRole that a binding in a namespace refers to. What the tenant does not declare (TEN107) has a name, too. */
export function boundClusterRole(entry: ClusterNamespace, { kind, name }: RoleRef): string {
  if (kind === 'ClusterRole') return name;
  const declared = declaredRole(entry, name);
  if (declared) return customClusterRole(declared.tenant, declared.role.value);
  return `${customRolePrefix(entry.kind === 'Tenant' ? entry.tenant.name : '')}${name}`;
}

/** The custom roles that somebody has on a cluster, sorted by tenant and name: all that is bound there beside built-in ones. */
export function customRolesInUse<C extends AccessCluster>({
  namespaces,
  accesses,
}: ClusterAccess<C>): CustomRoleInUse[] {
  const byNamespace = new Map(namespaces.map((entry) => [entry.name, entry]));
  const found = new Map<string, CustomRoleInUse>();
  for (const { role, scope } of accesses) {
    if (role.kind !== 'CustomRole' || scope.kind !== 'Namespace') continue;
    const entry = byNamespace.get(scope.namespace);
    const declared = entry && declaredRole(entry, role.name);
    if (!declared) continue;
    const clusterRole = customClusterRole(declared.tenant, declared.role.value);
    if (!found.has(clusterRole)) found.set(clusterRole, { ...declared, clusterRole });
  }
  return sortedBy(found.values(), ({ tenant, role }) => [tenant.name, role.value.name]);
}

function declaredRole(entry: ClusterNamespace, name: string): Pick<CustomRoleInUse, 'tenant' | 'role'> | undefined {
  if (entry.kind !== 'Tenant') return undefined;
  const role = entry.tenant.roles.find(({ value }) => value.name === name);
  return role && { tenant: entry.tenant, role };
}
