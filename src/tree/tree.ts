import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { compareCodeUnits } from '../values/order.ts';
import { onSystem, systemCode } from '../values/system-error.ts';

/** What stands at a path. Only `file` is ever read; the others are reported. */
export type EntryKind = 'file' | 'directory' | 'symlink' | 'other';

/** One path of a tree, relative to its root, with forward slashes. */
export interface TreeEntry {
  readonly path: string;
  readonly kind: EntryKind;
}

/** A file's bytes, or why they could not be had. */
export type ReadResult =
  { readonly bytes: Uint8Array } | { readonly failure: 'too-large' | 'unreadable'; readonly detail: string };

/**
 * The files of an organization, wherever they are: the only way that the program reads configuration.
 * Paths are relative to the organization's root.
 */
export interface FileTree {
  /** What the tree is, for messages: a folder's path, a commit. */
  readonly name: string;
  /** The entries directly in `folder` (`''` is the root), sorted by code unit; empty when there is no such folder. */
  readonly list: (folder: string) => Promise<readonly TreeEntry[]>;
  readonly read: (path: string) => Promise<ReadResult>;
}

/**
 * No config file comes near this size (in bytes): the largest real tenant files have some hundred lines.
 * The limit keeps a stray archive or a hostile file from costing minutes.
 */
export const maxFileSize = 1024 * 1024;

/** What reading gives for a larger file. */
export const tooLarge: ReadResult = { failure: 'too-large', detail: `more than ${maxFileSize} bytes` };

/** The tree of a folder on disk. Symbolic links are listed as such and never followed. */
export function worktree(root: string): FileTree {
  return {
    name: root,
    list(folder) {
      return Promise.resolve(listFolder(root, folder));
    },
    read(path) {
      return Promise.resolve(readPlainFile(join(root, path)));
    },
  };
}

/** A tree held in memory: path to text or bytes. Folders exist by what is in them. */
export function memoryTree(files: Readonly<Record<string, string | Uint8Array>>, name = 'memory'): FileTree {
  const contents = new Map(Object.entries(files));
  return {
    name,
    list(folder) {
      const prefix = folder === '' ? '' : `${folder}/`;
      const kinds = new Map<string, EntryKind>();
      for (const path of contents.keys()) {
        if (!path.startsWith(prefix)) continue;
        const [first = '', ...rest] = path.slice(prefix.length).split('/');
        kinds.set(prefix + first, rest.length > 0 ? 'directory' : 'file');
      }
      const entries = Array.from(kinds, ([path, kind]) => ({ path, kind }));
      return Promise.resolve(entries.sort((a, b) => compareCodeUnits(a.path, b.path)));
    },
    read(path) {
      const content = contents.get(path);
      if (content === undefined) return Promise.resolve({ failure: 'unreadable', detail: 'no such file' });
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      return Promise.resolve(bytes.length > maxFileSize ? tooLarge : { bytes });
    },
  };
}

/** A tree of which some has been read. */
export interface ReadTree extends FileTree {
  /** The bytes of files that were read, by path. */
  readonly held: ReadonlyMap<string, Uint8Array>;
}

/** The tree with some paths, and what is directly in some folders, read now, rather than when it is asked for. */
export async function readAhead(
  tree: FileTree,
  paths: readonly string[],
  folders: readonly string[],
): Promise<ReadTree> {
  const lists = new Map<string, readonly TreeEntry[]>();
  const files = new Map<string, ReadResult>();
  for (const path of paths) files.set(path, await tree.read(path));
  for (const folder of folders) {
    const entries = await tree.list(folder);
    lists.set(folder, entries);
    for (const { path, kind } of entries) if (kind === 'file') files.set(path, await tree.read(path));
  }
  return {
    name: tree.name,
    held: new Map(Array.from(files).flatMap(([path, read]) => ('bytes' in read ? [[path, read.bytes] as const] : []))),
    list: async (folder) => lists.get(folder) ?? (await tree.list(folder)),
    read: async (path) => files.get(path) ?? (await tree.read(path)),
  };
}

function listFolder(root: string, folder: string): TreeEntry[] {
  const path = join(root, folder);
  // A linked folder could show files from anywhere: it is reported by whoever lists its parent, and never entered.
  const stat = onSystem(`look at ${path}`, () => lstatSync(path, { throwIfNoEntry: false }));
  if (folder !== '' && !stat?.isDirectory()) return [];
  return entriesOf(path)
    .map((entry) => ({ path: folder === '' ? entry.name : `${folder}/${entry.name}`, kind: kindOf(entry) }))
    .sort((a, b) => compareCodeUnits(a.path, b.path));
}

/** A folder that cannot be listed must not pass for an empty one: all that is declared in it would seem to be gone. */
function entriesOf(path: string): Dirent[] {
  return onSystem(`list the folder ${path}`, () => readdirSync(path, { withFileTypes: true }));
}

function kindOf(entry: Dirent): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}

/** The bytes of a plain file of up to `most` bytes; never of what a link leads to. */
export function readPlainFile(path: string, most = maxFileSize): ReadResult {
  let handle: number;
  try {
    // O_NOFOLLOW and O_NONBLOCK: what was listed as a file may be a link or a pipe by now.
    handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return { failure: 'unreadable', detail: reason(error) };
  }
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile()) return { failure: 'unreadable', detail: 'not a plain file' };
    if (stat.size > most) return tooLarge;
    return readUpTo(handle, stat.size, most);
  } catch (error) {
    return { failure: 'unreadable', detail: reason(error) };
  } finally {
    closeSync(handle);
  }
}

/** Reads to the end, wherever it is by now: a file may grow, and some file systems give no sizes. */
function readUpTo(handle: number, expected: number, most: number): ReadResult {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(total < expected ? expected - total + 1 : 64 * 1024);
    const size = readSync(handle, chunk);
    if (size === 0) return { bytes: chunks.length === 1 ? (chunks[0] ?? chunk) : Buffer.concat(chunks) };
    chunks.push(chunk.subarray(0, size));
    total += size;
    if (total > most) return tooLarge;
  }
}

/** The system's own word for a failure (`EACCES`): its message holds an absolute path, which differs by machine. */
function reason(error: unknown): string {
  return systemCode(error) ?? String(error);
}
