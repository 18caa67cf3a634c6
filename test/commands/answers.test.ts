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
