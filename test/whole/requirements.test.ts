import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const rows = readFileSync(join(root, 'docs/requirements.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| (?<id>[SN]\d+b?) \|.*\| (?<proof>[^|]*) \|$/.exec(line)?.groups)
  .filter((groups) => groups !== undefined);

describe('docs/requirements.md', () => {
  it('lists every requirement once', () => {
    const ids = rows.map((row) => row['id']);
    expect(new Set(ids).size).toBe(ids.length);
    for (let i = 1; i <= 75; i++) expect(ids).toContain(`S${i}`);
    for (let i = 1; i <= 10; i++) expect(ids).toContain(`N${i}`);
  });

  it('names tests that are there', () => {
    for (const { id, proof } of rows) {
      for (const named of (proof ?? '').split(', ').filter((part) => part !== '')) {
        const { title = '', file = '' } = /^(?<title>.+) in `(?<file>[^`]+)`$/.exec(named)?.groups ?? {};
        const path = join(root, file);
        expect(file !== '' && existsSync(path), `${id ?? ''}: ${named}`).toBe(true);
        expect(readFileSync(path, 'utf8'), `${id ?? ''}: ${named}`).toContain(title);
      }
    }
  });
});

it('S67: in the sample, one group owns two tenants', () => {
  const owners = ['solar', 'green'].map(
    (tenant) =>
      (parse(readFileSync(join(root, `tenants/${tenant}.yaml`), 'utf8')) as { spec: { owners: { name: string }[] } })
        .spec.owners,
  );
  expect(owners.map((list) => list.map((o) => o.name))).toEqual([['solar-and-green'], ['solar-and-green']]);
});
