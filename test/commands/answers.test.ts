import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tenantryHere } from '../support/cli.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleCertificate, exampleDay } from '../support/examples.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

/** `auditors` and `guests` are known to the identity provider alone; `guests` have nothing that allows to read pods. */
function organization(): string {
  const folder = temporaryFolder();
  const groups = [
    { name: 'leads', members: ['lea'] },
    { name: 'devs', members: ['dan', 'lea'] },
    { name: 'auditors' },
    { name: 'guests' },
    // Sees cluster two, and has nothing in any namespace.
    { name: 'visitors' },
  ];
  const seenBy = (...names: string[]) => names.map((group) => ({ group, namespace: false }));
  writeFiles(folder, {
    'organization.yaml': organizationFile({ groups }),
    'clusters/one.yaml': clusterFile('one', { sharedWith: seenBy('leads', 'devs', 'auditors', 'guests') }),
    'clusters/two.yaml': clusterFile('two', { sharedWith: seenBy('leads', 'auditors', 'visitors') }),
    'clusters/example-ca.pem': exampleCertificate,
    'tenants/blue.yaml': tenantFile('blue', {
      owners: [{ kind: 'Group', name: 'leads' }],
      namespaces: [
        {
          name: 'prod',
          clusters: ['one', 'two'],
          sharedWith: [{ group: 'auditors', role: 'view' }],
        },
        {
          name: 'dev',
          clusters: ['one'],
          sharedWith: [
            { group: 'devs', role: 'edit' },
            { group: 'guests', role: 'watcher' },
          ],
        },
      ],
      roles: [{ name: 'watcher', rules: [{ apiGroups: [''], resources: ['events'], verbs: ['watch'] }] }],
    }),
  });
  return folder;
}

async function access(...args: string[]) {
  return tenantryHere(['access', ...args, '--as-of', exampleDay], { cwd: organization() });
}

const getPods = ['--namespace', 'blue-prod', '--verb', 'get', '--resource', 'pods'];

describe('an answer that hangs on members whom only the identity provider knows', () => {
  it('is no plain "no"', async () => {
    const asked = ['can-i', '--user', 'dan', '--cluster', 'one', ...getPods];
    const { code, stdout } = await access(...asked);
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe(
      'no, unless user `dan` is in `auditors`: only the identity provider knows who is in it',
    );
    const { stdout: json } = await access(...asked, '--format', 'json');
    expect(JSON.parse(json)).toMatchObject({ allowed: false, unlessIn: ['auditors'] });
  });

  it('is one where no such group would allow it', async () => {
    const { code, stdout } = await access('can-i', '--user', 'dan', '--cluster', 'one', ...getPods.with(3, 'delete'));
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe('no');
  });

  it('is one about groups that are named', async () => {
    const { stdout } = await access('can-i', '--user', 'dan', '--group', 'devs', '--cluster', 'one', ...getPods);
    expect(stdout.split('\n')[0]).toBe('no');
  });

  it('says so of tokens too', async () => {
    const { stderr } = await access('can-i', '--user', 'dan', '--cluster', 'two', ...getPods);
    expect(stderr).toContain(
      'two is shared with no group that names user `dan`, so there are tokens for it only in `auditors` or `visitors`',
    );
  });

  it('counts what comes with a token, which any group of the cluster brings', async () => {
    const asked = ['can-i', '--user', 'dan', '--cluster', 'two', '--verb', 'list', '--resource', 'storageclasses'];
    expect((await access(...asked)).stdout.split('\n')[0]).toBe(
      'no, unless user `dan` is in `auditors` or `visitors`: only the identity provider knows who is in them',
    );
  });

  it('is named beside what a user can', async () => {
    const { stdout, stderr } = await access('what-can', 'dan', '--format', 'csv');
    expect(stdout).toContain('blue-dev');
    expect(stderr).toContain('only the identity provider knows whether `dan` is in `auditors` or `guests`');
    const { stdout: json } = await access('what-can', 'dan', '--cluster', 'two', '--format', 'json');
    expect(JSON.parse(json)).toMatchObject({ mayBeIn: ['auditors'] });
    expect((await access('what-can', 'group:devs')).stderr).toBe('');
  });
});

describe('a yes of RBAC that a policy takes back', () => {
  const asked = (folder: string, verb: string, resource = 'pods') =>
    tenantryHere(
      ['access', 'can-i', '--group', 'devs', '--cluster', 'one', '--namespace', 'blue-dev', '--verb', verb].concat([
        '--resource',
        resource,
        '--as-of',
        exampleDay,
      ]),
      { cwd: folder },
    );
  const inState = (state: string): string => {
    const folder = organization();
    const file = join(folder, 'tenants/blue.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('- name: dev\n', `- name: dev\n      ${state}\n`));
    return folder;
  };

  it('says that the namespace is cordoned', async () => {
    const folder = inState('cordoned: true');
    const { code, stderr } = await asked(folder, 'create');
    expect(code).toBe(0);
    expect(stderr).toContain('`blue-dev` on one is cordoned: the policies refuse every change in it');
    expect((await asked(folder, 'get')).stderr).not.toContain('cordoned');
  });

  it('says that the namespace is marked for deletion', async () => {
    const folder = inState('state: MarkedForDeletion');
    expect((await asked(folder, 'create')).stderr).toContain('`blue-dev` on one is marked for deletion');
    expect((await asked(folder, 'delete')).stderr).not.toContain('marked');
    expect((await asked(folder, 'create', 'pods/exec')).stderr).not.toContain('marked');
  });
});

describe('an answer about service accounts, roles of the organization and ClusterRoles by name', () => {
  const files = {
    'organization.yaml': organizationFile({
      groups: [{ name: 'leads', members: ['lea'] }, { name: 'devs', members: ['dan'] }, { name: 'guests' }],
      roles: [{ name: 'watcher', rules: [{ apiGroups: [''], resources: ['events'], verbs: ['watch'] }] }],
      clusterRoles: ['logs:reader'],
    }),
    'clusters/one.yaml': clusterFile('one', {
      sharedWith: ['leads', 'devs', 'guests'].map((group) => ({ group, namespace: false })),
    }),
    'clusters/example-ca.pem': exampleCertificate,
    'tenants/blue.yaml': tenantFile('blue', {
      owners: [{ kind: 'Group', name: 'leads' }],
      namespaces: [
        {
          name: 'prod',
          clusters: ['one'],
          sharedWith: [
            { serviceAccount: 'pipelines/deployer', role: 'edit' },
            { group: 'devs', role: 'watcher' },
            { group: 'devs', role: 'logs:reader' },
            { group: 'guests', role: 'logs:reader' },
          ],
        },
      ],
    }),
  };
  const ask = (...args: string[]) => {
    const cwd = temporaryFolder();
    writeFiles(cwd, files);
    return tenantryHere([...args, '--as-of', exampleDay], { cwd });
  };
  const canI = (...who: string[]) => ask('access', 'can-i', ...who, '--cluster', 'one', ...getPods);

  it('is one about an account whose namespace others manage', async () => {
    expect(await canI('--service-account', 'pipelines/deployer')).toMatchObject({ code: 0 });
    const { code, stderr } = await canI('--service-account', 'pipelines/other');
    expect([code, stderr]).toEqual([2, expect.stringContaining('no namespace `pipelines` is declared')]);
    const { stdout } = await ask('access', 'what-can', 'serviceaccount:pipelines/deployer');
    expect(stdout).toContain('blue-prod');
    expect((await ask('access', 'list', '--service-account', 'pipelines/deployer')).stdout).toContain('edit');
    expect((await ask('access', 'who-can', 'edit')).stdout).toContain('service account pipelines/deployer');
    expect((await ask('explain', 'pipelines/deployer')).stdout).toContain('which is not declared');
  });

  it('is neither yes nor no where a ClusterRole decides that the files do not know', async () => {
    const { code, stdout } = await canI('--user', 'dan');
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe('no, unless ClusterRole `logs:reader` allows it, which the files do not say');
    const { stdout: json } = await canI('--user', 'dan', '--format', 'json');
    expect(JSON.parse(json)).toMatchObject({ allowed: false, unlessRoles: [{ name: 'logs:reader', group: null }] });
    const { stderr } = await ask('access', 'who-can', 'view');
    expect(stderr).toContain('who has ClusterRole `logs:reader` may have as much as `view`');
  });

  it('counts what a group that somebody may be in has', async () => {
    const { stdout } = await canI('--user', 'lea', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ allowed: true, unlessRoles: [] });
    const elsewhere = await ask(
      'access',
      'can-i',
      '--user',
      'lea',
      '--cluster',
      'one',
      '--namespace',
      'blue-prod',
      '--verb',
      'delete',
      '--resource',
      'resourcequotas',
    );
    expect(elsewhere.stdout.split('\n')[0]).toBe(
      'no, unless ClusterRole `logs:reader` of group `guests` allows it, which the files do not say',
    );
  });

  it('explains what is offered', async () => {
    expect((await ask('explain', 'watcher')).stdout).toContain('watch events');
    expect((await ask('explain', 'logs:reader')).stdout).toContain('the files do not know');
  });
});
