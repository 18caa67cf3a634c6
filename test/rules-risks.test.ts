import { describe, expect, it } from 'vitest';
import type { ExampleFiles } from '../src/rules/rule.ts';
import { exampleChange, placedVerdicts } from './support/change.ts';
import { clusterFile, organizationFile, tenantFile } from './support/config.ts';

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
  return lines.filter((line) => / note TEN5[23]\d /.test(line)).map((line) => line.replace(' note', ''));
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
      'tenants/solar.yaml:13:9 TEN521 user `sue` gains `admin` in 2 namespaces on cluster `testcluster`',
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
      'tenants/moon.yaml:7:7 TEN520 on production, user `max` gains `admin` in 2 namespaces on cluster `prodcluster01`',
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
      'organization.yaml:20:11 TEN531 `abe` and `amy` join group `audit`, which has `view` in 2 places, some of it on production',
    ]);
    expect(await risks(before, audit())).toEqual([]);
    // To say who is in a group lets nobody in.
    const declared = organization({ groups: groupsWith('contractors', { members: ['cora'] }) });
    expect(await risks(contractors, declared)).toEqual([]);
    const elsewhere = onTest({ namespaces: [{ name: 'prod', sharedWith: [{ group: 'audit', role: 'view' }] }] });
    expect(await risks(elsewhere, audit('ann', 'amy'))).toEqual([]);
  });
});

describe('TEN524: custom roles', () => {
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
    const trusting = cluster('testcluster', 'test', { trustedServiceAccounts: ['a/b'], syncIdentity: 'bot' });
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
      'tenants/solar.yaml:14:12 TEN528 the quota of namespaces `solar-a`, `solar-b` and 3 more allows more: `cpu` from `2` to `3`',
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
    });
    expect(await risks(before, after)).toEqual([
      'organization.yaml:22:19 TEN528 `tenantPrefix` of the organization goes from `Required` to `Optional`',
      'organization.yaml:24:26 TEN528 `namespacesPerTenant` of the organization goes from `10` to `30`',
      'organization.yaml:26:5 TEN528 `ingress-*` is no longer protected: tenants may take such names',
      'organization.yaml:29:19 TEN528 one change may take away more: `namespaces` from `5` to `50`',
      'organization.yaml:32:7 TEN528 an exception is made, or made to last longer: `TEN210 solar` until 2026-04-01',
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
      'tenants/solar.yaml:21:7 TEN529 `storageClasses` of namespaces `solar-dev` and `solar-prod` is no longer limited',
    ]);
    // A list where there was none forbids, whatever is in it.
    expect(await risks(isolated({}), isolated({ registries: ['a.example.com/'] }))).toEqual([]);
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
