import { digestOfFiles } from './digest.ts';
import type { Difference, Dist } from './dist.ts';
import { compareDist, readEntries, repairDist } from './dist.ts';
import type { ClusterInput } from '../manifests/cluster-input.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import { rules } from '../rules/index.ts';
import { checkRendered } from '../rules/run.ts';
import { sortedBy } from '../values/order.ts';

/**
 * Makes the files of clusters: `plainSynthesizer` does, one cluster after another, and nothing else needs to be read to
 * know what `synth` does. Two others do less or do it sooner, with the same results: `cached` leaves out what is as it
 * was, and `parallel` has a second thread. Each is put around another one.
 */
export interface Synthesizer {
  /** Digests of what stands in `dist/` of clusters, by name. */
  readonly standing: (clusters: readonly string[]) => Work<ReadonlyMap<string, string>>;
  /**
   * Renders clusters, applies the rules to what is rendered and compares it with `dist/`. `next` gives the index of the
   * input whose turn it is: only those are done whose turn comes here.
   */
  readonly clusters: (inputs: readonly ClusterInput[], next?: () => number) => Work<readonly ClusterResult[]>;
  /** Undoes differences between `dist/` and what was rendered. Nothing is written before. */
  readonly write: (differences: readonly Difference[]) => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Work that others may begin at once. Who calls this waits for it, and only then any of it is done on this thread. */
export type Work<T> = () => Promise<T>;

/** What comes of one cluster. A plain value, which one thread can hand to another. */
export interface ClusterResult {
  readonly name: string;
  /** Of all files that it should have, below `dist/`. */
  readonly paths: readonly string[];
  /** What the rules say of what was rendered. */
  readonly problems: readonly Diagnostic[];
  readonly differences: readonly Difference[];
  /** Of what should stand in `dist/`, where somebody wants to know. */
  readonly digest?: string;
}

/** How the work is done. */
export interface SynthesizerOptions {
  readonly dist: Dist;
  /** Whether results have digests of what was rendered. */
  readonly withDigests: boolean;
  /** Hears of how many clusters are going to be rendered. */
  readonly onRender?: (clusters: number) => void;
}

/** Renders one cluster after another, and keeps of each the differences alone. */
export function plainSynthesizer({ dist, withDigests, onRender }: SynthesizerOptions): Synthesizer {
  return {
    standing: (clusters) => () =>
      Promise.resolve(
        new Map(clusters.map((name) => [name, digestOfFiles(readEntries(dist.folder, dist.ofCluster(name)))])),
      ),
    clusters:
      (inputs, next = inOrder()) =>
      async () => {
        if (inputs.length === 0) return [];
        onRender?.(inputs.length);
        // cdk8s is not loaded before it is needed.
        const { clusterRenderer } = await import('../manifests/render.ts');
        const render = clusterRenderer();
        const results: ClusterResult[] = [];
        for (let input = inputs[next()]; input !== undefined; input = inputs[next()]) {
          const { name } = input.cluster;
          const { files: unsorted, objects } = render(input);
          const files = sortedBy(unsorted, ({ path }) => path);
          results.push({
            name,
            paths: files.map(({ path }) => path),
            problems: checkRendered(rules, objects),
            differences: compareDist(files, readEntries(dist.folder, dist.ofCluster(name))),
            ...(withDigests && { digest: digestOfFiles(files) }),
          });
        }
        return results;
      },
    write: (differences) => {
      repairDist(dist.folder, differences);
      return Promise.resolve();
    },
    end: () => Promise.resolve(),
  };
}

function inOrder(): () => number {
  let index = 0;
  return () => index++;
}
