import stringWidth from 'string-width';

/**
 * Characters that a terminal obeys, hides or reorders instead of showing: controls (escape sequences among them),
 * bidirectional and other format characters, unpaired surrogates, and the blanks that look like a space and are none.
 * The ideographic space is spared: it is as wide as it looks, and ordinary in East Asian prose.
 */
const hidden =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f]/gu;

/** The same within JSON, whose own lines are not hidden: a call for each of them would take most of the time. */
const hiddenInJson = new RegExp(`(?!\\n)${hidden.source}`, hidden.flags);

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

/**
 * `text` (visible already) in at most `room` columns: without its middle where it is longer, or without its beginning.
 * `…` stands for what is left out.
 */
export function clip(text: string, room: number, without: 'middle' | 'beginning' = 'middle'): string {
  if (widthOf(text) <= room) return text;
  const cells = cellsOf(text);
  const head = taken(cells, without === 'middle' ? Math.floor((room - 1) / 3) : 0);
  const tail = taken(cells.reverse(), room - 1 - head.width);
  return `${head.texts.join('')}…${tail.texts.reverse().join('')}`;
}

/** The first cells that fit. */
function taken(cells: readonly Cell[], room: number): { readonly texts: string[]; readonly width: number } {
  const texts: string[] = [];
  let width = 0;
  for (const cell of cells) {
    if (width + cell.width > room) break;
    texts.push(cell.text);
    width += cell.width;
  }
  return { texts, width };
}

/**
 * Lines of prose (visible already, coloured or not) in at most `room` columns: broken between words, and the rest of a line
 * indented two columns deeper than its beginning. A word that is longer is left whole, for nobody can copy half a name.
 */
export function wrapped(text: string, room: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrappedLine(line, room))
    .join('\n');
}

function wrappedLine(line: string, room: number): string[] {
  if (widthOf(line) <= room) return [line];
  const [indentation = ''] = /^ */.exec(line) ?? [];
  const [first = '', ...words] = line.slice(indentation.length).split(' ');
  const deeper = `${indentation}  `;
  const lines: string[] = [];
  let current = `${indentation}${first}`;
  for (const word of words) {
    if (widthOf(current) + 1 + widthOf(word) <= room) current += ` ${word}`;
    else {
      lines.push(current);
      current = `${deeper}${word}`;
    }
  }
  return [...lines, current];
}

/**
 * `value` as JSON text: indented, with a newline at its end. What a terminal would obey or hide is escaped, so the
 * text is safe to look at and says the same to every parser. So is what a CI system would take for a command.
 */
export function jsonText(value: unknown): string {
  const escaped = JSON.stringify(value, null, 2).replace(hiddenInJson, (character) =>
    Array.from({ length: character.length }, (_, i) => codeUnit(character, i)).join(''),
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
