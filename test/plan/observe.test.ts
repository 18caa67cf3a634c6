import { describe, expect, it } from 'vitest';
import { textOf } from '../../src/plan/facts.ts';
import { exampleChange, placedVerdicts } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import type { ExampleFiles } from '../support/examples.ts';

/** What a plan says of a take-over (TEN549, TEN550), and of isolation that is enforced from now on (TEN545). */

const sharedWith = ['solar-leads', 'solar-sre', 'audit'].map((group) => ({ group, namespace: false }));
const organization: ExampleFiles = {
  'organization.yaml': organizationFile({
    naming: { tenantPrefix: 'Optional', identifierMaxLength: 20 },
    limits: { enforcement: 'Observe', fullNames: ['*'], network: 'None', podSecurity: 'privileged' },
  }),
  'clusters/second.yaml': clusterFile('second', { sharedWith }),
};
const solar = (...namespaces: object[]): ExampleFiles => ({
  ...organization,
  'tenants/solar.yaml': tenantFile('solar', { defaults: { clusters: ['prodcluster01'] }, namespaces }),
});
const prod = { name: 'prod' };
const isolated = (isolation: object, more: object = {}) => ({ fullName: 'ledger', isolation, ...more });
const strict = { network: 'SameTenant', podSecurity: 'restricted', registries: ['registry.example.com/'] };

async function said(before: ExampleFiles, after: ExampleFiles): Promise<string[]> {
  return (await placedVerdicts(before, after)).filter((line) => /note TEN(?:529|54[59]|550) /.test(line));
}
const codes = async (before: ExampleFiles, after: ExampleFiles): Promise<string[]> =>
  (await said(before, after)).flatMap((line) => / (TEN\d+) /.exec(line)?.[1] ?? []);

describe('a take-over', () => {
  it('that is enforced at once says what is cut off and refused', async () => {
    expect(await said(solar(prod), solar(prod, isolated(strict)))).toEqual([
      'tenants/solar.yaml:14:17 note TEN549 if `ledger` runs already, the next sync changes how: `network` (SameTenant) shuts out connections from namespaces of others, `podSecurity` (restricted) refuses pods that do more and `registries` refuses what it does not name',
      "tenants/solar.yaml:16:18 note TEN529 `network` of the new namespace `ledger` is `SameTenant`, where the organization's default is `SameNamespace`",
    ]);
  });

  it('that is only observed says what a tightening would do', async () => {
    const found = await said(solar(prod), solar(prod, isolated({ ...strict, enforcement: 'Observe' })));
    expect(found.filter((line) => line.includes('TEN55'))).toEqual([
      'tenants/solar.yaml:20:22 note TEN550 `ledger` is only observed; with `enforcement: Enforce`, `network` (SameTenant) shuts out connections from namespaces of others, `podSecurity` (restricted) refuses pods that do more and `registries` refuses what it does not name',
    ]);
    expect(found.join('\n')).toContain('TEN529 `enforcement` of the new namespace `ledger` is `Observe`');
  });

  it('of a namespace with nothing to refuse, or one with the prefix, says nothing of what runs', async () => {
    expect(
      await codes(solar(prod), solar(prod, isolated({ network: 'None', podSecurity: 'privileged' }))),
    ).not.toContain('TEN549');
    expect(await codes(solar(prod), solar(prod, { name: 'dev' }))).toEqual([]);
  });

  it('is said of a cluster more, and not of one where it was', async () => {
    const more = { ...isolated({}), clusters: ['prodcluster01', 'second'] };
    expect(await codes(solar(prod, isolated({})), solar(prod, more))).toEqual(['TEN549']);
    expect(await codes(solar(prod, more), solar(prod, isolated({})))).toEqual([]);
    expect(await codes(solar(prod, isolated({})), solar(prod, { ...isolated({}), labels: {} }))).toEqual([]);
  });

  it('of many is said once where it does the same', async () => {
    const many = Array.from({ length: 30 }, (_, i) => ({
      fullName: `old-${i}`,
      isolation: { enforcement: 'Observe' },
    }));
    const found = await said(solar(prod), solar(prod, ...many));
    expect(found.filter((line) => line.includes('TEN550'))).toHaveLength(1);
  });

  it('of one that is marked for deletion says nothing', async () => {
    expect(await codes(solar(prod), solar(prod, isolated({}, { state: 'MarkedForDeletion' })))).toEqual([]);
  });
});

describe('isolation', () => {
  const observed = { ...strict, enforcement: 'Observe' };

  it('that was observed and is enforced may stop work by all that begins to refuse', async () => {
    expect(
      await said(solar(prod, isolated(observed)), solar(prod, isolated({ ...observed, enforcement: 'Enforce' }))),
    ).toEqual([
      'tenants/solar.yaml:20:22 note TEN545 `network` (SameTenant) may stop work in 1 namespace: `ledger`',
      'tenants/solar.yaml:20:22 note TEN545 `podSecurity` (restricted) may stop work in 1 namespace: `ledger`',
      'tenants/solar.yaml:20:22 note TEN545 `registries` (registry.example.com/) may stop work in 1 namespace: `ledger`',
    ]);
    // By the line that goes, as well.
    expect(await codes(solar(prod, isolated(observed)), solar(prod, isolated(strict)))).toEqual([
      'TEN545',
      'TEN545',
      'TEN545',
    ]);
  });

  it('that was enforced and is only observed is a protection less', async () => {
    const found = await said(solar(prod, isolated(strict)), solar(prod, isolated(observed)));
    expect(found).toEqual([
      'tenants/solar.yaml:20:22 note TEN529 `enforcement` of namespace `ledger` goes from `Enforce` to `Observe`',
    ]);
  });

  it('that is stricter stops nothing while it is observed', async () => {
    const loose = isolated({ enforcement: 'Observe', network: 'None', podSecurity: 'privileged' });
    expect(await codes(solar(prod, loose), solar(prod, isolated(observed)))).toEqual([]);
  });

  it('that is enforced and refuses nothing stops nothing', async () => {
    const loose = { network: 'None', podSecurity: 'privileged' };
    expect(
      await codes(solar(prod, isolated({ ...observed })), solar(prod, isolated({ ...loose, enforcement: 'Enforce' }))),
    ).not.toContain('TEN545');
  });

  it('a quota stops work whether or not isolation is observed', async () => {
    const onProduction = {
      'clusters/prodcluster01.yaml': clusterFile('prodcluster01', {
        labels: { environment: 'production' },
        sharedWith,
      }),
    };
    const withQuota = (pods: number) => ({ ...solar(prod, isolated(observed, { quota: { pods } })), ...onProduction });
    expect(await codes(withQuota(5), withQuota(0))).toEqual(['TEN545']);
  });
});

describe('annotations in a plan', () => {
  const annotated = (annotations: Record<string, string>) => solar({ ...prod, annotations });
  const changed = async (before: ExampleFiles, after: ExampleFiles) =>
    (await exampleChange({ before, after })).context.plan.items.flatMap((item) =>
      item.kind === 'entity'
        ? item.settings.map(({ setting, item: key, before: was, after: is }) => [
            item.id,
            setting.name,
            key,
            textOf(was),
            textOf(is),
          ])
        : [],
    );

  it('come, go and change, each by its key', async () => {
    expect(await changed(annotated({ a: '1', b: '2' }), annotated({ b: '3', c: '4' }))).toEqual([
      ['namespace/prodcluster01/solar-prod', 'annotation', 'a', '1', undefined],
      ['namespace/prodcluster01/solar-prod', 'annotation', 'b', '2', '3'],
      ['namespace/prodcluster01/solar-prod', 'annotation', 'c', undefined, '4'],
    ]);
  });

  it('that are long are told by their beginning, and differ where they do', async () => {
    const long = 'x'.repeat(5000);
    const [found = []] = await changed(annotated({ a: `${long}1` }), annotated({ a: `${long}2` }));
    const [was, is] = found.slice(3).map(String);
    expect(was).toMatch(/^x{60}… \(5001 characters, sha256 [0-9a-f]{12}\)$/);
    expect(is).not.toBe(was);
    expect(await changed(annotated({ a: long }), annotated({ a: long }))).toEqual([]);
  });
});
