import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from './support/actor.ts';
import { startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { pod } from './support/objects.ts';
import { organization, tenant } from './support/organization.ts';
import { inEffect } from './support/policies.ts';
import { waitFor } from '../control-plane/client.ts';
import { verdict } from './support/verdict.ts';

/** An owner makes himself root on a node by one line in his tenant's file, which he approves himself. */

let cluster: TestCluster;
/** An owner of the tenant solar. */
let sam: Actor;

const privileged = tenant(
  'solar',
  `
owners: [{ kind: Group, name: solar-leads }]
isolation: { podSecurity: privileged }
namespaces: [{ name: dev }]`,
);
const onTheNode = pod('nginx', {
  hostPID: true,
  nodeName: 'control-plane',
  volumes: [{ name: 'root', hostPath: { path: '/' } }],
});
const tries = async (): Promise<string> => verdict(await sam.dryRun.create('pods', 'solar-dev/root', onTheNode));

beforeAll(async () => {
  cluster = await startCluster(organization(), { argoCDMayDo: 'anything' });
  sam = await cluster.person('sam', 'solar-leads');
  await inEffect(cluster, 'namespaces');
});

afterAll(() => cluster.stop());

test('Pod Security refuses the pod, and the line that would let it in is refused before anything is rendered', async () => {
  expect(await tries()).toMatch(/violates PodSecurity "baseline:latest"/);
  await expect(cluster.sync(organization({ files: privileged }))).rejects.toThrow(
    'TEN701 `podSecurity` of `solar-dev`',
  );
  expect(await tries()).toMatch(/violates PodSecurity "baseline:latest"/);
});

test('what that line does is seen once the admins have granted it: the pod is admitted', async () => {
  const grants = 'grants: { solar: { podSecurity: privileged } }';
  await cluster.sync(organization({ organization: grants, files: privileged }));
  await waitFor('the label of the Namespace', async () => (await tries()) === 'allowed');
});
