import { describe, expect, it } from 'vitest';
import type { DesiredState, Namespace, Share, Tenant } from '../../../src/config/model/desired-state.ts';
import { protectionOf } from '../../../src/config/model/protected-names.ts';
import { readConfigFiles } from '../../../src/config/reading/files.ts';
import { resolve } from '../../../src/config/model/resolve.ts';
import { formatPath } from '../../../src/source/diagnostic.ts';
import { exampleFiles, exampleOrganization } from '../../support/examples.ts';
import type { ExampleFiles } from '../../support/examples.ts';
import type { Origin } from '../../../src/source/source.ts';
import { parseYaml } from '../../../src/source/source.ts';
import { memoryTree } from '../../../src/tree/tree.ts';

async function desiredStateOf(files: ExampleFiles): Promise<DesiredState> {
  const tree = memoryTree(exampleFiles({ files }));
  return resolve(await readConfigFiles(tree, (file, text) => Promise.resolve(parseYaml(file, text))));
}

/** The tenant solar; `spec` is indented by two and need not have owners. */
async function tenantOf(spec: string, files: ExampleFiles = {}): Promise<Tenant> {
  const text = `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: solar
spec:
${spec.includes('owners:') ? '' : '  owners: []\n'}${spec}`;
  const { tenants } = await desiredStateOf({ ...files, 'tenants/solar.yaml': text });
  const [tenant] = tenants;
  if (!tenant) throw new Error('the tenant cannot be read');
  return tenant;
}

function namespace(tenant: Tenant, identifier: string): Namespace {
  const found = tenant.namespaces.find((n) => n.identifier === identifier);
  if (!found) throw new Error(`there is no namespace ${identifier}`);
  return found;
}

const where = (origin: Origin): string => `${origin.file} ${formatPath(origin)}`;
const shown = ({ subject, role, via }: Share): string =>
  [`${subject.name} ${role}`, ...via.map(formatPath)].join(' via ');

const withDefaults = (defaults: string): ExampleFiles => ({
  'organization.yaml': `${exampleOrganization['organization.yaml']}  defaults:\n${defaults}`,
});

describe('what a namespace gets', () => {
  const settings = `  allocations:
    - { name: a, budget: { amount: "1", currency: USD, period: Year } }
  defaults:
    clusters: [one, two]
    sharedWith:
      - { group: audit, role: view }
    allocation: common
    quota: { cpu: "1", pods: 5 }
    containerLimits: { max: { cpu: "2" } }
    labels: { tier: low, site: north }
  namespaces:
    - name: plain
    - name: own
      clusters: [three]
      sharedWith:
        - { group: sre, role: admin }
        - { user: ida, role: view, until: 2026-12-31 }
      allocation: special
      quota: { cpu: "8" }
      containerLimits: { max: { memory: 1Gi } }
      labels: { tier: high, team: red }
    - name: heir
      inherits: own
    - name: second
      inherits: heir
      clusters: []
      sharedWith: [{ group: dev, role: edit }]
      labels: { team: blue }
`;

  it('is what the tenant says by default, where its entry says nothing', async () => {
    const tenant = await tenantOf(settings);
    const plain = namespace(tenant, 'plain');
    expect(plain).toMatchObject({ name: 'solar-plain', tenant: 'solar', prefixed: true, ownShares: [] });
    expect(plain.clusters.map((c) => [c.value, where(c.origin)])).toEqual([
      ['one', 'tenants/solar.yaml spec.defaults.clusters[0]'],
      ['two', 'tenants/solar.yaml spec.defaults.clusters[1]'],
    ]);
    expect(plain.shares.map(shown)).toEqual(['audit view']);
    expect(plain.allocation?.value).toBe('common');
    expect(plain.quota?.value).toEqual({ cpu: '1', pods: 5 });
    expect(plain.containerLimits?.value).toEqual({ max: { cpu: '2' } });
    expect(Array.from(plain.labels, ([key, { value }]) => [key, value])).toEqual([
      ['tier', 'low'],
      ['site', 'north'],
    ]);
  });

  it('is its own instead, whole, but labels by key; shares add up', async () => {
    const own = namespace(await tenantOf(settings), 'own');
    expect(own.clusters.map((c) => c.value)).toEqual(['three']);
    expect(own.allocation).toMatchObject({ value: 'special' });
    expect(own.quota?.value).toEqual({ cpu: '8' });
    expect(own.quota && where(own.quota.origin)).toBe('tenants/solar.yaml spec.namespaces[1].quota');
    expect(own.containerLimits?.value).toEqual({ max: { memory: '1Gi' } });
    expect(Array.from(own.labels, ([key, { value, origin }]) => [key, value, formatPath(origin)])).toEqual([
      ['tier', 'high', 'spec.namespaces[1].labels.tier'],
      ['site', 'north', 'spec.defaults.labels.site'],
      ['team', 'red', 'spec.namespaces[1].labels.team'],
    ]);
    expect(own.shares.map(shown)).toEqual(['sre admin', 'ida view', 'audit view']);
    expect(own.ownShares).toMatchObject([
      { subject: { kind: 'Group', name: 'sre' }, role: 'admin', via: [] },
      { subject: { kind: 'User', name: 'ida' }, role: 'view', until: '2026-12-31', via: [] },
    ]);
  });

  it('is inherited from the nearest that says so; an empty list says so', async () => {
    const tenant = await tenantOf(settings);
    expect(namespace(tenant, 'heir').clusters.map((c) => c.value)).toEqual(['three']);
    const second = namespace(tenant, 'second');
    expect(second.clusters).toEqual([]);
    expect(second.allocation?.value).toBe('special');
    expect(second.quota?.value).toEqual({ cpu: '8' });
    expect(Array.from(second.labels, ([key, { value }]) => `${key}=${value}`)).toEqual([
      'tier=high',
      'site=north',
      'team=blue',
    ]);
  });

  it('names the lines that carried an inherited share, the nearest to its origin first; a default needs none', async () => {
    const tenant = await tenantOf(settings);
    expect(namespace(tenant, 'second').shares.map(shown)).toEqual([
      'dev edit',
      'sre admin via spec.namespaces[2].inherits via spec.namespaces[3].inherits',
      'ida view via spec.namespaces[2].inherits via spec.namespaces[3].inherits',
      'audit view',
    ]);
    expect(namespace(tenant, 'second').ownShares.map(shown)).toEqual(['dev edit']);
  });

  it('has one origin object for what is written once', async () => {
    const tenant = await tenantOf(settings);
    const [plain, own, heir, second] = ['plain', 'own', 'heir', 'second'].map((i) => namespace(tenant, i));
    expect(plain?.shares[0]?.origin).toBe(tenant.defaultShares[0]?.origin);
    expect(second?.shares.at(-1)?.origin).toBe(tenant.defaultShares[0]?.origin);
    expect(second?.shares[1]?.origin).toBe(own?.ownShares[0]?.origin);
    expect(plain?.clusters[0]?.origin).toBe(tenant.defaultClusters[0]?.origin);
    expect(heir?.clusters[0]?.origin).toBe(own?.clusters[0]?.origin);
    expect(plain?.allocation?.origin).toBe(tenant.defaults.allocation?.origin);
    expect(second?.quota?.origin).toBe(own?.quota?.origin);
  });

  it('may be of any order in the file', async () => {
    const tenant = await tenantOf(`  namespaces:
    - { name: c, inherits: b }
    - { name: b, inherits: a }
    - { name: a, clusters: [one], allocation: x }
`);
    expect(tenant.namespaces.map((n) => [n.clusters[0]?.value, n.allocation?.value])).toEqual([
      ['one', 'x'],
      ['one', 'x'],
      ['one', 'x'],
    ]);
  });
});

describe('inheritance that leads nowhere', () => {
  it('leaves the defaults, where the name is unknown', async () => {
    const tenant = await tenantOf(`  defaults: { clusters: [one] }\n  namespaces: [{ name: a, inherits: gone }]\n`);
    expect(namespace(tenant, 'a').clusters.map((c) => c.value)).toEqual(['one']);
    expect(namespace(tenant, 'a').inherits?.value).toBe('gone');
  });

  const circle = (order: readonly string[]): string => {
    const entries: Record<string, string> = {
      a: '{ name: a, inherits: b, sharedWith: [{ group: ga, role: view }] }',
      b: '{ name: b, inherits: a, clusters: [two], sharedWith: [{ group: gb, role: view }] }',
      into: '{ name: into, inherits: b }',
      self: '{ name: self, inherits: self, sharedWith: [{ group: gs, role: view }] }',
    };
    return `  defaults: { clusters: [one] }\n  namespaces:\n${order.map((n) => `    - ${entries[n] ?? ''}\n`).join('')}`;
  };

  it.each([[['a', 'b', 'into', 'self']], [['self', 'into', 'b', 'a']], [['into', 'a', 'self', 'b']]])(
    'gives nothing in a circle, in whatever order: %j',
    async (order) => {
      const tenant = await tenantOf(circle(order));
      const held = (identifier: string): unknown => {
        const { clusters, shares } = namespace(tenant, identifier);
        return [clusters.map((c) => c.value), shares.map((s) => s.subject.name)];
      };
      expect(held('a')).toEqual([['one'], ['ga']]);
      expect(held('b')).toEqual([['two'], ['gb']]);
      expect(held('into')).toEqual([['two'], ['gb']]);
      expect(held('self')).toEqual([['one'], ['gs']]);
    },
  );

  it('is no danger to the stack', async () => {
    const length = 20_000;
    const entries = Array.from({ length }, (_, i) => `    - { name: n${i}, inherits: n${i + 1} }\n`);
    const tenant = await tenantOf(`  namespaces:\n${entries.join('')}    - { name: n${length}, allocation: far }\n`);
    expect(namespace(tenant, 'n0').allocation?.value).toBe('far');
  });
});

describe('isolation', () => {
  it('is SameNamespace and baseline where nobody says anything, and points at where one would', async () => {
    const { isolation } = namespace(await tenantOf('  namespaces: [{ name: a }]\n'), 'a');
    expect(isolation).toMatchObject({ network: { value: 'SameNamespace' }, podSecurity: { value: 'baseline' } });
    expect(where(isolation.network.origin)).toBe('organization.yaml spec.defaults.isolation.network');
  });

  it('is decided for each setting by the nearest: entry, inherited entry, tenant, organization', async () => {
    const spec = `  isolation:
    network: SameTenant
    registries: [registry.example.com/solar/]
  namespaces:
    - name: base
      isolation: { podSecurity: restricted }
    - name: heir
      inherits: base
      isolation: { registries: [registry.example.com/heir/] }
`;
    const defaults = withDefaults(`    isolation:
      network: None
      podSecurity: privileged
      storageClasses: [standard]
`);
    const tenant = await tenantOf(spec, defaults);
    const shownIsolation = (identifier: string): unknown => {
      const { isolation } = namespace(tenant, identifier);
      return (['network', 'podSecurity', 'registries', 'storageClasses'] as const).map((key) => {
        const setting = isolation[key];
        return setting && `${key} ${where(setting.origin)}`;
      });
    };
    expect(shownIsolation('heir')).toEqual([
      'network tenants/solar.yaml spec.isolation.network',
      'podSecurity tenants/solar.yaml spec.namespaces[0].isolation.podSecurity',
      'registries tenants/solar.yaml spec.namespaces[1].isolation.registries',
      'storageClasses organization.yaml spec.defaults.isolation.storageClasses',
    ]);
    expect(shownIsolation('base')).toContain('registries tenants/solar.yaml spec.isolation.registries');
    const { organization } = await desiredStateOf(defaults);
    expect(organization.isolation).toMatchObject({
      network: { value: 'None' },
      storageClasses: { value: ['standard'] },
    });
    const [base, heir] = tenant.namespaces;
    expect(heir?.isolation.storageClasses?.origin).toBe(base?.isolation.storageClasses?.origin);
  });

  it('takes container limits whole, from the nearest of entry, tenant and organization', async () => {
    const organization = withDefaults('    containerLimits: { max: { cpu: "4" } }\n');
    const bare = await tenantOf('  namespaces: [{ name: a }]\n', organization);
    expect(namespace(bare, 'a').containerLimits?.value).toEqual({ max: { cpu: '4' } });
    const own = await tenantOf(
      '  defaults: { containerLimits: { default: { cpu: "1" } } }\n  namespaces: [{ name: a }]\n',
      organization,
    );
    expect(namespace(own, 'a').containerLimits?.value).toEqual({ default: { cpu: '1' } });
  });
});

describe('cordons and states', () => {
  it('cordons a namespace by itself or with its tenant, never by inheritance', async () => {
    const entries = `  namespaces:
    - { name: shut, cordoned: true, state: MarkedForDeletion }
    - { name: open, cordoned: false }
    - { name: heir, inherits: shut }
`;
    const free = await tenantOf(entries);
    expect(free.namespaces.map((n) => [n.identifier, n.cordoned.value, n.ownCordoned?.value, n.state.value])).toEqual([
      ['shut', true, true, 'MarkedForDeletion'],
      ['open', false, false, 'Active'],
      ['heir', false, undefined, 'Active'],
    ]);
    expect(free.cordoned.value).toBe(false);
    const cordoned = await tenantOf(`  cordoned: true\n${entries}`);
    expect(cordoned.namespaces.map((n) => n.cordoned.value)).toEqual([true, true, true]);
    expect(where(cordoned.cordoned.origin)).toBe('tenants/solar.yaml spec.cordoned');
  });

  it('has defaults for what a tenant does not say, with the place where it would be said', async () => {
    const tenant = await tenantOf('  namespaces: []\n');
    expect(tenant).toMatchObject({
      complete: true,
      subscriptionGroup: 'solar',
      deletion: { value: 'TwoStep' },
      state: { value: 'Active' },
      allocations: [],
      roles: [],
    });
    expect(where(tenant.deletion.origin)).toBe('tenants/solar.yaml spec.deletion');
  });
});

describe('names', () => {
  it('puts the tenant before an identifier, and nothing before a full name', async () => {
    const tenant = await tenantOf(`  namespaces:
    - name: prod
    - fullName: legacy
    - { name: dev, inherits: legacy }
`);
    expect(tenant.namespaces.map((n) => [n.name, n.identifier, n.prefixed, formatPath(n.nameOrigin)])).toEqual([
      ['solar-prod', 'prod', true, 'spec.namespaces[0].name'],
      ['legacy', 'legacy', false, 'spec.namespaces[1].fullName'],
      ['solar-dev', 'dev', true, 'spec.namespaces[2].name'],
    ]);
  });

  it('takes the name of a file for that of its cluster or tenant, and sorts by it', async () => {
    const desired = await desiredStateOf({
      'tenants/b.yaml': exampleOrganization['tenants/solar.yaml'],
      'tenants/a-b.yaml': exampleOrganization['tenants/solar.yaml'],
      'clusters/a.yaml': exampleOrganization['clusters/prodcluster01.yaml'],
    });
    expect(desired.tenants.map((t) => t.name)).toEqual(['a-b', 'b', 'solar']);
    expect(desired.clusters.map((c) => [c.name, c.id.value])).toEqual([
      ['a', 'a'],
      ['prodcluster01', 'prodcluster01'],
    ]);
  });

  it('knows the protected namespaces of Kubernetes and those of the organization', async () => {
    const desired = await desiredStateOf({
      'organization.yaml': `${exampleOrganization['organization.yaml']}  protectedNamespaces: [monitoring, istio-*]\n`,
    });
    const isProtected = ['default', 'kube-system', 'kubeflow', 'monitoring', 'monitoring2', 'istio-', 'istio'].map(
      (n) => protectionOf(desired, n) !== undefined,
    );
    expect(isProtected).toEqual([true, true, false, true, false, true, false]);
  });

  it('protects where Argo CD runs, and the accounts that a cluster lets through', async () => {
    const cluster = exampleOrganization['clusters/prodcluster01.yaml'];
    const desired = await desiredStateOf({
      'organization.yaml': `${exampleOrganization['organization.yaml']}  argoCD: { repoURL: https://git.example.com/a.git, namespace: gitops }\n`,
      'clusters/prodcluster01.yaml': `${cluster}  trustedServiceAccounts: [{ serviceAccount: cert-manager/controller, powers: [Maintain] }]\n  syncIdentity: system:serviceaccount:deploy:writer\n`,
    });
    const because = ['gitops', 'cert-manager', 'deploy', 'argocd'].map((n) => protectionOf(desired, n)?.because);
    expect(because).toEqual([
      'Argo CD runs in it',
      'its service account `controller` is trusted by cluster `prodcluster01`',
      'its service account `writer` writes to cluster `prodcluster01`',
      undefined,
    ]);
  });
});

describe('cluster shares', () => {
  it('give a group the namespace that it names, or one of its own name where that is a DNS label', async () => {
    const { clusters } = await desiredStateOf({
      'organization.yaml': `${exampleOrganization['organization.yaml']}    - { name: "github:data", namespace: data }
    - { name: "github:web" }
`,
      'clusters/prodcluster01.yaml': `${exampleOrganization['clusters/prodcluster01.yaml']}    - group: github:data
    - group: github:web
    - group: dev
    - { group: stranger, namespace: false }
`,
    });
    expect(clusters[0]?.sharedWith.slice(3).map((s) => [s.group, s.namespace])).toEqual([
      ['github:data', 'data'],
      ['github:web', undefined],
      ['dev', 'dev'],
      ['stranger', undefined],
    ]);
  });
});

describe('files with mistakes in them', () => {
  it('are known to exist when nothing of them can be read', async () => {
    const { clusters, tenants, unreadable, organization } = await desiredStateOf({
      'organization.yaml': 'kind: [',
      'clusters/prodcluster01.yaml': 'kind: Cluster',
      'clusters/other.yaml': exampleOrganization['clusters/prodcluster01.yaml'],
      'tenants/solar.yaml': '',
    });
    expect([clusters.map((c) => c.name), tenants]).toEqual([['other'], []]);
    expect(unreadable).toEqual({ clusters: new Set(['prodcluster01']), tenants: new Set(['solar']) });
    expect(organization).toMatchObject({
      complete: false,
      groups: [],
      naming: { tenantPrefix: { value: 'Required' } },
    });
  });

  it.each([
    ['a key is unknown', '  sharedwith: []\n  namespaces: []\n'],
    ['a value is wrong', '  cordoned: "no"\n  namespaces: []\n'],
    ['an item is wrong', '  namespaces: [{ name: 7 }]\n'],
  ])('are not complete when %s', async (_, spec) => {
    expect(await tenantOf(spec)).toMatchObject({ complete: false, cordoned: { value: false }, namespaces: [] });
  });

  it('leave out the smallest part that is wrong, and keep the places of the rest', async () => {
    const tenant = await tenantOf(`  defaults:
    clusters: [one, 2, three]
    labels: { good: yes-it-is, bad: 7 }
  namespaces:
    - { name: Wrong }
    - { name: right, cordoned: maybe }
`);
    const right = namespace(tenant, 'right');
    expect(tenant.namespaces).toEqual([right]);
    expect(where(right.origin)).toBe('tenants/solar.yaml spec.namespaces[1]');
    expect(right.clusters.map((c) => [c.value, formatPath(c.origin)])).toEqual([
      ['one', 'spec.defaults.clusters[0]'],
      ['three', 'spec.defaults.clusters[2]'],
    ]);
    expect(Array.from(right.labels.keys())).toEqual(['good']);
    expect([right.cordoned.value, right.ownCordoned]).toEqual([false, undefined]);
  });

  it('never leave half of what has a meaning only as a whole', async () => {
    const tenant = await tenantOf(`  owners:
    - { kind: Group, name: leads, namespace: Not_A_Label }
    - { kind: Group, name: others }
  allocations:
    - { name: a, budget: { amount: "1", currency: USD, period: Year }, end: tomorrow }
  quota: { cpu: "1", memory: 5.5 }
  roles:
    - { name: reader, rules: [{ apiGroups: [""], resources: [pods], verbs: [get, 7] }] }
  isolation:
    registries: [registry.example.com/, 7]
    nodeSelector: { pool: 7 }
  defaults:
    sharedWith:
      - { group: contractors, role: edit, until: soon }
      - { group: 7, role: edit }
      - { group: audit, role: view }
  namespaces:
    - { name: a, quota: { pods: many }, containerLimits: { max: { cpu: 1.5 } } }
`);
    expect(tenant.owners.map((o) => o.subject.name)).toEqual(['others']);
    expect([tenant.allocations, tenant.roles, tenant.quota]).toEqual([[], [], undefined]);
    expect(tenant.defaultShares.map((s) => s.subject.name)).toEqual(['audit']);
    const a = namespace(tenant, 'a');
    expect([a.quota, a.containerLimits, a.isolation.registries, a.isolation.nodeSelector]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('leave the organization with what can be read of it', async () => {
    const { organization, tenants } = await desiredStateOf(
      withDefaults(`    isolation: { network: Sometimes, podSecurity: restricted }
    containerLimits: { max: { cpu: 4.5 } }
  limits: { namespacesPerTenant: many, shareDays: 30 }
  naming: { identifierMaxLength: "7", tenantPrefix: Optional }
  argoCD: { repoURL: https://git.example.com/x.git, targetRevision: 7 }
`),
    );
    expect(organization).toMatchObject({
      complete: false,
      limits: { namespacesPerTenant: { value: 10 }, shareDays: { value: 30 } },
      naming: { identifierMaxLength: { value: 7 }, tenantPrefix: { value: 'Optional' } },
      isolation: { network: { value: 'SameNamespace' }, podSecurity: { value: 'restricted' } },
    });
    expect(organization.argoCD).toBeUndefined();
    expect(organization.groups).toHaveLength(3);
    expect(tenants[0]?.namespaces[0]?.containerLimits).toBeUndefined();
    expect(tenants[0]?.namespaces[0]?.isolation.podSecurity.value).toBe('restricted');
  });

  it('leave out a cluster share whose choice of a namespace cannot be read', async () => {
    const { clusters } = await desiredStateOf({
      'clusters/prodcluster01.yaml': `${exampleOrganization['clusters/prodcluster01.yaml']}    - { group: dev, namespace: "false" }\n`,
    });
    expect(clusters[0]?.complete).toBe(false);
    expect(clusters[0]?.sharedWith.map((s) => s.group)).not.toContain('dev');
  });
});
