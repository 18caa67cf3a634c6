import { roleKeyOf } from '../../../plan/roles.ts';
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
  summary: 'Nobody is given a custom role, or a ClusterRole by its name.',
  why: 'What `edit` allows, everybody knows; what `debugger` allows, only its rules say, and they are not where it is given. So the plan says it, what changes or reveals the most first. Of a ClusterRole that the organization only lists, the files do not say it at all.',
  *check({ plan }) {
    const given = givenBy(plan).flatMap(({ item, places }) =>
      newCustomRoles(plan, item).map(({ role }) => ({
        item,
        places,
        name: role.name,
        key: roleKeyOf(role, item.tenant),
      })),
    );
    for (const ones of groupedBy(given, ({ key, name }) => key ?? name).values()) {
      const [one] = ones;
      if (!one) continue;
      const role = one.key === undefined ? undefined : rolesOf(plan.after).get(one.key);
      if (one.key !== undefined && !role) continue;
      const subjects = new Map(ones.map(({ item: { subject } }) => [subjectKey(subject), subject]));
      const [subject] = subjects.values();
      const places = ones.flatMap((one) => one.places);
      const { at: location, related } = lines(places);
      const who = subjects.size === 1 && subject ? describeSubject(subject) : `${subjects.size} subjects`;
      const where = places.some(({ production }) => production) ? ', on production too' : '';
      const items = ones.map(({ item }) => item.id);
      if (!role) {
        yield {
          message: `ClusterRole \`${one.name}\` is given to ${who}${where}: what it allows, the files do not say; it may be more than \`admin\``,
          at: location,
          related,
          help: 'read what it allows on each cluster: `kubectl describe clusterrole`',
          items,
        };
        continue;
      }
      const rights = worstFirst(rightsOf(role.value.rules));
      const of = one.key?.startsWith('/') === true ? 'the organization' : `tenant \`${one.item.tenant ?? ''}\``;
      yield {
        message: `custom role \`${role.value.name}\` of ${of} is given to ${who}${where}: it allows ${listed(rights, 6)}`,
        at: location,
        related: [{ location: at(role.origin), message: 'what it allows' }, ...related].slice(0, mostRelated),
        items,
      };
    }
  },
};
