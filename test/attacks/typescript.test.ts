import { describe, expect, it } from 'vitest';
import { evaluate, problems, valueOf } from '../support/typescript.ts';

/**
 * Config files that want more than to be data. The interpreter has nothing of the machine to give: where an attempt gets
 * something, it is the interpreter's own; where it wants time or memory, it ends.
 */

/** Gives the result of an expression as text, so that whatever it is can be exported. */
const shown = (expression: string): Promise<unknown> =>
  valueOf(
    `const get = (): any => ${expression};\nlet a; try { a = String(get()); } catch (e: any) { a = e.name + ': ' + e.message; }\nexport default a;`,
  );

describe('what is read of an error calls nothing of the host', () => {
  it.each([
    [
      'a name that is a symbol',
      `(() => { const e: any = new Error('x'); e.name = Symbol(); return typeof e.stack; })()`,
      'string',
    ],
    [
      'a name whose text is made by a proxy',
      `(() => { let got = 'not called'; const e: any = new Error('x'); e.name = { toString: new Proxy(() => 'n', { apply(t: any, s: any, args: any) { got = args.constructor === Array ? 'own' : 'foreign'; return 'n'; } }) }; void e.stack; return got; })()`,
      'not called',
    ],
    [
      'a primitive that looks at its caller',
      `(() => { const seen: any[] = []; (Object.prototype as any)[Symbol.toPrimitive] = function (this: any) { seen.push(this); return ''; }; const e: any = new Error('x'); e.name = {}; void e.stack; try { null!.a; } catch (f: any) { void f.stack; } return seen.length; })()`,
      '0',
    ],
    [
      'a formatter of stacks',
      `(() => { let n = 0; (Error as any).prepareStackTrace = () => { n++; }; void new Error().stack; return n; })()`,
      '0',
    ],
    [
      'a caller',
      `(function f(): any { 'use strict'; return (f as any).caller; })()`,
      'TypeError: invalid property access',
    ],
  ])('%s', async (_, expression, result) => {
    expect(await shown(expression)).toBe(result);
  });
});

describe('there is nothing but the language:', () => {
  it.each([
    ...['process', 'Buffer', 'fetch', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'Intl', 'console', 'Promise'],
    ...['setTimeout', 'performance', 'WeakRef', 'Uint8Array', 'crypto', 'navigator'],
  ])('%s is denied', async (name) => {
    const source = await evaluate(`export default { a: typeof (globalThis as any)['${name}'] };`);
    expect(source.value).toBeUndefined();
    expect(problems(source)[0]?.detail).toMatch(/^config files may not /);
  });

  it('every other name is one of the language', async () => {
    const names = await valueOf(
      `export default Reflect.ownKeys(globalThis).filter((k) => typeof k === 'string' && !Reflect.getOwnPropertyDescriptor(globalThis, k)!.get).sort();`,
    );
    expect(names).toEqual([
      ...['AggregateError', 'Array', 'BigInt', 'Boolean', 'Date', 'Error', 'EvalError'],
      ...['Function', 'Infinity', 'InternalError', 'Iterator', 'JSON', 'Map', 'Math'],
      ...['NaN', 'Number', 'Object', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect'],
      ...['RegExp', 'Set', 'String', 'Symbol', 'SyntaxError', 'TypeError', 'URIError'],
      ...['WeakMap', 'WeakSet', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape'],
      ...['eval', 'globalThis', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'require'],
      ...['undefined', 'unescape'],
    ]);
  });

  it.each([
    [`(() => {}).constructor('return this')()`],
    [`Object.getPrototypeOf(function* () {}).constructor('yield 1')`],
    [`Reflect.construct(Function, ['return 1'])`],
    [`Function.prototype.constructor.constructor('return this')()`],
    [`(Array.prototype.concat as any).constructor('return this')()`],
    [`(globalThis as any).eval('1')`],
    [`class F extends Function { constructor() { super('return 1'); } } `],
  ])('no code is made of text: %s', async (text) => {
    const code = text.startsWith('class') ? `${text}\nexport default new F()()` : `export default { a: ${text} }`;
    const source = await evaluate(code);
    expect(source.value).toBeUndefined();
    expect(problems(source)[0]?.detail).toContain('they may not make code from text');
  });
});

describe('what would not end, or would not fit, ends', () => {
  it.each([
    ['a loop that doubles a text', 'let s = "x";\nfor (;;) s += s;\nexport default s', /string too long|64 MiB/],
    ['a gigabyte', 'export default "x".repeat(2 ** 30 - 1)', /string too long|64 MiB|invalid/],
    ['a value of 100 MB', 'export default Array(100).fill("x".repeat(1e6))', /larger than 1048576 characters/],
    ['a recursion', 'const f = (n: number): number => f(n + 1) + 1;\nexport default f(0)', /stack overflow/],
    ['a recursion by a getter', 'const o: any = { get a() { return this.a; } };\nexport default o.a', /stack overflow/],
    [
      'a recursion by a proxy',
      'const p: any = new Proxy({}, { get(t, k, r) { return r[k]; } });\nexport default p.a',
      /stack overflow/,
    ],
    [
      'a recursion by text',
      'const o: any = { toString() { return `${o}`; } };\nexport default `${o}`',
      /stack overflow/,
    ],
    ['JSON in JSON', 'export default JSON.parse("[".repeat(100000))', /stack overflow/],
    ['a pattern in a pattern', 'export default new RegExp("(".repeat(100000)).test("")', /./],
    [
      'a prototype in a prototype',
      'let o: any = {};\nfor (let i = 0; i < 20000; i++) o = new Proxy(o, {});\nexport default o.a',
      /./,
    ],
  ])('%s', async (_, text, detail) => {
    const source = await evaluate(text);
    expect(source.value).toBeUndefined();
    expect(problems(source)[0]?.detail).toMatch(detail);
  });
});

describe('what is exported is data, read once', () => {
  it.each([
    ['a getter with an effect', 'let n = 0;\nexport default { get a() { return n++; } }', '`a` is a getter'],
    ['toJSON', 'export default { toJSON() { return 1; } }', '`toJSON` is a function'],
    ['a thenable', 'export default { then(f: any) { f(1); } }', '`then` is a function'],
    ['a cycle', 'const a: any = {};\na.a = a;\nexport default a', '`a` is an object that contains itself'],
    ['a bigint', 'export default { a: 10n }', '`a` is a bigint'],
    ['a function', 'export default { a: () => 1 }', '`a` is a function'],
    ['a symbol', 'export default { a: Symbol.iterator }', '`a` is a symbol'],
    ['NaN', 'export default { a: NaN }', '`a` is `NaN`'],
    [
      'a key __proto__',
      'export default JSON.parse(`{"__proto__":{"admin":true}}`)',
      'the default export is an object with the key `__proto__`',
    ],
  ])('%s is refused', async (_, text, detail) => {
    const source = await evaluate(text);
    expect(source.value).toBeUndefined();
    expect(problems(source)[0]?.detail).toBe(detail);
  });

  it('whatever prototypes say', async () => {
    const text = `
Object.defineProperty(Object.prototype, 'admin', { value: true, enumerable: true });
(Object.prototype as any).toJSON = () => 'other';
(Array.prototype as any).toJSON = () => 'other';
(String.prototype as any).toJSON = () => 'other';
export default { a: [-0, 'b'], c: {} };`;
    const value = await valueOf(text);
    expect(JSON.stringify(value)).toBe('{"a":[0,"b"],"c":{}}');
    expect(Reflect.ownKeys(Object.prototype)).not.toContain('admin');
  });

  it('a proxy cannot show two different things', async () => {
    const text = `
let asked = 0;
export default new Proxy({}, {
  ownKeys: () => ['a'],
  getOwnPropertyDescriptor: () => ({ value: asked++, enumerable: true, configurable: true }),
});`;
    expect(await valueOf(text)).toEqual({ a: 0 });
  });

  it('and one file has nothing of another', async () => {
    const texts = [
      '(globalThis as any).left = 1;\n(Array.prototype as any).x = 1;\nexport default 1',
      'export default [typeof (globalThis as any).left, typeof ([] as any).x]',
    ];
    const [, second] = await Promise.all(texts.map((text) => evaluate(text)));
    expect(second?.value).toEqual(['undefined', 'undefined']);
  });
});
