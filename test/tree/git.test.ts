import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/values/failure.ts';
import type { Environment, Repository } from '../../src/tree/git.ts';
import { openRepository } from '../../src/tree/git.ts';
import type { FileTree } from '../../src/tree/tree.ts';
import { maxFileSize } from '../../src/tree/tree.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import type { TestRepository } from '../support/repositories.ts';
import { cloneOf, gitEnvironment, repositoryIn, temporaryRepository } from '../support/repositories.ts';

const open = ({ folder }: TestRepository, below = '', environment: Environment = gitEnvironment): Promise<Repository> =>
  openRepository(join(folder, below), environment);

/** The texts of all files of a tree, by path; what cannot be read by its reason, and what is no file by its kind. */
async function contentsOf(tree: FileTree, folder = ''): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const { path, kind } of await tree.list(folder)) {
    if (kind === 'directory') Object.assign(contents, await contentsOf(tree, path));
    else if (kind === 'file') contents[path] = await textOf(tree, path);
    else contents[path] = `(${kind})`;
  }
  return contents;
}

async function textOf(tree: FileTree, path: string): Promise<string> {
  const result = await tree.read(path);
  return 'bytes' in result ? Buffer.from(result.bytes).toString('latin1') : `${result.failure}: ${result.detail}`;
}

async function contentsAt(repository: Repository, revision: string): Promise<Record<string, string>> {
  return contentsOf(repository.tree(await repository.commit(revision)));
}

/** What a promise fails with: code, message and help. */
async function failureOf(promise: Promise<unknown>): Promise<Pick<Failure, 'code' | 'message' | 'help'>> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof Failure)) throw new Error(`not a Failure: ${String(error)}`);
  const { code, message, help } = error;
  return { code, message, help };
}

/** A `PATH` where `git` is a shell script that ends with the real one. */
function pathWithGit(script: string): string {
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const folder = temporaryFolder();
  writeFiles(folder, { git: `#!/bin/sh\n${script.replaceAll('REAL', real)}\n` });
  chmodSync(join(folder, 'git'), 0o755);
  return `${folder}:${gitEnvironment['PATH'] ?? ''}`;
}

describe('a repository', () => {
  it.each([
    ['its root', '', ''],
    ['a folder', 'access', 'access'],
    ['a folder in a folder', 'platform/access', 'platform/access'],
    ['a folder with a pattern for a name', 'a*b/[c] :(top)', 'a*b/[c] :(top)'],
    ['a folder with a line feed and a quote in its name', 'a\n"b', 'a\n"b'],
  ])('holds the organization in %s', async (_, below, prefix) => {
    const test = temporaryRepository();
    const at = (path: string): string => (below === '' ? path : `${below}/${path}`);
    test.commit({ [at('organization.yaml')]: 'o', [at('tenants/solar.yaml')]: 's', 'aXb/tenants/other.yaml': 'x' });
    const repository = await open(test, below);
    expect(repository.prefix).toBe(prefix);
    expect(await contentsAt(repository, 'main')).toEqual({
      ...(below === '' && { 'aXb/tenants/other.yaml': 'x' }),
      'organization.yaml': 'o',
      'tenants/solar.yaml': 's',
    });
  });

  it('is read where a worktree, not a clone, is', async () => {
    const test = temporaryRepository();
    test.commit({ 'access/organization.yaml': 'o' });
    const other = repositoryIn(join(temporaryFolder(), 'other'));
    test.git(['worktree', 'add', '--quiet', other.folder, '-b', 'topic']);
    other.commit({ 'access/organization.yaml': 'topic' });
    const repository = await open(other, 'access');
    expect(repository.prefix).toBe('access');
    expect(await contentsAt(repository, 'HEAD')).toEqual({ 'organization.yaml': 'topic' });
    expect(await contentsAt(repository, 'main')).toEqual({ 'organization.yaml': 'o' });
  });

  it('is the submodule where the organization is in one', async () => {
    const inner = temporaryRepository();
    inner.commit({ 'organization.yaml': 'inner' });
    const outer = temporaryRepository();
    outer.commit({ 'tenants/solar.yaml': 'outer' });
    outer.git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.folder, 'access']);
    outer.commit();
    const repository = await open(outer, 'access');
    expect(repository.prefix).toBe('');
    expect(await contentsAt(repository, 'HEAD')).toEqual({ 'organization.yaml': 'inner' });
    expect(await contentsAt(await open(outer), 'HEAD')).toMatchObject({
      access: '(other)',
      'tenants/solar.yaml': 'outer',
    });
  });

  it('is the one around the folder, whatever a hook says', async () => {
    const test = temporaryRepository();
    test.commit({ 'organization.yaml': 'o' });
    const other = temporaryRepository();
    other.commit({ 'organization.yaml': 'other' });
    const repository = await open(test, '', {
      ...gitEnvironment,
      PATH: pathWithGit('[ "$LC_ALL" = C ] || exit 9; exec REAL "$@"'),
      GIT_DIR: join(other.folder, '.git'),
      GIT_WORK_TREE: other.folder,
      GIT_INDEX_FILE: join(other.folder, '.git/index'),
      GIT_OBJECT_DIRECTORY: join(other.folder, '.git/objects'),
      GIT_PREFIX: 'tenants/',
      GIT_EXTERNAL_DIFF: '/bin/false',
      GIT_CONFIG_COUNT: '1',
      EDITOR: 'vi',
      VISUAL: 'vi',
      PAGER: 'less',
      PREFIX: '/usr',
      SSH_ASKPASS: '/bin/false',
      LC_ALL: 'de_DE.UTF-8',
      LANGUAGE: 'de',
    });
    expect(await contentsAt(repository, 'main')).toEqual({ 'organization.yaml': 'o' });
    expect(await repository.changedPaths('', await repository.commit('main'), 'worktree')).toEqual([]);
  });

  it('with SHA-256 is read like any other', async () => {
    const test = temporaryRepository('--object-format=sha256');
    const id = test.commit({ 'organization.yaml': 'o' });
    const repository = await open(test);
    expect(id).toHaveLength(64);
    expect(await repository.commit(id.slice(0, 12))).toEqual({ id, name: id.slice(0, 12) });
    expect(await contentsAt(repository, id)).toEqual({ 'organization.yaml': 'o' });
  });
});

describe('a repository is refused', () => {
  it('where there is no folder', async () => {
    const folder = join(temporaryFolder(), 'gone');
    expect(await failureOf(openRepository(folder, gitEnvironment))).toMatchObject({
      code: 'no-such-folder',
      message: `there is no folder ${folder}`,
    });
  });

  it('where there is none', async () => {
    const folder = temporaryFolder();
    expect(await failureOf(openRepository(folder, gitEnvironment))).toEqual({
      code: 'not-a-repository',
      message: `${folder} is in no Git repository, so there is nothing to compare with`,
      help: 'run this in a clone, or start a repository: `git init`, then commit the files',
    });
  });

  it('where it has no worktree', async () => {
    const bare = temporaryRepository('--bare');
    const own = temporaryRepository();
    for (const failure of [await failureOf(open(bare)), await failureOf(open(own, '.git'))]) {
      expect(failure.code).toBe('not-a-repository');
      expect(failure.message).toContain("is Git's own folder or a bare repository, not a worktree");
      expect(failure.help).toContain('git worktree add');
    }
  });

  it('where Git is not installed', async () => {
    const test = temporaryRepository();
    expect(await failureOf(open(test, '', { ...gitEnvironment, PATH: temporaryFolder() }))).toEqual({
      code: 'git',
      message: 'there is no program `git`',
      help: 'install Git (https://git-scm.com/downloads), or add the folder it is in to `PATH`',
    });
  });

  it('where it belongs to somebody else, until it is trusted', async () => {
    const test = temporaryRepository();
    test.commit({ 'organization.yaml': 'o' });
    const environment = { ...gitEnvironment, PATH: pathWithGit('GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec REAL "$@"') };
    expect(await failureOf(open(test, '', environment))).toEqual({
      code: 'git',
      message: `the repository of ${test.folder} belongs to another user, so Git does not read it`,
      help: `if you trust it, run \`git config --global --add safe.directory ${test.folder}\``,
    });
    const config = join(temporaryFolder(), 'config');
    test.git(['config', '--file', config, '--add', 'safe.directory', test.folder]);
    const repository = await open(test, '', { ...environment, GIT_CONFIG_GLOBAL: config });
    expect(await contentsAt(repository, 'main')).toEqual({ 'organization.yaml': 'o' });
  });

  it("where Git's own configuration is broken", async () => {
    const test = temporaryRepository();
    writeFileSync(join(test.folder, '.git/config'), '[core\n');
    expect(await failureOf(open(test))).toEqual({
      code: 'git',
      message: 'Git failed: bad config line 1 in file .git/config',
      help: 'see whether `git status` and `git fsck` work in the same folder',
    });
  });
});

describe('a revision', () => {
  it('is a branch, a remote branch, a tag, an id or its beginning, or relative to one', async () => {
    const origin = temporaryRepository();
    const first = origin.commit({ a: '1' });
    const second = origin.commit({ a: '2' });
    const clone = cloneOf(origin);
    clone.git(['tag', 'light', first]);
    clone.git(['tag', '--annotate', '--message=one', 'annotated', first]);
    clone.git(['checkout', '--quiet', '--detach', second]);
    const repository = await open(clone);
    for (const name of [
      'light',
      'annotated',
      'refs/tags/annotated',
      'HEAD~1',
      'main^',
      'HEAD^1',
      first,
      'main@{0}~1',
    ]) {
      expect(await repository.commit(name)).toEqual({ id: first, name });
    }
    for (const name of [
      'main',
      'HEAD',
      '@',
      'origin/main',
      'origin',
      'refs/remotes/origin/HEAD',
      second.slice(0, 10),
    ]) {
      expect(await repository.commit(name)).toEqual({ id: second, name });
    }
  });

  it.each([
    ['--upload-pack=touch x', 'is not a revision'],
    ['-x', 'is not a revision'],
    ['--all', 'is not a revision'],
    ['', 'is not a revision'],
    [' ', 'is not a revision'],
    ['main\n', 'is not a revision'],
    ['main\nHEAD', 'is not a revision'],
    ['main\0', 'is not a revision'],
    ['..', 'is a range of commits, not one'],
    ['main..HEAD', 'is a range of commits, not one'],
    ['main...', 'is a range of commits, not one'],
    ['^main', 'there is no commit `^main` in this clone'],
    ['main^2', 'there is no commit `main^2` in this clone'],
    ['main^@', 'there is no commit `main^@` in this clone'],
    ['nowhere', 'there is no commit `nowhere` in this clone'],
    ['1234567', 'there is no commit `1234567` in this clone'],
    ['1'.repeat(40), 'there is no commit'],
    ['$(touch x)', 'there is no commit'],
    ['main HEAD', 'there is no commit'],
    ['main^{tree}', 'is a folder, not a commit'],
    ['main:a', 'is a file, not a commit'],
    ['of-a-file', 'is a tag of something else, not a commit'],
  ])('is refused when it is %j', async (revision, message) => {
    const test = temporaryRepository();
    test.commit({ a: '1' });
    test.git(['tag', '--annotate', '--message=x', 'of-a-file', 'main:a']);
    const failure = await failureOf((await open(test)).commit(revision));
    expect(failure.code).toBe('no-such-revision');
    expect(failure.message).toContain(message);
    expect(failure.help).toBeTruthy();
    expect(test.git(['status', '--porcelain'])).toBe('');
  });

  it('is refused when a tag could pass for the branch', async () => {
    const test = temporaryRepository();
    const first = test.commit({ a: '1' });
    const second = test.commit({ a: '2' });
    test.git(['tag', 'main', second]);
    const repository = await open(test);
    expect((await repository.commit('main')).id).toBe(second);
    test.git(['tag', '--force', 'main', first]);
    expect(await failureOf(repository.commit('main'))).toEqual({
      code: 'no-such-revision',
      message: '`main` names more than one commit',
      help: "give the full name, `refs/heads/main` or `refs/tags/main`, or the commit's id",
    });
    expect((await repository.commit('refs/heads/main')).id).toBe(second);
  });

  it('is refused when it is the beginning of two ids', async () => {
    const test = temporaryRepository();
    test.commit({ a: '1' });
    const stream = Array.from({ length: 600 }, (_, i) => {
      const message = `commit ${i}`;
      return `commit refs/heads/many\ncommitter X <x@example.com> ${i} +0000\ndata ${message.length}\n${message}\n`;
    });
    test.git(['fast-import', '--quiet'], { input: stream.join('') });
    const beginnings = test
      .git(['rev-list', 'many'])
      .split('\n')
      .map((id) => id.slice(0, 4));
    const twice = beginnings.find((beginning, i) => beginnings.indexOf(beginning) !== i) ?? '';
    expect(twice).toHaveLength(4);
    expect(await failureOf((await open(test)).commit(twice))).toMatchObject({
      code: 'no-such-revision',
      message: `\`${twice}\` is the beginning of more than one id`,
    });
  });

  it('is refused where there are no commits', async () => {
    const repository = await open(temporaryRepository());
    expect(await failureOf(repository.commit('HEAD'))).toEqual({
      code: 'no-such-revision',
      message: 'there is no commit `HEAD`: the branch has none yet',
      help: 'commit the files first',
    });
  });
});

describe('a merge base', () => {
  it('is the best common ancestor', async () => {
    const test = temporaryRepository();
    const fork = test.commit({ a: '1' });
    test.git(['checkout', '--quiet', '-b', 'topic']);
    test.commit({ b: '1' });
    test.git(['checkout', '--quiet', 'main']);
    test.commit({ a: '2' });
    const repository = await open(test);
    const [main, topic] = [await repository.commit('main'), await repository.commit('topic')];
    expect(await repository.mergeBase(main, topic)).toEqual({ id: fork, name: 'merge base of main and topic' });
  });

  it('does not exist for unrelated histories', async () => {
    const test = temporaryRepository();
    test.commit({ a: '1' });
    test.git(['checkout', '--quiet', '--orphan', 'other']);
    test.commit({ a: '1', b: '2' });
    const repository = await open(test);
    const [main, other] = [await repository.commit('main'), await repository.commit('other')];
    expect(await repository.mergeBase(main, other)).toBeUndefined();
  });
});

describe('a shallow clone', () => {
  /** A pull request as CI checks it out: `HEAD` is the merge of the change into main. */
  function pullRequest(): TestRepository {
    const origin = temporaryRepository();
    origin.commit({ 'organization.yaml': 'first' });
    origin.git(['checkout', '--quiet', '-b', 'topic']);
    origin.commit({ 'tenants/lunar.yaml': 'new' });
    origin.git(['checkout', '--quiet', 'main']);
    origin.commit({ 'organization.yaml': 'second' });
    origin.git(['checkout', '--quiet', '-b', 'merge']);
    origin.git(['merge', '--quiet', '--no-ff', '--message=merge', 'topic']);
    return origin;
  }

  it('of depth 1 has no base, and says how to get it', async () => {
    const repository = await open(cloneOf(pullRequest(), '--depth=1', '--branch=merge'));
    expect(await contentsAt(repository, 'HEAD')).toEqual({
      'organization.yaml': 'second',
      'tenants/lunar.yaml': 'new',
    });
    for (const revision of ['HEAD^1', 'origin/main']) {
      const failure = await failureOf(repository.commit(revision));
      expect(failure).toMatchObject({
        code: 'no-such-revision',
        message: `\`${revision}\` is not in this clone, which is shallow`,
      });
      expect(failure.help).toMatch(/`fetch-depth: 0`.*`fetch-depth: 2`.*`git fetch --deepen=1`/);
    }
  });

  it('of depth 2 is enough for a merge commit and its parents', async () => {
    const repository = await open(cloneOf(pullRequest(), '--depth=2', '--branch=merge'));
    expect(await contentsAt(repository, 'HEAD^1')).toEqual({ 'organization.yaml': 'second' });
    expect(await contentsAt(repository, 'HEAD^2')).toEqual({
      'organization.yaml': 'first',
      'tenants/lunar.yaml': 'new',
    });
    const [base, head] = [await repository.commit('HEAD^1'), await repository.commit('HEAD')];
    expect((await repository.mergeBase(base, head))?.id).toBe(base.id);
    const failure = await failureOf(repository.mergeBase(base, await repository.commit('HEAD^2')));
    expect(failure).toMatchObject({
      code: 'no-such-revision',
      message: 'no common ancestor of `HEAD^1` and `HEAD^2` is in this clone, which is shallow',
    });
    expect(failure.help).toContain('fetch-depth: 0');
  });

  it('made partial says how to get what it left out', async () => {
    const origin = pullRequest();
    origin.git(['config', 'uploadpack.allowFilter', 'true']);
    const clone = cloneOf(origin, '--filter=blob:none', '--no-checkout', '--branch=merge');
    expect(await failureOf(contentsAt(await open(clone), 'HEAD^1'))).toEqual({
      code: 'git',
      message: 'Git failed: this clone is partial, and an object that is needed was left out of it',
      help: 'get everything with `git fetch --refetch --no-filter` (Git 2.36 or newer), or clone without `--filter`',
    });
    clone.git(['fetch', '--quiet', '--refetch', '--no-filter']);
    expect(await contentsAt(await open(clone), 'HEAD^1')).toEqual({ 'organization.yaml': 'second' });
  });
});

describe('a tree of a commit', () => {
  it('is read whatever the worktree is, and leaves that alone', async () => {
    const test = temporaryRepository();
    test.commit({ 'organization.yaml': 'old', 'tenants/solar.yaml': 's', 'dist/a': 'x' });
    test.git(['checkout', '--quiet', '-b', 'topic']);
    test.commit({ 'organization.yaml': 'new', 'tenants/solar.yaml': undefined });
    writeFiles(test.folder, { 'organization.yaml': 'staged', 'tenants/lunar.yaml': 'untracked' });
    test.git(['add', 'organization.yaml']);
    writeFiles(test.folder, { 'organization.yaml': 'dirty' });
    const state = (): string[] => [
      test.git(['--no-optional-locks', 'status', '--porcelain', '--branch']),
      readFileSync(join(test.folder, '.git/index'), 'hex'),
      String(statSync(join(test.folder, '.git/index')).mtimeMs),
      test.git(['count-objects', '--verbose']),
    ];
    // Touched files are what makes Git refresh the index.
    utimesSync(join(test.folder, 'dist/a'), 1, 1);
    const before = state();
    const repository = await open(test);
    const main = await repository.commit('main');
    expect(await contentsOf(repository.tree(main))).toEqual({
      'organization.yaml': 'old',
      'tenants/solar.yaml': 's',
      'dist/a': 'x',
    });
    expect(await repository.changedPaths('', main, 'worktree')).toEqual([
      'organization.yaml',
      'tenants/lunar.yaml',
      'tenants/solar.yaml',
    ]);
    await repository.lastChange(main, 'dist');
    expect(state()).toEqual(before);
  });

  it('is listed by code unit, one level deep', async () => {
    const test = temporaryRepository();
    const files = [
      'tenants/é.yaml',
      'tenants/solar.yaml',
      'tenants/Solar.yaml',
      'tenants/a.b/x',
      'tenants/a/x',
      'tenants-old/x',
    ];
    test.commit(Object.fromEntries(files.map((path) => [`access/${path}`, path])));
    const repository = await open(test, 'access');
    const tree = repository.tree(await repository.commit('main'));
    expect(await tree.list('')).toEqual([
      { path: 'tenants', kind: 'directory' },
      { path: 'tenants-old', kind: 'directory' },
    ]);
    expect(await tree.list('tenants')).toEqual([
      { path: 'tenants/Solar.yaml', kind: 'file' },
      { path: 'tenants/a', kind: 'directory' },
      { path: 'tenants/a.b', kind: 'directory' },
      { path: 'tenants/solar.yaml', kind: 'file' },
      { path: 'tenants/é.yaml', kind: 'file' },
    ]);
    expect(await tree.list('tenants/a')).toEqual([{ path: 'tenants/a/x', kind: 'file' }]);
    for (const none of ['clusters', 'tenants/none', 'tenants/solar.yaml', 'tenants/solar.yaml/x', '..']) {
      expect(await tree.list(none)).toEqual([]);
    }
    for (const none of ['tenants', 'tenants/none.yaml', 'none', 'tenants/a', '../access/tenants/a/x', '']) {
      expect(await tree.read(none)).toMatchObject({ failure: 'unreadable' });
    }
  });

  it('is named for people', async () => {
    const test = temporaryRepository();
    const id = test.commit({ a: '1' });
    const repository = await open(test);
    expect(repository.tree(await repository.commit('main')).name).toBe(`commit ${id.slice(0, 7)} (main)`);
    expect(repository.tree(await repository.commit(id)).name).toBe(`commit ${id.slice(0, 7)}`);
  });

  it('keeps apart a rename, and the parents of a merge', async () => {
    const test = temporaryRepository();
    test.commit({ 'tenants/solar.yaml': 's' });
    test.git(['checkout', '--quiet', '-b', 'topic']);
    test.commit({ 'tenants/solar.yaml': undefined, 'tenants/stellar.yaml': 's' });
    test.git(['checkout', '--quiet', 'main']);
    test.commit({ 'organization.yaml': 'o' });
    test.git(['merge', '--quiet', '--no-ff', '--message=merge', 'topic']);
    const repository = await open(test);
    expect(await contentsAt(repository, 'HEAD^1')).toEqual({ 'organization.yaml': 'o', 'tenants/solar.yaml': 's' });
    expect(await contentsAt(repository, 'HEAD^2')).toEqual({ 'tenants/stellar.yaml': 's' });
    expect(await contentsAt(repository, 'HEAD')).toEqual({ 'organization.yaml': 'o', 'tenants/stellar.yaml': 's' });
    const [from, to] = [await repository.commit('HEAD^1'), await repository.commit('HEAD')];
    expect(await repository.changedPaths('tenants', from, to)).toEqual(['tenants/solar.yaml', 'tenants/stellar.yaml']);
  });

  it('is empty where the folder is not there yet', async () => {
    const test = temporaryRepository();
    test.commit({ 'README.md': 'x', 'platform/other/x': 'y' });
    test.commit({ 'platform/access/organization.yaml': 'o' });
    const repository = await open(test, 'platform/access');
    expect(await contentsAt(repository, 'HEAD~1')).toEqual({});
    expect(await contentsAt(repository, 'HEAD')).toEqual({ 'organization.yaml': 'o' });
    test.commit({ 'platform/access/organization.yaml': undefined, 'platform/other/x': undefined });
    expect(await contentsAt(repository, 'HEAD').catch(String)).toEqual({});
  });

  it.each([
    ['access', 'a symbolic link', 'platform/access'],
    ['a submodule', 'a submodule', 'platform/access'],
    ['a file', 'a file', 'platform/access'],
    ['a link above', 'a symbolic link', 'platform'],
  ])('is not taken for empty where the folder is something else: %s', async (kind, what, where) => {
    const test = temporaryRepository();
    const blob = test.git(['hash-object', '-w', '--stdin'], { input: 'elsewhere' });
    test.commit({ x: '1' });
    const mode = what === 'a file' ? '100644' : what === 'a submodule' ? '160000' : '120000';
    const id = what === 'a submodule' ? test.git(['rev-parse', 'HEAD']) : blob;
    test.git(['update-index', '--add', '--cacheinfo', `${mode},${id},${where}`]);
    test.git(['commit', '--quiet', `--message=${kind}`]);
    test.git(['rm', '--quiet', '--cached', '-f', where]);
    test.commit({ 'platform/access/organization.yaml': 'o' });
    const repository = await open(test, 'platform/access');
    expect(await failureOf(contentsAt(repository, 'HEAD~1'))).toMatchObject({
      code: 'git',
      message: `\`${where}\` is ${what} in commit HEAD~1, not a folder with an organization`,
    });
  });

  it('lists links and submodules as what they are, and reads neither', async () => {
    const test = temporaryRepository();
    test.commit({ 'organization.yaml': 'o', 'tenants/run.yaml': '1' });
    chmodSync(join(test.folder, 'tenants/run.yaml'), 0o755);
    symlinkSync('../../organization.yaml', join(test.folder, 'tenants/link.yaml'));
    symlinkSync('tenants', join(test.folder, 'linked'));
    test.git(['add', '--all']);
    test.git(['update-index', '--add', '--cacheinfo', `160000,${test.git(['rev-parse', 'HEAD'])},tenants/sub`]);
    test.git(['commit', '--quiet', '--message=kinds']);
    const repository = await open(test);
    const tree = repository.tree(await repository.commit('HEAD'));
    expect(await contentsOf(tree)).toEqual({
      linked: '(symlink)',
      'organization.yaml': 'o',
      'tenants/link.yaml': '(symlink)',
      'tenants/run.yaml': '1',
      'tenants/sub': '(other)',
    });
    expect(await tree.list('linked')).toEqual([]);
    expect(await tree.list('tenants/sub')).toEqual([]);
    for (const path of ['linked', 'tenants/link.yaml', 'tenants/sub']) {
      expect(await textOf(tree, path)).toBe('unreadable: not a plain file');
    }
  });

  it.each([
    ['a few', 3],
    ['more than Git is told by name', 600],
  ])('can be had with nothing in it but some files: %s', async (_, count) => {
    const test = temporaryRepository();
    const names = Array.from({ length: count }, (_name, i) => `dist/c${i % 7}/*${i}.yaml`);
    const contents = Object.fromEntries(names.map((name, i) => [name, `file ${i}`]));
    test.commit({ 'organization.yaml': 'o', 'dist/other.yaml': 'other', 'dist/c0/x0.yaml': 'x', ...contents });
    const repository = await open(test);
    const head = await repository.commit('HEAD');
    const tree = repository.tree(head, { only: new Set([...names, 'dist/gone.yaml']) });
    for (const name of names) expect(await textOf(tree, name)).toBe(contents[name]);
    for (const name of ['dist/other.yaml', 'dist/gone.yaml', 'dist/c0/x0.yaml']) {
      expect(await textOf(tree, name)).toBe('unreadable: no such file');
    }
  });

  it.each(['sha1', 'sha256'])('has the bytes that were committed, whatever is held already: %s', async (format) => {
    const test = temporaryRepository(`--object-format=${format}`);
    const committed = {
      'organization.yaml': 'o',
      'tenants/same.yaml': 'same',
      'tenants/twin.yaml': 'same',
      'tenants/other.yaml': 'abcd',
      'tenants/longer.yaml': 'long',
      'tenants/not-held.yaml': 'not held',
    };
    test.commit(committed);
    const held = new Map(
      Object.entries({
        'organization.yaml': 'o',
        'tenants/same.yaml': 'same',
        'tenants/other.yaml': 'abce',
        'tenants/longer.yaml': 'longer',
        'tenants/gone.yaml': 'gone',
      }).map(([path, text]) => [path, Buffer.from(text)]),
    );
    const log = join(temporaryFolder(), 'log');
    const repository = await open(test, '', {
      ...gitEnvironment,
      PATH: pathWithGit(
        `for word in "$@"; do if [ "$word" = --batch ]; then tee -a ${log} | REAL "$@"; exit; fi; done\nREAL "$@"`,
      ),
    });
    const tree = repository.tree(await repository.commit('HEAD'), { held });
    expect(await contentsOf(tree)).toEqual(committed);
    // What is held and the same was never asked for.
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(3);
    for (const path of ['organization.yaml', 'tenants/same.yaml', 'tenants/twin.yaml'] as const)
      expect(await tree.read(path)).toMatchObject({ bytes: Buffer.from(committed[path]) });
    expect(await textOf(tree, 'tenants/gone.yaml')).toBe('unreadable: no such file');
  });

  it('has the bytes that were committed, whatever attributes and line endings say', async () => {
    const test = temporaryRepository();
    const programs = join(temporaryFolder(), 'ran');
    test.git(['config', 'core.autocrlf', 'true']);
    const attributes = [
      'tenants/exported.yaml export-ignore',
      'tenants/subst.yaml export-subst',
      'tenants/loud.yaml diff=loud',
      'tenants/ident.yaml ident',
      'tenants/filtered.yaml filter=shout',
      'tenants/wide.yaml working-tree-encoding=UTF-16LE',
    ];
    const files = {
      'tenants/exported.yaml': 'exported',
      'tenants/subst.yaml': '$Format:%H$',
      'tenants/loud.yaml': 'quiet',
      'tenants/ident.yaml': '$Id$\r\n',
      'tenants/filtered.yaml': 'plain',
      'tenants/crlf.yaml': 'a\r\nb\r\n',
      'tenants/wide.yaml': Buffer.from('wide', 'utf16le'),
    };
    test.commit({ '.gitattributes': `${attributes.join('\n')}\n`, ...files });
    test.git(['config', 'filter.shout.smudge', `touch ${programs}; tr a-z A-Z`]);
    test.git(['config', 'diff.loud.textconv', `touch ${programs}; tr a-z A-Z <`]);
    test.git(['config', 'diff.loud.command', `touch ${programs}`]);
    test.git(['config', 'core.fsmonitor', `touch ${programs}`]);
    const repository = await open(test);
    const head = await repository.commit('HEAD');
    expect(await contentsOf(repository.tree(head))).toMatchObject({
      'tenants/exported.yaml': 'exported',
      'tenants/subst.yaml': '$Format:%H$',
      'tenants/loud.yaml': 'quiet',
      'tenants/ident.yaml': '$Id$\n',
      'tenants/filtered.yaml': 'plain',
      'tenants/crlf.yaml': 'a\nb\n',
      'tenants/wide.yaml': 'wide',
    });
    // The worktree's bytes count; only ends of lines may be those of Windows.
    expect(await repository.changedPaths('', head, 'worktree')).toEqual(['tenants/wide.yaml']);
    writeFiles(test.folder, { 'tenants/loud.yaml': 'changed' });
    expect(await repository.changedPaths('', head, 'worktree')).toEqual(['tenants/loud.yaml', 'tenants/wide.yaml']);
    expect(statSync(programs, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is not what a replacement pretends', async () => {
    const test = temporaryRepository();
    const first = test.commit({ 'organization.yaml': 'true' });
    const second = test.commit({ 'organization.yaml': 'false' });
    test.git(['replace', first, second]);
    expect(await contentsAt(await open(test), first)).toEqual({ 'organization.yaml': 'true' });
  });

  it('has files of any name and content', async () => {
    const test = temporaryRepository();
    const names = [
      'a"b',
      "a'b",
      'a\\b',
      'tab\there',
      'line\nfeed',
      '-x',
      ':(top)x',
      '*',
      '[a]',
      ' ',
      'é',
      '日本',
      '{a,b}',
    ];
    const files = Object.fromEntries(names.map((name) => [`tenants/${name}.yaml`, name.length.toString()]));
    const contents = {
      empty: '',
      newline: '\n',
      header: `${'0'.repeat(40)} blob 3\nabc\n`,
      same: 'x',
      'same again': 'x',
      nul: '\0\n\0',
    };
    Object.assign(files, contents);
    test.commit(files);
    const repository = await open(test);
    expect(await contentsAt(repository, 'HEAD')).toEqual(files);
    test.commit({ 'tenants/line\nfeed.yaml': undefined, 'tenants/tab\there.yaml': 'changed' });
    const [from, to] = [await repository.commit('HEAD~1'), await repository.commit('HEAD')];
    const changed = ['tenants/line\nfeed.yaml', 'tenants/tab\there.yaml'];
    expect(await repository.changedPaths('tenants', from, to)).toEqual(changed);
    expect(await repository.changedPaths('tenants', from, 'worktree')).toEqual(changed);
  });

  it('has files whose names are not UTF-8, and reads none of them', async () => {
    const test = temporaryRepository();
    const blob = test.git(['hash-object', '-w', '--stdin'], { input: 'x' });
    const entry = (name: Uint8Array): Buffer =>
      Buffer.concat([Buffer.from(`100644 blob ${blob}\t`), name, Buffer.from([0])]);
    const names = [Buffer.from('good.yaml'), Buffer.from([0x61, 0xff]), Buffer.from([0x61, 0xfe])];
    const tenants = test.git(['mktree', '-z'], { input: Buffer.concat(names.map(entry)) });
    const root = test.git(['mktree'], { input: `040000 tree ${tenants}\ttenants\n` });
    const commit = test.git(['commit-tree', '-m', 'odd', root]);
    expect(await contentsAt(await open(test), commit)).toEqual({
      'tenants/a\uFFFD': 'unreadable: its name is not UTF-8',
      'tenants/good.yaml': 'x',
    });
  });

  it('reads a file of just the largest size, and none that is larger', async () => {
    const test = temporaryRepository();
    const files: Record<string, Uint8Array> = { 'tenants/larger': Buffer.alloc(maxFileSize + 1, 'x') };
    // Together more than is read at once.
    for (let i = 0; i < 20; i += 1) files[`tenants/fits-${i}`] = Buffer.alloc(maxFileSize, `${i}-`);
    test.commit({ ...files, large: Buffer.alloc(maxFileSize + 1, 'y') });
    const repository = await open(test);
    const tree = repository.tree(await repository.commit('HEAD'));
    for (const path of ['large', 'tenants/larger']) {
      expect(await tree.read(path)).toEqual({ failure: 'too-large', detail: `more than ${maxFileSize} bytes` });
    }
    for (let i = 0; i < 20; i += 1) {
      const result = await tree.read(`tenants/fits-${i}`);
      expect('bytes' in result && Buffer.compare(result.bytes, files[`tenants/fits-${i}`] ?? Buffer.alloc(0))).toBe(0);
    }
  });

  it('of a thousand files takes a handful of processes', async () => {
    const test = temporaryRepository();
    const files: Record<string, string> = { 'organization.yaml': 'o', 'node_modules/x/y': 'never read' };
    for (let i = 0; i < 1000; i += 1) {
      files[`tenants/t${i}.yaml`] = `tenant ${i}`;
      files[`dist/c/n${i}/all.yaml`] = `namespace ${i}`;
    }
    test.commit(files);
    const folder = temporaryFolder();
    writeFiles(folder, { config: `[trace2]\n\teventTarget = ${folder}/trace\n` });
    const repository = await open(test, '', { ...gitEnvironment, GIT_CONFIG_GLOBAL: join(folder, 'config') });
    const tree = repository.tree(await repository.commit('HEAD'));
    expect(await textOf(tree, 'organization.yaml')).toBe('o');
    const entries = await tree.list('tenants');
    expect(entries).toHaveLength(1000);
    for (const { path } of entries) expect(await textOf(tree, path)).toBe(files[path]);
    const dist = await contentsOf(tree, 'dist');
    expect(Object.keys(dist)).toHaveLength(1000);
    expect(dist['dist/c/n77/all.yaml']).toBe('namespace 77');
    const processes = readFileSync(join(folder, 'trace'), 'utf8').match(/"event":"version"/g);
    // Open, resolve, and for root, tenants and dist one to list and one to read.
    expect(processes).toHaveLength(8);
  });

  it.each([
    ['is killed', 'case "$*" in *--batch) REAL "$@" | head -c 30; kill -9 $$;; *) exec REAL "$@";; esac'],
    ['ends early', 'case "$*" in *--batch) REAL "$@" | head -c 30;; *) exec REAL "$@";; esac'],
    [
      'is killed while it lists',
      'case "$*" in *" -r "*) REAL "$@" | head -c 60; kill -9 $$;; *) exec REAL "$@";; esac',
    ],
  ])('is not half read when Git %s', async (_, script) => {
    const test = temporaryRepository();
    test.commit({ 'tenants/a.yaml': 'a', 'tenants/b.yaml': 'b' });
    const repository = await open(test, '', { ...gitEnvironment, PATH: pathWithGit(script) });
    expect(await failureOf(contentsAt(repository, 'HEAD'))).toMatchObject({
      code: 'git',
      message: expect.stringMatching(/^Git failed: /) as string,
    });
  });

  it('says so when an object is missing', async () => {
    const test = temporaryRepository();
    test.commit({ 'tenants/a.yaml': 'a' });
    const id = test.git(['rev-parse', 'HEAD:tenants/a.yaml']);
    execFileSync('rm', ['-f', join(test.folder, '.git/objects', id.slice(0, 2), id.slice(2))]);
    const failure = await failureOf(contentsAt(await open(test), 'HEAD'));
    expect(failure.code).toBe('git');
    expect(failure.message).toContain(id);
  });
});

describe('changed paths', () => {
  it('of the worktree are what differs from the commit, new and deleted files too', async () => {
    const test = temporaryRepository();
    const names = [
      'same',
      'touched',
      'touched-binary',
      'changed',
      'deleted',
      'unstaged',
      'mode',
      'moved',
      'generated',
      'regenerated',
    ];
    const files = Object.fromEntries(names.map((name) => [`access/dist/${name}`, `${name}\n`]));
    test.commit({
      ...files,
      'access/dist/touched-binary': '\0\n',
      '.gitattributes': 'access/dist/*generated -diff\n',
      'access/distant': 'x',
      'dist/other': 'x',
    });
    test.git(['branch', 'base']);
    test.commit({ 'access/dist/committed': 'since', 'access/dist/.gitignore': '*.tmp\n' });
    for (const name of ['touched', 'touched-binary', 'generated'])
      utimesSync(join(test.folder, 'access/dist', name), 1, 1);
    writeFiles(test.folder, {
      'access/dist/changed': 'CHANGED\n',
      'access/dist/regenerated': 'REGENERATED\n',
      'access/dist/new\tfile': '',
      'access/dist/deep/er/new': '',
      'access/dist/x.tmp': 'ignored',
      'access/distant': 'y',
      'dist/other': 'y',
    });
    chmodSync(join(test.folder, 'access/dist/mode'), 0o755);
    test.git(['rm', '--quiet', 'access/dist/deleted']);
    test.git(['mv', 'access/dist/moved', 'access/dist/elsewhere']);
    execFileSync('rm', [join(test.folder, 'access/dist/unstaged')]);
    const repository = await open(test, 'access');
    const base = await repository.commit('base');
    expect(await repository.changedPaths('dist', base, 'worktree')).toEqual([
      'dist/.gitignore',
      'dist/changed',
      'dist/committed',
      'dist/deep/er/new',
      'dist/deleted',
      'dist/elsewhere',
      'dist/moved',
      'dist/new\tfile',
      'dist/regenerated',
      'dist/unstaged',
    ]);
    expect(await repository.changedPaths('dist', base, await repository.commit('HEAD'))).toEqual([
      'dist/.gitignore',
      'dist/committed',
    ]);
    expect(await repository.changedPaths('none', base, 'worktree')).toEqual([]);
    expect(await repository.changedPaths('--output=x', base, 'worktree')).toEqual([]);
    expect(await repository.changedPaths('d*', base, 'worktree')).toEqual([]);
  });
});

describe('the last change', () => {
  it('is the day, in UTC, of the newest commit that changed the folder', async () => {
    const test = temporaryRepository();
    test.commit({ 'access/dist/a': '1' }, { date: '2026-03-01T23:30:00-05:00' });
    test.commit({ 'access/organization.yaml': '1' }, { date: '2026-04-01T00:00:00Z' });
    test.commit({ 'dist/a': '1' }, { date: '2026-05-01T00:00:00Z' });
    mkdirSync(join(test.folder, 'access/tenants'));
    const repository = await open(test, 'access');
    const head = await repository.commit('HEAD');
    expect(await repository.lastChange(head, 'dist')).toBe('2026-03-02');
    expect(await repository.lastChange(head, '')).toBe('2026-04-01');
    expect(await repository.lastChange(head, 'tenants')).toBeUndefined();
    expect(await (await open(test)).lastChange(head, '')).toBe('2026-05-01');
  });
});
