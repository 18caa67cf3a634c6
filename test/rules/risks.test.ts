import { describe, expect, it } from 'vitest';
import type { ExampleFiles } from '../support/examples.ts';
import { exampleChange, placedVerdicts } from '../support/change.ts';
import { exampleCertificate } from '../support/examples.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';

const groups: readonly Record<string, unknown>[] = [
  { name: 'solar-leads', members: ['sam'] },
  { name: 'solar-sre', members: ['sam', 'sue'] },
  { name: 'audit', members: ['ann'] },
  { name: 'contractors' },
];
/** The groups, with one of them as it is given here. */
const groupsWith = (name: string, changed: Record<string, unknown>) =>
  groups.map((group) => (group['name'] === name ? { ...group, ...changed } : group));

const cluster = (name: string, environment: string, spec: Record<string, unknown> = {}): ExampleFiles => ({
  [`clusters/${name}.yaml`]: clusterFile(name, {
    labels: { environment },
    sharedWith: groups.map((group) => ({ group: group['name'], namespace: false })),
    ...spec,
  }),
});
const organization = (spec: Record<string, unknown> = {}): ExampleFiles => ({
  'organization.yaml': organizationFile({ groups, ...spec }),
});
const clusters = ['prodcluster01', 'testcluster'];
const solar = (spec: Record<string, unknown>): ExampleFiles => ({
  'tenants/solar.yaml': tenantFile('solar', { defaults: { clusters }, ...spec }),
});
const onTest = (spec: Record<string, unknown>): ExampleFiles =>
  solar({ ...spec, defaults: { clusters: ['testcluster'] } });
const shares = (...sharedWith: object[]): ExampleFiles => solar({ namespaces: [{ name: 'prod', sharedWith }] });

const usual: ExampleFiles = {
  ...organization(),
  ...cluster('prodcluster01', 'production'),
  ...cluster('testcluster', 'test'),
};

/** What a reviewer is told to look at, without the errors of the change. */
async function risks(before: ExampleFiles, after: ExampleFiles): Promise<string[]> {
  const base = { ...usual, ...before };
  const { context, verdicts } = await exampleChange({ before: base, after });
  const ids = new Set(context.plan.items.map(({ id }) => id));
  for (const { diagnostic, items } of verdicts) {
    if (diagnostic.severity !== 'note') continue;
    // The plan shows each with what it is about, so it must be about something, and that must be there.
    expect([diagnostic.code, items.length > 0, items.filter((id) => !ids.has(id))]).toEqual([
      diagnostic.code,
      true,
      [],
    ]);
  }
  const lines = await placedVerdicts(base, after);
  return lines.filter((line) => / note TEN5(?:[23]\d|46) /.test(line)).map((line) => line.replace(' note', ''));
}

describe('access that is given', () => {
  it('TEN520, TEN521: names admin once, where it is on production there', async () => {
    expect(await risks(shares(), shares({ group: 'solar-sre', role: 'admin' }))).toEqual([
      'tenants/solar.yaml:16:11 TEN520 on production, group `solar-sre` gains `admin` in namespace `solar-prod` on cluster `prodcluster01`',
    ]);
    const namespaces = [{ name: 'prod' }, { name: 'dev' }];
    const given = solar({
      defaults: { clusters: ['testcluster'], sharedWith: [{ user: 'sue', role: 'admin' }] },
      namespaces,
    });
    expect(await risks(onTest({ namespaces }), given)).toEqual([
      'tenants/solar.yaml:13:9 TEN521 user `sue` gains `admin` in namespaces `solar-dev`, `solar-prod` on cluster `testcluster`',
    ]);
  });

  it('TEN520: says from what to what', async () => {
    const before = shares({ group: 'audit', role: 'edit' });
    expect(await risks(shares({ group: 'audit', role: 'view' }), before)).toEqual([
      'tenants/solar.yaml:16:11 TEN520 on production, group `audit` goes from `view` to `edit` in namespace `solar-prod` on cluster `prodcluster01`',
    ]);
    const longerButLess = shares({ group: 'audit', role: 'view' });
    expect(await risks(shares({ group: 'audit', role: 'edit', until: '2026-05-01' }), longerButLess)).toEqual([
      'tenants/solar.yaml:16:11 TEN520 on production, group `audit` goes from `edit` until 2026-05-01 to `view` in namespace `solar-prod` on cluster `prodcluster01`',
    ]);
  });

  it('TEN520: in a new namespace names only those who are new in the tenant on that cluster', async () => {
    const audit = { group: 'audit', role: 'view' };
    const before = solar({ namespaces: [{ name: 'prod', sharedWith: [{ group: 'solar-sre', role: 'edit' }] }] });
    const after = (...added: object[]): ExampleFiles =>
      solar({
        namespaces: [
          { name: 'prod', sharedWith: [{ group: 'solar-sre', role: 'edit' }] },
          { name: 'new', sharedWith: added },
        ],
      });
    expect(await risks(before, after({ group: 'solar-sre', role: 'view' }))).toEqual([]);
    expect(await risks(before, after(audit))).toEqual([
      'tenants/solar.yaml:20:11 TEN520 on production, group `audit` gains `view` in namespace `solar-new` on cluster `prodcluster01`',
    ]);
    expect(await risks(before, after({ group: 'solar-sre', role: 'admin' }))).toEqual([
      'tenants/solar.yaml:20:11 TEN520 on production, group `solar-sre` gains `admin` in namespace `solar-new` on cluster `prodcluster01`',
    ]);
    // What is there already holds something, whatever they have beside it.
    const elsewhere = (...sharedWith: object[]) =>
      solar({
        namespaces: [
          { name: 'prod', sharedWith },
          { name: 'dev', sharedWith: [audit] },
        ],
      });
    expect(codes(await risks(elsewhere(), elsewhere(audit)))).toEqual(['TEN520']);
    // The same namespace on another cluster is new there, and so are its people.
    expect(await risks(onTest({ namespaces: [{ name: 'prod' }] }), solar({ namespaces: [{ name: 'prod' }] }))).toEqual([
      'tenants/solar.yaml:7:7 TEN520 on production, group `solar-leads` gains `admin` in namespace `solar-prod` on cluster `prodcluster01`',
    ]);
  });

  it('TEN520: counts the namespaces of a new tenant, and says it once', async () => {
    const moon = tenantFile('moon', {
      owners: [{ kind: 'User', name: 'max' }],
      defaults: { clusters },
      namespaces: [{ name: 'a' }, { name: 'b' }],
    });
    expect(await risks({}, { 'tenants/moon.yaml': moon })).toEqual([
      'tenants/moon.yaml:7:7 TEN520 on production, user `max` gains `admin` in namespaces `moon-a`, `moon-b` on cluster `prodcluster01`',
    ]);
  });

  it('TEN520: takes no label away to avoid it', async () => {
    const after = { ...cluster('prodcluster01', 'test'), ...shares({ group: 'audit', role: 'view' }) };
    expect(await risks(shares(), after)).toEqual([
      'clusters/prodcluster01.yaml:10:3 TEN529 cluster `prodcluster01` no longer counts as production: plans will not warn of what is given there',
      'tenants/solar.yaml:16:11 TEN520 on production, group `audit` gains `view` in namespace `solar-prod` on cluster `prodcluster01`',
    ]);
  });

  it('TEN525: says that a share lasts longer, and nothing else', async () => {
    const until = (day: string) => shares({ group: 'audit', role: 'admin', until: day });
    expect(await risks(until('2026-03-01'), until('2026-09-01'))).toEqual([
      'tenants/solar.yaml:16:11 TEN525 on production too, `admin` of group `audit` in namespace `solar-prod` on clusters `prodcluster01` and `testcluster` was to end on 2026-03-01 and now lasts until 2026-09-01',
    ]);
    expect(await risks(until('2026-03-01'), shares({ group: 'audit', role: 'admin' }))).toEqual([
      'tenants/solar.yaml:16:11 TEN525 on production too, `admin` of group `audit` in namespace `solar-prod` on clusters `prodcluster01` and `testcluster` was to end on 2026-03-01 and now has no end',
    ]);
    expect(await risks(until('2026-09-01'), until('2026-03-01'))).toEqual([]);
  });

  it('says nothing of what is taken, or only written elsewhere', async () => {
    const view = { group: 'audit', role: 'view' };
    expect(await risks(shares(view, { user: 'sue', role: 'admin' }), shares(view))).toEqual([]);
    const moved = solar({ defaults: { clusters, sharedWith: [view] }, namespaces: [{ name: 'prod' }] });
    expect(await risks(shares(view), moved)).toEqual([]);
  });
});

describe('TEN522, TEN531: who is in a group', () => {
  const contractors = shares({ group: 'contractors', role: 'view' });

  it('TEN522: wants to know who gets it, where the organization says so of other groups', async () => {
    expect((await risks(shares(), contractors))[1]).toBe(
      'tenants/solar.yaml:16:11 TEN522 group `contractors` is given access in namespace `solar-prod` on clusters `prodcluster01` and `testcluster`, and organization.yaml does not say who is in it',
    );
    const silent = organization({ groups: groups.map(({ name }) => ({ name })) });
    expect(codes(await risks({ ...silent, ...shares() }, contractors))).toEqual(['TEN520']);
  });

  it('TEN522: warns of a crowd, from 21 people', async () => {
    const crowd = (size: number) => ({
      ...organization({
        groups: groupsWith('contractors', { members: Array.from({ length: size }, (_, i) => `c${i}`) }),
      }),
      ...shares(),
    });
    expect(codes(await risks(crowd(20), contractors))).toEqual(['TEN520']);
    expect((await risks(crowd(21), contractors))[1]).toBe(
      'tenants/solar.yaml:16:11 TEN522 group `contractors` is given access in namespace `solar-prod` on clusters `prodcluster01` and `testcluster`, and has 21 members',
    );
  });

  it('TEN531: says what those gain who join a group', async () => {
    const before = { ...organization(), ...shares({ group: 'audit', role: 'view' }) };
    const audit = (...members: string[]) => organization({ groups: groupsWith('audit', { members }) });
    expect(await risks(before, audit('amy', 'abe'))).toEqual([
      'organization.yaml:20:11 TEN531 `abe` and `amy` are now listed in group `audit`, which has `view` in 1 namespace, some of it on production',
    ]);
    expect(await risks(before, audit())).toEqual([]);
    const elsewhere = onTest({ namespaces: [{ name: 'prod', sharedWith: [{ group: 'audit', role: 'view' }] }] });
    expect(await risks(elsewhere, audit('ann', 'amy'))).toEqual([]);
  });

  it('TEN531: wants those seen who are said to be in a group for the first time', async () => {
    const declared = organization({ groups: groupsWith('contractors', { members: ['cora', 'cleo'] }) });
    expect(await risks(contractors, declared)).toEqual([
      'organization.yaml:21:7 TEN531 organization.yaml begins to say that `cleo` and `cora` are in group `contractors`, which has `view` in 1 namespace, some of it on production',
    ]);
    expect(await risks(contractors, organization({ groups: groupsWith('contractors', { members: [] }) }))).toEqual([]);
    const onlyTest = onTest({ namespaces: [{ name: 'prod', sharedWith: [{ group: 'contractors', role: 'view' }] }] });
    expect(await risks(onlyTest, declared)).toEqual([]);
  });

  it('TEN546: says what those keep by name who are taken out of a group', async () => {
    const share = { user: 'sue', role: 'edit' };
    const both = shares({ group: 'solar-sre', role: 'admin' }, share);
    const without = (...names: string[]) => {
      const left = groups.map(({ members, ...group }) =>
        Array.isArray(members) ? { ...group, members: members.filter((one) => !names.includes(String(one))) } : group,
      );
      return organization({ groups: left });
    };
    const sue =
      'tenants/solar.yaml:18:11 TEN546 user `sue` is no longer listed in `solar-sre`, and keeps what is given by name: `edit` in namespace `solar-prod` on clusters `prodcluster01` and `testcluster`';
    expect(await risks(both, without('sue'))).toEqual([sue]);
    // Who goes with the groups, and has nothing of their own.
    expect(await risks(both, { ...without('sue'), ...shares({ group: 'solar-sre', role: 'admin' }) })).toEqual([]);
    // With an end, as an owner, as an admin; who stays in another group is told that too.
    const owner = solar({
      owners: [
        { kind: 'Group', name: 'solar-leads' },
        { kind: 'User', name: 'sam' },
      ],
      namespaces: [{ name: 'prod', sharedWith: [{ ...share, until: '2026-03-01' }] }],
    });
    const admins = { admins: ['alice', 'sam'] };
    const changed = groupsWith('solar-sre', { members: [] });
    expect(await risks({ ...owner, ...organization(admins) }, organization({ ...admins, groups: changed }))).toEqual([
      'organization.yaml:9:7 TEN546 user `sam` is no longer listed in `solar-sre`, and keeps what is given by name: `cluster-admin` on all clusters; `admin` in namespace `solar-prod` on clusters `prodcluster01` and `testcluster`; and is still listed in `solar-leads`',
      'tenants/solar.yaml:18:11 TEN546 user `sue` is no longer listed in `solar-sre`, and keeps what is given by name: `edit` until 2026-03-01 in namespace `solar-prod` on clusters `prodcluster01` and `testcluster`',
    ]);
    // No admin any more, but an owner all the same; and a group that ceases to say who is in it takes nobody out.
    expect(codes(await risks({ ...owner, ...organization(admins) }, organization({ admins: ['alice'] })))).toEqual([
      'TEN546',
    ]);
    expect(codes(await risks(both, organization({ groups: groupsWith('solar-sre', { members: undefined }) })))).toEqual(
      ['TEN522'],
    );
  });

  it('TEN522: says that nobody sees any more who joins', async () => {
    const silent = organization({
      groups: groups.map((group) => (group['name'] === 'audit' ? { name: 'audit' } : group)),
    });
    const elsewhere = onTest({ namespaces: [{ name: 'prod', sharedWith: [{ group: 'audit', role: 'view' }] }] });
    expect(await risks(elsewhere, silent)).toEqual([
      'organization.yaml:17:7 TEN522 organization.yaml no longer says who is in group `audit`, which has `view` in 1 namespace: who joins it is not seen any more',
    ]);
    expect((await risks(shares({ group: 'audit', role: 'view' }), silent))[0]).toMatch(/, some of it on production: /);
    expect(await risks(shares(), silent)).toEqual([]);
  });
});

describe('TEN524, TEN534: custom roles', () => {
  const role = (verbs: string[], sharedWith: object[]) =>
    solar({
      roles: [{ name: 'deployer', rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs }] }],
      namespaces: [{ name: 'prod', sharedWith }],
    });
  const held = [{ group: 'audit', role: 'deployer' }];

  it('says what a role allows more, and to whom', async () => {
    expect(await risks(role(['get'], held), role(['get', 'delete', 'patch'], held))).toEqual([
      'tenants/solar.yaml:16:9 TEN524 custom role `deployer` of tenant `solar` now allows `delete deployments.apps` and `patch deployments.apps`, on production too: for group `audit`',
    ]);
  });

  it('says it where something else goes at the same time, and not of a role that nobody has', async () => {
    expect(codes(await risks(role(['get'], held), role(['patch'], held)))).toEqual(['TEN524']);
    expect(await risks(role(['get', 'patch'], held), role(['patch'], held))).toEqual([]);
    expect(await risks(role(['get'], []), role(['get', 'patch'], []))).toEqual([]);
  });

  it('TEN534: says what a role allows, the worst first, to whom it is given', async () => {
    const given = (...sharedWith: object[]) =>
      solar({
        roles: [
          {
            name: 'helper',
            rules: [
              { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'patch', 'update'] },
              { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
              { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
            ],
          },
        ],
        namespaces: [{ name: 'prod', sharedWith }],
      });
    const audit = { group: 'audit', role: 'helper' };
    expect((await risks(given(), given(audit)))[1]).toBe(
      'tenants/solar.yaml:41:11 TEN534 custom role `helper` of tenant `solar` is given to group `audit`, on production too: it allows `create pods/exec`, `patch deployments.apps`, `update deployments.apps`, `get configmaps`, `get deployments.apps` and 2 more',
    );
    const sue = { user: 'sue', role: 'helper', until: '2026-05-01' };
    expect((await risks(given(), given(audit, sue))).filter((line) => line.includes('TEN534'))).toEqual([
      expect.stringContaining(' is given to 2 subjects, on production too: '),
    ]);
    expect(await risks(given(audit), given())).toEqual([]);
    // For longer is not given again, and is said as such.
    expect(codes(await risks(given(sue), given({ ...sue, until: '2026-06-01' })))).toEqual(['TEN525']);
  });

  it('TEN520, TEN534: do not follow the name of a role, only its rights', async () => {
    const called = (name: string, verbs: string[], more: object = {}) =>
      solar({
        roles: [{ name, rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs }] }],
        namespaces: [{ name: 'prod', sharedWith: [{ group: 'audit', role: name, ...more }] }],
      });
    const before = called('deployer', ['get', 'patch']);
    expect(await risks(before, called('releaser', ['patch', 'get']))).toEqual([]);
    expect(await risks(before, called('releaser', ['get']))).toEqual([]);
    expect(codes(await risks(before, called('releaser', ['get', 'patch', 'delete'])))).toEqual(['TEN520', 'TEN534']);
    const until = called('deployer', ['get'], { until: '2026-05-01' });
    expect(codes(await risks(until, called('releaser', ['get'])))).toEqual(['TEN520', 'TEN534']);
    // The same name is another role where the namespace was another tenant's.
    const deployer = (name: string, verbs: string[], namespaces: object[]) =>
      tenantFile(name, {
        defaults: { clusters },
        roles: ['deployer', 'releaser'].map((called) => ({
          name: called,
          rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs }],
        })),
        namespaces,
      });
    const optional = organization({ naming: { tenantPrefix: 'Optional' } });
    const shop = (role: string) => ({ fullName: 'shop', sharedWith: [{ group: 'audit', role }] });
    const moved = await risks(
      {
        ...optional,
        'tenants/solar.yaml': deployer('solar', ['get', 'delete'], []),
        'tenants/wind.yaml': deployer('wind', ['get'], [shop('deployer')]),
      },
      {
        'tenants/solar.yaml': deployer('solar', ['get', 'delete'], [shop('releaser')]),
        'tenants/wind.yaml': deployer('wind', ['get'], []),
      },
    );
    expect(codes(moved)).toEqual(['TEN520', 'TEN534']);
    // A role that was there all the time under the name, with other rights.
    const both = (role: string) =>
      solar({
        roles: ['get', 'delete'].map((verb) => ({
          name: `${verb}ter`,
          rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: [verb] }],
        })),
        namespaces: [{ name: 'prod', sharedWith: [{ group: 'audit', role }] }],
      });
    expect(codes(await risks(both('getter'), both('deleteter')))).toEqual(['TEN520', 'TEN534']);
  });
});

describe('TEN526, TEN527, TEN532: namespaces on their way out', () => {
  const dev = { name: 'dev' };
  const data = { name: 'prod', quota: { storage: '1Ti', persistentVolumeClaims: 3 } };

  it('TEN526: names the clusters where it is marked', async () => {
    const after = solar({
      namespaces: [
        { ...dev, markedForDeletionOn: ['testcluster'] },
        { ...data, state: 'MarkedForDeletion' },
      ],
    });
    expect(await risks(solar({ namespaces: [dev, data] }), after)).toEqual([
      'tenants/solar.yaml:16:11 TEN526 namespace `solar-dev` is marked for deletion on cluster `testcluster`: the change that removes its entry deletes it',
      'tenants/solar.yaml:21:14 TEN526 namespace `solar-prod` is marked for deletion on clusters `prodcluster01` and `testcluster`: the change that removes its entry deletes it',
    ]);
  });

  it('TEN527: says what is lost, and where', async () => {
    const marked = [
      { ...dev, markedForDeletionOn: ['testcluster'] },
      { ...data, state: 'MarkedForDeletion' },
    ];
    expect(
      await risks(solar({ namespaces: marked }), solar({ namespaces: [{ ...dev, clusters: ['prodcluster01'] }] })),
    ).toEqual([
      'tenants/solar.yaml:13:3 TEN527 namespace `solar-prod` is deleted from clusters `prodcluster01` and `testcluster`, with all that is in it, irreversibly; its quota let it have 1Ti of storage and 3 volume claims',
      'tenants/solar.yaml:14:7 TEN527 namespace `solar-dev` is deleted from cluster `testcluster`, with all that is in it, irreversibly',
    ]);
  });

  it('TEN527: has a place even where the file is gone', async () => {
    const before = solar({ namespaces: [{ ...dev, state: 'MarkedForDeletion' }] });
    expect(await risks(before, { 'tenants/solar.yaml': null })).toEqual([
      'organization.yaml:1:1 TEN527 namespace `solar-dev` is deleted from clusters `prodcluster01` and `testcluster`, with all that is in it, irreversibly',
    ]);
  });

  it('TEN532: misses a retained namespace that no file names any more', async () => {
    const retained = (...retainedNamespaces: string[]) => cluster('testcluster', 'test', { retainedNamespaces });
    expect(await risks(retained('old-team', 'older'), retained('older'))).toEqual([
      'clusters/testcluster.yaml:21:3 TEN532 namespace `old-team` is no longer listed for cluster `testcluster`: it stays there, and nothing says why',
    ]);
    expect(await risks(retained('older'), retained('older', 'old-team'))).toEqual([]);
  });

  it('TEN532: misses those that go out of sight with their cluster', async () => {
    const before = cluster('oldcluster', 'test', { retainedNamespaces: ['old-team', 'older'] });
    expect(await risks(before, { 'clusters/oldcluster.yaml': null })).toEqual([
      'organization.yaml:1:1 TEN532 namespaces `old-team` and `older` go out of sight with cluster `oldcluster`: retained for a reason, and no file says any more that they are there',
    ]);
    expect(await risks(cluster('oldcluster', 'test'), { 'clusters/oldcluster.yaml': null })).toEqual([]);
  });
});

describe('TEN523, TEN530: who is trusted, and who is who', () => {
  it('TEN523: says whom the policies hold no longer, and where manifests come from', async () => {
    const after = organization({ policies: { selfServiceBindings: 'Any' }, labelDomain: 'example.org' });
    expect(await risks({}, after)).toEqual([
      'organization.yaml:22:26 TEN523 `selfServiceBindings` of the organization goes from `Declared` to `Any`',
      'organization.yaml:23:16 TEN523 `labelDomain` of the organization goes from `tenantry.dev` to `example.org`',
    ]);
    const argoCD = (repo: string) => organization({ argoCD: { repoURL: `https://git.example.com/${repo}.git` } });
    expect(await risks(argoCD('a'), argoCD('b'))).toEqual([
      'organization.yaml:22:14 TEN523 `Argo CD repository` of the organization goes from `https://git.example.com/a.git` to `https://git.example.com/b.git`',
    ]);
    expect(await risks(organization(), argoCD('a'))).toEqual([]);
  });

  it('leaves to errors what is one: who is let through, and a cluster that is another', async () => {
    const policies = organization({ policies: { breakGlassGroups: ['night-watch'] } });
    const trusting = cluster('testcluster', 'test', {
      trustedServiceAccounts: [{ serviceAccount: 'a/b', powers: ['Maintain'] }],
      syncIdentity: 'bot',
    });
    expect(await risks({}, { ...policies, ...trusting })).toEqual([]);
    const elsewhere = { server: 'https://elsewhere.example.com:6443', certificateAuthority: { pem: 'another' } };
    expect(await risks({}, cluster('testcluster', 'test', elsewhere))).toEqual([]);
  });

  it('TEN530: says who is another', async () => {
    const other = cluster('testcluster', 'test', { id: 'other', server: 'https://elsewhere.example.com:6443' });
    expect(await risks({}, { ...other, ...organization({ issuer: 'https://login.example.com' }) })).toEqual([
      'clusters/testcluster.yaml:6:11 TEN530 `server` of cluster `testcluster` goes from `https://testcluster.example.com:6443` to `https://elsewhere.example.com:6443`',
      'clusters/testcluster.yaml:21:7 TEN530 `id` of cluster `testcluster` goes from `testcluster` to `other`',
      'organization.yaml:6:11 TEN530 `issuer` of the organization goes from `https://platform.example.com/api/oidc` to `https://login.example.com`',
    ]);
    const users = (users: object) => organization({ gitHub: { users } });
    expect(
      await risks(users({ sam: 'sam-s', sue: 'sue-s' }), users({ sam: 'mallory', sue: 'sue-s', ann: 'ann-a' })),
    ).toEqual([
      'organization.yaml:23:12 TEN530 `GitHub user` of `sam` of the organization goes from `sam-s` to `mallory`',
    ]);
  });

  it('TEN530: says that a group has another name, and that nobody gains by it', async () => {
    const spec = (group: string) => ({ namespaces: [{ name: 'prod', sharedWith: [{ group, role: 'admin' }] }] });
    const shared = (group: string) => [
      { group: 'solar-leads', namespace: false },
      { group, namespace: false },
    ];
    const named = (name: string, more: object) => ({
      ...organization({ groups: [groups[0], { ...groups[1], name, ...more }] }),
      ...cluster('prodcluster01', 'production', { sharedWith: shared(name) }),
      ...cluster('testcluster', 'test', { sharedWith: shared(name) }),
      ...solar(spec(name)),
    });
    expect(await risks(named('solar-sre', {}), named('solar-ops', { renamedFrom: 'solar-sre' }))).toEqual([
      'organization.yaml:17:20 TEN530 group `solar-sre` is now called `solar-ops`: whoever has the new name at the identity provider has what it had',
    ]);
  });
});

describe('TEN530, TEN533: clusters', () => {
  /** Each with a certificate of its own. */
  const named = (name: string, pem: string) => cluster(name, 'test', { certificateAuthority: { pem } });
  const pem = (content: string) => `-----BEGIN CERTIFICATE-----\n${content}\n-----END CERTIFICATE-----\n`;

  it('TEN530: knows a cluster again that comes under another name', async () => {
    const before = { ...named('prodcluster01', pem('AA\nBB')), ...named('testcluster', pem('CC')) };
    expect(await risks(before, named('lab', `${pem('DD')}${pem('AAB\nB')}`))).toEqual([
      'clusters/lab.yaml:8:10 TEN530 new cluster `lab` has the certificate authority of cluster `prodcluster01`: it may be the same cluster under another name',
    ]);
    expect(await risks(before, named('lab', pem('DD')))).toEqual([]);
    // Those that are there already have been looked at.
    expect(await risks({ ...before, ...named('lab', exampleCertificate) }, named('lab', pem('AABB')))).toHaveLength(1);
    expect(await risks({ ...before, ...named('lab', pem('AABB')) }, cluster('lab', 'lab'))).not.toContainEqual(
      expect.stringContaining('new cluster'),
    );
  });

  it('TEN533: says who gets tokens for a production cluster', async () => {
    const names = groups.map((group) => ({ group: group['name'], namespace: false }));
    const all = (environment: string, sharedWith: object[]) => ({
      ...cluster('prodcluster01', environment, { sharedWith }),
      ...cluster('prodcluster02', environment, { sharedWith }),
    });
    expect(await risks(all('production', names.slice(0, 2)), all('production', names))).toEqual([
      'clusters/prodcluster01.yaml:17:7 TEN533 members of groups `audit` and `contractors` get tokens for production clusters `prodcluster01` and `prodcluster02`, and have `cluster-scope` there',
    ]);
    expect(await risks(all('test', names.slice(0, 2)), all('test', names))).toEqual([]);
    // A namespace of its own is more for a group that sees the cluster already, but no token more.
    const withNamespace = [...names.slice(0, 2), { group: 'audit' }, ...names.slice(3)];
    expect(codes(await risks(all('production', names), all('production', withNamespace)))).not.toContain('TEN533');
    expect(await risks(all('production', names), all('production', names.slice(0, 2)))).toEqual([]);
    expect(
      await risks({}, cluster('prodcluster02', 'production', { certificateAuthority: { pem: pem('DD') } })),
    ).toEqual([]);
  });
});

describe('TEN528, TEN529: limits and protections', () => {
  it('TEN528: says all that a quota allows more in one sentence, and nothing of what it allows less', async () => {
    const quota = (of: object) => solar({ namespaces: [{ name: 'prod', quota: of }] });
    expect(await risks(quota({ cpu: '20', memory: '1Gi', pods: 10 }), quota({ cpu: '40', memory: '0.5Gi' }))).toEqual([
      'tenants/solar.yaml:16:14 TEN528 the quota of namespace `solar-prod` allows more: `cpu` from `20` to `40`, `pods` from `10` to no limit',
    ]);
    expect(await risks(quota({ cpu: '1', pods: 5 }), quota({ cpu: '1000m', pods: 5 }))).toEqual([]);
    expect(await risks(quota({ cpu: '1' }), solar({ namespaces: [{ name: 'prod' }] }))).toEqual([
      'tenants/solar.yaml:14:7 TEN528 the quota of namespace `solar-prod` allows more: `cpu` from `1` to no limit',
    ]);
  });

  it('TEN528: says one line once, for all namespaces that it holds for', async () => {
    const namespaces = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name }));
    const defaults = (cpu: string) => solar({ defaults: { clusters, quota: { cpu } }, namespaces });
    expect(await risks(defaults('2'), defaults('3'))).toEqual([
      'tenants/solar.yaml:14:12 TEN528 the quota of namespaces `solar-a`, `solar-b`, `solar-c`, `solar-d` and `solar-e` allows more: `cpu` from `2` to `3`',
    ]);
  });

  it('TEN528: sees limits, rails, names and exceptions', async () => {
    const exception = (until: string) => [{ code: 'TEN210', target: 'solar', reason: 'they have so many', until }];
    const before = organization({
      protectedNamespaces: ['monitoring', 'ingress-*'],
      exceptions: exception('2026-03-01'),
    });
    const after = organization({
      naming: { tenantPrefix: 'Optional' },
      limits: { namespacesPerTenant: 30 },
      protectedNamespaces: ['monitoring'],
      changes: { removals: { namespaces: 50, accessPercent: 20 } },
      exceptions: exception('2026-04-01'),
      expected: [{ cluster: 'one', kind: 'ClusterRoleBinding', name: 'viewers', reason: 'the platform team' }],
    });
    expect(await risks(before, after)).toEqual([
      'organization.yaml:22:19 TEN528 `tenantPrefix` of the organization goes from `Required` to `Optional`',
      'organization.yaml:24:26 TEN528 `namespacesPerTenant` of the organization goes from `10` to `30`',
      'organization.yaml:26:5 TEN528 `ingress-*` is no longer protected: tenants may take such names',
      'organization.yaml:29:19 TEN528 one change may take away more: `namespaces` from `5` to `50`',
      'organization.yaml:32:7 TEN528 an exception is made, or made to last longer: `TEN210 solar` until 2026-04-01',
      'organization.yaml:37:7 TEN528 `drift` no longer reports `ClusterRoleBinding viewers on one`',
    ]);
    expect(await risks(after, before)).toEqual([
      'organization.yaml:6:3 TEN528 one change may take away more: `accessPercent` from `20` to `30`',
    ]);
  });

  it('TEN529: sees isolation loosened, by one line for many', async () => {
    const namespaces = [{ name: 'prod' }, { name: 'dev' }];
    const isolated = (isolation: object) => solar({ isolation, namespaces });
    const before = isolated({
      registries: ['a.example.com/'],
      nodeSelector: { pool: 'green' },
      storageClasses: ['fast'],
    });
    const after = isolated({ network: 'None', registries: ['a.example.com/', 'b.example.com/'], nodeSelector: {} });
    expect(await risks(before, after)).toEqual([
      'tenants/solar.yaml:14:14 TEN529 `network` of namespaces `solar-dev` and `solar-prod` goes from `SameNamespace` to `None`',
      'tenants/solar.yaml:16:7 TEN529 `registries` of namespaces `solar-dev` and `solar-prod` now allows `b.example.com/`',
      'tenants/solar.yaml:18:19 TEN529 pods of namespaces `solar-dev` and `solar-prod` may run on any node: `nodeSelector` no longer names one',
      'tenants/solar.yaml:21:7 TEN529 `storageClasses` of namespaces `solar-dev` and `solar-prod` is no longer limited',
    ]);
    // A list where there was none forbids, whatever is in it.
    expect(await risks(isolated({}), isolated({ registries: ['a.example.com/'] }))).toEqual([]);
  });

  it('TEN529: sees a selector of nodes that is emptied, or goes', async () => {
    const namespaces = [{ name: 'prod' }];
    const secure = solar({ isolation: { nodeSelector: { pool: 'secure' } }, namespaces });
    const any = solar({ isolation: { nodeSelector: {} }, namespaces });
    const emptied = await risks(secure, any);
    expect(emptied.map((line) => line.slice(line.indexOf('TEN')))).toEqual([
      'TEN529 pods of namespace `solar-prod` may run on any node: `nodeSelector` no longer names one',
    ]);
    expect((await risks(secure, solar({ namespaces })))[0]).toMatch(
      /TEN529 pods of namespace `solar-prod` may run on more nodes: `pool` no longer holds them back$/,
    );
    expect(await risks(any, secure)).toEqual([]);
  });

  it('TEN529: sees a new namespace that begins with less than the organization wants', async () => {
    const strict = organization({
      defaults: { isolation: { registries: ['a.example.com/'], nodeSelector: { pool: 'green' } } },
    });
    const before = { ...strict, ...solar({ namespaces: [{ name: 'prod' }] }) };
    const added = (isolation: object, whole: object = {}) =>
      solar({
        isolation: whole,
        namespaces: [
          { name: 'prod', isolation: {} },
          { name: 'root', isolation },
        ],
      });
    const said = async (after: ExampleFiles) =>
      (await risks(before, after)).map((line) => line.slice(line.indexOf('TEN')));
    expect(await said(added({ network: 'None', podSecurity: 'privileged' }))).toEqual([
      "TEN529 `network` of the new namespace `solar-root` is `None`, where the organization's default is `SameNamespace`",
      "TEN529 `podSecurity` of the new namespace `solar-root` is `privileged`, where the organization's default is `baseline`",
    ]);
    expect(await said(added({ registries: ['a.example.com/', 'b.example.com/'], nodeSelector: {} }))).toEqual([
      "TEN529 `registries` of the new namespace `solar-root` allows `b.example.com/`, which the organization's default does not",
      "TEN529 pods of the new namespace `solar-root` may run on nodes that the organization's default keeps them from",
    ]);
    expect(await said(added({ nodeSelector: { zone: 'one', rack: 'two' } }))).toEqual([
      "TEN529 pods of the new namespace `solar-root` may run on nodes that the organization's default keeps them from",
    ]);
    expect(await said(added({ nodeSelector: { pool: 'green', zone: 'one' }, registries: [] }))).toEqual([]);
    expect(await said(added({ network: 'SameNamespace', podSecurity: 'restricted' }))).toEqual([]);
  });

  it('TEN529: sees a namespace that was retained begin so, and none that only comes to another cluster', async () => {
    const open = { name: 'prod', isolation: { network: 'None' } };
    const retained = cluster('testcluster', 'test', { retainedNamespaces: ['solar-prod'] });
    const before = { ...retained, ...onTest({}) };
    const after = { ...cluster('testcluster', 'test'), ...onTest({ namespaces: [open] }) };
    expect(codes(await risks(before, after)).filter((code) => code === 'TEN529')).toEqual(['TEN529']);
    expect(codes(await risks(onTest({ namespaces: [open] }), solar({ namespaces: [open] })))).not.toContain('TEN529');
  });

  it('TEN529: sees a new tenant that begins so, by one line for all of it', async () => {
    const isolation = { network: 'SameTenant' };
    const after = onTest({ isolation, namespaces: [{ name: 'a' }, { name: 'b' }] });
    expect((await risks({ 'tenants/solar.yaml': null }, after)).filter((line) => line.includes('TEN529'))).toEqual([
      "tenants/solar.yaml:13:14 TEN529 `network` of the new namespaces `solar-a` and `solar-b` is `SameTenant`, where the organization's default is `SameNamespace`",
    ]);
  });

  it('TEN528: sees budgets that rise, and those that are more or not, nobody knows', async () => {
    const budgets = (...all: (readonly [string, string, string])[]) =>
      solar({
        allocations: all.map(([amount, currency, period], i) => ({
          name: `a${i}`,
          budget: { amount, currency, period },
        })),
      });
    const before = budgets(['100', 'USD', 'Year']);
    expect(await risks(before, budgets(['9000000', 'USD', 'Year']))).toEqual([
      'tenants/solar.yaml:14:7 TEN528 the budget of `a0` of tenant `solar` goes from `100 USD Year` to `9000000 USD Year`',
    ]);
    expect(codes(await risks(before, budgets(['90', 'EUR', 'Year'])))).toEqual(['TEN528']);
    expect(await risks(before, budgets(['100', 'USD', 'Year'], ['5', 'USD', 'Once']))).toEqual([
      'tenants/solar.yaml:19:7 TEN528 tenant `solar` gets a budget more: `a1`, 5 USD Once',
    ]);
    expect(await risks(before, budgets(['99', 'USD', 'Year']))).toEqual([]);
  });

  it('TEN528: sees the limits of containers rise or go', async () => {
    const limited = (containerLimits?: object) => solar({ namespaces: [{ name: 'prod', containerLimits }] });
    const before = limited({ max: { cpu: '1', memory: '1Gi' } });
    expect(await risks(before, limited({ max: { cpu: '2', memory: '1Gi' } }))).toEqual([
      'tenants/solar.yaml:16:9 TEN528 containers in namespace `solar-prod` may have more: `containerLimits` goes from `max cpu 1 memory 1Gi` to `max cpu 2 memory 1Gi`',
    ]);
    expect(codes(await risks(before, solar({ namespaces: [{ name: 'prod' }] })))).toEqual(['TEN528']);
    expect(await risks(before, limited({ max: { cpu: '500m', memory: '1Gi' } }))).toEqual([]);
  });

  it("TEN528, TEN529: say nothing of limits that go because the namespace is no longer the tenant's", async () => {
    const before = solar({
      namespaces: [{ name: 'prod', clusters: ['testcluster'], quota: { cpu: '1' }, isolation: { registries: ['a/'] } }],
    });
    const after = {
      ...solar({ namespaces: [] }),
      ...cluster('testcluster', 'test', { retainedNamespaces: ['solar-prod'] }),
    };
    expect(await risks(before, after)).toEqual([]);
  });

  it('TEN529: sees the organization open everything', async () => {
    const after = organization({ defaults: { isolation: { podSecurity: 'privileged' } } });
    expect(await risks(solar({ namespaces: [{ name: 'prod' }] }), after)).toEqual([
      'organization.yaml:23:20 TEN529 `podSecurity` of the organization and namespace `solar-prod` goes from `baseline` to `privileged`',
    ]);
  });

  it('TEN529: sees what was closed on purpose', async () => {
    const namespaces = [{ name: 'prod' }, { name: 'dev' }];
    expect(await risks(solar({ cordoned: true, namespaces }), solar({ namespaces }))).toEqual([
      'tenants/solar.yaml:6:3 TEN529 the cordon of tenant `solar` and namespaces `solar-dev` and `solar-prod` is lifted',
    ]);
    expect(await risks(solar({ deletion: 'Never', namespaces }), solar({ namespaces }))).toEqual([
      'tenants/solar.yaml:6:3 TEN529 namespaces of tenant `solar` may be deleted: `deletion` goes from `Never` to `TwoStep`',
    ]);
    const deactivated = solar({ deletion: 'Never', state: 'Deactivated', namespaces });
    expect(await risks(solar({ deletion: 'Never', namespaces }), deactivated)).toEqual([
      'tenants/solar.yaml:14:10 TEN529 tenant `solar` is deactivated: its namespaces may be marked for deletion, in spite of `deletion: Never`',
    ]);
  });

  it('TEN529: sees the organization call fewer clusters production', async () => {
    const after = organization({ changes: { production: { environment: 'production', tier: 'one' } } });
    expect(await risks({}, after)).toEqual([
      'organization.yaml:22:5 TEN529 cluster `prodcluster01` no longer counts as production: plans will not warn of what is given there',
    ]);
  });
});

function codes(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /TEN\d+/.exec(line)?.[0] ?? []);
}
