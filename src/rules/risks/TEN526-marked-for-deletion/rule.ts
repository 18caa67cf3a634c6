import { at } from '../../../source/diagnostic.ts';
import type { ChangeRule } from '../../rule.ts';
import { homeOf } from '../settings.ts';
import { clustersOf, clustersText } from '../on-clusters.ts';

export const markedForDeletion: ChangeRule = {
  level: 'change',
  code: 'TEN526',
  name: 'marked-for-deletion',
  severity: 'note',
  summary: 'No namespace is marked for deletion (S41).',
  why: 'It is the first of two steps. Nothing is gone yet, and nothing new can be created in the namespace; the second step is one line less, and takes all with it.',
  repeatedByItem: 'always',
  *check({ plan }) {
    for (const { item, settings } of clustersOf(plan, 'Active', 'MarkedForDeletion')) {
      const [mark] = settings.flatMap(({ after }) => (after ? [after.origin] : []));
      yield {
        message: `namespace \`${item.entity.name}\` is marked for deletion on ${clustersText(settings)}: the change that removes its entry deletes it`,
        at: at(mark ?? homeOf(plan.after, item)),
        items: [item.id],
      };
    }
  },
};
