import { Composer, isAlias, isMap, isNode, isScalar, isSeq, Lexer, Parser } from 'yaml';
import type { CST, Document, ErrorCode, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Problem, Span } from './text.ts';
import { firstLineEnd, hiddenIn, spansIn } from './text.ts';
import { explainMistake } from './yaml-mistakes.ts';
import type { ValueRanges, Range } from './yaml-plain.ts';
import { rangesInPlainYaml } from './yaml-plain.ts';

/** A step into a document: a mapping's key or a sequence's index. */
export type PathStep = string | number;

/** What can be wrong with a YAML text: it is no YAML, or more of YAML than a config file needs. */
export type YamlProblemKind =
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
  | 'invisible-in-value';

export interface YamlProblem extends Problem<YamlProblemKind> {
  /** The path of an ambiguous scalar, or of a value with an invisible character in it. */
  readonly path?: readonly PathStep[];
}

/** A YAML text as values, as far as it can be read, and what is wrong with it. `value` is null where nothing is written. */
export interface ReadYaml {
  readonly value: () => unknown;
  readonly problems: readonly YamlProblem[];
}

/** Nesting that no config file comes near. Parsers pay for depth with their stack, so a hostile file is stopped here. */
const maxDepth = 40;

/**
 * Plain scalars that YAML 1.1 parsers (PyYAML's, Ruby's, those of many linters) read as something other than YAML 1.2
 * does: booleans like `no`, octal, binary and sexagesimal numbers, digits with underscores.
 */
const ambiguousScalar = new RegExp(
  `^(?:${[
    'y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF',
    '[-+]?0[0-9_]+',
    '[-+]?0b[01_]+',
    '0o[0-7]+',
    '[-+]?0x[0-9a-fA-F]*_[0-9a-fA-F_]*',
    '[-+]?[0-9]+_[0-9_]*(?:[.][0-9_]*)?',
    '[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:[.][0-9_]*)?',
  ].join('|')})$`,
);

/** Reads a YAML text. Mistakes come back as problems, never as an exception. */
export function readYaml(text: string): ReadYaml {
  const { document, deepAt, directiveAt, secondAt } = compose(text);
  const span = spansIn(text);
  const line = (offset: number): Span => span(offset, firstLineEnd(text, offset, text.length));
  const problems: YamlProblem[] = [];
  if (deepAt !== undefined) {
    problems.push({ kind: 'too-deep', span: span(deepAt, deepAt + 1), detail: String(maxDepth) });
    return { value: () => null, problems };
  }
  if (directiveAt !== undefined) {
    const [name = ''] = text.slice(directiveAt, directiveAt + 60).split(/\s/, 1);
    problems.push({ kind: 'directive', span: line(directiveAt), detail: name });
  }
  const mistake = firstMistake(document, text);
  // What follows a mistake is read as something that it was never meant to be.
  const end = mistake?.span.start.offset ?? text.length;
  for (const problem of unwanted(document, text)) if (problem.span.start.offset < end) problems.push(problem);
  if (mistake) problems.push(mistake);
  if (secondAt !== undefined) problems.push({ kind: 'several-documents', span: line(secondAt), detail: '' });
  // With tags, merging, aliases and duplicate keys ruled out, toJS is a plain walk over the nodes.
  return { value: (): unknown => document.toJS({ maxAliasCount: 0 }), problems };
}

/** Finds the place of a path in a YAML text: of the key that leads to it, or of its value. */
export function locateIn(text: string): (path: readonly PathStep[], target: 'key' | 'value') => Span {
  const placeOf = rangesInPlainYaml(text) ?? rangesIn(text);
  const span = spansIn(text);
  return (path, target) => {
    const { key, value } = placeOf(path);
    // A key that is written without a value has none, or one of no width: the key says more.
    const wanted = target === 'key' || !value || value[0] === value[1] ? (key ?? value) : value;
    return wanted ? span(wanted[0], firstLineEnd(text, wanted[0], wanted[1])) : span(0, 0);
  };
}

/** Finds what the parser has at a path, or as near to it as there is anything. */
export function rangesIn(text: string): (path: readonly PathStep[]) => ValueRanges {
  const { contents } = compose(text).document;
  const pairs = new WeakMap<YAMLMap, Map<unknown, Pair>>();
  const pairOf = (map: YAMLMap, key: PathStep): Pair | undefined => {
    let byKey = pairs.get(map);
    if (!byKey) {
      byKey = new Map(map.items.map((pair) => [isScalar(pair.key) ? pair.key.value : undefined, pair]));
      pairs.set(map, byKey);
    }
    return byKey.get(key);
  };
  return (path) => {
    let node: unknown = contents;
    let key: unknown = undefined;
    for (const step of path) {
      const pair = isMap(node) ? pairOf(node, step) : undefined;
      const item = isSeq(node) && typeof step === 'number' ? node.items[step] : undefined;
      if (pair) ({ key, value: node } = pair);
      else if (item !== undefined) key = node = item;
      else break;
    }
    const [keyRange, valueRange] = [rangeOf(key), rangeOf(node)];
    return { ...(keyRange && { key: keyRange }), ...(valueRange && { value: valueRange }) };
  };
}

interface Composed {
  readonly document: Document.Parsed;
  /** Where the nesting becomes too deep. The reading ends there, and the document is empty. */
  readonly deepAt?: number;
  readonly directiveAt?: number;
  /** Where a second document begins. */
  readonly secondAt?: number;
}

/** The first document of `text`, and what the tokens alone show. */
function compose(text: string): Composed {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    // The composer compares each key of a mapping with every other one, which takes minutes for a long one.
    uniqueKeys: false,
    strict: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const seen: { -readonly [K in keyof Omit<Composed, 'document'>]: Composed[K] } = {};
  // The composer makes an Error of each mistake. A stack trace in each makes a file of a million mistakes take minutes.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const [document] = composer.compose(tokensOf(text, seen), true, text.length);
    if (!document) throw new Error('the composer gave no document, though it was told to');
    return { document, ...seen };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * The parser's tokens up to the end of the first document. The parser keeps a stack of its own, but the composer
 * recurses: what is too deep must not reach it.
 */
function* tokensOf(
  text: string,
  seen: { -readonly [K in keyof Omit<Composed, 'document'>]: Composed[K] },
): Generator<CST.Token> {
  const parser = new Parser();
  const all = function* (): Generator<CST.Token> {
    for (const lexeme of new Lexer().lex(text)) {
      yield* parser.next(lexeme);
      // The first on the stack is the document, and the last may be a scalar.
      if (parser.stack.length <= maxDepth + 1) continue;
      const open = parser.stack.filter(({ type }) => collections.has(type));
      if (open.length <= maxDepth) continue;
      seen.deepAt = open.at(-1)?.offset ?? parser.offset;
      return;
    }
    yield* parser.end();
  };
  let documents = 0;
  for (const token of all()) {
    if (token.type === 'directive') seen.directiveAt ??= token.offset;
    if (token.type === 'document' && ++documents > 1) {
      seen.secondAt = token.offset;
      return;
    }
    yield token;
  }
}

const collections: ReadonlySet<CST.Token['type']> = new Set(['block-map', 'block-seq', 'flow-collection']);

/** The composer's errors that are no mistakes in YAML: unwanted() words them. */
const unwantedCodes: ReadonlySet<ErrorCode> = new Set([
  'ALIAS_PROPS',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'NON_STRING_KEY',
  'TAG_RESOLVE_FAILED',
]);

/** The first mistake in YAML. The others are mostly its consequences. */
function firstMistake(document: Document.Parsed, text: string): YamlProblem | undefined {
  let first: Document.Parsed['errors'][number] | undefined;
  for (const error of document.errors) {
    if (!unwantedCodes.has(error.code) && (!first || error.pos[0] < first.pos[0])) first = error;
  }
  return first && { kind: 'syntax', ...explainMistake(first, text, document) };
}

/** What YAML allows and config files do not. */
function unwanted(document: Document.Parsed, text: string): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const path: PathStep[] = [];
  const span = spansIn(text);
  const add = (kind: YamlProblemKind, [start, end]: Range, more: Partial<YamlProblem> = {}): void => {
    const marked = span(start, firstLineEnd(text, start, end));
    problems.push({ kind, span: marked, detail: text.slice(start, marked.end.offset), ...more });
  };
  const below = (step: PathStep, node: unknown): void => {
    path.push(step);
    look(node);
    path.pop();
  };
  const look = (node: unknown): void => {
    if (!isNode(node)) return;
    const range = rangeOf(node) ?? [0, 0];
    if (isAlias(node)) {
      add('alias', range);
      return;
    }
    lookAtProperties(node, range);
    if (isMap(node)) lookInMap(node);
    else if (isSeq(node)) for (const [i, item] of node.items.entries()) below(i, item);
    else if (node.type === 'PLAIN' && ambiguousScalar.test(node.source ?? '')) {
      add('ambiguous-scalar', range, { path: [...path] });
      // Taken as it is written, whatever is wanted here: `0777` must not turn into 777.
      node.value = node.source;
    } else lookIntoText(node, { path: [...path] });
  };
  /** An escape shows nothing of the character that it stands for. */
  const lookIntoText = (node: Scalar, more: Partial<YamlProblem>): void => {
    const hidden = typeof node.value === 'string' ? hiddenIn(node.value) : undefined;
    if (hidden !== undefined) add('invisible-in-value', rangeOf(node) ?? [0, 0], { ...more, detail: hidden });
  };
  const lookAtProperties = ({ anchor, tag }: Scalar | YAMLMap | YAMLSeq, [start]: Range): void => {
    if (anchor !== undefined) add('anchor', wordBefore(text, `&${anchor}`, start));
    if (tag !== undefined) add('tag', wordBefore(text, '!', start));
  };
  /** A list or a mapping in the place of a key, which is not looked into. Of one with a tag the composer says only that. */
  const lookAtKeyOfSeveral = (key: YAMLMap | YAMLSeq, range: Range): void => {
    lookAtProperties(key, range);
    if (key.tag !== undefined) add('odd-key', range);
  };
  const lookInMap = (map: YAMLMap): void => {
    const keys = new Map<unknown, Scalar>();
    for (const { key, value } of map.items) {
      if (!isScalar(key)) {
        if (isAlias(key)) look(key);
        else if (isMap(key) || isSeq(key)) lookAtKeyOfSeveral(key, rangeOf(key) ?? [0, 0]);
        continue;
      }
      const name = String(key.value);
      const range = rangeOf(key) ?? [0, 0];
      const first = keys.get(name);
      if (first) add('duplicate-key', range, { detail: name, other: span(...(rangeOf(first) ?? [0, 0])) });
      else keys.set(name, key);
      lookAtProperties(key, range);
      lookIntoText(key, {});
      if (name === '<<' && key.type === 'PLAIN') add('merge-key', range);
      // Never a name that anyone needs, and the one that turns up in attacks on programs that merge objects.
      else if (name === '__proto__' || name === '') add('odd-key', range, { detail: name });
      below(name, value);
    }
  };
  look(document.contents);
  // Aliases and tags in the place of keys are reported as what they are.
  for (const { code, pos } of document.errors) {
    if (code === 'NON_STRING_KEY' && !/[*!]/.test(text.charAt(pos[0]))) add('odd-key', pos);
  }
  // A tag may be too odd to be kept in the document.
  const oddTag = document.errors.find(({ code }) => code === 'TAG_RESOLVE_FAILED');
  if (oddTag && !problems.some(({ kind }) => kind === 'tag')) add('tag', oddTag.pos);
  return problems;
}

/** The range of the last word up to `end` that begins with `mark`: an anchor or a tag before its node. */
function wordBefore(text: string, mark: string, end: number): Range {
  let start = Math.max(text.lastIndexOf(mark, end), 0);
  while (text[start - 1] === '!') start--;
  const [word = ''] = /^[^\s,[\]{}]*/.exec(text.slice(start, start + 100)) ?? [];
  return [start, start + Math.max(word.length, 1)];
}

function rangeOf(node: unknown): Range | undefined {
  return isNode(node) && node.range ? [node.range[0], node.range[1]] : undefined;
}
