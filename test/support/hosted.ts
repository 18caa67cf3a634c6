import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { copyOf } from './folders.ts';
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

export interface HostedOptions {
  readonly withProgram?: boolean;
  /** When its first commit was made. */
  readonly since?: string;
}

/** A repository with one commit on `main`. */
export async function hosted({ withProgram = true, since = '' }: HostedOptions = {}): Promise<Hosted> {
  const key = `${withProgram} ${since}`;
  let beginning = beginnings.get(key);
  if (!beginning) {
    beginning = lastingFolder();
    begin(beginning, { withProgram, since });
    beginnings.set(key, beginning);
  }
  return hostedIn(copyOf(beginning), await gitHub());
}

/** Git takes a fifth of a second to make one, and copying it a tenth of that. */
const beginnings = new Map<string, string>();

/** Prepares a repository once, and gives a copy of it each time. */
export function preparedOnce(prepare: (repo: Hosted) => unknown, options?: HostedOptions): () => Promise<Hosted> {
  let prepared: { readonly home: string; readonly api: GitHub } | undefined;
  return async () => {
    if (!prepared) {
      const repo = await hosted(options);
      await prepare(repo);
      const home = lastingFolder();
      cpSync(dirname(repo.origin), home, { recursive: true });
      prepared = { home, api: repo.api };
    }
    return hostedIn(copyOf(prepared.home), await gitHub(prepared.api));
  };
}

/** An empty folder that is gone after the process. */
function lastingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-test-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function runGit(cwd: string, args: readonly string[], env: Record<string, string> = {}): string {
  return execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
    env: {
      PATH: process.env['PATH'],
      HOME: dirname(cwd),
      GIT_AUTHOR_NAME: 'Amy',
      GIT_AUTHOR_EMAIL: 'amy@example.com',
      GIT_COMMITTER_NAME: 'Amy',
      GIT_COMMITTER_EMAIL: 'amy@example.com',
      ...env,
    },
  }).trim();
}

function commitAll(clone: string, message: string, date = ''): string {
  runGit(clone, ['add', '--all']);
  const env: Record<string, string> = date === '' ? {} : { GIT_COMMITTER_DATE: date };
  runGit(clone, ['commit', '--quiet', '--allow-empty', '-m', message], env);
  return runGit(clone, ['rev-parse', 'HEAD']);
}

/** The two repositories of a `Hosted`, below one folder. */
function placesIn(home: string): { readonly origin: string; readonly clone: string } {
  return { origin: join(home, 'origin.git'), clone: join(home, 'clone') };
}

function begin(home: string, { withProgram, since }: Required<HostedOptions>): void {
  const { origin, clone } = placesIn(home);
  mkdirSync(origin);
  runGit(origin, ['init', '--quiet', '--bare', '--initial-branch=main']);
  // As on GitHub, any commit can be fetched by its id.
  runGit(origin, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  mkdirSync(clone);
  runGit(clone, ['init', '--quiet', '--initial-branch=main']);
  // From where the clone is, so that a copy of both belongs together.
  runGit(clone, ['remote', 'add', 'origin', '../origin.git']);
  copyInto(clone, sample);
  if (withProgram) filesIn(clone).addProgram();
  commitAll(clone, 'Begin', since);
  runGit(clone, ['push', '--quiet', 'origin', 'main']);
}

function hostedIn(folder: string, api: GitHub): Hosted {
  const { origin, clone } = placesIn(realpathSync(folder));
  const files = filesIn(clone);
  const git = (...args: string[]): string => runGit(clone, args);
  return {
    origin,
    api,
    git,
    rendered: (where) => filesIn(where).tenantry('synth', '--check'),
    bare: (...args) => runGit(origin, args),
    merge(change, date) {
      git('checkout', '--quiet', 'main');
      change(files);
      const made = commitAll(clone, 'Change main', date);
      git('push', '--quiet', 'origin', 'main');
      return made;
    },
    propose(number, change, { from = repositoryName, branch = `change-${number}` } = {}) {
      const known = api.pulls.find((p) => p.number === number);
      git('checkout', '--quiet', ...(known ? [branch] : ['-b', branch, 'main']));
      change(files);
      const head = commitAll(clone, `Change ${number}`);
      const base = git('rev-parse', 'main');
      git('checkout', '--quiet', '--detach', 'main');
      git('merge', '--quiet', '--no-ff', '-m', `Merge ${head} into ${base}`, head);
      const merged = git('rev-parse', 'HEAD');
      const pushed = [`${head}:refs/pull/${number}/head`, `+${merged}:refs/pull/${number}/merge`];
      if (from === repositoryName) pushed.push(`${head}:refs/heads/${branch}`);
      git('push', '--quiet', 'origin', ...pushed);
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

/** The pull request that a prepared repository has. */
export function onlyPull({ api }: Hosted): Pull {
  const [pull, another] = api.pulls;
  if (!pull || another) throw new Error('there is not one pull request');
  return pull;
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
      repository: { full_name: repositoryName, default_branch: 'main' },
    },
    ref: 'refs/heads/main',
    run,
  };
}
