import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { k8s } from 'cdk8s-plus-28';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { typescriptEvaluator } from '../../src/config/typescript/evaluator.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import { render } from '../../src/manifests/render.ts';
import { template } from '../../src/manifests/template.ts';
import { templateWriter } from '../../src/manifests/yaml/template-writer.ts';
import { yamlText } from '../../src/manifests/yaml/yaml-text.ts';
import { worktree } from '../../src/tree/tree.ts';
import { cases } from '../support/cases.ts';
import { readFiles } from '../support/folders.ts';
import type { Seen } from './readers.ts';
import { yamlReaders } from './readers.ts';

/**
 * What kubectl, the API server and Argo CD read in a manifest is what was meant, whatever the texts in it are: the writer
 * of YAML is held to the readers, and never to itself.
 */
let read: (documents: readonly string[]) => readonly Seen[];
beforeAll(async () => {
  read = await yamlReaders();
});

/** What YAML 1.1 or 1.2, in any of its readings, has another idea of than that it is a text. */
const words = [
  ...['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null', 'nan', 'inf'].flatMap((word) => [
    word,
    word.toUpperCase(),
    word.charAt(0).toUpperCase() + word.slice(1),
  ]),
  ...[
    '',
    '~',
    '<<',
    '=',
    '-',
    '---',
    '...Array.from(',
    ')--- a',
    '... a',
    '.',
    '..',
    '?',
    ':',
    '%YAML 1.1',
    '!t',
    '&a',
    '*a',
    '@',
    '`',
  ],
  ...[
    '.inf',
    '-.inf',
    '+.INF',
    '.NaN',
    '.nan',
    '0x1F',
    '0X1F',
    '-0x1',
    '0o17',
    '0O7',
    '+0o7',
    '0b1',
    '0B1',
    '0b+1',
    '0b_1',
  ],
  ...[
    '017',
    '08',
    '0_x1',
    '1_000',
    '_1',
    '+_1',
    '1__',
    '1e5',
    '1E5',
    '1e5_0',
    '0e_1',
    'e1',
    'E-1',
    '1.',
    '.5',
    '+.5',
    '1.e3',
  ],
  ...[
    '12:30',
    '1:2:3',
    '190:20:30.15',
    '2026-01-01',
    '2026-1-1',
    '2026-01-01T00:00:00Z',
    '2026-01-01 00:00:00',
    '0001-01-01',
  ],
  ...[
    '64Gi',
    '100m',
    '1k',
    '2s',
    '0',
    '-0',
    '007',
    '1,000',
    '1 000',
    '0xFFFFFFFFFFFFFFFFFF',
    '9223372036854775808',
    '1e400',
  ],
  ...[
    'user:alice',
    'a: b',
    'a:',
    ':a',
    'a #b',
    '#a',
    '- a',
    '-a',
    '? a',
    '[a',
    'a]',
    '{a',
    'a}',
    'a,b',
    '"a',
    "'a",
    'a\\',
    '|',
    '>-',
  ],
  ...[
    'a\nb',
    'a\n',
    '\na',
    'a\n\n',
    ' a',
    'a ',
    'a\n b',
    ' a\nb',
    'a\n---\nb',
    'a\n\tb',
    'a \nb',
    '\n',
    'a\r\nb',
    'a\rb',
  ],
];

/** The alphabet of numbers, marks and lines, with one of each kind of character that some reader does not take as it is. */
const nasty = [
  ...Array.from('0123789_.+-:eExXoObBaAfFnNyYtT~=<>!&*?|%@`#,[]{}\'"\\/ \n\t'),
  '\r',
  '\0',
  '\u007f',
  '\u0085',
  '\u00a0',
];
const nastier = [
  '\u00e9',
  '\u00ad',
  '\u200b',
  '\u200d',
  '\u2028',
  '\u2029',
  '\u202e',
  '\ufeff',
  '\ufffd',
  '\ufffe',
  '\uffff',
];
const astral = ['\ue000', '\u{1f600}', '\u{1ffff}', '\u{e0001}', '\u{10fffe}', '\u{10ffff}'];

const texts = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...nasty), minLength: 1, maxLength: 6 }) },
  {
    weight: 2,
    arbitrary: fc.string({ unit: fc.constantFrom(...Array.from('0123789_.+-:eExXoObB')), minLength: 1, maxLength: 6 }),
  },
  fc.string({ unit: fc.constantFrom(...nasty, ...nastier, ...astral), maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc
    .tuple(fc.constantFrom(...words), fc.constantFrom('', ' ', '\n', '_', '.', '0', ':'), fc.constantFrom(...words))
    .map((parts) => parts.join('')),
);

/** A document that holds the text in all places that a text can stand in. */
function around(text: string) {
  return {
    [text]: text,
    list: [text, [text, 'a'], { [text]: text, more: 'a' }],
    inner: { [text]: [text], text },
    last: text,
  };
}

/** Of the texts those that some reader reads otherwise, with what it reads. */
function misread(all: readonly string[]): readonly unknown[] {
  const seen = read(all.map((text) => yamlText([around(text)])));
  return all.flatMap((text, i) => {
    const expected = around(text);
    const got = seen[i];
    return got && 'same' in got && isSame(got.same, expected) ? [] : [{ text, got }];
  });
}

/** Whether two values are the same, whatever the order of their keys. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [inA, inB] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))];
  return inA.size === inB.size && Array.from(inA).every(([key, value]) => inB.has(key) && isSame(value, inB.get(key)));
}

describe('the YAML readers of kubectl, the API server and Argo CD', () => {
  it('read back every word that some YAML takes for something else', () => {
    expect(misread(words)).toEqual([]);
  });

  it('read back every character, at the beginning, in the middle and at the end', () => {
    const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
    const whole = characters.filter((character) => !/\p{Surrogate}/u.test(character));
    expect(
      misread([...whole, ...astral].map((character) => `${character}b${character}c${character}`)).slice(0, 20),
    ).toEqual([]);
  });

  it('read back every short text of the characters that numbers are made of', () => {
    const alphabet = [...Array.from('0178_.+-:eExobB')];
    const pairs = alphabet.flatMap((a) => alphabet.map((b) => a + b));
    const all = [...alphabet, ...pairs, ...pairs.flatMap((a) => pairs.map((b) => a + b))];
    expect(all.length).toBeGreaterThan(50_000);
    expect(misread(all).slice(0, 20)).toEqual([]);
  });

  it('read back a hundred thousand texts, as values and as keys', () => {
    // No shrinking: what is misread is listed, and is short already.
    fc.assert(
      fc.property(fc.array(texts, { minLength: 5000, maxLength: 5000 }), (all) => {
        expect(misread(all).slice(0, 20)).toEqual([]);
      }),
      { numRuns: cases(20), endOnFailure: true },
    );
  });

  it('read back the texts that are filled into objects of one shape', () => {
    const objects = words.map((text) => ({ metadata: { name: 'a', labels: { [text]: text } }, data: { text } }));
    const write = templateWriter();
    const written = words.map(
      (text) =>
        write(
          template(k8s.KubeConfigMap, (map) => ({
            metadata: { name: 'a', labels: { [text]: map(text) } },
            data: { text: map(text) },
          })),
        ).text,
    );
    const expected = objects.map((object) => ({ same: { apiVersion: 'v1', kind: 'ConfigMap', ...object } }));
    expect(read(written)).toEqual(expected);
  });

  it('read in dist/ what was meant', async () => {
    const root = join(import.meta.dirname, '../..');
    const evaluate = typescriptEvaluator({ nodePath: process.execPath, timeoutMs: 60_000 });
    const desired = resolve(await readConfigFiles(worktree(root), evaluate));
    // Long before any share ends, so that it does not matter on which day dist/ was rendered.
    const { files, objects } = render(desired, '2026-01-01');
    const written = readFiles(join(root, 'dist'));
    expect(files.length).toBeGreaterThan(50);
    for (const { path, text } of files) {
      expect(written[path], path).toBe(text);
      // As Kubernetes divides a stream of documents: at lines that begin so.
      const seen = read(text.split(/^---/m));
      const here = objects.filter((object) => object.path === path);
      const meant: unknown[] = here.length > 0 ? here.map((object) => object.manifest()) : [parse(text)];
      expect(seen, path).toEqual(meant.map((value) => ({ same: value })));
    }
  });

  it('do read otherwise what is written without quotes', () => {
    const [number, date] = read(['a: 0B1\n', '2026-01-01: 0o7\n']);
    expect(number).toEqual({ same: { a: 1 } });
    expect(date).toHaveProperty('differ');
    expect(readFileSync(join(import.meta.dirname, '../../tools/yaml-readers/go.mod'), 'utf8')).toContain('yaml.v2');
  });
});
