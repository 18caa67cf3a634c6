import { formatPath } from '../../source/diagnostic.ts';
import type { Source, SourceProblem, SourceProblemKind } from '../../source/source.ts';
import { fileOrigin, hiddenTextIn, originAt } from '../../source/source.ts';
import { textProblems } from '../../source/text.ts';
import { maxFileSize } from '../../tree/tree.ts';
import type { EvaluateTypeScript } from '../reading/files.ts';
import type { Flaw, Traced } from './bundle.ts';
import { bundle, firstLine, lowerFirst } from './bundle.ts';
import type { Outcome } from './process.ts';
import { processEvaluator } from './process.ts';
import { memoryMiB } from './reported.ts';

export interface EvaluatorOptions {
  /** The Node.js that evaluates. */
  readonly nodePath: string;
  /** How long one file may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** The most levels of lists and objects in a config, and the most characters of it as JSON: as many as in YAML. */
const limits = { depth: 40, length: maxFileSize };

/** The most characters of a sentence about a problem: names and messages in it are as long as the code makes them. */
const longestDetail = 1000;

/**
 * Evaluates TypeScript config files, each in an interpreter of its own, in processes with an empty environment, no
 * permissions and a time limit: child.ts says what keeps the code in there. A mistake in a file comes back as a problem;
 * only a Node.js that cannot be started is a Failure.
 */
export function typescriptEvaluator({ nodePath, timeoutMs }: EvaluatorOptions): EvaluateTypeScript {
  const evaluate = processEvaluator(nodePath, timeoutMs, limits);
  return async (file, text, tree) => {
    const inText = textProblems(text);
    const source = (problems: readonly SourceProblem[], value?: unknown): Source => {
      return { file, language: 'typescript', text, value, problems };
    };
    const flawed = (flaws: readonly Flaw[]): Source =>
      source([
        ...inText,
        ...flaws.map((flaw) => ({ ...flaw, kind: 'evaluation' as const, detail: printable(flaw.detail) })),
      ]);
    // Code that may read otherwise than it runs is not run.
    if (!inText.every(({ kind }) => harmless.has(kind))) return source(inText);
    const bundling = bundle(file, text, tree, timeoutMs);
    // The process starts while the compiler works.
    const evaluating = evaluate(bundling.then((bundled) => ('code' in bundled ? bundled.code : undefined)));
    const [bundled, outcome] = await Promise.all([bundling, evaluating]);
    if (!('code' in bundled)) return flawed(bundled);
    if (!outcome) throw new Error('code that was compiled was not evaluated');
    if (outcome.kind === 'value') {
      const hidden = await hiddenText(text, outcome.value);
      return hidden ? source([...inText, hidden]) : source(inText, outcome.value);
    }
    if (outcome.kind === 'unfit') return flawed([await unfit(file, text, outcome)]);
    return flawed([flawOf(outcome, text, timeoutMs, bundled.trace)]);
  };
}

/** Problems that do not change what a reader of the code sees. */
const harmless: ReadonlySet<SourceProblemKind> = new Set(['carriage-return', 'byte-order-mark']);

function flawOf(
  outcome: Exclude<Outcome, { kind: 'value' | 'unfit' }>,
  text: string,
  timeoutMs: number,
  trace: (stack: string) => Traced,
): Flaw {
  const whole = (detail: string, help?: string): Flaw => {
    return { span: firstLine(text), detail, ...(help !== undefined && { help }) };
  };
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
      return traced(lowerFirst(outcome.text), outcome.stack);
    case 'no-default-export':
      return whole('it has no default export', 'write `export default defineTenant({ … })`, or `defineCluster`');
    case 'too-large':
      return whole(`the config that it exports is larger than ${limits.length} characters`);
    case 'too-deep':
      return whole(`the config that it exports is nested more than ${limits.depth} levels deep`);
    case 'timeout':
      return whole(`evaluating it did not finish within ${timeoutMs / 1000} s`, 'look for a loop that does not end');
    case 'out-of-memory':
      return whole(
        `evaluating it takes more than ${memoryMiB} MiB of memory`,
        'look for a list that grows without end',
      );
    case 'unrestricted':
      return whole(
        'it was not evaluated, because this Node.js cannot restrict what code may do',
        'use another version',
      );
    case 'silent':
      return whole(`the process that evaluates it ended without an answer (${outcome.status})`);
  }
}

/** The flaw of a value that is no data, at the place where the value is written. */
async function unfit(file: string, text: string, { path, is }: Extract<Outcome, { kind: 'unfit' }>): Promise<Flaw> {
  const { locatorIn } = await import('./locator.ts');
  const locate = await locatorIn(text);
  const name = path.length === 0 ? 'the default export' : `\`${formatPath(originAt(fileOrigin(file), ...path))}\``;
  return {
    span: locate(path, 'value'),
    path,
    detail: `${name} is ${is}`,
    help: 'export data alone: text, numbers, `true` and `false`, lists, and plain objects',
  };
}

/** What code has put into the value that nobody sees there, at the place where the value is written. */
async function hiddenText(text: string, value: unknown): Promise<SourceProblem | undefined> {
  const found = hiddenTextIn(value);
  if (!found) return undefined;
  const { locatorIn } = await import('./locator.ts');
  const span = (await locatorIn(text))(found.path, found.in);
  return {
    kind: 'invisible-in-value',
    span,
    detail: found.character,
    ...(found.in === 'value' && { path: found.path }),
  };
}

/** Text that comes from the file, for a terminal or for CI's log: short, on one line, and without escape sequences. */
function printable(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\s]+/gu, ' ').trim();
  return plain.length > longestDetail ? `${plain.slice(0, longestDetail)}…` : plain;
}
