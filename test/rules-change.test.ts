import { describe, expect, it } from 'vitest';
import {
  cluster,
  exampleGroups,
  exampleShares,
  organization,
  otherCertificate,
  solar,
} from '../src/rules/change/examples.ts';
import { checkConfig } from '../src/rules/run.ts';
import { rules } from '../src/rules/index.ts';
import type { ChangeExample, ExampleFiles } from '../src/rules/rule.ts';
import { changeBetween, exampleChange, placedVerdicts } from './support/change.ts';

/** What the rules of this file say of a change, without those about risks: codes and targets of what is not waived. */
async function codes(before: ExampleFiles, after: ExampleFiles, more: Partial<ChangeExample> = {}, allowed?: string[]) {
  const { found } = await exampleChange({ before, after, ...more }, allowed);
  return ours(found.map(({ code }) => code));
}

const ours = (found: readonly string[]): string[] => found.filter((code) => /^TEN5[01]/.test(code)).sort();

async function told(before: ExampleFiles, after: ExampleFiles, allowed?: readonly string[]): Promise<string[]> {
  return (await placedVerdicts(before, after, allowed)).filter((line) => / TEN5[01]\d /.test(line));
}

async function help(before: ExampleFiles, after: ExampleFiles, code: string): Promise<string | undefined> {
  const { found } = await exampleChange({ before, after });
  return found.find((d) => d.code === code)?.help;
}

const tenants = (text: string): ExampleFiles => ({ 'tenants/solar.yaml': text });
const second = { 'clusters/prodcluster02.yaml': cluster('prodcluster02', exampleShares) };
const renamedTo = (name: string, text: string): ExampleFiles => ({
  'tenants/solar.yaml': null,
  [`tenants/${name}.yaml`]: text.replace('name: solar\n', `name: ${name}\n`),
});

const prod = '{ name: prod, clusters: [prodcluster01] }';
const dev = '{ name: dev, clusters: [prodcluster01] }';
const devMarked = '{ name: dev, clusters: [prodcluster01], state: MarkedForDeletion }';
const both = '{ name: prod, clusters: [prodcluster01, prodcluster02] }';
const leaving = '{ name: prod, clusters: [prodcluster01, prodcluster02], markedForDeletionOn: [prodcluster02] }';

const optionalPrefix = {
  'organization.yaml': organization(exampleGroups, ['naming: { tenantPrefix: Optional, identifierMaxLength: 20 }']),
};
const hydrogen = (...namespaces: string[]): ExampleFiles => ({
  'tenants/hydrogen.yaml': solar(namespaces).replace('name: solar\n', 'name: hydrogen\n'),
});

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
    expect(verdict?.items).toEqual(['namespace/solar-dev']);
    expect(verdict?.diagnostic.related.map(({ location }) => 'origin' in location && location.origin.file)).toEqual([
      'base:tenants/solar.yaml',
    ]);
  });
});

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
    expect(context.before.landscape.organization.name).toBe('example');
    const none = await changeBetween({}, { 'organization.yaml': organization(exampleGroups) });
    expect(none.verdicts.filter(({ diagnostic: { code } }) => /^TEN5[01]/.test(code))).toEqual([]);
    const unrelated = await changeBetween(
      { 'tenants/solar.yaml': solar([prod]) },
      { 'organization.yaml': organization(exampleGroups) },
    );
    expect(ours(unrelated.found.map(({ code }) => code))).toEqual([]);
  });

  it('takes a mark in the base that cannot be read for none', async () => {
    const broken = solar([prod, devMarked.replace('MarkedForDeletion', 'markedForDeletion')]);
    expect(await codes(tenants(broken), tenants(solar([prod])))).toEqual(['TEN502']);
  });

  it('still guards what the base says where its organization cannot be read', async () => {
    const before = { 'organization.yaml': 'kind: [', ...tenants(solar([prod, dev])) };
    const after = { 'organization.yaml': organization(exampleGroups), ...tenants(solar([prod])) };
    expect(await codes(before, after)).toEqual(['TEN502']);
  });
});

describe('groups (TEN506 to TEN509)', () => {
  const groups = (...more: string[]): ExampleFiles => ({
    'organization.yaml': organization([...exampleGroups, ...more]),
  });
  const shares = (...more: string[]): ExampleFiles => ({
    'clusters/prodcluster01.yaml': cluster('prodcluster01', [...exampleShares, ...more]),
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

describe('TEN511 cluster-repointed', () => {
  const text = cluster('prodcluster01', exampleShares);
  const server = { 'clusters/prodcluster01.yaml': text.replace('prodcluster01.example', 'other.example') };
  const authority = { 'clusters/example-ca.pem': otherCertificate };
  it.each([
    ['the server alone', server, []],
    ['the certificate authority alone', authority, []],
    ['both', { ...server, ...authority }, ['TEN511']],
  ])('%s', async (_, after, expected) => {
    expect(await codes({}, after)).toEqual(expected);
  });

  it('says nothing of a cluster with nothing on it', async () => {
    const spare = cluster('spare', []);
    const after = { 'clusters/spare.yaml': spare.replace('spare.example', 'x.example').replace('example-ca', 'b') };
    expect(await codes({ 'clusters/spare.yaml': spare, 'clusters/b.pem': otherCertificate }, after)).toEqual([]);
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
    expect(await codes({ ...excepted('2026-01-14'), ...long }, excepted())).toEqual(['TEN514']);
    expect(await codes(excepted(), long)).toEqual([]);
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
      return checkConfig(rules, context.after).map(({ code: found, message }) => `${found} ${message}`);
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
    const all = rules.flatMap((rule) => (rule.about === 'change' ? [rule.code] : []));
    const before = { ...tenants(solar([prod, dev])), ...hydrogen(prod) };
    expect(await codes(before, { ...tenants(solar([prod])), 'tenants/hydrogen.yaml': null }, {}, all)).toEqual([
      'TEN502',
      'TEN504',
    ]);
  });
});

describe('TEN515 cluster-admins-changed', () => {
  const settings = (...lines: string[]): ExampleFiles => ({ 'organization.yaml': organization(exampleGroups, lines) });
  const admins = (names: string): ExampleFiles => ({ 'organization.yaml': organization(exampleGroups, [], names) });
  const trusting = (...lines: string[]): ExampleFiles => ({
    'clusters/prodcluster01.yaml': cluster('prodcluster01', exampleShares, lines),
  });
  const cases: readonly (readonly [string, ExampleFiles, ExampleFiles, readonly string[]])[] = [
    ['an admin more', admins('alice'), admins('alice, mallory'), ['user `mallory` becomes an admin of all clusters']],
    ['an admin less', admins('alice, bob'), admins('alice'), ['user `bob` is no longer an admin of all clusters']],
    ['another order', admins('alice, bob'), admins('bob, alice'), []],
    [
      'a break-glass group more',
      settings('policies: { breakGlassGroups: [cluster-admins] }'),
      settings('policies: { breakGlassGroups: [cluster-admins, solar-sre] }'),
      ['`solar-sre` is let through by the policies, which it is not in the base'],
    ],
    [
      'a break-glass group less',
      settings('policies: { breakGlassGroups: [cluster-admins, solar-sre] }'),
      settings('policies: { breakGlassGroups: [cluster-admins] }'),
      [],
    ],
    [
      'another identity of Argo CD, said once',
      settings(),
      settings('argoCD: { repoURL: "https://git.example.com/a.git", serviceAccount: other }'),
      ['`system:serviceaccount:argocd:other` is what Argo CD writes as, which it is not in the base'],
    ],
    [
      'another identity of Argo CD on a cluster',
      {},
      trusting('syncIdentity: system:serviceaccount:dev:mallory'),
      [
        '`system:serviceaccount:dev:mallory` is what Argo CD writes as on cluster `prodcluster01`, which it is not in the base',
      ],
    ],
    [
      'a service account that is trusted',
      trusting('trustedServiceAccounts: [ops/a]'),
      trusting('trustedServiceAccounts: [ops/a, ops/b]'),
      ['`ops/b` is trusted on cluster `prodcluster01`, which it is not in the base'],
    ],
    [
      'a new cluster with what it trusts',
      {},
      { 'clusters/spare.yaml': cluster('spare', [], ['trustedServiceAccounts: [ops/a]', 'syncIdentity: x']) },
      [],
    ],
  ];
  it.each(cases)('%s', async (_, before, after, expected) => {
    const { found } = await exampleChange({ before, after });
    expect(found.flatMap(({ code, message }) => (code === 'TEN515' ? [message] : []))).toEqual(expected);
  });

  it('is waived by the name', async () => {
    const exceptions = [
      'exceptions:',
      '  - { code: TEN515, target: mallory, reason: She is on call from now on., until: 2026-12-31 }',
    ];
    const before = { 'organization.yaml': organization(exampleGroups, exceptions) };
    const after = { 'organization.yaml': organization(exampleGroups, exceptions, 'alice, mallory, trudy') };
    const { found } = await exampleChange({ before, after });
    expect(found.flatMap(({ code, message }) => (code === 'TEN515' ? [message] : []))).toEqual([
      'user `trudy` becomes an admin of all clusters',
    ]);
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
    const before = {
      ...rails('namespaces: 2'),
      ...second,
      ...tenants(solar([both, dev, devMarked.replace('dev', 'old')])),
    };
    const after = tenants(solar([`${both.slice(0, -1)}, state: MarkedForDeletion }`, devMarked]));
    expect(await told(before, after)).toEqual([
      'organization.yaml:12:26 error TEN517 this change takes 3 namespaces away from organization `example` or marks them for deletion, and the limit is 2: `solar-prod`, `solar-dev` and `solar-old`',
    ]);
    expect(await help(before, after, 'TEN517')).toBe(
      'split the change, or have an exception from TEN517 for `example` merged before, or set the label `tenantry-allow/TEN517` on the pull request; raising the limit counts from the next change on',
    );
    expect(await codes(before, after, {}, ['TEN517'])).toEqual([]);
    const excepted = organization(exampleGroups, [
      'changes: { removals: { namespaces: 2 } }',
      'exceptions:',
      '  - { code: TEN517, target: example, reason: The cluster is given up., until: 2026-12-31 }',
    ]);
    expect(await codes({ ...before, 'organization.yaml': excepted }, after)).toEqual([]);
  });

  const shares = (count: number, role: (i: number) => string = () => 'edit'): string =>
    Array.from({ length: count }, (_, i) => `{ user: u${i}, role: ${role(i)} }`).join(', ');
  // An owner and the shares: one access each.
  const access = (text: string): ExampleFiles =>
    tenants(solar([`{ name: prod, clusters: [prodcluster01], sharedWith: [${text}] }`]));
  it.each([
    ['30 % of 10', '', '', 9, shares(6), []],
    ['40 % of 10', '', '', 9, shares(5), ['TEN518', 'TEN518']],
    ['8 of 9, below the minimum', '', '', 8, shares(0), []],
    ['a minimum that this change raises', '', 'accessMinimum: 99', 9, shares(5), ['TEN518', 'TEN518']],
    ['a percentage that this change raises', '', 'accessPercent: 99', 9, shares(5), ['TEN518', 'TEN518']],
    ['a percentage that this change lowers', '', 'accessPercent: 9', 9, shares(8), ['TEN518', 'TEN518']],
    ['a percentage of the base', 'accessPercent: 40', 'accessPercent: 40', 9, shares(5), []],
    ['wider roles', '', '', 9, shares(9, () => 'admin'), []],
    ['narrower roles', '', '', 9, shares(9, (i) => (i < 4 ? 'view' : 'edit')), ['TEN518', 'TEN518']],
    ['ends', '', '', 9, shares(9).replaceAll('role: edit', 'role: edit, until: 2026-12-31'), []],
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

  it('TEN517 does not count again what was marked before', async () => {
    const before = { ...rails('namespaces: 2'), ...many(3, mark) };
    expect(await codes(before, many(5, mark))).toEqual([]);
    expect(await codes(before, many(6, mark))).toEqual(['TEN517']);
  });

  it('TEN518 rounds up, so that nothing is over a limit that it seems to keep to', async () => {
    expect(await told(access(shares(12)), access(shares(8)))).toEqual([
      expect.stringContaining('4 of 13 accesses of cluster `prodcluster01`, 31 %, and the limit is 30 %'),
      expect.stringContaining('4 of 13 accesses of tenant `solar`, 31 %, and the limit is 30 %'),
    ]);
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
            (_, i) => `{ name: n${i}, clusters: [prodcluster01], sharedWith: [{ group: ${name}, role: view }] }`,
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

describe('TEN117 marked-on-other-cluster', () => {
  it.each([
    ['a cluster that the namespace has left', leaving.replace('[prodcluster01, prodcluster02]', '[prodcluster01]'), 1],
    ['a cluster that it is on', leaving, 0],
  ])('%s', async (_, entry, count) => {
    const { context } = await exampleChange({ before: {}, after: { ...second, ...tenants(solar([entry])) } });
    expect(checkConfig(rules, context.after).filter(({ code }) => code === 'TEN117')).toHaveLength(count);
  });
});
