import { at } from '../../../source/diagnostic.ts';
import { inBase, originAt } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { goneGroups } from '../groups.ts';
import { hasBase, itemsIn, waiverHelp } from '../sides.ts';

const code = 'TEN508';

export const identityRenamed: ChangeRule = {
  level: 'change',
  code,
  name: 'identity-renamed',
  severity: 'error',
  summary: 'A group that goes on under another name says so, by `renamedFrom`.',
  why: 'To the API server another name is another group: a plan could only say that one loses everything and the other gains it, and a reviewer could not tell a rename from a handover to strangers. With `renamedFrom` the plan says that it is a rename, and shows whatever changes beside it.',
  waivable: true,
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    for (const { group, successor } of goneGroups(context)) {
      if (!successor) continue;
      yield {
        message: `group \`${successor.name}\` seems to be group \`${group.name}\` under another name, and does not say so`,
        at: at(originAt(successor.origin, 'name')),
        related: [{ location: at(inBase(originAt(group.origin, 'name'))), message: 'in the base, and gone now' }],
        help: `add \`renamedFrom: ${group.name}\` to it; if it is another group, take away the uses of \`${group.name}\` in a change of their own first, or ${waiverHelp(code, group.name)}`,
        target: group.name,
        items: known(`group/${group.name}`, `group/${successor.name}`),
      };
    }
  },
};
