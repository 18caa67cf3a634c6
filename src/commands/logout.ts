import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { siteOf } from '../app/person.ts';
import { prose } from '../render/text.ts';
import { signOut } from '../sign-in/logout.ts';
import { counted } from '../source/text.ts';

/** `tenantry logout`: removes everything that is kept of a person's logins, and says what that was. */
export async function logout(io: Io): Promise<number> {
  const site = siteOf(io);
  const { issuers, tokens, revoked, notRevoked } = await signOut(site);
  const lines = [
    issuers.length === 0
      ? 'You were not signed in.'
      : `You are signed out of ${issuers.join(', ')}; ${counted(tokens, 'token')} for clusters removed from ${site.cache.folder}.`,
    ...revoked.map((provider) => `${provider} has taken back what logins could be renewed with.`),
  ];
  for (const line of lines) io.out.write(`${prose(line)}\n`);
  for (const { provider, why } of notRevoked) {
    io.err.write(
      `note: ${prose(`${provider} could not be asked to take back what logins could be renewed with: ${why}`)}\n`,
    );
  }
  return exit.clean;
}
