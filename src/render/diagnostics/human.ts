import type { PlacedDiagnostic, PlacedLabel, Severity } from '../../source/diagnostic.ts';
import { formatPlace } from '../../source/diagnostic.ts';
import { groupedBy } from '../../values/order.ts';
import type { Style } from '../style.ts';
import { prose, visible } from '../text.ts';
import { counted } from '../../source/text.ts';
import { countsOf, formatCounts } from './counts.ts';
import { codeCounts, gravestFirst } from './gravity.ts';
import type { Lines, Mark, Row } from './snippet.ts';
import { isShowable, linesOf, snippet } from './snippet.ts';
import { summary } from './summary.ts';

export interface HumanOptions {
  readonly style: Style;
  /** How many files were checked. */
  readonly files: number;
  /** The text of a file that a diagnostic names, where there is one. */
  readonly textOf: (file: string) => string | undefined;
  /** What the reader calls a file that a diagnostic names; the same unless told otherwise. */
  readonly pathOf?: (file: string) => string;
  /** At most so many diagnostics, the gravest; 50 unless told otherwise. */
  readonly limit?: number;
  /** The terminal's width. Source lines are cut around their marks to fit; without it, to about 120 columns. */
  readonly width?: number;
}

/** Related places beyond these are only counted: a group shared in a hundred namespaces needs no hundred snippets. */
const maxRelated = 8;

/** The diagnostics for people: each with its place, the line, a marker, what is related and what to do. */
export function human(diagnostics: readonly PlacedDiagnostic[], options: HumanOptions): string {
  const { style, limit = 50 } = options;
  const linesOfFile = linesCache(options.textOf);
  const gathered = gatheredAlike(diagnostics);
  const heads = Array.from(gathered.keys());
  const shown = mostSevere(heads, limit);
  const parts = heads
    .filter((d) => shown.has(d))
    .map((d) => `${block(d, gathered.get(d) ?? [], linesOfFile, options)}\n`);
  if (shown.size < heads.length) {
    const others = heads.filter((d) => !shown.has(d)).flatMap((d) => [d, ...(gathered.get(d) ?? [])]);
    const rest = `${formatCounts(countsOf(others))} (${codeCounts(others)})`;
    parts.push(`${style.dim(`not shown: ${rest}; \`tenantry validate --format json\` has all`)}\n`);
  }
  return `${parts.join('\n')}${parts.length === 0 ? '' : '\n'}${summary(diagnostics, options)}\n`;
}

/** From so many on, diagnostics that say the same are one block: whoever reads the first has read all. */
const fewestAlike = 4;

/** The diagnostics to show, each with those that say the same of other places; what has places of its own stands alone. */
function gatheredAlike(
  diagnostics: readonly PlacedDiagnostic[],
): ReadonlyMap<PlacedDiagnostic, readonly PlacedDiagnostic[]> {
  const alike = groupedBy(diagnostics, ({ code, severity, message, help, related, primary }) =>
    JSON.stringify([
      code,
      severity,
      message,
      help,
      primary.message,
      related.length === 0 ? '' : formatPlace(primary, (file) => file),
    ]),
  );
  const followers = new Set<PlacedDiagnostic>();
  const heads = new Map<PlacedDiagnostic, readonly PlacedDiagnostic[]>();
  for (const [head, ...others] of alike.values()) {
    if (!head || others.length + 1 < fewestAlike) continue;
    heads.set(head, others);
    for (const other of others) followers.add(other);
  }
  return new Map(diagnostics.flatMap((d) => (followers.has(d) ? [] : [[d, heads.get(d) ?? []] as const])));
}

/** The `limit` gravest diagnostics. */
function mostSevere(diagnostics: readonly PlacedDiagnostic[], limit: number): ReadonlySet<PlacedDiagnostic> {
  return new Set(diagnostics.length <= limit ? diagnostics : gravestFirst(diagnostics).slice(0, limit));
}

function linesCache(textOf: (file: string) => string | undefined): (file: string) => Lines | undefined {
  const cache = new Map<string, Lines | undefined>();
  return (file) => {
    if (!cache.has(file)) {
      const text = textOf(file);
      cache.set(file, text === undefined ? undefined : linesOf(text));
    }
    return cache.get(file);
  };
}

/** Marks of one file that are shown together, or a place without anything to show. */
interface Marked {
  readonly label: PlacedLabel;
  readonly lines?: Lines;
  readonly marks: Mark[];
}

function block(
  { code, severity, message, primary, related, help }: PlacedDiagnostic,
  alike: readonly PlacedDiagnostic[],
  linesOfFile: (file: string) => Lines | undefined,
  { style, pathOf = (file) => file, width = 128 }: HumanOptions,
): string {
  const colour = severityColour(severity, style);
  // What the gutter takes of the width: at most five digits, a bar and two spaces.
  const room = Math.max(20, width - 8);
  const places = placesOf([primary, ...related.slice(0, maxRelated)], linesOfFile, colour, style);
  const snippets = places.map(({ lines, marks }) => (lines ? snippet(lines, marks, room, style) : []));
  const gutter = gutterWidth(snippets.flat());
  const indent = ' '.repeat(gutter);
  const bar = style.dim(`${indent} |`);
  const output = [`${style.bold(colour(`${severity}[${code}]`))}${style.bold(`: ${prose(message)}`)}`];
  for (const [i, { label }] of places.entries()) {
    const rows = snippets[i] ?? [];
    output.push(`${indent}${style.dim(i === 0 ? '-->' : ':::')} ${position(label, pathOf, rows.length > 0)}`);
    if (rows.length > 0) output.push(bar, ...rows.map((row) => rowText(row, gutter, style)));
  }
  const more = alike.slice(0, maxRelated).map((d) => position(d.primary, pathOf, true));
  output.push(...more.map((place) => `${indent}${style.dim(':::')} ${place}`));
  const remarks: [string, string][] = [];
  if (alike.length > 0) {
    const rest = alike.length - more.length;
    remarks.push([
      'note',
      `${counted(alike.length, 'place')} more of the same${rest > 0 ? `, ${rest} of them not shown` : ''}`,
    ]);
  }
  if (related.length > maxRelated) {
    remarks.push(['note', `${counted(related.length - maxRelated, 'more place')} not shown`]);
  }
  if (help !== undefined) remarks.push(['help', prose(help)]);
  if (remarks.length > 0 && (snippets.at(-1)?.length ?? 0) > 0 && more.length === 0) output.push(bar);
  output.push(...remarks.map(([kind, text]) => `${indent} ${style.dim('=')} ${style.bold(`${kind}:`)} ${text}`));
  return output.join('\n');
}

/** The places in the order in which they are shown: what can be shown of one file, where the file comes up first. */
function placesOf(
  labels: readonly PlacedLabel[],
  linesOfFile: (file: string) => Lines | undefined,
  colour: (text: string) => string,
  style: Style,
): Marked[] {
  const places: Marked[] = [];
  const ofFile = new Map<string, Marked>();
  for (const [i, label] of labels.entries()) {
    const lines = linesOfFile(label.file);
    if (!label.span || !lines || !isShowable(label.span, lines)) {
      places.push({ label, marks: [] });
      continue;
    }
    let place = ofFile.get(label.file);
    if (!place) {
      place = { label, lines, marks: [] };
      ofFile.set(label.file, place);
      places.push(place);
    }
    place.marks.push({
      span: label.span,
      ...(i === 0 ? { sign: '^', colour } : { sign: '-', colour: style.blue }),
      ...(label.message !== undefined && { message: label.message }),
    });
  }
  return places;
}

function position({ file, span, message }: PlacedLabel, pathOf: (file: string) => string, hasSnippet: boolean): string {
  const where = `${visible(pathOf(file))}${span ? `:${span.start.line}:${span.start.column}` : ''}`;
  return hasSnippet || message === undefined ? where : `${where}: ${prose(message)}`;
}

function rowText({ gutter, text }: Row, width: number, style: Style): string {
  if (gutter === 'gap') return style.dim('...');
  const number = gutter === 'marker' ? '' : String(gutter);
  const shown = text.trimEnd();
  return `${style.dim(`${number.padStart(width)} |`)}${shown === '' ? '' : ` ${shown}`}`;
}

function gutterWidth(rows: readonly Row[]): number {
  return Math.max(1, ...rows.map(({ gutter }) => (typeof gutter === 'number' ? String(gutter).length : 0)));
}

function severityColour(severity: Severity, style: Style): (text: string) => string {
  if (severity === 'error') return style.red;
  return severity === 'warning' ? style.yellow : style.cyan;
}
