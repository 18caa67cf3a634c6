import { resolve, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readFiles } from '../support/folders.ts';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import { startFleet } from './fleet.ts';
import type { Files, Fleet } from './fleet.ts';
import { guideSteps, runAsOperator } from './guide.ts';
import { namespaceAt, said, stepsOn, reported } from './steps.ts';

/**
 * Somebody applies `dist/` by hand, with kubectl and under its own name as a field manager, as one does while Git or Argo CD is
 * down. What Git takes away later is gone all the same, though kubectl keeps its fields: of server-side apply, a key goes only
 * when its last manager lets go of it.
 */

const cluster = 'prod1';
const base = readFiles(join(resolve(import.meta.dirname, '../fixtures/plans'), 'accident-admin-added', 'before'));

let fleet: Fleet<typeof cluster>;
const { request } = stepsOn(() => fleet);

/** The tenant with one namespace, which has all that Git can take away, or nothing of it. */
function tenant(spec: string): Files {
  return {
    ...base,
    'clusters/prod2.yaml': undefined,
    'clusters/dev1.yaml': undefined,
    'tenants/wind.yaml': undefined,
    'tenants/solar.yaml': `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: solar
spec:
  owners:
    - { kind: Group, name: leads }
  defaults: { clusters: [${cluster}] }
  allocations:
    - { name: solar-2026, budget: { amount: "100", currency: EUR, period: Year } }
  namespaces:
    - name: shop
${spec}`,
  };
}

const full = `      allocation: solar-2026
      quota: { cpu: "8", pods: 5, loadBalancers: 2 }
      containerLimits: { max: { cpu: "2" }, default: { memory: 1Gi } }
      isolation: { registries: [registry.example.com/], storageClasses: [], network: SameTenant }
`;
const bare = `      quota: { cpu: "8" }
`;

beforeAll(async () => {
  fleet = await startFleet({ organization: existing(tenant(full)), clusters: [cluster] });
  for (const { commands } of guideSteps())
    runAsOperator(
      fleet.operator,
      commands.map((command) => command.replaceAll('prodcluster01', cluster)),
    );
  return fleet.stop;
});

reported(() => fleet);

function existing(files: Files): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])),
  );
}

async function merge(spec: string, ofCluster = ''): Promise<void> {
  const files = existing(tenant(spec));
  fleet.remote.write({ tenants: undefined });
  const changed = {
    ...files,
    [`clusters/${cluster}.yaml`]: `${String(files[`clusters/${cluster}.yaml`])}${ofCluster}`,
  };
  await fleet.settled(await fleet.merge(fleet.withServers(changed)));
}

/** Applies the files of the cluster as an admin of it would. */
async function applyByHand(): Promise<void> {
  const text = Object.entries(fleet.dist())
    .flatMap(([path, content]) => (/^dist\/prod1\/(namespaces|cluster)\//.test(path) ? [content] : []))
    .join('---\n');
  await request(cluster, 'POST', '/api/v1/namespaces', { body: { metadata: { name: 'monitoring' } } });
  await fleet.planes[cluster].applyManifests(text, { fieldManager: 'kubectl' });
}

const live = async (path: string) => (await request(cluster, 'GET', path)).body;
const shop = () => live(namespaceAt('solar-shop'));
const annotation = async (name: string) => at(await shop(), 'metadata', 'annotations', name);
const quotaKeys = async () => {
  const hard: unknown = at(await live(`${namespaceAt('solar-shop')}/resourcequotas/tenantry`), 'spec', 'hard');
  return typeof hard === 'object' && hard !== null ? Object.keys(hard).sort() : [];
};

test('what was applied by hand goes when Git takes it away', async () => {
  await merge(full);
  await applyByHand();
  expect(await annotation('tenantry.dev/allow-lists')).toBe('allowed-registries,allowed-storage-classes');
  expect(await quotaKeys()).toEqual(['pods', 'requests.cpu', 'services.loadbalancers'].sort());

  await merge(bare);
  const managers = at(await shop(), 'metadata', 'managedFields');
  expect(JSON.stringify(managers)).toContain('"manager":"kubectl"');
  expect(await annotation('tenantry.dev/allow-lists')).toBe('');
  expect(at(await shop(), 'metadata', 'labels', 'tenantry.dev/allocation')).toBe('');
  await waitFor('the keys of the quota', async () => (await quotaKeys()).join() === 'requests.cpu');
  const limits = await live(`${namespaceAt('solar-shop')}/limitranges/tenantry`);
  expect(at(limits, 'spec', 'limits')).toEqual([{ type: 'Container', defaultRequest: { cpu: '100m' } }]);
  const policies = '/apis/networking.k8s.io/v1/namespaces/solar-shop/networkpolicies';
  expect(at(await live(`${policies}/tenantry`), 'spec', 'ingress', 0, 'from')).toEqual([{ podSelector: {} }]);
});

test('a policy has no part that an older one had', async () => {
  const variables = async () => {
    const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/managed-objects.tenantry.dev';
    return listAt(await live(path), 'spec', 'variables').map((variable) => at(variable, 'name'));
  };
  await merge(bare, '  foreignNamespaces: [{ name: monitoring, sharedWith: [{ group: sre, role: view }] }]\n');
  await applyByHand();
  expect(await variables()).toContain('foreignBindings');
  await merge(bare);
  await waitFor('the policy', async () => !(await variables()).includes('foreignBindings'));
});

test('a mark that Git takes back is taken back, and the way to deletion begins anew', async () => {
  await merge(`      state: MarkedForDeletion\n${bare}`);
  await applyByHand();
  expect(await annotation('tenantry.dev/allow-delete')).toBe('solar-shop');
  await merge(bare);
  expect(await annotation('tenantry.dev/allow-delete')).toBe('');
  expect(await annotation('argocd.argoproj.io/sync-options')).toBe('Prune=false,Delete=false');
  const deletion = await request(cluster, 'DELETE', `${namespaceAt('solar-shop')}?dryRun=All`);
  expect(said(deletion)).toContain('is deleted in two steps');
});

test('what is marked is pruned, though somebody applied by hand that it is to be kept', async () => {
  await applyByHand();
  await merge(`      state: MarkedForDeletion\n${bare}`);
  expect(await annotation('argocd.argoproj.io/sync-options')).toBe('Prune=true,Delete=true');
  fleet.remote.write({ tenants: undefined });
  await fleet.settled(
    await fleet.merge(fleet.withServers(existing({ ...tenant(bare), 'tenants/solar.yaml': undefined }))),
  );
  await waitFor(
    'solar-shop to be gone',
    async () => (await request(cluster, 'GET', namespaceAt('solar-shop'))).status === 404,
  );
});
