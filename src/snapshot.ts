import type { FileTree, ReadResult, TreeEntry } from './tree.ts';

/** What stood in some folders of a tree at one time. A plain value, which can be handed to another thread. */
export interface Snapshot {
  readonly name: string;
  /** By folder. */
  readonly lists: ReadonlyMap<string, readonly TreeEntry[]>;
  /** By path. */
  readonly files: ReadonlyMap<string, ReadResult>;
}

/** Lists some folders, and reads those files that are directly in them and wanted. */
export async function snapshotOf(
  tree: FileTree,
  folders: readonly string[],
  isWanted: (path: string) => boolean,
): Promise<Snapshot> {
  const lists = new Map<string, readonly TreeEntry[]>();
  const files = new Map<string, ReadResult>();
  for (const folder of folders) {
    const entries = await tree.list(folder);
    lists.set(folder, entries);
    for (const { path, kind } of entries) if (kind === 'file' && isWanted(path)) files.set(path, await tree.read(path));
  }
  return { name: tree.name, lists, files };
}

/** The tree that a snapshot was taken of, as it was then. What is not in the snapshot comes from the tree as it is now. */
export function treeAt({ name, lists, files }: Snapshot, tree?: FileTree): FileTree {
  return {
    name,
    list: async (folder) => lists.get(folder) ?? (await tree?.list(folder)) ?? [],
    read: async (path) =>
      files.get(path) ?? (await tree?.read(path)) ?? { failure: 'unreadable', detail: 'no such file' },
  };
}

/** The bytes of all files in a snapshot. */
export function sizeOf({ files }: Snapshot): number {
  let size = 0;
  for (const result of files.values()) if ('bytes' in result) size += result.bytes.length;
  return size;
}
