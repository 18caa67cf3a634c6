/** A mapping, a list or a scalar as plain YAML has them. */
type Value = string | number | boolean | Value[] | Mapping;

interface Mapping {
  [key: string]: Value;
}

/**
 * Nearly every config file is written in a small, plain part of YAML: mappings and lists by indentation, `{ }` and `[ ]`
 * on one line, names, numbers, quoted texts without escapes, blocks after `|`, comments. This reads that part, twenty
 * times as fast as a YAML parser, and gives undefined for every text with anything else in it, which then goes to the
 * parser. So what is not recognised costs time, and nothing can be read in two ways: of a text that this reads, the
 * parser gives the same value, and finds nothing wrong with it (`test/source/yaml-plain.test.ts`).
 */
export function readPlainYaml(text: string): Mapping | Value[] | undefined {
  return read(text)?.node;
}

/** From where to where something is written, as offsets. */
export type Range = readonly [start: number, end: number];

/** Where a value is written, and the key or the item of a list that leads to it. */
export interface ValueRanges {
  readonly key?: Range;
  readonly value?: Range;
}

/**
 * Finds what is at a path in a text that `readPlainYaml` reads, or as near to it as there is anything; undefined for all
 * other texts. The ranges are those that the parser gives, as far as the first line goes.
 */
export function rangesInPlainYaml(text: string): ((path: readonly (string | number)[]) => ValueRanges) | undefined {
  const places: Places = new Map();
  const root = read(text, places);
  return (
    root &&
    ((path) => {
      let found: Found = root;
      for (const step of path) {
        const next: Found | undefined = typeof found.node === 'object' ? places.get(found.node)?.get(step) : undefined;
        if (!next) break;
        found = next;
      }
      return found;
    })
  );
}

interface Found extends ValueRanges {
  readonly node: Value;
}

/** What is in each mapping and each list, by key or index. */
type Places = Map<Mapping | Value[], Map<string | number, Found>>;

function read(text: string, places?: Places): (Found & { readonly node: Mapping | Value[] }) | undefined {
  // A text of visible ASCII in whole lines has none of the problems that a text can have before it is parsed.
  if (!text.endsWith('\n') || !/^[\n\x20-\x7e]*$/.test(text)) return undefined;
  const lines = text.split('\n');
  lines.pop();
  try {
    const reader = new Lines(lines, places);
    if (reader.indentation() !== 0) return undefined;
    const start = reader.offset;
    const node = block(reader, 0, 0);
    const { end } = reader;
    return reader.indentation() === -1 ? { node, value: [start, end] } : undefined;
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

/** Thrown for whatever is not in the plain part. One value, because making an Error costs more than most files. */
const notPlain = new Error('not plain YAML');

/** Far less than what the parser lets through. */
const maxDepth = 20;

const keyPattern = /[A-Za-z_][A-Za-z0-9_./-]{0,99}(?=:(?: |$))/y;
const blankOrComment = /^ *(?:#|$)/;
const restOfLine = / *(?: #.*)?$/y;
/** Words and what joins them. A colon or a space is part of a scalar only before another character of it. */
const plainPattern = /[A-Za-z0-9_/](?:[A-Za-z0-9_./@+*-]|:(?=[A-Za-z0-9_/])| (?=[A-Za-z0-9]))*/y;
const plainTextPattern = /[A-Za-z0-9_/](?:[A-Za-z0-9_./@+*,;()'-]|:(?=[A-Za-z0-9_/])| (?=[A-Za-z0-9(]))*/y;
const doubleQuoted = /"[^"\\]*"/y;
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

/** The lines of a text, and which of them is next. */
class Lines {
  /** Where the next line begins in the text. */
  offset = 0;
  /** Where the value that was read last begins, and ends. */
  start = 0;
  end = 0;
  /** Where places are noted, if anybody wants to know them. */
  readonly places: Places | undefined;
  private at = 0;
  private readonly lines: string[];

  constructor(lines: string[], places?: Places) {
    this.lines = lines;
    this.places = places;
  }

  /** The next line, without its indentation once that is known. */
  get line(): string {
    return this.lines[this.at] ?? '';
  }

  /** The indentation of the next line that says something; -1 when there is none. */
  indentation(): number {
    while (this.at < this.lines.length && blankOrComment.test(this.line)) this.next();
    return this.at < this.lines.length ? indentationOf(this.line) : -1;
  }

  next(): void {
    this.offset += this.line.length + 1;
    this.at++;
  }

  /** Puts spaces in place of a dash: what follows it is indented like the lines below it. */
  withoutDash(indent: number): void {
    this.lines[this.at] = `${' '.repeat(indent + 2)}${this.line.slice(indent + 2)}`;
  }

  /** The lines of a block after `|`, below a key with this indentation. */
  literal(parent: number): string {
    const indent = indentationOf(this.line);
    if (indent <= parent || indent === this.line.length) throw notPlain;
    const taken: string[] = [];
    while (this.at < this.lines.length && (this.line === '' || indentationOf(this.line) >= indent)) {
      taken.push(this.line.slice(indent));
      this.next();
    }
    // Between what is in the block and what is not, only the parser knows.
    if (this.at < this.lines.length && indentationOf(this.line) > parent) throw notPlain;
    while (taken.at(-1) === '') taken.pop();
    if (taken.some((line) => line !== '' && line.trim() === '')) throw notPlain;
    this.end = this.offset;
    return `${taken.join('\n')}\n`;
  }
}

function indentationOf(line: string): number {
  let indent = 0;
  while (line.charCodeAt(indent) === 32) indent++;
  return indent;
}

/** The mapping or list of the lines that are indented so. */
function block(lines: Lines, indent: number, depth: number): Mapping | Value[] {
  if (depth > maxDepth) throw notPlain;
  return lines.line.startsWith('- ', indent) ? list(lines, indent, depth) : mapping(lines, indent, depth);
}

function list(lines: Lines, indent: number, depth: number): Value[] {
  const items: Value[] = [];
  for (let next = indent; next === indent; next = lines.indentation()) {
    const { line } = lines;
    if (!line.startsWith('- ', indent)) throw notPlain;
    if (matchAt(keyPattern, line, indent + 2) === '') {
      items.push(lineValue(lines, line, indent + 2, depth));
      lines.next();
    } else {
      const start = lines.offset + indent + 2;
      lines.withoutDash(indent);
      items.push(mapping(lines, indent + 2, depth + 1));
      lines.start = start;
    }
    if (lines.places) noteItem(lines.places, items, [lines.start, lines.end]);
  }
  if (lines.indentation() > indent) throw notPlain;
  // To the parser, a comment behind its last value is part of it.
  lines.end = lines.offset;
  return items;
}

function mapping(lines: Lines, indent: number, depth: number): Mapping {
  const map: Mapping = {};
  for (let next = indent; next === indent; next = lines.indentation()) {
    const { line, offset } = lines;
    const key = keyAt(line, indent, map);
    const after = indent + key.length + 1;
    if (blankOrComment.test(line.slice(after))) {
      lines.next();
      const below = lines.indentation();
      if (below <= indent) throw notPlain;
      const start = lines.offset + below;
      map[key] = block(lines, below, depth + 1);
      lines.start = start;
    } else if (line.startsWith(' |', after) && line.length === after + 2) {
      lines.next();
      map[key] = lines.literal(indent);
      lines.start = offset + after + 1;
    } else {
      map[key] = lineValue(lines, line, after + 1, depth + 1);
      lines.next();
    }
    if (lines.places) noteKey(lines.places, map, key, offset + indent, [lines.start, lines.end]);
  }
  if (lines.indentation() > indent) throw notPlain;
  lines.end = lines.offset;
  return map;
}

/** Notes the last item of a list. */
function noteItem(places: Places, items: Value[], range: Range): void {
  const [node] = items.slice(-1);
  if (node !== undefined) note(places, items, items.length - 1, { key: range, value: range, node });
}

/** Notes the value of a key that is written at `start`. */
function noteKey(places: Places, map: Mapping, key: string, start: number, value: Range): void {
  const node = map[key];
  if (node !== undefined) note(places, map, key, { key: [start, start + key.length], value, node });
}

function note(places: Places, parent: Mapping | Value[], step: string | number, found: Found): void {
  const there = places.get(parent) ?? new Map<string | number, Found>();
  places.set(parent, there.set(step, found));
}

/** A place in a line. */
interface Cursor {
  readonly lines: Lines;
  readonly line: string;
  at: number;
}

/** The value that the rest of the next line is, but for a comment. */
function lineValue(lines: Lines, line: string, at: number, depth: number): Value {
  const cursor = { lines, line, at };
  skipSpaces(cursor);
  lines.start = lines.offset + cursor.at;
  const value = inlineValue(cursor, plainTextPattern, depth);
  lines.end = lines.offset + cursor.at;
  restOfLine.lastIndex = cursor.at;
  if (!restOfLine.test(line)) throw notPlain;
  return value;
}

function inlineValue(cursor: Cursor, plain: RegExp, depth: number): Value {
  if (depth > maxDepth) throw notPlain;
  const first = cursor.line.charAt(cursor.at);
  if (first === '{') return flowMapping(cursor, depth);
  if (first === '[') return flowList(cursor, depth);
  if (first === '"') return quoted(cursor, doubleQuoted);
  if (first === "'") return quoted(cursor, singleQuoted);
  return scalar(take(cursor, plain));
}

function flowMapping(cursor: Cursor, depth: number): Mapping {
  const map: Mapping = {};
  flow(cursor, '}', () => {
    const { at, lines } = cursor;
    const key = keyAt(cursor.line, at, map);
    cursor.at += key.length + 1;
    skipSpaces(cursor);
    const start = cursor.at;
    map[key] = inlineValue(cursor, plainPattern, depth + 1);
    if (lines.places) noteKey(lines.places, map, key, lines.offset + at, rangeIn(cursor, start));
  });
  return map;
}

function flowList(cursor: Cursor, depth: number): Value[] {
  const items: Value[] = [];
  flow(cursor, ']', () => {
    const { at, lines } = cursor;
    items.push(inlineValue(cursor, plainPattern, depth + 1));
    if (lines.places) noteItem(lines.places, items, rangeIn(cursor, at));
  });
  return items;
}

/** From a place in a line to where the cursor is now. */
function rangeIn({ lines, at }: Cursor, start: number): Range {
  return [lines.offset + start, lines.offset + at];
}

/** What is between brackets, with commas between the entries and none after the last. */
function flow(cursor: Cursor, close: '}' | ']', entry: () => void): void {
  cursor.at++;
  skipSpaces(cursor);
  if (cursor.line[cursor.at] !== close) {
    entry();
    skipSpaces(cursor);
    while (cursor.line[cursor.at] === ',') {
      cursor.at++;
      skipSpaces(cursor);
      entry();
      skipSpaces(cursor);
    }
    if (cursor.line[cursor.at] !== close) throw notPlain;
  }
  cursor.at++;
}

/** The key at a place of a line, that `map` does not have yet. */
function keyAt(line: string, at: number, map: Mapping): string {
  const key = matchAt(keyPattern, line, at);
  if (key === '' || words.has(key) || key === '__proto__' || Object.hasOwn(map, key)) throw notPlain;
  return key;
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

function quoted(cursor: Cursor, pattern: RegExp): string {
  return take(cursor, pattern).slice(1, -1);
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
