import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import { Failure } from '../values/failure.ts';
import { onSystem, systemCode } from '../values/system-error.ts';
import { writeBeside } from './cache.ts';
import type { Entry } from './kubeconfig.ts';
import { clusterOfUser } from './kubeconfig.ts';

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
  /** Those that are there under another name now. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
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
 * A kubeconfig with these entries in it. Everything else stays as it is written, with its comments and in its order: whose
 * entry it is says its user's command, and no name. `file` is what messages call it. Throws a Failure for what is no
 * kubeconfig or cannot be changed without harm, and where a name that is needed is somebody else's.
 */
export function mergedText(text: string, file: string, entries: readonly Entry[], options: MergeOptions): Merged {
  const document = documentOf(text, file);
  for (const key of lists) {
    const list = document.get(key, true);
    if (list === undefined || isNothing(list)) document.set(key, nodeOf([]));
    else if (!isSeq(list)) throw notUnderstood(file, `\`${key}\` is no list`);
    // Some readers take its name from elsewhere, and some take none.
    else if (list.items.some((item) => isMap(item) && item.has('<<')))
      throw notUnderstood(file, `an entry among its ${key} is put together with \`<<\``);
  }
  const own = ownEntries(document, options.issuer);
  for (const { name } of entries) {
    const taken = lists.find((key) => !isOwn(document, own, key, name) && named(document, key, name).length > 0);
    if (taken === undefined) continue;
    throw new Failure('kubeconfig', `${file} has an entry \`${name}\` among its ${taken} that is not of this issuer`, {
      help: `rename it (\`kubectl config rename-context\`, and the names of its cluster and user), or write to another file with --output`,
    });
  }
  const current = document.get('current-context');
  // Looked up before anything is changed: names may go from one cluster to another.
  const chosen = entries.map((entry) => chosenNamespace(document, own, entry));
  const wanted = new Set(entries.map(({ name }) => name));
  const whole = [...own].filter(([name]) => !wanted.has(name) && isOwn(document, own, 'contexts', name));
  const renamed = whole.flatMap(([from, id]) => {
    const to = entries.find((entry) => entry.id === id)?.name;
    return to === undefined ? [] : [{ from, to }];
  });
  const gone = whole.map(([name]) => name).filter((name) => !renamed.some(({ from }) => from === name));
  const removed = options.isWhole ? gone : [];
  for (const name of [...removed, ...renamed.map(({ from }) => from)]) dropAll(document, name);
  for (const [index, entry] of entries.entries()) put(document, entry, options, chosen[index]);
  const followed = renamed.find(({ from }) => from === current)?.to;
  if (options.use !== undefined) document.set('current-context', options.use);
  else if (followed !== undefined) document.set('current-context', followed);
  else if (removed.some((name) => name === current)) document.set('current-context', '');
  return { text: printed(document, file), removed, renamed };
}

function printed(document: Document, file: string): string {
  try {
    return document.toString({ lineWidth: 0 });
  } catch (error) {
    throw new Failure('kubeconfig', `${file} is not changed: what would be in it cannot be written`, {
      cause: error,
      help: 'where an entry takes a part of another one (`&name`, `*name`), write the part out; or write to another file with --output',
    });
  }
}

/** The users that were written for the issuer, by name, each with the id of his cluster. */
function ownEntries(document: Document, issuer: string): ReadonlyMap<string, string> {
  const own = new Map<string, string>();
  for (const name of namesIn(document, 'users')) {
    const user = sole(document, 'users', name);
    const exec = partOf(document, user, 'user', 'exec');
    const args = partOf(document, exec, 'args');
    const cluster = clusterOfUser(
      {
        command: textOfNode(document, partOf(document, exec, 'command')),
        args: isSeq(args) ? args.items.map((item) => textOfNode(document, item)) : [],
      },
      issuer,
    );
    if (cluster !== undefined) own.set(name, cluster);
  }
  return own;
}

/**
 * Whether the entry of this name in a list is one that was written here: its user runs this program, its context is of that
 * user and that cluster, and where there is no such context no other one refers to the cluster.
 */
function isOwn(
  document: Document,
  own: ReadonlyMap<string, string>,
  key: (typeof lists)[number],
  name: string,
): boolean {
  if (!own.has(name)) return false;
  if (key === 'users') return true;
  const isThere = named(document, 'contexts', name).length > 0;
  const context = sole(document, 'contexts', name);
  const isOwnContext =
    context !== undefined &&
    ['user', 'cluster'].every((part) => textOfNode(document, partOf(document, context, 'context', part)) === name);
  if (key === 'contexts') return isOwnContext;
  if (sole(document, 'clusters', name) === undefined) return false;
  return isThere ? isOwnContext : !isReferred(document, 'cluster', name);
}

function isReferred(document: Document, part: 'cluster' | 'user', name: string): boolean {
  return listOf(document, 'contexts').items.some(
    (item) => textOfNode(document, partOf(document, item, 'context', part)) === name,
  );
}

/** The namespace of the context that there is for a cluster, under whatever name. */
function chosenNamespace(
  document: Document,
  own: ReadonlyMap<string, string>,
  { name, id }: Entry,
): string | undefined {
  const others = [...own].filter(([, cluster]) => cluster === id).map(([other]) => other);
  for (const other of [name, ...others]) {
    if (!isOwn(document, own, 'contexts', other)) continue;
    const context = sole(document, 'contexts', other);
    return textOfNode(document, partOf(document, context, 'context', 'namespace'));
  }
  return undefined;
}

function documentOf(text: string, file: string): Document {
  const isNew = text.trim() === '';
  const document: Document = parseDocument(isNew ? emptyKubeconfig : text, asWritten);
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

/** Every scalar is a text, and stays what it is: numbers would be written anew, and not all can be. */
const asWritten = { schema: 'failsafe', resolveKnownTags: false } as const;

/** A value of one's own, written so that every reader takes a text for one. */
function nodeOf(value: unknown): Node | null {
  return parseDocument(stringify(value, { compat: 'yaml-1.1', lineWidth: 0 }), asWritten).contents;
}

/** Nothing, or a null. */
function isNothing(node: unknown): boolean {
  return isScalar(node) && node.type === 'PLAIN' && /^(?:|~|null|Null|NULL)$/.test(String(node.value));
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

/** All entries of a name, whatever else they are. */
function named(document: Document, key: (typeof lists)[number], name: string): unknown[] {
  return listOf(document, key).items.filter((item) => textOfNode(document, partOf(document, item, 'name')) === name);
}

/** The entry of a name where there is exactly one, written out: of several each reader takes another. */
function sole(document: Document, key: (typeof lists)[number], name: string): YAMLMap | undefined {
  const [first, ...others] = named(document, key, name);
  return others.length === 0 && isMap(first) ? first : undefined;
}

function namesIn(document: Document, key: (typeof lists)[number]): string[] {
  return listOf(document, key).items.flatMap((item) => textOfNode(document, partOf(document, item, 'name')) ?? []);
}

/** The node at a path in another one; aliases are followed. */
function partOf(document: Document, node: unknown, ...path: readonly string[]): unknown {
  let at = isAlias(node) ? node.resolve(document) : node;
  for (const key of path) {
    const next: unknown = isMap(at) ? at.get(key, true) : undefined;
    at = isAlias(next) ? next.resolve(document) : next;
  }
  return at;
}

function textOfNode(document: Document, node: unknown): string | undefined {
  const found = partOf(document, node);
  return isScalar(found) && typeof found.value === 'string' ? found.value : undefined;
}

/** Removes a context of one's own, and of its cluster and user what no other context refers to. */
function dropAll(document: Document, name: string): void {
  drop(document, 'contexts', name);
  if (!isReferred(document, 'cluster', name)) drop(document, 'clusters', name);
  if (!isReferred(document, 'user', name)) drop(document, 'users', name);
}

function drop(document: Document, key: (typeof lists)[number], name: string): void {
  const list = listOf(document, key);
  const entry = sole(document, key, name);
  list.items = list.items.filter((item) => item !== entry);
}

function put(document: Document, entry: Entry, options: MergeOptions, chosen: string | undefined): void {
  const { name, cluster, user, namespace, namespaces } = entry;
  const isKept = !options.isNamespaceGiven && chosen !== undefined && namespaces.includes(chosen);
  const own = isKept ? chosen : namespace;
  const context = { cluster: name, user: name, ...(own !== undefined && { namespace: own }) };
  const parts = { clusters: ['cluster', cluster], contexts: ['context', context], users: ['user', user] } as const;
  for (const key of lists) {
    const [field, value] = parts[key];
    const there = sole(document, key, name);
    if (there) there.set(field, nodeOf(value));
    else {
      const list = listOf(document, key);
      // An empty list is written in brackets, and would hold what comes into it in one line.
      if (list.items.length === 0) list.flow = false;
      list.add(nodeOf({ name, [field]: value }));
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
