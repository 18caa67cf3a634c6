import { describe, expect, it } from 'vitest';
import { cluster, exampleGroups, exampleShares, organization, solar } from '../support/change-files.ts';
import { checkConfig } from '../../src/rules/run.ts';
import { rules } from '../../src/rules/index.ts';
import type { ExampleFiles } from '../support/examples.ts';
import { changeBetween, exampleChange } from '../support/change.ts';
import {
  both,
  codes,
  dev,
  devMarked,
  help,
  hydrogen,
  ours,
  prod,
  second,
  tenants,
  told,
} from '../support/change-rules.ts';

describe('what could not be read', () => {
  const groupNamespace = cluster('prodcluster01', [...exampleShares, '{ group: harbor }']);
  const withHarbor = organization([...exampleGroups, '{ name: harbor, members: [hal], namespace: harbor-data }']);
  const full = { ...second, ...tenants(solar([both, dev])), 'organization.yaml': withHarbor };
  it.each([
    ['a tenant that is no YAML', tenants('kind: [')],
    ['a tenant with a misspelt key', tenants(solar([prod], ['ownres: []']))],
    ['a tenant in a file that nobody reads', { 'tenants/solar.yaml': null, 'tenants/solar.yml': solar([prod]) }],
    ['a cluster that is no YAML', { 'clusters/prodcluster01.yaml': 'kind: [' }],
    ['a cluster with a misspelt key', { 'clusters/prodcluster01.yaml': cluster('prodcluster01', [], ['labls: {}']) }],
    ['an organization that is no YAML', { 'organization.yaml': 'kind: [' }],
    ['an organization with a misspelt key', { 'organization.yaml': organization([], ['limts: {}'], 'mallory') }],
  ])('concludes nothing from %s', async (_, after) => {
    const before = { ...full, 'clusters/prodcluster01.yaml': groupNamespace };
    const { context } = await exampleChange({ before, after });
    expect(checkConfig(rules, context.after).some(({ severity }) => severity === 'error')).toBe(true);
    expect(await codes(before, after)).toEqual([]);
  });

  it('says nothing where there is no base', async () => {
    const { context } = await exampleChange({ before: {}, after: {} });
    expect(context.before.desired.organization.name).toBe('example');
    const none = await changeBetween({}, { 'organization.yaml': organization(exampleGroups) });
    expect(none.verdicts.filter(({ diagnostic: { code } }) => /^TEN5[01]/.test(code))).toEqual([]);
    const unrelated = await changeBetween(
      { 'tenants/kustomization.yaml': 'kind: Kustomization\n', 'clusters/README.md': '' },
      { 'organization.yaml': organization(exampleGroups) },
    );
    expect(ours(unrelated.found.map(({ code }) => code))).toEqual([]);
  });

  it('takes a mark in the base that cannot be read for none', async () => {
    const broken = solar([prod, devMarked.replace('MarkedForDeletion', 'markedForDeletion')]);
    expect(await codes(tenants(broken), tenants(solar([prod])), {}, ['TEN519'])).toEqual(['TEN502']);
  });

  it('still guards what the base says where its organization cannot be read', async () => {
    const before = { 'organization.yaml': 'kind: [', ...tenants(solar([prod, dev])) };
    const after = { 'organization.yaml': organization(exampleGroups), ...tenants(solar([prod])) };
    expect(await codes(before, after)).toEqual(['TEN502', 'TEN515', 'TEN519']);
  });
});

describe('TEN519 base-not-understood', () => {
  const good = tenants(solar([prod, dev], ['deletion: Never']));
  const broken = tenants(solar([prod, dev], ['deletion: [']));
  const misspelt = tenants(solar([prod, dev], ['deletion: Never', 'foo: 1']));
  const text = organization(exampleGroups, ['isuer: x'], 'alice, pat');
  it.each([
    ['a tenant that was no YAML is repaired', broken, good, ['TEN519']],
    ['a tenant that was no YAML is removed', hydrogen('{'), { 'tenants/hydrogen.yaml': null }, ['TEN519']],
    ['a tenant with a misspelt key is repaired', misspelt, good, ['TEN519']],
    [
      'a tenant in a file that nobody read is removed',
      { 'tenants/hydrogen.yml': solar([prod]) },
      { 'tenants/hydrogen.yml': null },
      ['TEN519'],
    ],
    ['a cluster that was no YAML is removed', { 'clusters/a.yaml': '[' }, { 'clusters/a.yaml': null }, ['TEN519']],
    [
      'a cluster with a misspelt key is repaired',
      { 'clusters/prodcluster01.yaml': cluster('prodcluster01', exampleShares, ['labls: {}']) },
      { 'clusters/prodcluster01.yaml': cluster('prodcluster01', exampleShares) },
      ['TEN519'],
    ],
    [
      'an organization with a misspelt key is repaired',
      { 'organization.yaml': text },
      { 'organization.yaml': text.replace('  isuer: x\n', '') },
      ['TEN519'],
    ],
    [
      'an organization with a misspelt key gets other admins',
      { 'organization.yaml': text },
      { 'organization.yaml': organization(exampleGroups, [], 'mallory') },
      ['TEN515', 'TEN515', 'TEN515', 'TEN519'],
    ],
    [
      'an organization that was no YAML is repaired',
      { 'organization.yaml': 'kind: [' },
      { 'organization.yaml': organization(exampleGroups) },
      ['TEN515', 'TEN519'],
    ],
    [
      'an organization that was removed comes back',
      { 'organization.yaml': null },
      { 'organization.yaml': organization(exampleGroups) },
      ['TEN515', 'TEN519'],
    ],
    ['something that nobody takes for config is removed', { 'tenants/a.txt': '' }, { 'tenants/a.txt': null }, []],
  ])('%s', async (_, before, after, expected) => {
    expect(await codes(before, after)).toEqual(expected);
    expect(await codes(before, after, {}, ['TEN515', 'TEN519'])).toEqual([]);
  });

  it('says what nobody can know, and what to do', async () => {
    expect(await told(misspelt, good)).toEqual([
      'tenants/solar.yaml:1:1 error TEN519 tenant `solar` cannot be fully read in the base, so nobody can say which namespaces it had, who was in them and what protected them',
    ]);
    expect(await help(misspelt, good, 'TEN519')).toBe(
      'repair tenants/solar.yaml in a change that touches nothing else, and for that change have an exception from TEN519 for `solar` merged before, or set the label `tenantry-allow/TEN519` on the pull request',
    );
    expect(await told(hydrogen('{'), { 'tenants/hydrogen.yaml': null })).toEqual([
      'organization.yaml:1:1 error TEN519 tenant `hydrogen` is removed, but cannot be fully read in the base, so nobody can say which namespaces it had, who was in them and what protected them',
    ]);
    expect(
      await told({ 'organization.yaml': text }, { 'organization.yaml': text.replace('  isuer: x\n', '') }),
    ).toEqual([
      'organization.yaml:1:1 error TEN519 the organization cannot be fully read in the base, so nobody can say who its admins were, and what its groups, limits and exceptions',
    ]);
  });

  it('takes an organization that nobody read for a base', async () => {
    const text = organization(exampleGroups);
    const { found } = await changeBetween({ 'organization.yml': text }, { 'organization.yaml': text });
    expect(ours(found.map(({ code }) => code))).toEqual(['TEN515', 'TEN519']);
  });

  it('is waived by an exception of the base', async () => {
    const excepted = organization(exampleGroups, [
      'exceptions:',
      '  - { code: TEN519, target: solar, reason: It is repaired by hand., until: 2026-12-31 }',
    ]);
    expect(await codes({ 'organization.yaml': excepted, ...misspelt }, good)).toEqual([]);
  });

  it('lets an organization be repaired of which limits and groups could not be read', async () => {
    const settings = (limit: string, namespace: string): ExampleFiles => ({
      'organization.yaml': organization(
        [...exampleGroups, `{ name: harbor, namespace: ${namespace} }`],
        [`limits: { namespacesPerTenant: ${limit} }`],
      ),
      'clusters/prodcluster01.yaml': cluster('prodcluster01', [...exampleShares, '{ group: harbor }']),
    });
    const many = tenants(solar(Array.from({ length: 12 }, (_, i) => `{ name: n${i}, clusters: [prodcluster01] }`)));
    const before = { ...settings('twelve', 'Harbor_Data'), ...many };
    expect(await codes(before, settings('12', 'harbor-data'), {}, ['TEN519'])).toEqual([]);
  });
});

describe('limits and exceptions (TEN513, TEN514)', () => {
  const limit = (count: number): ExampleFiles => ({
    'organization.yaml': organization(exampleGroups, [`limits: { namespacesPerTenant: ${count} }`]),
  });
  const exception = (code: string, target: string, until = '2026-12-31'): string[] => [
    'exceptions:',
    `  - { code: ${code}, target: ${target}, reason: It was agreed upon., until: ${until} }`,
  ];
  const excepted = (until?: string): ExampleFiles => ({
    'organization.yaml': organization(exampleGroups, exception('TEN205', 'solar-production', until)),
  });
  const long = tenants(solar([prod, '{ name: production, clusters: [prodcluster01] }']));

  it('holds a change to the limit of its base', async () => {
    expect(
      await told({ ...limit(1), ...tenants(solar([prod])) }, { ...limit(2), ...tenants(solar([prod, dev])) }),
    ).toEqual([
      'organization.yaml:12:13 error TEN513 this change needs a limit that it changes itself: with that of the base, tenant `solar` has 2 of 1 namespaces (TEN210)',
    ]);
    expect(await codes({ ...limit(1), ...tenants(solar([prod])) }, limit(2))).toEqual([]);
    expect(await codes({ ...limit(2), ...tenants(solar([prod])) }, tenants(solar([prod, dev])))).toEqual([]);
  });

  it('holds a change to the exceptions of its base', async () => {
    expect(await told({}, { ...excepted(), ...long })).toEqual([
      'organization.yaml:13:15 error TEN514 this change needs an exception that it makes itself: without it, the identifier of `solar-production` has 10 characters, 7 are allowed (TEN205)',
    ]);
    expect(await codes(excepted(), long)).toEqual([]);
  });

  const longer = '{ name: productions, clusters: [prodcluster01] }';
  it.each([
    ['renews an exception', { ...excepted('2026-01-14'), ...long }, excepted(), []],
    ['makes an exception for what the base breaks', long, excepted(), []],
    [
      'renews an exception, and needs it once more',
      { ...excepted('2026-01-14'), ...long },
      {
        'organization.yaml': organization(exampleGroups, [
          ...exception('TEN205', 'solar-production'),
          ...exception('TEN205', 'solar-productions').slice(1),
        ]),
        ...tenants(solar([prod, '{ name: production, clusters: [prodcluster01] }', longer])),
      },
      ['TEN514'],
    ],
    ['raises a limit that the base is over', { ...limit(1), ...tenants(solar([prod, dev])) }, limit(2), []],
    [
      'raises a limit that the base is over, and needs more',
      { ...limit(1), ...tenants(solar([prod, dev])) },
      { ...limit(3), ...tenants(solar([prod, dev, dev.replace('dev', 'test')])) },
      ['TEN513'],
    ],
  ])('lets the base be repaired: %s', async (_, before, after, expected) => {
    expect(await codes(before, after)).toEqual(expected);
  });

  it('counts the same fault once for each place', async () => {
    const shares = (count: number, days: number): ExampleFiles => ({
      'organization.yaml': organization(exampleGroups, [`limits: { shareDays: ${days} }`]),
      ...tenants(
        solar([
          `{ name: prod, clusters: [prodcluster01], sharedWith: [${Array.from(
            { length: count },
            (_, i) => `{ user: u, role: ${['edit', 'view'][i] ?? ''}, until: 2026-03-01 }`,
          ).join(', ')}] }`,
        ]),
      ),
    });
    expect(await codes(shares(1, 30), shares(1, 60))).toEqual([]);
    expect(await codes(shares(1, 30), shares(2, 60))).toEqual(['TEN513']);
  });

  const swap = {
    before: {
      'organization.yaml': organization([...exampleGroups, 'name: old']),
      'clusters/prodcluster01.yaml': cluster('prodcluster01', [...exampleShares, '{ group: old, namespace: false }']),
    },
    after: (more: string[] = []): ExampleFiles => ({
      'organization.yaml': organization(exampleGroups, more),
      'clusters/prodcluster01.yaml': cluster('prodcluster01', exampleShares),
    }),
  };
  it('waives by an exception that was merged before, not by one of the change itself', async () => {
    const merged = {
      ...swap.before,
      'organization.yaml': organization([...exampleGroups, 'name: old'], exception('TEN506', 'old')),
    };
    expect(await codes(merged, swap.after(exception('TEN506', 'old')))).toEqual([]);
    expect(await codes(swap.before, swap.after(exception('TEN506', 'old')))).toEqual(['TEN506']);
    expect(await codes(merged, swap.after(), { asOf: '2027-01-01' })).toEqual(['TEN506']);
  });

  it('does not say of such an exception that it waives nothing', async () => {
    const about = async (code: string, target: string): Promise<string[]> => {
      const { context } = await exampleChange({ before: {}, after: swap.after(exception(code, target)) });
      const said = checkConfig(rules, context.after).filter(({ severity }) => severity !== 'note');
      return said.map(({ code: found, message }) => `${found} ${message}`);
    };
    expect(await about('TEN506', 'old')).toEqual([]);
    expect(await about('TEN502', 'old')).toEqual([
      'TEN409 the exception of `old` names `TEN502`, which cannot be waived',
    ]);
    expect(await about('TEN210', 'old')).toEqual(['TEN409 the exception of `old` from `TEN210` waives nothing']);
  });

  it('lets what is allowed from outside pass as a note, and nothing that cannot be waived', async () => {
    expect(await told(swap.before, swap.after(), ['TEN506'])).toEqual([
      'organization.yaml:8:3 note TEN506 group `old` is removed, and the base still uses it in 1 place',
    ]);
    const all = rules.flatMap((rule) => (rule.level === 'change' ? [rule.code] : []));
    const before = { ...tenants(solar([prod, dev])), ...hydrogen(prod) };
    expect(await codes(before, { ...tenants(solar([prod])), 'tenants/hydrogen.yaml': null }, {}, all)).toEqual([
      'TEN502',
      'TEN504',
    ]);
  });
});
