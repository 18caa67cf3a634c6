import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFiles } from '../support/folders.ts';
import { gitEnvironment, repositoryIn } from '../support/repositories.ts';

/** A bare Git repository that Argo CD syncs from, and what happens to its branch `main`. */
export interface Remote {
  /** `file://…`. */
  readonly url: string;
  /** The worktree that is pushed from. */
  readonly folder: string;
  /** Writes files into the worktree (undefined: deletes; also a folder). */
  readonly write: (files: Readonly<Record<string, string | undefined>>) => void;
  /** Writes files, and pushes a commit of all that is in the worktree; gives its id. */
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
  function write(files: Readonly<Record<string, string | undefined>>): void {
    for (const [path, text] of Object.entries(files)) {
      if (text === undefined) rmSync(join(worktree, path), { recursive: true, force: true });
      else writeFiles(worktree, { [path]: text });
    }
  }
  return {
    url: `file://${bare}`,
    folder: worktree,
    write,
    push(files) {
      write(files);
      const id = commit();
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
