import { isMap, isSeq, parseDocument } from 'yaml';
import type { Issuer } from './issuer.ts';

/** What an API server has to know of an issuer to reach it. */
export type NamedIssuer = Pick<Issuer, 'url' | 'discoveryUrl' | 'certificateAuthority'>;

/**
 * An AuthenticationConfiguration for issuers on loopback: each entry keeps what it says, and where it names an issuer's
 * URL, gets that one's certificate authority, and the address of its discovery document should that be another. So a
 * configuration for an issuer in production is tested as it is.
 */
export function fillInIssuers(text: string, issuers: readonly NamedIssuer[]): string {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  const entries = document.get('jwt');
  const found = new Set<NamedIssuer>();
  for (const entry of isSeq(entries) ? entries.items : []) {
    if (!isMap(entry)) continue;
    const url = entry.getIn(['issuer', 'url']);
    const issuer = issuers.find((one) => one.url === url);
    if (issuer === undefined) continue;
    found.add(issuer);
    entry.setIn(['issuer', 'certificateAuthority'], issuer.certificateAuthority);
    if (!issuer.discoveryUrl.startsWith(`${issuer.url}/`)) entry.setIn(['issuer', 'discoveryURL'], issuer.discoveryUrl);
  }
  const stray = issuers.find((issuer) => !found.has(issuer));
  if (stray !== undefined) throw new Error(`the authentication configuration does not name the issuer ${stray.url}`);
  return document.toString();
}
