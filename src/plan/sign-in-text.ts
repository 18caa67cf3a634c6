import type { SignIn, Workload } from '../config/model/desired-state.ts';
import { sortedBy } from '../values/order.ts';

/** How an identity provider knows people; its issuer is the item. */
export function signInText({ clientID, usernameClaim, groupsClaim, scopes }: SignIn): string {
  const parts = [
    `client ${clientID}`,
    `user by ${usernameClaim}`,
    ...(groupsClaim === undefined ? [] : [`groups by ${groupsClaim}`]),
    ...(scopes === undefined ? [] : [`scopes ${scopes.join(' ')}`]),
  ];
  return parts.join(', ');
}

/** Whose tokens a workload's are; the order of claims says nothing. */
export function workloadText({ issuer, audience, claims }: Workload, ownIssuer: string): string {
  const required = sortedBy(Object.entries(claims), ([claim]) => claim).map(([claim, value]) => `${claim}=${value}`);
  return [`by ${issuer}`, `for ${audience ?? ownIssuer}`, ...required].join(', ');
}
