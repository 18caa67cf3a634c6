import { saidBy } from './said.ts';
import type { Site } from './session.ts';
import { allLogins, issuersName } from './session.ts';

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
 * Removes everything that is kept of all logins, but for which issuers they were: first what others could make new tokens of. Then identity providers are
 * asked to take back what could be renewed with; whether they do, nothing is left here.
 */
export async function signOut(site: Site): Promise<SignedOut> {
  const { cache, machine } = site;
  const logins = allLogins(site);
  const names = cache.names();
  const isFirst = (name: string): boolean => name.startsWith('login-');
  const isLock = (name: string): boolean => name.endsWith('.lock');
  const tokens = names.filter((name) => name.startsWith('token-') && !isLock(name));
  for (const name of names.filter(isFirst)) if (!isLock(name)) cache.remove(name);
  // Listed again: a run that was at work has seen, or will see, that the login is gone.
  for (const name of cache.names()) if (!isLock(name) && name !== issuersName) cache.remove(name);
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
  return { issuers: logins.map(({ issuer }) => issuer), tokens: tokens.length, revoked, notRevoked };
}
