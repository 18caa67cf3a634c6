import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { controllers } from '../../src/manifests/policies/callers.ts';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { roleBinding } from './support/objects.ts';
import { organization } from './support/organization.ts';
import { inEffect, policyNames } from './support/policies.ts';
import { verdict } from './support/verdict.ts';

/** The policies and the platform: what applies them, and what runs under them. */

let cluster: TestCluster;

// Long enough for lists that an API server does not read in one piece.
const groups = Array.from({ length: 3000 }, (_, i) => `department-${i}:team-with-a-rather-long-name`);
const files = organization({
  // Not even the members of system:masters are let through: what the API server does for itself must go on.
  organization: `policies: { breakGlassGroups: [cluster-admins] }\n`,
});
const many = {
  ...files,
  'organization.yaml': String(files['organization.yaml']).replace(
    '  groups:\n',
    `  groups:\n${groups.map((name) => `    - { name: "${name}" }\n`).join('')}`,
  ),
};

beforeAll(async () => {
  cluster = await startCluster(files);
  await inEffect(cluster, ...policyNames);
});

afterAll(() => cluster.stop());

test('every policy is tried out, and all that they say exists', async () => {
  const { body } = await cluster.admin.get('validatingadmissionpolicies', '');
  const policies = listAt(body, 'items');
  expect(policies.map((policy) => String(at(policy, 'metadata', 'name')).split('.')[0]).sort()).toEqual(
    policyNames.toSorted(),
  );
  for (const policy of policies) {
    const name = String(at(policy, 'metadata', 'name'));
    const checked = await waitFor(`the types of ${name}`, async () => {
      const found = (await cluster.admin.get('validatingadmissionpolicies', name)).body;
      return at(found, 'status', 'observedGeneration') === 1 && at(found, 'status', 'typeChecking');
    });
    expect([name, checked]).toEqual([name, {}]);
    expect(at(policy, 'metadata', 'annotations', 'tenantry.dev/purpose')).toMatch(/^[A-Z].*\.$/);
  }
});

test('Argo CD applies everything again, and nothing changes', async () => {
  // Kubernetes itself writes the status of these.
  const revisions = () =>
    cluster
      .applied()
      .filter(({ name }) => !/^(ResourceQuota|ValidatingAdmissionPolicy) /.test(name))
      .map(({ name, answer }) => [name, at(answer.body, 'metadata', 'resourceVersion')]);
  const before = revisions();
  await cluster.sync(files);
  expect(before.length).toBeGreaterThan(30);
  expect(revisions()).toEqual(before);
});

test('Argo CD brings back what was changed by hand', async () => {
  const quota = 'solar-prod/tenantry';
  await must(cluster.alice.patch('resourcequotas', quota, { spec: { hard: { pods: '1000' } } }));
  await must(cluster.alice.delete('networkpolicies', 'solar-prod/tenantry'));
  await cluster.sync(files);
  expect(at((await cluster.admin.get('resourcequotas', quota)).body, 'spec', 'hard', 'pods')).toBe('100');
  expect(verdict(await cluster.admin.get('networkpolicies', 'solar-prod/tenantry'))).toBe('allowed');
});

test('every controller of Kubernetes is known, or has no business in namespaces', async () => {
  const { body } = await cluster.admin.get('clusterroles', '');
  const prefix = 'system:controller:';
  const names = listAt(body, 'items').map((role) => String(at(role, 'metadata', 'name')));
  const ofKubernetes = names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  expect(ofKubernetes.length).toBeGreaterThan(30);
  const inNoNamespace = [
    'certificate-controller',
    'pv-protection-controller',
    'route-controller',
    'service-cidrs-controller',
    'ttl-controller',
    'validatingadmissionpolicy-status-controller',
    'volumeattributesclass-protection-controller',
  ];
  const known = new Set<string>([...controllers, ...inNoNamespace]);
  expect(ofKubernetes.filter((name) => !known.has(name))).toEqual([]);
});

test('members of `system:masters` are let through only where the organization says so', async () => {
  expect(verdict(await cluster.admin.dryRun.create('configmaps', 'solar-frozen/x'))).toMatch(/^cordon: /);
  expect(verdict(await cluster.alice.dryRun.create('configmaps', 'solar-frozen/x'))).toBe('allowed');
});

test('the API server is let through, whatever the organization says: it needs namespaces and roles of its own', async () => {
  const apiServer = cluster.impersonate('system:apiserver', 'system:masters');
  expect(verdict(await cluster.admin.dryRun.create('namespaces', 'kube-extra'))).toMatch(/^namespaces: /);
  expect(verdict(await apiServer.dryRun.create('namespaces', 'kube-extra'))).toBe('allowed');
});

test('Kubernetes restores its own roles when the API server starts', async () => {
  const edited = { rules: [], metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' } } };
  await must(cluster.alice.patch('clusterroles', 'system:aggregate-to-view', edited));
  await cluster.plane.restart();
  await waitFor('the role to be whole', async () => {
    const { body } = await cluster.admin.get('clusterroles', 'system:aggregate-to-view');
    return listAt(body, 'rules').length > 0;
  });
  await inEffect(cluster, ...policyNames);
});

describe('an organization of thousands of groups', () => {
  const attempt = async (group: string) =>
    verdict(
      await cluster.overseer.dryRun.create('rolebindings', 'solar-prod/x', roleBinding('view', `Group ${group}`)),
    );

  test('has policies like any other', async () => {
    await cluster.sync(many);
    await waitFor('the groups', async () => (await attempt(groups[2999] ?? '')) === 'allowed');
    for (const i of [0, 999, 1000, 1500, 2000, 2998]) expect(await attempt(groups[i] ?? '')).toBe('allowed');
    expect(await attempt('department-3000:team-with-a-rather-long-name')).toMatch(/^self-service-bindings: /);
    await inEffect(cluster, ...policyNames);
  });
});
