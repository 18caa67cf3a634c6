import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { fleet, fleetSize } from '../../bench/fleet.ts';
import { firstLineEnd, textProblems } from '../../src/source/text.ts';
import type { PathStep } from '../../src/source/yaml.ts';
import { rangesIn, readYaml } from '../../src/source/yaml.ts';
import type { ValueRanges, Range } from '../../src/source/yaml-plain.ts';
import { rangesInPlainYaml, readPlainYaml } from '../../src/source/yaml-plain.ts';
import { cases } from '../support/cases.ts';
import { readFiles } from '../support/folders.ts';

const root = join(import.meta.dirname, '../..');
const folders = ['tenants', 'clusters', 'test/fixtures/everything/input', 'test/fixtures/mistakes/input'];
const files = [...folders.map((folder) => readFiles(join(root, folder))), fleet(fleetSize(30))].flatMap((folder) =>
  Object.entries(folder).flatMap(([file, text]) => (file.endsWith('.yaml') ? [text] : [])),
);

/** What is read without the parser is what the parser reads, and it finds nothing wrong. */
function expectSame(text: string): boolean {
  const plain = readPlainYaml(text);
  if (plain === undefined) return false;
  const { value, problems } = readYaml(text);
  expect({ text, problems: [...textProblems(text), ...problems] }).toEqual({ text, problems: [] });
  // As texts, because the order of keys counts as well.
  expect(JSON.stringify(plain)).toBe(JSON.stringify(value()));
  expect(plain).toEqual(value());
  expectSamePlaces(text, plain);
  return true;
}

/** Everything in it is where the parser finds it, and so is what is not in it. */
function expectSamePlaces(text: string, plain: unknown): void {
  const [found, parsed] = [rangesInPlainYaml(text), rangesIn(text)];
  for (const path of pathsIn(plain)) {
    for (const steps of [path, [...path, 'missing'], [...path, 7, 'missing'], [...path, '0']]) {
      const place = found?.(steps);
      expect({ text, steps, place: place && firstLines(text, place) }).toEqual({
        text,
        steps,
        place: firstLines(text, parsed(steps)),
      });
    }
  }
}

function* pathsIn(value: unknown, path: readonly PathStep[] = []): Generator<readonly PathStep[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  const steps = Array.isArray(value) ? value.keys() : Object.keys(value);
  const entries = new Map<PathStep, unknown>(Object.entries(value));
  for (const step of steps) yield* pathsIn(entries.get(String(step)), [...path, step]);
}

function firstLines(text: string, { key, value }: ValueRanges) {
  const firstLine = (range: Range | undefined) => range && [range[0], firstLineEnd(text, range[0], range[1])];
  return { key: firstLine(key), value: firstLine(value) };
}

/** The same files as other programs and people write them. */
const styles: Readonly<Record<string, (text: string) => string>> = {
  'lists that are not indented': (text) => stringify(parse(text), { indentSeq: false }),
  'four spaces': (text) => stringify(parse(text), { indent: 4 }),
  'a line that begins the document': (text) => `---\n${text}`,
  'a comment before it': (text) => `# c\n\n--- # d\n${text}`,
  'no line break at the end': (text) => text.trimEnd(),
  'quotes around all texts': (text) =>
    stringify(parse(text), { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 }),
  'other quotes': (text) =>
    stringify(parse(text), { defaultStringType: 'QUOTE_SINGLE', defaultKeyType: 'PLAIN', lineWidth: 0 }),
  'narrow lines': (text) => stringify(parse(text), { lineWidth: 40, indentSeq: false }),
  'letters outside of ASCII': (text) =>
    text
      .replace(/^(kind: \w+)$/m, '$1 # für später')
      .replace(/(description: )/g, '$1Prüfung: ')
      .replace('Prüfung: ', 'Prüfung '),
  'texts that are folded': (text) =>
    text.replace(/^( *)(description): (\w.*)$/gm, '$1$2: >-\n$1  $3\n$1  more\n\n$1  of it'),
  'brackets over several lines': (text) =>
    text.replace(/^( *)([\w-]+): \[(\w[\w -]*(?:, [\w-]+)*)\]$/gm, (_, indent: string, key: string, items: string) =>
      `${indent}${key}:\n${indent}  [\n${items
        .split(', ')
        .map((item) => `${indent}    ${item},\n`)
        .join('')}${indent}  ]`.replace(`${key}:\n${indent}  [`, `${key}: [`),
    ),
  'dashes with more spaces': (text) => text.replace(/^( *)- (?=\{|\w+$)/gm, '$1-   '),
};

const plainFiles = files.filter((text) => readPlainYaml(text) !== undefined);
const restyled = Object.values(styles).flatMap((style) => plainFiles.map(style));

/** What may turn a text into something else, or into no YAML at all. */
const splinters = [
  ...[
    ' ',
    '  ',
    '    ',
    '\n',
    '\n\n',
    '\n  \n',
    '\t',
    '\r',
    '- ',
    '-',
    '- - ',
    ':',
    ': ',
    'key: ',
    '? ',
    '#',
    ' #',
    '# c\n',
  ],
  ...[
    '|',
    '|-',
    '|\n',
    '>',
    '>-\n',
    '"',
    "'",
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    '&a ',
    '*a',
    '!t ',
    '<<: ',
    '---\n',
    '...\n',
    '%',
  ],
  ...[
    '0',
    '1',
    '-1',
    '12:30',
    '0x1',
    '0o7',
    '1e3',
    '.5',
    '1_0',
    '0777',
    '2026-01-01',
    '  more\n',
    '>\n',
    ',\n',
    '\\n',
    '\\x41',
    '10m',
    'é',
    '\u00a0',
    '__proto__',
  ],
  ...['true', 'Null', '~', 'no', 'y', 'Yes', '@', '`', '+', '='],
];

const splice = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(3),
  insert: fc.option(fc.constantFrom(...splinters), { nil: '' }),
});

/** A stretch of lines of a file, moved to the left edge, with some splinters in it. */
const broken = fc
  .record({
    text: fc.constantFrom(...plainFiles, ...restyled),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    count: fc.integer({ min: 1, max: 14 }),
    splices: fc.array(splice, { maxLength: 4 }),
  })
  .map(({ text, from, count, splices }) => {
    const lines = text.split('\n');
    const start = Math.floor(from * (lines.length - 1));
    const some = lines.slice(start, start + count);
    const indent = Math.min(...some.map((line) => line.search(/\S|$/)));
    return splices.reduce(
      (whole, { at, remove, insert }) => {
        const offset = Math.floor(at * whole.length);
        return whole.slice(0, offset) + insert + whole.slice(offset + remove);
      },
      some.map((line) => `${line.slice(indent)}\n`).join(''),
    );
  });

const otherStyles = [
  'a:\n- b: 1\n  c: 2\n- d\ne: 3\n',
  'a:\n# c\n- b\n# c\ne: 3\n',
  '-   a: 1\n    b: 2\n-   c\n',
  '---\na: 1\n',
  '--- # c\n- a\n',
  'a: |-\n  b\n  c\nd: >\n  e\n  f\n\n  g\n\n\n  h\ni: >-\n  j\n',
  'a: b\n  c d\n  e\nf: g\n',
  'a: [\n  b, c,\n  { d: 1,\n    e: 2 }\n  ]\nf: 1\n',
  'a: "b \\"c\\" \\\\ \\u00e9 \\x41 \\n d"\n',
  'a: Prüfung für Ärzte\nb: ["日本", é]\n',
  'a: b',
  'a:\n  - b',
  "a: 'b'",
];

describe('reading plain YAML without the parser', () => {
  it('reads most files, and gives what the parser gives', () => {
    expect(files.filter(expectSame).length).toBeGreaterThan(files.length / 2);
  });

  it.each(Object.entries(styles))('reads %s', (_, style) => {
    const read = plainFiles.map(style).filter(expectSame);
    expect(read.length).toBeGreaterThan(plainFiles.length * 0.85);
  });

  it('gives what the parser gives for whatever may happen to a file', () => {
    let read = 0;
    fc.assert(
      fc.property(broken, (text) => {
        if (expectSame(text)) read++;
      }),
      { numRuns: cases(5000) },
    );
    expect(read).toBeGreaterThan(cases(500));
  });

  it.each(['a: v1 \n', 'a: v1 # c\n', 'a: # c\n  - b # d\n\n', '- [b, { c: 1 }] # d\n', 'a: |\n  b\n', ...otherStyles])(
    'finds everything in %j where the parser finds it',
    (text) => {
      expect(expectSame(text)).toBe(true);
    },
  );

  it.each([
    ['an anchor', 'a: &x 1\n'],
    ['an alias', 'a: *x\n'],
    ['a tag', 'a: !!str 1\n'],
    ['a merge key', '<<: { a: 1 }\n'],
    ['a directive', '%YAML 1.1\n---\na: 1\n'],
    ['a second document', 'a: 1\n---\nb: 1\n'],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n'],
    ['a duplicate key in braces', 'x: { a: 1, a: 2 }\n'],
    ['__proto__', '__proto__: { admin: true }\n'],
    ['a boolean of YAML 1.1', 'a: no\n'],
    ['an octal number', 'a: 0777\n'],
    ['a sexagesimal number', 'a: 12:30\n'],
    ['a number with an underscore', 'a: 1_000\n'],
    ['a tab', 'a:\tb\n'],
    ['a line break of another kind', 'a: 1\r\n'],
    ['an invisible character', 'a: b\u200bc\n'],
    ['a text over several lines with another in it', 'a: b\n  c: d\n'],
    ['an escape of what nobody sees', 'a: "\\u200b"\n'],
    ['an escape that is none', 'a: "\\q"\n'],
    ['two documents', '---\na: 1\n---\nb: 1\n'],
    ['a key without a value', 'a:\nb: 1\n'],
  ])('leaves %s to the parser', (_, text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });
});
