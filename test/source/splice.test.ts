import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { flowText, withValueAt } from '../../src/source/splice.ts';
import { cases } from '../support/cases.ts';

describe('a value put into a YAML text', () => {
  it.each([
    [
      'is a line at the end of the mapping that it belongs to, after the comment there',
      'spec:\n  a: 1 # one\n  b:\n    c: 2   # two\n# the end\n',
      ['spec', 'b', 'd'],
      [3],
      'spec:\n  a: 1 # one\n  b:\n    c: 2   # two\n    d: [3]\n# the end\n',
    ],
    [
      'brings the mappings that are missing on its way',
      'spec:\n  a: 1\n',
      ['spec', 'grants', 'solar', 'network'],
      'None',
      'spec:\n  a: 1\n  grants:\n    solar:\n      network: None\n',
    ],
    [
      'takes the place of the one that is there, and leaves the comment behind it',
      'a:\n  b: [1, 2] # both\n  c: 3\n',
      ['a', 'b'],
      [4],
      'a:\n  b: [4] # both\n  c: 3\n',
    ],
    ['takes the place of a block', 'a:\n  b:\n    - 1\n    - 2\n  c: 3\n', ['a', 'b'], [4], 'a:\n  b: [4]\n  c: 3\n'],
    ['goes into a flow mapping', 'a: { b: 1 }\n', ['a', 'c', 'd'], 2, 'a: { b: 1, c: { d: 2 } }\n'],
    ['goes into an empty flow mapping', 'a: {}\n', ['a', 'c'], 2, 'a: { c: 2 }\n'],
    ['goes where a key has no value', 'a:\n  b:\n  c: 1\n', ['a', 'b', 'd'], 'x', 'a:\n  b: { d: x }\n  c: 1\n'],
    ['begins a line of its own at the end of a text without one', 'a:\n  b: 1', ['a', 'c'], 2, 'a:\n  b: 1\n  c: 2\n'],
    ['goes after a list that is not indented', 'a:\n  b:\n  - 1\n', ['a', 'c'], 2, 'a:\n  b:\n  - 1\n  c: 2\n'],
  ])('%s', (_, text, path, value, expected) => {
    expect(withValueAt(text, path, value)).toBe(expected);
  });

  it('goes nowhere where something else than a mapping stands in the way, or the text is no YAML', () => {
    expect(withValueAt('a: [1]\n', ['a', 'b'], 1)).toBeUndefined();
    expect(withValueAt('a: text\n', ['a', 'b'], 1)).toBeUndefined();
    expect(withValueAt('a: [\n', ['a'], 1)).toBeUndefined();
    expect(withValueAt('- 1\n', ['a'], 1)).toBeUndefined();
  });

  const name = fc.oneof(
    fc.constantFrom('a', 'b', 'spec', 'grants', 'no', '0x1', 'e1', 'on', 'true', 'x y', 'labels/x', '1'),
    fc.string({ maxLength: 6 }),
  );
  const value = fc.oneof(fc.array(name, { maxLength: 3 }), fc.dictionary(name, fc.array(name, { maxLength: 2 })), name);
  const document = fc.dictionary(name, fc.oneof(value, fc.dictionary(name, value)), { minKeys: 1, maxKeys: 4 });

  it('is read back where it was put, and all else as it was, line for line', () => {
    fc.assert(
      fc.property(
        document,
        fc.array(name, { minLength: 1, maxLength: 3 }),
        value,
        fc.boolean(),
        (whole, path, put, flow) => {
          const text = flow ? `${flowText(whole)}\n` : stringify(whole);
          const after = withValueAt(text, path, put);
          if (after === undefined) return;
          const expected = structuredClone(parse(text) as Record<string, unknown>);
          setAt(expected, path, put);
          expect(parse(after)).toEqual(expected);
        },
      ),
      { numRuns: cases(3000) },
    );
  });

  it('in one line is YAML that says the same', () => {
    fc.assert(
      fc.property(fc.oneof(value, fc.jsonValue()), (one) => {
        expect(parse(flowText(one))).toEqual(JSON.parse(JSON.stringify(one)));
      }),
      { numRuns: cases(2000) },
    );
  });
});

function setAt(at: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    at[key] = value;
    return;
  }
  const below = at[key];
  const next: Record<string, unknown> =
    typeof below === 'object' && below !== null && !Array.isArray(below) ? { ...below } : {};
  at[key] = next;
  setAt(next, rest, value);
}
