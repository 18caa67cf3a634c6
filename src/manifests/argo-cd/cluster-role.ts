import { k8s } from 'cdk8s-plus-28';
import { clusterScopeRules } from '../../access/cluster-scope-rules.ts';
import type { ClusterAccess } from '../../access/graph.ts';
import { serviceAccountOf } from '../../kubernetes/names.ts';
import { builtInRoles } from '../../kubernetes/user-roles.ts';
import type { RenderedCluster, RenderedOrganization } from '../cluster-input.ts';
import { compareCodeUnits } from '../../values/order.ts';
import type { ObjectTemplate } from '../template.ts';
import { template } from '../template.ts';
import type { RenderedKind } from '../kinds.ts';
import { kinds, kindsIn } from '../kinds.ts';
import { keys, managedBy } from '../labels.ts';

/** All that Argo CD applies to the clusters. */
const synced = [...kindsIn('namespaces'), ...kindsIn('cluster')];

/** All that is applied into namespaces. */
export const namespacedKinds = synced.filter(({ scope }) => scope === 'Namespaced');

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
/** Server-side apply is a PATCH, also of what is not there yet: then `create` is asked for as well, and never `update`. */
const writes = ['create', 'delete', 'patch'];

/**
 * The least that Argo CD's account needs to apply a cluster's manifests (N9). It is applied by the operator of the
 * cluster: an account that could change its own rights would have all.
 *
 * To give access, RBAC asks the giver for `bind` on the role, or for all that is in it
 * (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping).
 * So it may `bind` the built-in roles that are shared, and holds what `cluster-scope` and the custom roles hold.
 */
export function argoCDClusterRole(
  { labelDomain }: RenderedOrganization,
  { cluster, namespaces }: ClusterAccess<RenderedCluster>,
): ObjectTemplate[] {
  const metadata = { name: writerRole, labels: { [keys(labelDomain).managedBy]: managedBy } };
  const customRoles = new Map(
    namespaces.flatMap((entry) =>
      entry.kind === 'Tenant'
        ? entry.tenant.roles.flatMap(({ value }) => value.rules.map((rule) => [ruleKey(rule), rule] as const))
        : [],
    ),
  );
  return [
    template(k8s.KubeClusterRole, () => ({
      metadata,
      rules: [
        ...rulesFor([...clusterKinds, ...namespacedKinds], [...reads, ...writes]),
        ...rulesFor(namedKinds, reads),
        ...namedKinds.map(({ group, resource, name }) => ({
          apiGroups: [group],
          resources: [resource],
          resourceNames: [name],
          verbs: writes,
        })),
        { apiGroups: [rbac], resources: ['clusterroles'], resourceNames: builtInRoles.slice(), verbs: ['bind'] },
        ...clusterScopeRules,
        ...Array.from(customRoles)
          .sort(([a], [b]) => compareCodeUnits(a, b))
          .map(([, rule]) => rule),
      ],
    })),
    template(k8s.KubeClusterRoleBinding, () => ({
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: writerRole },
      subjects: [subjectOf(cluster.syncIdentity)],
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

/** Equal for two rules that say the same in the same order. */
function ruleKey({ apiGroups, resources, resourceNames = [], verbs }: k8s.PolicyRule): string {
  return JSON.stringify([apiGroups, resources, resourceNames, verbs]);
}

/** A user name as the API server has it; that of a service account is written as one, so that it is found as one. */
export function subjectOf(user: string): k8s.Subject {
  const account = serviceAccountOf(user);
  return account ? { kind: 'ServiceAccount', ...account } : { apiGroup: rbac, kind: 'User', name: user };
}
