import { describeSubject } from '../../../config/model/desired-state.ts';
import type { ChangeRule } from '../../rule.ts';
import { accessItems, isLonger, lines, placesText } from '../access.ts';

export const expiryRemoved: ChangeRule = {
  level: 'change',
  code: 'TEN525',
  name: 'expiry-removed',
  severity: 'note',
  summary: 'A share does not last for longer than it did.',
  why: 'Somebody chose a last day, because the need was to pass. Moving it is giving the access a second time.',
  repeatedByItem: 'always',
  *check({ plan }) {
    for (const item of accessItems(plan.items)) {
      if (!isLonger(item)) continue;
      for (const { role, until } of item.after) {
        const was = item.before.find(({ role: old }) => old.kind === role.kind && old.name === role.name)?.until;
        if (was === undefined || was === until) continue;
        const now = until === undefined ? 'now has no end' : `now lasts until ${until}`;
        const production = item.places.some((place) => place.production) ? 'on production too, ' : '';
        yield {
          message: `${production}\`${role.name}\` of ${describeSubject(item.subject)} ${placesText([{ item, places: item.places }])} was to end on ${was} and ${now}`,
          ...lines(item.places),
          items: [item.id],
        };
      }
    }
  },
};
