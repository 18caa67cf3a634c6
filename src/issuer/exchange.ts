import { tokenSeconds } from '../access/token-life.ts';
import type { Entitlements, Identity } from './entitlements.ts';
import { heldOn } from './entitlements.ts';

/** How much earlier than it is given a token holds, in seconds: for API servers whose clocks are behind. */
const leeway = 30;

/** Errors as https://www.rfc-editor.org/rfc/rfc6749#section-5.2 and https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2 name them. */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_grant'
  | 'invalid_target'
  | 'access_denied'
  | 'unsupported_grant_type'
  | 'slow_down'
  | 'temporarily_unavailable'
  | 'server_error';

/** Why there is no token: an error for programs, and a reason in words for people and for the log. */
export interface Refusal {
  readonly error: ErrorCode;
  readonly reason: string;
}

/** What a token says. */
export interface TokenClaims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: `user:${string}`;
  readonly groups: readonly string[];
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly jti: string;
}

/** Somebody who asks for a token. */
export interface Asked {
  readonly identity: Identity;
  /** The `id` of a cluster. */
  readonly audience: string;
  /** Seconds since the epoch. */
  readonly now: number;
  /** What tells the token from all others. */
  readonly id: string;
}

/** Decides about a token for one cluster: what it says, or why there is none (S14, S28 to S34). */
export function exchange(
  entitlements: Entitlements,
  { identity, audience, now, id }: Asked,
): { readonly claims: TokenClaims; readonly cluster: string } | Refusal {
  const cluster = entitlements.clusters.get(audience);
  if (!cluster) return { error: 'invalid_target', reason: 'no cluster with this id takes tokens of this issuer' };
  const held = heldOn(entitlements, cluster, identity);
  if (!held) return { error: 'access_denied', reason: `no group of the user sees cluster ${cluster.name}` };
  return {
    cluster: cluster.name,
    claims: {
      iss: entitlements.issuer,
      aud: cluster.id,
      sub: `user:${identity.user}`,
      groups: held.groups,
      iat: now,
      nbf: now - leeway,
      exp: now + tokenSeconds,
      jti: id,
    },
  };
}
