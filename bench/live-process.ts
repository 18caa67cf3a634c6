import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LiveFleet, LiveOptions } from './live-servers.ts';
import { startServers } from './live-servers.ts';

/** What the process of the servers tells. */
type Told = Pick<LiveFleet, 'files' | 'kubeconfig'> | { readonly requests: Readonly<Record<string, number>> };

/** Starts the fleet in a process of its own, so that the time that it takes is not its client's. */
export async function startFleet(options: LiveOptions): Promise<LiveFleet> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)]);
  const next = (): Promise<Told> =>
    new Promise((resolve, reject) => {
      const failed = (): void => {
        reject(new Error('the servers of the bench have ended'));
      };
      child.once('exit', failed);
      child.once('message', (told) => {
        child.off('exit', failed);
        resolve(told as Told);
      });
    });
  const told = await next();
  if (!('files' in told)) throw new Error('the servers of the bench tell something else first');
  return {
    ...told,
    requests: async () => {
      const answer = next();
      child.send('requests');
      const found = await answer;
      return 'requests' in found ? found.requests : {};
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          resolve();
        });
        child.disconnect();
      }),
  };
}

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  const tell = (told: Told): void => void process.send?.(told);
  const { files, kubeconfig, requests, stop } = await startServers(JSON.parse(process.argv[2] ?? '') as LiveOptions);
  process.on(
    'message',
    () =>
      void requests().then((found) => {
        tell({ requests: found });
      }),
  );
  process.on('disconnect', () => void stop());
  tell({ files, kubeconfig });
}
