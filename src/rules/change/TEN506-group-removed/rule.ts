import { at, atKey } from '../../../source/diagnostic.ts';
import { inBase, originAt } from '../../../source/source.ts';
import { counted } from '../../../source/text.ts';
import type { ChangeRule } from '../../rule.ts';
import { mostRelated } from '../../wording.ts';
import { goneGroups } from '../groups.ts';
import { hasBase, itemsIn, waiverHelp } from '../sides.ts';

const code = 'TEN506';

export const groupRemoved: ChangeRule = {
  level: 'change',
  code,
  name: 'group-removed',
  severity: 'error',
  summary: 'A group is no longer declared only after a change that took all its uses away was merged.',
  why: 'In one change that takes a group away everywhere, nobody sees the line that was not meant. A change that takes its access away shows who loses what; removing the group is then a change of one line.',
  waivable: true,
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    const { organization: head } = context.after.desired;
    for (const { group, uses, successor } of goneGroups(context)) {
      // TEN508 says it better.
      if (successor) continue;
      const { name, origin } = group;
      const claimed = head.groups.find(({ renamedFrom }) => renamedFrom?.value === name);
      yield {
        message: `group \`${name}\` is removed, and the base still uses it in ${counted(uses.length, 'place')}`,
        at: claimed?.renamedFrom ? at(claimed.renamedFrom.origin) : atKey(originAt(head.origin, 'spec', 'groups')),
        ...(claimed && { label: `\`${claimed.name}\` was there before: this is no rename` }),
        related: [
          { location: at(inBase(originAt(origin, 'name'))), message: 'declared in the base' },
          ...uses.slice(0, mostRelated - 1).map((use) => ({ location: at(inBase(use)), message: 'used in the base' })),
        ],
        help: `take its uses away in a change of their own, and then the group; or ${waiverHelp(code, name)}`,
        target: name,
        items: known(`group/${name}`),
      };
    }
  },
};
