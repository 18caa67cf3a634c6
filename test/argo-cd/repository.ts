import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gitEnvironment, repositoryIn } from '../support/repositories.ts';

/** A bare Git repository that Argo CD syncs from, and what happens to its branch `main`. */
export interface Remote {
  /** `file://…`. */
  readonly url: string;
  /** Writes files (undefined: deletes; also a folder) and pushes a commit; gives its id. */
  readonly push: (files: Readonly<Record<string, string | undefined>>) => string;
  /** Moves the branch by force, to a commit before. */
  readonly forcePush: (commit: string) => void;
  /** The repository is gone, and comes back. */
  readonly hide: () => void;
  readonly show: () => void;
}

/** Makes a repository below a folder. */
export function createRemote(folder: string): Remote {
  const [bare, worktree] = [join(folder, 'remote.git'), join(folder, 'worktree')];
  for (const path of [bare, worktree]) mkdirSync(path, { recursive: true });
  const init = (path: string, ...options: string[]) =>
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', ...options, path], { env: gitEnvironment });
  init(bare, '--bare');
  init(worktree);
  const { git, commit } = repositoryIn(worktree);
  git(['remote', 'add', 'origin', bare]);
  const push = () => git(['push', '--quiet', '--force', 'origin', 'HEAD:main']);
  return {
    url: `file://${bare}`,
    push(files) {
      const isThere = (path: string) => existsSync(join(worktree, path));
      const id = commit(
        Object.fromEntries(Object.entries(files).filter(([path, text]) => text !== undefined || isThere(path))),
      );
      push();
      return id;
    },
    forcePush(id) {
      git(['reset', '--quiet', '--hard', id]);
      push();
    },
    hide() {
      renameSync(bare, `${bare}.hidden`);
    },
    show() {
      rmSync(bare, { recursive: true, force: true });
      renameSync(`${bare}.hidden`, bare);
    },
  };
}
