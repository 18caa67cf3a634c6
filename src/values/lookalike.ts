/**
 * Characters that people read as the ASCII one at the left: letters of other scripts whose usual shape, capital or
 * small, is that of a Latin letter; small capitals; Latin letters with another dot, stroke or hook; punctuation. As code
 * points, because the characters themselves could not be told apart here. What Unicode's compatibility forms say
 * already (full-width, mathematical, superscript letters) is not repeated.
 *
 * Smaller than the table of Unicode's UTS 39, which holds every character that resembles any other, those of extinct
 * scripts included: this one is about what can spell a name of ASCII letters and is in the fonts that people have.
 */
const lookalikes: Readonly<Record<string, string>> = {
  a: '1d00 0251 0391 03b1 0410 0430 13aa ab7a 2c80 2c81 a4ee 237a 15c5',
  b: '0299 0253 0392 03b2 0412 0432 042c 044c 13f4 13fc 13cf ab9f 2c82 2c83 a4d0 1472 15af 15f7',
  c: '1d04 0188 03f2 03f9 0421 0441 13df abaf 2ca4 2ca5 a4da 0187',
  d: '1d05 0111 0256 0257 0500 0501 13a0 ab70 13e7 abb7 a4d3 146f 15de 15ea 0110 018a',
  e: '1d07 2c78 0395 03b5 0415 0435 04bd 13ac ab7c 2c88 2c89 a4f0 212e ab32',
  f: 'a730 0192 03dc 03dd 0584 a4dd 15b4',
  g: '0262 0261 0260 0581 050c 050d 13c0 ab90 13fb 13f3 a4d6 0193',
  h: '029c 0127 0397 041d 043d 04ba 04bb 0570 13bb ab8b 13c2 ab92 2c8e 2c8f a4e7 157c',
  i: '0131 026a 0269 0268 0399 03b9 0406 0456 04c0 04cf 13a5 ab75 2c92 2c93 a4f2 2373 a646 a647 0197',
  j: '1d0a 0237 029d 037f 03f3 0408 0458 13ab ab7b a4d9 148d',
  k: '1d0b 0199 039a 03ba 041a 043a 13e6 abb6 2c94 2c95 a4d7 0198',
  l: '029f 0142 026b 01c0 13de abae a4e1 2223 2502 23fd 05c0 05d5 05df 0627 0661 06f1 16c1 14aa 0196 0141',
  m: '1d0d 0271 039c 03fa 041c 043c 13b7 ab87 2c98 2c99 a4df 15f0',
  n: '0274 0272 014b 039d 03b7 0578 057c 2c9a 2c9b a4e0 03b7 043f 019d',
  o: '1d0f 00f8 0275 039f 03bf 03c3 041e 043e 0555 0585 2c9e 2c9f a4f3 05e1 0647 0665 06f5 0966 0e50 101d 3007 2205 1d11 ab3d 07c0 09e6 0a66 0ae6 0b66 0be6 0c66 0ce6 0d66 0ed0 1040 10ff 00d8',
  p: '1d18 01bf 00fe 03a1 03c1 0420 0440 13e2 abb2 2ca2 2ca3 a4d1 2374 146d',
  q: '02a0 051a 051b 0563 0566',
  r: '0280 027e 0433 13a1 ab71 13d2 aba2 ab81 2c85 a4e3 ab47 ab48 1d26 1587',
  s: 'a731 0282 0405 0455 054f 13da abaa 13d5 aba5 a4e2',
  t: '1d1b 0167 01ad 03a4 03c4 0422 0442 13a2 ab72 2ca6 2ca7 a4d4 0166 01ac',
  u: '1d1c 0289 028b 03c5 054d 057d a4f4 222a a79e a79f ab4e ab52 144c',
  v: '1d20 03bd 0474 0475 13d9 aba9 a4e6 2228 05d8 142f',
  w: '1d21 026f 03c9 0460 0461 051c 051d 0561 13b3 ab83 13d4 aba4 a4ea',
  x: 'ab53 03a7 03c7 0425 0445 2cac 2cad a4eb 00d7 2715 1541',
  y: '028f 0263 03a5 03d2 03b3 0423 0443 04ae 04af 13a9 ab79 13bd ab8d 2ca8 2ca9 a4ec',
  z: '1d22 01b6 0396 13c3 ab93 a4dc 01b5',
  ':': '02d0 02f8 0589 05c3 0703 16ec 205a 2236 a789 a4fd',
  '-': '2010 2011 2012 2013 2014 2015 2043 2212 2796 02d7 06d4 2cba a4fe 30fc',
  '/': '2044 2215 29f8 2571',
};

const readAs: ReadonlyMap<string, string> = new Map(
  Object.entries(lookalikes).flatMap(([ascii, points]) =>
    points.split(' ').map((point) => [String.fromCodePoint(Number.parseInt(point, 16)), ascii]),
  ),
);

/** Characters that are not shown at all: zero-width ones, direction marks, fillers, tags, control characters. */
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/u;

/** Scripts with letters that pass for another's. */
const scripts = ['Latin', 'Greek', 'Cyrillic', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'] as const;
const scriptPatterns = scripts.map((script) => [script, new RegExp(`\\p{Script=${script}}`, 'u')] as const);

/**
 * What a name looks like: two names with the same skeleton are easily taken for each other. Letter case, accents,
 * invisible characters, letters of other scripts, `0` and `o`, `1`, `i` and `l`, `rn` and `m`, and the kind and number
 * of spaces, dots, underscores and hyphens between words make no difference. For comparing, not for showing.
 */
export function skeleton(name: string): string {
  return (isAscii(name) ? name.toLowerCase() : readAsAscii(name))
    .replace(/[1i|!]/g, 'l')
    .replaceAll('0', 'o')
    .replaceAll('m', 'rn')
    .replace(/[-_. ]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Whether a name is read as it is written, in one alphabet, as nearly all are. */
export function isAscii(name: string): boolean {
  return /^[ -~]*$/.test(name);
}

function readAsAscii(name: string): string {
  const small = Array.from(name, asciiOf).join('').toLowerCase();
  // A capital that looks like nothing in ASCII may have a small letter that does.
  return Array.from(small, (character) => readAs.get(character) ?? character).join('');
}

/**
 * What a character is read as, where that is in ASCII; nothing for one that is not seen. Before letter case is dropped:
 * a capital eta looks like an H, a small one like an n.
 */
function asciiOf(character: string): string {
  if (character > ' ' && character <= '~') return character;
  const read = readAs.get(character);
  if (read !== undefined) return read;
  if (/[\s\u2800]/u.test(character)) return ' ';
  if (unseen.test(character)) return '';
  return Array.from(character.normalize('NFKD'), (part) =>
    /\p{M}/u.test(part) ? '' : (readAs.get(part) ?? part),
  ).join('');
}

/** The scripts with look-alike letters that a name's letters are of, each with the first such letter. */
export function scriptsOf(name: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (isAscii(name)) {
    const letter = /[a-z]/i.exec(name)?.[0];
    return letter === undefined ? found : found.set('Latin', letter);
  }
  for (const [script, pattern] of scriptPatterns) {
    const letter = pattern.exec(name)?.[0];
    if (letter !== undefined) found.set(script, letter);
  }
  return found;
}

/** The characters of a name that are not plain ASCII ones, by their numbers, each once: `U+0430`. */
export function codePoints(name: string): string[] {
  return Array.from(new Set(name.match(/[^\x21-\x7e ]/gu) ?? []), codePoint);
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A name that shows what it holds: characters that cannot be seen, and spaces at its ends, are written as numbers. */
export function visible(name: string): string {
  return name
    .replace(/^\s+|\s+$|[^\S ]+/gu, (spaces) => Array.from(spaces, (c) => `<${codePoint(c)}>`).join(''))
    .replace(new RegExp(unseen, 'gu'), (character) => `<${codePoint(character)}>`);
}
