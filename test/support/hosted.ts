import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { temporaryFolder } from './folders.ts';
import type { GitHub, Pull } from './github.ts';
import { gitHub, repositoryName } from './github.ts';
import type { Trigger } from './actions.ts';

const root = resolve(import.meta.dirname, '../..');
/** What a repository with an organization and its program holds, as far as the workflows look at it. */
const sample = [
  'organization.yaml',
  'tenants',
  'clusters',
  'dist',
  '.github',
  '.gitattributes',
  '.gitignore',
  '.npmrc',
];
const program = ['.github', 'package.json', 'package-lock.json', 'src/cli.ts'];

export type Change = (files: Files) => void;

/** The files of a worktree. */
export interface Files {
  readonly folder: string;
  readonly read: (path: string) => string;
  readonly write: (path: string, text: string) => void;
  readonly replace: (path: string, what: string, by: string) => void;
  /** Puts this repository's program there. */
  readonly addProgram: () => void;
  /** Runs the built program. */
  readonly tenantry: (...args: string[]) => string;
}

/** A repository on GitHub, and the clone of somebody who may push to it. */
export interface Hosted {
  /** The bare repository. */
  readonly origin: string;
  readonly api: GitHub;
  /** Commits a change on `main` and pushes it. */
  readonly merge: (change: Change, date?: string) => string;
  /** Proposes a change, or another commit on top of it: the branch, and the merge commit that GitHub makes of it. */
  readonly propose: (number: number, change: Change, options?: ProposeOptions) => Pull;
  readonly git: (...args: string[]) => string;
  /** What `synth --check` says in a folder. */
  readonly rendered: (folder: string) => string;
  /** Git in the bare repository. */
  readonly bare: (...args: string[]) => string;
}

export interface ProposeOptions {
  /** Default: that of the repository itself. */
  readonly from?: string;
  readonly branch?: string;
}

export async function hosted(
  options: { readonly withProgram?: boolean; readonly since?: string } = {},
): Promise<Hosted> {
  const home = realpathSync(temporaryFolder());
  const [origin, clone] = [join(home, 'origin.git'), join(home, 'clone')];
  const run = (cwd: string, args: readonly string[], env: Record<string, string> = {}): string =>
    execFileSync('git', args, {
      cwd,
      encoding: 'utf8',
      stdio: 'pipe',
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        GIT_AUTHOR_NAME: 'Amy',
        GIT_AUTHOR_EMAIL: 'amy@example.com',
        GIT_COMMITTER_NAME: 'Amy',
        GIT_COMMITTER_EMAIL: 'amy@example.com',
        ...env,
      },
    }).trim();
  const git = (...args: string[]): string => run(clone, args);
  run(home, ['init', '--quiet', '--bare', '--initial-branch=main', origin]);
  // As on GitHub, any commit can be fetched by its id.
  run(origin, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  run(home, ['clone', '--quiet', origin, clone]);
  copyInto(clone, sample);
  const files = filesIn(clone);
  if (options.withProgram ?? true) files.addProgram();
  const commit = (message: string, date?: string): string => {
    git('add', '--all');
    run(
      clone,
      ['commit', '--quiet', '--allow-empty', '-m', message],
      date === undefined ? {} : { GIT_COMMITTER_DATE: date },
    );
    return git('rev-parse', 'HEAD');
  };
  git('checkout', '--quiet', '-B', 'main');
  commit('Begin', options.since);
  git('push', '--quiet', 'origin', 'main');
  const api = await gitHub();

  return {
    origin,
    api,
    git,
    rendered: (folder) => filesIn(folder).tenantry('synth', '--check'),
    bare: (...args) => run(origin, args),
    merge(change, date) {
      git('checkout', '--quiet', 'main');
      change(files);
      const made = commit('Change main', date);
      git('push', '--quiet', 'origin', 'main');
      return made;
    },
    propose(number, change, { from = repositoryName, branch = `change-${number}` } = {}) {
      const known = api.pulls.find((p) => p.number === number);
      git('checkout', '--quiet', ...(known ? [branch] : ['-b', branch, 'main']));
      change(files);
      const head = commit(`Change ${number}`);
      const base = git('rev-parse', 'main');
      git('push', '--quiet', 'origin', `HEAD:refs/pull/${number}/head`);
      if (from === repositoryName) git('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
      git('checkout', '--quiet', '--detach', 'main');
      git('merge', '--quiet', '--no-ff', '-m', `Merge ${head} into ${base}`, head);
      const merged = git('rev-parse', 'HEAD');
      git('push', '--quiet', '--force', 'origin', `HEAD:refs/pull/${number}/merge`);
      git('checkout', '--quiet', 'main');
      const changed = git('diff', '--name-only', '--no-renames', 'main', merged).split('\n').filter(Boolean);
      api.commits.set(merged, [base, head]);
      api.files.set(
        number,
        changed.map((filename) => ({ filename })),
      );
      const pull: Pull = {
        number,
        state: 'open',
        head: { sha: head, ref: branch, repo: { full_name: from } },
        base: { sha: base, ref: 'main', repo: { full_name: repositoryName, default_branch: 'main' } },
        changed_files: changed.length,
      };
      if (known) Object.assign(known, pull);
      else api.pulls.push(pull);
      return known ?? pull;
    },
  };
}

function copyInto(folder: string, paths: readonly string[]): void {
  for (const path of paths) cpSync(join(root, path), join(folder, path), { recursive: true });
}

function filesIn(folder: string): Files {
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  return {
    folder,
    read,
    write,
    replace(path, what, by) {
      const text = read(path);
      if (!text.includes(what)) throw new Error(`${path} does not hold ${what}`);
      write(path, text.replace(what, by));
    },
    addProgram: () => {
      copyInto(folder, program);
    },
    tenantry: (...args) =>
      execFileSync(process.execPath, [join(root, 'build/cli.js'), ...args], {
        cwd: folder,
        encoding: 'utf8',
        stdio: 'pipe',
      }),
  };
}

/** What starts a run for a pull request. */
export function onPull({ number, head }: Pull, run: number, labels: readonly string[] = []): Trigger {
  return {
    event: 'pull_request',
    payload: {
      pull_request: { number, head: { sha: head.sha }, labels: labels.map((name) => ({ name })) },
      repository: { default_branch: 'main' },
    },
    ref: `refs/pull/${number}/merge`,
    run,
  };
}

/** What starts a run after a run of `validate` for a pull request. */
export function onRun({ head }: Pull, run: number, of: number): Trigger {
  return {
    event: 'workflow_run',
    payload: {
      workflow_run: {
        id: of,
        event: 'pull_request',
        conclusion: 'success',
        head_sha: head.sha,
        head_branch: head.ref,
        head_repository: head.repo,
        html_url: `https://github.example.com/${repositoryName}/actions/runs/${of}`,
        pull_requests: [],
      },
    },
    ref: 'refs/heads/main',
    run,
  };
}
