import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readKeys, writeNewKey } from '../../src/issuer/keys.ts';
import { Failure } from '../../src/values/failure.ts';
import { temporaryFolder } from '../support/folders.ts';
import { tenantryHere } from '../support/cli.ts';

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
