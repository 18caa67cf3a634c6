import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Position, Source, Span } from '../../src/source/source.ts';
import { parseYaml, yamlLocator } from '../../src/source/source.ts';
import { cases } from '../support/cases.ts';
import { exampleOrganization } from '../support/examples.ts';
import { secondsSince } from '../support/processor-time.ts';

const solar = exampleOrganization['tenants/solar.yaml'];

function read(text: string): Source {
  return parseYaml('tenants/solar.yaml', text);
}

function marked(text: string, { start, end }: Span): string {
  return text.slice(start.offset, end.offset);
}

/** The position of an offset, the slow way. */
function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, offset };
}

function expectInside(text: string, { start, end }: Span): void {
  expect(start).toEqual(positionOf(text, start.offset));
  expect(end).toEqual(positionOf(text, end.offset));
  expect(start.offset).toBeGreaterThanOrEqual(0);
  expect(end.offset).toBeGreaterThanOrEqual(start.offset);
  expect(text.length).toBeGreaterThanOrEqual(end.offset);
}

const yamlWords = fc.constantFrom(
  ...['a', 'b: ', ': ', ':', '- ', '-', '\n', '\n  ', '\n    ', ' ', '  ', '{', '}', '[', ']', ', ', ',', '"', "'"],
  ...[
    '&a ',
    '*a ',
    '!t ',
    '!!str ',
    '! ',
    '|',
    '>',
    '|2',
    '#',
    ' # ',
    '%',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '? ',
    '<<: ',
  ],
  ...[
    '\t',
    '\r\n',
    '\r',
    '\u200b',
    '\u00a0',
    '\ufeff',
    '\0',
    '\\',
    '\\x',
    'no',
    '0777',
    '__proto__: ',
    'é',
    '👩‍💻',
    '\ud800',
  ],
);
const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: yamlWords, maxLength: 80 }),
  fc
    .record({ at: fc.nat(solar.length), remove: fc.nat(20), insert: fc.string({ unit: yamlWords, maxLength: 6 }) })
    .map(({ at, remove, insert }) => solar.slice(0, at) + insert + solar.slice(at + remove)),
);
const path = fc.array(fc.oneof(fc.constantFrom('spec', 'owners', 'a', 'b', '<<', '__proto__'), fc.nat(3)), {
  maxLength: 5,
});

describe('any text at all', () => {
  it('is read without an exception, and every problem lies in it', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { value, problems: found } = read(text);
        for (const { span, other } of found) {
          expectInside(text, span);
          if (other) expectInside(text, other);
        }
        // Either there is something to read, or somebody is told why not.
        expect(value !== undefined || found.length > 0).toBe(true);
        if (found.length === 0) expect(value).toEqual(parse(text, { stringKeys: true }));
      }),
      { numRuns: cases(2000) },
    );
  });

  it('has a place for every path', () => {
    fc.assert(
      fc.property(anything, path, fc.constantFrom('key', 'value'), (text, steps, target) => {
        expectInside(text, yamlLocator(read(text))(steps, target));
      }),
      { numRuns: cases(1000) },
    );
  });

  it('means the same to this reader and to the locator: what is written at a path is found there', () => {
    const words = fc
      .stringMatching(/^[a-z]{1,5}$/)
      .filter((word) => !/^(?:y|n|yes|no|on|off|null|true|false)$/.test(word));
    fc.assert(
      fc.property(fc.dictionary(words, fc.dictionary(words, words, { minKeys: 1 }), { minKeys: 1 }), (document) => {
        const text = Object.entries(document)
          .map(
            ([key, inner]) =>
              `${key}:\n${Object.entries(inner)
                .map(([k, v]) => `  ${k}: ${v}\n`)
                .join('')}`,
          )
          .join('');
        expect(read(text).value).toEqual(document);
        const find = yamlLocator(read(text));
        for (const [key, inner] of Object.entries(document)) {
          for (const [k, v] of Object.entries(inner)) {
            expect(marked(text, find([key, k], 'value'))).toBe(v);
            expect(marked(text, find([key, k], 'key'))).toBe(k);
          }
        }
      }),
    );
  });
});

describe('a hostile text', () => {
  const times = (part: string, length: number): string => part.repeat(Math.ceil(length / part.length));
  const bomb = Array.from({ length: 30 }, (_, i) => `l${i}: &l${i} [${times(`*l${i - 1},`, 40)}]\n`).join('');

  it.each([
    ['whitespace', times(' ', 1_000_000)],
    ['newlines', times('\n', 1_000_000)],
    ['spaces that are none', times(' \u00a0', 1_000_000)],
    ['spaces after a colon', `a:${times(' ', 1_000_000)}b`],
    ['brackets', times('[', 100_000)],
    ['braces', times('{a: ', 100_000)],
    ['dashes', times('- ', 100_000)],
    ['question marks', times('? ', 100_000)],
    ['colons', times(': ', 100_000)],
    ['indentation', Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    ['an alias bomb', bomb],
    ['a merge bomb', times('<<: *a\n', 10_000)],
    ['documents', times('---\n', 100_000)],
    ['a long line', `a: ${times('x', 1_000_000)}\n`],
    ['a long text in quotes', `a: "${times('\\n', 1_000_000)}"\n`],
    ['a long key', `${times('x', 1_000_000)}: 1\n`],
    ['digits', `a: ${times('1', 1_000_000)}\n`],
    ['a sexagesimal', `a: 1${times(':0', 1_000_000)}\n`],
    ['underscores', `a: 1${times('_', 1_000_000)}x\n`],
    ['an anchor', times('&', 1_000_000)],
    ['a tag', times('!', 1_000_000)],
    ['emoji', times('👩‍💻', 1_000_000)],
    ['NUL', times('\0', 1_000_000)],
  ])('is answered at once: %s', (_, text) => {
    const start = process.cpuUsage();
    const source = read(text);
    yamlLocator(source)(['spec', 'a', 0], 'value');
    // Some tens of milliseconds; the rest is for what else runs on the processor's other threads.
    expect(secondsSince(start)).toBeLessThan(5);
    expect(source.problems.length + (source.value === undefined ? 0 : 1)).toBeGreaterThan(0);
  });

  it.each([
    ['different keys', Array.from({ length: 50_000 }, (_, i) => `k${i}: x\n`).join('')],
    ['equal keys', times('a: x\n', 500_000)],
    ['mistakes', `[${times(',', 1_000_000)}`],
    ['escapes', `a: "${times('\\q', 500_000)}"`],
    ['anchors', times('- &a x\n', 500_000)],
    ['tags', times('- !t x\n', 500_000)],
    ['ambiguous values', times('- no\n', 500_000)],
    ['closing brackets', times(']', 500_000)],
    ['comments', `a:\n${times('  # x\n', 500_000)}  b`],
  ])('takes time in proportion to its length: %s', (_, text) => {
    const start = process.cpuUsage();
    read(text);
    // About half a second; what compares each with every other, or makes a stack trace for each, takes far more.
    expect(secondsSince(start)).toBeLessThan(10);
  });
});
