import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { onSystem } from '../values/system-error.ts';
import type { Environment, Git } from './git-run.ts';
import { fieldsOf, gitIn } from './git-run.ts';

/** What Git says of a folder's files on disk. Where there is no Git, or no repository, it says nothing. */

/** A file that the index has and the worktree has not, without anybody having removed it. */
export interface NotCheckedOut {
  readonly path: string;
  /** Why Git does not take it for removed, and so would not commit its removal. */
  readonly because: 'sparse' | 'assumed-unchanged' | 'submodule';
}

/**
 * What at these paths in `dir`, and below them, is not checked out: left out by a sparse checkout, marked as unchanged and
 * gone, or in a submodule that was not initialised. What was deleted by hand is not among it: Git shows that as a change.
 */
export async function notCheckedOut(
  dir: string,
  environment: Environment,
  paths: readonly string[],
): Promise<readonly NotCheckedOut[]> {
  const listed = await ask(gitIn(dir, environment), ['ls-files', '-v', '--stage', '-z', '--', ...paths]);
  return fieldsOf(listed).flatMap((field): NotCheckedOut[] => {
    const {
      tag = '',
      mode = '',
      path = '',
    } = /^(?<tag>.) (?<mode>\d{6}) [^\t]*\t(?<path>.+)$/s.exec(field)?.groups ?? {};
    if (mode === '160000') return isThere(join(dir, path, '.git')) ? [] : [{ path, because: 'submodule' }];
    const because = /s/i.test(tag) ? 'sparse' : /[a-z]/.test(tag) ? 'assumed-unchanged' : undefined;
    return because === undefined || isThere(join(dir, path)) ? [] : [{ path, because }];
  });
}

/** Whether Git records the modes of files in `dir`: not where `core.fileMode` says that the file system has none. */
export async function keepsModes(dir: string, environment: Environment): Promise<boolean> {
  const value = await ask(gitIn(dir, environment), ['config', '--type=bool', '--get', 'core.fileMode']);
  return value.toString().trim() !== 'false';
}

async function ask(git: Git, args: readonly string[]): Promise<Buffer> {
  const { status, out } = await git(args);
  return status === 0 ? out : Buffer.alloc(0);
}

function isThere(path: string): boolean {
  return onSystem(`look at ${path}`, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined;
}
