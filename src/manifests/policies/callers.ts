import { isOwnAuthentication, rbacName } from '../../access/names-on.ts';
import { reservedGroups } from '../../config/model/desired-state.ts';
import { groupPrefixesOfKubernetes, serviceAccountUserName } from '../../kubernetes/names.ts';
import { compareCodeUnits } from '../../values/order.ts';
import type { TrustedPower } from '../../settings/cluster.ts';
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
  /** Accounts that the cluster's file trusts to go on working in cordoned and marked namespaces. */
  readonly maintainers: Variable;
  /** Accounts that the cluster's file trusts to create namespaces. */
  readonly namespaceCreators: Variable;
  /** Accounts that the cluster's file trusts to write aggregated ClusterRoles. */
  readonly roleAggregators: Variable;
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
  const trusted = (name: string, power: TrustedPower): Variable => ({
    name,
    expression: `${user} in ${celList(trustedUserNames(cluster, power))}`,
  });
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
    maintainers: trusted('maintainers', 'Maintain'),
    namespaceCreators: trusted('namespaceCreators', 'CreateNamespaces'),
    roleAggregators: trusted('roleAggregators', 'AggregateRoles'),
  };
}

/**
 * As whom a policy is passed, for messages: `a member of cluster-admins or system:masters`. Who may do everything by RBAC and is
 * refused is to know it.
 */
export function whoPasses({ organization, cluster }: Pick<PolicyContext, 'organization' | 'cluster'>): string {
  const { groups, people } = breakGlassNames(organization, cluster);
  const last = groups.at(-1);
  const member = last && `a member of ${groups.length === 1 ? last : `${groups.slice(0, -1).join(', ')} or ${last}`}`;
  return [...(people.length > 0 ? ['an admin of the organization'] : []), ...(member ? [member] : [])].join(', or ');
}

/** CEL for whether the policies let the caller through. */
function breakGlass(
  organization: PolicyContext['organization'],
  cluster: PolicyContext['cluster'],
  { user, groups }: { readonly user: string; readonly groups: string },
): string {
  const { groups: names, people } = breakGlassNames(organization, cluster);
  // Each name in the groups, not each group among the names: somebody may be in thousands of groups.
  const inGroups = names.map((name) => `${celString(name)} in ${groups}`).join(' || ') || 'false';
  return people.length === 0 ? inGroups : `${user} in ${celList(people)} || ${inGroups}`;
}

/**
 * Whom the policies let through. Where the cluster's own identity provider decides, the admins by their names take the place
 * of their group, which nobody keeps there; of other groups, those of Kubernetes itself have no prefix.
 */
function breakGlassNames(
  { policies: { breakGlassGroups }, admins }: PolicyContext['organization'],
  cluster: PolicyContext['cluster'],
): { readonly groups: readonly string[]; readonly people: readonly string[] } {
  if (!isOwnAuthentication(cluster)) return { groups: breakGlassGroups, people: [] };
  const others = breakGlassGroups.filter((group) => !reservedGroups.some((reserved) => reserved === group));
  const groups = others.map((name) =>
    groupPrefixesOfKubernetes.some((prefix) => name.startsWith(prefix))
      ? name
      : rbacName(cluster, { kind: 'Group', name }),
  );
  if (!breakGlassGroups.includes('cluster-admins')) return { groups, people: [] };
  const people = admins.map(({ value }) => rbacName(cluster, { kind: 'User', name: value })).sort(compareCodeUnits);
  return { groups, people };
}

/** The user names of the service accounts that the cluster's file trusts with a power. */
export function trustedUserNames({ trustedServiceAccounts }: PolicyContext['cluster'], power: TrustedPower): string[] {
  const names = trustedServiceAccounts.flatMap(({ serviceAccount, powers }) => {
    const [namespace = '', name = ''] = serviceAccount.split('/');
    return powers.includes(power) ? [serviceAccountUserName(namespace, name)] : [];
  });
  return names.sort(compareCodeUnits);
}
