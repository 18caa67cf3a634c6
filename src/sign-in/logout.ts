import type { Login } from './login-record.ts';
import { saidBy } from './said.ts';
import type { Site } from './session.ts';
import { allLogins, changingLogins, issuersName } from './session.ts';

/** What `logout` has done. */
export interface SignedOut {
  /** The issuers for which somebody was signed in. */
  readonly issuers: readonly string[];
  /** Tokens for clusters that were kept. */
  readonly tokens: number;
  /** Identity providers that have taken back what could be renewed with. */
  readonly revoked: readonly string[];
  /** Those that could not be asked to, and why. */
  readonly notRevoked: readonly { readonly provider: string; readonly why: string }[];
}

/**
 * Removes everything that is kept of all logins, but for which issuers they were: first what others could make new tokens of.
 * A renewal that is under way finds its login gone and keeps nothing. Then identity providers are asked to take back what
 * could be renewed with; whether they do, nothing is left here.
 */
export async function signOut(site: Site): Promise<SignedOut> {
  const { machine } = site;
  const { logins, tokens } = await changingLogins(site, () => removeAll(site));
  const revoked: string[] = [];
  const notRevoked: { provider: string; why: string }[] = [];
  for (const { provider, refreshToken } of logins) {
    if (refreshToken === undefined) continue;
    try {
      const { revokeAt } = await import('./login.ts');
      if (await revokeAt(machine, provider, refreshToken)) revoked.push(provider.issuer);
    } catch (error) {
      notRevoked.push({ provider: provider.issuer, why: error instanceof Error ? saidBy(error.message) : '' });
    }
  }
  return { issuers: logins.map(({ issuer }) => issuer), tokens, revoked, notRevoked };
}

function removeAll(site: Site): { readonly logins: readonly Login[]; readonly tokens: number } {
  const { cache } = site;
  const logins = allLogins(site);
  const isLock = (name: string): boolean => name.endsWith('.lock');
  const names = cache.names().filter((name) => !isLock(name));
  for (const name of names.filter((one) => one.startsWith('login-'))) cache.remove(name);
  // Listed again: a run that was at work has seen, or will see, that the login is gone.
  for (const name of cache.names()) if (!isLock(name) && name !== issuersName) cache.remove(name);
  return { logins, tokens: names.filter((name) => name.startsWith('token-')).length };
}
