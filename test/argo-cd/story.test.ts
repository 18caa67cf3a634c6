import { basename } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import type { ApplicationState } from './application.ts';
import { clusters, startFleet } from './fleet.ts';
import type { ClusterName, Fleet } from './fleet.ts';
import { edit, share } from './manifest-edits.ts';
import { application } from './objects.ts';

/** Real Argo CD syncs the committed `dist/` of two clusters: a merge grants, a merge revokes, and no merge destroys. */

let fleet: Fleet;

beforeAll(async () => {
  fleet = await timed('two clusters and Argo CD are up', startFleet);
  return fleet.stop;
});

beforeEach(() => {
  onTestFailed(() => {
    console.error(fleet.argoCD.logTails());
  });
});

/** Each test begins with what is committed, and without the namespaces that a test before it has left behind. */
afterEach(async () => {
  const paths = [...added];
  added.clear();
  await merged({ ...Object.fromEntries(paths.map((path) => [path, undefined])), ...fleet.rendered });
  for (const path of paths) await deleteNamespace(`/api/v1/namespaces/${basename(path, '.yaml')}`);
});

/** As a cluster admin would: by the confirmation on it, and by hand. */
async function deleteNamespace(path: string): Promise<void> {
  const annotations = { 'tenantry.dev/allow-delete': basename(path) };
  const contentType = 'application/merge-patch+json';
  await fleet.prod.request('PATCH', path, { body: { metadata: { annotations } }, contentType });
  await fleet.prod.request('DELETE', path);
  await waitFor('the namespace to be gone', async () => (await status('prod', path)) === 404);
}

/** Files that are in no commit of the organization's own. */
const added = new Set<string>();

async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await run();
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** The Application of a whole cluster. Default: a sync that fails is not tried again. */
function applicationOf(cluster: ClusterName, retry: object = { limit: 0 }): object {
  return application(cluster, {
    project: 'open',
    repository: fleet.remote.url,
    path: `dist/${clusters[cluster]}`,
    ...(cluster === 'dev' && { server: fleet.dev.server }),
    syncPolicy: { syncOptions: ['ServerSideApply=true', 'ApplyOutOfSyncOnly=true'], retry },
  });
}

/** Pushes a commit, of which Argo CD is not told. Gives its id. */
function push(files: Readonly<Record<string, string | undefined>>): string {
  for (const path of Object.keys(files)) if (!(path in fleet.rendered)) added.add(path);
  return fleet.remote.push(files);
}

/** Pushes a commit, and returns when each cluster has it, or has refused it. */
async function merged(
  files: Readonly<Record<string, string | undefined>>,
): Promise<Record<ClusterName, ApplicationState>> {
  const commit = push(files);
  const [prod, dev] = await Promise.all([fleet.argoCD.synced('prod', commit), fleet.argoCD.synced('dev', commit)]);
  return { prod, dev };
}

/** Does what Argo CD is not to act on, tells it, and gives it the time that a sync would take. */
async function pushedInVain(act: () => void): Promise<ApplicationState> {
  act();
  await fleet.argoCD.refresh('prod', 'hard');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return await fleet.argoCD.refresh('prod', 'hard');
}

function pathOf(cluster: ClusterName, namespace: string): string {
  return `dist/${clusters[cluster]}/namespaces/${namespace}.yaml`;
}

function rendered(cluster: ClusterName, namespace: string): string {
  const text = fleet.rendered[pathOf(cluster, namespace)];
  if (text === undefined) throw new Error(`${pathOf(cluster, namespace)} is not rendered`);
  return text;
}

const configMaps = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;
const roleBindings = (namespace: string) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;

async function status(cluster: ClusterName, path: string): Promise<number> {
  return (await fleet[cluster].request('GET', path)).status;
}

/** Returns when a member of the group gets this answer for a namespace's ConfigMaps. */
async function answers(cluster: ClusterName, group: string, namespace: string, expected: number): Promise<void> {
  await waitFor(`${group} to get ${expected} in ${namespace}`, async () => {
    const as = await fleet.memberOf(group, cluster);
    return (await fleet[cluster].request('GET', configMaps(namespace), { as })).status === expected;
  });
}

/** Something of the tenant's that must not be lost. */
async function leaveConfigMap(cluster: ClusterName, namespace: string): Promise<string> {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'precious' } };
  const answer = await fleet[cluster].request('POST', configMaps(namespace), { body });
  expect([201, 409]).toContain(answer.status);
  return `${configMaps(namespace)}/precious`;
}

/** Gives a RoleBinding other subjects, as a cluster admin could. */
async function bindByHand(namespace: string, name: string, ...groups: readonly string[]): Promise<void> {
  const subjects = groups.map((group) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }));
  const answer = await fleet.prod.request('PATCH', `${roleBindings(namespace)}/${name}`, {
    body: { subjects },
    contentType: 'application/merge-patch+json',
  });
  expect(answer.status).toBe(200);
  expect(listAt(answer.body, 'subjects')).toHaveLength(groups.length);
}

/** Returns when a RoleBinding has these groups as its subjects. */
async function subjects(namespace: string, name: string, ...groups: readonly string[]): Promise<void> {
  await waitFor(`${name} to be of ${groups.join(', ')}`, async () => {
    const { body } = await fleet.prod.request('GET', `${roleBindings(namespace)}/${name}`);
    return (
      listAt(body, 'subjects')
        .map((subject) => String(at(subject, 'name')))
        .join() === groups.join()
    );
  });
}

function withMetadata(object: object, metadata: object): object {
  const old: unknown = at(object, 'metadata');
  return { ...object, metadata: { ...(typeof old === 'object' && old), ...metadata } };
}

const allIsWell = { sync: 'Synced', conditions: [], operation: { phase: 'Succeeded' } };

describe('a merge', () => {
  test('brings up both clusters', async () => {
    await fleet.argoCD.apply(applicationOf('prod'), applicationOf('dev'));
    const { prod, dev } = await timed('bootstrap of both clusters', () => merged(fleet.rendered));
    expect(prod).toMatchObject(allIsWell);
    expect(dev).toMatchObject(allIsWell);
    await answers('prod', 'solar-sre', 'solar-prod', 200);
    await answers('dev', 'solar-sre', 'solar-dev', 200);
  });

  test('grants, and one revokes', async () => {
    await answers('prod', 'guests', 'solar-prod', 403);
    await timed('from a merge that grants to the first request', async () => {
      push({
        [pathOf('prod', 'solar-prod')]: edit(rendered('prod', 'solar-prod')).with(
          share('solar-prod', 'guests', 'edit'),
        ),
      });
      await fleet.argoCD.refresh('prod');
      await answers('prod', 'guests', 'solar-prod', 200);
    });
    await timed('from a merge that revokes to the first refusal', async () => {
      push({ [pathOf('prod', 'solar-prod')]: rendered('prod', 'solar-prod') });
      await fleet.argoCD.refresh('prod');
      await answers('prod', 'guests', 'solar-prod', 403);
    });
  });

  test('changes a role', async () => {
    const text = edit(rendered('prod', 'solar-prod')).without('RoleBinding', 'tenantry:group:solar-sre:edit');
    const { prod } = await timed('edit becomes view', () =>
      merged({ [pathOf('prod', 'solar-prod')]: edit(text).with(share('solar-prod', 'solar-sre', 'view')) }),
    );
    expect(prod).toMatchObject(allIsWell);
    await answers('prod', 'solar-sre', 'solar-prod', 200);
    expect(await status('prod', `${roleBindings('solar-prod')}/tenantry:group:solar-sre:edit`)).toBe(404);
  });

  test('adds a namespace', async () => {
    const text = rendered('prod', 'solar-prod')
      .replaceAll('solar-prod', 'solar-new')
      .replace('identifier: prod', 'identifier: new');
    const { prod } = await timed('a new namespace', () => merged({ [pathOf('prod', 'solar-new')]: text }));
    expect(prod).toMatchObject(allIsWell);
    await answers('prod', 'solar-sre', 'solar-new', 200);
  });
});

describe('what goes from Git', () => {
  test('as a tenant leaves a cluster, its access goes there, and its namespace and data stay', async () => {
    const precious = await leaveConfigMap('dev', 'solar-dev');
    const { prod, dev } = await timed('a tenant leaves a cluster', () =>
      merged({ [pathOf('dev', 'solar-dev')]: undefined }),
    );
    expect(prod).toMatchObject(allIsWell);
    expect(dev.resources).toMatchObject({ 'Namespace solar-dev': 'OutOfSync, prune' });
    await answers('dev', 'solar-sre', 'solar-dev', 403);
    await answers('prod', 'solar-sre', 'solar-prod', 200);
    expect(await status('dev', precious)).toBe(200);
  });

  test('in two steps, a namespace goes', async () => {
    await leaveConfigMap('prod', 'solar-shop');
    const marked = edit(rendered('prod', 'solar-shop')).changed('Namespace', (namespace) =>
      withMetadata(namespace, {
        annotations: { 'tenantry.dev/allow-delete': 'solar-shop' },
        labels: { ...(at(namespace, 'metadata', 'labels') as object), 'tenantry.dev/state': 'MarkedForDeletion' },
      }),
    );
    expect((await merged({ [pathOf('prod', 'solar-shop')]: marked })).prod).toMatchObject(allIsWell);
    expect(await status('prod', '/api/v1/namespaces/solar-shop')).toBe(200);
    await timed('a marked namespace goes, and all that is in it', async () => {
      await merged({ [pathOf('prod', 'solar-shop')]: undefined });
      await waitFor('the namespace to be gone', async () => {
        return (await status('prod', '/api/v1/namespaces/solar-shop')) === 404;
      });
    });
    await fleet.argoCD.until('prod', 'synced', ({ sync }) => sync === 'Synced');
  });

  test('without the first step, a namespace stays even where nothing but the policy keeps it', async () => {
    const precious = await leaveConfigMap('prod', 'solar-shop');
    const unguarded = edit(rendered('prod', 'solar-shop')).changed('Namespace', (namespace) =>
      withMetadata(namespace, { annotations: {} }),
    );
    expect((await merged({ [pathOf('prod', 'solar-shop')]: unguarded })).prod).toMatchObject(allIsWell);
    const { prod } = await merged({
      [pathOf('prod', 'solar-shop')]: undefined,
      [pathOf('prod', 'solar-prod')]: edit(
        edit(rendered('prod', 'solar-prod')).without('RoleBinding', 'tenantry:group:solar-sre:edit'),
      ).with(share('solar-prod', 'guests', 'edit')),
    });
    expect(prod.operation).toMatchObject({
      phase: 'Failed',
      results: { 'Namespace solar-shop': expect.stringContaining('is deleted in two steps') as string },
    });
    expect(await status('prod', precious)).toBe(200);
    // Argo CD prunes all that it can before it applies anything, and then applies nothing: revoked, but not granted.
    await answers('prod', 'solar-sre', 'solar-prod', 403);
    await answers('prod', 'guests', 'solar-prod', 403);
  });

  test.each([
    ['all files of a cluster', true],
    ['the whole folder', false],
  ])('when it is %s, nothing is deleted', async (_, leavesFolder) => {
    const files = Object.keys(fleet.rendered).filter((path) => path.startsWith(`dist/${clusters.prod}/`));
    const readme = `dist/${clusters.prod}/README.md`;
    const state = await pushedInVain(() => {
      push({
        ...Object.fromEntries(files.map((path) => [path, undefined])),
        ...(leavesFolder && { [readme]: 'Nothing is left.\n' }),
      });
    });
    expect(state.conditions).toEqual([
      leavesFolder
        ? { type: 'SyncError', message: expect.stringContaining('auto-sync will wipe out all resources') as string }
        : { type: 'ComparisonError', message: expect.stringContaining('app path does not exist') as string },
    ]);
    await answers('prod', 'solar-sre', 'solar-prod', 200);
  });

  test('when it is the repository, nothing is deleted', async () => {
    const state = await pushedInVain(fleet.remote.hide);
    fleet.remote.show();
    expect(state.conditions).toMatchObject([{ type: 'ComparisonError' }]);
    await answers('prod', 'solar-sre', 'solar-prod', 200);
  });

  test('when it is the last commits, by force, what they granted goes and their namespace stays', async () => {
    const before = push({});
    const text = rendered('prod', 'solar-prod')
      .replaceAll('solar-prod', 'solar-late')
      .replace('identifier: prod', 'identifier: late');
    await merged({ [pathOf('prod', 'solar-late')]: text });
    await answers('prod', 'solar-sre', 'solar-late', 200);
    const precious = await leaveConfigMap('prod', 'solar-late');
    fleet.remote.forcePush(before);
    await fleet.argoCD.synced('prod', before);
    await answers('prod', 'solar-sre', 'solar-late', 403);
    expect(await status('prod', precious)).toBe(200);
  });

  test('when it is the Application, nothing is deleted', async () => {
    const path = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/dev';
    const { body } = await fleet.prod.request('GET', path);
    expect((await fleet.prod.request('DELETE', path)).status).toBe(200);
    await waitFor('the Application to be gone', async () => (await fleet.argoCD.application('dev')) === undefined);
    await answers('dev', 'solar-sre', 'solar-dev', 200);
    await fleet.argoCD.apply({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'dev' },
      spec: at(body, 'spec'),
    });
  });
});

describe('what is done by hand', () => {
  test('to a binding is undone', async () => {
    await timed('from an edit by hand until it is undone', async () => {
      await bindByHand('solar-prod', 'tenantry:group:audit:view', 'audit', 'rogue');
      await subjects('solar-prod', 'tenantry:group:audit:view', 'audit');
    });
  });

  test('in the name of the platform is refused', async () => {
    const answer = await fleet.prod.request('POST', roleBindings('solar-prod'), {
      as: await fleet.memberOf('solar-and-green', 'prod'),
      body: share('solar-prod', 'audit', 'edit'),
    });
    expect(answer.status).toBe(403);
    expect(at(answer.body, 'message')).toContain('managed-objects.tenantry.dev');
  });
});

describe('while something is refused', () => {
  /** A namespace that is given to another tenant, which the cluster's policy refuses. */
  const refused = () => ({
    [pathOf('prod', 'solar-prod')]: edit(rendered('prod', 'solar-prod')).changed('Namespace', (namespace) =>
      withMetadata(namespace, {
        labels: { ...(at(namespace, 'metadata', 'labels') as object), 'tenantry.dev/tenant': 'green' },
      }),
    ),
  });

  test('by a policy, a revocation and a grant elsewhere go on', async () => {
    const { prod } = await merged({
      ...refused(),
      [pathOf('prod', 'solar-shop')]: edit(
        edit(rendered('prod', 'solar-shop')).without('RoleBinding', 'tenantry:group:audit:view'),
      ).with(share('solar-shop', 'guests', 'edit')),
    });
    expect(prod.operation).toMatchObject({
      phase: 'Failed',
      results: { 'Namespace solar-prod': expect.stringContaining('cannot move to another') as string },
    });
    await answers('prod', 'audit', 'solar-shop', 403);
    await answers('prod', 'guests', 'solar-shop', 200);
  });

  test('without retries, what is done by hand elsewhere stays', async () => {
    await merged(refused());
    await bindByHand('solar-shop', 'tenantry:group:audit:view', 'audit', 'rogue');
    await pushedInVain(() => undefined);
    await answers('prod', 'rogue', 'solar-shop', 200);
  });

  test('with retries that read Git anew, it is undone, and later revocations land', async () => {
    await fleet.argoCD.apply(
      applicationOf('prod', { limit: -1, refresh: true, backoff: { duration: '2s', factor: 1, maxDuration: '2s' } }),
    );
    push(refused());
    await fleet.argoCD.refresh('prod');
    await fleet.argoCD.until('prod', 'refused', ({ operation }) => operation?.message.includes('cannot move') === true);
    await timed('beside what is refused, from an edit by hand until it is undone', async () => {
      await bindByHand('solar-shop', 'tenantry:group:audit:view', 'audit', 'rogue');
      await subjects('solar-shop', 'tenantry:group:audit:view', 'audit');
    });
    await timed('beside what is refused, from a merge that revokes to the first refusal', async () => {
      push({
        [pathOf('prod', 'solar-shop')]: edit(rendered('prod', 'solar-shop')).without(
          'RoleBinding',
          'tenantry:group:audit:view',
        ),
      });
      await answers('prod', 'audit', 'solar-shop', 403);
    });
    await fleet.argoCD.apply(applicationOf('prod'));
  });

  test('for a kind that the cluster does not know, a revocation waits: it must not be rendered', async () => {
    const widget = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: odd, namespace: solar-prod }\n';
    const { prod } = await merged({
      [`dist/${clusters.prod}/cluster/odd.yaml`]: widget,
      [pathOf('prod', 'solar-shop')]: edit(rendered('prod', 'solar-shop')).without(
        'RoleBinding',
        'tenantry:group:audit:view',
      ),
    });
    expect(prod.operation).toMatchObject({
      phase: 'Failed',
      message: expect.stringContaining('one or more synchronization tasks are not valid') as string,
    });
    await answers('prod', 'audit', 'solar-shop', 200);
  });
});

describe('Argo CD', () => {
  test('goes on with a sync that it was ended in', async () => {
    const guests = Array.from({ length: 150 }, (_, index) => `guests-${index}`);
    const revoked = edit(rendered('prod', 'solar-prod')).without('RoleBinding', 'tenantry:group:audit:view');
    const commit = push({
      [pathOf('prod', 'solar-prod')]: guests.reduce(
        (text, group) => edit(text).with(share('solar-prod', group, 'view')),
        revoked,
      ),
    });
    await fleet.argoCD.refresh('prod');
    await waitFor('the first of many bindings', async () => (await bindingsOfGuests()) > 0, { interval: 5 });
    await fleet.argoCD.end('argocd-application-controller');
    expect(await bindingsOfGuests()).toBeLessThan(guests.length);
    expect(await fleet.argoCD.application('prod')).toMatchObject({ isBusy: true });
    await timed('from the start of the controller to the end of the sync', async () => {
      await fleet.argoCD.start('argocd-application-controller');
      expect(await fleet.argoCD.synced('prod', commit)).toMatchObject({ sync: 'Synced' });
    });
    expect(await bindingsOfGuests()).toBe(guests.length);
    await answers('prod', 'audit', 'solar-prod', 403);
  });
});

async function bindingsOfGuests(): Promise<number> {
  const { body } = await fleet.prod.request('GET', roleBindings('solar-prod'));
  return listAt(body, 'items').filter((one) => String(at(one, 'metadata', 'name')).includes('guests-')).length;
}
