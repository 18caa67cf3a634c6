import { createHash } from 'node:crypto';
import type { Cluster } from '../config/model/desired-state.ts';

/**
 * The layout of `dist/`: where each file stands, and what a path says. Nobody else puts such a path together or takes one
 * apart. All paths begin below `dist/`.
 */

/** The folder itself, in the organization's. */
export const distFolder = 'dist';

/** The folder of what a cluster's operator applies, and Argo CD never does. No cluster has a hyphen in its name. */
export const operatorFolder = 'cluster-access';

/** The folder of what configures API servers, which no API server serves. */
export const apiServerFolder = 'api-server';

/** The folder of what sets up Argo CD. */
export const argoCDFolder = 'argo-cd';

/** Stands in the place of a cluster's name for what is applied where Argo CD runs, which may be no cluster of ours. */
export const argoCDCluster = 'in-cluster';

/** A folder by what is in it: two of them are in the folder of each cluster. */
export type DistFolder =
  'namespaces' | 'cluster' | typeof operatorFolder | typeof apiServerFolder | typeof argoCDFolder;

/** What a cluster's paths depend on. */
type DividedCluster = Pick<Cluster, 'name' | 'applications'>;

/** The folder that a cluster's Applications sync. */
export function clusterFolder({ name }: Pick<Cluster, 'name'>): string {
  return name;
}

/** The file of a namespace. Where a cluster has several Applications, each has a folder of its own. */
export function namespaceFile(cluster: DividedCluster, namespace: string): string {
  const part = cluster.applications === 1 ? '' : `${applicationOf(cluster, namespace)}/`;
  return `${cluster.name}/namespaces/${part}${namespace}.yaml`;
}

/**
 * The number of the Application that a namespace goes with: by a hash of its name, which moves none of them when others
 * come and go. Another hash would move nearly all of them, and a namespace that moves is without its bindings until both
 * Applications have synced.
 */
function applicationOf({ applications }: DividedCluster, namespace: string): number {
  return createHash('sha256').update(namespace).digest().readUInt32BE(0) % applications;
}

/** The namespaces' files of one of a cluster's several Applications, as Argo CD's pattern below the cluster's folder. */
export function namespaceFilesOf(application: number): string {
  return `namespaces/${application}/*.yaml`;
}

/** A file of the cluster itself. */
export function clusterFile(cluster: Pick<Cluster, 'name'>, name: string): string {
  return `${cluster.name}/cluster/${name}.yaml`;
}

/** A file that the operator of a cluster applies. */
export function operatorFile(cluster: string, name: string): string {
  return `${operatorFolder}/${cluster}/${name}.yaml`;
}

/** The configuration of a cluster's API server. */
export function apiServerFile(cluster: Pick<Cluster, 'name'>): string {
  return `${apiServerFolder}/${cluster.name}/authentication-configuration.yaml`;
}

/** A file that sets up Argo CD. */
export function argoCDFile(name: string): string {
  return `${argoCDFolder}/${name}.yaml`;
}

/** What a path says. */
export interface DistPlace {
  /** Undefined for what tenantry puts nowhere. */
  readonly folder?: DistFolder;
  /** The cluster, or `in-cluster`; undefined for what is of none. */
  readonly cluster?: string;
  /** Of a namespace's file, the number of its Application where there are several. */
  readonly application?: string | undefined;
  /** The file's name, without its ending. */
  readonly name: string;
}

/** What a path says, whoever put the file there. */
export function placeOf(path: string): DistPlace {
  const parts = path.split('/');
  const [first = '', second = ''] = parts;
  const name = (parts.at(-1) ?? '').replace(/\.yaml$/, '');
  switch (first) {
    case argoCDFolder:
      return { folder: first, name };
    case operatorFolder:
    case apiServerFolder:
      return { folder: first, cluster: second, name };
  }
  const cluster = first;
  if (parts.length < 3 || (second !== 'namespaces' && second !== 'cluster')) return { cluster, name };
  return {
    folder: second,
    cluster,
    name,
    ...(second === 'namespaces' && parts.length > 3 && { application: parts[2] }),
  };
}

/** Whether a path is of what a cluster's operator applies by hand, and Argo CD does not. */
export function isForOperator(path: string): boolean {
  const { folder } = placeOf(path);
  return folder === operatorFolder || folder === apiServerFolder;
}

/** The path of one of a cluster's own files below the cluster's folder, as Argo CD names it; undefined for other files. */
export function ownFileOf(cluster: Pick<Cluster, 'name'>, path: string): string | undefined {
  return path.startsWith(`${cluster.name}/cluster/`) ? path.slice(cluster.name.length + 1) : undefined;
}
