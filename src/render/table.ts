import type { Style } from './style.ts';
import { clip, visible, widthOf } from './text.ts';

/** A column of a list, for people and for spreadsheets alike. */
export interface Column<Row> {
  /** In ordinary case, as `Shared with`. */
  readonly header: string;
  readonly cell: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** What stands in a cell that has less room than it needs. Default: the cell without its middle. */
  readonly narrowed?: (row: Row, room: number) => string;
  /** Narrowed only after the others: what is in it is of no use in part. */
  readonly keep?: true;
  /** Colours a cell. It is given the text as shown; what it adds is not counted as width. */
  readonly colour?: (text: string, row: Row) => string;
}

export interface TableOptions {
  readonly style: Style;
  /** The width of the terminal. Only then is anything cut: never give it when the output goes to a file or a pipe. */
  readonly width?: number;
}

const gap = '   ';

/** Cut columns keep as much, unless they are narrower anyway: the first as long as anything else can be cut. */
const narrow = { first: 16, then: 10, last: 8 };

/**
 * An aligned table without borders: headers in capitals, a line for each row, no space at the ends of lines. In a terminal,
 * columns without anything in them are left out, and what is too long loses its middle: names differ at their ends, and
 * lines are told there.
 */
export function table<Row>(all: readonly Column<Row>[], rows: Iterable<Row>, { style, width }: TableOptions): string {
  const told = Array.from(rows);
  const columns =
    width === undefined || told.length === 0 ? all : all.filter(({ cell }) => told.some((row) => cell(row) !== ''));
  const headers = columns.map((column) => visible(column.header.toUpperCase()));
  const lines = told.map((row) => ({ row, cells: columns.map((column) => visible(column.cell(row))) }));
  const natural = headers.map((header, i) =>
    lines.reduce((widest, { cells }) => Math.max(widest, widthOf(cells[i] ?? '')), widthOf(header)),
  );
  const kept = columns.map(({ keep }) => keep === true);
  const widths = width === undefined ? natural : fitted(natural, kept, width);

  const line = (cells: readonly string[], colour: (text: string, i: number) => string, row?: Row): string => {
    const shown = cells.map((cell, i) => {
      const room = widths[i] ?? 0;
      const narrowed = widthOf(cell) > room && row !== undefined ? columns[i]?.narrowed?.(row, room) : undefined;
      const text = clip(narrowed === undefined ? cell : visible(narrowed), room);
      const padding = ' '.repeat(Math.max(0, room - widthOf(text)));
      const coloured = text === '' ? '' : colour(text, i);
      return columns[i]?.align === 'right' ? `${padding}${coloured}` : `${coloured}${padding}`;
    });
    return `${shown.join(gap).trimEnd()}\n`;
  };
  return [
    line(headers, style.bold),
    ...lines.map(({ row, cells }) => line(cells, (text, i) => columns[i]?.colour?.(text, row) ?? text, row)),
  ].join('');
}

/**
 * `widths` made to fit in `room` by narrowing the widest first, those to be kept last of all. A table that cannot fit is left
 * too wide.
 */
function fitted(widths: readonly number[], kept: readonly boolean[], room: number): number[] {
  const fitting = [...widths];
  let excess = fitting.reduce((sum, width) => sum + width, gap.length * (fitting.length - 1)) - room;
  const narrowTo = (least: number, isCut: (i: number) => boolean): void => {
    while (excess > 0) {
      const widest = Math.max(0, ...fitting.filter((_, i) => isCut(i)));
      if (widest <= least) break;
      const i = fitting.findIndex((width, at) => width === widest && isCut(at));
      fitting[i] = widest - 1;
      excess--;
    }
  };
  narrowTo(narrow.first, (i) => kept[i] !== true);
  narrowTo(2 * narrow.first, () => true);
  narrowTo(narrow.then, (i) => kept[i] !== true);
  narrowTo(narrow.first, () => true);
  narrowTo(narrow.last, () => true);
  return fitting;
}
