import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { createToken, startArgoCD } from './argo-cd.ts';
import type { ArgoCD } from './argo-cd.ts';
import { argoCDVersion } from './binaries.ts';
import { application, applicationSpec, openProject } from './objects.ts';
import { programNames } from './programs.ts';
import { createRemote } from './repository.ts';
import type { Remote } from './repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-remote-'));
let home: ControlPlane;
let second: ControlPlane;
let argoCD: ArgoCD;
let remote: Remote;

beforeAll(async () => {
  [home, second] = await Promise.all([startControlPlane(), startControlPlane()]);
  remote = createRemote(folder);
  argoCD = await startArgoCD({ controlPlane: home });
  await argoCD.apply(openProject('open'));
  return async () => {
    await argoCD.stop();
    await Promise.all([home.stop(), second.stop()]);
  };
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  onTestFailed(() => {
    console.error(argoCD.logTails());
  });
});

function namespace(name: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;
}

function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: solar-prod\ndata:\n  key: ${value}\n`;
}

/** A ConfigMap's value, and how it was written last; or the status of the answer. */
async function read(plane: ControlPlane, name: string): Promise<unknown> {
  const { status, body } = await plane.request('GET', `/api/v1/namespaces/solar-prod/configmaps/${name}`);
  if (status !== 200) return status;
  const writers = listAt(body, 'metadata', 'managedFields').map((one) => [at(one, 'manager'), at(one, 'operation')]);
  return { value: at(body, 'data', 'key'), writers };
}

/** The processes, and the shells that guard them, which have a folder in their command line. */
function runningIn(path: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(path);
    } catch {
      return false; // it has just ended
    }
  });
}

const argoCDWrote = [['argocd-controller', 'Apply']];

describe('Argo CD', () => {
  test('is the release that go.mod names', () => {
    const version = argoCDVersion();
    for (const name of programNames.filter((one) => one !== 'redis')) {
      expect(argoCD.log(name)).toContain(`"version":"${version}`);
    }
    expect(argoCD.log('redis')).toContain('ready to accept connections');
  });

  test('syncs a folder by server-side apply', async () => {
    const commit = remote.push({
      'one/namespace.yaml': namespace('solar-prod'),
      'one/a.yaml': configMap('a', 'first'),
      'one/b.yaml': configMap('b', 'first'),
    });
    await argoCD.apply(application('one', { project: 'open', repository: remote.url, path: 'one' }));
    expect(await argoCD.synced('one', commit)).toMatchObject({
      sync: 'Synced',
      health: 'Healthy',
      conditions: [],
      resources: {
        'Namespace solar-prod': 'Synced',
        'ConfigMap solar-prod/a': 'Synced',
        'ConfigMap solar-prod/b': 'Synced',
      },
      operation: { phase: 'Succeeded', revision: commit },
    });
    expect(await read(home, 'a')).toEqual({ value: 'first', writers: argoCDWrote });
  });

  test('applies what a commit changes, and deletes what it takes away', async () => {
    const commit = remote.push({ 'one/a.yaml': configMap('a', 'second'), 'one/b.yaml': undefined });
    expect(await argoCD.synced('one', commit)).toMatchObject({ sync: 'Synced', conditions: [] });
    expect(await read(home, 'a')).toEqual({ value: 'second', writers: argoCDWrote });
    expect(await read(home, 'b')).toBe(404);
  });

  test('undoes what is changed by hand', async () => {
    const answer = await home.request('PATCH', '/api/v1/namespaces/solar-prod/configmaps/a', {
      body: { data: { key: 'by hand' } },
      contentType: 'application/merge-patch+json',
    });
    expect(answer.status).toBe(200);
    await waitFor('the change to be undone', async () => at(await read(home, 'a'), 'value') === 'second');
  });

  test('says what the API server refuses, and that the sync has failed', async () => {
    const commit = remote.push({ 'one/bad.yaml': configMap('bad', 'x').replace('solar-prod', 'nowhere') });
    expect(await argoCD.synced('one', commit)).toMatchObject({
      sync: 'OutOfSync',
      operation: {
        phase: 'Failed',
        revision: commit,
        results: { 'ConfigMap nowhere/bad': expect.stringContaining('namespaces "nowhere" not found') as string },
      },
    });
    const mended = remote.push({ 'one/bad.yaml': undefined });
    expect(await argoCD.synced('one', mended)).toMatchObject({ sync: 'Synced', conditions: [] });
  });

  test('syncs another cluster by its Secret, for Applications that an ApplicationSet makes', async () => {
    await second.applyManifests(
      `
apiVersion: v1
kind: ServiceAccount
metadata: { name: argocd-manager, namespace: kube-system }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: argocd-manager }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: argocd-manager, namespace: kube-system }]
`,
      { fieldManager: 'test' },
    );
    const token = await createToken(second, 'kube-system', 'argocd-manager');
    await argoCD.addCluster({ name: 'second', controlPlane: second, token, labels: { fleet: 'test' } });
    const commit = remote.push({ 'two/namespace.yaml': namespace('solar-prod'), 'two/c.yaml': configMap('c', 'x') });
    await argoCD.apply({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name: 'fleet' },
      spec: {
        goTemplate: true,
        generators: [{ clusters: { selector: { matchLabels: { fleet: 'test' } } } }],
        template: {
          metadata: { name: '{{ .name }}' },
          spec: applicationSpec({ project: 'open', repository: remote.url, path: 'two', server: '{{ .server }}' }),
        },
      },
    });
    await argoCD.until('second', 'made', () => true);
    expect(await argoCD.synced('second', commit)).toMatchObject({ sync: 'Synced', conditions: [] });
    expect(await read(second, 'c')).toEqual({ value: 'x', writers: argoCDWrote });
    expect(await read(home, 'c')).toBe(404);
  });

  test('goes on after its end, with memory in measure', async () => {
    await argoCD.end('argocd-application-controller');
    await argoCD.start('argocd-application-controller');
    const commit = remote.push({ 'one/a.yaml': configMap('a', 'third') });
    expect(await argoCD.synced('one', commit)).toMatchObject({ sync: 'Synced' });
    expect(await read(home, 'a')).toMatchObject({ value: 'third' });
    for (const name of programNames) {
      const { now, peak } = argoCD.memory(name);
      console.log(`${name}: ${Math.round(now / 1e6)} MB, at most ${Math.round(peak / 1e6)} MB`);
      expect(now).toBeGreaterThan(1e6);
      expect(peak).toBeGreaterThanOrEqual(now);
    }
  });

  test('leaves nothing behind', async () => {
    const ours = () => readdirSync(tmpdir()).filter((name) => name.startsWith('tenantry-argo-cd-'));
    const before = ours();
    const other = await startControlPlane();
    try {
      const brief = await startArgoCD({ controlPlane: other, mayDo: 'nothing' });
      const [own] = ours().filter((name) => !before.includes(name));
      const folderOfIt = join(tmpdir(), own ?? '');
      expect(runningIn(folderOfIt).length).toBeGreaterThan(programNames.length);
      await brief.stop();
      expect(runningIn(folderOfIt)).toEqual([]);
      expect(existsSync(folderOfIt)).toBe(false);
    } finally {
      await other.stop();
    }
  });
});
