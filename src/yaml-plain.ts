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
 * parser gives the same value, and finds nothing wrong with it (`test/yaml-plain.test.ts`).
 */
export function readPlainYaml(text: string): Mapping | Value[] | undefined {
  // A text of visible ASCII in whole lines has none of the problems that a text can have before it is parsed.
  if (!text.endsWith('\n') || !/^[\n\x20-\x7e]*$/.test(text)) return undefined;
  const lines = text.split('\n');
  lines.pop();
  try {
    const reader = new Lines(lines);
    if (reader.indentation() !== 0) return undefined;
    const value = block(reader, 0, 0);
    return reader.indentation() === -1 ? value : undefined;
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
  private at = 0;
  private readonly lines: string[];

  constructor(lines: string[]) {
    this.lines = lines;
  }

  /** The next line, without its indentation once that is known. */
  get line(): string {
    return this.lines[this.at] ?? '';
  }

  /** The indentation of the next line that says something; -1 when there is none. */
  indentation(): number {
    while (this.at < this.lines.length && blankOrComment.test(this.line)) this.at++;
    return this.at < this.lines.length ? indentationOf(this.line) : -1;
  }

  next(): void {
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
    for (; this.at < this.lines.length; this.at++) {
      const { line } = this;
      if (line === '') taken.push('');
      else if (indentationOf(line) < indent) break;
      else taken.push(line.slice(indent));
    }
    // Between what is in the block and what is not, only the parser knows.
    if (this.at < this.lines.length && indentationOf(this.line) > parent) throw notPlain;
    while (taken.at(-1) === '') taken.pop();
    if (taken.some((line) => line !== '' && line.trim() === '')) throw notPlain;
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
      items.push(lineValue(line, indent + 2, depth));
      lines.next();
    } else {
      lines.withoutDash(indent);
      items.push(mapping(lines, indent + 2, depth + 1));
    }
  }
  if (lines.indentation() > indent) throw notPlain;
  return items;
}

function mapping(lines: Lines, indent: number, depth: number): Mapping {
  const map: Mapping = {};
  for (let next = indent; next === indent; next = lines.indentation()) {
    const { line } = lines;
    const key = keyAt(line, indent, map);
    const after = indent + key.length + 1;
    lines.next();
    if (blankOrComment.test(line.slice(after))) {
      const below = lines.indentation();
      if (below <= indent) throw notPlain;
      map[key] = block(lines, below, depth + 1);
    } else if (line.startsWith(' |', after) && line.length === after + 2) {
      map[key] = lines.literal(indent);
    } else {
      map[key] = lineValue(line, after + 1, depth + 1);
    }
  }
  if (lines.indentation() > indent) throw notPlain;
  return map;
}

/** A place in a line. */
interface Cursor {
  readonly line: string;
  at: number;
}

/** The value that the rest of a line is, but for a comment. */
function lineValue(line: string, at: number, depth: number): Value {
  const cursor = { line, at };
  skipSpaces(cursor);
  const value = inlineValue(cursor, plainTextPattern, depth);
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
    const key = keyAt(cursor.line, cursor.at, map);
    cursor.at += key.length + 1;
    skipSpaces(cursor);
    map[key] = inlineValue(cursor, plainPattern, depth + 1);
  });
  return map;
}

function flowList(cursor: Cursor, depth: number): Value[] {
  const items: Value[] = [];
  flow(cursor, ']', () => {
    items.push(inlineValue(cursor, plainPattern, depth + 1));
  });
  return items;
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
