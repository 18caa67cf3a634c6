import type { Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { CliResult } from '../support/cli.ts';
import type { Person } from '../support/person.ts';

/** The pages of Glewlwyd in a real browser, and somebody who signs in on them. */

/** Who is at the keyboard, as Glewlwyd knows him. */
export interface Account {
  readonly user: string;
  readonly password: string;
}

/** A browser that is gone after the test. Each page that it opens is that of somebody else: nothing is shared between them. */
export async function startBrowser(): Promise<{ readonly open: () => Promise<Page> }> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  onTestFinished(() => browser.close());
  return { open: async () => (await browser.newContext({ ignoreHTTPSErrors: true })).newPage() };
}

/** Fills in the page to sign in that a URL leads to, and sends it. */
export async function enterPassword(page: Page, url: string, { user, password }: Account): Promise<void> {
  await page.goto(url);
  await page.fill('#username', user);
  await page.fill('#password', password);
  await page.click('#loginbut');
}

/** Signs in on the page, and lets tenantry have what it asks for. */
export async function signInOn(page: Page, url: string, account: Account): Promise<void> {
  await enterPassword(page, url, account);
  await agree(page);
}

/** Lets tenantry have what it asks for, as somebody who is signed in already. */
export async function agree(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** The page that `tenantry login` says is to be opened: the one in a browser, or the one for another device. */
const pages = { browser: /https:\S+\/auth\?\S+(?=\s)/, device: /https:\S+\/device\?code=\S+(?=\s)/ };

/** Runs `tenantry login`, and does on the page that it names what somebody would do there, once. */
export async function loginOn(
  who: Person,
  args: readonly string[],
  { callback, act }: { readonly callback: string; readonly act: (url: string) => Promise<void> },
): Promise<CliResult> {
  let acted: Promise<void> | undefined;
  const run = who.start(['login', ...args], {
    env: { BROWSER: '/bin/true', TENANTRY_CALLBACK: callback },
    onSaid: (said) => {
      const [url] = pages[args.includes('--device') ? 'device' : 'browser'].exec(said) ?? [];
      if (url === undefined || acted) return;
      acted = act(url);
      // Nobody comes back any more: what went wrong on the page is thrown below.
      acted.catch(() => process.kill(run.pid));
    },
  });
  const result = await run.done;
  await acted;
  return result;
}
