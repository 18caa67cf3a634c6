import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { digestOfFiles } from '../../src/synth/digest.ts';
import { distIn, readEntries } from '../../src/synth/dist.ts';
import { exampleOrganization } from '../support/examples.ts';
import { tenantry, tenantryHere } from '../support/cli.ts';
import { copyOf, readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

/** What `synth` remembers between runs must never be seen in `dist/`: only in the time that it takes. */

let folder = '';
let cache = '';
const prod = 'prodcluster01/namespaces/solar-prod.yaml';
const dist = (path = ''): string => join(folder, 'dist', path);
const synth = (args: readonly string[] = [], cwd = folder, day = '2026-01-15') =>
  tenantryHere(['synth', '--as-of', day, ...args], { cwd, env: { XDG_CACHE_HOME: cache } });
/** The whole `dist/` as a program without memory renders it. */
const fresh = async (day?: string): Promise<Record<string, string>> => {
  const copy = copyOf(folder);
  rmSync(join(copy, 'dist'), { recursive: true, force: true });
  expect((await tenantryHere(['synth', '--as-of', day ?? '2026-01-15'], { cwd: copy })).code).toBe(0);
  return readFiles(join(copy, 'dist'));
};
const edit = (path: string, change: (text: string) => string): void => {
  const text = readFileSync(join(folder, path), 'utf8');
  expect(change(text)).not.toBe(text);
  writeFileSync(join(folder, path), change(text));
};
const memory = (): string => {
  const [file = ''] = readdirSync(join(cache, 'tenantry'));
  return join(cache, 'tenantry', file);
};

beforeEach(async () => {
  folder = temporaryFolder();
  cache = temporaryFolder();
  writeFiles(folder, exampleOrganization);
  expect((await synth()).code).toBe(0);
});

describe('what synth remembers', () => {
  it('says the same the second time, and leaves everything as it is', async () => {
    const before = statSync(dist(prod)).ctimeMs;
    const asUser = () => tenantry(['synth', '--as-of', '2026-01-15'], { cwd: folder, env: { XDG_CACHE_HOME: cache } });
    expect((await asUser()).code).toBe(0);
    const again = await asUser();
    expect(again).toEqual({ code: 0, stderr: '', stdout: 'dist/ is what the files say: 18 files for 1 cluster\n' });
    expect(statSync(dist(prod)).ctimeMs).toBe(before);
    expect(readFiles(dist())).toEqual(await fresh());
  });

  it.each([
    ['a tenant', 'tenants/solar.yaml', (text: string) => text.replace('role: view', 'role: edit')],
    ['a cluster', 'clusters/prodcluster01.yaml', (text: string) => text.replace(/"1\.\d+"/, '"1.31"')],
    [
      'the organization',
      'organization.yaml',
      (text: string) => text.replace('spec:\n', 'spec:\n  labelDomain: acme.test\n'),
    ],
  ])('renders again when %s has changed', async (_, path, change) => {
    edit(path, change);
    expect((await synth()).code).toBe(0);
    expect(readFiles(dist())).toEqual(await fresh());
  });

  it('renders again when another tenant comes, whose name is in the policies', async () => {
    writeFiles(folder, {
      'tenants/lunar.yaml':
        'apiVersion: tenantry.dev/v1\nkind: Tenant\nmetadata:\n  name: lunar\nspec: { owners: [{ kind: User, name: alice }], namespaces: [] }\n',
    });
    expect((await synth()).code).toBe(0);
    expect(readFiles(dist())).toEqual(await fresh());
  });

  it('sets up Argo CD for all clusters, also for those that are not rendered again', async () => {
    edit('clusters/prodcluster01.yaml', (text) => `${text.trimEnd()}\n  applications: 2\n`);
    const second = readFileSync(join(folder, 'clusters/prodcluster01.yaml'), 'utf8');
    writeFiles(folder, { 'clusters/second.yaml': second.replaceAll('prodcluster01', 'second') });
    edit('organization.yaml', (text) => `${text.trimEnd()}\n  argoCD: { repoURL: "https://git.example.com/a.git" }\n`);
    expect((await synth()).code).toBe(0);
    edit('clusters/second.yaml', (text) => text.replace(/"1\.\d+"/, '"1.31"'));
    expect((await synth()).code).toBe(0);
    expect(readFiles(dist())).toEqual(await fresh());
    expect(readFiles(dist())['argo-cd/applications.yaml']).toContain('tenantry-prodcluster01-1');
  });

  it('renders again on another day', async () => {
    edit('tenants/solar.yaml', (text) => text.replace(/(role: view)( |\n)/, '$1, until: 2026-02-01$2'));
    expect((await synth()).code).toBe(0);
    expect((await synth([], folder, '2026-02-02')).code).toBe(0);
    expect(readFiles(dist())).toEqual(await fresh('2026-02-02'));
  });

  it.each([
    [
      'was edited',
      () => {
        appendFileSync(dist(prod), '# more\n');
      },
    ],
    [
      'is gone',
      () => {
        rmSync(dist(prod));
      },
    ],
    [
      'may be executed',
      () => {
        chmodSync(dist(prod), 0o755);
      },
    ],
    [
      'is one too many',
      () => {
        writeFileSync(dist('prodcluster01/namespaces/x.yaml'), readFileSync(dist(prod)));
      },
    ],
  ])('repairs dist/ when a file %s', async (_, damage) => {
    damage();
    expect((await synth()).code).toBe(0);
    expect(readFiles(dist())).toEqual(await fresh());
    expect(statSync(dist(prod)).mode & 0o111).toBe(0);
  });

  it('refuses what it did not write', async () => {
    writeFileSync(dist('prodcluster01/namespaces/x.yaml'), 'a: 1\n');
    expect((await synth()).code).toBe(2);
  });

  it('keeps the memories of the folders that were rendered last, and no more than 64', async () => {
    const own = memory();
    const folder = join(cache, 'tenantry');
    const name = (i: number): string => `${String(i).padStart(43, '0')}.json`;
    for (let i = 0; i < 80; i++) {
      writeFileSync(join(folder, name(i)), '{}');
      utimesSync(join(folder, name(i)), 1000 + i, 1000 + i);
    }
    writeFileSync(join(folder, 'notes.json'), '{}');
    mkdirSync(join(folder, 'argo-cd'));
    edit('tenants/solar.yaml', (text) => text.replace('role: view', 'role: edit'));
    await synth();
    const left = readdirSync(folder);
    expect(left).toContain('notes.json');
    expect(left).toContain('argo-cd');
    const ours = left.filter((one) => /^.{43}\.json$/.test(one));
    expect(ours).toHaveLength(64);
    expect(ours).toContain(basename(own));
    expect(ours).toContain(name(79));
    expect(ours).not.toContain(name(16));
  });

  it('is not looked at by --check: not even what somebody has forged is believed', async () => {
    const honest = readFiles(dist());
    appendFileSync(dist(prod), '# more\n');
    // A memory that says that this is what was rendered: made by an organization whose dist/ is already like that.
    const forged = readFileSync(memory(), 'utf8');
    const to = digestOfFiles(readEntries(dist(), distIn(dist()).ofCluster('prodcluster01')));
    writeFileSync(memory(), forged.replace(/"to":"[^"]*"/, `"to":"${to}"`));
    expect((await synth()).stdout).toContain('is what the files say');
    expect((await synth(['--check'])).code).toBe(3);
    rmSync(cache, { recursive: true });
    mkdirSync(cache);
    expect((await synth()).code).toBe(0);
    expect(readFiles(dist())).toEqual(honest);
  });

  it.each([
    [
      'is damaged',
      () => {
        writeFileSync(memory(), '{"program":');
      },
    ],
    [
      'was written by another program',
      () => {
        fromAnother(memory());
      },
    ],
  ])('does without when it %s', async (_, damage) => {
    damage();
    appendFileSync(dist(prod), '# more\n');
    expect((await synth()).code).toBe(0);
    expect(readFiles(dist())).toEqual(await fresh());
  });
});

function fromAnother(file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"program":"[^"]*"/, '"program":"another"'));
}
