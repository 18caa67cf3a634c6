import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rbacCaughtUp } from './matrix-server.ts';
import type { Actor } from './support/actor.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { roleBinding } from './support/objects.ts';
import { organization, tenant } from './support/organization.ts';
import { inEffect } from './support/policies.ts';
import { verdict } from './support/verdict.ts';

/** What a service account of one namespace may do in another, and where the organization's roles hold. */

const green = tenant('green', 'owners: [{ kind: Group, name: green-leads }]\nnamespaces: [{ name: prod }]');
const solar = (shares: string) =>
  tenant(
    'solar',
    `
owners: [{ kind: Group, name: solar-leads }]
namespaces:
  - name: prod
    sharedWith: [${shares}]
  - name: dev`,
  );
const account = 'green-prod/deployer';
const roles = `roles:
  - name: restarter
    rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get, delete] }]
clusterRoles: ["logs:reader.v1"]`;
const shared = solar(
  `{ serviceAccount: ${account}, role: edit }, { group: audit, role: view }, { group: audit, role: restarter }, { group: audit, role: "logs:reader.v1" }`,
);

let cluster: TestCluster;
let deployer: Actor;
let auditor: Actor;

const configMap = (actor: Actor, namespace: string) =>
  actor.dryRun.create('configmaps', `${namespace}/settings`).then(verdict);

beforeAll(async () => {
  const granted = `limits: { accountNamespaces: [green-prod] }\n${roles}`;
  cluster = await startCluster(organization({ organization: granted, files: { ...green, ...shared } }));
  // More than `admin` may do, so that it is seen who could give it.
  const rules = [{ apiGroups: [''], resources: ['resourcequotas'], verbs: ['delete'] }];
  await must(cluster.admin.create('clusterroles', 'logs:reader.v1', { rules }));
  deployer = await cluster.serviceAccount(account);
  auditor = await cluster.person('ann', 'audit');
  await inEffect(cluster, 'custom-roles');
});

afterAll(() => cluster.stop());

describe('a service account with edit in a namespace of another tenant', () => {
  test('does there what edit does, and nothing elsewhere', async () => {
    expect(await configMap(deployer, 'solar-prod')).toBe('allowed');
    for (const namespace of ['solar-dev', 'green-prod', 'icy-one']) {
      expect(await configMap(deployer, namespace)).toMatch(/forbidden/);
    }
    const binding = roleBinding('edit', `ServiceAccount ${account}`);
    expect(verdict(await deployer.dryRun.create('rolebindings', 'solar-prod/mine', binding))).toMatch(/forbidden/);
  });

  test('is that account alone', async () => {
    for (const other of ['green-prod/other', 'solar-dev/deployer', 'default/deployer']) {
      expect(await configMap(await cluster.serviceAccount(other), 'solar-prod')).toMatch(/forbidden/);
    }
  });
});

describe('a role of the organization, and a ClusterRole by its name', () => {
  test('hold beside a built-in role, where they are given', async () => {
    expect((await auditor.delete('resourcequotas', 'solar-prod/none')).status).toBe(404);
    expect((await auditor.delete('resourcequotas', 'solar-dev/none')).status).toBe(403);
    expect((await auditor.get('deployments', 'solar-prod/none')).status).toBe(404);
    expect((await auditor.get('deployments', 'solar-dev/none')).status).toBe(403);
    expect(await configMap(auditor, 'solar-prod')).toMatch(/forbidden/);
  });

  test('are bound by Argo CD in namespaces of tenants, and nowhere else', async () => {
    const role = cluster
      .applied()
      .map(({ path }) => /tenantry:group:audit:(:restarter\.[0-9a-f]{10})$/.exec(decodeURIComponent(path))?.[1]);
    const restarter = `tenantry:${role.find((name) => name !== undefined) ?? ''}`;
    const binds = async (name: string, namespace: string) =>
      verdict(await cluster.argoCD.dryRun.create('rolebindings', `${namespace}/b`, roleBinding(name, 'Group audit')));
    for (const name of [restarter, 'logs:reader.v1']) {
      expect(await binds(name, 'green-prod')).toBe('allowed');
      expect(await binds(name, 'sandbox')).toMatch(/^custom-roles/);
      expect(await binds(name, 'kube-system')).toMatch(/^custom-roles/);
    }
    // What nobody has, its account may not give at all.
    expect(await binds('cluster-admin', 'green-prod')).toMatch(/forbidden/);
  });

  test('are bound by others only as RBAC lets them', async () => {
    const leader = await cluster.person('gus', 'green-leads');
    const binding = roleBinding('logs:reader.v1', 'Group audit');
    expect(verdict(await leader.dryRun.create('rolebindings', 'green-prod/b', binding))).toMatch(/forbidden/);
    // The operator of a cluster binds what is hers wherever she likes.
    expect(verdict(await cluster.overseer.dryRun.create('rolebindings', 'kube-system/b', binding))).toBe('allowed');
  });
});

test('an account that others control is refused before anything is rendered where the admins did not grant it', async () => {
  const files = { ...green, ...shared };
  await expect(cluster.sync(organization({ organization: roles, files }))).rejects.toThrow('TEN713 service account');
});

test('what is shared no more is gone with its binding', async () => {
  await cluster.sync(
    organization({ organization: roles, files: { ...green, ...solar('{ group: audit, role: view }') } }),
  );
  await rbacCaughtUp(cluster.plane);
  expect(await configMap(deployer, 'solar-prod')).toMatch(/forbidden/);
  expect((await auditor.delete('resourcequotas', 'solar-prod/none')).status).toBe(403);
});
