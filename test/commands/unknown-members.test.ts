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
  ];
  const seenBy = (...names: string[]) => names.map((group) => ({ group, namespace: false }));
  writeFiles(folder, {
    'organization.yaml': organizationFile({ groups }),
    'clusters/one.yaml': clusterFile('one', { sharedWith: seenBy('leads', 'devs', 'auditors', 'guests') }),
    'clusters/two.yaml': clusterFile('two', { sharedWith: seenBy('leads', 'auditors') }),
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
      'two is shared with no group that names user `dan`, so there are tokens for it only in `auditors`',
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
