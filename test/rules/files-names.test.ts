import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/source/diagnostic.ts';
import { exampleCertificate, exampleOrganization } from '../support/examples.ts';
import type { ExampleFiles } from '../support/examples.ts';
import { clusterFile } from '../support/config.ts';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';
import { saysOfFolder } from '../support/on-disk.ts';

const organization = exampleOrganization['organization.yaml'];
const solar = exampleOrganization['tenants/solar.yaml'];

/** The example's tenant with one part of its file replaced. */
function solarWith(part: string, by: string): ExampleFiles {
  expect(solar).toContain(part);
  return { 'tenants/solar.yaml': solar.replace(part, by) };
}

/** A second tenant like the example's. */
const lunar = solar.replace('name: solar\n', 'name: lunar\n');

/** What all rules say: a mistake in a file must not make other rules speak. */
const says = (files: ExampleFiles): Promise<string[]> => diagnosePlaced(files);

async function only(files: ExampleFiles): Promise<Diagnostic> {
  const [first, ...others] = await diagnose(files);
  expect(others.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  if (!first) throw new Error('nobody says anything');
  return first;
}

describe('TEN011 misnamed-file', () => {
  it.each([
    [
      'lunar',
      'tenant `lunar` is declared in a file named `solar.yaml`',
      'write `name: solar`, or rename the file to tenants/lunar.yaml',
    ],
    ['../../etc', 'tenant `../../etc` is declared in a file named `solar.yaml`', 'write `name: solar`'],
    ['Solar', 'tenant `Solar` is declared in a file named `solar.yaml`', 'write `name: solar`'],
  ])('reports %s', async (name, message, help) => {
    const found = await only(solarWith('  name: solar\n', `  name: ${name}\n`));
    expect(found).toMatchObject({ code: 'TEN011', message, help });
  });

  it('is about clusters too, and lets the organization have any name', async () => {
    const cluster = exampleOrganization['clusters/prodcluster01.yaml'];
    expect(
      await says({
        'clusters/prodcluster01.yaml': cluster.replace('  name: prodcluster01', '  name: prodcluster02'),
        'organization.yaml': organization.replace('name: example', 'name: another'),
      }),
    ).toEqual([
      'clusters/prodcluster01.yaml:4:9 TEN011 cluster `prodcluster02` is declared in a file named `prodcluster01.yaml`',
    ]);
  });
});

describe('TEN012 two-files-for-one-name', () => {
  it('reports YAML beside TypeScript, and nothing that follows from it', async () => {
    const found = await only({ 'tenants/solar.ts': solar });
    expect(found).toMatchObject({
      code: 'TEN012',
      message: 'tenant `solar` is declared in two files',
      help: 'keep one of tenants/solar.ts and tenants/solar.yaml',
    });
  });

  it('reports names that differ only in the case of letters', async () => {
    expect(await says({ 'clusters/PRODCLUSTER01.yaml': clusterFile('PRODCLUSTER01') })).toContain(
      'clusters/prodcluster01.yaml:1:1 TEN012 `clusters/prodcluster01.yaml` and `clusters/PRODCLUSTER01.yaml` differ only in the case of letters',
    );
  });

  it('does not mind a tenant and a cluster of one name', async () => {
    const cluster = clusterFile('lunar', { sharedWith: [{ group: 'audit', namespace: false }] });
    expect((await says({ 'clusters/lunar.yaml': cluster, 'tenants/lunar.yaml': lunar })).join()).not.toContain(
      'TEN012',
    );
  });
});

describe('TEN013 stray-file', () => {
  it.each([
    [
      'tenants/lunar.yml',
      '`tenants/lunar.yml` is not read: the files of tenants end in `.yaml` or `.ts`',
      'rename it to tenants/lunar.yaml, or delete it',
    ],
    [
      'tenants/lunar.YAML',
      '`tenants/lunar.YAML` is not read: the files of tenants end in `.yaml` or `.ts`',
      'rename it to tenants/lunar.yaml, or delete it',
    ],
    [
      'clusters/c.json',
      '`clusters/c.json` is not read: the files of clusters end in `.yaml` or `.ts`',
      'rename it to clusters/c.yaml (JSON is YAML), or delete it',
    ],
    [
      'tenants/.lunar.yaml',
      '`tenants/.lunar.yaml` is not read: its name begins with `.`',
      'rename it to tenants/lunar.yaml, or delete it',
    ],
    [
      'tenants/_lunar.yaml',
      '`tenants/_lunar.yaml` is not read: its name begins with `_`',
      'rename it to tenants/lunar.yaml, or delete it',
    ],
    ['tenants/lunar.yaml.orig', '`tenants/lunar.yaml.orig` is not read', 'move it out of tenants/, or delete it'],
    ['tenants/old/lunar.yaml', 'the folder `tenants/old` is not read', "move its tenants' files up into tenants/"],
    [
      'clusters/new-ca.pem',
      '`clusters/new-ca.pem` is not read: no cluster names it as its certificate',
      "write `certificateAuthority: { file: new-ca.pem }` in the cluster's file, or delete this one",
    ],
    [
      'tenants/ca.pem',
      '`tenants/ca.pem` is not read: no cluster names it as its certificate',
      'delete it; certificates lie in clusters/ and end in `.pem` or `.crt`',
    ],
    [
      'organization.yml',
      '`organization.yml` is not read',
      'move what is needed from it to organization.yaml, and delete it',
    ],
    ['Tenants/lunar.yaml', 'the folder `Tenants` is not read', 'rename it to `tenants`'],
  ])('reports %s', async (path, message, help) => {
    expect(await only({ [path]: 'x' })).toMatchObject({ code: 'TEN013', message, help });
  });

  it.each(['README.md', '.gitkeep', '.gitignore', '_shared.ts', 'lunar.yaml~', '.lunar.yaml.swp'])(
    'allows %s',
    async (name) => {
      expect(await says({ [`tenants/${name}`]: 'x', [`clusters/${name}`]: 'x' })).toEqual([]);
    },
  );

  it('reports links and files in the place of the folders', async () => {
    const found = await saysOfFolder((folder) => {
      symlinkSync('tenants', join(folder, 'Clusters'));
      symlinkSync('/etc/passwd', join(folder, 'tenants/passwd'));
    });
    expect(found).toEqual([
      'Clusters TEN013 `Clusters` must be a folder, and is a symbolic link, which is not followed',
      'tenants/passwd TEN013 the symbolic link `tenants/passwd` is not read',
    ]);
  });

  it.each(['organization.yml', 'organization.json', 'Organization.yaml'])(
    'says how to rename the only %s there is',
    async (path) => {
      const found = await diagnose({ 'organization.yaml': null, [path]: organization });
      expect(found).toMatchObject([{ code: 'TEN013', help: 'rename it to organization.yaml' }]);
    },
  );

  it('accuses no certificate while a cluster cannot be read: that may be the one that names it', async () => {
    const files = { 'clusters/prodcluster02.yaml': 'spec: [', 'clusters/new-ca.pem': exampleCertificate };
    expect((await diagnose(files)).map(({ code }) => code)).toEqual(['TEN004']);
  });

  it('leaves a certificate that a cluster names, and that cannot be read, to the rule about those', async () => {
    const files = { 'clusters/example-ca.pem': '#'.repeat(2 ** 20 + 1) };
    expect((await diagnose(files)).map(({ code }) => code)).toEqual(['TEN112']);
  });
});

describe('TEN014 organization-missing', () => {
  it('tells a folder that holds something else from one that lacks the organization', async () => {
    const nothing = Object.fromEntries(Object.keys(exampleOrganization).map((path) => [path, null]));
    expect(await only(nothing)).toMatchObject({
      code: 'TEN014',
      help: 'name the folder of the organization with `--dir`, or begin one with `tenantry init`',
    });
    expect(await only({ 'organization.yaml': null })).toMatchObject({
      code: 'TEN014',
      help: 'write one beside the folders clusters/ and tenants/',
    });
  });
});

describe('TEN015 typescript-forbidden', () => {
  const forbidding = `${organization}  config:\n    typescript: forbid\n`;

  it('shows the line that forbids it', async () => {
    expect(await only({ 'organization.yaml': forbidding, 'tenants/lunar.ts': lunar })).toMatchObject({
      code: 'TEN015',
      message: 'tenant `lunar` is declared in TypeScript, which the organization forbids',
      related: [{ message: 'forbidden here' }],
      help: 'write it in YAML, into tenants/lunar.yaml',
    });
  });

  it.each([
    ['cannot be read', { 'organization.yaml': 'spec: [' }, 'TEN004'],
    ['is missing', { 'organization.yaml': null }, 'TEN014'],
    ['has a mistake at this place', { 'organization.yaml': forbidding.replace('forbid', 'forbiden') }, 'TEN010'],
    [
      'has a misspelt key that may have forbidden it',
      { 'organization.yaml': forbidding.replace('config', 'confg') },
      'TEN008',
    ],
  ])('accuses nobody when the organization %s', async (_, files, code) => {
    const found = await diagnose({ ...files, 'tenants/lunar.ts': lunar });
    expect(found.map((d) => d.code)).toEqual([code]);
  });
});

describe('TEN018 secret-in-config', () => {
  // Put together here, so that no scanner of secrets takes this file for one that holds some.
  const token = ['ghp', 'a1B2'.repeat(9)].join('_');
  const header = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ');

  it.each([
    ['a GitHub token', token],
    ['a private key', header],
    ['a private key in base64', Buffer.from(`${header}\nMIIE`).toString('base64')],
    ['an AWS access key', `AKIA${'ABCDEFGH'.repeat(2)}`],
    ['a JSON Web Token', ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJhbGljZSJ9', 'c2lnbmF0dXJlLW9m'].join('.')],
  ])('reports %s without showing it', async (what, secret) => {
    const found = await only({ 'tenants/solar.yaml': `${solar}# ${secret}\n` });
    expect(found).toMatchObject({
      code: 'TEN018',
      message: `${what} is written here`,
      primary: { location: { span: { start: { line: 16, column: 3 } } } },
    });
    expect(JSON.stringify(found)).not.toContain(secret);
  });

  it('looks into certificate files, but leaves a key among the certificates to the rule about those', async () => {
    const pem = (more: string): ExampleFiles => ({ 'clusters/example-ca.pem': `${exampleCertificate}# ${more}\n` });
    expect((await diagnose(pem(token))).map(({ code }) => code)).toEqual(['TEN018']);
    const key = `${header}\nMIIE\n${header.replace('BEGIN', 'END')}`;
    const found = await diagnose({ 'clusters/example-ca.pem': `${exampleCertificate}${key}\n` });
    expect(found.map(({ code }) => code)).toEqual(['TEN309']);
  });

  it('takes no public thing for a secret', async () => {
    const base64 = Buffer.from(exampleCertificate).toString('base64');
    const text = `${solar}# ${base64}\n# AKIA, ghp_short, eyJ.eyJ.x and -----BEGIN PUBLIC KEY-----\n`;
    expect(await says({ 'tenants/solar.yaml': text })).toEqual([]);
  });

  it('is not taken for the manifest of a Secret without anything in it', async () => {
    const found = await diagnose({ 'tenants/lunar.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: x }\n' });
    expect(found.map(({ code }) => code)).toEqual(['TEN010']);
  });
});
