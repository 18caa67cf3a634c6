import { InvalidArgumentError, Option } from 'commander';
import type { Io } from '../app/io.ts';

/** What the declarations of commands share. */
export interface Declared {
  readonly io: (dir: string | undefined) => Io;
  readonly run: (exitCode: Promise<number>) => Promise<void>;
}

/** What every command that looks at an organization takes. */
export interface Shared {
  readonly dir?: string;
}

export const day = (value: string): string => {
  const date = new Date(`${value}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== value) {
    throw new InvalidArgumentError('Give a day as YYYY-MM-DD, for example 2026-12-31.');
  }
  return value;
};

export const dirOption = () =>
  new Option(
    '--dir <folder>',
    "the organization's folder (default: $TENANTRY_DIR, or the nearest one from here up to the repository's root)",
  );
export const asOfOption = () =>
  new Option(
    '--as-of <day>',
    'the day (UTC) to take for today: shares that have ended before it are left out',
  ).argParser(day);
export const tableFormat = () =>
  new Option('--format <format>', 'how to print').choices(['table', 'json', 'csv']).default('table');
