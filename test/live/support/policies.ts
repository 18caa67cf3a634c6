import { expect } from 'vitest';
import { waitFor } from '../../control-plane/client.ts';
import type { Answer } from '../../control-plane/client.ts';
import type { TestCluster } from './cluster.ts';
import { must } from './cluster.ts';
import { pod, roleBinding } from './objects.ts';
import { verdict } from './verdict.ts';

/** For each policy, what nothing else would refuse to somebody whom RBAC lets do anything. Nothing is stored. */
const attempts = {
  namespaces: ({ overseer }) =>
    overseer.dryRun.patch('namespaces', 'solar-prod', { metadata: { labels: { 'tenantry.dev/tenant': 'green' } } }),
  'managed-objects': ({ overseer }) => overseer.dryRun.delete('resourcequotas', 'solar-prod/tenantry'),
  'self-service-bindings': ({ overseer }) =>
    overseer.dryRun.create('rolebindings', 'solar-prod/attempt', roleBinding('view', 'Group system:authenticated')),
  'token-secrets': ({ overseer }) =>
    overseer.dryRun.create('secrets', 'solar-prod/attempt', {
      metadata: { annotations: { 'kubernetes.io/service-account.name': 'default' } },
      type: 'kubernetes.io/service-account-token',
    }),
  'token-requests': ({ overseer }) =>
    overseer.dryRun.create('serviceaccounts/token', 'solar-prod/default', { spec: { expirationSeconds: 3601 } }),
  aggregation: ({ overseer }) =>
    overseer.dryRun.create('clusterroles', 'attempt', {
      metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
    }),
  'custom-roles': ({ overseer }) =>
    overseer.dryRun.create('rolebindings', 'solar-prod/attempt', roleBinding('tenantry:green.odd.0', 'Group audit')),
  cordon: ({ overseer }) => overseer.dryRun.create('configmaps', 'solar-frozen/attempt'),
  'marked-for-deletion': ({ overseer }) => overseer.dryRun.create('configmaps', 'solar-going/attempt'),
  pods: ({ overseer }) => overseer.dryRun.create('pods', 'solar-strict/attempt', pod('nginx')),
  storage: ({ overseer }) =>
    overseer.dryRun.create('persistentvolumeclaims', 'solar-strict/attempt', {
      spec: {
        storageClassName: 'slow',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    }),
  ingresses: ({ overseer }) =>
    overseer.dryRun.create('ingresses', 'solar-strict/attempt', {
      spec: { ingressClassName: 'public', defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    }),
} as const satisfies Record<string, (cluster: TestCluster) => Promise<Answer>>;

export type PolicyName = keyof typeof attempts;

export const policyNames = Object.keys(attempts) as PolicyName[];

/** Returns when a policy refuses its attempt: an API server takes a moment to see a new policy. */
export async function inEffect(cluster: TestCluster, ...policies: readonly PolicyName[]): Promise<void> {
  await Promise.all(
    policies.map((policy) =>
      waitFor(`the policy ${policy}`, async () => {
        const found = verdict(await attempts[policy](cluster));
        return found.startsWith(`${policy}: `) || Promise.reject(new Error(found));
      }),
    ),
  );
}

/** Takes the bindings of all policies away, does something, and puts them back. */
export async function withoutPolicies(cluster: TestCluster, meanwhile: () => Promise<void>): Promise<void> {
  const { admin } = cluster;
  const bindings = policyNames.map((policy) => `${policy}.tenantry.dev`);
  await Promise.all(bindings.map((name) => must(admin.delete('validatingadmissionpolicybindings', name))));
  for (const policy of policyNames) {
    await waitFor(`the attempt on ${policy} to succeed`, async () => {
      const found = verdict(await attempts[policy](cluster));
      return found === 'allowed' || Promise.reject(new Error(found));
    });
  }
  await meanwhile();
  for (const name of bindings) await must(bind(cluster, name));
  await inEffect(cluster, ...policyNames);
}

/** Puts the binding of a policy back, as Argo CD does. */
function bind(cluster: TestCluster, name: string): Promise<Answer> {
  return cluster.argoCD.apply('validatingadmissionpolicybindings', name, {
    metadata: { labels: { 'app.kubernetes.io/managed-by': 'tenantry' } },
    spec: { policyName: name, validationActions: ['Deny'] },
  });
}

/**
 * Shows that it is the policy which refuses, and nothing else: takes its binding away, sees the attempt succeed, and
 * puts the binding back.
 */
export async function withoutPolicy(
  cluster: TestCluster,
  policy: PolicyName,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const name = `${policy}.tenantry.dev`;
  const attempt = async () => verdict(await attempts[policy](cluster));
  expect(await attempt()).toMatch(new RegExp(`^${policy}: `));
  await must(cluster.admin.delete('validatingadmissionpolicybindings', name));
  try {
    await waitFor(`the attempt on ${policy} to succeed`, async () => {
      const found = await attempt();
      return found === 'allowed' || Promise.reject(new Error(found));
    });
    await meanwhile();
  } finally {
    await must(bind(cluster, name));
  }
  await inEffect(cluster, policy);
}
