import { counted } from '../../source/text.ts';
import { widthOf } from '../text.ts';

/** The terminal that something is drawn on. */
export interface Screen {
  readonly width: number;
  readonly height: number;
}

/**
 * What writes `after` over `before`, which was drawn last and ends where the cursor is. Each row is written over, and only
 * what is left of it is cleared: nothing is gone in between, so nothing flickers. Both end with a line break.
 */
export function redrawn(before: string, after: string, { width }: Screen): string {
  const up = linesOf(before).reduce((sum, line) => sum + rowsOf(line, width), 0);
  const lines = linesOf(after).map((line) => {
    // Behind a row that is full, the cursor stands on its last character, and clearing would take that away.
    const isFull = line !== '' && widthOf(line) % width === 0;
    return `${line}${isFull ? '' : '\u001b[K'}\n`;
  });
  return `${up > 0 ? `\u001b[${up}A` : ''}\r${lines.join('')}\u001b[J`;
}

/**
 * `view` in as many rows as the terminal has, with one for `last` and one for the cursor: what has left the screen at its
 * top cannot be written over. Rows of its table are left out, and counted, before anything that stands below it, where it
 * says what is not known.
 */
export function fittedView(view: string, last: string, { width, height }: Screen): string {
  const lines = linesOf(view);
  const end = lines.indexOf('');
  const table = end < 0 ? lines : lines.slice(0, end);
  const rest = end < 0 ? [] : lines.slice(end);
  const room = Math.max(3, height - 1 - rowsOf(last, width));
  const kept = upTo(rest, room - Math.min(2, table.length), width);
  const shown = upTo(table, room - kept.reduce((sum, line) => sum + rowsOf(line, width), 0), width);
  return [...shown, ...kept, last].map((line) => `${line}\n`).join('');
}

/** The first lines, in so many rows; where not all fit, the last row says how many more there are. */
function upTo(lines: readonly string[], room: number, width: number): string[] {
  const fitting = (most: number): number => {
    let left = most;
    const first = lines.findIndex((line) => (left -= rowsOf(line, width)) < 0);
    return first < 0 ? lines.length : first;
  };
  if (fitting(room) === lines.length) return [...lines];
  const kept = fitting(room - 1);
  return [...lines.slice(0, kept), `… ${counted(lines.length - kept, 'more line')}`];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** How many rows a line takes: a terminal goes on in the next row. */
function rowsOf(line: string, width: number): number {
  return Math.max(1, Math.ceil(widthOf(line) / width));
}
