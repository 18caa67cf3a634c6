import { parentPort } from 'node:worker_threads';
import type { LoadRequest } from './issuer-config.ts';
import { loadConfig } from './issuer-config.ts';

/** What the thread runs that reads a commit for the issuer: see `issuer-config.ts`. */

const port = parentPort;
if (!port) throw new Error('tenantry runs this itself');
port.once('message', (request: LoadRequest) => {
  // What goes wrong here ends the thread, and is what the other one is told.
  void loadConfig(request).then((loaded) => {
    port.postMessage(loaded);
  });
});
