import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tenantry, tenantryHere } from '../support/cli.ts';
import { exampleOrganization } from '../support/examples.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { gitEnvironment, temporaryRepository } from '../support/repositories.ts';

/** Where an organization is looked for, and what its files are called. */

const wrong = { 'tenants/solar.yaml': exampleOrganization['tenants/solar.yaml'].replace('role: view', 'role: viewer') };

/** A repository with an organization in `platform/access` that has one mistake. */
function monorepo(): string {
  const { folder } = temporaryRepository();
  writeFiles(join(folder, 'platform/access'), { ...exampleOrganization, ...wrong });
  writeFiles(folder, { 'apps/a.txt': '' });
  return folder;
}

describe('the organization’s folder', () => {
  it.each([
    ['the current one', 'platform/access', [], 'tenants/solar.yaml:'],
    ['above the current one', 'platform/access/tenants', [], 'solar.yaml:'],
    ['above the current one', 'platform/access/clusters', [], '../tenants/solar.yaml:'],
    ['given after the command', '.', ['--dir', 'platform/access'], 'platform/access/tenants/solar.yaml:'],
  ])('is %s, in %s', async (_, cwd, args, named) => {
    const folder = monorepo();
    const { code, stdout } = await tenantryHere(['validate', ...args], { cwd: join(folder, cwd) });
    expect(stdout).toContain(` --> ${named}`);
    expect(code).toBe(1);
  });

  it('is given before the command as well, or by the environment', async () => {
    const folder = monorepo();
    const from = { cwd: join(folder, 'apps') };
    const named = ' --> ../platform/access/tenants/solar.yaml:';
    const before = await tenantry(['--dir', '../platform/access', 'validate'], from);
    expect(before.stdout).toContain(named);
    const env = { TENANTRY_DIR: '../platform/access' };
    expect((await tenantry(['validate'], { ...from, env })).stdout).toContain(named);
    // What is said last, and nearest, counts.
    const both = await tenantry(['--dir', '../nowhere', 'validate', '--dir', '../platform/access'], {
      ...from,
      env: { TENANTRY_DIR: 'no' },
    });
    expect(both.stdout).toContain(named);
    expect((await tenantry(['--dir', '../platform/access', 'access', 'list'], from)).stderr).toContain(named);
    expect((await tenantry(['access', '--dir', '../platform/access', 'list'], from)).stderr).toContain(named);
  });

  it('is not looked for above the repository, or below', async () => {
    const outside = temporaryFolder();
    writeFiles(outside, exampleOrganization);
    mkdirSync(join(outside, 'inner/.git'), { recursive: true });
    mkdirSync(join(outside, 'other/deep'), { recursive: true });
    expect((await tenantryHere(['validate'], { cwd: join(outside, 'inner') })).stdout).toContain('TEN014');
    expect((await tenantryHere(['validate'], { cwd: monorepo() })).stdout).toContain('TEN014');
    // Without a repository, only what is the same user's.
    expect(await tenantryHere(['validate'], { cwd: join(outside, 'other/deep') })).toMatchObject({ code: 0 });
  });

  it('that init begins is the one that it is told, never one above', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, exampleOrganization);
    mkdirSync(join(folder, 'new'));
    expect((await tenantryHere(['init'], { cwd: join(folder, 'new') })).code).toBe(0);
    expect(readFiles(join(folder, 'new'))).toHaveProperty('organization.yaml');
    expect((await tenantryHere(['--dir', 'other', 'init'], { cwd: folder })).code).toBe(0);
    expect(readFiles(join(folder, 'other'))).toHaveProperty('organization.yaml');
  });
});

describe('annotations and SARIF', () => {
  it('name files by their paths in the repository, wherever they are made', async () => {
    const folder = monorepo();
    for (const [cwd, args] of [
      ['platform/access', []],
      ['platform/access/tenants', []],
      ['apps', ['--dir', '../platform/access']],
    ] as const) {
      const options = { cwd: join(folder, cwd), env: gitEnvironment };
      const github = await tenantryHere(['validate', '--format', 'github', ...args], options);
      expect(github.stdout).toContain('::error file=platform/access/tenants/solar.yaml,');
      const sarif = await tenantryHere(['validate', '--format', 'sarif', ...args], options);
      expect(sarif.stdout).toContain('"uri": "platform/access/tenants/solar.yaml"');
      expect(sarif.stdout).not.toContain('"uri": "tenants');
    }
  });
});
