import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gitIn } from '../../src/tree/git-run.ts';
import { temporaryFolder } from '../support/folders.ts';

/** A folder with a program in the place of Git, for the sake of what it says. */
function insteadOfGit(script: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'git'), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(join(folder, 'git'), 0o755);
  return folder;
}

const limits = { silence: 1000, output: 1024 * 1024 };

it.each([
  ['says nothing', 'exec sleep 600', 'Git gave no answer for 1 s: `git status`'],
  // Whoever fetches is a program of its own, which goes on when Git is ended, and holds its output.
  ['says nothing, nor what it has started', 'sleep 60 & exec sleep 60', 'Git gave no answer for 1 s: `git status`'],
  ['says too much', 'yes', 'Git gave more than 1 MiB: `git status`'],
])('a Git that %s is given up', async (_, script, message) => {
  const git = gitIn(temporaryFolder(), { PATH: insteadOfGit(script) }, limits);
  await expect(git(['status'])).rejects.toMatchObject({ code: 'git', message });
});

it('one that answers is heard', async () => {
  const git = gitIn(temporaryFolder(), { PATH: insteadOfGit('echo fine') }, limits);
  expect((await git(['status'])).out.toString()).toBe('fine\n');
});
