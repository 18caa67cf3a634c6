import { createHash } from 'node:crypto';
import type { ClusterInput } from '../manifests/cluster-input.ts';
import type { ManifestFile } from '../manifests/manifest-file.ts';
import type { Origin } from '../source/source.ts';
import { oncePer } from '../values/once.ts';
import type { DistEntry } from './dist.ts';

/**
 * A digest of all that a cluster is rendered from, by content: the whole value, whatever is in it. Two inputs with the
 * same digest are rendered to the same bytes.
 *
 * Of an origin, the file counts, which is named at the top of what is rendered. Its path in the file does not: it says
 * where to point in a diagnostic, and what is remembered has none. Else an entry more in a list would change the origins of
 * all that comes after it.
 */
export function digestOfInput(input: ClusterInput): string {
  return digest(
    Object.entries(input).flatMap(([key, value]) => [key, isObject(value) ? partDigest(value) : text(value)]),
  );
}

/** Of the organization, of a tenant or a list of them: many clusters have the same one, and it is digested once. */
const partDigest = oncePer((part: object): string =>
  Array.isArray(part)
    ? digest(['list', ...part.map((item: unknown) => (isObject(item) ? partDigest(item) : text(item)))])
    : digest(['value', text(part)]),
);

/**
 * A text that is the same for two values only if they have the same content: texts with their lengths, lists, maps and
 * objects with all that they have, in its order. One file has nearly all of a value's origins: it is written where it is
 * another one than before.
 */
function text(whole: unknown): string {
  let file = '';
  const write = (value: unknown): string => {
    if (typeof value === 'string') return `${value.length}:${value}`;
    if (!isObject(value)) return `${String(value)};`;
    if (Array.isArray(value)) {
      let items = '[';
      for (const item of value) items += write(item);
      return `${items}]`;
    }
    if (value instanceof Map) {
      let entries = '<';
      for (const [key, item] of value) entries += write(key) + write(item);
      return `${entries}>`;
    }
    if (isOrigin(value)) {
      if (value.file === file) return '@';
      file = value.file;
      return `@${write(file)}`;
    }
    let properties = '{';
    for (const key in value) properties += `${key.length}:${key}${write(value[key])}`;
    return `${properties}}`;
  };
  return write(whole);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Whether a value is an origin, or looks like that of a whole file: no other object has a parent that is one. */
function isOrigin(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, unknown>> & Origin {
  const { file, parent } = value;
  return typeof file === 'string' && (isObject(parent) || Object.keys(value).length === 1);
}

/** A digest of what stands in `dist/` of a cluster, or should. The files are sorted by path. */
export function digestOfFiles(files: readonly (ManifestFile | DistEntry)[]): string {
  return digest(
    files.flatMap((file) => [
      'executable' in file && file.executable ? 'executable' : '',
      file.path,
      // Of what is no file there is no text, and a digest that no rendered file has.
      file.text === undefined ? 'not a file' : `file ${file.text}`,
    ]),
  );
}

/** A digest of texts, each with its length, so that none can run on into the next. */
export function digest(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of texts) hash.update(`${part.length} `).update(part);
  return hash.digest('base64url');
}
