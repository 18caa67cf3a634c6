import fc from 'fast-check';
import type { PlacedDiagnostic, PlacedLabel, Severity } from '../../src/source/diagnostic.ts';
import { spanAt } from '../../src/source/source.ts';

/** The file that most problems of these tests are in. */
export const solar = 'tenants/solar.yaml';

/** The place of `marked` in `text`. */
export function label(text: string, marked: string, message?: string, file = solar): PlacedLabel {
  const start = text.indexOf(marked);
  return {
    file,
    span: spanAt(text, start, start + marked.length),
    path: 'spec.namespaces[0]',
    ...(message !== undefined && { message }),
  };
}

export function problem(primary: PlacedLabel, more: Partial<PlacedDiagnostic> = {}): PlacedDiagnostic {
  return {
    code: 'TEN101',
    rule: 'unknown-group',
    severity: 'error',
    message: 'group `solar-ser` is not declared',
    primary,
    related: [],
    ...more,
  };
}

/** Whatever a terminal might obey, hide or reorder. */
export const dangerous = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0]/u;

/** Texts as nobody should write them. */
export const nasty = fc.string({
  maxLength: 60,
  unit: fc.oneof(
    fc.constantFrom('a', ' ', ':', '\n', '\t', '\r', '\u001b', '\u001b[31m', '\u009b', '\u007f', '\u0000'),
    fc.constantFrom('日', '🚀', '👍', '\u{1f3fd}', '\u0301', '\u200d', '\ufe0f', '\u202e', '\u2028', '\u{e0041}'),
    fc.constantFrom('\ud800', '\udc00', '\u1100', '\u1161', '\u11a8', '🇩', '\u00a0', '\ufeff'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});
const position = fc.record({
  line: fc.integer({ min: -1, max: 6 }),
  column: fc.integer({ min: -1, max: 70 }),
  offset: fc.nat(),
});
const someLabel = fc.record(
  {
    file: fc.oneof(fc.constant(solar), nasty),
    path: nasty,
    span: fc.record({ start: position, end: position }),
    message: nasty,
  },
  { requiredKeys: ['file', 'path'] },
);
/** Any diagnostic at all, with places that no file has among them. */
export const someDiagnostic = fc.record(
  {
    code: fc.constant('TEN101'),
    rule: fc.constant('unknown-group'),
    severity: fc.constantFrom<Severity>('error', 'warning', 'note'),
    message: nasty,
    primary: someLabel,
    related: fc.array(someLabel, { maxLength: 10 }),
    help: nasty,
  },
  { requiredKeys: ['code', 'rule', 'severity', 'message', 'primary', 'related'] },
);
