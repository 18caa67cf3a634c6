import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { licensesOf } from '../../scripts/licenses.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

const of = (...paths: string[]) => licensesOf({ inputs: {}, outputs: { 'cli.js': output(paths, 1) } });

function output(paths: readonly string[], bytesInOutput: number) {
  const inputs = Object.fromEntries(paths.map((path) => [path, { bytesInOutput }]));
  return { bytes: 1, imports: [], exports: [], inputs };
}

describe('the licenses of bundled packages', () => {
  it('stand beside the program', () => {
    expect(existsSync('build/licenses.txt'), 'run npm run build').toBe(true);
    const text = readFileSync('build/licenses.txt', 'utf8');
    for (const name of ['cdk8s', 'cdk8s-plus-28', 'commander', 'simple-git', 'yaml']) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ `, 'm'));
    }
  });

  it('are of every package once, also of one inside of another, and not of what is ours', () => {
    const folder = temporaryFolder();
    const inside = join(folder, 'node_modules/@a/b/node_modules/c');
    writeFiles(folder, {
      'node_modules/@a/b/package.json': '{ "name": "@a/b", "version": "1.0.0", "license": "MIT" }',
      'node_modules/@a/b/LICENSE': 'of b\n',
      'node_modules/@a/b/NOTICE.md': 'seen in b\n',
      'node_modules/@a/b/node_modules/c/package.json': '{ "name": "c", "version": "2.0.0", "license": "ISC" }',
      'node_modules/@a/b/node_modules/c/license.txt': 'of c\n',
    });
    const text = of(
      'src/cli.ts',
      join(folder, 'node_modules/@a/b/x.js'),
      join(inside, 'y.js'),
      join(inside, 'lib/z.js'),
    );
    expect(text.split(/\n-+\n\n/)).toEqual(['@a/b 1.0.0 MIT\n\nof b\n\nseen in b\n', 'c 2.0.0 ISC\n\nof c\n']);
  });

  it('are not to be had of a package without one, which may not be bundled', () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'node_modules/d/package.json': '{ "name": "d" }' });
    const unlicensed = join(folder, 'node_modules/d/index.js');
    expect(() => of(unlicensed)).toThrow('it may not be bundled');
    // What is left out of the bundle needs none.
    expect(licensesOf({ inputs: {}, outputs: { 'cli.js': output([unlicensed], 0) } })).toBe('');
  });
});
