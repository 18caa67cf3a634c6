import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSecrets, redactSecrets } from '../../src/source/secrets.ts';
import { checkOrganization, printDiagnostics } from '../../src/app/organization.ts';
import { exampleCertificate, exampleOrganization } from '../support/examples.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { secondsSince } from '../support/processor-time.ts';

// Put together here, so that no scanner of secrets takes this file for one that holds some.
const pem = (kind: string, body = 'MIIEabcd+/==\n'): string =>
  [`-----BEGIN ${kind}-----`, `${body}-----END ${kind}-----`].join('\n');
const letters = (length: number): string => 'aB3x'.repeat(length).slice(0, length);

const secrets: [string, string][] = [
  ['a private key', pem('PRIVATE KEY')],
  ['a private key', pem('RSA PRIVATE KEY')],
  ['a private key', pem('ENCRYPTED PRIVATE KEY')],
  ['a private key', pem('OPENSSH PRIVATE KEY')],
  ['a private key', pem('PGP PRIVATE KEY BLOCK')],
  ['a private key in base64', Buffer.from(pem('EC PRIVATE KEY')).toString('base64')],
  ['a GitHub token', `ghp_${letters(36)}`],
  ['a GitHub token', `github_pat_${letters(60)}`],
  ['a GitLab token', `glpat-${letters(20)}`],
  ['an AWS access key', `ASIA${'ABCDEFGH'.repeat(2)}`],
  ['a Google API key', `AIza${letters(35)}`],
  ['a Slack token', `xoxb-${letters(24)}`],
  ['an npm token', `npm_${letters(36)}`],
  ['a Docker Hub token', `dckr_pat_${letters(27)}`],
  ['a Vault token', `hvs.${letters(30)}`],
  ['a JSON Web Token', [`eyJ${letters(30)}`, `eyJ${letters(60)}`, letters(40)].join('.')],
];

describe('a secret', () => {
  it.each(secrets)('is found: %s', (what, secret) => {
    const text = `a: x\nb: ${secret}\nc: y\n`;
    expect(findSecrets(text)).toEqual([{ what, start: 8, end: 8 + secret.length }]);
  });

  it.each(secrets)('is redacted, and nothing else: %s', (_, secret) => {
    const redacted = redactSecrets(`a: x\nb: "${secret}"\nc: y\n`);
    expect(redacted).toBe(`a: x\nb: "${secret.replace(/\S/g, '*')}"\nc: y\n`);
    expect(findSecrets(redacted)).toEqual([]);
  });

  it('is redacted up to where it ends, also where its end is missing', () => {
    const [header = ''] = pem('PRIVATE KEY').split('\n');
    expect(redactSecrets(`x: |\n  ${header}\n  MIIEabcd\n`)).not.toContain('MIIE');
    expect(redactSecrets(`${header}\nMIIE\n${header}\nMIIF\n`)).not.toMatch(/MII/);
  });
});

describe('a secret in a line that is printed', () => {
  it('is not printed', async () => {
    const folder = temporaryFolder();
    const token = `ghp_${letters(36)}`;
    const tenant = exampleOrganization['tenants/solar.yaml'].replace('name: prod', `nam: ${token}`);
    writeFiles(folder, { ...exampleOrganization, 'tenants/solar.yaml': tenant });
    let printed = '';
    const out = { colour: false, write: (text: string) => void (printed += text) };
    const io = {
      dir: folder,
      cwd: folder,
      today: '2026-01-15',
      now: () => new Date(),
      nodePath: process.execPath,
      environment: {},
      version: '',
      out,
      err: out,
    };
    const checked = await checkOrganization(io, {});
    await printDiagnostics(io, out, checked, checked.diagnostics);
    expect(printed).toContain(`nam: ${'*'.repeat(token.length)}`);
    expect(printed).toContain('a GitHub token is written here');
    expect(printed).not.toContain(token);
  });
});

describe('no secret', () => {
  it.each([
    exampleCertificate,
    Buffer.from(exampleCertificate).toString('base64'),
    pem('PUBLIC KEY'),
    'ghp_short',
    `xghp_${letters(36)}`,
    `AKIA${'A'.repeat(30)}`,
    'eyJ.eyJ.x',
    'password: changeme',
    'secret-in-config',
    '',
  ])('is found in %j', (text) => {
    expect(findSecrets(text)).toEqual([]);
    expect(redactSecrets(text)).toBe(text);
  });
});

describe('any text', () => {
  it('keeps its length and its lines', () => {
    const part = fc.oneof(fc.constantFrom(...secrets.map(([, secret]) => secret)), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('')),
        (text) => {
          const redacted = redactSecrets(text);
          expect(redacted).toHaveLength(text.length);
          expect(redacted.replace(/[^\n]/g, '')).toBe(text.replace(/[^\n]/g, ''));
        },
      ),
    );
  });

  it.each([
    'a',
    'eyJ',
    'eyJ-',
    'eyJaaaaaaaaaa.',
    'ghp_',
    '-----BEGIN ',
    '-----BEGIN A ',
    '-----BEGIN PRIVATE KEY-----',
    'LS0tLS1CRUdJTi',
    'xoxb-',
  ])('is looked through in time that is in proportion to its length: %s', (part) => {
    const text = part.repeat(1_000_000 / part.length);
    const start = process.cpuUsage();
    redactSecrets(text);
    // Some tens of milliseconds; the rest is for a machine that is busy.
    expect(secondsSince(start)).toBeLessThan(8);
  });
});
