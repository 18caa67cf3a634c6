import { join } from 'node:path';
import { resolve } from '../../src/config/model/resolve.ts';
import { readConfigFiles, sourcesOf } from '../../src/config/reading/files.ts';
import { typescriptEvaluator } from '../../src/config/typescript/evaluator.ts';
import { typescriptLocator } from '../../src/config/typescript/locator.ts';
import { human } from '../../src/render/diagnostics/human.ts';
import { plainStyle } from '../../src/render/style.ts';
import { rules } from '../../src/rules/index.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { checkConfig, checkRendered } from '../../src/rules/run.ts';
import type { Diagnostic } from '../../src/source/diagnostic.ts';
import { placeDiagnostics } from '../../src/source/diagnostic.ts';
import type { Source } from '../../src/source/source.ts';
import { yamlLocator } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { exampleChange } from './change.ts';
import { changeExample, configExample, exampleDay, exampleFiles, renderedExample, ruleFolder } from './examples.ts';

/** What is said about an example of a rule, by this rule, and by others where it is an error. */
export interface Said {
  readonly diagnostics: readonly Diagnostic[];
  /** As people see it. */
  readonly text: string;
}

const evaluate = typescriptEvaluator({ nodePath: process.execPath, timeoutMs: 10_000 });

/**
 * Runs an example of a rule. Warnings and notes of other rules are not looked at: whoever adds one need not go through the
 * examples of all others.
 */
export async function saidOf(rule: Rule, which: 'bad' | 'good'): Promise<Said> {
  const counts = (d: Diagnostic): boolean => d.code === rule.code || d.severity === 'error';
  if (rule.level === 'rendered') {
    const diagnostics = checkRendered(rules, renderedExample(rule, which)).filter(counts);
    return { diagnostics, text: diagnostics.map(inShort).join('\n') };
  }
  if (rule.level === 'change') {
    const { found, sources } = await exampleChange(changeExample(rule, which));
    return printed(found.filter(counts), sources);
  }
  const example = configExample(rule, which);
  const files = await readConfigFiles(memoryTree(exampleFiles(example)), evaluate);
  const found = checkConfig(rules, { files, desired: resolve(files), asOf: example.asOf ?? exampleDay });
  return printed(found.filter(counts), sourcesOf(files));
}

/** The file that holds what is said about the bad example. */
export function saidFile(rule: Rule): string {
  return join(ruleFolder(rule), 'said.txt');
}

async function printed(found: readonly Diagnostic[], sources: ReadonlyMap<string, Source>): Promise<Said> {
  const placed = await placeDiagnostics(found, sources, (source) =>
    source.language === 'yaml' ? Promise.resolve(yamlLocator(source)) : typescriptLocator(source),
  );
  const textOf = (file: string): string | undefined => sources.get(file)?.text;
  return { diagnostics: found, text: human(placed, { style: plainStyle, files: sources.size, textOf }) };
}

/** Of an object in `dist/` there is no line to show. */
function inShort({ severity, code, message, help }: Diagnostic): string {
  return `${severity}[${code}]: ${message}${help === undefined ? '' : `\n   = help: ${help}`}`;
}
