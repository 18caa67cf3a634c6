import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../values/failure.ts';
import { onSystem, systemCode } from '../values/system-error.ts';
import type { Machine } from './machine.ts';

/** A user's own folder of small JSON files, some of which hold secrets. */
export interface Cache {
  readonly folder: string;
  /** What a file holds; undefined where there is none, or none that can be trusted: a link, somebody else's, no JSON. */
  readonly read: (name: string) => unknown;
  /** Makes the folder where there is none. */
  readonly prepare: () => void;
  /** Puts a value in its place, whole or not at all. */
  readonly write: (name: string, value: unknown) => void;
  /** Whether there was one. */
  readonly remove: (name: string) => boolean;
  /** The names of all files. */
  readonly names: () => string[];
}

/** What a file that is being written is called until it is whole, with the process that writes it. */
const unfinished = /\.(\d+)\.[0-9a-f]{8}\.new$/;

/**
 * The cache of the user as whom the program runs: `tenantry/sign-in` in the folder that the system has for caches. The
 * folder is his alone (0700), and so are the files (0600). Throws a Failure where there is no such folder, or it is not his.
 */
export function openCache(
  machine: Pick<Machine, 'environment' | 'platform' | 'processId' | 'isRunning' | 'userId'>,
): Cache {
  const folder = join(cacheFolder(machine), 'tenantry', 'sign-in');
  const { userId } = machine;
  const prepare = (): void => {
    onSystem(`make the folder ${folder}`, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
    refuseOthers(folder, userId);
  };
  return {
    folder,
    read: (name) => {
      refuseOthers(folder, userId);
      return readJson(join(folder, name), userId);
    },
    prepare,
    write: (name, value) => {
      prepare();
      onSystem(`write ${join(folder, name)}`, () => {
        const temporary = writeBeside(folder, name, machine.processId, JSON.stringify(value));
        try {
          renameSync(temporary, join(folder, name));
        } catch (error) {
          rmSync(temporary, { force: true });
          throw error;
        }
      });
    },
    remove: (name) => removed(join(folder, name)),
    names: () => {
      refuseOthers(folder, userId);
      const all = onSystem(`list ${folder}`, () => entriesOf(folder));
      return all.filter((name) => {
        const [, writer] = unfinished.exec(name) ?? [];
        // What a process has left that was ended while it wrote.
        if (writer === undefined || machine.isRunning(Number(writer))) return writer === undefined;
        removed(join(folder, name));
        return false;
      });
    },
  };
}

/** A name for what belongs to these texts alone, in their order. */
export function nameFor(what: string, ...texts: readonly string[]): string {
  return `${what}-${createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 32)}`;
}

/** Writes a file of which nobody knows yet, and gives its path: what is put in place of another, or linked, is whole. */
export function writeBeside(folder: string, name: string, processId: number, text: string): string {
  const path = join(folder, `${name}.${processId}.${randomBytes(4).toString('hex')}.new`);
  // `wx`: whatever may be there already is not written through.
  writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  return path;
}

/** Removes a file, and says whether it was there. */
export function removed(path: string): boolean {
  return onSystem(`delete ${path}`, () => {
    if (!lstatSync(path, { throwIfNoEntry: false })) return false;
    rmSync(path, { force: true });
    return true;
  });
}

/** What a file of one's own holds as JSON, no link followed; undefined for anything else. */
export function readJson(path: string, userId: number | undefined): unknown {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const { uid, mode, size } = fstatSync(file);
    const isOwn = userId === undefined || (uid === userId && (mode & 0o077) === 0);
    if (!isOwn || (mode & constants.S_IFMT) !== constants.S_IFREG || size > mostBytes) return undefined;
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** Bytes of a file: a token of 500 groups takes 21 KB, and a list of 100 clusters with their certificates 300 KB. */
const mostBytes = 4 * 1024 * 1024;

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Whoever can put files there would decide which tokens are used, and who reads them. */
function refuseOthers(folder: string, userId: number | undefined): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isDirectory() || (userId !== undefined && found.uid !== userId)) {
    throw new Failure('io', `${folder} is not a folder of yours: no token is kept there`, {
      help: 'see what it is with `ls -ld`, and move it away',
    });
  }
  if (userId !== undefined && (found.mode & 0o077) !== 0) {
    onSystem(`change the mode of ${folder}`, () => {
      chmodSync(folder, 0o700);
    });
  }
}

function cacheFolder({ environment, platform }: Pick<Machine, 'environment' | 'platform'>): string {
  const { XDG_CACHE_HOME: caches, HOME: home, LOCALAPPDATA: local } = environment;
  if (caches?.startsWith('/')) return caches;
  if (platform === 'win32' && local) return local;
  if (home) return platform === 'darwin' ? join(home, 'Library/Caches') : join(home, '.cache');
  throw new Failure('io', 'nothing says which folder is yours: neither HOME nor XDG_CACHE_HOME is set', {
    help: 'set HOME to your folder',
  });
}
