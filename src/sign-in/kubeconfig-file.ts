import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import type { Document, YAMLSeq } from 'yaml';
import { isMap, isSeq, parseDocument } from 'yaml';
import { Failure } from '../values/failure.ts';
import { onSystem, systemCode } from '../values/system-error.ts';
import { writeBeside } from './cache.ts';
import type { Entry } from './kubeconfig.ts';
import { isOwnUser } from './kubeconfig.ts';

export interface MergeOptions {
  readonly issuer: string;
  /** The entries are all that there are for this issuer: its others are gone. */
  readonly isWhole: boolean;
  /** The namespace was asked for: one that somebody has chosen in the file is replaced. */
  readonly isNamespaceGiven: boolean;
  /** The context to switch to. */
  readonly use?: string;
}

/** What a merge has done, by the names of contexts. */
export interface Merged {
  readonly text: string;
  readonly removed: readonly string[];
}

const lists = ['clusters', 'contexts', 'users'] as const;

/** A kubeconfig of these entries alone. */
export function kubeconfigText(entries: readonly Entry[], use: string | undefined): string {
  return mergedText('', '', entries, {
    issuer: '',
    isWhole: false,
    isNamespaceGiven: true,
    ...(use !== undefined && { use }),
  }).text;
}

/**
 * A kubeconfig with these entries in it. Everything else stays, with its comments and in its order: whose entry it is says
 * its user's command, and no name. `file` is what messages call it. Throws a Failure for what is no kubeconfig, and where a
 * name that is needed is somebody else's.
 */
export function mergedText(text: string, file: string, entries: readonly Entry[], options: MergeOptions): Merged {
  const document = documentOf(text, file);
  for (const key of lists) {
    const list = document.get(key);
    if (list === null || list === undefined) document.set(key, document.createNode([]));
    else if (!isSeq(list)) throw notUnderstood(file, `\`${key}\` is no list`);
  }
  const own = new Set(
    namesIn(document, 'users').filter((name) =>
      isOwnUser(plain(find(document, 'users', name), 'user', 'exec'), options.issuer),
    ),
  );
  for (const { name } of entries) {
    const taken = lists.find((key) => !own.has(name) && find(document, key, name) !== undefined);
    if (taken === undefined) continue;
    throw new Failure('kubeconfig', `${file} has an entry \`${name}\` among its ${taken} that is not of this issuer`, {
      help: `rename it (\`kubectl config rename-context\`, and the names of its cluster and user), or write to another file with --output`,
    });
  }
  const wanted = new Set(entries.map(({ name }) => name));
  const removed = options.isWhole ? [...own].filter((name) => !wanted.has(name)) : [];
  for (const name of removed) for (const key of lists) drop(document, key, name);
  for (const entry of entries) put(document, entry, options);
  if (options.use !== undefined) document.set('current-context', options.use);
  else if (removed.some((name) => name === document.get('current-context'))) document.set('current-context', '');
  return { text: document.toString({ lineWidth: 0 }), removed };
}

function documentOf(text: string, file: string): Document {
  const isNew = text.trim() === '';
  const document: Document = parseDocument(isNew ? emptyKubeconfig : text);
  if (document.errors.length > 0) {
    // What a parser says of a file may quote it, and there may be keys in this one.
    const [line] = document.errors[0]?.linePos ?? [];
    throw notUnderstood(file, line ? `it is no YAML at line ${line.line}` : 'it is no YAML');
  }
  if (!isMap(document.contents)) throw notUnderstood(file, 'it holds no mapping');
  const kind = document.get('kind');
  if (kind !== undefined && kind !== 'Config') throw notUnderstood(file, 'its `kind` is not `Config`');
  return document;
}

const emptyKubeconfig = 'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\ncurrent-context: ""\n';

function notUnderstood(file: string, why: string): Failure {
  return new Failure('kubeconfig', `${file} is not changed: ${why}`, {
    help: 'mend it, or write to another file with --output',
  });
}

function listOf(document: Document, key: (typeof lists)[number]): YAMLSeq {
  const list = document.get(key);
  if (isSeq(list)) return list;
  throw new Error(`${key} was made a list, and is none`);
}

function find(document: Document, key: (typeof lists)[number], name: string): unknown {
  return listOf(document, key).items.find((item) => isMap(item) && item.get('name') === name);
}

function namesIn(document: Document, key: (typeof lists)[number]): string[] {
  return listOf(document, key).items.flatMap((item) => {
    const name = isMap(item) ? item.get('name') : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

/** The plain value at a path in an entry. */
function plain(entry: unknown, ...path: readonly string[]): unknown {
  if (!isMap(entry)) return undefined;
  const value: unknown = entry.toJSON();
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

function drop(document: Document, key: (typeof lists)[number], name: string): void {
  const list = listOf(document, key);
  list.items = list.items.filter((item) => !isMap(item) || item.get('name') !== name);
}

function put(document: Document, { name, cluster, user, namespace, namespaces }: Entry, options: MergeOptions): void {
  const chosen = plain(find(document, 'contexts', name), 'context', 'namespace');
  const isKept = !options.isNamespaceGiven && typeof chosen === 'string' && namespaces.includes(chosen);
  const own = isKept ? chosen : namespace;
  const context = { cluster: name, user: name, ...(own !== undefined && { namespace: own }) };
  const parts = { clusters: ['cluster', cluster], contexts: ['context', context], users: ['user', user] } as const;
  for (const key of lists) {
    const [field, value] = parts[key];
    const there = find(document, key, name);
    const node = document.createNode(value);
    if (isMap(there)) there.set(field, node);
    else {
      const list = listOf(document, key);
      // An empty list is written in brackets, and would hold what comes into it in one line.
      if (list.items.length === 0) list.flow = false;
      list.add(document.createNode({ name, [field]: value }));
    }
  }
}

/**
 * Changes a kubeconfig as kubectl does: while nobody else does, written beside and put in its place, for its owner alone. A
 * link is followed only within its folder: elsewhere it is somebody else's file, or one that is shared. Gives what `change`
 * gives.
 */
export function changeKubeconfig(path: string, processId: number, change: (text: string) => Merged): Merged {
  const file = targetOf(path);
  onSystem(`make the folder ${dirname(file)}`, () => mkdirSync(dirname(file), { recursive: true, mode: 0o700 }));
  const lock = `${file}.lock`;
  takeLock(file, lock);
  try {
    const merged = change(textOf(file));
    replace(file, processId, merged.text);
    return merged;
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Writes a kubeconfig where there is none yet. */
export function newKubeconfig(path: string, processId: number, text: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })) {
    throw new Failure('kubeconfig', `${path} is there already`, {
      help: 'add to it with --merge, or name another file',
    });
  }
  replace(path, processId, text);
}

function replace(path: string, processId: number, text: string): void {
  onSystem(`write ${path}`, () => {
    const temporary = writeBeside(dirname(path), basename(path), processId, text);
    try {
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

function targetOf(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return path;
  if (found.isFile()) return path;
  if (found.isSymbolicLink()) {
    const folder = realpathSync(dirname(path));
    const target = onSystem(`follow ${path}`, () => realpathSync(path));
    if (target.startsWith(`${folder}${sep}`) && lstatSync(target).isFile()) return target;
    throw new Failure('kubeconfig', `${path} is a link to ${target}, which is not changed`, {
      help: 'name the file itself with --output',
    });
  }
  throw new Failure('kubeconfig', `${path} is no file`, { help: 'name a file with --output' });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    return onSystem(`read ${file}`, () => {
      throw error;
    });
  }
}

/** kubectl's own lock, which it takes whenever it changes the file. */
function takeLock(file: string, lock: string): void {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') {
      onSystem(`write ${lock}`, () => {
        throw error;
      });
    }
    throw new Failure('kubeconfig', `another program changes ${file}`, {
      cause: error,
      help: `run this again when it has ended; if none does, delete ${join(dirname(file), basename(lock))}`,
    });
  }
}
