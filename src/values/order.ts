/**
 * Order by UTF-16 code unit: the same on every machine, whatever its locale.
 * Everything that tenantry sorts, it sorts with this.
 */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A sorted copy of `items`, by the string (or the strings, first difference decides) that `key` gives for each. */
export function sortedBy<T>(items: Iterable<T>, key: (item: T) => string | readonly string[]): T[] {
  const keyed = Array.from(items, (item) => {
    const k = key(item);
    return { item, keys: typeof k === 'string' ? [k] : k };
  });
  keyed.sort((a, b) => {
    for (const [i, left] of a.keys.entries()) {
      const order = compareCodeUnits(left, b.keys[i] ?? '');
      if (order !== 0) return order;
    }
    return a.keys.length - b.keys.length;
  });
  return keyed.map(({ item }) => item);
}

/** Adds an item to the list that a map has for a key. */
export function addTo<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

/** `items` in groups by the string that `key` gives, in order of first appearance. */
export function groupedBy<T, K = string>(items: Iterable<T>, key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) addTo(groups, key(item), item);
  return groups;
}
