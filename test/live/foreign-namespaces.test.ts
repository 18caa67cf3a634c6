import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../control-plane/client.ts';
import type { Actor } from './support/actor.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { roleBinding } from './support/objects.ts';
import { organization } from './support/organization.ts';
import { inEffect } from './support/policies.ts';
import { verdict, verdictPastRbac } from './support/verdict.ts';

/** Namespaces that others declare: `default`, which every cluster has, and one of an operator's. */

const foreign = (...shares: string[]): string => `
foreignNamespaces:
  - name: default
    sharedWith: [${shares.join(', ')}]
  - name: kube-system
    sharedWith: [{ group: audit, role: view }]`;
const given = foreign('{ group: solar-sre, role: edit }', '{ user: kim, role: view }');
const managed = { metadata: { labels: { 'app.kubernetes.io/managed-by': 'tenantry' } } };
const binding = 'default/tenantry:group:solar-sre:edit';

let cluster: TestCluster;
let editor: Actor;

beforeAll(async () => {
  cluster = await startCluster(organization({ cluster: given }), { argoCDMayDo: 'anything' });
  editor = await cluster.person('sue', 'solar-sre');
  await inEffect(cluster, 'managed-objects');
});

afterAll(() => cluster.stop());

describe('a foreign namespace', () => {
  test('gives those access that it is shared with, and nobody else', async () => {
    expect(await verdictPastRbac(() => editor.create('configmaps', 'default/mine'))).toBe('allowed');
    const kim = await cluster.person('kim');
    expect(await verdictPastRbac(() => kim.get('configmaps', 'default/mine'))).toBe('allowed');
    expect(verdict(await kim.delete('configmaps', 'default/mine'))).toMatch(/^RBAC: /);
    const auditor = await cluster.person('ann', 'audit');
    expect(verdict(await auditor.get('configmaps', 'default/mine'))).toMatch(/^RBAC: /);
    expect(await verdictPastRbac(() => auditor.get('configmaps', 'kube-system/'))).toBe('allowed');
    expect(verdict(await auditor.get('secrets', 'kube-system/'))).toMatch(/^RBAC: /);
    expect(verdict(await editor.create('configmaps', 'kube-system/mine'))).toMatch(/^RBAC: /);
  });

  test('is not labelled, nor given anything but bindings', async () => {
    const { body } = await must(cluster.admin.get('namespaces', 'default'));
    expect(JSON.stringify(body)).not.toContain('tenantry.dev/');
    expect(JSON.stringify(body)).not.toContain('pod-security');
    const applied = cluster.applied().filter(({ path }) => path.includes('/namespaces/default'));
    expect(applied.map(({ path }) => path.split('/').slice(-2)[0])).toEqual(['rolebindings', 'rolebindings']);
  });

  test('has its bindings changed by nobody but the platform', async () => {
    const { overseer } = cluster;
    for (const answer of [
      overseer.delete('rolebindings', binding),
      overseer.patch('rolebindings', binding, { subjects: [] }),
      overseer.patch('rolebindings', binding, { metadata: { labels: { 'app.kubernetes.io/managed-by': null } } }),
      overseer.create('rolebindings', 'default/tenantry:user:olaf:admin', roleBinding('admin', 'User user:olaf')),
    ]) {
      expect(verdict(await answer)).toMatch(/^managed-objects: /);
    }
    // What others make there is theirs.
    expect(verdict(await overseer.create('rolebindings', 'default/own', roleBinding('view', 'User user:olaf')))).toBe(
      'allowed',
    );
  });

  test('lets Argo CD write what is shared, and nothing else', async () => {
    const { argoCD } = cluster;
    const write = async (name: string, ...to: Parameters<typeof roleBinding>) =>
      verdict(await argoCD.dryRun.apply('rolebindings', name, { ...managed, ...roleBinding(...to) }));
    expect(await write(binding, 'edit', 'Group solar-sre')).toBe('allowed');
    expect(await write('default/tenantry:user:kim:view', 'view', 'User user:kim')).toBe('allowed');
    for (const refused of [
      write('default/tenantry:group:solar-sre:admin', 'admin', 'Group solar-sre'),
      write('default/tenantry:group:audit:edit', 'edit', 'Group audit'),
      write('default/tenantry:group:solar-sre:x', 'edit', 'User solar-sre'),
      write('default/tenantry:x', 'edit', 'Group solar-sre', 'Group audit'),
      write('default/tenantry:nobody', 'edit'),
      write('kube-system/tenantry:group:audit:edit', 'edit', 'Group audit'),
      write('kube-public/tenantry:group:solar-sre:edit', 'edit', 'Group solar-sre'),
    ]) {
      expect(await refused).toMatch(/^managed-objects: /);
    }
    const role = { ...managed, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] };
    expect(verdict(await argoCD.dryRun.apply('roles', 'default/tenantry:x', role))).toMatch(/^managed-objects: /);
    const quota = { ...managed, spec: { hard: { pods: '1' } } };
    expect(verdict(await argoCD.dryRun.apply('resourcequotas', 'default/tenantry', quota))).toMatch(
      /^managed-objects: /,
    );
  });

  test('is left as it is when nothing in it is shared any more', async () => {
    await cluster.sync(organization({ cluster: foreign() }));
    // Argo CD deletes in the foreground, which takes a moment.
    await waitFor('the binding to be gone', async () => {
      const { status } = await cluster.admin.get('rolebindings', binding);
      return status === 404 || Promise.reject(new Error(String(status)));
    });
    expect(verdict(await cluster.admin.get('namespaces', 'default'))).toBe('allowed');
    expect(verdict(await cluster.admin.get('configmaps', 'default/mine'))).toBe('allowed');
  });
});
