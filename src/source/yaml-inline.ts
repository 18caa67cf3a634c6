import { isShown } from './text.ts';
import type { Lines, Mapping, Value } from './yaml-lines.ts';
import { blankOrComment, indentationOf, maxDepth, noteItem, noteKey, notPlain } from './yaml-lines.ts';

/** What plain YAML has within a line: scalars, and `{ }` and `[ ]`, which may go on in the lines below. */

const keyPattern = /[A-Za-z_][A-Za-z0-9_./-]{0,99}(?=:(?: |$))/y;
const restOfLine = / *(?: #.*)?$/y;
/** Words and what joins them. A colon or a space is part of a scalar only before another character of it. */
const plainPattern =
  /[A-Za-z0-9_/\u00a1-\uffff](?:[A-Za-z0-9_./@+*\u00a1-\uffff-]|:(?=[A-Za-z0-9_/])| (?=[A-Za-z0-9]))*/y;
const plainTextPattern =
  /[A-Za-z0-9_/\u00a1-\uffff](?:[A-Za-z0-9_./@+*,;()'\u00a1-\uffff-]|:(?=[A-Za-z0-9_/])| (?=[A-Za-z0-9(\u00a1-\uffff]))*/y;
const doubleQuoted = /"(?:[^"\\]|\\.)*"/y;
const singleQuoted = /'[^']*'(?!')/y;
const wholeNumber = /^(?:0|[1-9][0-9]{0,14})$/;
/** Dates and quantities: they begin like numbers, and are none in any YAML. */
const textWithDigits = /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[1-9][0-9]*(?:m|k|Ki|Mi|Gi|Ti|M|G|T))$/;

/** Words that are no strings, or not in every YAML: as keys, too, they go to the parser. */
const words: ReadonlySet<string> = new Set(
  ['true', 'false', 'null', 'y', 'n', 'yes', 'no', 'on', 'off'].flatMap((word) => [
    word,
    word.charAt(0).toUpperCase() + word.slice(1),
    word.toUpperCase(),
  ]),
);

/** A place in a line. */
interface Cursor {
  readonly lines: Lines;
  line: string;
  at: number;
  /** The indentation of what the value belongs to: the lines in which it goes on are indented further. */
  readonly parent: number;
}

/** Whether a key begins at a place of a line. */
export function isKeyAt(line: string, at: number): boolean {
  return matchAt(keyPattern, line, at) !== '';
}

/** The key at a place of a line, that `map` does not have yet. */
export function keyAt(line: string, at: number, map: Mapping): string {
  const key = matchAt(keyPattern, line, at);
  if (key === '' || words.has(key) || key === '__proto__' || Object.hasOwn(map, key)) throw notPlain;
  return key;
}

/**
 * The value that the rest of the next line is, but for a comment, of a key or an item that is indented by `parent`. A text
 * without quotes, or what is between brackets, may go on in the lines below. The lines that it takes are read.
 */
export function lineValue(lines: Lines, at: number, parent: number, depth: number): Value {
  const cursor = { lines, line: lines.line, at, parent };
  skipSpaces(cursor);
  lines.start = lines.offset + cursor.at;
  const value = inlineValue(cursor, plainTextPattern, depth);
  lines.end = lines.offset + cursor.at;
  const isWhole = cursor.at === cursor.line.length;
  if (!isWhole) {
    restOfLine.lastIndex = cursor.at;
    if (!restOfLine.test(cursor.line)) throw notPlain;
  }
  lines.next();
  const last = cursor.line.charAt(cursor.at - 1);
  const isBare = isWhole && typeof value === 'string' && last !== '"' && last !== "'";
  return isBare ? withMoreLines(lines, value, parent) : value;
}

/** A text without quotes with the lines in which it goes on, each after a space. */
function withMoreLines(lines: Lines, first: string, parent: number): string {
  let text = first;
  while (!lines.isAtEnd && indentationOf(lines.line) > parent && lines.line.trim() !== '') {
    const { line } = lines;
    const at = indentationOf(line);
    const more = matchAt(plainTextPattern, line, at);
    if (more === '' || at + more.length !== line.length) throw notPlain;
    text += ` ${more}`;
    lines.end = lines.offset + line.length;
    lines.next();
  }
  return text;
}

function inlineValue(cursor: Cursor, plain: RegExp, depth: number): Value {
  if (depth > maxDepth) throw notPlain;
  const first = cursor.line.charAt(cursor.at);
  if (first === '{') return flowMapping(cursor, depth);
  if (first === '[') return flowList(cursor, depth);
  if (first === '"') return unescaped(take(cursor, doubleQuoted).slice(1, -1));
  if (first === "'") return take(cursor, singleQuoted).slice(1, -1);
  return scalar(take(cursor, plain));
}

function flowMapping(cursor: Cursor, depth: number): Mapping {
  const map: Mapping = {};
  flow(cursor, '}', () => {
    const { lines } = cursor;
    const start = lines.offset + cursor.at;
    const key = keyAt(cursor.line, cursor.at, map);
    cursor.at += key.length + 1;
    skipSpaces(cursor);
    const valueStart = lines.offset + cursor.at;
    map[key] = inlineValue(cursor, plainPattern, depth + 1);
    if (lines.places) noteKey(lines.places, map, key, start, [valueStart, lines.offset + cursor.at]);
  });
  return map;
}

function flowList(cursor: Cursor, depth: number): Value[] {
  const items: Value[] = [];
  flow(cursor, ']', () => {
    const { lines } = cursor;
    const start = lines.offset + cursor.at;
    items.push(inlineValue(cursor, plainPattern, depth + 1));
    if (lines.places) noteItem(lines.places, items, [start, lines.offset + cursor.at]);
  });
  return items;
}

/** What is between brackets, with commas between the entries; after the last there may be one, before a line break. */
function flow(cursor: Cursor, close: '}' | ']', entry: () => void): void {
  cursor.at++;
  skipToNext(cursor);
  if (cursor.line[cursor.at] !== close) {
    entry();
    skipToNext(cursor);
    while (cursor.line[cursor.at] === ',') {
      cursor.at++;
      const { line } = cursor;
      skipToNext(cursor);
      if (cursor.line[cursor.at] === close && cursor.line !== line) break;
      entry();
      skipToNext(cursor);
    }
    if (cursor.line[cursor.at] !== close) throw notPlain;
  }
  cursor.at++;
}

/** Goes on to what comes next between brackets, in this line or one below. */
function skipToNext(cursor: Cursor): void {
  skipSpaces(cursor);
  const { lines, parent } = cursor;
  while (cursor.at === cursor.line.length) {
    lines.next();
    if (lines.isAtEnd || blankOrComment.test(lines.line)) throw notPlain;
    cursor.line = lines.line;
    cursor.at = indentationOf(lines.line);
    if (cursor.at <= parent) throw notPlain;
  }
}

function scalar(text: string): Value {
  const first = text.charCodeAt(0);
  if (first < 48 || first > 57) {
    if (words.has(text)) {
      if (text === 'true') return true;
      if (text === 'false') return false;
      throw notPlain;
    }
    return text;
  }
  if (wholeNumber.test(text)) return Number(text);
  if (textWithDigits.test(text)) return text;
  throw notPlain;
}

const escape = /\\(?:(["\\/nt])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|.)/g;
const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

/** A text between double quotes. Of escapes, the parser decides about those that stand for what nobody sees. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const value = text.replace(escape, (_, simple?: string, byte?: string, unit?: string) => {
    if (simple !== undefined) return simpleEscapes[simple] ?? simple;
    const code = byte ?? unit;
    if (code === undefined) throw notPlain;
    return String.fromCharCode(Number.parseInt(code, 16));
  });
  if (!isShown(value)) throw notPlain;
  return value;
}

/** What a sticky pattern matches at the cursor, which moves behind it. */
function take(cursor: Cursor, pattern: RegExp): string {
  const found = matchAt(pattern, cursor.line, cursor.at);
  if (found === '') throw notPlain;
  cursor.at += found.length;
  return found;
}

/** What a sticky pattern matches at a place of a line; empty when it does not. */
function matchAt(pattern: RegExp, line: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.test(line) ? line.slice(at, pattern.lastIndex) : '';
}

function skipSpaces(cursor: Cursor): void {
  while (cursor.line.charCodeAt(cursor.at) === 32) cursor.at++;
}
