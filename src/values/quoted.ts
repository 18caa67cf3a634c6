/** The pattern of a character that people see, and that no program takes for the end of a line. */
export const shownCharacter = String.raw`[ \p{L}\p{M}\p{N}\p{P}\p{S}]`;

const notShown = new RegExp(`(?!${shownCharacter})[^]`, 'gu');

/**
 * A text in double quotes on one line, with escapes for all that is not shown. These are JSON's, but for a character beyond
 * U+FFFF, which is one escape and not two: so it is a literal of YAML 1.1 and 1.2 (https://yaml.org/spec/1.2.2/#57-escaped-characters)
 * and of CEL (https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values).
 */
export function quotedText(text: string): string {
  return JSON.stringify(text).replace(notShown, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return character.length === 1 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
  });
}
