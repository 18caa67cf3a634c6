import { sortedBy } from '../values/order.ts';
import type { Git } from './git-run.ts';
import { fieldsOf, output } from './git-run.ts';
import type { Commit } from './git-tree.ts';
import { kindOf, readBlobs } from './git-tree.ts';
import type { EntryKind, FileTree, TreeEntry } from './tree.ts';
import { maxFileSize, tooLarge } from './tree.ts';

/**
 * How files came to be what they are. Whatever the length of the history, Git is run a handful of times: for the commits, for
 * what each changed, and for the contents, many at a time and each once. A commit that changed none of the files costs nothing.
 */

/** A commit that changed some of the files, and all of them as it left them. */
export interface HistoryStep {
  readonly commit: Commit;
  /** The committer's date (UTC, RFC 3339); undefined for one that no calendar has. */
  readonly committedAt?: string;
  readonly tree: FileTree;
}

/** The steps by which files came to be what they are in a commit. */
export interface History {
  /** Oldest to newest. To go through them again reads nothing again. */
  readonly steps: Iterable<HistoryStep>;
  /** Whether the first step is where a shallow clone ends: what it holds may have been there before. */
  readonly isCut: boolean;
}

interface Place {
  readonly git: Git;
  readonly prefix: string;
  readonly shallow: boolean;
}

interface Blob {
  readonly kind: EntryKind;
  readonly id: string;
}

/** What became of one path; without a blob it is gone. */
interface PathChange {
  readonly path: string;
  readonly blob?: Blob;
}

interface Stage {
  readonly id: string;
  readonly committedAt?: string;
  readonly changes: readonly PathChange[];
}

/** How much is read at once, in bytes. */
const batchSize = 16 * 1024 * 1024;

/**
 * The history of the files at and below `paths` that `counts` says yes to, on the first-parent line of a commit: what a branch
 * did that was merged is the merge's. Paths are the organization's.
 */
export async function historyOf(
  { git, prefix, shallow }: Place,
  tip: Commit,
  paths: readonly string[],
  counts: (path: string) => boolean,
): Promise<History> {
  const line = ['rev-list', '--first-parent', '--topo-order', '--reverse'];
  const listed = await output(git, [...line, '--timestamp', tip.id, '--', ...paths]);
  const commits = listed
    .toString()
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => {
      const [seconds = '', id = ''] = text.split(' ');
      return { id, ...dated(Number(seconds)) };
    });
  const [first] = commits;
  if (!first) return { steps: [], isCut: false };
  const ids = commits.map(({ id }) => id);
  const [beginning, changes, isCut] = await Promise.all([
    filesIn(git, prefix, first.id, paths),
    changesIn(git, prefix, ids, paths),
    shallow && isBoundary(git, first.id),
  ]);
  const stages = commits
    .map((commit, i): Stage => ({
      ...commit,
      changes: (i === 0 ? beginning : (changes.get(commit.id) ?? [])).filter(({ path }) => counts(path)),
    }))
    .filter((stage, i) => stage.changes.length > 0 || (i === 0 && isCut));
  const files = stages.flatMap((stage) =>
    stage.changes.flatMap(({ blob }) => (blob?.kind === 'file' ? [blob.id] : [])),
  );
  const contents = await contentsOf(git, new Set(files));
  return { steps: { [Symbol.iterator]: () => stepsOf(stages, contents) }, isCut: isCut && stages[0]?.id === first.id };
}

function* stepsOf(stages: readonly Stage[], contents: Contents): Generator<HistoryStep> {
  let files: ReadonlyMap<string, Blob> = new Map();
  for (const { id, committedAt, changes } of stages) {
    const next = new Map(files);
    for (const { path, blob } of changes) {
      if (blob) next.set(path, blob);
      else next.delete(path);
    }
    files = next;
    const commit = { id, name: id };
    yield { commit, ...(committedAt !== undefined && { committedAt }), tree: treeOf(commit, next, contents) };
  }
}

/** A commit may claim any number of seconds. */
function dated(seconds: number): { readonly committedAt?: string } {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  // Years of more than four digits are none of RFC 3339.
  return year >= 0 && year <= 9999 ? { committedAt: date.toISOString().replace('.000Z', 'Z') } : {};
}

/** Whether a shallow clone ends at a commit: the commit itself names a parent, which Git passes over. */
async function isBoundary(git: Git, id: string): Promise<boolean> {
  const parents = (await output(git, ['rev-list', '--max-count=1', '--parents', id])).toString().trim().split(' ');
  const [head = ''] = (await output(git, ['cat-file', 'commit', id])).toString().split('\n\n', 1);
  return parents.length === 1 && /^parent /m.test(head);
}

async function filesIn(git: Git, prefix: string, id: string, paths: readonly string[]): Promise<PathChange[]> {
  const inRoot = paths.map((path) => rootOf(prefix) + path);
  const out = await output(git, ['ls-tree', '-z', '-r', '--full-tree', id, '--', ...inRoot]);
  return fieldsOf(out).flatMap((field) => {
    const {
      mode = '',
      blob = '',
      path = '',
    } = /^(?<mode>\d{6}) \w+ (?<blob>[0-9a-f]+)\t(?<path>.+)$/s.exec(field)?.groups ?? {};
    return [{ path: path.slice(rootOf(prefix).length), blob: { kind: kindOf(mode), id: blob } }];
  });
}

function rootOf(prefix: string): string {
  return prefix === '' ? '' : `${prefix}/`;
}

/** What each of the commits changed, compared with the one before it in the list: between the two, nothing did. */
async function changesIn(
  git: Git,
  prefix: string,
  ids: readonly string[],
  paths: readonly string[],
): Promise<Map<string, readonly PathChange[]>> {
  const pairs = ids.slice(1).map((id, i) => `${id} ${ids[i] ?? ''}\n`);
  const found = new Map<string, readonly PathChange[]>();
  if (pairs.length === 0) return found;
  // Of a line with two commits, the second is taken for the only parent: a merge is like any other commit then.
  const args = ['diff-tree', '--stdin', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-ext-diff'];
  const fields = fieldsOf(await output(git, [...args, '--', ...paths], pairs.join('')));
  let changes: PathChange[] = [];
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? '';
    const change = /^:\d{6} (?<mode>\d{6}) [0-9a-f]+ (?<blob>[0-9a-f]+) (?<status>[A-Z])/.exec(field)?.groups;
    if (!change) {
      changes = [];
      found.set(field.trim(), changes);
      continue;
    }
    at += 1;
    const path = (fields[at] ?? '').slice(rootOf(prefix).length);
    const { mode = '', blob = '', status } = change;
    changes.push(status === 'D' ? { path } : { path, blob: { kind: kindOf(mode), id: blob } });
  }
  return found;
}

interface Contents {
  readonly sizeOf: (id: string) => number;
  readonly bytesOf: (id: string) => Promise<Uint8Array | undefined>;
}

/** The contents of blobs: their sizes now, and their bytes when one is asked for, with those that are read next. */
async function contentsOf(git: Git, ids: ReadonlySet<string>): Promise<Contents> {
  if (ids.size === 0) return { sizeOf: () => 0, bytesOf: () => Promise.resolve(undefined) };
  const out = await output(git, ['cat-file', '--batch-check'], Array.from(ids, (id) => `${id}\n`).join(''));
  const sizes = new Map<string, number>();
  for (const line of out.toString().split('\n')) {
    const { id, size } = /^(?<id>[0-9a-f]+) blob (?<size>\d+)$/.exec(line)?.groups ?? {};
    if (id !== undefined) sizes.set(id, Number(size));
  }
  const batches = new Map<string, Set<string>>();
  let batch = new Set<string>();
  let total = 0;
  for (const id of ids) {
    const size = sizes.get(id) ?? 0;
    if (size > maxFileSize) continue;
    if (total + size > batchSize) {
      batch = new Set();
      total = 0;
    }
    batch.add(id);
    total += size;
    batches.set(id, batch);
  }
  const reading = new Map<Set<string>, Promise<ReadonlyMap<string, Uint8Array>>>();
  return {
    sizeOf: (id) => sizes.get(id) ?? 0,
    async bytesOf(id) {
      const among = batches.get(id);
      if (!among) return undefined;
      const blobs = reading.get(among) ?? readBlobs(git, among);
      reading.set(among, blobs);
      return (await blobs).get(id);
    },
  };
}

function treeOf({ id }: Commit, files: ReadonlyMap<string, Blob>, { sizeOf, bytesOf }: Contents): FileTree {
  return {
    name: `commit ${id.slice(0, 7)}`,
    list(folder) {
      const prefix = folder === '' ? '' : `${folder}/`;
      const entries = new Map<string, TreeEntry>();
      for (const [path, { kind }] of files) {
        if (!path.startsWith(prefix)) continue;
        const [first = '', ...below] = path.slice(prefix.length).split('/');
        entries.set(first, { path: prefix + first, kind: below.length === 0 ? kind : 'directory' });
      }
      return Promise.resolve(sortedBy(entries.values(), ({ path }) => path));
    },
    async read(path) {
      const blob = files.get(path);
      if (!blob) return { failure: 'unreadable', detail: 'no such file' };
      if (blob.kind !== 'file') return { failure: 'unreadable', detail: 'not a plain file' };
      if (path.includes('\uFFFD')) return { failure: 'unreadable', detail: 'its name is not UTF-8' };
      if (sizeOf(blob.id) > maxFileSize) return tooLarge;
      const bytes = await bytesOf(blob.id);
      return bytes ? { bytes } : { failure: 'unreadable', detail: 'not in the repository' };
    },
  };
}
