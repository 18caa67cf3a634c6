import { k8s } from 'cdk8s-plus-28';
import { boundClusterRole } from '../access/custom-roles.ts';
import type { Access, ClusterNamespace, Reason } from '../access/graph.ts';
import type { NamingCluster } from '../access/names-on.ts';
import { rbacName } from '../access/names-on.ts';
import type { ContainerLimits, Quota, ResolvedIsolation } from '../config/model/desired-state.ts';
import { heldIsolation } from '../config/model/desired-state.ts';
import { compareCodeUnits } from '../values/order.ts';
import { defaultRequest, quotaKeys } from '../settings/quota.ts';
import type { ClusterInput, RenderedCluster, RenderedOrganization } from './cluster-input.ts';
import type { Origin } from '../source/source.ts';
import type { KindIn } from './kinds.ts';
import { kinds } from './kinds.ts';
import type { ExplainedTemplate } from './manifest-file.ts';
import type { TextMap } from './template.ts';
import { template } from './template.ts';
import { bindingName } from './binding-name.ts';
import { isolationOf, namespaceAnnotations, writtenWhole } from './annotations.ts';
import { keys, managedBy } from './labels.ts';

type Labels = Record<string, string>;

/** What the objects of a namespace are rendered from. */
interface NamespaceInput {
  readonly organization: RenderedOrganization;
  readonly cluster: RenderedCluster;
  readonly entry: ClusterNamespace;
  readonly accesses: readonly Access[];
  /** The labels of all that is in the namespace. */
  readonly labels: Labels;
}

/**
 * The Namespace and all that the platform owns in it, in the order in which it should come to be (S42). Of one that others
 * declare, what is given in it, and nothing else.
 */
export function namespaceObjects(
  { organization, cluster }: Pick<ClusterInput, 'organization' | 'cluster'>,
  entry: ClusterNamespace,
  accesses: readonly Access[],
): ExplainedTemplate[] {
  const labels = { [keys(organization.labelDomain).managedBy]: managedBy };
  const input = { organization, cluster, entry, accesses, labels };
  return entry.kind === 'Foreign' ? objectsOf.RoleBinding(input) : Object.values(objectsOf).flatMap((of) => of(input));
}

/** The objects of each kind that stands in a namespace's file, in the order in which they should come to be. */
const objectsOf = {
  Namespace({ organization, cluster, entry, labels: managed }) {
    const labels = { ...namespaceLabels(organization, cluster, entry), ...managed };
    const annotations = namespaceAnnotations(organization, entry);
    const object = template(k8s.KubeNamespace, (map) => ({
      metadata: { name: map(entry.name), labels: mapped(labels, map), annotations: mapped(annotations, map) },
    }));
    return [{ template: object, because: [] }];
  },
  ResourceQuota(input) {
    const quota = input.entry.kind === 'Tenant' ? input.entry.namespace.quota : undefined;
    const hard = quota && quotaHard(quota.value);
    if (!hard || Object.keys(hard).length === 0) return [];
    const annotations = {
      ...writtenWhole,
      [keys(input.organization.labelDomain).quotaKeys]: Object.keys(hard).sort(compareCodeUnits).join(','),
    };
    const object = template(k8s.KubeResourceQuota, (map) => ({
      metadata: { ...metadata(input, 'tenantry', map).metadata, annotations: mapped(annotations, map) },
      spec: { hard: quantities(hard, map) },
    }));
    return [{ template: object, because: reasons(quota) }];
  },
  LimitRange(input) {
    if (input.entry.kind !== 'Tenant') return [];
    const { quota, containerLimits } = input.entry.namespace;
    const limit = limitRangeItem(quota?.value, containerLimits?.value);
    if (!limit) return [];
    const object = template(k8s.KubeLimitRange, (map) => ({
      ...metadata(input, 'tenantry', map),
      spec: { limits: [limit] },
    }));
    return [{ template: object, because: reasons(containerLimits, quota) }];
  },
  NetworkPolicy(input) {
    const { organization, entry } = input;
    const { network } = heldIsolation(isolationOf(organization, entry));
    const peers = networkPeers(organization, entry, network.value);
    if (!peers) return [];
    const object = template(k8s.KubeNetworkPolicy, (map) => ({
      ...metadata(input, 'tenantry', map),
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: peers(map) }] },
    }));
    return [{ template: object, because: reasons(network) }];
  },
  RoleBinding(input) {
    return input.accesses.map((access) => {
      const { subject, because } = access;
      const role = boundClusterRole(input.entry, access.role, input.organization);
      const name = bindingName(subject, role);
      const object = template(k8s.KubeRoleBinding, (map) => ({
        ...metadata(input, map(name), map),
        roleRef: { apiGroup: kinds.RoleBinding.group, kind: 'ClusterRole', name: role },
        subjects: [rbacSubject(input.cluster, subject, map)],
      }));
      return { template: object, because };
    });
  },
} satisfies Record<KindIn<'namespaces'>, (input: NamespaceInput) => ExplainedTemplate[]>;

function metadata({ entry, labels }: NamespaceInput, name: string, map: TextMap) {
  return { metadata: { name, namespace: map(entry.name), labels } };
}

/** The lines of settings, as far as there are any. */
function reasons(...settings: readonly ({ readonly origin: Origin } | undefined)[]): Reason[] {
  return settings.flatMap((setting) => (setting ? [{ origin: setting.origin, via: [] }] : []));
}

function mapped(labels: Labels, map: TextMap): Labels {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, map(value)]));
}

/** A subject as a binding writes it. */
export function rbacSubject(
  cluster: NamingCluster,
  subject: Access['subject'],
  map: TextMap = (text) => text,
): k8s.Subject {
  return subject.kind === 'ServiceAccount'
    ? { kind: subject.kind, name: map(subject.name), namespace: map(subject.namespace) }
    : { apiGroup: kinds.RoleBinding.group, kind: subject.kind, name: map(rbacName(cluster, subject)) };
}

function namespaceLabels(
  organization: RenderedOrganization,
  cluster: RenderedCluster,
  entry: ClusterNamespace,
): Labels {
  const key = keys(organization.labelDomain);
  const podSecurity = podSecurityLabels(cluster, key.enforcement, isolationOf(organization, entry));
  if (entry.kind !== 'Tenant') return { [key.kind]: entry.kind, ...podSecurity };
  const { namespace, tenant } = entry;
  return {
    ...Object.fromEntries(Array.from(namespace.labels, ([name, { value }]) => [name, value])),
    [key.kind]: entry.kind,
    [key.tenant]: tenant.name,
    [key.identifier]: namespace.identifier,
    [key.allocation]: namespace.allocation?.value ?? '',
    [key.subscriptionGroup]: tenant.subscriptionGroup,
    [key.cordoned]: String(namespace.cordoned.value),
    [key.state]: entry.state.value,
    ...podSecurity,
  };
}

/**
 * The Pod Security Standard; where it is only observed, what it would refuse is warned of and written to the audit log. No
 * standard where the cluster has its own means.
 */
function podSecurityLabels(cluster: RenderedCluster, marker: string, isolation: ResolvedIsolation): Labels {
  const level = (mode: string, value: string): Labels => ({
    [`pod-security.kubernetes.io/${mode}`]: value,
    [`pod-security.kubernetes.io/${mode}-version`]: 'latest',
  });
  const { enforcement, podSecurity } = isolation;
  const mark: Labels = { [marker]: enforcement.value };
  if (cluster.podSecurityLabels.value === 'Omitted') return mark;
  const enforced = level('enforce', heldIsolation(isolation).podSecurity.value);
  if (enforcement.value === 'Enforce') return { ...mark, ...enforced };
  return {
    ...mark,
    ...enforced,
    ...level('warn', podSecurity.value),
    ...level('audit', podSecurity.value),
  };
}

/** The keys of a ResourceQuota, as Kubernetes writes them. */
function quotaHard(quota: Quota): Record<string, string> {
  const named = quotaKeys.flatMap(([name, key]) => {
    const limit = quota[name];
    return limit === undefined ? [] : [[key, String(limit)] as const];
  });
  return { ...quota.hard, ...Object.fromEntries(named) };
}

/** With a quota on requests, a pod without them would be refused. */
function limitRangeItem(quota: Quota | undefined, limits: ContainerLimits | undefined): k8s.LimitRangeItem | undefined {
  const item = {
    defaultRequest: defaultRequest(quota, limits),
    default: limits?.default ?? {},
    max: limits?.max ?? {},
  };
  const used = Object.entries(item).filter(([, resources]) => Object.keys(resources).length > 0);
  if (used.length === 0) return undefined;
  return { type: 'Container', ...Object.fromEntries(used.map(([key, resources]) => [key, quantities(resources)])) };
}

function quantities(
  values: Readonly<Record<string, string>>,
  map: TextMap = (text) => text,
): Record<string, k8s.Quantity> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, k8s.Quantity.fromString(map(value))]));
}

/** Who may connect to the namespace's pods; undefined when anyone may. */
function networkPeers(
  organization: RenderedOrganization,
  entry: ClusterNamespace,
  network: ResolvedIsolation['network']['value'],
): ((map: TextMap) => k8s.NetworkPolicyPeer[]) | undefined {
  switch (network) {
    case 'None':
      return undefined;
    case 'SameNamespace':
      return () => [{ podSelector: {} }];
    case 'SameTenant': {
      // A group namespace has no tenant, so there is nothing but itself to share with.
      if (entry.kind !== 'Tenant') return () => [{ podSelector: {} }];
      const { tenant } = entry;
      return (map) => [
        { namespaceSelector: { matchLabels: { [keys(organization.labelDomain).tenant]: map(tenant.name) } } },
      ];
    }
  }
}
