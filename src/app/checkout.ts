import { configFolders, organizationFile } from '../config/reading/files.ts';
import type { Difference } from '../synth/dist.ts';
import type { NotCheckedOut } from '../tree/checkout.ts';
import { hasPlainIndex } from '../tree/git-index.ts';
import { Failure } from '../values/failure.ts';
import { repositoryOf } from './folders.ts';
import type { Io } from './io.ts';

/**
 * What Git says of the organization's files on disk. It is not asked where the folder is in no repository, or where its index
 * has nothing to tell.
 */

const configPaths = [organizationFile, ...configFolders];

/**
 * Fails where a file of the organization is in Git's index and not on disk though nobody has removed it: what it declares
 * would be taken for gone, and its manifests deleted in a commit that keeps the file itself.
 */
export async function assertCheckedOut(io: Io): Promise<void> {
  const root = repositoryOf(io.dir);
  if (root === undefined || hasPlainIndex(root)) return;
  const { notCheckedOut } = await import('../tree/checkout.ts');
  const [first, ...others] = await notCheckedOut(io.dir, io.environment, configPaths);
  if (!first) return;
  const rest = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new Failure(
    'not-checked-out',
    `\`${first.path}\` is in Git's index, and not checked out${rest}: ${reasons[first.because]}`,
    {
      help: helps[first.because](first.path),
    },
  );
}

const reasons: Readonly<Record<NotCheckedOut['because'], string>> = {
  sparse: 'the checkout is sparse',
  'assumed-unchanged': 'it is marked as unchanged, so Git shows no change',
  submodule: 'it is a submodule that is not initialised',
};

const helps: Readonly<Record<NotCheckedOut['because'], (path: string) => string>> = {
  sparse: (path) =>
    `check out everything with \`git sparse-checkout disable\`; if the file is to go, \`git rm --sparse ${path}\``,
  'assumed-unchanged': (path) =>
    `let Git look at it with \`git update-index --no-assume-unchanged ${path}\`, then restore or remove it`,
  submodule: (path) => `check it out with \`git submodule update --init ${path}\``,
};

/** The differences without those that Git does not record: of modes, where the file system has none. */
export async function withoutUnrecordedModes(
  io: Io,
  differences: readonly Difference[],
): Promise<readonly Difference[]> {
  if (!differences.some(({ kind }) => kind === 'mode') || repositoryOf(io.dir) === undefined) return differences;
  const { keepsModes } = await import('../tree/checkout.ts');
  return (await keepsModes(io.dir, io.environment)) ? differences : differences.filter(({ kind }) => kind !== 'mode');
}
