import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkStatus } from '../../bench/live-fleet.ts';
import { startServers } from '../../bench/live-servers.ts';
import { tenantry } from '../support/cli.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

/** That its figures say something; how large they are, `npm run bench:live` tells. */
it('the fleet of the bench is read whole, with at most four requests to a cluster', async () => {
  const size = { clusters: 3, namespaces: 5 };
  const fleet = await startServers({ ...size, rtt: 0 });
  onTestFinished(fleet.stop);
  const folder = temporaryFolder();
  writeFiles(folder, { ...fleet.files, kubeconfig: fleet.kubeconfig });
  const { code, stdout, stderr } = await tenantry(
    ['status', '--format', 'json', '--kubeconfig', join(folder, 'kubeconfig'), '--as-of', '2026-06-15'],
    { cwd: folder },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  checkStatus(size, stdout);
  expect(() => {
    checkStatus({ ...size, namespaces: 6 }, stdout);
  }).toThrow('status tells of 15 of 18 namespaces what is so');
  expect(await fleet.requests()).toEqual({ c0000: 4, c0001: 4, c0002: 4 });
  expect(await fleet.requests()).toEqual({ c0000: 0, c0001: 0, c0002: 0 });
});
