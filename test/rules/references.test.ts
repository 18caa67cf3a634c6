import { describe, expect, it } from 'vitest';
import { exampleCertificate, exampleOrganization } from '../support/examples.ts';
import { nearIdentical } from '../../src/rules/references/near-identical.ts';
import type { ExampleFiles } from '../support/examples.ts';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';
import { secondsSince } from '../support/processor-time.ts';

/** A tenant's file; `spec` is indented by two. */
const tenant = (spec: string, name = 'solar'): string => `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: ${name}
spec:
${spec}`;

/** A tenant's file with owners; the namespaces begin in line 9. */
const tenantWith = (namespaces: string): string =>
  tenant(`  owners:
    - { kind: Group, name: solar-leads }
  namespaces:
${namespaces}`);

const cluster = (name: string, rest: string): string => `apiVersion: tenantry.dev/v1
kind: Cluster
metadata:
  name: ${name}
spec:
  server: https://${name}.example.com:6443
  certificateAuthority:
    file: example-ca.pem
  kubernetesVersion: "1.36"
${rest}`;

const organization = (groups: string): string => `apiVersion: tenantry.dev/v1
kind: Organization
metadata:
  name: example
spec:
  issuer: https://platform.example.com/api/oidc
  admins: [alice]
  groups:
${groups}`;

const solar = (text: string): ExampleFiles => ({ 'tenants/solar.yaml': text });

describe('TEN101 unknown-group', () => {
  it('points at the name: of an owner, of a share, of a default share and of a cluster share', async () => {
    const files = {
      'clusters/prodcluster01.yaml': `${exampleOrganization['clusters/prodcluster01.yaml']}    - { group: nobody-1, namespace: false }
`,
      ...solar(
        tenant(`  owners:
    - { kind: Group, name: solar-leads }
    - { kind: Group, name: nobody-2 }
    - { kind: User, name: nobody }
  defaults:
    clusters: [prodcluster01]
    sharedWith:
      - { group: nobody-3, role: view }
  namespaces:
    - name: prod
      sharedWith:
        - { role: edit, group: nobody-4 }
    - name: dev
      inherits: prod
`),
      ),
    };
    expect(await diagnosePlaced(files, { codes: 'TEN10' })).toEqual([
      'clusters/prodcluster01.yaml:14:16 TEN101 group `nobody-1` is not declared',
      'tenants/solar.yaml:8:28 TEN101 group `nobody-2` is not declared',
      'tenants/solar.yaml:13:18 TEN101 group `nobody-3` is not declared',
      'tenants/solar.yaml:17:32 TEN101 group `nobody-4` is not declared',
    ]);
  });

  it('suggests a declared group, or says where to add one', async () => {
    const helpFor = async (group: string): Promise<unknown> => {
      const share = `    - name: prod\n      clusters: [prodcluster01]\n      sharedWith: [{ group: "${group}", role: view }]\n`;
      return (await diagnose(solar(tenantWith(share)), { codes: 'TEN101' })).map((d) => d.help);
    };
    expect(await helpFor('Solar-SRE')).toEqual(['did you mean `solar-sre`?']);
    expect(await helpFor('watchmen')).toEqual(['add it to `groups` in organization.yaml, or name another group']);
  });

  it('leaves reserved groups to the rule about them', async () => {
    const share = `    - name: prod\n      clusters: [prodcluster01]\n      sharedWith: [{ group: cluster-admins, role: view }]\n`;
    expect((await diagnose(solar(tenantWith(share)))).map((d) => d.code)).toEqual(['TEN301']);
  });

  it('concludes nothing from an organization of which a part could not be read', async () => {
    const missing = { ...exampleOrganization, 'organization.yaml': null };
    expect(await diagnose(missing, { codes: 'TEN1' })).toEqual([]);
    const misspelt = exampleOrganization['organization.yaml'].replace('    - name: audit', '    - nmae: audit');
    expect(await diagnose({ 'organization.yaml': misspelt }, { codes: 'TEN1' })).toEqual([]);
  });
});

describe('TEN102 unknown-cluster', () => {
  const files = solar(
    tenant(`  owners:
    - { kind: Group, name: solar-leads }
  defaults:
    clusters: [prodcluster01, prodcluster9]
  namespaces:
    - name: prod
    - name: dev
      inherits: test
    - name: test
      clusters: [prodcluster01, ../secrets, elsewhere]
`),
  );

  it('reports each place once, a default too', async () => {
    expect(await diagnosePlaced(files, { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:9:31 TEN102 cluster `prodcluster9` is not declared',
      'tenants/solar.yaml:15:33 TEN102 cluster `../secrets` is not declared',
      'tenants/solar.yaml:15:45 TEN102 cluster `elsewhere` is not declared',
    ]);
    expect((await diagnose(files, { codes: 'TEN102' })).map((d) => d.help)).toEqual([
      'did you mean `prodcluster01`?',
      'name a cluster that has a file in clusters/',
      'add clusters/elsewhere.yaml, or name another cluster',
    ]);
  });

  it('reports what the organization says of a cluster that is not there', async () => {
    const text = exampleOrganization['organization.yaml'];
    const more = `  argoCD: { repoURL: "https://git.example.com/a.git", cluster: elsewhere }
  limits: { clusters: [prodcluster01, nowhere] }
  grants: { solar: { clusters: [prodcluster1] } }
  expected:
    - { kind: ClusterRoleBinding, name: everywhere, reason: it is only a test }
    - { kind: ClusterRoleBinding, name: there, cluster: prodcluster02, reason: it is only a test }
`;
    const found = await diagnose({ 'organization.yaml': `${text}${more}` }, { codes: 'TEN102' });
    expect(found.map(({ message }) => message).sort()).toEqual(
      ['elsewhere', 'nowhere', 'prodcluster02', 'prodcluster1'].map((name) => `cluster \`${name}\` is not declared`),
    );
  });

  it('reports a default that no namespace gets', async () => {
    const overridden = tenant(`  owners: [{ kind: Group, name: solar-leads }]
  defaults:
    clusters: [elsewhere]
  namespaces:
    - name: prod
      clusters: [prodcluster01]
`);
    expect(await diagnosePlaced(solar(overridden), { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:8:16 TEN102 cluster `elsewhere` is not declared',
    ]);
  });

  it.each([
    ['that cannot be read', { 'clusters/elsewhere.yaml': 'apiVersion: [' }],
    ['of a wrong ending', { 'clusters/elsewhere.yml': cluster('elsewhere', '') }],
    ['that is named otherwise than its file', { 'clusters/other.yaml': cluster('elsewhere', '') }],
  ])('leaves a cluster alone that has a file %s', async (_, clusterFile) => {
    const text = tenantWith(`    - name: prod\n      clusters: [prodcluster01, elsewhere]\n`);
    expect(await diagnose({ ...solar(text), ...clusterFile }, { codes: 'TEN1' })).toEqual([]);
  });
});

describe('TEN103 share-without-cluster-share', () => {
  const second = (sharedWith: string): ExampleFiles => ({
    'clusters/prodcluster02.yaml': cluster('prodcluster02', sharedWith),
  });
  const leads = `  sharedWith:\n    - { group: solar-leads, namespace: false }\n`;

  it('shows the share, the cluster and what to do', async () => {
    const files = {
      ...second(leads),
      ...solar(
        tenantWith(`    - name: prod
      clusters: [prodcluster01, prodcluster02]
      sharedWith:
        - { group: solar-sre, role: admin }
`),
      ),
    };
    expect(await diagnosePlaced(files, { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:12:20 TEN103 group `solar-sre` is given admin on `solar-prod`, but cluster `prodcluster02` is not shared with it',
    ]);
    expect(await diagnose(files)).toMatchObject([
      {
        primary: { message: 'its members would not see the cluster' },
        related: [{ message: 'shared with 1 group, not this one', location: { target: 'key' } }],
        help: 'add `{ group: solar-sre, namespace: false }` to `sharedWith` in clusters/prodcluster02.yaml, or take `solar-prod` off that cluster',
      },
    ]);
  });

  it('reports a default share and an owner once for each cluster, not for each namespace', async () => {
    const files = {
      ...second(''),
      ...solar(
        tenant(`  owners:
    - { kind: Group, name: solar-leads }
  defaults:
    clusters: [prodcluster01, prodcluster02]
    sharedWith:
      - { group: audit, role: view }
  namespaces:
    - name: prod
    - name: test
    - name: dev
`),
      ),
    };
    expect(await diagnosePlaced(files, { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:7:28 TEN103 group `solar-leads` is given admin on `solar-prod` and 2 more namespaces as an owner, but cluster `prodcluster02` is not shared with it',
      'tenants/solar.yaml:11:18 TEN103 group `audit` is given view on `solar-prod` and 2 more namespaces, but cluster `prodcluster02` is not shared with it',
    ]);
    expect((await diagnose(files, { codes: 'TEN103' })).map((d) => d.related.map((r) => r.message))).toEqual([
      ['puts `solar-prod` on the cluster', 'shared with no group'],
      ['puts `solar-prod` on the cluster', 'shared with no group'],
    ]);
  });

  it('reports an inherited share where it is written, with the line that inherits it', async () => {
    const files = {
      ...second(leads),
      ...solar(
        tenantWith(`    - name: dev
      inherits: prod
      clusters: [prodcluster02]
    - name: prod
      clusters: [prodcluster01]
      sharedWith: [{ group: solar-sre, role: admin }]
`),
      ),
    };
    expect(await diagnosePlaced(files, { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:14:29 TEN103 group `solar-sre` is given admin on `solar-dev`, but cluster `prodcluster02` is not shared with it',
    ]);
    expect((await diagnose(files))[0]?.related.map((r) => r.message)).toEqual([
      'inherited by this line',
      'puts `solar-dev` on the cluster',
      'shared with 1 group, not this one',
    ]);
  });

  it('names the namespace in which the share is written, when it holds in heirs too', async () => {
    const files = {
      ...second(leads),
      ...solar(
        tenantWith(`    - name: dev
      inherits: prod
    - name: prod
      clusters: [prodcluster02]
      sharedWith: [{ group: solar-sre, role: admin }]
`),
      ),
    };
    expect(await diagnosePlaced(files, { codes: 'TEN103' })).toEqual([
      'tenants/solar.yaml:13:29 TEN103 group `solar-sre` is given admin on `solar-prod` and 1 more namespace, but cluster `prodcluster02` is not shared with it',
    ]);
  });

  it('counts a share through its last day', async () => {
    const files = {
      ...second(leads),
      ...solar(
        tenantWith(`    - name: prod
      clusters: [prodcluster02]
      sharedWith: [{ group: solar-sre, role: admin, until: 2026-03-31 }]
`),
      ),
    };
    expect(await diagnose(files, { codes: 'TEN103', asOf: '2026-03-31' })).toHaveLength(1);
    expect(await diagnose(files, { codes: 'TEN103', asOf: '2026-04-01' })).toEqual([]);
  });

  it('leaves unknown groups and clusters, and clusters that are not wholly read, to other rules', async () => {
    const prod = (on: string, group: string): ExampleFiles =>
      solar(
        tenantWith(`    - name: prod\n      clusters: [${on}]\n      sharedWith: [{ group: ${group}, role: view }]\n`),
      );
    expect(await diagnose(prod('prodcluster01', 'strangers'), { codes: 'TEN103' })).toEqual([]);
    expect(await diagnose(prod('prodcluster07', 'solar-sre'), { codes: 'TEN103' })).toEqual([]);
    const misspelt = { ...second('  sharedwith: []\n'), ...prod('prodcluster02', 'solar-sre') };
    expect(await diagnose(misspelt, { codes: 'TEN103' })).toEqual([]);
  });
});

describe('TEN104 unknown-allocation', () => {
  const allocations = `  allocations:
    - name: solar-2026
      budget: { amount: "1", currency: USD, period: Year }
`;
  const files = (declared: string): ExampleFiles =>
    solar(
      tenant(`  owners: [{ kind: Group, name: solar-leads }]
${declared}  defaults:
    clusters: [prodcluster01]
    allocation: sun
  namespaces:
    - name: prod
    - name: test
      inherits: dev
    - name: dev
      allocation: solar-2025
    - name: ci
      allocation: solar-2026
`),
    );

  it('reports the default once, and an inherited one where it is written', async () => {
    expect(await diagnosePlaced(files(allocations), { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:12:17 TEN104 allocation `sun` is not declared in tenant `solar`',
      'tenants/solar.yaml:18:19 TEN104 allocation `solar-2025` is not declared in tenant `solar`',
    ]);
  });

  it('says nothing when allocations could not be read', async () => {
    const misspelt = allocations.replace('currency: USD', 'currency: dollars');
    expect(await diagnose(files(misspelt), { codes: 'TEN1' })).toEqual([]);
  });
});

describe('TEN105 unknown-inherits, TEN106 inheritance-cycle', () => {
  const inheriting = (...pairs: readonly (readonly [string, (string | undefined)?])[]): ExampleFiles =>
    solar(
      tenantWith(
        pairs
          .map(
            ([name, inherits]) =>
              `    - { name: ${name}, clusters: [prodcluster01], inherits: ${inherits ?? 'null'} }\n`,
          )
          .join('')
          .replaceAll(', inherits: null', ''),
      ),
    );

  it('helps with the identifier where the full name is written', async () => {
    const files = inheriting(['prod'], ['dev', 'solar-prod'], ['test', 'prodd'], ['ci', 'zzzzzzz'], ['me', 'solar-me']);
    expect(await diagnosePlaced(files, { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:10:57 TEN105 tenant `solar` has no namespace `solar-prod` that `dev` could inherit from',
      'tenants/solar.yaml:11:58 TEN105 tenant `solar` has no namespace `prodd` that `test` could inherit from',
      'tenants/solar.yaml:12:56 TEN105 tenant `solar` has no namespace `zzzzzzz` that `ci` could inherit from',
      'tenants/solar.yaml:13:56 TEN105 tenant `solar` has no namespace `solar-me` that `me` could inherit from',
    ]);
    expect((await diagnose(files, { codes: 'TEN105' })).map((d) => d.help)).toEqual([
      'did you mean `prod`?',
      'did you mean `prod`?',
      'name a namespace of this tenant by its identifier, or remove `inherits`',
      'name a namespace of this tenant by its identifier, or remove `inherits`',
    ]);
  });

  it('does not miss a namespace whose entry could not be read', async () => {
    const text = tenantWith(`    - { name: "Prod!", clusters: [prodcluster01] }
    - { name: dev, clusters: [prodcluster01], inherits: prod }
`);
    expect(await diagnose(solar(text), { codes: 'TEN1' })).toEqual([]);
  });

  it('reports a circle once, from its first namespace, and not those that lead into it', async () => {
    const files = inheriting(['into', 'c'], ['a', 'b'], ['b', 'c'], ['c', 'a'], ['self', 'self']);
    expect(await diagnosePlaced(files, { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:10:55 TEN106 `a` inherits from itself: a → b → c → a',
      'tenants/solar.yaml:13:58 TEN106 `self` inherits from itself',
    ]);
    expect((await diagnose(files, { codes: 'TEN106' })).map((d) => d.related.map((r) => r.message))).toEqual([
      ['`b` inherits from `c`', '`c` inherits from `a`'],
      [],
    ]);
  });

  it('keeps the message short for a long circle', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
    const files = inheriting(...names.map((name, i) => [name, names[(i + 1) % 12]] as const));
    expect((await diagnose(files, { codes: 'TEN106' })).map((d) => d.message)).toEqual([
      '`n0` inherits from itself: n0 → n1 → n2 → n3 → n4 → n5 → n6 → … → n0',
    ]);
  });
});

describe('TEN107 unknown-role, TEN110 unused-custom-role', () => {
  const files = (roles: string, ...shares: readonly string[]): ExampleFiles =>
    solar(
      tenant(`  owners: [{ kind: Group, name: solar-leads }]
${roles}  defaults:
    clusters: [prodcluster01]
    sharedWith: [{ group: audit, role: ${shares[0] ?? 'view'} }]
  namespaces:
    - name: prod
      sharedWith: [{ group: solar-sre, role: ${shares[1] ?? 'view'} }]
    - name: dev
      inherits: prod
`),
    );
  const deployer = `  roles:
    - name: deployer
      rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get] }]
`;

  it('points at the role, once for a default or inherited share', async () => {
    expect(await diagnosePlaced(files('', 'admn', 'owner'), { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:9:40 TEN107 `admn` is not a role of tenant `solar`',
      'tenants/solar.yaml:12:46 TEN107 `owner` is not a role of tenant `solar`',
    ]);
    expect((await diagnose(files(deployer, 'admn', 'owner'), { codes: 'TEN107' })).map((d) => d.help)).toEqual([
      'did you mean `admin`?',
      'name one of its roles, `admin`, `edit`, `view` and `deployer`, or declare it under `roles` in tenants/solar.yaml',
    ]);
  });

  it('knows custom roles, by shares and by defaults', async () => {
    expect(await diagnose(files(deployer, 'deployer', 'view'), { codes: 'TEN1', notes: 'TEN110' })).toEqual([]);
    expect(await diagnose(files(deployer, 'view', 'deployer'), { codes: 'TEN1', notes: 'TEN110' })).toEqual([]);
    expect(await diagnosePlaced(files(deployer, 'view', 'edit'), { codes: 'TEN1', notes: 'TEN110' })).toEqual([
      'tenants/solar.yaml:8:13 TEN110 custom role `deployer` is not used by any share of tenant `solar`',
    ]);
  });

  it('says nothing when a custom role or a share could not be read', async () => {
    const broken = deployer.replace('verbs: [get]', 'verbs: []');
    expect(await diagnose(files(broken, 'view', 'deployer'), { codes: 'TEN1', notes: 'TEN110' })).toEqual([]);
    expect(await diagnose(files(deployer, 'view', '7'), { codes: 'TEN1', notes: 'TEN110' })).toEqual([]);
  });
});

describe('TEN108 unused-group', () => {
  const groups = organization('    - name: solar-leads\n    - name: solar-sre\n    - name: audit\n    - name: idle\n');

  it('points at the name', async () => {
    expect(await diagnosePlaced({ 'organization.yaml': groups }, { codes: 'TEN108' })).toEqual([
      'organization.yaml:12:13 TEN108 group `idle` is not used',
    ]);
  });

  it.each([
    ['owns', `  owners: [{ kind: Group, name: solar-leads }, { kind: Group, name: idle }]\n  namespaces: []\n`],
    [
      'has a share that has ended',
      `  owners: [{ kind: Group, name: solar-leads }]
  namespaces: [{ name: a, clusters: [prodcluster01], sharedWith: [{ group: idle, role: view, until: 2020-01-01 }] }]
`,
    ],
    [
      'has a default share that reaches no namespace',
      `  owners: [{ kind: Group, name: solar-leads }]\n  defaults: { sharedWith: [{ group: idle, role: view }] }\n  namespaces: []\n`,
    ],
  ])('counts a group as used that %s', async (_, spec) => {
    expect(await diagnose({ 'organization.yaml': groups, ...solar(tenant(spec)) }, { codes: 'TEN108' })).toEqual([]);
  });

  it.each([
    ['cannot be read', { 'tenants/green.yaml': 'kind: Tenant' }],
    [
      'is read in part',
      { 'tenants/green.yaml': tenant('  owners: []\n  namespaces: []\n  sharedwith: []\n', 'green') },
    ],
    ['has a wrong ending', { 'tenants/green.yml': tenant('  owners: []\n  namespaces: []\n', 'green') }],
    ['is a cluster and cannot be read', { 'clusters/other.yaml': 'kind: Cluster' }],
    ['is a cluster and is read in part', { 'clusters/other.yaml': cluster('other', '  sharedWith: [{ group: 7 }]\n') }],
  ])('says nothing while there is a file that %s', async (_, file) => {
    expect(await diagnose({ 'organization.yaml': groups, ...file }, { codes: 'TEN108' })).toEqual([]);
  });
});

describe('TEN109 unused-allocation', () => {
  const files = (start: string, namespaces: string): ExampleFiles =>
    solar(
      tenant(`  owners: [{ kind: Group, name: solar-leads }]
  allocations:
    - { name: solar-2027, budget: { amount: "1", currency: USD, period: Year }${start} }
  defaults: { clusters: [prodcluster01] }
  namespaces:${namespaces}
`),
    );

  it('waits until the allocation begins', async () => {
    const early = files(', start: 2027-01-01', '\n    - name: prod');
    expect(await diagnose(early, { codes: 'TEN109', asOf: '2026-12-31' })).toEqual([]);
    expect(await diagnosePlaced(early, { codes: 'TEN109', asOf: '2027-01-01' })).toEqual([
      'tenants/solar.yaml:8:15 TEN109 allocation `solar-2027` is used by no namespace of tenant `solar`',
    ]);
  });

  it('counts a default and an inherited use, and says nothing of a tenant without namespaces', async () => {
    const inherited = '\n    - { name: dev, inherits: prod }\n    - { name: prod, allocation: solar-2027 }';
    expect(await diagnose(files('', inherited), { codes: 'TEN109' })).toEqual([]);
    expect(await diagnose(files('', ' []'), { codes: 'TEN109' })).toEqual([]);
    expect(await diagnose(files('', '\n    - { name: prod, allocation: 2027 }'), { codes: 'TEN109' })).toEqual([]);
  });
});

describe('TEN111 near-identical-groups', () => {
  it('points at the later name and shows the earlier one', async () => {
    const shared = ['solar-leads', 'solar-sre', 'audit', 'Solar.SRE'].map(
      (g) => `    - { group: ${g}, namespace: false }\n`,
    );
    const files = {
      'organization.yaml': organization(
        ['solar-leads', 'solar-sre', 'audit', 'Solar.SRE'].map((g) => `    - name: ${g}\n`).join(''),
      ),
      'clusters/prodcluster01.yaml': cluster('prodcluster01', `  sharedWith:\n${shared.join('')}`),
    };
    expect(await diagnosePlaced(files, { codes: 'TEN111' })).toEqual([
      'organization.yaml:12:13 TEN111 groups `Solar.SRE` and `solar-sre` differ only in letter case and punctuation',
    ]);
    const waived = `${files['organization.yaml']}  exceptions:
    - { code: TEN111, target: Solar.SRE, reason: two groups of the identity provider, until: 2026-12-31 }
`;
    expect(await diagnose({ ...files, 'organization.yaml': waived }, { codes: 'TEN111' })).toEqual([]);
  });

  it.each([
    ['solar-sre', 'Solar-SRE', 'letter case'],
    ['solar-sre', 'solar_sre', 'letter case and punctuation'],
    ['github:solar', 'github-solar', 'letter case and punctuation'],
    ['/solar/sre', 'solar/sre', 'letter case and punctuation'],
    ['solarsre', 'Solar.SRE', 'letter case and punctuation'],
    ['solar-developer', 'solar-developers', 'one letter'],
    ['solar-developers', 'solar-developer', 'one letter'],
    ['viewer', 'viewers', 'one letter'],
    ['solar-viewer-1', 'solar-veiwer-1', 'one letter'],
    ['contractors', 'contractars', 'one letter'],
    ['contractors', 'ocntractors', 'one letter'],
    ['github:platform', 'github:platforms', 'one letter'],
  ])('takes %s and %s for a slip: %s', (earlier, name, difference) => {
    expect(nearIdentical([earlier, 'audit', name])).toEqual([{ name, earlier, difference }]);
  });

  it.each([
    ['team-a', 'team-b'],
    ['prod1', 'prod2'],
    ['cluster1', 'cluster2'],
    ['cluster', 'cluster1'],
    ['cluster12', 'cluster21'],
    ['cluster1a', 'clustera1'],
    ['region-1-11', 'region-11-1'],
    ['solar-ro', 'solar-rw'],
    ['solar-dev', 'solar-devs'],
    ['shard-west-a', 'shard-west-b'],
    ['sectora', 'sectorb'],
    ['reader', 'leader'],
    ['solar-leads', 'solar-leaders'],
    ['solar-viewer', 'green-viewers'],
    ['viewer', 'viewer'],
    ['--', '::'],
    ['sector1a', 'sector1b'],
  ])('takes %s and %s for two names', (a, b) => {
    expect(nearIdentical([a, b])).toEqual([]);
    expect(nearIdentical([b, a])).toEqual([]);
  });

  it('takes a letter in which three names differ for their number', () => {
    const pair = ['teamxarea', 'teamyarea'];
    expect(nearIdentical(pair)).toHaveLength(1);
    expect(nearIdentical([...pair, 'teamzarea'])).toEqual([]);
    expect(nearIdentical(['sectora', 'sectorb', 'sectorc', 'sectoraa', 'sectorab'])).toEqual([]);
  });

  it('reports a name once, and copes with thousands of names and with hostile ones', () => {
    expect(nearIdentical(['viewer', 'viewers', 'Viewer', 'VIEWER'])).toHaveLength(3);
    const many = Array.from({ length: 5_000 }, (_, i) => `github:platform-team-${i}-maintainers`);
    const alike = Array.from({ length: 3_000 }, (_, i) => `con${String.fromCodePoint(0x4e00 + i)}actors`);
    const long = Array.from({ length: 1_000 }, (_, i) => `${'ab'.repeat(120)}${i}`);
    const started = process.cpuUsage();
    expect(nearIdentical(many)).toEqual([]);
    expect(nearIdentical(alike)).toEqual([]);
    expect(nearIdentical(long)).toEqual([]);
    // All pairs would be tens of millions of comparisons.
    expect(secondsSince(started)).toBeLessThan(5);
  });
});

describe('TEN112 certificate-file-missing', () => {
  const named = (file: string): string =>
    exampleOrganization['clusters/prodcluster01.yaml'].replace('example-ca.pem', file);

  it('points at the name and suggests a file that is there', async () => {
    const files = { 'clusters/prodcluster01.yaml': named('exmaple-ca.pem') };
    expect(await diagnosePlaced(files, { codes: 'TEN1' })).toEqual([
      'clusters/prodcluster01.yaml:8:11 TEN112 certificate file `clusters/exmaple-ca.pem` does not exist',
    ]);
    expect((await diagnose(files, { codes: 'TEN112' })).map((d) => d.help)).toEqual(['did you mean `example-ca.pem`?']);
  });

  it('tells a file that cannot be read from one that is not there', async () => {
    const tooLarge = { 'clusters/example-ca.pem': 'x'.repeat(2 * 1024 * 1024) };
    const folder = { 'clusters/example-ca.pem': null, 'clusters/example-ca.pem/ca.pem': exampleCertificate };
    const message = async (files: ExampleFiles): Promise<unknown> =>
      (await diagnose(files, { codes: 'TEN112' })).map((d) => d.message);
    expect(await message(tooLarge)).toEqual(['certificate file `clusters/example-ca.pem` cannot be read']);
    expect(await message(folder)).toEqual(['certificate file `clusters/example-ca.pem` is not a plain file']);
  });
});

describe('TEN113 class-not-on-cluster', () => {
  const clusters = (first: string, second: string): ExampleFiles => ({
    'clusters/prodcluster01.yaml': exampleOrganization['clusters/prodcluster01.yaml'] + first,
    'clusters/prodcluster02.yaml': cluster('prodcluster02', `  sharedWith: [{ group: solar-leads }]\n${second}`),
  });
  const isolated = solar(
    tenant(`  owners: [{ kind: Group, name: solar-leads }]
  isolation:
    storageClasses: [standard, fast]
  defaults: { clusters: [prodcluster01, prodcluster02] }
  namespaces:
    - name: prod
    - name: dev
      isolation: { ingressClasses: [public, intern] }
    - name: test
      inherits: dev
`),
  );

  it('reports an item once for each cluster, however many namespaces have it', async () => {
    const files = { ...clusters('  storageClasses: [standard]\n', '  storageClasses: [fast]\n'), ...isolated };
    expect(await diagnosePlaced(files, { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:8:22 TEN113 storage class `standard` is allowed in `solar-prod`, but cluster `prodcluster02` does not list it',
      'tenants/solar.yaml:8:32 TEN113 storage class `fast` is allowed in `solar-prod`, but cluster `prodcluster01` does not list it',
    ]);
  });

  it('looks at ingress classes of a namespace and of its heirs once, and helps', async () => {
    const files = { ...clusters('', '  ingressClasses: [internal, public]\n'), ...isolated };
    expect(await diagnosePlaced(files, { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:13:45 TEN113 ingress class `intern` is allowed in `solar-dev`, but cluster `prodcluster02` does not list it',
    ]);
    expect(await diagnose(files, { codes: 'TEN113' })).toMatchObject([
      {
        related: [{ message: 'lists `internal` and `public`' }],
        help: 'did you mean `internal`?',
      },
    ]);
  });

  it('says nothing where a cluster lists none, or could not be read wholly', async () => {
    expect(await diagnose({ ...clusters('  storageClasses: []\n', ''), ...isolated }, { codes: 'TEN1' })).toEqual([]);
    const broken = clusters('  storageClasses: [other, 7]\n', '');
    expect(await diagnose({ ...broken, ...isolated }, { codes: 'TEN1' })).toEqual([]);
  });
});

describe('TEN114 user-without-cluster', () => {
  const files = (groups: string, user = 'zoe'): ExampleFiles => ({
    'organization.yaml': organization(groups),
    'clusters/prodcluster01.yaml': cluster('prodcluster01', '  sharedWith: [{ group: a1 }, { group: b2 }]\n'),
    ...solar(
      tenant(`  owners: [{ kind: User, name: ${user} }, { kind: Group, name: a1 }]
  defaults:
    clusters: [prodcluster01]
    sharedWith: [{ user: ${user}, role: view, until: 2026-03-31 }]
  namespaces: [{ name: prod }, { name: dev }]
`),
    ),
  });
  const known = '    - { name: a1, members: [ada] }\n    - { name: b2, members: [bob] }\n';

  it('reports owners and shares, once for each cluster', async () => {
    expect(await diagnosePlaced(files(known), { codes: 'TEN114' })).toEqual([
      'tenants/solar.yaml:6:32 TEN114 user `zoe` is given admin on `solar-prod` and 1 more namespace as an owner, but is in no group that cluster `prodcluster01` is shared with',
      'tenants/solar.yaml:9:26 TEN114 user `zoe` is given view on `solar-prod` and 1 more namespace, but is in no group that cluster `prodcluster01` is shared with',
    ]);
    expect(await diagnose(files(known), { codes: 'TEN114', asOf: '2026-04-01' })).toHaveLength(1);
  });

  it.each([
    ['a member of one of the groups', known, 'bob'],
    ['an organization admin', known, 'alice'],
    [
      'anybody, where a group does not say who is in it',
      '    - { name: a1, members: [ada] }\n    - { name: b2 }\n',
      'zoe',
    ],
    ['anybody, where a group is not declared', '    - { name: a1, members: [ada] }\n', 'zoe'],
    ['anybody, where a group could not be read', `${known}    - { name: c3, members: [7] }\n`, 'zoe'],
  ])('says nothing of %s', async (_, groups, user) => {
    expect(await diagnose(files(groups, user), { codes: 'TEN114' })).toEqual([]);
  });
});

describe('TEN115 namespace-without-cluster', () => {
  it('reports the namespaces that lack a cluster by themselves', async () => {
    const text = tenantWith(`    - name: prod
    - name: heir
      inherits: prod
    - name: moved
      inherits: prod
      clusters: [prodcluster01]
    - name: none
      inherits: moved
      clusters: []
`);
    expect(await diagnosePlaced(solar(text), { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:9:13 TEN115 namespace `solar-prod` is on no cluster',
      'tenants/solar.yaml:15:13 TEN115 namespace `solar-none` is on no cluster',
    ]);
  });

  it('leaves to other rules what comes of a wrong inheritance or an unreadable cluster', async () => {
    const text = tenantWith(`    - { name: lost, inherits: nowhere }
    - { name: a, inherits: b }
    - { name: b, inherits: a, clusters: [prodcluster01] }
`);
    expect(await diagnose(solar(text), { codes: 'TEN115' })).toEqual([]);
    expect(await diagnose(solar(tenantWith('    - { name: a, clusters: [7] }\n')), { codes: 'TEN1' })).toEqual([]);
  });
});

describe('TEN116 subject-namespace', () => {
  it('tells apart what needs a namespace and what cannot have one', async () => {
    const text = tenant(`  owners:
    - { kind: ServiceAccount, name: deployer }
    - { kind: ServiceAccount, name: deployer, namespace: solar-prod }
    - { kind: User, name: sam, namespace: solar-prod }
    - { kind: Group, name: solar-leads, namespace: solar-prod }
    - { kind: Group, name: solar-sre }
  namespaces: [{ name: prod, clusters: [prodcluster01] }]
`);
    expect(await diagnosePlaced(solar(text), { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:7:37 TEN116 service account `deployer` has no namespace',
      'tenants/solar.yaml:9:43 TEN116 user `sam` cannot have a namespace',
      'tenants/solar.yaml:10:52 TEN116 group `solar-leads` cannot have a namespace',
    ]);
  });

  it('alone speaks of an owner of whom nobody knows who it is', async () => {
    const text = tenant(`  owners: [{ kind: ServiceAccount, name: deployer }]
  namespaces: [{ name: prod, clusters: [prodcluster01], sharedWith: [{ group: solar-sre, role: edit }] }]
`);
    expect(await diagnosePlaced(solar(text), { codes: 'TEN1' })).toEqual([
      'tenants/solar.yaml:6:42 TEN116 service account `deployer` has no namespace',
    ]);
    expect(await diagnosePlaced(solar(text), { codes: 'TEN3' })).toEqual([]);
  });
});

it('checks ten thousand namespaces in seconds', async () => {
  const clusters = Array.from({ length: 100 }, (_, i) => `cluster${i}`);
  const tenants = Array.from({ length: 100 }, (_, i) => {
    const on = Array.from({ length: 5 }, (_, j) => clusters[(i + j) % 100]).join(', ');
    const namespaces = Array.from(
      { length: 100 },
      (_, n) => `    - { name: n${n}, sharedWith: [{ group: solar-sre, role: edit }] }\n`,
    );
    const spec = `  owners: [{ kind: Group, name: solar-leads }]
  defaults: { clusters: [${on}], sharedWith: [{ group: audit, role: view }, { group: nobody, role: wiev }] }
  namespaces:
${namespaces.join('')}`;
    return [`tenants/t${i}.yaml`, tenant(spec, `t${i}`)] as const;
  });
  const sharedWith = '  sharedWith: [{ group: solar-leads, namespace: false }, { group: audit, namespace: false }]\n';
  const files = Object.fromEntries([
    ...clusters.map((c) => [`clusters/${c}.yaml`, cluster(c, sharedWith)] as const),
    ...tenants,
  ]);
  const found = await diagnose(files, { codes: 'TEN1' });
  expect(found.filter((d) => d.code === 'TEN101')).toHaveLength(100);
  expect(found.filter((d) => d.code === 'TEN107')).toHaveLength(100);
  expect(found.filter((d) => d.code === 'TEN103')).toHaveLength(100 * 100 * 5);
});
