import { availableParallelism } from 'node:os';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { ClusterInput } from '../manifests/cluster-input.ts';
import { meanwhile } from '../values/concurrency.ts';
import type { FailureCode } from '../values/failure.ts';
import { Failure } from '../values/failure.ts';
import type { Difference } from './dist.ts';
import { isWritten } from './dist.ts';
import type { ClusterResult, Synthesizer } from './synthesizer.ts';

/** With fewer tenants, a second thread would start only to find that there is nothing left to do. */
const leastTenants = 60;

/** Once the second thread has looked at `dist/`, fewer clusters than this are rendered before it has heard of them. */
const leastClusters = 25;

/** Whether a second thread would be of use for so many tenants. */
export function isWorthTwo(tenants: number): boolean {
  return availableParallelism() > 1 && tenants >= leastTenants;
}

/** What the second thread does when it is asked to. */
export interface ThreadTasks {
  readonly standing: Task<readonly string[], ReadonlyMap<string, string>>;
  readonly clusters: Task<SharedWork, readonly ClusterResult[]>;
  /** Writes the files at these paths, as it has rendered them. */
  readonly write: Task<readonly string[], void>;
}

interface Task<Takes, Gives> {
  readonly takes: Takes;
  readonly gives: Gives;
}

/** Clusters that both threads do, each those whose turn comes. */
interface SharedWork {
  readonly inputs: readonly ClusterInput[];
  /** Counts those that have been taken, for `takingTurns`. */
  readonly turns: SharedArrayBuffer;
}

/** How the second thread works. */
export interface ThreadOptions {
  /** The folder `dist/`, absolute. */
  readonly folder: string;
  readonly withDigests: boolean;
  /** Whether differences are handed over with their texts, which are needed only where they are shown. */
  readonly withTexts: boolean;
}

/** A task, and where to answer. */
export interface ThreadRequest<K extends keyof ThreadTasks> {
  readonly options: ThreadOptions;
  readonly task: K;
  readonly takes: ThreadTasks[K]['takes'];
  readonly answer: MessagePort;
}

/** What comes of a task: what it gives, or why it could not be done. */
export type ThreadOutcome<K extends keyof ThreadTasks> =
  | { readonly gives: ThreadTasks[K]['gives'] }
  | { readonly failure: { readonly code: FailureCode; readonly message: string; readonly help?: string } };

/** Gives the index of the next cluster to whichever thread asks. */
export function takingTurns(turns: SharedArrayBuffer): () => number {
  const taken = new Int32Array(turns);
  return () => Atomics.add(taken, 0, 1);
}

/**
 * Shares the work with a second thread, on which `script` runs, the compiled `thread.ts`. That begins as soon as there is
 * something to do, while this one applies the rules to the config. The first alone judges: nothing is written before it
 * says so, and a second thread that fails ends the run.
 */
export function parallel(inner: Synthesizer, script: URL, options: ThreadOptions): Synthesizer {
  const thread = startThread(script, options);
  let hasLooked = false;
  const theirs = new Set<Difference>();
  return {
    standing: (clusters) => {
      hasLooked = true;
      const standing = thread.ask('standing', clusters);
      return () => standing;
    },
    clusters: (inputs) => {
      if (hasLooked && inputs.length < leastClusters) return inner.clusters(inputs);
      const turns = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
      const answer = thread.ask('clusters', { inputs, turns });
      return async () => {
        const own = await inner.clusters(inputs, takingTurns(turns))();
        const others = await answer;
        for (const difference of others.flatMap(({ differences }) => differences)) theirs.add(difference);
        return allOf(inputs, [...own, ...others]);
      };
    },
    write: async (differences) => {
      const isOfThread = (difference: Difference): boolean => isWritten(difference) && theirs.has(difference);
      // Before there are two that write: a folder that is empty now, and goes, may be one that the other makes.
      await inner.write(differences.filter((difference) => !isWritten(difference)));
      const paths = differences.filter(isOfThread).map(({ path }) => path);
      const writing = paths.length > 0 ? thread.ask('write', paths) : undefined;
      try {
        await inner.write(differences.filter((difference) => isWritten(difference) && !isOfThread(difference)));
      } finally {
        await writing;
      }
    },
    end: async () => {
      await thread.stop();
      await inner.end();
    },
  };
}

/** The results, where there is one for each input. */
function allOf(inputs: readonly ClusterInput[], results: readonly ClusterResult[]): readonly ClusterResult[] {
  const done = new Set(results.map(({ name }) => name));
  const missed = inputs.flatMap(({ cluster: { name } }) => (done.has(name) ? [] : [name]));
  if (missed.length > 0) throw new Error(`clusters were not rendered: ${missed.join(', ')}`);
  return results;
}

function startThread(script: URL, options: ThreadOptions) {
  const worker = new Worker(script);
  const failure = meanwhile(
    new Promise<never>((_, reject) => {
      worker.on('error', reject);
      worker.on('exit', (code) => {
        reject(new Error(`the second thread ended with ${code}`));
      });
    }),
  );
  return {
    ask<K extends keyof ThreadTasks>(task: K, takes: ThreadTasks[K]['takes']): Promise<ThreadTasks[K]['gives']> {
      const { port1, port2 } = new MessageChannel();
      const answer = new Promise<ThreadTasks[K]['gives']>((resolve, reject) => {
        port1.once('message', (outcome: ThreadOutcome<K>) => {
          port1.close();
          if ('gives' in outcome) {
            resolve(outcome.gives);
            return;
          }
          const { code, message, ...help } = outcome.failure;
          reject(new Failure(code, message, help));
        });
      });
      const request: ThreadRequest<K> = { options, task, takes, answer: port2 };
      worker.postMessage(request, [port2]);
      return meanwhile(Promise.race([answer, failure]));
    },
    async stop(): Promise<void> {
      await worker.terminate();
    },
  };
}
