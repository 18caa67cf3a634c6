import { compareCodeUnits, groupedBy } from '../../values/order.ts';

/**
 * Two names that were probably meant to be one: `Solar-SRE` and `solar_sre`, `solar-developer` and `solar-developers`.
 *
 * A different letter says something only inside a long word. `team-a` and `team-b`, `app-ro` and `app-rw`, `prod1` and
 * `prod2`, `sharda` and `shardb` are how people tell things apart: so a word must have six letters and no digit, and
 * another letter at an end of it is no slip. Neither is one that three names differ in: that is how they are numbered.
 */
export interface NearIdentical {
  readonly name: string;
  /** The one of the two that comes first. */
  readonly earlier: string;
  readonly difference: 'letter case' | 'letter case and punctuation' | 'one letter';
}

const fewestLetters = 6;
const fewestOfFamily = 3;

/** The words that are compared by letters. Not the longest: that takes time and memory by the square of their length. */
const comparable = /^\D{6,40}$/;

/**
 * The names that are nearly identical to one before them, each with one such; equal names are not reported. Names are
 * looked up, never compared each with each: thousands of them take no longer than reading them.
 */
export function nearIdentical(names: readonly string[]): NearIdentical[] {
  const distinct = Array.from(new Set(names));
  const slips = new Map(
    Array.from(groupedBy(distinct.flatMap(wordsOf), (w) => w.others).values()).flatMap((words) =>
      words.length > 1 ? slipsAmong(words) : [],
    ),
  );
  const byLetters = new Map<string, string>();
  return distinct.flatMap((name): NearIdentical[] => {
    const letters = lettersOf(name);
    const same = letters === '' ? undefined : byLetters.get(letters);
    if (same !== undefined) {
      const difference = same.toLowerCase() === name.toLowerCase() ? 'letter case' : 'letter case and punctuation';
      return [{ name, earlier: same, difference }];
    }
    byLetters.set(letters, name);
    const earlier = slips.get(name);
    return earlier === undefined ? [] : [{ name, earlier, difference: 'one letter' }];
  });
}

/** A name without letter case and separators. Between digits these stay: `1-11` is not `11-1`. */
function lettersOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/(?<=\d)[-_.:/\s]+(?=\d)/g, '\n')
    .replace(/[-_.:/ ]+/g, '');
}

/** A word of a name, and the name without it. */
interface Word {
  readonly name: string;
  readonly word: string;
  readonly others: string;
}

function wordsOf(name: string): Word[] {
  const words = name.toLowerCase().split(/[-_.:/\s]+/);
  return words.flatMap((word, i) =>
    comparable.test(word) ? [{ name, word, others: JSON.stringify(words.with(i, '')) }] : [],
  );
}

/** Of words that stand in the same place of otherwise equal names: the names with a slip, each with an earlier one. */
function slipsAmong(words: readonly Word[]): (readonly [string, string])[] {
  const families = new Map<string, number>();
  const distinct = Array.from(new Set(words.map((w) => w.word)));
  for (const key of distinct.flatMap(opened)) families.set(key, (families.get(key) ?? 0) + 1);
  const isNumbered = (word: string): boolean => opened(word).some((key) => (families.get(key) ?? 0) >= fewestOfFamily);

  const likeSlip = new Map<string, string>();
  const likeWord = new Map<string, string>();
  return words.flatMap(({ name, word }) => {
    if (isNumbered(word)) return [];
    // Of one length, two words are a slip apart when they have one of these in common.
    const equals = [...opened(word).slice(1, -1), ...swapped(word)];
    const shorter = word.length > fewestLetters ? shortened(word) : [];
    const earlier = lookUp(likeSlip, [...equals, word]) ?? lookUp(likeWord, shorter);
    for (const key of [...equals, ...shorter]) likeSlip.set(key, likeSlip.get(key) ?? name);
    likeWord.set(word, likeWord.get(word) ?? name);
    return earlier === undefined ? [] : [[name, earlier] as const];
  });
}

function lookUp(names: ReadonlyMap<string, string>, keys: readonly string[]): string | undefined {
  const key = keys.find((k) => names.has(k));
  return key === undefined ? undefined : names.get(key);
}

/** A word with each of its letters left open in turn. */
function opened(word: string): string[] {
  return places(word).map((i) => `${word.slice(0, i)}\n${word.slice(i + 1)}`);
}

/** A word with each of its letters left out in turn. */
function shortened(word: string): string[] {
  return places(word).map((i) => word.slice(0, i) + word.slice(i + 1));
}

/** For each two neighbouring letters of a word a key that it has in common with the word in which they are swapped. */
function swapped(word: string): string[] {
  return places(word)
    .slice(1)
    .map((i) => {
      const pair = [word.charAt(i - 1), word.charAt(i)].sort(compareCodeUnits).join('');
      return `${word.slice(0, i - 1)}\n${pair}\n${word.slice(i + 1)}`;
    });
}

function places(word: string): number[] {
  return Array.from({ length: word.length }, (_, i) => i);
}
