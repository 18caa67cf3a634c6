import { spawnSync } from 'node:child_process';

/**
 * `npm run mutation [-- <room>…]`: changes the code of rooms one expression at a time and says which changes no test notices.
 * Each room has a report of its own in `reports/mutation/`, by which the next run repeats only what has changed since.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  access: ['src/access/**/*.ts', 'src/kubernetes/**/*.ts'],
  plan: ['src/plan/**/*.ts'],
  manifests: ['src/manifests/**/*.ts'],
  rules: ['src/rules/run.ts', 'src/rules/walk.ts', 'src/rules/change-context.ts'],
  model: ['src/config/model/**/*.ts', 'src/settings/**/*.ts'],
  source: ['src/source/**/*.ts'],
};

const chosen = process.argv.slice(2);
for (const room of chosen.length > 0 ? chosen : Object.keys(rooms)) {
  const files = rooms[room];
  if (!files) throw new Error(`there is no room \`${room}\`: choose of ${Object.keys(rooms).join(', ')}`);
  const report = `reports/mutation/${room}.json`;
  const args = ['run', '--mutate', files.join(','), '--incrementalFile', report];
  const { status } = spawnSync('node_modules/.bin/stryker', args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
