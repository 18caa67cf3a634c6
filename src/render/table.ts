import type { Style } from './style.ts';
import { clip, visible, widthOf } from './text.ts';

/** A column of a list, for people and for spreadsheets alike. */
export interface Column<Row> {
  /** In ordinary case, as `Shared with`. */
  readonly header: string;
  readonly cell: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Colours a cell. It is given the text as shown; what it adds is not counted as width. */
  readonly colour?: (text: string, row: Row) => string;
}

export interface TableOptions {
  readonly style: Style;
  /** The width of the terminal. Only then is anything cut: never give it when the output goes to a file or a pipe. */
  readonly width?: number;
}

const gap = '   ';

/** Cut columns keep as much, unless they are narrower anyway. */
const narrowest = 8;

/** An aligned table without borders: headers in capitals, a line for each row, no space at the ends of lines. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: Iterable<Row>,
  { style, width }: TableOptions,
): string {
  const headers = columns.map((column) => visible(column.header.toUpperCase()));
  const lines = Array.from(rows, (row) => ({ row, cells: columns.map((column) => visible(column.cell(row))) }));
  const natural = headers.map((header, i) =>
    lines.reduce((widest, { cells }) => Math.max(widest, widthOf(cells[i] ?? '')), widthOf(header)),
  );
  const widths = width === undefined ? natural : fitted(natural, width);

  const line = (cells: readonly string[], colour: (text: string, i: number) => string): string => {
    const shown = cells.map((cell, i) => {
      const room = widths[i] ?? 0;
      const text = clip(cell, room);
      const padding = ' '.repeat(Math.max(0, room - widthOf(text)));
      const coloured = text === '' ? '' : colour(text, i);
      return columns[i]?.align === 'right' ? `${padding}${coloured}` : `${coloured}${padding}`;
    });
    return `${shown.join(gap).trimEnd()}\n`;
  };
  return [
    line(headers, style.bold),
    ...lines.map(({ row, cells }) => line(cells, (text, i) => columns[i]?.colour?.(text, row) ?? text)),
  ].join('');
}

/** `widths` made to fit in `room` by narrowing the widest first. A table that cannot fit is left too wide. */
function fitted(widths: readonly number[], room: number): number[] {
  const fitting = [...widths];
  let excess = fitting.reduce((sum, width) => sum + width, gap.length * (fitting.length - 1)) - room;
  while (excess > 0) {
    const widest = Math.max(...fitting);
    if (widest <= narrowest) break;
    fitting[fitting.indexOf(widest)] = widest - 1;
    excess--;
  }
  return fitting;
}
