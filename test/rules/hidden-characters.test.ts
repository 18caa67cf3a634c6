import { describe, expect, it } from 'vitest';
import { typescriptEvaluator } from '../../src/config/typescript/evaluator.ts';
import { parseYaml } from '../../src/source/source.ts';
import { hiddenIn } from '../../src/source/text.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { diagnosePlaced } from '../support/diagnose.ts';
import { exampleOrganization } from '../support/examples.ts';

/** What TEN002 says of characters that no reader sees, where an escape or code has put them into a value. */
const solar = exampleOrganization['tenants/solar.yaml'];
const withUser = (written: string): string => `${solar}        - { user: ${written}, role: edit }\n`;

describe('TEN002 in values', () => {
  it.each([
    ['a delete', String.raw`"a\x7fb"`, 'U+007F (delete)'],
    ['a control character of C1', String.raw`"a\x9bb"`, 'U+009B'],
    ['a next line', String.raw`"a\Nb"`, 'U+0085 (next line)'],
    ['an escape', String.raw`"a\eb"`, 'U+001B (escape)'],
    ['a NUL', String.raw`"a\0b"`, 'U+0000'],
    ['a carriage return', String.raw`"a\rb"`, 'U+000D (carriage return)'],
    ['a line separator', String.raw`"a\Lb"`, 'U+2028 (line separator)'],
    ['a paragraph separator', String.raw`"a\u2029b"`, 'U+2029 (paragraph separator)'],
    ['a zero width space', String.raw`"ali\u200bce"`, 'U+200B (zero width space)'],
    ['a right-to-left override', String.raw`"\u202ealice"`, 'U+202E (right-to-left override)'],
    ['a tag', String.raw`"alice\U000e0041"`, 'U+E0041'],
    ['half a character', String.raw`"\ud800x"`, 'U+D800'],
    ['a noncharacter', String.raw`"a\uffffb"`, 'U+FFFF'],
    ['another noncharacter', String.raw`"a\U0001fffeb"`, 'U+1FFFE'],
  ])('refuses %s that is written as an escape', async (_, written, named) => {
    expect(await diagnosePlaced({ 'tenants/solar.yaml': withUser(written) })).toEqual([
      `tenants/solar.yaml:16:19 TEN002 \`spec.namespaces[0].sharedWith[1].user\` holds a character that nobody can see: ${named}`,
    ]);
  });

  it('looks into JSON, and into keys, too', async () => {
    const json = String.raw`{ "apiVersion": "tenantry.dev/v1", "kind": "Tenant", "metadata": { "name": "solar" }, "spec": { "owners": [
  { "kind": "Group", "name": "solar-leads" }], "namespaces": [], "defaults": { "labels": { "te\u200bam": "a", "b": "c\u0085d" } } } }
`;
    expect(await diagnosePlaced({ 'tenants/solar.yaml': json })).toEqual([
      'tenants/solar.yaml:2:92 TEN002 this key holds a character that nobody can see: U+200B (zero width space)',
      'tenants/solar.yaml:2:116 TEN002 `spec.defaults.labels.b` holds a character that nobody can see: U+0085 (next line)',
    ]);
  });

  it('lets be what people see, and lines where there may be several', () => {
    const values = ['é 😀 👩\u200d💻', 'a\nb\tc', 'مرحبا', '中文', '\u{1f3f3}\ufe0f', 'o\u0301'];
    expect(values.map(hiddenIn)).toEqual(values.map(() => undefined));
    expect(parseYaml('a.yaml', String.raw`a: "\u00e9 \U0001F600\n"`).problems).toEqual([]);
  });

  it.each([
    [`'a' + String.fromCharCode(0x7f) + 'b'`, 'user', 'U+007F', ['spec', 'shares', 0, 'user']],
    [`'a'`, String.raw`us\u200ber`, 'U+200B', undefined],
  ])('refuses what code makes: %s', async (made, key, named, path) => {
    const evaluate = typescriptEvaluator({ nodePath: process.execPath, timeoutMs: 10_000 });
    const text = `const user = ${made};\nexport default { spec: { shares: [{ '${key}': user }] } };\n`;
    const { value, problems } = await evaluate('tenants/a.ts', text, memoryTree({}));
    expect(value).toBeUndefined();
    expect(problems).toMatchObject([{ kind: 'invisible-in-value', detail: named }]);
    expect(problems[0]?.path).toEqual(path);
    expect(problems[0]?.span.start.line).toBe(path ? 1 : 2);
  });
});
