import type { Page } from 'playwright-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { Agent, fetch } from 'undici';
import { beforeAll, describe, expect, it } from 'vitest';
import { textAt } from '../../src/values/json.ts';
import { testAuthority } from '../support/https-server.ts';
import type { TestIssuer } from '../support/stand-in-issuer.ts';
import { clientId, startIssuer } from '../support/stand-in-issuer.ts';
import type { Person } from '../support/person.ts';
import { person } from '../support/person.ts';
import { assertInstalled, freePort, startGlewlwyd } from './glewlwyd.ts';
import { agree, enterPassword, loginOn, signInOn, startBrowser } from './pages.ts';

/**
 * The person's side with a real identity provider and its real pages in a real browser. The issuer is the tests' own
 * (test/support/issuer.ts), which checks what the identity provider has signed.
 */
beforeAll(assertInstalled);

const account = { user: 'joy', password: 'the password of joy' };

interface Story {
  readonly issuer: string;
  /** What of the issuer can be changed. */
  readonly nature: TestIssuer['nature'];
  readonly provider: string;
  readonly joy: Person;
  readonly page: Page;
  readonly callback: string;
}

async function story(): Promise<Story> {
  const authority = await testAuthority();
  // It takes no address to come back to but those that it knows: what people with such a provider set.
  const callback = `http://127.0.0.1:${await freePort()}/callback`;
  const { issuer: provider } = await startGlewlwyd(authority, {
    clientId,
    redirectUri: callback,
    users: { joy: account.password },
  });
  const dispatcher = new Agent({ connect: { ca: authority.authority.certificate } });
  const jwks = async (): Promise<unknown> => (await fetch(`${provider}/jwks`, { dispatcher })).json();
  const issuer = await startIssuer(authority, { url: provider, jwks, nature: { ahead: 0 } });
  issuer.clusters['joy'] = [
    { name: 'one', id: 'id-of-one', server: 'https://one.example.com', groups: ['g'], namespaces: ['blue'] },
  ];
  const browser = await startBrowser();
  return {
    issuer: issuer.url,
    nature: issuer.nature,
    provider,
    joy: person(authority.file),
    page: await browser.open(),
    callback,
  };
}

describe('a real identity provider in a real browser', () => {
  it('signs somebody in with his password and gives him a token for his cluster', async () => {
    const { issuer, provider, joy, page, callback } = await story();
    const { code, stdout, stderr } = await loginOn(joy, ['--issuer', issuer], {
      callback,
      act: (url) => signInOn(page, url, account),
    });
    expect([code, stdout], stderr).toEqual([0, expect.stringContaining('You are signed in as joy')]);
    await expect
      .poll(() => page.locator('body').innerText())
      .toContain('You are signed in. You can close this window.');
    expect(page.url().startsWith(`${callback}?`)).toBe(true);

    const token = await joy.run(['token', '--cluster', 'one']);
    expect(decodeJwt(textAt(JSON.parse(token.stdout), 'status', 'token') ?? '')).toMatchObject({
      iss: issuer,
      aud: 'id-of-one',
      sub: 'user:joy',
    });
    expect((await joy.run(['logout'])).stdout).toContain('You are signed out');
    expect(provider).toMatch(/^https:/);
  });

  it('signs nobody in with a wrong password', async () => {
    const { issuer, joy, page, callback } = await story();
    let filled: Promise<void> | undefined;
    const run = joy.start(['login', '--issuer', issuer], {
      env: { BROWSER: '/bin/true', TENANTRY_CALLBACK: callback },
      onSaid: (said) => {
        const [url] = /https:\S+\/auth\?\S+(?=\s)/.exec(said) ?? [];
        if (url !== undefined) filled ??= enterPassword(page, url, { ...account, password: 'something else' });
      },
    });
    await expect.poll(() => filled !== undefined, { timeout: 60_000 }).toBe(true);
    await filled;
    await expect.poll(() => page.locator('body').innerText(), { timeout: 60_000 }).toMatch(/invalid|error/i);
    process.kill(run.pid);
    const { stdout } = await run.done;
    expect(stdout).toBe('');
    expect((await joy.run(['token', '--issuer', issuer, '--cluster', 'one'])).stderr).toBe('run: tenantry login\n');
  });

  it('signs somebody in who enters a code on another device', async () => {
    const { issuer, joy, page, callback } = await story();
    const { code, stdout, stderr } = await loginOn(joy, ['--issuer', issuer, '--device'], {
      callback,
      act: (url) => signInOn(page, url, account),
    });
    expect([code, stdout], stderr).toEqual([0, expect.stringContaining('You are signed in as joy')]);
    expect(joy.tabs()).toEqual([]);
  });

  it('asks for the password again only where the sign-in is older than the issuer takes', async () => {
    const { issuer, nature, joy, page, callback } = await story();
    const login = async (act: (url: string) => Promise<void>): Promise<void> => {
      const { code, stderr } = await loginOn(joy, ['--issuer', issuer], { callback, act });
      expect(code, stderr).toBe(0);
    };
    await login((url) => signInOn(page, url, account));
    await login(async (url) => {
      await page.goto(url);
      await agree(page);
    });
    nature.maxAge = 15;
    await sleep(16_000);
    await login(async (url) => {
      await page.goto(url);
      await agree(page);
      await page.fill('#password', account.password);
      await page.click('#loginbut');
      await agree(page);
    });
  });
});
