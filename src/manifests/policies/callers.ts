import { isOwnAuthentication, rbacName } from '../../access/names-on.ts';
import { reservedGroups } from '../../config/model/desired-state.ts';
import { serviceAccountUserName } from '../../kubernetes/names.ts';
import { compareCodeUnits } from '../../values/order.ts';
import { celList, celString } from '../cel.ts';
import type { PolicyContext, Variable } from './policy.ts';

/**
 * Who asks. All of it is written into the policies rather than read from parameters: a policy that cannot find its
 * parameters lets nobody through, not even the API server, which then cannot start after an upgrade.
 */
export interface Callers {
  /** Argo CD. It also applies what tenants deploy by it, so it is let through for tenantry's own objects alone. */
  readonly writer: Variable;
  /** People, for when Git does not answer. */
  readonly breakGlass: Variable;
  /** The control plane of Kubernetes. */
  readonly kubernetes: Variable;
  readonly nodes: Variable;
  /** Operators of the cluster, as the cluster's file names them. */
  readonly trusted: Variable;
}

/**
 * Controllers of Kubernetes that act in namespaces, by the name of their service account in kube-system. By name,
 * because kube-system also holds accounts that act for people, such as the one by which Argo CD manages a cluster from
 * outside.
 */
export const controllers = [
  'attachdetach-controller',
  'clusterrole-aggregation-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'device-taint-eviction-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'ephemeral-volume-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'legacy-service-account-token-cleaner',
  'namespace-controller',
  'node-controller',
  'persistent-volume-binder',
  'pod-garbage-collector',
  'podcertificaterequestcleaner',
  'podgroup-protection-controller',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resource-claim-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'selinux-warning-controller',
  'service-account-controller',
  'service-controller',
  'statefulset-controller',
  'storage-version-migrator-controller',
  'ttl-after-finished-controller',
] as const;

/** The variables about who asks; a policy has those that it needs. */
export function callers({ organization, cluster }: Pick<PolicyContext, 'organization' | 'cluster'>): Callers {
  const user = 'request.userInfo.username';
  const groups = 'request.userInfo.?groups.orValue([])';
  return {
    writer: { name: 'writer', expression: `${user} == ${celString(cluster.syncIdentity)}` },
    breakGlass: { name: 'breakGlass', expression: breakGlass(organization, cluster, { user, groups }) },
    kubernetes: {
      name: 'kubernetes',
      expression: `${user} in ${celList([
        'system:apiserver',
        // Its controllers too, where they have no service accounts of their own.
        'system:kube-controller-manager',
        'system:kube-scheduler',
        ...controllers.map((name) => serviceAccountUserName('kube-system', name)),
      ])}`,
    },
    nodes: { name: 'nodes', expression: `'system:nodes' in ${groups}` },
    trusted: { name: 'trusted', expression: `${user} in ${celList(trustedUserNames(cluster))}` },
  };
}

/**
 * Whom the policies let through. Where the cluster's own identity provider decides, the admins by their names take the place
 * of their group, which nobody keeps there; of other groups, those of Kubernetes itself have no prefix.
 */
function breakGlass(
  { policies: { breakGlassGroups }, admins }: PolicyContext['organization'],
  cluster: PolicyContext['cluster'],
  { user, groups }: { readonly user: string; readonly groups: string },
): string {
  // Each name in the groups, not each group among the names: somebody may be in thousands of groups.
  const inGroups = (names: readonly string[]): string =>
    names.map((name) => `${celString(name)} in ${groups}`).join(' || ') || 'false';
  if (!isOwnAuthentication(cluster)) return inGroups(breakGlassGroups);
  const others = breakGlassGroups.filter((group) => !reservedGroups.some((reserved) => reserved === group));
  const names = others.map((name) => (name.startsWith('system:') ? name : rbacName(cluster, { kind: 'Group', name })));
  if (!breakGlassGroups.includes('cluster-admins')) return inGroups(names);
  const people = admins.map(({ value }) => rbacName(cluster, { kind: 'User', name: value })).sort(compareCodeUnits);
  return `${user} in ${celList(people)} || ${inGroups(names)}`;
}

/** The user names of the cluster's trusted service accounts. */
export function trustedUserNames({ trustedServiceAccounts }: PolicyContext['cluster']): string[] {
  const names = trustedServiceAccounts.map((account) => {
    const [namespace = '', name = ''] = account.split('/');
    return serviceAccountUserName(namespace, name);
  });
  return names.sort(compareCodeUnits);
}
