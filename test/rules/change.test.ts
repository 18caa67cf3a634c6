import { describe, expect, it } from 'vitest';
import {
  cluster,
  exampleGroups,
  exampleShares,
  organization,
  otherCertificate,
  solar,
} from '../support/change-files.ts';
import { checkChange, checkConfig } from '../../src/rules/run.ts';
import { rules } from '../../src/rules/index.ts';
import type { ExampleFiles } from '../support/examples.ts';
import { exampleChange, sidesApart } from '../support/change.ts';
import { exampleDay, exampleSides } from '../support/examples.ts';
import { changeContext } from '../../src/rules/change-context.ts';
import {
  both,
  codes,
  dev,
  devMarked,
  help,
  hydrogen,
  leaving,
  optionalPrefix,
  prod,
  renamedTo,
  second,
  tenants,
  told,
} from '../support/change-rules.ts';

describe('the two steps of a deletion (TEN501 to TEN505), in every order that people try', () => {
  const cases: readonly (readonly [string, ExampleFiles, ExampleFiles, readonly string[]])[] = [
    ['marks a namespace', tenants(solar([prod, dev])), tenants(solar([prod, devMarked])), []],
    ['removes a marked one', tenants(solar([prod, devMarked])), tenants(solar([prod])), []],
    ['marks and removes in one change', tenants(solar([prod, dev])), tenants(solar([prod])), ['TEN502']],
    ['takes a mark back', tenants(solar([prod, devMarked])), tenants(solar([prod, dev])), []],
    [
      'renames an identifier',
      tenants(solar([prod, dev])),
      tenants(solar([prod, dev.replace('dev', 'devel')])),
      ['TEN502'],
    ],
    [
      'renames the identifier of a marked one',
      tenants(solar([prod, devMarked])),
      tenants(solar([prod, dev.replace('dev', 'devel')])),
      [],
    ],
    [
      'spells a prefix out',
      tenants(solar([prod])),
      tenants(solar([prod.replace('name: prod', 'fullName: solar-prod')])),
      [],
    ],
    [
      'removes one that is marked on one of its clusters only',
      { ...second, ...tenants(solar([dev, leaving])) },
      tenants(solar([dev])),
      ['TEN502'],
    ],
    [
      'removes one that is marked on each of its clusters',
      {
        ...second,
        ...tenants(solar([dev, leaving.replace('On: [prodcluster02]', 'On: [prodcluster02, prodcluster01]')])),
      },
      tenants(solar([dev])),
      [],
    ],
    ['removes the file', hydrogen(prod), { 'tenants/hydrogen.yaml': null }, ['TEN504']],
    [
      'removes the file of a tenant whose namespaces are marked',
      hydrogen(devMarked),
      { 'tenants/hydrogen.yaml': null },
      [],
    ],
    [
      'removes the file of a tenant of whose namespaces one is marked',
      hydrogen(devMarked, prod),
      { 'tenants/hydrogen.yaml': null },
      ['TEN504'],
    ],
    ['renames the tenant', tenants(solar([prod])), renamedTo('sol', solar([prod])), ['TEN504']],
    [
      'renames the file of the tenant alone',
      tenants(solar([prod])),
      { 'tenants/solar.yaml': null, 'tenants/sol.yaml': solar([prod]) },
      ['TEN504'],
    ],
    ['drops one of its clusters', { ...second, ...tenants(solar([both])) }, tenants(solar([prod])), ['TEN503']],
    ['drops a cluster on which it is marked', { ...second, ...tenants(solar([leaving])) }, tenants(solar([prod])), []],
    [
      'drops the other cluster than the marked one',
      { ...second, ...tenants(solar([leaving])) },
      tenants(solar(['{ name: prod, clusters: [prodcluster02] }'])),
      ['TEN503'],
    ],
    [
      'marks on a cluster and drops it in one change',
      { ...second, ...tenants(solar([both])) },
      tenants(solar([leaving.replace('[prodcluster01, prodcluster02]', '[prodcluster01]')])),
      ['TEN503'],
    ],
    [
      'drops a cluster by the defaults',
      { ...second, ...tenants(solar(['name: prod'], ['defaults: { clusters: [prodcluster01, prodcluster02] }'])) },
      tenants(solar(['name: prod'], ['defaults: { clusters: [prodcluster01] }'])),
      ['TEN503'],
    ],
    [
      'drops a cluster by what it inherits',
      { ...second, ...tenants(solar([both, '{ name: dev, inherits: prod }', leaving.replace('prod,', 'old,')])) },
      tenants(solar([prod, '{ name: dev, inherits: old }', leaving.replace('prod,', 'old,')])),
      ['TEN503'],
    ],
    [
      'drops a cluster by the namespace that it inherits from, in both',
      { ...second, ...tenants(solar([both, '{ name: dev, inherits: prod }'])) },
      tenants(solar([prod, '{ name: dev, inherits: prod }'])),
      ['TEN503', 'TEN503'],
    ],
    [
      'removes and adds again under another cluster',
      { ...second, ...tenants(solar([prod])) },
      tenants(solar(['{ name: prod, clusters: [prodcluster02] }'])),
      ['TEN503'],
    ],
    [
      'removes a cluster with a namespace on it',
      { ...second, ...tenants(solar([both])) },
      { 'clusters/prodcluster02.yaml': null, ...tenants(solar([prod])) },
      ['TEN505'],
    ],
    [
      'removes a cluster in the second step of its last namespace',
      { 'clusters/prodcluster02.yaml': cluster('prodcluster02', []), ...tenants(solar([leaving])) },
      { 'clusters/prodcluster02.yaml': null, ...tenants(solar([prod])) },
      ['TEN505'],
    ],
    [
      'removes a cluster with nothing on it but what was retained',
      { 'clusters/prodcluster02.yaml': cluster('prodcluster02', [], ['retainedNamespaces: [old]']) },
      { 'clusters/prodcluster02.yaml': null },
      ['TEN505'],
    ],
    [
      'removes a cluster with nothing on it',
      { 'clusters/prodcluster02.yaml': cluster('prodcluster02', []) },
      { 'clusters/prodcluster02.yaml': null },
      [],
    ],
    ['turns YAML into TypeScript', tenants(solar([prod])), { 'tenants/solar.yaml': null, 'tenants/solar.yml': '' }, []],
  ];
  it.each(cases)('%s', async (_, before, after, expected) => {
    expect(await codes(before, after)).toEqual(expected);
  });

  it('refuses to remove what was unmarked by a change that was merged', async () => {
    const [marked, unmarked, removed] = [solar([prod, devMarked]), solar([prod, dev]), solar([prod])].map(tenants);
    expect(await codes(marked ?? {}, unmarked ?? {})).toEqual([]);
    expect(await codes(unmarked ?? {}, removed ?? {})).toEqual(['TEN502']);
  });

  const moves: readonly (readonly [string, ExampleFiles, ExampleFiles, readonly string[]])[] = [
    [
      'by its full name',
      { ...tenants(solar([prod, dev])), ...hydrogen(prod) },
      { ...tenants(solar([prod])), ...hydrogen(prod, dev.replace('name: dev', 'fullName: solar-dev')) },
      ['TEN501'],
    ],
    [
      'marked for deletion by the file of another tenant',
      { ...tenants(solar([prod, dev])), ...hydrogen(prod) },
      { ...tenants(solar([prod])), ...hydrogen(prod, devMarked.replace('name: dev', 'fullName: solar-dev')) },
      ['TEN501'],
    ],
    [
      'though it was marked',
      { ...tenants(solar([prod, devMarked])), ...hydrogen(prod) },
      { ...tenants(solar([prod])), ...hydrogen(prod, dev.replace('name: dev', 'fullName: solar-dev')) },
      ['TEN501'],
    ],
    [
      'to another cluster',
      { ...second, ...tenants(solar([prod, dev])), ...hydrogen(prod) },
      {
        ...tenants(solar([prod])),
        ...hydrogen(prod, '{ fullName: solar-dev, clusters: [prodcluster02] }'),
      },
      ['TEN501'],
    ],
    [
      'to a tenant that had one of that name on another cluster all along',
      {
        ...second,
        ...tenants(solar([prod, dev])),
        ...hydrogen(prod, '{ fullName: solar-dev, clusters: [prodcluster02] }'),
      },
      tenants(solar([prod])),
      ['TEN502'],
    ],
    [
      'by a new name of its tenant',
      tenants(solar([prod.replace('name: prod', 'fullName: billing'), dev])),
      renamedTo('sol', solar([prod.replace('name: prod', 'fullName: billing'), dev])),
      ['TEN501', 'TEN504'],
    ],
    [
      'to a group',
      { ...tenants(solar([prod, devMarked.replace('name: dev', 'fullName: audit')])) },
      {
        ...tenants(solar([prod])),
        'clusters/prodcluster01.yaml': cluster('prodcluster01', [...exampleShares.slice(0, 2), '{ group: audit }']),
      },
      ['TEN501'],
    ],
    [
      'only once two tenants have it is it a collision',
      { ...tenants(solar([prod, dev])), ...hydrogen(prod) },
      hydrogen(prod, dev.replace('name: dev', 'fullName: solar-dev')),
      [],
    ],
  ];
  it.each(moves)('tells a namespace that moves: %s', async (_, before, after, expected) => {
    expect(await codes({ ...optionalPrefix, ...before }, after)).toEqual(expected);
  });

  it('says once what moves, and of the rest of its tenant that it goes', async () => {
    const entries = [prod.replace('name: prod', 'fullName: billing'), dev];
    const lines = await told({ ...optionalPrefix, ...tenants(solar(entries)) }, renamedTo('sol', solar(entries)));
    expect(lines).toEqual([
      expect.stringContaining('TEN504 tenant `solar` is removed, but 1 of its 2 namespaces was not marked'),
      expect.stringContaining("TEN501 namespace `billing` is tenant `solar`'s and cannot move to tenant `sol`"),
    ]);
  });

  it('points at the head, and says what to do', async () => {
    const before = tenants(solar([prod, dev]));
    expect(await told(before, tenants(solar([prod])))).toEqual([
      'tenants/solar.yaml:8:3 error TEN502 namespace `solar-dev` is removed, but was not marked for deletion before this change',
    ]);
    expect(await help(before, tenants(solar([prod, dev.replace('dev', 'devel')])), 'TEN502')).toBe(
      'it looks like it was renamed to `solar-devel`, but Kubernetes cannot rename a namespace: `solar-devel` would be a new, empty one; keep the entry of `solar-dev`',
    );
    expect(await told(hydrogen(prod, dev, devMarked.replace('dev', 'old')), { 'tenants/hydrogen.yaml': null })).toEqual(
      [
        'organization.yaml:1:1 error TEN504 tenant `hydrogen` is removed, but 2 of its 3 namespaces were not marked for deletion before this change: `hydrogen-prod` and `hydrogen-dev`',
      ],
    );
    expect(await told(tenants(solar([prod])), renamedTo('sol', solar([prod])))).toEqual([
      'tenants/sol.yaml:4:9 error TEN504 tenant `solar` is removed, but 1 namespace was not marked for deletion before this change: `solar-prod`',
    ]);
    expect(await help(tenants(solar([prod])), renamedTo('sol', solar([prod])), 'TEN504')).toMatch(
      /^it looks like it was renamed to `sol`, but Kubernetes cannot rename namespaces/,
    );
    expect(await told({ ...second, ...tenants(solar([both])) }, tenants(solar([prod])))).toEqual([
      'tenants/solar.yaml:9:15 error TEN503 namespace `solar-prod` leaves cluster `prodcluster02`, where it was not marked for deletion before this change',
    ]);
    const other = cluster('spare', exampleShares).replace('https://spare.', 'https://prodcluster02.');
    const renamed = { 'clusters/prodcluster02.yaml': null, 'clusters/spare.yaml': other };
    expect(await told(second, renamed)).toEqual([
      'clusters/spare.yaml:4:9 error TEN505 cluster `prodcluster02` is removed with 3 groups still on it',
    ]);
    expect(await help(second, renamed, 'TEN505')).toMatch(/^it looks like it was renamed to `spare`/);
  });

  it.each([
    ['the server', 'https://prodcluster02.', 'example-ca.pem', true],
    ['the certificate authority', 'https://spare.', 'other-ca.pem', true],
    ['neither', 'https://spare.', 'example-ca.pem', false],
  ])('takes a new cluster for an old one by %s', async (_, server, authority, expected) => {
    const before = {
      'clusters/prodcluster02.yaml': cluster('prodcluster02', exampleShares).replace('example-ca', 'other-ca'),
      'clusters/other-ca.pem': otherCertificate,
    };
    const spare = cluster('spare', exampleShares)
      .replace('https://spare.', server)
      .replace('example-ca.pem', authority);
    const after = { 'clusters/prodcluster02.yaml': null, 'clusters/spare.yaml': spare };
    expect((await help(before, after, 'TEN505'))?.includes('renamed to `spare`')).toBe(expected);
  });

  it('shows what is gone in the base, and names the items of the plan', async () => {
    const { verdicts } = await exampleChange({ before: tenants(solar([prod, dev])), after: tenants(solar([prod])) });
    const verdict = verdicts.find(({ diagnostic: { code } }) => code === 'TEN502');
    expect(verdict?.items).toEqual(['namespace/prodcluster01/solar-dev']);
    expect(verdict?.diagnostic.related.map(({ location }) => 'origin' in location && location.origin.file)).toEqual([
      'base:tenants/solar.yaml',
    ]);
  });
});

describe('TEN510 deletion-never-lifted', () => {
  const never = ['deletion: Never'];
  const deactivated = ['deletion: Never', 'state: Deactivated'];
  it.each([
    ['marks under Never', never, never, [prod, devMarked], ['TEN510']],
    ['marks and deactivates', never, deactivated, [prod, devMarked], ['TEN510']],
    ['marks and lifts', never, [], [prod, devMarked], ['TEN510']],
    ['removes and lifts', never, [], [prod], ['TEN502']],
    ['marks once deactivated', deactivated, deactivated, [prod, devMarked], []],
    ['deactivates', never, deactivated, [prod, dev], []],
  ])('%s', async (_, before, after, namespaces, expected) => {
    expect(await codes(tenants(solar([prod, dev], before)), tenants(solar(namespaces, after)))).toEqual(expected);
  });

  it('guards what is marked against removal too', async () => {
    const before = tenants(solar([prod, devMarked], never));
    expect(await codes(before, tenants(solar([prod], deactivated)))).toEqual(['TEN510']);
  });

  it('counts a mark on one cluster', async () => {
    const before = { ...second, ...tenants(solar([both], never)) };
    expect(await told(before, tenants(solar([leaving], deactivated)))).toEqual([
      'tenants/solar.yaml:11:85 error TEN510 namespace `solar-prod` is marked for deletion, but in the base tenant `solar` is active and never deletes namespaces',
    ]);
  });
});

describe('TEN117 marked-on-other-cluster', () => {
  it.each([
    ['a cluster that the namespace has left', leaving.replace('[prodcluster01, prodcluster02]', '[prodcluster01]'), 1],
    ['a cluster that it is on', leaving, 0],
  ])('%s', async (_, entry, count) => {
    const { context } = await exampleChange({ before: {}, after: { ...second, ...tenants(solar([entry])) } });
    expect(checkConfig(rules, context.after).filter(({ code }) => code === 'TEN117')).toHaveLength(count);
  });
});

describe('groups (TEN506 to TEN509)', () => {
  const groups = (...more: string[]): ExampleFiles => ({
    'organization.yaml': organization([...exampleGroups, ...more]),
  });
  const shares = (...more: string[]): ExampleFiles => ({
    'clusters/prodcluster01.yaml': cluster('prodcluster01', [...exampleShares, ...more]),
  });
  const retaining = (name: string): ExampleFiles => ({
    'clusters/prodcluster01.yaml': cluster('prodcluster01', exampleShares, [`retainedNamespaces: [${name}]`]),
  });
  const share = (group: string): ExampleFiles => shares(`{ group: ${group}, namespace: false }`);
  const cases: readonly (readonly [string, ExampleFiles, ExampleFiles, readonly string[]])[] = [
    [
      'removes one with its uses',
      { ...groups('name: old'), ...share('old') },
      { ...groups(), ...shares() },
      ['TEN506'],
    ],
    ['removes its uses', { ...groups('name: old'), ...share('old') }, shares(), []],
    ['removes one that is not used', groups('name: old'), groups(), []],
    [
      'renames one',
      { ...groups('name: old'), ...share('old') },
      { ...groups('name: new'), ...share('new') },
      ['TEN508'],
    ],
    [
      'renames one and says so',
      { ...groups('name: old'), ...share('old') },
      { ...groups('{ name: new, renamedFrom: old }'), ...share('new') },
      [],
    ],
    [
      'puts one of the same members elsewhere',
      { ...groups('{ name: old, members: [ann, bob] }'), ...share('old') },
      { ...groups('{ name: new, members: [bob, ann] }'), ...shares() },
      ['TEN508'],
    ],
    [
      'adds another one',
      { ...groups('{ name: old, members: [ann] }'), ...share('old') },
      { ...groups('{ name: new, members: [bob] }'), ...shares() },
      ['TEN506'],
    ],
    [
      'calls one that was there a rename',
      { ...groups('name: old', 'name: new'), ...share('old') },
      { ...groups('{ name: new, renamedFrom: old }'), ...share('new') },
      ['TEN506'],
    ],
    ['leaves a rename in the file', groups('{ name: new, renamedFrom: old }'), {}, ['TEN509']],
    [
      'takes a share with a namespace away',
      { ...groups('name: ops'), ...shares('{ group: ops }') },
      shares(),
      ['TEN507'],
    ],
    ['says `namespace: false`', { ...groups('name: ops'), ...shares('{ group: ops }') }, share('ops'), ['TEN507']],
    [
      'gives it another namespace',
      { ...groups('name: ops'), ...shares('{ group: ops }') },
      groups('{ name: ops, namespace: other }'),
      ['TEN507'],
    ],
    [
      'renames it, and with it its namespace',
      { ...groups('name: ops'), ...shares('{ group: ops }') },
      { ...groups('{ name: sre, renamedFrom: ops }'), ...shares('{ group: sre }') },
      ['TEN507'],
    ],
    [
      'renames it and keeps its namespace',
      { ...groups('name: ops'), ...shares('{ group: ops }') },
      { ...groups('{ name: sre, renamedFrom: ops, namespace: ops }'), ...shares('{ group: sre }') },
      [],
    ],
    [
      'gives its namespace to another group',
      { ...groups('name: ops'), ...shares('{ group: ops }') },
      { ...groups('{ name: ops, namespace: other }', '{ name: sre, namespace: ops }'), ...shares('{ group: sre }') },
      ['TEN507'],
    ],
    [
      'gives its namespace to a tenant',
      {
        ...optionalPrefix,
        'clusters/prodcluster01.yaml': cluster('prodcluster01', [...exampleShares.slice(0, 2), '{ group: audit }']),
      },
      { ...shares(), ...tenants(solar([prod, '{ fullName: audit, clusters: [prodcluster01] }'])) },
      ['TEN507'],
    ],
    [
      'gives what its cluster retains to a group',
      { ...groups('name: ops'), ...retaining('old') },
      { ...groups('{ name: ops, namespace: old }'), ...shares('{ group: ops }') },
      ['TEN507'],
    ],
    [
      'gives what its cluster retains to a tenant',
      { ...optionalPrefix, ...retaining('old') },
      { ...shares(), ...tenants(solar([prod, '{ fullName: old, clusters: [prodcluster01] }'])) },
      ['TEN507'],
    ],
    [
      'gives what its cluster retains back to the group that it is of',
      { ...groups('{ name: ops, namespace: old }'), ...retaining('old') },
      shares('{ group: ops }'),
      [],
    ],
    ['no longer retains a namespace', retaining('old'), shares(), []],
  ];
  it.each(cases)('%s', async (_, before, after, expected) => {
    expect(await codes(before, after)).toEqual(expected);
  });

  it.each([
    ['its work is done', 'name: new', '{ name: new, renamedFrom: old }', 'remove `renamedFrom`: its work is done'],
    [
      'it is misspelt',
      'name: solar-operators',
      '{ name: new, renamedFrom: solar-operator }',
      'did you mean `solar-operators`?',
    ],
    [
      'nobody knows it',
      'name: x',
      '{ name: new, renamedFrom: abcdefg }',
      'remove `renamedFrom`, or name the group as the base does',
    ],
  ])('TEN509 says what to do where %s', async (_, before, after, expected) => {
    expect(await help(groups(before), groups(...(before === 'name: new' ? [] : [before]), after), 'TEN509')).toBe(
      expected,
    );
  });

  it('says where the namespace of a group is to go', async () => {
    const before = { ...groups('name: ops'), ...shares('{ group: ops }') };
    expect(await told(before, share('ops'))).toEqual([
      'clusters/prodcluster01.yaml:14:7 error TEN507 namespace `ops` of group `ops` on cluster `prodcluster01` would be in no file any more',
    ]);
    const renamed = { ...groups('{ name: sre, renamedFrom: ops }'), ...shares('{ group: sre }') };
    expect(await help(before, renamed, 'TEN507')).toBe(
      'add `ops` to `retainedNamespaces` in clusters/prodcluster01.yaml, or keep it for the group with `namespace: ops` on `sre` in organization.yaml',
    );
  });

  it('says of what is retained how it can be given', async () => {
    const before = { ...groups('name: ops'), ...retaining('old') };
    const after = { ...groups('{ name: ops, namespace: old }'), ...shares('{ group: ops }') };
    expect(await told(before, after)).toEqual([
      "clusters/prodcluster01.yaml:14:7 error TEN507 namespace `old`, which cluster `prodcluster01` retains, would be group `ops`'s",
    ]);
    expect(await help(before, after, 'TEN507')).toBe(
      'give group `ops` a namespace of another name; if all that is in `old` may be had by whoever gets it, take it out of `retainedNamespaces` in a change of its own before',
    );
  });

  it.each([
    ['of a group that is declared', ['{ name: new, renamedFrom: audit }'], 1],
    ['of the group itself', ['{ name: new, renamedFrom: new }'], 1],
    ['that two groups claim', ['{ name: new, renamedFrom: old }', '{ name: newer, renamedFrom: old }'], 1],
    ['of a group that is gone', ['{ name: new, renamedFrom: old }'], 0],
  ])('TEN118: `renamedFrom` names one %s', async (_, more, count) => {
    const { context } = await exampleChange({ before: {}, after: groups(...more) });
    expect(checkConfig(rules, context.after).filter(({ code }) => code === 'TEN118')).toHaveLength(count);
  });
});

describe('TEN512 last-admin-removed', () => {
  const people = (leads: string, sre = 'members: [sue]'): ExampleFiles => ({
    'organization.yaml': organization([`{ name: solar-leads${leads} }`, `{ name: solar-sre, ${sre} }`, 'name: audit']),
  });
  const shared = (role: string): string =>
    `{ name: prod, clusters: [prodcluster01], sharedWith: [{ group: solar-sre, role: ${role} }] }`;
  const nobodyOwns = people(', members: []');
  const owned = (owner: string, ...namespaces: string[]): ExampleFiles =>
    tenants(solar(namespaces).replace('{ kind: Group, name: solar-leads }', owner));
  const cases: readonly (readonly [string, ExampleFiles, ExampleFiles, readonly string[]])[] = [
    [
      'the last share narrowed',
      { ...nobodyOwns, ...tenants(solar([shared('admin')])) },
      tenants(solar([shared('edit')])),
      ['TEN512'],
    ],
    [
      'the last share removed',
      { ...nobodyOwns, ...tenants(solar([shared('admin')])) },
      tenants(solar([prod])),
      ['TEN512'],
    ],
    ['an owner is left', { ...people(''), ...tenants(solar([shared('admin')])) }, tenants(solar([prod])), []],
    [
      'the members of the last group leave',
      { ...people(', members: [sam]'), ...tenants(solar([prod])) },
      nobodyOwns,
      ['TEN512'],
    ],
    [
      'another one stays a member',
      { ...people(', members: [sam, sue]'), ...tenants(solar([prod])) },
      people(', members: [sue]'),
      [],
    ],
    [
      'the group is no longer said to have anybody in particular',
      { ...people(', members: [sam]'), ...tenants(solar([prod])) },
      people(''),
      [],
    ],
    [
      'an owner that is nobody follows',
      { ...people('', 'members: []'), ...tenants(solar([prod])) },
      owned('{ kind: Group, name: solar-sre }', prod),
      ['TEN512'],
    ],
    ['a user follows', { ...people(''), ...tenants(solar([prod])) }, owned('{ kind: User, name: sam }', prod), []],
    ['there was nobody before', { ...nobodyOwns, ...tenants(solar([prod])) }, tenants(solar([shared('edit')])), []],
    [
      'the namespace is marked',
      { ...people(', members: [sam]'), ...tenants(solar([dev])) },
      { ...nobodyOwns, ...tenants(solar([devMarked])) },
      [],
    ],
    [
      'the owner is a group that does not exist',
      { ...people(''), ...tenants(solar([prod])) },
      owned('{ kind: Group, name: nobody }', prod),
      ['TEN512'],
    ],
    [
      'a service account follows',
      { ...people(''), ...tenants(solar([prod])) },
      owned('{ kind: ServiceAccount, name: bot, namespace: solar-ci }', prod),
      ['TEN512'],
    ],
    [
      'a service account follows another one',
      { ...people(''), ...owned('{ kind: ServiceAccount, name: bot, namespace: solar-ci }', prod) },
      owned('{ kind: ServiceAccount, name: robot, namespace: solar-ci }', prod),
      [],
    ],
    [
      'the last share is cut to 7 days',
      { ...nobodyOwns, ...tenants(solar([shared('admin')])) },
      tenants(solar([shared('admin, until: 2026-01-22')])),
      ['TEN512'],
    ],
    [
      'the last share is cut to 8 days',
      { ...nobodyOwns, ...tenants(solar([shared('admin')])) },
      tenants(solar([shared('admin, until: 2026-01-23')])),
      [],
    ],
    [
      'somebody follows for 7 days',
      { ...nobodyOwns, ...tenants(solar([shared('admin')])) },
      tenants(solar([shared('admin, until: 2026-01-22').replace('group: solar-sre', 'user: sam')])),
      ['TEN512'],
    ],
    [
      'the last share ends soon anyway',
      { ...nobodyOwns, ...tenants(solar([shared('admin, until: 2026-01-20')])) },
      tenants(solar([shared('admin, until: 2026-01-20'), dev])),
      [],
    ],
    [
      'all namespaces of the tenant',
      { ...people(', members: [sam]'), ...tenants(solar([prod, dev])) },
      nobodyOwns,
      ['TEN512'],
    ],
    [
      'two of three namespaces',
      { ...people(', members: [sam]'), ...tenants(solar([shared('admin'), dev, dev.replace('dev', 'test')])) },
      nobodyOwns,
      ['TEN512', 'TEN512'],
    ],
  ];
  it.each(cases)('%s', async (_, before, after, expected) => {
    expect(await codes(before, after)).toEqual(expected);
  });

  it('names the namespace, or the tenant when it is about all of it', async () => {
    expect(await told({ ...people(', members: [sam]'), ...tenants(solar([prod])) }, nobodyOwns)).toEqual([
      'tenants/solar.yaml:9:15 error TEN512 nobody is left with the role admin in namespace `solar-prod`',
    ]);
    expect(await told({ ...people(', members: [sam]'), ...tenants(solar([prod, dev])) }, nobodyOwns)).toEqual([
      'tenants/solar.yaml:6:3 error TEN512 nobody is left with the role admin in any of the 2 namespaces of tenant `solar`: `solar-dev` and `solar-prod`',
    ]);
  });

  it('counts a share that has ended for nobody', async () => {
    const until = shared('admin').replace('role: admin', 'role: admin, until: 2026-01-14');
    const before = { ...nobodyOwns, ...tenants(solar([shared('admin')])) };
    expect(await codes(before, tenants(solar([until])))).toEqual(['TEN512']);
  });
});

describe('TEN516 role-ref-changed', () => {
  it('points at the file in dist', async () => {
    const binding = { path: 'c1/namespaces/a.yaml', kind: 'RoleBinding', name: 'sre' } as const;
    const { found } = await exampleChange({
      before: {},
      after: {},
      bindings: [
        { ...binding, before: 'ClusterRole/view', after: 'ClusterRole/admin' },
        { ...binding, name: 'other', before: 'ClusterRole/view', after: 'ClusterRole/view' },
      ],
    });
    expect(found.map(({ code, primary: { location }, message }) => [code, location, message])).toEqual([
      [
        'TEN516',
        { origin: { file: 'dist/c1/namespaces/a.yaml' }, target: 'value' },
        'RoleBinding `sre` goes from `ClusterRole/view` to `ClusterRole/admin`, but Kubernetes cannot change the role of a binding',
      ],
    ]);
  });
});

describe('the rails (TEN517, TEN518)', () => {
  const rails = (settings: string): ExampleFiles => ({
    'organization.yaml': organization(exampleGroups, settings === '' ? [] : [`changes: { removals: { ${settings} } }`]),
  });
  const many = (count: number, state: string, from = 0): ExampleFiles =>
    tenants(
      solar(
        Array.from({ length: 8 }, (_, i) => {
          const changed = i >= from && i < from + count;
          return `{ name: n${i}, clusters: [prodcluster01]${changed ? state : ''} }`;
        }),
      ),
    );
  const mark = ', state: MarkedForDeletion';

  it.each([
    ['as many as the limit', '', '', 5, []],
    ['one more', '', '', 6, ['TEN517']],
    ['a lower limit', 'namespaces: 2', 'namespaces: 2', 3, ['TEN517']],
    ['a limit that this change raises', 'namespaces: 2', 'namespaces: 3', 3, ['TEN517']],
    ['a limit that this change lowers', 'namespaces: 3', 'namespaces: 2', 3, ['TEN517']],
    ['a higher limit', 'namespaces: 6', 'namespaces: 6', 6, []],
    ['a limit of none', 'namespaces: 0', 'namespaces: 0', 1, ['TEN517']],
  ])('TEN517 counts: %s', async (_, before, after, count, expected) => {
    expect(await codes({ ...rails(before), ...many(0, '') }, { ...rails(after), ...many(count, mark) })).toEqual(
      expected,
    );
  });

  it('TEN517 counts what is removed with what is marked, each name once, and says limit, figures and the way round', async () => {
    const old = dev.replace('dev', 'old');
    const before = { ...rails('namespaces: 2'), ...second, ...tenants(solar([both, dev, old])) };
    const after = tenants(solar([`${both.slice(0, -1)}, state: MarkedForDeletion }`, devMarked]));
    const [line, ...others] = (await told(before, after)).filter((one) => one.includes('TEN517'));
    expect(line).toBe(
      'tenants/solar.yaml:9:71 error TEN517 this change takes 3 namespaces away from organization `example` or marks them for deletion, and the limit is 2: `solar-prod`, `solar-dev` and `solar-old`',
    );
    expect(others).toEqual([]);
    expect(await help(before, after, 'TEN517')).toBe(
      'split the change, or have an exception from TEN517 for `example` merged before, or set the label `tenantry-allow/TEN517` on the pull request; raising the limit counts from the next change on',
    );
    expect(await codes(before, after, {}, ['TEN517'])).toEqual(['TEN502']);
    const excepted = organization(exampleGroups, [
      'changes: { removals: { namespaces: 2 } }',
      'exceptions:',
      '  - { code: TEN517, target: example, reason: The cluster is given up., until: 2026-12-31 }',
    ]);
    expect(await codes({ ...before, 'organization.yaml': excepted }, after)).toEqual(['TEN502']);
  });

  const shares = (count: number, role: (i: number) => string = () => 'edit'): string =>
    Array.from({ length: count }, (_, i) => `{ user: u${i}, role: ${role(i)} }`).join(', ');
  const both518 = ['TEN518', 'TEN518'];
  // An owner and the shares: one access each.
  const access = (text: string): ExampleFiles =>
    tenants(solar([`{ name: prod, clusters: [prodcluster01], sharedWith: [${text}] }`]));
  it.each([
    ['30 % of 10', '', '', 9, shares(6), []],
    ['40 % of 10', '', '', 9, shares(5), ['TEN518', 'TEN518']],
    ['8 of 9, below the minimum', '', '', 8, shares(0), []],
    ['a minimum that this change raises', '', 'accessMinimum: 99', 9, shares(5), ['TEN518', 'TEN518']],
    ['a percentage that this change raises', '', 'accessPercent: 99', 9, shares(5), ['TEN518', 'TEN518']],
    ['a percentage that this change lowers', '', 'accessPercent: 9', 9, shares(7), ['TEN518', 'TEN518']],
    ['one subject, which is what revoking looks like', 'accessPercent: 9', 'accessPercent: 9', 9, shares(8), []],
    ['a percentage of the base', 'accessPercent: 40', 'accessPercent: 40', 9, shares(5), []],
    ['wider roles', '', '', 9, shares(9, () => 'admin'), []],
    ['narrower roles', '', '', 9, shares(9, (i) => (i < 4 ? 'view' : 'edit')), ['TEN518', 'TEN518']],
    ['ends', '', '', 9, shares(9).replaceAll('role: edit', 'role: edit, until: 2026-12-31'), []],
    ['ends within 7 days', '', '', 9, shares(9).replaceAll('role: edit', 'role: edit, until: 2026-01-22'), both518],
    ['ends within 90 days', '', '', 9, shares(9).replaceAll('role: edit', 'role: edit, until: 2026-04-15'), both518],
    ['ends in 91 days', '', '', 9, shares(9).replaceAll('role: edit', 'role: edit, until: 2026-04-16'), []],
    ['as much that comes as goes', '', '', 9, shares(9).replaceAll('user: u', 'user: v'), ['TEN518', 'TEN518']],
  ])('TEN518 counts: %s', async (_, before, after, count, now, expected) => {
    expect(await codes({ ...rails(before), ...access(shares(count)) }, { ...rails(after), ...access(now) })).toEqual(
      expected,
    );
  });

  it('TEN518 says limit and figures, and is waived for the cluster and the tenant alone', async () => {
    expect(await told(access(shares(9)), access(shares(5)))).toEqual([
      'clusters/prodcluster01.yaml:4:9 error TEN518 this change takes away 4 of 10 accesses of cluster `prodcluster01`, 40 %, and the limit is 30 %',
      'tenants/solar.yaml:4:9 error TEN518 this change takes away 4 of 10 accesses of tenant `solar`, 40 %, and the limit is 30 %',
    ]);
    const excepted = organization(exampleGroups, [
      'exceptions:',
      '  - { code: TEN518, target: solar, reason: The team is given up., until: 2026-12-31 }',
    ]);
    expect(await told({ 'organization.yaml': excepted, ...access(shares(9)) }, access(shares(5)))).toEqual([
      expect.stringContaining('error TEN518 this change takes away 4 of 10 accesses of cluster'),
      expect.stringContaining('note TEN518 this change takes away 4 of 10 accesses of tenant'),
    ]);
  });

  it('TEN518 does not count an end that was there before', async () => {
    const ending = (days: readonly string[]): ExampleFiles =>
      access(days.map((day, i) => `{ user: u${i}, role: edit, until: ${day} }`).join(', '));
    const soon = Array.from({ length: 9 }, () => '2026-01-18');
    expect(await codes(ending(soon), { ...ending(soon), ...second })).toEqual([]);
    expect(await codes(ending(soon), ending(soon.map(() => '2026-01-20')))).toEqual([]);
    expect(await codes(ending(soon), ending(soon.map(() => '2026-01-16')))).toEqual(both518);
    // Later than in a week, what counts is how much longer it would have been there.
    const each = (day: string): string[] => soon.map(() => day);
    expect(await codes(ending(each('2026-05-01')), ending(each('2026-01-31')))).toEqual([]);
    expect(await codes(ending(each('2026-05-02')), ending(each('2026-01-31')))).toEqual(both518);
  });

  it('TEN518 counts the holders of a custom role that allows less', async () => {
    const role = (verbs: string, count = 9): ExampleFiles =>
      tenants(
        solar(
          [`{ name: prod, clusters: [prodcluster01], sharedWith: [${shares(count, () => 'deployer')}] }`],
          [
            'roles:',
            `  - { name: deployer, rules: [{ apiGroups: [apps], resources: [deployments], verbs: [${verbs}] }] }`,
          ],
        ),
      );
    expect(await told(role('get, patch'), role('get'))).toEqual([
      expect.stringContaining('9 of 10 accesses of cluster `prodcluster01`, 90 %'),
      expect.stringContaining('9 of 10 accesses of tenant `solar`, 90 %'),
    ]);
    expect(await codes(role('get, patch'), role('list, get'))).toEqual(both518);
    expect(await codes(role('get'), role('get, patch'))).toEqual([]);
    const { verdicts } = await exampleChange({ before: role('get, patch'), after: role('get') });
    const verdict = verdicts.find(({ diagnostic: { code } }) => code === 'TEN518');
    expect(verdict?.items).toEqual(['role/solar/deployer']);
  });

  it('TEN518 is waived by the kind and the name where a cluster and a tenant have the same', async () => {
    const solarCluster = cluster('solar', exampleShares);
    const with9 = (count: number): ExampleFiles =>
      tenants(solar([`{ name: prod, clusters: [solar], sharedWith: [${shares(count)}] }`]));
    const excepted = (target: string): ExampleFiles => ({
      'clusters/solar.yaml': solarCluster,
      'organization.yaml': organization(exampleGroups, [
        'exceptions:',
        `  - { code: TEN518, target: ${target}, reason: The team is given up., until: 2026-12-31 }`,
      ]),
      ...with9(9),
    });
    expect(await codes(excepted('solar'), with9(5))).toEqual(both518);
    expect(await codes(excepted('tenant/solar'), with9(5))).toEqual(['TEN518']);
    expect(await help(excepted('tenant/solar'), with9(5), 'TEN518')).toContain('for `cluster/solar` merged before');
  });

  it('TEN517 points at the head: at a mark, at what is left, or at the limit', async () => {
    const none = rails('namespaces: 0');
    const of517 = async (before: ExampleFiles, after: ExampleFiles): Promise<string[]> =>
      (await told({ ...none, ...before }, after)).filter((line) => line.includes('TEN517'));
    const both517 = tenants(solar([prod, dev]));
    expect(await of517(both517, tenants(solar([prod, devMarked])))).toEqual([
      expect.stringMatching(/^tenants\/solar.yaml:10:54 error TEN517 /),
    ]);
    expect(await of517(both517, tenants(solar([prod])))).toEqual([
      expect.stringMatching(/^tenants\/solar.yaml:8:3 error TEN517 /),
    ]);
    expect(await of517(hydrogen(dev), { 'tenants/hydrogen.yaml': null })).toEqual([
      expect.stringMatching(/^organization.yaml:12:26 error TEN517 /),
    ]);
  });

  it('TEN517 does not count again what was marked before', async () => {
    const before = { ...rails('namespaces: 2'), ...many(3, mark) };
    expect(await codes(before, many(5, mark))).toEqual([]);
    expect(await codes(before, many(6, mark))).toEqual(['TEN517']);
    // What an accepted change has marked may go, however many it is.
    expect(await codes({ ...rails('namespaces: 2'), ...many(8, mark) }, tenants(solar([])))).toEqual([]);
  });

  it('TEN518 gives a share with a digit after the point, and never one that keeps to the limit', async () => {
    expect(await told(access(shares(12)), access(shares(8)))).toEqual([
      expect.stringContaining('4 of 13 accesses of cluster `prodcluster01`, 30.8 %, and the limit is 30 %'),
      expect.stringContaining('4 of 13 accesses of tenant `solar`, 30.8 %, and the limit is 30 %'),
    ]);
    const [line] = await told(access(shares(9999)), access(shares(6998)));
    expect(line).toContain('3001 of 10000 accesses of cluster `prodcluster01`, just over 30 %, and the limit is 30 %');
  });

  it('TEN518 lets one subject be revoked, wherever it is, unless nobody is left', async () => {
    const groups = ['solar-leads', 'solar-sre', 'audit'];
    const of = (names: readonly string[]): ExampleFiles =>
      Object.fromEntries(
        Array.from({ length: 5 }, (_, i): [string, string] => [
          `tenants/t${i}.yaml`,
          solar(
            ['prod', 'dev', 'test', 'demo'].map((name) => `{ name: ${name}, clusters: [prodcluster01] }`),
            [`defaults: { sharedWith: [${names.map((group) => `{ group: ${group}, role: view }`).join(', ')}] }`],
          ).replace('name: solar\n', `name: t${i}\n`),
        ]),
      );
    const [, ...others] = groups;
    const all = { 'tenants/solar.yaml': null, ...of(others) };
    // Of each tenant a third of its accesses, and of the cluster too.
    expect(await codes(all, of(['solar-sre']))).toEqual([]);
    expect(await codes(all, of([]))).toEqual(Array.from({ length: 6 }, () => 'TEN518'));
    // An owner gives the tenant away: the only one who had anything.
    const owner = (name: string): ExampleFiles => ({
      'tenants/solar.yaml': null,
      ...Object.fromEntries(
        Object.entries(of([])).map(([path, text]) => [path, text?.toString().replace('solar-leads', name)]),
      ),
    });
    expect(await codes({ ...rails('accessMinimum: 3'), ...owner('solar-leads') }, owner('audit'))).toEqual(
      Array.from({ length: 6 }, () => 'TEN518'),
    );
  });

  it('TEN518 does not count what ends on its day', async () => {
    const ending = access(shares(9).replaceAll('role: edit', 'role: edit, until: 2026-01-20'));
    const { base, head } = await sidesApart(
      exampleSides({ before: ending, after: {} }).before,
      exampleSides({ before: ending, after: {} }).before,
      '2026-01-25',
      exampleDay,
    );
    const { plan } = changeContext(rules, base, head, []);
    expect(plan.items).toHaveLength(9);
    expect(checkChange(rules, changeContext(rules, base, head, []), new Set()).map((v) => v.diagnostic.code)).toEqual(
      [],
    );
  });

  it('TEN518 does not count what goes with a namespace that was marked, nor a group under another name', async () => {
    const with9 = (state: string): string =>
      `{ name: old, clusters: [prodcluster01]${state}, sharedWith: [${shares(9)}] }`;
    expect(await codes(tenants(solar([prod, with9(mark)])), tenants(solar([prod])))).toEqual([]);
    expect(await codes(tenants(solar([prod, with9('')])), tenants(solar([prod])))).toContain('TEN518');
    const groups = (name: string, more: string): ExampleFiles => ({
      'organization.yaml': organization([...exampleGroups, `{ name: ${name}${more} }`]),
      'clusters/prodcluster01.yaml': cluster('prodcluster01', [
        ...exampleShares,
        `{ group: ${name}, namespace: false }`,
      ]),
      ...tenants(
        solar(
          Array.from(
            { length: 9 },
            (_, i) =>
              `{ name: n${i}, clusters: [prodcluster01], sharedWith: [{ group: ${name}, role: view }, { user: u, role: view }] }`,
          ),
        ),
      ),
    });
    expect(await codes(groups('old', ''), groups('new', ', renamedFrom: old'))).toEqual([]);
    const bare = solar(Array.from({ length: 9 }, (_, i) => `{ name: n${i}, clusters: [prodcluster01] }`));
    const after = { ...groups('new', ', renamedFrom: old'), ...tenants(bare) };
    expect(await codes(groups('old', ''), after)).toEqual(['TEN518', 'TEN518']);
  });
});
