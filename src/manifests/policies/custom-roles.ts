import { organizationRolePrefix, platformPrefix } from '../../access/custom-roles.ts';
import { sortedBy } from '../../values/order.ts';
import { celString } from '../cel.ts';
import type { Kind } from '../kinds.ts';
import { kinds } from '../kinds.ts';
import { callers } from './callers.ts';
import type { Policy, PolicyContext } from './policy.ts';
import { listVariable, managed } from './policy.ts';

/**
 * A custom role holds in its tenant's namespaces, and one of the organization in those of any tenant, whoever binds it: RBAC
 * lets Argo CD bind it by its name in all of them. `roleRef` never changes, so only what is new is asked about. The ClusterRoles
 * of others are bound by others as well, so that only Argo CD is held to tenants' namespaces. In those that others declare it
 * gives what the policy `managed-objects` has in its list.
 */
export function customRolesPolicy(context: PolicyContext): Policy {
  const { writer, breakGlass } = callers(context);
  const { roles, clusterRoles } = context.organization;
  const kind: Kind = 'ClusterRole';
  const tenant = `namespaceObject.metadata.?labels[?${celString(context.key.tenant)}].orValue('')`;
  const role = 'object.roleRef.name';
  const isTenants = `${role}.startsWith(${celString(platformPrefix)} + variables.tenant + '.')`;
  const isOurs =
    roles.length === 0 ? isTenants : `(${isTenants} || ${role}.startsWith(${celString(organizationRolePrefix)}))`;
  const existing = sortedBy(
    clusterRoles.map(({ value }) => value),
    (name) => name,
  );
  const shared = sortedBy(
    new Set(
      context.foreign.flatMap(({ namespace, clusterRole }) =>
        clusterRole.startsWith(organizationRolePrefix) || existing.includes(clusterRole) ? [namespace] : [],
      ),
    ),
    (name) => name,
  );
  const isShared = 'variables.writer && variables.managed && request.namespace in variables.shared';
  return {
    name: 'custom-roles',
    purpose: "A tenant's custom roles are bound in the tenant's namespaces, and the platform's own roles by nobody.",
    match: [
      {
        apiGroups: [kinds[kind].group],
        apiVersions: ['*'],
        resources: [kinds.RoleBinding.resource, kinds.ClusterRoleBinding.resource],
        operations: ['CREATE'],
      },
    ],
    variables: [
      ...(existing.length + shared.length === 0 ? [] : [writer]),
      ...(existing.length === 0 ? [] : listVariable('existing', existing)),
      ...(shared.length === 0 ? [] : [managed(context), ...listVariable('shared', shared)]),
      breakGlass,
      { name: 'tenant', expression: `request.?namespace.orValue('') == '' ? '' : ${tenant}` },
      {
        name: 'elsewhere',
        expression: `object.roleRef.kind == ${celString(kind)} && ${role}.startsWith(${celString(platformPrefix)}) && ${shared.length === 0 ? `(variables.tenant == '' || !${isOurs})` : `(variables.tenant == '' ? !(${isShared}) || !${role}.startsWith(${celString(organizationRolePrefix)}) : !${isOurs})`}`,
      },
    ],
    validations: [
      {
        expression: 'variables.breakGlass || !variables.elsewhere',
        message: `a ClusterRole whose name begins with ${platformPrefix} is bound in the namespaces of its tenant alone: declare the role in the file of the tenant that is to have it`,
      },
      ...(existing.length === 0
        ? []
        : [
            {
              expression: `!variables.writer || variables.tenant != '' ||${shared.length === 0 ? '' : ` (${isShared}) ||`} object.roleRef.kind != ${celString(kind)} || !(${role} in variables.existing)`,
              message: 'Argo CD gives ClusterRoles that the organization lists in namespaces of tenants alone',
            },
          ]),
    ],
  };
}
