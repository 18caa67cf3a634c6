import { describe, expect, it } from 'vitest';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import { typescriptEvaluator } from '../../src/config/typescript/evaluator.ts';
import { exampleDay, exampleFiles } from '../../src/rules/examples.ts';
import { rules } from '../../src/rules/index.ts';
import type { ConfigExample } from '../../src/rules/rule.ts';
import { checkConfig, checkRendered } from '../../src/rules/run.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { exampleChange } from '../support/change.ts';
import type { Diagnostic } from '../../src/source/diagnostic.ts';

const evaluate = typescriptEvaluator({ nodePath: process.execPath, timeoutMs: 10_000 });

async function diagnose(example: ConfigExample): Promise<Diagnostic[]> {
  const files = await readConfigFiles(memoryTree(exampleFiles(example)), evaluate);
  return checkConfig(rules, { files, desired: resolve(files), asOf: example.asOf ?? exampleDay });
}

describe('the example organization', () => {
  it('has nothing to report', async () => {
    expect(await diagnose({ files: {} })).toEqual([]);
  });
});

describe.each(rules.map((rule) => [`${rule.code} ${rule.name}`, rule] as const))('%s', (_, rule) => {
  const run = async (which: 'bad' | 'good'): Promise<readonly Diagnostic[]> => {
    switch (rule.about) {
      case 'rendered':
        return checkRendered([rule], rule[which]);
      case 'change': {
        const { context, found } = await exampleChange(rule[which]);
        // Neither side has a fault of its own: it is the way from one to the other that is wrong. A group that waits to be
        // removed is worth a note. Only TEN519 is about a fault of the base.
        const sides = rule.code === 'TEN519' ? [context.after] : [context.before, context.after];
        const ofSides = sides.flatMap((side) => checkConfig(rules, side));
        expect(ofSides.filter((d) => d.severity !== 'note')).toEqual([]);
        // Beside what must not be merged, a reviewer may have to look at something else; and at one thing for several reasons.
        return found.filter((d) => d.severity === 'error' || (rule.severity !== 'error' && d.code === rule.code));
      }
      case 'config':
      case 'exceptions':
        return diagnose(rule[which]);
    }
  };

  it('reports its bad example, and nothing else does', async () => {
    const codes = new Set((await run('bad')).map((d) => d.code));
    expect([...codes]).toEqual([rule.code]);
  });

  it('has nothing to say about its good example, and neither has any other rule', async () => {
    expect(await run('good')).toEqual([]);
  });
});
