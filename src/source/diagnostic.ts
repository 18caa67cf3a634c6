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
}

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

/** The candidate that `word` was most likely meant to be, or undefined when none is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; score: number } | undefined;
  for (const candidate of candidates) {
    const score = distance(word.toLowerCase(), candidate.toLowerCase());
    const closer =
      !best || score < best.score || (score === best.score && compareCodeUnits(candidate, best.candidate) < 0);
    if (candidate !== word && closer) best = { candidate, score };
  }
  // Two letters that changed places are two edits: `rpod` is `prod`.
  const allowed = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  return best && best.score <= allowed ? best.candidate : undefined;
}
