import { describe, expect, it } from 'vitest';
import { cel, celList } from '../../src/manifests/policies/policy.ts';

describe('a string in CEL', () => {
  it.each([
    ["it's", `'it\\'s'`, `"it's"`],
    ['a "name"', `'a "name"'`, `"a \\"name\\""`],
    ['C:\\temp', `'C:\\\\temp'`, `"C:\\\\temp"`],
    ['\\"', `'\\\\"'`, `"\\\\\\""`],
    ['two\nlines', `'two\\nlines'`, `"two\\nlines"`],
  ])('%j ends where it should, in both kinds of quotes', (text, single, double) => {
    expect(cel(text)).toBe(single);
    expect(cel(text, '"')).toBe(double);
    expect(celList([text])).toBe(`[${single}]`);
  });
});
