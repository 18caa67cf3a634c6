import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder, writeFiles } from './folders.ts';

/** An environment in which Git is the same on every machine: no one's configuration, one author, one day. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Robin Example',
  GIT_AUTHOR_EMAIL: 'robin@example.com',
  GIT_AUTHOR_DATE: '2026-01-01T12:00:00Z',
  GIT_COMMITTER_NAME: 'Robin Example',
  GIT_COMMITTER_EMAIL: 'robin@example.com',
  GIT_COMMITTER_DATE: '2026-01-01T12:00:00Z',
};

/** A real Git repository with a worktree. */
export interface TestRepository {
  readonly folder: string;
  /** Runs Git in the worktree, and gives its output without the line feed at the end. */
  readonly git: (args: readonly string[], options?: RunOptions) => string;
  /** Writes files (undefined: deletes) and commits all of the worktree; gives the commit's id. */
  readonly commit: (
    files?: Readonly<Record<string, string | Uint8Array | undefined>>,
    options?: { readonly date?: string },
  ) => string;
}

interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** The repository that is in a folder already: a clone, or another worktree. */
export function repositoryIn(folder: string): TestRepository {
  const git = (args: readonly string[], { input = '', env = {} }: RunOptions = {}): string =>
    execFileSync('git', args, {
      cwd: folder,
      env: { ...gitEnvironment, ...env },
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    }).replace(/\n$/, '');
  return {
    folder,
    git,
    commit(files = {}, { date } = {}) {
      for (const [path, content] of Object.entries(files)) {
        if (content === undefined) rmSync(join(folder, path), { recursive: true });
        else writeFiles(folder, { [path]: content });
      }
      git(['add', '--all']);
      const env: Record<string, string> = date === undefined ? {} : { GIT_COMMITTER_DATE: date };
      git(['commit', '--quiet', '--allow-empty', '--message=change'], { env });
      return git(['rev-parse', 'HEAD']);
    },
  };
}

/** A new repository in a temporary folder, on a branch `main` without commits. */
export function temporaryRepository(...options: readonly string[]): TestRepository {
  const repository = repositoryIn(temporaryFolder());
  repository.git(['init', '--quiet', '--initial-branch=main', ...options]);
  return repository;
}

/** A clone over the file protocol, which unlike a plain path can be shallow. */
export function cloneOf({ folder }: TestRepository, ...options: readonly string[]): TestRepository {
  const clone = repositoryIn(temporaryFolder());
  clone.git(['clone', '--quiet', ...options, `file://${folder}`, '.']);
  return clone;
}
