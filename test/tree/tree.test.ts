import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import type { ConfigFiles } from '../../src/config/reading/files.ts';
import { Failure } from '../../src/values/failure.ts';
import { exampleOrganization } from '../support/examples.ts';
import { parseYaml } from '../../src/source/source.ts';
import type { FileTree } from '../../src/tree/tree.ts';
import { maxFileSize, memoryTree, worktree } from '../../src/tree/tree.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { secondsSince } from '../support/processor-time.ts';

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function textOf(tree: FileTree, path: string): Promise<string> {
  const result = await tree.read(path);
  return 'bytes' in result ? decode(result.bytes) : `${result.failure}: ${result.detail}`;
}

/** The same files on disk and in memory. */
const files = {
  'organization.yaml': 'a',
  'tenants/solar.yaml': 'b',
  'tenants/Solar.yaml': 'c',
  'tenants/é.yaml': 'd',
  'tenants/sub/deep.yaml': 'e',
  'tenants-old/solar.yaml': 'f',
};

describe.each([
  [
    'on disk',
    (): FileTree => {
      const folder = temporaryFolder();
      writeFiles(folder, files);
      return worktree(folder);
    },
  ],
  ['in memory', (): FileTree => memoryTree(files)],
])('a tree %s', (_, make) => {
  it('lists a folder by code unit, one level deep', async () => {
    const tree = make();
    expect(await tree.list('')).toEqual([
      { path: 'organization.yaml', kind: 'file' },
      { path: 'tenants', kind: 'directory' },
      { path: 'tenants-old', kind: 'directory' },
    ]);
    expect(await tree.list('tenants')).toEqual([
      { path: 'tenants/Solar.yaml', kind: 'file' },
      { path: 'tenants/solar.yaml', kind: 'file' },
      { path: 'tenants/sub', kind: 'directory' },
      { path: 'tenants/é.yaml', kind: 'file' },
    ]);
    expect(await tree.list('clusters')).toEqual([]);
    expect(await tree.list('organization.yaml')).toEqual([]);
  });

  it('reads a file', async () => {
    const tree = make();
    expect(await textOf(tree, 'tenants/solar.yaml')).toBe('b');
    expect(await textOf(tree, 'tenants/none.yaml')).toMatch(/^unreadable: /);
  });
});

describe('a tree on disk', () => {
  it('reads a file of just the largest size, and none that is larger', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'fits'), Buffer.alloc(maxFileSize, 'x'));
    writeFileSync(join(folder, 'larger'), Buffer.alloc(maxFileSize + 1, 'x'));
    writeFileSync(join(folder, 'huge'), '');
    truncateSync(join(folder, 'huge'), 100 * 1024 * 1024);
    const tree = worktree(folder);
    expect(await textOf(tree, 'fits')).toHaveLength(maxFileSize);
    expect(await tree.read('larger')).toEqual({ failure: 'too-large', detail: `more than ${maxFileSize} bytes` });
    const start = process.cpuUsage();
    expect(await tree.read('huge')).toMatchObject({ failure: 'too-large' });
    expect(secondsSince(start)).toBeLessThan(5);
  });

  it('lists links, pipes and folders as what they are, and reads none of them', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'real.yaml': 'a', 'tenants/solar.yaml': 'b' });
    symlinkSync('real.yaml', join(folder, 'link.yaml'));
    symlinkSync('/dev/zero', join(folder, 'endless.yaml'));
    symlinkSync('nowhere', join(folder, 'dangling.yaml'));
    symlinkSync('tenants', join(folder, 'linked'));
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
    const tree = worktree(folder);
    const kinds = Object.fromEntries((await tree.list('')).map(({ path, kind }) => [path, kind]));
    expect(kinds).toEqual({
      'dangling.yaml': 'symlink',
      'endless.yaml': 'symlink',
      'link.yaml': 'symlink',
      linked: 'symlink',
      'pipe.yaml': 'other',
      'real.yaml': 'file',
      tenants: 'directory',
    });
    expect(await tree.list('linked')).toEqual([]);
    for (const path of ['dangling.yaml', 'endless.yaml', 'link.yaml', 'linked', 'pipe.yaml', 'tenants']) {
      expect(await tree.read(path)).toMatchObject({ failure: 'unreadable' });
    }
  });

  it('says why a file cannot be read', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'secret.yaml': 'a' });
    chmodSync(join(folder, 'secret.yaml'), 0);
    const result = await worktree(folder).read('secret.yaml');
    // For root there are no unreadable files: what it gets must then be the file's own text.
    const expected =
      process.getuid?.() === 0 ? { bytes: Buffer.from('a') } : { failure: 'unreadable', detail: 'EACCES' };
    expect(result).toEqual(expected);
  });

  it('does not take a folder that cannot be listed for an empty one', async () => {
    const folder = temporaryFolder();
    const tree = worktree(join(folder, 'gone'));
    await expect(async () => tree.list('')).rejects.toThrow(Failure);
    await expect(async () => tree.list('')).rejects.toThrow(/^cannot list the folder .*: it is not there$/);
  });

  it('gives a file that vanishes after the listing as unreadable', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'tenants/solar.yaml': 'a' });
    const tree = worktree(folder);
    const [entry] = await tree.list('tenants');
    rmSync(join(folder, 'tenants/solar.yaml'));
    expect(await tree.read(entry?.path ?? '')).toEqual({ failure: 'unreadable', detail: 'ENOENT' });
  });
});

describe('the config files of a tree', () => {
  const read = (tree: FileTree): Promise<ConfigFiles> =>
    readConfigFiles(tree, (file, text) => Promise.resolve({ ...parseYaml(file, text), language: 'typescript' }));
  const example = (more: Record<string, string>): Promise<ConfigFiles> =>
    read(memoryTree({ ...exampleOrganization, ...more }));
  const strays = ({ strays }: ConfigFiles): string[] => strays.map(({ path, entry }) => `${path} ${entry}`);

  it('are found by their place and their name', async () => {
    const { organization, clusters, tenants, strays, certificates } = await example({ 'tenants/lunar.ts': '{}' });
    expect(organization.map(({ path }) => path)).toEqual(['organization.yaml']);
    expect(clusters.map(({ path, stem }) => [path, stem])).toEqual([['clusters/prodcluster01.yaml', 'prodcluster01']]);
    expect(tenants.map(({ path, stem, extension }) => [path, stem, extension])).toEqual([
      ['tenants/lunar.ts', 'lunar', 'ts'],
      ['tenants/solar.yaml', 'solar', 'yaml'],
    ]);
    expect(strays).toEqual([]);
    expect([...certificates.keys()]).toEqual(['clusters/example-ca.pem']);
  });

  it('leave out what nobody takes for config', async () => {
    const notes = ['README.md', 'readme', '.gitkeep', '.gitignore', '.DS_Store', '_shared.ts', 'tsconfig.json'];
    const copies = ['.solar.yaml.swp', 'solar.yaml~', '#solar.yaml#', '.#solar.yaml'];
    expect(
      strays(await example(Object.fromEntries([...notes, ...copies].map((name) => [`tenants/${name}`, 'x'])))),
    ).toEqual([]);
  });

  it('do not leave out what somebody could', async () => {
    const names = [
      '.solar.yaml',
      '_solar.yaml',
      'notes.txt',
      'old.yaml.bak',
      'old.yml',
      'README.yml',
      'sub/solar.yaml',
      'backup~/solar.yaml',
      'types.d.ts',
    ];
    const all = await example(Object.fromEntries(names.map((name) => [`tenants/${name}`, 'x'])));
    expect(strays(all)).toEqual([
      'tenants/.solar.yaml file',
      'tenants/README.yml file',
      'tenants/_solar.yaml file',
      'tenants/backup~ directory',
      'tenants/notes.txt file',
      'tenants/old.yaml.bak file',
      'tenants/old.yml file',
      'tenants/sub directory',
      'tenants/types.d.ts file',
    ]);
  });

  it('are not looked for behind links and in files', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { ...exampleOrganization, 'elsewhere/lunar.yaml': 'x' });
    rmSync(join(folder, 'clusters'), { recursive: true });
    rmSync(join(folder, 'tenants'), { recursive: true });
    symlinkSync('elsewhere', join(folder, 'tenants'));
    writeFileSync(join(folder, 'clusters'), '');
    mkdirSync(join(folder, 'Tenants'));
    const all = await read(worktree(folder));
    expect([...all.clusters, ...all.tenants]).toEqual([]);
    expect(strays(all)).toEqual(['Tenants directory', 'clusters file', 'tenants symlink']);
  });

  it.each([
    ['allows it', '', true],
    ['says nothing of it', '  config: {}\n', true],
    ['forbids it', '  config: { typescript: forbid }\n', false],
    ['may be meant to forbid it', '  config: { typescript: forbidden }\n', false],
    ['may be meant to forbid it by another key', '  confg: { typescript: forbid }\n', false],
    ['says two things of it', '  config: { typescript: allow, typscript: forbid }\n', false],
    ['has another mistake', '  limits: { namespacesPerTenant: ten }\n', true],
    ['cannot be read', '  config: [\n', false],
  ])('are evaluated, where they are TypeScript, if the organization %s', async (_, lines, evaluated) => {
    const organization = `${exampleOrganization['organization.yaml']}${lines}`;
    const { tenants } = await example({ 'organization.yaml': organization, 'tenants/lunar.ts': '{}' });
    const lunar = tenants.find(({ stem }) => stem === 'lunar');
    expect(lunar?.source !== undefined).toBe(evaluated);
    expect(lunar?.failure?.kind).toBe(evaluated ? undefined : 'typescript-forbidden');
  });

  it('are not evaluated where there is no organization', async () => {
    const { tenants } = await read(memoryTree({ 'tenants/lunar.ts': '{}' }));
    expect(tenants[0]?.failure?.kind).toBe('typescript-forbidden');
  });

  it('are not understood where two have one name', async () => {
    const solar = exampleOrganization['tenants/solar.yaml'];
    const { tenants } = await example({
      'tenants/solar.ts': solar,
      'tenants/SOLAR.yaml': solar,
      'tenants/lunar.yaml': solar,
    });
    expect(tenants.map(({ path, checked }) => [path, checked?.file !== undefined])).toEqual([
      ['tenants/SOLAR.yaml', false],
      ['tenants/lunar.yaml', true],
      ['tenants/solar.ts', false],
      ['tenants/solar.yaml', false],
    ]);
  });

  it.each([
    [Buffer.from([0xff, 0xfe, 0x61, 0x00]), 'UTF-16'],
    [Buffer.from([0xfe, 0xff, 0x00, 0x61]), 'UTF-16'],
    [Buffer.from([0x61, 0xe9]), ''],
    [Buffer.from([0xed, 0xa0, 0x80]), ''],
  ])('are UTF-8 only', async (bytes, detail) => {
    const { tenants } = await read(memoryTree({ ...exampleOrganization, 'tenants/lunar.yaml': bytes }));
    expect(tenants[0]?.failure).toEqual({ kind: 'not-utf8', detail });
  });
});
