import { at, didYouMean } from '../../../source/diagnostic.ts';
import type { ChangeRule } from '../../rule.ts';
import { hasBase, itemsIn } from '../sides.ts';

export const renameNotOne: ChangeRule = {
  level: 'change',
  code: 'TEN509',
  name: 'rename-not-one',
  severity: 'warning',
  summary: 'A group is renamed from one that the base has.',
  why: 'A `renamedFrom` does its work in the one change that renames the group. Left in the file it waits for a group of the old name, to turn a loss and a gain into what looks like no change.',
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    const { before, after } = context;
    // A group that could not be read may be the one.
    if (!before.desired.organization.complete) return;
    const old = new Set(before.desired.organization.groups.map(({ name }) => name));
    for (const { name, renamedFrom } of after.desired.organization.groups) {
      if (!renamedFrom || old.has(renamedFrom.value)) continue;
      yield {
        message: `group \`${name}\` is renamed from \`${renamedFrom.value}\`, which the base does not have`,
        at: at(renamedFrom.origin),
        help: old.has(name) ? 'remove `renamedFrom`: its work is done' : adviceFor(didYouMean(renamedFrom.value, old)),
        items: known(`group/${name}`),
      };
    }
  },
};

function adviceFor(meant: string | undefined): string {
  return meant === undefined
    ? 'remove `renamedFrom`, or name the group as the base does'
    : `did you mean \`${meant}\`?`;
}
