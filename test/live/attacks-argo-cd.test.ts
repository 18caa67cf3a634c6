import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, listAt } from '../control-plane/client.ts';
import type { Answer } from '../control-plane/client.ts';
import type { Actor } from './support/actor.ts';
import { expectStopped } from './support/attempts.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { roleBinding } from './support/objects.ts';
import { organization, tenant } from './support/organization.ts';
import { inEffect, policyNames, withoutPolicy } from './support/policies.ts';
import { verdict, verdictPastRbac } from './support/verdict.ts';

/**
 * What somebody might get out of a custom role by way of Argo CD's account, which may do what is rendered for it and no
 * more. `test/attacks/argo-cd-account.test.ts` is about the same, in what is rendered and planned.
 */

const secretsAndExec = '[{ apiGroups: [""], resources: [secrets, pods/exec], verbs: [get, list, create] }]';

/** Of the tenant solar, the role `ops` is given in one namespace, and `unused` nowhere; the tenant green has none. */
const files = (ops: string) =>
  organization({
    // What the admins would have to grant first: without it, TEN708 refuses these.
    organization: 'grants: { solar: { rights: [secrets, pods/exec, serviceaccounts/token] } }',
    files: tenant(
      'solar',
      `
owners: [{ kind: Group, name: solar-leads }]
roles:
  - { name: ops, rules: ${ops} }
  - { name: unused, rules: [{ apiGroups: [""], resources: [serviceaccounts/token, secrets], verbs: [get, list] }] }
namespaces:
  - name: prod
    quota: { pods: 100 }
    sharedWith: [{ group: solar-sre, role: ops }]
  - name: dev
  - { name: frozen, cordoned: true }
  - { name: going, state: MarkedForDeletion }
  - name: strict
    isolation:
      registries: [registry.example.com/solar/]
      storageClasses: [fast]
      ingressClasses: [internal]`,
    ),
  });

let cluster: TestCluster;
let argoCD: Actor;
/** A member of the group that has the custom role. */
let sue: Actor;
/** The name of its ClusterRole. */
let ops: string;

async function nameOf(role: string): Promise<string> {
  const { body } = await must(cluster.admin.get('clusterroles', ''));
  const names = listAt(body, 'items').map((one) => String(at(one, 'metadata', 'name')));
  // There may be older ones: the newest is that which is bound.
  const { body: bindings } = await must(cluster.admin.get('rolebindings', 'solar-prod/'));
  const bound = listAt(bindings, 'items').map((one) => String(at(one, 'roleRef', 'name')));
  return names.find((name) => name.startsWith(`tenantry:solar.${role}.`) && bound.includes(name)) ?? 'none';
}

beforeAll(async () => {
  cluster = await startCluster(files(secretsAndExec));
  argoCD = cluster.argoCD;
  sue = await cluster.person('sue', 'solar-sre');
  await inEffect(cluster, ...policyNames);
  ops = await nameOf('ops');
});

afterAll(() => cluster.stop());

const byRbac = /^RBAC: /;
const byEscalation = /^RBAC escalation: /;
const byCustomRoles = /^custom-roles: /;

describe("Argo CD's account", () => {
  const reads: readonly (readonly [string, () => Promise<Answer>])[] = [
    ['the Secrets of kube-system', () => argoCD.get('secrets', 'kube-system/')],
    ['the Secrets of all namespaces', () => argoCD.request('GET', '/api/v1/secrets')],
    ['the Secrets where the role is given', () => argoCD.get('secrets', 'solar-prod/')],
    ['a shell in a pod of kube-system', () => argoCD.connect('pods/exec', 'kube-system/none', 'command=sh')],
    ['a shell where the role is given', () => argoCD.connect('pods/exec', 'solar-prod/none', 'command=sh')],
    ['a token', () => argoCD.create('serviceaccounts/token', 'kube-system/default', { spec: {} })],
  ];

  test('gets nothing of what a custom role holds, where once it got all of it everywhere', async () => {
    await expectStopped(reads.map(([what, attempt]) => [what, attempt, byRbac]));

    // As it was: the rules of all custom roles were in its own ClusterRole.
    const rules = [
      { apiGroups: [''], resources: ['secrets', 'pods/exec'], verbs: ['get', 'list', 'create'] },
      { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
    ];
    await must(cluster.admin.create('clusterroles', 'as-it-was', { rules }));
    const account = 'ServiceAccount argocd/argocd-application-controller';
    await must(cluster.admin.create('clusterrolebindings', 'as-it-was', roleBinding('as-it-was', account)));
    // The pods are not there: 404 is what comes after RBAC.
    for (const [, attempt] of reads) expect(await verdictPastRbac(attempt)).toMatch(/^allowed$|^404 pods /);
    await must(cluster.admin.delete('clusterrolebindings', 'as-it-was'));
    await must(cluster.admin.delete('clusterroles', 'as-it-was'));
  });

  test('gives the custom role by its name, and nothing that was not named', async () => {
    const bind = (role: string, where = 'solar-dev/attempt') =>
      argoCD.dryRun.create('rolebindings', where, roleBinding(role, 'Group solar-sre'));
    expect(verdict(await bind(ops))).toBe('allowed');
    await must(
      cluster.admin.create('clusterroles', 'odd', {
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
      }),
    );
    await expectStopped([
      ['a ClusterRole that nobody reviewed', () => bind('odd'), byEscalation],
      ['cluster-admin', () => bind('cluster-admin'), byEscalation],
      ['its own role', () => bind('tenantry:argo-cd'), /^(custom-roles|RBAC escalation): /],
      ['one that is not there yet', () => bind('tenantry:solar.ops.0000000000'), /^404 /],
      [
        'the role in the whole cluster',
        () => argoCD.create('clusterrolebindings', 'odd', roleBinding(ops, 'User user:sue')),
        byRbac,
      ],
    ]);
  });

  test('gives the custom role in the namespaces of its tenant alone', async () => {
    const elsewhere = ['green-prod', 'kube-system', 'argocd', 'default', 'sandbox', 'solar-lab-prod'];
    const bind = (namespace: string) =>
      argoCD.dryRun.create('rolebindings', `${namespace}/attempt`, roleBinding(ops, 'Group solar-sre'));
    await expectStopped(elsewhere.map((namespace) => [namespace, () => bind(namespace), byCustomRoles]));
    await expectStopped([
      [
        'by server-side apply',
        () => argoCD.apply('rolebindings', 'green-prod/attempt', roleBinding(ops, 'Group solar-sre')),
        byCustomRoles,
      ],
    ]);
    await withoutPolicy(cluster, 'custom-roles', async () => {
      expect(verdict(await bind('green-prod'))).toBe('allowed');
    });
  });

  test('writes no role, neither that one nor another', async () => {
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
    await expectStopped([
      ['widens the custom role', () => argoCD.patch('clusterroles', ops, { rules }), byRbac],
      ['applies over it', () => argoCD.apply('clusterroles', ops, { rules }), byRbac],
      ['deletes it', () => argoCD.delete('clusterroles', ops), byRbac],
      ['makes a ClusterRole', () => argoCD.create('clusterroles', 'tenantry:solar.more.0', { rules }), byRbac],
      ['makes a Role', () => argoCD.create('roles', 'solar-prod/odd', { rules: [] }), byRbac],
      ['applies a Role', () => argoCD.apply('roles', 'solar-prod/odd', { rules: [] }), byRbac],
      ['widens its own role', () => argoCD.patch('clusterroles', 'tenantry:argo-cd', { rules }), byRbac],
    ]);
  });

  test('takes away what an older version rendered: a Role, and the binding of it', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'tenantry' };
    await must(cluster.admin.create('roles', 'solar-prod/old', { rules: [] }).then(labelled));
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'old' };
    await must(
      cluster.alice.create('rolebindings', 'solar-prod/tenantry:group:solar-sre:old', {
        metadata: { labels },
        roleRef,
      }),
    );
    expect(verdict(await argoCD.delete('rolebindings', 'solar-prod/tenantry:group:solar-sre:old'))).toBe('allowed');
    expect(verdict(await argoCD.delete('roles', 'solar-prod/old'))).toBe('allowed');

    function labelled(answer: Answer): Promise<Answer> {
      return answer.status < 300
        ? cluster.alice.patch('roles', 'solar-prod/old', { metadata: { labels } })
        : Promise.resolve(answer);
    }
  });
});

describe('whoever has the custom role', () => {
  test('may do what it says where it is given, and no more', async () => {
    expect(verdict(await sue.get('secrets', 'solar-prod/'))).toBe('allowed');
    await expectStopped([
      ['another resource', () => sue.get('configmaps', 'solar-prod/'), byRbac],
      ['another verb', () => sue.delete('secrets', 'solar-prod/none'), byRbac],
      ['another namespace of the tenant', () => sue.get('secrets', 'solar-dev/'), byRbac],
      ["another tenant's", () => sue.get('secrets', 'green-prod/'), byRbac],
      ['kube-system', () => sue.get('secrets', 'kube-system/'), byRbac],
    ]);
  });

  test('has it taken away and gets it again with the sync, by the account', async () => {
    const binding = `solar-prod/${ops.replace('tenantry:', 'tenantry:group:solar-sre:')}`;
    await must(argoCD.delete('rolebindings', binding));
    await cluster.sync(files(secretsAndExec));
    expect(await verdictPastRbac(() => sue.get('secrets', 'solar-prod/'))).toBe('allowed');
  });
});

test("another tenant's admin, who has as much, does not bind it in his own namespace", async () => {
  const gina = await cluster.person('gina', 'green-leads');
  await expectStopped([
    [
      "another's role",
      () => gina.create('rolebindings', 'green-prod/own', roleBinding(ops, 'User user:gina')),
      byCustomRoles,
    ],
  ]);
});

test('a role that allows something else is another one: what is taken from it is gone, and the old one cannot be given', async () => {
  const narrower = '[{ apiGroups: [""], resources: [configmaps], verbs: [get, list] }]';
  await cluster.sync(files(narrower));
  await expect.poll(() => nameOf('ops')).not.toBe(ops);
  expect(await verdictPastRbac(() => sue.get('configmaps', 'solar-prod/'))).toBe('allowed');
  await expectStopped([
    ['what the role no longer says', () => sue.get('secrets', 'solar-prod/'), byRbac],
    [
      'the old role, which is there until the operator deletes it',
      () => argoCD.create('rolebindings', 'solar-prod/old', roleBinding(ops, 'Group solar-sre')),
      byEscalation,
    ],
  ]);
});
