import { mkdirSync } from 'node:fs';
import { Failure } from '../values/failure.ts';
import { onSystem } from '../values/system-error.ts';
import type { Environment } from './git-run.ts';
import { fetchingGitIn, output } from './git-run.ts';

/** A bare repository of tenantry's own that follows one branch of another. */
export interface Mirror {
  /** The folder that it is in. */
  readonly folder: string;
  /** The name under which the branch's commit is there. */
  readonly revision: string;
  /** Gets what is new. A branch that was moved back is moved back here, too. */
  readonly fetch: () => Promise<void>;
  /** Keeps a commit, and no longer the one that was kept before: Git throws away what no name leads to. */
  readonly keep: (commit: string) => Promise<void>;
}

const kept = 'refs/heads/followed';
const inUse = 'refs/heads/in-use';

/** Follows `branch` of the repository at `url` in `folder`, which is made where there is none. Nothing is fetched yet. */
export async function openMirror(
  url: string,
  branch: string,
  folder: string,
  environment: Environment,
): Promise<Mirror> {
  assertFetchable(url, branch);
  onSystem(`make ${folder}`, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const git = fetchingGitIn(folder, environment);
  // In a folder that is one already, this changes nothing.
  await output(git, ['init', '--quiet', '--bare', '.']);
  const from = branch.startsWith('refs/') ? branch : `refs/heads/${branch}`;
  const how = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--depth=1'];
  return {
    folder,
    revision: kept,
    async fetch() {
      await output(git, ['fetch', ...how, '--', url, `+${from}:${kept}`]);
    },
    async keep(commit) {
      await output(git, ['update-ref', inUse, commit]);
    },
  };
}

/** Whether something is the address of a repository, and not a folder. */
export function isRepositoryUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text);
}

/** Fails where `url` is at no address that is fetched from, or `branch` is no name of a branch. */
export function assertFetchable(url: string, branch: string): void {
  if (!/^(?:https|ssh|file):\/\/[!-~]+$/.test(url) || !URL.canParse(url)) {
    throw new Failure('bad-arguments', 'the repository is at no URL that is fetched from', {
      help: 'write it as `https://…` or `ssh://…`, or name the folder of a clone',
    });
  }
  // It would be seen by everybody who lists the machine's processes. Tokens stand in other places as well.
  const { protocol, username, password, search, hash } = new URL(url);
  if (password !== '' || (protocol === 'https:' && username !== '') || search !== '' || hash !== '') {
    throw new Failure('bad-arguments', 'the URL of the repository holds a password, or may hold a token', {
      help: 'leave out the user, and what stands behind `?` and `#`, and set a credential helper in the configuration of Git',
    });
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(branch) || branch.includes('..')) {
    throw new Failure('bad-arguments', `${JSON.stringify(branch)} is not the name of a branch`);
  }
}
