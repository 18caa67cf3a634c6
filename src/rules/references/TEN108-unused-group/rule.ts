import { groupReferences } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { WholeRule, RuleContext } from '../../rule.ts';

export const unusedGroup: WholeRule = {
  level: 'whole',
  code: 'TEN108',
  name: 'unused-group',
  severity: 'note',
  summary: 'Every declared group owns a tenant, or something is shared with it.',
  why: 'A group that nobody uses is what is left of something, or the right name for a reference elsewhere that has the wrong one.',
  *check(context) {
    if (!isAllRead(context)) return;
    const { desired } = context;
    const used = new Set(groupReferences(desired).map((reference) => reference.value));
    for (const { name, origin } of desired.organization.groups) {
      if (used.has(name)) continue;
      yield {
        message: `group \`${name}\` is not used`,
        at: at(originAt(origin, 'name')),
        help: 'remove it from `groups`, or share something with it',
      };
    }
  },
};

/** Whether every file that may name a group could be read. */
function isAllRead({ files, desired: { clusters, tenants, unreadable } }: RuleContext): boolean {
  return (
    files.strays.length === 0 &&
    unreadable.clusters.size === 0 &&
    unreadable.tenants.size === 0 &&
    clusters.every((c) => c.complete) &&
    tenants.every((t) => t.complete)
  );
}
