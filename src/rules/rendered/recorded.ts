import { apiGroupOf } from '../../manifests/kinds.ts';
import { isForOperator, placeOf } from '../../manifests/layout.ts';
import { groupedBy } from '../../values/order.ts';
import type { RenderedObject } from '../rule.ts';

/** How much Argo CD records of what it applies, and how much an Application can hold. */

/** etcd takes 1.5 MiB (https://etcd.io/docs/latest/dev-guide/limit/). What is not about objects needs some room, too. */
export const mostBytes = 1_300_000;

/** A file that an Application of a cluster applies. */
export interface AppliedFile {
  readonly cluster: string;
  /** Whether it is of the cluster as a whole, not of a namespace. */
  readonly isOwn: boolean;
  /** Of a cluster with several Applications, the number of the one that a namespace's file is for. */
  readonly application: string | undefined;
  readonly first: RenderedObject;
  readonly objects: readonly RenderedObject[];
}

/** The files that Argo CD applies. */
export function filesOfClusters(all: readonly RenderedObject[]): AppliedFile[] {
  return Array.from(groupedBy(all, ({ path }) => path)).flatMap(([path, inFile]) => {
    const { cluster, folder, application } = placeOf(path);
    const [first] = inFile;
    if (!first || cluster === undefined || isForOperator(path)) return [];
    return [{ cluster, isOwn: folder === 'cluster', application, first, objects: inFile }];
  });
}

/** What Argo CD 3.5 writes of an object into an Application's status: how it stands, and what its last sync did. */
export function bytesOf(object: RenderedObject): number {
  const { kind, name, namespace = '' } = object;
  // Each is there three times, but for the namespace. There is nothing in them that JSON would escape: TEN603.
  return (
    bytesOfNameless + 3 * (apiGroupOf(object.apiVersion).length + kind.length + name.length) + 2 * namespace.length
  );
}

/** What is written of an object all of whose names are empty. */
const bytesOfNameless = ((): number => {
  const where = { group: '', kind: '', name: '', namespace: '', version: 'v1' };
  const resource = { ...where, status: 'Synced' };
  const result = {
    ...where,
    hookPhase: 'Running',
    message: './ serverside-applied',
    status: 'Synced',
    syncPhase: 'Sync',
  };
  return JSON.stringify(resource).length + JSON.stringify(result).length;
})();
