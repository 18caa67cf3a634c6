import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { sortedBy } from '../values/order.ts';
import type { Rule } from '../rules/rule.ts';

/**
 * The examples of rules: files in the folder of each, laid over one small organization without a fault. Only those who
 * explain a rule need them, so they are read when they are asked for and are no part of the compiled program.
 */

/** Files of an example, by path, in the order to read them in; `null` removes one of the example organization's. */
export type ExampleFiles = Readonly<Record<string, string | Uint8Array | null>>;

/** The folder of a rule, below that of all rules: `<family>/TENxxx-name`. */
export function folderOfRule(rulesFolder: string, { code, name }: Rule): string {
  const folders = readdirSync(rulesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((family) => join(rulesFolder, family.name, `${code}-${name}`));
  const folder = folders.find((path) => existsSync(path));
  if (folder === undefined) throw new Error(`there is no folder ${code}-${name} below ${rulesFolder}`);
  return folder;
}

/** Where a folder of an example names the files of the organization that are not there in it, one on a line. */
const removed = 'removed.txt';

/** All that a folder of an example lays over the organization; nothing where there is no such folder. */
export function exampleIn(folder: string): ExampleFiles {
  if (!existsSync(folder)) return {};
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  const gone = paths.includes(removed) ? readFileSync(join(folder, removed), 'utf8').trim().split('\n') : [];
  const there = sortedBy(
    paths.filter((path) => path !== removed),
    readingOrder,
  );
  return Object.fromEntries([
    ...gone.map((path) => [path, null] as const),
    ...there.map((path) => [path, textOrBytes(readFileSync(join(folder, path)))] as const),
  ]);
}

/** The organization, then its clusters and tenants; of each YAML first, and certificates last. */
function readingOrder(path: string): string[] {
  const [, folder = '', stem = '', ending = ''] = /^(?:(.*)\/)?(.*?)\.([a-z]+)$/.exec(path) ?? [];
  return [folder, ending === 'pem' ? 'certificate' : '', stem, ending === 'yaml' ? '' : ending];
}

function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}
