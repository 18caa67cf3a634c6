import { k8s } from 'cdk8s-plus-28';
import type { Access, ClusterNamespace } from '../access/graph.ts';
import { rbacName } from '../access/graph.ts';
import type { ContainerLimits, Organization, Quota, ResolvedIsolation } from '../config/model/desired-state.ts';
import { quotaKeys } from '../config/model/desired-state.ts';
import { keptByArgoCD } from './argo-cd/applications-and-projects.ts';
import type { ObjectTemplate, TextMap } from './template.ts';
import { template } from './template.ts';
import { bindingName, keys, managedBy } from './names.ts';
import { allowListAnnotations } from './policies/index.ts';

type Labels = Record<string, string>;

/** The Namespace and all that the platform owns in it, in the order in which it should come to be (S42). */
export function namespaceObjects(
  organization: Organization,
  entry: ClusterNamespace,
  accesses: readonly Access[],
): ObjectTemplate[] {
  const managed: Labels = { [keys(organization.labelDomain).managedBy]: managedBy };
  const own = { ...namespaceLabels(organization, entry), ...managed };
  const annotations = namespaceAnnotations(organization, entry);
  const objects = [
    template(k8s.KubeNamespace, (map) => ({
      metadata: { name: map(entry.name), labels: mapped(own, map), annotations: mapped(annotations, map) },
    })),
  ];
  const metadata = (name: string, map: TextMap) => ({
    metadata: { name, namespace: map(entry.name), labels: managed },
  });

  if (entry.kind === 'Tenant') {
    const { quota, containerLimits } = entry.namespace;
    const hard = quota && quotaHard(quota.value);
    if (hard && Object.keys(hard).length > 0) {
      objects.push(
        template(k8s.KubeResourceQuota, (map) => ({
          ...metadata('tenantry', map),
          spec: { hard: quantities(hard, map) },
        })),
      );
    }
    const limit = limitRangeItem(quota?.value, containerLimits?.value);
    if (limit) {
      objects.push(
        template(k8s.KubeLimitRange, (map) => ({
          ...metadata('tenantry', map),
          spec: { limits: [limit] },
        })),
      );
    }
  }
  const peers = networkPeers(organization, entry);
  if (peers) {
    objects.push(
      template(k8s.KubeNetworkPolicy, (map) => ({
        ...metadata('tenantry', map),
        spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: peers(map) }] },
      })),
    );
  }
  if (entry.kind === 'Tenant') {
    for (const { value } of entry.tenant.roles) {
      objects.push(template(k8s.KubeRole, (map) => ({ ...metadata(value.name, map), rules: value.rules })));
    }
  }
  for (const access of accesses) {
    const { subject, role } = access;
    const name = bindingName(access);
    objects.push(
      template(k8s.KubeRoleBinding, (map) => ({
        ...metadata(map(name), map),
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name: role.name },
        subjects: [rbacSubject(subject, map)],
      })),
    );
  }
  return objects;
}

function mapped(labels: Labels, map: TextMap): Labels {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, map(value)]));
}

/** A subject as a binding writes it. */
export function rbacSubject(subject: Access['subject'], map: TextMap = (text) => text): k8s.Subject {
  return subject.kind === 'ServiceAccount'
    ? { kind: subject.kind, name: map(subject.name), namespace: map(subject.namespace) }
    : { apiGroup: 'rbac.authorization.k8s.io', kind: subject.kind, name: map(rbacName(subject)) };
}

function namespaceLabels({ labelDomain, isolation }: Organization, entry: ClusterNamespace): Labels {
  const key = keys(labelDomain);
  const podSecurity = (level: ResolvedIsolation['podSecurity']): Labels => ({
    'pod-security.kubernetes.io/enforce': level.value,
    'pod-security.kubernetes.io/enforce-version': 'latest',
  });
  if (entry.kind !== 'Tenant') return { [key.kind]: entry.kind, ...podSecurity(isolation.podSecurity) };
  const { namespace, tenant } = entry;
  return {
    ...Object.fromEntries(Array.from(namespace.labels, ([name, { value }]) => [name, value])),
    [key.kind]: entry.kind,
    [key.tenant]: tenant.name,
    [key.identifier]: namespace.identifier,
    ...(namespace.allocation && { [key.allocation]: namespace.allocation.value }),
    [key.subscriptionGroup]: tenant.subscriptionGroup,
    [key.cordoned]: String(namespace.cordoned),
    [key.state]: entry.state.value,
    ...podSecurity(namespace.isolation.podSecurity),
  };
}

function namespaceAnnotations({ labelDomain, isolation }: Organization, entry: ClusterNamespace): Labels {
  const key = keys(labelDomain);
  const marked = entry.kind === 'Tenant' && entry.state.value === 'MarkedForDeletion';
  const nodeSelector = (entry.kind === 'Tenant' ? entry.namespace.isolation : isolation).nodeSelector;
  return {
    // Until a namespace is marked for deletion, Argo CD must not delete it; from then on, the confirmation names what
    // may be deleted.
    ...(marked ? { [key.allowDelete]: entry.name } : keptByArgoCD),
    ...(nodeSelector && {
      'scheduler.alpha.kubernetes.io/node-selector': Object.entries(nodeSelector)
        .map(([name, value]) => `${name}=${value}`)
        .sort()
        .join(','),
    }),
    ...allowListAnnotations(labelDomain, entry.kind === 'Tenant' ? entry.namespace.isolation : isolation),
    ...(entry.kind === 'Group' && { [key.group]: entry.share.group }),
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

/** What a container gets that asks for nothing. With a quota on requests, a pod without them would be refused. */
const fallbackRequest = { cpu: '100m', memory: '128Mi' };

function limitRangeItem(quota: Quota | undefined, limits: ContainerLimits | undefined): k8s.LimitRangeItem | undefined {
  const needed = {
    ...(quota?.cpu !== undefined && { cpu: fallbackRequest.cpu }),
    ...(quota?.memory !== undefined && { memory: fallbackRequest.memory }),
  };
  const item = {
    defaultRequest: { ...needed, ...limits?.defaultRequest },
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
  organization: Organization,
  entry: ClusterNamespace,
): ((map: TextMap) => k8s.NetworkPolicyPeer[]) | undefined {
  const { network } = entry.kind === 'Tenant' ? entry.namespace.isolation : organization.isolation;
  switch (network.value) {
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
