import { Failure } from './failure.ts';

/** An error of the system: of the file system, or of starting a program. */
interface SystemError extends Error {
  /** Like `ENOSPC`. */
  readonly code: string;
  readonly syscall?: unknown;
  readonly path?: unknown;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && systemCode(error) !== undefined;
}

/** The system's own word for what it refused, such as `EACCES`; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

/** What the system's words mean, and what can be done. */
const words: Readonly<Record<string, readonly [string, string?]>> = {
  EACCES: [
    'permission denied',
    'see whose it is, and who may do that: `ls -ld` shows it, for the folders above as well',
  ],
  EPERM: [
    'permission denied',
    'see whose it is, and who may do that: `ls -ld` shows it, `lsattr -d` what else guards it',
  ],
  EROFS: ['the file system is read-only', 'run this where the folder may be written to'],
  ENOSPC: ['no space is left on the device', 'make room (`df -h` and `df -i` show where), then run this again'],
  EDQUOT: ['the disk quota is used up', 'make room, then run this again'],
  EFBIG: ['the file would be larger than is allowed', 'see `ulimit -f`'],
  // Gone since it was listed, or named and never there: nobody knows which.
  ENOENT: ['it is not there'],
  ENOTDIR: ['something on the way to it is not a folder', 'move away what stands where a folder should be'],
  EISDIR: ['it is a folder', 'name a file, or move the folder away'],
  EEXIST: ['it is there already', 'see whether another run is at work'],
  ENOTEMPTY: ['the folder is not empty', 'see whether another run is at work'],
  ELOOP: ['it is a symbolic link', 'put the file or folder itself in its place'],
  ENAMETOOLONG: ['its path is too long for the file system', 'use a folder whose path is shorter'],
  EMFILE: ['too many files are open', 'raise the limit that `ulimit -n` shows'],
  ENFILE: ['too many files are open on this machine', 'see what else runs on it'],
  EAGAIN: ['too much runs at the same time', 'raise the limit that `ulimit -u` shows, or run this again later'],
  ENOMEM: ['there is not enough memory'],
  EIO: ['the disk fails'],
  EBUSY: ['another program uses it', 'run this again when that has ended'],
};

/** What a word of the system, such as `EACCES`, means; the word itself where that is not known. */
export function systemReason(code: string): string {
  return words[code]?.[0] ?? code;
}

/** The failure that an error of the system is: `doing` is what could not be done, such as ``write dist/a.yaml``. */
export function systemFailure(doing: string, error: unknown): Failure {
  const code = systemCode(error);
  const [why = code ?? String(error), help] = words[code ?? ''] ?? [];
  return new Failure('io', `cannot ${doing}: ${why}`, { cause: error, ...(help !== undefined && { help }) });
}

/** Does something with files. What the system refuses is a failure to do what is named. */
export function onSystem<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isSystemError(error) ? systemFailure(doing, error) : error;
  }
}

const verbs: Readonly<Record<string, string>> = {
  open: 'open',
  read: 'read',
  write: 'write',
  scandir: 'list',
  mkdir: 'make the folder',
  rmdir: 'delete the folder',
  unlink: 'delete',
  rename: 'rename',
  chmod: 'change the mode of',
  uv_cwd: 'find the current folder',
};

/** The failure that any error is which the system has raised; undefined for others, which are bugs. */
export function failureOfSystem(error: unknown): Failure | undefined {
  if (!isSystemError(error)) return undefined;
  const { syscall, path } = error;
  const call = typeof syscall === 'string' ? (syscall.split(' ')[0] ?? '') : '';
  const verb = call === 'spawn' ? 'start' : (verbs[call] ?? 'look at');
  return systemFailure(typeof path === 'string' ? `${verb} ${path}` : call in verbs ? verb : `do \`${call}\``, error);
}
