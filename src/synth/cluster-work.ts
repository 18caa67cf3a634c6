import { accessOn } from '../access/graph.ts';
import type { DesiredState } from '../config/model/desired-state.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import type { Difference, DistPath } from './dist.ts';
import { compareDist, readEntries } from './dist.ts';
import { sortedBy } from '../values/order.ts';
import { rules } from '../rules/index.ts';
import { checkRendered } from '../rules/run.ts';
import { digestOfFiles } from './known-clusters.ts';

/** What the manifests of clusters come from, and where they go to. */
export interface ClusterWork {
  readonly desired: DesiredState;
  readonly asOf: string;
  /** The folder `dist/`, absolute. */
  readonly dist: string;
  /** What stands there, by cluster, each sorted by path. */
  readonly entries: ReadonlyMap<string, readonly DistPath[]>;
  /** Whether a digest is wanted of what is rendered. */
  readonly isRemembered: boolean;
}

/** What came of one cluster. A plain value, which one thread can hand to another. */
export interface ClusterDone {
  readonly name: string;
  /** Of all files that it has, below `dist/`. */
  readonly paths: readonly string[];
  readonly problems: readonly Diagnostic[];
  readonly differences: readonly Difference[];
  /** Of what was rendered, where it is remembered. */
  readonly digest?: string;
}

/**
 * Renders clusters, checks what was rendered and compares it with `dist/`, one at a time: what is held of each is the
 * differences alone. Of a cluster that the desired state does not have, nothing comes. cdk8s is not loaded before it is needed.
 */
export async function clusterWorker({
  desired,
  asOf,
  dist,
  entries,
  isRemembered,
}: ClusterWork): Promise<(name: string) => ClusterDone | undefined> {
  const { clusterRenderer } = await import('../manifests/render.ts');
  const [accessesOf, rendered] = [accessOn(desired, asOf), clusterRenderer(desired)];
  const clusters = new Map(desired.clusters.map((cluster) => [cluster.name, cluster]));
  return (name) => {
    const cluster = clusters.get(name);
    if (!cluster) return undefined;
    const { files: unsorted, objects } = rendered(accessesOf(cluster));
    const files = sortedBy(unsorted, ({ path }) => path);
    return {
      name,
      paths: files.map(({ path }) => path),
      problems: checkRendered(rules, objects),
      differences: compareDist(files, readEntries(dist, entries.get(name) ?? [])),
      ...(isRemembered && { digest: digestOfFiles(files) }),
    };
  };
}

/** Does the work for the clusters whose turn comes, until there are no more. */
export function takenFrom(
  names: readonly string[],
  next: () => number,
  work: (name: string) => ClusterDone | undefined,
): ClusterDone[] {
  const done: ClusterDone[] = [];
  for (let name = names[next()]; name !== undefined; name = names[next()]) {
    const cluster = work(name);
    if (cluster) done.push(cluster);
  }
  return done;
}
