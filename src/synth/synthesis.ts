import type { DesiredState } from '../config/model/desired-state.ts';
import { clusterInputs } from '../manifests/cluster-input.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import { rules } from '../rules/index.ts';
import { checkRendered } from '../rules/run.ts';
import { sortedBy } from '../values/order.ts';
import type { CachePlace } from './cached.ts';
import { cached } from './cached.ts';
import type { Difference, Dist } from './dist.ts';
import { compareDist, readEntries } from './dist.ts';
import { isWorthTwo, parallel } from './parallel.ts';
import type { ClusterResult, Synthesizer, Work } from './synthesizer.ts';
import { plainSynthesizer } from './synthesizer.ts';

interface SynthesisOptions {
  readonly dist: Dist;
  /** How many tenants there are; about right will do. */
  readonly tenants: number;
  /** Whether what differs is to be shown, and nothing to be written. */
  readonly isCheck: boolean;
  /** Where to remember what was rendered; without it everything is rendered. */
  readonly cache?: CachePlace | undefined;
  /** Where a second thread may be used, its script. */
  readonly threadScript?: URL | undefined;
  /** Hears of how many clusters are going to be rendered. */
  readonly onRender: (clusters: number) => void;
}

/** The synthesizer for a run. */
export function synthesizerFor(options: SynthesisOptions): Synthesizer {
  const { dist, tenants, isCheck, cache, threadScript, onRender } = options;
  const withDigests = cache !== undefined;
  const plain = plainSynthesizer({ dist, withDigests, onRender });
  const threads =
    threadScript && isWorthTwo(tenants)
      ? parallel(plain, threadScript, { folder: dist.folder, withDigests, withTexts: isCheck })
      : plain;
  return cache ? cached(threads, { dist, place: cache }) : threads;
}

/** All of `dist/`, rendered, and not written yet. */
export interface Synthesis {
  /** What the rules about the rendered tree say. */
  readonly problems: readonly Diagnostic[];
  /** Sorted by path. */
  readonly differences: readonly Difference[];
  /** Of all files that should be in `dist/`. */
  readonly paths: readonly string[];
}

/** Renders all of `dist/`: the clusters, what sets up Argo CD for them, and what should not be there. */
export function synthesis(
  synthesizer: Synthesizer,
  dist: Dist,
  { desired, asOf }: { readonly desired: DesiredState; readonly asOf: string },
): Work<Synthesis> {
  const clusters = synthesizer.clusters(clusterInputs(desired, asOf));
  return async () => {
    // Before anything is waited for: whoever runs this hears on his own thread that there is no such folder.
    dist.all();
    const ofClusters = await clusters();
    const paths = ofClusters.flatMap((result) => result.paths);
    const results = [...ofClusters, await restOf(desired, dist, paths)];
    return {
      problems: results.flatMap(({ problems }) => problems),
      differences: sortedBy(
        results.flatMap(({ differences }) => differences),
        ({ path }) => path,
      ),
      paths: results.flatMap((result) => result.paths),
    };
  };
}

/** What is of no cluster: what sets up Argo CD, and what else stands in `dist/`. `paths` are those of all clusters. */
async function restOf(
  desired: DesiredState,
  dist: Dist,
  paths: readonly string[],
): Promise<Omit<ClusterResult, 'name'>> {
  // cdk8s is not loaded where there is nothing to render.
  const { files, objects } = desired.organization.argoCD
    ? (await import('../manifests/render.ts')).renderArgoCD(desired, paths)
    : { files: [], objects: [] };
  const others = dist.ofOthers(new Set(desired.clusters.map(({ name }) => name)));
  return {
    problems: checkRendered(rules, objects),
    differences: compareDist(files, readEntries(dist.folder, others)),
    paths: files.map(({ path }) => path),
  };
}
