/** The versions of Kubernetes of which something is recorded: of each minor version, such as `1.36`, the release. */
export type RecordedVersions = Readonly<Record<string, string>>;

/** In which of the recorded versions something is so: since and until these Kubernetes 1.x minors, else in all. */
export interface Lifetime {
  readonly since?: number;
  readonly until?: number;
}

/** A recorded version. */
export interface Recorded {
  /** Of Kubernetes 1.x. */
  readonly minor: number;
  /** Such as `v1.36.3`. */
  readonly release: string;
}

/** The Kubernetes 1.x minor of a version such as `1.36`. */
export function minorOf(kubernetesVersion: string): number {
  return Number(kubernetesVersion.split('.')[1]);
}

/** The versions that are recorded, from the oldest to the newest. */
export function recordedVersions(versions: RecordedVersions): Recorded[] {
  const all = Object.entries(versions).map(([version, release]) => ({ minor: minorOf(version), release }));
  return all.sort((a, b) => a.minor - b.minor);
}

/**
 * What is recorded of a cluster's version, of versions from the oldest to the newest: of its minor or the nearest before
 * it; of one that is too old, the oldest.
 */
export function nearestRecorded<T extends { readonly minor: number }>(
  known: readonly T[],
  kubernetesVersion: string,
): T {
  const nearest = known.findLast(({ minor }) => minor <= minorOf(kubernetesVersion)) ?? known[0];
  if (nearest === undefined) throw new Error('no version of Kubernetes is recorded: run npm run record-roles');
  return nearest;
}

/** Whether something is so in a recorded version. */
export function isIn({ since, until }: Lifetime, { minor }: Recorded): boolean {
  return minor >= (since ?? minor) && minor <= (until ?? minor);
}
