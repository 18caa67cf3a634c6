import { at, atKey } from '../../source/diagnostic.ts';
import { groupedBy } from '../../values/order.ts';
import type { MembersItem, Plan } from '../../plan/plan.ts';
import { inBase, originAt } from '../../source/source.ts';
import type { ChangeFinding, ChangeRule, ExampleFiles } from '../rule.ts';
import { listed, mostRelated } from '../wording.ts';
import { givenBy, isLonger, lines, placesText } from './access.ts';
import { cluster, organization, tenant } from './example.ts';
import { homeOf } from './settings.ts';

/** With more members, nobody who reads the plan knows them all. */
const mostMembers = 20;

const platformGroups: ReadonlySet<string> = new Set(['cluster-admins', 'cluster-scope']);

const withContractors = (members: string): ExampleFiles => ({
  ...organization(`    - name: contractors\n${members}`),
  ...cluster('test', ['contractors']),
});
const oneShare = (group: string): ExampleFiles =>
  tenant(`  namespaces:
    - name: dev
      sharedWith:
        - { group: ${group}, role: edit }
`);

export const unknownMembers: ChangeRule = {
  level: 'change',
  code: 'TEN522',
  name: 'unknown-members',
  severity: 'note',
  summary: 'What is given to a group is given to people whom a reviewer can name.',
  why: 'A share with a group is one line, whoever is in the group. Where the organization says who is in its groups, but not who is in this one, or names a crowd, nobody can tell from the change who gets the access. And where it ceases to say who is in a group, nobody sees any more who joins it.',
  bad: { before: { ...withContractors(''), ...oneShare('solar-sre') }, after: oneShare('contractors') },
  good: {
    before: { ...withContractors('      members: [cora]\n'), ...oneShare('solar-sre') },
    after: oneShare('contractors'),
  },
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
      const where = placesText(places);
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

const sre = (members: string): ExampleFiles => organization(`    - name: night-watch\n      members: ${members}\n`);

export const peopleAdded: ChangeRule = {
  level: 'change',
  code: 'TEN531',
  name: 'people-added',
  severity: 'note',
  summary: 'Nobody joins a group that has access on a production cluster.',
  why: 'Who joins a group gains all that it has, though no share changes. The identity provider decides who is in a group; the organization must say the same, so somebody is about to be let in. New organization admins are an error of their own (TEN515).',
  bad: {
    before: {
      ...sre('[nora]'),
      ...cluster('production', ['night-watch']),
      ...oneShare('night-watch'),
    },
    after: sre('[nora, noel]'),
  },
  good: {
    before: {
      ...sre('[nora, noel]'),
      ...cluster('production', ['night-watch']),
      ...oneShare('night-watch'),
    },
    after: sre('[nora]'),
  },
  *check({ plan }) {
    for (const item of plan.items) {
      if (item.kind !== 'members' || platformGroups.has(item.group)) continue;
      if (!item.access.some((access) => access.production)) continue;
      const [first, ...others] = item.joined;
      if (!first) continue;
      const joined = item.joined.flatMap(({ item: member }) => (member === undefined ? [] : [member]));
      const [left] = item.left;
      const group = `group \`${item.group}\`, which has ${accessText(item)}`;
      if (item.declared === 'newly') {
        // Whether they were in it all the time, no file says.
        yield {
          message: `organization.yaml begins to say that ${listed(joined)} ${joined.length === 1 ? 'is' : 'are'} in ${group}`,
          at: atKey(originAt(homeOf(plan.after, { entity: { kind: 'group', name: item.group } }), 'members')),
          items: [item.id],
          help: 'look whether they are in it at the identity provider already, or are let in by this',
        };
        continue;
      }
      yield {
        message: `${listed(joined)} ${joined.length === 1 ? 'joins' : 'join'} ${group}`,
        at: at(first.origin),
        related: [
          ...others.map(({ origin }) => ({ location: at(origin), message: 'and here' })),
          ...(left ? [{ location: at(inBase(left.origin)), message: 'leaves' }] : []),
        ].slice(0, mostRelated),
        items: [item.id],
      };
    }
  },
};

function accessText({ access }: MembersItem): string {
  const roles = access
    .map(({ role, places }) => `\`${role}\` in ${places} ${places === 1 ? 'place' : 'places'}`)
    .join(' and ');
  return access.some(({ production }) => production) ? `${roles}, some of it on production` : roles;
}
