import { addTo } from '../../values/order.ts';
import type { Span } from '../../source/source.ts';
import type { Style } from '../style.ts';
import type { Cell } from '../text.ts';
import { cellsOf, prose } from '../text.ts';

/** A text by lines, counted from 1. Cut once for each file, however many diagnostics are about it. */
export interface Lines {
  readonly count: number;
  readonly line: (number: number) => string;
}

/** A stretch to mark, with how it is marked. */
export interface Mark {
  readonly span: Span;
  readonly sign: '^' | '-';
  readonly colour: (text: string) => string;
  readonly message?: string;
}

/** The part of a mark that is on one line, from column to column (UTF-16 code units, counted from 0). */
interface LineMark extends Omit<Mark, 'span'>, Stretch {}

/** A row of a snippet: what stands in the gutter (a line's number, nothing, or a gap's dots) and beside it. */
export interface Row {
  readonly gutter: number | 'marker' | 'gap';
  readonly text: string;
}

/** The lines of `text`. */
export function linesOf(text: string): Lines {
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return {
    count: starts.length,
    line: (number) => text.slice(starts[number - 1], (starts[number] ?? text.length + 1) - 1),
  };
}

/** Whether `span` can be shown in `lines`: its file may have no text, or another one by now. */
export function isShowable({ start, end }: Span, lines: Lines): boolean {
  return start.line >= 1 && start.line <= end.line && end.line <= lines.count;
}

/** The marked lines, in at most `room` columns each, and under each line its marks. */
export function snippet(lines: Lines, marks: readonly Mark[], room: number, style: Style): Row[] {
  const byLine = new Map<number, LineMark[]>();
  for (const mark of marks) {
    for (const [line, part] of onLines(mark, lines)) addTo(byLine, line, part);
  }
  const rows: Row[] = [];
  let previous: number | undefined;
  for (const number of [...byLine.keys()].sort((a, b) => a - b)) {
    if (previous !== undefined && number - previous === 2) {
      rows.push({ gutter: number - 1, text: shownLine(lines.line(number - 1), [], room).text });
    } else if (previous !== undefined && number - previous > 2) {
      rows.push({ gutter: 'gap', text: '' });
    }
    rows.push(...markedLine(number, lines.line(number), byLine.get(number) ?? [], room, style));
    previous = number;
  }
  return rows;
}

function markedLine(number: number, line: string, marks: readonly LineMark[], room: number, style: Style): Row[] {
  const { text, columns } = shownLine(line, marks, room);
  const sorted = marks.toSorted((a, b) => a.from - b.from || Number(b.sign === '^') - Number(a.sign === '^'));
  return [
    { gutter: number, text },
    ...sorted.map((mark): Row => {
      const [from, to] = columns(mark);
      const signs = mark.sign.repeat(Math.max(1, to - from));
      const label = prose(mark.message ?? '');
      const colour = mark.sign === '^' ? (s: string) => style.bold(mark.colour(s)) : mark.colour;
      return { gutter: 'marker', text: `${' '.repeat(from)}${colour(`${signs} ${label}`.trimEnd())}` };
    }),
  ];
}

/** The first and the last line of what `mark` marks; what is between goes without saying. */
function onLines({ span: { start, end }, ...how }: Mark, lines: Lines): [number, LineMark][] {
  // A span that ends where a line begins has nothing on that line.
  const lastLine = end.column === 1 && end.line > start.line ? end.line - 1 : end.line;
  const endColumn = lastLine === end.line ? end.column : lines.line(lastLine).length + 1;
  const part = (line: number, from: number, to: number, sign: Omit<Mark, 'span'>): [number, LineMark] => {
    const { length } = lines.line(line);
    const clamped = Math.min(Math.max(0, from), length);
    return [line, { ...sign, from: clamped, to: Math.min(Math.max(clamped, to), length) }];
  };
  if (lastLine === start.line) return [part(start.line, start.column - 1, endColumn - 1, how)];
  const { sign, colour } = how;
  const indent = lines.line(lastLine).search(/\S|$/);
  return [
    part(start.line, start.column - 1, Infinity, { sign, colour }),
    part(lastLine, Math.min(indent, endColumn - 1), endColumn - 1, how),
  ];
}

/** A stretch of a line, in UTF-16 code units counted from 0; `to` is after it. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

interface ShownLine {
  readonly text: string;
  /** The columns, counted from 0, that a stretch of the line takes in the shown text. */
  readonly columns: (stretch: Stretch) => readonly [number, number];
}

/** `line` as it is shown: all of it where it fits in `room`, else the part around its marks between `…`. */
function shownLine(line: string, marks: readonly LineMark[], room: number): ShownLine {
  const focus = focusOf(marks, room);
  // Cells are a column wide or more, but for stray marks: beyond this nothing can fit, however long the line is.
  const near = wholeCharacter(line, Math.max(0, focus.from - room));
  const far = wholeCharacter(line, Math.min(line.length, focus.from + 2 * room));
  const cells = cellsOf(line, near, far);
  const isWhole = near === 0 && far === line.length && widthOfAll(cells) <= room;
  const [first, end] = isWhole ? [0, cells.length] : windowAround(cells, focus, room - 2);
  const shown = cells.slice(first, end);
  const lead = near > 0 || first > 0 ? '…' : '';
  const tail = far < line.length || end < cells.length ? '…' : '';
  const shownFrom = shown.at(0)?.start ?? 0;
  const shownTo = shown.at(-1)?.end ?? 0;
  return {
    text: `${lead}${shown.map((cell) => cell.text).join('')}${tail}`,
    columns({ from, to }) {
      // What lies beyond the shown part is marked at the `…` that stands for it.
      const before = from < shownFrom ? 0 : lead.length + widthOfAll(shown.filter((cell) => cell.end <= from));
      const upTo = lead.length + widthOfAll(shown.filter((cell) => cell.start < to));
      return [before, to > shownTo ? upTo + tail.length : upTo];
    },
  };
}

/** What of a line is to be seen above all: its marks, or where they are too far apart, the one that matters most. */
function focusOf(marks: readonly LineMark[], room: number): Stretch {
  const [first] = marks;
  if (!first) return { from: 0, to: 0 };
  const from = Math.min(...marks.map((mark) => mark.from));
  const to = Math.max(...marks.map((mark) => mark.to));
  return to - from <= room ? { from, to } : (marks.find((mark) => mark.sign === '^') ?? first);
}

/** The cells (from the first to before the last) that are shown when there is only `room`: `focus`, then what is near. */
function windowAround(cells: readonly Cell[], focus: Stretch, room: number): readonly [number, number] {
  const start = cells.findIndex((cell) => cell.end > focus.from);
  let first = start === -1 ? cells.length : start;
  let end = first;
  let left = room;
  const take = (cell: Cell | undefined): boolean => {
    if (cell === undefined || cell.width > left) return false;
    left -= cell.width;
    return true;
  };
  for (let cell = cells[end]; cell && cell.start < focus.to && take(cell); cell = cells[end]) end++;
  for (;;) {
    const before = take(cells[first - 1]);
    if (before) first--;
    const after = take(cells[end]);
    if (after) end++;
    if (!before && !after) return [first, end];
  }
}

function widthOfAll(cells: readonly Cell[]): number {
  return cells.reduce((width, cell) => width + cell.width, 0);
}

/** `index`, or the one before when it falls between the two halves of a character. */
function wholeCharacter(text: string, index: number): number {
  return /^[\udc00-\udfff]/.test(text.slice(index, index + 1)) && index > 0 ? index - 1 : index;
}
