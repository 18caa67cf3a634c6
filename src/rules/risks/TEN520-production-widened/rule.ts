import type { ChangeRule } from '../../rule.ts';
import { adminHelp, givenBy, isAdmin, isLonger, lines, newRoles, placesText, sentence } from '../access.ts';

export const productionWidened: ChangeRule = {
  level: 'change',
  code: 'TEN520',
  name: 'production-widened',
  severity: 'note',
  summary: 'Nobody can do more on a production cluster.',
  why: 'On production a wrong line reaches customers and their data. The plan shows such lines first, with who gets what. In a namespace that is new, those who have as much in the same tenant on the same cluster are not named again; nor is who has a custom role that allows no more under its new name.',
  repeatedByItem: 'always',
  *check({ plan }) {
    for (const { item, places: all } of givenBy(plan)) {
      const places = all.filter(({ production }) => production);
      if (places.length === 0 || isLonger(item)) continue;
      yield {
        message: `on production, ${sentence(item.subject, item)} ${placesText([{ item, places }])}`,
        ...lines(places),
        items: [item.id],
        ...(newRoles(item).some(isAdmin) && {
          help: adminHelp(item),
        }),
      };
    }
  },
};
