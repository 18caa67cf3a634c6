import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { textAt } from '../../src/values/json.ts';
import type { TestAuthority } from '../support/https-server.ts';
import { startHttps, testAuthority } from '../support/https-server.ts';
import type { IdentityProvider } from '../support/identity-provider.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';
import type { TestIssuer } from '../support/stand-in-issuer.ts';
import { startIssuer } from '../support/stand-in-issuer.ts';
import type { Person } from '../support/person.ts';
import { person } from '../support/person.ts';
import { temporaryFolder } from '../support/folders.ts';

interface World {
  readonly authority: TestAuthority;
  readonly provider: IdentityProvider;
  readonly issuer: TestIssuer;
  readonly joy: Person;
}

const server = 'https://one.example.com:6443';

/** Joy, signed in, with two clusters. */
async function signedIn(): Promise<World> {
  const authority = await testAuthority();
  const provider = await startIdentityProvider(authority);
  const issuer = await startIssuer(authority, provider);
  const cluster = {
    certificateAuthority: authority.authority.certificate,
    groups: ['solar-sre'],
    namespaces: ['blue'],
  };
  issuer.clusters['joy'] = [
    { ...cluster, name: 'one', id: 'id-of-one', server },
    { ...cluster, name: 'two', id: 'id-of-two', server: 'https://two.example.com:6443' },
  ];
  const joy = person(authority.file);
  expect((await joy.run(['login', '--issuer', issuer.url])).code).toBe(0);
  return { authority, provider, issuer, joy };
}

/** What kubectl tells a plugin. */
function execInfo(cluster: object | undefined, interactive = false): Record<string, string> {
  const spec = { interactive, ...(cluster && { cluster }) };
  const info = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', spec };
  return { KUBERNETES_EXEC_INFO: JSON.stringify(info) };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function tokenIn(stdout: string): string {
  return textAt(JSON.parse(stdout), 'status', 'token') ?? '';
}

function exchanges({ requests }: TestIssuer): number {
  return requests.filter((request) => request === 'POST /token').length;
}

describe('token', () => {
  it('prints what kubectl wants of a credential plugin', async () => {
    const { joy, issuer } = await signedIn();
    const { code, stdout, stderr } = await joy.run(['token', '--issuer', issuer.url, '--cluster', 'id-of-one']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: {
        token: expect.stringMatching(/^eyJ/) as string,
        expirationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      },
    });
    expect(decodeJwt(tokenIn(stdout))).toMatchObject({ aud: 'id-of-one', sub: 'user:joy', iss: issuer.url });
    const end = Date.parse(textAt(JSON.parse(stdout), 'status', 'expirationTimestamp') ?? '');
    expect(end - Date.now()).toBeGreaterThan(400_000);
    expect(end - Date.now()).toBeLessThanOrEqual(540_000);
  });

  it('is asked of the issuer once and for each cluster by itself', async () => {
    const { joy, issuer } = await signedIn();
    const [first, again, other] = [
      await joy.run(['token', '--cluster', 'one']),
      await joy.run(['token', '--cluster', 'id-of-one']),
      await joy.run(['token', '--cluster', 'two']),
    ];
    expect(again.stdout && tokenIn(again.stdout)).toBe(tokenIn(first.stdout));
    expect(decodeJwt(tokenIn(other.stdout)).aud).toBe('id-of-two');
    expect(exchanges(issuer)).toBe(2);
  });

  it('counts for as long as it does by itself also where the login has ended', async () => {
    const { joy, issuer, provider } = await signedIn();
    provider.nature.lifetime = 33;
    await joy.run(['login', '--issuer', issuer.url]);
    expect((await joy.run(['token', '--cluster', 'one'])).code).toBe(0);
    await new Promise((resume) => setTimeout(resume, 4000));
    expect((await joy.run(['token', '--cluster', 'one'])).code).toBe(0);
    expect((await joy.run(['token', '--cluster', 'two'])).stderr).toBe('run: tenantry login\n');
  });

  it('is refused for a cluster that is not his', async () => {
    const { joy } = await signedIn();
    const { code, stdout, stderr } = await joy.run(['token', '--cluster', 'three']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('you have no cluster `three`');
  });

  it('is not taken where it is for another cluster', async () => {
    const { joy, issuer } = await signedIn();
    issuer.nature.audience = 'id-of-two';
    const { code, stdout, stderr } = await joy.run(['token', '--cluster', 'one']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('is not for cluster id-of-one');
  });

  it('goes nowhere that the issuer sends it to', async () => {
    const { joy, issuer, authority } = await signedIn();
    const asked: string[] = [];
    issuer.nature.redirectsTo = await startHttps(authority, ({ url }) => {
      asked.push(url.pathname);
      return { json: {} };
    });
    for (const args of [['token', '--cluster', 'one'], ['clusters']]) {
      const { code, stdout, stderr } = await joy.run(args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('does not answer');
    }
    expect(asked).toEqual([]);
  });

  it('waits for an issuer that is busy', async () => {
    const { joy, issuer } = await signedIn();
    issuer.nature.busy = 1;
    expect((await joy.run(['token', '--cluster', 'one'])).code).toBe(0);
  });

  it('goes by the whole program where it is asked in another way', async () => {
    const { joy } = await signedIn();
    expect((await joy.run(['token', '--cluster=one'])).code).toBe(0);
    expect((await joy.run(['token', '--help'])).stdout).toContain('Usage: tenantry token');
    expect((await joy.run(['token'])).stderr).toContain('--cluster');
  });
});

describe('a kubeconfig that was changed gets no token', () => {
  it('only the server and the authority that the issuer names', async () => {
    const { joy, authority, issuer } = await signedIn();
    const data = { 'certificate-authority-data': base64(authority.authority.certificate) };
    const right = await joy.run(['token', '--cluster', 'one'], { env: execInfo({ server: `${server}/`, ...data }) });
    expect([right.code, right.stderr]).toEqual([0, '']);
    const other = (await testAuthority()).authority.certificate;
    const wrong: [object | undefined, string][] = [
      [{ server: 'https://evil.example.com:6443', ...data }, 'has another server'],
      [{ server: 'https://two.example.com:6443', ...data }, 'has another server'],
      [{ server: 'http://one.example.com:6443', ...data }, 'has another server'],
      [{ server, 'certificate-authority-data': base64(other) }, 'another certificate authority'],
      [{ server }, 'another certificate authority'],
      [{ server, ...data, 'insecure-skip-tls-verify': true }, "not to check that server's certificate"],
      [{ server, ...data, 'tls-server-name': 'evil.example.com' }, "not to check that server's certificate"],
      [undefined, 'does not say for which server'],
    ];
    for (const [cluster, message] of wrong) {
      const { code, stdout, stderr } = await joy.run(['token', '--cluster', 'one'], { env: execInfo(cluster) });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(message);
    }
    const garbled = await joy.run(['token', '--cluster', 'one'], { env: { KUBERNETES_EXEC_INFO: '{' } });
    expect([garbled.code, garbled.stdout]).toEqual([2, '']);
    expect(exchanges(issuer)).toBe(1);
  });

  it('signs nobody in for an issuer that it brings in', async () => {
    const { joy, authority, provider } = await signedIn();
    const evil = await startIssuer(authority, provider);
    const { code, stdout, stderr } = await joy.run(['token', '--issuer', evil.url, '--cluster', 'one'], {
      isAttended: true,
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`nobody has signed in here for ${evil.url} before`);
    expect(joy.tabs()).toHaveLength(1);
    expect(evil.requests).toEqual([]);
  });

  it('follows a cluster whose server the issuer has changed', async () => {
    const { joy, authority, issuer } = await signedIn();
    const [one] = issuer.clusters['joy'] ?? [];
    if (one) one.server = 'https://new.example.com';
    const cluster = {
      server: 'https://new.example.com',
      'certificate-authority-data': base64(authority.authority.certificate),
    };
    const { code } = await joy.run(['token', '--cluster', 'one'], { env: execInfo(cluster) });
    expect(code).toBe(0);
  });
});

describe('a server that the issuer has taken back', () => {
  const moved = 'https://new.example.com';

  async function takenBack() {
    const world = await signedIn();
    const data = { 'certificate-authority-data': base64(world.authority.authority.certificate) };
    const tokenFor = (url: string) =>
      world.joy.run(['token', '--cluster', 'one'], { env: execInfo({ server: url, ...data }) });
    const move = (): void => {
      const [one] = world.issuer.clusters['joy'] ?? [];
      if (one) one.server = moved;
    };
    return { ...world, tokenFor, move };
  }

  it('gets no new token once the list of clusters is ten minutes old', async () => {
    const { joy, issuer, tokenFor, move } = await takenBack();
    move();
    passMinutes(joy, 11);
    const { code, stdout, stderr } = await tokenFor(server);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('has another server');
    expect(exchanges(issuer)).toBe(0);
    expect((await tokenFor(moved)).code).toBe(0);
  });

  it('gets none where nothing says when the list came', async () => {
    const { joy, tokenFor, move } = await takenBack();
    move();
    changeLists(joy, ({ received: _, ...list }) => list);
    expect((await tokenFor(server)).stderr).toContain('has another server');
  });

  it('gets the token that is kept no more once the list was renewed', async () => {
    const { joy, tokenFor, move } = await takenBack();
    expect((await tokenFor(server)).code).toBe(0);
    move();
    expect((await joy.run(['clusters'])).code).toBe(0);
    const { code, stdout } = await tokenFor(server);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('is asked for no more often than every ten minutes', async () => {
    const { joy, issuer, tokenFor } = await takenBack();
    const asked = (): number => issuer.requests.filter((request) => request === 'GET /clusters').length;
    passMinutes(joy, 5);
    expect((await tokenFor(server)).code).toBe(0);
    expect(asked()).toBe(1);
    passMinutes(joy, 6);
    // A token that is kept is by a list that was young.
    expect((await tokenFor(server)).code).toBe(0);
    expect(asked()).toBe(1);
    expect((await joy.run(['token', '--cluster', 'two'])).code).toBe(0);
    expect(asked()).toBe(2);
  });
});

interface KeptList {
  readonly received?: { readonly wall: number; readonly machine: number };
}

function changeLists(joy: Person, change: (list: KeptList) => KeptList): void {
  for (const name of readdirSync(joy.cache).filter((file) => file.startsWith('clusters-'))) {
    const path = join(joy.cache, name);
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')) as KeptList)));
  }
}

/** As if the lists of clusters had come earlier by so much. */
function passMinutes(joy: Person, minutes: number): void {
  changeLists(joy, ({ received, ...list }) => ({
    ...list,
    ...(received && {
      received: { wall: received.wall - minutes * 60_000, machine: received.machine - minutes * 60_000 },
    }),
  }));
}

describe('a run that nobody watches', () => {
  it('opens nothing and says one line', async () => {
    const { joy, issuer } = await signedIn();
    await joy.run(['logout']);
    const args = ['token', '--issuer', issuer.url, '--cluster', 'one'];
    const alone = await joy.run(args);
    // A terminal is there, and kubectl says that nobody is to be asked.
    const told = await joy.run(args, {
      isAttended: true,
      env: execInfo({ server, 'certificate-authority-data': base64('x') }, false),
    });
    for (const { code, stdout, stderr } of [alone, told]) {
      expect([code, stdout, stderr]).toEqual([2, '', 'run: tenantry login\n']);
    }
    expect(joy.tabs()).toHaveLength(1);
  });

  it('does not wait for somebody who is about to sign in', async () => {
    const { joy, issuer } = await signedIn();
    await joy.run(['logout']);
    let isOpen = false;
    const pending = joy.start(['login', '--issuer', issuer.url], {
      env: { BROWSER: '/bin/true' },
      onSaid: (said) => {
        isOpen ||= said.includes('/authorize');
      },
    });
    await expect.poll(() => isOpen, { timeout: 60_000 }).toBe(true);
    const { stderr } = await joy.run(['token', '--issuer', issuer.url, '--cluster', 'one']);
    expect(stderr).toBe('run: tenantry login\n');
    process.kill(pending.pid);
    await pending.done;
    // What he has left behind is in nobody's way.
    expect((await joy.run(['login', '--issuer', issuer.url])).code).toBe(0);
    expect(readdirSync(joy.cache).filter((file) => file.endsWith('.lock'))).toEqual([]);
  });

  it('opens nothing after a login that has failed until somebody runs login', async () => {
    const { joy, issuer, provider } = await signedIn();
    await joy.run(['logout']);
    provider.nature.error = { error: 'access_denied', error_description: 'no' };
    const args = ['token', '--issuer', issuer.url, '--cluster', 'one'];
    const first = await joy.run(args, { isAttended: true });
    expect(first.stderr).toContain('has not signed you in: access_denied: no');
    const second = await joy.run(args, { isAttended: true });
    expect(second.stderr).toBe('run: tenantry login\n');
    expect(joy.tabs()).toHaveLength(2);
    delete provider.nature.error;
    expect((await joy.run(['login', '--issuer', issuer.url])).code).toBe(0);
    expect((await joy.run(args)).code).toBe(0);
  });

  it('is told to sign in where the issuer takes the login no longer', async () => {
    const { joy, issuer } = await signedIn();
    issuer.nature.refusesLogins = true;
    const { code, stderr } = await joy.run(['token', '--cluster', 'one']);
    expect([code, stderr]).toEqual([2, 'run: tenantry login\n']);
  });
});

describe('a clock that is wrong', () => {
  it('hands out no token that has ended by the clock of the issuer', async () => {
    const { joy, issuer } = await signedIn();
    issuer.nature.lifetime = -10;
    const { code, stdout, stderr } = await joy.run(['token', '--cluster', 'one']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('has already ended by its own clock');
  });

  it('counts a token for as long as the issuer says and by no clock of this machine', async () => {
    for (const ahead of [3600, -3600]) {
      const { joy, issuer } = await signedIn();
      issuer.nature.ahead = ahead;
      const [first, second] = [
        await joy.run(['token', '--cluster', 'one']),
        await joy.run(['token', '--cluster', 'one']),
      ];
      expect(tokenIn(second.stdout)).toBe(tokenIn(first.stdout));
      const end = Date.parse(textAt(JSON.parse(first.stdout), 'status', 'expirationTimestamp') ?? '');
      // kubectl compares with this machine's clock.
      expect(Math.abs(end - Date.now() - 540_000)).toBeLessThan(60_000);
    }
  });

  it('asks again for a token that is soon to end', async () => {
    const { joy, issuer } = await signedIn();
    issuer.nature.lifetime = 62;
    const first = tokenIn((await joy.run(['token', '--cluster', 'one'])).stdout);
    await new Promise((resume) => setTimeout(resume, 2500));
    issuer.nature.lifetime = 600;
    expect(tokenIn((await joy.run(['token', '--cluster', 'one'])).stdout)).not.toBe(first);
  });
});

describe('the cache', () => {
  it('follows no link and trusts no file of somebody else', async () => {
    const { joy, issuer } = await signedIn();
    await joy.run(['token', '--cluster', 'one']);
    const name = readdirSync(joy.cache).find((file) => file.startsWith('token-')) ?? '';
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    writeFileSync(elsewhere, readFileSync(join(joy.cache, name)), { mode: 0o600 });
    const forged = JSON.parse(readFileSync(elsewhere, 'utf8')) as { token: string };
    writeFileSync(elsewhere, JSON.stringify({ ...forged, token: 'forged' }));
    await joy.run(['logout']);
    await joy.run(['login', '--issuer', issuer.url]);
    symlinkSync(elsewhere, join(joy.cache, name));
    const { stdout } = await joy.run(['token', '--cluster', 'one']);
    expect(tokenIn(stdout)).toMatch(/^eyJ/);
    expect(readFileSync(elsewhere, 'utf8')).toContain('forged');
  });

  it('is not kept in a folder that is a link', async () => {
    const authority = await testAuthority();
    const joy = person(authority.file);
    mkdirSync(join(joy.home, 'cache/tenantry'));
    symlinkSync(temporaryFolder(), joy.cache);
    const { code, stderr } = await joy.run(['login', '--issuer', 'https://127.0.0.1:1/api/oidc']);
    expect(code).toBe(2);
    expect(stderr).toContain('is not a folder of yours');
  });

  it('gets over files that are broken', async () => {
    const { joy } = await signedIn();
    await joy.run(['token', '--cluster', 'one']);
    for (const name of readdirSync(joy.cache).filter((file) => /^(token|clusters)-/.test(file))) {
      writeFileSync(join(joy.cache, name), '{"token":');
    }
    expect((await joy.run(['token', '--cluster', 'one'])).code).toBe(0);
  });
});
