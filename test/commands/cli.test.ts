import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleOrganization } from '../support/examples.ts';
import { tenantry, tenantryHere } from '../support/cli.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

function organization(files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  writeFiles(folder, { ...exampleOrganization, ...files });
  return folder;
}

/** Of which nothing is to be said. */
const withProduction = {
  'clusters/prodcluster01.yaml': exampleOrganization['clusters/prodcluster01.yaml'].replace(
    'spec:\n',
    'spec:\n  labels: { environment: production }\n',
  ),
};
const wrongGroup = {
  'tenants/solar.yaml': exampleOrganization['tenants/solar.yaml'].replace('solar-sre', 'solar-ser'),
};
const unusedGroup = {
  'organization.yaml': exampleOrganization['organization.yaml'].replace(
    '- name: audit',
    '- name: spare\n    - name: audit',
  ),
};
/** A warning: the share has ended. */
const ended = {
  'tenants/solar.yaml': exampleOrganization['tenants/solar.yaml'].replace(
    'role: admin }',
    'role: admin, until: 2025-12-31 }',
  ),
};

describe('tenantry', () => {
  it('says what to type first', async () => {
    const { code, stdout } = await tenantry(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('tenantry init');
    for (const command of ['validate', 'synth', 'access', 'explain', 'init', 'rules'])
      expect(stdout).toContain(command);
  });

  it.each([
    [['--version'], 0],
    [['validate', '--dir', '/does/not/exist'], 2],
    [['frobnicate'], 2],
    [['validate', '--format', 'xml'], 2],
    [['validate', '--as-of', '2026-02-30'], 2],
    [[], 2],
  ])('%j ends with %i', async (args, code) => {
    expect((await tenantry(args, { cwd: temporaryFolder() })).code).toBe(code);
  });
});

describe('start-up', () => {
  /**
   * The packages that a command loads, as V8 lists every script that it ran: packages of their own, and those that the
   * build has put into its files, with a comment before each module.
   */
  async function packagesOf(...args: string[]): Promise<Set<string>> {
    const coverage = temporaryFolder();
    await tenantry(args, { cwd: organization(withProduction), env: { NODE_V8_COVERAGE: coverage } });
    const urls = Object.values(readFiles(coverage)).flatMap((text) =>
      (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url),
    );
    expect(urls.some((url) => url.endsWith('/build/cli.js'))).toBe(true);
    const built = urls.filter((url) => url.includes('/build/')).map((url) => readFileSync(new URL(url), 'utf8'));
    const modules = built.flatMap((text) => text.match(/^\/\/ (?:\S*\/)?node_modules\/.*$/gm) ?? []);
    return new Set(
      [...urls, ...modules].flatMap((name) => /node_modules\/(@[^/]+\/[^/]+|[^/]+)\//.exec(name)?.[1] ?? []),
    );
  }

  it('loads nothing for the version but what reads arguments', async () => {
    expect([...(await packagesOf('--version'))]).toEqual(['commander']);
  });

  it('loads no renderer, compiler or client to validate', async () => {
    const packages = await packagesOf('validate');
    expect(packages).toContain('yaml');
    const heavy = [
      'cdk8s',
      'cdk8s-plus-28',
      'typescript',
      'esbuild',
      'diff',
      'string-width',
      '@kubernetes/client-node',
    ];
    for (const name of heavy) {
      expect(packages).not.toContain(name);
    }
  });
});

describe('validate', () => {
  it.each([
    ['a good organization', {}, [], 0],
    ['an error', wrongGroup, [], 1],
    ['a warning', ended, [], 0],
    ['a warning, strictly', ended, ['--strict'], 1],
    ['a note, strictly', unusedGroup, ['--strict'], 0],
  ])('judges %s', async (_, files, args, code) => {
    const { code: actual } = await tenantryHere(['validate', '--as-of', '2026-01-15', ...args], {
      cwd: organization(files),
    });
    expect(actual).toBe(code);
  });

  it('prints plain text where nobody is looking, and the same with NO_COLOR', async () => {
    const folder = organization(wrongGroup);
    const plain = await tenantry(['validate'], { cwd: folder });
    const without = await tenantry(['validate'], { cwd: folder, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toMatch(/\u001b/);
    expect(without.stdout).toBe(plain.stdout);
  });

  it('names files as they are reached from where it runs', async () => {
    const folder = organization(wrongGroup);
    const { stdout } = await tenantry(['validate', '--dir', folder], { cwd: join(folder, '..') });
    expect(stdout).toMatch(/--> tenantry-test-[^/]+\/tenants\/solar\.yaml:\d+:\d+/);
  });

  it('prints JSON, SARIF and annotations', async () => {
    const folder = organization(wrongGroup);
    const json = await tenantryHere(['validate', '--format', 'json'], { cwd: folder });
    expect(JSON.parse(json.stdout)).toMatchObject({ formatVersion: 1, valid: false, counts: { errors: 1 } });
    const sarif = await tenantryHere(['validate', '--format', 'sarif'], { cwd: folder });
    const results = expect.arrayContaining([expect.objectContaining({ ruleId: 'TEN101' })]) as unknown;
    expect(JSON.parse(sarif.stdout)).toMatchObject({ version: '2.1.0', runs: [{ results }] });
    const github = await tenantry(['validate', '--format', 'github'], { cwd: folder });
    expect(github.stdout).toMatch(/^::error file=tenants\/solar\.yaml,line=\d+,/m);
  });
});

describe('access', () => {
  const access = (folder: string, ...args: string[]) =>
    tenantryHere(['access', ...args, '--as-of', '2026-01-15'], { cwd: folder });

  it('lists all access with the lines that give it', async () => {
    const { stdout, code } = await tenantry(['access', 'list', '--as-of', '2026-01-15'], { cwd: organization() });
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'CLUSTER         NAMESPACE    SUBJECT                ROLE            UNTIL   BECAUSE',
        'prodcluster01   *            group cluster-admins   cluster-admin           organization.yaml:7',
        'prodcluster01   *            group cluster-scope    cluster-scope           clusters/prodcluster01.yaml:11, clusters/prodcluster01.yaml:12, clusters/prodcluster01.yaml:13',
        'prodcluster01   solar-prod   group audit            view                    tenants/solar.yaml:11',
        'prodcluster01   solar-prod   group solar-leads      admin                   tenants/solar.yaml:7',
        'prodcluster01   solar-prod   group solar-sre        admin                   tenants/solar.yaml:15',
        '',
      ].join('\n'),
    );
  });

  it('says who can, from the narrowest that suffices to cluster admins, and who they are', async () => {
    const { stdout } = await access(organization(), 'who-can', 'edit', '--namespace', 'solar-prod', '--format', 'csv');
    expect(stdout.split('\r\n').map((line) => line.split(',').slice(0, 5).join(','))).toEqual([
      'Cluster,Namespace,Subject,Role,Members',
      'prodcluster01,*,group cluster-admins,cluster-admin,alice',
      'prodcluster01,solar-prod,group solar-leads,admin,sam',
      'prodcluster01,solar-prod,group solar-sre,admin,sam sue',
      '',
    ]);
  });

  it('says what a user can, and through which group', async () => {
    const { stdout } = await access(organization(), 'what-can', 'sue', '--format', 'json');
    const { accesses } = JSON.parse(stdout) as { accesses: { role: { name: string }; via: string }[] };
    expect(accesses.map((a) => [a.role.name, a.via])).toEqual([
      ['cluster-scope', 'cluster-scope'],
      ['admin', 'solar-sre'],
    ]);
  });

  it('S3: filters by cluster and by namespace', async () => {
    const folder = organization({
      'clusters/second.yaml': exampleOrganization['clusters/prodcluster01.yaml'].replaceAll('prodcluster01', 'second'),
    });
    const second = await access(folder, 'list', '--cluster', 'second', '--format', 'csv');
    expect(second.stdout.split('\r\n').map((line) => line.split(',')[0])).toEqual(['Cluster', 'second', 'second', '']);
    const namespace = await access(folder, 'list', '--namespace', 'solar-prod', '--format', 'csv');
    expect(
      new Set(
        namespace.stdout
          .split('\r\n')
          .slice(1, -1)
          .map((line) => line.split(',')[1]),
      ),
    ).toEqual(new Set(['solar-prod']));
  });

  it('takes a name that exists nowhere for a mistake, not for "nobody"', async () => {
    const { code, stderr } = await access(organization(), 'list', '--group', 'solar-ser');
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean `solar-sre`?');
  });

  it('keeps the ends of names and the lines in a narrow terminal, and no empty column', async () => {
    const names = ['payments', 'catalog'].map((team) => `${team}-and-settlements`);
    const files = Object.fromEntries(
      names.map((name) => [
        `tenants/${name}.yaml`,
        tenantFile(name, {
          owners: [{ kind: 'Group', name: `okta:team-${name}-leads` }],
          defaults: { clusters: ['prodcluster01'] },
          namespaces: [{ name: 'prod', sharedWith: [{ user: 'sam', role: 'view' }] }],
        }),
      ]),
    );
    const groups = names.map((name) => ({ name: `okta:team-${name}-leads` }));
    const cwd = organization({
      ...files,
      'organization.yaml': organizationFile({
        groups: [...groups, { name: 'solar-leads' }, { name: 'solar-sre' }, { name: 'audit' }],
      }),
      'clusters/prodcluster01.yaml': clusterFile('prodcluster01', {
        labels: { environment: 'production' },
        sharedWith: [...groups, { name: 'solar-leads' }, { name: 'solar-sre' }, { name: 'audit' }].map(({ name }) => ({
          group: name,
          namespace: false,
        })),
      }),
    });
    const { stdout } = await tenantryHere(['access', 'list'], { cwd, width: 80 });
    const lines = stdout.trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines[0]).not.toContain('UNTIL');
    for (const line of lines.slice(1)) expect(line).toMatch(/\.yaml:\d+( \+\d+)?$|^\S+ +\* /);
    expect(lines.filter((line) => /…\S*-leads +admin/.test(line)).length).toBe(3);
    const { stdout: whole } = await tenantryHere(['access', 'list'], { cwd });
    expect(whole).toContain('UNTIL');
    expect(whole).toContain('group okta:team-payments-and-settlements-leads');
    const explained = await tenantryHere(['explain', 'payments-and-settlements'], { cwd, width: 80 });
    for (const line of explained.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('gives no answer about a config with errors', async () => {
    const { code, stdout, stderr } = await access(organization(wrongGroup), 'list', '--format', 'json');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('TEN101');
  });
});

describe('explain', () => {
  it('says what a namespace is and which lines decide it', async () => {
    const { stdout, code } = await tenantry(['explain', 'solar-prod'], { cwd: organization() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/tenant +solar +tenants\/solar\.yaml:13/);
    expect(stdout).toMatch(/cluster +prodcluster01 +tenants\/solar\.yaml:9/);
    expect(stdout).toMatch(/podSecurity +baseline +default/);
  });

  it('S61: lists the namespaces of a tenant, their number and their states', async () => {
    const cordoned = exampleOrganization['tenants/solar.yaml'].replace(
      '- name: prod',
      '- name: prod\n      cordoned: true',
    );
    const { stdout } = await tenantryHere(['explain', 'solar'], {
      cwd: organization({ 'tenants/solar.yaml': cordoned }),
    });
    expect(stdout).toMatch(/namespaces +1 of 10 +/);
    expect(stdout).toMatch(/namespace +solar-prod, on prodcluster01, Cordoned +tenants\/solar\.yaml:13/);
  });

  it('explains groups and users', async () => {
    const folder = organization();
    const group = await tenantryHere(['explain', 'solar-leads'], { cwd: folder });
    expect(group.stdout).toMatch(/owns +tenant solar +tenants\/solar\.yaml:7/);
    const user = await tenantryHere(['explain', 'alice'], { cwd: folder });
    expect(user.stdout).toMatch(/admin +of the organization.* +organization\.yaml:7/);
  });

  it('explains a cluster: what it is, whom it is shared with, whose namespaces are on it, and who is admin', async () => {
    const { stdout, code } = await tenantryHere(['explain', 'prodcluster01'], { cwd: organization() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^cluster prodcluster01$/m);
    expect(stdout).toMatch(/production +no +clusters\/prodcluster01\.yaml:\d+/);
    expect(stdout).toMatch(/shared with +group solar-leads.* +clusters\/prodcluster01\.yaml:\d+/);
    expect(stdout).toMatch(/tenant +solar, 1 namespace: solar-prod +tenants\/solar\.yaml:\d+/);
    expect(stdout).toMatch(/admin +user alice +organization\.yaml:7/);
    expect(stdout).toMatch(/group cluster-admins +cluster-admin/);
  });

  it('tells namespaces of one name apart that different tenants have on different clusters', async () => {
    const ci = (tenant: string, cluster: string, spec: object) =>
      tenantFile(tenant, { namespaces: [{ fullName: 'ci', clusters: [cluster], ...spec }] });
    const cwd = organization({
      'organization.yaml': organizationFile({
        naming: { tenantPrefix: 'Optional' },
        grants: { blue: { fullNames: ['ci'] }, red: { fullNames: ['ci'] } },
      }),
      'clusters/testcluster.yaml': clusterFile('testcluster', { sharedWith: [{ group: 'solar-leads' }] }),
      'tenants/blue.yaml': ci('blue', 'prodcluster01', {}),
      'tenants/red.yaml': ci('red', 'testcluster', { isolation: { podSecurity: 'restricted' } }),
    });
    const { stdout } = await tenantryHere(['explain', 'ci'], { cwd });
    const [first = '', second = ''] = stdout.split(/^(?=namespace )/m);
    expect(first).toMatch(/^namespace ci on prodcluster01$/m);
    expect(first).toMatch(/tenant +blue /);
    expect(first).toMatch(/podSecurity +baseline /);
    expect(first).not.toContain('testcluster');
    expect(second).toMatch(/^namespace ci on testcluster$/m);
    expect(second).toMatch(/tenant +red /);
    expect(second).toMatch(/podSecurity +restricted /);
  });

  it('knows when there is nothing of a name', async () => {
    const { code, stderr } = await tenantryHere(['explain', 'solar-prd'], { cwd: organization() });
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean `solar-prod`?');
  });
});

describe('init', () => {
  it('begins an organization that is valid and renders at once', async () => {
    const folder = join(temporaryFolder(), 'new');
    expect((await tenantry(['init', folder])).code).toBe(0);
    // What `init` cannot know is said to be left, and nothing else.
    const examples = await tenantry(['validate', '--format', 'json'], { cwd: folder });
    expect(examples.code).toBe(0);
    const { diagnostics } = JSON.parse(examples.stdout) as { diagnostics: { code: string; message: string }[] };
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'TEN221 the server of cluster `mycluster01` is an example, `https://mycluster01.example.com:6443`',
      'TEN221 the certificate authority of cluster `mycluster01` is the example of `tenantry init`',
      'TEN221 the issuer is an example, `https://your-issuer.example.com`',
      'TEN221 the GitHub organization is the example of `tenantry init`',
    ]);
    expect((await tenantry(['synth'], { cwd: folder })).code).toBe(0);
    expect((await tenantry(['codeowners', '--root', folder], { cwd: folder })).code).toBe(0);
    expect(
      Object.keys(readFiles(join(folder, 'dist')))
        .filter((path) => !path.includes('/policy-'))
        .sort(),
    ).toEqual([
      'api-server/mycluster01/authentication-configuration.yaml',
      'cluster-access/mycluster01/argo-cd.yaml',
      'cluster-access/mycluster01/cluster-admins.yaml',
      'cluster-access/mycluster01/viewer.yaml',
      'mycluster01/cluster/cluster-scope.yaml',
      'mycluster01/namespaces/first-dev.yaml',
    ]);
  });

  it('says so as long as one example is left beside what is real', async () => {
    const folder = join(temporaryFolder(), 'new');
    expect((await tenantry(['init', folder])).code).toBe(0);
    const replace = (path: string, pattern: RegExp, by: string): void => {
      const file = join(folder, path);
      writeFileSync(file, readFileSync(file, 'utf8').replace(pattern, by));
    };
    const said = async (): Promise<string> => (await tenantry(['validate'], { cwd: folder })).stdout;
    replace('clusters/mycluster01.yaml', /^ {2}server: .*/m, '  server: https://k8s.acme.dev:6443');
    replace(
      'clusters/mycluster01-ca.pem',
      /[^]*/,
      readFileSync(join(import.meta.dirname, '../../clusters/prodcluster01-ca.pem'), 'utf8'),
    );
    replace('organization.yaml', /your-organization/, 'acme');
    expect(await said()).toContain('the issuer is an example');
    replace('organization.yaml', /your-issuer\.example\.com/, 'platform.example.com/api/oidc');
    expect(await said()).toContain('the issuer is an example');
    replace('organization.yaml', /platform\.example\.com/, 'login.acme.dev');
    expect(await said()).toBe('no problems in 3 files\n');
  });

  it('leaves a folder alone that holds something', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'organization.yaml'), 'mine');
    const { code, stderr } = await tenantryHere(['init', folder]);
    expect(code).toBe(2);
    expect(stderr).toContain('not empty');
    expect(readFileSync(join(folder, 'organization.yaml'), 'utf8')).toBe('mine');
  });
});

describe('rules', () => {
  it('lists them, and explains one by code or by name', async () => {
    const list = await tenantry(['rules']);
    expect(list.stdout).toMatch(/^TEN101 +error +unknown-group/m);
    const byCode = await tenantryHere(['rules', 'ten101']);
    const byName = await tenantryHere(['rules', 'unknown-group']);
    expect(byCode.stdout).toBe(byName.stdout);
    expect(byCode.stdout).toContain('Wrong:');
    expect((await tenantryHere(['rules', 'TEN999'])).code).toBe(2);
  });
});
