import { readFileSync } from 'node:fs';
import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { PeerCluster, PeerNamespace } from './peers.ts';

/**
 * The program that one writes with cdk8s at first: an App for each cluster, a Chart in it, a construct for each object,
 * `app.synth()`. It gets everything worked out, as JSON.
 *
 *     plain-cdk8s values.json out/
 */
const [values = '', out = ''] = process.argv.slice(2);
const clusters = JSON.parse(readFileSync(values, 'utf8')) as readonly PeerCluster[];
for (const cluster of clusters) {
  const app = new App({ outdir: `${out}/${cluster.name}` });
  const chart = new Chart(app, cluster.name);
  for (const namespace of cluster.namespaces) addNamespace(chart, namespace);
  app.synth();
}

function addNamespace(chart: Chart, n: PeerNamespace): void {
  const id = n.name;
  const meta = (name: string) => ({ name, namespace: n.name, labels: { 'app.kubernetes.io/managed-by': 'tenantry' } });
  new k8s.KubeNamespace(chart, `${id}-namespace`, {
    metadata: { name: n.name, annotations: n.annotations, labels: n.labels },
  });
  if (n.quota) {
    const hard = Object.fromEntries(
      Object.entries(n.quota.hard).map(([key, value]) => [key, k8s.Quantity.fromString(value)]),
    );
    new k8s.KubeResourceQuota(chart, `${id}-quota`, {
      metadata: { ...meta('tenantry'), annotations: n.quota.annotations },
      spec: { hard },
    });
    const defaultRequest = { cpu: k8s.Quantity.fromString('100m'), memory: k8s.Quantity.fromString('128Mi') };
    new k8s.KubeLimitRange(chart, `${id}-limits`, {
      metadata: meta('tenantry'),
      spec: { limits: [{ type: 'Container', defaultRequest }] },
    });
  }
  new k8s.KubeNetworkPolicy(chart, `${id}-network`, {
    metadata: meta('tenantry'),
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ from: [n.peers ? { namespaceSelector: { matchLabels: n.peers } } : { podSelector: {} }] }],
    },
  });
  for (const { name, rules } of n.roles ?? [])
    new k8s.KubeRole(chart, `${id}-role-${name}`, { metadata: meta(name), rules });
  for (const [name, subjectKind, subject, roleKind, role] of n.bindings) {
    new k8s.KubeRoleBinding(chart, `${id}-binding-${name}`, {
      metadata: meta(name),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: subjectKind, name: subject }],
    });
  }
}
