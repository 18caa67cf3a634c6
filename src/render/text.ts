import stringWidth from 'string-width';

/**
 * Characters that a terminal obeys, hides or reorders instead of showing: controls (escape sequences among them),
 * bidirectional and other format characters, unpaired surrogates, and the blanks that look like a space and are none.
 * The ideographic space is spared: it is as wide as it looks, and ordinary in East Asian prose.
 */
const hidden =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f]/gu;

const printableAscii = /^[ -~]*$/;

/**
 * What a CI system takes for a command in the log of a step: `::` where a line begins, also after blanks, and `##[`,
 * `##vso[` or `##teamcity[` anywhere in it. No text knows where in a line it will stand, so every text that begins with
 * `::` counts.
 */
const ciCommand = /^(\s*):(?=:)|#(?=#[A-Za-z]*\[)/g;

/** Characters that are drawn onto or into the one before: combining marks, skin tones, the vowels and finals of Hangul. */
const attached = /^[\p{M}\p{Emoji_Modifier}\u1161-\u11ff\ud7b0-\ud7ff]$/u;

/** A tab must not pass for spaces: where one is wrong, nobody would see it. */
const tab = '→   ';

/**
 * `text` with everything hidden in it written out (`\u{1b}`), so that it can be shown as it is.
 * Names and messages come from files that anyone may have written: nothing of theirs goes to a terminal, a log or
 * a web page without passing through here. Nor is any of it a command to a CI system.
 */
export function visible(text: string): string {
  const shown = printableAscii.test(text) ? text : text.replace(hidden, written);
  return shown.includes('::') || shown.includes('##')
    ? shown.replace(ciCommand, (found, blanks: string | undefined) => `${blanks ?? ''}${code(found.slice(-1))}`)
    : shown;
}

/** Far more than any sentence has; a name in it may be as long as a file. */
const longestProse = 2000;

/** A sentence that is printed for a person: visible, and cut where it is absurdly long. */
export function prose(text: string): string {
  return visible(text.length > longestProse ? `${text.slice(0, longestProse)}…` : text);
}

/** How many columns `text`, which is visible already, takes in a terminal. */
export function widthOf(text: string): number {
  return printableAscii.test(text) ? text.length : stringWidth(text);
}

/** `text` (visible already) in at most `room` columns: its beginning and `…` where it is longer. */
export function clip(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  let shown = '';
  let width = 0;
  for (const cell of cellsOf(text)) {
    width += cell.width;
    if (width > room - 1) break;
    shown += cell.text;
  }
  return `${shown}…`;
}

/**
 * `value` as JSON text: indented, with a newline at its end. What a terminal would obey or hide is escaped, so the
 * text is safe to look at and says the same to every parser. So is what a CI system would take for a command.
 */
export function jsonText(value: unknown): string {
  const escaped = JSON.stringify(value, null, 2).replace(hidden, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, i) => codeUnit(character, i)).join(''),
  );
  // Outside of strings, JSON has no `#`; and no line of it begins with a colon.
  return `${escaped.replace(/#(?=#[A-Za-z]*\[)/g, () => codeUnit('#', 0))}\n`;
}

/** What is shown in one place of a line: a character with its marks, a written out one, a tab's spaces. */
export interface Cell {
  readonly text: string;
  readonly width: number;
  /** Where it is in the line, in UTF-16 code units; `end` is after it. */
  readonly start: number;
  readonly end: number;
}

/** The cells of the part of `line` from `from` to `to`. */
export function cellsOf(line: string, from = 0, to = line.length): Cell[] {
  const cells: { text: string; start: number; end: number; joins: boolean }[] = [];
  let start = from;
  for (const character of line.slice(from, to)) {
    const end = start + character.length;
    const last = cells.at(-1);
    const shown = character === '\t' ? tab : beginsCommand(line, start) ? code(character) : visible(character);
    if (last?.joins === true && shown === character && attached.test(character)) {
      last.text += character;
      last.end = end;
    } else {
      cells.push({ text: shown, start, end, joins: shown === character });
    }
    start = end;
  }
  return cells.map((cell) => ({ text: cell.text, width: widthOf(cell.text), start: cell.start, end: cell.end }));
}

/** Whether a CI system would take what stands there for a command. A row of source has its number in front. */
function beginsCommand(line: string, at: number): boolean {
  return line[at] === '#' && /^##[A-Za-z]*\[/.test(line.slice(at, at + 40));
}

function codeUnit(text: string, index: number): string {
  return `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
}

function written(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return code(character);
}

function code(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
