import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Asked, Reply } from '../support/api-server.ts';
import { notFound, startApiServer } from '../support/api-server.ts';
import { cluster, exampleShares, organization, solar } from '../support/change-files.ts';
import { tenantryHere } from '../support/cli.ts';
import { diagnose } from '../support/diagnose.ts';
import { exampleOrganization } from '../support/examples.ts';
import { gitEnvironment, temporaryRepository } from '../support/repositories.ts';

/**
 * An insider takes a namespace that is not his tenant's, or has one deleted of which nobody knows what it holds. What the
 * cluster itself refuses is in `test/live/attacks-takeover.test.ts`.
 */

const groups = ['name: solar-leads', 'name: solar-sre', 'name: audit', 'name: harbor'];
const optional = organization(groups, [
  'naming: { tenantPrefix: Optional }',
  'protectedNamespaces: [istio-*]',
  'argoCD: { repoURL: https://git.example.com/a.git, namespace: gitops }',
]);
const other = solar(['{ name: prod, clusters: [prodcluster01] }']).replace('name: solar\n', 'name: green\n');

describe('a tenant gives one of its namespaces the name of', () => {
  it.each([
    ["Kubernetes' own", 'kube-public', 'TEN209'],
    ['what the organization protects', 'istio-system', 'TEN209'],
    ["Argo CD's, which nobody has protected by name", 'gitops', 'TEN209'],
    ['an operator that the cluster trusts', 'cert-manager', 'TEN209'],
    ['the account that writes to the cluster', 'deploy', 'TEN209'],
    ['another tenant', 'green', 'TEN218'],
    ['itself', 'solar', 'TEN218'],
    ["another tenant's namespace", 'green-prod', 'TEN207'],
  ])('%s', async (_, fullName, code) => {
    const found = await diagnose({
      'organization.yaml': optional,
      'clusters/prodcluster01.yaml': cluster('prodcluster01', exampleShares, [
        'trustedServiceAccounts: [{ serviceAccount: cert-manager/cert-manager, powers: [Maintain] }]',
        'syncIdentity: system:serviceaccount:deploy:writer',
      ]),
      'tenants/green.yaml': other,
      'tenants/solar.yaml': solar([`{ fullName: ${fullName}, clusters: [prodcluster01] }`]),
    });
    expect(found.filter(({ severity }) => severity === 'error').map((d) => d.code)).toContain(code);
  });
});

/** Lists that hold nothing, of a namespace that is there and is nobody's. */
const names: Readonly<Record<string, Reply>> = {
  '/api/v1/namespaces/solar-prod': { body: { metadata: { name: 'solar-prod' } } },
  '/api/v1/namespaces/solar-new': { body: { metadata: { name: 'solar-new' } } },
  '/apis': { body: { groups: [] } },
  '/api/v1': { body: { resources: [{ name: 'secrets', namespaced: true, verbs: ['list'] }] } },
  '/api/v1/namespaces/solar-prod/secrets': { body: { items: [], metadata: {} } },
  '/api/v1/namespaces/solar-new/secrets': { body: { items: [{}], metadata: { remainingItemCount: 2 } } },
};
const prod = '{ name: prod, clusters: [prodcluster01] }';
const marked = '{ name: prod, clusters: [prodcluster01], state: MarkedForDeletion }';
const added = '{ name: new, clusters: [prodcluster01] }';

/** What `plan --kubeconfig` says of a change of solar's file, to a server that answers so. */
async function planned(
  after: string,
  answer: (asked: Asked) => Reply | undefined,
  format = 'human',
  authority?: string,
) {
  const server = await startApiServer(
    (asked) => answer(asked) ?? (asked.method === 'GET' ? names[asked.path] : undefined),
  );
  const repository = temporaryRepository();
  const one = exampleOrganization['clusters/prodcluster01.yaml'].replace(
    'https://prodcluster01.example.com:6443',
    server.url,
  );
  repository.commit({
    ...exampleOrganization,
    'clusters/prodcluster01.yaml': one,
    'clusters/example-ca.pem': authority ?? server.certificateAuthority,
    'tenants/solar.yaml': solar([prod]),
  });
  writeFileSync(join(repository.folder, 'tenants/solar.yaml'), after);
  const args = ['plan', '--base', 'HEAD', '--as-of', '2026-01-15', '--kubeconfig', server.kubeconfig()];
  const options = { cwd: repository.folder, env: { ...gitEnvironment } };
  const { code, stdout, stderr } = await tenantryHere([...args, '--format', format], options);
  return { code, said: stdout.replace(/\s+/g, ' '), stderr, stdout, options, asked: server.asked };
}

it('a server that only the kubeconfig trusts is shown no credentials', async () => {
  const { code, stderr, asked } = await planned(
    solar([marked]),
    () => undefined,
    'human',
    exampleOrganization['clusters/example-ca.pem'],
  );
  expect(code).toBe(2);
  expect(stderr).toContain('is not to be trusted');
  expect(asked).toEqual([]);
});

describe('a namespace is marked for deletion while the server', () => {
  it.each<[string, (asked: Asked) => Reply | undefined]>([
    ['fails in every list', ({ query }) => (query.has('limit') ? { status: 500, body: 'timed out' } : undefined)],
    ['has no discovery', ({ path }) => (path === '/api/v1' ? { status: 503, body: '' } : undefined)],
    ['has no API groups', ({ path }) => (path === '/apis' ? { status: 503, body: '' } : undefined)],
    ['has discovery without resources', ({ path }) => (path === '/api/v1' ? { body: {} } : undefined)],
    ['gives lists without items', ({ query }) => (query.has('limit') ? { body: {} } : undefined)],
    [
      'says that less than none remain',
      ({ query }) => (query.has('limit') ? { body: { items: [], metadata: { remainingItemCount: -1 } } } : undefined),
    ],
    [
      'says that half of one remains',
      ({ query }) => (query.has('limit') ? { body: { items: [], metadata: { remainingItemCount: 1.5 } } } : undefined),
    ],
    [
      'has more, and does not say how many',
      ({ query }) => (query.has('limit') ? { body: { items: [], metadata: { continue: 'x' } } } : undefined),
    ],
    ['may not tell', ({ query }) => (query.has('limit') ? { status: 403, body: { kind: 'Status' } } : undefined)],
    [
      'does not tell whether it is there',
      ({ path }) => (path.endsWith('/solar-prod') ? { status: 503, body: '' } : undefined),
    ],
  ])('%s', async (_, answer) => {
    const { code, said } = await planned(solar([marked]), answer);
    expect(code).toBe(0);
    expect(said).not.toMatch(/holds nothing on/);
    expect(said).not.toContain('is not on');
    expect(said).toMatch(/not known/);
    // What was written can be read again.
    const { stdout, options } = await planned(solar([marked]), answer, 'json');
    writeFileSync(join(options.cwd, 'plan.json'), stdout);
    expect(await tenantryHere(['plan', '--from', 'plan.json'], options)).toMatchObject({ code: 0, stderr: '' });
  });

  it('says that it holds nothing, and does', async () => {
    const { said } = await planned(solar([marked]), () => undefined);
    expect(said).toContain('holds nothing on prodcluster01 now');
    expect(said).not.toContain('not known');
  });

  it('never ends', async () => {
    const { code, stderr } = await planned(solar([marked]), ({ query }) =>
      query.has('limit') ? { endless: { text: ' '.repeat(1 << 20) } } : undefined,
    );
    expect(code).toBe(2);
    expect(stderr).toContain('sends an answer of more than 64 MiB');
    expect(stderr).not.toContain('RangeError');
  });
});

describe('a namespace is declared as new that', () => {
  const others =
    (metadata: object) =>
    ({ path }: Asked): Reply | undefined =>
      path === '/api/v1/namespaces/solar-new' ? { body: { metadata: { name: 'solar-new', ...metadata } } } : undefined;
  const isTenants = (tenant: string): object => ({
    labels: { 'tenantry.dev/namespace-kind': 'Tenant', 'tenantry.dev/tenant': tenant },
  });
  const holding = '; it holds 3 secrets';

  it.each<[string, (asked: Asked) => Reply | undefined, string]>([
    [
      "is there and is nobody's",
      () => undefined,
      `exists already on prodcluster01, and is not the platform's: a cluster admin has to annotate it with tenantry.dev/allow-adopt=solar first${holding}`,
    ],
    [
      'is there and was given to another',
      others({ annotations: { 'tenantry.dev/allow-adopt': 'green' } }),
      `exists already on prodcluster01, and is not the platform's: a cluster admin has to annotate it with tenantry.dev/allow-adopt=solar first${holding}`,
    ],
    [
      'is there and was given to it',
      others({ annotations: { 'tenantry.dev/allow-adopt': 'solar' } }),
      `exists already on prodcluster01, and is not the platform's${holding}`,
    ],
    [
      'is its own already',
      others(isTenants('solar')),
      `exists already on prodcluster01, and is of tenant solar${holding}`,
    ],
    [
      'is of another tenant',
      others(isTenants('green')),
      `exists already on prodcluster01, and is of tenant green${holding}`,
    ],
    [
      'is of a group',
      others({ labels: { 'tenantry.dev/namespace-kind': 'Group' }, annotations: { 'tenantry.dev/group': 'audit' } }),
      `exists already on prodcluster01, and is of group audit: a cluster admin has to annotate it with tenantry.dev/allow-adopt=solar first${holding}`,
    ],
    [
      'nobody knows of',
      ({ path }) => (path === '/api/v1/namespaces/solar-new' ? { status: 500, body: '' } : undefined),
      'whether it is on prodcluster01 now is not known; not known: namespaces/solar-new (status 500)',
    ],
  ])('%s', async (_, answer, expected) => {
    const { code, said } = await planned(solar([prod, added]), answer);
    expect(code).toBe(0);
    expect(said).toContain(expected);
  });

  it('is there: a comment and the JSON say so too', async () => {
    const { said } = await planned(solar([prod, added]), () => undefined, 'markdown');
    expect(said.replace(/[`*]/g, '')).toContain('exists already on prodcluster01');
    const { stdout } = await planned(solar([prod, added]), () => undefined, 'json');
    const { items } = JSON.parse(stdout) as { items: { contents?: object[] }[] };
    expect(items.flatMap(({ contents = [] }) => contents)).toEqual([
      {
        cluster: 'prodcluster01',
        fate: 'new',
        found: true,
        owner: null,
        needs: 'tenantry.dev/allow-adopt=solar',
        counts: [{ resource: 'secrets', count: 3 }],
        hidden: [],
        unknown: [],
      },
    ]);
  });

  it('is new indeed: nothing more is said', async () => {
    const { said } = await planned(solar([prod, added]), ({ path }) =>
      path === '/api/v1/namespaces/solar-new' ? notFound('solar-new') : undefined,
    );
    expect(said).not.toMatch(/exists already|not known|is not on/);
  });
});
