import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DesiredState } from '../config/model/desired-state.ts';
import { meanwhile } from '../values/concurrency.ts';
import type { ClusterDone } from './cluster-work.ts';

/**
 * A large organization is rendered on two threads. The first reads the files, hands over what they mean, and applies the
 * rules; meanwhile the second looks at what stands in `dist/`, or begins to render where nothing is remembered of it. They
 * take clusters in turn. The first alone judges, and nothing is written before it says so.
 */

/** What the second thread renders. */
export interface ThreadTask {
  /** The folder `dist/`, absolute. */
  readonly dist: string;
  readonly desired: DesiredState;
  readonly asOf: string;
  /** The clusters that are taken in turn. */
  readonly names: readonly string[];
  /** Counts those that have been taken, for `takingTurns`. */
  readonly turns: SharedArrayBuffer;
  /** Whether what differs is to be shown, and nothing to be written. */
  readonly isCheck: boolean;
}

/** What it is told. */
export type ToThread =
  | { readonly kind: 'digest'; readonly dist: string; readonly names: readonly string[] }
  | { readonly kind: 'render'; readonly task: ThreadTask }
  | { readonly kind: 'write' };

/** What it says. */
export type FromThread =
  | { readonly kind: 'digests'; readonly digests: ReadonlyMap<string, string> }
  | { readonly kind: 'done'; readonly done: readonly ClusterDone[] }
  | { readonly kind: 'written' };

/** With fewer tenants, a second thread would start only to find that there is nothing left to do. */
const leastTenants = 60;

/** Whether a second thread would be of use for so many tenants. */
export function isWorthTwo(tenants: number): boolean {
  return availableParallelism() > 1 && tenants >= leastTenants;
}

/** Gives the number of the next cluster to whichever thread asks. */
export function takingTurns(turns: SharedArrayBuffer): () => number {
  const taken = new Int32Array(turns);
  return () => Atomics.add(taken, 0, 1);
}

/** The second thread, from the first. */
export interface SecondThread {
  /** Lets it work out the digests of what stands in `dist/` of clusters, which are to be had by `digests`. */
  readonly digest: (dist: string, names: readonly string[]) => void;
  readonly digests: () => Promise<ReadonlyMap<string, string>>;
  /** Lets it render the clusters whose turn comes, which are to be had by `done`. */
  readonly render: (task: ThreadTask) => void;
  /** What came of the clusters that it took. What is to be written has no text there: it has that itself. */
  readonly done: () => Promise<readonly ClusterDone[]>;
  /** Lets it write the files that are missing or changed. */
  readonly write: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts the second thread. `script` is the compiled `thread.ts`. */
export function startThread(script: URL): SecondThread {
  const worker = new Worker(script);
  const next = <K extends FromThread['kind']>(kind: K): Promise<Extract<FromThread, { kind: K }>> => {
    const answer = new Promise<Extract<FromThread, { kind: K }>>((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (isOf(message, kind)) resolve(message);
      });
      worker.on('error', reject);
      worker.on('exit', (code) => {
        reject(new Error(`the second thread ended with ${code}`));
      });
    });
    return meanwhile(answer);
  };
  const tell = (message: ToThread): void => {
    worker.postMessage(message);
  };
  const [digests, done, written] = [next('digests'), next('done'), next('written')];
  return {
    digest(dist, names) {
      tell({ kind: 'digest', dist, names });
    },
    digests: async () => (await digests).digests,
    render(task) {
      tell({ kind: 'render', task });
    },
    done: async () => (await done).done,
    write: async () => {
      tell({ kind: 'write' });
      await written;
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

function isOf<K extends FromThread['kind']>(message: FromThread, kind: K): message is Extract<FromThread, { kind: K }> {
  return message.kind === kind;
}
