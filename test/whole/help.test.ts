import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../src/source/diagnostic.ts';
import { tenantryHere } from '../support/cli.ts';
import { diagnose } from '../support/diagnose.ts';
import { exampleOrganization } from '../support/examples.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

/** What people get wrong, and what they are told: one thing for one cause, and what leads to a file that is right. */

const organization = 'organization.yaml';
const cluster = 'clusters/prodcluster01.yaml';
const solar = 'tenants/solar.yaml';
const texts: Readonly<Record<string, string>> = exampleOrganization;

const edited = (path: string, from: string | RegExp, to: string): Record<string, string> => {
  const text = texts[path] ?? '';
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`nothing to change in ${path}`);
  return { [path]: changed };
};

/** What is said: code, message and help of each error. */
async function said(files: Readonly<Record<string, string | null>>): Promise<string[]> {
  const found = await diagnose(files);
  return found.filter(({ severity }) => severity === 'error').map((d) => `${d.code} ${d.message}: ${d.help ?? ''}`);
}

describe('one cause', () => {
  it.each([
    [
      'a key in another case',
      edited(cluster, 'kubernetesVersion:', 'kubernetesversion:'),
      /TEN008 .*did you mean `kubernetesVersion`/,
    ],
    ['a key of the file in another case', edited(solar, '\nspec:', '\nSpec:'), /TEN008 .*did you mean `spec`/],
    ['a required key that is misspelt', edited(solar, 'role: view', 'rolle: view'), /TEN008 .*did you mean `role`/],
    [
      'a key that is there twice, once misspelt',
      edited(solar, '  owners:', '  owner: []\n  owners:'),
      /TEN008 .*`owners` is there already: move what is needed into it/,
    ],
    [
      'no space after the colon',
      edited(solar, 'metadata:\n  name: solar', 'metadata:\n  name:solar'),
      /TEN010 .*write a space after the colon: `name: solar`/,
    ],
    [
      'a quota by the names of a ResourceQuota',
      edited(solar, 'spec:\n', 'spec:\n  quota: { requests.cpu: "4" }\n'),
      /TEN008 .*write `cpu`, which is `requests.cpu` here/,
    ],
    [
      'a quota on limits',
      edited(solar, 'spec:\n', 'spec:\n  quota: { limits.memory: 4Gi }\n'),
      /TEN008 .*write it under `hard`, with its value in quotes: `hard: { limits.memory: … }`/,
    ],
    ['an exponent', edited(solar, 'spec:\n', 'spec:\n  quota: { memory: "1e3" }\n'), /TEN010 .*did you mean `1000`/],
    [
      'two files in one',
      { [solar]: `${texts[solar] ?? ''}${(texts[solar] ?? '').replaceAll('solar', 'lunar')}` },
      /TEN005 a second resource begins here.*move it into a file of its own/,
    ],
    [
      'a user as a group',
      edited(solar, 'group: audit', 'group: sam'),
      /TEN101 .*`sam` is a user: write `user: sam` in a share/,
    ],
    [
      'a share written as RBAC’s subjects are',
      edited(solar, '{ group: audit, role: view }', '{ kind: Group, name: audit, role: view }'),
      /TEN009 .*write `group: audit` in place of `kind` and `name`/,
    ],
    [
      'a share of a service account',
      edited(
        solar,
        '{ group: audit, role: view }',
        '{ kind: ServiceAccount, name: bot, namespace: solar-prod, role: edit }',
      ),
      /TEN009 .*write `serviceAccount: solar-prod\/bot` in place of `kind`, `name` and `namespace`/,
    ],
    [
      'a share of a service account by its user name',
      edited(solar, '{ group: audit, role: view }', '{ user: "system:serviceaccount:ci:bot", role: edit }'),
      /TEN315 .*: write `serviceAccount: ci\/bot` in place of `user`$/,
    ],
  ])('gives one error: %s', async (_, files, expected) => {
    const found = await said(files);
    expect(found).toEqual([expect.stringMatching(expected)]);
  });

  it('gives one error: a cluster’s file whose name has a hyphen', async () => {
    const file = (texts[cluster] ?? '').replaceAll('prodcluster01', 'prod-eu');
    for (const text of [file, file.replace('name: prod-eu', 'name: prodeu')]) {
      const found = await said({ 'clusters/prod-eu.yaml': text });
      expect(found).toEqual([
        expect.stringMatching(/^TEN201 .*rename the file to clusters\/prodeu.yaml, and the cluster in it/),
      ]);
    }
  });

  it.each([
    ['import { defineTenant } from "tenantry";\ndefineTenant({} as never);\n'],
    ['const tenant = { kind: "Tenant" };\n'],
    ['// nothing yet\nexport {};\n'],
    ['// nothing at all\n'],
  ])('gives one error: a TypeScript file without a default export, %j', async (text) => {
    const folder = temporaryFolder();
    writeFiles(folder, { ...texts, 'tenants/lunar.ts': text });
    const { stdout } = await tenantryHere(['validate', '--format', 'json'], { cwd: folder });
    expect(stdout.match(/"message": ".*"/g)).toEqual([expect.stringContaining('it has no default export')]);
    expect(stdout).toContain('write `export default defineTenant({ … })`');
  });

  it.each([
    ['a:\n\tb: 1\n', '2:1'],
    ['a:\n  b: 1\n\tc: 2\n', '3:1'],
    ['owners:\n\t- { kind: Group, name: x }\n', '2:1'],
    ['list:\n  \t- name: x\n', '2:3'],
    ['a:\n  b:\n  \tc: 1\n', '3:3'],
    ['a:\n  -\tname: x\n    b: 2\n', '2:4'],
    ['\ta: 1\n', '1:1'],
    ['a:\n  - x\n\t- y\n', '3:1'],
    ['x:\n  - name: p\n\t\tclusters: [a]\n', '3:1'],
    ['k:\n  - { a: 1,\n\tb: 2 }\n', '3:1'],
    ['a:\n  b: "x\n\ty"\n', '3:1'],
  ])('is called a tab: %j', async (text, place) => {
    const folder = temporaryFolder();
    writeFiles(folder, { ...texts, 'tenants/lunar.yaml': text });
    const { stdout } = await tenantryHere(['validate'], { cwd: folder });
    expect(stdout).toContain('this is not YAML: a tab is used as indentation');
    expect(stdout).toContain(` --> tenants/lunar.yaml:${place}\n`);
    expect(stdout).toContain('→   ');
    // With spaces in its place there is no such mistake.
    writeFileSync(join(folder, 'tenants/lunar.yaml'), text.replaceAll('\t', '        '));
    expect((await tenantryHere(['validate'], { cwd: folder })).stdout).not.toContain('a tab');
  });

  it('of many files is one block, with a command that mends them', async () => {
    const folder = temporaryFolder();
    const tenants = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [
        `tenants/t${i}.yaml`,
        (texts[solar] ?? '').replace('name: solar\n', `name: t${i}\n`),
      ]),
    );
    writeFiles(folder, { ...texts, ...tenants });
    const before = readFiles(folder);
    for (const path of Object.keys(before)) {
      if (path.endsWith('.yaml')) writeFileSync(join(folder, path), (before[path] ?? '').replaceAll('\n', '\r\n'));
    }
    const { stdout } = await tenantryHere(['validate'], { cwd: folder });
    expect(stdout.match(/^error\[TEN002\]/gm)).toHaveLength(1);
    expect(stdout).toContain('places more of the same');
    const command = /`(perl [^`]+)`/.exec(stdout)?.[1] ?? '';
    execFileSync('bash', ['-c', command], { cwd: folder });
    expect(readFiles(folder)).toEqual(before);
  });

  it('of many shares is one block: a group that is not declared', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, texts);
    const share = '        - { group: nobody, role: view }\n';
    const text = readFileSync(join(folder, organization), 'utf8');
    writeFileSync(join(folder, organization), text);
    for (let i = 0; i < 6; i++) {
      const tenant = (texts[solar] ?? '').replace('name: solar\n', `name: t${i}\n`);
      writeFiles(folder, { [`tenants/t${i}.yaml`]: `${tenant.trimEnd()}\n${share}` });
    }
    const { stdout } = await tenantryHere(['validate'], { cwd: folder });
    expect(stdout.match(/^error\[TEN101\]/gm)).toHaveLength(1);
    expect(stdout).toContain('note: 5 places more of the same');
  });
});

describe('a suggestion', () => {
  const groups = ['okta:team-payments', 'okta:team-ads', 'okta:sre', 'okta:auditors'];
  it.each([
    ['team-payments', groups, 'okta:team-payments'],
    ['payments', groups, 'okta:team-payments'],
    ['ldap:sre', groups, 'okta:sre'],
    ['okta:team-pay', groups, 'okta:team-payments'],
    ['okta:team-paymnets', groups, 'okta:team-payments'],
    ['okta:ser', groups, 'okta:sre'],
    ['pay', ['pat', 'payments'], 'payments'],
    ['smm', ['sam', 'pat'], 'sam'],
    ['Prod', ['prod', 'dev'], 'prod'],
    ['prodcluster1', ['prodcluster01', 'devcluster01'], 'prodcluster01'],
    ['rpod', ['prod'], 'prod'],
  ])('for %s of %j is %s', (word, names, meant) => {
    expect(didYouMean(word, names)).toBe(meant);
  });

  it.each([
    ['okta:team-pam', ['okta:team-ads', 'okta:sre']],
    ['TEN999', ['TEN009', 'TEN101']],
    ['${ENV}', ['env', 'environment']],
    ['team', ['okta:team-a', 'okta:team-b']],
    ['ab', ['abc:ab-c']],
  ])('for %s of %j there is none', (word, names) => {
    expect(didYouMean(word, names)).toBeUndefined();
  });
});

describe('an answer about access', () => {
  const ask = async (...args: string[]): Promise<string> => {
    const folder = temporaryFolder();
    writeFiles(folder, texts);
    const { stdout, stderr } = await tenantryHere(args, { cwd: folder });
    return `${stdout}${stderr}`;
  };
  const canI = ['access', 'can-i', '--user', 'sam', '--cluster', 'prodcluster01'];

  it('says how a group or a user is asked for, and which roles there are', async () => {
    expect(await ask('access', 'what-can', 'solar-sre')).toContain(
      'help: `solar-sre` is a group: write `group:solar-sre`',
    );
    expect(await ask('access', 'what-can', 'user:sam')).toBe(await ask('access', 'what-can', 'sam'));
    expect(await ask('access', 'who-can', 'owner')).toMatch(/help: the roles are `admin`, `edit`, `view`/);
    expect(await ask('access', 'list', '--user', 'solar-sre')).toContain('write `--group solar-sre`');
    expect(await ask('access', 'list', '--group', 'sam')).toContain('write `--user sam`');
    expect(await ask('access', 'list', '--user', 'sam')).toContain(
      '`tenantry access what-can sam` has what he has by groups',
    );
  });

  it('says what a command of kubectl asks for', async () => {
    for (const [verb, resource, meant] of [
      ['exec', 'pods', '--verb create --resource pods/exec'],
      ['port-forward', 'pods', '--verb create --resource pods/portforward'],
      ['logs', 'pods', '--verb get --resource pods/log'],
      ['scale', 'deployments', '--verb patch --resource deployments/scale'],
    ] as const) {
      const answer = await ask(...canI, '--namespace', 'solar-prod', '--verb', verb, '--resource', resource);
      expect(answer).toContain(`help: ask for \`${meant}\``);
      expect(await ask(...canI, '--namespace', 'solar-prod', ...meant.split(' '))).toMatch(/^(?:yes|no)/);
    }
  });
});
