import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DesiredState } from '../config/model/desired-state.ts';
import { textAt } from '../values/json.ts';
import type { DistEntry, DistPath } from './dist.ts';
import { readEntries } from './dist.ts';
import { placeOf } from '../manifests/layout.ts';
import type { ManifestFile } from '../manifests/manifest-file.ts';
import { groupedBy } from '../values/order.ts';
import type { Source } from '../source/source.ts';
import type { ConfigFiles } from '../config/reading/files.ts';

/** What the files of an organization say, and the files themselves. */
export interface OrganizationInput {
  readonly files: ConfigFiles;
  readonly sources: ReadonlyMap<string, Source>;
  readonly desired: DesiredState;
  readonly asOf: string;
}

/**
 * What `synth` remembers between runs: of each cluster, a digest of all that it was rendered from, and one of what was
 * rendered and passed the rules. Where both are the same again, rendering would give what is there, so it is left out.
 * `synth --check` never looks at this, and neither does anything else. It is kept outside of the organization, in the
 * user's own cache, and losing it costs a second.
 */
export interface KnownClusters {
  /** By name. */
  readonly clusters: ReadonlyMap<string, Known>;
}

/** The digests of a cluster. */
export interface Known {
  readonly from: string;
  readonly to: string;
}

/** Where it is kept, and the program that it holds for: another one may render otherwise. */
export interface KnownClustersPlace {
  readonly file: string;
  readonly program: string;
}

/** The place for an organization's folder in a cache folder. */
export function placeIn(cache: string, dir: string, program: string): KnownClustersPlace {
  return { file: join(cache, 'tenantry', `${digest([dir])}.json`), program };
}

/** Reads what is remembered: nothing, where it is not there, was written by another program or is damaged. */
export function readKnownClusters({ file, program }: KnownClustersPlace): KnownClusters {
  const nothing = { clusters: new Map<string, Known>() };
  try {
    const text: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (textAt(text, 'program') !== program) return nothing;
    const clusters = typeof text === 'object' && text !== null && 'clusters' in text ? text.clusters : undefined;
    if (typeof clusters !== 'object' || clusters === null) return nothing;
    return {
      clusters: new Map(
        Object.entries(clusters).flatMap(([name, known]) => {
          const [from, to] = [textAt(known, 'from'), textAt(known, 'to')];
          return from === undefined || to === undefined ? [] : [[name, { from, to }] as const];
        }),
      ),
    };
  } catch {
    return nothing;
  }
}

/** Remembers. Where that cannot be written, the next run does all of its work, and that is all. */
export function writeKnownClusters({ file, program }: KnownClustersPlace, { clusters }: KnownClusters): void {
  try {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.part`, JSON.stringify({ program, clusters: Object.fromEntries(clusters) }), { mode: 0o600 });
    renameSync(`${file}.part`, file);
  } catch {
    // A read-only home, a full disk.
  }
}

/**
 * Digests of all that each cluster is rendered from: the day, the organization's file, its own file and certificates, the
 * names of all tenants, and the whole files of those that have namespaces on it.
 */
export function digestsOfConfig({ files, sources, desired, asOf }: OrganizationInput): Map<string, string> {
  const bySource = new Map<string, string>();
  const ofFile = (file: string): string => {
    const known = bySource.get(file) ?? sourceDigest(sources.get(file));
    bySource.set(file, known);
    return known;
  };
  const common = digest([
    asOf,
    ofFile(desired.organization.origin.file),
    ...files.certificates.keys(),
    ...files.certificates.values(),
    ...desired.tenants.map(({ name }) => name),
  ]);
  const tenantsOn = tenantFilesByCluster(desired);
  return new Map(
    desired.clusters.map(({ name, origin }) => [
      name,
      digest([
        common,
        ofFile(origin.file),
        ...Array.from(tenantsOn.get(name) ?? []).map((file) => file + ofFile(file)),
      ]),
    ]),
  );
}

function tenantFilesByCluster({ tenants }: DesiredState): Map<string, Set<string>> {
  const byCluster = new Map<string, Set<string>>();
  for (const { origin, namespaces } of tenants) {
    for (const { value } of namespaces.flatMap(({ clusters }) => clusters)) {
      const there = byCluster.get(value) ?? new Set<string>();
      byCluster.set(value, there.add(origin.file));
    }
  }
  return byCluster;
}

/** A TypeScript file's text does not say what it comes to: it may import others. */
function sourceDigest(source: Source | undefined): string {
  if (!source) return '';
  return digest([source.text, source.language === 'yaml' ? '' : JSON.stringify(source.value)]);
}

/** A digest of what stands in `dist/` of a cluster, or should. The files are sorted by path. */
export function digestOfFiles(files: readonly (ManifestFile | DistEntry)[]): string {
  return digest(
    files.flatMap((file) => [
      'executable' in file && file.executable ? 'executable' : '',
      file.path,
      // Of what is no file there is no text, and a digest that no rendered file has.
      file.text === undefined ? 'not a file' : `file ${file.text}`,
    ]),
  );
}

/** The digests of what stands in the folder `dist`, by cluster. */
export function digestsOfDist(
  dist: string,
  entries: ReadonlyMap<string, readonly DistPath[]>,
): ReadonlyMap<string, string> {
  return new Map(Array.from(entries, ([name, paths]) => [name, digestOfFiles(readEntries(dist, paths))]));
}

/** What belongs to each cluster: its folder, and its folders below others. */
export function filesByCluster<T extends { readonly path: string }>(
  entries: readonly T[],
  names: ReadonlySet<string>,
): Map<string, T[]> {
  const owner = ({ path }: T): string => {
    const { cluster = '' } = placeOf(path);
    return names.has(cluster) ? cluster : '';
  };
  const byCluster = groupedBy(entries, owner);
  byCluster.delete('');
  return byCluster;
}

/** A digest of texts, each with its length, so that none can run on into the next. */
function digest(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length} `).update(text);
  return hash.digest('base64url');
}
