import { describeSubject, subjectKey } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import { rightsOf } from '../../../kubernetes/rbac.ts';
import type { ChangeRule } from '../../rule.ts';
import { listed, mostRelated } from '../../wording.ts';
import { givenBy, lines, newCustomRoles, rolesOf } from '../access.ts';
import { worstFirst } from '../rights.ts';

export const customRoleGiven: ChangeRule = {
  level: 'change',
  code: 'TEN534',
  name: 'custom-role-given',
  severity: 'note',
  summary: 'Nobody is given a custom role.',
  why: 'What `edit` allows, everybody knows; what `debugger` allows, only its rules say, and they are not where it is given. So the plan says it, what changes or reveals the most first.',
  *check({ plan }) {
    const given = givenBy(plan).flatMap(({ item, places }) =>
      newCustomRoles(plan, item).map(({ role }) => ({ item, places, role: `${item.tenant ?? ''}/${role.name}` })),
    );
    for (const [name, ones] of groupedBy(given, ({ role }) => role)) {
      const role = rolesOf(plan.after).get(name);
      if (!role) continue;
      const subjects = new Map(ones.map(({ item: { subject } }) => [subjectKey(subject), subject]));
      const [subject] = subjects.values();
      const [item] = ones.map((one) => one.item);
      const places = ones.flatMap((one) => one.places);
      const { at: location, related } = lines(places);
      const who = subjects.size === 1 && subject ? describeSubject(subject) : `${subjects.size} subjects`;
      const where = places.some(({ production }) => production) ? ', on production too' : '';
      const rights = worstFirst(rightsOf(role.value.rules));
      yield {
        message: `custom role \`${role.value.name}\` of tenant \`${item?.tenant ?? ''}\` is given to ${who}${where}: it allows ${listed(rights, 6)}`,
        at: location,
        related: [{ location: at(role.origin), message: 'what it allows' }, ...related].slice(0, mostRelated),
        items: ones.map((one) => one.item.id),
      };
    }
  },
};
