import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, waitFor } from '../control-plane/client.ts';
import type { Answer } from '../control-plane/client.ts';
import type { Actor, Resource } from './support/actor.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { roleBinding } from './support/objects.ts';
import { organization, tenant } from './support/organization.ts';
import { inEffect, withoutPolicy } from './support/policies.ts';
import { verdict, verdictPastRbac } from './support/verdict.ts';

/** The policies on what is in a namespace, and on roles: who writes what the platform owns, and what others may bind. */

let cluster: TestCluster;
let owner: Actor;

const binding = 'solar-prod/tenantry:group:solar-sre:edit';
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const managed = { 'app.kubernetes.io/managed-by': 'tenantry' };
const limits = { spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } };
const network = { spec: { podSelector: {} } };
const quota = { spec: { hard: { pods: '1' } } };
const files = organization({
  files: tenant(
    'green',
    `
owners: [{ kind: Group, name: green-leads }]
roles: [{ name: deployer, rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get] }] }]
namespaces:
  - name: prod
    sharedWith: [{ group: solar-sre, role: deployer }]`,
  ),
});

beforeAll(async () => {
  cluster = await startCluster(files, { argoCDMayDo: 'anything' });
  owner = await cluster.person('sam', 'solar-leads');
  // A Role of the platform's, as clusters have them from before custom roles were ClusterRoles.
  await must(cluster.admin.create('roles', 'green-prod/deployer', { metadata: { labels: managed }, rules }));
  await inEffect(cluster, 'managed-objects', 'self-service-bindings', 'token-secrets', 'token-requests', 'aggregation');
});

afterAll(() => cluster.stop());

describe('S10: only the platform writes what it owns', () => {
  /** Each kind: one of the platform's, one of a user's own, and a change that is no change of the role. */
  const kinds: [Resource, ours: string, own: string, object: object][] = [
    ['rolebindings', binding, 'solar-prod/own', roleBinding('view', 'User user:kim')],
    ['roles', 'green-prod/deployer', 'green-prod/own', { rules }],
    ['resourcequotas', 'solar-prod/tenantry', 'solar-prod/own', quota],
    ['limitranges', 'solar-prod/tenantry', 'solar-prod/own', limits],
    ['networkpolicies', 'solar-prod/tenantry', 'solar-prod/own', network],
    ['clusterroles', 'cluster-scope', 'own', { rules }],
    ['clusterrolebindings', 'tenantry:group:cluster-admins:cluster-admin', 'own', roleBinding('view', 'User user:kim')],
  ];
  const note = { metadata: { annotations: { note: 'mine' } } };
  const release = { metadata: { labels: { 'app.kubernetes.io/managed-by': null } } };

  test.each(kinds)('%s', async (resource, ours, own, object) => {
    const { overseer, admin } = cluster;
    const namespace = ours.includes('/') ? ours.split('/')[0] : undefined;
    const refused: [string, Promise<Answer>][] = [
      ['update', overseer.update(resource, ours, note)],
      ['patch', overseer.patch(resource, ours, note)],
      ['server-side apply', overseer.apply(resource, ours, note)],
      ['take the label away', overseer.patch(resource, ours, release)],
      ['take the label away by an update', overseer.update(resource, ours, release)],
      [
        'take the label away by a JSON patch',
        overseer.jsonPatch(resource, ours, [{ op: 'remove', path: '/metadata/labels' }]),
      ],
      ['delete', overseer.delete(resource, ours)],
      ...(namespace === undefined
        ? []
        : [['delete a collection', overseer.deleteAll(resource, namespace)] satisfies [string, Promise<Answer>]]),
      ['create with the label', overseer.create(resource, own, { ...object, metadata: { labels: managed } })],
    ];
    // What a refusal names is what the object comes from: of the whole cluster's, no tenant's file.
    const source = namespace
      ? 'the share, quota or role in the file of the tenant \\w+'
      : 'organization\\.yaml or the file of a cluster or tenant';
    const from = new RegExp(
      `: managed-objects: \\S+ is the platform's, by its name or the label app.kubernetes.io/managed-by=tenantry: change ${source} in https://\\S+; to do it by hand all the same, act as a member of cluster-admins, system:masters, kubeadm:cluster-admins or system:cluster-admins$`,
    );
    for (const [what, answer] of refused) {
      expect(`${what}: ${verdict(await answer)}`).toMatch(from);
    }
    expect(verdict(await admin.get(resource, ours))).toBe('allowed');

    for (const answer of [
      () => overseer.create(resource, own, object),
      () => overseer.update(resource, own, note),
      () => overseer.patch(resource, own, note),
      () => overseer.apply(resource, own, object),
    ]) {
      expect(verdict(await answer())).toBe('allowed');
    }
    expect(verdict(await overseer.patch(resource, own, { metadata: { labels: managed } }))).toMatch(/^managed-objects/);
    expect(verdict(await overseer.delete(resource, own))).toBe('allowed');

    for (const who of [cluster.argoCD, cluster.alice]) {
      expect(verdict(await who.dryRun.patch(resource, ours, note))).toBe('allowed');
      expect(verdict(await who.dryRun.delete(resource, ours))).toBe('allowed');
    }
  });

  test('nobody takes a name before the platform does', async () => {
    // With another role in it, Argo CD could not apply its own: `roleRef` cannot change.
    expect(
      verdict(
        await owner.create('rolebindings', 'solar-prod/tenantry:user:kim:view', roleBinding('edit', 'User user:kim')),
      ),
    ).toMatch(/^managed-objects: tenantry:user:kim:view is the platform's/);
    expect(
      verdict(
        await owner.create('rolebindings', 'solar-prod/', {
          metadata: { generateName: 'tenantry:' },
          ...roleBinding('edit', 'User user:kim'),
        }),
      ),
    ).toMatch(/^managed-objects: /);
    expect(verdict(await owner.create('networkpolicies', 'solar-dev/tenantry', network))).toMatch(/^managed-objects: /);
  });

  test("the status of a quota is Kubernetes'", async () => {
    const used = { status: { used: { pods: '0' } }, metadata: { labels: { 'app.kubernetes.io/managed-by': null } } };
    expect(verdict(await cluster.overseer.patch('resourcequotas/status', 'solar-prod/tenantry', used))).toMatch(
      /^managed-objects: /,
    );
    const counted = () => cluster.admin.get('resourcequotas', 'solar-prod/tenantry');
    await waitFor('the quota to be counted', async () => {
      return at((await counted()).body, 'status', 'used', 'pods') === '0';
    });
  });

  test('S12: what Argo CD prunes is gone, though it deletes in the foreground', async () => {
    await must(cluster.argoCD.delete('rolebindings', binding, { propagationPolicy: 'Foreground' }));
    await waitFor('the binding to be gone', async () => {
      return (await cluster.admin.get('rolebindings', binding)).status === 404;
    });
    await cluster.sync(files);
    expect(verdict(await cluster.admin.get('rolebindings', binding))).toBe('allowed');
  });

  test('without the policy, others do', () => withoutPolicy(cluster, 'managed-objects'));
});

describe("what a namespace's admin binds by himself", () => {
  const allowed: [string, string[]][] = [
    ['a user', ['User user:kim']],
    ['a group of the organization', ['Group audit']],
    ['a service account of the namespace', ['ServiceAccount solar-prod/default']],
    ['all service accounts of the namespace', ['Group system:serviceaccounts:solar-prod']],
    ['an operator that the cluster trusts', ['ServiceAccount cert-manager/cert-manager']],
    ['nobody', []],
  ];
  const refused: [string, string, string][] = [
    ['a group that nobody declared', 'Group strangers', 'Group strangers'],
    ['all that are known', 'Group system:authenticated', 'Group system:authenticated'],
    ['all service accounts', 'Group system:serviceaccounts', 'Group system:serviceaccounts'],
    ['the service accounts of a namespace', 'Group system:serviceaccounts:green-prod', 'Group system:'],
    ['everybody with a token', 'Group cluster-scope', 'Group cluster-scope'],
    ["the cluster's admins", 'Group cluster-admins', 'Group cluster-admins'],
    ['anonymous', 'User system:anonymous', 'User system:anonymous'],
    ['a user without the prefix of tokens', 'User kim', 'User kim'],
    ['a service account by its user name', 'User system:serviceaccount:green-prod:default', 'User system:'],
    [
      'a service account of another namespace',
      'ServiceAccount green-prod/default',
      'ServiceAccount green-prod/default',
    ],
    ['a service account of the same tenant', 'ServiceAccount solar-dev/default', 'ServiceAccount solar-dev/default'],
  ];

  test.each(allowed)('%s', async (_, subjects) => {
    expect(verdict(await owner.create('rolebindings', 'solar-prod/own', roleBinding('view', ...subjects)))).toBe(
      'allowed',
    );
    expect(verdict(await owner.delete('rolebindings', 'solar-prod/own'))).toBe('allowed');
  });

  test.each(refused)('not %s', async (_, subject, named) => {
    const bad = roleBinding('view', 'User user:kim', subject);
    for (const who of [owner, cluster.overseer, cluster.operator, cluster.argoCD]) {
      const found = verdict(await who.create('rolebindings', 'solar-prod/own', bad));
      expect(found).toContain(`self-service-bindings: a RoleBinding made in the cluster may not name ${named}`);
      expect(found).toContain(
        "for others, service accounts of the tenant's other namespaces among them, add a share to the tenant's file",
      );
      expect(found).not.toContain('user:kim,');
    }
    await must(owner.create('rolebindings', 'solar-prod/own', roleBinding('view', 'User user:kim')));
    for (const answer of [
      owner.update('rolebindings', 'solar-prod/own', bad),
      owner.patch('rolebindings', 'solar-prod/own', bad),
      owner.apply('rolebindings', 'solar-prod/own', bad),
    ]) {
      expect(verdict(await answer)).toMatch(/^self-service-bindings: /);
    }
    await must(owner.delete('rolebindings', 'solar-prod/own'));
  });

  test('in the namespace of a group as well, and not in those that are no concern of ours', async () => {
    const binding = roleBinding('view', 'Group strangers');
    const member = await cluster.person('sue', 'sandbox');
    expect(verdict(await member.create('rolebindings', 'sandbox/own', binding))).toMatch(/^self-service-bindings: /);
    expect(verdict(await cluster.overseer.dryRun.create('rolebindings', 'default/own', binding))).toBe('allowed');
  });

  test('the platform binds whom it likes, such as a service account that owns the tenant', async () => {
    const object = {
      metadata: { labels: managed },
      ...roleBinding('admin', 'ServiceAccount solar-dev/robot', 'Group undeclared'),
    };
    const name = 'solar-prod/tenantry:serviceaccount:solar-dev~2Frobot:admin';
    expect(verdict(await cluster.argoCD.dryRun.create('rolebindings', name, object))).toBe('allowed');
    // Of two policies that refuse, the API server names either.
    expect(verdict(await cluster.overseer.dryRun.create('rolebindings', name, object))).toMatch(
      /^(managed-objects|self-service-bindings): /,
    );
  });

  test('what was bound before the policy can be taken back, and cleaned up', async () => {
    const stale = roleBinding('view', 'Group strangers', 'Group audit');
    await must(cluster.alice.create('rolebindings', 'solar-prod/stale', stale));
    expect(verdict(await owner.patch('rolebindings', 'solar-prod/stale', { metadata: { labels: { a: 'b' } } }))).toBe(
      'allowed',
    );
    const fewer = roleBinding('view', 'Group strangers');
    expect(verdict(await owner.update('rolebindings', 'solar-prod/stale', fewer))).toBe('allowed');
    const more = roleBinding('view', 'Group strangers', 'Group others');
    expect(verdict(await owner.update('rolebindings', 'solar-prod/stale', more))).toMatch(
      /^self-service-bindings: a RoleBinding made in the cluster may not name Group others, but/,
    );
    await must(owner.delete('rolebindings', 'solar-prod/stale', { propagationPolicy: 'Foreground' }));
    await waitFor('it to be gone', async () => {
      return (await cluster.admin.get('rolebindings', 'solar-prod/stale')).status === 404;
    });
  });

  test('without the policy, anybody', () => withoutPolicy(cluster, 'self-service-bindings'));
});

describe('S27: no credentials that last', () => {
  const secret = (account: string) => ({
    metadata: { annotations: { 'kubernetes.io/service-account.name': account } },
    type: 'kubernetes.io/service-account-token',
  });

  test('no Secret with a token', async () => {
    for (const who of [owner, cluster.overseer, cluster.operator, cluster.argoCD]) {
      for (const answer of [
        who.create('secrets', 'solar-prod/token', secret('default')),
        who.apply('secrets', 'solar-prod/token', secret('default')),
      ]) {
        expect(verdict(await answer)).toBe(
          'token-secrets: Secrets of type kubernetes.io/service-account-token hold a token that never expires: mount a projected token, or ask for one with kubectl create token',
        );
      }
    }
    expect(verdict(await owner.dryRun.create('secrets', 'solar-prod/other', { stringData: { a: 'b' } }))).toBe(
      'allowed',
    );
    expect(verdict(await cluster.overseer.dryRun.create('secrets', 'default/token', secret('default')))).toBe(
      'allowed',
    );
  });

  test('one that is there is left alone, but cannot be turned to another account', async () => {
    await must(cluster.alice.create('secrets', 'solar-prod/token', secret('default')));
    await waitFor('the token', async () => {
      return at((await cluster.admin.get('secrets', 'solar-prod/token')).body, 'data', 'token') !== undefined;
    });
    const label = { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } } };
    expect(verdict(await owner.patch('secrets', 'solar-prod/token', label))).toBe('allowed');
    const turn = { ...secret('other'), data: { token: null } };
    expect(verdict(await owner.patch('secrets', 'solar-prod/token', turn))).toMatch(/^token-secrets: /);
    expect(verdict(await owner.delete('secrets', 'solar-prod/token'))).toBe('allowed');
  });

  test('no token for more than an hour', async () => {
    const ask = (who: Actor, seconds?: number) =>
      who.create('serviceaccounts/token', 'solar-prod/default', {
        spec: seconds === undefined ? {} : { expirationSeconds: seconds },
      });
    for (const seconds of [undefined, 600, 3600]) expect(verdict(await ask(owner, seconds))).toBe('allowed');
    for (const seconds of [3601, 3607, 315_360_000]) {
      for (const who of [owner, cluster.overseer, cluster.argoCD]) {
        expect(verdict(await ask(who, seconds))).toBe(
          'token-requests: a token asked for lives 3600 seconds at most: ask for a shorter one, and again when it ends',
        );
      }
    }
    expect(verdict(await ask(cluster.alice, 7200))).toBe('allowed');
  });

  test('a kubelet gets for its pods what they need', async () => {
    await must(cluster.admin.create('nodes', 'node-1'));
    const container = { name: 'main', image: 'web' };
    const created = await must(
      cluster.admin.create('pods', 'solar-prod/web', { spec: { nodeName: 'node-1', containers: [container] } }),
    );
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: at(created.body, 'metadata', 'uid') };
    const kubelet = cluster.impersonate('system:node:node-1', 'system:nodes');
    const spec = { boundObjectRef, expirationSeconds: 3607 };
    const found = await verdictPastRbac(() => kubelet.create('serviceaccounts/token', 'solar-prod/default', { spec }));
    expect(found).toBe('allowed');
  });

  test('without the policies, both', async () => {
    await withoutPolicy(cluster, 'token-secrets');
    await withoutPolicy(cluster, 'token-requests');
  });
});

describe('nobody but the platform widens admin, edit and view', () => {
  const aggregated = (role: string, value = 'true') => ({
    metadata: { labels: { [`rbac.authorization.k8s.io/aggregate-to-${role}`]: value } },
    rules,
  });
  const message = (name: string) =>
    `aggregation: the ClusterRole ${name} has a label rbac.authorization.k8s.io/aggregate-to-…, which may change every tenant's admin, edit and view: install it as a member of cluster-admins, system:masters, kubeadm:cluster-admins or system:cluster-admins, or have its operator listed under trustedServiceAccounts with AggregateRoles`;
  const ofEveryTenant =
    /^aggregation: the ClusterRoles admin, edit, view are every tenant's: to change them all the same, act as a/;

  test.each(['admin', 'edit', 'view'])('%s', async (role) => {
    const { overseer } = cluster;
    expect(verdict(await overseer.create('clusterroles', 'widgets', aggregated(role)))).toBe(message('widgets'));
    expect(verdict(await overseer.apply('clusterroles', 'widgets', aggregated(role)))).toBe(message('widgets'));
    await must(overseer.create('clusterroles', 'widgets', { rules }));
    expect(verdict(await overseer.patch('clusterroles', 'widgets', aggregated(role)))).toBe(message('widgets'));
    expect(verdict(await overseer.update('clusterroles', 'widgets', aggregated(role)))).toBe(message('widgets'));
    expect(verdict(await overseer.update('clusterroles', 'widgets', aggregated(role, 'false')))).toBe('allowed');
    expect(verdict(await overseer.delete('clusterroles', 'widgets'))).toBe('allowed');
  });

  test('nor changes what is aggregated already', async () => {
    const { overseer } = cluster;
    const base = 'system:aggregate-to-view';
    expect(verdict(await overseer.patch('clusterroles', base, { rules }))).toBe(message(base));
    expect(verdict(await overseer.delete('clusterroles', base))).toBe(message(base));
    expect(verdict(await overseer.deleteAll('clusterroles', ''))).toMatch(/^aggregation: /);
  });

  test.each(['admin', 'edit', 'view'])(
    'nor the role %s itself, by what it gathers, what is in it, or its end',
    async (role) => {
      const { overseer, operator } = cluster;
      const wider = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { mine: 'true' } }] } };
      for (const who of [overseer, operator]) {
        expect(verdict(await who.patch('clusterroles', role, wider))).toMatch(ofEveryTenant);
        expect(verdict(await who.patch('clusterroles', role, { aggregationRule: null, rules }))).toMatch(ofEveryTenant);
        expect(verdict(await who.delete('clusterroles', role))).toMatch(ofEveryTenant);
      }
      expect(verdict(await cluster.alice.dryRun.patch('clusterroles', role, wider))).toBe('allowed');
    },
  );

  test('nor by a role that is aggregated and gathers others, whose labels nobody looks at', async () => {
    const gathering = {
      ...aggregated('view'),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    };
    const found = verdict(await cluster.operator.create('clusterroles', 'gathering', gathering));
    expect(found).toMatch(/^aggregation: a ClusterRole with a label \S+ gathers no others: list their rules in it/);
  });

  test('operators that the cluster trusts do, and Kubernetes then widens the roles', async () => {
    await must(
      cluster.operator.create('clusterroles', 'widgets', {
        ...aggregated('view'),
        rules: [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }],
      }),
    );
    await cluster.plane.rolesAggregated();
    expect(JSON.stringify((await cluster.admin.get('clusterroles', 'edit')).body)).toContain('widgets');
    // Argo CD as well only where it is listed so: what tenants deploy by it is not the platform's.
    expect(verdict(await cluster.argoCD.dryRun.create('clusterroles', 'gadgets', aggregated('edit')))).toBe(
      message('gadgets'),
    );
    expect(verdict(await cluster.alice.dryRun.create('clusterroles', 'gadgets', aggregated('edit')))).toBe('allowed');
  });

  test('without the policy, others do', () => withoutPolicy(cluster, 'aggregation'));
});

describe('as strict as the organization says', () => {
  const attempt = async (...subjects: string[]) =>
    verdict(await owner.dryRun.create('rolebindings', 'solar-prod/own', roleBinding('view', ...subjects)));
  const set = (setting: string) =>
    cluster.sync({
      ...files,
      ...{
        'organization.yaml': `${String(files['organization.yaml'])}  policies: { selfServiceBindings: ${setting} }\n`,
      },
    });

  test('any group but reserved ones', async () => {
    await set('Any');
    await waitFor('the setting', async () => (await attempt('Group strangers')) === 'allowed');
    for (const group of ['system:authenticated', 'cluster-scope', 'cluster-admins']) {
      expect(await attempt(`Group ${group}`)).toMatch(/^self-service-bindings: .* groups that are not reserved, and/);
    }
    expect(await attempt('ServiceAccount green-prod/default')).toMatch(/^self-service-bindings: /);
  });

  test('no RoleBindings at all, but what there was can go', async () => {
    await must(
      owner.create('rolebindings', 'solar-prod/before', roleBinding('view', 'User user:kim', 'User user:lou')),
    );
    await set('Forbidden');
    await waitFor('the setting', async () => (await attempt('User user:kim')) !== 'allowed');
    expect(await attempt('User user:kim')).toBe(
      "self-service-bindings: access is not given by RoleBindings made in the cluster: add a share to the tenant's file",
    );
    const fewer = roleBinding('view', 'User user:kim');
    expect(verdict(await owner.update('rolebindings', 'solar-prod/before', fewer))).toBe('allowed');
    const other = roleBinding('view', 'User user:max');
    expect(verdict(await owner.update('rolebindings', 'solar-prod/before', other))).toMatch(/^self-service-bindings: /);
    expect(verdict(await owner.delete('rolebindings', 'solar-prod/before'))).toBe('allowed');
  });
});
