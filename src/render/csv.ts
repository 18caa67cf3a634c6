import type { Column } from './table.ts';
import { visible } from './text.ts';

/**
 * The same list for spreadsheets: RFC 4180, with a header, UTF-8 without a byte order mark.
 *
 * A cell that a spreadsheet would take for a formula gets an apostrophe in front, which spreadsheets show as plain
 * text: whoever can name a group must not run code on the machine of an auditor who opens the report. A program that
 * needs the exact names reads the JSON format instead.
 */
export function csv<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): string {
  const lines = [
    columns.map((column) => column.header),
    ...Array.from(rows, (row) => columns.map((column) => column.cell(row))),
  ];
  return lines.map((cells) => `${cells.map(field).join(',')}\r\n`).join('');
}

/** What starts a formula in one spreadsheet or another, also after spaces and as a full-width character. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

const plainNumber = /^[+-]?\d+(?:\.\d+)?$/;

function field(value: string): string {
  const text = visible(value);
  const harmless = formula.test(text) && !plainNumber.test(text) ? `'${text}` : text;
  return /[",]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
