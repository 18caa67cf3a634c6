import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository } from '../../src/tree/git.ts';
import { Failure } from '../../src/values/failure.ts';
import { temporaryFolder } from '../support/folders.ts';
import type { TestRepository } from '../support/repositories.ts';
import { cloneOf, gitEnvironment, repositoryIn, temporaryRepository } from '../support/repositories.ts';

/** What the checkout is compared with, by name and id; or what is said where nothing is. */
async function baseOf(
  { folder }: TestRepository,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly name: string; readonly id: string } | { readonly message: string; readonly help: string }> {
  const repository = await openRepository(folder, { ...gitEnvironment, ...env });
  try {
    return await repository.defaultBase(await repository.commit('HEAD'));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.code).toBe('no-such-revision');
    return { message: error.message, help: error.help ?? '' };
  }
}

/** Follows the help: runs each `git` command in it. */
function follow({ git }: TestRepository, help: string): void {
  for (const [, command = ''] of help.matchAll(/`git ([^`]+)`/g)) {
    git(command.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1')));
  }
}

interface Hosted {
  readonly origin: TestRepository;
  readonly main: string;
  readonly change: string;
  /** The merge of the change into `main`, as a host makes it. */
  readonly merge: string;
}

/** A repository with a default branch and a pull request, as a host keeps them. */
function hosted(defaultBranch = 'main'): Hosted {
  const origin = temporaryRepository();
  origin.git(['symbolic-ref', 'HEAD', `refs/heads/${defaultBranch}`]);
  origin.commit({ a: '1' });
  origin.git(['checkout', '--quiet', '-b', 'feat']);
  const change = origin.commit({ b: '1' });
  origin.git(['checkout', '--quiet', defaultBranch]);
  const main = origin.commit({ c: '1' });
  origin.git(['checkout', '--quiet', '--detach']);
  origin.git(['merge', '--quiet', '--no-ff', '--message=merge', 'feat']);
  const merge = origin.git(['rev-parse', 'HEAD']);
  origin.git(['update-ref', 'refs/pull/1/merge', merge]);
  origin.git(['update-ref', 'refs/pull/1/head', change]);
  origin.git(['update-ref', 'refs/pipelines/7', change]);
  origin.git(['checkout', '--quiet', defaultBranch]);
  return { origin, main, change, merge };
}

/** A checkout as CI systems make it: an empty repository, and no more fetched than one refspec says. */
function checkout(
  { origin }: Hosted,
  refspec: string,
  at: readonly string[],
  ...options: readonly string[]
): TestRepository {
  const clone = temporaryRepository();
  clone.git(['remote', 'add', 'origin', `file://${origin.folder}`]);
  clone.git(['fetch', '--quiet', '--no-tags', ...options, 'origin', refspec]);
  clone.git(['checkout', '--quiet', '--force', ...at]);
  return clone;
}

describe('the default base of a checkout by CI', () => {
  const pullRequest = (host: Hosted, ...options: readonly string[]): TestRepository =>
    checkout(host, `+${host.merge}:refs/remotes/pull/1/merge`, ['refs/remotes/pull/1/merge'], ...options);

  it('is the first parent of a pull request’s merge commit', async () => {
    const host = hosted();
    const expected = { name: 'HEAD^1', id: host.main };
    expect(await baseOf(pullRequest(host, '--depth=2'))).toEqual(expected);
    expect(await baseOf(pullRequest(host, '--depth=2'), { GITHUB_BASE_REF: 'main' })).toEqual(expected);
    // Azure Pipelines and others know it by variables alone.
    const detached = checkout(host, host.merge, ['FETCH_HEAD'], '--depth=2');
    for (const [ref, sha] of [
      ['GITHUB_REF', 'GITHUB_SHA'],
      ['BUILD_SOURCEBRANCH', 'BUILD_SOURCEVERSION'],
    ] as const) {
      expect(await baseOf(detached, { [ref]: 'refs/pull/1/merge', [sha]: host.merge })).toEqual(expected);
    }
  });

  it('is no parent of a merge commit that is the change’s own', async () => {
    const host = hosted();
    host.origin.git(['checkout', '--quiet', 'feat']);
    host.origin.git(['merge', '--quiet', '--no-ff', '--message=merge', 'main']);
    const own = checkout(host, '+refs/heads/*:refs/remotes/origin/*', ['refs/remotes/origin/feat']);
    expect(await baseOf(own, { GITHUB_BASE_REF: 'main' })).toEqual({ name: 'origin/main', id: host.main });
  });

  it('is an error where the merge commit’s parents were not fetched, and the help leads to it', async () => {
    const host = hosted();
    const clone = pullRequest(host, '--depth=1');
    const said = await baseOf(clone);
    expect(said).toMatchObject({
      message:
        '`refs/remotes/pull/1/merge` is checked out, and the commit that it merges into is not in this clone, which is shallow',
    });
    follow(clone, 'help' in said ? said.help : '');
    expect(await baseOf(clone)).toEqual({ name: 'HEAD^1', id: host.main });
  });

  it.each([
    ['GITHUB_BASE_REF', 'main', {}],
    ['CI_MERGE_REQUEST_TARGET_BRANCH_NAME', 'main', {}],
    ['BITBUCKET_PR_DESTINATION_BRANCH', 'main', {}],
    ['CHANGE_TARGET', 'main', {}],
    ['SYSTEM_PULLREQUEST_TARGETBRANCH', 'refs/heads/main', {}],
    ['BUILDKITE_PULL_REQUEST_BASE_BRANCH', 'main', {}],
    ['DRONE_TARGET_BRANCH', 'main', { DRONE_BUILD_EVENT: 'pull_request' }],
    ['TRAVIS_BRANCH', 'main', { TRAVIS_PULL_REQUEST: '12' }],
    ['PULL_BASE_REF', 'main', {}],
    ['TENANTRY_BASE', 'main', {}],
    ['TENANTRY_BASE', 'origin/main', {}],
  ])('is the branch that %s names, `%s`', async (name, value, others) => {
    const host = hosted('trunk');
    const id = host.origin.git(['rev-parse', 'trunk~1']);
    host.origin.git(['branch', 'main', id]);
    const clone = checkout(host, '+refs/heads/*:refs/remotes/origin/*', ['-b', 'feat', 'refs/remotes/origin/feat']);
    expect(await baseOf(clone, { [name]: value, ...others })).toEqual({ name: 'origin/main', id });
    // Not fetched, it is said how to get it.
    const shallow = checkout(host, host.change, ['FETCH_HEAD'], '--depth=1');
    const said = await baseOf(shallow, { [name]: value, ...others });
    expect(said).toMatchObject({
      message: `\`${name}\` says that the change goes to \`${value}\`, which is not in this clone, which is shallow`,
    });
    if (value === 'origin/main') return;
    follow(shallow, 'help' in said ? said.help : '');
    expect(await baseOf(shallow, { [name]: value, ...others })).toEqual({ name: 'origin/main', id });
  });

  it.each(['CI_MERGE_REQUEST_DIFF_BASE_SHA', 'CI_MERGE_REQUEST_TARGET_BRANCH_SHA', 'PULL_BASE_SHA'])(
    'is the commit that %s names',
    async (name) => {
      const host = hosted();
      const clone = checkout(host, '+refs/heads/*:refs/remotes/origin/*', ['--detach', 'refs/remotes/origin/feat']);
      expect(await baseOf(clone, { [name]: host.main, PULL_BASE_REF: 'other' })).toEqual({
        name: host.main,
        id: host.main,
      });
    },
  );

  it.each([
    ['a push of one branch', '+refs/heads/feat:refs/remotes/origin/feat', ['-B', 'feat', 'refs/remotes/origin/feat']],
    ['a pipeline of GitLab', '+refs/pipelines/7:refs/pipelines/7', ['--detach', 'refs/pipelines/7']],
    ['a commit alone', 'refs/heads/feat', ['FETCH_HEAD']],
    ['a commit on a branch made for it', 'refs/heads/feat', ['-b', 'build', 'FETCH_HEAD']],
  ])('is an error for %s, shallow or not, and the help leads to one', async (_, refspec, at) => {
    const host = hosted();
    for (const options of [['--depth=1'], []]) {
      const clone = checkout(host, refspec, at, ...options);
      const said = await baseOf(clone, { CI: 'true' });
      expect(said).toMatchObject({
        message: `nothing says what to compare with: no default branch is in this clone${options.length > 0 ? ', which is shallow' : ''}`,
      });
      follow(clone, 'help' in said ? said.help : '');
      expect(await baseOf(clone, { CI: 'true' })).toEqual({ name: 'origin/HEAD', id: host.main });
    }
  });

  it('is the default branch that GitLab names in all jobs', async () => {
    const host = hosted('trunk');
    const clone = checkout(host, '+refs/heads/*:refs/remotes/origin/*', ['--detach', 'refs/remotes/origin/feat']);
    expect(await baseOf(clone, { CI_DEFAULT_BRANCH: 'trunk' })).toEqual({ name: 'origin/trunk', id: host.main });
  });

  it('is not the change’s own branch, where that is called as the one it goes to', async () => {
    const host = hosted();
    const clone = checkout(host, 'refs/heads/feat', ['-b', 'main', 'FETCH_HEAD']);
    expect(await baseOf(clone, { CHANGE_TARGET: 'main' })).toMatchObject({
      message: '`CHANGE_TARGET` says that the change goes to `main`, which is not in this clone',
    });
  });
});

describe('the default base of a clone', () => {
  it('is the default branch of the remote, or what is usually one', async () => {
    const origin = temporaryRepository();
    const id = origin.commit({ a: '1' });
    const clone = cloneOf(origin);
    clone.commit({ a: '2' });
    clone.git(['tag', 'origin/main']);
    expect(await baseOf(clone)).toEqual({ id, name: 'origin/HEAD' });
    clone.git(['remote', 'set-head', 'origin', '--delete']);
    expect(await baseOf(clone)).toEqual({ id, name: 'origin/main' });
    clone.git(['update-ref', 'refs/remotes/origin/master', id]);
    clone.git(['update-ref', '-d', 'refs/remotes/origin/main']);
    expect(await baseOf(clone)).toEqual({ id, name: 'origin/master' });
    clone.git(['update-ref', '-d', 'refs/remotes/origin/master']);
    expect(await baseOf(clone)).toMatchObject({ name: 'main' });
    clone.git(['branch', '--quiet', '--move', 'main', 'master']);
    expect(await baseOf(clone)).toMatchObject({ name: 'master' });
  });

  it('is an error where nobody says which branch is the default one, until somebody does', async () => {
    const { origin, main } = hosted('trunk');
    const clone = temporaryRepository();
    clone.git(['remote', 'add', 'origin', `file://${origin.folder}`]);
    clone.git(['fetch', '--quiet', 'origin']);
    clone.git(['checkout', '--quiet', '-b', 'other', 'refs/remotes/origin/feat', '--no-track']);
    const said = await baseOf(clone);
    expect(said).toMatchObject({ message: 'nothing says what to compare with: no default branch is in this clone' });
    expect('help' in said ? said.help : '').toContain('such as `--base origin/');
    follow(clone, 'help' in said ? said.help : '');
    expect(await baseOf(clone)).toEqual({ name: 'origin/HEAD', id: main });
  });

  it('is the branch that the change’s own was made from, where that is known', async () => {
    const { origin, main } = hosted('trunk');
    const clone = temporaryRepository();
    clone.git(['remote', 'add', 'origin', `file://${origin.folder}`]);
    clone.git(['fetch', '--quiet', 'origin']);
    clone.git(['checkout', '--quiet', '-b', 'other', '--track', 'origin/trunk']);
    expect(await baseOf(clone)).toEqual({ name: 'origin/trunk', id: main });
    // Its own copy at the remote is no such branch.
    clone.git(['checkout', '--quiet', '-b', 'feat', '--track', 'origin/feat']);
    expect(await baseOf(clone)).toHaveProperty('help');
  });

  it('is of the repository that a fork was made from', async () => {
    const { origin, main } = hosted();
    const fork = cloneOf(origin);
    fork.git(['checkout', '--quiet', 'main']);
    const clone = cloneOf(fork);
    const own = clone.commit({ d: '1' });
    clone.git(['push', '--quiet', 'origin', 'HEAD:refs/heads/own']);
    clone.git(['update-ref', 'refs/remotes/origin/main', own]);
    clone.git(['remote', 'add', 'upstream', `file://${origin.folder}`]);
    clone.git(['fetch', '--quiet', 'upstream']);
    expect(await baseOf(clone)).toEqual({ name: 'upstream/main', id: main });
    // Where `gh repo set-default` says otherwise, that counts.
    clone.git(['config', 'remote.origin.gh-resolved', 'base']);
    expect(await baseOf(clone)).toEqual({ name: 'origin/HEAD', id: own });
  });

  it('is the same in a worktree of it', async () => {
    const { origin, main } = hosted();
    const clone = cloneOf(origin);
    const folder = join(temporaryFolder(), 'other');
    clone.git(['worktree', 'add', '--quiet', folder, '-b', 'topic']);
    const other = repositoryIn(folder);
    other.commit({ e: '1' });
    expect(await baseOf(other)).toEqual({ name: 'origin/HEAD', id: main });
  });

  it('without a remote is the default branch, and the commit itself where there is no other branch', async () => {
    const alone = temporaryRepository();
    const first = alone.commit({ a: '1' });
    expect(await baseOf(alone)).toEqual({ name: 'main', id: first });
    alone.git(['branch', '--quiet', '--move', 'trunk']);
    expect(await baseOf(alone)).toEqual({ name: 'HEAD', id: first });
    // In CI that would be an answer to nothing.
    expect(await baseOf(alone, { CI: 'true' })).toHaveProperty('help');
    alone.git(['checkout', '--quiet', '-b', 'feat']);
    const said = await baseOf(alone);
    expect('help' in said ? said.help : '').toContain('`--base trunk`');
  });
});
