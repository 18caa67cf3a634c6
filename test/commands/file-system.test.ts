import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CliResult } from '../support/cli.ts';
import { tenantry, tenantryHere } from '../support/cli.ts';
import { exampleOrganization } from '../support/examples.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { gitEnvironment, repositoryIn, temporaryRepository } from '../support/repositories.ts';

/** What is said where the file system says no: real refusals, by the built program. */

let folder = '';
const at = (path: string): string => join(folder, path);
const day = ['--as-of', '2026-01-15'];
const cli = resolve(import.meta.dirname, '../../build/cli.js');

beforeEach(() => {
  folder = temporaryFolder();
  writeFiles(folder, exampleOrganization);
});

/** Runs a line of shell in the folder; in it, `$TENANTRY` is the program. */
function shell(line: string): Promise<CliResult> {
  return new Promise((done, failed) => {
    const child = spawn('bash', ['-c', line], {
      cwd: folder,
      env: { PATH: process.env['PATH'], TENANTRY: `${process.execPath} ${cli}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', failed);
    child.on('close', (code) => {
      done({ code, stdout, stderr });
    });
  });
}

/** The same for somebody whom the modes of files bind: root is, without the capabilities to pass them by. */
const bound =
  process.getuid?.() === 0
    ? 'setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search '
    : '';

const refusal = (what: RegExp): RegExp => new RegExp(`^error: cannot ${what.source}\\nhelp: .+\\n$`);

describe('what the file system refuses', () => {
  it.each([
    ['a folder in dist that is read-only', 'dist', 0o555, 'synth', /write .*\/dist\/[^:]+: permission denied/],
    [
      'a file in dist that cannot be read',
      'dist/x.yaml',
      0o000,
      'synth --check',
      /read .*\/dist\/x.yaml: permission denied/,
    ],
    ['a folder in dist that cannot be listed', 'dist/x', 0o000, 'synth', /list .*\/dist\/x: permission denied/],
    [
      'a folder of config that cannot be listed',
      'tenants',
      0o000,
      'validate',
      /list the folder .*\/tenants: permission denied/,
    ],
    ['a folder that is read-only', 'empty', 0o555, 'init empty', /write .*\/empty\/[^:]+: permission denied/],
    [
      'a folder above that is read-only',
      'empty',
      0o555,
      'init empty/a/b',
      /make the folder .*\/empty\/a\/b: permission denied/,
    ],
    [
      'a folder above that may not be entered',
      'empty',
      0o000,
      'validate --dir empty/a',
      /look at .*\/empty\/a: permission denied/,
    ],
    [
      'a file of a plan that cannot be read',
      'plan.json',
      0o000,
      'plan --from plan.json',
      /read .*\/plan.json: permission denied/,
    ],
  ])('is said of %s, and nothing else', async (_, path, mode, command, said) => {
    if (path.includes('.')) writeFiles(folder, { [path]: '' });
    else mkdirSync(at(path), { recursive: true });
    const before = readFiles(folder);
    chmodSync(at(path), mode);
    const { code, stdout, stderr } = await shell(`${bound}$TENANTRY ${command}`);
    chmodSync(at(path), 0o755);
    expect(stderr).toMatch(refusal(said));
    expect([code, stdout]).toEqual([2, '']);
    expect(readFiles(folder)).toEqual(before);
  });

  it('is said of a grant that cannot be written', async () => {
    const path = 'organization.yaml';
    const cluster = readFileSync(at('tenants/solar.yaml'), 'utf8');
    writeFileSync(
      at('tenants/solar.yaml'),
      `${cluster.trimEnd()}\n  deletion: Never\n  isolation: { network: None }\n`,
    );
    const before = readFileSync(at(path), 'utf8');
    const { code, stderr } = await shell(
      `chmod 555 . && ${bound}$TENANTRY grant --from-current; rc=$?; chmod 755 .; exit $rc`,
    );
    expect(stderr).toMatch(refusal(/write .*\/organization.yaml: permission denied/));
    expect(code).toBe(2);
    expect(readFileSync(at(path), 'utf8')).toBe(before);
  });

  it.each([
    ['a circle of links', 'validate --dir circle', /look at .*\/circle: it is a symbolic link/],
    [
      'a name that is too long',
      `validate --dir ${'a'.repeat(300)}`,
      /look at .*\/a+: its path is too long for the file system/,
    ],
    [
      'a folder that has been removed',
      'validate',
      /find the current folder: it is not there/,
      'mkdir gone && cd gone && rmdir ../gone && ',
    ],
    [
      'a full disk, where a plan is written',
      'plan --from plan.json --out /dev/full',
      /write \/dev\/full: no space is left on the device/,
    ],
    [
      'a full disk, where the output is written',
      'rules >/dev/full',
      /write the output: no space is left on the device/,
    ],
  ])('is said of %s', async (_, command, said, before = '') => {
    symlinkSync('circle', at('circle'));
    const empty = await tenantryHere(['plan', '--format', 'json', '--base', 'HEAD'], {
      cwd: committed(),
      env: gitEnvironment,
    });
    writeFileSync(at('plan.json'), empty.stdout);
    const { code, stderr } = await shell(`${before}$TENANTRY ${command}`);
    expect(stderr).toMatch(new RegExp(`^error: cannot ${said.source}\\n(?:help: .+\\n)?$`));
    expect(code).toBe(2);
  });

  it('leaves nothing behind of a file that could not be written to its end', async () => {
    // As on a full disk: the file is there, and its bytes are refused.
    const { code, stderr } = await shell(`trap '' XFSZ; ulimit -f 1; $TENANTRY synth ${day.join(' ')}`);
    expect(stderr).toMatch(refusal(/write .*\/dist\/[^:]+: the file would be larger than is allowed/));
    expect(code).toBe(2);
    expect(Object.keys(readFiles(at('dist'))).filter((path) => path.includes('tmp'))).toEqual([]);
    expect((await tenantry(['synth', ...day], { cwd: folder })).code).toBe(0);
  });

  it('keeps init from leaving half of an organization', async () => {
    mkdirSync(at('new'));
    const { code, stderr } = await shell(`trap '' XFSZ; ulimit -f 1; $TENANTRY init new`);
    expect(stderr).toMatch(refusal(/write .*\/new\/[^:]+: the file would be larger than is allowed/));
    expect(code).toBe(2);
    expect(readFiles(at('new'))).toEqual({});
    expect((await tenantry(['init', 'new'], { cwd: folder })).code).toBe(0);
  });
});

/** A repository with the example organization, committed. */
function committed(): string {
  const repository = temporaryRepository();
  repository.commit({ ...exampleOrganization });
  return repository.folder;
}

describe('two runs of synth at once', () => {
  it('both succeed, and leave what one leaves', async () => {
    expect((await tenantry(['synth', ...day], { cwd: folder })).code).toBe(0);
    const whole = readFiles(at('dist'));
    for (const left of [
      {},
      { 'dist/gone/a.yaml': '# Generated by tenantry from x.\n', 'dist/gone/b.yaml.tenantry-tmp': '' },
    ]) {
      rmSync(at('dist'), { recursive: true });
      writeFiles(folder, left);
      const runs = await Promise.all([1, 2, 3, 4].map(() => tenantry(['synth', ...day], { cwd: folder })));
      expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([1, 2, 3, 4].map(() => [0, '']));
      expect(readFiles(at('dist'))).toEqual(whole);
    }
  });
});

describe('modes of files', () => {
  it('are judged where Git records them, and nowhere else', async () => {
    const repository = repositoryIn(committed());
    const run = (...args: string[]) => tenantryHere([...args, ...day], { cwd: repository.folder, env: gitEnvironment });
    expect((await run('synth')).code).toBe(0);
    repository.commit();
    const path = join(repository.folder, 'dist/prodcluster01/namespaces/solar-prod.yaml');
    chmodSync(path, 0o755);
    expect(await run('synth', '--check')).toMatchObject({ code: 3 });
    repository.git(['config', 'core.fileMode', 'false']);
    expect(repository.git(['status', '--porcelain'])).toBe('');
    expect(await run('synth', '--check')).toMatchObject({ code: 0 });
    const { stdout } = await run('synth');
    expect(stdout).toBe('dist/ is what the files say: 18 files for 1 cluster\n');
  });
});

describe('a file that is not checked out', () => {
  const solar = 'tenants/solar.yaml';
  const commands = [
    ['synth', ...day],
    ['validate'],
    ['plan', '--base', 'HEAD'],
    ['access', 'list'],
    ['grant', '--from-current'],
  ];

  /** What each command that reads the worktree says. */
  async function said(dir: string): Promise<void> {
    for (const args of commands) {
      const { code, stdout, stderr } = await tenantryHere(args, { cwd: dir, env: gitEnvironment });
      expect([args[0], code, stdout]).toEqual([args[0], 2, '']);
      expect(stderr).toContain("is in Git's index, and not checked out");
      expect(stderr).toContain('\nhelp: ');
    }
  }

  async function isClean(dir: string): Promise<void> {
    for (const args of commands) {
      const { code, stderr } = await tenantryHere(args, { cwd: dir, env: gitEnvironment });
      expect([args[0], code, stderr]).toEqual([args[0], 0, '']);
    }
  }

  it('is not taken for removed: a sparse checkout', async () => {
    const repository = repositoryIn(committed());
    repository.git(['sparse-checkout', 'set', '--no-cone', '/*', `!/${solar}`]);
    await said(repository.folder);
    repository.git(['sparse-checkout', 'disable']);
    await isClean(repository.folder);
    repository.git(['update-index', '--skip-worktree', solar]);
    // It is there.
    await isClean(repository.folder);
  });

  it('is not taken for removed: one that is marked as unchanged', async () => {
    const repository = repositoryIn(committed());
    repository.git(['update-index', '--assume-unchanged', solar]);
    await isClean(repository.folder);
    rmSync(join(repository.folder, solar));
    await said(repository.folder);
    repository.git(['update-index', '--no-assume-unchanged', solar]);
    // Deleted by its author, and Git shows it.
    const { code } = await tenantryHere(['validate'], { cwd: repository.folder, env: gitEnvironment });
    expect(code).toBe(0);
  });

  it('is not taken for removed: a submodule', async () => {
    const { 'tenants/solar.yaml': tenant, ...others } = exampleOrganization;
    const inner = temporaryRepository();
    inner.commit({ 'solar.yaml': tenant });
    const outer = temporaryRepository();
    outer.commit({ ...others });
    outer.git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.folder, 'tenants']);
    outer.commit();
    outer.git(['submodule', '--quiet', 'deinit', '--force', 'tenants']);
    await said(outer.folder);
    outer.git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init', 'tenants']);
    const { stderr } = await tenantryHere(['validate'], { cwd: outer.folder, env: gitEnvironment });
    expect(stderr).toBe('');
  });

  it('is one that only the index lost: it is still on disk, and counts', async () => {
    const repository = repositoryIn(committed());
    repository.git(['rm', '--quiet', '--cached', solar]);
    await isClean(repository.folder);
  });
});
