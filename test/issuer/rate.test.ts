import { expect, it } from 'vitest';
import { limiter, rateOfPerson } from '../../src/issuer/rate.ts';

it('lets one person have 50 clusters at once, twice, and says when to come again', () => {
  let now = 0;
  const limit = limiter(rateOfPerson, () => now);
  const many = (who: string, count: number) => Array.from({ length: count }, () => limit(who));
  expect(many('sam', 120).every((wait) => wait === undefined)).toBe(true);
  expect(limit('sam')).toBe(1);
  // Nobody else is held up.
  expect(limit('sue')).toBeUndefined();
  now += 499;
  expect(limit('sam')).toBe(1);
  now += 1;
  expect(limit('sam')).toBeUndefined();
  expect(limit('sam')).toBe(1);
  now += 60_000;
  expect(many('sam', 121).map((wait) => wait === undefined)).toEqual([
    ...Array.from({ length: 120 }, () => true),
    false,
  ]);
});

it('forgets nobody who is held up, however many others come', () => {
  const limit = limiter({ perMinute: 1, burst: 1 }, () => 0);
  for (let i = 0; i < 1000; i++) limit(`early-${i}`);
  expect(limit('early-0')).toBeGreaterThan(0);
});
