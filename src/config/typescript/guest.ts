import type { ValueLimits } from './reported.ts';
import { because, keptNames } from './reported.ts';

/** The script that evaluates `bundle`, whose global `exported` holds what the file exports. */
export function evaluationScript(bundle: string, exported: string, limits: ValueLimits): string {
  return `${head(JSON.stringify({ limits, because }))}${bundle}\nreturn ${exported};\n})`;
}

/** What stands before the bundle. */
function head(settings: string): string {
  return `${keptNames}(${evaluateFile.toString()})(${settings}, function () {\n`;
}

/** How many lines of the script come before the bundle's first. */
export const linesBefore = head('').split('\n').length - 1;

interface Settings {
  readonly limits: ValueLimits;
  readonly because: Readonly<Record<keyof typeof because, string>>;
}

/**
 * What stands before a config file in its interpreter: takes away what would make its value depend on anything but its
 * text, runs it, and turns its value into JSON. What is needed for that is held in constants from the start: code may
 * change the built-ins. None of this keeps the file from the machine: the interpreter has nothing of the machine to give.
 *
 * It is sent there as text (`Function.prototype.toString`), so it stands on its own: no imports, no names from outside.
 */
function evaluateFile(settings: Settings, run: () => { readonly default?: unknown } | undefined): string {
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

  // What runs is what was reviewed.
  const noText = denial('`eval` or `Function`', 'they may not make code from text');
  const FixedFunction = new Proxy(Function, { apply: noText, construct: noText });
  defineProperty(globalThis, 'Function', { value: FixedFunction, writable: false, configurable: false });
  defineProperty(globalThis, 'eval', { value: noText, writable: false, configurable: false });
  defineProperty(Function.prototype, 'constructor', { value: FixedFunction, writable: false, configurable: false });
  const otherMakers = [
    function* () {
      yield 0;
    },
    async () => Promise.resolve(0),
    async function* () {
      yield await Promise.resolve(0);
    },
  ];
  for (const made of otherMakers) {
    defineProperty(getPrototypeOf(made) ?? {}, 'constructor', { value: noText, writable: false, configurable: false });
  }

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
    // A file that exports nothing at all is no module to the compiler, and gives none.
    const hasDefault = typeof exported === 'object' && ownKeys(exported).includes('default');
    const value = hasDefault ? json(exported.default) : end('{"kind":"no-default-export"}');
    return finish(() => `{"kind":"value","value":${value}}`);
  } catch (error) {
    return finish(() => {
      const { text, stack } = described(error);
      if (text === 'InternalError: out of memory') return '{"kind":"out-of-memory"}';
      return ended ?? report('thrown', text, stack);
    });
  }
}
