import { createHash } from 'node:crypto';
import type { Cluster } from '../../config/model/desired-state.ts';
import { sortedBy } from '../../values/order.ts';

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
export function applicationsOf(cluster: Cluster, paths: readonly string[]): ClusterApplication[] {
  const name = `tenantry-${cluster.name}`;
  if (cluster.applications === 1) return [{ name }];
  const own = `${cluster.name}/cluster/`;
  const clusterFiles = sortedBy(
    paths.flatMap((path) => (path.startsWith(own) ? [path.slice(cluster.name.length + 1)] : [])),
    (path) => path,
  );
  return Array.from({ length: cluster.applications }, (_, part) => ({
    name: part === 0 ? name : `${name}-${part}`,
    include: [
      ...clusterFiles.filter((_path, index) => index % cluster.applications === part),
      `namespaces/${part}/*.yaml`,
    ],
  }));
}

/** The file of a namespace. Where a cluster has several Applications, each has a folder of its own. */
export function namespacePath(cluster: Cluster, namespace: string): string {
  const folder = `${cluster.name}/namespaces`;
  if (cluster.applications === 1) return `${folder}/${namespace}.yaml`;
  const hash = createHash('sha256').update(namespace).digest().readUInt32BE(0);
  return `${folder}/${hash % cluster.applications}/${namespace}.yaml`;
}
