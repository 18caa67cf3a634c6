import { expect } from 'vitest';
import { typescriptEvaluator } from '../../src/config/typescript/evaluator.ts';
import type { Source } from '../../src/source/source.ts';
import type { FileTree } from '../../src/tree/tree.ts';
import { memoryTree } from '../../src/tree/tree.ts';

/** The file that tests evaluate. */
export const file = 'tenants/solar.ts';

const patient = typescriptEvaluator({ nodePath: process.execPath, timeoutMs: 100_000 });

/** Evaluates a text in a real process, without a time limit that a busy machine would notice. */
export function evaluate(text: string, tree: FileTree = memoryTree({}), evaluator = patient): Promise<Source> {
  return evaluator(file, text, tree);
}

/** The problems of a source: what each says, and the text that it points at. */
export function problems({ text, problems }: Source): { detail: string; at: string }[] {
  return problems.map(({ detail, span }) => ({ detail, at: text.slice(span.start.offset, span.end.offset) }));
}

/** The value of a text that has no problem. */
export async function valueOf(text: string, tree?: FileTree): Promise<unknown> {
  const source = await evaluate(text, tree);
  expect(problems(source)).toEqual([]);
  return source.value;
}

/** Expects one problem, and no value. */
export async function expectProblem(
  evaluated: Promise<Source>,
  at: string | RegExp,
  detail: string | RegExp,
): Promise<void> {
  const source = await evaluated;
  expect(source.value).toBeUndefined();
  expect(source.problems.map(({ kind }) => kind)).toEqual(['evaluation']);
  for (const problem of problems(source)) {
    if (typeof at === 'string') expect(problem.at).toBe(at);
    else expect(problem.at).toMatch(at);
    if (typeof detail === 'string') expect(problem.detail).toBe(detail);
    else expect(problem.detail).toMatch(detail);
  }
}
