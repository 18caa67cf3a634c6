import type { Origin, PathStep } from '../../source/source.ts';
import { originAt, originPath } from '../../source/source.ts';
import type { Located } from '../model/desired-state.ts';

/**
 * A checked value together with where it was written, and the paths below it that failed the check. Walking through
 * cursors gives every part its origin, and passes over the failed parts as if they were absent.
 */
export interface Cursor<T> {
  readonly value: T;
  readonly origin: Origin;
  readonly failed: ReadonlySet<string>;
  /** The paths that have a failed one below them. */
  readonly damaged: ReadonlySet<string>;
}

/** One string for a path, for `Cursor.failed`. */
export function pathKey(path: readonly PathStep[]): string {
  return JSON.stringify(path);
}

/** The cursor at `key`, or undefined when it is absent or failed its check. */
export function field<T extends object, K extends keyof T & string>(
  cursor: Cursor<T>,
  key: K,
): Cursor<NonNullable<T[K]>> | undefined {
  const value = cursor.value[key];
  if (value === undefined || value === null) return undefined;
  const origin = originAt(cursor.origin, key);
  return hasFailed(cursor.failed, origin) ? undefined : below(cursor, value, origin);
}

/**
 * The cursor at `key` of a value that is used as it is, not walked through. Undefined also when a part of it failed:
 * half a quota, or a share without its end, is not what anybody wrote.
 */
export function wholeField<T extends object, K extends keyof T & string>(
  cursor: Cursor<T>,
  key: K,
): Cursor<NonNullable<T[K]>> | undefined {
  const found = field(cursor, key);
  return found && isWhole(found) ? found : undefined;
}

/** The cursors of an array's items, without those that failed; none for an array that is absent. */
export function items<T>(array: Cursor<readonly T[]> | undefined): Cursor<T>[] {
  if (!array) return [];
  const all = array.value.map((value, i) => below(array, value, originAt(array.origin, i)));
  return array.failed.size === 0 ? all : all.filter(({ origin }) => !hasFailed(array.failed, origin));
}

/** The items that are used as they are, not walked through: without those of which a part failed. */
export function wholeItems<T>(array: Cursor<readonly T[]> | undefined): Cursor<T>[] {
  return items(array).filter(isWhole);
}

/** The cursors of a record's values by key, without those that failed; none for a record that is absent. */
export function entries<T>(record: Cursor<Readonly<Record<string, T>>> | undefined): [string, Cursor<T>][] {
  if (!record) return [];
  return Object.entries(record.value).flatMap(([key, value]) => {
    const origin = originAt(record.origin, key);
    return hasFailed(record.failed, origin) ? [] : [[key, below(record, value, origin)]];
  });
}

/** A cursor's value, with its origin. */
export function located<T>(cursor: Cursor<T>): Located<T> {
  return { value: cursor.value, origin: cursor.origin };
}

/** The value at `key`, or by default `fallback`. */
export function locatedOr<T extends object, K extends keyof T & string>(
  cursor: Cursor<T>,
  key: K,
  fallback: NonNullable<T[K]>,
): Located<NonNullable<T[K]>> {
  const found = wholeField(cursor, key);
  return found ? located(found) : { value: fallback, origin: originAt(cursor.origin, key), byDefault: true };
}

/** `{ [key]: value }`, or nothing when there is no value: for optional properties that must not hold `undefined`. */
export function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  const result: Partial<Record<K, V>> = {};
  if (value !== undefined) result[key] = value;
  return result;
}

/** The value at `key`, or undefined when it is absent or a part of it failed. */
export function locatedField<T extends object, K extends keyof T & string>(
  cursor: Cursor<T>,
  key: K,
): Located<NonNullable<T[K]>> | undefined {
  const found = wholeField(cursor, key);
  return found && located(found);
}

/** Every property by its name: there are hundreds of thousands of cursors, and spreading takes longer. */
function below<T>({ failed, damaged }: Cursor<unknown>, value: T, origin: Origin): Cursor<T> {
  return { value, origin, failed, damaged };
}

function isWhole({ origin, damaged }: Cursor<unknown>): boolean {
  return !hasFailed(damaged, origin);
}

function hasFailed(failed: ReadonlySet<string>, origin: Origin): boolean {
  return failed.size > 0 && failed.has(pathKey(originPath(origin)));
}
