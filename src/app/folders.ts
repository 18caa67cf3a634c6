import { readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { onSystem } from '../values/system-error.ts';
import type { Io } from './io.ts';

/** Where an organization is, and the repository that it is in. */

/**
 * The organization's folder, absolute: the one that is given, else the one that `TENANTRY_DIR` names, else the nearest with
 * an organization's file, from the current folder up to the root of its repository. Where there is none, the current one.
 * Outside of a repository it is looked for only in folders of the same user: what others put above is not his.
 */
export function organizationFolder(
  { cwd, environment }: Pick<Io, 'cwd' | 'environment'>,
  given: string | undefined,
): string {
  const named = given ?? environment['TENANTRY_DIR'];
  if (named !== undefined && named !== '') return resolve(cwd, named);
  const owner = ownerOf(cwd);
  const root = repositoryOf(cwd);
  for (let at = cwd; ; at = dirname(at)) {
    if (holdsOrganization(at)) return at;
    if (at === root || at === dirname(at)) return cwd;
    if (root === undefined && ownerOf(dirname(at)) !== owner) return cwd;
  }
}

/** The nearest folder with `.git`, which is a file in worktrees and submodules; undefined where there is none. */
export function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (isThere(join(at, '.git'))) return at;
    if (at === dirname(at)) return undefined;
  }
}

/**
 * Gives a file of the organization the path that it has from the repository's root, by which GitHub and others know it;
 * from the current folder where there is no repository.
 */
export function pathInRepository({ cwd, dir }: Pick<Io, 'cwd' | 'dir'>): (file: string) => string {
  const root = repositoryOf(dir);
  // Neither through links, which Git does not follow.
  const from = root === undefined ? cwd : realpathSync(root);
  const to = root === undefined ? dir : realpathSync(dir);
  return (file) => relative(from, join(to, file)).replaceAll(sep, '/');
}

/** Whether a folder has an organization's file in it, also one in a form or under a name that is not read: an error says so. */
export function holdsOrganization(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => /^organization\.(?:ya?ml|ts|json)$/i.test(name));
  } catch {
    // What may not be listed is passed by: whoever means it can name it.
    return false;
  }
}

function ownerOf(folder: string): number | undefined {
  return onSystem(`look at ${folder}`, () => statSync(folder, { throwIfNoEntry: false }))?.uid;
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
