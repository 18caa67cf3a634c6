import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { availableParallelism } from 'node:os';
import { Readable } from 'node:stream';
import type { Failure } from '../../values/failure.ts';
import { systemFailure } from '../../values/system-error.ts';
import { atMost, meanwhile } from '../../values/concurrency.ts';
import { once } from '../../values/once.ts';
import { exportedName } from './bundle.ts';
import type { Interpreter, PermissionFlag } from './child.ts';
import { childProgram, nodeArguments, readyLine } from './child.ts';
import { evaluationScript } from './guest.ts';
import type { Reported, ValueLimits } from './reported.ts';

/** What became of an evaluation: what its process reports, or why it reports nothing. */
export type Outcome =
  | Reported
  /** `status` is the process' exit code, or the signal that ended it. */
  | { readonly kind: 'silent'; readonly status: number | string };

/** The most processes at a time: each takes longer to start than to evaluate many files. */
const mostProcesses = 4;

/**
 * Evaluates compiled code in processes that do nothing else, one file after the other in each. A process starts at once
 * and waits for the code: where there is none in the end, nothing comes of it. All end when nobody waits for one.
 */
export function processEvaluator(
  nodePath: string,
  timeoutMs: number,
  limits: ValueLimits,
): (code: Promise<string | undefined>) => Promise<Outcome | undefined> {
  const inTurn = atMost(Math.min(mostProcesses, availableParallelism()));
  const program = childProgram(timeoutMs);
  // As bytes, a value has up to three times its characters; what else is reported is short.
  const mostBytes = 3 * limits.length + 100_000;
  const idle: Evaluating[] = [];
  let permission: PermissionFlag = '--permission';
  let waiting = 0;

  const start = () => startEvaluating(nodePath, nodeArguments(permission, program), timeoutMs, mostBytes);
  const evaluate = async (code: Promise<string | undefined>): Promise<Outcome | undefined> => {
    let evaluating = idle.pop() ?? start();
    const text = await meanwhile(code).catch((error: unknown) => {
      evaluating.end();
      throw error;
    });
    if (text === undefined) {
      idle.push(evaluating);
      return undefined;
    }
    const script = evaluationScript(text, exportedName, limits);
    let ended = await evaluating.ask(script);
    if (ended.status === badOption) {
      // The name of the permission model in Node 20. Newer versions have it under the other name only.
      permission = '--experimental-permission';
      evaluating = start();
      ended = await evaluating.ask(script);
    }
    const outcome = outcomeOf(ended, limits.depth);
    // Which is not trusted with another file unless it did what it should.
    if (ended.status === undefined && outcome.kind !== 'silent' && outcome.kind !== 'timeout') idle.push(evaluating);
    else evaluating.end();
    return outcome;
  };
  return async (code) => {
    waiting++;
    try {
      return await inTurn(() => evaluate(code));
    } finally {
      if (--waiting === 0) for (const evaluating of idle.splice(0)) evaluating.end();
    }
  };
}

/** The exit code of Node.js when it does not know an option. */
const badOption = 9;

/** The interpreter as the process is given it, which may read no file. */
export const interpreterLine = once(() => {
  const { resolve } = nodeModule.createRequire(import.meta.url);
  const packageName = '@jitl/quickjs-wasmfile-release-sync';
  const interpreter: Interpreter = {
    loader: readFileSync(resolve(`${packageName}/emscripten-module`), 'utf8'),
    wasm: readFileSync(resolve(`${packageName}/wasm`), 'base64'),
  };
  return `${JSON.stringify(interpreter)}\n`;
});

/** What a process gave for a script. */
interface Ended {
  /** The exit code, or the signal; undefined when it has answered and goes on. */
  readonly status: number | string | undefined;
  readonly output: string;
  /** Why it was ended from here. */
  readonly stopped?: 'timeout' | 'too-large';
}

/** A process that evaluates. */
interface Evaluating {
  readonly ask: (script: string) => Promise<Ended>;
  readonly end: () => void;
}

/** Starts Node.js, gives it scripts, and reads what it writes to descriptor 3; ends it when that takes too long, or is too much. */
function startEvaluating(nodePath: string, args: readonly string[], timeoutMs: number, mostBytes: number): Evaluating {
  const child = spawn(nodePath, args, { env: {}, stdio: ['pipe', 'ignore', 'ignore', 'pipe'], windowsHide: true });
  let chunks: Buffer[] = [];
  let size = 0;
  let ended: Ended | undefined;
  let failure: Failure | undefined;
  let settle: () => void = () => undefined;

  const kill = (): void => {
    child.kill('SIGKILL');
    // Even if someone else holds them open.
    for (const stream of child.stdio) stream?.destroy();
  };
  const stop = (stopped: NonNullable<Ended['stopped']>): void => {
    ended ??= { status: 'SIGKILL', output: '', stopped };
    kill();
    settle();
  };
  const answers = child.stdio[3];
  if (answers instanceof Readable) {
    answers.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostBytes) stop('too-large');
      else chunks.push(chunk);
      if (chunk.includes('\n')) settle();
    });
  }
  // It may end before it has read everything.
  child.stdin?.on('error', () => undefined);
  child.on('error', (error) => {
    failure = systemFailure(`start ${nodePath} to evaluate TypeScript files`, error);
    settle();
  });
  child.on('close', (code, signal) => {
    ended ??= { status: code ?? signal ?? '', output: Buffer.concat(chunks).toString() };
    settle();
  });
  child.stdin?.write(interpreterLine());

  /** The next line that it says, or how it ended. */
  const next = async (): Promise<Ended> => {
    while (!ended && !failure && !chunks.some((chunk) => chunk.includes('\n'))) {
      await new Promise<void>((resolve) => (settle = resolve));
    }
    if (failure) throw failure;
    if (ended) return ended;
    const said = Buffer.concat(chunks);
    const end = said.indexOf('\n') + 1;
    chunks = [said.subarray(end)];
    size = said.length - end;
    return { status: undefined, output: said.toString('utf8', 0, end) };
  };
  const ask = async (script: string): Promise<Ended> => {
    child.stdin?.write(`${JSON.stringify(script)}\n`);
    const late = (): void => {
      stop('timeout');
    };
    let timer = setTimeout(late, timeoutMs);
    try {
      const said = await next();
      if (said.output !== readyLine) return said;
      // Starting is not the script's time.
      clearTimeout(timer);
      timer = setTimeout(late, timeoutMs);
      return await next();
    } finally {
      clearTimeout(timer);
    }
  };
  return { ask, end: kill };
}

function outcomeOf({ status, output, stopped }: Ended, depth: number): Outcome {
  if (stopped) return { kind: stopped };
  try {
    const reported: unknown = JSON.parse(output);
    if (isReported(reported, depth)) return reported;
  } catch {
    // Cut off, or not written by our program.
  }
  return { kind: 'silent', status: status ?? 'it said what it never says' };
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
    case 'out-of-memory':
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
