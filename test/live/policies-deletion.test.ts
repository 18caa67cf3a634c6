import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, waitFor } from '../control-plane/client.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { pod, roleBinding } from './support/objects.ts';
import { organization, tenant } from './support/organization.ts';
import { inEffect, policyNames } from './support/policies.ts';
import { verdict, verdictPastRbac } from './support/verdict.ts';

/**
 * The way of a namespace out of the cluster: nothing that the policies refuse may hold it up, whatever state it is in.
 * Kubernetes' own controllers do the work, under their own names.
 */

let cluster: TestCluster;

const greens = (...namespaces: string[]) =>
  organization({
    files: tenant('green', `owners: [{ kind: Group, name: green-leads }]\nnamespaces:\n${namespaces.join('\n')}`),
  });
const shared = 'sharedWith: [{ group: audit, role: view }], quota: { cpu: "2", pods: 5 }';
const lists = 'isolation: { registries: [registry.example.com/], storageClasses: [], ingressClasses: [] }';
const gone = ['green-marked', 'green-cold', 'green-lists'];

beforeAll(async () => {
  cluster = await startCluster(
    greens(
      '  - { name: prod }',
      `  - { name: marked, ${shared} }`,
      `  - { name: cold, ${shared} }`,
      `  - { name: lists, ${shared} }`,
    ),
  );
  await inEffect(cluster, ...policyNames);
});

afterAll(() => cluster.stop());

test('S15, S44: in two steps a namespace goes, with all that is in it, whatever state it is in', async () => {
  const { admin, alice, argoCD } = cluster;
  const owner = await cluster.person('gil', 'green-leads');
  for (const namespace of gone) {
    await waitFor('the default service account', async () => {
      return (await admin.get('serviceaccounts', `${namespace}/default`)).status === 200;
    });
    await must(owner.create('configmaps', `${namespace}/data`));
    await must(owner.create('pods', `${namespace}/web`, pod('registry.example.com/web')));
    await must(owner.create('rolebindings', `${namespace}/own`, roleBinding('view', 'User user:kim')));
    const held = { metadata: { finalizers: ['example.com/hold'] } };
    await must(owner.create('configmaps', `${namespace}/held`, held));
  }

  await cluster.sync(
    greens(
      '  - { name: prod }',
      `  - { name: marked, ${shared}, state: MarkedForDeletion }`,
      `  - { name: cold, ${shared}, state: MarkedForDeletion, cordoned: true }`,
      `  - { name: lists, ${shared}, state: MarkedForDeletion, cordoned: true, ${lists} }`,
    ),
  );
  await waitFor('the cordon', async () => {
    const found = await cluster.overseer.dryRun.patch('configmaps', 'green-cold/data', { data: { a: 'b' } });
    return verdict(found).startsWith('cordon: ');
  });
  // Only the cordon keeps an operator that nobody trusts from what it holds; not once the namespace is on its way out.
  const operator = await cluster.serviceAccount('default/holder');
  await must(
    admin.create('clusterrolebindings', 'holder', roleBinding('cluster-admin', 'ServiceAccount default/holder')),
  );
  const release = (namespace: string) =>
    operator.patch('configmaps', `${namespace}/held`, { metadata: { finalizers: null } });
  expect(await verdictPastRbac(() => release('green-cold'))).toMatch(/^cordon: /);

  await cluster.sync(greens('  - { name: prod }'));
  for (const namespace of gone) {
    const conditions = await waitFor('Kubernetes to find what is left', async () => {
      const { body } = await admin.get('namespaces', namespace);
      const found = JSON.stringify(at(body, 'status', 'conditions'));
      return found.includes('example.com/hold in 1 resource instances') && found;
    });
    expect(conditions).not.toContain('ValidatingAdmissionPolicy');
    await must(release(namespace));
  }
  for (const namespace of gone) {
    await waitFor(`${namespace} to be gone`, async () => (await admin.get('namespaces', namespace)).status === 404);
  }
  expect(verdict(await argoCD.get('namespaces', 'green-prod'))).toBe('allowed');
  expect(verdict(await alice.get('namespaces', 'solar-going'))).toBe('allowed');
});

describe('what leaves Git without having been marked stays', () => {
  test('the namespace, and its end is refused to Argo CD', async () => {
    const without = organization({ files: { 'tenants/green.yaml': null } });
    await cluster.sync(without);
    expect(verdict(await cluster.admin.get('namespaces', 'green-prod'))).toBe('allowed');
    expect(verdict(await cluster.argoCD.delete('namespaces', 'green-prod'))).toMatch(/^namespaces: /);
    // What gave access to it is gone all the same.
    const owner = await cluster.person('gil', 'green-leads');
    await waitFor('the owner to be shut out', async () => {
      return verdict(await owner.get('configmaps', 'green-prod/')).startsWith('RBAC: ');
    });
  });
});
