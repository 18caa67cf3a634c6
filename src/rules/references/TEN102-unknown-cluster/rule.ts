import type { Located, Tenant } from '../../../config/model/desired-state.ts';
import { oncePer } from '../../../values/once.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import type { Finding, Platform, TenantRule } from '../../rule.ts';
import { writtenClusters } from '../../written.ts';
import { suggester } from '../suggest.ts';

export const unknownCluster: TenantRule = {
  level: 'tenant',
  code: 'TEN102',
  name: 'unknown-cluster',
  severity: 'error',
  summary: 'Every cluster that a tenant or the organization names has a file in `clusters/` (S4).',
  why: 'Nothing is rendered for a cluster that does not exist: the namespace would be missing from where it is expected, without a word. What the organization grants or expects there would come to hold on its own once somebody adds a cluster of that name.',
  checkPlatform(platform) {
    return undeclared(platform.files.organization.flatMap(writtenClusters), platform);
  },
  check({ tenant, platform }) {
    return undeclared(clusterReferences(tenant), platform);
  },
};

const declaredClusters = oncePer(({ clusters, unreadableClusters, files }: Platform) => {
  const names = new Set([...clusters.map((c) => c.name), ...unreadableClusters]);
  return { names, misfiled: misfiledClusters(files), suggest: suggester(names) };
});

function* undeclared(references: readonly Located<string>[], platform: Platform): Generator<Finding, void> {
  const { names, misfiled, suggest } = declaredClusters(platform);
  for (const { value: cluster, origin } of references) {
    if (names.has(cluster) || misfiled.has(cluster)) continue;
    const meant = suggest(cluster);
    const file = /^[a-z0-9]+$/.test(cluster) ? `add clusters/${cluster}.yaml, or name another cluster` : undefined;
    yield {
      message: `cluster \`${cluster}\` is not declared`,
      at: at(origin),
      mend: meant,
      help: meant ? `did you mean \`${meant}\`?` : (file ?? 'name a cluster that has a file in clusters/'),
    };
  }
}

/** Every place where a tenant names a cluster, each once. */
function clusterReferences({ defaultClusters, namespaces }: Tenant): Located<string>[] {
  const seen = new Map<Origin, Located<string>>();
  for (const reference of defaultClusters) seen.set(reference.origin, reference);
  for (const { clusters } of namespaces) for (const c of clusters) seen.set(c.origin, c);
  return Array.from(seen.values());
}

/** Clusters that are declared in a file of a wrong name or ending: what is wrong is the file, not who names them. */
function misfiledClusters({ clusters, strays }: Platform['files']): Set<string> {
  return new Set([
    ...clusters.flatMap(({ checked }) => checked?.file?.metadata.name ?? []),
    ...strays.flatMap(({ path }) => /^clusters\/(.+)\.[a-z]+$/i.exec(path)?.[1] ?? []),
  ]);
}
