import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { listedResources } from '../../src/cluster/kept.ts';
import { at } from '../control-plane/client.ts';
import { tenantry } from '../support/cli.ts';
import type { CliResult } from '../support/cli.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import type { TestCluster } from './support/cluster.ts';
import { startCluster } from './support/cluster.ts';
import { roleBinding } from './support/objects.ts';
import { clusterName, organization, tenant } from './support/organization.ts';
import { allOnTestedVersion } from './support/tested-version.ts';

/** `tenantry status` and `get` on a real control plane: what is there, as whoever is asking may see it. */

const text = (file: unknown): string => {
  if (typeof file !== 'string') throw new Error('the file is not there');
  return file;
};

let cluster: TestCluster;
let folder = '';
let admin = '';

beforeAll(async () => {
  cluster = await startCluster(files());
});

beforeEach(() => {
  folder = temporaryFolder();
  writeFiles(folder, onServer(cluster.plane.server, { 'clusters/example-ca.pem': cluster.plane.authority }));
  admin = kubeconfig();
});

/** The organization, with a tenant whose namespaces may be deleted. */
function files(more: Readonly<Record<string, string>> = {}): ReturnType<typeof organization> {
  const dusk = `owners: [{ kind: Group, name: green-leads }]
namespaces:
  - { name: gone, state: MarkedForDeletion }
  - { name: stuck, state: MarkedForDeletion }`;
  return organization({ files: { ...tenant('dusk', dusk), ...more } });
}

/** The organization's files, with its cluster on a server. */
function onServer(server: string, more: Readonly<Record<string, string>> = {}): Record<string, string | Uint8Array> {
  const file = `clusters/${clusterName}.yaml`;
  const all = allOnTestedVersion(files(more));
  return { ...all, [file]: text(all[file]).replace('https://prodcluster01.example.com:6443', server) };
}

afterAll(async () => {
  await cluster.stop();
});

function kubeconfig(token?: string): string {
  const file = join(temporaryFolder(), 'kubeconfig');
  writeFileSync(file, cluster.plane.kubeconfig(token));
  return file;
}

const run = (args: readonly string[], config = admin): Promise<CliResult> =>
  tenantry([...args, '--kubeconfig', config], { cwd: folder });

interface Json {
  complete: boolean;
  clusters: {
    name: string;
    connection: { state: string; message: string | null; missing: { resource: string }[] };
    version: string | null;
    nodes: { known: boolean; total: number; cpus: string };
  }[];
  namespaces: {
    name: string;
    status: string;
    declared: boolean;
    cordoned: boolean | null;
    createdAt: string | null;
    sharedWith: { kind: string; name: string; declared: boolean; roles: { name: string }[] }[] | null;
  }[];
}

async function json(args: readonly string[] = [], config = admin): Promise<Json> {
  const { stdout, stderr } = await run(['status', '--format', 'json', ...args], config);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Json;
}

const shares = ({ sharedWith }: Json['namespaces'][number]): string[] | undefined =>
  sharedWith?.map(({ kind, name, roles }) => `${kind} ${name} ${roles.map((role) => role.name).join()}`);

/** Without what differs from run to run. */
const steady = (text: string): string =>
  text
    .replaceAll(/\b\d+[smh]\b/g, '0s')
    .replaceAll(/ {2,}/g, '   ')
    .replaceAll(cluster.plane.server, 'SERVER');

describe('S2 and S17: the namespaces', () => {
  it('are shown with exactly these columns, in a synced cluster all Active', async () => {
    const { code, stdout, stderr } = await run(['status']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = steady(stdout).split('\n');
    expect(lines[0]?.split(/\s{2,}/)).toEqual(['NAME', 'CLUSTER', 'SHARED WITH', 'ALLOCATION', 'STATUS', 'AGE']);
    expect(lines.find((line) => line.startsWith('solar-prod '))?.split(/\s{2,}/)).toEqual([
      'solar-prod',
      'prodcluster01',
      'group audit (view), group solar-leads (admin), group solar-sre (edit)',
      'Active',
      '0s',
    ]);
    expect(lines.at(-2)).toBe('12 namespaces on 1 cluster: 12 Active');
  });

  it('S3 and S26: are found by cluster, name, tenant and group', async () => {
    const names = async (...args: string[]): Promise<string[]> => (await json(args)).namespaces.map(({ name }) => name);
    expect(await names('--cluster', clusterName, '--namespace', 'solar-*', '--tenant', 'solar')).toEqual([
      'solar-dev',
      'solar-frozen',
      'solar-going',
      'solar-prod',
      'solar-strict',
    ]);
    expect(await names('--group', 'lab-team')).toEqual(['solar-lab-prod']);
    expect(await names('--namespace', '*-p*d')).toEqual(['green-prod', 'solar-lab-prod', 'solar-prod']);
    expect(await run(['status', '--tenant', 'solr'])).toMatchObject({
      code: 2,
      stderr: 'error: no tenant `solr` is declared\nhelp: did you mean `solar`?\n',
    });
  });

  it('are what is there: one that is gone, one that is stuck, one that nobody declared, a share that Git has not', async () => {
    const labels = { 'tenantry.dev/tenant': 'solar', 'tenantry.dev/namespace-kind': 'Tenant' };
    const wild = await cluster.admin.create('namespaces', 'solar-wild', { metadata: { labels } });
    expect(wild.body).toMatchObject({ kind: 'Namespace' });
    await cluster.admin.create('rolebindings', 'green-prod/by-hand', roleBinding('edit', 'User user:mallory'));
    const finalizers = ['example.com/wait'];
    expect((await cluster.admin.patch('namespaces', 'dusk-stuck', { metadata: { finalizers } })).status).toBe(200);
    for (const name of ['dusk-stuck', 'dusk-gone']) {
      const annotations = { 'tenantry.dev/allow-delete': name };
      expect((await cluster.admin.patch('namespaces', name, { metadata: { annotations } })).status).toBe(200);
      expect((await cluster.admin.delete('namespaces', name)).status).toBe(200);
    }
    await expect
      .poll(async () => (await cluster.admin.get('namespaces', 'dusk-gone')).status, { timeout: 150_000 })
      .toBe(404);

    const { namespaces, complete } = await json();
    expect(complete).toBe(true);
    const of = (name: string): Json['namespaces'][number] | undefined => namespaces.find((n) => n.name === name);
    expect(of('dusk-gone')).toMatchObject({ status: 'Missing', declared: true, createdAt: null });
    expect(of('dusk-stuck')).toMatchObject({ status: 'Terminating' });
    expect(of('solar-wild')).toMatchObject({ status: 'Active', declared: false });
    const green = of('green-prod');
    expect(green && shares(green)).toEqual(['Group green-leads admin', 'User user:mallory edit']);
    expect(green?.sharedWith?.map(({ declared }) => declared)).toEqual([true, false]);
    expect((await run(['status'])).stdout).toContain('note: 1 namespace of these is not in Git');
  });
});

describe('S21: the clusters', () => {
  it('are shown with their nodes', async () => {
    await cluster.admin.create('nodes', 'one');
    const capacity = { cpu: '8', memory: '33554432Ki' };
    const conditions = [{ type: 'Ready', status: 'True' }];
    expect((await cluster.admin.patch('nodes/status', 'one', { status: { capacity, conditions } })).status).toBe(200);
    const { code, stdout, stderr } = await run(['status', 'clusters']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [header, row] = stdout.split('\n').map((line) => line.trim().split(/\s{2,}/));
    expect(header).toEqual(['NAME', 'NODES', 'CPUS', 'MEMORY', 'VERSION', 'CONNECTION', 'ENDPOINT']);
    expect(row).toEqual([clusterName, '1', '8', '32Gi', expect.stringMatching(/^v1\./), 'ok', cluster.plane.server]);
  });

  it('that are unreachable stay, with 0 CPUs and 0 memory, and what to check', async () => {
    const away = temporaryFolder();
    const gone = 'https://127.0.0.1:1';
    writeFiles(away, onServer(gone));
    const config = join(temporaryFolder(), 'kubeconfig');
    writeFileSync(config, cluster.plane.kubeconfig().replaceAll(cluster.plane.server, gone));
    const { code, stdout } = await tenantry(['status', 'clusters', '--kubeconfig', config], { cwd: away });
    expect(code).toBe(2);
    expect(
      stdout
        .split('\n')[1]
        ?.trim()
        .split(/\s{2,}/),
    ).toEqual([clusterName, '0', '0', '0', 'unreachable', gone]);
    expect(stdout).toContain(
      `unknown: ${clusterName} is unreachable: ${gone} cannot be reached: nothing listens there\n`,
    );
    expect(stdout).toContain(`  help: check endpoint and CA in clusters/${clusterName}.yaml`);
    const namespaces = await tenantry(['status', '--kubeconfig', config], { cwd: away });
    expect(namespaces.stdout).toContain('12 namespaces on 1 cluster: 12 unknown; 1 of 1 cluster not known');
    expect(namespaces.stdout).not.toContain('Active');
  });
});

describe('whoever', () => {
  interface Rendered {
    rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  }
  const token = (name: string, ...groups: string[]): Promise<string> =>
    cluster.issuer.sign({ sub: `user:${name}`, aud: clusterName, groups });

  it('holds viewer.yaml sees all, and nothing in it is more than that', async () => {
    const rendered = await tenantry(['synth'], { cwd: folder });
    expect(rendered.code).toBe(0);
    const file = join(folder, `dist/cluster-access/${clusterName}/viewer.yaml`);
    const { rules } = parse(readFileSync(file, 'utf8')) as Rendered;
    const lists = rules.flatMap(({ apiGroups, resources, verbs }) => {
      expect(verbs).toEqual(['list']);
      return apiGroups.flatMap((group) => resources.map((name) => (group === '' ? name : `${name}.${group}`)));
    });
    const listed = (isArgoCDs: boolean): string[] =>
      Object.values(listedResources)
        .flatMap(({ resource, ofArgoCD = false }) => (ofArgoCD === isArgoCDs ? [resource] : []))
        .sort();
    expect(lists.sort()).toEqual(listed(false));

    await cluster.admin.create('clusterrolebindings', 'viewers', roleBinding('tenantry:viewer', 'User user:vera'));
    const config = kubeconfig(await token('vera'));
    const seen = await json([], config);
    expect(seen.clusters.map(({ connection }) => connection.state)).toEqual(['ok']);
    const all = await json();
    const steadily = ({ namespaces }: Json): unknown[] => namespaces.map((one) => ({ ...one, readAt: '' }));
    expect(steadily(seen)).toEqual(steadily(all));

    // Each right that is taken away is missed by somebody: of what `status` reads, here.
    for (const resource of ['nodes', 'namespaces', 'rolebindings']) {
      const less = rules.map((rule) => ({ ...rule, resources: rule.resources.filter((name) => name !== resource) }));
      const name = `without-${resource}`;
      await cluster.admin.create('clusterroles', name, { rules: less });
      await cluster.admin.create('clusterrolebindings', name, roleBinding(name, `User user:${name}`));
      const { clusters, complete } = await json([], kubeconfig(await token(name)));
      expect(complete).toBe(false);
      expect(clusters[0]?.connection).toMatchObject({
        state: 'forbidden',
        missing: [{ resource: expect.stringContaining(resource) as string }],
      });
    }
  });

  it('may not list namespaces is shown those in which Git gives him something, and all others are unknown', async () => {
    const config = kubeconfig(await token('sam', 'solar-leads', 'cluster-scope'));
    const { code, stdout } = await run(['status'], config);
    expect(code).toBe(0);
    const rows = steady(stdout)
      .split('\n')
      .map((line) => line.split(/\s{2,}/));
    const status = (name: string): string | undefined =>
      rows.find(([first]) => first === name)?.find((c) => /^(Active|Unknown)$/.test(c));
    expect(status('solar-prod')).toBe('Active');
    expect(status('green-prod')).toBe('Unknown');
    expect(stdout).toContain(`unknown: ${clusterName}: you may not list nodes, namespaces and rolebindings`);
    const { namespaces } = await json([], config);
    const prod = namespaces.find(({ name }) => name === 'solar-prod');
    expect(prod && shares(prod)).toEqual(['Group audit view', 'Group solar-leads admin', 'Group solar-sre edit']);
  });
});

describe('a snapshot', () => {
  it('is saved for its owner alone, and shown with its age', async () => {
    const file = join(folder, 'snapshot.json');
    const live = await run(['status', '--save', 'snapshot.json']);
    const saved = await tenantry(['status', '--snapshot', 'snapshot.json'], { cwd: folder });
    expect(steady(saved.stdout)).toBe(
      steady(live.stdout).replace(
        /\n\n(\d+ namespaces[^\n]*)\n/,
        (_, sum: string) => `\n\n${sum}\nnote: this is as of ${takenAt(file)}, 0s ago, as snapshot.json has it\n`,
      ),
    );
    const written = readFileSync(file, 'utf8');
    expect(written).not.toContain('last-applied');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, written.replace('"Active"', '7'));
    expect(await tenantry(['status', '--snapshot', 'snapshot.json'], { cwd: folder })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('error: snapshot.json is no snapshot: /clusters/0') as string,
    });
  });

  function takenAt(file: string): string {
    return (JSON.parse(readFileSync(file, 'utf8')) as { takenAt: string }).takenAt;
  }
});

describe('S61, S39: get', () => {
  it('has what is live beside what is declared, and does not take what is unknown for good', async () => {
    const document = async (...args: string[]): Promise<unknown> => parse((await run(['get', ...args])).stdout);
    const prod = await document('namespace', 'solar-prod');
    const live = await cluster.admin.get('namespaces', 'solar-prod');
    expect(JSON.stringify(prod)).toContain(String(at(live.body, 'metadata', 'uid')));
    const ready = (value: unknown): unknown =>
      (at(value, 'status', 'conditions') as { type: string; status: string }[]).find(({ type }) => type === 'Ready')
        ?.status;
    expect(ready(prod)).toBe('True');
    expect(ready(await document('namespace', 'dusk-stuck'))).toBe('False');
    const without = await tenantry(['get', 'namespace', 'solar-prod'], { cwd: folder });
    expect(ready(parse(without.stdout))).toBe('Unknown');
  });
});
