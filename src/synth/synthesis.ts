import type { DesiredState } from '../config/model/desired-state.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import type { Difference, DistEntry } from './dist.ts';
import { compareDist, isWritten, listDist, readEntries, repairDist } from './dist.ts';
import { sortedBy } from '../values/order.ts';
import { rules } from '../rules/index.ts';
import { checkRendered } from '../rules/run.ts';
import type { ClusterDone } from './cluster-work.ts';
import { clusterWorker, takenFrom } from './cluster-work.ts';
import type { Known, KnownClusters, OrganizationInput } from './known-clusters.ts';
import { digestsOfConfig, digestsOfDist, filesByCluster } from './known-clusters.ts';
import { isWorthTwo, startThread, takingTurns } from './second-thread.ts';

/** What `dist/` is rendered from, beside what the files say. */
interface SynthesisOptions {
  /** How many tenants there are; about right will do. */
  readonly tenants: number;
  readonly asOf: string;
  /** The folder `dist/`, absolute. */
  readonly dist: string;
  /** Whether what differs is to be shown, and nothing to be written or remembered. */
  readonly isCheck: boolean;
  /** What was remembered; without it everything is rendered. */
  readonly remembered?: KnownClusters;
  /** Where a second thread may be used, its script. */
  readonly threadScript?: URL;
}

/** All of `dist/`, rendered, and not written yet. */
export interface Synthesis {
  /** What the rules about the rendered tree say. */
  readonly problems: readonly Diagnostic[];
  /** Sorted by path. */
  readonly differences: readonly Difference[];
  /** Of all files that should be in `dist/`. */
  readonly paths: readonly string[];
  /** What is to be remembered, once it is written. */
  readonly known: KnownClusters;
  /** Undoes the differences whose paths are chosen. */
  readonly repair: (isChosen: (path: string) => boolean) => Promise<void>;
}

/** A run of `synth`. A second thread may be at work from here to `end`. */
export interface ClusterSynthesis {
  /** Begins with what the files say, before anybody knows whether the rules let it be. */
  readonly begin: (desired: DesiredState) => void;
  /** Renders what has to be. `onStart` hears of how many clusters. */
  readonly render: (checked: OrganizationInput, onStart: (clusters: number) => void) => Promise<Synthesis>;
  readonly end: () => Promise<void>;
}

/** Fewer clusters than this are rendered before a second thread has heard of them. */
const leastForTwo = 25;

/** Begins a run. Where nothing is remembered all clusters will be rendered, so the second thread need not wait. */
export function clusterSynthesis(options: SynthesisOptions): ClusterSynthesis {
  const { tenants, asOf, dist, isCheck, remembered, threadScript } = options;
  const turns = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const knownNames = Array.from(remembered?.clusters.keys() ?? []);
  const thread = threadScript && isWorthTwo(tenants) ? startThread(threadScript) : undefined;
  const share = (desired: DesiredState, names: readonly string[]): void => {
    thread?.render({ desired, asOf, dist, names, turns, isCheck });
  };
  return {
    begin: (desired) => {
      if (knownNames.length > 0) thread?.digest(dist, knownNames);
      else share(desired, namesIn(desired));
    },
    render: async (checked, onStart) => {
      const names = namesIn(checked.desired);
      const listed = listDist(dist);
      const entries = filesByCluster(listed, new Set(names));
      const from = remembered ? digestsOfConfig(checked) : new Map<string, string>();
      const to = knownNames.length === 0 ? undefined : await (thread?.digests() ?? digestsOfDist(dist, entries));
      const kept = new Map(
        Array.from(remembered?.clusters ?? []).filter(
          ([name, before]) => before.from === from.get(name) && before.to === to?.get(name),
        ),
      );
      const others = names.filter((name) => !kept.has(name));
      onStart(others.length);
      const isShared = thread !== undefined && (knownNames.length === 0 || others.length >= leastForTwo);
      if (knownNames.length > 0 && isShared) share(checked.desired, others);

      const work =
        others.length === 0
          ? undefined
          : await clusterWorker({ ...checked, dist, entries, isRemembered: remembered !== undefined });
      const own = work ? takenFrom(others, takingTurns(turns), work) : [];
      const theirs = isShared ? await thread.done() : [];
      const inClusters = [...own, ...theirs];
      const rendered = new Set(inClusters.map(({ name }) => name));
      const missed = others.filter((name) => !rendered.has(name));
      if (missed.length > 0) throw new Error(`clusters were not rendered: ${missed.join(', ')}`);
      const paths = [
        ...Array.from(kept.keys()).flatMap((name) => (entries.get(name) ?? []).map(({ path }) => path)),
        ...inClusters.flatMap((done) => done.paths),
      ];
      const ofClusters = new Set(Array.from(entries.values()).flat());
      const ofNone = listed.filter((entry) => !ofClusters.has(entry));
      const rest = await restOf(checked.desired, paths, readEntries(dist, ofNone));
      const written = [...own.flatMap(({ differences }) => differences), ...rest.differences];
      const differences = [...written, ...theirs.flatMap((done) => done.differences)];
      return {
        problems: [...inClusters.flatMap(({ problems }) => problems), ...rest.problems],
        differences: sortedBy(differences, ({ path }) => path),
        paths: [...paths, ...rest.paths],
        known: { clusters: new Map([...kept, ...inClusters.flatMap((done) => toRemember(done, from))]) },
        repair: async (isChosen) => {
          const chosen = ({ path }: Difference): boolean => isChosen(path);
          // Before there are two that write: a folder that is empty now, and goes, may be one that the other makes.
          repairDist(
            dist,
            differences.filter((difference) => chosen(difference) && !isWritten(difference)),
          );
          const writing = isShared ? thread.write() : undefined;
          try {
            repairDist(
              dist,
              written.filter((difference) => chosen(difference) && isWritten(difference)),
            );
          } finally {
            await writing;
          }
        },
      };
    },
    end: async () => {
      await thread?.stop();
    },
  };
}

function namesIn({ clusters }: DesiredState): string[] {
  return clusters.map(({ name }) => name);
}

function toRemember({ name, digest }: ClusterDone, from: ReadonlyMap<string, string>): (readonly [string, Known])[] {
  const source = from.get(name);
  return digest === undefined || source === undefined ? [] : [[name, { from: source, to: digest }]];
}

/** What is of no cluster: what sets up Argo CD, and what else stands in `dist/`. */
async function restOf(
  desired: DesiredState,
  paths: readonly string[],
  entries: readonly DistEntry[],
): Promise<Pick<ClusterDone, 'problems' | 'differences' | 'paths'>> {
  // cdk8s is not loaded where there is nothing to render.
  const { files, objects } = desired.organization.argoCD
    ? (await import('../manifests/render.ts')).renderArgoCD(desired, paths)
    : { files: [], objects: [] };
  return {
    problems: checkRendered(rules, objects),
    differences: compareDist(files, entries),
    paths: files.map(({ path }) => path),
  };
}
