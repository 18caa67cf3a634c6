import { createHash } from 'node:crypto';
import { Failure } from '../values/failure.ts';
import type { Git } from './git-run.ts';
import { fieldsOf, output } from './git-run.ts';
import { groupedBy, sortedBy } from '../values/order.ts';
import type { EntryKind, FileTree, ReadResult, TreeEntry } from './tree.ts';
import { maxFileSize, tooLarge } from './tree.ts';

/** A commit, and how it was named. */
export interface Commit {
  /** The whole object id, SHA-1 or SHA-256. */
  readonly id: string;
  /** What it was asked for by, such as `origin/main`: for messages. */
  readonly name: string;
}

interface BlobEntry extends TreeEntry {
  readonly id: string;
  /** In bytes; of files alone. */
  readonly size: number;
}

/** What is below one folder of a commit, and its contents. */
interface Listing {
  readonly entries: ReadonlyMap<string, BlobEntry>;
  readonly children: ReadonlyMap<string, readonly BlobEntry[]>;
  /** The contents by object id, of a path's file and those that are read along with it. */
  readonly contents: (path: string) => Promise<ReadonlyMap<string, Uint8Array>>;
}

const help = 'see whether `git fsck` works: an object of the repository is missing or damaged';

/** How many paths Git is asked for by name: all that are in a folder are listed sooner than more of them. */
const mostNamed = 500;

/** How much is read at once, in bytes. */
const batchSize = 16 * 1024 * 1024;

/** What to expect of a commit's tree. */
export interface TreeOptions {
  /** There is nothing in it but the files with these paths. */
  readonly only?: ReadonlySet<string>;
  /** What files hold elsewhere, by their paths: where the commit has the same, Git is not asked for it. */
  readonly held?: ReadonlyMap<string, Uint8Array>;
}

/**
 * A commit's tree. Each folder directly below the root is listed as a whole when it is first asked for, and its files are
 * read many at a time: a process for each of a thousand files would take seconds.
 */
export function commitTree(git: Git, prefix: string, commit: Commit, options: TreeOptions = {}): FileTree {
  const listings = new Map<string, Promise<Listing>>();
  const listingOf = (top: string): Promise<Listing> => {
    const listing = listings.get(top) ?? list(git, prefix, commit, top, options);
    listings.set(top, listing);
    return listing;
  };
  const short = commit.id.slice(0, 7);
  return {
    name: commit.id.startsWith(commit.name) ? `commit ${short}` : `commit ${short} (${commit.name})`,
    async list(folder) {
      const { children } = await listingOf(folder.split('/')[0] ?? '');
      return sortedBy(children.get(folder) ?? [], ({ path }) => path).map(({ path, kind }) => ({ path, kind }));
    },
    async read(path): Promise<ReadResult> {
      const [top = '', ...below] = path.split('/');
      const { entries, contents } = await listingOf(below.length === 0 ? '' : top);
      const entry = entries.get(path);
      if (!entry) return { failure: 'unreadable', detail: 'no such file' };
      if (entry.kind !== 'file') return { failure: 'unreadable', detail: 'not a plain file' };
      // Two such names may look alike, and then nobody can say which file is meant.
      if (path.includes('\uFFFD')) return { failure: 'unreadable', detail: 'its name is not UTF-8' };
      if (entry.size > maxFileSize) return tooLarge;
      const bytes = (await contents(path)).get(entry.id);
      return bytes ? { bytes } : { failure: 'unreadable', detail: 'not in the repository' };
    },
  };
}

/** Lists all that is below a folder; of the root (`''`), only what is directly in it. */
async function list(
  git: Git,
  prefix: string,
  commit: Commit,
  top: string,
  { only, held }: TreeOptions,
): Promise<Listing> {
  const folder = [prefix, top].filter((part) => part !== '').join('/');
  const args = ['ls-tree', '-z', '-l', '--full-tree', ...(top === '' ? [] : ['-r', '-t']), commit.id];
  const root = prefix === '' ? '' : `${prefix}/`;
  const few = only && only.size <= mostNamed ? Array.from(only, (path) => root + path) : undefined;
  const fields = fieldsOf(await output(git, folder === '' ? args : [...args, '--', ...(few ?? [`${folder}/`])]));

  const entries = new Map<string, BlobEntry>();
  for (const entry of fields.map(entryOf)) {
    const path = entry.path.slice(root.length);
    // Also listed is the way to the folder.
    const isIn = entry.path.startsWith(folder === '' ? '' : `${folder}/`);
    if (isIn && (only?.has(path) ?? true)) entries.set(path, { ...entry, path });
  }
  if (entries.size === 0 && top === '' && prefix !== '') await assertNoOtherThing(git, prefix, commit);
  const known = new Map<string, Uint8Array>();
  const files = Array.from(entries.values()).filter(({ path, kind, id, size }) => {
    const bytes = held?.get(path);
    if (bytes?.length === size && blobId(bytes, id) === id) known.set(id, bytes);
    return kind === 'file' && size <= maxFileSize && !known.has(id);
  });
  // Next to the organization's file may lie all that a repository has: there, only what is asked for is read.
  const batches = batchesOf(files, top === '' ? 0 : batchSize);
  const reading = new Map<readonly BlobEntry[], Promise<ReadonlyMap<string, Uint8Array>>>();
  const contents = (path: string): Promise<ReadonlyMap<string, Uint8Array>> => {
    const batch = batches.get(path);
    if (!batch) return Promise.resolve(known);
    const blobs = reading.get(batch) ?? readBlobs(git, new Set(batch.map(({ id }) => id)));
    reading.set(batch, blobs);
    return blobs;
  };
  return {
    entries,
    children: groupedBy(entries.values(), ({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('/')))),
    contents,
  };
}

/** The ids of all that is below a folder of a commit but folders, by path; `''` of what is no file. */
export async function idsIn(git: Git, prefix: string, commit: Commit, folder: string): Promise<Map<string, string>> {
  const root = prefix === '' ? '' : `${prefix}/`;
  const below = folder === '' ? root : `${root}${folder}/`;
  const args = ['ls-tree', '-z', '-r', '--full-tree', commit.id, ...(below === '' ? [] : ['--', below])];
  const ids = new Map<string, string>();
  for (const field of fieldsOf(await output(git, args))) {
    const { mode = '', id = '', path = '' } = /^(?<mode>\d{6}) \w+ (?<id>\w+)\t(?<path>.+)$/s.exec(field)?.groups ?? {};
    ids.set(path.slice(root.length), kindOf(mode) === 'file' ? id : '');
  }
  return ids;
}

/**
 * A folder that is not there is empty. A link or a submodule in its place is not: all that the organization declares would
 * seem to be new, or to be gone.
 */
async function assertNoOtherThing(git: Git, prefix: string, commit: Commit): Promise<void> {
  const parts = prefix.split('/');
  for (const depth of parts.keys()) {
    const path = parts.slice(0, depth + 1).join('/');
    const [field] = fieldsOf(await output(git, ['ls-tree', '-z', '-l', '--full-tree', commit.id, '--', path]));
    if (field === undefined) return;
    const { kind } = entryOf(field);
    if (kind === 'directory') continue;
    const what = { file: 'a file', symlink: 'a symbolic link', other: 'a submodule' }[kind];
    throw new Failure('git', `\`${path}\` is ${what} in commit ${commit.name}, not a folder with an organization`, {
      help: 'compare with a commit in which the organization is at the same place',
    });
  }
}

/** An entry as `ls-tree -l` shows it: `100644 blob <id> <size>\t<path>`. */
function entryOf(field: string): BlobEntry {
  const match = /^(?<mode>\d{6}) \w+ (?<id>[0-9a-f]+) +(?<size>\d+|-|BAD)\t(?<path>.+)$/s.exec(field);
  const { mode = '', id = '', size = 'BAD', path = field } = match?.groups ?? {};
  // An entry that was left out would seem to have been deleted.
  if (size === 'BAD') throw new Failure('git', `Git failed: it has no content for \`${path}\`, object ${id}`, { help });
  return { path, kind: kindOf(mode), id, size: size === '-' ? 0 : Number(size) };
}

/** What a mode of Git's says that there is. */
export function kindOf(mode: string): EntryKind {
  if (mode.startsWith('100')) return 'file';
  if (mode === '040000') return 'directory';
  return mode === '120000' ? 'symlink' : 'other';
}

/** The id that Git gives to a file's bytes, by the algorithm that another id is of. */
export function blobId(bytes: Uint8Array, { length }: string): string {
  const hash = createHash(length === 40 ? 'sha1' : 'sha256');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** The batch of each file, by its path: files as they come, as many as fit into `limit`, and at least one. */
function batchesOf(files: readonly BlobEntry[], limit: number): Map<string, readonly BlobEntry[]> {
  const batches = new Map<string, readonly BlobEntry[]>();
  let batch: BlobEntry[] = [];
  let total = 0;
  for (const file of files) {
    if (batch.length > 0 && total + file.size >= limit) {
      batch = [];
      total = 0;
    }
    batch.push(file);
    total += file.size;
    batches.set(file.path, batch);
  }
  return batches;
}

/** The contents of blobs. For each, Git prints a line `<id> blob <size>`, the bytes and a line feed. */
export async function readBlobs(git: Git, ids: ReadonlySet<string>): Promise<Map<string, Uint8Array>> {
  const blobs = new Map<string, Uint8Array>();
  if (ids.size === 0) return blobs;
  const out = await output(git, ['cat-file', '--batch'], Array.from(ids, (id) => `${id}\n`).join(''));
  let at = 0;
  for (const id of ids) {
    const start = out.indexOf('\n', at) + 1;
    const header = out.toString('latin1', at, start);
    const size = header.startsWith(`${id} blob `) ? Number(header.slice(id.length + 6)) : Number.NaN;
    const end = start + size;
    if (!(end < out.length)) throw new Failure('git', `Git failed: it did not give the object ${id}`, { help });
    blobs.set(id, out.subarray(start, end));
    at = end + 1;
  }
  return blobs;
}
