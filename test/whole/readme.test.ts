import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';

/**
 * Runs the README's tour: each `$` line in a copy of the sample organization, in order, and compares what it prints
 * with what the README says it does. `npm run bless` writes the real output into the README.
 */
const bless = process.env['TENANTRY_BLESS'] === '1';
const root = resolve(import.meta.dirname, '../..');

it('shows what its commands really print', { timeout: 120_000 }, () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const folder = temporaryFolder();
  for (const path of ['organization.yaml', 'clusters', 'tenants', 'dist', 'schemas']) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  const shell = (command: string): string =>
    execFileSync(
      'bash',
      ['-c', `npx() { shift; "${process.execPath}" "${join(root, 'build/cli.js')}" "$@"; }\n${command}\ntrue`],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: folder },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  shell('git init --quiet && git add . && git -c user.name=t -c user.email=t@example.com commit --quiet -m sample');

  let ran = 0;
  const actual = readme.replace(/```console\n([\s\S]*?)```/g, (_, block: string) => {
    const commands = block.split(/^\$ /m).filter((text) => text !== '');
    const shown = commands.map((text) => {
      const [command = '', ...expected] = text.split('\n');
      const output = shell(command);
      ran++;
      return `$ ${command}\n${bless ? output : abridged(output, expected.join('\n'))}`;
    });
    return `\`\`\`console\n${shown.join('')}\`\`\``;
  });
  expect(ran).toBeGreaterThan(8);
  if (bless) writeFileSync(join(root, 'README.md'), actual);
  else expect(actual).toBe(readme);
});

/** The output with what the README leaves out as `…` left out as well, if the rest agrees. */
function abridged(output: string, expected: string): string {
  const pattern = expected
    .split('…\n')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[\\s\\S]*?');
  return new RegExp(`^${pattern}$`).test(output) ? expected : output;
}
