import type { Table, ValueKeys, ValuesOf } from '../../settings/setting.ts';
import { keysOf, valuesIn } from '../../settings/setting.ts';
import type { Origin } from '../../source/source.ts';
import { originAt } from '../../source/source.ts';
import type { Cursor } from '../reading/cursor.ts';
import { wholeField } from '../reading/cursor.ts';
import type { Located, LocatedValues, Resolved } from './located.ts';

/** The values as they are written: without those of which a part failed its check. */
export function writtenValues<V extends object>(
  keys: ValueKeys<V>,
  cursor: Cursor<Partial<V>> | undefined,
): LocatedValues<V> {
  const found: { -readonly [K in keyof V]?: Located<V[K]> } = {};
  if (!cursor) return found;
  const add = (key: keyof V & string): void => {
    const origin = wholeField(cursor, key)?.origin;
    const value = cursor.value[key];
    if (origin && value !== undefined) found[key] = { value, origin };
  };
  for (const key of keysOf(keys)) add(key);
  return found;
}

/** The values of a table by default; `home` is where they would be written. */
export function defaultValues<V extends object>(keys: ValueKeys<V>, home: Origin): LocatedValues<V> {
  const found: { -readonly [K in keyof V]?: Located<V[K]> } = {};
  const add = (key: keyof V & string): void => {
    const value = keys[key].default;
    if (value !== undefined) found[key] = { value, origin: originAt(home, key), byDefault: true };
  };
  for (const key of keysOf(keys)) add(key);
  return found;
}

/**
 * The values of a table: written, or by default. What must be written and failed its check is passed on as it is, as what
 * is wrong with it is said elsewhere.
 */
export function resolveValues<T extends Table>(
  table: T,
  cursor: Cursor<Partial<ValuesOf<T>>> | undefined,
  home: Origin,
): Resolved<T> {
  const keys = valuesIn(table);
  const values = {
    ...(cursor && failedValues(keys, cursor)),
    ...defaultValues(keys, home),
    ...writtenValues(keys, cursor),
  };
  if (!isResolved(table, values)) throw new Error('a value that must be there is not');
  return values;
}

function failedValues<V extends object>(keys: ValueKeys<V>, cursor: Cursor<Partial<V>>): LocatedValues<V> {
  const found: { -readonly [K in keyof V]?: Located<V[K]> } = {};
  const add = (key: keyof V & string): void => {
    const value = cursor.value[key];
    if (keys[key].required && value !== undefined) {
      found[key] = { value, origin: originAt(cursor.origin, key), byDefault: true };
    }
  };
  for (const key of keysOf(keys)) add(key);
  return found;
}

function isResolved<T extends Table>(table: T, values: LocatedValues<ValuesOf<T>>): values is Resolved<T> {
  return keysOf(table).every((key) => {
    const declared: object = { ...table[key] };
    return !('default' in declared || 'required' in declared) || Object.hasOwn(values, key);
  });
}
