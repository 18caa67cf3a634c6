import { describe, expect, it } from 'vitest';
import type { ExampleFiles } from '../support/examples.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';

const on = (cluster = 'prodcluster01') => ({ clusters: [cluster] });

/** The example's groups, and what else the organization's file says. */
const organization = (spec: Record<string, unknown>): ExampleFiles => ({ 'organization.yaml': organizationFile(spec) });

const solar = (spec: Record<string, unknown>): ExampleFiles => ({ 'tenants/solar.yaml': tenantFile('solar', spec) });

const groups = (...more: Record<string, unknown>[]) => [
  { name: 'solar-leads' },
  { name: 'solar-sre' },
  { name: 'audit' },
  ...more,
];

const sharedWith = (...more: Record<string, unknown>[]) => [
  ...['solar-leads', 'solar-sre', 'audit'].map((group) => ({ group, namespace: false })),
  ...more,
];

/** The example's cluster, shared with more than the example's groups. */
const prodcluster01 = (spec: Record<string, unknown>): ExampleFiles => ({
  'clusters/prodcluster01.yaml': clusterFile('prodcluster01', { sharedWith: sharedWith(), ...spec }),
});

/** A second cluster like the example's. */
const prodcluster02 = (spec: Record<string, unknown> = {}): ExampleFiles => ({
  'clusters/prodcluster02.yaml': clusterFile('prodcluster02', { sharedWith: sharedWith(), ...spec }),
});

/** What the rules with these codes say, at the places that people see. */
const says = (codes: string, files: ExampleFiles) => diagnosePlaced(files, { codes });

/** The only thing that the rules with these codes say. */
async function only(codes: string, files: ExampleFiles) {
  const found = await diagnose(files, { codes });
  expect(found).toHaveLength(1);
  const [first] = found;
  if (!first) throw new Error(`${codes} says nothing`);
  return first;
}

describe('TEN201 cluster-name', () => {
  it.each(['prodcluster01', 'c', '1', 'a'.repeat(63)])('allows %s', async (name) => {
    expect(await says('TEN201', { [`clusters/${name}.yaml`]: clusterFile(name) })).toEqual([]);
  });

  it.each(['argo-cd', 'api-server', 'Prod', 'prod.eu', 'prod_eu', 'pröd', 'prod '])('refuses %s', async (name) => {
    const found = await says('TEN201', { [`clusters/${name}.yaml`]: clusterFile(name) });
    expect(found).toEqual([
      `clusters/${name}.yaml:4:9 TEN201 cluster name \`${name}\` holds something other than lowercase letters and digits`,
    ]);
  });

  it('counts the characters', async () => {
    const name = 'a'.repeat(64);
    const found = await says('TEN201', { [`clusters/${name}.yaml`]: clusterFile('prod') });
    expect(found).toEqual([
      `clusters/${name}.yaml:1:1 TEN201 cluster name \`${name}\` has 64 characters, more than 63`,
    ]);
  });

  it('proposes a name, with the ending that the file has', async () => {
    const found = await only('TEN201', { 'clusters/Prod-Cluster02.ts': clusterFile('Prod-Cluster02') });
    expect(found.help).toBe('rename the file to clusters/prodcluster02.ts, and the cluster in it to `prodcluster02`');
  });

  it('says so of a file that cannot be read, too', async () => {
    expect(await says('TEN201', { 'clusters/prod-eu.yaml': 'spec: [' })).toEqual([
      'clusters/prod-eu.yaml:1:1 TEN201 cluster name `prod-eu` holds something other than lowercase letters and digits',
    ]);
  });
});

describe('TEN202 tenant-name', () => {
  it.each(['solar', 's', '1', 'a-b', 'x'.repeat(63)])('allows %s', async (name) => {
    expect(await says('TEN202', { [`tenants/${name}.yaml`]: tenantFile(name, {}) })).toEqual([]);
  });

  it.each(['Green', 'green.energy', 'green-', '-green', 'green energy', 'grün'])('refuses %s', async (name) => {
    expect(await says('TEN202', { [`tenants/${name}.yaml`]: tenantFile(name, {}) })).toEqual([
      `tenants/${name}.yaml:4:9 TEN202 tenant name \`${name}\` is not a name that Kubernetes allows`,
    ]);
  });

  it('says nothing more about the names of the namespaces', async () => {
    const name = 'x'.repeat(64);
    const files = { [`tenants/${name}.yaml`]: tenantFile('x', { namespaces: [{ name: 'prod', ...on() }] }) };
    const found = await diagnose(files, { codes: 'TEN2' });
    expect(found.map((d) => d.code)).toEqual(['TEN202']);
  });
});

describe('TEN203 group-name', () => {
  const withPattern = (groupPattern: string, ...names: string[]) =>
    organization({ naming: { groupPattern }, groups: groups(...names.map((name) => ({ name }))) });

  it.each(['github:team', 'Corp/Ops', 'a.b_c-d+e@example.com', '7'])(
    'allows %s unless told otherwise',
    async (name) => {
      expect(await says('TEN203', organization({ groups: groups({ name }) }))).toEqual([]);
    },
  );

  it.each(['on call', 'оps', '-ops'])('refuses %j unless told otherwise', async (name) => {
    expect(await says('TEN203', organization({ groups: groups({ name }) }))).toHaveLength(1);
  });

  it('matches the whole name, also with alternatives', async () => {
    const found = await says('TEN203', withPattern('solar-leads|solar-sre|audit', 'auditors', 'not-audit'));
    expect(found).toEqual([
      'organization.yaml:13:13 TEN203 group name `auditors` does not match the pattern `solar-leads|solar-sre|audit`',
      'organization.yaml:14:13 TEN203 group name `not-audit` does not match the pattern `solar-leads|solar-sre|audit`',
    ]);
  });

  it.each([
    ['(', 'unterminated group'],
    ['.*)|(.*', 'unmatched'],
    ['[z-a]', 'range out of order'],
  ])('reports the pattern %s once, and no names', async (pattern, reason) => {
    const found = await only('TEN203', withPattern(pattern, 'on call'));
    expect(found.message).toContain('`groupPattern` is not a regular expression');
    expect(found.message).toContain(reason);
  });

  it('does not hang with a pattern that takes for ever', async () => {
    const found = await only('TEN203', withPattern('(([a-z]+)-?)+', `${'a'.repeat(60)}!`));
    expect(found.message).toBe('`groupPattern` takes too long to match the names of the groups');
  });

  it('is silent where the pattern may be another one', async () => {
    const files = organization({ naming: { groupPattern: 5 }, groups: groups({ name: 'on call' }) });
    expect(await says('TEN203', files)).toEqual([]);
  });
});

describe('TEN204 namespace-name-too-long', () => {
  const tenant = (length: number, identifier: string): ExampleFiles => {
    const name = 't'.repeat(length);
    return { [`tenants/${name}.yaml`]: tenantFile(name, { namespaces: [{ name: identifier, ...on() }] }) };
  };

  it('counts tenant, hyphen and identifier', async () => {
    expect(await says('TEN204', tenant(55, 'staging'))).toEqual([]);
    const found = await only('TEN204', tenant(56, 'staging'));
    expect(found.message).toContain('has 64 characters, more than 63');
    expect(found.help).toContain('at most 6 characters');
  });

  it('says when no identifier fits', async () => {
    expect((await only('TEN204', tenant(62, 'd'))).help).toContain('leaves no room');
    expect((await only('TEN204', tenant(61, 'dd'))).help).toContain('at most 1 character:');
  });
});

describe('TEN205 identifier-too-long', () => {
  it('counts the identifier, not the namespace', async () => {
    const files = solar({ namespaces: ['staging', 'stagings'].map((name) => ({ name, ...on() })) });
    expect(await says('TEN205', files)).toEqual([
      'tenants/solar.yaml:13:13 TEN205 the identifier of `solar-stagings` has 8 characters, 7 are allowed',
    ]);
  });

  it('takes the limit of the organization', async () => {
    const files = solar({ namespaces: [{ name: 'production', ...on() }] });
    expect(await says('TEN205', { ...files, ...organization({ naming: { identifierMaxLength: 10 } }) })).toEqual([]);
    expect(await says('TEN205', { ...files, ...organization({ naming: { identifierMaxLength: 9 } }) })).toHaveLength(1);
    expect(await says('TEN205', { ...files, ...organization({ naming: { identifierMaxLength: 0 } }) })).toEqual([]);
  });

  it('is not about full names', async () => {
    const files = {
      ...organization({ naming: { tenantPrefix: 'Optional' } }),
      ...solar({ namespaces: [{ fullName: 'grafana-and-friends', ...on() }] }),
    };
    expect(await diagnose(files, { codes: 'TEN2' })).toEqual([]);
  });

  it('can be waived for one namespace, until a day', async () => {
    const files = solar({ namespaces: ['production', 'preproduction'].map((name) => ({ name, ...on() })) });
    const until = (day: string) =>
      organization({
        exceptions: [{ code: 'TEN205', target: 'solar-production', reason: 'Known to customers.', until: day }],
      });
    const waived = await diagnose({ ...files, ...until('2026-01-15') }, { codes: 'TEN205' });
    expect(waived.map((d) => d.message)).toEqual([expect.stringContaining('`solar-preproduction`')]);
    expect(await says('TEN205', { ...files, ...until('2026-01-14') })).toHaveLength(2);
  });
});

describe('TEN206 full-name-not-allowed', () => {
  it('says which name to write instead', async () => {
    const files = solar({ namespaces: ['grafana', 'solar-dev'].map((fullName) => ({ fullName, ...on() })) });
    const found = await diagnose(files, { codes: 'TEN2' });
    expect(found.map((d) => [d.code, d.help?.split(',')[0]])).toEqual([
      ['TEN206', 'write `name: grafana` for the namespace `solar-grafana`'],
      ['TEN206', 'write `name: dev` for the namespace `solar-dev`'],
    ]);
  });

  it('allows it where the prefix is optional, and where that cannot be known', async () => {
    const files = solar({ namespaces: [{ fullName: 'grafana', ...on() }] });
    expect(await says('TEN2', { ...files, ...organization({ naming: { tenantPrefix: 'Optional' } }) })).toEqual([]);
    expect(await says('TEN2', { ...files, ...organization({ naming: { tenantPrefix: 'Perhaps' } }) })).toEqual([]);
  });
});

describe('TEN207 namespace-collision', () => {
  const optional = organization({ naming: { tenantPrefix: 'Optional' }, groups: groups({ name: 'ops' }) });
  const green = (spec: Record<string, unknown>): ExampleFiles => ({ 'tenants/green.yaml': tenantFile('green', spec) });

  it("finds a tenant's namespace with the name of a group's, and shows the other place", async () => {
    const files = {
      ...optional,
      ...prodcluster01({ sharedWith: sharedWith({ group: 'ops' }) }),
      ...solar({ namespaces: [{ fullName: 'ops', ...on() }] }),
    };
    expect(await says('TEN2', files)).toEqual([
      'tenants/solar.yaml:10:17 TEN207 on cluster `prodcluster01`, `ops` is both the namespace of group `ops` and a namespace of tenant `solar`',
    ]);
    const [related] = (await only('TEN207', files)).related;
    expect(related).toMatchObject({
      location: { origin: { file: 'clusters/prodcluster01.yaml', step: 'group' } },
      message: 'makes it the namespace of group `ops`',
    });
  });

  it('reports a pair once, with all clusters on which it meets', async () => {
    const clusters = ['prodcluster02', 'prodcluster01'];
    const files = {
      ...optional,
      ...prodcluster02(),
      ...solar({ namespaces: [{ fullName: 'shop', clusters }] }),
      ...green({ namespaces: [{ fullName: 'shop', clusters }] }),
    };
    const { message } = await only('TEN207', files);
    expect(message).toBe(
      'on clusters `prodcluster01` and `prodcluster02`, `shop` is both a namespace of tenant `green` and a namespace of tenant `solar`',
    );
  });

  it('names the first of many clusters, and counts the rest', async () => {
    const clusters = ['c6', 'c5', 'c4', 'c3', 'c2', 'c1'];
    const namespaces = [{ fullName: 'shop', clusters }];
    const files = { ...optional, ...solar({ namespaces }), ...green({ namespaces }) };
    expect((await only('TEN207', files)).message).toContain('on clusters `c1`, `c2`, `c3`, `c4` and 2 more, `shop`');
  });

  it('lets one name stand on two clusters for two owners', async () => {
    const files = {
      ...optional,
      ...prodcluster02(),
      ...solar({ namespaces: [{ fullName: 'shop', ...on('prodcluster01') }] }),
      ...green({ namespaces: [{ fullName: 'shop', ...on('prodcluster02') }] }),
    };
    expect(await says('TEN207', files)).toEqual([]);
  });

  it('reports each of several owners', async () => {
    const files = {
      ...optional,
      ...prodcluster01({ sharedWith: sharedWith({ group: 'ops' }), retainedNamespaces: ['ops'] }),
      ...solar({ namespaces: [{ fullName: 'ops', ...on() }] }),
      ...green({ namespaces: [{ fullName: 'ops', ...on() }] }),
    };
    const found = await diagnose(files, { codes: 'TEN207' });
    expect(found.map((d) => d.message.split(' is both ')[1])).toEqual([
      'the namespace of group `ops` and a retained namespace',
      'the namespace of group `ops` and a namespace of tenant `green`',
      'the namespace of group `ops` and a namespace of tenant `solar`',
    ]);
    expect(found[0]?.help).toContain('shared with the group again');
  });

  it("finds a group's namespace with the name of another group", async () => {
    const files = {
      ...organization({ groups: groups({ name: 'ops' }, { name: 'github:ops', namespace: 'ops' }) }),
      ...prodcluster01({ sharedWith: sharedWith({ group: 'ops' }, { group: 'github:ops' }) }),
    };
    const { message } = await only('TEN2', files);
    expect(message).toContain('`ops` is both the namespace of group `ops` and the namespace of group `github:ops`');
  });

  it('leaves a namespace that a tenant names twice to TEN211, and overlapping prefixes to TEN208', async () => {
    const twice = solar({ namespaces: ['prod', 'prod'].map((name) => ({ name, ...on() })) });
    const prefixes = {
      'tenants/a.yaml': tenantFile('a', { namespaces: [{ name: 'b-c', ...on() }] }),
      'tenants/a-b.yaml': tenantFile('a-b', { namespaces: [{ name: 'c', ...on() }] }),
    };
    expect((await diagnose({ ...twice, ...prefixes }, { codes: 'TEN2' })).map((d) => d.code)).toEqual([
      'TEN208',
      'TEN211',
    ]);
  });
});

describe('TEN208 ambiguous-prefix', () => {
  const tenants = (names: Record<string, readonly Record<string, unknown>[]>): ExampleFiles =>
    Object.fromEntries(
      Object.entries(names).map(([name, namespaces]) => [
        `tenants/${name}.yaml`,
        tenantFile(name, { namespaces: namespaces.map((namespace) => ({ ...namespace, ...on() })) }),
      ]),
    );
  const optional = organization({ naming: { tenantPrefix: 'Optional' } });

  it('takes the longest prefix, and shows the tenant and its namespace', async () => {
    const files = tenants({
      a: [{ name: 'b-c-d' }, { name: 'bc' }, { name: 'b' }, { name: 'bb-c' }],
      'a-b': [{ name: 'c-d' }],
      'a-b-c': [{ name: 'd' }],
    });
    const found = await diagnose(files, { codes: 'TEN208' });
    expect(found.map((d) => d.message)).toEqual([
      '`a-b-c-d` of tenant `a` has the name of a namespace of tenant `a-b-c`',
      '`a-b-c-d` of tenant `a-b` has the name of a namespace of tenant `a-b-c`',
    ]);
    expect(found[0]?.related.map((r) => r.message)).toEqual(['tenant `a-b-c`', 'its namespace `a-b-c-d`']);
    expect(found[0]?.help).toBe('choose an identifier that does not begin with `b-c-`');
  });

  it('counts a tenant whose file cannot be read', async () => {
    const files = { ...tenants({ a: [{ name: 'b-c' }] }), 'tenants/a-b.yaml': 'spec: [' };
    expect(await says('TEN208', files)).toEqual([
      'tenants/a.yaml:10:13 TEN208 `a-b-c` of tenant `a` has the name of a namespace of tenant `a-b`',
    ]);
  });

  it("refuses a full name with another tenant's prefix, and allows one's own", async () => {
    const files = {
      ...tenants({ green: [{ fullName: 'solar-x-y' }, { fullName: 'green-x' }, { fullName: 'x-solar' }] }),
    };
    expect(await says('TEN2', { ...files, ...optional })).toEqual([
      'tenants/green.yaml:10:17 TEN208 `solar-x-y` of tenant `green` has the name of a namespace of tenant `solar`',
    ]);
  });

  it('takes a full name that the admins granted by itself for one’s own, where the label decides (S72)', async () => {
    const granting = (name: string) =>
      organization({ naming: { tenantPrefix: 'Optional' }, grants: { green: { fullNames: [name] } } });
    const files = tenants({ green: [{ fullName: 'solar-x-y' }] });
    const [found] = await diagnose({ ...files, ...optional }, { codes: 'TEN208' });
    expect(found?.help).toContain('ask the admins for `grants: { green: { fullNames: [solar-x-y] } }`');
    expect(await says('TEN208', { ...files, ...granting('solar-x-y') })).toEqual([]);
    expect(await says('TEN208', { ...files, ...granting('solar-*') })).toHaveLength(1);
  });

  it('leaves full names alone where they are not allowed at all', async () => {
    const found = await diagnose(tenants({ green: [{ fullName: 'solar-x' }] }), { codes: 'TEN2' });
    expect(found.map((d) => d.code)).toEqual(['TEN206']);
  });
});

describe('TEN209 protected-namespace', () => {
  it('knows those of the organization', async () => {
    const files = {
      ...organization({ protectedNamespaces: ['monitoring', 'solar-p*'] }),
      ...solar({ namespaces: ['prod', 'dev'].map((name) => ({ name, ...on() })) }),
    };
    expect(await says('TEN2', files)).toEqual([
      'tenants/solar.yaml:10:13 TEN209 `solar-prod` is protected and cannot be a namespace of tenant `solar`',
    ]);
    expect((await only('TEN2', files)).help).toBe(
      'choose another name; protected are `default`, `kube-*`, `monitoring` and `solar-p*`',
    );
  });

  it('knows where Argo CD and the accounts live that clusters let through, whatever the prefix says', async () => {
    const files = {
      ...organization({
        naming: { tenantPrefix: 'Optional' },
        argoCD: { repoURL: 'https://git.example.com/a.git', namespace: 'gitops' },
      }),
      ...prodcluster01({
        trustedServiceAccounts: [{ serviceAccount: 'cert-manager/controller', powers: ['Maintain'] }],
      }),
      ...solar({ namespaces: ['gitops', 'cert-manager', 'other'].map((fullName) => ({ fullName, ...on() })) }),
    };
    const found = await diagnose(files, { codes: 'TEN209' });
    expect(found.map(({ message, help }) => `${message}: ${help ?? ''}`)).toEqual([
      '`gitops` is protected and cannot be a namespace of tenant `solar`: choose another name: Argo CD runs in it',
      '`cert-manager` is protected and cannot be a namespace of tenant `solar`: choose another name: its service account `controller` is trusted by cluster `prodcluster01`',
    ]);
  });

  it("is about groups' and retained namespaces, once each", async () => {
    const spec = { sharedWith: sharedWith({ group: 'kube-ops' }), retainedNamespaces: ['default'] };
    const files = {
      ...organization({ groups: groups({ name: 'kube-ops' }) }),
      ...prodcluster01(spec),
      ...prodcluster02(spec),
    };
    const found = await diagnose(files, { codes: 'TEN2' });
    expect(found.map((d) => `${d.code} ${d.message}`)).toEqual([
      'TEN209 `kube-ops` is protected and cannot be the namespace of group `kube-ops`',
      'TEN209 `default` is protected and cannot be a retained namespace',
    ]);
  });

  it('lets such a group see the cluster without a namespace', async () => {
    const files = {
      ...organization({ groups: groups({ name: 'kube-ops' }) }),
      ...prodcluster01({ sharedWith: sharedWith({ group: 'kube-ops', namespace: false }) }),
    };
    expect(await says('TEN209', files)).toEqual([]);
  });
});

describe('TEN218 tenant-name-as-namespace', () => {
  const optional = organization({ naming: { tenantPrefix: 'Optional' }, groups: groups({ name: 'green' }) });
  const green = { 'tenants/green.yaml': solar({ namespaces: [] })['tenants/solar.yaml'] ?? null };

  it("is about any tenant's name, its own too, and one whose file cannot be read", async () => {
    const files = {
      ...optional,
      ...solar({ namespaces: ['solar', 'green', 'greener'].map((fullName) => ({ fullName, ...on() })) }),
      'tenants/green.yaml': 'kind: [',
    };
    const found = await diagnose(files, { codes: 'TEN218' });
    expect(found.map(({ message }) => message)).toEqual([
      '`solar` is the name of a tenant and cannot be a namespace of tenant `solar`',
      '`green` is the name of a tenant and cannot be a namespace of tenant `solar`',
    ]);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, number]>([
    ['granted by itself', { fullNames: ['solar'] }, { fullName: 'solar' }, 0],
    ['granted by itself, and another tenant’s', { fullNames: ['green'] }, { fullName: 'green' }, 0],
    ['granted by a pattern', { fullNames: ['sol*'] }, { fullName: 'solar' }, 1],
    ['of another tenant, with its prefix', { fullNames: ['solar-lab'] }, { name: 'lab' }, 1],
  ])('goes by the grant of a full name: %s', async (_, solars, namespace, expected) => {
    const spec = { naming: { tenantPrefix: 'Optional' }, groups: groups({ name: 'green' }), grants: { solar: solars } };
    const lab = { 'tenants/solar-lab.yaml': green['tenants/green.yaml'] };
    const files = { ...organization(spec), ...green, ...lab, ...solar({ namespaces: [{ ...namespace, ...on() }] }) };
    expect(await says('TEN218', files)).toHaveLength(expected);
    const required = organization({ ...spec, naming: { tenantPrefix: 'Required' } });
    expect(await says('TEN218', { ...files, ...required })).toHaveLength(1);
  });

  it("is about groups' namespaces, and lets retained ones be", async () => {
    const spec = { sharedWith: sharedWith({ group: 'green' }), retainedNamespaces: ['solar'] };
    const found = await diagnose({ ...optional, ...green, ...prodcluster01(spec) }, { codes: 'TEN218' });
    expect(found.map(({ message, help }) => `${message}: ${help ?? ''}`)).toEqual([
      '`green` is the name of a tenant and cannot be the namespace of group `green`: give the group another `namespace` in organization.yaml, or share with `namespace: false`',
    ]);
  });
});

describe('TEN210 too-many-namespaces', () => {
  const namespaces = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `n${i}`, ...on() }));

  it('marks the first one over the limit', async () => {
    expect(await says('TEN210', solar({ namespaces: namespaces(10) }))).toEqual([]);
    expect(await says('TEN210', solar({ namespaces: namespaces(12) }))).toEqual([
      'tenants/solar.yaml:40:13 TEN210 tenant `solar` has 12 of 10 namespaces',
    ]);
  });

  it('takes the limit of the organization, if it can be read', async () => {
    const files = solar({ namespaces: namespaces(11) });
    expect(await says('TEN210', { ...files, ...organization({ limits: { namespacesPerTenant: 11 } }) })).toEqual([]);
    expect(await says('TEN210', { ...files, ...organization({ limits: { namespacesPerTenant: 'many' } }) })).toEqual(
      [],
    );
    expect(await says('TEN210', { ...files, ...organization({ limits: { namespacesPerTenant: 3 } }) })).toHaveLength(1);
  });

  it('counts an entry that is there twice once', async () => {
    expect(await says('TEN210', solar({ namespaces: [...namespaces(10), ...namespaces(2)] }))).toEqual([]);
  });

  it('can be waived for the tenant', async () => {
    const exceptions = [{ code: 'TEN210', target: 'solar', reason: 'Splits up in summer.', until: '2026-08-31' }];
    const files = { ...solar({ namespaces: namespaces(11) }), ...organization({ exceptions }) };
    expect(await says('TEN', files)).toEqual([]);
  });
});

describe('TEN211 duplicate-identifier', () => {
  it('shows the first entry for each later one', async () => {
    const found = await says(
      'TEN2',
      solar({ namespaces: ['prod', 'dev', 'prod', 'prod'].map((name) => ({ name, ...on() })) }),
    );
    expect(found).toEqual([
      'tenants/solar.yaml:16:13 TEN211 tenant `solar` names namespace `solar-prod` twice',
      'tenants/solar.yaml:19:13 TEN211 tenant `solar` names namespace `solar-prod` twice',
    ]);
  });

  it('finds a full name that is a prefixed one, and two that `inherits` cannot tell apart', async () => {
    const files = {
      ...organization({ naming: { tenantPrefix: 'Optional' } }),
      ...solar({
        namespaces: [{ name: 'prod' }, { fullName: 'solar-prod' }, { fullName: 'prod' }].map((n) => ({
          ...n,
          ...on(),
        })),
      }),
    };
    const found = await diagnose(files, { codes: 'TEN2' });
    expect(found.map((d) => d.message)).toEqual([
      'tenant `solar` names namespace `solar-prod` twice',
      'tenant `solar` has two namespaces that it calls `prod`: `solar-prod` and `prod`',
    ]);
  });
});

describe('TEN212 group-namespace-name', () => {
  it('reports a group once, with the places that share with it', async () => {
    const spec = { sharedWith: sharedWith({ group: 'github:ops' }) };
    const files = {
      ...organization({ groups: groups({ name: 'github:ops' }) }),
      ...prodcluster01(spec),
      ...prodcluster02(spec),
    };
    expect(await says('TEN2', files)).toEqual([
      "clusters/prodcluster01.yaml:17:14 TEN212 group `github:ops` gets a namespace on the cluster, but its name cannot be a namespace's",
    ]);
    expect((await only('TEN2', files)).related.map((r) => r.message)).toEqual(['says no `namespace`', 'the same here']);
  });

  it('is about names that are too long, too', async () => {
    const name = 'o'.repeat(64);
    const files = {
      ...organization({ groups: groups({ name }) }),
      ...prodcluster01({ sharedWith: sharedWith({ group: name }) }),
    };
    expect((await only('TEN2', files)).code).toBe('TEN212');
  });

  it.each([
    ['a share without a namespace', { name: 'github:ops' }, { group: 'github:ops', namespace: false }],
    ['a group that says its namespace', { name: 'github:ops', namespace: 'ops' }, { group: 'github:ops' }],
    ['a group with such a name', { name: 'ops' }, { group: 'ops' }],
    ['a namespace that cannot be read', { name: 'github:ops', namespace: 'No_Label' }, { group: 'github:ops' }],
    ['a group that is not declared', { name: 'ops' }, { group: 'github:ops' }],
  ])('has nothing to say about %s', async (_, group, share) => {
    const files = {
      ...organization({ groups: groups(group) }),
      ...prodcluster01({ sharedWith: sharedWith(share) }),
    };
    expect(await says('TEN2', files)).toEqual([]);
  });
});

describe('TEN213 duplicate-entry', () => {
  it('finds what the organization names twice', async () => {
    const files = organization({
      admins: ['alice', 'bob', 'alice'],
      groups: [
        ...groups({ name: 'ops', namespace: 'ops', members: ['ann', 'ann'] }, { name: 'sre', namespace: 'ops' }),
        { name: 'audit' },
      ],
    });
    expect(await says('TEN213', files)).toEqual([
      'organization.yaml:10:7 TEN213 `alice` is in `admins` twice',
      'organization.yaml:19:11 TEN213 `ann` is a member of group `ops` twice',
      'organization.yaml:21:18 TEN213 two groups have the namespace `ops`',
      'organization.yaml:22:13 TEN213 group `audit` is declared twice',
    ]);
  });

  it('finds what a cluster and a tenant name twice', async () => {
    const role = { name: 'deployer', rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }] };
    const allocation = { name: 'main', budget: { amount: '1', currency: 'USD', period: 'Year' } };
    const files = {
      ...prodcluster01({ sharedWith: sharedWith({ group: 'audit' }), retainedNamespaces: ['old', 'old'] }),
      ...solar({
        allocations: [allocation, allocation],
        roles: [role, role],
        namespaces: [{ name: 'prod', clusters: ['prodcluster01', 'prodcluster01'] }],
      }),
    };
    const found = await diagnose(files, { codes: 'TEN213' });
    expect(found.map((d) => d.message)).toEqual([
      'cluster `prodcluster01` is shared with group `audit` twice',
      'cluster `prodcluster01` retains `old` twice',
      'tenant `solar` declares allocation `main` twice',
      'tenant `solar` declares role `deployer` twice',
      'cluster `prodcluster01` is in the list twice',
    ]);
  });

  it('reports a default once, however many namespaces have it', async () => {
    const files = solar({
      defaults: { clusters: ['prodcluster01', 'prodcluster01'] },
      namespaces: [{ name: 'prod' }, { name: 'dev' }, { name: 'test', inherits: 'dev' }],
    });
    expect(await says('TEN213', files)).toEqual([
      'tenants/solar.yaml:12:9 TEN213 cluster `prodcluster01` is in the list twice',
    ]);
  });
});

describe('TEN214 label-not-allowed', () => {
  const labelled = (labels: Record<string, unknown>) => solar({ namespaces: [{ name: 'prod', ...on(), labels }] });

  it.each([
    'stage',
    'example.com/stage',
    'a/b',
    'notkubernetes.io/stage',
    'kubernetes.io.example.com/stage',
    `${'d'.repeat(63)}.example/${'n'.repeat(63)}`,
  ])('allows the key %s', async (key) => {
    expect(await says('TEN214', labelled({ [key]: 'x' }))).toEqual([]);
  });

  it.each([
    'a/b/c',
    '/b',
    'a/',
    '-a',
    'a-',
    'ä',
    'a b',
    'Example.com/a',
    'a..b/c',
    'n'.repeat(64),
    `${'d'.repeat(254)}/a`,
  ])('refuses the key %s', async (key) => {
    expect((await only('TEN214', labelled({ [key]: 'x' }))).message).toContain('is not a key that Kubernetes allows');
  });

  it.each([
    ['pod-security.kubernetes.io/enforce', 'kubernetes.io'],
    ['kubernetes.io/metadata.name', 'kubernetes.io'],
    ['app.kubernetes.io/instance', 'kubernetes.io'],
    ['x.k8s.io/a', 'k8s.io'],
    ['argocd.argoproj.io/instance', 'argoproj.io'],
    ['tenantry.dev/tenant', 'tenantry.dev'],
    ['sub.tenantry.dev/tenant', 'tenantry.dev'],
  ])('refuses %s, of the reserved domain %s', async (key, domain) => {
    expect(await says('TEN214', labelled({ [key]: 'x' }))).toEqual([
      `tenants/solar.yaml:14:9 TEN214 label \`${key}\` is in the reserved domain \`${domain}\``,
    ]);
  });

  it('reserves the label domain that the organization sets', async () => {
    const files = labelled({ 'tenants.example.com/tenant': 'x', 'tenantry.dev/tenant': 'x' });
    const found = await says('TEN214', { ...files, ...organization({ labelDomain: 'tenants.example.com' }) });
    expect(found).toEqual([expect.stringContaining('`tenants.example.com/tenant`')]);
    expect(await says('TEN214', { ...files, ...organization({ labelDomain: 'No Domain' }) })).toEqual([]);
  });

  it.each(['', 'x', 'A_b.c-1', 'v'.repeat(63)])('allows the value %j', async (value) => {
    expect(await says('TEN214', labelled({ stage: value }))).toEqual([]);
  });

  it.each(['-x', 'x y', 'a/b', 'ü', 'x.'])('refuses the value %j', async (value) => {
    expect(await says('TEN214', labelled({ stage: value }))).toEqual([
      'tenants/solar.yaml:14:16 TEN214 label `stage` has a value that Kubernetes does not allow',
    ]);
  });

  it('reports a default once, and one that no namespace has', async () => {
    const defaults = { clusters: ['prodcluster01'], labels: { 'k8s.io/x': '1' } };
    const two = await says('TEN214', solar({ defaults, namespaces: [{ name: 'prod' }, { name: 'dev' }] }));
    expect(two).toHaveLength(1);
    expect(await says('TEN214', solar({ defaults }))).toEqual(two);
  });

  it("lets node selectors and clusters have Kubernetes' labels, if they are valid", async () => {
    const labels = { 'kubernetes.io/os': 'linux', 'not valid': 'not valid' };
    const files = {
      ...organization({ defaults: { isolation: { nodeSelector: labels } } }),
      ...prodcluster01({ labels }),
      ...solar({
        isolation: { nodeSelector: labels },
        namespaces: [{ name: 'prod', ...on(), isolation: { nodeSelector: labels } }],
      }),
    };
    const found = await diagnose(files, { codes: 'TEN214' });
    expect(found.map((d) => d.message)).toEqual(
      ['node label', 'label', 'node label', 'node label'].flatMap((noun) => [
        `${noun} \`not valid\` is not a key that Kubernetes allows`,
        `${noun} \`not valid\` has a value that Kubernetes does not allow`,
      ]),
    );
  });
});

describe('TEN216 server-url', () => {
  const served = (server: string) => prodcluster01({ server });

  it.each([
    'https://k8s.example.com',
    'https://k8s.example.com:6443',
    'https://k8s.example.com/k8s/clusters/c-1',
    'https://192.0.2.1:6443/',
    'https://[2001:db8::1]:6443',
  ])('allows %s', async (server) => {
    expect(await says('TEN216', served(server))).toEqual([]);
  });

  it.each([
    ['http://k8s.example.com', 'is not an https URL'],
    ['k8s.example.com:6443', 'is not a URL'],
    ['k8s.example.com', 'is not a URL'],
    ['https:k8s.example.com', 'is not a URL'],
    ['https:///k8s.example.com', 'is not a URL'],
    ['https://', 'is not a URL'],
    ['https://k8s.example.com:99999', 'is not a URL'],
    [' https://k8s.example.com', 'is not a URL'],
    ['https://k8s.example.com/a b', 'is not a URL'],
    ['https://k8s.example.com\\@other.example.com', 'is not a URL'],
    ['https://k8s․example.com', 'is not a URL'],
    ['https://k8s.example.com?', 'has a query'],
    ['https://k8s.example.com#', 'has a fragment'],
    ['https://admin@k8s.example.com', 'holds user info'],
  ])('refuses %s', async (server, wrong) => {
    expect(await says('TEN216', served(server))).toEqual([
      `clusters/prodcluster01.yaml:6:11 TEN216 the server of cluster \`prodcluster01\` ${wrong}`,
    ]);
  });

  it('names everything that is wrong, and repeats no password', async () => {
    const found = await diagnose(served('http://admin:hunter2@k8s.example.com?a=1#b'), { codes: 'TEN216' });
    expect(found).toHaveLength(4);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});

describe('TEN217 group-namespace-looks-like-tenants', () => {
  const share = (group: Record<string, unknown>, tenants: ExampleFiles = {}) => ({
    ...organization({ groups: groups(group) }),
    ...prodcluster01({ sharedWith: sharedWith({ group: group['name'] }) }),
    ...prodcluster02({ sharedWith: sharedWith({ group: group['name'] }) }),
    ...tenants,
  });

  it('reports a group once, by the namespace that it gets', async () => {
    expect(await says('TEN2', share({ name: 'github:ops', namespace: 'solar-ops' }))).toEqual([
      'clusters/prodcluster01.yaml:17:14 TEN217 namespace `solar-ops` of group `github:ops` looks like one of tenant `solar`',
    ]);
    expect(await says('TEN2', share({ name: 'solar-ops', namespace: 'ops' }))).toEqual([]);
    expect(await says('TEN2', share({ name: 'solarops' }))).toEqual([]);
  });

  it('counts a tenant whose file cannot be read', async () => {
    expect(await says('TEN217', share({ name: 'green-ops' }, { 'tenants/green.yaml': '[' }))).toHaveLength(1);
  });

  it('is silent where the group may have another namespace', async () => {
    expect(await says('TEN217', share({ name: 'solar-ops', namespace: 'No_Label' }))).toEqual([]);
  });

  it('leaves retained namespaces alone', async () => {
    expect(await says('TEN2', prodcluster01({ retainedNamespaces: ['solar-ops'] }))).toEqual([]);
  });

  it('can be waived for the namespace', async () => {
    const exceptions = [
      { code: 'TEN217', target: 'solar-ops', reason: 'Has been there for years.', until: '2026-12-31' },
    ];
    const files = {
      ...organization({ groups: groups({ name: 'solar-ops' }), exceptions }),
      ...prodcluster01({ sharedWith: sharedWith({ group: 'solar-ops' }) }),
    };
    expect(await says('TEN2', files)).toEqual([]);
    expect(await says('TEN4', files)).toEqual([]);
  });
});

describe('an organization that cannot be read', () => {
  it('leads to no conclusions about names and limits', async () => {
    const files = {
      'organization.yaml': 'spec: [',
      ...solar({
        namespaces: [
          ...Array.from({ length: 11 }, (_, i) => ({ name: `n${i}`, ...on() })),
          { name: 'production', ...on() },
          { fullName: 'grafana', ...on() },
        ],
      }),
    };
    expect(await says('TEN2', files)).toEqual([]);
  });
});
