import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../values/failure.ts';
import { defaultBase } from './default-base.ts';
import type { Answer, Environment, Git } from './git-run.ts';
import { failed, fieldsOf, gitIn, output } from './git-run.ts';
import type { History } from './git-history.ts';
import { historyOf } from './git-history.ts';
import type { Commit, TreeOptions } from './git-tree.ts';
import { blobId, commitTree, idsIn } from './git-tree.ts';
import { sortedBy } from '../values/order.ts';
import type { FileTree } from './tree.ts';
import { readPlainFile } from './tree.ts';

export type { Environment } from './git-run.ts';
export type { Commit } from './git-tree.ts';

/**
 * The history of an organization. Reading it writes nothing: not to the worktree, not to the index, not to Git's own
 * folder. It starts no program that the repository names, and fetches nothing: what a partial clone left out is a failure
 * that says how to get it.
 */
export interface Repository {
  /** The organization's folder in the repository: `''` at its root, else like `platform/access`. */
  readonly prefix: string;
  /**
   * The commit that a revision names, tags followed. What is no revision, is none of a commit, or could be meant for
   * more than one commit, is a `Failure` that says what to do.
   */
  readonly commit: (revision: string) => Promise<Commit>;
  /**
   * The best common ancestor of two commits: one of them, where criss-cross merges left several. Undefined when their
   * histories have nothing in common, which a shallow clone cannot know: there it is a `Failure`.
   */
  readonly mergeBase: (a: Commit, b: Commit) => Promise<Commit | undefined>;
  /** What a commit that is checked out is compared with when nobody says: see `default-base.ts`. */
  readonly defaultBase: (tip: Commit) => Promise<Commit>;
  /**
   * The organization's folder in a commit: the bytes that were committed, whatever attributes and line endings a
   * checkout would apply. Empty when the commit has no such folder.
   */
  readonly tree: (commit: Commit, options?: TreeOptions) => FileTree;
  /**
   * The files below `folder` that differ between a commit and another, or the worktree, sorted. Paths are the
   * organization's. In the worktree, new files count, unless Git ignores them, and a file differs by its bytes alone.
   */
  readonly changedPaths: (folder: string, from: Commit, to: Commit | 'worktree') => Promise<readonly string[]>;
  /**
   * The day (UTC, `YYYY-MM-DD`) of the newest commit up to `commit` that changed `folder`; undefined when none did. It is
   * the committer's own word. In a shallow clone the oldest commit counts as the one that made all of its files.
   */
  readonly lastChange: (commit: Commit, folder: string) => Promise<string | undefined>;
  /**
   * The commits on the first-parent line of `commit` that touched some files and folders of the organization, with what
   * these held: see `git-history.ts`. Of what is in them, only files that `counts` says yes to are looked at.
   */
  readonly history: (commit: Commit, paths: readonly string[], counts: (path: string) => boolean) => Promise<History>;
}

/**
 * The repository that holds the organization in `dir`, a folder of a worktree. `environment` is the program's own; of its
 * `GIT_` variables, only those that say where Git's configuration is count.
 */
export async function openRepository(dir: string, environment: Environment): Promise<Repository> {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Failure('no-such-folder', `there is no folder ${dir}`);
  }
  const git = gitIn(dir, environment);
  const { prefix, shallow } = await layout(git, dir);
  return {
    prefix,
    commit: (revision) => resolveCommit(git, revision, shallow),
    mergeBase: (a, b) => mergeBase(git, a, b, shallow),
    defaultBase: (tip) =>
      defaultBase({ git, environment, shallow, commit: (revision) => resolveCommit(git, revision, shallow) }, tip),
    tree: (commit, options) => commitTree(git, prefix, commit, options),
    changedPaths: (folder, from, to) => changedPaths(git, { dir, prefix }, folder, from, to),
    async lastChange(commit, folder) {
      const args = ['rev-list', '--max-count=1', '--timestamp', commit.id, '--', folder === '' ? '.' : folder];
      const seconds = /^\d+/.exec((await output(git, args)).toString())?.[0];
      // A commit may claim any number of seconds: a date that no calendar has is no answer.
      const date = new Date(Number(seconds) * 1000);
      return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 10);
    },
    history: (commit, paths, counts) => historyOf({ git, prefix, shallow }, commit, paths, counts),
  };
}

/**
 * The commits of the repository in `dir`, a worktree's folder or a bare one, and what the folder `prefix` holds in them:
 * for those who follow a branch, and have nothing checked out.
 */
export async function openCommits(
  dir: string,
  prefix: string,
  environment: Environment,
): Promise<Pick<Repository, 'commit' | 'tree'>> {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Failure('no-such-folder', `there is no folder ${dir}`);
  }
  const git = gitIn(dir, environment);
  const answer = await git(['rev-parse', '--is-shallow-repository']);
  if (answer.status !== 0) throw notOpened(answer, dir);
  const shallow = answer.out.toString().trim() === 'true';
  return {
    commit: (revision) => resolveCommit(git, revision, shallow),
    tree: (commit, options) => commitTree(git, prefix, commit, options),
  };
}

async function layout(git: Git, dir: string): Promise<{ readonly prefix: string; readonly shallow: boolean }> {
  const answer = await git(['rev-parse', '--is-inside-work-tree', '--is-shallow-repository', '--show-prefix']);
  if (answer.status !== 0) throw notOpened(answer, dir);
  const [inside, shallow, ...prefix] = answer.out.toString().split('\n');
  if (inside !== 'true') {
    throw new Failure('not-a-repository', `${dir} is Git's own folder or a bare repository, not a worktree`, {
      help: 'run this where the files are checked out: `git worktree add <folder>` makes such a place',
    });
  }
  return { prefix: prefix.join('\n').replace(/\/?\n$/, ''), shallow: shallow === 'true' };
}

function notOpened(answer: Answer, dir: string): Failure {
  const { err } = answer;
  if (err.includes('spawn git ENOENT')) {
    return new Failure('git', 'there is no program `git`', {
      help: 'install Git (https://git-scm.com/downloads), or add the folder it is in to `PATH`',
    });
  }
  const exception = /git config --global --add safe\.directory .+/.exec(err)?.[0];
  if (exception !== undefined) {
    return new Failure('git', `the repository of ${dir} belongs to another user, so Git does not read it`, {
      help: `if you trust it, run \`${exception}\``,
    });
  }
  if (!err.includes('not a git repository')) return failed(answer);
  return new Failure('not-a-repository', `${dir} is in no Git repository, so there is nothing to compare with`, {
    help: 'run this in a clone, or start a repository: `git init`, then commit the files',
  });
}

/** What an object name stands for. */
interface Identity {
  readonly id?: string;
  readonly type: 'commit' | 'tree' | 'blob' | 'tag' | 'ambiguous' | 'missing';
}

/** What each of some names (one line each) stands for, in their order. */
async function identify(git: Git, names: readonly string[]): Promise<Identity[]> {
  const out = await output(git, ['cat-file', '--batch-check'], names.map((name) => `${name}\n`).join(''));
  const lines = out.toString().split('\n');
  return names.map((_, i) => {
    const line = lines[i] ?? '';
    const { id, type } = /^(?<id>[0-9a-f]{40,64}) (?<type>commit|tree|blob|tag) \d+$/.exec(line)?.groups ?? {};
    if (id !== undefined && (type === 'commit' || type === 'tree' || type === 'blob' || type === 'tag')) {
      return { id, type };
    }
    return { type: line.endsWith(' ambiguous') ? 'ambiguous' : 'missing' };
  });
}

const commitOf = (revision: string): string => `${revision}^{commit}`;

async function resolveCommit(git: Git, revision: string, shallow: boolean): Promise<Commit> {
  if (revision.trim() === '' || /^-|\p{Cc}/u.test(revision)) {
    throw noCommit(`${JSON.stringify(revision)} is not a revision`, 'name a branch, a tag or a commit: `origin/main`');
  }
  if (revision.includes('..')) {
    throw noCommit(`\`${revision}\` is a range of commits, not one`, 'name one commit, for example `origin/main`');
  }
  const places = ['refs/heads/', 'refs/tags/', 'refs/remotes/'].map((place) => place + revision);
  const [commit, object, head, ...placed] = await identify(git, [
    commitOf(revision),
    revision,
    commitOf('HEAD'),
    ...places.map(commitOf),
  ]);
  if (commit?.id === undefined) throw noSuchCommit(revision, object?.type, head?.type === 'commit', shallow);
  // Git would take the tag, or what looks like an id: whoever may push tags could choose what others compare with.
  if (placed.some(({ id }) => id !== undefined && id !== commit.id)) {
    const found = places.filter((_, i) => placed[i]?.id !== undefined);
    throw noCommit(
      `\`${revision}\` names more than one commit`,
      `give the full name, ${found.map((name) => `\`${name}\``).join(' or ')}, or the commit's id`,
    );
  }
  return { id: commit.id, name: revision };
}

function noCommit(message: string, help: string): Failure {
  return new Failure('no-such-revision', message, { help });
}

function noSuchCommit(
  revision: string,
  type: Identity['type'] | undefined,
  hasCommits: boolean,
  shallow: boolean,
): Failure {
  if (type === 'ambiguous') {
    return noCommit(`\`${revision}\` is the beginning of more than one id`, 'give more digits of it');
  }
  if (type === 'tree' || type === 'blob' || type === 'tag') {
    const what = { tree: 'a folder', blob: 'a file', tag: 'a tag of something else' }[type];
    return noCommit(`\`${revision}\` is ${what}, not a commit`, 'name a branch, a tag or a commit: `origin/main`');
  }
  if (shallow) return noCommit(`\`${revision}\` is not in this clone, which is shallow`, deepen);
  if (!hasCommits) {
    return noCommit(`there is no commit \`${revision}\`: the branch has none yet`, 'commit the files first');
  }
  return noCommit(
    `there is no commit \`${revision}\` in this clone`,
    'see `git branch --all` and `git tag` for what there is; `git fetch` gets what is new',
  );
}

const deepen =
  'fetch more of the history: with `fetch-depth: 0` for actions/checkout (for the parents of a merge commit, such as ' +
  '`HEAD^1`, `fetch-depth: 2` is enough), elsewhere with `git fetch --deepen=1` or `git fetch --unshallow`';

async function mergeBase(git: Git, a: Commit, b: Commit, shallow: boolean): Promise<Commit | undefined> {
  const answer = await git(['merge-base', a.id, b.id]);
  const id = answer.out.toString().trim();
  if (answer.status === 0 && id !== '') return { id, name: `merge base of ${a.name} and ${b.name}` };
  if (answer.status !== 1 || answer.err !== '') throw failed(answer);
  if (!shallow) return undefined;
  throw noCommit(`no common ancestor of \`${a.name}\` and \`${b.name}\` is in this clone, which is shallow`, deepen);
}

async function changedPaths(
  git: Git,
  { dir, prefix }: { readonly dir: string; readonly prefix: string },
  folder: string,
  from: Commit,
  to: Commit | 'worktree',
): Promise<string[]> {
  const path = ['--', folder === '' ? '.' : folder];
  const how = ['--relative', '--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=dirty'];
  if (to !== 'worktree') {
    const diff = await output(git, ['diff', '-z', ...how, '--name-only', from.id, to.id, ...path]);
    return sortedBy(fieldsOf(diff), (p) => p);
  }
  // Git would give each file that it compares to a filter, a program that the repository's configuration names.
  const [before, listed] = await Promise.all([
    idsIn(git, prefix, from, folder),
    output(git, ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...path]),
  ]);
  const paths = new Set([...before.keys(), ...fieldsOf(listed)]);
  const changed = Array.from(paths).filter((file) => !isAsIn(before.get(file), join(dir, file)));
  return sortedBy(changed, (p) => p);
}

/** The most bytes of a file that is compared: what is larger counts as changed. */
const mostCompared = 64 * 1024 * 1024;

/** Whether what stands in the worktree is what a commit has, by its id there: as Git has it, or with line ends as in Windows. */
function isAsIn(id: string | undefined, path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (id === undefined) return stat === undefined;
  // A folder in the place of a submodule is one; whether it is of the right commit is not this repository's matter.
  if (!stat?.isFile()) return id === '' && stat?.isDirectory() === true;
  const read = readPlainFile(path, mostCompared);
  if (!('bytes' in read)) return false;
  return blobId(read.bytes, id) === id || blobId(withLineFeeds(read.bytes), id) === id;
}

function withLineFeeds(bytes: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}
