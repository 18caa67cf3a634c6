import { describe, expect, it } from 'vitest';
import { atFile } from '../../src/source/diagnostic.ts';
import { exampleBinding, exampleNamespace } from '../support/rendered-objects.ts';
import { rules } from '../../src/rules/index.ts';
import type { RenderedObject } from '../../src/rules/rule.ts';
import { checkRendered } from '../../src/rules/run.ts';

function check(...objects: RenderedObject[]): string[] {
  return checkRendered(rules, objects).map(({ code, message }) => `${code} ${message}`);
}

const core = (kind: string): RenderedObject => ({ ...exampleBinding, apiVersion: 'v1', kind, name: 'tenantry' });
const clusterRole: RenderedObject = {
  path: 'prodcluster01/cluster/cluster-scope.yaml',
  cluster: 'prodcluster01',
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  name: 'cluster-scope',
  labels: {},
  source: atFile('clusters/prodcluster01.yaml'),
};
const withoutNamespace: RenderedObject = {
  ...clusterRole,
  path: exampleBinding.path,
  kind: exampleBinding.kind,
  name: exampleBinding.name,
};

describe('TEN601 duplicate-object', () => {
  it.each<[string, Partial<RenderedObject>]>([
    ['cluster', { cluster: 'prodcluster02', path: 'prodcluster02/namespaces/solar-prod.yaml' }],
    ['namespace', { namespace: 'solar-dev', path: 'prodcluster01/namespaces/solar-dev.yaml' }],
    ['kind', { kind: 'Role' }],
    ['name', { name: 'other' }],
    ['group', { apiVersion: 'v1', kind: 'LimitRange', name: 'x' }],
  ])('tells objects apart by %s', (_, difference) => {
    expect(check(exampleBinding, { ...exampleBinding, ...difference })).toEqual([]);
  });

  it('does not tell them apart by version, labels or file', () => {
    const again = { ...exampleBinding, apiVersion: 'rbac.authorization.k8s.io/v1beta1', labels: {} };
    expect(check(exampleBinding, again)).toEqual([
      'TEN601 RoleBinding `solar-prod/tenantry:group:solar-sre:admin` would be rendered twice in `prodcluster01/namespaces/solar-prod.yaml`',
    ]);
    expect(check(clusterRole, { ...clusterRole, path: 'prodcluster01/cluster/other.yaml' })).toEqual([
      'TEN601 ClusterRole `cluster-scope` would be rendered in `prodcluster01/cluster/cluster-scope.yaml` and in `prodcluster01/cluster/other.yaml`',
    ]);
  });

  it('reports each one after the first', () => {
    expect(check(exampleBinding, exampleBinding, exampleBinding)).toHaveLength(2);
  });

  it('does not take a namespace and a name for another pair of the same letters', () => {
    const one = { ...core('LimitRange'), namespace: 'a', name: 'b.c', path: 'prodcluster01/cluster/x.yaml' };
    expect(check(one, { ...one, namespace: 'a.b', name: 'c' })).toEqual([
      'TEN603 LimitRange `a.b/c` in `prodcluster01/cluster/x.yaml` is in a namespace that cannot exist',
    ]);
  });
});

describe('TEN602 misplaced-kind', () => {
  const file = 'prodcluster01/namespaces/solar-prod.yaml';

  it.each<[string, RenderedObject, string]>([
    [
      'a namespaced kind without a namespace',
      withoutNamespace,
      'RoleBinding `tenantry:group:solar-sre:admin` in `prodcluster01/namespaces/solar-prod.yaml` belongs into a namespace, but has none',
    ],
    [
      'a cluster-wide kind with one',
      { ...clusterRole, namespace: 'solar-prod' },
      'ClusterRole `solar-prod/cluster-scope` in `prodcluster01/cluster/cluster-scope.yaml` belongs to the whole cluster, but has a namespace',
    ],
    [
      "a cluster-wide kind in a namespace's file",
      { ...clusterRole, path: file },
      'ClusterRole `cluster-scope` in `prodcluster01/namespaces/solar-prod.yaml` belongs to the whole cluster',
    ],
    [
      'an object of another namespace',
      { ...exampleBinding, namespace: 'solar-prod2' },
      'RoleBinding `solar-prod2/tenantry:group:solar-sre:admin` in `prodcluster01/namespaces/solar-prod.yaml` is not of namespace `solar-prod`',
    ],
    [
      'another Namespace',
      { ...exampleNamespace, name: 'green-prod' },
      'Namespace `green-prod` in `prodcluster01/namespaces/solar-prod.yaml` is not of namespace `solar-prod`',
    ],
    [
      'an object of another cluster',
      { ...exampleBinding, cluster: 'prodcluster02' },
      'RoleBinding `solar-prod/tenantry:group:solar-sre:admin` in `prodcluster01/namespaces/solar-prod.yaml` is for cluster `prodcluster02`',
    ],
  ])('refuses %s', (_, object, message) => {
    expect(check(object)).toEqual([`TEN602 ${message}`]);
  });

  it('accepts what is where it belongs', () => {
    const argo = { ...exampleBinding, apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', name: 'tenants' };
    const policy = { ...clusterRole, apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
    expect(
      check(exampleNamespace, exampleBinding, clusterRole, policy, {
        ...argo,
        path: 'argo-cd/project.yaml',
        namespace: 'argocd',
      }),
    ).toEqual([]);
  });
});

describe('TEN603 invalid-object', () => {
  const says = (object: RenderedObject): string[] =>
    check(object).map((text) => text.replace(/^(TEN\d+) .* in `[^`]*` /, '$1 '));
  const bad: unknown = expect.stringContaining('TEN603 has a name that Kubernetes refuses');

  it.each([
    ['tenantry:group:github:solar@x+y:admin', true],
    ['UPPER', true],
    ['...', true],
    ['a'.repeat(300), true],
    ['.', false],
    ['..', false],
    ['a/b', false],
    ['a%2Fb', false],
    ['', false],
  ])('asks of an RBAC name only that it is a part of a path: %j', (name, valid) => {
    for (const object of [exampleBinding, clusterRole]) {
      expect(says({ ...object, name })).toEqual(valid ? [] : [bad]);
    }
  });

  it.each([
    ['tenantry', true],
    ['a.b-c.d', true],
    ['a'.repeat(253), true],
    ['a'.repeat(254), false],
    ['Tenantry', false],
    ['a:b', false],
    ['a..b', false],
    ['-a', false],
    ['a.', false],
  ])('asks of other names that they are DNS subdomains: %s', (name, valid) => {
    for (const kind of ['ResourceQuota', 'LimitRange', 'LimitRange']) {
      expect(says({ ...core(kind), name })).toEqual(valid ? [] : [bad]);
    }
  });

  it.each([
    ['solar-prod', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['solar.prod', false],
    ['-solar', false],
  ])('asks of a Namespace that it is a DNS label: %s', (name, valid) => {
    const object = { ...exampleNamespace, name, path: `prodcluster01/namespaces/${name}.yaml` };
    expect(says(object)).toEqual(valid ? [] : [bad]);
  });

  it.each([
    ['a', '', true],
    ['tenantry.dev/tenant', 'solar', true],
    ['a', 'A_b.c-9', true],
    ['a', 'x'.repeat(63), true],
    [`${'d'.repeat(253)}/${'k'.repeat(63)}`, 'x', true],
    ['a', 'x'.repeat(64), false],
    ['a', 'github:team', false],
    ['a', '-x', false],
    ['a', 'x\n', false],
    ['', 'x', false],
    ['k'.repeat(64), 'x', false],
    [`${'d'.repeat(254)}/k`, 'x', false],
    ['/k', 'x', false],
    ['a/b/c', 'x', false],
    ['Domain.dev/k', 'x', false],
    ['k_', 'x', false],
  ])('label %s: %s', (key, value, valid) => {
    const found = says({ ...exampleBinding, labels: { [key]: value } });
    expect(found).toEqual(
      valid ? [] : [expect.stringMatching(/^TEN603 has a label whose (key|value) Kubernetes refuses/)],
    );
  });

  it.each([
    ['v1', 'Secret'],
    ['apps/v1', 'Namespace'],
    ['v1', 'RoleBinding'],
    ['rbac.authorization.k8s.io/v1', 'rolebinding'],
    ['v1', 'constructor'],
  ])('knows no %s %s', (apiVersion, kind) => {
    expect(says({ ...exampleBinding, apiVersion, kind })).toEqual([
      `TEN603 is of a kind that tenantry does not render: \`${apiVersion}\` \`${kind}\``,
    ]);
  });

  it('reports all that is wrong with an object', () => {
    expect(check({ ...exampleBinding, name: '..', labels: { 'a b': 'x', c: 'y z' } })).toHaveLength(3);
  });
});

describe('TEN604 too-many-objects', () => {
  /** What Argo CD records of an object, written out. */
  const recorded = ({ apiVersion, kind, name, namespace = '' }: RenderedObject): string => {
    const group = apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '';
    const where = { group, kind, name, namespace, version: 'v1' };
    const message = `${kind}.${group}/${name} serverside-applied`;
    return (
      JSON.stringify({ ...where, status: 'Synced' }) +
      JSON.stringify({ ...where, hookPhase: 'Running', message, status: 'Synced', syncPhase: 'Sync' })
    );
  };
  const numbered = (object: RenderedObject, count: number): RenderedObject[] =>
    Array.from({ length: count }, (_, i) => ({ ...object, name: `n${String(i).padStart(6, '0')}` }));

  it.each<[string, RenderedObject]>([
    ['of the core group', core('ResourceQuota')],
    ['of another group', exampleBinding],
    ['of a cluster', clusterRole],
  ])('counts what Argo CD writes, to the byte: objects %s', (_, object) => {
    const most = Math.floor(1_300_000 / recorded({ ...object, name: 'n000000' }).length);
    const ofCluster = { ...object, source: clusterRole.source };
    expect(check(...numbered(ofCluster, most))).toEqual([]);
    expect(check(...numbered(ofCluster, most + 1))).toEqual([
      `TEN604 an Application of cluster \`prodcluster01\` would have ${most + 1} objects, more than Argo CD can record in it`,
    ]);
  });
});

describe('TEN605 tenant-takes-too-much', () => {
  const many = (count: number, object: RenderedObject = exampleBinding): RenderedObject[] =>
    Array.from({ length: count }, (_, i) => ({ ...object, name: `n${String(i).padStart(6, '0')}` }));
  const ofTenant = (tenant: string): RenderedObject => ({
    ...exampleBinding,
    path: `prodcluster01/namespaces/${tenant}-prod.yaml`,
    namespace: `${tenant}-prod`,
    source: atFile(`tenants/${tenant}.yaml`),
  });

  it('stops a tenant at a quarter of the room, in its own file, and no other tenant', () => {
    const found = checkRendered(rules, [...many(900), ...many(800, ofTenant('lunar'))]);
    expect(found.map(({ code, primary }) => [code, primary.location])).toEqual([
      ['TEN605', atFile('tenants/solar.yaml')],
    ]);
    expect(found[0]?.message).toBe(
      'this tenant would have 900 objects on cluster `prodcluster01`, 27 % of what its Applications can record: one tenant may have 25 %',
    );
    expect(check(...many(800), ...many(800, ofTenant('lunar')))).toEqual([]);
  });

  it('gives more where there are more Applications, and counts each cluster by itself', () => {
    const divided = many(900).map((object, i) => ({
      ...object,
      path: `prodcluster01/namespaces/${i % 2}/solar-prod.yaml`,
    }));
    const own = [0, 1].map((i) => ({ ...clusterRole, name: `c${i}`, path: `prodcluster01/cluster/c${i}.yaml` }));
    expect(check(...divided, ...own)).toEqual([]);
    const elsewhere = { cluster: 'prodcluster02', path: 'prodcluster02/namespaces/solar-prod.yaml' };
    expect(check(...many(800), ...many(800).map((object) => ({ ...object, ...elsewhere })))).toEqual([]);
  });

  it('does not count what is of the cluster', () => {
    expect(check(...many(1200, clusterRole))).toEqual([]);
  });
});
