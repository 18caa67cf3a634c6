import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Git's index, as far as it says that a file may be missing from disk without anybody having removed it
 * (https://git-scm.com/docs/index-format). Asking Git takes longer than reading a thousand config files, and in nearly all
 * checkouts there is nothing to ask for.
 */

const hashBytes = 20;
/** The times, numbers and sizes of a file, its id and its flags. */
const modeAt = 24;
const flagsAt = 40 + hashBytes;
const nameAt = flagsAt + 2;

const nameLength = 0x0fff;
const extended = 0x4000;
const assumedUnchanged = 0x8000;

/** Modes of a plain file, one that may be run, and a link. */
const plainModes: ReadonlySet<number> = new Set([0o100644, 0o100755, 0o120000]);

/** Whether the index of a repository with this root is plain. Not known where it cannot be read, or stands elsewhere. */
export function hasPlainIndex(root: string): boolean {
  try {
    return isPlainIndex(readFileSync(join(root, '.git', 'index')));
  } catch {
    return false;
  }
}

/**
 * Whether all that the index holds is plain: no file that is left out of a sparse checkout or marked as unchanged, and no
 * submodule. False also for an index that is written in another way than this reader knows (newer versions, ids by
 * SHA-256): then Git has to be asked.
 */
export function isPlainIndex(index: Buffer): boolean {
  const end = index.length - hashBytes;
  if (end < 12 || index.toString('latin1', 0, 4) !== 'DIRC' || index.readUInt32BE(4) !== 2) return false;
  let at = 12;
  for (let left = index.readUInt32BE(8); left > 0; left--) {
    if (at + nameAt > end || !plainModes.has(index.readUInt32BE(at + modeAt))) return false;
    const flags = index.readUInt16BE(at + flagsAt);
    const length = flags & nameLength;
    if ((flags & (assumedUnchanged | extended)) !== 0 || length === nameLength) return false;
    // A name ends in one to eight NULs, so that each entry has a multiple of eight bytes.
    const next = at + ((nameAt + length + 8) & ~7);
    if (next > end || index[at + nameAt + length] !== 0 || index[next - 1] !== 0) return false;
    at = next;
  }
  return hasKnownExtensions(index, at, end);
}

/** What may follow: nothing but what speeds Git up. Another index, or whole folders that are left out, are not of that. */
function hasKnownExtensions(index: Buffer, from: number, end: number): boolean {
  let at = from;
  while (at < end) {
    if (at + 8 > end || !harmless.has(index.toString('latin1', at, at + 4))) return false;
    at += 8 + index.readUInt32BE(at + 4);
  }
  return at === end;
}

const harmless: ReadonlySet<string> = new Set(['TREE', 'REUC', 'UNTR', 'FSMN', 'EOIE', 'IEOT']);
