import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textAt } from '../../../src/values/json.ts';
import { testAuthority } from '../../support/https-server.ts';
import { startIdentityProvider } from '../../support/identity-provider.ts';
import { startIssuer } from '../../support/stand-in-issuer.ts';
import { person } from '../../support/person.ts';

/** How often a run is killed: CI on a small machine may say fewer. */
const kills = Number(process.env['TENANTRY_KILLS'] ?? 200);

async function world() {
  const authority = await testAuthority();
  const provider = await startIdentityProvider(authority);
  const issuer = await startIssuer(authority, provider);
  const cluster = { groups: ['g'], namespaces: ['blue'] };
  issuer.clusters['joy'] = [{ ...cluster, name: 'one', id: 'id-of-one', server: 'https://one.example.com' }];
  const joy = person(authority.file);
  const token = ['token', '--issuer', issuer.url, '--cluster', 'one'];
  return { provider, issuer, joy, token };
}

const fifty = Array.from({ length: 50 }, (_, index) => index);

function tokenIn(stdout: string): string | undefined {
  return stdout === '' ? undefined : textAt(JSON.parse(stdout), 'status', 'token');
}

describe('50 runs at once', () => {
  it('open one tab and make one exchange where somebody is there', async () => {
    const { provider, issuer, joy, token } = await world();
    await joy.run(['login', '--issuer', issuer.url]);
    await joy.run(['logout']);
    const results = await Promise.all(fifty.map(() => joy.run(token, { isAttended: true })));
    expect(results.filter(({ code }) => code !== 0)).toEqual([]);
    const tokens = new Set(results.map(({ stdout }) => tokenIn(stdout)));
    expect([tokens.size, tokens.has(undefined)]).toEqual([1, false]);
    // One is that of the login before.
    expect(joy.tabs()).toHaveLength(2);
    expect(provider.grants).toEqual(['authorization_code', 'authorization_code']);
    expect(issuer.requests.filter((request) => request === 'POST /token')).toHaveLength(1);
    // Once by `login`, and once by one of the fifty.
    expect(issuer.requests.filter((request) => request === 'GET /clusters')).toHaveLength(2);
    expect(readdirSync(joy.cache).filter((file) => /\.(lock|new)$/.test(file))).toEqual([]);
  });

  it('open none and say the same where nobody is', async () => {
    const { joy, token } = await world();
    const results = await Promise.all(fifty.map(() => joy.run(token)));
    expect(new Set(results.map(({ code, stdout, stderr }) => JSON.stringify([code, stdout, stderr])))).toEqual(
      new Set([JSON.stringify([2, '', 'run: tenantry login\n'])]),
    );
    expect(joy.tabs()).toEqual([]);
  });

  it('renew a login once', async () => {
    const { provider, issuer, joy, token } = await world();
    Object.assign(provider.nature, { givesRefreshToken: true, lifetime: 20 });
    await joy.run(['login', '--issuer', issuer.url]);
    provider.nature.lifetime = 3600;
    const results = await Promise.all(fifty.map(() => joy.run(token)));
    expect(new Set(results.map(({ stdout }) => tokenIn(stdout))).size).toBe(1);
    expect(provider.grants).toEqual(['authorization_code', 'refresh_token']);
  });
});

describe('a run that is killed', () => {
  it(`leaves no lock and no broken file (${kills} times)`, async () => {
    const { provider, issuer, joy, token } = await world();
    Object.assign(provider.nature, { givesRefreshToken: true, lifetime: 31 });
    // Each run has all of it to do: the login is renewed, and a token is usable for a second only.
    issuer.nature.lifetime = 61;
    await joy.run(['login', '--issuer', issuer.url]);
    provider.nature.lifetime = 31;
    const killed = { before: 0, after: 0 };
    for (let round = 0; round < kills; round += 4) {
      await Promise.all(
        Array.from({ length: Math.min(4, kills - round) }, async (_, one) => {
          const { pid, done } = joy.start(token);
          // Spread over the whole run, from its first moment on.
          await new Promise((resume) => setTimeout(resume, ((round + one) * 37) % 400));
          let isRunning = true;
          try {
            process.kill(pid, 'SIGKILL');
          } catch {
            isRunning = false;
          }
          const { code, stdout } = await done;
          killed[isRunning && code === null ? 'before' : 'after']++;
          // Whatever was printed is whole, or nothing.
          if (code === 0) expect(tokenIn(stdout)).toMatch(/^eyJ/);
        }),
      );
      for (const file of readdirSync(joy.cache).filter((name) => !/\.(lock|new)$/.test(name))) {
        expect(() => JSON.parse(readFileSync(join(joy.cache, file), 'utf8')) as unknown).not.toThrow();
      }
    }
    expect(killed.before).toBeGreaterThan(kills / 4);
    // A refresh token is used once: whoever is killed between its use and the writing has lost the login, and says so.
    Object.assign(provider.nature, { lifetime: 3600 });
    issuer.nature.lifetime = 600;
    expect((await joy.run(['login', '--issuer', issuer.url])).code).toBe(0);
    const { code, stdout } = await joy.run(token);
    expect([code, tokenIn(stdout)?.slice(0, 3)]).toEqual([0, 'eyJ']);
    expect(readdirSync(joy.cache).filter((file) => /\.(lock|new)$/.test(file))).toEqual([]);
  });
});
