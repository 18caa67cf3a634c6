import { Failure } from '../values/failure.ts';
import { sortedBy } from '../values/order.ts';
import type { Environment, Git } from './git-run.ts';
import { output } from './git-run.ts';
import type { Commit } from './git-tree.ts';

/** What is compared with when nobody says: where a change is going to, as Git or the CI system knows it. */

/** A variable by which a CI system says where a change is going to, and the setting with which it fetches enough. */
interface TargetVariable {
  readonly name: string;
  /** Whether it holds a branch, or a commit's id. */
  readonly holds: 'branch' | 'commit';
  /** It says this only where another variable has, or has not, a value. */
  readonly only?: (environment: Environment) => boolean;
}

/** The first that has a value counts. A commit comes before the branch, which may have moved on since. */
const targetVariables: readonly TargetVariable[] = [
  { name: 'TENANTRY_BASE', holds: 'branch' },
  // GitHub Actions, Gitea, Forgejo
  { name: 'GITHUB_BASE_REF', holds: 'branch' },
  // GitLab: the first is there where the pipeline is of the merge result, which holds what the target has got since.
  { name: 'CI_MERGE_REQUEST_TARGET_BRANCH_SHA', holds: 'commit' },
  { name: 'CI_MERGE_REQUEST_DIFF_BASE_SHA', holds: 'commit' },
  { name: 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME', holds: 'branch' },
  { name: 'BITBUCKET_PR_DESTINATION_BRANCH', holds: 'branch' },
  // Jenkins
  { name: 'CHANGE_TARGET', holds: 'branch' },
  // Azure Pipelines
  { name: 'SYSTEM_PULLREQUEST_TARGETBRANCH', holds: 'branch' },
  { name: 'BUILDKITE_PULL_REQUEST_BASE_BRANCH', holds: 'branch' },
  { name: 'DRONE_TARGET_BRANCH', holds: 'branch', only: (env) => env['DRONE_BUILD_EVENT'] === 'pull_request' },
  // Woodpecker
  { name: 'CI_COMMIT_TARGET_BRANCH', holds: 'branch' },
  { name: 'CIRRUS_BASE_SHA', holds: 'commit' },
  { name: 'CIRRUS_BASE_BRANCH', holds: 'branch' },
  // Prow
  { name: 'PULL_BASE_SHA', holds: 'commit' },
  { name: 'PULL_BASE_REF', holds: 'branch' },
  // Travis CI and AppVeyor name the built branch by the same variable where there is no pull request.
  { name: 'TRAVIS_BRANCH', holds: 'branch', only: (env) => /^\d+$/.test(env['TRAVIS_PULL_REQUEST'] ?? '') },
  { name: 'APPVEYOR_REPO_BRANCH', holds: 'branch', only: (env) => isSet(env['APPVEYOR_PULL_REQUEST_NUMBER']) },
  { name: 'BITRISEIO_GIT_BRANCH_DEST', holds: 'branch' },
  { name: 'CODEBUILD_WEBHOOK_BASE_REF', holds: 'branch' },
];

/** Default branches, where nothing says which one it is. */
const usualBranches = ['main', 'master'] as const;

/** What is asked of the repository, and of the commit that is checked out. */
interface Asked {
  readonly git: Git;
  readonly environment: Environment;
  readonly shallow: boolean;
  readonly commit: (revision: string) => Promise<Commit>;
}

/** A ref, with the commit that it leads to. */
interface Ref {
  readonly name: string;
  readonly id: string;
  readonly isCheckedOut: boolean;
  /** The branch that it follows, as a full name; empty where there is none. */
  readonly follows: string;
}

/**
 * What the commit `tip`, which is checked out, is compared with when nobody says: what the CI system names; the first
 * parent of a pull request's merge commit; the default branch of the remote that changes go to; a local `main` or
 * `master`. `tip` itself only where the repository has a single branch, or the default one is checked out and no remote
 * is known. Everything else is a `Failure` that says what to give or to fetch: an answer without a base would be "no
 * change", whatever has changed.
 */
export async function defaultBase(asked: Asked, tip: Commit): Promise<Commit> {
  const [refs, resolvedTo] = await Promise.all([refsOf(asked.git), remoteOfPullRequests(asked.git)]);
  const merge = mergeRefAt(asked.environment, refs, tip);
  if (merge !== undefined) return parentOfMerge(asked, merge, tip);
  const variable = targetVariables.find(
    ({ name, only }) => isSet(asked.environment[name]) && only?.(asked.environment) !== false,
  );
  if (variable) return targetOf(asked, refs, variable);

  const remotes = remotesIn(refs, resolvedTo);
  const branches = [...givenDefault(asked.environment), ...usualBranches];
  const remote = remotes.flatMap((name) => ['HEAD', ...branches].map((branch) => `refs/remotes/${name}/${branch}`));
  const found = firstOf(refs, remote) ?? followed(refs);
  if (found) return named(found);
  const local = firstOf(
    refs,
    branches.map((branch) => `refs/heads/${branch}`),
  );
  // Beside remotes without a branch to compare with, the one that is checked out is no answer.
  if (local && !(local.isCheckedOut && remotes.length > 0)) return named(local);
  const isAlone = refs.length === 1 && refs[0]?.isCheckedOut === true;
  if (isAlone && !asked.shallow && !isSet(asked.environment['CI'])) return { id: tip.id, name: 'HEAD' };
  throw noBase(asked.shallow, refs, remotes[0]);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** All branches, local and of remotes, that lead to commits. */
async function refsOf(git: Git): Promise<Ref[]> {
  const format = '%(refname)%00%(objectname)%00%(HEAD)%00%(upstream)';
  const out = await output(git, ['for-each-ref', `--format=${format}`, 'refs/heads', 'refs/remotes']);
  return out
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', id = '', mark = '', follows = ''] = line.split('\0');
      return { name, id, isCheckedOut: mark === '*', follows };
    });
}

/** The remote that GitHub's command line was told pull requests go to (`gh repo set-default`). */
async function remoteOfPullRequests(git: Git): Promise<string | undefined> {
  const { out } = await git(['config', '--get-regexp', '^remote\\..*\\.gh-resolved$']);
  return /^remote\.(?<name>.+)\.gh-resolved base$/m.exec(out.toString())?.groups?.['name'];
}

/** The remotes that refs are of, first the one that changes go to: of a fork that is `upstream`, by custom. */
function remotesIn(refs: readonly Ref[], preferred: string | undefined): string[] {
  const names = refs.flatMap(({ name }) => /^refs\/remotes\/(?<remote>[^/]+)\//.exec(name)?.groups?.['remote'] ?? []);
  const known = new Set([...names.filter((name) => name !== 'pull'), ...(preferred === undefined ? [] : [preferred])]);
  const order = [preferred, 'upstream', 'origin'];
  return sortedBy(known, (name) => [String((order.indexOf(name) + order.length + 1) % (order.length + 1)), name]);
}

/** GitLab names the default branch of the project in each of its jobs. */
function givenDefault(environment: Environment): string[] {
  const { CI_DEFAULT_BRANCH: name } = environment;
  return name === undefined || name === '' ? [] : [name];
}

/** The branch that the one which is checked out was made from, where it follows another than its own copy. */
function followed(refs: readonly Ref[]): Ref | undefined {
  const current = refs.find(({ isCheckedOut }) => isCheckedOut);
  if (!current || current.follows === '') return undefined;
  const own = current.name.replace(/^refs\/heads\//, '');
  return current.follows.endsWith(`/${own}`) ? undefined : firstOf(refs, [current.follows]);
}

function firstOf(refs: readonly Ref[], names: readonly string[]): Ref | undefined {
  const byName = new Map(refs.map((ref) => [ref.name, ref]));
  for (const name of names) {
    const ref = byName.get(name);
    if (ref) return ref;
  }
  return undefined;
}

function named({ id, name }: Ref): Commit {
  return { id, name: name.replace(/^refs\/(?:remotes|heads)\//, '') };
}

/** The ref of a pull request's merge commit that is checked out: GitHub and Azure Pipelines make one. */
function mergeRefAt(environment: Environment, refs: readonly Ref[], tip: Commit): string | undefined {
  const isMergeRef = (name: string): boolean => /(?:^|\/)pull\/\d+\/merge$/.test(name);
  const given = [
    [environment['GITHUB_REF'], environment['GITHUB_SHA']],
    [environment['BUILD_SOURCEBRANCH'], environment['BUILD_SOURCEVERSION']],
  ].find(([name, id]) => id === tip.id && name !== undefined && isMergeRef(name));
  return given?.[0] ?? refs.find(({ name, id }) => id === tip.id && isMergeRef(name))?.name;
}

async function parentOfMerge({ commit, shallow }: Asked, ref: string, { id, name }: Commit): Promise<Commit> {
  try {
    return { ...(await commit(`${id}^1`)), name: `${name}^1` };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'no-such-revision') throw error;
    const why = shallow ? ' in this clone, which is shallow' : '';
    throw new Failure(
      'no-such-revision',
      `\`${ref}\` is checked out, and the commit that it merges into is not${why}`,
      {
        help: 'fetch it: with `fetch-depth: 2` for actions/checkout, elsewhere with `git fetch --deepen=1`; or give --base',
        cause: error,
      },
    );
  }
}

async function targetOf(
  { environment, shallow, commit }: Asked,
  refs: readonly Ref[],
  variable: TargetVariable,
): Promise<Commit> {
  const value = environment[variable.name] ?? '';
  const branch = value.replace(/^refs\/heads\//, '');
  const remotes = remotesIn(refs, 'origin').map((name) => `refs/remotes/${name}/${branch}`);
  const found = variable.holds === 'branch' ? firstOf(refs, [...remotes, `refs/heads/${branch}`]) : undefined;
  if (found && !found.isCheckedOut) return named(found);
  try {
    // The branch of that name which is checked out is the change: a fork's branch may be called as the one it goes to.
    if (!found) return await commit(value);
    throw new Failure('no-such-revision', `\`${branch}\` is checked out`);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'no-such-revision') throw error;
    const fetched = variable.holds === 'commit' ? value : `${branch}:refs/remotes/origin/${branch}`;
    throw new Failure(
      'no-such-revision',
      `\`${variable.name}\` says that the change goes to \`${value}\`, which is not in this clone${shallow ? ', which is shallow' : ''}`,
      { help: `${fetchWith(shallow, fetched)}, or give another one with --base`, cause: error },
    );
  }
}

function fetchWith(shallow: boolean, what: string): string {
  const settings = shallow ? ' (`fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` in GitLab)' : '';
  return `fetch it with its history: \`git fetch ${shallow ? '--unshallow ' : ''}origin ${what}\`${settings}`;
}

function noBase(shallow: boolean, refs: readonly Ref[], remote: string | undefined): Failure {
  const [example] = refs.filter(({ isCheckedOut }) => !isCheckedOut).map((ref) => named(ref).name);
  const of = remote ?? 'origin';
  const fetched = `\`git fetch ${shallow ? '--unshallow ' : ''}${of} '+refs/heads/*:refs/remotes/${of}/*'\``;
  return new Failure(
    'no-such-revision',
    `nothing says what to compare with: no default branch is in this clone${shallow ? ', which is shallow' : ''}`,
    {
      help: `give it with --base${example === undefined ? '' : `, such as \`--base ${example}\``}; or get the branches with ${fetched} (\`fetch-depth: 0\` for actions/checkout), and then \`git remote set-head ${of} --auto\``,
    },
  );
}
