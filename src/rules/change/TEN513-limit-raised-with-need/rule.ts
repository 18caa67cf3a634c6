import type { Diagnostic, Location } from '../../../source/diagnostic.ts';
import { atKey } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
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
    for (const found of context.underBase.limits) {
      yield {
        message: `this change needs a limit that it changes itself: with that of the base, ${found.message} (${found.code})`,
        at: limitOf(found, context.after.desired.organization.origin),
        related: [{ ...found.primary, message: found.primary.message ?? 'needs it' }],
        help: 'change the limit first, in a change of its own, which those who own organization.yaml review',
        items: known('organization/'),
      };
    }
  },
};

/** The limit by which a rule of the config judges. */
const limits: Readonly<Record<string, readonly [string, ...string[]]>> = {
  TEN203: ['naming', 'groupPattern'],
  TEN205: ['naming', 'identifierMaxLength'],
  TEN206: ['naming', 'tenantPrefix'],
  TEN209: ['protectedNamespaces'],
  TEN210: ['limits', 'namespacesPerTenant'],
  TEN403: ['limits', 'shareDays'],
};

function limitOf({ code }: Diagnostic, organization: Origin): Location {
  return atKey(originAt(organization, 'spec', ...(limits[code] ?? [])));
}
