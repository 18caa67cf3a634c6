import { at } from '../../../source/diagnostic.ts';
import { groupedBy, sortedBy } from '../../../values/order.ts';
import type { Origin } from '../../../source/source.ts';
import type { WholeRule } from '../../rule.ts';
import { listedClusters } from '../../wording.ts';
import type { Claim } from '../claims.ts';
import { claimsOf } from '../claims.ts';

export const namespaceCollision: WholeRule = {
  level: 'whole',
  code: 'TEN207',
  name: 'namespace-collision',
  severity: 'error',
  summary:
    'On one cluster, a namespace belongs to one tenant, or to one group, or is retained, or is declared by others, and to nobody else (S38).',
  why: 'Two owners of one name would get the roles of both, and with them what the other keeps there. A retained namespace still holds the data of the group that had it.',
  *check({ desired }) {
    for (const [name, claims] of groupedBy(claimsOf(desired), (claim) => claim.name)) {
      if (claims.length < 2) continue;
      for (const { first, later, clusters } of collisions(claims)) {
        yield {
          message: `on ${listedClusters(clusters)}, \`${name}\` is both ${first.claim.described} and ${later.claim.described}`,
          at: at(later.origin),
          related: [{ location: at(first.origin), message: `makes it ${first.claim.described}` }],
          help: help(first.claim, later.claim),
        };
      }
    }
  },
};

/** A claim and where a cluster gets it from. */
interface Claimed {
  readonly claim: Claim;
  readonly origin: Origin;
}

interface Collision {
  readonly first: Claimed;
  readonly later: Claimed;
  readonly clusters: string[];
}

/** Each claim that comes to a cluster later than another one, with the first that is there. */
function collisions(claims: readonly Claim[]): Collision[] {
  const firsts = new Map<string, Claimed>();
  const found: Collision[] = [];
  for (const claim of claims) {
    const byFirst = new Map<Claim, Collision>();
    for (const [cluster, origin] of sortedBy(claim.places, ([name]) => name)) {
      const later = { claim, origin };
      const first = firsts.get(cluster);
      const known = first && byFirst.get(first.claim);
      if (known) known.clusters.push(cluster);
      else if (first) byFirst.set(first.claim, { first, later, clusters: [cluster] });
      else firsts.set(cluster, later);
    }
    found.push(...Array.from(byFirst.values()).filter(({ first }) => !hasOwnRule(first.claim, claim)));
  }
  return found;
}

/** What other rules say better: a tenant that names a namespace twice, prefixes that overlap, one `namespace` for two groups. */
function hasOwnRule(first: Claim, later: Claim): boolean {
  if (first.kind !== later.kind) return false;
  if (first.kind === 'Tenant') return first.owner === later.owner || (first.derived && later.derived);
  return !first.derived && !later.derived;
}

function help(first: Claim, later: Claim): string {
  if (later.kind === 'Foreign') {
    return `take it out of \`foreignNamespaces\`: who is to have something in it is shared with where it is declared`;
  }
  if (later.kind === 'Retained') {
    return `remove \`${later.name}\` from \`retainedNamespaces\`: the cluster is shared with the group again`;
  }
  const rename = 'choose another name for the namespace';
  if (first.kind === 'Retained') {
    return `${rename}, or remove \`${first.name}\` from \`retainedNamespaces\` when it is deleted from the cluster`;
  }
  if (later.kind === 'Group') return 'give one of the groups another `namespace` in organization.yaml';
  if (first.kind === 'Group') return `${rename}, or give the group another \`namespace\` in organization.yaml`;
  return `${rename}, or put the two on different clusters`;
}
