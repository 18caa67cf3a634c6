import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Reasons go out of date without anybody noticing: the files and tests that the pages of decisions name must be there. */
const root = resolve(import.meta.dirname, '../..');
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');
const pagesIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const found = (text: string, pattern: RegExp): string[] =>
  Array.from(text.matchAll(pattern), ([, group = '']) => group);

const decisions = pagesIn('docs/decisions').filter((page) => !page.endsWith('README.md'));

it.each(pagesIn('docs/decisions'))('%s links to files that are there', (page) => {
  const links = found(textOf(page).replace(/```[^]*?```/g, ''), /\]\((?![a-z]+:|#)([^)#\s]+)/g);
  expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});

it.each(['docs/architecture.md', ...decisions])('%s names files that are there', (page) => {
  const paths = found(textOf(page), /`((?:src|test|docs|scripts|bench|schemas|\.github)\/[^`<*\s]*)`/g);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

describe('docs/decisions', () => {
  it('numbers its pages without a gap, and lists each with its title and date', () => {
    const index = textOf('docs/decisions/README.md');
    decisions.forEach((page, i) => {
      const name = page.slice('docs/decisions/'.length);
      const title = found(textOf(page), /^# \d+\. (.+)$/gm)[0] ?? '';
      const date = found(textOf(page), /^Decided on (\d{4}-\d\d-\d\d)\.$/gm)[0] ?? '';
      expect(name).toMatch(new RegExp(`^${String(i + 1).padStart(4, '0')}-`));
      expect(index).toMatch(new RegExp(`\\| ${i + 1} +\\| \\[`));
      const row = index.split('\n').find((line) => line.includes(`](${name})`)) ?? '';
      expect(row).toContain(`[${title}]`);
      expect(row).toContain(date === '' ? 'a date' : date);
    });
  });

  it.each(decisions)('%s names tests that are there', (page) => {
    const proofs = textOf(page)
      .split('## What shows that it holds\n')[1]
      ?.split('\n')
      .filter((line) => line !== '');
    expect(proofs).not.toHaveLength(0);
    for (const line of proofs ?? []) {
      const { title = '', file = '' } = /^- (?<title>.+) in `(?<file>[^`]+)`$/.exec(line)?.groups ?? {};
      expect(file, line).not.toBe('');
      expect(textOf(file), line).toContain(title);
    }
  });
});
