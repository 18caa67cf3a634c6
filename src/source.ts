import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, ErrorCode, Node, Pair } from 'yaml';

/** A step into a document: a mapping's key or a sequence's index. */
export type PathStep = string | number;

/**
 * Where a value of the desired state was written: a file, and the path in it.
 * Linked to its parent rather than holding an array, because a landscape holds one for nearly every value.
 */
export interface Origin {
  readonly file: string;
  readonly parent?: Origin;
  readonly step?: PathStep;
}

/** The origin of a whole file. */
export function fileOrigin(file: string): Origin {
  return { file };
}

/** The origin of what is at `steps` below `origin`. */
export function originAt(origin: Origin, ...steps: readonly PathStep[]): Origin {
  return steps.reduce<Origin>((parent, step) => ({ file: parent.file, parent, step }), origin);
}

/** The steps from the file's root to `origin`. */
export function originPath(origin: Origin): PathStep[] {
  const path: PathStep[] = [];
  for (let at: Origin | undefined = origin; at?.step !== undefined; at = at.parent) path.push(at.step);
  return path.reverse();
}

/** A place in a text. Lines and columns count from 1, a column being a UTF-16 code unit; `offset` counts from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of a text; `end` is the position after its last character. */
export interface Span {
  readonly start: Position;
  readonly end: Position;
}

/** What can be wrong with a file before anyone asks what it means. Each kind has a rule in TEN0xx that words it. */
export type SourceProblemKind =
  | 'not-text'
  | 'byte-order-mark'
  | 'carriage-return'
  | 'invisible-character'
  | 'empty'
  | 'too-deep'
  | 'syntax'
  | 'several-documents'
  | 'directive'
  | 'duplicate-key'
  | 'odd-key'
  | 'anchor'
  | 'alias'
  | 'merge-key'
  | 'tag'
  | 'ambiguous-scalar'
  | 'evaluation';

export interface SourceProblem {
  readonly kind: SourceProblemKind;
  readonly span: Span;
  /** The offending text, or the parser's own words. */
  readonly detail: string;
}

/** A file's text and what it says. `value` is undefined when the file could not be read as a document. */
export interface Source {
  readonly file: string;
  readonly language: 'yaml' | 'typescript';
  readonly text: string;
  readonly value: unknown;
  readonly problems: readonly SourceProblem[];
}

/** Finds the place of a path in a source: of the key that leads to it, or of its value. */
export type Locator = (path: readonly PathStep[], target: 'key' | 'value') => Span;

/** Nesting that no config file comes near; it keeps hostile files from exhausting the parser's stack. */
const maxDepth = 40;

/**
 * Plain scalars that YAML 1.1 parsers (kubectl's, Helm's, many linters') read as something other than YAML 1.2 does:
 * booleans like `no`, octal and sexagesimal numbers, digits with underscores.
 */
const ambiguousScalar =
  /^(?:y|n|yes|no|on|off|[-+]?0[0-9_]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+|0b[01_]+|0o[0-7]+|[-+]?[0-9]+_[0-9_]*)$/i;

/** Characters that a reader cannot see, or that show a line in another order than it is read (CVE-2021-42574). */
const invisible =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]/u;

/** The position of `offset` in `text`. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line++;
  return { line, column: offset - lineStart + 1, offset };
}

/** The span from `start` to `end` (offsets) of `text`. */
export function spanAt(text: string, start: number, end: number): Span {
  return { start: positionAt(text, start), end: positionAt(text, Math.max(start, end)) };
}

/** The problems that a text has in any language, before it is parsed. */
export function textProblems(text: string): SourceProblem[] {
  const problems: SourceProblem[] = [];
  const add = (kind: SourceProblemKind, offset: number, length: number, detail: string): void => {
    problems.push({ kind, span: spanAt(text, offset, offset + length), detail });
  };
  if (text.trim() === '') add('empty', 0, 0, '');
  const body = text.startsWith('\ufeff') ? 1 : 0;
  if (body === 1) add('byte-order-mark', 0, 1, '');
  const cr = text.indexOf('\r');
  if (cr !== -1) add('carriage-return', cr, 1, '');
  const hidden = invisible.exec(text.slice(body));
  if (hidden) {
    const code = hidden[0].codePointAt(0) ?? 0;
    add('invisible-character', hidden.index + body, 1, `U+${code.toString(16).toUpperCase().padStart(4, '0')}`);
  }
  return problems;
}

/**
 * Reads a YAML text. Mistakes come back as problems, never as an exception.
 *
 * Only the plain part of YAML 1.2 is a config file: one document, no anchors, aliases, merge keys, tags or
 * directives, no duplicate keys, so that "where does this come from" has one answer.
 */
export function parseYaml(file: string, text: string): Source {
  const problems = textProblems(text);
  const source = (value: unknown): Source => ({ file, language: 'yaml', text, value, problems });
  if (problems.some((p) => p.kind === 'empty' || p.kind === 'byte-order-mark')) return source(undefined);

  const deep = tooDeep(text);
  if (deep !== undefined) {
    problems.push({ kind: 'too-deep', span: spanAt(text, deep, deep + 1), detail: String(maxDepth) });
    return source(undefined);
  }

  const { document, lines } = parse(text);
  const span = (start: number, end: number): Span => spanOf(lines, start, end);
  for (const error of [...document.errors, ...document.warnings]) {
    const [start, end] = error.pos;
    problems.push({ kind: problemKind(error.code), span: span(start, end), detail: error.message });
  }
  problems.push(...unwanted(document, span));
  if (problems.length === 0 && document.contents === null)
    problems.push({ kind: 'empty', span: span(0, 0), detail: '' });
  const readable = problems.every((p) => p.kind === 'ambiguous-scalar' || p.kind === 'carriage-return');
  // With merging, aliases and duplicate keys ruled out, toJS is a plain walk over the nodes.
  return source(readable ? toPlain(document) : undefined);
}

/** A locator for a YAML source. It parses the text anew, with positions: most files never need one. */
export function yamlLocator(source: Source): Locator {
  const { document, lines } = parse(source.text);
  return (path, target) => {
    let node: unknown = document.contents;
    let key: unknown = undefined;
    for (const step of path) {
      const next = child(node, step);
      if (next === undefined) break;
      ({ key, value: node } = next);
    }
    // A key that is written without a value has a null node of no width: the key says more.
    const value = rangeOf(node);
    const wanted = target === 'key' || value === undefined || value[0] === value[1] ? (rangeOf(key) ?? value) : value;
    if (wanted === undefined) return spanOf(lines, 0, 0);
    return spanOf(lines, wanted[0], isScalar(node) || target === 'key' ? wanted[1] : firstLineEnd(source.text, wanted));
  };
}

function parse(text: string): { document: Document.Parsed; lines: LineCounter } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  });
  return { document, lines };
}

function problemKind(code: ErrorCode): SourceProblemKind {
  if (code === 'DUPLICATE_KEY') return 'duplicate-key';
  if (code === 'NON_STRING_KEY') return 'odd-key';
  if (code === 'MULTIPLE_DOCS') return 'several-documents';
  if (code === 'TAG_RESOLVE_FAILED') return 'tag';
  return 'syntax';
}

/** What YAML allows and config files do not. */
function unwanted(document: Document.Parsed, span: (start: number, end: number) => Span): SourceProblem[] {
  const problems: SourceProblem[] = [];
  const add = (kind: SourceProblemKind, node: Node, detail: string): void => {
    const [start, end] = rangeOf(node) ?? [0, 0];
    problems.push({ kind, span: span(start, end), detail });
  };
  if (document.directives.yaml.explicit === true)
    problems.push({ kind: 'directive', span: span(0, 1), detail: '%YAML' });
  visit(document, {
    Alias: (_, node) => {
      add('alias', node, `*${node.source}`);
    },
    Node: (_, node) => {
      if (isAlias(node)) return;
      if (node.anchor !== undefined) add('anchor', node, `&${node.anchor}`);
      if (node.tag !== undefined) add('tag', node, node.tag);
    },
    Pair: (_, { key }) => {
      if (!isScalar(key)) return;
      if (key.value === '<<') add('merge-key', key, '<<');
      // Never a name that anyone needs, and the one that turns up in attacks on programs that merge objects.
      if (key.value === '__proto__') add('odd-key', key, '__proto__');
    },
    Scalar: (position, node) => {
      if (position === 'key' || node.type !== 'PLAIN' || node.source === undefined) return;
      if (ambiguousScalar.test(node.source)) add('ambiguous-scalar', node, node.source);
    },
  });
  return problems;
}

function toPlain(document: Document.Parsed): unknown {
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  return value;
}

function child(node: unknown, step: PathStep): { key: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    const pair: Pair | undefined = node.items.find(
      (item) => isPair(item) && isScalar(item.key) && item.key.value === step,
    );
    return pair && { key: pair.key, value: pair.value ?? pair.key };
  }
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step];
    return item === undefined ? undefined : { key: item, value: item };
  }
  return undefined;
}

function rangeOf(node: unknown): readonly [number, number] | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return undefined;
  return node.range ? [node.range[0], node.range[1]] : undefined;
}

/** A collection is marked by its first line only: a marker over forty lines says nothing. */
function firstLineEnd(text: string, [start, end]: readonly [number, number]): number {
  const lineEnd = text.indexOf('\n', start);
  return lineEnd === -1 ? end : Math.min(end, lineEnd);
}

function spanOf(lines: LineCounter, start: number, end: number): Span {
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), offset };
  };
  return { start: position(start), end: position(Math.max(start, end)) };
}

/**
 * The offset at which `text` nests deeper than any config file does, judged from brackets and dashes alone.
 * Deep nesting costs a parser its stack, so it has to be seen before parsing.
 */
function tooDeep(text: string): number | undefined {
  let flow = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '[' || c === '{') flow++;
    else if (c === ']' || c === '}') flow = Math.max(0, flow - 1);
    if (flow > maxDepth) return i;
  }
  const block = new RegExp(`^(?: *[-?:] ){${maxDepth}}|^ {${maxDepth * 8},}`, 'm').exec(text);
  return block?.index;
}
