import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The bare writing of files that are in memory already, and nothing else: what no renderer can do without. Prints the
 * seconds that the writing took, without the start of the program.
 *
 *     write-bytes files.json out/
 */
const [bundle = '', out = ''] = process.argv.slice(2);
const files = JSON.parse(readFileSync(bundle, 'utf8')) as Readonly<Record<string, string>>;
const start = performance.now();
for (const folder of new Set(Object.keys(files).map(dirname))) mkdirSync(join(out, folder), { recursive: true });
for (const [path, text] of Object.entries(files)) writeFileSync(join(out, path), text);
console.log((performance.now() - start) / 1000);
