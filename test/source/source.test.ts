import { describe, expect, it } from 'vitest';
import type { PathStep, Source, Span } from '../../src/source/source.ts';
import { parseYaml, spanAt, yamlLocator } from '../../src/source/source.ts';
import { exampleOrganization } from '../support/examples.ts';

const solar = exampleOrganization['tenants/solar.yaml'];

function read(text: string): Source {
  return parseYaml('tenants/solar.yaml', text);
}

/** Each problem as its kind and the text that is marked. */
function problems(text: string): string[] {
  return read(text).problems.map(({ kind, span }) => `${kind}: ${marked(text, span)}`);
}

function marked(text: string, { start, end }: Span): string {
  return text.slice(start.offset, end.offset);
}

function locate(text: string, path: readonly PathStep[], target: 'key' | 'value' = 'value'): string {
  return marked(text, yamlLocator(read(text))(path, target));
}

describe('a plain YAML text', () => {
  it('is read as its values', () => {
    expect(read('a: 1\nb: [x, "2", true, null]\nc:\n  - { d: 1.5 }\n').value).toEqual({
      a: 1,
      b: ['x', '2', true, null],
      c: [{ d: 1.5 }],
    });
    expect(read(solar).problems).toEqual([]);
  });

  it.each([
    ['a document marker', '---\na: 1\n'],
    ['an end marker', 'a: 1\n...\n'],
    ['comments', '# one\na: 1 # two\n# three\n'],
    ['no newline at its end', 'a: 1'],
    ['JSON', '{"a": 1}'],
    ['a comma at the end of a list', 'a: [1, 2,]'],
    ['brackets closed at the margin', 'a: {\n  b: 1\n}\n'],
    ['text over several lines', 'a: |\n  one\n  two\nb: >-\n  three\n  four\n'],
    ['keys that look like something else', 'yes: 1\n1: 2\ntrue: 3\nnull: 4\nconstructor: 5\n'],
    ['emoji and other scripts', 'a: 👩🏽‍💻 ⚠️ ❤️ é 日本\n# 中文　注释\n'],
    ['French spaces in a comment and within a text', '# a\u00a0: b\na: prod\u00a0!\n'],
    ['40 levels', `a: ${'['.repeat(39)}${']'.repeat(39)}\n`],
  ])('may have %s', (_, text) => {
    expect(problems(text)).toEqual([]);
    expect(read(text).value).toBeDefined();
  });

  it('keeps keys that are names of object members', () => {
    const { value } = read('constructor: 1\ntoString: 2\nhasOwnProperty: 3\n');
    expect(Object.entries(value ?? {})).toEqual([
      ['constructor', 1],
      ['toString', 2],
      ['hasOwnProperty', 3],
    ]);
  });
});

describe('a text that is none', () => {
  it.each([
    ['', ['empty: ']],
    [' \n\t\n', ['empty: ']],
    ['\ufeff', ['byte-order-mark: \ufeff', 'empty: ']],
    ['# nothing\n', ['empty: ']],
    ['---\n', ['empty: ']],
    ['null\n', ['empty: ']],
    ['a\0b\u0001\u200b\r', ['not-text: \0']],
    ['\ufeffa: 1\n', ['byte-order-mark: \ufeff']],
    ['a: 1\r\nb: 2\r\n', ['carriage-return: \r']],
    ['a: 1\rb: 2\r', ['carriage-return: \r']],
    ['a: \u001b[31mx', ['invisible-character: \u001b']],
    ['a: x\u200by', ['invisible-character: \u200b']],
    ['a: \u202ex', ['invisible-character: \u202e']],
    ['# \u2066x', ['invisible-character: \u2066']],
    ['a: x\u{e0041}', ['invisible-character: \u{e0041}']],
    ['a: x\u200dy', ['invisible-character: \u200d']],
    ['a: x\ufe0f', ['invisible-character: \ufe0f']],
    ['a: \u3164', ['invisible-character: \u3164']],
    ['a:\u00a0b', ['invisible-character: \u00a0']],
    ['a:\n\u3000b: 1', ['invisible-character: \u3000']],
    ['- \u00a0b', ['invisible-character: \u00a0']],
  ])('%j has %j', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it.each(['a: 1\r\nb: no\r\n', '\ufeffa: 1\nb: no\n'])(
    'is understood all the same where its words are clear: %j',
    (text) => {
      expect(read(text).value).toEqual({ a: 1, b: 'no' });
    },
  );

  it.each(['a: x\u200by\n', 'a: 1\u00a0\na: 2\n'])('is not understood where they are not: %j', (text) => {
    expect(read(text).value).toBeUndefined();
  });
});

describe('more of YAML than a config file needs', () => {
  it.each([
    ['a: 1\na: 2\n', ['duplicate-key: a']],
    ['a: {b: 1, "b": 2}', ['duplicate-key: "b"']],
    ['a: 1\nb: 2\na: 3\na: 4\n', ['duplicate-key: a', 'duplicate-key: a']],
    ['? a\n: 1\n? a\n: 2\n', ['duplicate-key: a']],
    ['a: &x 1\nb: *x\n', ['anchor: &x', 'alias: *x']],
    ['&x a: 1\n', ['anchor: &x']],
    ['a: *x\n', ['alias: *x']],
    ['*x : 1\n', ['alias: *x']],
    ['<<: { a: 1 }\n', ['merge-key: <<']],
    ['a: !!str 1\n', ['tag: !!str']],
    ['a: !x 1\n', ['tag: !x']],
    ['a: ! 1\n', ['tag: !']],
    ['a: !!binary aGk=\n', ['tag: !!binary']],
    ['!!int 1: a\n', ['tag: !!int']],
    ['a: !<tag:example.com:x> y y\n', ['tag: !<tag:example.com:x>']],
    ['a: !!!!!!\n', ['tag: !!!!!!']],
    ['%YAML 1.1\n---\na: 1\n', ['directive: %YAML 1.1']],
    ['%TAG ! tag:example.com:\n---\na: 1\n', ['directive: %TAG ! tag:example.com:']],
    ['a: 1\n---\nb: 2\n---\nc: 3\n', ['several-documents: ---']],
    ['a: 1\n...\nb: 2\n', ['several-documents: b: 2']],
    ['? [a]\n: 1\n', ['odd-key: [']],
    ['a: {{ .Values.b }}\n', ['odd-key: {']],
    [': 1\n', ['odd-key: ']],
    ['"": 1\n', ['odd-key: ""']],
    ['a: { __proto__: { b: 1 } }\n', ['odd-key: __proto__']],
  ])('%j has %j', (text, expected) => {
    expect(problems(text)).toEqual(expected);
    expect(read(text).value).toBeUndefined();
  });

  it('shows the first of two equal keys', () => {
    const text = 'x: 1\nb: { a: 1 }\nx: 2\n';
    expect(read(text).problems.map(({ other }) => other)).toEqual([spanAt(text, 0, 1)]);
  });
});

describe('a value that YAML 1.1 reads differently', () => {
  it.each([
    ...['y', 'N', 'yes', 'No', 'NO', 'on', 'Off'],
    ...['0777', '-017', '00', '089', '0o17', '0b101', '0x1_f'],
    ...['1_000', '1_000.5', '+1__0', '12:30', '08:30', '1:2:3', '12:30.5', '1_2:30'],
  ])('%s is a problem, and is taken as it is written', (value) => {
    expect(problems(`a: ${value}\n`)).toEqual([`ambiguous-scalar: ${value}`]);
    expect(read(`a: [${value}]\n`).value).toEqual({ a: [value] });
  });

  it.each([
    ...['true', 'False', 'null', '~', 'nO', 'yEs', 'yes please', 'n/a', 'on-call'],
    ...['0', '-1', '1.30', '0.5', '1e3', '0x1f', '.5', '2026-12-31', '1.2.3.4', '10:65', 'a:1', '::1', '_1', '1_a'],
    ...['"no"', "'0777'", '"12:30"'],
  ])('%s is none', (value) => {
    expect(problems(`a: ${value}\n`)).toEqual([]);
  });

  it('is found with its path', () => {
    const text = 'a:\n  - b: x\n  - { c: [1, no] }\n';
    expect(read(text).problems.map(({ path }) => path)).toEqual([['a', 1, 'c', 1]]);
  });
});

describe('a mistake in YAML', () => {
  /** The tenant's file of the examples with one part replaced. */
  const broken = (part: string, by: string): string => solar.replace(part, by);
  it.each([
    ['a tab', broken('  name: solar\n', '\tname: solar\n'), '\t', 'a tab is used as indentation'],
    ['no space after a colon', broken('kind: T', 'kind:T'), 'kind:Tenant', 'there is no space after the colon'],
    ['no colon', broken('namespaces:', 'namespaces'), 'namespaces', 'this line is not `key: value`'],
    ['no space after a dash', broken('- name: prod', '-name: prod'), 'prod', 'there is no space after the dash'],
    ['an open brace', broken('audit, role: view }', 'audit, role: view'), '{', 'this `{` is not closed'],
    ['an open bracket', broken('[prodcluster01]', '[prodcluster01'), '[', 'this `[` is not closed'],
    ['a closing brace too many', broken('admin }', 'admin }}'), '}', '`}` makes no sense here'],
    [
      'no comma',
      broken('audit, role', 'audit role'),
      'audit role: view ',
      'in brackets, entries are separated by commas',
    ],
    ['two commas', broken('audit, role', 'audit,, role'), ',', 'there is nothing before this comma'],
    ['an open quote', broken('name: solar\n', 'name: "solar\n'), '"solar', 'this quote is never closed'],
    ['an open single quote', broken('name: solar\n', "name: 'solar\n"), "'solar", 'this quote is never closed'],
    [
      'text after a quote',
      broken('name: solar\n', 'name: "so"lar\n'),
      'lar',
      '`lar` follows a value that is complete already',
    ],
    ['a second colon', broken('name: solar\n', 'name: so: lar\n'), 'so:', 'a value cannot hold a colon and a space'],
    ['a reserved character', broken('name: solar\n', 'name: @solar\n'), '@solar', 'a value cannot begin with `@`'],
    ['a star', broken('name: solar\n', 'name: *\n'), '*', 'a value cannot begin with `*`'],
    ['a greater-than', broken('name: solar\n', 'name: >= 3\n'), '=', 'a value cannot begin with `>` or `|`'],
    ['an escape', broken('name: solar\n', 'name: "so\\lar"\n'), '\\lar"', '`\\l` means nothing in double quotes'],
    [
      'a key too far to the right',
      broken('      sharedWith', '       sharedWith'),
      'sharedWith:',
      'this line is indented below a line that has a value already',
    ],
    [
      'a key too far to the left',
      broken('  defaults', ' defaults'),
      'defaults:',
      'this key is indented unlike the other keys of its mapping',
    ],
    [
      'a key among items',
      broken('      sharedWith:\n        - { group: s', '     sharedWith:\n        - { group: s'),
      'sharedWith:',
      'this line stands in a list, but does not begin with `- `',
    ],
    ['a list on the line of its key', 'a: - b\n', '-', 'a list cannot begin on the line of its key'],
    ['a hash without a space', 'a: "b"# c\n', '# c', 'a comment needs a space before its `#`'],
    ['a long key', `${'x'.repeat(1100)}: 1\n`, 'x'.repeat(1100), 'a key has more than 1024 characters'],
    [
      'a conflict',
      'a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> b\n',
      '<<<<<<< HEAD',
      'a merge conflict is left in the file',
    ],
    ['text alone', 'hello\nworld: 1\n', 'hello', 'this line is not `key: value`'],
    ['41 levels', `a: ${'['.repeat(40)}`, '[', '40'],
  ])('is put in words, at its place: %s', (_, text, place, words) => {
    const { value, problems: found } = read(text);
    expect(found.map(({ span, detail }) => [marked(text, span), detail])).toEqual([[place, words]]);
    expect(value).toBeUndefined();
  });

  it('hides what comes after it, and nothing before it', () => {
    expect(problems('a: &x 1\nb: @\nc: &y 2\nd: "\n')).toEqual(['anchor: &x', 'syntax: @']);
  });

  it('shows where a bracket had to be closed', () => {
    const text = 'a: [1, 2\nb: 3\n';
    expect(read(text).problems.map(({ other }) => other?.start.line)).toEqual([2]);
  });
});

describe('a place', () => {
  const text = 'a:\n  b: [x, { c: "d" }]\n  empty:\n  text: |\n    one\n    two\n"quoted key": 1\n';
  it.each<[PathStep[], 'key' | 'value', string]>([
    [[], 'value', 'a:'],
    [['a'], 'key', 'a'],
    [['a'], 'value', 'b: [x, { c: "d" }]'],
    [['a', 'b'], 'key', 'b'],
    [['a', 'b'], 'value', '[x, { c: "d" }]'],
    [['a', 'b', 0], 'value', 'x'],
    [['a', 'b', 0], 'key', 'x'],
    [['a', 'b', 1, 'c'], 'key', 'c'],
    [['a', 'b', 1, 'c'], 'value', '"d"'],
    [['a', 'empty'], 'value', 'empty'],
    [['a', 'text'], 'value', '|'],
    [['quoted key'], 'key', '"quoted key"'],
  ])('%j (%s) is found', (path, target, expected) => {
    expect(locate(text, path, target)).toBe(expected);
  });

  it('of something that is not written is what it would be in', () => {
    expect(locate(text, ['a', 'b', 1, 'nope', 'deeper'])).toBe('{ c: "d" }');
    expect(locate(text, ['a', 'b', 7])).toBe('[x, { c: "d" }]');
    expect(locate(text, ['nope'], 'key')).toBe('a:');
  });

  it('is counted in lines and columns from 1', () => {
    expect(yamlLocator(read(text))(['a', 'b', 1, 'c'], 'value')).toEqual({
      start: { line: 2, column: 15, offset: 17 },
      end: { line: 2, column: 18, offset: 20 },
    });
  });

  it('is found among many keys', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}`);
    const long = keys.map((key) => `${key}: x\n`).join('');
    const find = yamlLocator(read(long));
    for (const [i, key] of keys.entries()) expect(find([key], 'key').start.line).toBe(i + 1);
  });
});
