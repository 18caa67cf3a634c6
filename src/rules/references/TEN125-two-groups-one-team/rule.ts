import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { groupedBy } from '../../../values/order.ts';
import { teamOf } from '../../../values/team.ts';
import type { OrganizationRule } from '../../rule.ts';

export const twoGroupsOneTeam: OrganizationRule = {
  level: 'organization',
  code: 'TEN125',
  name: 'two-groups-one-team',
  severity: 'error',
  summary: 'By `gitHub.groupPrefix`, no group gets the team that another group has.',
  why: "A team of the same name as another group's would be asked to approve what is not its own: the file of a tenant whose owners are other people. Two groups that are to have one team both say so under `gitHub.teams`.",
  *check({ organization }) {
    const { gitHub, groups } = organization;
    if (!gitHub?.groupPrefix) return;
    const teams = groups.flatMap((group) => {
      const team = teamOf(gitHub, group.name);
      return team === undefined ? [] : [{ group, team, isWritten: gitHub.teams.has(group.name) }];
    });
    // GitHub takes names of teams that differ in letter case alone for one.
    for (const [, [first, ...others]] of groupedBy(teams, ({ team }) => team.toLowerCase())) {
      if (!first) continue;
      for (const other of others) {
        if (first.isWritten && other.isWritten) continue;
        yield {
          message: `groups \`${first.group.name}\` and \`${other.group.name}\` have the same team on GitHub, \`${first.team}\``,
          at: at(originAt(other.group.origin, 'name')),
          related: [{ location: at(originAt(first.group.origin, 'name')), message: 'the first one' }],
          help: 'name the team of each under `gitHub.teams`',
        };
      }
    }
  },
};
