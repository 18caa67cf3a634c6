import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { tenantryHere } from '../support/cli.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import type { TestCluster } from './support/cluster.ts';
import { startCluster } from './support/cluster.ts';
import { roleBinding } from './support/objects.ts';
import { clusterName, organization } from './support/organization.ts';
import { allOnTestedVersion } from './support/tested-version.ts';

/**
 * Runs the commands of docs/live.md on a control plane, beside a cluster that is unreachable, and compares what they print.
 * `TENANTRY_BLESS=1` writes the real output into the page.
 */
const page = resolve(import.meta.dirname, '../../docs/live.md');
const bless = process.env['TENANTRY_BLESS'] === '1';
const declared = 'https://prodcluster01.example.com:6443';
const away = 'https://127.0.0.1:1';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startCluster(organization());
  const { admin } = cluster;
  await admin.create('nodes', 'node-1');
  const capacity = { cpu: '16', memory: '67108864Ki' };
  await admin.patch('nodes/status', 'node-1', {
    status: { capacity, conditions: [{ type: 'Ready', status: 'True' }] },
  });
  await admin.create('clusterrolebindings', 'support', roleBinding('cluster-admin', 'User user:mallory'));
  await admin.create('rolebindings', 'solar-prod/debug', roleBinding('admin', 'Group system:authenticated'));
  await admin.delete('rolebindings', 'solar-dev/tenantry:group:audit:view');
  await cluster.plane.request(
    'PATCH',
    '/api/v1/namespaces/solar-prod/resourcequotas/tenantry?fieldManager=kubectl-edit',
    { body: { spec: { hard: { 'requests.cpu': '200' } } }, contentType: 'application/merge-patch+json' },
  );
  await admin.delete('validatingadmissionpolicybindings', 'cordon.tenantry.dev');
  for (const name of ['overseer', 'cert-manager']) await admin.delete('clusterrolebindings', name);
});

afterAll(async () => {
  await cluster.stop();
});

/** The organization with its cluster where it really is, another one that is nowhere, and a kubeconfig for both. */
function folderWithBoth(): string {
  const folder = temporaryFolder();
  const files = allOnTestedVersion(organization());
  const here = String(files[`clusters/${clusterName}.yaml`]);
  writeFiles(folder, {
    ...files,
    [`clusters/${clusterName}.yaml`]: here.replace(declared, cluster.plane.server),
    'clusters/edge01.yaml': here.replace(`name: ${clusterName}`, 'name: edge01').replace(declared, away),
    'clusters/example-ca.pem': cluster.plane.authority,
  });
  const config = parse(cluster.plane.kubeconfig()) as {
    clusters: object[];
    contexts: object[];
    users: { name: string }[];
  };
  config.clusters.push({ name: 'edge01', cluster: { server: away } });
  config.contexts.push({ name: 'edge01', context: { cluster: 'edge01', user: config.users[0]?.name } });
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(config));
  return folder;
}

/** Without what differs from run to run: addresses, times, ages, versions. Columns keep their places. */
function steady(text: string): string {
  return text
    .replaceAll(cluster.plane.server, declared)
    .replaceAll(away, 'https://edge01.example.com:6443')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-06-15T12:00:00.000Z')
    .replaceAll(/ +\d+[smh]$/gm, (age) => '5d'.padStart(age.length))
    .replaceAll(/\bv1\.\d+\.\d+\b/g, 'v1.36.3');
}

it('docs/live.md shows what the commands really print', async () => {
  const text = readFileSync(page, 'utf8');
  const folder = folderWithBoth();
  const outputs: string[] = [];
  const blocks = Array.from(text.matchAll(/```console\n\$ tenantry (.*)\n([\s\S]*?)```/g));
  for (const [, command = ''] of blocks) {
    const { stdout } = await tenantryHere(
      [...command.split(' '), '--kubeconfig', 'kubeconfig', '--as-of', '2026-06-15'],
      { cwd: folder },
    );
    outputs.push(steady(stdout));
  }
  expect(outputs.length).toBeGreaterThan(2);
  if (bless) {
    let i = 0;
    const actual = text.replace(
      /(```console\n\$ tenantry .*\n)[\s\S]*?```/g,
      (_, head: string) => `${head}${outputs[i++] ?? ''}\`\`\``,
    );
    writeFileSync(page, actual);
  } else expect(outputs).toEqual(blocks.map(([, , shown]) => shown));
});
