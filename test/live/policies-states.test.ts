import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import type { Answer } from '../control-plane/client.ts';
import type { Actor } from './support/actor.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { pod, roleBinding } from './support/objects.ts';
import { organization, tenant } from './support/organization.ts';
import { inEffect, withoutPolicy } from './support/policies.ts';
import { verdict, verdictPastRbac } from './support/verdict.ts';

/** The policies `cordon` and `marked-for-deletion`: namespaces in which less is allowed. */

let cluster: TestCluster;
let owner: Actor;

const labels = { app: 'web' };
const deployment = {
  spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, ...pod('web') } },
};
const allowed = /^allowed$/;
/** As whom one passes, as refusals say it. */
const whoPasses = 'a member of cluster-admins, system:masters, kubeadm:cluster-admins or system:cluster-admins';
/** What an API server without kubelets says once it has let somebody through. */
const letThrough = /^(400 address not allowed|404 |500 |503 )/;

beforeAll(async () => {
  cluster = await startCluster(organization(), { argoCDMayDo: 'anything' });
  owner = await cluster.person('sam', 'solar-leads');
  await inEffect(cluster, 'cordon', 'marked-for-deletion');
  // What is in the namespaces, put there by those who may.
  const { alice, admin } = cluster;
  await must(admin.create('nodes', 'node-1'));
  for (const namespace of ['solar-frozen', 'solar-going']) {
    await waitFor('the default service account', async () => {
      return (await admin.get('serviceaccounts', `${namespace}/default`)).status === 200;
    });
    await must(alice.create('pods', `${namespace}/web`, pod('web', { nodeName: 'node-1' })));
    await must(alice.create('deployments', `${namespace}/web`, deployment));
    await must(alice.create('services', `${namespace}/web`, { spec: { ports: [{ port: 80 }], selector: labels } }));
    for (const name of ['one', 'two']) await must(alice.create('configmaps', `${namespace}/${name}`));
  }
});

afterAll(() => cluster.stop());

/** What can be asked of a namespace, and what an owner of it is told where nothing hinders him. */
const requests: [what: string, by: (who: Actor, namespace: string) => Promise<Answer>, open: RegExp, isNew?: true][] = [
  ['create', (who, ns) => who.dryRun.create('configmaps', `${ns}/new`), allowed, true],
  ['create by server-side apply', (who, ns) => who.dryRun.apply('configmaps', `${ns}/new`, {}), allowed, true],
  [
    'create a RoleBinding',
    (who, ns) => who.dryRun.create('rolebindings', `${ns}/new`, roleBinding('view', 'User user:kim')),
    allowed,
    true,
  ],
  ['update', (who, ns) => who.dryRun.update('configmaps', `${ns}/one`, { data: { a: 'b' } }), allowed],
  ['patch', (who, ns) => who.dryRun.patch('configmaps', `${ns}/one`, { data: { a: 'b' } }), allowed],
  ['server-side apply', (who, ns) => who.dryRun.apply('configmaps', `${ns}/one`, { data: { a: 'b' } }), allowed],
  ['delete', (who, ns) => who.dryRun.delete('configmaps', `${ns}/one`), allowed],
  ['delete a collection', (who, ns) => who.dryRun.deleteAll('configmaps', ns), allowed],
  ['scale', (who, ns) => who.dryRun.update('deployments/scale', `${ns}/web`, { spec: { replicas: 2 } }), allowed],
  [
    'patch the scale',
    (who, ns) => who.dryRun.patch('deployments/scale', `${ns}/web`, { spec: { replicas: 2 } }),
    allowed,
  ],
  ['evict', (who, ns) => who.dryRun.create('pods/eviction', `${ns}/web`), allowed],
  [
    'add an ephemeral container',
    (who, ns) =>
      who.dryRun.patch('pods/ephemeralcontainers', `${ns}/web`, {
        spec: { ephemeralContainers: [{ name: 'debug', image: 'debug' }] },
      }),
    allowed,
  ],
  ['ask for a token', (who, ns) => who.dryRun.create('serviceaccounts/token', `${ns}/default`, { spec: {} }), allowed],
  ['exec', (who, ns) => who.connect('pods/exec', `${ns}/web`, 'command=ls&stdout=true'), letThrough],
  ['attach', (who, ns) => who.connect('pods/attach', `${ns}/web`, 'stdout=true'), letThrough],
  ['forward a port', (who, ns) => who.connect('pods/portforward', `${ns}/web`), letThrough],
  ['call a pod through the API server', (who, ns) => who.connect('pods/proxy', `${ns}/web`), letThrough],
  ['call a service through the API server', (who, ns) => who.connect('services/proxy', `${ns}/web`), letThrough],
];

describe('S73: in a cordoned namespace nothing changes', () => {
  test.each(requests)('%s', async (_, by) => {
    for (const who of [cluster.overseer, owner]) {
      const found = verdict(await by(who, 'solar-frozen'));
      // Kubernetes' role admin has no ephemeral containers.
      if (who === owner && found.includes('cannot patch resource "pods/ephemeralcontainers"')) continue;
      expect(found).toBe(
        `cordon: the namespace solar-frozen is cordoned: nothing in it changes until that is lifted, in the tenant's file (cordoned) or by the admins (cordons in organization.yaml); to do it all the same, act as ${whoPasses}`,
      );
    }
  });

  test('it can be read', async () => {
    expect(verdict(await owner.get('configmaps', 'solar-frozen/one'))).toBe('allowed');
    expect(verdict(await owner.get('configmaps', 'solar-frozen/'))).toBe('allowed');
    expect(verdict(await owner.get('pods/log', 'solar-frozen/web'))).toMatch(letThrough);
    const resourceAttributes = { namespace: 'solar-frozen', verb: 'get', resource: 'pods' };
    const review = { spec: { user: 'user:sam', resourceAttributes } };
    expect(verdict(await owner.create('localsubjectaccessreviews', 'solar-frozen/', review))).toBe('allowed');
  });

  test('not by a service account of the namespace', async () => {
    const robot = await cluster.serviceAccount('solar-frozen/default');
    await must(
      cluster.alice.create(
        'rolebindings',
        'solar-frozen/robot',
        roleBinding('edit', 'ServiceAccount solar-frozen/default'),
      ),
    );
    expect(await verdictPastRbac(() => robot.create('configmaps', 'solar-frozen/new'))).toMatch(/^cordon: /);
  });

  test('what happens is recorded, and leaders lead on', async () => {
    const event = {
      involvedObject: { kind: 'Pod', namespace: 'solar-frozen', name: 'web' },
      reason: 'Seen',
      message: 'm',
      type: 'Normal',
    };
    expect(verdict(await cluster.overseer.create('events', 'solar-frozen/seen', event))).toBe('allowed');
    expect(verdict(await cluster.overseer.create('leases', 'solar-frozen/leader', { spec: {} }))).toBe('allowed');
    expect(
      verdict(await cluster.overseer.patch('deployments/status', 'solar-frozen/web', { status: { replicas: 1 } })),
    ).toBe('allowed');
  });

  test('a record of what happened is not wiped away', async () => {
    const { overseer, alice } = cluster;
    const event = { involvedObject: { namespace: 'solar-frozen' }, reason: 'Seen', message: 'm', type: 'Normal' };
    await must(alice.create('events', 'solar-frozen/kept', event));
    await must(alice.create('leases', 'solar-frozen/kept', { spec: {} }));
    for (const [resource, name] of [
      ['events', 'solar-frozen/kept'],
      ['leases', 'solar-frozen/kept'],
    ] as const) {
      expect(verdict(await overseer.delete(resource, name))).toMatch(/^cordon: /);
      expect(verdict(await overseer.deleteAll(resource, 'solar-frozen'))).toMatch(/^cordon: /);
      expect(verdict(await overseer.patch(resource, name, { metadata: { labels } }))).toBe('allowed');
    }
  });

  test.each([
    [
      'an owner that is not there',
      { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: 'x' }] },
    ],
    ['a finalizer', { finalizers: ['example.com/hold'] }],
    ['an annotation', { annotations: { note: 'mine' } }],
    ['a label', { labels: { note: 'mine' } }],
  ])('nor does anything change with a status: %s', async (_, metadata) => {
    const { overseer } = cluster;
    const found: string[] = [];
    for (const [target, name] of [
      ['deployments/status', 'solar-frozen/web'],
      ['pods/status', 'solar-frozen/web'],
      ['services/status', 'solar-frozen/web'],
    ] as const) {
      const before = (await cluster.admin.get(target, name)).body;
      found.push(verdict(await overseer.patch(target, name, { metadata })));
      found.push(verdict(await overseer.update(target, name, { metadata })));
      const after = (await cluster.admin.get(target, name)).body;
      for (const key of Object.keys(metadata)) expect(at(after, 'metadata', key)).toEqual(at(before, 'metadata', key));
      expect(verdict(await overseer.dryRun.update(target, name, {}))).toBe('allowed');
    }
    // Of some kinds Kubernetes leaves parts of the metadata out of a status; the rest is the policy's.
    expect(found.filter((one) => one !== 'allowed').every((one) => one.startsWith('cordon: '))).toBe(true);
    expect(found.filter((one) => one !== 'allowed').length).toBeGreaterThanOrEqual(4);
  });

  test("a status is nothing that Kubernetes' own roles let tenants write", async () => {
    const { body } = await cluster.admin.get('clusterroles', 'admin');
    const writers = listAt(body, 'rules').filter(
      (rule) =>
        listAt(rule, 'resources').some((resource) => String(resource).endsWith('/status')) &&
        listAt(rule, 'verbs').some((verb) => !['get', 'list', 'watch'].includes(String(verb))),
    );
    expect(writers).toEqual([]);
  });

  test('controllers go on', async () => {
    const replicaSets = await cluster.serviceAccount('kube-system/replicaset-controller');
    expect(verdict(await replicaSets.create('pods', 'solar-frozen/web-1', pod('web')))).toBe('allowed');
    expect(verdict(await replicaSets.delete('pods', 'solar-frozen/web-1'))).toBe('allowed');
    const deployments = await cluster.serviceAccount('kube-system/deployment-controller');
    expect(verdict(await deployments.dryRun.update('deployments', 'solar-frozen/web', { metadata: { labels } }))).toBe(
      'allowed',
    );
    const scheduler = cluster.impersonate('system:kube-scheduler');
    await must(cluster.alice.create('pods', 'solar-frozen/unbound', pod('web')));
    const target = { target: { kind: 'Node', name: 'node-1' } };
    expect(verdict(await scheduler.create('pods/binding', 'solar-frozen/unbound', target))).toBe('allowed');
  });

  test('other accounts of kube-system do not', async () => {
    const other = await cluster.serviceAccount('kube-system/argocd-manager');
    await must(
      cluster.admin.create(
        'clusterrolebindings',
        'other',
        roleBinding('cluster-admin', 'ServiceAccount kube-system/argocd-manager'),
      ),
    );
    expect(await verdictPastRbac(() => other.create('configmaps', 'solar-frozen/new'))).toMatch(/^cordon: /);
  });

  test('kubelets write the status of pods, and get the tokens of those that they run', async () => {
    const kubelet = cluster.impersonate('system:node:node-1', 'system:nodes');
    expect(verdict(await kubelet.patch('pods/status', 'solar-frozen/web', { status: { phase: 'Running' } }))).toBe(
      'allowed',
    );
    const { body } = await cluster.admin.get('pods', 'solar-frozen/web');
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: at(body, 'metadata', 'uid') };
    const found = await verdictPastRbac(() =>
      kubelet.create('serviceaccounts/token', 'solar-frozen/default', { spec: { boundObjectRef } }),
    );
    expect(found).toBe('allowed');
  });

  test('what nobody owns any more is collected', async () => {
    const created = await must(cluster.alice.create('configmaps', 'solar-frozen/owner'));
    const owners = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: at(created.body, 'metadata', 'uid') }];
    await must(cluster.alice.create('configmaps', 'solar-frozen/owned', { metadata: { ownerReferences: owners } }));
    await must(cluster.alice.delete('configmaps', 'solar-frozen/owner', { propagationPolicy: 'Foreground' }));
    for (const name of ['owned', 'owner']) {
      await waitFor(`${name} to be gone`, async () => {
        return (await cluster.admin.get('configmaps', `solar-frozen/${name}`)).status === 404;
      });
    }
  });

  test('operators that the cluster trusts go on, and those who break the glass', async () => {
    for (const who of [cluster.operator, cluster.alice, cluster.admin]) {
      expect(verdict(await who.dryRun.patch('configmaps', 'solar-frozen/one', { data: { a: 'b' } }))).toBe('allowed');
    }
  });

  test("Argo CD changes what is the platform's, and nothing of tenants", async () => {
    const { argoCD } = cluster;
    const binding = 'solar-frozen/tenantry:group:solar-leads:admin';
    expect(verdict(await argoCD.dryRun.patch('rolebindings', binding, { metadata: { labels } }))).toBe('allowed');
    expect(verdict(await argoCD.dryRun.delete('rolebindings', binding))).toBe('allowed');
    expect(verdict(await argoCD.create('configmaps', 'solar-frozen/new'))).toMatch(/^cordon: /);
    // A tenant whose work Argo CD applies too writes the label as he likes.
    const asOurs = { metadata: { labels: { 'app.kubernetes.io/managed-by': 'tenantry' } } };
    expect(verdict(await argoCD.create('configmaps', 'solar-frozen/ours', asOurs))).toMatch(/^cordon: /);
    expect(verdict(await argoCD.patch('deployments', 'solar-frozen/web', asOurs))).toMatch(/^cordon: /);
    expect(verdict(await argoCD.patch('deployments', 'solar-frozen/web', { metadata: { labels } }))).toMatch(/^cordon/);
    expect(verdict(await argoCD.connect('pods/exec', 'solar-frozen/web', 'command=ls'))).toMatch(/^cordon: /);
  });

  test('without the policy, it does', () => withoutPolicy(cluster, 'cordon'));
});

describe('S74, S75: what is cordoned, and what is not', () => {
  test('a cordoned tenant is, in all its namespaces', async () => {
    const icy = await cluster.person('ivy', 'icy-leads');
    for (const namespace of ['icy-one', 'icy-two']) {
      expect(verdict(await icy.create('configmaps', `${namespace}/new`))).toMatch(
        new RegExp(`^cordon: the namespace ${namespace} is cordoned`),
      );
    }
  });

  test('the label lifts it by `false`, by anything but `true`, and by its absence', async () => {
    const { alice } = cluster;
    for (const value of ['false', 'True', 'yes', null]) {
      await must(alice.patch('namespaces', 'icy-two', { metadata: { labels: { 'tenantry.dev/cordoned': value } } }));
      await waitFor(`${value} to lift the cordon`, async () => {
        return verdict(await cluster.overseer.dryRun.create('configmaps', 'icy-two/new')) === 'allowed';
      });
      await must(alice.patch('namespaces', 'icy-two', { metadata: { labels: { 'tenantry.dev/cordoned': 'true' } } }));
      await waitFor('the cordon', async () => {
        return verdict(await cluster.overseer.dryRun.create('configmaps', 'icy-two/new')).startsWith('cordon: ');
      });
    }
  });

  test('the owner cannot lift it', async () => {
    const lift = { metadata: { labels: { 'tenantry.dev/cordoned': 'false' } } };
    expect(verdict(await owner.patch('namespaces', 'solar-frozen', lift))).toMatch(/^RBAC: /);
    expect(verdict(await cluster.overseer.patch('namespaces', 'solar-frozen', lift))).toMatch(/^namespaces: /);
  });
});

describe('S43: in a namespace that is marked for deletion there is nothing new', () => {
  test.each(requests.filter(([, , , isNew]) => isNew))('%s', async (_, by) => {
    for (const who of [owner, cluster.overseer]) {
      expect(verdict(await by(who, 'solar-going'))).toBe(
        "marked-for-deletion: the namespace solar-going is marked for deletion: create nothing new in it but Pods and VolumeSnapshots, to move out what is to be kept; or have the mark taken back in the tenant's file",
      );
    }
  });

  test.each(requests.filter(([, , , isNew]) => !isNew))('what is there goes on: %s', async (_, by, open) => {
    const found = verdict(await by(cluster.overseer, 'solar-going'));
    expect(found).toMatch(open);
  });

  test('its owner moves data out: a pod that reads a volume, and a copy of one to look into it', async () => {
    const claim = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
    expect(verdict(await owner.create('pods', 'solar-going/mover', pod('busybox', claim)))).toBe('allowed');
    expect(await owner.connect('pods/exec', 'solar-going/mover', 'command=tar&stdout=true')).not.toMatchObject({
      status: 403,
    });
    expect(verdict(await owner.delete('pods', 'solar-going/mover'))).toBe('allowed');
    for (const who of [owner, cluster.overseer]) {
      expect(verdict(await who.dryRun.create('deployments', 'solar-going/more', deployment))).toMatch(/^marked-for-/);
    }
  });

  test('what runs is kept running', async () => {
    const replicaSets = await cluster.serviceAccount('kube-system/replicaset-controller');
    expect(verdict(await replicaSets.create('pods', 'solar-going/web-1', pod('web')))).toBe('allowed');
    expect(verdict(await cluster.operator.dryRun.create('secrets', 'solar-going/renewed'))).toBe('allowed');
    const event = { involvedObject: { namespace: 'solar-going' }, reason: 'Seen', message: 'm', type: 'Normal' };
    expect(verdict(await cluster.overseer.create('events', 'solar-going/seen', event))).toBe('allowed');
  });

  test("Argo CD brings what is the platform's, and nothing of tenants", async () => {
    const managed = { metadata: { labels: { 'app.kubernetes.io/managed-by': 'tenantry' } } };
    const binding = roleBinding('view', 'Group audit');
    expect(
      verdict(
        await cluster.argoCD.dryRun.create('rolebindings', 'solar-going/tenantry:new', { ...managed, ...binding }),
      ),
    ).toBe('allowed');
    expect(verdict(await cluster.argoCD.create('configmaps', 'solar-going/new'))).toMatch(/^marked-for-deletion: /);
  });

  test('without the policy, there is', () => withoutPolicy(cluster, 'marked-for-deletion'));
});

test('S73, S43: Git cordons, marks, and takes both back', async () => {
  const states =
    'owners: [{ kind: Group, name: green-leads }]\nnamespaces: [{ name: prod, cordoned: true }, { name: old, state: MarkedForDeletion }]';
  await cluster.sync(organization({ files: tenant('green', states) }));
  const attempt = async (namespace: string) =>
    verdict(await cluster.overseer.dryRun.create('configmaps', `${namespace}/x`));
  await waitFor('the cordon', async () => (await attempt('green-prod')).startsWith('cordon: '));
  await waitFor('the mark', async () => (await attempt('green-old')).startsWith('marked-for-deletion: '));
  const active =
    'owners: [{ kind: Group, name: green-leads }]\nnamespaces: [{ name: prod, cordoned: false }, { name: old }]';
  await cluster.sync(organization({ files: tenant('green', active) }));
  await waitFor('the end of the cordon', async () => (await attempt('green-prod')) === 'allowed');
  await waitFor('the end of the mark', async () => (await attempt('green-old')) === 'allowed');
});
