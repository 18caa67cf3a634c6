import type { ChangeRule } from '../../rule.ts';
import { adminHelp, givenBy, isAdmin, lines, newRoles, placesText, sentence } from '../access.ts';

export const adminGiven: ChangeRule = {
  level: 'change',
  code: 'TEN521',
  name: 'admin-given',
  severity: 'note',
  summary: 'Nobody becomes `admin` of a namespace.',
  why: 'An `admin` reads every secret of the namespace, runs anything in it, and lets others in. Where that is on production, TEN520 says it.',
  repeatedByItem: 'always',
  *check({ plan }) {
    for (const { item, places } of givenBy(plan)) {
      if (places.some(({ production }) => production) || !newRoles(item).some(isAdmin)) continue;
      yield {
        message: `${sentence(item.subject, item)} ${placesText([{ item, places }])}`,
        ...lines(places),
        items: [item.id],
        help: adminHelp(item),
      };
    }
  },
};
