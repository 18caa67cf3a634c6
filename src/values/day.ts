/**
 * Days of the calendar, as `YYYY-MM-DD` in UTC: how config files write them, and what `--as-of` takes.
 * Such strings sort by time. There is no clock here: today is a value that somebody passes in.
 */

const dayPattern = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const millisecondsOfDay = 24 * 60 * 60 * 1000;
const firstDay = '0000-01-01';
const lastDay = '9999-12-31';

/** Whether `text` has the form of a day and the calendar has it: 2024-02-29 it has, 2026-02-29 it has not. */
export function isDay(text: string): boolean {
  return dayPattern.test(text) && dayOf(timeOf(text)) === text;
}

/** The day that is `days` after `day` (before it, for a negative number), within the years of four digits. */
export function addDays(day: string, days: number): string {
  const time = timeOf(day) + days * millisecondsOfDay;
  return dayOf(Math.min(Math.max(time, timeOf(firstDay)), timeOf(lastDay)));
}

/** How many days lie between two days: 0 for the same one, negative when `to` is the earlier. */
export function daysBetween(from: string, to: string): number {
  return (timeOf(to) - timeOf(from)) / millisecondsOfDay;
}

/** The day (UTC) of a moment in milliseconds since 1970; empty for no moment at all. */
export function dayOf(time: number): string {
  return Number.isNaN(time) ? '' : new Date(time).toISOString().slice(0, 10);
}

function timeOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
