import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { textAt } from '../src/values/json.ts';
import { sortedBy } from '../src/values/order.ts';

/**
 * The licenses of all packages that are bundled, which ask to stand wherever the packages do. Throws for a package that
 * does not bring the text of its license.
 */
export function licensesOf({ outputs }: Metafile): string {
  const bundled = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  // What nothing is used of is looked at, and left out.
  const used = bundled.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
  const folders = new Set(used.flatMap((path) => packageFolder(path) ?? []));
  return sortedBy(folders, (folder) => folder)
    .map((folder) => {
      const about: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const title = ['name', 'version', 'license'].map((key) => textAt(about, key) ?? '').join(' ');
      const texts = readdirSync(folder)
        .filter((name) => /^(?:licen[cs]e|notice)(?:[.-]|$)/i.test(name))
        .sort()
        .map((name) => readFileSync(join(folder, name), 'utf8').trim());
      if (texts.length === 0) throw new Error(`${folder} has no license file: it may not be bundled`);
      return `${title}\n\n${texts.join('\n\n')}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** `node_modules/cdk8s/node_modules/yaml` for a file somewhere in it; undefined for one of ours. */
function packageFolder(path: string): string | undefined {
  const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return folder;
}
