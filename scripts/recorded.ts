import type { Lifetime, RecordedVersions } from '../src/kubernetes/recorded-versions.ts';
import { isIn, minorOf, recordedVersions } from '../src/kubernetes/recorded-versions.ts';
import { groupedBy, sortedBy } from '../src/values/order.ts';

/** Something that is recorded, with the versions in which it is so. */
export type Entry = object & Lifetime;

/** The release of each minor version that is recorded, with that of one more, or another release of one. */
export function withRelease(before: RecordedVersions, version: string, release: string): RecordedVersions {
  const all = Object.entries({ ...before, [version]: release });
  return Object.fromEntries(all.sort(([a], [b]) => minorOf(a) - minorOf(b)));
}

/** Entries, with what there is in a minor version in place of what they said of it, ordered by what `key` gives. */
export function withItems(
  { entries, versions: before }: { readonly entries: readonly Entry[]; readonly versions: RecordedVersions },
  {
    items,
    minor,
    versions,
  }: { readonly items: readonly object[]; readonly minor: number; readonly versions: RecordedVersions },
  key: (item: object) => readonly string[],
): Entry[] {
  const others = recordedVersions(before).filter((version) => version.minor !== minor);
  const seen = [
    ...entries.flatMap((entry) => {
      const item = withoutLifetime(entry);
      return others.filter((version) => isIn(entry, version)).map((version) => ({ item, minor: version.minor }));
    }),
    ...items.map((item) => ({ item, minor })),
  ];
  const all = recordedVersions(versions).map((version) => version.minor);
  const found = Array.from(groupedBy(seen, ({ item }) => JSON.stringify(item)).values()).flatMap((same) => {
    const lifetimes = lifetimesOf(new Set(same.map((one) => one.minor)), all);
    return same.slice(0, 1).flatMap(({ item }) => lifetimes.map((lifetime) => ({ item, lifetime })));
  });
  const since = ({ since = 0 }: Lifetime): string => String(since).padStart(3, '0');
  return sortedBy(found, ({ item, lifetime }) => [...key(item), since(lifetime)]).map(({ item, lifetime }) => ({
    ...item,
    ...lifetime,
  }));
}

function withoutLifetime({ since: _since, until: _until, ...item }: Entry): object {
  return item;
}

/** The spans of versions, without a gap among all that are recorded, in which something is so. */
function lifetimesOf(minors: ReadonlySet<number>, all: readonly number[]): Lifetime[] {
  const starts = all.filter((minor, i) => minors.has(minor) && !minors.has(all[i - 1] ?? -1));
  return starts.map((start) => {
    const rest = all.slice(all.indexOf(start));
    const gap = rest.findIndex((minor) => !minors.has(minor));
    const end = gap === -1 ? undefined : rest[gap - 1];
    return { ...(start !== all[0] && { since: start }), ...(end !== undefined && { until: end }) };
  });
}
