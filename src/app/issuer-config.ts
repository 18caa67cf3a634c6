import { Worker } from 'node:worker_threads';
import { accessGraph } from '../access/graph.ts';
import type { Entitlements } from '../issuer/entitlements.ts';
import { entitlementsOf } from '../issuer/entitlements.ts';
import type { Commit } from '../tree/git.ts';
import { openCommits } from '../tree/git.ts';
import type { Io } from './io.ts';
import { checkTree, place } from './organization.ts';

/** A commit that is to be read, on a day. A plain value: it is handed to another thread. */
export interface LoadRequest {
  /** A folder of the repository, bare or not. */
  readonly repository: string;
  /** The organization's folder in it; `''` at its root. */
  readonly prefix: string;
  readonly commit: Commit;
  /** The day (UTC, `YYYY-MM-DD`). */
  readonly asOf: string;
  readonly nodePath: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
}

/** What a commit means for the issuer. */
export interface Loaded {
  /** What it would mean, if there were no errors. */
  readonly entitlements: Entitlements;
  /** How many errors keep it from being used. */
  readonly errors: number;
  /** The first of them, each in a line. */
  readonly firstErrors: readonly string[];
}

export type Load = (request: LoadRequest) => Promise<Loaded>;

const mostShown = 5;

/** Reads a commit, checks it as `validate` does, and works out what it means. */
export async function loadConfig(request: LoadRequest): Promise<Loaded> {
  const { repository, prefix, commit, asOf } = request;
  const { tree } = await openCommits(repository, prefix, request.environment);
  const { desired, diagnostics, sources } = await checkTree(ioOf(request), tree(commit), asOf);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const first = await place(errors.slice(0, mostShown), sources);
  return {
    entitlements: entitlementsOf(desired, accessGraph(desired, asOf)),
    errors: errors.length,
    firstErrors: first.map(({ code, message, primary: { file, span } }) => {
      return `${file}${span ? `:${span.start.line}` : ''} ${code} ${message}`;
    }),
  };
}

/** There is no terminal and no folder of files here: only what reading a commit asks for. */
function ioOf({ repository, asOf, nodePath, environment, version }: LoadRequest): Io {
  const nowhere = { write: () => undefined, colour: false };
  return {
    dir: repository,
    cwd: repository,
    today: asOf,
    now: () => new Date(`${asOf}T00:00:00Z`),
    nodePath,
    environment,
    version,
    out: nowhere,
    err: nowhere,
  };
}

/**
 * Reads commits on a thread of their own, started anew for each: meanwhile tokens are given, and afterwards nothing of it is
 * left in memory.
 */
export function loadInThread(script: URL): Load {
  return async (request) => {
    const worker = new Worker(script);
    try {
      return await new Promise<Loaded>((resolve, reject) => {
        worker.once('message', resolve).once('error', reject).postMessage(request);
        worker.once('exit', (code) => {
          reject(new Error(`the thread that reads the config ended with ${code}`));
        });
      });
    } finally {
      await worker.terminate();
    }
  };
}
