import type { ConfigFiles } from '../../../config/reading/files.ts';
import type { Cluster, ClusterShare, Group } from '../../../config/model/desired-state.ts';
import { isDnsLabel } from '../../../kubernetes/names.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import type { OrganizationRule } from '../../rule.ts';
import { mostRelated } from '../../wording.ts';

export const groupNamespaceName: OrganizationRule = {
  level: 'organization',
  code: 'TEN212',
  name: 'group-namespace-name',
  severity: 'error',
  summary:
    "A group that gets a namespace by a cluster share has a DNS label for a name, or says the namespace's (S22).",
  why: "Group names are the identity provider's, and `github:on-call` is a good one, but no namespace can have it. To derive a name from it would sooner or later give two groups the same.",
  *check({ files, organization, clusters }) {
    // In an organization that was read in part, the group may have a namespace.
    if (!organization.complete) return;
    const groups = new Map(organization.groups.map((group) => [group.name, group]));
    for (const [group, [first, ...others]] of nameless(files, clusters, groups)) {
      if (!first) continue;
      yield {
        message: `group \`${group.name}\` gets a namespace on the cluster, but its name cannot be a namespace's`,
        at: at(first),
        related: [
          { location: at(originAt(group.origin, 'name')), message: 'says no `namespace`' },
          ...others.slice(0, mostRelated).map((origin) => ({ location: at(origin), message: 'the same here' })),
        ],
        help: `add \`namespace: <name>\` to the group in organization.yaml, or share with \`namespace: false\``,
      };
    }
  },
};

/** The groups whose namespace would have no name, with the places that share a cluster with them. */
function nameless(
  files: Pick<ConfigFiles, 'clusters'>,
  clusters: readonly Cluster[],
  groups: ReadonlyMap<string, Group>,
): Map<Group, Origin[]> {
  const written = new Map(files.clusters.map(({ path, checked }) => [path, checked?.file?.spec.sharedWith]));
  const wantsNone = ({ origin }: ClusterShare): boolean =>
    typeof origin.step === 'number' && written.get(origin.file)?.[origin.step]?.namespace === false;
  const found = new Map<Group, Origin[]>();
  for (const { sharedWith } of clusters) {
    for (const share of sharedWith) {
      const group = groups.get(share.group);
      if (!group || group.namespace || isDnsLabel(group.name) || wantsNone(share)) continue;
      const places = found.get(group) ?? [];
      found.set(group, places);
      places.push(originAt(share.origin, 'group'));
    }
  }
  return found;
}
