import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, dayOf, daysBetween, isDay } from '../../src/values/day.ts';

describe('isDay', () => {
  it.each(['2026-01-01', '2026-12-31', '2024-02-29', '2000-02-29', '0000-01-01', '0099-06-30', '9999-12-31'])(
    'knows %s',
    (day) => {
      expect(isDay(day)).toBe(true);
    },
  );

  it.each([
    ['no leap year', '2026-02-29'],
    ['no leap year, of a century', '1900-02-29'],
    ['a day too many', '2026-04-31'],
    ['day zero', '2026-01-00'],
    ['month zero', '2026-00-10'],
    ['month thirteen', '2026-13-01'],
    ['one digit', '2026-1-1'],
    ['another order', '31-12-2026'],
    ['a time of day', '2026-01-01T00:00:00Z'],
    ['space around', ' 2026-01-01'],
    ['a line end', '2026-01-01\n'],
    ['five digits', '12026-01-01'],
    ['other digits', '２０２６-01-01'],
    ['nothing', ''],
  ])('refuses %s', (_, day) => {
    expect(isDay(day)).toBe(false);
  });
});

describe('addDays', () => {
  it.each([
    ['2026-01-31', 1, '2026-02-01'],
    ['2024-02-28', 1, '2024-02-29'],
    ['2026-01-01', -1, '2025-12-31'],
    ['2026-01-15', 0, '2026-01-15'],
    ['2026-01-15', 365, '2027-01-15'],
    ['2026-01-15', 2 ** 31 - 1, '9999-12-31'],
    ['2026-01-15', -(2 ** 31), '0000-01-01'],
  ])('%s and %i days are %s', (day, days, expected) => {
    expect(addDays(day, days)).toBe(expected);
  });

  it('does not stumble over a change to summer time', () => {
    const days = Array.from({ length: 366 }, (_, i) => addDays('2026-01-01', i));
    expect(new Set(days).size).toBe(366);
  });
});

describe('daysBetween', () => {
  it.each([
    ['2026-01-15', '2026-01-15', 0],
    ['2026-01-15', '2026-01-16', 1],
    ['2026-01-16', '2026-01-15', -1],
    ['2024-02-28', '2024-03-01', 2],
    ['2025-12-31', '2026-12-31', 365],
  ])('from %s to %s: %i', (from, to, expected) => {
    expect(daysBetween(from, to)).toBe(expected);
  });

  it('is undone by addDays, and days sort by time', () => {
    const day = fc.integer({ min: -200_000, max: 200_000 }).map((n) => addDays('2026-01-15', n));
    fc.assert(
      fc.property(day, day, (a, b) => {
        expect(isDay(a)).toBe(true);
        expect(addDays(a, daysBetween(a, b))).toBe(b);
        expect(Math.sign(daysBetween(a, b))).toBe(a < b ? 1 : a > b ? -1 : 0);
      }),
    );
  });
});

describe('dayOf', () => {
  it('is the day in UTC, whatever the time zone of the machine', () => {
    expect(dayOf(Date.parse('2026-01-15T23:59:59.999Z'))).toBe('2026-01-15');
    expect(dayOf(Date.parse('2026-01-16T00:30:00+02:00'))).toBe('2026-01-15');
  });

  it('is empty for what is no moment', () => {
    expect(dayOf(Number.NaN)).toBe('');
  });
});
