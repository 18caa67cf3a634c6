import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { textAt } from '../values/json.ts';
import { digest, digestOfInput } from './digest.ts';
import type { Dist } from './dist.ts';
import { replaceFile } from './replace-file.ts';
import type { ClusterResult, Synthesizer } from './synthesizer.ts';

/**
 * What `synth` remembers between runs: of each cluster, a digest of what it was rendered from, and one of what was rendered
 * and passed the rules. Where both are the same again, rendering would give what is there, so it is left out.
 * `synth --check` never looks at this, and neither does anything else. It is kept outside of the organization, in the
 * user's own cache, and losing it costs a second.
 */
type Memory = ReadonlyMap<string, Remembered>;

/** The digests of a cluster. */
interface Remembered {
  readonly from: string;
  readonly to: string;
}

/** Where it is kept, and the program that it holds for: another one may render otherwise. */
export interface CachePlace {
  readonly file: string;
  readonly program: string;
}

/** The place for an organization's folder in a cache folder. */
export function placeIn(cache: string, dir: string, program: string): CachePlace {
  return { file: join(cache, 'tenantry', `${digest([dir])}.json`), program };
}

/** Leaves to another synthesizer only the clusters where something is not as it was. Its results have digests. */
export function cached(
  inner: Synthesizer,
  { dist, place }: { readonly dist: Dist; readonly place: CachePlace },
): Synthesizer {
  const before = readMemory(place);
  const now = new Map<string, Remembered>();
  return {
    ...inner,
    clusters: (inputs) => {
      // Where nothing is remembered all clusters are rendered, which need not wait.
      const all = before.size === 0 ? inner.clusters(inputs) : undefined;
      const standing = all ? undefined : inner.standing(Array.from(before.keys()));
      return async () => {
        const from = new Map(inputs.map((input) => [input.cluster.name, digestOfInput(input)]));
        const to = await standing?.();
        const isKept = (name: string): boolean => {
          const known = before.get(name);
          return known !== undefined && known.from === from.get(name) && known.to === to?.get(name);
        };
        const kept = inputs.flatMap(({ cluster: { name } }): ClusterResult[] =>
          isKept(name) ? [{ ...standingResult(dist, name), digest: to?.get(name) ?? '' }] : [],
        );
        const rendered = await (all ?? inner.clusters(inputs.filter(({ cluster }) => !isKept(cluster.name))))();
        const results = [...kept, ...rendered];
        for (const { name, digest: rendition } of results) {
          const source = from.get(name);
          if (source !== undefined && rendition !== undefined) now.set(name, { from: source, to: rendition });
        }
        return results;
      };
    },
    write: async (differences) => {
      await inner.write(differences);
      writeMemory(place, now);
    },
  };
}

/** The result for a cluster whose files are what they should be. */
function standingResult(dist: Dist, name: string): ClusterResult {
  return { name, paths: dist.ofCluster(name).map(({ path }) => path), problems: [], differences: [] };
}

/** Reads what is remembered: nothing, where it is not there, was written by another program or is damaged. */
function readMemory({ file, program }: CachePlace): Memory {
  const nothing = new Map<string, Remembered>();
  try {
    const text: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (textAt(text, 'program') !== program) return nothing;
    const clusters = typeof text === 'object' && text !== null && 'clusters' in text ? text.clusters : undefined;
    if (typeof clusters !== 'object' || clusters === null) return nothing;
    return new Map(
      Object.entries(clusters).flatMap(([name, known]) => {
        const [from, to] = [textAt(known, 'from'), textAt(known, 'to')];
        return from === undefined || to === undefined ? [] : [[name, { from, to }] as const];
      }),
    );
  } catch {
    return nothing;
  }
}

/** Remembers. Where that cannot be written, the next run does all of its work, and that is all. */
function writeMemory({ file, program }: CachePlace, memory: Memory): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    replaceFile(file, JSON.stringify({ program, clusters: Object.fromEntries(memory) }), 0o600);
    forgetOldest(dirname(file));
  } catch {
    // A read-only home, a full disk.
  }
}

/** So many folders are remembered. Each checkout of each CI job is one. */
const mostMemories = 64;

/** Deletes what was written longest ago; what a run that was killed left half done counts as a memory. Other files are none of ours. */
function forgetOldest(folder: string): void {
  const ours = readdirSync(folder)
    .filter((name) => /^[\w-]{43}\.json(?:\..*)?$/.test(name))
    .flatMap((name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false });
      return stat ? [{ path: join(folder, name), written: stat.mtimeMs }] : [];
    });
  ours.sort((a, b) => b.written - a.written);
  for (const { path } of ours.slice(mostMemories)) rmSync(path, { force: true });
}
