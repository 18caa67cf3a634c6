import type { AlwaysOf, Table, ValuesOf } from '../../settings/setting.ts';
import type { Origin } from '../../source/source.ts';

/** A value and where it was written. */
export interface Located<T> {
  readonly value: T;
  readonly origin: Origin;
  /** Nobody wrote it: the origin is where one would. */
  readonly byDefault?: true;
}

/** What is written of some values. */
export type LocatedValues<V> = { readonly [K in keyof V]?: Located<V[K]> };

/** The values of a table that are taken as a whole, each with its origin; those that always have one are always there. */
export type Resolved<T extends Table> = LocatedValues<ValuesOf<T>> & {
  readonly [K in AlwaysOf<T> & keyof ValuesOf<T>]: Located<ValuesOf<T>[K]>;
};
