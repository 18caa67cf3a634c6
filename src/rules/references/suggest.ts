import { didYouMean } from '../../source/diagnostic.ts';

/** Where more names than this are unknown, something else is wrong than a letter. */
const mostWords = 100;

/**
 * `didYouMean` for the many places of a whole organization: each word is compared with the candidates once, and after
 * the first hundred words no more are, since that takes as long as words times candidates.
 */
export function suggester(candidates: Iterable<string>): (word: string) => string | undefined {
  const names = Array.from(candidates);
  const known = new Map<string, string | undefined>();
  return (word) => {
    if (!known.has(word) && known.size < mostWords) known.set(word, didYouMean(word, names));
    return known.get(word);
  };
}
