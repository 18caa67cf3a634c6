import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import type { ApplicationState } from './application.ts';
import { applicationController, createToken } from './argo-cd.ts';
import { applicationOf, startFleet } from './fleet.ts';
import type { Files, Fleet } from './fleet.ts';
import { guideCommands, guideSteps, runAsOperator } from './guide.ts';
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

/** What is refused, by whom, and what goes on beside it; and what Argo CD's account is kept from (N9). */

const prod = 'prodcluster01';
const cluster = `dist/${prod}`;
const application = applicationOf(prod);

let fleet: Fleet<typeof prod>;
const { request, status, answers, bindByHand, subjects, leaveConfigMap } = stepsOn(() => fleet);

beforeAll(async () => {
  // The organization's other clusters are not there: their Applications say so, and keep nobody else waiting.
  fleet = await startFleet({ organization: sampleOrganization(), clusters: [prod] });
  runAsOperator(fleet.operator, guideSteps()[0]?.commands ?? []);
  runAsOperator(fleet.operator, [
    `kubectl apply --server-side --filename dist/cluster-access/${prod}/ --filename dist/cluster-access/in-cluster/`,
    'kubectl apply --server-side --filename dist/argo-cd/',
  ]);
  await fleet.argoCD.until(application, 'synced', ({ sync, isBusy }) => sync === 'Synced' && !isBusy);
  return fleet.stop;
});

reported(() => fleet);

afterEach(async () => {
  await fleet.settled(await fleet.merge(fleet.organization));
  await fleet.argoCD.until(application, 'synced', ({ sync, isBusy }) => sync === 'Synced' && !isBusy);
});

async function pushed(files: Files): Promise<ApplicationState> {
  return (await fleet.settled(fleet.remote.push(files)))[prod];
}

const fileOf = (namespace: string) => `${cluster}/namespaces/${namespace}.yaml`;
const rendered = (namespace: string) => fleet.dist()[fileOf(namespace)] ?? '';

/** A namespace that is given to another tenant, which the cluster's policy refuses. */
function refused(): Files {
  return {
    [fileOf('solar-prod')]: edit(rendered('solar-prod')).changed('Namespace', (namespace) =>
      withMetadata(namespace, {
        labels: { ...(at(namespace, 'metadata', 'labels') as object), 'tenantry.dev/tenant': 'green' },
      }),
    ),
  };
}

const revoked = (): Files => ({
  [fileOf('solar-shop')]: edit(rendered('solar-shop')).without('RoleBinding', 'tenantry:group:audit:view'),
});

describe('while an object is refused by a policy', () => {
  test('what else the merge revokes and grants is done, in another tenant', async () => {
    const state = await pushed({
      ...refused(),
      [fileOf('harbor-ci')]: edit(edit(rendered('harbor-ci')).without('RoleBinding', 'tenantry:group:audit:view')).with(
        share('harbor-ci', 'guests', 'edit'),
      ),
    });
    expect(state.operation?.message).toContain('cannot move to another');
    await answers(prod, 'audit', 'harbor-ci', 403);
    await answers(prod, 'guests', 'harbor-ci', 200);
  });

  test('what is done by hand is undone, and what is merged later is revoked', async () => {
    await pushed(refused());
    await timed('beside what is refused, from an edit by hand until it is undone', async () => {
      await bindByHand(prod, 'solar-shop', 'tenantry:group:audit:view', 'audit', 'rogue');
      await subjects(prod, 'solar-shop', 'tenantry:group:audit:view', 'audit');
    });
    await timed('beside what is refused, from a merge that revokes to the first refusal', async () => {
      fleet.remote.push(revoked());
      await answers(prod, 'audit', 'solar-shop', 403);
    });
  });

  test('a folder that is emptied is synced: access and policies go, namespaces and what is in them stay', async () => {
    // Argo CD looks for emptiness as it begins a sync, and not as it tries one again.
    const precious = await leaveConfigMap(prod, 'solar-shop');
    await pushed(refused());
    fleet.remote.push({ [cluster]: undefined, [`${cluster}/README.md`]: 'Nothing is left.\n' });
    await answers(prod, 'audit', 'solar-shop', 403);
    await waitFor('an end of it', async () => (await fleet.argoCD.application(application))?.isBusy === false);
    expect(await status(prod, precious)).toBe(200);
  });
});

describe('the project', () => {
  test.each([
    ['that is a ClusterRole by another name', 'rbac.authorization.k8s.io/v1', 'ClusterRole', { name: 'odd' }],
    ['that is a protected namespace', 'v1', 'Namespace', { name: 'kube-odd' }],
    ['in a protected namespace', 'rbac.authorization.k8s.io/v1', 'Role', { name: 'odd', namespace: 'kube-system' }],
    ['in the namespace of Argo CD', 'rbac.authorization.k8s.io/v1', 'Role', { name: 'odd', namespace: 'argocd' }],
  ])(
    'lets in nothing %s, and holds up a revocation beside it: it must not be rendered',
    async (_, apiVersion, kind, metadata) => {
      const odd = JSON.stringify({ apiVersion, kind, metadata, ...(kind.endsWith('Role') && { rules: [] }) });
      const state = await pushed({ [`${cluster}/cluster/odd.yaml`]: `${odd}\n`, ...revoked() });
      expect(state.operation?.message).toContain('one or more synchronization tasks are not valid');
      await answers(prod, 'audit', 'solar-shop', 200);
    },
  );

  test.each([
    ['v1', 'ConfigMap'],
    ['example.com/v1', 'Widget'],
  ])(
    'is not asked about a kind that the settings leave out, %s %s: it is passed over, with a warning',
    async (apiVersion, kind) => {
      const odd = { apiVersion, kind, metadata: { name: 'odd', namespace: 'solar-prod' } };
      const state = await pushed({ [`${cluster}/cluster/odd.yaml`]: edit('').with(odd), ...revoked() });
      expect(state.conditions).toMatchObject([{ type: 'ExcludedResourceWarning' }]);
      await answers(prod, 'audit', 'solar-shop', 403);
      expect(await status(prod, `${configMapsIn('solar-prod')}/odd`)).toBe(404);
    },
  );

  test('lets no Application of it follow another repository, or go to a cluster that is not in it', async () => {
    const elsewhere = (name: string, change: object) => {
      const spec = {
        project: 'tenantry',
        source: { repoURL: fleet.remote.url, path: `dist/${prod}`, targetRevision: 'main' },
        destination: { server: 'https://kubernetes.default.svc' },
      };
      return {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name },
        spec: { ...spec, ...change },
      };
    };
    await fleet.argoCD.apply(
      elsewhere('other-repository', { source: { repoURL: 'file:///nowhere', path: '.', targetRevision: 'main' } }),
      elsewhere('other-cluster', { destination: { server: 'https://other.example.com' } }),
    );
    for (const [name, message] of [
      ['other-repository', 'is not permitted in project'],
      ['other-cluster', 'other.example.com'],
    ] as const) {
      const { conditions } = await fleet.argoCD.until(name, 'refused', (state) => state.conditions.length > 0);
      expect(conditions).toMatchObject([
        { type: 'InvalidSpecError', message: expect.stringContaining(message) as string },
      ]);
      await request(prod, 'DELETE', `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`);
    }
  });
});

test('of an object that stands in two files, the last one counts, and Argo CD warns', async () => {
  const state = await pushed({
    [`${cluster}/namespaces/zz.yaml`]: edit('').with({
      ...share('solar-shop', 'audit', 'view'),
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'guests' }],
    }),
  });
  expect(state.conditions).toMatchObject([{ type: 'RepeatedResourceWarning' }]);
  await answers(prod, 'guests', 'solar-shop', 200);
});

test('a cluster that is divided among Applications is synced whole, and revoked where one loses all its namespaces', async () => {
  const path = `clusters/${prod}.yaml`;
  const precious = await leaveConfigMap(prod, 'solar-prod');
  const commit = await fleet.merge({ [path]: `${(fleet.organization[path] ?? '').trimEnd()}\n  applications: 2\n` });
  const parts = [application, `${application}-1`];
  for (const name of ['tenantry-argo-cd', ...parts]) {
    await fleet.argoCD.until(name, 'there', () => true);
    expect(await fleet.argoCD.synced(name, commit)).toMatchObject({ sync: 'Synced', conditions: [] });
  }
  for (const namespace of ['solar-prod', 'solar-shop', 'harbor-ci']) await answers(prod, 'audit', namespace, 200);
  expect(await status(prod, precious)).toBe(200);

  const ofSecond = new RegExp(`^${cluster}/namespaces/1/(.+)\\.yaml$`);
  const moved = Object.keys(fleet.dist()).flatMap((file) => ofSecond.exec(file)?.[1] ?? []);
  const [shared = ''] = moved.filter((name) => /^(solar|harbor)-/.test(name));
  expect(shared).not.toBe('');
  const emptied = fleet.remote.push({ [`${cluster}/namespaces/1`]: undefined });
  await fleet.argoCD.synced(`${application}-1`, emptied);
  await answers(prod, 'audit', shared, 403);
  for (const name of moved) expect(await status(prod, namespaceAt(name))).toBe(200);
  // One is enough again: what the other had is not lost with it, and goes by hand.
  const whole = await fleet.merge(fleet.organization);
  await fleet.argoCD.synced('tenantry-argo-cd', whole);
  await fleet.argoCD.synced(application, whole);
  await answers(prod, 'audit', shared, 200);
  await request(prod, 'DELETE', `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${application}-1`);
});

describe('Argo CD’s account', () => {
  const group = 'rbac.authorization.k8s.io';
  const me = { kind: 'ServiceAccount', namespace: 'argocd', name: 'argocd-application-controller' };
  const binding = (kind: string, namespace: string | undefined, role: string, name = 'odd') => ({
    apiVersion: `${group}/v1`,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
    subjects: [me],
  });
  const role = (kind: string, rule: object, namespace?: string) => ({
    apiVersion: `${group}/v1`,
    kind,
    metadata: { name: 'odd', ...(namespace !== undefined && { namespace }) },
    rules: [rule],
  });
  const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
  const everything = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
  const rbac = (path: string) => `/apis/${group}/v1/${path}`;

  /** What the API server says to a request by its token. */
  async function attempt(...[method, path, body]: readonly ['GET' | 'POST' | 'PATCH' | 'DELETE', string, object?]) {
    const token = await createToken(fleet.planes[prod], 'argocd', 'argocd-application-controller');
    return said(
      await request(prod, method, path, {
        as: { token },
        ...(body && { body }),
        ...(method === 'PATCH' && { contentType: 'application/merge-patch+json' }),
      }),
    );
  }

  test.each([
    ['reads Secrets', 'GET', '/api/v1/namespaces/solar-prod/secrets', undefined],
    ['reads what tenants run', 'GET', '/api/v1/namespaces/solar-prod/pods', undefined],
    [
      'makes itself a cluster admin',
      'POST',
      rbac('clusterrolebindings'),
      binding('ClusterRoleBinding', undefined, 'cluster-admin'),
    ],
    [
      'makes itself admin of everything',
      'POST',
      rbac('clusterrolebindings'),
      binding('ClusterRoleBinding', undefined, 'admin'),
    ],
    ['changes its own rights', 'PATCH', rbac('clusterroles/tenantry:argo-cd'), { rules: [everything] }],
    ['deletes its own binding', 'DELETE', rbac('clusterrolebindings/tenantry:argo-cd'), undefined],
    [
      'changes the cluster admins',
      'DELETE',
      rbac('clusterrolebindings/tenantry:group:cluster-admins:cluster-admin'),
      undefined,
    ],
    ['makes a ClusterRole', 'POST', rbac('clusterroles'), role('ClusterRole', secrets)],
    ['widens cluster-scope', 'PATCH', rbac('clusterroles/cluster-scope'), { rules: [secrets] }],
    ['widens the role admin', 'PATCH', rbac('clusterroles/admin'), { rules: [everything] }],
    [
      'binds cluster-admin in a namespace',
      'POST',
      roleBindingsIn('solar-prod'),
      binding('RoleBinding', 'solar-prod', 'cluster-admin'),
    ],
    [
      'makes a Role that reads Secrets',
      'POST',
      rbac('namespaces/solar-prod/roles'),
      role('Role', secrets, 'solar-prod'),
    ],
    ['asks for a token', 'POST', '/api/v1/namespaces/kube-system/serviceaccounts/default/token', { spec: {} }],
    ['runs a pod', 'POST', '/api/v1/namespaces/solar-prod/pods', { metadata: { name: 'odd' } }],
    [
      'approves a certificate',
      'POST',
      '/apis/certificates.k8s.io/v1/certificatesigningrequests',
      { metadata: { name: 'odd' } },
    ],
  ] as const)('cannot: %s', async (_, method, path, body) => {
    expect(await attempt(method, path, body)).toMatch(/^403 .*(?:is forbidden|cannot)/);
  });

  test('deletes no namespace that is not marked', async () => {
    expect(await attempt('DELETE', namespaceAt('solar-prod'))).toMatch(/namespaces\.tenantry\.dev.*two steps/);
    expect(await attempt('DELETE', namespaceAt('kube-system'))).toMatch(/^403 /);
  });

  test('is bound to its own role and to nothing else in the cluster', async () => {
    const { body } = await request(prod, 'GET', rbac('clusterrolebindings'));
    const text = JSON.stringify(at(body, 'items'));
    const names = (JSON.parse(text) as { metadata: { name: string }; subjects?: { name: string }[] }[])
      .filter(({ subjects = [] }) => subjects.some(({ name }) => name === me.name))
      .map(({ metadata }) => metadata.name);
    expect(names).toEqual(['tenantry:argo-cd', 'tenantry:argo-cd-root']);
    expect(applicationController).toBe(`system:serviceaccount:${me.namespace}:${me.name}`);
  });

  test('gives a new custom role once the operator has applied it, and never holds what is in it', async () => {
    const withRole = (resource: string) => {
      const role = `  roles:\n    - name: logs\n      rules: [{ apiGroups: [""], resources: [${resource}], verbs: [get] }]\n`;
      const tenant = replaced(fleet.organization['tenants/solar.yaml'], '  namespaces:\n', `${role}  namespaces:\n`);
      return {
        // Secrets are for the admins to grant.
        'organization.yaml': replaced(
          fleet.organization['organization.yaml'],
          '  protectedNamespaces:',
          '  grants: { solar: { rights: [secrets] } }\n  protectedNamespaces:',
        ),
        'tenants/solar.yaml': replaced(tenant, '{ group: solar-sre, role: edit }', '{ group: solar-sre, role: logs }'),
      };
    };
    const applied = async () => {
      runAsOperator(fleet.operator, [`kubectl apply --server-side --filename dist/cluster-access/${prod}/`]);
      await fleet.argoCD.until(application, 'synced', ({ sync, isBusy }) => sync === 'Synced' && !isBusy);
    };
    const as = await fleet.memberOf('solar-sre', prod);
    const logs = '/api/v1/namespaces/solar-prod/pods/none/log';
    const secretsOf = '/api/v1/namespaces/solar-prod/secrets/none';
    const asked = async (path: string) => (await request(prod, 'GET', path, { as })).status;
    const becomes = (path: string, status: number) =>
      waitFor(`${path} to be ${status}`, async () => (await asked(path)) === status);
    const customRoles = async () => {
      const { body } = await request(prod, 'GET', rbac('clusterroles?labelSelector=tenantry.dev/custom-role'));
      return listAt(body, 'items').length;
    };

    const [state] = Object.values(await fleet.settled(await fleet.merge(withRole('pods/log'))));
    expect(state?.operation?.message).toMatch(/"tenantry:solar\.logs\.\w+" not found/);
    await becomes(configMapsIn('solar-prod'), 403);
    expect(await asked(logs)).toBe(403);
    await applied();
    await becomes(logs, 404);
    expect(await attempt('GET', logs)).toMatch(/^403 /);

    // Another role: what the old one allowed is gone before the operator has done anything.
    await fleet.settled(await fleet.merge(withRole('secrets')));
    await becomes(logs, 403);
    expect(await asked(secretsOf)).toBe(403);
    await applied();
    await becomes(secretsOf, 404);
    expect(await attempt('GET', secretsOf)).toMatch(/^403 /);

    expect(await customRoles()).toBe(2);
    runAsOperator(fleet.operator, guideCommands('A new custom role, another version of tenantry'));
    expect(await customRoles()).toBe(1);
    expect(await asked(secretsOf)).toBe(404);
  });

  test('replaces what an older version rendered of a custom role', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'tenantry' };
    const rules = [{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }];
    const name = 'tenantry:group:guests:logs';
    const old = {
      role: {
        apiVersion: `${group}/v1`,
        kind: 'Role',
        metadata: { name: 'logs', namespace: 'solar-prod', labels },
        rules,
      },
      binding: {
        apiVersion: `${group}/v1`,
        kind: 'RoleBinding',
        metadata: { name, namespace: 'solar-prod', labels },
        roleRef: { apiGroup: group, kind: 'Role', name: 'logs' },
        subjects: [{ apiGroup: group, kind: 'Group', name: 'guests' }],
      },
    };
    // They are there, as Argo CD made them once, and in Git.
    await fleet.settled(
      fleet.remote.push({
        [fileOf('solar-prod')]: edit(edit(rendered('solar-prod')).with(old.role)).with(old.binding),
      }),
    );
    const tracked = (kind: string, of: string) => ({
      metadata: {
        annotations: { 'argocd.argoproj.io/tracking-id': `${application}:${group}/${kind}:solar-prod/${of}` },
      },
    });
    for (const [path, one, id] of [
      ['roles', old.role, tracked('Role', 'logs')],
      ['rolebindings', old.binding, tracked('RoleBinding', name)],
    ] as const) {
      const metadata = { ...one.metadata, ...id.metadata };
      await request(prod, 'POST', rbac(`namespaces/solar-prod/${path}`), { body: { ...one, metadata } });
      expect(await status(prod, rbac(`namespaces/solar-prod/${path}/${one.metadata.name}`))).toBe(200);
    }
    await fleet.settled(await fleet.merge(fleet.organization));
    for (const path of ['roles/logs', `rolebindings/${name}`])
      await waitFor(
        `${path} to be pruned`,
        async () => (await status(prod, rbac(`namespaces/solar-prod/${path}`))) === 404,
      );
  });
});
