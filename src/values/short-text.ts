import { createHash } from 'node:crypto';

/** A text of more characters says more than anybody reads in a list of changes. */
const longest = 120;

/**
 * A text of whatever length as one that can be read in a line: of a longer one its beginning, with its length and a digest,
 * so that two that differ are never the same.
 */
export function shortText(text: string): string {
  if (text.length <= longest) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  // Not the first half of a character that takes two.
  const beginning = text.slice(0, longest / 2).replace(/[\ud800-\udbff]$/, '');
  return `${beginning}… (${text.length} characters, sha256 ${digest})`;
}
