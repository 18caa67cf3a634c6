import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { rotateKeys } from '../../src/app/rotate-keys.ts';
import { readKeys, writeNewKey } from '../../src/issuer/keys.ts';
import { Failure } from '../../src/values/failure.ts';
import { tenantryHere } from '../support/cli.ts';
import { exampleOrganization } from '../support/examples.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

const problem = async (folder: string): Promise<string> => {
  try {
    await readKeys(folder);
    return 'none';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `${error.message}; ${error.help ?? ''}`.replaceAll(folder, 'DIR');
  }
};

describe('a signing key', () => {
  it('is written for its owner alone, is never written over, and is known by its thumbprint', async () => {
    const folder = temporaryFolder();
    const { code, stdout } = await tenantryHere(['issuer', 'new-key', 'signing.pem'], { cwd: folder });
    expect(code).toBe(0);
    expect(statSync(join(folder, 'signing.pem')).mode & 0o777).toBe(0o600);
    const before = readFileSync(join(folder, 'signing.pem'), 'utf8');
    const again = await tenantryHere(['issuer', 'new-key', 'signing.pem'], { cwd: folder });
    expect([again.code, readFileSync(join(folder, 'signing.pem'), 'utf8')]).toEqual([2, before]);
    const keys = await readKeys(folder);
    expect([keys.kid, keys.kids]).toEqual([stdout.trim(), [stdout.trim()]]);
    expect(keys.published).not.toContain('"d"');
  });

  it('gets a folder that is its owner’s alone where there is none', async () => {
    const folder = temporaryFolder();
    const { code } = await tenantryHere(['issuer', 'new-key', 'new/keys/signing.pem'], { cwd: folder });
    expect([code, statSync(join(folder, 'new/keys')).mode & 0o777]).toEqual([0, 0o700]);
  });

  it.each(['signing.pem', 'public.pem'])('is refused where others may write it: %s', async (name) => {
    const folder = temporaryFolder();
    await writeNewKey(join(folder, 'signing.pem'));
    await writeNewKey(join(folder, 'other.pem'));
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(join(folder, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    chmodSync(join(folder, name), 0o622);
    await expect(readKeys(folder)).rejects.toThrow(/may be (read|written) by others than its owner/);
  });

  it('may be one that openssl made', async () => {
    const folder = temporaryFolder();
    const args = [
      'genpkey',
      '-algorithm',
      'EC',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-out',
      join(folder, 'signing.pem'),
    ];
    execFileSync('openssl', args, { stdio: 'ignore' });
    chmodSync(join(folder, 'signing.pem'), 0o600);
    expect(await problem(folder)).toBe('none');
  });

  it.each([0o640, 0o604, 0o660, 0o644, 0o601])('is refused where others may get at it: %o', async (mode) => {
    const folder = temporaryFolder();
    await writeNewKey(join(folder, 'signing.pem'));
    await writeNewKey(join(folder, 'next.pem'));
    chmodSync(join(folder, 'next.pem'), mode);
    expect(await problem(folder)).toContain('chmod 600 DIR/next.pem');
  });

  it('is refused where it is no key of P-256, or none at all', async () => {
    const pem = (curve: string) =>
      generateKeyPairSync('ec', { namedCurve: curve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const files: [string, RegExp][] = [
      [pem('P-384'), /is no key of the curve P-256/],
      [rsa.export({ type: 'pkcs8', format: 'pem' }).toString(), /is no key of the curve P-256/],
      ['-----BEGIN PRIVATE KEY-----\nno\n-----END PRIVATE KEY-----\n', /holds no key in PEM/],
      ['', /holds no key in PEM/],
    ];
    for (const [text, message] of files) {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'signing.pem'), text, { mode: 0o600 });
      expect(await problem(folder)).toMatch(message);
    }
    expect(await problem(temporaryFolder())).toContain('there is no signing.pem in DIR');
  });

  it('is followed by another: the next one is published first, and the last one still is', async () => {
    const folder = temporaryFolder();
    const first = await writeNewKey(join(folder, 'signing.pem'));
    const next = await writeNewKey(join(folder, 'next.pem'));
    const both = [first, next].sort();
    expect(await readKeys(folder)).toMatchObject({ kid: first, kids: both });
    renameSync(join(folder, 'signing.pem'), join(folder, 'last.pem'));
    renameSync(join(folder, 'next.pem'), join(folder, 'signing.pem'));
    expect(await readKeys(folder)).toMatchObject({ kid: next, kids: both });
  });
});

describe('a change of the key', () => {
  it('is not begun where another one has not ended, and leaves the keys as they are', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, exampleOrganization);
    mkdirSync(join(folder, 'keys'));
    for (const name of ['signing', 'last']) await writeNewKey(join(folder, `keys/${name}.pem`));
    const before = readFiles(join(folder, 'keys'));
    const { code, stderr } = await tenantryHere(['issuer', 'rotate', '--keys', 'keys'], { cwd: folder });
    expect([code, stderr]).toEqual([2, expect.stringContaining('another change of the key has not ended')]);
    expect(readFiles(join(folder, 'keys'))).toEqual(before);
  });

  it('is not begun by a config with errors', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { ...exampleOrganization, 'tenants/solar.yaml': 'nothing' });
    const { code } = await tenantryHere(['issuer', 'rotate', '--keys', 'keys'], { cwd: folder });
    expect(code).toBe(1);
  });

  it('ends with the keys as they were, where the issuer never serves the new one', async () => {
    const folder = temporaryFolder();
    const kid = await writeNewKey(join(folder, 'signing.pem'));
    const rotating = rotateKeys({
      folder,
      issuer: 'https://platform.example.com/api/oidc',
      clusters: [],
      revoke: false,
      publishedKids: () => Promise.resolve([kid]),
      show: () => Promise.resolve('taken'),
      now: () => new Date(),
      newId: () => 'one',
      sleep: () => Promise.resolve(),
      say: () => undefined,
    });
    await expect(rotating).rejects.toThrow('the issuer does not say that it serves the new key');
    expect((await readKeys(folder)).kid).toBe(kid);
  });

  const cluster = (name: string) => ({
    name,
    id: name,
    server: `https://${name}.example.com`,
    seenBy: new Set<string>(),
    groups: new Map<string, string[]>(),
    users: new Map<string, string[]>(),
  });

  it('after a theft goes on with nothing that lay in the folder, and proves all of it refused', async () => {
    const folder = temporaryFolder();
    const names = ['signing', 'next', 'last'];
    const stolen = await Promise.all(names.map((name) => writeNewKey(join(folder, `${name}.pem`))));
    const shown = new Set<string | undefined>();
    const rotate = (): ReturnType<typeof rotateKeys> =>
      rotateKeys({
        folder,
        issuer: 'https://platform.example.com/api/oidc',
        clusters: [cluster('good')],
        revoke: true,
        publishedKids: async () => (await readKeys(folder)).kids,
        show: async (_, token) => {
          const { kid } = decodeProtectedHeader(token);
          shown.add(kid);
          return (await readKeys(folder)).kids.includes(kid ?? '') ? 'taken' : 'refused';
        },
        now: () => new Date(),
        newId: () => 'one',
        sleep: () => Promise.resolve(),
        say: (line) => said.push(line),
      });
    const said: string[] = [];
    expect(await rotate()).toEqual([{ name: 'good', state: 'refused' }]);
    const { kid, kids } = await readKeys(folder);
    expect(stolen).not.toContain(kid);
    expect(kids).toEqual([kid]);
    for (const one of stolen) expect(shown).toContain(one);

    // What tenantry did not put there is not its to delete: it is named, and that is no success.
    const other = await writeNewKey(join(folder, 'other.pem'));
    expect(await rotate()).toEqual([{ name: 'good', state: 'old key taken' }]);
    expect(said.join('\n')).toContain(`whoever had the folder can still sign with ${other}`);
  });

  it('tells of a cluster that goes on taking the old key, or does not take the new one', async () => {
    const folder = temporaryFolder();
    const old = await writeNewKey(join(folder, 'signing.pem'));
    const kidOf = (token: string) => decodeProtectedHeader(token).kid;
    const found = await rotateKeys({
      folder,
      issuer: 'https://platform.example.com/api/oidc',
      clusters: ['stubborn', 'cut-off', 'good'].map(cluster),
      revoke: true,
      publishedKids: async () => (await readKeys(folder)).kids,
      show: async ({ name }, token) => {
        const current = (await readKeys(folder)).kid;
        if (name === 'cut-off') return 'refused';
        return kidOf(token) === current || (name === 'stubborn' && kidOf(token) === old) ? 'taken' : 'refused';
      },
      now: () => new Date(),
      newId: () => 'one',
      sleep: () => Promise.resolve(),
      say: () => undefined,
    });
    expect(found).toEqual([
      { name: 'stubborn', state: 'old key taken' },
      { name: 'cut-off', state: 'new key refused' },
      { name: 'good', state: 'refused' },
    ]);
  });
});
