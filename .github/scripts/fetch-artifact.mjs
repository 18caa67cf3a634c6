// Fetches files that another job of the same run left, into OUT: exactly those that are named, as plain files.
//
// Needs: ARTIFACT, its name; FILES, the names of its files with spaces between; OUT, a folder; GITHUB_RUN_ID,
// GITHUB_TOKEN, GITHUB_REPOSITORY; GITHUB_API_URL where it is not github.com's.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifact, main, Refusal, variable } from './github.mjs';

const limits = { packed: 64 * 2 ** 20, unpacked: 256 * 2 ** 20 };

await main(async () => {
  const [name, out] = ['ARTIFACT', 'OUT'].map(variable);
  const files = await artifact(variable('GITHUB_RUN_ID'), name, variable('FILES').split(' '), limits);
  if (!files) throw new Refusal(`the run has no artifact ${name}`);
  mkdirSync(out, { recursive: true });
  for (const [file, bytes] of files) writeFileSync(join(out, file), bytes, { flag: 'wx' });
});
