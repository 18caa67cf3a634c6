import { describe, expect, it } from 'vitest';
import { rightsOf } from '../../src/kubernetes/rbac.ts';
import type { ResourceRule } from '../../src/kubernetes/rbac.ts';
import { changeBetween } from '../support/change.ts';
import { exampleFiles, exampleOrganization, granted } from '../support/examples.ts';
import type { RenderedDocument } from '../support/objects.ts';
import { renderedOf } from '../support/objects.ts';
import { tenantryHere } from '../support/cli.ts';
import { gitEnvironment, temporaryRepository } from '../support/repositories.ts';

/**
 * What a tenant's owner might try in his own file to get at the clusters by way of Argo CD's account. What a real API
 * server says to that account: `test/live/attacks-argo-cd.test.ts`.
 */

const tenantFile = (roles: string, role: string, name = 'solar'): string => `apiVersion: tenantry.dev/v1
kind: Tenant
metadata: { name: ${name} }
spec:
  owners: [{ kind: Group, name: solar-leads }]
  roles:
${roles}  defaults: { clusters: [prodcluster01], sharedWith: [{ group: audit, role: view }] }
  namespaces: [{ name: prod, sharedWith: [${role}] }]
`;
const rules = (resources: string, verbs = 'get, list'): string =>
  `[{ apiGroups: [""], resources: [${resources}], verbs: [${verbs}] }]`;
const role = (name: string, of: string): string => `    - { name: ${name}, rules: ${of} }\n`;
const given = (name: string, until?: string): string =>
  `{ group: solar-sre, role: ${name}${until === undefined ? '' : `, until: ${until}`} }`;

/** What the admins would have to grant first: without it, TEN708 refuses all of these. */
const admitted = granted('{ rights: [secrets, pods/exec] }');

const ordinary = tenantFile(role('ops', rules('pods/log')), given('edit'));

/** What of a tenant's file reaches Argo CD's account: its rights but those to bind, and the ClusterRoles it may bind. */
async function account(tenant: string, others: Record<string, string> = {}) {
  const objects = await renderedOf({ ...admitted, 'tenants/solar.yaml': tenant, ...others });
  const own = objects.filter(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === 'tenantry:argo-cd');
  const of = own.flatMap((one) => one['rules'] as ResourceRule[]);
  const isBinding = ({ verbs }: ResourceRule): boolean => verbs.includes('bind');
  return {
    objects,
    rights: rightsOf(of.filter((rule) => !isBinding(rule))).sort(),
    custom: of.filter(isBinding).flatMap(({ resourceNames = ['*'] }) => resourceNames.slice(3)),
  };
}

/** What the plan of a change says of the account, and what a reader looks at first. */
async function planned(before: string, after: string) {
  const { found } = await changeBetween(
    exampleFiles({ files: { 'tenants/solar.yaml': before } }),
    exampleFiles({ files: { 'tenants/solar.yaml': after } }),
  );
  return found.flatMap(({ code, message }) => (code === 'TEN540' ? [message] : []));
}

const clusterRoles = (objects: readonly RenderedDocument[]): RenderedDocument[] =>
  objects.filter(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.startsWith('tenantry:solar.'));

describe('an owner', () => {
  it('declares a role with Secrets and exec that nobody has', async () => {
    const { rights, custom, objects } = await account(
      tenantFile(role('ops', rules('secrets, pods/exec', 'get, create')), given('edit')),
    );
    expect({ rights, custom }).toEqual(await account(ordinary).then(({ rights, custom }) => ({ rights, custom })));
    expect(custom).toEqual([]);
    expect(clusterRoles(objects)).toEqual([]);
    expect(rights.filter((right) => /secrets|pods/.test(right))).toEqual([]);
  });

  it('gives such a role to somebody', async () => {
    const after = tenantFile(role('ops', rules('secrets, pods/exec', 'get, create')), given('ops'));
    const { rights, custom, objects } = await account(after);
    expect(rights).toEqual((await account(ordinary)).rights);
    // The role is there for the cluster's operator to read and to apply, and for nobody else.
    expect(clusterRoles(objects)).toMatchObject([
      { path: 'cluster-access/prodcluster01/custom-roles-solar.yaml', metadata: { name: custom[0] } },
    ]);
    expect(custom).toHaveLength(1);
    const [said = '', ...more] = await planned(ordinary, after);
    expect(more).toEqual([]);
    expect(said).toMatch(/^Argo CD's account gains the right to give custom role `ops` in the namespace `solar-prod`/);
    expect(said).toContain('on cluster `prodcluster01`: it allows `create pods/exec`');
  });

  it('widens a role that somebody has, under its name', async () => {
    const before = tenantFile(role('ops', rules('pods/log')), given('ops'));
    const after = tenantFile(role('ops', rules('pods/log, secrets')), given('ops'));
    expect(await planned(before, after)).toMatchObject([expect.stringContaining('it now also allows `get secrets`')]);
    expect((await account(after)).custom).not.toEqual((await account(before)).custom);
    // The operator may have applied one of the two: what is bound is the other.
    const bound = async (tenant: string) =>
      (await account(tenant)).objects.flatMap((one) =>
        one.kind === 'RoleBinding' ? [JSON.stringify(one['roleRef'])] : [],
      );
    const [old, now] = [await bound(before), await bound(after)];
    expect(now.filter((ref) => ref.includes('.ops.') && old.includes(ref))).toEqual([]);
  });

  it('writes the same rights in other words, to have the operator apply something for nothing', async () => {
    const before = tenantFile(role('ops', rules('pods/log, configmaps')), given('ops'));
    const rewritten = `[{ apiGroups: [""], resources: [configmaps], verbs: [list, get] }, { apiGroups: [""], resources: [pods/log], verbs: [get, list] }]`;
    const after = tenantFile(role('ops', rewritten), given('ops'));
    expect((await account(after)).custom).toEqual((await account(before)).custom);
    expect(await planned(before, after)).toEqual([]);
  });

  it('names a role as the platform names its own', async () => {
    const { objects, custom } = await account(tenantFile(role('argo-cd', rules('configmaps')), given('argo-cd')));
    expect(custom).toMatchObject([expect.stringMatching(/^tenantry:solar\.argo-cd\./)]);
    const names = objects.flatMap(({ kind, metadata }) => (kind === 'ClusterRole' ? [metadata.name] : []));
    expect(names.filter((name) => name === 'tenantry:argo-cd')).toHaveLength(1);
  });

  it('has a role that ended count as one in use', async () => {
    const { custom } = await account(tenantFile(role('ops', rules('configmaps')), given('ops', '2020-01-01')));
    expect(custom).toEqual([]);
  });

  it('gets at the role of a tenant whose name begins with his own', async () => {
    const other = tenantFile(role('ops', rules('configmaps')), given('ops'), 'solar-lab');
    const { objects, custom } = await account(tenantFile(role('lab', rules('pods/log')), given('lab')), {
      'tenants/solar-lab.yaml': other,
    });
    expect(custom.map((name) => name.replace(/\.\w+$/, ''))).toEqual(['tenantry:solar.lab', 'tenantry:solar-lab.ops']);
    const refs = objects.flatMap((one) =>
      one.kind === 'RoleBinding' && JSON.stringify(one['roleRef']).includes('tenantry:')
        ? [`${one.metadata.namespace ?? ''} ${(one['roleRef'] as { name: string }).name}`]
        : [],
    );
    expect(refs.map((ref) => ref.replace(/\.\w+$/, '')).sort()).toEqual([
      'solar-lab-prod tenantry:solar-lab.ops',
      'solar-prod tenantry:solar.lab',
    ]);
  });
});

it('what the account gains comes before everything else: in a terminal, in a comment, and in the JSON by its rule', async () => {
  const repository = temporaryRepository();
  const namespaces = (more: string): string => `[{ name: prod, sharedWith: [${given('edit')}] }${more}]`;
  const with2 = ordinary.replace(/namespaces: .*/, `namespaces: ${namespaces(', { name: old }')}`);
  repository.commit({ ...exampleOrganization, 'tenants/solar.yaml': with2 });
  repository.git(['checkout', '--quiet', '-b', 'change']);
  // A namespace is deleted, and an admin made: what used to come first.
  const marked = `, { name: old, state: MarkedForDeletion, sharedWith: [{ group: solar-sre, role: admin }] }`;
  repository.commit({
    'tenants/solar.yaml': ordinary
      .replace(/namespaces: .*/, `namespaces: ${namespaces(marked)}`)
      .replace(given('edit'), given('ops')),
  });
  const run = async (format: string) =>
    (
      await tenantryHere(['plan', '--as-of', '2026-01-15', '--base', 'main', '--format', format], {
        cwd: repository.folder,
        env: gitEnvironment,
      })
    ).stdout;
  const first = /^ *[-+~↑↓] .*$/mu;
  expect(first.exec(await run('human'))?.[0]).toMatch(/cluster prodcluster01: Argo CD's account/);
  // A comment begins with a line for each rule that says something.
  const entries = (await run('markdown')).split('\n').filter((line) => first.test(line));
  expect(entries[0]).toContain('TEN540');
  expect(entries.find((line) => !/\*\*TEN\d+\*\*/.test(line))).toMatch(/cluster `prodcluster01`: Argo CD's account/);
  const { verdicts, items } = JSON.parse(await run('json')) as {
    verdicts: { code: string; items: string[] }[];
    items: { id: string; settings?: { about: string; item: string; after: string }[] }[];
  };
  expect(verdicts.find(({ code }) => code === 'TEN540')?.items).toEqual(['cluster/prodcluster01']);
  expect(items.find(({ id }) => id === 'cluster/prodcluster01')?.settings).toMatchObject([
    {
      about: "Argo CD's account may give",
      item: 'solar/ops',
      after: expect.stringMatching(/^tenantry:solar\.ops\./) as string,
    },
  ]);
});
