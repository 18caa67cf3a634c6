import fc from 'fast-check';
import type { OrganizationDocuments, ShareDocument } from './organizations.ts';
import { organizations } from './organizations.ts';

/** Random edits of generated organizations: changes of the size that people make. */

interface Edit {
  readonly what: keyof typeof edits;
  /** Which of those that it could be about. */
  readonly pick: number;
  readonly value: number;
}

type Change = (documents: OrganizationDocuments, pick: number, value: number) => void;

const edits = {
  'a share added': (documents, pick, value) => {
    one(shareLists(documents), pick)?.push({ group: one(groupNames(documents), value) ?? '', role: role(value) });
  },
  'a share removed': (documents, pick, value) => {
    const list = one(shareLists(documents), pick);
    list?.splice(value % Math.max(1, list.length), 1);
  },
  'another role': (documents, pick, value) => {
    const share = one(shareLists(documents).flat(), pick);
    if (share) share.role = role(value);
  },
  'another end': (documents, pick, value) => {
    const share = one(shareLists(documents).flat(), pick);
    if (share) share.until = of(value, '2026-06-14', '2026-07-01', '2027-01-01');
  },
  'another owner': ({ tenants, ...documents }, pick, value) => {
    const tenant = one(tenants, pick);
    const name = one(groupNames({ tenants, ...documents }), value) ?? '';
    if (tenant) tenant.spec.owners = value % 7 === 0 ? [] : [{ kind: 'Group', name }];
  },
  'a setting of a namespace': (documents, pick, value) => {
    assign(
      one(namespacesOf(documents), pick),
      of<object>(
        value,
        { cordoned: true },
        { state: 'MarkedForDeletion' },
        { markedForDeletionOn: ['c1'] },
        { quota: { cpu: '500m', pods: 4 } },
        { quota: { memory: '1Gi', hard: { 'count/jobs.batch': '3' } } },
        { containerLimits: { default: { cpu: '1' }, max: { memory: '1Gi' } } },
        { containerLimits: {} },
        { labels: { tier: 'gold', team: 'x' } },
        { allocation: 'money' },
        { clusters: ['c1'] },
        { clusters: ['c2', 'prod3'] },
        { annotations: { 'example.com/owner': 'sam', chat: '#sun\nand #moon' } },
        { annotations: { 'helm.sh/hook': 'pre-install' }, labels: { tier: 'gold' } },
        { isolation: { enforcement: 'Observe', registries: ['a.example.com/'], nodeSelector: { pool: 'a' } } },
        { isolation: { network: 'None' } },
        { isolation: { network: 'SameTenant', registries: ['a.example.com/'] } },
        { isolation: { nodeSelector: {}, podSecurity: 'restricted' } },
        { isolation: { nodeSelector: { pool: 'a' }, storageClasses: [] } },
        {
          isolation: {
            storageClasses: ['fast'],
            ingressClasses: ['a', 'b'],
            runtimeClasses: ['r'],
            priorityClasses: [],
          },
        },
      ),
    );
  },
  'a namespace added': (documents, pick, value) => {
    one(documents.tenants, pick)?.spec.namespaces.push({ name: `new${value % 2}` });
  },
  'a namespace removed': (documents, pick) => {
    one(documents.tenants, pick)?.spec.namespaces.pop();
  },
  'a full name instead of an identifier': (documents, pick) => {
    const tenant = one(documents.tenants, pick);
    const [namespace] = tenant?.spec.namespaces ?? [];
    if (!tenant || !namespace) return;
    const { name, ...rest } = namespace;
    tenant.spec.namespaces[0] = Object.assign(rest, { name: '', fullName: `${tenant.metadata.name}-${name}` });
    Reflect.deleteProperty(tenant.spec.namespaces[0], 'name');
  },
  'a setting of a tenant': (documents, pick, value) => {
    assign(
      one(documents.tenants, pick)?.spec,
      of<object>(
        value,
        { cordoned: true },
        { deletion: 'Never' },
        { state: 'Deactivated' },
        { quota: { cpu: '100' } },
        { subscriptionGroup: 'others' },
        { isolation: { network: 'SameTenant' } },
        { isolation: { enforcement: 'Observe' } },
        { isolation: { podSecurity: 'privileged', registries: ['b.example.com/'] } },
        { allocations: [{ name: 'money', budget: { amount: '1', currency: 'USD', period: 'Year' } }] },
        { description: 'What it is for.' },
      ),
    );
  },
  'another custom role': (documents, pick, value) => {
    const tenant = one(documents.tenants, pick);
    const rules = (verbs: string[], resources = ['deployments']) => [{ apiGroups: ['apps'], resources, verbs }];
    if (!tenant) return;
    tenant.spec.roles = of(
      value,
      [{ name: 'deployer', rules: rules(['get', 'patch']) }],
      [{ name: 'deployer', rules: rules(['patch']) }],
      [{ name: 'deployer', rules: rules(['get']).map((rule) => Object.assign(rule, { resourceNames: ['web'] })) }],
      [{ name: 'deployer', rules: [...rules(['get']), ...rules(['get'], ['statefulsets'])] }],
      [...tenant.spec.roles, { name: 'watcher', rules: rules(['watch']) }],
      [],
    );
  },
  'a tenant removed': (documents, pick) => {
    if (documents.tenants.length > 1) documents.tenants.splice(pick % documents.tenants.length, 1);
  },
  'a cluster removed': ({ clusters }, pick) => {
    clusters.splice(pick % clusters.length, 1);
  },
  'a setting of a cluster': ({ clusters }, pick, value) => {
    assign(
      one(clusters, pick)?.spec,
      of<object>(
        value,
        { id: 'another' },
        { server: 'https://elsewhere.example.com' },
        { kubernetesVersion: '1.33' },
        { labels: { environment: 'production' } },
        { retainedNamespaces: ['kept'] },
        { trustedServiceAccounts: [{ serviceAccount: 'a/b', powers: ['Maintain'] }] },
        { syncIdentity: 'somebody' },
        { storageClasses: ['fast'] },
        { sharedWith: [{ group: 'alpha' }, { group: 'beta', namespace: false }] },
        { description: 'Where it is.' },
      ),
    );
  },
  'a setting of the organization': ({ organization }, _, value) => {
    assign(
      organization.spec,
      of<object>(
        value,
        { issuer: 'https://login.example.com' },
        { admins: ['bob', 'ann'] },
        { labelDomain: 'example.org' },
        { naming: { tenantPrefix: 'Optional', identifierMaxLength: 5 } },
        { limits: { namespacesPerTenant: 3, shareDays: 9 } },
        { protectedNamespaces: ['monitoring'] },
        { policies: { breakGlassGroups: ['night'], selfServiceBindings: 'Any' } },
        { policies: { selfServiceBindings: 'Forbidden' } },
        { defaults: { isolation: { network: 'None', nodeSelector: { pool: 'b' } } } },
        { defaults: { isolation: { ingressClasses: [] }, containerLimits: { max: { cpu: '2' } } } },
        { argoCD: { repoURL: 'https://git.example.com/a.git', serviceAccount: 'bot' } },
        { changes: { removals: { namespaces: 1 }, production: { environment: 'test' } } },
        { changes: { productionNamespaces: { tier: 'a' } } },
        { defaults: { isolation: { enforcement: 'Observe' } } },
        { exceptions: [{ code: 'TEN210', target: 'sun', reason: 'for a while only', until: '2027-01-01' }] },
      ),
    );
  },
  'other groups': ({ organization: { spec } }, pick, value) => {
    const groups: unknown[] = Array.isArray(spec['groups']) ? spec['groups'] : [];
    const name = `g${value % 3}`;
    of<() => void>(
      value,
      () => groups.push({ name, members: ['ann'] }),
      () => groups.splice(pick % Math.max(1, groups.length), 1),
      () => groups.splice(pick % Math.max(1, groups.length), 1, { name, namespace: 'ns-of-group' }),
    )();
  },
} satisfies Record<string, Change>;

/** No edit has more values to choose from. */
const mostValues = 20;

const edit: fc.Arbitrary<Edit> = fc.record({
  what: fc.constantFrom(...names(edits)),
  pick: fc.nat(30),
  value: fc.nat(1000),
});

/** Both sides of a change: mostly some edits of one organization, now and then two that have nothing to do with each other. */
export const changes: fc.Arbitrary<readonly [OrganizationDocuments, OrganizationDocuments]> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(organizations, fc.array(edit, { maxLength: 6 }))
      .map(([base, all]) => [base, edited(base, all)] as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(organizations, fc.array(edit, { maxLength: 6 }), fc.array(edit, { maxLength: 6 }))
      .map(([base, some, others]) => [edited(base, some), edited(base, others)] as const),
  },
  { weight: 1, arbitrary: fc.tuple(organizations, organizations) },
);

/** What owners write: edits of tenants' files. */
const ownersEdits: readonly (keyof typeof edits)[] = [
  'a share added',
  'another role',
  'another owner',
  'a setting of a namespace',
  'a namespace added',
  'a full name instead of an identifier',
  'a setting of a tenant',
  'another custom role',
];

/** A change to one tenant's file alone, with the tenant's name; in organizations whose admins say more or less. */
export const ownersChanges: fc.Arbitrary<readonly [OrganizationDocuments, OrganizationDocuments, string]> = fc
  .tuple(
    organizations,
    fc.constantFrom<object>(
      {},
      { limits: { labelKeys: ['tier'], quota: { cpu: '100' } } },
      { limits: { labelKeys: ['tier', 'team'] }, grants: { sun: { podSecurity: 'privileged', network: 'None' } } },
      {
        limits: { labelKeys: ['tier'], annotationKeys: ['chat'] },
        grants: { sun: { enforcement: 'Observe', owners: 'Optional' } },
      },
      {
        defaults: {
          isolation: { registries: ['a.example.com/'], storageClasses: ['fast'], podSecurity: 'restricted' },
        },
      },
      { naming: { tenantPrefix: 'Optional', identifierMaxLength: 20 }, grants: { moon: { fullNames: ['moon-*'] } } },
    ),
    fc.array(fc.record({ what: fc.constantFrom(...ownersEdits), pick: fc.nat(30), value: fc.nat(1000) }), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.nat(2),
  )
  .map(([documents, said, all, which]) => {
    const base = structuredClone(documents);
    assign(base.organization.spec, said);
    const name = one(base.tenants, which)?.metadata.name ?? '';
    const changed = edited(base, all);
    // Of all that was changed, that of one tenant.
    const tenants = base.tenants.map(
      (tenant) =>
        changed.tenants.find((other) => other.metadata.name === name && tenant.metadata.name === name) ?? tenant,
    );
    return [base, { ...base, tenants }, name] as const;
  });

/** An organization after each of the edits by itself, with what it was; `pick` chooses what they are about. */
export function* everyEdit(
  documents: OrganizationDocuments,
  pick: number,
): Iterable<readonly [what: string, OrganizationDocuments]> {
  const known = new Set([JSON.stringify(documents)]);
  for (const what of names(edits)) {
    for (let value = 0; value < mostValues; value++) {
      const head = edited(documents, [{ what, pick, value }]);
      const text = JSON.stringify(head);
      if (!known.has(text)) yield [`${what} (${pick}, ${value})`, head];
      known.add(text);
    }
  }
}

function edited(documents: OrganizationDocuments, all: readonly Edit[]): OrganizationDocuments {
  const copy = structuredClone(documents);
  for (const { what, pick, value } of all) {
    const change: Change = edits[what];
    change(copy, pick, value);
  }
  // A share of a role that is gone is a mistake, and gives nothing.
  for (const { spec } of copy.tenants) {
    const known = new Set(['admin', 'edit', 'view', ...spec.roles.map(({ name }) => name)]);
    spec.defaults.sharedWith = spec.defaults.sharedWith.filter((share) => known.has(share.role));
    for (const namespace of spec.namespaces) {
      if (namespace.sharedWith) namespace.sharedWith = namespace.sharedWith.filter((share) => known.has(share.role));
    }
  }
  return copy;
}

function names<K extends string>(record: Readonly<Record<K, unknown>>): K[] {
  const all: K[] = [];
  for (const name in record) all.push(name);
  return all;
}

function one<T>(items: readonly T[], pick: number): T | undefined {
  return items[pick % Math.max(1, items.length)];
}

function of<T>(value: number, first: T, ...others: readonly T[]): T {
  return one([first, ...others], value) ?? first;
}

function assign(target: object | undefined, values: object): void {
  if (target) Object.assign(target, structuredClone(values));
}

const role = (value: number): string => of(value, 'admin', 'edit', 'view', 'deployer');

function groupNames({ organization: { spec } }: OrganizationDocuments): string[] {
  const groups: unknown[] = Array.isArray(spec['groups']) ? spec['groups'] : [];
  return groups.flatMap((group) =>
    typeof group === 'object' && group !== null && 'name' in group && typeof group.name === 'string'
      ? [group.name]
      : [],
  );
}

function namespacesOf({ tenants }: OrganizationDocuments) {
  return tenants.flatMap(({ spec }) => spec.namespaces);
}

/** Every list of shares; those of namespaces that have none are made. */
function shareLists({ tenants }: OrganizationDocuments): ShareDocument[][] {
  return tenants.flatMap(({ spec }) => [
    spec.defaults.sharedWith,
    ...spec.namespaces.map((namespace) => (namespace.sharedWith ??= [])),
  ]);
}
