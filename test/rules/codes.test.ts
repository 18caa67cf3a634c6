import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rules } from '../../src/rules/index.ts';

/**
 * The codes are frozen: people write them into exceptions, and programs into their filters. A new rule adds a line to
 * the list (`npm run bless`); a line that changes or goes is a break.
 */
const list = join(import.meta.dirname, '../fixtures/rule-codes.txt');

it('keeps every code, its name and whether it can be waived', () => {
  const actual = rules.map(({ code, name, waivable }) => `${code} ${name}${waivable ? ' (waivable)' : ''}\n`).join('');
  if (process.env['TENANTRY_BLESS'] === '1') writeFileSync(list, actual);
  expect(actual).toBe(readFileSync(list, 'utf8'));
});

it('gives no code twice, and every code the form TEN and three digits', () => {
  const codes = rules.map((rule) => rule.code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.filter((code) => !/^TEN\d{3}$/.test(code))).toEqual([]);
});

it('has every folder of a rule in the index, named by its code and its name', () => {
  const foldersIn = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const all = join(import.meta.dirname, '../../src/rules');
  const families = foldersIn(all).filter((name) => name !== 'example-organization');
  const folders = families.flatMap((family) => foldersIn(join(all, family)));
  expect(folders.sort()).toEqual(rules.map(({ code, name }) => `${code}-${name}`));
});
