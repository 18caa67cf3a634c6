import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScript } from '../support/actions.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

/**
 * Attempts to have something merged that no check has seen: the program reads a work tree, and Argo CD clones a commit.
 * `.github/scripts/tree.mjs` stands before every check.
 */

/** A commit, checked out as a runner does it. */
interface Attempt {
  readonly files?: Readonly<Record<string, string>>;
  /** What is done to the work tree before the commit. */
  readonly staged?: (folder: string, git: (...args: string[]) => string) => void;
  /** What is done to the checkout after it. */
  readonly after?: (folder: string) => void;
}

async function said({ files = {}, staged, after }: Attempt): Promise<{ code: number | null; log: string }> {
  const [folder, checkout] = [temporaryFolder(), temporaryFolder()];
  const gitIn =
    (cwd: string) =>
    (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=Amy', '-c', 'user.email=amy@example.com', ...args], {
        cwd,
        encoding: 'utf8',
        stdio: 'pipe',
        env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
      }).trim();
  const git = gitIn(folder);
  git('init', '--quiet');
  writeFiles(folder, {
    'organization.yaml': 'a: 1\n',
    'tenants/solar.yaml': 'b: 2\n',
    'dist/p/x.yaml': 'c: 3\n',
    ...files,
  });
  git('add', '--all');
  staged?.(folder, git);
  git('commit', '--quiet', '-m', 'One');
  const other = gitIn(checkout);
  other('init', '--quiet');
  other('fetch', '--quiet', '--depth=1', `file://${folder}`, 'HEAD');
  other('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  after?.(checkout);
  return runScript('.github/scripts/tree.mjs', checkout, {});
}

const submodule = (path: string) => (_: string, git: (...args: string[]) => string) => {
  git('update-index', '--add', '--cacheinfo', `160000,${'a'.repeat(40)},${path}`);
};

describe('what is checked is what is merged', () => {
  it('passes a commit of plain files, also with names of other scripts', async () => {
    const files = { 'docs/a b.md': 'x\n', 'tenants/grün.yaml': 'x\n', 'dist/ü/grün.yaml': 'x\n' };
    expect(await said({ files })).toEqual({ code: 0, log: '' });
  });

  const attempts: [string, Attempt, RegExp][] = [
    [
      'a submodule in dist/, which is an empty folder to the check and manifests to Argo CD',
      { staged: submodule('dist/prodcluster01/namespaces/more') },
      /"dist\/prodcluster01\/namespaces\/more" is a submodule/,
    ],
    [
      'a submodule elsewhere, which Argo CD fetches too',
      { staged: submodule('docs/more') },
      /"docs\/more" is a submodule/,
    ],
    ['the names of submodules', { files: { '.gitmodules': '' } }, /"\.gitmodules" names submodules/],
    [
      'a link in dist/',
      {
        staged: (folder, git) => (symlinkSync('../../.git/config', join(folder, 'dist/p/y.yaml')), git('add', '--all')),
      },
      /"dist\/p\/y\.yaml" is no plain file/,
    ],
    [
      'a link in place of a folder',
      { staged: (folder, git) => (symlinkSync('docs', join(folder, 'clusters')), git('add', '--all')) },
      /"clusters" is no plain file/,
    ],
    [
      'an executable manifest',
      { staged: (folder, git) => (chmodSync(join(folder, 'dist/p/x.yaml'), 0o755), git('add', '--all')) },
      /"dist\/p\/x\.yaml" is no plain file/,
    ],
    [
      'attributes beside the files that they change',
      { files: { 'tenants/.gitattributes': '*.yaml eol=crlf\n' } },
      /"tenants\/\.gitattributes" says how Git changes files/,
    ],
    [
      'attributes by which the work tree is another text than the commit',
      { files: { '.gitattributes': 'tenants/*.yaml text eol=crlf\n' } },
      /"tenants\/solar\.yaml" has other bytes in the work tree/,
    ],
    [
      'a file that only the work tree has',
      {
        after: (folder) => {
          writeFileSync(join(folder, 'tenants/more.yaml'), '');
        },
      },
      /"tenants\/more\.yaml" is no part of the commit/,
    ],
    [
      'a file whose name is a command to the runner',
      {
        files: { 'tenants/x\n::add-mask::solar\n##[stop-commands]a.yaml': '' },
        after: (folder) => {
          writeFileSync(join(folder, 'tenants/x\n::add-mask::solar\n##[stop-commands]a.yaml'), 'y');
        },
      },
      /"tenants\/x\\n::add-mask::solar\\n\\u0023#\[stop-commands\]a\.yaml" has other bytes/,
    ],
  ];

  it.each(attempts)('refuses %s', async (_, attempt, message) => {
    const { code, log } = await said(attempt);
    expect(log).toMatch(message);
    expect(code).toBe(1);
    for (const line of log.trimEnd().split('\n')) expect(line).toMatch(/^::error::[^]*$/);
    expect(log).not.toMatch(/##\[/);
  });
});
