import { describeSubject } from '../../../config/model/desired-state.ts';
import type { Label } from '../../../source/diagnostic.ts';
import { at } from '../../../source/diagnostic.ts';
import { inBase } from '../../../source/source.ts';
import type { RoleItem } from '../../../plan/plan.ts';
import { counted } from '../../../source/text.ts';
import type { ChangeRule } from '../../rule.ts';
import { listed, mostRelated } from '../../wording.ts';
import { homeOf } from '../settings.ts';

export const customRoleWidened: ChangeRule = {
  level: 'change',
  code: 'TEN524',
  name: 'custom-role-widened',
  severity: 'note',
  summary: 'A custom role that somebody has does not allow more than it did.',
  why: 'A line more in a role is a line more for everybody who has it, in every namespace, though no share changes. A role that nobody has may become what it likes.',
  repeatedByItem: 'always',
  *check({ plan }) {
    for (const item of plan.items) {
      if (item.kind !== 'role' || item.added.length === 0 || item.holders.length === 0) continue;
      const { tenant: owner, role, added, holders, settings } = item;
      const [now, ...others] = settings.flatMap(({ after }) => (after ? [after.origin] : []));
      const home = homeOf(plan.after, { entity: { kind: 'role', name: `${owner}/${role}` } });
      const [holder] = holders;
      const who = holders.length === 1 && holder ? describeSubject(holder) : `${holders.length} who have it`;
      const related = [
        ...others.map((origin): Label => ({ location: at(origin), message: 'and here' })),
        ...settings.flatMap(({ before }): Label[] =>
          before ? [{ location: at(inBase(before.origin)), message: 'before' }] : [],
        ),
      ];
      const where = item.heldIn ? `, in ${heldInText(item.heldIn)}` : '';
      yield {
        message: `custom role \`${role}\` of ${owner === '' ? 'the organization' : `tenant \`${owner}\``} now allows ${listed(added, 3)}${item.production ? ', on production too' : ''}: for ${who}${where}`,
        at: at(now ?? home),
        related: related.slice(0, mostRelated),
        items: [item.id],
      };
    }
  },
};

function heldInText({ tenants, namespaces }: NonNullable<RoleItem['heldIn']>): string {
  return `${counted(namespaces, 'namespace')} of ${tenants.length === 1 ? 'tenant' : 'tenants'} ${listed(tenants)}`;
}
