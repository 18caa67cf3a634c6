import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../control-plane/client.ts';
import type { Answer } from '../control-plane/client.ts';
import type { Actor } from './support/actor.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { organization, repository, tenant } from './support/organization.ts';
import { inEffect, withoutPolicy } from './support/policies.ts';
import { verdict } from './support/verdict.ts';

/** The policy `namespaces`: who creates, changes and deletes Namespaces. */

let cluster: TestCluster;
let alice: Actor;
let operator: Actor;

beforeAll(async () => {
  cluster = await startCluster(organization(), { argoCDMayDo: 'anything' });
  ({ alice, operator } = cluster);
  await inEffect(cluster, 'namespaces');
});

afterAll(() => cluster.stop());

const labelled = (labels: Record<string, string>): object => ({ metadata: { labels } });
const annotated = (annotations: Record<string, string>): object => ({ metadata: { annotations } });
const solars = { 'tenantry.dev/namespace-kind': 'Tenant', 'tenantry.dev/tenant': 'solar' };

describe('S1: namespaces are created from Git', () => {
  const notInCluster = `for a tenant's, add an entry to its file in ${repository}; for one of the cluster's own, act as a member of cluster-admins`;

  test('not by somebody whom RBAC lets do it, in whatever way', async () => {
    const { overseer } = cluster;
    for (const answer of [
      overseer.create('namespaces', 'mine'),
      overseer.apply('namespaces', 'mine', {}),
      overseer.create('namespaces', '', { metadata: { generateName: 'mine-' } }),
      overseer.create('namespaces', 'solar-mine', labelled(solars)),
    ]) {
      expect(verdict(await answer)).toMatch(/^namespaces: the namespace \S*mine\S* is not created in the cluster/);
      expect(verdict(await answer)).toContain(notInCluster);
    }
  });

  test('not by an owner of a tenant, whom RBAC refuses already', async () => {
    const owner = await cluster.person('sam', 'solar-leads');
    expect(verdict(await owner.create('namespaces', 'solar-mine'))).toMatch(/^RBAC: /);
  });

  test("by an operator of the cluster, as long as it is nobody's", async () => {
    const privileged = labelled({ 'pod-security.kubernetes.io/enforce': 'privileged' });
    const byHelm = labelled({
      'pod-security.kubernetes.io/enforce': 'privileged',
      'app.kubernetes.io/managed-by': 'Helm',
    });
    expect(verdict(await operator.create('namespaces', 'operated', byHelm))).toBe('allowed');
    expect(verdict(await operator.patch('namespaces', 'operated', labelled({ ...solars })))).toMatch(
      /^namespaces: tenantry.dev\/(namespace-kind|tenant), tenantry.dev\/(tenant|namespace-kind) on a namespace is set/,
    );
    expect(
      verdict(
        await operator.patch('namespaces', 'operated', labelled({ 'pod-security.kubernetes.io/enforce': 'baseline' })),
      ),
    ).toBe('allowed');
    expect(verdict(await operator.delete('namespaces', 'operated'))).toBe('allowed');
    expect(verdict(await operator.patch('namespaces', 'solar-prod', privileged))).toMatch(
      /^namespaces: pod-security.kubernetes.io\/enforce on a namespace is set from .* alone: change the isolation/,
    );
  });

  test.each([
    ['with a tenant', solars],
    ['as one of ours', { 'app.kubernetes.io/managed-by': 'tenantry' }],
    ['as cordoned', { 'tenantry.dev/cordoned': 'true' }],
  ])('not by an operator of the cluster %s', async (_, labels) => {
    expect(verdict(await operator.create('namespaces', 'solar-extra', labelled(labels)))).toMatch(
      /^namespaces: \S+(, \S+)* on a namespace is set from/,
    );
  });

  test('S71: not by an operator, nor by Argo CD for somebody, under the name of a tenant', async () => {
    for (const who of [operator, cluster.argoCD, alice]) {
      expect(verdict(await who.create('namespaces', 'green-extra'))).toBe(
        `namespaces: the name green-extra is for a namespace of the tenant green: choose another, or add an entry to the tenant's file in ${repository}`,
      );
    }
  });

  test('by Argo CD, for whatever it installs, and by those who break the glass', async () => {
    expect(verdict(await cluster.argoCD.dryRun.create('namespaces', 'monitoring'))).toBe('allowed');
    expect(verdict(await alice.dryRun.create('namespaces', 'rescue'))).toBe('allowed');
    expect(verdict(await alice.dryRun.create('namespaces', 'solar-rescue', labelled(solars)))).toBe('allowed');
  });
});

describe('S60, S71, S72: a tenant and its namespace belong together', () => {
  test.each<[string, string, Record<string, string>, string]>([
    ['without the prefix', 'extra', solars, 'of the tenant solar must have a name that begins with solar-'],
    ['with the prefix of another', 'green-extra', solars, 'must have a name that begins with solar-'],
    [
      'with a longer prefix that is another tenant',
      'solar-lab-extra',
      solars,
      'the name solar-lab-extra is for a namespace of the tenant solar-lab, not of solar',
    ],
    [
      'of no tenant',
      'extra',
      { 'tenantry.dev/namespace-kind': 'Tenant' },
      "a tenant's namespace names its tenant by the label tenantry.dev/tenant",
    ],
    [
      'of a tenant, but not as one of a tenant',
      'solar-extra',
      { 'tenantry.dev/namespace-kind': 'Group', 'tenantry.dev/tenant': 'solar' },
      'and has the label tenantry.dev/namespace-kind=Tenant',
    ],
  ])('one %s is refused even to those who break the glass', async (_, name, labels, message) => {
    expect(verdict(await alice.create('namespaces', name, labelled(labels)))).toMatch(/^namespaces: /);
    expect(verdict(await alice.create('namespaces', name, labelled(labels)))).toContain(message);
  });

  test('the longer of two tenants gets the name that both begin', async () => {
    const labels = { ...solars, 'tenantry.dev/tenant': 'solar-lab' };
    expect(verdict(await alice.dryRun.create('namespaces', 'solar-lab-extra', labelled(labels)))).toBe('allowed');
  });
});

describe('S60: what the platform says on a Namespace stays', () => {
  const path = 'solar-prod';
  const changes: [what: string, patch: object, key: string][] = [
    ['the tenant', labelled({ 'tenantry.dev/tenant': 'green' }), 'tenantry.dev/tenant'],
    ['no tenant', { metadata: { labels: { 'tenantry.dev/tenant': null } } }, 'tenantry.dev/tenant'],
    ['the kind', { metadata: { labels: { 'tenantry.dev/namespace-kind': null } } }, 'tenantry.dev/namespace-kind'],
    ['a cordon', labelled({ 'tenantry.dev/cordoned': 'true' }), 'tenantry.dev/cordoned'],
    ['the owner', labelled({ 'app.kubernetes.io/managed-by': 'me' }), 'app.kubernetes.io/managed-by'],
    ['no owner', { metadata: { labels: { 'app.kubernetes.io/managed-by': null } } }, 'app.kubernetes.io/managed-by'],
    [
      'pod security',
      labelled({ 'pod-security.kubernetes.io/enforce': 'privileged' }),
      'pod-security.kubernetes.io/enforce',
    ],
    [
      'what Argo CD prunes',
      annotated({ 'argocd.argoproj.io/sync-options': 'Prune=true' }),
      'argocd.argoproj.io/sync-options',
    ],
    [
      'nothing that keeps Argo CD from pruning',
      { metadata: { annotations: { 'argocd.argoproj.io/sync-options': null } } },
      'argocd.argoproj.io/sync-options',
    ],
    [
      'the nodes',
      annotated({ 'scheduler.alpha.kubernetes.io/node-selector': '' }),
      'scheduler.alpha.kubernetes.io/node-selector',
    ],
    ['the registries', annotated({ 'tenantry.dev/allowed-registries': 'x/' }), 'tenantry.dev/allowed-registries'],
    ['the confirmation', annotated({ 'tenantry.dev/allow-delete': path }), 'tenantry.dev/allow-delete'],
    ['who may have it', annotated({ 'tenantry.dev/allow-adopt': 'green' }), 'tenantry.dev/allow-adopt'],
  ];
  const ways: [way: string, change: (patch: object) => Promise<Answer>][] = [
    ['a patch', (patch) => cluster.overseer.patch('namespaces', path, patch)],
    ['an update', (patch) => cluster.overseer.update('namespaces', path, patch)],
    ['a patch of the status', (patch) => cluster.overseer.patch('namespaces/status', path, patch)],
    ['an update of the status', (patch) => cluster.overseer.update('namespaces/status', path, patch)],
    ['a finalization', (patch) => cluster.overseer.update('namespaces/finalize', path, patch)],
  ];

  test.each(ways)('it is not changed by %s', async (_, change) => {
    for (const [what, patch, key] of changes) {
      const found = verdict(await change(patch));
      expect(`${what}: ${found}`).toContain(`namespaces: ${key} on a namespace is set from ${repository} alone`);
    }
  });

  test('it is not changed by server-side apply or a JSON patch', async () => {
    const { overseer } = cluster;
    for (const answer of [
      overseer.apply('namespaces', path, labelled({ 'tenantry.dev/tenant': 'green' })),
      overseer.apply('namespaces/status', path, labelled({ 'tenantry.dev/tenant': 'green' })),
      overseer.jsonPatch('namespaces', path, [{ op: 'remove', path: '/metadata/labels/tenantry.dev~1tenant' }]),
      overseer.jsonPatch('namespaces', path, [{ op: 'replace', path: '/metadata/labels', value: {} }]),
    ]) {
      expect(verdict(await answer)).toMatch(/^namespaces: .*tenantry.dev\/tenant.* on a namespace is set from/);
    }
  });

  test("other labels and annotations are anybody's", async () => {
    const { overseer } = cluster;
    const team = { metadata: { labels: { team: 'a' }, annotations: { note: 'b' } } };
    expect(verdict(await overseer.patch('namespaces', path, team))).toBe('allowed');
    const none = { metadata: { labels: { team: null }, annotations: { note: null } } };
    expect(verdict(await overseer.update('namespaces', path, none))).toBe('allowed');
  });

  test('Kubernetes writes the status, and only it finalizes', async () => {
    const controller = cluster.impersonate('system:serviceaccount:kube-system:namespace-controller');
    const condition = { type: 'NamespaceContentRemaining', status: 'False', reason: 'R', lastTransitionTime: null };
    expect(
      verdict(await controller.dryRun.update('namespaces/status', path, { status: { conditions: [condition] } })),
    ).toBe('allowed');
    expect(verdict(await controller.dryRun.update('namespaces/finalize', path, {}))).toBe('allowed');
    expect(verdict(await cluster.overseer.update('namespaces/finalize', path, { spec: { finalizers: [] } }))).toMatch(
      /^namespaces: a namespace is finalized by Kubernetes/,
    );
    expect(verdict(await cluster.argoCD.update('namespaces/finalize', path, {}))).toMatch(/^namespaces: /);
  });

  test('those who break the glass change what they must', async () => {
    expect(verdict(await alice.dryRun.patch('namespaces', path, labelled({ 'tenantry.dev/cordoned': 'true' })))).toBe(
      'allowed',
    );
  });
});

describe('S62: a namespace does not move', () => {
  test('not even by Argo CD', async () => {
    for (const tenant of ['green', null]) {
      const labels = {
        'tenantry.dev/tenant': tenant,
        ...(tenant === null && { 'tenantry.dev/namespace-kind': 'Group' }),
      };
      expect(verdict(await cluster.argoCD.patch('namespaces', 'solar-dev', { metadata: { labels } }))).toBe(
        'namespaces: the namespace solar-dev belongs to the tenant solar and cannot move to another: declare a new one, and move what is in it',
      );
    }
  });

  test("one that was nobody's can be adopted where a cluster admin allows it", async () => {
    await must(cluster.admin.create('namespaces', 'orphan', annotated({ 'tenantry.dev/allow-adopt': 'Retained' })));
    const labels = { 'tenantry.dev/namespace-kind': 'Retained', 'app.kubernetes.io/managed-by': 'tenantry' };
    expect(verdict(await cluster.argoCD.apply('namespaces', 'orphan', labelled(labels)))).toBe('allowed');
    expect(verdict(await cluster.overseer.delete('namespaces', 'orphan'))).toMatch(/^namespaces: /);
  });
});

describe('S15: a namespace is deleted in two steps', () => {
  test('not without the first, by anybody', async () => {
    for (const who of [cluster.overseer, cluster.argoCD, alice, cluster.admin, operator]) {
      expect(verdict(await who.delete('namespaces', 'solar-prod'))).toBe(
        `namespaces: the namespace solar-prod is deleted in two steps: state: MarkedForDeletion on its entry in the file of the tenant solar in ${repository}, then the removal of the entry`,
      );
    }
  });

  test('after the first, by Argo CD and those who break the glass alone', async () => {
    expect(verdict(await cluster.overseer.delete('namespaces', 'solar-going'))).toMatch(/^namespaces: /);
    expect(verdict(await operator.delete('namespaces', 'solar-going'))).toMatch(/^namespaces: /);
    expect(verdict(await alice.dryRun.delete('namespaces', 'solar-going'))).toBe('allowed');
    expect(verdict(await cluster.argoCD.dryRun.delete('namespaces', 'solar-going'))).toBe('allowed');
  });

  test('not with the confirmation of another', async () => {
    const confirm = (name: string) =>
      alice.patch('namespaces', 'solar-dev', annotated({ 'tenantry.dev/allow-delete': name }));
    await must(confirm('solar-prod'));
    expect(verdict(await cluster.argoCD.dryRun.delete('namespaces', 'solar-dev'))).toMatch(/^namespaces: /);
    await must(confirm('solar-dev'));
    const isMarked = (state: string) =>
      alice.patch('namespaces', 'solar-dev', labelled({ 'tenantry.dev/state': state }));
    // Nor by the confirmation alone: it may be left from a mark that Git has taken back.
    expect(verdict(await cluster.argoCD.dryRun.delete('namespaces', 'solar-dev'))).toMatch(/^namespaces: /);
    expect(verdict(await alice.dryRun.delete('namespaces', 'solar-dev'))).toMatch(/^namespaces: /);
    await must(isMarked('MarkedForDeletion'));
    expect(verdict(await cluster.argoCD.dryRun.delete('namespaces', 'solar-dev'))).toBe('allowed');
    await must(confirm(''));
    expect(verdict(await cluster.argoCD.dryRun.delete('namespaces', 'solar-dev'))).toMatch(/^namespaces: /);
    await must(isMarked('Active'));
  });

  test('nor by what Kubernetes collects, or waits for: owners and finalizers', async () => {
    const { overseer, argoCD } = cluster;
    const ownerReferences = [
      { apiVersion: 'v1', kind: 'Node', name: 'gone', uid: '00000000-0000-0000-0000-000000000001' },
    ];
    const held = { metadata: { finalizers: ['example.com/hold'] } };
    for (const who of [overseer, argoCD]) {
      for (const target of ['namespaces', 'namespaces/status'] as const) {
        expect(verdict(await who.dryRun.patch(target, 'solar-dev', { metadata: { ownerReferences } }))).toBe(
          'namespaces: a namespace of the platform has no owners: it goes when Git says so, in two steps',
        );
        expect(verdict(await who.dryRun.patch(target, 'solar-dev', held))).toMatch(
          /^namespaces: a finalizer holds up the end of a namespace of the platform: to set one, act as a member of/,
        );
      }
    }
    // Operators that live by it may hold it, and anybody whom RBAC lets do it may let go.
    await must(operator.patch('namespaces', 'solar-dev', held));
    expect(verdict(await overseer.patch('namespaces', 'solar-dev', { metadata: { finalizers: null } }))).toBe(
      'allowed',
    );
    // What is not the platform's is nobody's business here.
    await must(cluster.admin.create('namespaces', 'elsewhere'));
    expect(verdict(await overseer.dryRun.patch('namespaces', 'elsewhere', held))).toBe('allowed');
  });

  test('one of a group says how else', async () => {
    expect(verdict(await alice.delete('namespaces', 'sandbox'))).toBe(
      "namespaces: the namespace sandbox outlives its group's access: to delete it, a cluster admin annotates it with tenantry.dev/allow-delete=sandbox first",
    );
  });

  test('there is no deleting them all', async () => {
    expect(await cluster.admin.request('DELETE', '/api/v1/namespaces')).toMatchObject({ status: 405 });
  });
});

test('without the policy the namespace is moved; one that breaks the rules by then can still be deleted', async () => {
  await withoutPolicy(cluster, 'namespaces', async () => {
    await must(
      alice.create('namespaces', 'misnamed', labelled({ ...solars, 'app.kubernetes.io/managed-by': 'tenantry' })),
    );
  });
  expect(verdict(await cluster.overseer.patch('namespaces', 'misnamed', labelled({ team: 'a' })))).toBe('allowed');
  await must(alice.patch('namespaces', 'misnamed', annotated({ 'tenantry.dev/allow-delete': 'misnamed' })));
  await must(alice.patch('namespaces', 'misnamed', labelled({ 'tenantry.dev/state': 'MarkedForDeletion' })));
  await must(cluster.argoCD.delete('namespaces', 'misnamed', { propagationPolicy: 'Foreground' }));
  await waitFor('it to be gone', async () => (await cluster.admin.get('namespaces', 'misnamed')).status === 404);
});

describe('where the prefix is optional', () => {
  beforeAll(async () => {
    await cluster.sync(
      organization({
        organization: 'naming: { tenantPrefix: Optional }\ngrants: { green: { fullNames: [meadow] } }',
        files: tenant(
          'green',
          'owners: [{ kind: Group, name: green-leads }]\nnamespaces: [{ name: prod }, { fullName: meadow }]',
        ),
      }),
    );
    await waitFor('the policy', async () => {
      return verdict(await alice.dryRun.create('namespaces', 'extra', labelled(solars))) === 'allowed';
    });
  });

  test('S72: the label decides, and its absence is refused', async () => {
    expect((await cluster.admin.get('namespaces', 'meadow')).body).toMatchObject(
      labelled({ 'tenantry.dev/tenant': 'green' }),
    );
    expect(
      verdict(await alice.create('namespaces', 'extra', labelled({ 'tenantry.dev/namespace-kind': 'Tenant' }))),
    ).toMatch(/^namespaces: a tenant's namespace names its tenant by the label tenantry.dev\/tenant/);
    expect(verdict(await cluster.overseer.create('namespaces', 'extra'))).toMatch(/^namespaces: .* not created in the/);
  });

  test("S70: a name that begins with a tenant's is that tenant's all the same", async () => {
    expect(verdict(await alice.create('namespaces', 'solar-lab-extra', labelled(solars)))).toMatch(
      /^namespaces: the name solar-lab-extra is for a namespace of the tenant solar-lab, not of solar/,
    );
    expect(verdict(await alice.create('namespaces', 'green-extra', labelled(solars)))).toMatch(/^namespaces: /);
  });

  test('S62: one without a prefix does not move either', async () => {
    const labels = { 'tenantry.dev/tenant': 'solar' };
    expect(verdict(await cluster.argoCD.patch('namespaces', 'meadow', { metadata: { labels } }))).toMatch(
      /^namespaces: the namespace meadow belongs to the tenant green and cannot move to another/,
    );
    expect(verdict(await alice.dryRun.patch('namespaces', 'meadow', { metadata: { labels } }))).toBe('allowed');
  });
});
