import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { Readable } from 'node:stream';
import { Failure } from '../../values/failure.ts';
import { atMost } from '../../values/concurrency.ts';
import { exportedName } from './bundle.ts';
import type { PermissionFlag, Reported, ValueLimits } from './child.ts';
import { childProgram, evaluationScript, nodeArguments } from './child.ts';

/** What became of an evaluation: what its process reports, or why it reports nothing. */
export type Outcome =
  | Reported
  | { readonly kind: 'out-of-memory' }
  /** `status` is the process' exit code, or the signal that ended it. */
  | { readonly kind: 'silent'; readonly status: number | string };

/**
 * Evaluates compiled code in a process of its own, which starts at once and waits for the code: where there is none in
 * the end, nothing comes of it. Some processes run at a time, and the others wait.
 */
export function processEvaluator(
  nodePath: string,
  timeoutMs: number,
  limits: ValueLimits,
): (code: Promise<string | undefined>) => Promise<Outcome | undefined> {
  const inTurn = atMost(availableParallelism());
  const program = childProgram(timeoutMs);
  // As bytes, a value has up to three times its characters; what else is reported is short.
  const mostBytes = 3 * limits.length + 100_000;
  let permission: PermissionFlag = '--permission';

  return (code) =>
    inTurn(async () => {
      const script = code.then((text) =>
        text === undefined ? undefined : evaluationScript(text, exportedName, limits),
      );
      const start = () => run(nodePath, nodeArguments(permission, program), script, timeoutMs, mostBytes);
      let ended = await start();
      if (ended.status === badOption) {
        // The name of the permission model in Node 20. Newer versions have it under the other name only.
        permission = '--experimental-permission';
        ended = await start();
      }
      return (await script) === undefined ? undefined : outcomeOf(ended, limits.depth);
    });
}

/** The exit code of Node.js when it does not know an option. */
const badOption = 9;

/** How a process ended. */
interface Ended {
  /** The exit code, or the signal. */
  readonly status: number | string;
  readonly output: string;
  readonly errors: string;
  /** Why it was ended from here. */
  readonly stopped?: 'timeout' | 'too-large';
}

/**
 * Runs Node.js and reads what it writes to descriptor 3; ends it when it takes too long from when it has its input, when
 * it writes too much, and when there is no input for it.
 */
function run(
  nodePath: string,
  args: readonly string[],
  input: Promise<string | undefined>,
  timeoutMs: number,
  mostBytes: number,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(nodePath, args, { env: {}, stdio: ['pipe', 'ignore', 'pipe', 'pipe'], windowsHide: true });
    let stopped: Ended['stopped'];
    const stop = (why: NonNullable<Ended['stopped']>): void => {
      stopped ??= why;
      child.kill('SIGKILL');
      // Even if someone else holds them open.
      for (const stream of child.stdio) stream?.destroy();
    };
    let timer: NodeJS.Timeout | undefined;
    const output = collect(child.stdio[3], mostBytes, () => {
      stop('too-large');
    });
    const errors = collect(child.stderr, 10_000);
    // It may end before it has read everything.
    child.stdin?.on('error', () => undefined);
    const give = (script: string | undefined): void => {
      if (script === undefined) child.kill('SIGKILL');
      if (child.exitCode !== null || child.signalCode !== null) return;
      timer = setTimeout(() => {
        stop('timeout');
      }, timeoutMs);
      child.stdin?.end(script);
    };
    input.then(give, (error: unknown) => {
      child.kill('SIGKILL');
      reject(error instanceof Error ? error : new Error(String(error)));
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Failure('io', `cannot start ${nodePath} to evaluate TypeScript files`, { cause: error }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ status: code ?? signal ?? '', output: output(), errors: errors(), ...(stopped && { stopped }) });
    });
  });
}

/** Collects what a stream gives, up to `most` bytes. */
function collect(stream: unknown, most: number, whenMore?: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  if (stream instanceof Readable) {
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else whenMore?.();
    });
  }
  return () => Buffer.concat(chunks).toString();
}

function outcomeOf({ status, output, errors, stopped }: Ended, depth: number): Outcome {
  if (stopped) return { kind: stopped };
  if (/heap out of memory|allocation failed/i.test(errors)) return { kind: 'out-of-memory' };
  try {
    const reported: unknown = JSON.parse(output);
    if (isReported(reported, depth)) return reported;
  } catch {
    // Cut off, or not written by our program.
  }
  return { kind: 'silent', status };
}

/** Whether a message has the form that the program gives it: code that broke out could write to the same descriptor. */
function isReported(message: unknown, depth: number): message is Reported {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false;
  const field = (key: string): unknown => Object.getOwnPropertyDescriptor(message, key)?.value;
  switch (message.kind) {
    case 'value':
      return isPlain(field('value'), depth);
    case 'thrown':
    case 'denied':
    case 'syntax':
      return typeof field('text') === 'string' && typeof field('stack') === 'string';
    case 'unfit': {
      const path = field('path');
      const steps = Array.isArray(path) && path.every((step) => typeof step === 'string' || typeof step === 'number');
      return steps && typeof field('is') === 'string';
    }
    case 'no-default-export':
    case 'too-large':
    case 'too-deep':
    case 'timeout':
    case 'unrestricted':
      return true;
    default:
      return false;
  }
}

/** Whether a value that was read from JSON keeps to the depth, and has no key that is dangerous to copy. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  if (depth === 0 || Object.hasOwn(value, '__proto__')) return false;
  return Object.values(value).every((inner) => isPlain(inner, depth - 1));
}
