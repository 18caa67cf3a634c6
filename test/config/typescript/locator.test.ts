import { describe, expect, it } from 'vitest';
import { typescriptLocator } from '../../../src/config/typescript/locator.ts';
import type { Locator, PathStep } from '../../../src/source/source.ts';

/** The locator of a text. That it has a value is enough: the locator never looks at it. */
const locatorOf = (text: string): Promise<Locator> =>
  typescriptLocator({ file: 'tenants/solar.ts', language: 'typescript', text, value: {}, problems: [] });

async function pointedAt(text: string, path: readonly PathStep[], target: 'key' | 'value' = 'value'): Promise<string> {
  const { start, end } = (await locatorOf(text))(path, target);
  return text.slice(start.offset, end.offset);
}

const tenant = `import { defineTenant } from 'tenantry';
import { roles } from './_roles.ts';

const audit = { group: 'audit', role: 'view' } as const;
const everywhere = [audit, ...[{ user: 'ann', role: 'edit' }], { ...roles('sre'), group: 'sre' }];
const quota = { cpu: '20', 'count/jobs.batch': 3 };
const stages = ['dev', 'prod'];
const description = 'Solar';

export default defineTenant({
  metadata: { name: 'solar' },
  spec: {
    description,
    owners: [{ kind: 'Group', name: 'solar-leads' }] satisfies unknown[],
    'quota': { ...quota, memory: \`64Gi\`, pods: 1 + 2 },
    defaults: { quota: { ...quota, cpu: '10' }, sharedWith: (everywhere)! },
    namespaces: [
      ...stages.map((name) => ({
        name,
      })),
    ],
    labels: {
      ['team']: 'a',
      ...roles('labels'),
    },
    isolation: { network: quota.cpu, podSecurity: stages[1], ...roles('x'), ...roles('y') },
  },
});
`;

describe('the locator of a TypeScript file finds', () => {
  it.each<[string, readonly PathStep[], string, string]>([
    ['a value', ['metadata', 'name'], `'solar'`, 'name'],
    ['a list in `satisfies`', ['spec', 'owners', 0, 'kind'], `'Group'`, 'kind'],
    [
      'an item',
      ['spec', 'owners', 0],
      `{ kind: 'Group', name: 'solar-leads' }`,
      `{ kind: 'Group', name: 'solar-leads' }`,
    ],
    ['the first line of an object', ['spec'], '{', 'spec'],
    ['a shorthand property, by its constant', ['spec', 'description'], `'Solar'`, 'description'],
    ['a quoted key, and a template', ['spec', 'quota', 'memory'], '`64Gi`', 'memory'],
    ['an expression', ['spec', 'quota', 'pods'], '1 + 2', 'pods'],
    ['what is spread into an object', ['spec', 'quota', 'count/jobs.batch'], '3', `'count/jobs.batch'`],
    ['the later of two', ['spec', 'defaults', 'quota', 'cpu'], `'10'`, 'cpu'],
    ['a constant in a list in a constant', ['spec', 'defaults', 'sharedWith', 0, 'role'], `'view'`, 'role'],
    ['what is spread into a list', ['spec', 'defaults', 'sharedWith', 1, 'role'], `'edit'`, 'role'],
    ['what follows a spread', ['spec', 'defaults', 'sharedWith', 2, 'group'], `'sre'`, 'group'],
    [
      'the spread that a value comes from',
      ['spec', 'defaults', 'sharedWith', 2, 'role'],
      `...roles('sre')`,
      `...roles('sre')`,
    ],
    [
      'the loop that a value comes from',
      ['spec', 'namespaces', 1, 'name'],
      '...stages.map((name) => ({',
      '...stages.map((name) => ({',
    ],
    ['a key in brackets that an unknown spread may overwrite', ['spec', 'labels', 'team'], '{', 'labels'],
    [
      'a property of a constant',
      ['spec', 'isolation', 'network'],
      `{ network: quota.cpu, podSecurity: stages[1], ...roles('x'), ...roles('y') }`,
      'isolation',
    ],
    [
      'the innermost part around what is absent',
      ['spec', 'owners', 0, 'namespace'],
      `{ kind: 'Group', name: 'solar-leads' }`,
      `{ kind: 'Group', name: 'solar-leads' }`,
    ],
    ['the whole', [], '{', '{'],
  ])('%s', async (_, path, value, key) => {
    expect(await pointedAt(tenant, path, 'value')).toBe(value);
    expect(await pointedAt(tenant, path, 'key')).toBe(key);
  });

  it.each<[string, string, readonly PathStep[], string]>([
    ['an object without a function', 'export default { a: { b: 1 } };', ['a', 'b'], '1'],
    ['a constant', 'const config = <any>{ a: 1 };\nexport default config;', ['a'], '1'],
    ['a constant exported by name', 'const config = { a: 1 };\nexport { config as default };', ['a'], '1'],
    [
      'a function under another name',
      `import { defineTenant as tenant } from 'tenantry';\nexport default tenant({ a: 1 });`,
      ['a'],
      '1',
    ],
    [
      'a property of a constant',
      'const all = { x: [{ b: 2 }] };\nexport default { a: all.x[0], c: all["x"] };',
      ['a', 'b'],
      '2',
    ],
    [
      'an item of one',
      'const all = { x: [{ b: 2 }] };\nexport default { a: all.x[0], c: all["x"] };',
      ['c', 0, 'b'],
      '2',
    ],
    ['a number as a key', 'export default { 1: 2 };', ['1'], '2'],
    ['a list with a hole', 'export default [, 2];', [1], '2'],
    ['the getter', 'export default { get a() { return 1; } };', ['a'], 'a'],
    [
      'the call of any other function',
      'const f = (a: object) => a;\nexport default { a: f({ b: 1 }) };',
      ['a', 'b'],
      'f({ b: 1 })',
    ],
    ['what is imported', `import { a } from './_a.ts';\nexport default { a };`, ['a', 'b'], 'a'],
    [
      'a choice',
      'export default { a: Math.PI > 3 ? { b: 1 } : { b: 2 } };',
      ['a', 'b'],
      'Math.PI > 3 ? { b: 1 } : { b: 2 }',
    ],
    ['the list that an item cannot be counted in', 'export default { a: [...f(), 1, 2] };', ['a', 1], '[...f(), 1, 2]'],
    ['nothing that may change', 'let a = { b: 1 };\nexport default { a };', ['a', 'b'], 'a'],
    ['the first line, without a default export', 'export const a = 1;\n', ['a'], 'export const a = 1;'],
    ['the same of a file with Windows line ends', 'export default {\r\n  a: [\r\n    1,\r\n  ],\r\n};', ['a'], '['],
  ])('%s', async (_, text, path, expected) => {
    expect(await pointedAt(text, path)).toBe(expected);
  });

  it('nothing in a file without a value', async () => {
    const text = 'export default {\n  a: 1 };';
    const source = { file: 'tenants/solar.ts', language: 'typescript', text, value: undefined, problems: [] } as const;
    expect((await typescriptLocator(source))(['a'], 'value').start).toEqual({ line: 1, column: 1, offset: 0 });
  });

  it.each([
    ['spreads itself', 'const a: any = { ...a };\nexport default a;'],
    ['spreads itself into a list', 'const a: any = [...a, 1];\nexport default { x: a };'],
    ['is itself', 'const a: any = b;\nconst b: any = a;\nexport default a;'],
    ['is a property of itself', 'const a: any = { x: a.x };\nexport default a;'],
  ])('something, in time, where a constant %s', async (_, text) => {
    const locate = await locatorOf(text);
    expect(locate(['x', 0], 'value').start.line).toBeGreaterThan(0);
  });

  it.each([
    [
      'objects spread many times',
      Array.from({ length: 60 }, (_, i) => `const a${i} = { ...a${i + 1}, ...a${i + 1} };`),
    ],
    ['lists spread many times', Array.from({ length: 60 }, (_, i) => `const a${i} = [...a${i + 1}, ...a${i + 1}];`)],
    ['a long chain', Array.from({ length: 5000 }, (_, i) => `const a${i} = { ...a${i + 1} };`)],
    ['a long row of names', Array.from({ length: 5000 }, (_, i) => `const a${i} = a${i + 1};`)],
    ['deep nesting', [`const a0 = ${'['.repeat(50_000)}`]],
    ['what a parser reads again and again', [`const a0 = ${'async<T>('.repeat(40)}1${')'.repeat(40)};`]],
  ])('something, in time, in %s', async (_, lines) => {
    const locate = await locatorOf([...lines, 'export default { x: a0 };'].join('\n'));
    expect(locate(['x', 'y'], 'value').start.line).toBeGreaterThan(0);
    expect(locate(['x', 3], 'value').start.line).toBeGreaterThan(0);
  });
});
