import { describe, expect, it } from 'vitest';
import { errorsOf, pipeline } from '../support/pipeline.ts';
import { placedVerdicts } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import type { ExampleFiles } from '../support/examples.ts';
import { exampleCertificate, exampleDay, exampleFiles } from '../support/examples.ts';
import { memoryTree } from '../../src/tree/tree.ts';

/** Rules about clusters as they are, and about what others declare on them. */

const sharedWith = ['solar-leads', 'solar-sre', 'audit'].map((group) => ({ group, namespace: false }));
const cluster = (spec: Record<string, unknown>, name = 'prodcluster01'): ExampleFiles => ({
  [`clusters/${name}.yaml`]: clusterFile(name, { sharedWith, ...spec }),
});
const foreign = (name: string, ...shares: object[]) => cluster({ foreignNamespaces: [{ name, sharedWith: shares }] });
const sre = (role: string, more: object = {}) => ({ group: 'solar-sre', role, ...more });

const found = async (files: ExampleFiles): Promise<string[]> => {
  const { diagnostics } = await pipeline(memoryTree(exampleFiles({ files })), exampleDay);
  return diagnostics.filter(({ severity }) => severity !== 'note').map(({ code, message }) => `${code} ${message}`);
};
const codes = async (files: ExampleFiles): Promise<string[]> => (await found(files)).map((one) => one.slice(0, 6));
const told = async (before: ExampleFiles, after: ExampleFiles, pattern: RegExp): Promise<string[]> =>
  (await placedVerdicts(before, after)).filter((line) => pattern.test(line));

describe('shares of foreign namespaces are held to what holds for others', () => {
  it.each<[string, object[], string[]]>([
    ['a group that is not declared', [{ group: 'strangers', role: 'view' }], ['TEN101']],
    ['a reserved group', [{ group: 'system:authenticated', role: 'view' }], ['TEN301']],
    ['a role that no cluster has', [sre('operator')], ['TEN107']],
    ['a subject twice', [sre('view'), sre('edit')], ['TEN302']],
    ['a user with the prefix of tokens', [{ user: 'user:kim', role: 'view' }], ['TEN315']],
    ['a user of Kubernetes', [{ user: 'system:kube-scheduler', role: 'view' }], ['TEN315']],
    ['a day that there is not', [sre('view', { until: '2026-02-30' })], ['TEN401']],
    ['a share that has ended', [sre('view', { until: '2026-01-01' })], ['TEN402']],
    ['a user who is in a group with as much', [sre('edit'), { user: 'sue', role: 'view' }], ['TEN303']],
    ['two alphabets', [{ user: 'kіm', role: 'view' }], ['TEN314']],
    ['nothing wrong', [sre('admin'), { group: 'audit', role: 'view' }], []],
    ['nobody', [], []],
  ])('%s', async (_what, shares, expected) => {
    expect(await codes(foreign('default', ...shares))).toEqual(expected);
  });

  it('needs the cluster to be shared with a group, unless that is derived', async () => {
    const unseen = cluster({
      sharedWith: sharedWith.slice(0, 1),
      foreignNamespaces: [{ name: 'default', sharedWith: [sre('view')] }],
    });
    const alone = { ...unseen, 'tenants/solar.yaml': null };
    expect(await codes(alone)).toEqual(['TEN103']);
    const derived = {
      'organization.yaml': organizationFile({ clusterShares: 'Derived' }),
    };
    expect(await codes({ ...alone, ...derived })).toEqual([]);
    expect(await codes({ ...cluster({ sharedWith: [] }), ...derived })).toEqual([]);
  });
});

describe('TEN326: nobody may act as the platform', () => {
  const argoCD = { argoCD: { repoURL: 'https://git.example.com/a.git', namespace: 'gitops' } };
  const files = (name: string, role: string): ExampleFiles => ({
    'organization.yaml': organizationFile({ ...argoCD, protectedNamespaces: ['gitops', 'logging'] }),
    ...cluster({
      trustedServiceAccounts: [{ serviceAccount: 'cert-manager/controller', powers: ['Maintain'] }],
      foreignNamespaces: [{ name, sharedWith: [sre(role)] }],
    }),
  });
  it.each(['kube-system', 'kube-public', 'gitops', 'cert-manager'])('%s takes `view` alone', async (name) => {
    expect(await codes(files(name, 'view'))).toEqual([]);
    expect(await codes(files(name, 'edit'))).toEqual(['TEN326']);
    expect(await codes(files(name, 'admin'))).toEqual(['TEN326']);
  });
  it.each(['default', 'logging'])('%s takes any role', async (name) => {
    expect(await codes(files(name, 'admin'))).toEqual([]);
  });
});

describe('a foreign namespace is nobody else’s on its cluster', () => {
  it.each<[string, ExampleFiles, string]>([
    ['a tenant’s', foreign('solar-prod', sre('view')), 'TEN207'],
    [
      'a group’s',
      cluster({
        sharedWith: [...sharedWith.slice(1), { group: 'solar-leads' }],
        foreignNamespaces: [{ name: 'solar-leads' }],
      }),
      'TEN207',
    ],
    ['a retained one', cluster({ retainedNamespaces: ['old'], foreignNamespaces: [{ name: 'old' }] }), 'TEN207'],
    ['itself again', cluster({ foreignNamespaces: [{ name: 'default' }, { name: 'default' }] }), 'TEN213'],
  ])('%s', async (_what, files, code) => {
    expect(await codes(files)).toContain(code);
  });

  it('may have the name of a namespace on another cluster', async () => {
    const other = cluster({ foreignNamespaces: [{ name: 'solar-prod' }] }, 'other');
    expect(await codes(other)).toEqual([]);
  });

  it('TEN313: holds no service account that owns a tenant, where others than its owners may act', async () => {
    const tenant = (owner: string) => ({
      'tenants/solar.yaml': tenantFile('solar', {
        owners: [
          { kind: 'Group', name: owner },
          { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' },
        ],
        namespaces: [{ name: 'prod', clusters: ['prodcluster01'] }],
      }),
    });
    expect(await codes({ ...foreign('ci', sre('edit')), ...tenant('solar-leads') })).toEqual(['TEN313']);
    expect(await codes({ ...foreign('ci', sre('view')), ...tenant('solar-leads') })).toEqual([]);
    expect(await codes({ ...foreign('ci', sre('edit')), ...tenant('solar-sre') })).toEqual([]);
  });
});

describe('what becomes of namespaces', () => {
  const pattern = /error TEN5/;
  const empty = tenantFile('solar', { namespaces: [] });
  const prod = (more: object = {}) =>
    tenantFile('solar', { namespaces: [{ name: 'prod', clusters: ['prodcluster01'], ...more }] });

  it('a tenant’s does not become a foreign one, marked or not', async () => {
    for (const more of [{}, { state: 'MarkedForDeletion' }]) {
      const lines = await told(
        { ...cluster({}), 'tenants/solar.yaml': prod(more) },
        { ...foreign('solar-prod', sre('view')), 'tenants/solar.yaml': empty },
        pattern,
      );
      expect(lines.map((line) => /TEN\d+/.exec(line)?.[0])).toContain('TEN501');
    }
  });

  it('a group’s and a retained one do not become foreign ones', async () => {
    const withGroup = cluster({ sharedWith: [...sharedWith.slice(1), { group: 'solar-leads' }] });
    for (const before of [withGroup, cluster({ retainedNamespaces: ['solar-leads'] })]) {
      const lines = await told(before, foreign('solar-leads', sre('view')), pattern);
      expect(lines.join('\n')).toMatch(/TEN507 .*would be a foreign one/);
    }
  });

  it('TEN554: a protected one goes after what is given in it', async () => {
    expect((await told(foreign('default', sre('edit')), cluster({}), pattern)).join('\n')).toMatch(/TEN554/);
    expect(await told(foreign('default'), cluster({}), pattern)).toEqual([]);
    expect(await told(foreign('default', sre('edit')), foreign('default'), pattern)).toEqual([]);
    expect(await told(foreign('default', sre('edit', { until: '2026-01-01' })), cluster({}), pattern)).toEqual([]);
    // Argo CD reaches what is not protected, whoever names it.
    expect(await told(foreign('logging', sre('edit')), cluster({}), pattern)).toEqual([]);
    const nowProtected = {
      'organization.yaml': organizationFile({ protectedNamespaces: ['log*'] }),
      ...cluster({}),
    };
    expect((await told(foreign('logging', sre('edit')), nowProtected, pattern)).join('\n')).toMatch(/TEN554/);
  });

  it('TEN505: a cluster does not go with what is given in them', async () => {
    const alone = { 'tenants/solar.yaml': empty };
    const before = {
      ...cluster(
        { sharedWith: [], foreignNamespaces: [{ name: 'logging', sharedWith: [{ user: 'kim', role: 'view' }] }] },
        'other',
      ),
      ...alone,
    };
    expect((await told(before, { 'clusters/other.yaml': null, ...alone }, pattern)).join('\n')).toMatch(
      /TEN505 cluster `other` is removed with 1 foreign namespace still on it/,
    );
  });
});

describe('TEN324, TEN325: prefixes', () => {
  const own = (prefixes: object) => cluster({ authentication: { configuration: 'Own', ...prefixes } });
  it.each<[string, ExampleFiles, string[]]>([
    ['none, where nobody says anything', cluster({ authentication: {} }), []],
    ['a prefix without the provider', cluster({ authentication: { userPrefix: '' } }), ['TEN324']],
    ['the usual one without the provider', cluster({ authentication: { userPrefix: 'user:' } }), ['TEN324']],
    ['none at all', own({ userPrefix: '', groupPrefix: '' }), []],
    ['Kubernetes’ own', own({ userPrefix: 'system:' }), ['TEN324']],
    ['Kubernetes’ own in another case', own({ groupPrefix: 'System:x:' }), ['TEN324']],
    ['one that makes a group a reserved one', own({ groupPrefix: 'cluster-' }), []],
  ])('%s', async (_what, files, expected) => {
    expect(await codes(files)).toEqual(expected);
  });

  const named = (group: string, member: string) => ({
    'organization.yaml': organizationFile({
      groups: [{ name: 'solar-leads' }, { name: 'solar-sre' }, { name: 'audit' }, { name: group, members: [member] }],
    }),
  });
  it.each<[string, ExampleFiles, ExampleFiles, string[]]>([
    ['a group that is reserved with it', own({ groupPrefix: 'cluster-' }), named('admins', 'ann'), ['TEN325']],
    ['a group of Kubernetes with it', own({ groupPrefix: 'sys' }), named('tem:masters', 'ann'), ['TEN325']],
    ['a user of Kubernetes with it', own({ userPrefix: 'system' }), named('x', ':admin'), ['TEN325']],
    [
      'Argo CD’s account without one',
      cluster({ authentication: { configuration: 'Own', userPrefix: '' }, syncIdentity: 'argo' }),
      named('x', 'argo'),
      ['TEN325'],
    ],
    ['the same names under another', own({ userPrefix: 'a:', groupPrefix: 'a:' }), named('admins', 'argo'), []],
    ['a user of Kubernetes where there is none', own({ userPrefix: '' }), named('x', 'system:admin'), ['TEN315']],
  ])('%s', async (_what, files, organization, expected) => {
    expect(await codes({ ...files, ...organization })).toEqual(expected);
  });
});

describe('a plan about clusters as they are', () => {
  const own = (prefixes: object = {}) => cluster({ authentication: { configuration: 'Own', ...prefixes } });

  it('TEN530, TEN553: says who is who, and of how many bindings the names change', async () => {
    expect((await told(cluster({}), own(), /TEN5(30|53)/)).join('\n')).toMatch(
      /TEN530 `authentication` of cluster `prodcluster01` goes from `Rendered` to `Own`/,
    );
    const lines = await told(own({ groupPrefix: 'a:' }), own({ groupPrefix: '' }), /TEN553/);
    expect(lines.join('\n')).toMatch(/TEN553 \d+ bindings of 3 groups on cluster/);
    // Its own provider names people as the platform did: nothing is of another name.
    expect(await told(cluster({}), own(), /TEN553/)).toEqual([]);
  });

  it('TEN529, TEN545: leaving the labels out is looser, and writing them may stop work', async () => {
    const omitted = cluster({ podSecurityLabels: 'Omitted' });
    const looser = await told(cluster({}), omitted, /TEN529/);
    expect(looser.join('\n')).toMatch(
      /`podSecurityLabels` of cluster `prodcluster01` goes from `Written` to `Omitted`/,
    );
    expect(looser.join('\n')).toMatch(/`podSecurity` of .* goes from `baseline` to `not by labels`/);
    expect((await told(omitted, cluster({}), /TEN545/)).join('\n')).toMatch(/`podSecurity` \(baseline\) may stop work/);
    // A new namespace has nothing less than others there.
    const more = {
      'tenants/solar.yaml': tenantFile('solar', { namespaces: [{ name: 'new', clusters: ['prodcluster01'] }] }),
    };
    expect(await told(omitted, { ...omitted, ...more }, /TEN529/)).toEqual([]);
  });

  it('TEN530, TEN511: a certificate authority that goes or comes is who the cluster is', async () => {
    const without = (spec: object = {}) => ({
      ...cluster({ certificateAuthority: undefined, ...spec }),
      'clusters/example-ca.pem': null,
    });
    expect(errorsOf((await pipeline(memoryTree(exampleFiles({ files: without() })), exampleDay)).diagnostics)).toEqual(
      [],
    );
    expect((await told(cluster({}), without(), /TEN530/)).join('\n')).toMatch(
      /goes from `sha256 .*` to `publicly trusted`/,
    );
    const withOne = { ...cluster({}), 'clusters/example-ca.pem': exampleCertificate };
    expect((await told(without(), withOne, /TEN530/)).join('\n')).toMatch(/goes from `publicly trusted` to `sha256/);
    const elsewhere = without({ server: 'https://elsewhere.example.com' });
    expect((await told(without(), elsewhere, /TEN511/)).join('\n')).toMatch(/both are publicly trusted/);
    expect((await told(cluster({}), elsewhere, /TEN511/)).join('\n')).toMatch(/another certificate authority/);
  });

  it('tells derived cluster shares with their ends, as they come and go', async () => {
    const organization = { 'organization.yaml': organizationFile({ clusterShares: 'Derived' }) };
    const seen = { ...organization, ...cluster({ sharedWith: [], labels: { environment: 'production' } }) };
    const solar = (...shares: object[]) => ({
      'tenants/solar.yaml': tenantFile('solar', {
        owners: [{ kind: 'User', name: 'sam' }],
        namespaces: [{ name: 'prod', clusters: ['prodcluster01'], sharedWith: shares }],
      }),
    });
    const lines = await told({ ...seen, ...solar() }, { ...seen, ...solar(sre('view')) }, /TEN533/);
    expect(lines.join('\n')).toMatch(/members of group `solar-sre` get tokens for production cluster `prodcluster01`/);
    expect(await told({ ...seen, ...solar(sre('view')) }, { ...seen, ...solar() }, /TEN533/)).toEqual([]);
    expect((await told({}, organization, /TEN528/)).join('\n')).toMatch(/`clusterShares` of the organization/);
  });
});

describe('TEN125: teams under a prefix', () => {
  const groups = (...names: string[]) => names.map((name) => ({ name }));
  const organization = (gitHub: object, ...more: string[]): ExampleFiles => ({
    'organization.yaml': organizationFile({
      groups: groups('solar-leads', 'solar-sre', 'audit', ...more),
      gitHub: { organization: 'acme', ...gitHub },
    }),
  });
  it('is told where the prefix gives a group the team of another', async () => {
    const prefix = { groupPrefix: 'gh:' };
    expect(await codes(organization(prefix, 'gh:core', 'core'))).toEqual([]);
    expect(await codes(organization({ ...prefix, teams: { core: 'core' } }, 'gh:core', 'core'))).toEqual(['TEN125']);
    expect(await codes(organization({ ...prefix, teams: { core: 'Core' } }, 'gh:core', 'core'))).toEqual(['TEN125']);
    const both = { ...prefix, teams: { core: 'core', 'gh:core': 'core' } };
    expect(await codes(organization(both, 'gh:core', 'core'))).toEqual([]);
    expect(await codes(organization({ teams: { 'gh:core': 'core' } }, 'gh:core', 'core'))).toEqual([]);
  });
});
