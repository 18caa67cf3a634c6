import { describe, expect, it } from 'vitest';
import { mostRounds } from '../../src/manifests/policies/policy.ts';
import { mostKeys } from '../../src/settings/schema-parts.ts';
import { exampleOrganization, granted } from '../support/examples.ts';
import type { RenderedDocument } from '../support/objects.ts';
import { renderedOf } from '../support/objects.ts';

/** What is rendered, requirement by requirement: parsed back from the files, as Argo CD would read them. */

const tenant = (spec: string): Record<string, string> => ({
  'tenants/solar.yaml': `apiVersion: tenantry.dev/v1
kind: Tenant
metadata: { name: solar }
spec:
  owners:
    - { kind: Group, name: solar-leads }
${spec}`,
});

const cluster = (from: string, to: string): Record<string, string> => {
  const text = exampleOrganization['clusters/prodcluster01.yaml'];
  expect(text).toContain(from);
  return { 'clusters/prodcluster01.yaml': text.replace(from, to) };
};

const one = (
  objects: readonly RenderedDocument[],
  kind: string,
  name: string,
  namespace?: string,
): RenderedDocument => {
  const found = objects.filter(
    (o) => o.kind === kind && o.metadata.name === name && o.metadata.namespace === namespace,
  );
  expect(found.map((o) => o.metadata.name)).toEqual([name]);
  const [object] = found;
  if (!object) throw new Error(`no ${kind} ${name}`);
  return object;
};

const bindings = (objects: readonly RenderedDocument[], namespace: string): string[] =>
  objects.filter((o) => o.kind === 'RoleBinding' && o.metadata.namespace === namespace).map((o) => o.metadata.name);

describe('namespaces', () => {
  it('have no more labels and annotations than policies go through, where files have as many as they may', async () => {
    const many = (prefix: string): string =>
      `{ ${Array.from({ length: mostKeys }, (_, i) => `${prefix}${i}: v`).join(', ')} }`;
    const objects = await renderedOf({
      ...granted('{ labelKeys: ["*"], annotationKeys: ["*"] }'),
      ...tenant(`  defaults:
    labels: ${many('a')}
    annotations: ${many('a')}
  namespaces:
    - { name: prod, clusters: [prodcluster01], labels: ${many('b')}, annotations: ${many('b')} }
`),
    });
    const { labels = {}, annotations = {} } = one(objects, 'Namespace', 'solar-prod').metadata;
    for (const keys of [labels, annotations].map((texts) => Object.keys(texts).length)) {
      expect(keys).toBeGreaterThan(2 * mostKeys);
      expect(keys).toBeLessThanOrEqual(mostRounds);
    }
  });

  it('S4, S51: an entry is a Namespace named after tenant and identifier', async () => {
    const objects = await renderedOf({});
    expect(one(objects, 'Namespace', 'solar-prod').path).toBe('prodcluster01/namespaces/solar-prod.yaml');
  });

  it('S5, S50, S60: tenant, identifier, allocation and subscription group are labels', async () => {
    const objects = await renderedOf({
      ...granted('{ subscriptionGroups: [energy] }'),
      ...tenant(`  allocations:
    - { name: solar-2026, budget: { amount: "1", currency: USD, period: Year } }
  subscriptionGroup: energy
  namespaces:
    - { name: prod, clusters: [prodcluster01], allocation: solar-2026, sharedWith: [{ group: solar-sre, role: view }, { group: audit, role: view }] }
`),
    });
    expect(one(objects, 'Namespace', 'solar-prod').metadata.labels).toMatchObject({
      'app.kubernetes.io/managed-by': 'tenantry',
      'tenantry.dev/tenant': 'solar',
      'tenantry.dev/identifier': 'prod',
      'tenantry.dev/allocation': 'solar-2026',
      'tenantry.dev/subscription-group': 'energy',
      'tenantry.dev/cordoned': 'false',
      'tenantry.dev/state': 'Active',
    });
  });

  it('S41, S53: an active namespace is kept by Argo CD whatever happens; a marked one names what may be deleted', async () => {
    const shares = 'sharedWith: [{ group: solar-sre, role: view }, { group: audit, role: view }]';
    const objects = await renderedOf(
      tenant(`  namespaces:
    - { name: prod, clusters: [prodcluster01], ${shares} }
    - { name: old, clusters: [prodcluster01], state: MarkedForDeletion }
`),
    );
    const active = one(objects, 'Namespace', 'solar-prod').metadata;
    const marked = one(objects, 'Namespace', 'solar-old').metadata;
    expect(active.annotations).toEqual({
      'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      'tenantry.dev/allow-delete': '',
      'tenantry.dev/allow-lists': '',
    });
    // Each key has a value in both states: what is only left out stays where somebody applied it by hand.
    expect(marked.annotations).toEqual({
      'argocd.argoproj.io/compare-options': '',
      'argocd.argoproj.io/sync-options': 'Prune=true,Delete=true',
      'tenantry.dev/allow-delete': 'solar-old',
      'tenantry.dev/allow-lists': '',
    });
    expect(marked.labels?.['tenantry.dev/state']).toBe('MarkedForDeletion');
  });

  it('S73, S75: a cordoned tenant cordons all its namespaces', async () => {
    const objects = await renderedOf(
      tenant(`  cordoned: true
  defaults: { clusters: [prodcluster01], sharedWith: [{ group: solar-sre, role: view }, { group: audit, role: view }] }
  namespaces:
    - { name: prod }
    - { name: dev, cordoned: true }
`),
    );
    for (const name of ['solar-prod', 'solar-dev']) {
      expect(one(objects, 'Namespace', name).metadata.labels?.['tenantry.dev/cordoned']).toBe('true');
    }
  });

  it('S45, S48: a namespace inherits shares, quota and clusters from another', async () => {
    const objects = await renderedOf(
      tenant(`  namespaces:
    - { name: prod, clusters: [prodcluster01], quota: { cpu: "2" }, sharedWith: [{ group: solar-sre, role: edit }] }
    - { name: dev, inherits: prod, sharedWith: [{ group: audit, role: view }] }
`),
    );
    expect(bindings(objects, 'solar-dev')).toEqual([
      'tenantry:group:audit:view',
      'tenantry:group:solar-leads:admin',
      'tenantry:group:solar-sre:edit',
    ]);
    expect(one(objects, 'ResourceQuota', 'tenantry', 'solar-dev')['spec']).toEqual({ hard: { 'requests.cpu': '2' } });
  });

  it('S69: pod security and nodes are settings of the tenant', async () => {
    const objects = await renderedOf({
      ...granted('{ nodeSelector: [{ pool: solar }] }'),
      ...tenant(`  isolation: { podSecurity: restricted, nodeSelector: { zone: b, pool: solar } }
  namespaces:
    - { name: prod, clusters: [prodcluster01], sharedWith: [{ group: solar-sre, role: view }, { group: audit, role: view }] }
`),
    });
    const { labels, annotations } = one(objects, 'Namespace', 'solar-prod').metadata;
    expect(labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
    expect(annotations?.['scheduler.alpha.kubernetes.io/node-selector']).toBe('pool=solar,zone=b');
  });
});

describe('bindings', () => {
  it('S7, S9, S11, S59: one for each subject and role, owners included, to the built-in ClusterRoles', async () => {
    const objects = await renderedOf({});
    expect(bindings(objects, 'solar-prod')).toEqual([
      'tenantry:group:audit:view',
      'tenantry:group:solar-leads:admin',
      'tenantry:group:solar-sre:admin',
    ]);
    const binding = one(objects, 'RoleBinding', 'tenantry:group:audit:view', 'solar-prod');
    expect(binding['roleRef']).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' });
    expect(binding['subjects']).toEqual([{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'audit' }]);
    expect(binding.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'tenantry' });
  });

  it('S12: a share that is taken away leaves no binding', async () => {
    const text = exampleOrganization['tenants/solar.yaml'];
    const objects = await renderedOf({ 'tenants/solar.yaml': text.replace('role: view', 'role: edit') });
    expect(bindings(objects, 'solar-prod')).not.toContain('tenantry:group:audit:view');
  });

  it('S30, S68: users are bound by the subject of their tokens, service accounts by their namespace', async () => {
    const objects = await renderedOf({
      'tenants/solar.yaml': `apiVersion: tenantry.dev/v1
kind: Tenant
metadata: { name: solar }
spec:
  owners:
    - { kind: User, name: sam }
    - { kind: ServiceAccount, name: deployer, namespace: solar-ci }
    - { kind: Group, name: solar-leads }
  defaults: { clusters: [prodcluster01], sharedWith: [{ group: solar-sre, role: view }, { group: audit, role: view }] }
  namespaces:
    - { name: ci }
`,
    });
    expect(one(objects, 'RoleBinding', 'tenantry:user:sam:admin', 'solar-ci')['subjects']).toEqual([
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'user:sam' },
    ]);
    const name = 'tenantry:serviceaccount:solar-ci~2Fdeployer:admin';
    expect(one(objects, 'RoleBinding', name, 'solar-ci')['subjects']).toEqual([
      { kind: 'ServiceAccount', name: 'deployer', namespace: 'solar-ci' },
    ]);
  });

  it('N5: a share holds through its last day and not on the day after', async () => {
    const text = exampleOrganization['tenants/solar.yaml'].replace('role: admin }', 'role: admin, until: 2026-03-31 }');
    const name = 'tenantry:group:solar-sre:admin';
    expect(bindings(await renderedOf({ 'tenants/solar.yaml': text }, '2026-03-31'), 'solar-prod')).toContain(name);
    expect(bindings(await renderedOf({ 'tenants/solar.yaml': text }, '2026-04-01'), 'solar-prod')).not.toContain(name);
  });

  it('names a binding reversibly, whatever the group is called', async () => {
    const odd = 'org/team%1:a~b';
    const objects = await renderedOf({
      'organization.yaml': `${exampleOrganization['organization.yaml']}    - name: ${odd}\n  naming: { groupPattern: ".*" }\n`,
      ...cluster('- { group: audit', `- { group: ${odd}, namespace: false }\n    - { group: audit`),
      'tenants/solar.yaml': exampleOrganization['tenants/solar.yaml'].replace('group: solar-sre', `group: ${odd}`),
      'tenants/other.yaml': null,
    }).catch((error: unknown) => String(error));
    expect(objects).toBeInstanceOf(Array);
    if (typeof objects === 'string') return;
    const binding = one(objects, 'RoleBinding', 'tenantry:group:org~2Fteam~251:a~7Eb:admin', 'solar-prod');
    expect(binding['subjects']).toEqual([{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: odd }]);
  });
});

describe('what tenants get and what holds them', () => {
  it('S47: quotas, with a default request so that pods without one are not refused', async () => {
    const objects = await renderedOf(
      tenant(`  namespaces:
    - name: prod
      clusters: [prodcluster01]
      quota: { cpu: "20", memory: 64Gi, storage: 1Ti, pods: 200, persistentVolumeClaims: 5, loadBalancers: 1, nodePorts: 0, hard: { limits.memory: 80Gi } }
      containerLimits: { defaultRequest: { cpu: 50m }, default: { memory: 256Mi }, max: { cpu: "4" } }
      sharedWith: [{ group: solar-sre, role: view }, { group: audit, role: view }]
`),
    );
    expect(one(objects, 'ResourceQuota', 'tenantry', 'solar-prod')['spec']).toEqual({
      hard: {
        'limits.memory': '80Gi',
        'requests.cpu': '20',
        'requests.memory': '64Gi',
        'requests.storage': '1Ti',
        pods: '200',
        persistentvolumeclaims: '5',
        'services.loadbalancers': '1',
        'services.nodeports': '0',
      },
    });
    expect(one(objects, 'LimitRange', 'tenantry', 'solar-prod')['spec']).toEqual({
      limits: [
        {
          type: 'Container',
          defaultRequest: { cpu: '50m', memory: '128Mi' },
          default: { memory: '256Mi' },
          max: { cpu: '4' },
        },
      ],
    });
  });

  it.each([
    ['SameNamespace', [{ podSelector: {} }]],
    ['SameTenant', [{ namespaceSelector: { matchLabels: { 'tenantry.dev/tenant': 'solar' } } }]],
  ])('S46, S69: with %s, nothing else connects to the pods', async (network, from) => {
    const objects = await renderedOf(
      tenant(`  isolation: { network: ${network} }
  namespaces:
    - { name: prod, clusters: [prodcluster01], sharedWith: [{ group: solar-sre, role: view }, { group: audit, role: view }] }
`),
    );
    expect(one(objects, 'NetworkPolicy', 'tenantry', 'solar-prod')['spec']).toEqual({
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ from }],
    });
  });

  it('S46: with None there is no network policy', async () => {
    const objects = await renderedOf({
      ...granted('{ network: None }'),
      ...tenant(`  isolation: { network: None }
  namespaces:
    - { name: prod, clusters: [prodcluster01], sharedWith: [{ group: solar-sre, role: view }, { group: audit, role: view }] }
`),
    });
    expect(objects.filter((o) => o.kind === 'NetworkPolicy')).toEqual([]);
  });

  it('a custom role that somebody has is a ClusterRole for the operator, and shares bind it', async () => {
    const objects = await renderedOf({
      ...granted('{ rights: [secrets] }'),
      ...tenant(`  roles:
    - { name: deployer, rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get, patch] }] }
    - { name: unused, rules: [{ apiGroups: [""], resources: [secrets], verbs: [get] }] }
  defaults: { clusters: [prodcluster01], sharedWith: [{ group: audit, role: view }] }
  namespaces:
    - { name: prod, sharedWith: [{ group: solar-sre, role: deployer }] }
    - { name: dev }
`),
    });
    const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'] }];
    const roles = objects.filter(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.includes('.'));
    expect(roles).toMatchObject([{ path: 'cluster-access/prodcluster01/custom-roles-solar.yaml', rules }]);
    const [{ metadata } = one(objects, 'Namespace', 'solar-prod')] = roles;
    expect(metadata).toEqual({
      name: expect.stringMatching(/^tenantry:solar\.deployer\.[0-9a-f]{10}$/) as string,
      labels: {
        'app.kubernetes.io/managed-by': 'tenantry',
        'tenantry.dev/tenant': 'solar',
        'tenantry.dev/custom-role': 'deployer',
      },
    });
    const binding = metadata.name.replace('tenantry:', 'tenantry:group:solar-sre:');
    expect(one(objects, 'RoleBinding', binding, 'solar-prod')['roleRef']).toMatchObject({
      kind: 'ClusterRole',
      name: metadata.name,
    });
    expect(objects.filter(({ kind }) => kind === 'Role')).toEqual([]);
  });
});

describe('clusters', () => {
  it('S22, S35: a share with a cluster gives the group a namespace and admin in it', async () => {
    const objects = await renderedOf(cluster('{ group: audit, namespace: false }', '{ group: audit }'));
    expect(one(objects, 'Namespace', 'audit').metadata.annotations).toEqual({
      'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      'tenantry.dev/allow-lists': '',
      'tenantry.dev/group': 'audit',
    });
    expect(bindings(objects, 'audit')).toEqual(['tenantry:group:audit:admin']);
  });

  it('S23: a retained namespace stays, without any binding', async () => {
    const objects = await renderedOf(cluster('  sharedWith:', '  retainedNamespaces: [former]\n  sharedWith:'));
    expect(one(objects, 'Namespace', 'former').metadata.annotations).toEqual({
      'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      'tenantry.dev/allow-lists': '',
    });
    expect(bindings(objects, 'former')).toEqual([]);
  });

  it('S33: the group cluster-scope reads cluster-wide classes and nothing else', async () => {
    const objects = await renderedOf({});
    const rules = one(objects, 'ClusterRole', 'cluster-scope')['rules'] as { verbs: string[]; resources: string[] }[];
    expect(new Set(rules.flatMap((r) => r.verbs))).toEqual(new Set(['get', 'list', 'watch']));
    expect(rules.flatMap((r) => r.resources)).toContain('storageclasses');
    expect(rules.flatMap((r) => r.resources)).toContain('runtimeclasses');
    expect(rules.flatMap((r) => r.resources).every((r) => r.endsWith('classes'))).toBe(true);
    const binding = one(objects, 'ClusterRoleBinding', 'tenantry:group:cluster-scope:cluster-scope');
    expect(binding['subjects']).toEqual([
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'cluster-scope' },
    ]);
  });

  it('S34: the group cluster-admins is bound to cluster-admin, and no other', async () => {
    const objects = await renderedOf({});
    const admins = objects.filter(
      (o) => o.kind === 'ClusterRoleBinding' && (o['roleRef'] as { name: string }).name === 'cluster-admin',
    );
    expect(admins.map((o) => o['subjects'])).toEqual([
      [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'cluster-admins' }],
    ]);
  });

  it.each([
    ['1.36', 'apiserver.config.k8s.io/v1'],
    ['1.34', 'apiserver.config.k8s.io/v1'],
    ['1.33', 'apiserver.config.k8s.io/v1beta1'],
    ['1.30', 'apiserver.config.k8s.io/v1beta1'],
  ])('S19, S28, S29, S31: Kubernetes %s gets an AuthenticationConfiguration of %s', async (version, apiVersion) => {
    const objects = await renderedOf(
      cluster('kubernetesVersion: "1.36"', `kubernetesVersion: "${version}"\n  id: prod-1`),
    );
    const configuration = objects.find((o) => o.kind === 'AuthenticationConfiguration');
    expect(configuration?.path).toBe('api-server/prodcluster01/authentication-configuration.yaml');
    expect(configuration?.apiVersion).toBe(apiVersion);
    expect(configuration?.['jwt']).toMatchObject([
      {
        issuer: { url: 'https://platform.example.com/api/oidc', audiences: ['prod-1'] },
        claimValidationRules: [
          { expression: 'claims.aud == "prod-1"' },
          { expression: 'claims.exp - claims.iat <= 600' },
          { expression: "claims.sub.startsWith('user:') && claims.sub.size() > 5" },
          { expression: '!has(claims.groups) || type(dyn(claims.groups)) == list' },
        ],
      },
    ]);
  });

  it('S19: an API server without structured authentication gets none', async () => {
    const objects = await renderedOf(cluster('kubernetesVersion: "1.36"', 'kubernetesVersion: "1.29"'));
    expect(objects.find((o) => o.kind === 'AuthenticationConfiguration')).toBeUndefined();
  });
});

describe('the tree', () => {
  it('S37: cluster-wide kinds and namespaced ones never share a file, save a Namespace with what is in it', async () => {
    const objects = await renderedOf({});
    for (const { path, kind, metadata } of objects) {
      const [, folder, file] = path.split('/');
      if (folder === 'cluster') expect(metadata.namespace).toBeUndefined();
      else if (folder === 'namespaces' && kind !== 'Namespace') expect(`${metadata.namespace ?? ''}.yaml`).toBe(file);
    }
  });

  it('uses the label domain of the organization', async () => {
    const objects = await renderedOf({
      'organization.yaml': `${exampleOrganization['organization.yaml']}  labelDomain: access.example.com\n`,
    });
    const labels = Object.keys(one(objects, 'Namespace', 'solar-prod').metadata.labels ?? {});
    expect(labels).toContain('access.example.com/tenant');
    expect(labels.filter((l) => l.startsWith('tenantry.dev/'))).toEqual([]);
  });
});
