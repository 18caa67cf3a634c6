import { describe, expect, it } from 'vitest';
import { aboutOf, textOf } from '../../src/plan/facts.ts';
import type { AccessItem, EntityItem, MembersItem, Plan, RoleItem } from '../../src/plan/plan.ts';
import type { Holding } from '../../src/plan/roles.ts';
import { rightsBeyond } from '../../src/kubernetes/rbac.ts';
import { directionOf, effective, ruleDirection } from '../../src/plan/roles.ts';
import type { ExampleFiles } from '../support/examples.ts';
import { exampleChange } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';

const holding = (text: string): Holding => {
  const [name = '', until] = text.split(' until ');
  const isBuiltIn = ['admin', 'edit', 'view', 'cluster-admin'].includes(name);
  return { role: { kind: isBuiltIn ? 'ClusterRole' : 'CustomRole', name }, ...(until !== undefined && { until }) };
};

describe('directionOf', () => {
  it.each([
    [[], ['view'], 'gains'],
    [['view'], [], 'loses'],
    [['view'], ['edit'], 'widens'],
    [['admin'], ['view'], 'narrows'],
    [['view'], ['view', 'deployer'], 'widens'],
    [['deployer'], ['view'], 'changes'],
    [['edit'], ['view', 'deployer'], 'changes'],
    [['edit until 2026-05-01'], ['edit'], 'widens'],
    [['edit'], ['edit until 2026-05-01'], 'narrows'],
    [['edit until 2026-05-01'], ['edit until 2026-06-01'], 'widens'],
    [['edit until 2026-05-01'], ['view'], 'changes'],
    [['view'], ['view', 'admin until 2026-05-01'], 'widens'],
    [['admin'], ['cluster-admin'], 'widens'],
  ] as const)('%j to %j: %s', (before, after, direction) => {
    expect(directionOf(before.map(holding), after.map(holding))).toBe(direction);
  });
});

describe('effective', () => {
  it.each([
    [['view', 'edit', 'admin'], ['admin']],
    [
      ['view', 'deployer'],
      ['view', 'deployer'],
    ],
    [
      ['view', 'edit until 2026-05-01'],
      ['view', 'edit until 2026-05-01'],
    ],
    [['view until 2026-05-01', 'edit until 2026-05-01'], ['edit until 2026-05-01']],
    [['view', 'view'], ['view']],
    [['view until 2026-05-01', 'view'], ['view']],
  ] as const)('%j: %j', (held, expected) => {
    expect(effective(held.map(holding))).toEqual(expected.map(holding));
  });
});

describe('the rules of custom roles', () => {
  const rule = (verbs: string[], resources: string[], resourceNames?: string[], apiGroups = ['']) => ({
    apiGroups,
    resources,
    verbs,
    ...(resourceNames && { resourceNames }),
  });
  it.each([
    ['a verb more', [rule(['get'], ['pods'])], [rule(['get', 'list'], ['pods'])], 'widens'],
    ['all verbs', [rule(['get'], ['pods'])], [rule(['*'], ['pods'])], 'widens'],
    ['fewer names', [rule(['get'], ['pods'])], [rule(['get'], ['pods'], ['web'])], 'narrows'],
    ['other names', [rule(['get'], ['pods'], ['api'])], [rule(['get'], ['pods'], ['web'])], 'changes'],
    ['a subresource instead', [rule(['get'], ['pods'])], [rule(['get'], ['pods/log'])], 'changes'],
    ['any resource with it', [rule(['get'], ['pods/log'])], [rule(['get'], ['*/log'])], 'widens'],
    ['all resources', [rule(['get'], ['pods/log'])], [rule(['get'], ['*'])], 'widens'],
    ['another group', [rule(['get'], ['pods'])], [rule(['get'], ['pods'], undefined, ['apps'])], 'changes'],
    [
      'one rule in two',
      [rule(['get', 'list'], ['pods'])],
      [rule(['get'], ['pods']), rule(['list'], ['pods'])],
      undefined,
    ],
    ['a rule that says nothing new', [rule(['*'], ['*'])], [rule(['*'], ['*']), rule(['get'], ['pods'])], undefined],
  ] as const)('%s: %s', (_, before, after, direction) => {
    expect(ruleDirection([...before], [...after])).toBe(direction);
  });

  it('names the rights that are new', () => {
    const before = [rule(['get'], ['pods'])];
    const after = [rule(['get', 'list'], ['pods', 'pods/log'], ['web'], ['', 'apps'])];
    expect(rightsBeyond(after, before)).toEqual([
      'get pods/log "web"',
      'get pods.apps "web"',
      'get pods/log.apps "web"',
      'list pods "web"',
      'list pods/log "web"',
      'list pods.apps "web"',
      'list pods/log.apps "web"',
    ]);
  });
});

const groups: readonly Record<string, unknown>[] = [
  { name: 'solar-leads', members: ['sam'] },
  { name: 'solar-sre', members: ['sam', 'sue'] },
  { name: 'audit' },
];
const organization = (spec: Record<string, unknown> = {}): ExampleFiles => ({
  'organization.yaml': organizationFile({ groups, ...spec }),
});
const cluster = (name: string, environment: string, spec: Record<string, unknown> = {}): ExampleFiles => ({
  [`clusters/${name}.yaml`]: clusterFile(name, {
    labels: { environment },
    sharedWith: groups.map((group) => ({ group: group['name'], namespace: false })),
    ...spec,
  }),
});
const clusters = ['prodcluster01', 'testcluster'];
const solar = (spec: Record<string, unknown>): ExampleFiles => ({
  'tenants/solar.yaml': tenantFile('solar', { defaults: { clusters }, ...spec }),
});
const shares = (...sharedWith: object[]) => solar({ namespaces: [{ name: 'prod', sharedWith }] });
const usual: ExampleFiles = {
  ...organization(),
  ...cluster('prodcluster01', 'production'),
  ...cluster('testcluster', 'test'),
};

async function plan(before: ExampleFiles, after: ExampleFiles): Promise<Plan> {
  return (await exampleChange({ before: { ...usual, ...before }, after })).context.plan;
}
const accessOf = ({ items }: Plan): AccessItem[] => items.flatMap((item) => (item.kind === 'access' ? [item] : []));
const membersOf = ({ items }: Plan): MembersItem[] => items.flatMap((item) => (item.kind === 'members' ? [item] : []));
const rolesOf = ({ items }: Plan): RoleItem[] => items.flatMap((item) => (item.kind === 'role' ? [item] : []));
const entitiesOf = ({ items }: Plan): EntityItem[] => items.flatMap((item) => (item.kind === 'entity' ? [item] : []));

/** `group solar-sre gains admin: prodcluster01/solar-prod*`; `*` is for production. */
function line({ subject, direction, before, after, places }: AccessItem): string {
  const text = (all: readonly Holding[]) =>
    all.map(({ role, until }) => [role.name, until ?? ''].join(' ').trim()).join('+');
  const where = places.map(
    ({ cluster: on, scope, production, namespace }) =>
      `${on}/${scope.kind === 'Namespace' ? scope.namespace : ''}${production ? '*' : ''}${namespace === 'kept' ? '' : ` ${namespace}`}`,
  );
  return `${subject.name} ${direction} ${[text(before), text(after)].filter(Boolean).join(' > ')}: ${where.join(', ')}`;
}

describe('access items', () => {
  it('are one for all places where the same happens to a subject in a tenant', async () => {
    const namespaces = [{ name: 'prod' }, { name: 'dev' }];
    const shared = [{ group: 'audit', role: 'view' }];
    const items = accessOf(
      await plan(solar({ namespaces }), solar({ defaults: { clusters, sharedWith: shared }, namespaces })),
    );
    expect(items.map(line)).toEqual([
      'audit gains view: prodcluster01/solar-dev*, prodcluster01/solar-prod*, testcluster/solar-dev, testcluster/solar-prod',
    ]);
  });

  it('come the most dangerous first', async () => {
    const before = solar({
      namespaces: [
        {
          name: 'prod',
          sharedWith: [
            { group: 'audit', role: 'edit' },
            { user: 'kim', role: 'view' },
          ],
        },
      ],
    });
    const after = solar({
      namespaces: [
        {
          name: 'prod',
          sharedWith: [
            { group: 'audit', role: 'view' },
            { user: 'max', role: 'view' },
          ],
        },
        {
          name: 'a',
          clusters: ['testcluster'],
          sharedWith: [
            { user: 'eve', role: 'view' },
            { user: 'ada', role: 'admin' },
          ],
        },
        { name: 'b', clusters: ['prodcluster01'], sharedWith: [{ user: 'ian', role: 'admin' }] },
      ],
    });
    expect(accessOf(await plan(before, after)).map(line)).toEqual([
      'solar-leads gains admin: prodcluster01/solar-b* new, testcluster/solar-a new',
      'ian gains admin: prodcluster01/solar-b* new',
      'max gains view: prodcluster01/solar-prod*, testcluster/solar-prod',
      'ada gains admin: testcluster/solar-a new',
      'eve gains view: testcluster/solar-a new',
      'kim loses view: prodcluster01/solar-prod*, testcluster/solar-prod',
      'audit narrows edit > view: prodcluster01/solar-prod*, testcluster/solar-prod',
    ]);
  });

  it('do not follow the line that gives the access', async () => {
    const owned = solar({
      owners: [
        { kind: 'Group', name: 'solar-leads' },
        { kind: 'Group', name: 'solar-sre' },
      ],
      namespaces: [{ name: 'prod' }],
    });
    const { facts, items } = await plan(shares({ group: 'solar-sre', role: 'admin' }), owned);
    expect({ facts, items }).toEqual({ facts: [], items: [] });
  });

  it('say of a share that gives a user nothing new, or takes nothing away, by which group he has as much', async () => {
    const group = { group: 'solar-sre', role: 'admin' };
    const both = shares(group, { user: 'sue', role: 'edit' });
    const held = async (before: ExampleFiles, after: ExampleFiles) =>
      accessOf(await plan(before, after)).map((item) => [item.subject.name, item.direction, item.heldThrough]);
    expect(await held(shares(group), both)).toEqual([['sue', 'gains', ['solar-sre']]]);
    expect(await held(both, shares(group))).toEqual([['sue', 'loses', ['solar-sre']]]);
    // More than the group has, for longer, or for somebody else, is something.
    expect(
      await held(
        shares({ group: 'solar-sre', role: 'view' }),
        shares({ group: 'solar-sre', role: 'view' }, { user: 'sue', role: 'edit' }),
      ),
    ).toEqual([['sue', 'gains', []]]);
    const ending = { group: 'solar-sre', role: 'admin', until: '2026-02-01' };
    expect(await held(shares(ending), shares(ending, { user: 'sue', role: 'edit' }))).toEqual([['sue', 'gains', []]]);
    expect(await held(shares(group), shares(group, { user: 'max', role: 'edit' }))).toEqual([['max', 'gains', []]]);
    // Who loses the group's access in the same change keeps nothing.
    expect(await held(both, shares())).toContainEqual(['sue', 'loses', []]);
  });

  it('know the lines on both sides', async () => {
    const [item] = accessOf(
      await plan(shares({ group: 'audit', role: 'view' }), shares({ group: 'audit', role: 'edit' })),
    );
    const because = item?.places[0]?.because;
    expect(because?.before.length).toBe(1);
    expect(because?.after.length).toBe(1);
  });

  it('name the members of a group on the side where it has the access', async () => {
    const joined = groups.map((group) =>
      group['name'] === 'solar-sre' ? { ...group, members: ['sue', 'max'] } : group,
    );
    const shared = shares({ group: 'solar-sre', role: 'view' });
    const members = async (before: ExampleFiles, after: ExampleFiles) =>
      accessOf(await plan(before, after))[0]?.members;
    const changed = organization({ groups: joined });
    expect(await members(shares(), { ...shared, ...changed })).toEqual(['sue', 'max']);
    expect(await members(shared, { ...shares(), ...changed })).toEqual(['sam', 'sue']);
    expect(await members(shares(), shares({ group: 'audit', role: 'view' }))).toBeUndefined();
  });

  it('leave out what the platform has on a cluster that comes or goes', async () => {
    const added = await plan({ 'clusters/newcluster.yaml': null }, cluster('newcluster', 'production'));
    expect(accessOf(added)).toEqual([]);
    expect(entitiesOf(added).map(({ id, change, production }) => [id, change, production])).toEqual([
      ['cluster/newcluster', 'added', true],
    ]);
  });

  it('leave out a share that has ended', async () => {
    const ended = shares({ group: 'audit', role: 'view', until: '2026-01-14' });
    expect(accessOf(await plan(ended, shares()))).toEqual([]);
    const lastDay = shares({ group: 'audit', role: 'view', until: '2026-01-15' });
    expect(accessOf(await plan(lastDay, shares())).map(line)).toEqual([
      'audit loses view 2026-01-15: prodcluster01/solar-prod*, testcluster/solar-prod',
    ]);
  });
});

describe('items about groups', () => {
  const groupsWith = (name: string, changed: Record<string, unknown>) =>
    organization({ groups: groups.map((group) => (group['name'] === name ? { ...group, ...changed } : group)) });

  it('say who joins and leaves, and what the group has', async () => {
    const before = shares({ group: 'solar-sre', role: 'edit' });
    const [item] = membersOf(await plan(before, groupsWith('solar-sre', { members: ['sue', 'max'] })));
    expect(item?.joined.map((fact) => fact.item)).toEqual(['max']);
    expect(item?.left.map((fact) => fact.item)).toEqual(['sam']);
    expect([item?.declared, item?.access]).toEqual([
      'still',
      [{ role: 'edit', namespaces: 1, clusters: 2, production: true }],
    ]);
  });

  it('tell a group that is declared empty from one of which nothing is said', async () => {
    const declared = async (before: ExampleFiles, after: ExampleFiles) =>
      membersOf(await plan(before, after)).map((item) => [item.group, item.declared]);
    const empty = groupsWith('audit', { members: [] });
    expect(await declared({}, empty)).toEqual([['audit', 'newly']]);
    expect(await declared(empty, organization())).toEqual([['audit', 'no longer']]);
  });

  it('say who becomes an admin of the organization', async () => {
    const [item] = membersOf(await plan({}, organization({ admins: ['alice', 'bob'] })));
    expect([item?.group, item?.joined.map((fact) => fact.item)]).toEqual(['cluster-admins', ['bob']]);
  });

  /** The example with group solar-sre by a name, and with a namespace on each cluster that keeps its own. */
  const named = (name: string, more: object): ExampleFiles => {
    const sharedWith = [{ group: 'solar-leads', namespace: false }, { group: name }];
    return {
      ...organization({ groups: [groups[0], { name, namespace: 'sre', members: ['sue'], ...more }] }),
      ...cluster('prodcluster01', 'production', { sharedWith }),
      ...cluster('testcluster', 'test', { sharedWith }),
      ...shares({ group: name, role: 'admin' }),
    };
  };

  it('say that a group is renamed, and nothing else', async () => {
    const { items, renames } = await plan(named('solar-sre', {}), named('solar-ops', { renamedFrom: 'solar-sre' }));
    expect(renames.map(({ from, to }) => [from.name, to.name])).toEqual([['solar-sre', 'solar-ops']]);
    expect(items.map((item) => item.id)).toEqual(['group/solar-ops']);
    expect(items[0]).toMatchObject({ change: 'renamed', from: 'solar-sre', settings: [] });
  });

  it('believe no rename that is none', async () => {
    const before = named('solar-sre', {});
    const ids = async (after: ExampleFiles) => (await plan(before, after)).renames.length;
    expect(await ids(named('solar-ops', {}))).toBe(0);
    expect(await ids(named('solar-ops', { renamedFrom: 'solar' }))).toBe(0);
    // The old name is still somebody's.
    expect(await ids(named('solar-leads', { renamedFrom: 'solar-sre' }))).toBe(0);
  });

  it('show beside a rename what else changes', async () => {
    const after = {
      ...named('solar-ops', { renamedFrom: 'solar-sre' }),
      ...shares({ group: 'solar-ops', role: 'view' }),
    };
    expect(accessOf(await plan(named('solar-sre', {}), after)).map(line)).toEqual([
      'solar-ops narrows admin > view: prodcluster01/solar-prod*, testcluster/solar-prod',
    ]);
  });
});

describe('items about custom roles', () => {
  const role = (verbs: string[], shared: object[] = []) =>
    solar({
      roles: [{ name: 'deployer', rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs }] }],
      namespaces: [{ name: 'prod', sharedWith: shared }],
    });

  it('say which rights come and go, and who has the role', async () => {
    const shared = [{ group: 'audit', role: 'deployer' }];
    const [item] = rolesOf(await plan(role(['get', 'list'], shared), role(['get', 'patch'], shared)));
    expect(item).toMatchObject({
      direction: 'changes',
      added: ['patch deployments.apps'],
      removed: ['list deployments.apps'],
      holders: [{ kind: 'Group', name: 'audit' }],
      production: true,
    });
  });

  it('say that nobody has it', async () => {
    const [item] = rolesOf(await plan(role(['get']), role(['get', 'patch'])));
    expect(item).toMatchObject({ direction: 'widens', holders: [], production: false });
  });
});

describe('items about all else', () => {
  it('say of a list that comes or goes that it does, and not what each of its elements would do to one that is there', async () => {
    const isolated = (isolation: object) => solar({ isolation, namespaces: [{ name: 'prod' }] });
    const effects = async (before: ExampleFiles, after: ExampleFiles) =>
      entitiesOf(await plan(before, after)).flatMap(({ settings }) =>
        settings.map((change) => [aboutOf(change), change.item ?? '', change.effect ?? '']),
      );
    const none = isolated({});
    const some = isolated({ registries: ['a.example.com/'] });
    expect(await effects(none, some)).toEqual([
      ['registries', '', 'tightens'],
      ['registries', 'a.example.com/', ''],
    ]);
    expect(await effects(some, isolated({ registries: ['a.example.com/', 'b.example.com/'] }))).toEqual([
      ['registries', 'b.example.com/', 'loosens'],
    ]);
  });

  it('count against limits, and know amounts', async () => {
    const before = solar({ namespaces: [{ name: 'prod', quota: { cpu: '1' } }] });
    const after = solar({ namespaces: [{ name: 'prod', quota: { cpu: '1000m' } }, { name: 'dev' }] });
    const items = entitiesOf(await plan(before, after));
    expect(items.map(({ id, change, tenant, production }) => [id, change, tenant, production])).toEqual([
      ['namespace/prodcluster01/solar-dev', 'added', 'solar', true],
      ['tenant/solar', 'changed', undefined, true],
    ]);
    const [count] = items[1]?.settings ?? [];
    expect([count?.setting.name, textOf(count?.before), textOf(count?.after), count?.after?.limit]).toEqual([
      'namespaces',
      '1',
      '2',
      10,
    ]);
  });

  it('say where a namespace leaves one of its clusters', async () => {
    const after = solar({ namespaces: [{ name: 'prod', clusters: ['testcluster'] }] });
    const [item] = entitiesOf(await plan(shares(), after));
    expect([item?.id, item?.change]).toEqual(['namespace/prodcluster01/solar-prod', 'changed']);
    expect(
      item?.settings.map((change) => [aboutOf(change), change.item, textOf(change.before), textOf(change.after)]),
    ).toEqual([['on cluster', 'prodcluster01', 'Active', undefined]]);
  });

  it('see another identifier of a namespace that keeps its name', async () => {
    const optional = organization({ naming: { tenantPrefix: 'Optional' } });
    const after = { ...solar({ namespaces: [{ fullName: 'solar-prod' }] }) };
    const items = entitiesOf(await plan({ ...optional, ...shares() }, after));
    expect(items.map(({ id, settings }) => [id, settings.map(aboutOf)])).toEqual([
      ['namespace/prodcluster01/solar-prod', ['identifier']],
    ]);
  });
});
