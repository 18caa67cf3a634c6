import { chmodSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainIndex } from '../../src/tree/git-index.ts';
import { writeFiles } from '../support/folders.ts';
import type { TestRepository } from '../support/repositories.ts';
import { temporaryRepository } from '../support/repositories.ts';

/** Indexes that Git itself has written, each with one thing that is not plain. */

const indexOf = ({ folder }: TestRepository): Buffer => readFileSync(join(folder, '.git', 'index'));

function repository(...options: readonly string[]): TestRepository {
  const made = temporaryRepository(...options);
  made.commit({
    'organization.yaml': 'x\n',
    'tenants/solar.yaml': 'x\n',
    [`tenants/${'long'.repeat(40)}.yaml`]: 'x\n',
  });
  return made;
}

describe('isPlainIndex', () => {
  it('is so of an index with files, folders and links', () => {
    const made = repository();
    symlinkSync('organization.yaml', join(made.folder, 'link'));
    chmodSync(join(made.folder, 'organization.yaml'), 0o755);
    made.commit();
    expect(isPlainIndex(indexOf(made))).toBe(true);
  });

  it.each<[string, (made: TestRepository) => void]>([
    ['a sparse checkout', ({ git }) => git(['sparse-checkout', 'set', '--no-cone', 'organization.yaml'])],
    ['a file that is skipped', ({ git }) => git(['update-index', '--skip-worktree', 'tenants/solar.yaml'])],
    [
      'a file that is taken for unchanged',
      ({ git }) => git(['update-index', '--assume-unchanged', 'tenants/solar.yaml']),
    ],
    [
      'a submodule',
      ({ git }) => git(['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},tenants/shared`]),
    ],
    ['another index that it is a part of', ({ git }) => git(['update-index', '--split-index'])],
    ['short names (version 4)', ({ git }) => git(['update-index', '--index-version', '4'])],
    [
      'a file that is to be added',
      ({ folder, git }) => {
        writeFiles(folder, { 'clusters/new.yaml': 'x\n' });
        git(['add', '--intent-to-add', 'clusters/new.yaml']);
      },
    ],
  ])('is not so of one with %s', (_, change) => {
    const made = repository();
    change(made);
    expect(isPlainIndex(indexOf(made))).toBe(false);
  });

  it('is not so of one with ids by SHA-256', () => {
    expect(isPlainIndex(indexOf(repository('--object-format=sha256')))).toBe(false);
  });

  it('never fails on what is no index, or only a part of one', () => {
    const whole = indexOf(repository());
    const isPlain = (bytes: Uint8Array): boolean => isPlainIndex(Buffer.from(bytes));
    const lastName = whole.lastIndexOf('tenants/solar.yaml');
    for (let length = 0; length < whole.length; length++) {
      expect(isPlain(whole.subarray(0, length)) && length < lastName).toBe(false);
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        (bytes) => !isPlain(Buffer.concat([whole.subarray(0, 12), bytes])),
      ),
    );
  });
});
