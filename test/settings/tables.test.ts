import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Meaning } from '../../src/access/graph.ts';
import { accessGraph } from '../../src/access/graph.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { render } from '../../src/manifests/render.ts';
import { planOf } from '../../src/plan/plan.ts';
import { cluster } from '../../src/settings/cluster.ts';
import { namespace } from '../../src/settings/namespace.ts';
import * as organizationTables from '../../src/settings/organization.ts';
import { tenant, tenantDefaults } from '../../src/settings/tenant.ts';
import { parseYaml } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';

/**
 * Each key of the config means something: another value of it shows in the plan under the name that its table gives it,
 * and in what is rendered just where the table says that something is. A key that a file may hold and that nobody reads
 * would be a protection that does not hold; here it fails.
 */

interface Key {
  readonly kind: string;
  readonly schema: object;
  /** Of one that is nested. */
  readonly table?: object;
  readonly name?: string;
  readonly rendered?: string | { readonly nothing: string };
}
type Path = readonly (string | number)[];
type Documents = Readonly<Record<string, { readonly spec: Record<string, unknown> }>>;

/** Whatever a schema lets be called so, there is one of that name: clusters, groups and an allocation. */
const names = ['alpha', 'beta'] as const;
const file = (kind: string, name: string, spec: Record<string, unknown>) => ({
  apiVersion: 'tenantry.dev/v1',
  kind,
  metadata: { name },
  spec,
});
const base: Documents = {
  'organization.yaml': file('Organization', 'example', {
    issuer: 'https://login.example.com',
    admins: ['ann'],
    groups: names.map((name) => ({ name })),
    argoCD: { repoURL: 'https://git.example.com/access.git' },
  }),
  ...Object.fromEntries(
    names.map((name) => [
      `clusters/${name}.yaml`,
      file('Cluster', name, {
        server: `https://${name}.example.com`,
        certificateAuthority: { pem: name },
        kubernetesVersion: '1.36',
        sharedWith: [{ group: 'alpha' }],
        // On the second one, `cluster-scope` is bound to the groups that see it.
        ...(name === 'beta' && { authentication: { configuration: 'Own' } }),
      }),
    ]),
  ),
  'tenants/solar.yaml': file('Tenant', 'solar', {
    owners: [{ kind: 'Group', name: 'alpha' }],
    namespaces: [
      { name: 'prod', clusters: ['alpha', 'beta'], sharedWith: [{ group: 'beta', role: 'ops' }] },
      { name: 'dev', labels: { team: 'alpha' } },
    ],
  }),
};

const tables: readonly (readonly [string, Path, object])[] = [
  ['organization.yaml', ['spec'], organizationTables.organization],
  ['organization.yaml', ['spec', 'groups', 0], organizationTables.group],
  ['clusters/alpha.yaml', ['spec'], cluster],
  ['tenants/solar.yaml', ['spec'], tenant],
  ['tenants/solar.yaml', ['spec', 'defaults'], tenantDefaults],
  ['tenants/solar.yaml', ['spec', 'namespaces', 0], namespace],
];
function* keysIn(path: Path, table: object): Iterable<readonly [Path, Key]> {
  for (const [name, key] of Object.entries(table) as [string, Key][]) {
    if (key.kind !== 'nested') yield [[...path, name], key];
    // Those of a tenant's defaults are among the tables.
    else if (key.table && key.table !== tenantDefaults) yield* keysIn([...path, name], key.table);
  }
}

const keys = tables.flatMap(([from, path, table]) =>
  Array.from(keysIn(path, table), ([at, key]) => [`${from} ${at.slice(1).join('.')}`, from, at, key] as const),
);

/** Values that a schema lets be written: two that differ. */
const texts = [
  ...names,
  'https://alpha.example.com',
  'https://beta.example.com',
  '1.29',
  '2026-03-01',
  '2026-04-01',
  'alpha/a',
  'beta/b',
  'registry.example.com/alpha/',
  'registry.example.com/beta/',
  'alpha.example.com',
  'beta.example.com',
  'TEN210',
  'TEN211',
  '1',
  '2',
  'USD',
  'EUR',
  'a reason that is long enough',
];
interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
}

function twoOf(schema: Schema): [unknown, unknown] {
  const pair = <T>([first, second = first]: readonly T[]): [T | undefined, T | undefined] => [first, second];
  if (schema.enum) return [schema.enum[0], schema.enum.at(-1)];
  // What may be written in two ways, in the first of them.
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'boolean':
      return [false, true];
    case 'integer':
      return [schema.minimum ?? 0, (schema.minimum ?? 0) + 1];
    case 'string': {
      const { pattern = '', minLength = 0, maxLength = 1000 } = schema;
      const fits = (text: unknown): boolean =>
        typeof text === 'string' &&
        new RegExp(pattern).test(text) &&
        text.length >= minLength &&
        text.length <= maxLength;
      return pair([...(schema.examples ?? []), ...texts].filter(fits));
    }
    case 'array': {
      const [a, b] = twoOf(schema.items ?? {});
      return [[a], [a, b]];
    }
    case 'object': {
      const [values] = Object.values(schema.patternProperties ?? {});
      if (values) {
        const [a, b] = twoOf(values);
        return [{ alpha: a }, { alpha: b }];
      }
      const one = schema.oneOf?.[0]?.required ?? [];
      const properties = schema.properties ?? {};
      const needed = [...(schema.required ?? []), ...one];
      // Of a mapping of which nothing must be written, all that may be.
      const written = needed.length > 0 ? needed : Object.keys(properties).slice(0, 3);
      const parts = written.map((name) => [name, twoOf(properties[name] ?? {})] as const);
      return [
        Object.fromEntries(parts.map(([name, [a]]) => [name, a])),
        Object.fromEntries(parts.map(([name, [, b]]) => [name, b])),
      ];
    }
    case undefined:
    default:
      throw new Error(`test/settings: say how values of ${JSON.stringify(schema)} are made`);
  }
}

/** Values that say something only together with what is not in their schema. */
const special: Readonly<Record<string, readonly [unknown, unknown]>> = {
  'organization.yaml cordons': [
    [{ tenant: 'solar', namespace: 'dev', reason: texts.at(-1) }],
    [{ tenant: 'solar', namespace: 'prod', reason: texts.at(-1) }],
  ],
  'clusters/alpha.yaml foreignNamespaces': [
    [{ name: 'default', sharedWith: [{ group: 'alpha', role: 'view' }] }],
    [{ name: 'default', sharedWith: [{ group: 'alpha', role: 'edit' }] }],
  ],
  // In the base the tenant has no role of that name, and a share gives it.
  'organization.yaml roles': [
    [{ name: 'ops', rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }] }],
    [{ name: 'ops', rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] }] }],
  ],
  'tenants/solar.yaml owners': [[{ kind: 'Group', name: 'alpha' }], [{ kind: 'Group', name: 'beta' }]],
  // Somebody has it: else it is nowhere.
  'tenants/solar.yaml roles': [
    [{ name: 'ops', rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }] }],
    [{ name: 'ops', rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] }] }],
  ],
  'tenants/solar.yaml namespaces.0.inherits': ['dev', 'nobody'],
  'tenants/solar.yaml namespaces': [
    [{ name: 'alpha', clusters: ['alpha'] }],
    [
      { name: 'alpha', clusters: ['alpha'] },
      { name: 'beta', clusters: ['alpha'] },
    ],
  ],
};

/** What else a file has to say for a key to mean something. */
const beside: Readonly<Record<string, readonly [Path, unknown]>> = {
  'clusters/alpha.yaml authentication.userPrefix': [['spec', 'authentication', 'configuration'], 'Own'],
  'clusters/alpha.yaml authentication.groupPrefix': [['spec', 'authentication', 'configuration'], 'Own'],
};

function withValue(documents: Documents, from: string, path: Path, value: unknown): Documents {
  const document = structuredClone(documents[from]) as unknown as Record<string | number, unknown>;
  let at = document;
  for (const step of path.slice(0, -1)) {
    at[step] ??= {};
    at = at[step] as Record<string | number, unknown>;
  }
  const last = path.at(-1) ?? '';
  // A namespace has one of the two.
  if (last === 'fullName') delete at['name'];
  at[last] = value;
  return { ...documents, [from]: document as unknown as Documents[string] };
}

async function meaningOf(documents: Documents): Promise<Meaning> {
  const files = Object.entries(documents).map(
    ([path, document]) => [path, stringify(document, { aliasDuplicateObjects: false })] as const,
  );
  const read = await readConfigFiles(memoryTree(Object.fromEntries(files)), (path, text) =>
    Promise.resolve(parseYaml(path, text)),
  );
  for (const { path, checked } of [...read.organization, ...read.clusters, ...read.tenants]) {
    expect(checked?.violations.map((v) => `${path}: ${v.message}`)).toEqual([]);
  }
  const desired = resolve(read);
  return { desired, graph: accessGraph(desired, '2026-01-15') };
}

/** All that a plan tells, by the names of settings. */
function namesTold(before: Meaning, after: Meaning): Set<string> {
  const told = planOf(before, after).facts.flatMap((change) =>
    change.kind === 'setting' ? [(change.after ?? change.before)?.setting.name ?? ''] : [],
  );
  return new Set(told);
}

const rendered = ({ desired }: Meaning): string =>
  render(desired, '2026-01-15')
    .files.map(({ path, text }) => `${path}\n${text}`)
    .join('\n');

describe.each(keys)('%s', (title, from, path, key) => {
  const sides = async (): Promise<[Meaning, Meaning]> => {
    const [one, other] = special[title] ?? twoOf(key.schema);
    expect(one).not.toEqual(other);
    const [place, said] = beside[title] ?? [];
    const documents = place ? withValue(base, from, place, said) : base;
    const meaningWith = (value: unknown) => meaningOf(withValue(documents, from, path, value));
    return [await meaningWith(one), await meaningWith(other)];
  };

  if (key.kind !== 'other') {
    it('is told by the plan under its name', async () => {
      const [before, after] = await sides();
      expect(namesTold(before, after)).toContain(key.name);
    });
  }

  it(typeof key.rendered === 'string' ? 'is rendered' : 'is not rendered', async () => {
    const [before, after] = await sides();
    expect(rendered(before) !== rendered(after)).toBe(typeof key.rendered === 'string');
  });
});
