import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import type { Plan } from '../../../plan/plan.ts';
import { inBase } from '../../../source/source.ts';
import type { ChangeFinding, ChangeRule } from '../../rule.ts';
import { givenBy, isLonger, lines, placesText } from '../access.ts';
import { homeOf } from '../settings.ts';
import { platformGroups, accessText } from '../members.ts';

/** With more members, nobody who reads the plan knows them all. */
const mostMembers = 20;

export const unknownMembers: ChangeRule = {
  level: 'change',
  code: 'TEN522',
  name: 'unknown-members',
  severity: 'note',
  summary: 'What is given to a group is given to people whom a reviewer can name.',
  why: 'A share with a group is one line, whoever is in the group. Where the organization says who is in its groups, but not who is in this one, or names a crowd, nobody can tell from the change who gets the access. And where it ceases to say who is in a group, nobody sees any more who joins it.',
  *check({ plan, after: { desired } }) {
    const { groups } = desired.organization;
    const someAreDeclared = groups.some(({ members }) => members !== undefined);
    const given = givenBy(plan).filter(
      ({ item: { subject, ...item } }) =>
        subject.kind === 'Group' && !platformGroups.has(subject.name) && !isLonger({ subject, ...item }),
    );
    for (const [group, all] of groupedBy(given, ({ item }) => item.subject.name)) {
      const members = groups.find(({ name }) => name === group)?.members;
      const places = all.flatMap((one) => one.places);
      const finding = {
        ...lines(places),
        items: all.map(({ item }) => item.id),
        help: 'find out who is in the group at the identity provider before this is merged',
      };
      const where = placesText(all);
      if (members === undefined) {
        if (!someAreDeclared) continue;
        yield {
          ...finding,
          message: `group \`${group}\` is given access ${where}, and organization.yaml does not say who is in it`,
        };
      } else if (members.length > mostMembers) {
        yield {
          ...finding,
          message: `group \`${group}\` is given access ${where}, and has ${members.length} members`,
          help: 'share with a smaller group, if only some of them need it',
        };
      }
    }
    yield* noLongerDeclared(plan);
  },
};

function* noLongerDeclared(plan: Plan): Iterable<ChangeFinding> {
  for (const item of plan.items) {
    if (item.kind !== 'members' || item.declared !== 'no longer' || item.access.length === 0) continue;
    const [member] = item.left;
    yield {
      message: `organization.yaml no longer says who is in group \`${item.group}\`, which has ${accessText(item)}: who joins it is not seen any more`,
      at: at(homeOf(plan.after, { entity: { kind: 'group', name: item.group } })),
      related: member ? [{ location: at(inBase(member.origin)), message: 'before' }] : [],
      items: [item.id],
      help: 'say who is in the group, so that a plan shows who joins it',
    };
  }
}
