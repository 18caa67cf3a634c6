import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fchmodSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { onSystem, systemCode } from '../values/system-error.ts';

const temporarySuffix = '.tenantry-tmp';

/** Whether a path is of a file that is being written, or was when a run was killed. */
export function isTemporary(path: string): boolean {
  return path.endsWith(temporarySuffix);
}

/** Two runs at once may take what the other prepares for a leftover, and delete it; not again and again. */
const mostAttempts = 5;

/**
 * Writes a file so that whoever looks finds the old one or the new one, and never a part: beside it, under a name that no
 * other run has, and then in its place. What cannot be written is a `Failure`, and leaves the old file as it was.
 */
export function replaceFile(path: string, text: string, mode?: number): void {
  onSystem(`write ${path}`, () => {
    for (let attempt = 1; ; attempt++) {
      try {
        replace(path, text, mode);
        return;
      } catch (error) {
        // Its folder was empty for a moment, and another run has removed it; or the prepared file.
        if (systemCode(error) !== 'ENOENT' || attempt === mostAttempts) throw error;
        makeFolder(dirname(path));
      }
    }
  });
}

/** Makes a folder, and those above it that are missing. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    // Of a read-only file system Node.js says only that the folder above is not there: the reason is had by one at a time.
    if (!existsSync(dirname(path))) makeFolder(dirname(path));
    mkdirSync(path, { recursive: false });
  }
}

function replace(path: string, text: string, mode: number | undefined): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}${temporarySuffix}`;
  // `wx`: whatever may have been put there in the meantime, it is not written through.
  const handle = openSync(temporary, 'wx', 0o644);
  try {
    try {
      writeFileSync(handle, text);
      if (mode !== undefined) fchmodSync(handle, mode);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
