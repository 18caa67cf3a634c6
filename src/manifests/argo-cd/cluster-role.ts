import { k8s } from 'cdk8s-plus-28';
import { clusterScopeRules } from '../../access/cluster-scope-rules.ts';
import { serviceAccountOf } from '../../kubernetes/names.ts';
import { builtInRoles } from '../../kubernetes/user-roles.ts';
import type { RenderedCluster, RenderedOrganization } from '../cluster-input.ts';
import { compareCodeUnits } from '../../values/order.ts';
import type { ObjectTemplate } from '../template.ts';
import { template } from '../template.ts';
import type { RenderedKind } from '../kinds.ts';
import { kinds, kindsFormerlyIn, kindsIn } from '../kinds.ts';
import { keys, managedBy } from '../labels.ts';

/** All that Argo CD applies to the clusters. */
const synced = [...kindsIn('namespaces'), ...kindsIn('cluster')];

/** All that is applied into namespaces. */
export const namespacedKinds = synced.filter(({ scope }) => scope === 'Namespaced');

/** What was applied into namespaces once, and is still taken away. */
export const formerKinds = kindsFormerlyIn('namespaces');

/** What is applied cluster-wide under any name. */
export const clusterKinds = synced.filter(({ scope, onlyName }) => scope === 'Cluster' && onlyName === undefined);

/** What is applied cluster-wide under one name alone, because another ClusterRole with a binding is access everywhere. */
export const namedKinds = synced.flatMap(({ onlyName: name, ...kind }) =>
  name === undefined ? [] : [{ ...kind, name }],
);

/** The ClusterRole of the account by which Argo CD writes to a cluster, and its binding. */
const writerRole = 'tenantry:argo-cd';

const rbac = kinds.ClusterRole.group;

/** The verbs by which Argo CD sees what there is. */
export const reads = ['get', 'list', 'watch'];
/**
 * Server-side apply is a PATCH, also of what is not there yet: then `create` is asked for as well, and `update` only for what is
 * written whole.
 */
const writes = ['create', 'delete', 'patch'];

/**
 * The least that Argo CD's account needs to apply a cluster's manifests (N9). It is applied by the operator of the
 * cluster: an account that could change its own rights would have all.
 *
 * To give access, RBAC asks the giver for `bind` on the role, or for all that is in it
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping).
 * So it may `bind` the roles that somebody has, by their names: the built-in ones, and the others on this cluster. It
 * holds nothing of what is in them. What `cluster-scope` holds, it holds: it writes that role.
 */
export function argoCDClusterRole(
  { labelDomain }: RenderedOrganization,
  { syncIdentity }: Pick<RenderedCluster, 'syncIdentity'>,
  otherRoles: readonly string[],
): ObjectTemplate[] {
  const metadata = { name: writerRole, labels: { [keys(labelDomain).managedBy]: managedBy } };
  const bound = [...builtInRoles, ...otherRoles];
  return [
    template(k8s.KubeClusterRole, () => ({
      metadata,
      rules: [
        ...rulesFor(
          [...clusterKinds, ...namespacedKinds].filter(({ writtenWhole }) => !writtenWhole),
          [...reads, ...writes],
        ),
        ...rulesFor(
          [...clusterKinds, ...namespacedKinds].filter(({ writtenWhole }) => writtenWhole),
          [...reads, ...writes, 'update'],
        ),
        ...rulesFor(formerKinds, [...reads, 'delete']),
        ...rulesFor(namedKinds, reads),
        ...namedKinds.map(({ group, resource, name }) => ({
          apiGroups: [group],
          resources: [resource],
          resourceNames: [name],
          verbs: writes,
        })),
        { apiGroups: [rbac], resources: ['clusterroles'], resourceNames: bound, verbs: ['bind'] },
        ...clusterScopeRules,
      ],
    })),
    template(k8s.KubeClusterRoleBinding, () => ({
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: writerRole },
      subjects: [subjectOf(syncIdentity)],
    })),
  ];
}

/** One rule for each API group, in the order of the kinds. */
export function rulesFor(of: readonly RenderedKind[], verbs: readonly string[]): k8s.PolicyRule[] {
  const groups = new Set(of.map(({ group }) => group));
  return Array.from(groups, (group) => ({
    apiGroups: [group],
    resources: of.filter((kind) => kind.group === group).map(({ resource }) => resource),
    verbs: verbs.slice().sort(compareCodeUnits),
  }));
}

/** A user name as the API server has it; that of a service account is written as one, so that it is found as one. */
export function subjectOf(user: string): k8s.Subject {
  const account = serviceAccountOf(user);
  return account ? { kind: 'ServiceAccount', ...account } : { apiGroup: rbac, kind: 'User', name: user };
}
