import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../values/failure.ts';
import { once } from '../values/once.ts';
import { compareCodeUnits, groupedBy, sortedBy } from '../values/order.ts';
import { generatedMark, placeOf } from '../manifests/layout.ts';
import type { ManifestFile } from '../manifests/manifest-file.ts';
import { onSystem, systemCode } from '../values/system-error.ts';
import { isTemporary, replaceFile } from './replace-file.ts';

/** A path in `dist/`, relative to it. What is no plain file, a link among others, is `other`. */
export interface DistPath {
  readonly path: string;
  readonly kind: 'file' | 'other';
}

/** What stands at a path in `dist/` now. */
export interface DistEntry extends DistPath {
  /** Of a file. */
  readonly text?: string;
  readonly executable?: boolean;
}

/** One way in which `dist/` is not what the config says. */
export type Difference =
  | { readonly kind: 'missing'; readonly path: string; readonly expected: string }
  | { readonly kind: 'changed'; readonly path: string; readonly expected: string; readonly actual: string }
  | { readonly kind: 'mode'; readonly path: string }
  | { readonly kind: 'stale'; readonly path: string; readonly actual: string }
  /** Left behind by a run that was killed. */
  | { readonly kind: 'temporary'; readonly path: string }
  /** Not written by tenantry, or not a plain file: never touched. */
  | { readonly kind: 'foreign'; readonly path: string };

/** Whether undoing a difference writes a file. */
export function isWritten({ kind }: Difference): boolean {
  return kind === 'missing' || kind === 'changed';
}

/** A difference as far as it need not be shown. */
export function withoutTexts(difference: Difference): Difference {
  switch (difference.kind) {
    case 'missing':
      return { ...difference, expected: '' };
    case 'changed':
      return { ...difference, expected: '', actual: '' };
    case 'stale':
      return { ...difference, actual: '' };
    case 'mode':
    case 'temporary':
    case 'foreign':
      return difference;
  }
}

/** The folder `dist/`, with what stands there: it is listed when that is first asked for. */
export interface Dist {
  /** Absolute. */
  readonly folder: string;
  /** Everything, sorted by path. */
  readonly all: () => readonly DistPath[];
  /** What is in the folders of a cluster, sorted by path. */
  readonly ofCluster: (name: string) => readonly DistPath[];
  /** What is in the folder of none of these clusters, sorted by path. */
  readonly ofOthers: (clusters: ReadonlySet<string>) => readonly DistPath[];
}

/** The folder `dist/` at an absolute path. */
export function distIn(folder: string): Dist {
  const all = once(() => listDist(folder));
  const byCluster = once(() => groupedBy(all(), clusterOf));
  return {
    folder,
    all,
    ofCluster: (name) => byCluster().get(name) ?? [],
    ofOthers: (clusters) => all().filter((entry) => !clusters.has(clusterOf(entry))),
  };
}

/** The cluster of a path; empty for what is of none. */
function clusterOf({ path }: DistPath): string {
  return placeOf(path).cluster ?? '';
}

/** Everything below `dist/`, sorted by path. Links are entries of their own kind, and never followed. */
function listDist(dist: string): DistPath[] {
  const entries: DistPath[] = [];
  const walk = (folder: string): void => {
    const within = join(dist, folder);
    // Another run may have removed it since.
    for (const entry of onPresent(`list ${within}`, () => readdirSync(within, { withFileTypes: true })) ?? []) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else entries.push({ path, kind: entry.isFile() ? 'file' : 'other' });
    }
  };
  const root = onPresent(`look at ${dist}`, () => lstatSync(dist));
  if (!root) return [];
  if (!root.isDirectory()) {
    throw new Failure('foreign-files', `${dist} is not a folder`, {
      help: 'move it away: tenantry writes its manifests into a folder of that name',
    });
  }
  walk('');
  return sortedBy(entries, (e) => e.path);
}

/** What stands at paths that were listed. */
export function readEntries(folder: string, paths: readonly DistPath[]): DistEntry[] {
  return paths.flatMap(({ path, kind }): DistEntry[] => {
    if (kind === 'other') return [{ path, kind }];
    const at = join(folder, path);
    const read = onPresent(`read ${at}`, () => {
      const handle = openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        const { mode, size } = fstatSync(handle);
        return { executable: isExecutable(mode), text: readText(handle, size) };
      } finally {
        closeSync(handle);
      }
    });
    return read ? [{ path, kind, ...read }] : [];
  });
}

/** The text of an open file of so many bytes. */
function readText(handle: number, size: number): string {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const read = readSync(handle, bytes, length, size - length, length);
    if (read === 0) break;
    length += read;
  }
  return bytes.toString('utf8', 0, length);
}

function isExecutable(mode: number): boolean {
  return (mode & 0o111) !== 0;
}

/** Does something with what is there; undefined where nothing is, any more: another run may have removed it. */
function onPresent<T>(doing: string, work: () => T): T | undefined {
  return onSystem(doing, () => {
    try {
      return work();
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  });
}

/** All that stands in `dist/`, sorted by path. */
export function readDist(folder: string): DistEntry[] {
  return readEntries(folder, listDist(folder));
}

/** How `actual` differs from what is expected, sorted by path. */
export function compareDist(expected: readonly ManifestFile[], actual: readonly DistEntry[]): Difference[] {
  const wanted = new Map(expected.map((f) => [f.path, f.text]));
  const present = new Set<string>();
  const differences: Difference[] = [];
  for (const { path, kind, text, executable } of actual) {
    present.add(path);
    const expectedText = wanted.get(path);
    if (kind === 'file' && isTemporary(path)) differences.push({ kind: 'temporary', path });
    else if (!text?.startsWith(generatedMark)) differences.push({ kind: 'foreign', path });
    else if (expectedText === undefined) differences.push({ kind: 'stale', path, actual: text });
    else if (expectedText !== text) differences.push({ kind: 'changed', path, expected: expectedText, actual: text });
    else if (executable === true) differences.push({ kind: 'mode', path });
  }
  for (const [path, text] of wanted)
    if (!present.has(path)) differences.push({ kind: 'missing', path, expected: text });
  return differences.sort((a, b) => compareCodeUnits(a.path, b.path));
}

/**
 * Undoes the differences in mode, and gives those that are left or were undone: where the file system keeps a file
 * executable all the same, that is no difference.
 */
export function withModesSet(dist: string, differences: readonly Difference[]): Difference[] {
  return differences.filter(({ kind, path }) => {
    const at = join(dist, path);
    const isLeft = (): boolean => {
      chmodSync(at, 0o644);
      return (lstatSync(at).mode & 0o111) === 0;
    };
    return kind !== 'mode' || onPresent(`change the mode of ${at}`, isLeft) === true;
  });
}

/**
 * Makes `dist/` what is expected, by undoing the differences one file at a time, each atomically: a run that is killed
 * leaves only whole files, and the next run finishes the work. Another run at the same time does no harm: what it has
 * removed is gone, and what it has written is whole. Must not be called while there are foreign files. What the file
 * system refuses is a `Failure`.
 */
export function repairDist(dist: string, differences: readonly Difference[]): void {
  // What a killed run left behind goes first: it stands where new files are prepared.
  for (const difference of sortedBy(differences, ({ kind }) => (kind === 'temporary' ? '0' : '1'))) {
    const path = join(dist, difference.path);
    switch (difference.kind) {
      case 'foreign':
        throw new Failure('foreign-files', `${path} was not written by tenantry`);
      case 'missing':
      case 'changed':
        replaceFile(path, difference.expected);
        break;
      case 'mode':
        withModesSet(dist, [difference]);
        break;
      case 'stale':
      case 'temporary':
        onPresent(`delete ${path}`, () => {
          unlinkSync(path);
        });
        removeEmptyFolders(dist, dirname(difference.path));
        break;
    }
  }
}

function removeEmptyFolders(dist: string, folder: string): void {
  for (let at = folder; at !== '.' && at !== ''; at = dirname(at)) {
    const path = join(dist, at);
    const left = onPresent(`list ${path}`, () => readdirSync(path));
    if (left && left.length > 0) return;
    onPresent(`delete the folder ${path}`, () => {
      try {
        rmdirSync(path);
      } catch (error) {
        // Another run has put something into it.
        if (systemCode(error) !== 'ENOTEMPTY') throw error;
      }
    });
  }
}
