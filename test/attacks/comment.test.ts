import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanReport, ReportItem, ReportVerdict } from '../../src/plan/report.ts';
import { gravestFirst } from '../../src/render/diagnostics/gravity.ts';
import { markdownPlan } from '../../src/render/plan/markdown.ts';
import { gravity, repeatedByItem, rules } from '../../src/rules/index.ts';
import { tenantryHere } from '../support/cli.ts';
import { exampleOrganization, granted } from '../support/examples.ts';
import { temporaryRepository } from '../support/repositories.ts';

/** Attempts to push what matters out of a comment, or out of GitHub's ten annotations, by what does not (9). */

describe('four hundred harmless shares', () => {
  const shares = Array.from({ length: 400 }, (_, i) => `        - { user: user-${i}, role: view }`).join('\n');
  const flood = (more: string, spec = ''): string =>
    exampleOrganization['tenants/solar.yaml']
      .replace('  namespaces:\n', `${spec}  namespaces:\n`)
      .replace(/$/, `${shares}\n${more}`);

  it.each([
    ['privileged pods of the tenant', '', '  isolation: { podSecurity: privileged }\n'],
    ['privileged pods of the last namespace', '    - { name: shop, isolation: { podSecurity: privileged } }\n', ''],
  ])('do not hide %s from the comment and the annotations', async (_, more, spec) => {
    const { commit, folder: cwd } = temporaryRepository();
    commit({ ...exampleOrganization, ...granted('{ podSecurity: privileged }') });
    commit({ 'tenants/solar.yaml': flood(more, spec) });
    const { stdout: comment } = await tenantryHere(['plan', '--base', 'HEAD~1', '--format', 'markdown'], { cwd });
    expect(Buffer.byteLength(comment)).toBeLessThan(65_536);
    expect(comment).toMatch(/TEN529\*\* protection-lowered × 1/);
    expect(comment).toContain('privileged');
    const { stdout: log } = await tenantryHere(['validate', '--base', 'HEAD~1', '--format', 'github'], { cwd });
    const annotated = log
      .split('\n')
      .filter((line) => line.startsWith('::warning '))
      .slice(0, 10);
    expect(annotated.join('\n')).toContain('TEN311');
    expect(log).toMatch(/^::notice title=tenantry::.*\d+ TEN311/);
  });
});

const changeCodes = rules.flatMap(({ level, code }) => (level === 'change' ? [code] : []));

const verdicts: fc.Arbitrary<ReportVerdict[]> = fc
  .array(
    fc.record({
      code: fc.constantFrom(...changeCodes),
      severity: fc.constantFrom('error' as const, 'warning' as const, 'note' as const),
      message: fc.string({ maxLength: 3000, unit: fc.constantFrom('@', '`', 'a', '<', '\n', '#', ' ') }),
      waived: fc.boolean(),
      items: fc.array(
        fc.nat(30).map((n) => `i${n}`),
        { maxLength: 3 },
      ),
      times: fc.constantFrom(1, 1, 1, 40),
    }),
    { maxLength: 40 },
  )
  .map((all) =>
    all
      .flatMap(({ times, waived, ...one }) =>
        Array.from({ length: times }, () => ({
          ...one,
          rule: 'some-rule',
          help: null,
          at: 'tenants/solar.yaml:1',
          related: [],
          waivedBy: waived ? 'somebody' : null,
        })),
      )
      .sort((a, b) => (gravity(a.code) < gravity(b.code) ? -1 : 1)),
  );

/** A namespace with so many settings, each with a name and a value that are as long. */
const flooded = (i: number, settings: number, length: number): ReportItem => ({
  kind: 'entity',
  id: `i${i}`,
  entity: { kind: 'namespace', name: `solar-${i}` },
  clusters: [{ name: 'prodcluster01', production: true }],
  change: 'changed',
  from: null,
  tenant: 'solar',
  production: true,
  settings: Array.from({ length: settings }, (_, n) => ({
    about: 'label',
    item: `key-${n}-${i}-${'x'.repeat(length)}`,
    before: null,
    after: '`'.repeat(length),
    limit: null,
    effect: null,
    because: { before: [], after: [] },
  })),
  contents: [],
});

const items: fc.Arbitrary<ReportItem[]> = fc
  .array(fc.nat(400), { maxLength: 30 })
  .map((sizes) => sizes.map((size, i) => flooded(i, size, 200)));

it('names each code that occurs, with its count, errors before warnings before notes, whatever else a change holds', () => {
  fc.assert(
    fc.property(verdicts, items, (all, those) => {
      const comment = markdownPlan(planOf(all, those), repeatedByItem);
      expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(65_536);
      const lines = comment.split('\n').slice(3);
      const end = lines.findIndex((line) => !/^- \S+ \*\*TEN\d{3}\*\* .* × \d+$/.test(line));
      const named = lines
        .slice(0, end)
        .map((line) => /^- (\S+) \*\*(TEN\d{3})\*\* .* × (\d+)$/.exec(line)?.slice(1) ?? []);
      const levels = ['error', 'warning', 'note', 'waived'] as const;
      const level = ({ severity, waivedBy }: ReportVerdict) => (waivedBy === null ? severity : 'waived');
      const expected = levels.flatMap((wanted) => {
        const here = all.filter((verdict) => level(verdict) === wanted);
        const codes = [...new Set(here.map(({ code }) => code))];
        return codes.map((code) => [code, String(here.filter((verdict) => verdict.code === code).length)]);
      });
      expect(named.map(([, code, count]) => [code, count])).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

it('has room for others beside entries that are too long', () => {
  const long = Array.from({ length: 24 }, (_, i) => flooded(i, 400, 400));
  const said = long.map(({ id }): ReportVerdict => ({
    code: 'TEN529',
    rule: 'protection-lowered',
    severity: 'note',
    message: '',
    help: null,
    at: '',
    related: [],
    waivedBy: null,
    items: [id],
  }));
  const comment = markdownPlan(planOf(said, long), repeatedByItem);
  for (const { id } of long) expect(comment).toContain(`solar-${id.slice(1)}\``);
});

it('annotates each code before a second of any, errors before warnings before notes', () => {
  const diagnostic = fc.record({
    code: fc.integer({ min: 100, max: 799 }).map((n) => `TEN${n - (n % 50)}`),
    severity: fc.constantFrom('error' as const, 'warning' as const, 'note' as const),
  });
  fc.assert(
    fc.property(fc.array(diagnostic, { maxLength: 200 }), (all) => {
      const sorted = gravestFirst(all);
      expect(sorted).toHaveLength(all.length);
      expect(new Set(sorted)).toEqual(new Set(all));
      const rank = ['error', 'warning', 'note'];
      expect(sorted.map(({ severity }) => rank.indexOf(severity))).toEqual(
        all.map(({ severity }) => rank.indexOf(severity)).sort(),
      );
      for (const severity of rank) {
        const codes = sorted.filter((one) => one.severity === severity).map(({ code }) => code);
        const different = new Set(codes).size;
        expect(new Set(codes.slice(0, different)).size).toBe(different);
      }
    }),
  );
});

function planOf(said: readonly ReportVerdict[], those: readonly ReportItem[]): PlanReport {
  const digest = `sha256:${'0'.repeat(64)}`;
  const side = { name: 'main', commit: null, asOf: '2026-01-15', digest, empty: false, errors: 0 };
  const refused = said.filter(({ severity, waivedBy }) => severity === 'error' && waivedBy === null).length;
  return {
    formatVersion: 1,
    organization: 'acme',
    base: side,
    head: side,
    digest,
    summary: { gains: 0, loses: 0, items: those.length, refused, waived: 0, risks: 0 },
    byHand: [],
    membersDeclared: true,
    verdicts: [...said],
    items: [...those],
  };
}
