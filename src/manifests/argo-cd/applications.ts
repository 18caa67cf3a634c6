import type { Cluster } from '../../config/model/desired-state.ts';
import { sortedBy } from '../../values/order.ts';
import { applicationName, namespaceFilesOf, ownFileOf } from '../layout.ts';

/** What one Application of a cluster syncs: all of the cluster's folder, or what the patterns say. */
export interface ClusterApplication {
  readonly name: string;
  /** Paths below the cluster's folder; undefined stands for all. */
  readonly include?: readonly string[];
}

/**
 * The Applications of a cluster. An Application records what became of every object, in itself, and what is larger than
 * etcd takes is never recorded: its sync would not end, and nothing would be revoked any more. So a cluster with many
 * namespaces has several, among which they are divided by a hash of their names, which moves none of them when others come
 * and go. `paths` are those of all files.
 *
 * Each has some of the cluster's own files as well: Argo CD does not sync an Application that has lost everything, and the
 * bindings of its last namespace would stay.
 */
export function applicationsOf(
  cluster: Pick<Cluster, 'name' | 'applications'>,
  paths: readonly string[],
): ClusterApplication[] {
  const number = cluster.applications.value;
  if (number === 1) return [{ name: applicationName(cluster, 0) }];
  const clusterFiles = sortedBy(
    paths.flatMap((path) => ownFileOf(cluster, path) ?? []),
    (path) => path,
  );
  return Array.from({ length: number }, (_, part) => ({
    name: applicationName(cluster, part),
    include: [...clusterFiles.filter((_path, index) => index % number === part), namespaceFilesOf(part)],
  }));
}
