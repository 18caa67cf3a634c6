import { at, atKey } from '../../../source/diagnostic.ts';
import { inBase, originAt } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { listed, mostRelated } from '../../wording.ts';
import { homeOf } from '../settings.ts';
import { platformGroups, accessText } from '../members.ts';

export const peopleAdded: ChangeRule = {
  level: 'change',
  code: 'TEN531',
  name: 'people-added',
  severity: 'note',
  summary: 'Nobody joins a group that has access on a production cluster.',
  why: 'Who joins a group gains all that it has, though no share changes. The identity provider decides who is in a group, and no manifest changes; the organization must say the same, so somebody is about to be let in. New organization admins are an error of their own (TEN515).',
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
        message: `${listed(joined)} ${joined.length === 1 ? 'is' : 'are'} now listed in ${group}`,
        at: at(first.origin),
        related: [
          ...others.map(({ origin }) => ({ location: at(origin), message: 'and here' })),
          ...(left ? [{ location: at(inBase(left.origin)), message: 'no longer listed' }] : []),
        ].slice(0, mostRelated),
        items: [item.id],
        help: 'no manifest changes: the identity provider lets them in, so do that when this is merged and not before',
      };
    }
  },
};
