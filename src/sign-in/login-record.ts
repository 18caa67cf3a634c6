import { at, listAt, textAt } from '../values/json.ts';
import type { Provider } from './issuer.ts';
import type { Moment } from './machine.ts';
import { readMoment } from './machine.ts';

/** Somebody's login at his identity provider, for one issuer. It is a secret. */
export interface Login {
  readonly issuer: string;
  readonly provider: Provider;
  readonly idToken: string;
  /** The identity provider's own name for him (`sub`). */
  readonly subject: string;
  readonly received: Moment;
  /** Milliseconds for which the ID token counts from then on, by the identity provider's clock. */
  readonly lifetime: number;
  readonly refreshToken?: string;
}

/** What a login is made of: the way to the identity provider is login.ts, which is loaded only when one is due. */
export type NewLogin = Omit<Login, 'issuer' | 'provider'>;

/** Milliseconds that a login may take: three minutes in a browser, ten with a code on another device. */
export const longestLogin = { browser: 180_000, device: 600_000 } as const;

/** A login that was written down; undefined where it is none. */
export function readLogin(written: unknown): Login | undefined {
  const received = readMoment(at(written, 'received'));
  const [issuer, idToken, subject] = [
    textAt(written, 'issuer'),
    textAt(written, 'idToken'),
    textAt(written, 'subject'),
  ];
  const [providerIssuer, clientId] = [textAt(written, 'provider', 'issuer'), textAt(written, 'provider', 'clientId')];
  const [lifetime, refreshToken] = [at(written, 'lifetime'), textAt(written, 'refreshToken')];
  if (issuer === undefined || idToken === undefined || subject === undefined || !received) return undefined;
  if (providerIssuer === undefined || clientId === undefined || typeof lifetime !== 'number') return undefined;
  const scopes = listAt(written, 'provider', 'scopes').filter((scope) => typeof scope === 'string');
  return {
    issuer,
    idToken,
    subject,
    received,
    lifetime,
    provider: { issuer: providerIssuer, clientId, scopes },
    ...(refreshToken !== undefined && { refreshToken }),
  };
}
