import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from './bench.ts';
import { benchOf } from './bench.ts';
import { comparePeers } from './compare.ts';
import type { Measured } from './measured.ts';
import { figuresOf, sampleCases } from './measured.ts';
import { chart, tables, withFigures } from './page.ts';
import { median, runProgram } from './process.ts';
import { programs } from './programs.ts';

/**
 * Measures tenantry beside its peers, and prints what it found:
 *
 *     npm run bench                 fleets of 10 to 10,000 namespaces, five runs of everything: a quarter of an hour
 *     npm run bench -- --small      10 and 100 namespaces, one run: only shows that the bench runs
 *     npm run bench -- --write      writes docs/performance.md and its chart as well
 *     npm run bench -- --sizes 1000 --runs 3
 *
 * It fails when a program fails, and never because something is slow.
 */
const options = process.argv.slice(2);
const option = (name: string): string | undefined => options[options.indexOf(`--${name}`) + 1 || options.length];
const small = options.includes('--small');
const sizes = (option('sizes') ?? (small ? '10,100' : '10,100,1000,10000')).split(',').map(Number);
const runs = Number(option('runs') ?? (small ? 1 : 5));

const root = join(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
try {
  const peers = await programs(root);
  const measured: Measured[] = [];
  for (const size of sizes) {
    const folder = join(work, String(size));
    const { cases, ...bench } = await benchOf(root, folder, size, peers);
    if (size <= 100) await comparePeers(folder, cases);
    measured.push({ ...bench, figures: await measure(cases, `${size} namespaces`) });
  }
  const sample = await measure(sampleCases(root), 'the sample organization');
  const found = { node: process.version, cores: availableParallelism(), runs, sizes: measured, sample };
  process.stderr.write('\r\x1b[K');
  console.log(tables(found));
  if (options.includes('--write')) {
    const page = join(root, 'docs/performance.md');
    writeFileSync(page, withFigures(readFileSync(page, 'utf8'), found));
    writeFileSync(join(root, 'docs/performance.svg'), chart(found));
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The medians of some rounds of all cases, in turn, so that a busy moment falls on all of them. */
async function measure(cases: readonly Case[], what: string): Promise<Measured['figures']> {
  const seen = new Map(cases.map(({ name }) => [name, { seconds: [] as number[], megabytes: [] as number[] }]));
  for (let run = 1; run <= runs; run++) {
    for (const { name, program, prepare, code = 0, printsSeconds } of cases) {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}, run ${run} of ${runs}: ${name}`);
      prepare?.(run);
      const result = await runProgram(program(run));
      if (result.code !== code) {
        throw new Error(
          `${name} at ${what} ended with ${result.code ?? 'a signal'}:\n${result.stderr || result.stdout}`,
        );
      }
      const figures = seen.get(name);
      figures?.seconds.push(printsSeconds ? Number(result.stdout) : result.seconds);
      if (result.megabytes !== undefined) figures?.megabytes.push(result.megabytes);
    }
  }
  return figuresOf(
    Array.from(seen, ([name, { seconds, megabytes }]) => [
      name,
      { seconds: median(seconds), ...(megabytes.length > 0 && { megabytes: Math.max(...megabytes) }) },
    ]),
  );
}
