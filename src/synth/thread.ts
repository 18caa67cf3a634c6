import { parentPort } from 'node:worker_threads';
import type { DistPath } from './dist.ts';
import { isWritten, listDist, repairDist, withoutTexts } from './dist.ts';
import { clusterWorker, takenFrom } from './cluster-work.ts';
import { digestsOfDist, filesByCluster } from './known-clusters.ts';
import type { FromThread, ThreadTask, ToThread } from './second-thread.ts';
import { takingTurns } from './second-thread.ts';

/** What the second thread runs; see `second-thread.ts`. It judges nothing, and writes when it is told to. */

/** Renders the clusters whose turn comes, and gives what writes their files. */
async function rendered(
  { desired, asOf, dist, names, turns, isCheck }: ThreadTask,
  say: (message: FromThread) => void,
): Promise<() => void> {
  const entries = listedOf(dist, names);
  const work = await clusterWorker({ desired, asOf, dist, entries, isRemembered: !isCheck });
  const done = takenFrom(names, takingTurns(turns), work);
  say({
    kind: 'done',
    done: isCheck ? done : done.map((cluster) => ({ ...cluster, differences: cluster.differences.map(withoutTexts) })),
  });
  return () => {
    repairDist(
      dist,
      done.flatMap(({ differences }) => differences.filter(isWritten)),
    );
  };
}

/** What stands in the folder `dist` of the clusters with these names. */
function listedOf(dist: string, names: readonly string[]): ReadonlyMap<string, readonly DistPath[]> {
  return filesByCluster(listDist(dist), new Set(names));
}

const port = parentPort;
if (!port) throw new Error('tenantry runs this itself');
const say = (message: FromThread): void => {
  port.postMessage(message);
};
let write: Promise<() => void>;
port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'digest':
      say({ kind: 'digests', digests: digestsOfDist(message.dist, listedOf(message.dist, message.names)) });
      break;
    case 'render':
      write = rendered(message.task, say);
      break;
    case 'write':
      void write.then((repair) => {
        repair();
        say({ kind: 'written' });
      });
  }
});
