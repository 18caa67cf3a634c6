import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import type { ApplicationState } from './application.ts';
import { fleetDrift } from './drift.ts';
import { applicationOf, startFleet } from './fleet.ts';
import type { Files, Fleet } from './fleet.ts';
import { guideSteps, runAsOperator } from './guide.ts';
import { edit, share, withMetadata } from './manifest-edits.ts';
import {
  configMapsIn,
  namespaceAt,
  replaced,
  roleBindingsIn,
  said,
  sampleOrganization,
  stepsOn,
  timed,
  reported,
} from './steps.ts';

/**
 * The sample organization on three clusters, set up as docs/argo-cd.md says: a merge grants, a merge revokes, and no merge
 * destroys. Merges are edits of config files, rendered by `tenantry synth`; what gets past validation is done by hand.
 */

const [prod, site, dev] = ['prodcluster01', 'prodcluster02', 'devcluster01'] as const;
type Cluster = typeof prod | typeof site | typeof dev;

let fleet: Fleet<Cluster>;
const { request, status, answers, leaveConfigMap, bindByHand, subjects, deleteNamespace, namespaces } = stepsOn(
  () => fleet,
);

beforeAll(async () => {
  fleet = await startFleet({ organization: sampleOrganization(), clusters: [prod, site, dev] });
  return fleet.stop;
});

reported(() => fleet);

/** Once all is set up, each test begins with what is committed, and without namespaces that a test has left behind. */
afterEach(async () => {
  if ((await fleet.argoCD.application(applicationOf(prod))) === undefined) return; // not set up yet
  const commit = await fleet.merge(fleet.organization);
  await Promise.all([fleet.settled(commit), fleet.argoCD.settled('tenantry-argo-cd', commit)]);
  for (const cluster of [prod, site, dev]) {
    const rendered = new Set(namespacesIn(fleet.dist(), cluster));
    for (const name of await namespaces(cluster)) {
      if (!/^(solar|green|data)-/.test(name) || rendered.has(name)) continue;
      await deleteNamespace(cluster, name);
    }
  }
});

function namespacesIn(dist: Files, cluster: Cluster): string[] {
  return Object.keys(dist).flatMap(
    (path) => new RegExp(`^dist/${cluster}/namespaces/(.+)\\.yaml$`).exec(path)?.[1] ?? [],
  );
}

/** Merges a change of config files; returns when each cluster has it, or has refused something of it. */
async function merged(files: Files): Promise<Record<Cluster, ApplicationState>> {
  return await fleet.settled(await fleet.merge(files));
}

/** Pushes a change of `dist/`, made by hand. */
async function pushed(files: Files): Promise<Record<Cluster, ApplicationState>> {
  return await fleet.settled(fleet.remote.push(files));
}

/** Does what Argo CD is not to act on, tells it, and gives it the time that a sync would take. */
async function inVain(act: () => void, name = applicationOf(prod)): Promise<ApplicationState> {
  act();
  await fleet.argoCD.refresh(name, 'hard');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return await fleet.argoCD.refresh(name, 'hard');
}

const solar = 'tenants/solar.yaml';
const edited = (path: string, what: string, by: string): Files => ({
  [path]: replaced(fleet.organization[path], what, by),
});

function fileOf(cluster: Cluster, namespace: string): string {
  return `dist/${cluster}/namespaces/${namespace}.yaml`;
}

function rendered(cluster: Cluster, namespace: string): string {
  const text = fleet.dist()[fileOf(cluster, namespace)];
  if (text === undefined) throw new Error(`${fileOf(cluster, namespace)} is not rendered`);
  return text;
}

const allIsWell = { sync: 'Synced', conditions: [], operation: { phase: 'Succeeded' } };

describe('an operator', () => {
  test.each(guideSteps().map(({ title, commands }) => [title, commands] as const))(
    'does: %s',
    async (title, commands) => {
      expect(commands.length).toBeGreaterThan(0);
      await timed(`docs/argo-cd.md: ${title}`, () => Promise.resolve(runAsOperator(fleet.operator, commands)));
    },
  );

  test('has a synced fleet then', async () => {
    const commit = fleet.remote.push({});
    for (const name of ['tenantry-argo-cd', ...[prod, site, dev].map(applicationOf)])
      expect(await fleet.argoCD.synced(name, commit)).toMatchObject(allIsWell);
    await answers(prod, 'solar-sre', 'solar-prod', 200);
    await answers(site, 'solar-sre', 'solar-prod', 200);
    await answers(dev, 'solar-sre', 'solar-dev', 200);
    expect(await fleet.argoCD.application('tenantry-argo-cd')).toMatchObject({ health: 'Healthy' });
  });

  test('N8: sees no drift in it, for all that Argo CD has written', async () => {
    const none = { [prod]: [], [site]: [], [dev]: [] };
    expect(await fleetDrift(fleet)).toEqual({ code: 0, findings: none, notApplied: none, unknown: none });
  });

  test('N8: sees apart from drift what is not applied yet', async () => {
    const rogue = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'rogue' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'user:mallory' }],
    };
    const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
    expect((await request(prod, 'POST', bindings, { body: rogue })).status).toBe(201);
    await fleet.merge(edited(solar, '{ group: solar-sre, role: edit }', '{ group: solar-sre, role: view }'));
    // Argo CD hears nothing of it.
    fleet.remote.hide();
    const seen = await fleetDrift(fleet).finally(fleet.remote.show);
    await request(prod, 'DELETE', `${bindings}/rogue`);
    const narrowed = (namespace: string) => `other RoleBinding ${namespace}/tenantry:group:solar-sre:edit`;
    expect(seen).toMatchObject({
      code: 3,
      findings: { [prod]: ['more ClusterRoleBinding rogue'], [site]: [], [dev]: [] },
      notApplied: {
        [prod]: [narrowed('solar-prod')],
        [site]: [narrowed('solar-prod')],
        [dev]: [narrowed('solar-dev')],
      },
    });
  });

  test('N8: sees what the API server refused to Argo CD, and why', async () => {
    const role =
      '  roles:\n    - name: logs\n      rules: [{ apiGroups: [""], resources: [pods/log], verbs: [get] }]\n';
    const tenant = replaced(fleet.organization[solar], '  namespaces:\n', `${role}  namespaces:\n`);
    // The custom role is the operator's to apply, who has not.
    await merged({ [solar]: replaced(tenant, '{ group: solar-sre, role: edit }', '{ group: solar-sre, role: logs }') });
    const { notApplied, findings } = await fleetDrift(fleet);
    const refused =
      /^less RoleBinding solar-prod\/tenantry:group:solar-sre:\S+ refused: .*"tenantry:solar\.logs\.\w+" not found/;
    expect(notApplied[prod]).toEqual([expect.stringMatching(refused)]);
    expect(findings[prod]).toEqual([
      expect.stringMatching(/^missing ClusterRole tenantry:solar\.logs\.\w+$/),
      'altered ClusterRole tenantry:argo-cd',
    ]);
  });
});

describe('a merge', () => {
  test('creates a namespace with all that is in it', async () => {
    const states = await timed('a new namespace, until its members get in', async () => {
      const after = await merged(
        edited(
          solar,
          '    - name: shop\n',
          '    - name: new\n      quota: { cpu: "1", memory: 1Gi }\n    - name: shop\n',
        ),
      );
      await answers(prod, 'audit', 'solar-new', 200);
      return after;
    });
    expect(states[prod]).toMatchObject(allIsWell);
    expect(await status(prod, `${roleBindingsIn('solar-new')}/tenantry:group:audit:view`)).toBe(200);
  });

  test('grants and one revokes', async () => {
    await answers(prod, 'solar-sre', 'solar-shop', 403);
    await timed('from a merge that grants to the first request', async () => {
      const shared = '        - { group: contractors, role: view, until: 2030-12-31 }\n';
      await fleet.merge(edited(solar, shared, `${shared}        - { group: solar-sre, role: edit }\n`));
      await fleet.argoCD.refresh(applicationOf(prod));
      await answers(prod, 'solar-sre', 'solar-shop', 200);
    });
    await timed('from a merge that revokes to the first refusal', async () => {
      await fleet.merge(fleet.organization);
      await fleet.argoCD.refresh(applicationOf(prod));
      await answers(prod, 'solar-sre', 'solar-shop', 403);
    });
  });

  test('changes a role, by another binding', async () => {
    const states = await timed('edit becomes view, on three clusters', () =>
      merged(edited(solar, '{ group: solar-sre, role: edit }', '{ group: solar-sre, role: view }')),
    );
    for (const state of Object.values(states)) expect(state).toMatchObject(allIsWell);
    const as = await fleet.memberOf('solar-sre', prod);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } };
    expect((await request(prod, 'POST', configMapsIn('solar-prod'), { as, body })).status).toBe(403);
    expect((await request(prod, 'GET', configMapsIn('solar-prod'), { as })).status).toBe(200);
    expect(await status(prod, `${roleBindingsIn('solar-prod')}/tenantry:group:solar-sre:edit`)).toBe(404);
  });

  test('takes a group off a cluster: its binding goes, its namespace and what is in it stay', async () => {
    const path = `clusters/${dev}.yaml`;
    await answers(dev, 'github:data-science', 'data-science', 200);
    const precious = await leaveConfigMap(dev, 'data-science');
    const unshared = replaced(fleet.organization[path], '    - { group: github:data-science }\n', '');
    const states = await timed('a group that is taken off a cluster', () =>
      merged({ [path]: `${unshared.trimEnd()}\n  retainedNamespaces: [data-science]\n` }),
    );
    expect(states[dev]).toMatchObject(allIsWell);
    await answers(dev, 'github:data-science', 'data-science', 403);
    expect(await status(dev, precious)).toBe(200);
  });

  test('takes a tenant off a cluster: its access goes there, and its namespace and data stay', async () => {
    const precious = await leaveConfigMap(site, 'solar-prod');
    const states = await timed('a tenant that leaves a cluster', () =>
      merged(edited(solar, 'clusters: [prodcluster01, prodcluster02]', 'clusters: [prodcluster01]')),
    );
    expect(states[prod]).toMatchObject(allIsWell);
    expect(states[site]).toMatchObject({ ...allIsWell, resources: { 'Namespace solar-prod': 'OutOfSync, prune' } });
    await answers(site, 'solar-sre', 'solar-prod', 403);
    await answers(site, 'solar-and-green', 'solar-prod', 403);
    await answers(prod, 'solar-sre', 'solar-prod', 200);
    expect(await status(site, precious)).toBe(200);
  });

  test('deletes a namespace as the second of two, with all that is in it', async () => {
    const precious = await leaveConfigMap(prod, 'solar-shop');
    const marked = edited(solar, '    - name: shop\n', '    - name: shop\n      state: MarkedForDeletion\n');
    expect((await timed('a namespace that is marked for deletion', () => merged(marked)))[prod]).toMatchObject(
      allIsWell,
    );
    expect(await status(prod, precious)).toBe(200);
    await timed('a marked namespace goes, and all that is in it', async () => {
      const text = fleet.organization[solar] ?? '';
      const entry = /^ {4}- name: shop\n(?: {6}.*\n)*/m.exec(text)?.[0] ?? '';
      await merged(edited(solar, entry, ''));
      await waitFor('the namespace to be gone', async () => (await status(prod, namespaceAt('solar-shop'))) === 404);
    });
    await fleet.argoCD.until(applicationOf(prod), 'synced', ({ sync }) => sync === 'Synced');
  });

  test('that takes a mark back keeps the namespace', async () => {
    const precious = await leaveConfigMap(prod, 'solar-shop');
    await merged(edited(solar, '    - name: shop\n', '    - name: shop\n      state: MarkedForDeletion\n'));
    expect((await merged(fleet.organization))[prod]).toMatchObject(allIsWell);
    const { body } = await request(prod, 'GET', namespaceAt('solar-shop'));
    expect(at(body, 'metadata', 'annotations', 'argocd.argoproj.io/sync-options')).toBe('Prune=false,Delete=false');
    expect(at(body, 'metadata', 'annotations', 'tenantry.dev/allow-delete')).toBe('');
    expect(await status(prod, precious)).toBe(200);
  });
});

describe('what goes from Git without a first step', () => {
  test('stays, even a namespace that nothing but the policy keeps', async () => {
    const precious = await leaveConfigMap(prod, 'solar-shop');
    const unguarded = edit(rendered(prod, 'solar-shop')).changed('Namespace', (one) =>
      withMetadata(one, { annotations: {} }),
    );
    expect((await pushed({ [fileOf(prod, 'solar-shop')]: unguarded }))[prod]).toMatchObject(allIsWell);
    const states = await pushed({
      [fileOf(prod, 'solar-shop')]: undefined,
      [fileOf(prod, 'solar-prod')]: edit(
        edit(rendered(prod, 'solar-prod')).without('RoleBinding', 'tenantry:group:solar-sre:edit'),
      ).with(share('solar-prod', 'guests', 'edit')),
    });
    expect(states[prod].operation).toMatchObject({
      results: { 'Namespace solar-shop': expect.stringContaining('is deleted in two steps') as string },
    });
    expect(await status(prod, precious)).toBe(200);
    // Argo CD prunes all that it can before it applies anything, and then applies nothing: revoked, but not granted.
    await answers(prod, 'solar-sre', 'solar-prod', 403);
    await answers(prod, 'guests', 'solar-prod', 403);
  });

  test.each([
    ['all files of a cluster', true],
    ['the whole folder', false],
  ])('stays, when it is %s', async (_, leavesFolder) => {
    const state = await inVain(() => {
      fleet.remote.push({
        [`dist/${prod}`]: undefined,
        ...(leavesFolder && { [`dist/${prod}/README.md`]: 'Nothing is left.\n' }),
      });
    });
    expect(state.conditions).toEqual([
      leavesFolder
        ? { type: 'SyncError', message: expect.stringContaining('auto-sync will wipe out all resources') as string }
        : { type: 'ComparisonError', message: expect.stringContaining('app path does not exist') as string },
    ]);
    await answers(prod, 'solar-sre', 'solar-prod', 200);
  });

  test('stays, when it is the whole of dist', async () => {
    const precious = await leaveConfigMap(prod, 'solar-prod');
    const state = await inVain(() => {
      fleet.remote.push({ dist: undefined });
    }, 'tenantry-argo-cd');
    expect(state.conditions).toMatchObject([{ type: 'ComparisonError' }]);
    await answers(prod, 'solar-sre', 'solar-prod', 200);
    expect(await status(prod, precious)).toBe(200);
  });

  test('stays, when it is a cluster', async () => {
    const precious = await leaveConfigMap(dev, 'solar-dev');
    const commit = fleet.remote.push({
      [`dist/${dev}`]: undefined,
      'dist/argo-cd/applications.yaml': edit(fleet.dist()['dist/argo-cd/applications.yaml'] ?? '').without(
        'Application',
        applicationOf(dev),
      ),
    });
    await fleet.argoCD.synced('tenantry-argo-cd', commit);
    expect(await fleet.argoCD.application(applicationOf(dev))).toBeDefined();
    await answers(dev, 'solar-sre', 'solar-dev', 200);
    expect(await status(dev, precious)).toBe(200);
  });

  test('stays, when it is the repository', async () => {
    const state = await inVain(fleet.remote.hide);
    fleet.remote.show();
    expect(state.conditions).toMatchObject([{ type: 'ComparisonError' }]);
    await answers(prod, 'solar-sre', 'solar-prod', 200);
  });

  test('stays but for its access, when it is the last commits, by force', async () => {
    const before = fleet.remote.push({});
    await merged(
      edited(
        solar,
        '    - name: shop\n',
        '    - name: late\n      quota: { cpu: "1", memory: 1Gi }\n    - name: shop\n',
      ),
    );
    await answers(prod, 'audit', 'solar-late', 200);
    const precious = await leaveConfigMap(prod, 'solar-late');
    fleet.remote.forcePush(before);
    await fleet.settled(before);
    await answers(prod, 'audit', 'solar-late', 403);
    expect(await status(prod, precious)).toBe(200);
  });

  test('stays, when it is the Application, which comes back', async () => {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${applicationOf(dev)}`;
    const { body } = await request(prod, 'GET', path);
    expect(listAt(body, 'metadata', 'finalizers')).toEqual([]);
    const uid = at(body, 'metadata', 'uid');
    expect((await request(prod, 'DELETE', path)).status).toBe(200);
    await answers(dev, 'solar-sre', 'solar-dev', 200);
    // Argo CD looks at all Applications every minute by itself.
    await fleet.argoCD.refresh('tenantry-argo-cd');
    await waitFor('the Application to be back', async () => {
      const again = await request(prod, 'GET', path);
      return again.status === 200 && at(again.body, 'metadata', 'uid') !== uid;
    });
    await fleet.argoCD.until(applicationOf(dev), 'synced', ({ sync }) => sync === 'Synced');
  });
});

describe('what is done by hand', () => {
  test('to a binding is undone', async () => {
    await timed('from an edit by hand until it is undone', async () => {
      await bindByHand(prod, 'solar-prod', 'tenantry:group:audit:view', 'audit', 'rogue');
      await subjects(prod, 'solar-prod', 'tenantry:group:audit:view', 'audit');
    });
  });

  test('in the name of the platform, or for strangers, is refused', async () => {
    const as = await fleet.memberOf('solar-and-green', prod);
    const post = async (body: object) => said(await request(prod, 'POST', roleBindingsIn('solar-prod'), { as, body }));
    expect(await post(share('solar-prod', 'audit', 'edit'))).toMatch(/^403 .*managed-objects\.tenantry\.dev/);
    const rogue = withMetadata(share('solar-prod', 'strangers', 'edit'), { name: 'rogue', labels: {} });
    expect(await post(rogue)).toMatch(/^403 .*self-service-bindings\.tenantry\.dev/);
  });

  test('by a cluster admin beside what is rendered is not noticed: it is for the policies, and for drift', async () => {
    const rogue = withMetadata(share('solar-prod', 'strangers', 'edit'), { name: 'rogue', labels: {} });
    expect((await request(prod, 'POST', roleBindingsIn('solar-prod'), { body: rogue })).status).toBe(201);
    const state = await inVain(() => undefined);
    expect(state).toMatchObject(allIsWell);
    await answers(prod, 'strangers', 'solar-prod', 200);
    const { code, findings } = await fleetDrift(fleet);
    expect({ code, findings: findings[prod] }).toEqual({ code: 3, findings: ['more RoleBinding solar-prod/rogue'] });
    await request(prod, 'DELETE', `${roleBindingsIn('solar-prod')}/rogue`);
  });
});

describe('Argo CD', () => {
  test('goes on with a sync that it was ended in', async () => {
    const guests = Array.from({ length: 150 }, (_, index) => `guests-${index}`);
    const revoked = edit(rendered(prod, 'solar-prod')).without('RoleBinding', 'tenantry:group:audit:view');
    const commit = fleet.remote.push({
      [fileOf(prod, 'solar-prod')]: guests.reduce(
        (text, group) => edit(text).with(share('solar-prod', group, 'view')),
        revoked,
      ),
    });
    await fleet.argoCD.refresh(applicationOf(prod));
    await waitFor('the first of many bindings', async () => (await bindingsOfGuests()) > 0, { interval: 5 });
    await fleet.argoCD.end('argocd-application-controller');
    expect(await bindingsOfGuests()).toBeLessThan(guests.length);
    expect(await fleet.argoCD.application(applicationOf(prod))).toMatchObject({ isBusy: true });
    await timed('from a restart in the middle of a sync to its end', async () => {
      await fleet.argoCD.start('argocd-application-controller');
      expect(await fleet.argoCD.synced(applicationOf(prod), commit)).toMatchObject({ sync: 'Synced' });
    });
    expect(await bindingsOfGuests()).toBe(guests.length);
    await answers(prod, 'audit', 'solar-prod', 403);
  });
});

async function bindingsOfGuests(): Promise<number> {
  const { body } = await request(prod, 'GET', roleBindingsIn('solar-prod'));
  return listAt(body, 'items').filter((one) => String(at(one, 'metadata', 'name')).includes('guests-')).length;
}
