/** A place in a text. Lines and columns count from 1, a column being a UTF-16 code unit; `offset` counts from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of a text; `end` is the position after its last character. */
export interface Span {
  readonly start: Position;
  readonly end: Position;
}

/** Something wrong with a text, found while it was read. */
export interface Problem<Kind extends string> {
  readonly kind: Kind;
  readonly span: Span;
  /** The offending text; for mistakes in a language, what is wrong in words. */
  readonly detail: string;
  /** What to do, where it depends on more than the kind. */
  readonly help?: string;
  /** The place that it refers to: the first of two equal keys, the bracket or quote that is never closed. */
  readonly other?: Span;
}

/** Gives the stretch of a text between two offsets; offsets outside the text are taken for its ends. */
export type SpanOf = (start: number, end: number) => Span;

/** What can be wrong with a text in any language. */
export type TextProblemKind = 'not-text' | 'byte-order-mark' | 'carriage-return' | 'invisible-character' | 'empty';

/**
 * Characters that a reader cannot see, or that show a line in another order than it is read (CVE-2021-42574): controls,
 * bidirectional marks, zero-width characters, fillers, tags; and what is no character at all: halves of one, and the code
 * points that Unicode never assigns. Joiners and variation selectors are let be where they shape an emoji.
 */
const invisible = new RegExp(
  [
    String.raw`[\p{Surrogate}\p{Noncharacter_Code_Point}]`,
    String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]`,
    String.raw`[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f]`,
    String.raw`[\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]`,
    String.raw`(?<!\p{Extended_Pictographic})[\ufe00-\ufe0f]`,
    String.raw`(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?)\u200d`,
    String.raw`\u200d(?!\p{Extended_Pictographic})`,
  ].join('|'),
  'u',
);

/** A space that is none to a parser, where readers take it for one: as indentation, or after a colon or a dash. */
const falseSpace = /(?:^ *|[-:?,[{] *)(?<space>[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000])/mu;

/** Whether a reader sees every character of a text for what it is, and none of them ends a line but the line feed. */
export function isShown(text: string): boolean {
  return !/[\0\r]/.test(text) && !invisible.test(text) && !falseSpace.test(text);
}

/**
 * The first character of a value that a reader cannot see, as `U+200B`; undefined where there is none. An escape, or code,
 * puts such a character into a value whose text shows nothing of it.
 */
export function hiddenIn(value: string): string | undefined {
  const found = invisible.exec(value)?.[0] ?? (value.includes('\r') ? '\r' : undefined);
  return found === undefined ? undefined : codePointOf(found);
}

/** Gives the stretches of `text` between offsets. The lines are counted once, however many are asked for. */
export function spansIn(text: string): SpanOf {
  let starts: number[] | undefined;
  const position = (offset: number): Position => {
    starts ??= lineStarts(text);
    let line = 1;
    for (let low = 0, high = starts.length; low < high;) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = line = middle + 1;
      else high = middle;
    }
    return { line, column: offset - (starts[line - 1] ?? 0) + 1, offset };
  };
  return (start, end) => {
    const from = Math.min(Math.max(start, 0), text.length);
    return { start: position(from), end: position(Math.min(Math.max(end, from), text.length)) };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

/** The stretch of `text` between two offsets. For more than a few of them, take `spansIn`. */
export function spanAt(text: string, start: number, end: number): Span {
  return spansIn(text)(start, end);
}

/** Where the line that `start` is in ends, or `end` if that comes first: a marker over forty lines says nothing. */
export function firstLineEnd(text: string, start: number, end: number): number {
  const newline = text.indexOf('\n', start);
  if (newline === -1 || newline >= end) return end;
  return text[newline - 1] === '\r' && newline > start ? newline - 1 : newline;
}

/** The problems that a text has in any language, before it is parsed. Of each kind only the first. */
export function textProblems(text: string): Problem<TextProblemKind>[] {
  const problems: Problem<TextProblemKind>[] = [];
  const span = spansIn(text);
  const add = (kind: TextProblemKind, start: number, length: number, detail: string): void => {
    problems.push({ kind, span: span(start, start + length), detail });
  };
  const nul = text.indexOf('\0');
  if (nul !== -1) {
    // An archive or an image: nothing else that could be said of it would help.
    add('not-text', nul, 1, '');
    return problems;
  }
  const mark = text.startsWith('\ufeff') ? 1 : 0;
  if (mark === 1) add('byte-order-mark', 0, 1, '');
  if (text.slice(mark).trim() === '') add('empty', 0, 0, '');
  const carriageReturn = text.indexOf('\r');
  if (carriageReturn !== -1)
    add('carriage-return', carriageReturn, 1, text[carriageReturn + 1] === '\n' ? 'CRLF' : 'CR');
  const hidden = firstHidden(text, mark);
  if (hidden) {
    add('invisible-character', hidden.offset, hidden.character.length, codePointOf(hidden.character));
  }
  return problems;
}

function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function firstHidden(text: string, from: number): { offset: number; character: string } | undefined {
  const body = text.slice(from);
  const found = [invisible, falseSpace].flatMap((pattern) => {
    const match = pattern.exec(body);
    if (!match) return [];
    const character = match.groups?.['space'] ?? match[0];
    return [{ offset: from + match.index + match[0].length - character.length, character }];
  });
  return found.sort((a, b) => a.offset - b.offset)[0];
}

/** Where a role is held, counted: `4 namespaces`, on however many clusters; or `2 clusters`, for one on whole clusters. */
export function countedPlaces({
  namespaces,
  clusters,
}: {
  readonly namespaces: number;
  readonly clusters: number;
}): string {
  return namespaces > 0 ? counted(namespaces, 'namespace') : counted(clusters, 'cluster');
}

/** `1 file`, `2 files`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
