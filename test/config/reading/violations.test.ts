import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { checkSchema } from '../../../src/config/reading/check-schema.ts';
import { formOf } from '../../../src/config/reading/forms.ts';
import type { FileKind } from '../../../src/settings/schema.ts';
import { schemas } from '../../../src/settings/schema.ts';
import { cases } from '../../support/cases.ts';
import { exampleOrganization } from '../../support/examples.ts';
import { diagnose } from '../../support/diagnose.ts';

const header = (kind: FileKind) => ({ apiVersion: 'tenantry.dev/v1', kind, metadata: { name: 'solar' } });
const tenant = (spec: object) => ({ ...header('Tenant'), spec: { owners: [], namespaces: [], ...spec } });
const namespace = (entry: object) => tenant({ namespaces: [{ name: 'prod', ...entry }] });

/** What is said about a document, one line for each violation: `path: message | help`. */
function said(document: unknown, kind: FileKind = 'Tenant'): string[] {
  return checkSchema(kind, document).violations.map(({ path, message, help }) => {
    return `${path.join('.')}: ${message}${help === undefined ? '' : ` | ${help}`}`;
  });
}

describe('a document that is something else', () => {
  it.each([
    ['hello', 'not "hello"'],
    [5, 'not 5'],
    [true, 'not `true`'],
    [['a'], 'not a list'],
    [null, 'not nothing'],
  ])('%j gets one answer', (document, what) => {
    expect(said(document)).toEqual([
      `: the file must be a mapping, ${what} | begin it with \`apiVersion: tenantry.dev/v1\` and \`kind: Tenant\``,
    ]);
  });

  it.each([
    ['Cluster', 'write it into a file in clusters/: a file in tenants/ is a `Tenant`'],
    ['Organization', 'write it into organization.yaml: a file in tenants/ is a `Tenant`'],
    ['Deployment', 'move it elsewhere: a file in tenants/ is a `Tenant` of `tenantry.dev/v1`'],
    ['tenant', 'write `Tenant`'],
    ['Tenants', 'write `Tenant`'],
  ])('of kind %s gets one answer', (kind, help) => {
    expect(said({ ...tenant({}), kind })).toEqual([`kind: \`kind\` must be \`Tenant\`, not "${kind}" | ${help}`]);
  });

  it('of another version gets one answer', () => {
    expect(said({ apiVersion: 'tenantry.dev/v2', kind: 'Tenant', things: [] })).toEqual([
      'apiVersion: `apiVersion` must be `tenantry.dev/v1`, not "tenantry.dev/v2" | write `apiVersion: tenantry.dev/v1`, or use the tenantry that knows `tenantry.dev/v2`',
    ]);
  });
});

describe('a violation', () => {
  it.each<[string, object, string]>([
    [
      'a number for text',
      { labels: { a: 1.3 } },
      'labels.a: `a` must be text, not a number | put it in quotes, as it is written here: without them, `1.30` is the number 1.3',
    ],
    [
      'more labels than policies go through',
      { labels: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`k${i}`, 'v'])) },
      'labels: `labels` has 201 keys, and may have at most 200 | keep those that somebody reads',
    ],
    [
      'text for a mapping that has to have keys',
      { sharedWith: ['audit'] },
      'sharedWith.0: an item of `sharedWith` must be a mapping, not "audit" | write a mapping with `role`, and `group`, `user` or `serviceAccount`: a group, a user or a service account, with one role',
    ],
    [
      'a boolean for text',
      { allocation: true },
      'allocation: `allocation` must be text, not `true` | put it in quotes: `"true"`',
    ],
    ['a list for text', { allocation: ['a'] }, 'allocation: `allocation` must be text, not a list | write text'],
    [
      'text for a boolean',
      { cordoned: 'Yes' },
      'cordoned: `cordoned` must be `true` or `false`, not "Yes" | write `true`',
    ],
    [
      'other text for a boolean',
      { cordoned: 'maybe' },
      'cordoned: `cordoned` must be `true` or `false`, not "maybe" | write `true` or `false`',
    ],
    [
      'text for a number',
      { cordoned: 'true' },
      'cordoned: `cordoned` must be `true` or `false`, not "true" | write `true`',
    ],
    [
      'a fraction',
      { quota: { pods: 1.5 } },
      'quota.pods: `pods` must be a whole number, not 1.5 | write a whole number',
    ],
    ['a number too small', { quota: { pods: -1 } }, 'quota.pods: `pods` must be at least 0, not -1 | write 0 or more'],
    [
      'a number too large',
      { quota: { pods: 1e10 } },
      'quota.pods: `pods` must be at most 2147483647, not 10000000000 | write 2147483647 or less',
    ],
    [
      'text for a list',
      { clusters: 'c1' },
      'clusters: `clusters` must be a list, not "c1" | write it as a list: `[c1]`',
    ],
    [
      'a list for a mapping',
      { quota: ['a'] },
      'quota: `quota` must be a mapping, not a list | write upper limits, rendered as a ResourceQuota',
    ],
    ['nothing', { clusters: null }, 'clusters: `clusters` has no value | give it a list, or remove it'],
    [
      'a choice that is none',
      { state: 'Gone' },
      'state: `state` cannot be "Gone" | write `Active` or `MarkedForDeletion`',
    ],
    ['a choice misspelt', { state: 'active' }, 'state: `state` cannot be "active" | did you mean `Active`?'],
    ['a number for a choice', { state: 1 }, 'state: `state` cannot be 1 | write `Active` or `MarkedForDeletion`'],
    ['empty text', { name: '' }, 'name: `name` is empty | give it a value, or remove it'],
    ['long text', { name: 'A'.repeat(64) }, 'name: `name` is longer than 63 characters | shorten it'],
    [
      'a quantity with a wrong unit',
      { quota: { memory: '64GB' } },
      'quota.memory: `memory` must be a quantity as Kubernetes writes them, such as `500m`, `20` or `64Gi`, not "64GB" | did you mean `64Gi`?',
    ],
    [
      'no quantity',
      { quota: { memory: 'much' } },
      'quota.memory: `memory` cannot be "much" | write a quantity as Kubernetes writes them, such as `500m`, `20` or `64Gi`',
    ],
    [
      'a key misspelt',
      { cordonned: true },
      'cordonned: unknown key `cordonned` in an item of `namespaces` | did you mean `cordoned`?',
    ],
    [
      'a key of a share',
      { role: 'view' },
      'role: unknown key `role` in an item of `namespaces` | move it into an item of `sharedWith`',
    ],
    [
      'a key on two lines',
      { labels: { 'a\nb': 5 } },
      'labels.a\nb: impossible key `a\nb` in `labels` | write a key on one line',
    ],
  ])('of one kind is said once: %s', (_, entry, expected) => {
    expect(said(namespace(entry))).toEqual([`spec.namespaces.0.${expected}`]);
  });

  it('names keys that belong elsewhere, and otherwise those that there are', () => {
    expect(said({ ...tenant({}), owners: [] })).toEqual(['owners: unknown key `owners` | move it into `spec`']);
    expect(said({ ...tenant({}), metadata: { name: 'solar', annotations: {} } })).toEqual([
      'metadata.annotations: unknown key `annotations` in `metadata` | move it into `defaults` or an item of `namespaces`',
    ]);
    expect(said({ ...tenant({}), metadata: { name: 'solar', finalizers: [] } })).toEqual([
      'metadata.finalizers: unknown key `finalizers` in `metadata` | known here: `name`',
    ]);
  });

  it('names all keys that a mapping lacks at once, and says what a single one is', () => {
    expect(said({})).toEqual([
      ': `apiVersion`, `kind`, `metadata` and `spec` are missing | add `apiVersion`, `kind`, `metadata` and `spec`',
    ]);
    expect(said(tenant({ owners: [{ name: 'x' }] }))).toEqual([
      'spec.owners.0: `kind` is missing in an item of `owners` | add `kind`: what kind of subject owns the tenant',
    ]);
  });

  it('of a list with too few items is said of the list', () => {
    const organization = { ...header('Organization'), spec: { issuer: 'https://a.b', admins: [], groups: [] } };
    expect(said(organization, 'Organization')).toEqual(['spec.admins: `admins` must have at least 1 item | add one']);
  });

  it('never shows a secret, nor more of a value than fits', () => {
    const token = ['ghp', 'a1B2'.repeat(9)].join('_');
    expect(said(namespace({ name: token }))).toEqual([expect.stringContaining(`not "${'*'.repeat(40)}"`)]);
    const [long = ''] = said(namespace({ state: 'x'.repeat(100_000) }));
    expect(long.length).toBeLessThan(200);
  });

  it('marks what it is about as failed, and no more', () => {
    const { file, failed, violations } = checkSchema(
      'Tenant',
      tenant({
        namespaces: [
          { name: 'Prod' },
          { name: 'dev', sharedWith: [{ role: 'view' }, { group: 'a', role: 'view' }], cordoned: 1 },
        ],
      }),
    );
    expect(file).toBeDefined();
    expect([...failed]).toEqual([
      '["spec","namespaces",0]',
      '["spec","namespaces",1,"sharedWith",0]',
      '["spec","namespaces",1,"cordoned"]',
    ]);
    expect(violations).toHaveLength(3);
  });
});

describe('a key that the schema says nothing of', () => {
  it("is passed over, but where keys are of people's choosing its value has failed", () => {
    const { file, failed } = checkSchema('Tenant', namespace({ colour: 5, labels: { 'a\nb': 5 } }));
    expect(file).toBeDefined();
    expect([...failed]).toEqual(['["spec","namespaces",0,"labels","a\\nb"]']);
  });
});

describe('the words for a pattern', () => {
  const patternsOf = (schema: unknown): string[] => {
    if (typeof schema !== 'object' || schema === null) return [];
    return Object.entries(schema).flatMap(([key, value]: [string, unknown]) =>
      key === 'pattern' && typeof value === 'string' ? [value] : patternsOf(value),
    );
  };
  const patterns = [...new Set(Object.values(schemas).flatMap(patternsOf))];

  it.each(patterns)('exist for %s', (pattern) => {
    expect(formOf(pattern)?.mustBe).toBeDefined();
  });

  it.each(patterns)('show only examples that fit %s', (pattern) => {
    for (const [, example = ''] of formOf(pattern)?.mustBe.matchAll(/`([^`]+)`/g) ?? []) {
      // Endings of files and single characters are no examples.
      if (/^[^.].+$/.test(example)) expect(example).toMatch(new RegExp(pattern));
    }
  });

  it.each([
    ['lowercase letters', 'Solar Prod', 'solar-prod'],
    ['lowercase letters', '_x_', 'x'],
    ['lowercase letters', '--', undefined],
    ['lowercase letters', 'é', undefined],
    ['a day', '2026-12-31T00:00:00Z', '2026-12-31'],
    ['a day', '31.12.2026', undefined],
    ['a quantity', '64GB', '64Gi'],
    ['a quantity', '64g', '64G'],
    ['a quantity', '1e3', '1000'],
    ['a quantity', '1.5E2', '150'],
    ['a quantity', '1e-3', undefined],
    ['a quantity', '64 gib', '64Gi'],
    ['a quantity', '1.5K', '1.5k'],
    ['a quantity', 'many', undefined],
    ['the beginning of image names', 'https://Registry.example.com/solar', 'registry.example.com/solar/'],
    ['a currency', 'usd', 'USD'],
    ['the code of a rule', 'ten103', 'TEN103'],
    ['a minor version', 'v1.36.2', '1.36'],
    ['a minor version', '1.36.2+k3s1', '1.36'],
    ['a minor version', '2', undefined],
    ['a service account', 'system:serviceaccount:kube-system:operator', 'kube-system/operator'],
  ])('offer, where they ask for %s, for %j the value %j', (words, value, near) => {
    const form = patterns.map(formOf).find((f) => f?.mustBe.startsWith(words));
    expect(form?.near?.(value)).toBe(near);
  });

  it('offer only values of the form', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...patterns),
        fc.oneof(fc.string(), fc.string({ unit: 'binary' })),
        (pattern, value) => {
          const near = formOf(pattern)?.near?.(value);
          if (near !== undefined) expect(near).toMatch(new RegExp(pattern));
        },
      ),
      { numRuns: cases(3000) },
    );
  });
});

describe('any value in any place', () => {
  /** Every path of a document, its root left out. */
  const pathsOf = (value: unknown): (string | number)[][] => {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
      const step = Array.isArray(value) ? Number(key) : key;
      return [[step], ...pathsOf(inner).map((path) => [step, ...path])];
    });
  };
  const put = (document: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): void => {
    if (typeof document !== 'object' || document === null || step === undefined) return;
    if (rest.length > 0) put(Object.getOwnPropertyDescriptor(document, step)?.value, rest, value);
    else Object.defineProperty(document, step, { value, enumerable: true, configurable: true, writable: true });
  };
  /** A tenant, a cluster and an organization that say all there is to say. */
  const full = {
    'organization.yaml': `${exampleOrganization['organization.yaml']}  naming: { identifierMaxLength: 7, groupPattern: "[a-z-]+" }
  limits: { namespacesPerTenant: 10, shareDays: 400, labelKeys: [a] }
  grants: { solar: { nodeSelector: [{ a: b }], containerLimits: { max: { cpu: "1" } } } }
  cordons: [{ tenant: solar, namespace: prod, reason: for the tests of it }]
  defaults: { isolation: { network: None }, containerLimits: { default: { cpu: "1" } } }
  protectedNamespaces: [istio-*]
  exceptions: [{ code: TEN210, target: solar, reason: for the tests of it, until: 2026-12-31 }]
  config: { typescript: allow }
  argoCD: { repoURL: "https://git.example.com/x" }
`,
    'clusters/prodcluster01.yaml': `${exampleOrganization['clusters/prodcluster01.yaml']}  retainedNamespaces: [old]
  labels: { stage: prod }
  storageClasses: [fast]
`,
    'tenants/solar.yaml':
      `${exampleOrganization['tenants/solar.yaml']}          until: 2026-12-31
`.replace(
        '{ group: solar-sre, role: admin }\n          until',
        '{ group: solar-sre, role: admin }\n        - group: audit\n          role: reader\n          until',
      ) +
      `      quota: { pods: 5, memory: 1Gi, hard: { count/jobs.batch: "5" } }
      containerLimits: { max: { cpu: "1" } }
      isolation: { registries: [a.example.com/], storageClasses: [fast], nodeSelector: { a: b } }
      labels: { a: b }
      allocation: money
  allocations: [{ name: money, budget: { amount: "1", currency: USD, period: Year }, end: 2027-01-01 }]
  roles: [{ name: reader, rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }] }]
  quota: { pods: 50 }
`,
  };
  const path = fc.constantFrom(
    ...Object.entries(full).flatMap(([file, text]) => pathsOf(parse(text)).map((steps) => ({ file, steps }))),
  );
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1.5,
      1e300,
      '',
      'x',
      '../..',
      'no',
      'a\nb',
      '2026-02-30',
      [],
      {},
      [null],
      [[]],
    ),
    fc.jsonValue(),
  );

  it('begins with documents that have no errors', async () => {
    expect((await diagnose(full)).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('gets an answer, and never an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ path, value }), { minLength: 1, maxLength: 3 }), async (changes) => {
        const documents = Object.entries(full).map(([file, text]): [string, unknown] => [file, parse(text)]);
        for (const { path: at, value: changed } of changes) {
          for (const [file, document] of documents) if (file === at.file) put(document, at.steps, changed);
        }
        await diagnose(
          Object.fromEntries(
            documents.map(([file, document]) => [file, stringify(document, { aliasDuplicateObjects: false })]),
          ),
        );
      }),
      { numRuns: cases(400) },
    );
  });
});
