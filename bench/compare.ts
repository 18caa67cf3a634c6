import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { Case } from './bench.ts';
import { runProgram } from './process.ts';

/** The cases that print the objects of namespaces as tenantry does. */
export const peers = ['helm template', 'plain cdk8s'] as const;

/**
 * Throws unless the peers print the objects of `dist/<cluster>/namespaces/`, every one with every
 * field: else a comparison of their times would say nothing.
 */
export async function comparePeers(
  folder: string,
  cases: readonly Case[],
  names: readonly (typeof peers)[number][] = peers,
): Promise<void> {
  const expected = objectsOf(
    filesBelow(join(folder, 'fleet/dist'))
      .filter((file) => file.includes('/namespaces/'))
      .map(text),
  );
  for (const name of names) {
    const found = cases.find((item) => item.name === name);
    if (!found) throw new Error(`there is no case ${name}`);
    const { code, stdout, stderr } = await runProgram(found.program(0));
    if (code !== 0) throw new Error(`${name} failed: ${stderr}`);
    const printed = objectsOf(stdout === '' ? filesBelow(join(folder, 'cdk8s-0')).map(text) : [stdout]);
    if (!isDeepStrictEqual(printed, expected)) {
      const odd = printed.find((object) => !expected.includes(object));
      const missing = expected.find((object) => !printed.includes(object));
      throw new Error(
        `${name} prints other objects: ${printed.length} for ${expected.length}, among them\n` +
          `  ${odd ?? 'nothing else'}\nand not\n  ${missing ?? 'nothing else'}`,
      );
    }
  }
}

/** The objects of some texts, each as JSON with sorted keys, sorted. */
function objectsOf(texts: readonly string[]): string[] {
  return texts
    .flatMap((yaml) => parseAllDocuments(yaml))
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null)
    .map((object) => JSON.stringify(sorted(object)))
    .sort();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function text(file: string): string {
  return readFileSync(file, 'utf8');
}
