import { platformPrefix } from '../../access/custom-roles.ts';
import { celString } from '../cel.ts';
import type { Kind } from '../kinds.ts';
import { kinds } from '../kinds.ts';
import { callers } from './callers.ts';
import type { Policy, PolicyContext } from './policy.ts';

/**
 * A custom role holds in its tenant's namespaces, whoever binds it: RBAC lets Argo CD bind it by its name in all of them.
 * `roleRef` never changes, so only what is new is asked about.
 */
export function customRolesPolicy(context: PolicyContext): Policy {
  const { breakGlass } = callers(context);
  const kind: Kind = 'ClusterRole';
  const tenant = `namespaceObject.metadata.?labels[?${celString(context.key.tenant)}].orValue('')`;
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
      breakGlass,
      { name: 'tenant', expression: `request.?namespace.orValue('') == '' ? '' : ${tenant}` },
      {
        name: 'elsewhere',
        expression: `object.roleRef.kind == ${celString(kind)} && object.roleRef.name.startsWith(${celString(platformPrefix)}) && (variables.tenant == '' || !object.roleRef.name.startsWith(${celString(platformPrefix)} + variables.tenant + '.'))`,
      },
    ],
    validations: [
      {
        expression: 'variables.breakGlass || !variables.elsewhere',
        message: `a ClusterRole whose name begins with ${platformPrefix} is bound in the namespaces of its tenant alone: declare the role in the file of the tenant that is to have it`,
      },
    ],
  };
}
