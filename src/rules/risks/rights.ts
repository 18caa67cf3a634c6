import { sortedBy } from '../../values/order.ts';

/** Rights of a custom role, in words, those first that reveal or change the most: a long list is cut. */
export function worstFirst(rights: readonly string[]): string[] {
  return sortedBy(rights, (right) => [String(rankOf(right)), right]);
}

/** What a right lets somebody do, the worst first: a long list is cut, and must not end before it. */
const ranks = [
  // Everything of something.
  /\*/,
  // To run what one likes, to be somebody else, and to read what is secret.
  /^\S+ (pods\/(exec|attach|portforward|proxy|ephemeralcontainers)|secrets|serviceaccounts|role)/,
  // To change something.
  /^(?!get|list|watch)/,
];

function rankOf(right: string): number {
  const rank = ranks.findIndex((pattern) => pattern.test(right));
  return rank < 0 ? ranks.length : rank;
}
