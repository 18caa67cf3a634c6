import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { jsonSchemas } from '../src/settings/json-schema.ts';
import { argoCDPage } from './argo-cd-page.ts';
import { authorityPage } from './authority-page.ts';
import { configurationPage } from './configuration-page.ts';
import { planPage } from './plan-page.ts';
import { rulesPages } from './rules-page.ts';

/**
 * Writes what is generated from the program itself: the JSON Schemas, the configuration reference, the page of who may decide what, the rules page, the page of
 * plans and the lists of kinds in the guide to Argo CD.
 * With `--check` writes nothing and fails when one of them is stale.
 */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const generated: Record<string, string> = {
  ...jsonSchemas(),
  'docs/configuration.md': configurationPage(),
  'docs/authority.md': authorityPage(),
  ...(await rulesPages()),
  ...(await planPage()),
  ...argoCDPage(),
};
const stale = Object.entries(generated).filter(
  ([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text,
);
for (const [path, text] of stale) {
  if (values.check) process.stderr.write(`${path} is stale: run \`npm run generate\` and commit what it writes\n`);
  else writeFileSync(path, text);
}
if (values.check && stale.length > 0) process.exitCode = 1;
