import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../src/app/io.ts';
import { plan } from '../../src/commands/plan.ts';
import { readFiles, writeFiles } from '../support/folders.ts';
import { gitEnvironment, temporaryRepository } from '../support/repositories.ts';

/**
 * Changes, whole: `before/` is what was committed, `after/` what the worktree holds, and `expected.md` the comment on
 * the pull request, or what is said instead of one. `npm run bless` writes the expected files anew; a person reads the
 * difference.
 */
const fixtures = join(import.meta.dirname, '../fixtures/plans');
const bless = process.env['TENANTRY_BLESS'] === '1';
const today = '2026-06-15';

describe.each(readdirSync(fixtures))('%s', (name) => {
  it('gets the expected plan', async () => {
    const fixture = join(fixtures, name);
    const repository = temporaryRepository();
    repository.commit(readFiles(join(fixture, 'before')));
    repository.git(['rm', '-rq', '.']);
    writeFiles(repository.folder, readFiles(join(fixture, 'after')));

    let said = '';
    const output = { write: (text: string) => void (said += text), colour: false };
    const io: Io = {
      dir: repository.folder,
      cwd: repository.folder,
      today,
      now: () => new Date(),
      nodePath: process.execPath,
      environment: gitEnvironment,
      version: '',
      out: output,
      err: output,
    };
    const code = await plan(io, { format: 'markdown' });

    const expected = join(fixture, 'expected.md');
    const text = `${said}\n<!-- exit code ${code} -->\n`;
    if (bless) writeFileSync(expected, text);
    expect(text).toBe(readFileSync(expected, 'utf8'));
    if (name.startsWith('accident-')) expect(code).toBe(1);
  });
});
