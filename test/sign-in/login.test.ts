import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textAt } from '../../src/values/json.ts';
import { testAuthority } from '../support/https-server.ts';
import type { IdentityProvider, ProviderNature } from '../support/identity-provider.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';
import type { TestIssuer } from '../support/stand-in-issuer.ts';
import { startIssuer } from '../support/stand-in-issuer.ts';
import type { Person } from '../support/person.ts';
import { person } from '../support/person.ts';

interface World {
  readonly provider: IdentityProvider;
  readonly issuer: TestIssuer;
  readonly joy: Person;
}

async function world(): Promise<World> {
  const authority = await testAuthority();
  const provider = await startIdentityProvider(authority);
  const issuer = await startIssuer(authority, provider);
  issuer.clusters['joy'] = [
    {
      name: 'one',
      id: 'id-of-one',
      server: 'https://one.example.com:6443',
      groups: ['solar-sre'],
      namespaces: ['solar-prod', 'solar-test'],
      defaultNamespace: 'solar-test',
    },
  ];
  return { provider, issuer, joy: person(authority.file) };
}

describe('login', () => {
  it('signs in with the URL of the issuer alone', async () => {
    const { provider, issuer, joy } = await world();
    const { code, stdout, stderr } = await joy.run(['login', '--issuer', issuer.url]);
    expect(stderr).toContain(`Sign in at ${new URL(provider.url).host} in your browser`);
    expect(stderr).toContain(`${provider.url}/authorize`);
    expect(stdout).toMatch(/^You are signed in as joy until \d{4}-\d\d-\d\d \d\d:\d\d UTC, with 1 cluster\.\n$/);
    expect(code).toBe(0);
    const [tab = ''] = joy.tabs();
    const asked = new URL(tab).searchParams;
    expect(new URL(asked.get('redirect_uri') ?? '').hostname).toBe('127.0.0.1');
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('scope')).toBe('openid');
  });

  it('keeps what it keeps for its owner alone', async () => {
    const { issuer, joy } = await world();
    await joy.run(['login', '--issuer', issuer.url]);
    expect(statSync(joy.cache).mode & 0o777).toBe(0o700);
    const files = readdirSync(joy.cache);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect([file, statSync(join(joy.cache, file)).mode & 0o777]).toEqual([file, 0o600]);
    expect(files.filter((file) => /\.(lock|new)$/.test(file))).toEqual([]);
  });

  it('takes the issuer that was used last and the one of the environment', async () => {
    const { issuer, joy } = await world();
    const first = await joy.run(['login'], { env: { TENANTRY_ISSUER: issuer.url } });
    expect(first.code).toBe(0);
    const second = await joy.run(['clusters', '--format', 'csv']);
    expect(second.stdout).toContain('one,https://one.example.com:6443,solar-prod solar-test,solar-test');
  });

  it('says what to do where nothing names an issuer', async () => {
    const { joy } = await world();
    const { code, stderr } = await joy.run(['login']);
    expect(code).toBe(2);
    expect(stderr).toContain('tenantry login --issuer URL');
  });

  it('asks for a sign-in that the issuer takes where the session at the identity provider is an old one', async () => {
    const { provider, issuer, joy } = await world();
    provider.nature.sessionAge = 13 * 60 * 60;
    const { code, stdout, stderr } = await joy.run(['login', '--issuer', issuer.url]);
    expect([code, stdout], stderr).toEqual([0, expect.stringContaining('You are signed in as joy')]);
    expect(new URL(joy.tabs().at(0) ?? '').searchParams.get('max_age')).toBe(String(12 * 60 * 60));
  });

  it('signs in with a code on another device over SSH', async () => {
    const { provider, issuer, joy } = await world();
    const { code, stdout } = await joy.run(['login', '--issuer', issuer.url], {
      env: { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' },
      onSaid: (said) => {
        const [, userCode] = /^ {2}([0-9A-F-]{8})$/m.exec(said) ?? [];
        if (userCode !== undefined) provider.approve(userCode);
      },
    });
    expect(stdout).toContain('You are signed in as joy');
    expect(code).toBe(0);
    expect(joy.tabs()).toEqual([]);
  });

  it('signs in where the clock of this machine is an hour behind or ahead', async () => {
    for (const ahead of [3600, -3600]) {
      const { provider, issuer, joy } = await world();
      provider.nature.ahead = issuer.nature.ahead = ahead;
      provider.nature.lifetime = 300;
      expect((await joy.run(['login', '--issuer', issuer.url])).code).toBe(0);
      expect((await joy.run(['token', '--cluster', 'one'])).code).toBe(0);
    }
  });
});

describe('login refuses', () => {
  const hostile = '\u001b[2J<script>alert(1)</script>\n::error::x';
  const wrong: [string, Partial<ProviderNature>, RegExp][] = [
    ['the state of another login', { state: 'another' }, /the state of another login/],
    ['the ID token of another login', { nonce: 'another' }, /ID token is that of another login \(nonce\)/],
    ['an ID token for another client', { audience: 'another' }, /ID token is for another client \(aud\)/],
    ['an ID token that has ended', { lifetime: -3600 }, /ID token has ended already \(exp\)/],
    ['an ID token by another key', { isSignedByOther: true }, /ID token is not signed by the identity provider/],
    [
      'the answer of another identity provider',
      { issuerInAnswer: 'https://evil.example.com' },
      /another identity provider \(iss\)/,
    ],
    [
      'an error of the identity provider',
      { error: { error: 'access_denied', error_description: hostile } },
      /has not signed you in: access_denied: \[2J<script>alert\(1\)<\/script> ::error::x/,
    ],
  ];
  it.each(wrong)('%s', async (_, nature, message) => {
    const { provider, issuer, joy } = await world();
    Object.assign(provider.nature, nature);
    const { code, stdout, stderr } = await joy.run(['login', '--issuer', issuer.url]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('\u001b');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(readdirSync(joy.cache).filter((file) => file.startsWith('login-'))).toEqual([]);
  });

  it('a login that the issuer does not take', async () => {
    const { issuer, joy } = await world();
    issuer.nature.refusesLogins = true;
    const { code, stderr } = await joy.run(['login', '--issuer', issuer.url]);
    expect(code).toBe(2);
    expect(stderr).toContain('does not take your login');
  });
});

describe('login opens no page', () => {
  const wrong: [string, (url: string) => string, string][] = [
    ['the URL of a document', (url) => `${url}/.well-known/openid-configuration`, 'it is the URL of a document'],
    ['a URL with a query', (url) => `${url}/?x`, 'there is a query or a fragment in its URL'],
    ['a URL with an empty query', (url) => `${url}/?`, 'there is a query or a fragment in its URL'],
    ['a URL with a fragment', (url) => `${url}#x`, 'there is a query or a fragment in its URL'],
    ['a URL with a user', (url) => url.replace('https://', 'https://login.example@'), 'there is a user in its URL'],
    ['no https URL', (url) => url.replace('https:', 'http:'), 'it is no https URL'],
    ['a URL that is not exactly that of the identity provider', (url) => `${url}/`, 'it says that it is `https://'],
  ];
  it.each(wrong)('where the issuer names %s', async (_, named, message) => {
    const { provider, issuer, joy } = await world();
    issuer.nature.provider = named(provider.url);
    const { code, stderr } = await joy.run(['login', '--issuer', issuer.url]);
    expect(stderr).toContain('is not taken for an identity provider');
    expect(stderr).toContain(message);
    expect([code, joy.tabs()]).toEqual([2, []]);
  });

  it('for an issuer that names the client of another one unless it is told that both share it', async () => {
    const authority = await testAuthority();
    const provider = await startIdentityProvider(authority);
    const [one, other] = [await startIssuer(authority, provider), await startIssuer(authority, provider)];
    const joy = person(authority.file);
    expect((await joy.run(['login', '--issuer', one.url])).code).toBe(0);
    const args = ['login', '--issuer', other.url];
    const refused = await joy.run(args);
    expect([refused.code, joy.tabs().length]).toEqual([2, 1]);
    const words = refused.stderr.replace(/\s+/g, ' ');
    expect(words).toContain(`which is that of ${one.url}: it would get an ID token that counts there`);
    expect(words).toContain(`tenantry login --issuer ${other.url} --shared-provider`);
    // What that client gets still counts for the first one.
    await joy.run(['logout']);
    expect((await joy.run(args)).code).toBe(2);
    expect((await joy.run([...args, '--shared-provider'])).code).toBe(0);
    // Said once, it is known of both.
    expect((await joy.run(args)).code).toBe(0);
    expect((await joy.run(['login', '--issuer', one.url])).code).toBe(0);
    expect(joy.tabs()).toHaveLength(4);
  });
});

describe('the page that the browser comes back to', () => {
  it('answers once and only to its own path and name', async () => {
    const { provider, issuer, joy } = await world();
    const seen: { status: number; headers: Headers; body: string }[] = [];
    let isOver: Promise<unknown> = Promise.resolve();
    const visit = async (said: string): Promise<void> => {
      const [page] = /https:\S+\/authorize\S+/.exec(said) ?? [];
      if (page === undefined || seen.length > 0) return;
      const own = new URL(page).searchParams;
      const back = new URL(own.get('redirect_uri') ?? '');
      for (const url of [new URL('/', back), new URL('/favicon.ico', back)]) {
        seen.push(await fetched(url));
      }
      const asAnother = new URL(back);
      asAnother.hostname = 'localhost';
      seen.push(await fetched(asAnother));
      back.search = new URLSearchParams({
        state: own.get('state') ?? '',
        iss: provider.url,
        error: 'access_denied',
        error_description: '<script>alert(1)</script>',
      }).toString();
      seen.push(await fetched(back));
      await fetched(back).then(
        (again) => seen.push(again),
        () => undefined,
      );
    };
    const { code } = await joy.run(['login', '--issuer', issuer.url], {
      env: { BROWSER: '/bin/true' },
      onSaid: (said) => {
        isOver = isOver.then(() => visit(said));
      },
    });
    await isOver;
    expect(code).toBe(2);
    expect(seen.map(({ status }) => status)).toEqual([404, 404, 404, 400]);
    const page = seen.at(3);
    expect(page?.body).not.toContain('alert');
    expect(page?.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

async function fetched(url: URL): Promise<{ status: number; headers: Headers; body: string }> {
  const answer = await fetch(url);
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

describe('logout', () => {
  it('leaves no secret and takes back what logins are renewed with', async () => {
    const { provider, issuer, joy } = await world();
    provider.nature.givesRefreshToken = true;
    await joy.run(['login', '--issuer', issuer.url]);
    await joy.run(['token', '--cluster', 'one']);
    const kept = readdirSync(joy.cache).map((file) => readFileSync(join(joy.cache, file), 'utf8'));
    expect(kept.join('')).toContain('eyJ');
    const { code, stdout } = await joy.run(['logout']);
    expect(code).toBe(0);
    expect(stdout).toContain(`signed out of ${issuer.url}; 1 token for clusters removed`);
    expect(stdout).toContain(`${provider.url} has taken back`);
    expect(provider.revoked).toHaveLength(1);
    expect(readdirSync(joy.cache)).toEqual(['issuers']);
    expect((await joy.run(['token', '--cluster', 'one', '--issuer', issuer.url])).stderr).toBe('run: tenantry login\n');
  });

  it('is not undone by a renewal that is under way', async () => {
    const { provider, issuer, joy } = await world();
    Object.assign(provider.nature, { givesRefreshToken: true, lifetime: 20 });
    await joy.run(['login', '--issuer', issuer.url]);
    provider.nature.lifetime = 3600;
    provider.nature.duringRenewal = async () => {
      expect((await joy.run(['logout'])).stdout).toContain('You are signed out');
    };
    const { code, stdout, stderr } = await joy.run(['token', '--cluster', 'one', '--issuer', issuer.url]);
    expect([code, stdout, stderr]).toEqual([2, '', 'run: tenantry login\n']);
    expect(readdirSync(joy.cache)).toEqual(['issuers']);
    // That of the login, and that of the renewal.
    expect(new Set(provider.revoked).size).toBe(2);
    expect(issuer.requests).not.toContain('POST /token');
  });
});

describe('a login that can be renewed', () => {
  it('is renewed without a browser', async () => {
    const { provider, issuer, joy } = await world();
    Object.assign(provider.nature, { givesRefreshToken: true, lifetime: 20 });
    await joy.run(['login', '--issuer', issuer.url]);
    provider.nature.lifetime = 3600;
    const { code, stdout } = await joy.run(['token', '--cluster', 'one']);
    expect(code).toBe(0);
    expect(textAt(JSON.parse(stdout), 'status', 'token')).toMatch(/^eyJ/);
    expect(provider.grants).toEqual(['authorization_code', 'refresh_token']);
    expect(joy.tabs()).toHaveLength(1);
  });

  it('ends when the identity provider ends it', async () => {
    const { provider, issuer, joy } = await world();
    Object.assign(provider.nature, { givesRefreshToken: true, lifetime: 20 });
    await joy.run(['login', '--issuer', issuer.url]);
    provider.nature.givesRefreshToken = false;
    expect((await joy.run(['clusters'])).code).toBe(0);
    const [first, second] = [await joy.run(['clusters']), await joy.run(['clusters'])];
    expect([first.stderr, second.stderr]).toEqual(['error: run: tenantry login\n', 'error: run: tenantry login\n']);
    // The second has nothing left to ask with.
    expect(provider.grants.filter((grant) => grant === 'refresh_token')).toHaveLength(2);
    expect(joy.tabs()).toHaveLength(1);
  });

  it('ends when the sign-in is so old that the issuer takes it no more', async () => {
    const { provider, issuer, joy } = await world();
    Object.assign(provider.nature, { givesRefreshToken: true, lifetime: 20 });
    await joy.run(['login', '--issuer', issuer.url]);
    Object.assign(provider.nature, { lifetime: 3600, sessionAge: 13 * 60 * 60 });
    // Nobody is to be told to ask the platform team: signing in again is all that it takes.
    expect((await joy.run(['clusters'])).stderr).toBe('error: run: tenantry login\n');
    expect(joy.tabs()).toHaveLength(1);
    expect((await joy.run(['login'])).code).toBe(0);
    expect((await joy.run(['clusters'])).code).toBe(0);
  });
});
