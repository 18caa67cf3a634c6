import { describe, expect, it } from 'vitest';
import { readConfigFiles } from '../src/config/files.ts';
import { resolve } from '../src/config/resolve.ts';
import { typescriptEvaluator } from '../src/config/typescript.ts';
import { exampleDay, exampleFiles } from '../src/rules/examples.ts';
import { rules } from '../src/rules/index.ts';
import type { ConfigExample } from '../src/rules/rule.ts';
import { checkConfig, checkRendered } from '../src/rules/run.ts';
import { memoryTree } from '../src/tree.ts';
import type { Diagnostic } from '../src/diagnostic.ts';

const evaluate = typescriptEvaluator({ nodePath: process.execPath, timeoutMs: 10_000 });

async function diagnose(example: ConfigExample): Promise<Diagnostic[]> {
  const files = await readConfigFiles(memoryTree(exampleFiles(example)), evaluate);
  return checkConfig(rules, { files, landscape: resolve(files), asOf: example.asOf ?? exampleDay });
}

describe('the example organization', () => {
  it('has nothing to report', async () => {
    expect(await diagnose({ files: {} })).toEqual([]);
  });
});

describe.each(rules.map((rule) => [`${rule.code} ${rule.name}`, rule] as const))('%s', (_, rule) => {
  const run = async (which: 'bad' | 'good'): Promise<Diagnostic[]> =>
    rule.about === 'rendered' ? checkRendered([rule], rule[which]) : diagnose(rule[which]);

  it('reports its bad example, and nothing else does', async () => {
    const codes = new Set((await run('bad')).map((d) => d.code));
    expect([...codes]).toEqual([rule.code]);
  });

  it('has nothing to say about its good example, and neither has any other rule', async () => {
    expect(await run('good')).toEqual([]);
  });
});
