import type { DesiredState, Located } from '../../../config/model/desired-state.ts';
import { isDay } from '../../../values/day.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import type { ConfigRule } from '../../rule.ts';
import { endingShares } from '../shares.ts';

export const notADay: ConfigRule = {
  about: 'config',
  perTenant: true,
  code: 'TEN401',
  name: 'not-a-day',
  severity: 'error',
  summary: 'Every date is a day that the calendar has.',
  why: 'Programs read 2026-02-30 in different ways: as the first of March, as the second, as never. An access must not end on a day that depends on who reads it.',
  *check({ desired }) {
    for (const { key, value, origin } of dates(desired)) {
      if (isDay(value)) continue;
      const last = lastDayOfMonth(value);
      yield {
        message: `\`${key}\` is ${value}, a day that the calendar does not have`,
        at: at(origin),
        help: last === undefined ? 'write a day as `YYYY-MM-DD`' : `that month ends on ${last}`,
      };
    }
  },
};

interface WrittenDate extends Located<string> {
  readonly key: string;
}

function* dates(desired: DesiredState): Iterable<WrittenDate> {
  const date = (owner: Origin, key: string, value: string | undefined): WrittenDate[] =>
    value === undefined ? [] : [{ key, value, origin: originAt(owner, key) }];
  for (const { until, origin } of desired.organization.exceptions) yield* date(origin, 'until', until);
  for (const { allocations } of desired.tenants) {
    for (const { value, origin } of allocations) {
      yield* date(origin, 'start', value.start);
      yield* date(origin, 'end', value.end);
    }
  }
  for (const { share, until } of endingShares(desired)) yield* date(share.origin, 'until', until);
}

/** The last day of the month of a day that does not exist; undefined when there is no such month either. */
function lastDayOfMonth(day: string): string | undefined {
  return ['31', '30', '29', '28'].map((last) => `${day.slice(0, 8)}${last}`).find((last) => isDay(last) && last < day);
}
