import type * as published from 'tenantry';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as define from '../../../src/config/define.ts';
import { typescriptEvaluator } from '../../../src/config/typescript/evaluator.ts';
import { memoryTree } from '../../../src/tree/tree.ts';
import { evaluate, expectProblem, file, problems, valueOf } from '../../support/typescript.ts';

const impatient = typescriptEvaluator({ nodePath: process.execPath, timeoutMs: 1000 });

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
    ['what is not ASCII', `export default { a: 'é😀"\\\\' }`, { a: 'é😀"\\' }],
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
    ['a malformed regular expression', 'const a = 1;\nconst b = /(/;\nexport default {}', '/(/;', "expecting ')'"],
    [
      'a name declared twice',
      'const a = 1;\nconst a = 2;\nexport default a',
      'a',
      'the symbol `a` has already been declared',
    ],
    [
      'one after characters of several bytes',
      `const a: any = 'é😀'.length && undefined; export default '😀' + a.b`,
      'b',
      "the code throws TypeError: cannot read property 'b' of undefined",
    ],
    [
      'a thrown error',
      'const f = () => {\n  throw new TypeError("no team");\n};\nexport default f();',
      'new TypeError',
      'the code throws TypeError: no team',
    ],
    [
      'an error of the interpreter',
      'const a: any = undefined;\nexport default a.b;',
      'b',
      "the code throws TypeError: cannot read property 'b' of undefined",
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
      'f',
      'the code throws InternalError: stack overflow',
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
      'empty lists that grow by sharing',
      'let a: any = [];\nfor (let i = 0; i < 38; i++) a = [a, a];\nexport default a',
      /larger than 1048576 characters/,
    ],
    [
      'one that grows by sharing',
      'let a: any = 1;\nfor (let i = 0; i < 38; i++) a = [a, a];\nexport default a',
      /larger than 1048576 characters/,
    ],
    ['a file that is large itself', `// ${'x'.repeat(140_000)}\nexport default 1`, /larger than 128 KiB/],
    [
      'memory that runs out',
      'const a: any[] = [];\nfor (;;) a.push([1, 2, 3]);\nexport default a',
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
