import { readConfigFiles } from '../../src/config/reading/files.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import { exampleDay, exampleOrganization } from './examples.ts';
import { rules } from '../../src/rules/index.ts';
import { checkConfig } from '../../src/rules/run.ts';
import { parseYaml } from '../../src/source/source.ts';
import { worktree } from '../../src/tree/tree.ts';
import { temporaryFolder, writeFiles } from './folders.ts';

/** What all rules say about the example organization on disk, notes aside, after `change` has been made to its folder. */
export async function saysOfFolder(change: (folder: string) => void): Promise<string[]> {
  const folder = temporaryFolder();
  writeFiles(folder, exampleOrganization);
  change(folder);
  const files = await readConfigFiles(worktree(folder), (file, text) => Promise.resolve(parseYaml(file, text)));
  const found = checkConfig(rules, { files, desired: resolve(files), asOf: exampleDay });
  const said = found.filter(({ severity }) => severity !== 'note');
  return said.map(({ code, message, primary: { location } }) => {
    return `${'origin' in location ? location.origin.file : location.file} ${code} ${message}`;
  });
}
