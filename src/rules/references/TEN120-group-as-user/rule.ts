import type { Organization } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { oncePer } from '../../../values/once.ts';
import type { Finding, TenantRule } from '../../rule.ts';
import type { NamedUser } from '../users.ts';
import { usersOfClusters, usersOfOrganization, usersOfTenant } from '../users.ts';

export const groupAsUser: TenantRule = {
  level: 'tenant',
  code: 'TEN120',
  name: 'group-as-user',
  severity: 'warning',
  waivable: true,
  summary: 'No user has the name of a group of the organization.',
  why: 'Users and groups are kept apart in tokens: `user: "okta:sre"` gives the members of the group `okta:sre` nothing, and groups have no groups as members.',
  *checkPlatform({ organization, clusters }) {
    yield* problems(usersOfOrganization(organization), organization);
    yield* problems(usersOfClusters(clusters), organization);
  },
  *check({ tenant, platform }) {
    yield* problems(usersOfTenant(tenant), platform.organization);
  },
};

const groupsBySmallLetters = oncePer(
  ({ groups }: Organization) => new Map(groups.map(({ name }) => [name.toLowerCase(), name])),
);

function* problems(users: readonly NamedUser[], organization: Organization): Iterable<Finding> {
  const groups = groupsBySmallLetters(organization);
  for (const { value: user, origin, as } of users) {
    const group = groups.get(user.toLowerCase());
    if (group === undefined) continue;
    const exception = `if there is a user of that name, too, add an exception for \`${user}\``;
    yield {
      message: `user \`${user}\` has the name of ${group === user ? 'a group' : `the group \`${group}\``}`,
      at: at(origin),
      help: `${helps[as](group)}; ${exception}`,
      target: user,
    };
  }
}

const helps: Readonly<Record<NamedUser['as'], (group: string) => string>> = {
  member: () => 'list the members of that group themselves: a group cannot be a member',
  admin: () => 'list the people themselves: admins are users',
  subject: (group) => `write \`group: ${group}\` in a share, or \`kind: Group\` for an owner`,
};
