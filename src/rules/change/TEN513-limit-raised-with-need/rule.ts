import { atKey } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { hasBase, itemsIn } from '../sides.ts';

export const limitRaisedWithNeed: ChangeRule = {
  level: 'change',
  code: 'TEN513',
  name: 'limit-raised-with-need',
  severity: 'error',
  summary: 'A change keeps to the limits of its base: a limit is raised in a change of its own.',
  why: 'A limit is agreed upon apart from the case at hand, by those who own `organization.yaml`. Raised in the middle of the change that needs it, it holds nobody back.',
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    for (const { found, limit } of context.underBase.limits) {
      yield {
        message: `this change needs a limit that it changes itself: with that of the base, ${found.message} (${found.code})`,
        at: atKey(originAt(context.after.desired.organization.origin, 'spec', ...limit)),
        related: [{ ...found.primary, message: found.primary.message ?? 'needs it' }],
        help: 'change the limit first, in a change of its own, which those who own organization.yaml review',
        items: known('organization/'),
      };
    }
  },
};
