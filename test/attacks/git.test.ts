import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository } from '../../src/tree/git.ts';
import { Failure } from '../../src/values/failure.ts';
import { temporaryFolder } from '../support/folders.ts';
import type { TestRepository } from '../support/repositories.ts';
import { gitEnvironment, temporaryRepository } from '../support/repositories.ts';

/** A repository's own configuration names programs. Whoever is handed a folder with one must not start them by reading it. */

/** A program that leaves a mark where it is started, and then does what `cat` does. */
function marking(): { readonly program: string; readonly marks: () => string } {
  const folder = temporaryFolder();
  const program = join(folder, 'program');
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> '${folder}/marks'\nexec cat\n`);
  chmodSync(program, 0o755);
  return {
    program,
    marks: () => (existsSync(join(folder, 'marks')) ? readFileSync(join(folder, 'marks'), 'utf8') : ''),
  };
}

/** All that the program asks of a repository; what fails is the failure's message. */
async function readEverything({ folder }: TestRepository): Promise<string[]> {
  const said: string[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      said.push(JSON.stringify(await work()));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      said.push(`${error.message}: ${error.help ?? ''}`);
    }
  };
  const repository = await openRepository(folder, gitEnvironment);
  const [base, head] = [await repository.commit('HEAD^1'), await repository.commit('HEAD')];
  await attempt(() => repository.defaultBase(head));
  await attempt(() => repository.mergeBase(base, head));
  await attempt(() => repository.lastChange(head, 'dist'));
  for (const to of [head, 'worktree'] as const) await attempt(() => repository.changedPaths('dist', base, to));
  for (const commit of [base, head]) {
    const tree = repository.tree(commit);
    for (const path of ['organization.yaml', 'tenants/solar.yaml', 'dist/a.yaml']) await attempt(() => tree.read(path));
  }
  return said;
}

/** Two commits, and a worktree that differs from both. */
function changed(): TestRepository {
  const test = temporaryRepository();
  test.commit({ 'organization.yaml': 'o', 'tenants/solar.yaml': 's', 'dist/a.yaml': 'a', 'dist/b.yaml': 'b' });
  test.commit({ 'organization.yaml': 'o2', 'dist/a.yaml': 'a2' });
  writeFileSync(join(test.folder, 'dist/b.yaml'), 'b2');
  writeFileSync(join(test.folder, 'dist/c.yaml'), 'c');
  return test;
}

/** A Git repository that lost the first content of `dist/a.yaml`, and would fetch it. */
function incomplete(remote: Readonly<Record<string, string>>): TestRepository {
  const test = changed();
  const id = test.git(['rev-parse', 'HEAD^1:dist/a.yaml']).trim();
  rmSync(join(test.folder, '.git/objects', id.slice(0, 2), id.slice(2)));
  const settings = {
    'core.repositoryFormatVersion': '1',
    'extensions.partialClone': 'origin',
    'remote.origin.promisor': 'true',
    ...remote,
  };
  for (const [key, value] of Object.entries(settings)) test.git(['config', key, value]);
  return test;
}

describe('reading a repository starts no program of', () => {
  it.each([
    ['a filter', { 'filter.x.clean': 'PROGRAM', 'filter.x.smudge': 'PROGRAM' }],
    ['a filter that goes on', { 'filter.x.process': 'PROGRAM', 'filter.x.required': 'true' }],
    ['textconv', { 'diff.x.textconv': 'PROGRAM', 'diff.x.cachetextconv': 'true' }],
    ['a difference', { 'diff.x.command': 'PROGRAM', 'diff.external': 'PROGRAM' }],
    ['a merge', { 'merge.x.driver': 'PROGRAM' }],
    ['a monitor of files', { 'core.fsmonitor': 'PROGRAM', 'core.untrackedCache': 'true' }],
    ['a pager', { 'core.pager': 'PROGRAM', 'pager.diff': 'PROGRAM', 'pager.ls-files': 'PROGRAM' }],
    ['an editor', { 'core.editor': 'PROGRAM', 'sequence.editor': 'PROGRAM', 'core.askPass': 'PROGRAM' }],
    [
      'an alias',
      Object.fromEntries(
        ['diff', 'cat-file', 'ls-tree', 'ls-files', 'rev-parse', 'rev-list', 'merge-base'].map((name) => [
          `alias.${name}`,
          '!PROGRAM',
        ]),
      ),
    ],
    ['a signature', { 'gpg.program': 'PROGRAM', 'log.showSignature': 'true', 'gpg.ssh.program': 'PROGRAM' }],
    ['alternate references', { 'core.alternateRefsCommand': 'PROGRAM' }],
  ])('%s', async (_, settings: Record<string, string>) => {
    const test = changed();
    const { program, marks } = marking();
    for (const [key, value] of Object.entries(settings)) test.git(['config', key, value.replace('PROGRAM', program)]);
    writeFileSync(join(test.folder, '.git/info/attributes'), '* filter=x diff=x merge=x text\n');
    const said = await readEverything(test);
    expect(marks()).toBe('');
    // And what is found is right.
    expect(said.slice(3, 5)).toEqual(['["dist/a.yaml"]', '["dist/a.yaml","dist/b.yaml","dist/c.yaml"]']);
  });

  it('a file that the configuration includes', async () => {
    const test = changed();
    const { program, marks } = marking();
    const included = join(temporaryFolder(), 'config');
    writeFileSync(included, `[filter "x"]\n\tclean = ${program}\n[core]\n\tfsmonitor = ${program}\n`);
    test.git(['config', 'include.path', included]);
    writeFileSync(join(test.folder, '.gitattributes'), '* filter=x\n');
    await readEverything(test);
    expect(marks()).toBe('');
  });

  it('its hooks', async () => {
    const test = changed();
    const { program, marks } = marking();
    for (const hook of [
      'post-index-change',
      'reference-transaction',
      'post-checkout',
      'fsmonitor-watchman',
      'pre-auto-gc',
    ]) {
      writeFileSync(join(test.folder, '.git/hooks', hook), `#!/bin/sh\n${program} ${hook}\n`, { mode: 0o755 });
    }
    await readEverything(test);
    expect(marks()).toBe('');
  });

  it.each([
    [
      'a remote that is a command',
      { 'remote.origin.url': 'ext::PROGRAM', 'protocol.ext.allow': 'always', 'protocol.allow': 'always' },
    ],
    ['ssh', { 'remote.origin.url': 'ssh://localhost/x', 'core.sshCommand': 'PROGRAM' }],
    ['a proxy', { 'remote.origin.url': 'git://localhost/x', 'core.gitProxy': 'PROGRAM' }],
    ['credentials', { 'remote.origin.url': 'https://user@localhost:1/x', 'credential.helper': '!PROGRAM' }],
    ['the other side', { 'remote.origin.url': 'FOLDER', 'remote.origin.uploadpack': 'PROGRAM' }],
    ['a helper for remotes', { 'remote.origin.url': 'x', 'remote.origin.vcs': 'ext', 'protocol.ext.allow': 'always' }],
  ])('what was left out of a partial clone: %s', async (_, remote: Record<string, string>) => {
    const { program, marks } = marking();
    const folder = changed().folder;
    const settings = Object.entries(remote).map(([key, value]): [string, string] => [
      key,
      value.replace('PROGRAM', program).replace('FOLDER', folder),
    ]);
    const test = incomplete(Object.fromEntries(settings));
    const said = await readEverything(test);
    expect(marks()).toBe('');
    expect(said.join('\n')).toContain('this clone is partial, and an object that is needed was left out of it');
    expect(said.join('\n')).toContain('git fetch --refetch --no-filter');
  });
});

it('a folder of somebody else is refused, whatever its configuration says of that', async () => {
  const test = changed();
  test.git(['config', 'safe.directory', '*']);
  const environment = { ...gitEnvironment, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
  const path = join(temporaryFolder(), 'bin');
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  execFileSync('mkdir', ['-p', path]);
  // The variable is one of Git's own, which the program does not hand on.
  writeFileSync(join(path, 'git'), `#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec ${real} "$@"\n`, { mode: 0o755 });
  await expect(
    openRepository(test.folder, { ...environment, PATH: `${path}:${gitEnvironment['PATH'] ?? ''}` }),
  ).rejects.toThrow('belongs to another user');
});
