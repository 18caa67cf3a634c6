import { parentPort } from 'node:worker_threads';
import { readConfigFiles } from '../config/files.ts';
import { resolve } from '../config/resolve.ts';
import { isWritten, repairDist, withoutTexts } from '../manifests/dist.ts';
import { treeAt } from '../snapshot.ts';
import type { Source } from '../source.ts';
import { clusterWorker, takenFrom } from './cluster-work.ts';
import { filesByCluster } from './known-clusters.ts';
import type { FromThread, ThreadTask, ToThread } from './second-thread.ts';
import { takingTurns } from './second-thread.ts';

/** What the second thread runs; see `second-thread.ts`. It judges nothing: of an organization with errors nothing comes. */

/** Renders the clusters whose turn comes, and gives what writes their files. */
async function rendered(
  { snapshot, asOf, dist, listed, turns, isCheck, names: given }: ThreadTask,
  sources: Promise<ReadonlyMap<string, Source>>,
  say: (message: FromThread) => void,
): Promise<() => void> {
  const landscape = resolve(
    await readConfigFiles(treeAt(snapshot), async (file) => {
      const source = (await sources).get(file);
      if (!source) throw new Error(`${file} was not evaluated`);
      return source;
    }),
  );
  const names = given ?? landscape.clusters.map(({ name }) => name);
  const entries = filesByCluster(listed, new Set(names));
  const work = await clusterWorker({ landscape, asOf, dist, entries, isRemembered: !isCheck });
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

const port = parentPort;
if (!port) throw new Error('tenantry runs this itself');
const say = (message: FromThread): void => {
  port.postMessage(message);
};
let hand: (sources: ReadonlyMap<string, Source>) => void;
const sources = new Promise<ReadonlyMap<string, Source>>((handed) => (hand = handed));
let write: Promise<() => void>;
port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'begin':
      write = rendered(message.task, sources, say);
      break;
    case 'sources':
      hand(message.sources);
      break;
    case 'write':
      void write.then((repair) => {
        repair();
        say({ kind: 'written' });
      });
  }
});
