// Checks that the work tree, which the program reads, is the commit that is merged, and that nothing stands in the commit
// that only others would see: Argo CD clones the commit, with its submodules, and follows what Git follows.
//
// Runs in a checkout. Needs: FOLDER, the organization's folder in it (default: the repository's root).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { annotate, main, Refusal } from './github.mjs';

const home = process.env.FOLDER ? `${process.env.FOLDER.replace(/\/+$/, '')}/` : '';
const folders = ['clusters', 'dist', 'tenants'].map((folder) => `${home}${folder}/`);
const isOurs = (path) =>
  folders.some((folder) => path.startsWith(folder) || `${path}/` === folder) ||
  (path.startsWith(home) && /^organization\.[^/]*$/i.test(path.slice(home.length)));

await main(async () => {
  const committed = entries();
  const problems = committed.flatMap((entry) => problemOf(entry) ?? []);
  const known = new Set(committed.map(({ path }) => path));
  for (const folder of folders) {
    for (const path of filesBelow(folder.slice(0, -1))) {
      if (!known.has(path)) problems.push(`${named(path)} is no part of the commit`);
    }
  }
  // What a path is called is the change's to say, so it goes to the log in a line of ours.
  for (const problem of problems.slice(0, 10)) annotate('error', problem);
  if (problems.length > 0) {
    throw new Refusal(`what is checked here is not what would be merged: ${problems.length} differences`);
  }
});

/** All that stands in the commit. */
function entries() {
  const text = execFileSync('git', ['ls-tree', '-r', '-z', '--full-tree', 'HEAD'], { maxBuffer: 2 ** 30 });
  return text
    .toString('latin1')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [mode, , id] = entry.split('\t', 1)[0].split(' ');
      return { mode, id, path: entry.slice(entry.indexOf('\t') + 1) };
    });
}

function problemOf({ mode, id, path }) {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  // Argo CD fetches submodules, wherever they are, and what is in them is in no commit of this repository.
  if (mode === '160000') return `${named(path)} is a submodule`;
  if (name === '.gitmodules') return `${named(path)} names submodules`;
  if (!isOurs(path)) return undefined;
  if (name === '.gitattributes') return `${named(path)} says how Git changes files that others read as they are`;
  if (mode !== '100644') return `${named(path)} is no plain file`;
  const file = Buffer.from(path, 'latin1');
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) return `${named(path)} is not in the work tree as a file`;
  const bytes = readFileSync(file);
  const hash = createHash(id.length === 40 ? 'sha1' : 'sha256');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === id
    ? undefined
    : `${named(path)} has other bytes in the work tree`;
}

/** The files below a folder, by the bytes of their paths. */
function filesBelow(folder) {
  const bytes = Buffer.from(folder, 'latin1');
  if (!lstatSync(bytes, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(bytes, { withFileTypes: true, encoding: 'latin1' }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** A path for people, with nothing in it that a log would obey. */
function named(path) {
  return JSON.stringify(Buffer.from(path, 'latin1').toString('utf8')).replace(/[^ -~]|#(?=#)/g, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
