import type { ConfigFiles } from '../../../config/reading/files.ts';
import type { DesiredState, Located } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import type { ConfigRule } from '../../rule.ts';
import { suggester } from '../suggest.ts';

export const unknownCluster: ConfigRule = {
  about: 'config',
  perTenant: true,
  code: 'TEN102',
  name: 'unknown-cluster',
  severity: 'error',
  summary: 'Every cluster that a tenant or the organization names has a file in `clusters/` (S4).',
  why: 'Nothing is rendered for a cluster that does not exist: the namespace would be missing from where it is expected, without a word.',
  *check({ files, desired }) {
    const declared = new Set([...desired.clusters.map((c) => c.name), ...desired.unreadable.clusters]);
    const suggest = suggester(declared);
    const misfiled = misfiledClusters(files);
    for (const { value: cluster, origin } of clusterReferences(desired)) {
      if (declared.has(cluster) || misfiled.has(cluster)) continue;
      const meant = suggest(cluster);
      const file = /^[a-z0-9]+$/.test(cluster) ? `add clusters/${cluster}.yaml, or name another cluster` : undefined;
      yield {
        message: `cluster \`${cluster}\` is not declared`,
        at: at(origin),
        help: meant ? `did you mean \`${meant}\`?` : (file ?? 'name a cluster that has a file in clusters/'),
      };
    }
  },
};

/** Every place that names a cluster, each once. */
function clusterReferences({ organization, tenants }: DesiredState): Located<string>[] {
  const seen = new Map<Origin, Located<string>>();
  const own = organization.argoCD?.cluster;
  if (own) seen.set(own.origin, own);
  for (const tenant of tenants) {
    for (const reference of tenant.defaultClusters) seen.set(reference.origin, reference);
    for (const { clusters } of tenant.namespaces) for (const c of clusters) seen.set(c.origin, c);
  }
  return Array.from(seen.values());
}

/** Clusters that are declared in a file of a wrong name or ending: what is wrong is the file, not who names them. */
function misfiledClusters({ clusters, strays }: ConfigFiles): Set<string> {
  return new Set([
    ...clusters.flatMap(({ checked }) => checked?.file?.metadata.name ?? []),
    ...strays.flatMap(({ path }) => /^clusters\/(.+)\.[a-z]+$/i.exec(path)?.[1] ?? []),
  ]);
}
