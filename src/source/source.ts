import type { Problem, Span, TextProblemKind } from './text.ts';
import { hiddenIn, spanAt, textProblems } from './text.ts';
import type { PathStep, YamlProblemKind } from './yaml.ts';
import { locateIn, readYaml } from './yaml.ts';
import { readPlainYaml } from './yaml-plain.ts';

export type { Position, Span } from './text.ts';
export { spanAt, textProblems } from './text.ts';
export type { PathStep } from './yaml.ts';

/**
 * Where a value of the desired state was written: a file, and the path in it.
 * Linked to its parent rather than holding an array, because a desired state holds one for nearly every value.
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

const basePrefix = 'base:';

/** The same place in the base of a change: it may be gone from the head, or say something else there. */
export function inBase({ file, parent, step }: Origin): Origin {
  return { file: baseFile(file), ...(parent && { parent: inBase(parent) }), ...(step !== undefined && { step }) };
}

/** The name by which a file of the base goes, beside those of the head. No file of an organization has such a name. */
export function baseFile(file: string): string {
  return basePrefix + file;
}

/** Whether the name is that of a file of the base, and which: undefined for files of the head. */
export function fileOfBase(file: string): string | undefined {
  return file.startsWith(basePrefix) ? file.slice(basePrefix.length) : undefined;
}

/** What can be wrong with a file before anyone asks what it means. Each kind has a rule in TEN0xx that words it. */
export type SourceProblemKind = TextProblemKind | YamlProblemKind | 'evaluation';

export interface SourceProblem extends Problem<SourceProblemKind> {
  /** The path of the value that it is about, where it is about one. */
  readonly path?: readonly PathStep[];
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

/** Problems that leave nothing to parse, and problems that do not change what the text says. */
const unparsable: ReadonlySet<SourceProblemKind> = new Set(['not-text', 'empty']);
const harmless: ReadonlySet<SourceProblemKind> = new Set(['ambiguous-scalar', 'carriage-return', 'byte-order-mark']);

/**
 * Reads a YAML text. Mistakes come back as problems, never as an exception.
 *
 * Only the plain part of YAML 1.2 is a config file: one document, no anchors, aliases, merge keys, tags or
 * directives, no duplicate keys, so that "where does this come from" has one answer.
 */
export function parseYaml(file: string, text: string): Source {
  const plain = readPlainYaml(text);
  if (plain) return { file, language: 'yaml', text, value: plain, problems: [] };
  const inText = textProblems(text);
  const source = (problems: readonly SourceProblem[], value?: unknown): Source => {
    return { file, language: 'yaml', text, value, problems };
  };
  if (inText.some((p) => unparsable.has(p.kind))) return source(inText);
  const read = readYaml(text);
  if (![...inText, ...read.problems].every((p) => harmless.has(p.kind))) {
    // What nobody sees in a line is a mistake in YAML too, and one finding is enough.
    const unseen = inText.find((p) => p.kind === 'invisible-character' || p.detail === 'CR')?.span.start.line;
    const follows: readonly SourceProblemKind[] = ['syntax', 'invisible-in-value'];
    return source([
      ...inText,
      ...read.problems.filter((p) => !follows.includes(p.kind) || p.span.start.line !== unseen),
    ]);
  }
  const problems = [...inText, ...read.problems];
  const value = read.value();
  // Comments alone, or a document marker: as empty as no text at all.
  return value === null
    ? source([...problems, { kind: 'empty', span: spanAt(text, 0, 0), detail: '' }])
    : source(problems, value);
}

/** The first text of a value, or of a key in it, that holds a character nobody can see; undefined where there is none. */
export function hiddenTextIn(
  value: unknown,
  path: readonly PathStep[] = [],
): { readonly path: readonly PathStep[]; readonly in: 'key' | 'value'; readonly character: string } | undefined {
  if (typeof value === 'string') {
    const character = hiddenIn(value);
    return character === undefined ? undefined : { path, in: 'value', character };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entries: Iterable<readonly [PathStep, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value);
  for (const [step, inner] of entries) {
    const character = typeof step === 'string' ? hiddenIn(step) : undefined;
    const below = [...path, step];
    const found = character === undefined ? hiddenTextIn(inner, below) : { path: below, in: 'key' as const, character };
    if (found) return found;
  }
  return undefined;
}

/** A locator for a YAML source. It parses the text anew, with positions: most files never need one. */
export function yamlLocator({ text, value }: Source): Locator {
  // Of a text that was not understood nobody has a path.
  return value === undefined ? () => spanAt(text, 0, 0) : locateIn(text);
}
