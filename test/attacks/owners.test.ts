import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { rules } from '../../src/rules/index.ts';
import { checkConfig } from '../../src/rules/run.ts';
import { tenantAuthority as keys, TenantSpec } from '../../src/settings/tenant.ts';
import { cluster, exampleShares } from '../support/change-files.ts';
import { changeBetween } from '../support/change.ts';
import { exampleCertificate } from '../support/examples.ts';

/**
 * What an owner tries who has nobody else to ask: each key of his tenant's file, loosened in a change to that file alone.
 * What docs/authority.md says of the key is what comes of it: it passes, or it is refused by the rule that holds it, and
 * passes with what the rule's own help says to ask the admins for.
 */

type Spec = Readonly<Record<string, unknown>>;

const namespaces = [
  { name: 'prod', allocation: 'money', quota: { cpu: '20' } },
  { name: 'dev', quota: { cpu: '2' }, cordoned: true },
] as const;
const [prod, dev] = namespaces;

/** The file as it is. */
const before: Spec = {
  owners: [{ kind: 'Group', name: 'solar-leads' }],
  allocations: [{ name: 'money', budget: { amount: '1000', currency: 'USD', period: 'Year' } }],
  defaults: { clusters: ['prodcluster01'], sharedWith: [{ group: 'audit', role: 'view' }] },
  deletion: 'Never',
  namespaces,
};

/** What the admins have said: enough that every key has something to go beyond. */
const admins: Spec = {
  issuer: 'https://platform.example.com/api/oidc',
  admins: ['alice'],
  groups: ['solar-leads', 'solar-sre', 'audit'].map((name) => ({ name })),
  naming: { tenantPrefix: 'Optional', identifierMaxLength: 30 },
  limits: {
    namespacesPerTenant: 3,
    clusters: ['prodcluster01'],
    quota: { cpu: '30' },
    budgets: [{ amount: '2000', currency: 'USD', period: 'Year' }],
  },
  defaults: {
    isolation: {
      nodeSelector: { pool: 'tenants' },
      registries: ['registry.example.com/'],
      storageClasses: ['standard'],
      ingressClasses: ['nginx'],
      runtimeClasses: ['runc'],
      priorityClasses: ['standard'],
    },
    containerLimits: { max: { cpu: '4' } },
  },
};

const file = (kind: string, name: string, spec: Spec): string =>
  stringify({ apiVersion: 'tenantry.dev/v1', kind, metadata: { name }, spec });

const filesOf = (solar: Spec, organization: Spec = admins): Record<string, string> => ({
  'organization.yaml': file('Organization', 'example', organization),
  'clusters/prodcluster01.yaml': cluster('prodcluster01', exampleShares),
  'clusters/prodcluster02.yaml': cluster('prodcluster02', exampleShares),
  'clusters/example-ca.pem': exampleCertificate,
  'tenants/solar.yaml': file('Tenant', 'solar', solar),
});

/** The errors of a change. */
async function refused(after: Spec, organization: Spec = admins) {
  const { context, found } = await changeBetween(filesOf(before), filesOf(after, organization));
  const errors = [...checkConfig(rules, context.after), ...found].filter(({ severity }) => severity === 'error');
  return { codes: Array.from(new Set(errors.map(({ code }) => code))).sort(), errors };
}

const isolation = (values: Spec): Spec => ({ ...before, isolation: values });
const inProd = (values: Spec): Spec => ({ ...before, namespaces: [{ ...prod, ...values }, dev] });
const byDefault = (values: Spec): Spec => ({ ...before, defaults: { ...Object(before['defaults']), ...values } });

/** What an owner would write, by key. */
interface Attempt {
  readonly after: Spec;
}

const isolationAttempts = (write: (values: Spec) => Spec): Readonly<Record<string, Attempt>> => ({
  enforcement: { after: write({ enforcement: 'Observe' }) },
  network: { after: write({ network: 'None' }) },
  podSecurity: { after: write({ podSecurity: 'privileged' }) },
  nodeSelector: {
    after: write({ nodeSelector: { 'node-role.kubernetes.io/control-plane': '' } }),
  },
  registries: { after: write({ registries: ['docker.io/'] }) },
  storageClasses: { after: write({ storageClasses: ['fast'] }) },
  ingressClasses: { after: write({ ingressClasses: ['public'] }) },
  runtimeClasses: { after: write({ runtimeClasses: ['host'] }) },
  priorityClasses: {
    after: write({ priorityClasses: ['system-node-critical'] }),
  },
});

const under = (path: string, attempts: Readonly<Record<string, Attempt>>): Record<string, Attempt> =>
  Object.fromEntries(Object.entries(attempts).map(([key, attempt]) => [`${path}.${key}`, attempt]));

const attempts: Readonly<Record<string, Attempt>> = {
  'spec.description': { after: { ...before, description: 'What it is for' } },
  // With no owner at all, so that the file is nobody's but the admins'.
  'spec.owners': {
    after: {
      ...byDefault({
        sharedWith: [
          { group: 'audit', role: 'view' },
          { group: 'solar-leads', role: 'admin' },
        ],
      }),
      owners: [],
    },
  },
  'spec.allocations': {
    after: {
      ...before,
      allocations: [{ name: 'money', budget: { amount: '99999999999', currency: 'USD', period: 'Year' } }],
    },
  },
  'spec.subscriptionGroup': {
    after: { ...before, subscriptionGroup: 'harbor' },
  },
  'spec.defaults.clusters': {
    after: byDefault({ clusters: ['prodcluster01', 'prodcluster02'] }),
  },
  'spec.defaults.sharedWith': {
    after: byDefault({
      sharedWith: [
        { group: 'audit', role: 'view' },
        { group: 'solar-sre', role: 'admin' },
      ],
    }),
  },
  'spec.defaults.allocation': { after: byDefault({ allocation: 'money' }) },
  'spec.defaults.quota': {
    after: { ...byDefault({ quota: { cpu: '2000' } }), namespaces: [prod, { name: 'dev', cordoned: true }] },
  },
  'spec.defaults.containerLimits': {
    after: byDefault({ containerLimits: { max: { cpu: '64' } } }),
  },
  'spec.defaults.labels': {
    after: byDefault({ labels: { 'openshift.io/run-level': '0' } }),
  },
  'spec.defaults.annotations': { after: byDefault({ annotations: { 'openshift.io/node-selector': '' } }) },
  'spec.quota': { after: { ...before, quota: { cpu: '9999' } } },
  ...under('spec.isolation', isolationAttempts(isolation)),
  'spec.roles': {
    after: {
      ...inProd({ sharedWith: [{ group: 'solar-sre', role: 'ops' }] }),
      roles: [
        { name: 'ops', rules: [{ apiGroups: [''], resources: ['secrets', 'pods/exec'], verbs: ['get', 'create'] }] },
      ],
    },
  },
  'spec.cordoned': { after: { ...before, cordoned: false } },
  'spec.deletion': { after: { ...before, deletion: 'TwoStep' } },
  'spec.state': { after: { ...before, state: 'Deactivated' } },
  'spec.namespaces': {
    after: { ...before, namespaces: [...namespaces, ...['a', 'b'].map((name) => ({ name, quota: { cpu: '1' } }))] },
  },
  'spec.namespaces[].name': {
    after: { ...before, namespaces: [...namespaces, { name: 'stage', quota: { cpu: '1' } }] },
  },
  'spec.namespaces[].fullName': {
    after: { ...before, namespaces: [...namespaces, { fullName: 'cert-manager', quota: { cpu: '1' } }] },
  },
  'spec.namespaces[].inherits': { after: { ...before, namespaces: [prod, { ...dev, inherits: 'prod' }] } },
  'spec.namespaces[].clusters': {
    after: inProd({ clusters: ['prodcluster01', 'prodcluster02'] }),
  },
  'spec.namespaces[].sharedWith': { after: inProd({ sharedWith: [{ group: 'solar-sre', role: 'admin' }] }) },
  'spec.namespaces[].allocation': { after: { ...before, namespaces: [prod, { ...dev, allocation: 'money' }] } },
  'spec.namespaces[].quota': { after: inProd({ quota: { cpu: '2000' } }) },
  'spec.namespaces[].containerLimits': {
    after: inProd({ containerLimits: { max: { memory: '1Ti' } } }),
  },
  ...under(
    'spec.namespaces[].isolation',
    isolationAttempts((values) => inProd({ isolation: values })),
  ),
  'spec.namespaces[].labels': { after: inProd({ labels: { name: 'monitoring' } }) },
  'spec.namespaces[].annotations': { after: inProd({ annotations: { 'iam.amazonaws.com/permitted': '.*' } }) },
  'spec.namespaces[].cordoned': { after: { ...before, namespaces: [prod, { ...dev, cordoned: false }] } },
  'spec.namespaces[].state': { after: inProd({ state: 'MarkedForDeletion' }) },
  'spec.namespaces[].markedForDeletionOn': { after: inProd({ markedForDeletionOn: ['prodcluster01'] }) },
};

it('the tenant has no fault before', async () => {
  expect((await refused(before)).errors).toEqual([]);
});

it('every key of the schema has a row in docs/authority.md, its own or that of what it is a part of', () => {
  const rows = keys.map(([path]) => path);
  const isBelow = (path: string, row: string): boolean => path.startsWith(`${row}.`) || path.startsWith(`${row}[`);
  // A row speaks for what is below it where nothing below has a row of its own.
  const speaksFor = (row: string, path: string): boolean =>
    row === path || (isBelow(path, row) && !rows.some((other) => isBelow(other, row)));
  const schemas: Schema = JSON.parse(JSON.stringify(TenantSpec)) as Schema;
  const silent = leavesOf(schemas, 'spec').filter((path) => !rows.some((row) => speaksFor(row, path)));
  expect(silent).toEqual([]);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The paths of all keys that hold no others. */
function leavesOf({ properties, items }: Schema, path: string): string[] {
  if (properties) return Object.entries(properties).flatMap(([key, child]) => leavesOf(child, `${path}.${key}`));
  return items ? leavesOf(items, `${path}[]`) : [path];
}

it('every key is tried', () => {
  expect(Object.keys(attempts).sort()).toEqual(keys.map(([path]) => path).sort());
});

describe.each(keys)('%s', (path, authority) => {
  const { after } = attempts[path] ?? { after: {} };

  if (authority.by === 'owners') {
    it('is the owners’ own', async () => {
      expect((await refused(after)).errors).toEqual([]);
    });
    return;
  }

  it(`is refused beyond what is granted as ${authority.grant}: ${authority.rule}`, async () => {
    // Of a mark, TEN510 says on top that the base did not let it be.
    expect((await refused(after)).codes.filter((code) => code !== 'TEN510')).toEqual([authority.rule]);
  });

  // These take two changes, whoever approves them: the first deactivates the tenant (S53).
  if (authority.rule === 'TEN310') return;
  it('passes once the admins have written what the help says, and then the plan says that it needs them', async () => {
    const { errors } = await refused(after);
    const granting = withGrants(admins, errors);
    expect((await refused(after, granting)).errors).toEqual([]);
    const { found } = await changeBetween(filesOf(before), filesOf(after, granting));
    expect(found.flatMap(({ code, message }) => (code === 'TEN712' ? [message] : [])).join()).toContain(
      'needs the admins',
    );
  });
});

/** The organization with the grants that the help of errors says to ask for: the last one for a key has all of them. */
function withGrants(organization: Spec, errors: readonly { readonly help?: string }[]): Spec {
  const solar = errors.flatMap(({ help = '' }) => {
    const [, line = ''] = /`(grants: .*)` in the `spec` of organization\.yaml$/.exec(help) ?? [];
    return Object.entries((parse(line) as { grants?: { solar?: Spec } } | null)?.grants?.solar ?? {});
  });
  return { ...organization, grants: { solar: Object.fromEntries(solar) } };
}

it('an owner more is the owners’ own', async () => {
  const owners = ['solar-leads', 'solar-sre'].map((name) => ({ kind: 'Group', name }));
  expect((await refused({ ...before, owners })).errors).toEqual([]);
});

describe('of a tenant that a user owns', () => {
  const bob = { kind: 'User', name: 'bob' };
  const onSecond = (...owners: object[]): Spec => ({
    owners,
    namespaces: [{ name: 'prod', clusters: ['prodcluster02'], quota: { cpu: '1' } }],
  });
  // Bob is in a group that sees the first cluster, and in none that sees the second.
  const organization = {
    issuer: admins['issuer'],
    admins: admins['admins'],
    groups: [
      { name: 'solar-leads', members: ['bob'] },
      { name: 'far', members: ['zoe'] },
    ],
  };
  const codes = async (spec: Spec): Promise<string[]> => {
    const files = {
      ...filesOf(spec, organization),
      'clusters/prodcluster01.yaml': cluster('prodcluster01', ['{ group: solar-leads, namespace: false }']),
      'clusters/prodcluster02.yaml': cluster('prodcluster02', ['{ group: far, namespace: false }']),
    };
    const { context } = await changeBetween(files, files);
    return checkConfig(rules, context.after).flatMap(({ code, severity }) => (severity === 'error' ? [code] : []));
  };

  it.each<[string, object[]]>([
    ['alone', [bob]],
    ['with an admin, whom he names himself', [bob, { kind: 'User', name: 'alice' }]],
    [
      'with a service account, which he names himself',
      [bob, { kind: 'ServiceAccount', name: 'x', namespace: 'solar-prod' }],
    ],
  ])('no namespace gets on a cluster that he does not see: %s', async (_, owners) => {
    expect(await codes(onSecond(...owners))).toContain('TEN705');
  });

  it('who sees it may', async () => {
    expect(await codes(onSecond({ kind: 'User', name: 'zoe' }))).toEqual([]);
  });
});

describe('a custom role', () => {
  const withVerb = (apiGroups: string[], resources: string[], verbs: string[]): Spec => ({
    ...before,
    roles: [{ name: 'ops', rules: [{ apiGroups, resources, verbs }] }],
  });

  it.each<[string, Spec]>([
    ['acts as somebody else', withVerb([''], ['serviceaccounts'], ['impersonate'])],
    ['acts as somebody else, by halves', withVerb([''], ['pods'], ['impersonate-on:user-info:list'])],
    ['writes roles', withVerb(['rbac.authorization.k8s.io'], ['roles'], ['create'])],
    ['allows all', withVerb([''], ['*'], ['get'])],
  ])('%s with no grant', async (_, spec) => {
    const grants = { solar: { rights: ['*', 'impersonate', 'rbac.authorization.k8s.io', 'bind', 'escalate'] } };
    expect((await refused(spec, { ...admins, grants })).codes).toContain('TEN305');
  });
});

it('a granted registry covers no other whose name begins like it', async () => {
  const { context } = await changeBetween(
    filesOf(before),
    filesOf(before, { ...admins, grants: { solar: { registries: ['registry.example.com'] } } }),
  );
  expect(context.after.files.organization[0]?.checked?.violations.map(({ message }) => message)).toHaveLength(1);
});
