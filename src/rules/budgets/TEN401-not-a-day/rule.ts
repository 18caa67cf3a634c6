import { isDay } from '../../../values/day.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import type { Finding, TenantRule } from '../../rule.ts';
import { endingForeignShares, endingShares } from '../shares.ts';

export const notADay: TenantRule = {
  level: 'tenant',
  code: 'TEN401',
  name: 'not-a-day',
  severity: 'error',
  summary: 'Every date is a day that the calendar has.',
  why: 'Programs read 2026-02-30 in different ways: as the first of March, as the second, as never. An access must not end on a day that depends on who reads it.',
  *checkPlatform({ organization, clusters }) {
    for (const { share, until } of endingForeignShares(clusters)) yield* problems(share.origin, 'until', until);
    for (const { until, origin } of organization.exceptions) yield* problems(origin, 'until', until);
  },
  *check({ tenant }) {
    for (const { value, origin } of tenant.allocations) {
      yield* problems(origin, 'start', value.start);
      yield* problems(origin, 'end', value.end);
    }
    for (const { share, until } of endingShares(tenant)) yield* problems(share.origin, 'until', until);
  },
};

function problems(owner: Origin, key: string, day: string | undefined): Finding[] {
  if (day === undefined || isDay(day)) return [];
  const last = lastDayOfMonth(day);
  return [
    {
      message: `\`${key}\` is ${day}, a day that the calendar does not have`,
      at: at(originAt(owner, key)),
      mend: last,
      help: last === undefined ? 'write a day as `YYYY-MM-DD`' : `that month ends on ${last}`,
    },
  ];
}

/** The last day of the month of a day that does not exist; undefined when there is no such month either. */
function lastDayOfMonth(day: string): string | undefined {
  return ['31', '30', '29', '28'].map((last) => `${day.slice(0, 8)}${last}`).find((last) => isDay(last) && last < day);
}
