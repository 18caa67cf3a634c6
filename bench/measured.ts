import { join } from 'node:path';
import type { Case } from './bench.ts';

/** The median time of a case, and the most memory that any of its runs took. */
export interface Figure {
  readonly seconds: number;
  readonly megabytes?: number;
}

/** What was measured at one size. */
export interface Measured {
  readonly namespaces: number;
  readonly files: number;
  readonly objects: number;
  readonly megabytes: number;
  readonly figures: ReadonlyMap<string, Figure>;
}

/** All that a run of the bench has found. */
export interface Found {
  readonly node: string;
  readonly cores: number;
  readonly runs: number;
  readonly sizes: readonly Measured[];
  readonly sample: ReadonlyMap<string, Figure>;
}

export function figuresOf(entries: Iterable<readonly [string, Figure]>): Measured['figures'] {
  return new Map(entries);
}

/** How long it takes to start: the sample organization, with a TypeScript file among its tenants and without. */
export function sampleCases(root: string): Case[] {
  const node = process.execPath;
  const cli = join(root, 'build/cli.js');
  return [
    { name: 'node -e 0', program: () => ({ file: node, args: ['-e', '0'] }) },
    {
      name: 'validate',
      program: () => ({ file: node, args: [cli, 'validate', '--dir', root, '--as-of', '2026-06-15'] }),
    },
    { name: '--version', program: () => ({ file: node, args: [cli, '--version'] }) },
  ];
}
