import { join } from 'node:path';
import { expect, it } from 'vitest';
import { benchOf } from '../../bench/bench.ts';
import { comparePeers } from '../../bench/compare.ts';
import { compiledPrograms } from '../../bench/programs.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = join(import.meta.dirname, '../..');

/** Helm has to be fetched, and is compared by `npm run bench -- --small`; it gets the same values. */
it('the plain cdk8s program of the bench prints what tenantry renders, so that their times say something', async () => {
  const folder = join(temporaryFolder(), 'bench');
  const { cases } = await benchOf(root, folder, 100, { helm: '', kubectl: '', ...(await compiledPrograms(root)) });
  await expect(comparePeers(folder, cases, ['plain cdk8s'])).resolves.toBeUndefined();
});
