import { describe, expect, it } from 'vitest';
import { tenantryHere } from '../support/cli.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleCertificate, exampleDay } from '../support/examples.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

/** Answers about clusters as they are: one takes the platform's tokens, and one has its own identity provider. */

function organization(): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'organization.yaml': organizationFile({
      clusterShares: 'Derived',
      groups: [
        { name: 'leads', members: ['lea'] },
        { name: 'devs', members: ['dan'] },
      ],
    }),
    'clusters/one.yaml': clusterFile('one'),
    'clusters/two.yaml': clusterFile('two', {
      authentication: { configuration: 'Own', userPrefix: 'corp:', groupPrefix: 'corp:' },
      podSecurityLabels: 'Omitted',
      foreignNamespaces: [
        {
          name: 'default',
          sharedWith: [
            { group: 'devs', role: 'edit', until: '2099-01-01' },
            { user: 'kim', role: 'view' },
          ],
        },
      ],
    }),
    'clusters/example-ca.pem': exampleCertificate,
    'tenants/blue.yaml': tenantFile('blue', {
      owners: [{ kind: 'Group', name: 'leads' }],
      namespaces: [{ name: 'prod', clusters: ['one', 'two'] }],
    }),
  });
  return folder;
}

async function ask(...args: string[]) {
  const { code, stdout, stderr } = await tenantryHere([...args, '--as-of', exampleDay], { cwd: organization() });
  return { code, stdout: stdout.replaceAll(/ {2,}/g, '  '), stderr };
}
const canI = (...args: string[]) => ask('access', 'can-i', ...args);
const edit = ['--verb', 'create', '--resource', 'pods', '--namespace', 'default', '--cluster', 'two'];

describe('access can-i', () => {
  it('asks as the cluster names people, and says whose word that is', async () => {
    const dan = await canI('--user', 'dan', ...edit, '--format', 'json');
    expect(JSON.parse(dan.stdout)).toMatchObject({
      allowed: true,
      claims: { username: 'corp:dan', groups: ['corp:devs', 'system:authenticated'] },
      getsToken: null,
    });
    const kim = await canI('--user', 'kim', ...edit);
    expect(kim.code).toBe(1);
    expect(kim.stderr).toContain('two has its own identity provider');
  });

  it('gives admins their role by name, and whoever else is in their group nothing', async () => {
    const nodes = ['--verb', 'delete', '--resource', 'nodes', '--cluster', 'two'];
    expect((await canI('--user', 'alice', ...nodes)).code).toBe(0);
    expect((await canI('--group', 'cluster-admins', ...nodes)).code).toBe(1);
    expect((await canI('--group', 'cluster-admins', ...nodes.slice(0, -1), 'one')).code).toBe(0);
  });
});

describe('explain', () => {
  it('says by which names a user is known, where they differ', async () => {
    const { stdout } = await ask('explain', 'kim');
    expect(stdout).toContain('subject on one  user:kim');
    expect(stdout).toContain('subject on two  corp:kim');
  });

  it('says what a foreign namespace is, and who has what in it', async () => {
    const { stdout } = await ask('explain', 'default');
    expect(stdout).toContain('kind  a foreign namespace: others declare it');
    expect(stdout).toContain('two  default  group devs  edit  2099-01-01');
  });

  it('says where pod security is not held by labels', async () => {
    expect((await ask('explain', 'blue-prod')).stdout).toContain(
      'podSecurity on two  not by labels  clusters/two.yaml:',
    );
  });

  it('says because of which line a group sees a cluster, and until when', async () => {
    const { stdout } = await ask('explain', 'devs');
    expect(stdout).toMatch(/sees {2}two until 2099-01-01, by what it has {2}clusters\/two\.yaml:\d+/);
    expect(stdout).not.toContain('sees  one');
    expect((await ask('explain', 'leads')).stdout).toMatch(/sees {2}one, by what it has {2}tenants\/blue\.yaml:\d+/);
    expect((await ask('explain', 'two')).stdout).toMatch(/seen by {2}group devs until 2099-01-01, by what it has/);
  });
});

describe('access what-can', () => {
  it('takes a user by any name that a cluster knows', async () => {
    const plain = await ask('access', 'what-can', 'kim');
    expect(plain.stdout).toContain('default');
    for (const name of ['user:kim', 'corp:kim'])
      expect((await ask('access', 'what-can', name)).stdout).toBe(plain.stdout);
    expect((await ask('access', 'what-can', 'other:kim')).code).not.toBe(0);
  });
});
