import { describe, expect, it } from 'vitest';
import { exampleChange, placedVerdicts } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { diagnose } from '../support/diagnose.ts';
import type { ExampleFiles } from '../support/examples.ts';

/** Production by labels of namespaces, on a cluster that is none: what a plan and its rules say. */

const organization = (spec: Record<string, unknown> = {}): ExampleFiles => ({
  'organization.yaml': organizationFile({
    groups: [
      { name: 'solar-leads', members: ['sam'] },
      { name: 'solar-sre', members: ['sue'] },
      { name: 'audit', members: ['ann'] },
    ],
    limits: { labelKeys: ['*'] },
    changes: { productionNamespaces: { stage: 'live', tier: 'gold' } },
    ...spec,
  }),
  'clusters/prodcluster01.yaml': clusterFile('prodcluster01', {
    labels: { environment: 'shared' },
    sharedWith: ['solar-leads', 'solar-sre', 'audit'].map((group) => ({ group, namespace: false })),
  }),
});
const live = { stage: 'live', tier: 'gold' };
const solar = (namespaces: object[], more: Record<string, unknown> = {}): ExampleFiles => ({
  ...organization(),
  'tenants/solar.yaml': tenantFile('solar', { defaults: { clusters: ['prodcluster01'] }, namespaces, ...more }),
});
const sre = (role: string) => ({ sharedWith: [{ group: 'solar-sre', role }] });

async function said(before: ExampleFiles, after: ExampleFiles): Promise<string[]> {
  return (await placedVerdicts(before, after)).flatMap((line) => / note (TEN.*)$/.exec(line)?.[1] ?? []);
}

describe('access that is given', () => {
  it('in a namespace with all of the labels is on production, and beside it is not', async () => {
    const namespaces = (role?: string) => [
      { name: 'prod', labels: live, ...(role && sre(role)) },
      { name: 'dev', labels: { stage: 'live' }, ...(role && sre(role)) },
    ];
    const { context } = await exampleChange({ before: solar(namespaces()), after: solar(namespaces('edit')) });
    const places = context.plan.items.flatMap((item) => (item.kind === 'access' ? item.places : []));
    expect(places.map(({ scope, production }) => [scope, production])).toEqual([
      [{ kind: 'Namespace', namespace: 'solar-dev' }, false],
      [{ kind: 'Namespace', namespace: 'solar-prod' }, true],
    ]);
    expect(
      (await said(solar(namespaces()), solar(namespaces('edit')))).filter((line) => line.includes('TEN520')),
    ).toEqual([
      'TEN520 on production, group `solar-sre` gains `edit` in namespace `solar-prod` on cluster `prodcluster01`',
    ]);
  });

  it('is on production though the change takes the label away, or only then gives it', async () => {
    const [with_, without] = [{ name: 'prod', labels: live }, { name: 'prod' }];
    const codes = async (before: object, after: object) =>
      (await said(solar([before]), solar([{ ...after, ...sre('admin') }]))).map((line) => line.slice(0, 6)).sort();
    expect(await codes(with_, without)).toEqual(['TEN520', 'TEN551']);
    expect(await codes(without, with_)).toEqual(['TEN520', 'TEN551']);
    expect(await codes(without, without)).toEqual(['TEN521']);
  });

  it('to a person who joins a group is on production as well, whichever side has the label', async () => {
    const joined = {
      'organization.yaml':
        organization({
          groups: [
            { name: 'solar-leads', members: ['sam'] },
            { name: 'solar-sre', members: ['sue', 'zoe'] },
            { name: 'audit', members: ['ann'] },
          ],
        })['organization.yaml'] ?? '',
    };
    const before = solar([{ name: 'prod', labels: live, ...sre('edit') }]);
    expect((await said(before, { ...before, ...joined })).join('\n')).toContain('TEN531');
    const after = { ...solar([{ name: 'prod', ...sre('edit') }]), ...joined };
    expect((await said(before, after)).join('\n')).toContain('TEN531');
  });

  it('and a limit there stops work as on a cluster of production', async () => {
    const before = solar([{ name: 'prod', labels: live }]);
    const after = solar([{ name: 'prod', labels: live, quota: { cpu: '1' } }]);
    const { context, found } = await exampleChange({ before, after });
    expect(found.map(({ code }) => code)).toContain('TEN545');
    const entities = context.plan.items.flatMap((item) => (item.kind === 'entity' ? [item] : []));
    expect(entities.map(({ id, production, clusters }) => [id, production, clusters])).toEqual([
      ['namespace/prodcluster01/solar-prod', true, [{ name: 'prodcluster01', production: true }]],
    ]);
  });
});

describe('TEN551', () => {
  const entry = (labels?: object) => solar([{ name: 'prod', ...(labels && { labels }) }, { name: 'dev' }]);

  it.each<[string, object | undefined, object | undefined, string[]]>([
    [
      'goes',
      live,
      undefined,
      ['TEN551 `solar-prod` no longer counts as production: plans will not warn of what is given there'],
    ],
    [
      'is another one',
      live,
      { ...live, stage: 'test' },
      ['TEN551 `solar-prod` no longer counts as production: plans will not warn of what is given there'],
    ],
    [
      'comes',
      { stage: 'live' },
      live,
      ['TEN551 `solar-prod` becomes production: plans warn of what is given there from now on'],
    ],
    ['stays', live, { ...live, more: 'x' }, []],
  ])('says so where a label %s', async (_, before, after, expected) => {
    expect((await said(entry(before), entry(after))).filter((line) => line.startsWith('TEN551'))).toEqual(expected);
  });

  it('says so where the organization looks for another label, gathered', async () => {
    const many = Array.from({ length: 50 }, (_, i) => ({ name: `n${i}`, labels: live }));
    const before = { ...solar(many), ...organization({ limits: { labelKeys: ['*'], namespacesPerTenant: 60 } }) };
    const after = {
      ...before,
      ...organization({
        limits: { labelKeys: ['*'], namespacesPerTenant: 60 },
        changes: { productionNamespaces: { stage: 'test' } },
      }),
    };
    expect((await said(before, after)).filter((line) => line.startsWith('TEN551'))).toHaveLength(1);
    expect((await said(after, before)).filter((line) => line.startsWith('TEN551'))).toHaveLength(1);
  });

  it('says nothing of a cluster that is production anyway', async () => {
    const production = (labels?: object): ExampleFiles => ({
      ...entry(labels),
      'clusters/prodcluster01.yaml': clusterFile('prodcluster01', {
        labels: { environment: 'production' },
        sharedWith: ['solar-leads', 'solar-sre', 'audit'].map((group) => ({ group, namespace: false })),
      }),
    });
    expect((await said(production(live), production())).filter((line) => line.startsWith('TEN551'))).toEqual([]);
  });
});

describe('TEN225', () => {
  const notes = async (files: ExampleFiles) =>
    (await diagnose(files, { codes: 'TEN', notes: 'TEN225' })).map(({ code }) => code);

  it.each<[string, ExampleFiles, string[]]>([
    ['nothing has the labels', solar([{ name: 'prod', labels: { stage: 'live' } }]), ['TEN225']],
    ['a namespace has them', solar([{ name: 'prod', labels: live }]), []],
    [
      'it has them by default',
      solar([{ name: 'prod' }], { defaults: { clusters: ['prodcluster01'], labels: live } }),
      [],
    ],
    [
      'an empty mapping, which is on nothing',
      { ...solar([{ name: 'prod' }]), ...organization({ changes: { productionNamespaces: {} } }) },
      ['TEN225'],
    ],
    [
      'every cluster is, by an empty mapping',
      { ...solar([{ name: 'prod' }]), ...organization({ changes: { production: {} } }) },
      [],
    ],
  ])('where %s', async (_, files, expected) => {
    expect(await notes(files)).toEqual(expected);
  });

  it('labels that no namespace may have are an error', async () => {
    const files = {
      ...solar([{ name: 'prod' }]),
      ...organization({ changes: { productionNamespaces: { 'tenantry.dev/tenant': 'solar' } } }),
    };
    expect(await notes(files)).toEqual(['TEN214', 'TEN225']);
  });
});
