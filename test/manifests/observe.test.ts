import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { resolve } from '../../src/config/model/resolve.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { render } from '../../src/manifests/render.ts';
import { parseYaml } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { cases } from '../support/cases.ts';
import { organizationFile, tenantFile } from '../support/config.ts';
import { exampleOrganization } from '../support/examples.ts';
import type { RenderedDocument } from '../support/objects.ts';
import { renderedOf } from '../support/objects.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';

/** What is rendered of a namespace whose isolation is only observed, and of annotations that are declared. */

const strict = {
  network: 'SameTenant',
  podSecurity: 'restricted',
  nodeSelector: { pool: 'a' },
  registries: ['registry.example.com/solar/'],
  storageClasses: ['fast'],
  ingressClasses: [],
  runtimeClasses: ['sandboxed'],
  priorityClasses: ['batch'],
};

const files = (spec: Record<string, unknown>, organization: Record<string, unknown> = {}): Record<string, string> => ({
  'organization.yaml': organizationFile({
    limits: {
      enforcement: 'Observe',
      annotationKeys: ['*'],
      nodeSelector: [{}],
      owners: 'Optional',
      labelKeys: ['*'],
      fullNames: ['solar', 'green-x', 'solar-*'],
    },
    naming: { tenantPrefix: 'Optional' },
    ...organization,
  }),
  'tenants/solar.yaml': tenantFile('solar', { defaults: { clusters: ['prodcluster01'] }, ...spec }),
});

/** What is rendered of these files alone, whatever the rules say of them. */
async function unjudged(all: Readonly<Record<string, string | Uint8Array>>): Promise<RenderedDocument[]> {
  const read = await readConfigFiles(memoryTree(all), (path, text) => Promise.resolve(parseYaml(path, text)));
  return render(resolve(read), lawDay).files.flatMap(({ path, text }) =>
    parseAllDocuments(text).map((document) => ({ ...(document.toJS() as RenderedDocument), path })),
  );
}

const named = (objects: readonly RenderedDocument[], name: string): string => {
  const found = objects.filter((o) => (o as Partial<RenderedDocument>).metadata?.name === name);
  expect(found.length).toBeGreaterThan(0);
  return JSON.stringify(found);
};

const inNamespace = (objects: readonly RenderedDocument[], name: string): RenderedDocument[] =>
  objects.filter(({ path }) => path.endsWith(`/namespaces/${name}.yaml`));

const namespace = (objects: readonly RenderedDocument[], name: string): RenderedDocument['metadata'] => {
  const found = objects.find((o) => o.kind === 'Namespace' && o.metadata.name === name);
  if (!found) throw new Error(`no Namespace ${name}`);
  return found.metadata;
};

const podSecurity = ({ labels }: RenderedDocument['metadata']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels ?? {})
      .filter(([key]) => key.startsWith('pod-security.') || key.endsWith('/enforcement'))
      .map(([key, value]) => [key.split('/')[1] ?? '', value]),
  );

describe('enforcement: Observe', () => {
  const observed = { ...strict, enforcement: 'Observe' };

  it('warns and writes to the audit log what the declared level would refuse, and enforces none', async () => {
    const objects = await renderedOf(files({ namespaces: [{ name: 'prod', isolation: observed }] }));
    expect(podSecurity(namespace(objects, 'solar-prod'))).toEqual({
      enforcement: 'Observe',
      enforce: 'privileged',
      'enforce-version': 'latest',
      warn: 'restricted',
      'warn-version': 'latest',
      audit: 'restricted',
      'audit-version': 'latest',
    });
  });

  it('renders no NetworkPolicy, no list and no node selector; quotas and limits as they are', async () => {
    const objects = await renderedOf(
      files({
        namespaces: [
          { name: 'prod', isolation: observed, quota: { cpu: '4' }, containerLimits: { max: { cpu: '2' } } },
        ],
      }),
    );
    expect(inNamespace(objects, 'solar-prod').map(({ kind }) => kind)).toEqual([
      'Namespace',
      'ResourceQuota',
      'LimitRange',
      'RoleBinding',
    ]);
    expect(Object.keys(namespace(objects, 'solar-prod').annotations ?? {})).toEqual([
      'argocd.argoproj.io/compare-options',
      'argocd.argoproj.io/sync-options',
      'tenantry.dev/allow-delete',
      'tenantry.dev/allow-lists',
    ]);
    expect(namespace(objects, 'solar-prod').annotations?.['tenantry.dev/allow-lists']).toBe('');
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    ['of the namespace', { namespaces: [{ name: 'prod', isolation: { enforcement: 'Observe' } }] }, {}, 'Observe'],
    ['of the tenant', { isolation: { enforcement: 'Observe' }, namespaces: [{ name: 'prod' }] }, {}, 'Observe'],
    [
      'of the namespace that it inherits from',
      {
        namespaces: [
          { name: 'dev', isolation: { enforcement: 'Observe' } },
          { name: 'prod', inherits: 'dev' },
        ],
      },
      {},
      'Observe',
    ],
    [
      'of the namespace before that of the tenant',
      {
        isolation: { enforcement: 'Observe' },
        namespaces: [{ name: 'prod', isolation: { enforcement: 'Enforce' } }],
      },
      {},
      'Enforce',
    ],
    [
      'of the organization',
      { namespaces: [{ name: 'prod' }] },
      { defaults: { isolation: { enforcement: 'Observe' } } },
      'Observe',
    ],
  ])('holds by the nearest that says so: %s', async (_, spec, organization, expected) => {
    const objects = await renderedOf(files(spec, organization));
    expect(podSecurity(namespace(objects, 'solar-prod'))['enforcement']).toBe(expected);
  });

  it('lets pods keep a class of the system where a namespace is observed, and changes no policy where none is', async () => {
    const policy = (objects: readonly RenderedDocument[]): string => named(objects, 'pods.tenantry.dev');
    const enforced = policy(await renderedOf(files({ namespaces: [{ name: 'prod', isolation: strict }] })));
    const one = policy(await renderedOf(files({ namespaces: [{ name: 'prod', isolation: observed }] })));
    expect(enforced).not.toContain('observed');
    expect(enforced).toBe(policy(await renderedOf({})));
    expect(one).toContain('variables.observed');
  });

  it('changes nobody’s access and no policy but that on pods, in generated organizations', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, async (documents) => {
        const all = (enforcement: string) => {
          const tenants = documents.tenants.map((tenant) => ({
            ...tenant,
            spec: { ...tenant.spec, isolation: { enforcement } },
          }));
          return unjudged(organizationFiles({ ...documents, tenants }));
        };
        const [enforced, observed, silent] = [
          await all('Enforce'),
          await all('Observe'),
          await unjudged(organizationFiles(documents)),
        ];
        const rest = (objects: readonly RenderedDocument[]) =>
          objects.filter(
            ({ kind, path }) => kind !== 'NetworkPolicy' && kind !== 'Namespace' && !path.endsWith('/policy-pods.yaml'),
          );
        expect(rest(observed)).toEqual(rest(enforced));
        // What says nothing is held as before.
        expect(silent).toEqual(enforced);
      }),
      { numRuns: cases(20) },
    );
  });
});

describe('annotations', () => {
  it('of the defaults, of what is inherited and of the namespace are merged by key, the nearest first', async () => {
    const objects = await renderedOf(
      files({
        defaults: { clusters: ['prodcluster01'], annotations: { a: 'default', b: 'default', c: 'default' } },
        namespaces: [
          { name: 'dev', annotations: { b: 'dev', c: 'dev' } },
          { name: 'prod', inherits: 'dev', annotations: { c: 'prod', D: 'two\nlines' } },
        ],
      }),
    );
    expect(namespace(objects, 'solar-prod').annotations).toMatchObject({
      a: 'default',
      b: 'dev',
      c: 'prod',
      D: 'two\nlines',
    });
  });

  it('never take the place of tenantry’s own, whoever is asked', async () => {
    const objects = await unjudged({
      ...exampleOrganization,
      ...files({
        namespaces: [
          {
            name: 'prod',
            annotations: { 'argocd.argoproj.io/sync-options': 'Delete=true', 'tenantry.dev/allowed-registries': '' },
            isolation: { registries: ['registry.example.com/solar/'] },
          },
        ],
      }),
    });
    expect(namespace(objects, 'solar-prod').annotations).toMatchObject({
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      'tenantry.dev/allowed-registries': 'registry.example.com/solar/',
    });
  });
});

describe('a full name that points to another tenant', () => {
  const green = { 'tenants/green.yaml': tenantFile('green', {}) };
  const policy = (objects: readonly RenderedDocument[]): string => named(objects, 'namespaces.tenantry.dev');

  it('is known to the policy on Namespaces, and no other is', async () => {
    const objects = await renderedOf({
      ...files({ namespaces: [{ fullName: 'green-x' }, { fullName: 'solar' }] }),
      ...green,
    });
    expect(policy(objects)).toContain("['solar/green-x']");
    const plain = await renderedOf({ ...files({ namespaces: [{ fullName: 'solar-x' }] }), ...green });
    expect(policy(plain)).not.toContain('ownNames');
  });

  it('stands in the example as before', async () => {
    expect(policy(await renderedOf(exampleOrganization))).not.toContain('ownNames');
  });
});
