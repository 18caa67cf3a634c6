import type { Origin } from '../source.ts';
import { originAt, originPath } from '../source.ts';

/**
 * A checked value together with where it was written, and the paths below it that failed the check. Walking through
 * cursors gives every part its origin, and passes over the failed parts as if they were absent.
 */
export interface Cursor<T> {
  readonly value: T;
  readonly origin: Origin;
  readonly failed: ReadonlySet<string>;
}

/** One string for a path, for `Cursor.failed`. */
export function pathKey(path: readonly (string | number)[]): string {
  return JSON.stringify(path);
}

/** The cursor at `key`, or undefined when it is absent or failed its check. */
export function field<T extends object, K extends keyof T & string>(
  { value, origin, failed }: Cursor<T>,
  key: K,
): Cursor<NonNullable<T[K]>> | undefined {
  const inner = value[key];
  if (inner === undefined || inner === null) return undefined;
  const innerOrigin = originAt(origin, key);
  if (hasFailed(failed, innerOrigin)) return undefined;
  return { value: inner, origin: innerOrigin, failed };
}

/** The cursors of an array's items, without those that failed; none for an array that is absent. */
export function items<T>(array: Cursor<readonly T[]> | undefined): Cursor<T>[] {
  if (!array) return [];
  return array.value.flatMap((value, i) => {
    const origin = originAt(array.origin, i);
    return hasFailed(array.failed, origin) ? [] : [{ value, origin, failed: array.failed }];
  });
}

/** The cursors of a record's values by key, without those that failed; none for a record that is absent. */
export function entries<T>(record: Cursor<Readonly<Record<string, T>>> | undefined): [string, Cursor<T>][] {
  if (!record) return [];
  return Object.entries(record.value).flatMap(([key, value]) => {
    const origin = originAt(record.origin, key);
    return hasFailed(record.failed, origin) ? [] : [[key, { value, origin, failed: record.failed }]];
  });
}

function hasFailed(failed: ReadonlySet<string>, origin: Origin): boolean {
  return failed.size > 0 && failed.has(pathKey(originPath(origin)));
}
