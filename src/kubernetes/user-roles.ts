/**
 * The roles for people that every Kubernetes cluster has, from the widest to the narrowest: each holds what the next one
 * does. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
 */
export const builtInRoles = ['admin', 'edit', 'view'] as const;

/** Whether every cluster has the role, as a ClusterRole. */
export function isBuiltInRole(role: string): boolean {
  return widthOf(role) !== -1;
}

/** Whether the role `wide` holds all that `narrow` does: both are built in, and `narrow` is the same or comes later. */
export function builtInRoleHolds(wide: string, narrow: string): boolean {
  return isBuiltInRole(wide) && widthOf(wide) <= widthOf(narrow);
}

/** A role's place in the order, -1 for one that is not built in. */
function widthOf(role: string): number {
  return builtInRoles.findIndex((builtIn) => builtIn === role);
}
