import { describe, expect, it } from 'vitest';
import { withItems, withRelease } from '../../scripts/recorded.ts';
import type { Entry } from '../../scripts/recorded.ts';
import { isIn, nearestRecorded, recordedVersions } from '../../src/kubernetes/recorded-versions.ts';
import type { RecordedVersions } from '../../src/kubernetes/recorded-versions.ts';

describe('the version that is nearest to a cluster’s', () => {
  const versions = { '1.36': 'v1.36.3', '1.9': 'v1.9.1', '1.30': 'v1.30.14' };
  it.each([
    ['1.30', 'v1.30.14'],
    ['1.33', 'v1.30.14'],
    ['1.36', 'v1.36.3'],
    ['1.37', 'v1.36.3'],
    ['1.10', 'v1.9.1'],
    ['1.8', 'v1.9.1'],
  ])('of %s is %s', (version, release) => {
    expect(nearestRecorded(recordedVersions(versions), version).release).toBe(release);
  });
});

/** What several versions have, recorded in some order. */
function recorded(all: readonly (readonly [version: string, names: readonly string[]])[]) {
  let versions: RecordedVersions = {};
  let entries: readonly Entry[] = [];
  for (const [version, names] of all) {
    const after = withRelease(versions, version, `v${version}.0`);
    const items = names.map((name) => ({ name }));
    const minor = Number(version.split('.')[1]);
    entries = withItems({ entries, versions }, { items, minor, versions: after }, (one) => [JSON.stringify(one)]);
    versions = after;
  }
  return { versions, entries };
}

describe('what is recorded of several versions', () => {
  const all = [
    ['1.30', ['gone', 'kept', 'back']],
    ['1.31', ['kept', 'passing']],
    ['1.36', ['kept', 'new', 'back']],
  ] as const;

  it('says once what is so in all of them, and of the rest since and until when', () => {
    const { versions, entries } = recorded(all);
    expect(Object.keys(versions)).toEqual(['1.30', '1.31', '1.36']);
    expect(entries).toEqual([
      { name: 'back', until: 30 },
      { name: 'back', since: 36 },
      { name: 'gone', until: 30 },
      { name: 'kept' },
      { name: 'new', since: 36 },
      { name: 'passing', since: 31, until: 31 },
    ]);
  });

  it('is the same in whatever order it was recorded, and gives back what each has', () => {
    const [oldest, middle, newest] = all;
    const expected = recorded(all);
    expect(recorded([newest, oldest, middle])).toEqual(expected);
    // Once more, and after something else was said of it.
    expect(recorded([['1.31', ['wrong', 'gone']], ...all, oldest])).toEqual(expected);
    for (const [i, [, names]] of all.entries()) {
      const version = recordedVersions(expected.versions)[i];
      if (version === undefined) throw new Error('not recorded');
      const there = expected.entries.filter((entry) => isIn(entry, version));
      expect(there.map((entry) => ('name' in entry ? entry.name : undefined)).sort()).toEqual([...names].sort());
    }
  });
});
