import type { Cluster, Organization } from '../../../config/model/desired-state.ts';
import { isOwnAuthentication } from '../../../access/names-on.ts';
import { at } from '../../../source/diagnostic.ts';
import { oncePer } from '../../../values/once.ts';
import type { Platform, TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { declaredLike } from '../users.ts';
import { completeClusters, given, sharesOn, relatedPlaces } from '../written-shares.ts';

export const userWithoutCluster: TenantRule = {
  level: 'tenant',
  code: 'TEN114',
  name: 'user-without-cluster',
  severity: 'warning',
  summary: 'A user who has a role in a namespace is in a group that sees its clusters (S14).',
  why: "Who sees a cluster is a member of a group that it is shared with, or an organization admin. The token of anybody else lacks the group `cluster-scope` (S33): he gets into his namespace, and finds neither storage classes nor anything else of the cluster. An issuer other than `tenantry issuer` may give him no token at all. Judged only where `organization.yaml` lists the members of all of the cluster's groups; the identity provider may know more.",
  *check({ tenant, platform }) {
    if (!platform.organization.complete) return;
    const { clusters, isWithout } = usersOnClusters(platform);
    const missing = sharesOn(tenant, 'User', clusters, platform.asOf, isWithout);
    for (const reach of missing) {
      const { subject, cluster, nameOrigin } = reach;
      const groups = cluster.sharedWith.map((s) => s.group);
      yield {
        message: `user \`${subject.name}\` ${given(reach)}, but is in no group that cluster \`${cluster.name}\` is shared with`,
        at: at(nameOrigin),
        label: 'would not see the cluster',
        related: relatedPlaces(reach, groups.length === 0 ? 'shared with no group' : `shared with ${listed(groups)}`),
        help:
          groups.length === 0
            ? `share the cluster with a group of \`${subject.name}\` in ${cluster.origin.file}`
            : `add \`${subject.name}\` to the \`members\` of one of these groups in organization.yaml, if that is where they are, or share the cluster with a group of theirs`,
      };
    }
  },
};

const usersOnClusters = oncePer((platform: Platform) => {
  const { organization } = platform;
  const clusters = completeClusters(platform);
  const admins = new Set(organization.admins.map((a) => a.value));
  const likely = declaredLike(platform);
  // Where its own identity provider gives the tokens, nobody needs one of the platform's.
  const ofPlatform = Array.from(clusters.values()).filter((cluster) => !isOwnAuthentication(cluster));
  const seenBy = usersByCluster(ofPlatform, organization);
  const isWithout = (user: string, cluster: Cluster): boolean =>
    // A name that is nearly another's is TEN119's.
    !admins.has(user) && seenBy.get(cluster)?.has(user) === false && likely(user) === undefined;
  return { clusters, isWithout };
});

/** The members of the groups that see a cluster; none for a cluster where a group does not say who its members are. */
function usersByCluster(
  clusters: Iterable<Cluster>,
  { groups, clusterShares }: Organization,
): Map<Cluster, Set<string>> {
  const membersOf = new Map(groups.map((g) => [g.name, g.members?.map((m) => m.value)]));
  return new Map(
    Array.from(clusters).flatMap((cluster) => {
      // Where what a group has lets it see the cluster, any group may: who is in one is not told that he is in none.
      const seeing =
        clusterShares.value === 'Derived' ? Array.from(membersOf.keys()) : cluster.sharedWith.map(({ group }) => group);
      const members = seeing.map((group) => membersOf.get(group));
      return members.includes(undefined) ? [] : [[cluster, new Set(members.flatMap((m) => m ?? []))] as const];
    }),
  );
}
