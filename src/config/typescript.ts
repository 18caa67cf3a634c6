import { formatPath } from '../diagnostic.ts';
import type { Source, SourceProblem, Span } from '../source.ts';
import { fileOrigin, originAt, spanAt, textProblems } from '../source.ts';
import { maxFileSize } from '../tree.ts';
import type { EvaluateTypeScript } from './files.ts';
import type { Flaw, Traced } from './typescript-bundle.ts';
import { bundle } from './typescript-bundle.ts';
import { memoryMiB, scriptName } from './typescript-child.ts';
import type { Outcome } from './typescript-process.ts';
import { processEvaluator } from './typescript-process.ts';

export interface EvaluatorOptions {
  /** The Node.js that evaluates. */
  readonly nodePath: string;
  /** How long one file may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** The most levels of lists and objects in a config, and the most characters of it as JSON: as many as in YAML. */
const limits = { depth: 40, length: maxFileSize };

/** Text for a terminal and for CI's log: no escape sequences, no lines of their own. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]+/gu;

/**
 * Evaluates TypeScript config files, each in a process of its own with an empty environment, no permissions and a time
 * limit: typescript-child.ts says what keeps the code in there. A mistake in a file comes back as a problem; only a
 * Node.js that cannot be started is a Failure.
 */
export function typescriptEvaluator({ nodePath, timeoutMs }: EvaluatorOptions): EvaluateTypeScript {
  const evaluate = processEvaluator(nodePath, timeoutMs, limits);
  return async (file, text, tree) => {
    const problems = textProblems(text);
    const source = (value: unknown): Source => ({ file, language: 'typescript', text, value, problems });
    const flawed = (flaws: readonly Flaw[]): Source => {
      problems.push(
        ...flaws.map(({ span, detail }): SourceProblem => {
          return { kind: 'evaluation', span, detail: detail.replace(unprintable, ' ').trim() };
        }),
      );
      return source(undefined);
    };
    // Code that shows other than it runs is not run.
    if (problems.some(({ kind }) => kind !== 'carriage-return')) return source(undefined);
    const bundled = await bundle(file, text, tree);
    if (!('code' in bundled)) return flawed(bundled);

    const outcome = await evaluate(bundled.code);
    if (outcome.kind === 'value') return source(outcome.value);
    if (outcome.kind === 'unfit') return flawed([await unfit(source(undefined), outcome)]);
    return flawed([flawOf(outcome, text, timeoutMs, (stack) => bundled.trace(stack, scriptName))]);
  };
}

function flawOf(
  outcome: Exclude<Outcome, { kind: 'value' | 'unfit' }>,
  text: string,
  timeoutMs: number,
  trace: (stack: string) => Traced,
): Flaw {
  const whole = (detail: string): Flaw => ({ span: firstLine(text), detail });
  const traced = (what: string, stack: string): Flaw => {
    const { span, inside } = trace(stack);
    return { span, detail: `${what}${inside === undefined ? '' : `, at ${inside}`}` };
  };
  switch (outcome.kind) {
    case 'thrown':
      return traced(`the code throws ${outcome.text}`, outcome.stack);
    case 'denied':
      return traced(outcome.text, outcome.stack);
    case 'syntax':
      return traced(
        outcome.text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()),
        outcome.stack,
      );
    case 'no-default-export':
      return whole('it has no default export: write `export default defineTenant({ … })`, or `defineCluster`');
    case 'too-large':
      return whole(`the config that it exports is larger than ${limits.length} characters`);
    case 'too-deep':
      return whole(`the config that it exports is nested more than ${limits.depth} levels deep`);
    case 'timeout':
      return whole(`evaluating it did not finish within ${timeoutMs / 1000} s`);
    case 'out-of-memory':
      return whole(`evaluating it takes more than ${memoryMiB} MiB of memory`);
    case 'unrestricted':
      return whole(
        'it was not evaluated, because this Node.js does not restrict what code may do: use another version',
      );
    case 'silent':
      return whole(`the process that evaluates it ended without an answer (${outcome.status})`);
  }
}

/** The flaw of a value that is no data, at the place where the value is written. */
async function unfit(source: Source, { path, is }: Extract<Outcome, { kind: 'unfit' }>): Promise<Flaw> {
  const { typescriptLocator } = await import('./typescript-locator.ts');
  const locate = await typescriptLocator(source);
  const name =
    path.length === 0 ? 'the default export' : `\`${formatPath(originAt(fileOrigin(source.file), ...path))}\``;
  return {
    span: locate(path, 'value'),
    detail: `${name} is ${is}: a config holds text, numbers, \`true\` and \`false\`, lists and objects`,
  };
}

function firstLine(text: string): Span {
  const end = text.indexOf('\n');
  return spanAt(text, 0, end === -1 ? text.length : end);
}
