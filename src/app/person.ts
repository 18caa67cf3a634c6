import { openCache } from '../sign-in/cache.ts';
import type { Login } from '../sign-in/login-record.ts';
import type { LoginOptions, Site } from '../sign-in/session.ts';
import { knownIssuer, noIssuerKnown, signedIn } from '../sign-in/session.ts';
import { issuerUrl } from '../sign-in/issuer.ts';
import { once } from '../values/once.ts';
import { holdsOrganization } from './folders.ts';
import type { Io } from './io.ts';
import { organizationTree, readTree } from './organization.ts';

/** The person who runs this: where he is signed in, and for which issuer. */

/** Where sign-in happens. */
export function siteOf({ machine }: Io): Site {
  if (!machine) throw new Error('a command for people was started where nobody can sign in');
  return { machine, cache: openCache(machine) };
}

/** What the organization in the folder says of itself; undefined where there is none that can be read. */
export const declared = (io: Io): (() => Promise<{ readonly name: string; readonly issuer: string } | undefined>) =>
  once(async () => {
    if (!holdsOrganization(io.dir)) return undefined;
    const { desired } = await readTree(io, organizationTree(io), io.today);
    const { name, issuer } = desired.organization;
    return issuer.value === '' ? undefined : { name, issuer: issuer.value };
  });

/** The issuer that is named, known from before, or declared in the folder. Throws a Failure where there is none. */
export async function issuerFor(io: Io, site: Site, named: string | undefined): Promise<string> {
  const known = knownIssuer(site, named);
  if (known !== undefined) return known;
  const found = await declared(io)();
  if (found) return issuerUrl(found.issuer);
  throw noIssuerKnown();
}

/** Does something as the person who is signed in; he is asked to sign in where he is not, and is there. */
export function asPerson<T>(site: Site, issuer: string, work: (login: Login) => Promise<T>): Promise<T> {
  const occasion: LoginOptions['occasion'] = site.machine.isAttended ? 'attended' : 'background';
  return signedIn(site, issuer, { occasion }, work);
}

/** A time as people read it, in UTC, by this machine's clock: `2026-12-31 14:05 UTC`. */
export function timeText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
