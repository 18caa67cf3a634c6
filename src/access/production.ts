import { isProduction } from '../config/model/desired-state.ts';
import { oncePer } from '../values/once.ts';
import type { Meaning, Scope } from './graph.ts';

/** What is of production: clusters by their labels, with all that is on them, and namespaces by theirs. */
export interface Production {
  readonly isCluster: (name: string) => boolean;
  /** Of a whole cluster also where only some namespaces on it are: who has something there has it in them. */
  readonly isPlace: (cluster: string, scope: Scope) => boolean;
}

/** What is of production on one of the sides: taking the labels away is no way around a warning. */
export function productionOf(...sides: readonly Meaning[]): Production {
  const all = sides.map(onSide);
  return {
    isCluster: (name) => all.some(({ clusters }) => clusters.has(name)),
    isPlace: (cluster, scope) =>
      all.some(({ clusters, namespaces }) => {
        if (clusters.has(cluster)) return true;
        const there = namespaces.get(cluster);
        return there !== undefined && (scope.kind === 'Cluster' || there.has(scope.namespace));
      }),
  };
}

/** The clusters of production, and on others the namespaces of production. */
const onSide = oncePer(({ graph, desired: { organization } }: Meaning) => {
  const clusters = new Set<string>();
  const namespaces = new Map<string, ReadonlySet<string>>();
  for (const { cluster, namespaces: there } of graph.clusters) {
    if (isProduction(organization, cluster)) clusters.add(cluster.name);
    else if (organization.productionNamespaces) {
      const names = there.flatMap((entry) =>
        entry.kind === 'Tenant' && isProduction(organization, cluster, entry.namespace) ? [entry.name] : [],
      );
      if (names.length > 0) namespaces.set(cluster.name, new Set(names));
    }
  }
  return { clusters, namespaces };
});
