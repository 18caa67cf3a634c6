import type { Policy, PolicyContext } from './policy.ts';
import { cel, labelOf, lines } from './policy.ts';

const namespaceController = 'system:serviceaccount:kube-system:namespace-controller';

/** Only the platform writes what it owns in a namespace, judged by what the object was and what it would be (S10). */
export function managedObjectsPolicy({ key }: PolicyContext): Policy {
  return {
    name: 'managed-objects',
    purpose: 'RoleBindings, Roles, quotas, limits and network policies of the platform are written by nobody else.',
    match: [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        apiVersions: ['*'],
        resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
        operations: ['CREATE', 'UPDATE', 'DELETE'],
      },
      {
        apiGroups: [''],
        apiVersions: ['*'],
        resources: ['resourcequotas', 'limitranges'],
        operations: ['CREATE', 'UPDATE', 'DELETE'],
      },
      {
        apiGroups: ['networking.k8s.io'],
        apiVersions: ['*'],
        resources: ['networkpolicies'],
        operations: ['CREATE', 'UPDATE', 'DELETE'],
      },
    ],
    variables: [
      {
        name: 'managed',
        expression: `${labelOf('object', key.managedBy)} == 'tenantry' || ${labelOf('oldObject', key.managedBy)} == 'tenantry'`,
      },
      {
        // What is in a namespace goes with it.
        name: 'goesWithNamespace',
        expression: `request.operation == 'DELETE' && request.userInfo.username == ${cel(namespaceController)}`,
      },
    ],
    validations: [
      {
        expression: 'variables.platform || variables.goesWithNamespace || !variables.managed',
        message: `objects with the label ${key.managedBy}=tenantry are the platform's: change the share, quota or role in tenants/<tenant>.yaml`,
      },
    ],
  };
}

/** What a namespace's admin may bind by himself: nobody from outside of what the organization knows. */
export function selfServiceBindingsPolicy({ organization, key }: PolicyContext): Policy {
  const { selfServiceBindings } = organization.policies;
  const group =
    selfServiceBindings === 'Any'
      ? `!s.name.startsWith('system:') && !(s.name in ['cluster-admins', 'cluster-scope'])`
      : `s.name in ${lines('groups')}`;
  const subjects = [
    `s.kind == 'ServiceAccount' ? s.?namespace.orValue(request.namespace) == request.namespace`,
    `s.kind == 'User' ? s.name.startsWith('user:')`,
    `s.kind == 'Group' && ${group}`,
  ].join(' : ');
  const forbidden = selfServiceBindings === 'Forbidden';
  return {
    name: 'self-service-bindings',
    purpose:
      'RoleBindings that people make themselves name users, declared groups, and service accounts of the namespace.',
    match: [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        apiVersions: ['*'],
        resources: ['rolebindings'],
        operations: ['CREATE', 'UPDATE'],
      },
    ],
    namespaces: { matchExpressions: [{ key: key.kind, operator: 'Exists' }] },
    validations: [
      {
        expression: forbidden
          ? 'variables.platform'
          : `variables.platform || object.?subjects.orValue([]).all(s, ${subjects})`,
        message: forbidden
          ? 'access is given by a share in tenants/<tenant>.yaml, not by RoleBindings made in the cluster'
          : 'a RoleBinding made in the cluster may name users (user:<name>), groups of the organization, and service accounts of this namespace; for others, add a share to tenants/<tenant>.yaml',
      },
    ],
  };
}

/** No long-lived credentials in tenants' namespaces (S27). */
export function tokensPolicy({ key }: PolicyContext): Policy {
  return {
    name: 'tokens',
    purpose: 'No service account tokens that live for long: neither as Secrets nor by request.',
    match: [
      { apiGroups: [''], apiVersions: ['v1'], resources: ['secrets'], operations: ['CREATE', 'UPDATE'] },
      { apiGroups: [''], apiVersions: ['v1'], resources: ['serviceaccounts/token'], operations: ['CREATE'] },
    ],
    namespaces: { matchExpressions: [{ key: key.kind, operator: 'Exists' }] },
    validations: [
      {
        expression: `request.resource.resource != 'secrets' || variables.platform || object.?type.orValue('') != 'kubernetes.io/service-account-token'`,
        message:
          'Secrets of type kubernetes.io/service-account-token never expire: mount a projected token, or ask for one with kubectl create token',
      },
      {
        expression: `request.resource.resource == 'secrets' || variables.platform || 'system:nodes' in request.userInfo.?groups.orValue([]) || object.spec.?expirationSeconds.orValue(3600) <= 3600`,
        message: 'ask for a token of at most an hour',
      },
    ],
  };
}

/** Labels that widen the roles admin, edit and view for everyone are the platform's to give. */
export function aggregationPolicy(): Policy {
  const labels = ['admin', 'edit', 'view'].map((role) => `rbac.authorization.k8s.io/aggregate-to-${role}`);
  const aggregates = (object: 'object' | 'oldObject'): string =>
    `(${object} == null ? false : [${labels.map(cel).join(', ')}].exists(k, ${object}.metadata.?labels[?k].orValue('') == 'true'))`;
  return {
    name: 'aggregation',
    purpose: 'ClusterRoles that are aggregated into admin, edit and view change what every tenant can do.',
    match: [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        apiVersions: ['*'],
        resources: ['clusterroles'],
        operations: ['CREATE', 'UPDATE'],
      },
    ],
    validations: [
      {
        expression: [
          'variables.platform',
          `request.userInfo.username == 'system:serviceaccount:kube-system:clusterrole-aggregation-controller'`,
          `request.userInfo.username in ${lines('trusted')}`,
          `!(${aggregates('object')} || ${aggregates('oldObject')})`,
        ].join(' || '),
        message:
          "the labels rbac.authorization.k8s.io/aggregate-to-… change every tenant's admin, edit and view: have a cluster admin install this ClusterRole",
      },
    ],
  };
}
