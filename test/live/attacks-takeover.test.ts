import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../control-plane/client.ts';
import type { Answer } from '../control-plane/client.ts';
import type { Actor } from './support/actor.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { roleBinding } from './support/objects.ts';
import { organization, tenant } from './support/organization.ts';
import { inEffect, withoutPolicy } from './support/policies.ts';
import { verdict, verdictPastRbac } from './support/verdict.ts';

/**
 * Somebody has the platform take over a namespace that it does not know: its Secrets, its service accounts, and the right
 * to delete it. The namespace `legacy` was there before, made by hand. What reaches the cluster comes from Argo CD.
 */

let cluster: TestCluster;
let argoCD: Actor;
let alice: Actor;
/** An owner of the tenant solar. */
let sam: Actor;

const allowAdopt = 'tenantry.dev/allow-adopt';
const managed = { 'app.kubernetes.io/managed-by': 'tenantry' };
const labelled = (labels: Record<string, string | null>): object => ({ metadata: { labels } });
const annotated = (annotations: Record<string, string | null>): object => ({ metadata: { annotations } });
const marksOf = (name: string): Record<string, string> => ({
  ...managed,
  'tenantry.dev/namespace-kind': 'Tenant',
  'tenantry.dev/tenant': name,
});
const solars = labelled(marksOf('solar'));
const groups = {
  metadata: {
    labels: { ...managed, 'tenantry.dev/namespace-kind': 'Group' },
    annotations: { 'tenantry.dev/group': 'sandbox' },
  },
};
const retained = labelled({ ...managed, 'tenantry.dev/namespace-kind': 'Retained' });
const access = { metadata: { labels: managed }, ...roleBinding('admin', 'Group solar-leads') };

/** Tenants choose names freely, and solar chooses one that is there. */
const taking = organization({
  organization: 'naming: { tenantPrefix: Optional }\ngrants: { solar: { fullNames: [legacy] } }',
  files: tenant(
    'solar',
    'owners: [{ kind: Group, name: solar-leads }]\nnamespaces: [{ name: prod, quota: { pods: 5 } }, { fullName: legacy }]',
  ),
});

beforeAll(async () => {
  cluster = await startCluster(organization({ organization: 'naming: { tenantPrefix: Optional }' }), {
    argoCDMayDo: 'anything',
  });
  ({ argoCD, alice } = cluster);
  sam = await cluster.person('sam', 'solar-leads');
  await must(cluster.admin.create('namespaces', 'legacy'));
  await must(cluster.admin.create('secrets', 'legacy/issuer-key', { stringData: { key: 'k' } }));
  await inEffect(cluster, 'namespaces', 'managed-objects');
});

afterAll(() => cluster.stop());

type Attempt = readonly [what: string, attempt: () => Promise<Answer>];

async function expectRefused(attempts: readonly Attempt[], by: RegExp): Promise<void> {
  for (const [what, attempt] of attempts) {
    const found = verdict(await attempt());
    expect(by.test(found) ? what : `${what}: ${found}`).toBe(what);
  }
}

const notSolars = /^namespaces: the namespace legacy is there already and is not of the tenant solar: .*=solar$/;
const notOurs = /^namespaces: the namespace legacy is there already and is not the platform's: /;

describe('a namespace that nobody gave away', () => {
  test("becomes a tenant's", async () => {
    await expectRefused(
      [
        ['by server-side apply', () => argoCD.apply('namespaces', 'legacy', solars)],
        ['by an update', () => argoCD.update('namespaces', 'legacy', solars)],
        ['by a patch', () => argoCD.patch('namespaces', 'legacy', solars)],
        ['by a patch of its status', () => argoCD.patch('namespaces/status', 'legacy', solars)],
        ['by a finalization', () => argoCD.update('namespaces/finalize', 'legacy', solars)],
        [
          'by a JSON patch',
          () =>
            argoCD.jsonPatch('namespaces', 'legacy', [
              { op: 'add', path: '/metadata/labels/tenantry.dev~1namespace-kind', value: 'Tenant' },
              { op: 'add', path: '/metadata/labels/tenantry.dev~1tenant', value: 'solar' },
            ]),
        ],
      ],
      notSolars,
    );
  });

  test("becomes a group's, a retained one, or gets some of the platform's marks", async () => {
    await expectRefused(
      [
        ["a group's", () => argoCD.apply('namespaces', 'legacy', groups)],
        ['a retained one', () => argoCD.apply('namespaces', 'legacy', retained)],
        ['managed', () => argoCD.apply('namespaces', 'legacy', labelled(managed))],
        ['cordoned', () => argoCD.apply('namespaces', 'legacy', labelled({ 'tenantry.dev/cordoned': 'true' }))],
        [
          'of a kind that nobody knows',
          () => argoCD.apply('namespaces', 'legacy', labelled({ 'tenantry.dev/namespace-kind': 'Other' })),
        ],
        [
          'with leave to delete it',
          () => argoCD.apply('namespaces', 'legacy', annotated({ 'tenantry.dev/allow-delete': 'legacy' })),
        ],
      ],
      notOurs,
    );
  });

  test('is given away by those who may not', async () => {
    const given = annotated({ [allowAdopt]: 'solar' });
    const both = { metadata: { labels: marksOf('solar'), annotations: { [allowAdopt]: 'solar' } } };
    await expectRefused(
      [
        ['by Argo CD', () => argoCD.patch('namespaces', 'legacy', given)],
        ['by Argo CD, as it takes it', () => argoCD.apply('namespaces', 'legacy', both)],
        ['by Argo CD, for later', () => argoCD.create('namespaces', 'solar-later', both)],
        ['by a trusted operator', () => cluster.operator.patch('namespaces', 'legacy', given)],
        ['by somebody whom RBAC lets do anything', () => cluster.overseer.patch('namespaces', 'legacy', given)],
      ],
      /^namespaces: .*tenantry.dev\/allow-adopt.* (?:a cluster admin sets it, nobody else$|is set from )/,
    );
    await expectRefused([['by an owner', () => sam.patch('namespaces', 'legacy', given)]], /^RBAC: /);
  });

  test('gets a binding, though its Namespace was refused', async () => {
    await expectRefused(
      [
        ['a RoleBinding', () => argoCD.apply('rolebindings', 'legacy/tenantry:group:solar-leads:admin', access)],
        ['a Role', () => argoCD.apply('roles', 'legacy/ops', { metadata: { labels: managed }, rules: [] })],
        ['a quota', () => argoCD.apply('resourcequotas', 'legacy/tenantry', { spec: { hard: { pods: '0' } } })],
      ],
      /^managed-objects: the namespace legacy is not the platform's: nobody is given anything in it/,
    );
  });

  test('is declared by a tenant: the sync is refused, and the owner stays out', async () => {
    await expect(cluster.sync(taking)).rejects.toThrow(
      'the namespace legacy is there already and is not of the tenant',
    );
    expect(verdict(await sam.get('secrets', 'legacy/issuer-key'))).toMatch(/^RBAC: /);
  });
});

describe('a namespace that a cluster admin gave away', () => {
  test('goes to nobody else', async () => {
    await must(alice.patch('namespaces', 'legacy', annotated({ [allowAdopt]: 'green' })));
    await expectRefused(
      [
        ['to another tenant', () => argoCD.apply('namespaces', 'legacy', solars)],
        [
          'to a tenant that the name begins with',
          () => argoCD.apply('namespaces', 'legacy', labelled(marksOf('green-x'))),
        ],
        [
          'to a group of that name',
          () =>
            argoCD.apply('namespaces', 'legacy', {
              metadata: { ...groups.metadata, annotations: { 'tenantry.dev/group': 'green' } },
            }),
        ],
        ['to nobody, as retained', () => argoCD.apply('namespaces', 'legacy', retained)],
        ['as an empty name', () => argoCD.apply('namespaces', 'legacy', labelled(marksOf('')))],
      ],
      /^namespaces: the namespace legacy is there already /,
    );
    await must(alice.patch('namespaces', 'legacy', annotated({ [allowAdopt]: '' })));
    await expectRefused([['for nobody', () => argoCD.apply('namespaces', 'legacy', labelled(managed))]], notOurs);
  });

  test('goes to a group by its name', async () => {
    await must(alice.patch('namespaces', 'legacy', annotated({ [allowAdopt]: 'group/sandbox' })));
    await expectRefused([['to a tenant', () => argoCD.apply('namespaces', 'legacy', solars)]], notSolars);
    expect(verdict(await argoCD.dryRun.apply('namespaces', 'legacy', groups))).toBe('allowed');
  });

  test('goes to that tenant, with all that is in it', async () => {
    await must(alice.patch('namespaces', 'legacy', annotated({ [allowAdopt]: 'solar' })));
    await waitFor('the sync to go through', async () => {
      await cluster.sync(taking);
      return true;
    });
    expect(await verdictPastRbac(() => sam.get('secrets', 'legacy/issuer-key'))).toBe('allowed');
    // From then on it is as any other.
    expect(
      verdict(await argoCD.dryRun.patch('namespaces', 'legacy', labelled({ 'tenantry.dev/cordoned': 'true' }))),
    ).toBe('allowed');
    await must(alice.patch('namespaces', 'legacy', annotated({ [allowAdopt]: null })));
    await cluster.sync(taking);
    await expectRefused(
      [['to another', () => argoCD.apply('namespaces', 'legacy', labelled(marksOf('green')))]],
      /^namespaces: the namespace legacy belongs to the tenant solar and cannot move/,
    );
  });
});

describe('a namespace of ours', () => {
  test("of a group becomes a tenant's", async () => {
    await expectRefused(
      [['by the platform', () => argoCD.apply('namespaces', 'sandbox', solars)]],
      /^namespaces: the namespace sandbox is there already and is not of the tenant solar/,
    );
    // What a group has lost is retained, and comes back to it: the platform's own file says so.
    expect(verdict(await argoCD.dryRun.apply('namespaces', 'sandbox', retained))).toBe('allowed');
  });

  test('whose marks were taken away is taken by another, or again', async () => {
    const none = { 'tenantry.dev/namespace-kind': null, 'tenantry.dev/tenant': null };
    await must(alice.patch('namespaces', 'green-prod', labelled(none)));
    await expectRefused(
      [
        ['by another', () => argoCD.apply('namespaces', 'green-prod', solars)],
        ['by its tenant', () => argoCD.apply('namespaces', 'green-prod', labelled(marksOf('green')))],
        [
          'by removing the rest',
          () => argoCD.patch('namespaces', 'green-prod', labelled({ 'tenantry.dev/state': null })),
        ],
      ],
      /^namespaces: the namespace green-prod is there already /,
    );
    await must(alice.patch('namespaces', 'green-prod', annotated({ [allowAdopt]: 'green' })));
    await must(argoCD.apply('namespaces', 'green-prod', labelled(marksOf('green'))));
  });
});

test('without the policies, each is allowed: it is they that refuse', async () => {
  await must(cluster.admin.create('namespaces', 'old'));
  await withoutPolicy(cluster, 'namespaces', async () => {
    expect(verdict(await argoCD.dryRun.apply('namespaces', 'old', solars))).toBe('allowed');
  });
  await withoutPolicy(cluster, 'managed-objects', async () => {
    const binding = 'old/tenantry:group:solar-leads:admin';
    expect(verdict(await argoCD.dryRun.apply('rolebindings', binding, access))).toBe('allowed');
  });
});
