import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareQuantities,
  formatQuantity,
  isWhole,
  parseQuantity,
  sumQuantities,
} from '../../src/kubernetes/quantity.ts';

/** The amount of a quantity that is one. */
function amount(text: string): bigint {
  const parsed = parseQuantity(text);
  if (parsed === undefined) throw new Error(`${text} is no quantity`);
  return parsed;
}

describe('parseQuantity', () => {
  it.each([
    ['0', '0', 0],
    ['1000m', '1', 0],
    ['0.5', '500m', 0],
    ['1.5Gi', '1536Mi', 0],
    ['0.1Ki', '102.4', 0],
    ['1k', '1000', 0],
    ['1Ki', '1024', 0],
    ['1Mi', '1048576', 0],
    ['1024Mi', '1Gi', 0],
    ['1024Gi', '1Ti', 0],
    ['1024Ti', '1Pi', 0],
    ['1024Pi', '1Ei', 0],
    ['1000k', '1M', 0],
    ['1000M', '1G', 0],
    ['1000G', '1T', 0],
    ['1000T', '1P', 0],
    ['1000P', '1E', 0],
    ['1000u', '1m', 0],
    ['1000n', '1u', 0],
    ['007', '7', 0],
    ['1G', '1Gi', -1],
    ['64Gi', '65536Mi', 0],
    ['64Gi', '65537Mi', -1],
    ['20', '19999m', 1],
  ])('%s and %s compare as %i', (a, b, expected) => {
    expect(compareQuantities(amount(a), amount(b))).toBe(expected);
    expect(compareQuantities(amount(b), amount(a))).toBe(expected === 0 ? 0 : -expected);
  });

  it('rounds up what Kubernetes cannot keep, so that something never becomes nothing', () => {
    expect(amount('0.0000000001')).toBe(amount('1n'));
    expect(amount('1.0000000001')).toBe(amount('1.000000001'));
    expect(amount('0.0001m')).toBe(amount('100n'));
  });

  it('caps where Kubernetes does', () => {
    expect(amount('9223372036854775808')).toBe(amount('9223372036854775807'));
    expect(amount('100Ei')).toBe(amount('9223372036854775807'));
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '-1',
    '+1',
    '1.',
    '.5',
    '1e3',
    '1E3',
    '1K',
    '1ki',
    '1KiB',
    '1mi',
    'Gi',
    '1,5',
    '0x10',
    '1\n',
  ])('refuses %j', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});

describe('sumQuantities', () => {
  it('is exact where floating point is not', () => {
    expect(sumQuantities([amount('0.1'), amount('0.2')])).toBe(amount('0.3'));
    expect(sumQuantities([amount('9007199254740992'), amount('1')])).toBe(amount('9007199254740993'));
  });

  it('is nothing for nothing', () => {
    expect(sumQuantities([])).toBe(0n);
  });
});

describe('isWhole', () => {
  it.each([
    ['3', true],
    ['1000m', true],
    ['2Ki', true],
    ['500m', false],
    ['1.5', false],
  ])('%s: %s', (text, expected) => {
    expect(isWhole(amount(text))).toBe(expected);
  });
});

describe('formatQuantity', () => {
  it.each([
    ['96Gi', '64Gi', '96Gi'],
    ['98304Mi', '64Gi', '96Gi'],
    ['65537Mi', '64Gi', '65537Mi'],
    ['64.5Gi', '1Gi', '66048Mi'],
    ['1500M', '1Gi', '1500000000'],
    ['1500M', '1G', '1500M'],
    ['2000', '20', '2000'],
    ['1000', '800', '1000'],
    ['24000m', '20', '24'],
    ['20500m', '20', '20500m'],
    ['0.0005', '1', '500u'],
    ['0.0000005', '1', '500n'],
    ['0', '20', '0'],
    ['0', '64Gi', '0'],
  ])('writes %s beside %s as %s', (text, like, expected) => {
    expect(formatQuantity(amount(text), like)).toBe(expected);
  });

  it('loses nothing', () => {
    const like = fc.constantFrom('1', '1m', '1k', '1G', '1Ki', '1Gi', '1Ei');
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n * 1_000_000_000n - 1_000_000_000n }), like, (value, notation) => {
        expect(amount(formatQuantity(value, notation))).toBe(value);
      }),
    );
  });
});
