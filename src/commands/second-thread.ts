import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DistPath } from '../manifests/dist.ts';
import { organizationFile } from '../config/files.ts';
import type { Snapshot } from '../snapshot.ts';
import { sizeOf } from '../snapshot.ts';
import type { Source } from '../source.ts';
import type { ClusterDone } from './cluster-work.ts';

/**
 * A large organization is rendered on two threads. Both read the same bytes for themselves and take clusters in turn, so
 * that one can begin while the other still applies the rules; the first judges, and nothing is written before it says so.
 */

/** What the second thread begins with. */
export interface ThreadTask {
  readonly snapshot: Snapshot;
  readonly asOf: string;
  readonly dist: string;
  /** What stands in `dist/`. */
  readonly listed: readonly DistPath[];
  /** The clusters to take in turn; undefined for all of the landscape. */
  readonly names?: readonly string[];
  /** Counts the clusters that have been taken, for `takingTurns`. */
  readonly turns: SharedArrayBuffer;
  /** Whether what differs is to be shown, and nothing to be written. */
  readonly isCheck: boolean;
}

/** What it is told. */
export type ToThread =
  | { readonly kind: 'begin'; readonly task: ThreadTask }
  /** What the TypeScript files came to: they are evaluated once. */
  | { readonly kind: 'sources'; readonly sources: ReadonlyMap<string, Source> }
  | { readonly kind: 'write' };

/** What it says. */
export type FromThread =
  { readonly kind: 'done'; readonly done: readonly ClusterDone[] } | { readonly kind: 'written' };

/** The folders and files that the threads share: all that is config. */
export const configFolders = ['', 'clusters', 'tenants'] as const;

/** Whether a file is one of those. TypeScript files may import others, but those are read by the first thread alone. */
export function isConfig(path: string): boolean {
  return path === organizationFile || path.includes('/');
}

/** Below this, in bytes of config, a second thread would start only to find that there is nothing left to do. */
const leastSize = 150_000;

/** Whether a second thread would be of use. */
export function isWorthTwo(snapshot: Snapshot): boolean {
  return availableParallelism() > 1 && sizeOf(snapshot) >= leastSize;
}

/** Gives the number of the next cluster to whichever thread asks. */
export function takingTurns(turns: SharedArrayBuffer): () => number {
  const taken = new Int32Array(turns);
  return () => Atomics.add(taken, 0, 1);
}

/** The second thread, from the first. */
export interface SecondThread {
  /** Hands over the sources; it waits for them if there are TypeScript files. */
  readonly hand: (sources: ReadonlyMap<string, Source>) => void;
  /** What came of the clusters that it took. What is to be written has no text there: it has that itself. */
  readonly done: () => Promise<readonly ClusterDone[]>;
  /** Lets it write the files that are missing or changed. */
  readonly write: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts the second thread. `script` is the compiled `synth-thread.ts`. */
export function startThread(script: URL, task: ThreadTask): SecondThread {
  const worker = new Worker(script);
  const next = <K extends FromThread['kind']>(kind: K): Promise<Extract<FromThread, { kind: K }>> => {
    const said = new Promise<Extract<FromThread, { kind: K }>>((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (isOf(message, kind)) resolve(message);
      });
      worker.on('error', reject);
      worker.on('exit', (code) => {
        reject(new Error(`the second thread ended with ${code}`));
      });
    });
    // It is asked for later, or never.
    said.catch(() => undefined);
    return said;
  };
  const tell = (message: ToThread): void => {
    worker.postMessage(message);
  };
  tell({ kind: 'begin', task });
  const [done, written] = [next('done'), next('written')];
  return {
    hand(sources) {
      tell({ kind: 'sources', sources: new Map(Array.from(sources).filter(([, s]) => s.language === 'typescript')) });
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
