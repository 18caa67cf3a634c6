import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { childProgram, evaluationScript, nodeArguments } from '../src/config/typescript-child.ts';
import { typescriptEvaluator } from '../src/config/typescript.ts';
import { Failure } from '../src/failure.ts';
import { memoryTree } from '../src/tree.ts';
import { temporaryFolder } from './support/folders.ts';
import { evaluate, expectProblem, valueOf } from './support/typescript.ts';

const nodePath = process.execPath;
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

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
    const { stdout } = spawnSync(nodePath, nodeArguments(permission, probe), { env: {}, encoding: 'utf8' });
    const refused = Object.fromEntries(Object.keys(attempts).map((name) => [name, 'refused']));
    expect(JSON.parse(stdout)).toEqual({ ...refused, environment: 0 });
  });
});

describe('the process that evaluates', () => {
  it('ends by itself when nothing is left that would end it', () => {
    const script = evaluationScript('var exported = {}; for (;;);', 'exported', { depth: 1, length: 1 });
    const { output } = spawnSync(nodePath, nodeArguments(permission, childProgram(300)), {
      env: {},
      input: script,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    expect(output[3]).toBe('{"kind":"timeout"}');
  });

  it('that cannot be started is a failure', async () => {
    const evaluator = typescriptEvaluator({ nodePath: '/does/not/exist', timeoutMs: 1000 });
    await expect(evaluate('export default 1', memoryTree({}), evaluator)).rejects.toThrow(Failure);
  });

  /** A program in the place of Node.js. */
  const program = (script: string): string => {
    const path = join(temporaryFolder(), 'node');
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path;
  };

  it.each([
    ['says nothing', 'exit 0', 'the process that evaluates it ended without an answer (0)'],
    ['fails', 'exit 1', 'the process that evaluates it ended without an answer (1)'],
    ['is killed', 'kill -9 $$', 'the process that evaluates it ended without an answer (SIGKILL)'],
    ['says what is no JSON', 'echo hello >&3', /without an answer/],
    ['says what is no answer', 'echo 1 >&3', /without an answer/],
    ['says what it never says', `echo '{"kind":"other"}' >&3`, /without an answer/],
    ['leaves the value out', `echo '{"kind":"value"}' >&3`, /without an answer/],
    ['names a dangerous key', `echo '{"kind":"value","value":{"a":[{"__proto__":1}]}}' >&3`, /without an answer/],
    ['nests without end', `printf '{"kind":"value","value":%01000d' 0 | tr 0 '[' >&3`, /without an answer/],
    ['gives a path of objects', `echo '{"kind":"unfit","is":"a","path":[{}]}' >&3`, /without an answer/],
    ['talks without end', 'yes >&3', 'the config that it exports is larger than 1048576 characters'],
    [
      'drops the permission model',
      `shift; exec '${nodePath}' "$@"`,
      /^it was not evaluated, because this Node.js cannot restrict/,
    ],
  ])('gets no value out of it when it %s', async (_, script, detail) => {
    const evaluator = typescriptEvaluator({ nodePath: program(script), timeoutMs: 10_000 });
    await expectProblem(evaluate('export default 1', memoryTree({}), evaluator), 'export default 1', detail);
  });

  it('is given no environment, and a depth that a value may have', async () => {
    process.env['TENANTRY_TEST_SECRET'] = 'secret';
    onTestFinished(() => {
      delete process.env['TENANTRY_TEST_SECRET'];
    });
    const path = program(
      `env > "$0.env"; echo "$@" > "$0.args"; echo '{"kind":"value","value":${'['.repeat(40)}${']'.repeat(40)}}' >&3`,
    );
    const { value } = await evaluate(
      'export default 1',
      memoryTree({}),
      typescriptEvaluator({ nodePath: path, timeoutMs: 10_000 }),
    );
    expect(JSON.stringify(value)).toBe('['.repeat(40) + ']'.repeat(40));
    // What the shell sets by itself.
    const names = readFileSync(`${path}.env`, 'utf8').replace(/^(PWD|OLDPWD|SHLVL|_)=.*\n/gm, '');
    expect(names).toBe('');
    expect(readFileSync(`${path}.args`, 'utf8')).toMatch(/^--permission /);
  });
});
