import { expect, it } from 'vitest';
import { celList, celMap, celString } from '../../src/manifests/cel.ts';

it.each([
  ['solar', `'solar'`, `"solar"`],
  [`tenant's "file"`, `'tenant\\'s "file"'`, `"tenant's \\"file\\""`],
  ['a\\b', `'a\\\\b'`, `"a\\\\b"`],
  ['a\\"b', `'a\\\\"b'`, `"a\\\\\\"b"`],
  [`a\\'b`, `'a\\\\\\'b'`, `"a\\\\'b"`],
  ['two\nlines', `'two\\nlines'`, `"two\\nlines"`],
  [
    'a\u007fb\u0085\u2028\u202e\uffff',
    `'a\\u007fb\\u0085\\u2028\\u202e\\uffff'`,
    `"a\\u007fb\\u0085\\u2028\\u202e\\uffff"`,
  ],
  ['\u{e0041}é😀', `'\\U000e0041é😀'`, `"\\U000e0041é😀"`],
])('a text as a CEL literal: %j', (text, single, double) => {
  expect(celString(text)).toBe(single);
  expect(celString(text, '"')).toBe(double);
});

it('a long list has an item a line, so that a change is a line in a diff', () => {
  expect(celList([])).toBe('[]');
  expect(celList(['a', 'b', 'c'])).toBe("['a', 'b', 'c']");
  expect(celList(['a', 'b', 'c', 'd'])).toBe("[\n  'a',\n  'b',\n  'c',\n  'd'\n]");
  expect(celMap([])).toBe('{}');
  expect(celMap(['a', 'b'])).toBe("{'a': true, 'b': true}");
  expect(celMap(['a', 'b', 'c', 'd'])).toBe("{\n  'a': true,\n  'b': true,\n  'c': true,\n  'd': true\n}");
});
