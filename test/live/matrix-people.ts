import type { Claims } from '../../src/access/evaluate.ts';
import { groupClaims, serviceAccountClaims, tokenClaims } from '../../src/access/evaluate.ts';
import type { ClusterAccess } from '../../src/access/graph.ts';
import { groupsOf, knownServiceAccounts, knownUsers } from '../../src/access/queries.ts';
import type { DesiredState } from '../../src/config/model/desired-state.ts';

/** Somebody who asks the API server. */
export interface Person {
  readonly name: string;
  readonly claims: Claims;
  /** What the issuer puts into his token; undefined for those that get none from it. */
  readonly token?: { readonly sub: string; readonly groups: readonly string[] };
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}

/** All that the organization names, each by himself and each group alone, and strangers who look like them. */
export function peopleOf(desired: DesiredState, cluster: ClusterAccess): Person[] {
  const { organization } = desired;
  const groups = organization.groups.map((g) => g.name);
  const admins = new Set(organization.admins.map((a) => a.value));
  const bearer = (name: string, user: string, inGroups: readonly string[]): Person => ({
    name,
    claims: tokenClaims(user, inGroups),
    token: { sub: `user:${user}`, groups: inGroups },
  });

  const users = [...knownUsers(desired)].map((user) => {
    const declared = groupsOf(organization, user).map((g) => g.name);
    const admin = admins.has(user) ? ['cluster-admins'] : [];
    return bearer(`user ${user}`, user, groupClaims(cluster, [...declared, ...admin]));
  });
  const members = groups.map((group) => bearer(`a member of ${group}`, 'somebody', groupClaims(cluster, [group])));
  const [anyUser = 'nobody'] = knownUsers(desired);
  const [anyGroup = 'nobody'] = groups;
  const strangers = [
    bearer('a member of all groups', 'somebody', groupClaims(cluster, groups)),
    bearer('a user of no group', 'nobody', []),
    bearer('a member of a group that nobody declared', 'nobody', ['not-declared', 'cluster-scope']),
    bearer('a user named like a group', anyGroup, ['cluster-scope']),
    bearer('a user named like the admins', 'cluster-admins', ['cluster-scope']),
    bearer('a member of a group named like a user', 'nobody', [`user:${anyUser}`, anyUser, 'cluster-scope']),
    bearer('a member of groups that look like others', 'nobody', [
      'Cluster-Admins',
      'cluster-admin',
      ` ${anyGroup}`,
      anyGroup.toUpperCase() === anyGroup ? anyGroup.toLowerCase() : anyGroup.toUpperCase(),
      `${anyGroup}*`,
      '*',
    ]),
  ];
  const accounts = Array.from(knownServiceAccounts(desired), (path) => {
    const [namespace = '', name = ''] = path.split('/');
    return { namespace, name };
  });
  const serviceAccounts = accounts.flatMap(({ namespace, name }) =>
    [
      { namespace, name },
      { namespace: 'default', name },
      { namespace, name: 'default' },
    ].map((account) => ({
      name: `service account ${account.namespace}/${account.name}`,
      claims: serviceAccountClaims(account.namespace, account.name),
      // A namespace that is on another cluster has no service accounts here.
      ...(account.namespace === 'default' || cluster.namespaces.some((n) => n.name === account.namespace)
        ? { serviceAccount: account }
        : {}),
    })),
  );
  const others: Person[] = [
    { name: 'a user without the prefix', claims: { username: anyUser, groups: ['system:authenticated'] } },
    { name: 'nobody in particular', claims: { username: 'system:anonymous', groups: ['system:unauthenticated'] } },
    { name: 'the bearer of the admin certificate', claims: { username: 'admin', groups: ['system:masters'] } },
  ];
  return [...users, ...members, ...strangers, ...serviceAccounts, ...others];
}
