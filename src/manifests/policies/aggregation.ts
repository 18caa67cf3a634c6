import { builtInRoles } from '../../kubernetes/user-roles.ts';
import { celList, celString } from '../cel.ts';
import { kinds } from '../kinds.ts';
import { callers, whoPasses } from './callers.ts';
import type { Policy, PolicyContext } from './policy.ts';
import { hasLabel, objectName } from './policy.ts';

/**
 * What the roles admin, edit and view can do is the same for every tenant, and nobody changes it for all of them: not by the
 * labels that add a ClusterRole to them, not by what they gather themselves, and not by taking away what they have.
 * See https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles.
 */
export function aggregationPolicy(context: PolicyContext): Policy {
  const { breakGlass, kubernetes, roleAggregators } = callers(context);
  const labels = builtInRoles.map((role) => `rbac.authorization.k8s.io/aggregate-to-${role}`);
  const aggregated = labels.map((label) => hasLabel(label, 'true')).join(' || ');
  const change = "change every tenant's admin, edit and view";
  const remedy = `install it as ${whoPasses(context)}, or have its operator listed under trustedServiceAccounts with AggregateRoles`;
  return {
    name: 'aggregation',
    purpose: 'ClusterRoles that are aggregated into admin, edit and view change what every tenant can do.',
    match: [
      {
        apiGroups: [kinds.ClusterRole.group],
        apiVersions: ['*'],
        resources: [kinds.ClusterRole.resource],
        operations: ['CREATE', 'UPDATE', 'DELETE'],
      },
    ],
    conditions: [
      {
        name: 'is-of-every-tenant',
        expression: `${aggregated} || (${objectName.expression}) in ${celList(builtInRoles)}`,
      },
    ],
    variables: [
      breakGlass,
      kubernetes,
      roleAggregators,
      objectName,
      { name: 'builtIn', expression: `variables.name in ${celList(builtInRoles)}` },
    ],
    validations: [
      {
        expression: `variables.breakGlass || variables.kubernetes || variables.roleAggregators || variables.builtIn`,
        message: `the labels rbac.authorization.k8s.io/aggregate-to-… ${change}: ${remedy}`,
        messageExpression: `'the ClusterRole ' + variables.name + ${celString(` has a label rbac.authorization.k8s.io/aggregate-to-…, which may ${change}: ${remedy}`)}`,
      },
      {
        // Whatever they gather, and whatever is in them without that: both are Kubernetes' own.
        expression: 'variables.breakGlass || variables.kubernetes || !variables.builtIn',
        message: `the ClusterRoles ${builtInRoles.join(', ')} are every tenant's: to change them all the same, act as ${whoPasses(context)}`,
      },
      {
        // What such a role gathered would come to every tenant without a label of those above.
        expression:
          'variables.breakGlass || variables.kubernetes || variables.builtIn || object == null || !has(object.aggregationRule)',
        message: `a ClusterRole with a label rbac.authorization.k8s.io/aggregate-to-… gathers no others: list their rules in it, or act as ${whoPasses(context)}`,
      },
    ],
  };
}
