import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { startArgoCD } from './argo-cd.ts';
import type { ArgoCD } from './argo-cd.ts';
import { share, withMetadata } from './manifest-edits.ts';
import { application, applicationSpec, openProject } from './objects.ts';
import { createRemote } from './repository.ts';
import type { Remote } from './repository.ts';
import { namespaceAt, roleBindingsIn } from './steps.ts';

/** How Argo CD could be set up as well, and what comes of it: the reasons in docs/argo-cd.md, each seen once. */

const folder = mkdtempSync(join(tmpdir(), 'tenantry-remote-'));
let plane: ControlPlane;
let argoCD: ArgoCD;
let remote: Remote;

beforeAll(async () => {
  plane = await startControlPlane();
  remote = createRemote(folder);
  argoCD = await startArgoCD({ controlPlane: plane });
  await argoCD.apply(openProject('open'));
  return async () => {
    await argoCD.stop();
    await plane.stop();
    rmSync(folder, { recursive: true });
  };
});

beforeEach(() => {
  onTestFailed(() => {
    console.error(argoCD.logTails());
  });
});

/** Each test has an Application and a namespace of its own. */
let name = '';
let count = 0;
beforeEach(() => {
  name = `solar-${++count}`;
});

const namespace = (metadata: object) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } });
const audit = () => share(name, 'audit', 'view');
/** What the API server refuses: there is no such namespace. */
const refused = stringify(share('nowhere', 'audit', 'view'));
const start = () => ({ 'namespace.yaml': stringify(namespace({})), 'audit.yaml': stringify(audit()) });

/** Pushes files of the Application's folder. */
function push(files: Readonly<Record<string, string | undefined>>): string {
  return remote.push(Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text])));
}

/**
 * An Application of what a test begins with, synced, and then with the policy that the test is about: on a busy machine a
 * first sync without retries may fail, and would be the last one.
 */
async function synced(syncPolicy: object, files: Readonly<Record<string, string>> = start()): Promise<void> {
  const commit = push(files);
  const apply = (policy: object): Promise<void> =>
    argoCD.apply(application(name, { project: 'open', repository: remote.url, path: name, syncPolicy: policy }));
  await apply({});
  await argoCD.until(name, 'made', () => true);
  expect(await argoCD.synced(name, commit)).toMatchObject({ sync: 'Synced' });
  await apply(syncPolicy);
}

/** Tells Argo CD, and gives it the time that a sync would take. */
async function waited(): Promise<void> {
  await argoCD.refresh(name);
  await new Promise((resolve) => setTimeout(resolve, 5000));
}

async function pushed(files: Readonly<Record<string, string | undefined>>): Promise<string> {
  const commit = push(files);
  await waited();
  return commit;
}

const bindingPath = () => `${roleBindingsIn(name)}/tenantry:group:audit:view`;

async function audited(): Promise<unknown[]> {
  const { body } = await plane.request('GET', bindingPath());
  return listAt(body, 'subjects').map((subject) => at(subject, 'name'));
}

describe('where an object is refused', () => {
  test('without retries, what is done by hand elsewhere stays', async () => {
    await synced({ retry: { limit: 0 } });
    await pushed({ 'refused.yaml': refused });
    await plane.request('PATCH', bindingPath(), {
      body: { subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'rogue' }] },
      contentType: 'application/merge-patch+json',
    });
    await waited();
    expect(await audited()).toEqual(['rogue']);
  });

  test('with retries that do not read Git anew, a later revocation waits', async () => {
    await synced({ retry: { limit: -1, backoff: { duration: '2s', factor: 1, maxDuration: '2s' } } });
    await pushed({ 'refused.yaml': refused });
    await pushed({ 'audit.yaml': undefined });
    expect(await audited()).toEqual(['audit']);
    expect((await argoCD.application(name))?.operation?.retries).toBeGreaterThan(1);
  });

  test('with PruneLast, a revocation of the same merge waits', async () => {
    await synced({ syncOptions: ['ServerSideApply=true', 'PruneLast=true'] });
    await pushed({ 'refused.yaml': refused, 'audit.yaml': undefined });
    expect(await audited()).toEqual(['audit']);
  });
});

test('with Prune=confirm on one object, later revocations wait for whoever confirms', async () => {
  const asked = withMetadata(share(name, 'guests', 'view'), {
    annotations: { 'argocd.argoproj.io/sync-options': 'Prune=confirm' },
  });
  await synced({}, { ...start(), 'guests.yaml': stringify(asked) });
  await pushed({ 'guests.yaml': undefined });
  await pushed({ 'audit.yaml': undefined });
  expect(await audited()).toEqual(['audit']);
  expect(await argoCD.application(name)).toMatchObject({ isBusy: true });
});

test.each([
  ['stays out of sync as long as it is there', {}, 'OutOfSync'],
  ['is in sync with IgnoreExtraneous', { 'argocd.argoproj.io/compare-options': 'IgnoreExtraneous' }, 'Synced'],
])('an Application whose Namespace is kept by Prune=false %s', async (_, annotations, sync) => {
  const kept = namespace({ annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false', ...annotations } });
  const other = stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${name}-other` } });
  await synced({}, { 'namespace.yaml': stringify(kept), 'other.yaml': other });
  await pushed({ 'namespace.yaml': undefined });
  expect((await argoCD.refresh(name)).sync).toBe(sync);
  expect((await plane.request('GET', namespaceAt(name))).status).toBe(200);
});

describe('a binding whose role was changed by hand in dist/', () => {
  const changed = () => ({
    ...audit(),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
  });
  const state = async () => {
    const { body } = await plane.request('GET', bindingPath());
    return { uid: at(body, 'metadata', 'uid'), role: at(body, 'roleRef', 'name') };
  };

  test('is refused with server-side apply', async () => {
    await synced({});
    const before = await state();
    const commit = await pushed({ 'audit.yaml': stringify(changed()) });
    expect((await argoCD.synced(name, commit)).operation).toMatchObject({
      phase: 'Failed',
      results: { [`RoleBinding ${name}/tenantry:group:audit:view`]: expect.stringContaining('roleRef') as string },
    });
    expect(await state()).toEqual(before);
  });

  test('is deleted and made anew with client-side apply', async () => {
    await synced({ syncOptions: [] });
    const before = await state();
    const commit = await pushed({ 'audit.yaml': stringify(changed()) });
    expect(await argoCD.synced(name, commit)).toMatchObject({ sync: 'Synced' });
    expect(await state()).toMatchObject({ role: 'edit' });
    expect((await state()).uid).not.toBe(before.uid);
    expect(argoCD.exit('argocd-application-controller')).toBeUndefined();
  });
});

test('what an ApplicationSet drops, and preserves, leaves its bindings behind', async () => {
  const commit = push(start());
  const set = (names: readonly string[]) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'fleet' },
    spec: {
      generators: [{ list: { elements: names.map((one) => ({ name: one })) } }],
      syncPolicy: { preserveResourcesOnDeletion: true },
      template: {
        metadata: { name: '{{name}}' },
        spec: applicationSpec({ project: 'open', repository: remote.url, path: name }),
      },
    },
  });
  await argoCD.apply(set([name]));
  await argoCD.until(name, 'made', () => true);
  await argoCD.synced(name, commit);
  await argoCD.apply(set([]));
  await waitFor('the Application to be gone', async () => (await argoCD.application(name)) === undefined);
  push({ 'audit.yaml': undefined });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(await audited()).toEqual(['audit']);
  await plane.request('DELETE', '/apis/argoproj.io/v1alpha1/namespaces/argocd/applicationsets/fleet');
});
