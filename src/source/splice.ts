import { isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { Pair, YAMLMap } from 'yaml';
import type { Mend } from './diagnostic.ts';

/**
 * Puts values into a YAML text and leaves the rest as it is, to the byte: comments, quotes and order are their author's.
 */

/**
 * The text with a value at a path of keys, in place of the one that is there or after the last key of the deepest mapping
 * on the path that is. Undefined where something else than a mapping stands in the way, or the text is no YAML.
 */
export function withValueAt(text: string, path: readonly string[], value: unknown): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  let at: YAMLMap = document.contents;
  for (const [depth, key] of path.entries()) {
    const pair = pairOf(at, key);
    if (!pair) return withPair(text, at, path.slice(depth), value);
    const isLast = depth === path.length - 1;
    if (!isLast && isMap(pair.value)) at = pair.value;
    else if (!isLast && !isEmpty(pair)) return undefined;
    else return withPairValue(text, pair, nested(path.slice(depth + 1), value));
  }
  return undefined;
}

/** A plain value in YAML's flow style, in one line. JSON is YAML; what needs no quotes has none. */
export function flowText(value: unknown): string {
  if (typeof value === 'string') return isPlain(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, of]) => `${flowText(key)}: ${flowText(of)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** What a mend puts into a file, in its language; TypeScript has all texts in quotes, keys as well. */
export function mendText(file: string, mend: Mend): string {
  return file.endsWith('.ts') ? JSON.stringify(mend) : flowText(mend);
}

/** Letters and what stands in names and paths, but for the words that some parser takes for something else. */
function isPlain(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n|[eE][0-9]+)$/i.test(text);
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

function isEmpty({ value }: Pair): boolean {
  return value === null || (isScalar(value) && value.value === null && value.source === '');
}

/** What a pair says instead; its key stays, and so does a comment behind it. */
function withPairValue(text: string, pair: Pair, value: unknown): string | undefined {
  const [, keyEnd] = rangeOf(pair.key);
  const colon = text.indexOf(':', keyEnd);
  if (colon < 0) return undefined;
  const [start, end] = isEmpty(pair) ? [colon + 1, colon + 1] : rangeOf(pair.value);
  const gap = isEmpty(pair) || text.slice(colon + 1, start).includes('\n') ? ' ' : '';
  const from = gap === '' ? start : colon + 1;
  // A block ends before the line end of its last line.
  const kept = text.slice(end);
  const lineEnd = text.slice(from, end).endsWith('\n') ? '\n' : '';
  return `${text.slice(0, from)}${gap}${flowText(value)}${lineEnd}${kept}`;
}

/** A pair more at the end of a mapping, in the mapping's own style. */
function withPair(text: string, map: YAMLMap, path: readonly string[], value: unknown): string | undefined {
  const last = map.items.at(-1);
  const [start] = rangeOf(map);
  if (map.flow) {
    const at = last ? rangeOf(last.value ?? last.key)[1] : start + 1;
    const pair = flowText(nested(path, value)).slice(2, -2);
    return `${text.slice(0, at)}${last ? ', ' : ' '}${pair}${last ? '' : ' '}${text.slice(at)}`;
  }
  if (!last) return undefined;
  const [first] = rangeOf(map.items[0]?.key);
  const indent = ' '.repeat(first - (text.lastIndexOf('\n', first - 1) + 1));
  // After the line on which the last value ends, whatever comment stands behind it.
  const valueEnd = Math.max(rangeOf(last.value ?? last.key)[1], rangeOf(last.key)[1]);
  const before = text.slice(0, valueEnd);
  const lineEnd = before.endsWith('\n') ? valueEnd : text.indexOf('\n', valueEnd) + 1 || text.length;
  const gap = lineEnd > 0 && text[lineEnd - 1] !== '\n' ? '\n' : '';
  return `${text.slice(0, lineEnd)}${gap}${block(path, value, indent)}${text.slice(lineEnd)}`;
}

/** A line for each key on the way; what stands there at last is in one line. */
function block([key = '', ...path]: readonly string[], value: unknown, indent: string): string {
  if (path.length === 0) return `${indent}${flowText(key)}: ${flowText(value)}\n`;
  return `${indent}${flowText(key)}:\n${block(path, value, `${indent}  `)}`;
}

/** Where a node begins, and where its value ends. */
function rangeOf(node: unknown): readonly [number, number] {
  const [start, end] = isNode(node) ? (node.range ?? []) : [];
  return [start ?? 0, end ?? 0];
}
