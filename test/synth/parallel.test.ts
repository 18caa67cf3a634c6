import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { everythingWrong, fleet } from '../../bench/fleet.ts';
import type { Io } from '../../src/app/io.ts';
import { isWorthTwo } from '../../src/synth/parallel.ts';
import { synth as synthHere } from '../../src/commands/synth.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { tenantry } from '../support/cli.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';
import { pipeline } from '../support/pipeline.ts';

/** Large organizations are rendered on two threads, and nobody may see that in what is rendered. */

const day = '2026-06-15';
const files = fleet({ namespaces: 400, clusters: 30, tenants: 130 });
let rendered: Record<string, string> = {};
let folder = '';
let cache = '';

const dist = (path = ''): string => join(folder, 'dist', path);
const synth = (...args: string[]) =>
  tenantry(['synth', '--as-of', day, ...args], { cwd: folder, env: { XDG_CACHE_HOME: cache } });
const inMemory = async (of: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
  const result = await pipeline(memoryTree(of), day);
  return Object.fromEntries(result.files.map(({ path, text }) => [path, text]));
};

beforeAll(async () => {
  rendered = await inMemory(files);
});

beforeEach(() => {
  folder = temporaryFolder();
  cache = temporaryFolder();
  writeFiles(folder, files);
});

describe('an organization of this size', () => {
  it('is worth two threads', () => {
    expect(availableParallelism(), 'these tests need two cores').toBeGreaterThan(1);
    expect(isWorthTwo(Object.keys(files).filter((path) => path.startsWith('tenants/')).length)).toBe(true);
  });

  it('is rendered as on one', async () => {
    expect((await synth()).code).toBe(0);
    expect(readFiles(dist())).toEqual(rendered);
    expect(await synth('--check')).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['all clusters', (path: string) => path === 'organization.yaml', 'spec:\n', 'spec:\n  labelDomain: acme.test\n'],
    [
      'most clusters',
      (path: string) => path.startsWith('clusters/') && !/c000[02]/.test(path),
      /kubernetesVersion: .*/,
      'kubernetesVersion: "1.31"',
    ],
  ])('is written anew when what %s depend on changes, though it was remembered', async (_, isChanged, from, to) => {
    expect((await synth()).code).toBe(0);
    const changed = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, isChanged(path) ? text.replace(from, to) : text]),
    );
    writeFiles(folder, changed);
    expect((await synth()).code).toBe(0);
    const after = await inMemory(changed);
    expect(after).not.toEqual(rendered);
    expect(readFiles(dist())).toEqual(after);
  });

  it('is written again where it was damaged, in whichever cluster', async () => {
    expect((await synth()).code).toBe(0);
    rmSync(cache, { recursive: true });
    for (const cluster of ['c0000', 'c0011', 'c0029']) {
      const [first = '', second = '', third = ''] = readdirSync(dist(`${cluster}/namespaces`));
      appendFileSync(dist(`${cluster}/namespaces/${first}`), '# more\n');
      rmSync(dist(`${cluster}/namespaces/${second}`));
      renameSync(dist(`${cluster}/namespaces/${third}`), dist(`${cluster}/namespaces/x.yaml`));
      writeFileSync(dist(`${cluster}/cluster/cluster-scope.yaml.tenantry-tmp`), 'half');
    }
    writeFiles(dist(), { 'c9999/cluster/cluster-scope.yaml': readFileSync(dist('c0000/cluster/cluster-scope.yaml')) });
    const check = await synth('--check');
    expect(check.code).toBe(3);
    for (const cluster of ['c0000', 'c0011', 'c0029'])
      expect(check.stdout).toContain(`dist/${cluster}/namespaces/x.yaml`);
    expect((await synth()).stdout).toContain('6 files written, 3 files updated, 7 files removed');
    expect(readFiles(dist())).toEqual(rendered);
  });

  it('keeps what it did not write, in whichever cluster, and writes nothing else either', async () => {
    writeFiles(dist(), { 'c0011/namespaces/x.yaml': 'a: 1\n', 'c0029/mine.txt': 'mine' });
    const result = await synth();
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('dist/c0011/namespaces/x.yaml\n  dist/c0029/mine.txt\n');
    expect(Object.keys(readFiles(dist()))).toHaveLength(2);
  });

  it('is not written with mistakes in it', async () => {
    writeFiles(folder, everythingWrong(files));
    const result = await synth();
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('Nothing was written.');
    expect(statSync(dist(), { throwIfNoEntry: false })).toBeUndefined();
  });

  it.each(['nothing', 'all'])('is not written over a file, with %s remembered, which is said last', async (before) => {
    if (before === 'all') {
      expect((await synth()).code).toBe(0);
      rmSync(dist(), { recursive: true });
    }
    writeFileSync(dist(), 'mine');
    const result = await synth();
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('is not a folder');
    writeFiles(folder, everythingWrong(files));
    const wrong = await synth();
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('Nothing was written.');
    expect(wrong.stderr).not.toContain('is not a folder');
    expect(readFileSync(dist(), 'utf8')).toBe('mine');
  });

  it('may have TypeScript files', async () => {
    const path = Object.keys(files).find((name) => name.startsWith('tenants/')) ?? '';
    const { parse } = await import('yaml');
    const said = path.replace('.yaml', '.ts');
    rmSync(join(folder, path));
    writeFiles(folder, {
      [said]: `export default ${JSON.stringify(parse(files[path] ?? ''))};\n`,
    });
    expect(await synth()).toMatchObject({ code: 0, stderr: '' });
    expect(Object.values(readFiles(dist())).some((text) => text.includes(`from ${said}.`))).toBe(true);
    const withYaml = Object.fromEntries(
      Object.entries(readFiles(dist())).map(([name, text]) => [name, text.replace(`from ${said}.`, `from ${path}.`)]),
    );
    expect(withYaml).toEqual(rendered);
  });
});

describe('the second thread', () => {
  const broken = new URL(`data:text/javascript,${encodeURIComponent("throw new Error('it is broken')")}`);
  const io = (): Io => ({
    dir: folder,
    cwd: folder,
    today: day,
    now: () => new Date(),
    nodePath: process.execPath,
    environment: {},
    version: '0.0.0',
    threadScript: broken,
    out: { write: () => undefined, colour: false },
    err: { write: () => undefined, colour: false },
  });

  it('is not done without where it fails: nothing is written', async () => {
    await expect(synthHere(io(), {})).rejects.toThrow('it is broken');
    expect(statSync(dist(), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is not started for an organization that is done sooner, or for some of its clusters', async () => {
    expect(await synthHere(io(), { cluster: ['c0000'] })).toBe(0);
    rmSync(folder, { recursive: true });
    writeFiles(folder, fleet({ namespaces: 100, clusters: 1, tenants: 10 }));
    expect(await synthHere(io(), {})).toBe(0);
  });
});
