import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { childProgram, nodeArguments } from '../../../src/config/typescript/child.ts';
import { typescriptEvaluator } from '../../../src/config/typescript/evaluator.ts';
import { evaluationScript } from '../../../src/config/typescript/guest.ts';
import { interpreterLine } from '../../../src/config/typescript/process.ts';
import { Failure } from '../../../src/values/failure.ts';
import { memoryTree } from '../../../src/tree/tree.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { evaluate, expectProblem, valueOf } from '../../support/typescript.ts';

const nodePath = process.execPath;
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

describe('a config file may not', () => {
  it.each([
    ['read the environment', 'export default { a: process.env.HOME }', 'process.env.HOME'],
    [
      'read it and hide that',
      'let a;\ntry { a = process.env.HOME; } catch { a = ""; }\nexport default { a }',
      'process.env.HOME',
    ],
    ['end the process', 'process.exit(0);\nexport default {}', 'process.exit'],
    ['print', 'console.log("hi");\nexport default {}', 'console.log'],
    ['wait', 'setTimeout(() => {}, 0);\nexport default {}', 'setTimeout'],
    ['make promises', 'export default { a: Promise.resolve(1) }', 'Promise.resolve'],
    ['call async functions', 'const f = async () => ({});\nexport default f()', '=> ({});'],
    ['use await', 'const a = await 1;\nexport default a', 'await'],
    ['reach the network', 'export default fetch("https://example.com")', 'fetch'],
    ['read the clock', 'export default { a: Date.now() }', 'now'],
    ['read it otherwise', 'export default { a: new Date().getTime() }', 'new Date'],
    ['read it in another way', 'export default { a: Date() }', 'Date'],
    ['read it by a subclass', 'class Day extends Date {}\nexport default { a: String(new Day()) }', '}'],
    ['read it by a date', 'const a: any = new Date(0);\nexport default new a.constructor().getTime()', 'constructor'],
    ['be random', 'export default { a: Math.random() }', 'random'],
    ['compare by locale', 'export default ["b", "a"].sort((x, y) => x.localeCompare(y))', 'localeCompare'],
    ['print by locale', 'export default (1234.5).toLocaleString()', 'toLocaleString'],
    ['look at the locale', 'export default Intl.DateTimeFormat().resolvedOptions()', 'Intl.DateTimeFormat'],
    ['hold binary data', 'export default new Uint8Array(8e9).length', 'Uint8Array'],
    ['watch the garbage collector', 'export default { a: new WeakRef({}).deref() }', 'WeakRef'],
    ['call require', 'const name = "node:fs";\nrequire(name);\nexport default {}', 'require'],
    ['call require with a literal', 'require("node:fs");\nexport default {}', '"node:fs"'],
    [
      'import a module of Node',
      'import { readFileSync } from "node:fs";\nexport default readFileSync("/etc/passwd", "utf8")',
      '"node:fs"',
    ],
    ['import one as TypeScript does', 'import fs = require("fs");\nexport default fs', '"fs"'],
    ['import a package', 'import ts from "typescript";\nexport default ts.version', '"typescript"'],
    ['import when it likes', 'const name = "node:fs";\nimport(name);\nexport default {}', 'import'],
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
    expect(problems[0]?.detail).toBe('config files may not use `eval` or `Function`: they may not make code from text');
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

  it('leave what breaks out of the interpreter without environment, files, processes and threads', () => {
    const attempts: Record<string, { attempt: string; refused: string }> = {
      read: { attempt: `require('node:fs').readFileSync('/etc/hosts')`, refused: 'ERR_ACCESS_DENIED' },
      list: { attempt: `require('node:fs').readdirSync('/')`, refused: 'ERR_ACCESS_DENIED' },
      write: { attempt: `require('node:fs').writeFileSync('/tmp/escaped', '')`, refused: 'ERR_ACCESS_DENIED' },
      remove: { attempt: `require('node:fs').unlinkSync('/tmp/escaped')`, refused: 'ERR_ACCESS_DENIED' },
      process: { attempt: `require('node:child_process').spawnSync('/bin/true')`, refused: 'ERR_ACCESS_DENIED' },
      thread: {
        attempt: `new (require('node:worker_threads').Worker)('1', { eval: true })`,
        refused: 'ERR_ACCESS_DENIED',
      },
      inspector: { attempt: `require('node:inspector').open()`, refused: 'ERR_ACCESS_DENIED' },
      binding: { attempt: `process.binding('fs')`, refused: 'ERR_ACCESS_DENIED' },
      addon: { attempt: `process.dlopen({ exports: {} }, '/lib/addon.node')`, refused: 'ERR_DLOPEN_DISABLED' },
      code: { attempt: `new Function('return 1')()`, refused: 'EvalError' },
    };
    const probe = `
const said = { environment: Object.keys(process.env) };
const attempts = { ${Object.entries(attempts)
      .map(([name, { attempt }]) => `${name}: () => ${attempt}`)
      .join(', ')} };
for (const [name, attempt] of Object.entries(attempts)) {
  try { attempt(); said[name] = 'done'; } catch (error) { said[name] = error.code ?? error.name; }
}
require('node:fs').writeSync(1, JSON.stringify(said));`;
    const { stdout } = spawnSync(nodePath, nodeArguments(permission, probe), { env: {}, encoding: 'utf8' });
    const refused = Object.fromEntries(Object.entries(attempts).map(([name, { refused }]) => [name, refused]));
    expect(JSON.parse(stdout)).toEqual({ ...refused, environment: [] });
  });
});

describe('the process that evaluates', () => {
  it('ends by itself when nothing is left that would end it', () => {
    const script = evaluationScript('var exported = {}; for (;;);', 'exported', { depth: 1, length: 1 });
    const { output } = spawnSync(nodePath, nodeArguments(permission, childProgram(300)), {
      env: {},
      input: `${interpreterLine()}${JSON.stringify(script)}\n`,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    expect(output[3]).toBe('{"kind":"ready"}\n{"kind":"timeout"}\n');
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
    ['nests too deeply', `echo '{"kind":"value","value":${'['.repeat(41)}${']'.repeat(41)}}' >&3`, /without an answer/],
    ['gives a path of objects', `echo '{"kind":"unfit","is":"a","path":[{}]}' >&3`, /without an answer/],
    ['talks without end', 'yes >&3', /without an answer|is larger than/],
    [
      'says one thing without end',
      `tr '\\0' x < /dev/zero >&3`,
      'the config that it exports is larger than 1048576 characters',
    ],
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

  it('takes UTC for its time zone, whatever the machine has', async () => {
    const text = 'export default new Date(2026, 0, 1).toISOString()';
    const evaluator = typescriptEvaluator({
      nodePath: program(`TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8 exec '${nodePath}' "$@"`),
      timeoutMs: 20_000,
    });
    expect((await evaluate(text, memoryTree({}), evaluator)).value).toBe('2026-01-01T00:00:00.000Z');
  });

  it('leaves nothing behind that would keep the program from ending, nor does the compiler', () => {
    const [evaluator, tree] = ['config/typescript/evaluator', 'tree/tree'].map(
      (name) => pathToFileURL(join(import.meta.dirname, `../../../src/${name}.ts`)).href,
    );
    const program = `
import { typescriptEvaluator } from '${evaluator}';
import { memoryTree } from '${tree}';
const evaluate = typescriptEvaluator({ nodePath: process.execPath, timeoutMs: 1000 });
const texts = ['export default 1', 'for (;;);', 'export default ${'a ? (b) : c => '.repeat(60)}d', 'export default 2'];
const sources = await Promise.all(texts.map((text) => evaluate('tenants/solar.ts', text, memoryTree({}))));
console.log(JSON.stringify(sources.map(({ value }) => value ?? null)));`;
    const { stdout, signal } = spawnSync(nodePath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
      encoding: 'utf8',
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    expect({ stdout, signal }).toEqual({ stdout: '[1,null,null,2]\n', signal: null });
  });
});
