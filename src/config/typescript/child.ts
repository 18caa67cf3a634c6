/**
 * The process that evaluates TypeScript config files, in QuickJS compiled to WebAssembly. `runChild` is sent there as
 * text (`Function.prototype.toString`), so it stands on its own: no imports, no names from outside. Text that is made
 * from a function is type-checked and linted like the rest, and is still there when the program is bundled into one
 * file, where a script beside this one would have to be found, shipped and made readable to a process that may read
 * nothing.
 *
 * Three walls stand between a config file and the machine, from the inside out:
 * 1. an interpreter in WebAssembly, a new one for each file: the file's objects are bytes in a memory of the
 *    interpreter's own, and no function and no object of Node.js is handed in; text goes in, and text comes out;
 * 2. Node's permission model, should code get out of WebAssembly: no file can be read or written, no process or thread
 *    started, no native code loaded;
 * 3. an environment that is empty: no tokens to find.
 *
 * What they do not stop: the permission model of Node 20, 22 and 24 does not cover the network or signals. Code that got
 * out of the interpreter, which takes a flaw in QuickJS and then one in V8's WebAssembly, could open connections (with no
 * secrets to send but the files it was made of) and signal processes of the same user. Run `tenantry` on pull requests
 * of strangers in a job without credentials, as for any tool that reads their files; or forbid TypeScript.
 */
import { keptNames, memoryMiB, scriptName } from './reported.ts';

/** Node's arguments for the process; `permission` is the name that its version has for the permission model. */
export function nodeArguments(permission: PermissionFlag, program: string): string[] {
  return [
    permission,
    '--no-addons',
    '--disallow-code-generation-from-strings',
    // The simple compiler of WebAssembly is fast enough, and starts sooner; most ways out of V8 lead through the other.
    '--liftoff-only',
    `--max-old-space-size=${memoryMiB}`,
    '--no-warnings',
    '--eval',
    program,
  ];
}

export type PermissionFlag = '--permission' | '--experimental-permission';

/** What the process says when it has the interpreter. */
export const readyLine = '{"kind":"ready"}\n';

/**
 * The program of the process. From standard input it reads lines of JSON: first the interpreter, then one script after
 * the other; for each it writes the outcome to descriptor 3 as a line.
 */
export function childProgram(timeoutMs: number): string {
  const settings = { scriptName, timeoutMs, memory: memoryMiB * 1024 * 1024 };
  return `${keptNames}(${runChild.toString()})(process, ${JSON.stringify(settings)})`;
}

/** The first line that the process reads: the interpreter's loader, and its WebAssembly in base64. */
export interface Interpreter {
  readonly loader: string;
  readonly wasm: string;
}

interface ChildSettings {
  readonly scriptName: string;
  readonly timeoutMs: number;
  /** In bytes. */
  readonly memory: number;
}

/** What is used of the loader's module. Pointers are numbers. */
interface QuickJs {
  readonly _malloc: (size: number) => number;
  readonly lengthBytesUTF8: (text: string) => number;
  readonly stringToUTF8: (text: string, at: number, size: number) => void;
  readonly UTF8ToString: (at: number) => string;
  readonly _QTS_NewRuntime: () => number;
  readonly _QTS_RuntimeSetMemoryLimit: (runtime: number, bytes: number) => void;
  readonly _QTS_RuntimeSetMaxStackSize: (runtime: number, bytes: number) => void;
  readonly _QTS_NewContext: (runtime: number, intrinsics: number) => number;
  readonly _QTS_Eval: (...args: [context: number, code: number, length: number, ...more: number[]]) => number;
  /** 0 when the value is no exception. */
  readonly _QTS_ResolveException: (context: number, value: number) => number;
  readonly _QTS_GetString: (context: number, value: number) => number;
  /** An error as JSON, with `name`, `message` and `stack`. */
  readonly _QTS_Dump: (context: number, value: number) => number;
}

/** What is used of WebAssembly, which the types of Node.js leave to browsers'. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => object;
};

interface LoaderOptions {
  readonly instantiateWasm: (imports: object, done: (instance: object) => object) => object;
  readonly print: () => void;
  readonly printErr: () => void;
}

async function runChild(process: NodeJS.Process, settings: ChildSettings): Promise<void> {
  'use strict';
  const { readSync, writeFileSync } = process.getBuiltinModule('node:fs');
  const vm = process.getBuiltinModule('node:vm');

  let read = Buffer.alloc(0);
  /** The next line of standard input, or undefined at its end. */
  const nextLine = (): string | undefined => {
    const chunks = [read];
    let end = read.indexOf('\n');
    while (end === -1) {
      const chunk = Buffer.alloc(64 * 1024);
      const size = readSync(0, chunk);
      if (size === 0) return undefined;
      const last = chunk.subarray(0, size);
      end = last.indexOf('\n');
      chunks.push(last);
    }
    const last = chunks.pop() ?? read;
    read = last.subarray(end + 1);
    return Buffer.concat([...chunks, last.subarray(0, end)]).toString();
  };
  const answer = (outcome: string): void => {
    writeFileSync(3, `${outcome}\n`);
  };
  const field = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
  const textOf = (value: unknown, key: string): string => {
    const text = field(value, key);
    return typeof text === 'string' ? text : '';
  };

  const restricted =
    'permission' in process &&
    !['fs.read', 'fs.write', 'child', 'worker'].some((scope) => process.permission.has(scope));
  if (!restricted) {
    answer('{"kind":"unrestricted"}');
    return process.exit();
  }
  // The interpreter asks for nothing but the time and its zone: here it is always the same moment, in UTC.
  process.env['TZ'] = 'UTC';
  Object.defineProperty(Date, 'now', { value: () => 0 });

  const interpreter: unknown = JSON.parse(nextLine() ?? '{}');
  const loader: { exports?: (options: LoaderOptions) => Promise<QuickJs> } = {};
  const load = vm.compileFunction(textOf(interpreter, 'loader'), ['module', 'exports', 'require', '__dirname']);
  Reflect.apply(load, undefined, [loader, {}, () => ({}), '/']);
  const wasm = new WebAssembly.Module(Buffer.from(textOf(interpreter, 'wasm'), 'base64'));
  const nothing = () => undefined;

  /** A new interpreter, with a memory of its own. */
  const start = async () => {
    const quickJs = await loader.exports?.({
      instantiateWasm: (imports, done) => done(new WebAssembly.Instance(wasm, imports)),
      print: nothing,
      printErr: nothing,
    });
    if (!quickJs) throw new Error('the interpreter has no loader');
    const runtime = quickJs._QTS_NewRuntime();
    quickJs._QTS_RuntimeSetMemoryLimit(runtime, settings.memory);
    quickJs._QTS_RuntimeSetMaxStackSize(runtime, 256 * 1024);
    return { quickJs, context: quickJs._QTS_NewContext(runtime, 0) };
  };
  const evaluate = ({ quickJs, context }: Awaited<ReturnType<typeof start>>, script: string): string => {
    const put = (text: string): number => {
      const size = quickJs.lengthBytesUTF8(text) + 1;
      const at = quickJs._malloc(size);
      quickJs.stringToUTF8(text, at, size);
      return at;
    };
    const length = quickJs.lengthBytesUTF8(script);
    const value = quickJs._QTS_Eval(context, put(script), length, put(settings.scriptName), 0, 0);
    const thrown = quickJs._QTS_ResolveException(context, value);
    if (thrown === 0) return quickJs.UTF8ToString(quickJs._QTS_GetString(context, value));
    // The script catches what the file throws: what is left are errors in its text, and want of memory or stack.
    const error: unknown = JSON.parse(quickJs.UTF8ToString(quickJs._QTS_Dump(context, thrown)));
    const [name, message] = [textOf(error, 'name'), textOf(error, 'message')];
    if (name === 'SyntaxError') return JSON.stringify({ kind: 'syntax', text: message, stack: textOf(error, 'stack') });
    if (message === 'out of memory') return '{"kind":"out-of-memory"}';
    return JSON.stringify({ kind: 'thrown', text: `${name}: ${message}`, stack: textOf(error, 'stack') });
  };

  answer('{"kind":"ready"}');
  for (let line = nextLine(); line !== undefined; line = nextLine()) {
    const script: unknown = JSON.parse(line);
    if (typeof script !== 'string') break;
    const interpreting = await start();
    let outcome = '';
    const run = (): void => {
      outcome = evaluate(interpreting, script);
    };
    try {
      // This limit counts when the process that started this one is gone. No loop of the interpreter's outlasts it.
      vm.runInNewContext('run()', { run }, { timeout: settings.timeoutMs });
    } catch (error) {
      const code = field(error, 'code');
      if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') outcome = '{"kind":"timeout"}';
      // The stack of WebAssembly, which the interpreter cannot measure.
      else if (error instanceof RangeError) {
        outcome = '{"kind":"thrown","text":"InternalError: stack overflow","stack":""}';
      } else throw error;
    }
    answer(outcome);
  }
  process.exit();
}
