import { describe, expect, it } from 'vitest';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleCertificate, exampleDay } from '../support/examples.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import { testAuthority } from '../support/https-server.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';
import { startIssuer } from '../support/stand-in-issuer.ts';
import { person } from '../support/person.ts';

async function world() {
  const authority = await testAuthority();
  const issuer = await startIssuer(authority, await startIdentityProvider(authority));
  issuer.clusters['joy'] = [];
  const folder = temporaryFolder();
  writeFiles(folder, {
    'organization.yaml': organizationFile({
      issuer: issuer.url,
      groups: [{ name: 'leads', members: ['lea'] }, { name: 'sre', members: ['joy'] }, { name: 'open' }],
    }),
    'clusters/one.yaml': clusterFile('one', { sharedWith: [{ group: 'sre' }, { group: 'leads' }] }),
    'clusters/two.yaml': clusterFile('two', { sharedWith: [{ group: 'leads' }] }),
    'clusters/example-ca.pem': exampleCertificate,
    'tenants/blue.yaml': tenantFile('blue', {
      owners: [{ kind: 'Group', name: 'leads' }],
      namespaces: [
        {
          name: 'prod',
          clusters: ['one'],
          sharedWith: [{ group: 'sre', role: 'view', until: '2099-01-31' }],
        },
      ],
    }),
  });
  return { issuer, joy: person(authority.file), cwd: folder };
}

const day = ['--as-of', exampleDay];

describe('whoami', () => {
  it('says who is signed in and in which groups and because of which lines', async () => {
    const { issuer, joy, cwd } = await world();
    await joy.run(['login'], { cwd });
    const asked = issuer.requests.length;
    const { code, stdout, stderr } = await joy.run(['whoami', ...day], { cwd });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^joy, signed in until \d{4}-\d\d-\d\d \d\d:\d\d UTC\n/);
    expect(stdout).toMatch(/sre +organization\.yaml:\d+\n/);
    expect(stdout).toMatch(/one +sre +blue-prod sre +/);
    expect(stderr).toContain('there are no tokens for `two`: nothing there is shared with joy');
    expect(stderr).toContain('only the identity provider knows whether joy is in `open`');
    // Nobody was asked.
    expect(issuer.requests).toHaveLength(asked);
  });

  it('answers about somebody else without a login', async () => {
    const { joy, cwd } = await world();
    const { stdout } = await joy.run(['whoami', '--user', 'alice', '--format', 'json', ...day], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      user: 'alice',
      signedInUntil: null,
      groups: [{ group: 'cluster-admins', because: expect.stringMatching(/^organization\.yaml:\d+$/) as string }],
      clusters: [
        { name: 'one', getsToken: true },
        { name: 'two', getsToken: true },
      ],
    });
    expect((await joy.run(['whoami', '--user', 'nobody', ...day], { cwd })).code).toBe(2);
  });

  it('says what to do where nobody is signed in', async () => {
    const { joy, cwd } = await world();
    const { code, stderr } = await joy.run(['whoami', ...day], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('run `tenantry login`, or name somebody with --user');
  });
});
