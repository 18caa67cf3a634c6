import type { Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { decodeJwt } from 'jose';
import { Agent, fetch } from 'undici';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { textAt } from '../../src/values/json.ts';
import { testAuthority } from '../support/https-server.ts';
import { clientId, startIssuer } from '../support/stand-in-issuer.ts';
import type { Person } from '../support/person.ts';
import { person } from '../support/person.ts';
import { assertInstalled, freePort, startGlewlwyd } from './glewlwyd.ts';

/**
 * The person's side with a real identity provider and its real pages in a real browser. The issuer is the tests' own
 * (test/support/issuer.ts), which checks what the identity provider has signed.
 */
beforeAll(assertInstalled);

const password = 'the password of joy';

interface Story {
  readonly issuer: string;
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
    users: { joy: password },
  });
  const dispatcher = new Agent({ connect: { ca: authority.authority.certificate } });
  const jwks = async (): Promise<unknown> => (await fetch(`${provider}/jwks`, { dispatcher })).json();
  const issuer = await startIssuer(authority, { url: provider, jwks, nature: { ahead: 0 } });
  issuer.clusters['joy'] = [
    { name: 'one', id: 'id-of-one', server: 'https://one.example.com', groups: ['g'], namespaces: ['blue'] },
  ];
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  onTestFinished(() => browser.close());
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  return { issuer: issuer.url, provider, joy: person(authority.file), page: await context.newPage(), callback };
}

/** Signs in on the provider's page as somebody does who sits there. */
async function fillIn(page: Page, url: string, isRight = true): Promise<void> {
  await page.goto(url);
  await page.fill('#username', 'joy');
  await page.fill('#password', isRight ? password : 'something else');
  await page.click('#loginbut');
  if (isRight) await page.getByRole('button', { name: 'Continue' }).click();
}

describe('a real identity provider in a real browser', () => {
  it('signs somebody in with his password and gives him a token for his cluster', async () => {
    const { issuer, provider, joy, page, callback } = await story();
    let filled: Promise<void> | undefined;
    const { code, stdout, stderr } = await joy.run(['login', '--issuer', issuer], {
      env: { BROWSER: '/bin/true', TENANTRY_CALLBACK: callback },
      onSaid: (said) => {
        const [url] = /https:\S+\/auth\?\S+(?=\s)/.exec(said) ?? [];
        if (url !== undefined) filled ??= fillIn(page, url);
      },
    });
    expect([code, stdout], stderr).toEqual([0, expect.stringContaining('You are signed in as joy')]);
    await filled;
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
        if (url !== undefined) filled ??= fillIn(page, url, false);
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
    const { issuer, joy, page } = await story();
    let filled: Promise<void> | undefined;
    const { code, stdout, stderr } = await joy.run(['login', '--issuer', issuer, '--device'], {
      onSaid: (said) => {
        const [url] = /https:\S+\/device\?code=\S+(?=\s)/.exec(said) ?? [];
        if (url !== undefined) filled ??= fillIn(page, url);
      },
    });
    expect([code, stdout], stderr).toEqual([0, expect.stringContaining('You are signed in as joy')]);
    await filled;
    expect(joy.tabs()).toEqual([]);
  });
});
