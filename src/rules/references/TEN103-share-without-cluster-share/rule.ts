import type { Cluster } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
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
  why: "Tokens for a cluster are given only to members of the groups that it is shared with. Without the cluster's share the namespace's share looks like access and is none.",
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
  const isWithout = (group: string, cluster: Cluster): boolean =>
    seenBy.get(cluster)?.has(group) === false && isWanted(group);
  return { clusters, isWithout };
});

function sharedWith({ sharedWith }: Cluster): string {
  return sharedWith.length === 0
    ? 'shared with no group'
    : `shared with ${counted(sharedWith.length, 'group')}, not this one`;
}
