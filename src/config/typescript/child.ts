/**
 * What runs in the process that evaluates a TypeScript config file. The two functions below are sent there as text
 * (`Function.prototype.toString`), so each stands on its own: no imports, no names from outside. Text that is made from
 * functions is type-checked and linted like the rest, and is still there when the program is bundled into one file,
 * where a script beside this one would have to be found, shipped and made readable to a process that may read nothing.
 *
 * Three walls stand between a config file and the machine, from the inside out:
 * 1. a context of its own, without `process`, `require`, timers or any other object of Node's, in which nothing turns
 *    text into code: there is nothing to call, and nothing that differs from one evaluation to the next;
 * 2. Node's permission model, should code get out of the context: no file can be read or written, no process or thread
 *    started, no native code loaded;
 * 3. an environment that is empty: no tokens to find.
 *
 * What they do not stop: the permission model of Node 20, 22 and 24 does not cover the network or signals. Code that got
 * out of the context, which takes a flaw in V8 or in `node:vm`, could open connections (with no secrets to send but the
 * files it was made of) and signal processes of the same user. Run `tenantry` on pull requests of strangers in a job
 * without credentials, as for any tool that reads their files; or forbid TypeScript.
 */

/** What became of an evaluation, as the process reports it. */
export type Reported =
  | { readonly kind: 'value'; readonly value: unknown }
  /** The code threw; `text` is the error in one line. */
  | { readonly kind: 'thrown'; readonly text: string; readonly stack: string }
  /** The code used something that config files may not use. */
  | { readonly kind: 'denied'; readonly text: string; readonly stack: string }
  /** V8 finds an error in the text that the compiler does not look for, such as a malformed regular expression. */
  | { readonly kind: 'syntax'; readonly text: string; readonly stack: string }
  /** The value at `path` is no data: it is `is`. */
  | { readonly kind: 'unfit'; readonly path: readonly (string | number)[]; readonly is: string }
  | { readonly kind: 'no-default-export' | 'too-large' | 'too-deep' | 'timeout' | 'unrestricted' };

/** Why config files may not do what they may not do. */
export const because = {
  closed: 'they see nothing of the machine that evaluates them, its environment and files included',
  atOnce: 'they are evaluated at once, from top to bottom',
  sameEveryTime: 'they must give the same value every time',
  noLocale: 'they must give the same value on every machine, whatever its locale',
} as const;

/** The name of the script in stack traces. */
export const scriptName = 'tenantry-config';

/** Limits on the value of a config file. */
export interface ValueLimits {
  /** The most levels of lists and objects. */
  readonly depth: number;
  /** The most characters, as JSON. */
  readonly length: number;
}

/** Node's arguments for the process; `permission` is the name that its version has for the permission model. */
export function nodeArguments(permission: PermissionFlag, program: string): string[] {
  return [
    permission,
    '--no-addons',
    // Main context too: an object of it that came into a config file's hands could not be made to run text.
    '--disallow-code-generation-from-strings',
    // Interpreting is fast enough for a config file, and most ways out of V8 lead through its compiler.
    '--jitless',
    `--max-old-space-size=${memoryMiB}`,
    '--no-warnings',
    '--eval',
    program,
  ];
}

export type PermissionFlag = '--permission' | '--experimental-permission';

/** How much memory the code may use. */
export const memoryMiB = 64;

/** The program of the process: it reads the script from standard input and writes the outcome to descriptor 3. */
export function childProgram(timeoutMs: number): string {
  const lineOffset = -head('').split('\n').length + 1;
  return `${keptNames}(${runChild.toString()})(process, ${JSON.stringify(scriptName)}, ${lineOffset}, ${timeoutMs})`;
}

/** The script that evaluates `bundle`, whose global `exported` holds what the file exports. */
export function evaluationScript(bundle: string, exported: string, limits: ValueLimits): string {
  return `${head(JSON.stringify({ limits, because }))}${bundle}\nreturn ${exported};\n})`;
}

/** What stands before the bundle; the script's lines are counted from there, so that they are the bundle's. */
function head(settings: string): string {
  return `${keptNames}(${evaluateInContext.toString()})(${settings}, function () {\n`;
}

/** Loaders that keep the names of functions (tsx) put calls of this into their texts. */
const keptNames = 'const __name = (named) => named;\n';

/** The main context of the process. */
function runChild(process: NodeJS.Process, filename: string, lineOffset: number, timeout: number): void {
  'use strict';
  const { readFileSync, writeFileSync } = process.getBuiltinModule('node:fs');
  const vm = process.getBuiltinModule('node:vm');
  const end = (outcome: string): never => {
    writeFileSync(3, outcome);
    // At once: what the file left to do later (there should be nothing) is not done.
    return process.exit();
  };
  // Stack traces of this context must not be given to functions either: see Error in the other one.
  Object.defineProperty(Error, 'prepareStackTrace', { value: undefined });
  const restricted =
    'permission' in process &&
    !['fs.read', 'fs.write', 'child', 'worker'].some((scope) => process.permission.has(scope));
  if (!restricted) end('{"kind":"unrestricted"}');
  process.env['TZ'] = 'UTC';

  let script;
  try {
    script = new vm.Script(readFileSync(0, 'utf8'), { filename, lineOffset });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error();
    return end(JSON.stringify({ kind: 'syntax', text: message, stack }));
  }
  try {
    const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, { codeGeneration: { strings: false, wasm: false } });
    // Text is all that ever crosses from one context to the other, and all of it in this direction.
    const outcome: unknown = script.runInContext(context, { timeout });
    end(typeof outcome === 'string' ? outcome : '');
  } catch (error) {
    // The script catches what the file throws, but no script can catch the time limit. This one counts when the process
    // that started this one is gone. Its error belongs to the other context, where `Error` is another.
    const code = typeof error === 'object' && error !== null && 'code' in error && error.code;
    end(code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? '{"kind":"timeout"}' : '');
  }
}

interface Settings {
  readonly limits: ValueLimits;
  readonly because: Readonly<Record<keyof typeof because, string>>;
}

/**
 * The config file's context: takes away what would make its value depend on anything but its text, runs it, and turns
 * its value into JSON. What is needed for that is held in constants from the start: code may change the built-ins.
 */
function evaluateInContext(settings: Settings, run: () => { readonly default?: unknown }): string {
  'use strict';
  const { limits } = settings;
  const { closed, atOnce, sameEveryTime, noLocale } = settings.because;
  const { stringify } = JSON;
  const { isArray } = Array;
  const { isFinite } = Number;
  const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, construct } = Reflect;
  const halfCharacter = /\p{Surrogate}/u;
  const PlainError = Error;
  const PlainDate = Date;
  const objectPrototype = Object.prototype;
  const arrayPrototype = Array.prototype;

  /** The first use of what is denied: it counts even if the code catches the error. */
  let denied: { text: string; error: Error } | undefined;
  const deny = (text: string): never => {
    const error = new PlainError(text);
    denied ??= { text, error };
    throw error;
  };
  const denial = (what: string, why: string) => () => deny(`config files may not use ${what}: ${why}`);
  const denyGlobals = (why: string, names: readonly string[], what?: string): void => {
    for (const name of names) {
      defineProperty(globalThis, name, {
        get: denial(what ?? `\`${name}\``, why),
        configurable: false,
      });
    }
  };
  const denyMethods = (holder: object, why: string, names: readonly string[], of = ''): void => {
    for (const name of names) {
      if (!getOwnPropertyDescriptor(holder, name)) continue;
      defineProperty(holder, name, { value: denial(`\`${of}${name}\``, why), writable: false, configurable: false });
    }
  };

  denyGlobals(closed, ['process', 'Buffer', 'navigator', '__dirname', '__filename']);
  denyGlobals('they may not reach the network', ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource']);
  denyGlobals('they may not print', ['console']);
  denyGlobals(atOnce, ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Worker', 'Atomics']);
  denyGlobals(atOnce, ['Promise'], 'promises or async functions');
  denyGlobals(sameEveryTime, ['crypto', 'performance', 'Temporal', 'WeakRef', 'FinalizationRegistry']);
  denyGlobals(noLocale, ['Intl']);
  denyGlobals('they hold no binary data, whose size nothing limits', [
    ...['ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'WebAssembly', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray'],
    ...['Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array'],
    ...['Float16Array', 'Float32Array', 'Float64Array'],
  ]);
  // A function and no getter: compiled code asks whether there is a `require` before it calls one.
  defineProperty(globalThis, 'require', { value: denial('`require`', 'they import with `import … from`') });
  denyMethods(Math, sameEveryTime, ['random'], 'Math.');
  denyMethods(Array, atOnce, ['fromAsync'], 'Array.');
  for (const { prototype } of [Object, Array, Number, BigInt, Date, String]) {
    denyMethods(prototype, noLocale, [
      ...['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'],
      ...['toLocaleLowerCase', 'toLocaleUpperCase', 'localeCompare'],
    ]);
  }

  // With the name of the time zone, in the machine's language.
  denyMethods(Date.prototype, `${noLocale}, so use \`toISOString\``, ['toString', 'toTimeString'], 'Date.');
  const noClock = denial('the current time', `${sameEveryTime}, so write the date down`);
  const FixedDate = new Proxy(PlainDate, {
    apply: noClock,
    construct: (target, args: [] | [string], newTarget: DateConstructor) =>
      args.length === 0 ? noClock() : construct(target, args, newTarget),
  });
  defineProperty(PlainDate, 'now', { value: noClock });
  defineProperty(PlainDate.prototype, 'constructor', { value: FixedDate });
  defineProperty(globalThis, 'Date', { value: FixedDate, writable: false, configurable: false });

  // A function in Error.prepareStackTrace is given the frames of its callers, Node's among them.
  PlainError.stackTraceLimit = 100;
  defineProperty(PlainError, 'prepareStackTrace', { value: undefined });
  defineProperty(globalThis, 'Error', { value: PlainError, writable: false, configurable: false });

  /** What to report, set where the value ends the evaluation: to tell that apart from what the code throws. */
  let ended: string | undefined;
  const end = (report: string): never => {
    ended = report;
    throw new PlainError();
  };

  let length = 0;
  const count = (text: string): string => {
    length += text.length + 1;
    return length > limits.length ? end('{"kind":"too-large"}') : text;
  };
  /** Where the value being read is, and what it is in. */
  const path: (string | number)[] = [];
  const around: object[] = [];
  // Texts are put together here: for an object, JSON.stringify may ask the code for its `toJSON`.
  const unfit = (is: string): never => {
    let steps = '';
    for (const step of path) steps += `${steps === '' ? '' : ','}${stringify(step)}`;
    return end(`{"kind":"unfit","is":${stringify(is)},"path":[${steps}]}`);
  };
  /** The value as JSON. Reads each property once and calls nothing, so that it cannot be shown two different things. */
  const json = (value: unknown): string => {
    switch (typeof value) {
      case 'string':
        return halfCharacter.test(value) ? unfit('text with half a character in it') : count(stringify(value));
      case 'number':
        return isFinite(value) ? count(stringify(value)) : unfit(`\`${value}\``);
      case 'boolean':
        return count(stringify(value));
      case 'undefined':
        return unfit('`undefined`');
      case 'object':
        return value === null ? count('null') : container(value);
      case 'bigint':
      case 'function':
      case 'symbol':
        return unfit(`a ${typeof value}`);
    }
  };
  const container = (value: object): string => {
    if (around.includes(value)) return unfit('an object that contains itself');
    if (around.length >= limits.depth) return end('{"kind":"too-deep"}');
    around.push(value);
    const text = isArray(value) ? `[${items(value)}]` : `{${properties(value)}}`;
    around.pop();
    count('');
    return text;
  };
  const items = (list: readonly unknown[]): string => {
    const prototype = getPrototypeOf(list);
    if (prototype !== arrayPrototype) return unfit(instance(prototype));
    let text = '';
    for (let i = 0; i < list.length; i++) text += (i === 0 ? '' : ',') + property(i, getOwnPropertyDescriptor(list, i));
    return text;
  };
  const properties = (object: object): string => {
    const prototype = getPrototypeOf(object);
    if (prototype !== objectPrototype && prototype !== null) return unfit(instance(prototype));
    let text = '';
    for (const key of ownKeys(object)) {
      const found = getOwnPropertyDescriptor(object, key);
      if (!found?.enumerable) continue;
      if (typeof key === 'symbol') return unfit('an object with a symbol as a key');
      if (key === '__proto__') return unfit('an object with the key `__proto__`');
      // As in TypeScript's types, a property that is undefined is one that is absent.
      if (!found.get && !found.set && found.value === undefined) continue;
      text += `${text === '' ? '' : ','}${json(key)}:${property(key, found)}`;
    }
    return text;
  };
  const property = (step: string | number, found: PropertyDescriptor | undefined): string => {
    path.push(step);
    if (!found) return unfit('an empty place in a list');
    if (found.get || found.set) return unfit('a getter');
    const text = json(found.value);
    path.pop();
    return text;
  };
  const instance = (prototype: object | null): string => {
    const maker: unknown = prototype && getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    const name: unknown = typeof maker === 'function' ? getOwnPropertyDescriptor(maker, 'name')?.value : undefined;
    return typeof name === 'string' && name !== '' ? `an instance of \`${name}\`` : 'an instance of a class';
  };

  /** An error in one line. Errors are objects of the code's own, so that even looking at one may throw. */
  const described = (error: unknown): { text: string; stack: string } => {
    const text = (value: unknown): string => (typeof value === 'string' ? value : '');
    try {
      if (error instanceof PlainError) {
        const { name, message, stack } = error;
        return { text: `${text(name) || 'Error'}: ${text(message)}`, stack: text(stack) };
      }
      if (typeof error === 'object' && error !== null) return { text: 'an object that is no `Error`', stack: '' };
      if (typeof error === 'function') return { text: 'a function', stack: '' };
      return { text: typeof error === 'string' ? stringify(error) : String(error), stack: '' };
    } catch {
      return { text: 'an error that cannot be read', stack: '' };
    }
  };
  const report = (kind: 'thrown' | 'denied', text: string, stack: string): string =>
    `{"kind":"${kind}","text":${stringify(text.slice(0, 1000))},"stack":${stringify(stack.slice(0, 30_000))}}`;
  const finish = (otherwise: () => string): string =>
    denied ? report('denied', denied.text, described(denied.error).stack) : otherwise();

  try {
    const exported = run();
    const value = ownKeys(exported).includes('default') ? json(exported.default) : end('{"kind":"no-default-export"}');
    return finish(() => `{"kind":"value","value":${value}}`);
  } catch (error) {
    return finish(() => {
      const { text, stack } = described(error);
      return ended ?? report('thrown', text, stack);
    });
  }
}
