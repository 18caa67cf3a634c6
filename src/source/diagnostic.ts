import { distance } from 'fastest-levenshtein';
import { compareCodeUnits } from '../values/order.ts';
import type { Locator, Origin, Source, Span } from './source.ts';
import { fileOrigin, originPath } from './source.ts';

/** `error` stops synth, `warning` does not (unless `--strict`), `note` is only worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

/**
 * Where something is, symbolically: the value (or the key) at an origin, or a stretch of a file.
 * It becomes line and column when it is printed, which most locations never are.
 */
export type Location =
  { readonly origin: Origin; readonly target: 'key' | 'value' } | { readonly file: string; readonly span: Span };

/** A place and, where the place alone does not say it, what it has to do with the problem. */
export interface Label {
  readonly location: Location;
  readonly message?: string;
}

/** One problem, as a value. */
export interface Diagnostic {
  /** The rule's frozen code, for example `TEN103`. */
  readonly code: string;
  /** The rule's name, for example `share-without-cluster-share`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly primary: Label;
  readonly related: readonly Label[];
  /** What to do, in the imperative. */
  readonly help?: string;
  /** Where the help is one edit: what to write in the place of the value, or the key, that is pointed at. */
  readonly mend?: Mend;
}

/** A value to write, in whatever way the file's language has for it. */
export type Mend = string | number | boolean;

/** A label whose place in the file is known. `span` is undefined for a file that has no text to point at. */
export interface PlacedLabel {
  readonly file: string;
  readonly span?: Span;
  /** The path in the file, as `spec.namespaces[0].name`; empty for the whole file. */
  readonly path: string;
  readonly message?: string;
}

/** A diagnostic, or what is more than one, whose places are known. */
export type Placed<T extends Diagnostic> = Omit<T, 'primary' | 'related'> & {
  readonly primary: PlacedLabel;
  readonly related: readonly PlacedLabel[];
};

/** A diagnostic whose places are known. */
export type PlacedDiagnostic = Placed<Diagnostic>;

/** The location of the value at `origin`. */
export function at(origin: Origin): Location {
  return { origin, target: 'value' };
}

/** The location of the key (or the sequence's item) that leads to `origin`. */
export function atKey(origin: Origin): Location {
  return { origin, target: 'key' };
}

/** The location of a whole file. */
export function atFile(file: string): Location {
  return at(fileOrigin(file));
}

/** A place as `file:line:column`; the file alone where it has no text to point at. */
export function formatPlace({ file, span }: PlacedLabel, pathOf: (file: string) => string): string {
  return span ? `${pathOf(file)}:${span.start.line}:${span.start.column}` : pathOf(file);
}

/** A path for people and for JSON: `spec.namespaces[0].name`. */
export function formatPath(origin: Origin): string {
  return originPath(origin)
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return i === 0 ? step : `.${step}`;
    })
    .join('');
}

/**
 * Places every diagnostic and sorts them: by file, line, column, code, message.
 * `locatorOf` is asked once for each file that a diagnostic is about, never for the others.
 */
export async function placeDiagnostics<T extends Diagnostic>(
  diagnostics: readonly T[],
  sources: ReadonlyMap<string, Source>,
  locatorOf: (source: Source) => Promise<Locator>,
): Promise<Placed<T>[]> {
  const locators = new Map<string, Locator>();
  for (const { primary, related } of diagnostics) {
    for (const { location } of [primary, ...related]) {
      if (!('origin' in location)) continue;
      // By the name that it goes by here: a file may be there on both sides of a change.
      const { file } = location.origin;
      const source = sources.get(file);
      if (source && !locators.has(file)) locators.set(file, await locatorOf(source));
    }
  }
  const place = ({ location, message }: Label): PlacedLabel => {
    const words = message === undefined ? {} : { message };
    if (!('origin' in location)) return { file: location.file, span: location.span, path: '', ...words };
    const { origin, target } = location;
    const span = locators.get(origin.file)?.(originPath(origin), target);
    return { file: origin.file, path: formatPath(origin), ...(span && { span }), ...words };
  };
  return diagnostics
    .map((d) => ({ ...d, primary: place(d.primary), related: d.related.map(place) }))
    .sort(
      (a, b) =>
        compareCodeUnits(a.primary.file, b.primary.file) ||
        (a.primary.span?.start.offset ?? 0) - (b.primary.span?.start.offset ?? 0) ||
        compareCodeUnits(a.code, b.code) ||
        compareCodeUnits(a.message, b.message),
    );
}

/**
 * The candidate that `word` was most likely meant to be, or undefined when none is close: one of which it is a part that
 * no other has (`team-pay`, `payments` for `okta:team-payments`), else one that differs in a letter or two.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  // What a template left unfilled was meant to be nothing that is there.
  if (/[${}<>]/.test(word)) return undefined;
  const others = Array.from(candidates).filter((candidate) => candidate !== word);
  return meantByPart(word.toLowerCase(), others) ?? meantByLetters(word, others);
}

/** The only candidate that begins with `word`, or of which it is the end, or that has the same end behind another prefix. */
function meantByPart(word: string, candidates: readonly string[]): string | undefined {
  if (word.length < 3) return undefined;
  const end = /[:/@]([^:/@]{3,})$/.exec(word)?.[1];
  const found = new Set(
    candidates.filter((candidate) => {
      const name = candidate.toLowerCase();
      const at = name.lastIndexOf(word);
      const isPart = at === 0 || (at > 0 && at + word.length === name.length && /[:/@._-]/.test(name.charAt(at - 1)));
      return isPart || (end !== undefined && (name === end || name.endsWith(`:${end}`) || name.endsWith(`/${end}`)));
    }),
  );
  const [only, another] = found;
  return another === undefined ? only : undefined;
}

function meantByLetters(word: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; score: number } | undefined;
  for (const candidate of candidates) {
    const score = distance(word.toLowerCase(), candidate.toLowerCase());
    const closer =
      !best || score < best.score || (score === best.score && compareCodeUnits(candidate, best.candidate) < 0);
    if (closer) best = { candidate, score };
  }
  return best && best.score <= mostEdits(word) && isNearInParts(word, best.candidate) ? best.candidate : undefined;
}

/** Two letters that changed places are two edits: `rpod` is `prod`. */
function mostEdits(word: string): number {
  return word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
}

/** Whether two words have the same letters in another order: `sre` and `ser`. */
function isShuffled(word: string, other: string): boolean {
  return Array.from(word).sort().join('') === Array.from(other).sort().join('');
}

/** Whether each part of a name is near by itself, and no number another one: what they share makes no two names alike. */
function isNearInParts(word: string, candidate: string): boolean {
  const [parts, others] = [word, candidate].map((name) => name.toLowerCase().split(/[:/@._-]/));
  if (parts === undefined || parts.length !== others?.length) return true;
  return parts.every((part, i) => {
    const other = others[i] ?? '';
    const edits = distance(part, other);
    const sameLetters = part.replace(/\d/g, '') === other.replace(/\d/g, '') && part.length === other.length;
    return isShuffled(part, other) || (edits <= mostEdits(part) && !(sameLetters && edits > 1));
  });
}
