import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type * as published from 'tenantry';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as define from '../src/config/define.ts';
import { nodeArguments } from '../src/config/typescript-child.ts';
import { typescriptEvaluator } from '../src/config/typescript.ts';
import { Failure } from '../src/failure.ts';
import type { Source } from '../src/source.ts';
import type { FileTree } from '../src/tree.ts';
import { memoryTree, worktree } from '../src/tree.ts';
import { temporaryFolder, writeFiles } from './support/folders.ts';

const nodePath = process.execPath;
const file = 'tenants/solar.ts';
const patient = typescriptEvaluator({ nodePath, timeoutMs: 20_000 });
const impatient = typescriptEvaluator({ nodePath, timeoutMs: 1000 });

const evaluate = (text: string, tree: FileTree = memoryTree({}), evaluator = patient): Promise<Source> =>
  evaluator(file, text, tree);

/** The problems of a source: what each says, and the text that it points at. */
function problems({ text, problems }: Source): { detail: string; at: string }[] {
  return problems.map(({ detail, span }) => ({ detail, at: text.slice(span.start.offset, span.end.offset) }));
}

async function valueOf(text: string, tree?: FileTree): Promise<unknown> {
  const source = await evaluate(text, tree);
  expect(problems(source)).toEqual([]);
  return source.value;
}

/** Expects one problem, and no value. */
async function expectProblem(evaluated: Promise<Source>, at: string | RegExp, detail: string | RegExp): Promise<void> {
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

describe('a TypeScript file', () => {
  it('becomes the value of its default export', async () => {
    const text = `
import { defineTenant, type Namespace } from 'tenantry';
const stages = ['dev', 'prod'] as const;
export default defineTenant({
  metadata: { name: 'solar' },
  spec: {
    owners: [{ kind: 'Group', name: 'solar-leads' }],
    description: undefined,
    namespaces: stages.map((name): Namespace => ({ name, cordoned: name === 'dev' })),
  },
});
`;
    expect(await evaluate(text)).toEqual({
      file,
      language: 'typescript',
      text,
      problems: [],
      value: {
        apiVersion: 'tenantry.dev/v1',
        kind: 'Tenant',
        metadata: { name: 'solar' },
        spec: {
          owners: [{ kind: 'Group', name: 'solar-leads' }],
          namespaces: [
            { name: 'dev', cordoned: true },
            { name: 'prod', cordoned: false },
          ],
        },
      },
    });
  });

  it.each([
    ['null', 'export default { a: null }', { a: null }],
    ['what is not ASCII', `export default { a: 'é\\u2028😀"\\\\' }`, { a: 'é\u2028😀"\\' }],
    ['numbers', 'export default [1, -0.5, 1e21]', [1, -0.5, 1e21]],
    ['the same object twice', 'const a = { b: 1 };\nexport default [a, a]', [{ b: 1 }, { b: 1 }]],
    ['an object without a prototype', 'export default Object.assign(Object.create(null), { a: 1 })', { a: 1 }],
    ['an empty key', `export default { '': [] }`, { '': [] }],
    ['a name exported as default', 'const a = { b: 1 };\nexport { a as default }', { b: 1 }],
    [
      'a date that is given',
      `export default [new Date('2026-12-31').toISOString(), Date.UTC(2026, 0)]`,
      ['2026-12-31T00:00:00.000Z', 1767225600000],
    ],
    ['nearly a megabyte', `export default 'é'.repeat(1_000_000)`, 'é'.repeat(1_000_000)],
    ['an enum', 'enum Role { view = "view" }\nexport default { role: Role.view }', { role: 'view' }],
  ])('may hold %s', async (_, text, value) => {
    expect(await valueOf(text)).toEqual(value);
  });

  it('takes UTC for its time zone, wherever it is evaluated', async () => {
    process.env['TZ'] = 'Asia/Tokyo';
    try {
      expect(new Date(2026, 0, 1).toISOString()).toBe('2025-12-31T15:00:00.000Z');
      expect(await valueOf('export default new Date(2026, 0, 1).toISOString()')).toBe('2026-01-01T00:00:00.000Z');
    } finally {
      delete process.env['TZ'];
    }
  });

  it('is not evaluated when it may read otherwise than it runs', async () => {
    const hidden = await evaluate('export default { a: "\u202e" }');
    expect(hidden.problems.map(({ kind }) => kind)).toEqual(['invisible-character']);
    expect(hidden.value).toBeUndefined();
    expect((await evaluate('')).problems.map(({ kind }) => kind)).toEqual(['empty']);
    const harmless = await evaluate('\ufeffexport default\r\n 1');
    expect(harmless.problems.map(({ kind }) => kind)).toEqual(['byte-order-mark', 'carriage-return']);
    expect(harmless.value).toBe(1);
  });

  it('gets its turn, however many there are', async () => {
    const sources = await Promise.all(Array.from({ length: 12 }, (_, i) => evaluate(`export default ${i}`)));
    expect(sources.map(({ value }) => value)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });
});

describe('a mistake in a TypeScript file', () => {
  it.each([
    ['a syntax error', 'export default {\n  a: [1,\n};', '}', 'unexpected `}`'],
    ['one after a character of several bytes', `const é = '😀' 1;`, '1', 'expected `;` but found `1`'],
    [
      'a malformed regular expression',
      'const a = 1;\nconst b = /(/;\nexport default {}',
      'const b = /(/;',
      /^invalid regular expression/,
    ],
    [
      'a name declared twice',
      'const a = 1;\nconst a = 2;\nexport default a',
      'a',
      'the symbol `a` has already been declared',
    ],
    [
      'a thrown error',
      'const f = () => {\n  throw new TypeError("no team");\n};\nexport default f();',
      'new TypeError("no team");',
      'the code throws TypeError: no team',
    ],
    [
      'an error of V8',
      'const a: any = undefined;\nexport default a.b;',
      'b;',
      /^the code throws TypeError: Cannot read properties of undefined/,
    ],
    ['null, thrown', 'throw null;\nexport default 1', 'throw null;', 'the code throws null'],
    ['text, thrown', 'throw "no";\nexport default 1', 'throw "no";', 'the code throws "no"'],
    [
      'an object, thrown',
      'throw { get message() { throw 1 } };\nexport default 1',
      'throw { get message() { throw 1 } };',
      'the code throws an object that is no `Error`',
    ],
    [
      'an error that throws',
      'const e = new Error();\nObject.defineProperty(e, "message", { get() { throw 1 } });\nthrow e',
      'const e = new Error();',
      'the code throws an error that cannot be read',
    ],
    [
      'a stack that overflows',
      'const f = (): number => f() + 1;\nexport default f();',
      /\+ 1;$/,
      'the code throws RangeError: Maximum call stack size exceeded',
    ],
    ['no default export', 'export const a = 1;', 'export const a = 1;', 'it has no default export'],
    ['module.exports', 'module.exports = {};', 'module.exports = {};', 'it has no default export'],
    ['a key that is there twice', 'export default { a: 1, "a": 2 }', '"a"', 'duplicate key `a` in object literal'],
  ])('is found: %s', async (_, text, at, detail) => {
    await expectProblem(evaluate(text), at, detail);
  });

  it.each([
    [
      'a function',
      'export default { spec: { namespaces: [{ name: "a", clusters: () => [] }] } }',
      '() => []',
      '`spec.namespaces[0].clusters` is a function',
    ],
    ['a method', 'export default { f() {} }', 'f', '`f` is a function'],
    [
      'a function alone',
      'export default function f() {}',
      'export default function f() {}',
      'the default export is a function',
    ],
    ['nothing', 'export default undefined', 'undefined', 'the default export is `undefined`'],
    ['undefined in a list', 'export default [1, undefined]', 'undefined', '`[1]` is `undefined`'],
    ['a hole', 'export default { a: [1, , 2] }', '', '`a[1]` is an empty place in a list'],
    ['a symbol', 'export default { a: Symbol("x") }', 'Symbol("x")', '`a` is a symbol'],
    [
      'a symbol as a key',
      'export default { a: { [Symbol("x")]: 1 } }',
      '{ [Symbol("x")]: 1 }',
      '`a` is an object with a symbol as a key',
    ],
    ['a bigint', 'export default { a: 1n }', '1n', '`a` is a bigint'],
    ['NaN', 'export default { a: 0 / 0 }', '0 / 0', '`a` is `NaN`'],
    ['infinity', 'export default { a: -1 / 0 }', '-1 / 0', '`a` is `-Infinity`'],
    [
      'a date',
      'export default { until: new Date("2026-01-01") }',
      'new Date("2026-01-01")',
      '`until` is an instance of `Date`',
    ],
    ['a map', 'export default { a: new Map() }', 'new Map()', '`a` is an instance of `Map`'],
    ['an instance', 'class Team {}\nexport default { a: new Team() }', 'new Team()', '`a` is an instance of `Team`'],
    [
      'a list of a class',
      'class L extends Array {}\nexport default { a: new L() }',
      'new L()',
      '`a` is an instance of `L`',
    ],
    ['a getter', 'export default { get a() { return 1; } }', 'a', '`a` is a getter'],
    [
      'a cycle',
      'const a: any = { b: {} };\na.b.c = a;\nexport default a',
      '{}',
      '`b.c` is an object that contains itself',
    ],
    [
      'a __proto__ key',
      'export default { a: { ["__proto__"]: 1 } }',
      '{ ["__proto__"]: 1 }',
      '`a` is an object with the key `__proto__`',
    ],
    [
      'a prototype',
      'export default { a: { __proto__: { b: 1 } } }',
      '{ __proto__: { b: 1 } }',
      '`a` is an instance of a class',
    ],
    [
      'half a character',
      String.raw`export default { a: '\ud800' }`,
      String.raw`'\ud800'`,
      '`a` is text with half a character in it',
    ],
    [
      'a key that is half a character',
      String.raw`export default { a: { '\ud800': 1 } }`,
      String.raw`{ '\ud800': 1 }`,
      '`a` is text with half a character in it',
    ],
  ])('is found in the value: %s', async (_, text, at, detail) => {
    await expectProblem(evaluate(text), at, detail);
  });

  it.each([
    ['a large value', `export default 'x'.repeat(1_100_000)`, /larger than 1048576 characters/],
    [
      'a deep one',
      'let a: any = 1;\nfor (let i = 0; i < 100; i++) a = [a];\nexport default a',
      /more than 40 levels deep/,
    ],
    [
      'one that grows by sharing',
      'let a: any = 1;\nfor (let i = 0; i < 38; i++) a = [a, a];\nexport default a',
      /larger than 1048576 characters/,
    ],
    ['a file that is large itself', `// ${'x'.repeat(140_000)}\nexport default 1`, /larger than 128 KiB/],
    [
      'memory that runs out',
      'const a: any[] = [];\nfor (;;) a.push(Array(1e5).fill(1));\nexport default a',
      /more than 64 MiB of memory/,
    ],
    [
      'text whose size runs out',
      `const a: string[] = [];\nfor (;;) a.push(['x'].join('y'.repeat(1e7)).padEnd(2e7, a.join()));\nexport default a`,
      /more than 64 MiB of memory|RangeError/,
    ],
  ])('is found, at no more cost than that: %s', async (_, text, detail) => {
    await expectProblem(evaluate(text), text.split('\n')[0] ?? '', detail);
  });

  it.each([
    ['a loop', 'for (;;);\nexport default 1'],
    ['a value that is never read to its end', 'export default new Proxy({}, { ownKeys() { for (;;); } })'],
    [
      'an error that is never read to its end',
      'const e = new Error();\nObject.defineProperty(e, "message", { get() { for (;;); } });\nthrow e',
    ],
    ['a regular expression', 'export default /^(a+)+$/.test("a".repeat(99) + "b")'],
    ['a loop that catches', 'for (;;) try { for (;;); } catch {}\nexport default 1'],
  ])('does not hold the program up: %s', async (_, text) => {
    const [firstLine = ''] = text.split('\n');
    await expectProblem(
      evaluate(text, memoryTree({}), impatient),
      firstLine,
      'evaluating it did not finish within 1 s',
    );
  });

  it('does not hold the compiler up, nor the files after it', async () => {
    const slow = `export default ${'a ? (b) : c => '.repeat(60)}d`;
    const sources = await Promise.all(
      [slow, 'export default 1'].map((text) => evaluate(text, memoryTree({}), impatient)),
    );
    expect(sources.map(problems)).toEqual([[{ at: slow, detail: 'compiling it did not finish within 1 s' }], []]);
    expect(sources[1]?.value).toBe(1);
  });

  it.each(['[', '(', '{a:', '!', 'a=>', '`${', 'async('])(
    'is found in what is nested without end: %s',
    async (piece) => {
      const { value, problems } = await evaluate(`export default ${piece.repeat(Math.floor(120_000 / piece.length))}`);
      expect(value).toBeUndefined();
      expect(problems).toHaveLength(1);
    },
  );

  it('cannot write to the terminal, nor to the log of CI', async () => {
    const { problems } = await evaluate(
      String.raw`throw new Error('a\u001b[2Jb\n::error::c\u202ed' + 'x'.repeat(9999))`,
    );
    expect(problems[0]?.detail).toMatch(/^the code throws Error: a \[2Jb ::error::c dx{900,1000}…$/);
  });
});

describe('a config file may not', () => {
  it.each([
    ['read the environment', 'export default { a: process.env.HOME }', 'process.env.HOME }'],
    [
      'read it and hide that',
      'let a;\ntry { a = process.env.HOME; } catch { a = ""; }\nexport default { a }',
      'a = process.env.HOME; } catch { a = ""; }',
    ],
    ['end the process', 'process.exit(0);\nexport default {}', 'process.exit(0);'],
    ['print', 'console.log("hi");\nexport default {}', 'console.log("hi");'],
    ['wait', 'setTimeout(() => {}, 0);\nexport default {}', 'setTimeout(() => {}, 0);'],
    ['make promises', 'export default { a: Promise.resolve(1) }', 'Promise.resolve(1) }'],
    ['call async functions', 'const f = async () => ({});\nexport default f()', '=> ({});'],
    ['use await', 'const a = await 1;\nexport default a', 'await'],
    ['reach the network', 'export default fetch("https://example.com")', 'fetch("https://example.com")'],
    ['read the clock', 'export default { a: Date.now() }', 'now() }'],
    ['read it otherwise', 'export default { a: new Date().getTime() }', 'new Date().getTime() }'],
    ['read it in another way', 'export default { a: Date() }', 'Date() }'],
    [
      'read it by a subclass',
      'class Day extends Date {}\nexport default { a: String(new Day()) }',
      'class Day extends Date {}',
    ],
    [
      'read it by a date',
      'const a: any = new Date(0);\nexport default new a.constructor().getTime()',
      'new a.constructor().getTime()',
    ],
    ['be random', 'export default { a: Math.random() }', 'random() }'],
    ['compare by locale', 'export default ["b", "a"].sort((x, y) => x.localeCompare(y))', 'localeCompare(y))'],
    ['print by locale', 'export default (1234.5).toLocaleString()', 'toLocaleString()'],
    [
      'look at the locale',
      'export default Intl.DateTimeFormat().resolvedOptions()',
      'Intl.DateTimeFormat().resolvedOptions()',
    ],
    ['hold binary data', 'export default new Uint8Array(8e9).length', 'new Uint8Array(8e9).length'],
    ['watch the garbage collector', 'export default { a: new WeakRef({}).deref() }', 'WeakRef({}).deref() }'],
    ['call require', 'const name = "node:fs";\nrequire(name);\nexport default {}', 'require(name);'],
    ['call require with a literal', 'require("node:fs");\nexport default {}', '"node:fs"'],
    [
      'import a module of Node',
      'import { readFileSync } from "node:fs";\nexport default readFileSync("/etc/passwd", "utf8")',
      '"node:fs"',
    ],
    ['import one as TypeScript does', 'import fs = require("fs");\nexport default fs', '"fs"'],
    ['import a package', 'import ts from "typescript";\nexport default ts.version', '"typescript"'],
    ['import when it likes', 'const name = "node:fs";\nimport(name);\nexport default {}', 'import(name);'],
    ['import with a literal when it likes', 'import("node:fs");\nexport default {}', '"node:fs"'],
    ['know where it is', 'export default import.meta.url', 'import.meta'],
    ['make code from text', 'export default eval("1")', 'eval'],
  ])('%s', async (_, text, at) => {
    await expectProblem(evaluate(text), at, /^config files may not /);
  });
});

describe('a shared file', () => {
  const common = `export const audit = { group: 'audit', role: 'view' };\nexport const check = (name: string) => {\n  if (name === '') throw new Error('no name');\n  return name;\n};\n`;

  it('is imported from beside the config file, and from the other folder', async () => {
    const tree = memoryTree({
      'tenants/_common.ts': `import { zone } from '../clusters/_zones.ts';\n${common}export const labels = { zone };\n`,
      'clusters/_zones.ts': `export const zone = 'a';\n`,
    });
    const text = `import { audit, labels } from './_common.ts';\nimport { zone } from '../clusters/_zones.ts';\nexport default { audit, labels, zone };`;
    expect(await valueOf(text, tree)).toEqual({
      audit: { group: 'audit', role: 'view' },
      labels: { zone: 'a' },
      zone: 'a',
    });
  });

  const files = {
    'tenants/_common.ts': common,
    'tenants/_throws.ts': `const a = 1;\nthrow new Error('always' + a);\n`,
    'tenants/_broken.ts': 'export const a = ;\n',
    'tenants/_outer.ts': `export { a } from './_broken.ts';\n`,
    'tenants/_hidden.ts': 'export const a = "\u200b";\n',
    'tenants/_bytes.ts': new Uint8Array([0xff, 0xfe, 0x00]),
    'tenants/_large.ts': `// ${'x'.repeat(200_000)}`,
    'tenants/_back.ts': `import a from './solar.ts';\nexport { a };\n`,
    'tenants/_fs.ts': `export { readFileSync } from 'node:fs';\n`,
    'tenants/_types.d.ts': 'export declare const a: 1;\n',
    'tenants/_data.json': '{}',
    'tenants/green.ts': 'export default {};\n',
    'scripts/_build.ts': 'export const a = 1;\n',
    '_root.ts': 'export const a = 1;\n',
  };
  it.each([
    ['./_common.ts', 'a', 'no matching export in `tenants/_common.ts` for import `a`', 'a'],
    ['./_throws.ts', '* as a', 'the code throws Error: always1, at tenants/_throws.ts:2:7', "'./_throws.ts';"],
    ['./_broken.ts', 'a', 'unexpected `;`, at tenants/_broken.ts:1:18'],
    ['./_outer.ts', 'a', 'unexpected `;`, at tenants/_broken.ts:1:18'],
    ['./_hidden.ts', 'a', '`tenants/_hidden.ts:1:19` holds an invisible character, U+200B'],
    ['./_bytes.ts', 'a', '`tenants/_bytes.ts` is not UTF-8 text'],
    ['./_large.ts', 'a', '`tenants/_large.ts` is larger than 128 KiB'],
    ['./_absent.ts', 'a', 'there is no file `tenants/_absent.ts`'],
    ['./_back.ts', 'a', /^`\.\/solar.ts` is no shared file: .*, at tenants\/_back.ts:1:15$/],
    ['./_fs.ts', 'readFileSync as a', /^config files may not import `node:fs`: .*, at tenants\/_fs.ts:1:30$/],
    ['./_common', 'audit as a', '`./_common` does not name a `.ts` file: write `./_common.ts`'],
    ['./_common.js', 'audit as a', '`./_common.js` does not name a `.ts` file: write `./_common.ts`'],
    ['./_types.d.ts', 'a', /is no shared file/],
    ['./_data.json', 'a', /is no shared file/],
    ['./green.ts', 'default as a', /is no shared file/],
    ['./solar.ts', 'default as a', /is no shared file/],
    ['../scripts/_build.ts', 'a', /is no shared file/],
    ['../_root.ts', 'a', /is no shared file/],
    [
      '../tenants/../../tenants/_common.ts',
      'audit as a',
      "`../tenants/../../tenants/_common.ts` is outside the organization's folder",
    ],
    ['../../../../etc/_passwd.ts', 'a', "`../../../../etc/_passwd.ts` is outside the organization's folder"],
    ['/etc/_passwd.ts', 'a', /^config files may not import `\/etc\/_passwd.ts`/],
    ['file:///etc/_passwd.ts', 'a', /^config files may not import/],
    ['data:text/javascript,export const a = 1', 'a', /^config files may not import/],
  ])('%s cannot be what it should not be', async (specifier, names, detail, at = `'${specifier}'`) => {
    const bindings = names.startsWith('*') ? names : `{ ${names} }`;
    const text = `// '${specifier.slice(1)}'\nimport ${bindings} from '${specifier}';\nexport default { a };\n`;
    await expectProblem(evaluate(text, memoryTree(files)), at, detail);
  });

  it('that throws when it is called points at the call', async () => {
    const text = `import { check } from './_common.ts';\nexport default {\n  name: check(''),\n};\n`;
    await expectProblem(
      evaluate(text, memoryTree(files)),
      `check(''),`,
      'the code throws Error: no name, at tenants/_common.ts:3:26',
    );
  });

  it('is never a link', async () => {
    const root = temporaryFolder();
    writeFiles(root, { 'tenants/green.ts': common, 'elsewhere/_common.ts': common });
    symlinkSync('../elsewhere/_common.ts', join(root, 'tenants/_common.ts'));
    symlinkSync('elsewhere', join(root, 'clusters'));
    const text = (from: string): string => `import { audit } from '${from}';\nexport default audit;\n`;
    await expectProblem(
      evaluate(text('./_common.ts'), worktree(root)),
      `'./_common.ts'`,
      '`tenants/_common.ts` is a symlink, not a file',
    );
    await expectProblem(
      evaluate(text('../clusters/_common.ts'), worktree(root)),
      `'../clusters/_common.ts'`,
      'there is no file `clusters/_common.ts`',
    );
  });
});

describe('the walls around the code', () => {
  it.each([
    ['the global object', `globalThis.constructor.constructor('return process')()`],
    [
      'this',
      `(function (this: any) { return this?.constructor.constructor('return process')() ?? new Function('1') })()`,
    ],
    ['a function', `(() => {}).constructor('return process')()`],
    ['a generator', `(function* () {}).constructor('return process')().next()`],
    [
      'an error',
      `(() => { try { (null as any).a } catch (e: any) { return e.constructor.constructor('return process')() } })()`,
    ],
    [
      'an error of a full stack',
      `(() => { const f = (): any => { try { f() } catch (e: any) { return e.constructor.constructor('return process')() } }; return f() })()`,
    ],
    [
      'an error that is an escape',
      `(() => { try { (0, eval)('1') } catch (e: any) { return e.constructor.constructor('return process')() } })()`,
    ],
    ['eval by another name', `(0, eval)('1')`],
    [
      'an argument of a proxy',
      `new Proxy(() => 1, { apply(t: any, s: any, args: any) { return args.constructor.constructor('return process')() } })()`,
    ],
  ])('hold against %s', async (_, attempt) => {
    const { value, problems } = await evaluate(`export default { a: ${attempt} }`);
    expect(value).toBeUndefined();
    expect(problems[0]?.detail).toBe(
      'the code throws EvalError: Code generation from strings disallowed for this context',
    );
  });

  it.each([
    ['a function that formats stacks', `Error.prepareStackTrace = (_: any, frames: any) => frames;`],
    [
      'one that is defined',
      `Object.defineProperty(Error, 'prepareStackTrace', { value: (_: any, frames: any) => frames });`,
    ],
    ['another Error', `(globalThis as any).Error = { prepareStackTrace: (_: any, frames: any) => frames };`],
    ['the caller', `export const caller = (function f(this: any): any { return (f as any).caller })();`],
    ['the callee', `export const callee = (function (): any { return (arguments as any).callee })();`],
  ])('hold against %s', async (_, attempt) => {
    const { value, problems } = await evaluate(`${attempt}\nexport default { frames: new Error().stack }`);
    expect(value).toBeUndefined();
    expect(problems[0]?.detail).toMatch(/^the code throws TypeError: /);
  });

  it('hold no frames for a function that formats stacks of a class of errors', async () => {
    const text = `class E extends Error { static prepareStackTrace = (_: any, frames: any) => frames }\nexport default typeof new E().stack`;
    expect(await valueOf(text)).toBe('string');
  });

  it('have nothing inside that belongs to the outside', async () => {
    const text = `
const seen = new Set<unknown>();
const foreign: string[] = [];
const look = (value: any, path: string) => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
  seen.add(value);
  if (typeof value === 'function' && value !== Function.prototype && !(value instanceof Function)) foreign.push(path);
  for (const key of Reflect.ownKeys(value)) {
    const { value: inner, get, set } = Reflect.getOwnPropertyDescriptor(value, key)!;
    for (const one of [inner, get, set]) look(one, path + '.' + String(key));
  }
  look(Object.getPrototypeOf(value), path + '.__proto__');
};
look(globalThis, 'globalThis');
const overflow = (): number => overflow() + 1;
const throwing: (() => unknown)[] = [
  () => (null as any).a, () => (0, eval)('1'), () => new Function('1'), overflow, () => new Array(-1),
  () => new Date(NaN).toISOString(), () => 'a'.repeat(2 ** 30), () => 1n as any + 1, () => decodeURI('%'), () => JSON.parse('{'),
  () => { 'use strict'; (Object.freeze({ a: 1 }) as any).a = 2; }, () => new Proxy({}, null as any), () => BigInt(0.5), () => Symbol() + '',
  () => Reflect.construct(1 as any, []), () => none, () => structuredClone({}),
];
let caught = 0;
for (const attempt of throwing) try { attempt(); } catch (error) { caught++; look(error, String(error)); }
export default { foreign, notCaught: throwing.length - caught, enough: seen.size > 400 };
`;
    expect(await valueOf(text)).toEqual({ foreign: [], notCaught: 0, enough: true });
  });

  it('are not moved by changes to what is built in', async () => {
    const text = `
const lie: any = () => { throw new Error('called'); };
(Object.prototype as any).toJSON = lie;
JSON.stringify = lie;
Array.isArray = lie;
Object.getPrototypeOf = lie;
Reflect.ownKeys = lie;
export default { a: ['b'] };
`;
    expect(await valueOf(text)).toEqual({ a: ['b'] });
  });

  it('leave what breaks out of the context without environment, files, processes and threads', () => {
    const attempts = {
      environment: 'Object.keys(process.env).length',
      read: `require('node:fs').readFileSync('/etc/hosts')`,
      list: `require('node:fs').readdirSync('/')`,
      write: `require('node:fs').writeFileSync('/tmp/tenantry-escaped', '')`,
      remove: `require('node:fs').rmSync('/tmp/tenantry-escaped', { force: true })`,
      process: `require('node:child_process').spawnSync('/bin/true').status`,
      thread: `new (require('node:worker_threads').Worker)('1', { eval: true })`,
      inspector: `require('node:inspector').open()`,
      addon: `process.dlopen({ exports: {} }, '/lib/addon.node')`,
      binding: `process.binding('fs')`,
      code: `new Function('return 1')()`,
    };
    const probe = `
const said = {};
for (const [name, attempt] of Object.entries({ ${Object.entries(attempts)
      .map(([name, attempt]) => `${name}: () => ${attempt}`)
      .join(', ')} })) {
  try { said[name] = attempt() ?? 'done'; } catch (error) { said[name] = 'refused'; }
}
require('node:fs').writeSync(1, JSON.stringify(said));`;
    const permission = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission';
    const { stdout } = spawnSync(nodePath, nodeArguments(permission, probe), { env: {}, encoding: 'utf8' });
    const refused = Object.fromEntries(Object.keys(attempts).map((name) => [name, 'refused']));
    expect(JSON.parse(stdout)).toEqual({ ...refused, environment: 0 });
  });
});

describe('the process that evaluates', () => {
  it('that cannot be started is a failure', async () => {
    const evaluator = typescriptEvaluator({ nodePath: '/does/not/exist', timeoutMs: 1000 });
    await expect(evaluate('export default 1', memoryTree({}), evaluator)).rejects.toThrow(Failure);
  });

  it.each([
    ['says nothing', '/bin/true', /ended without an answer \(0\)/],
    ['fails', '/bin/false', /ended without an answer \(1\)/],
  ])('that %s is a problem', async (_, path, detail) => {
    const evaluator = typescriptEvaluator({ nodePath: path, timeoutMs: 10_000 });
    await expectProblem(evaluate('export default 1', memoryTree({}), evaluator), 'export default 1', detail);
  });
});

describe('the functions of `tenantry`', () => {
  it('are typed by the schemas, and refuse what the schemas refuse', () => {
    expectTypeOf<typeof published.defineTenant>().toEqualTypeOf<typeof define.defineTenant>();
    expectTypeOf<typeof published.defineCluster>().toEqualTypeOf<typeof define.defineCluster>();
    const audit: define.Share = { group: 'audit', role: 'view' };
    const shares = [audit] as const;
    define.defineTenant({
      metadata: { name: 'solar' },
      spec: { owners: [], namespaces: [{ name: 'prod', sharedWith: shares, quota: undefined }] },
    });
    // @ts-expect-error a tenant has owners
    define.defineTenant({ metadata: { name: 'solar' }, spec: { namespaces: [] } });
    // @ts-expect-error no key is unknown
    define.defineTenant({ metadata: { name: 'solar' }, spec: { owners: [], namespaces: [], cordonned: true } });
    // @ts-expect-error a namespace has a name or a full name
    define.defineTenant({ metadata: { name: 'solar' }, spec: { owners: [], namespaces: [{ clusters: [] }] } });
    // @ts-expect-error a cluster is no tenant
    define.defineTenant({ kind: 'Cluster', metadata: { name: 'solar' }, spec: { owners: [], namespaces: [] } });
    // @ts-expect-error a share is with a group or a user
    const nobody: define.Share = { role: 'view' };
    expect(nobody).toEqual({ role: 'view' });
  });

  it('say what a file need not say', () => {
    const server = 'https://k8s.example.com:6443';
    const spec = { server, certificateAuthority: { file: 'ca.pem' }, kubernetesVersion: '1.36' };
    expect(define.defineCluster({ metadata: { name: 'east' }, spec })).toEqual({
      apiVersion: 'tenantry.dev/v1',
      kind: 'Cluster',
      metadata: { name: 'east' },
      spec,
    });
  });
});
