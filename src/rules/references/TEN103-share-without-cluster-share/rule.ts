import type { Cluster } from '../../../config/model/desired-state.ts';
import { hasEnded } from '../../../config/model/desired-state.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { subjectOrigin } from '../../privilege/subjects.ts';
import type { Platform, TenantRule } from '../../rule.ts';
import { oncePer } from '../../../values/once.ts';
import { counted } from '../../../source/text.ts';
import { completeClusters, given, sharesOn, relatedPlaces, thoseNamespaces } from '../written-shares.ts';

export const shareWithoutClusterShare: TenantRule = {
  level: 'tenant',
  code: 'TEN103',
  name: 'share-without-cluster-share',
  severity: 'error',
  summary: 'A group that has a role in a namespace sees the clusters that the namespace is on (S14).',
  why: "Tokens for a cluster are given only to members of the groups that it is shared with. Without the cluster's share the namespace's share looks like access and is none. Where the organization says `clusterShares: Derived`, what a group has on a cluster lets it see the cluster.",
  *checkPlatform(platform) {
    const { clusters, isWithout } = groupsOnClusters(platform);
    for (const cluster of clusters.values()) {
      for (const { name, shares } of cluster.foreignNamespaces) {
        for (const share of shares) {
          const { subject, role } = share;
          if (subject.kind !== 'Group' || hasEnded(share, platform.asOf) || !isWithout(subject.name, cluster)) continue;
          yield {
            message: `group \`${subject.name}\` is given ${role} on foreign namespace \`${name}\`, but cluster \`${cluster.name}\` is not shared with it`,
            at: at(subjectOrigin(share)),
            label: 'its members would not see the cluster',
            related: [
              { location: atKey(originAt(cluster.origin, 'spec', 'sharedWith')), message: sharedWith(cluster) },
            ],
            help: `add \`{ group: ${subject.name}, namespace: false }\` to \`sharedWith\` in ${cluster.origin.file}, or take the share away`,
          };
        }
      }
    }
  },
  *check({ tenant, platform }) {
    const { clusters, isWithout } = groupsOnClusters(platform);
    const missing = sharesOn(tenant, 'Group', clusters, platform.asOf, isWithout);
    for (const reach of missing) {
      const { subject, cluster, nameOrigin } = reach;
      yield {
        message: `group \`${subject.name}\` ${given(reach)}, but cluster \`${cluster.name}\` is not shared with it`,
        at: at(nameOrigin),
        label: 'its members would not see the cluster',
        related: relatedPlaces(reach, sharedWith(cluster)),
        help: `add \`{ group: ${subject.name}, namespace: false }\` to \`sharedWith\` in ${cluster.origin.file}, or take ${thoseNamespaces(reach)} off that cluster`,
      };
    }
  },
};

const groupsOnClusters = oncePer((platform: Platform) => {
  const { organization } = platform;
  const declared = new Set(organization.groups.map((g) => g.name));
  const clusters = completeClusters(platform);
  const seenBy = new Map(Array.from(clusters.values(), (c) => [c, new Set(c.sharedWith.map((s) => s.group))]));
  // A group that is not declared cannot be shared with: that is for TEN101 to say.
  const isWanted = (group: string): boolean => declared.has(group) || !organization.complete;
  // Where that is derived, who has something on a cluster sees it.
  const isDerived = organization.clusterShares.value === 'Derived';
  const isWithout = (group: string, cluster: Cluster): boolean =>
    !isDerived && seenBy.get(cluster)?.has(group) === false && isWanted(group);
  return { clusters, isWithout };
});

function sharedWith({ sharedWith }: Cluster): string {
  return sharedWith.length === 0
    ? 'shared with no group'
    : `shared with ${counted(sharedWith.length, 'group')}, not this one`;
}
