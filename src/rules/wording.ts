/** How rules say the same things in the same way. */

/** Related places that a diagnostic shows: with more, nobody finds the first line again. */
export const mostRelated = 3;

/** Names in backquotes, in a sentence: `` `a`, `b` and `c` ``; the rest of a long list as a number. */
export function listed(names: readonly string[], most = 5, word: 'and' | 'or' = 'and'): string {
  return listedWords(
    names.map((name) => `\`${name}\``),
    most,
    word,
  );
}

/** The same of words that are more than a name. */
export function listedWords(words: readonly string[], most = 5, word: 'and' | 'or' = 'and'): string {
  const before = Math.min(words.length, most) - 1;
  const last = words.length > most ? [`${words.length - before} more`] : words.slice(-1);
  return [...(before > 0 ? [words.slice(0, before).join(', ')] : []), ...last].join(` ${word} `);
}

/** `cluster `a`` or `` clusters `a` and `b` ``. */
export function listedClusters(names: readonly string[]): string {
  return `${names.length === 1 ? 'cluster' : 'clusters'} ${listed(names)}`;
}

/** Labels in a sentence: `` `environment: production` ``. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return listed(Object.entries(labels).map(([key, value]) => `${key}: ${value}`));
}
