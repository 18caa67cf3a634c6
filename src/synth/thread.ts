import { parentPort } from 'node:worker_threads';
import type { Difference } from './dist.ts';
import { distIn, isWritten, withoutTexts } from './dist.ts';
import { Failure } from '../values/failure.ts';
import { failureOfSystem } from '../values/system-error.ts';
import type { ThreadOptions, ThreadOutcome, ThreadRequest, ThreadTasks } from './parallel.ts';
import { takingTurns } from './parallel.ts';
import { plainSynthesizer } from './synthesizer.ts';

/** What the second thread runs; see `parallel.ts`. It judges nothing, and writes what it has rendered when it is told to. */

type Tasks = {
  readonly [K in keyof ThreadTasks]: (takes: ThreadTasks[K]['takes']) => Promise<ThreadTasks[K]['gives']>;
};

function tasksOf({ folder, withDigests, withTexts }: ThreadOptions): Tasks {
  const plain = plainSynthesizer({ dist: distIn(folder), withDigests });
  let found: readonly Difference[] = [];
  return {
    standing: (clusters) => plain.standing(clusters)(),
    async clusters({ inputs, turns }) {
      const results = await plain.clusters(inputs, takingTurns(turns))();
      found = results.flatMap(({ differences }) => differences);
      if (withTexts) return results;
      return results.map((result) => ({ ...result, differences: result.differences.map(withoutTexts) }));
    },
    write(paths) {
      const chosen = new Set(paths);
      return plain.write(found.filter((difference) => isWritten(difference) && chosen.has(difference.path)));
    },
  };
}

const port = parentPort;
if (!port) throw new Error('tenantry runs this itself');
let tasks: Tasks | undefined;

async function answer<K extends keyof ThreadTasks>(request: ThreadRequest<K>): Promise<void> {
  tasks ??= tasksOf(request.options);
  const perform: Tasks[K] = tasks[request.task];
  request.answer.postMessage(await outcomeOf(perform(request.takes)));
}

/** What comes of a task. A failure is handed over as what it says: of an error, threads keep no class. */
async function outcomeOf<K extends keyof ThreadTasks>(
  work: Promise<ThreadTasks[K]['gives']>,
): Promise<ThreadOutcome<K>> {
  try {
    return { gives: await work };
  } catch (error) {
    const failure = error instanceof Failure ? error : failureOfSystem(error);
    if (!failure) throw error;
    const { code, message, help } = failure;
    return { failure: { code, message, ...(help !== undefined && { help }) } };
  }
}

// What goes wrong here beyond that ends the thread, and with it the run.
port.on('message', (request: ThreadRequest<keyof ThreadTasks>) => void answer(request));
