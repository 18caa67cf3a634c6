import { accessGraph } from '../access/graph.ts';
import type { Meaning } from '../access/graph.ts';
import type { AtCommit } from '../drift/applied.ts';
import { commitsBehind, toldApart } from '../drift/applied.ts';
import type { Drift, DriftInput } from '../drift/drift.ts';
import { driftOf } from '../drift/drift.ts';
import { distFolder } from '../manifests/layout.ts';
import { objectsIn } from '../manifests/read-objects.ts';
import type { Repository } from '../tree/git.ts';
import { openRepository } from '../tree/git.ts';
import { Failure } from '../values/failure.ts';
import type { Io } from './io.ts';
import type { ReadOrganization } from './organization.ts';
import { readTree } from './organization.ts';

/**
 * A drift with what Argo CD has yet to apply apart: what Git said at the commits that Argo CD is at is compared with the
 * same snapshot. Where such a commit cannot be read, everything stays drift, and the reason is told.
 */
export async function driftToldApart(io: Io, now: ReadOrganization & Meaning, input: DriftInput): Promise<Drift> {
  const { meaning, snapshot } = input;
  const found = driftOf(input);
  const commits = commitsBehind(found, meaning.desired, snapshot);
  const differing = new Set(found.clusters.flatMap(({ cluster, findings }) => (findings.length > 0 ? [cluster] : [])));
  const at = new Map<string, AtCommit>();
  if (commits.size > 0) {
    io.progress?.say('comparing with what Argo CD has applied');
    const repository = await knownOr(() => openRepository(io.dir, io.environment));
    for (const commit of commits) {
      at.set(
        commit,
        'notKnown' in repository
          ? repository
          : await knownOr(() => driftAt(io, repository, commit, { now, input, differing })),
      );
    }
  }
  return toldApart(found, { desired: meaning.desired, objects: input.objects, snapshot }, at);
}

interface Compared {
  readonly now: ReadOrganization & Meaning;
  readonly input: DriftInput;
  /** The clusters that it is about. */
  readonly differing: ReadonlySet<string>;
}

/** The drift of the snapshot against what Git said at a commit, on the day of the commit. */
async function driftAt(
  io: Io,
  repository: Repository,
  id: string,
  { now, input, differing }: Compared,
): Promise<AtCommit> {
  // What Argo CD says is a commit's id, or it is nothing that Git should be asked for.
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) return { notKnown: 'Argo CD does not say which commit it is at' };
  const commit = await repository.commit(id);
  const changed = new Set(await repository.changedPaths(distFolder, commit, 'worktree'));
  if (changed.size === 0) return 'as now';
  const then = await readTree(io, repository.tree(commit), (await repository.lastChange(commit, '')) ?? now.asOf, now);
  const graph = accessGraph(then.desired, then.asOf, now);
  const meaning: Meaning = {
    desired: then.desired,
    graph: { ...graph, clusters: graph.clusters.filter(({ cluster }) => differing.has(cluster.name)) },
  };
  // As it was rendered then: by an older version of tenantry, perhaps.
  const files = repository.tree(commit, { only: changed });
  const objects = input.objects.filter(({ path }) => !changed.has(`${distFolder}/${path}`));
  for (const file of changed) {
    const read = file.endsWith('.yaml') ? await files.read(file) : undefined;
    if (read && 'bytes' in read) {
      objects.push(...objectsIn(file.slice(distFolder.length + 1), new TextDecoder().decode(read.bytes)));
    }
  }
  return { drift: driftOf({ ...input, meaning, objects }), objects };
}

/** What can be said of Git here, or why nothing can. */
async function knownOr<T>(read: () => Promise<T>): Promise<T | { readonly notKnown: string }> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Failure) return { notKnown: error.message };
    throw error;
  }
}
