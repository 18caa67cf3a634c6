import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rules } from '../../src/rules/index.ts';
import { checkConfig } from '../../src/rules/run.ts';
import { exampleChange } from '../support/change.ts';
import { diagnose } from '../support/diagnose.ts';
import { changeExample } from '../support/examples.ts';
import { saidFile, saidOf } from '../support/said.ts';

describe('the example organization', () => {
  it('has no errors and no warnings', async () => {
    expect((await diagnose({})).filter(({ severity }) => severity !== 'note')).toEqual([]);
  });
});

describe.each(rules.map((rule) => [`${rule.code} ${rule.name}`, rule] as const))('%s', (_, rule) => {
  it('says of its bad example what stands in said.txt, and no other rule has an error', async () => {
    const { diagnostics, text } = await saidOf(rule, 'bad');
    expect(Array.from(new Set(diagnostics.map(({ code }) => code)))).toEqual([rule.code]);
    if (process.env['TENANTRY_BLESS'] === '1') writeFileSync(saidFile(rule), `${text.trimEnd()}\n`);
    expect(`${text.trimEnd()}\n`).toBe(readFileSync(saidFile(rule), 'utf8'));
  });

  it('says nothing of its good example, and no other rule has an error', async () => {
    expect((await saidOf(rule, 'good')).diagnostics).toEqual([]);
  });

  // Then it is the way from one side to the other that is wrong. Only TEN519 is about a fault of the base.
  if (rule.level === 'change') {
    it.each(['bad', 'good'] as const)('has no error on a side of its %s example', async (which) => {
      const { context } = await exampleChange(changeExample(rule, which));
      const sides = rule.code === 'TEN519' ? [context.after] : [context.before, context.after];
      const found = sides.flatMap((side) => checkConfig(rules, side));
      expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
    });
  }
});
