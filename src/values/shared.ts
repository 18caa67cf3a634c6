/**
 * What both sides of a change have in the same words is one value.
 *
 * The head of a change is nearly all like its base. So reading, resolving and working out who has which access take over
 * from the base whatever is made of the same values there, and make the rest. What was taken over is *shared*: it is one
 * object on both sides, and not two that say the same. Whoever compares the sides leaves out what they share, without
 * looking into it: it cannot differ.
 *
 * Nothing follows the other way round: what is not shared may say the same all the same. So sharing saves work and never
 * changes an answer, and `test/plan/sharing.test.ts` holds all of it to two sides that know nothing of each other.
 *
 * Nowhere else is an object of one side compared with one of the other by `===`.
 */

/** The other side of a change, from which values are taken over where they would be made of the same. */
export type SharedWith<Side> = Side;

/** Whether both sides have this value. What neither has is not shared. */
export function isShared<T extends object>(ours: T | undefined, theirs: T | undefined): boolean {
  return ours !== undefined && ours === theirs;
}

/** Whether both sides have all of these values, in the same order. */
export function areShared<T extends object>(ours: readonly T[], theirs: readonly T[]): boolean {
  return ours.length === theirs.length && ours.every((value, i) => isShared(value, theirs[i]));
}

/** Those of our values that the other side does not have: all that can differ. */
export function withoutShared<T extends object>(ours: readonly T[], theirs: Iterable<T>): T[] {
  const shared = new Set(theirs);
  return ours.filter((value) => !shared.has(value));
}

/** What the other side made of a value that is shared, or else what we make of it. `made` has that by value. */
export function takeOver<K extends object, V>(made: ReadonlyMap<K, V> | undefined, of: K, make: (of: K) => V): V {
  return made?.get(of) ?? make(of);
}
