import { isDay } from '../../../values/day.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';

export const allocationDates: TenantRule = {
  level: 'tenant',
  code: 'TEN404',
  name: 'allocation-dates',
  severity: 'error',
  summary: 'An allocation does not end before it starts.',
  why: 'Nothing could ever be attributed to it: one of the two dates is a slip.',
  *check({ tenant: { allocations } }) {
    for (const { value, origin } of allocations) {
      const { name, start, end } = value;
      if (start === undefined || end === undefined || end >= start || !isDay(start) || !isDay(end)) continue;
      yield {
        message: `allocation \`${name}\` ends on ${end}, before it starts on ${start}`,
        at: at(originAt(origin, 'end')),
        related: [{ location: at(originAt(origin, 'start')), message: 'starts here' }],
        help: 'correct one of the two dates',
      };
    }
  },
};
