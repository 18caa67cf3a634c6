import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tenantry } from '../support/cli.ts';
import { copyOf, readFiles, writeFiles } from '../support/folders.ts';

/**
 * Whole small repositories: `input/` is the organization, `diagnostics.txt` what `validate` prints about it, and
 * `dist/` what `synth` renders of it (nothing, where there are errors). `npm run bless` writes the expected files anew;
 * a person reads the difference.
 */
const fixtures = join(import.meta.dirname, '../fixtures');
const bless = process.env['TENANTRY_BLESS'] === '1';
const asOf = '2026-06-15';

describe.each(readdirSync(fixtures).filter((name) => existsSync(join(fixtures, name, 'input'))))('%s', (name) => {
  const fixture = join(fixtures, name);

  it('gets the expected diagnostics and dist', async () => {
    const folder = copyOf(join(fixture, 'input'));
    const validated = await tenantry(['validate', '--as-of', asOf], { cwd: folder });
    const synthesized = await tenantry(['synth', '--as-of', asOf], { cwd: folder });
    const dist = readFiles(join(folder, 'dist'));

    expect(validated.stderr).toBe('');
    expect(validated.code).toBe(/^error\[/m.test(validated.stdout) ? 1 : 0);
    expect(synthesized.code).toBe(validated.code);
    if (bless) {
      rmSync(join(fixture, 'dist'), { recursive: true, force: true });
      writeFiles(join(fixture, 'dist'), dist);
      writeFileSync(join(fixture, 'diagnostics.txt'), validated.stdout);
    }
    expect(validated.stdout).toBe(readFileSync(join(fixture, 'diagnostics.txt'), 'utf8'));
    expect(dist).toEqual(readFiles(join(fixture, 'dist')));
  });
});
