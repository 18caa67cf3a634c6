import { afterAll, beforeAll, expect, test } from 'vitest';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { roleBinding } from './support/objects.ts';
import { organization } from './support/organization.ts';
import { inEffect } from './support/policies.ts';
import { verdict, verdictPastRbac } from './support/verdict.ts';

/** The organization's roles, and ClusterRoles by their names, in namespaces that others declare. */

const settings = {
  organization: `roles:
  - name: restarter
    rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get, delete] }]
clusterRoles: ["logs:reader.v1", metrics-reader]`,
  cluster: `foreignNamespaces:
  - name: default
    sharedWith: [{ group: audit, role: restarter }, { group: audit, role: "logs:reader.v1" }]
  - name: kube-public
    sharedWith: [{ group: audit, role: view }]`,
};

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startCluster(organization(settings));
  const rules = [{ apiGroups: [''], resources: ['resourcequotas'], verbs: ['delete'] }];
  await must(cluster.admin.create('clusterroles', 'logs:reader.v1', { rules }));
  await must(cluster.admin.create('clusterroles', 'metrics-reader', { rules }));
  await inEffect(cluster, 'custom-roles');
  await inEffect(cluster, 'managed-objects');
});

afterAll(() => cluster.stop());

test('hold where they are given, and nowhere else', async () => {
  const auditor = await cluster.person('ann', 'audit');
  // What is asked for is not there: whoever may not ask gets another answer.
  expect(await verdictPastRbac(() => auditor.get('deployments', 'default/none'))).not.toMatch(/^RBAC/);
  expect((await auditor.delete('resourcequotas', 'default/none')).status).toBe(404);
  expect((await auditor.delete('resourcequotas', 'kube-public/none')).status).toBe(403);
});

test('are bound by Argo CD just as the files say', async () => {
  const names = cluster
    .applied()
    .map(({ path }) => /\/namespaces\/default\/rolebindings\/(.+)$/.exec(decodeURIComponent(path))?.[1] ?? '')
    .filter((name) => name !== '');
  const restarter = names.find((name) => name.includes('restarter')) ?? '';
  const role = /restarter\.[0-9a-f]{10}/.exec(restarter)?.[0] ?? '';
  const managed = { metadata: { labels: { 'app.kubernetes.io/managed-by': 'tenantry' } } };
  const apply = async (path: string, ...to: Parameters<typeof roleBinding>) =>
    verdict(await cluster.argoCD.dryRun.apply('rolebindings', path, { ...managed, ...roleBinding(...to) }));
  expect(names.length).toBe(2);
  expect(await apply(`default/${restarter}`, `tenantry::${role}`, 'Group audit')).toBe('allowed');
  expect(await apply(`default/${restarter}-2`, `tenantry::${role}`, 'Group solar-sre')).toMatch(/^managed-objects/);
  expect(await apply('kube-public/tenantry:b', `tenantry::${role}`, 'Group audit')).toMatch(
    /^(?:managed-objects|custom-roles)/,
  );
  expect(await apply('kube-public/tenantry:c', 'logs:reader.v1', 'Group audit')).toMatch(
    /^(?:managed-objects|custom-roles)/,
  );
  // What is listed and nobody has, its account may not give at all.
  expect(await apply('default/tenantry:d', 'metrics-reader', 'Group audit')).toMatch(/forbidden|^managed-objects/);
  // Without the label that makes it the platform's, it is not let through either.
  const plain = roleBinding(`tenantry::${role}`, 'Group solar-sre');
  expect(verdict(await cluster.argoCD.dryRun.create('rolebindings', 'default/plain', plain))).toMatch(/^custom-roles/);
  const existing = roleBinding('logs:reader.v1', 'Group solar-sre');
  expect(verdict(await cluster.argoCD.dryRun.create('rolebindings', 'default/plain', existing))).toMatch(
    /^custom-roles/,
  );
});
