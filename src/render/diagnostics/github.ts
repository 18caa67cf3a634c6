import type { PlacedDiagnostic, PlacedLabel, Severity } from '../../source/diagnostic.ts';
import { visible } from '../text.ts';
import { countsOf, formatCounts } from './counts.ts';
import { codeCounts, gravestFirst } from './gravity.ts';

/** GitHub makes annotations of the first ten commands of each kind in a step; the others only show in its log. */
const annotationsPerKind = 10;

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

export interface GithubOptions {
  /** The path from the repository's root of a file that a diagnostic names; the same unless told otherwise. */
  readonly pathOf?: (file: string) => string;
}

/**
 * The diagnostics as GitHub Actions workflow commands, one a line, which become annotations on the pull request.
 * Those that GitHub keeps, the first of each kind, are the gravest: `gravestFirst`. When it will drop some, a notice
 * before all others says so, with each code that occurs; the message of each holds its place, which the step's log
 * would not show otherwise. Nothing is printed when there is nothing to say.
 */
export function github(
  diagnostics: readonly PlacedDiagnostic[],
  { pathOf = (file) => file }: GithubOptions = {},
): string {
  const counts = countsOf(diagnostics);
  const dropped = Math.max(counts.errors, counts.warnings, counts.notes) > annotationsPerKind;
  const summary = `${formatCounts(counts)}: ${codeCounts(diagnostics)}. Only ${annotationsPerKind} of each kind are annotated, the gravest; this step's log has all`;
  return [
    ...(dropped ? [command('notice', { title: 'tenantry' }, summary)] : []),
    ...gravestFirst(diagnostics).map((d) => annotation(d, pathOf)),
  ].join('');
}

function annotation(
  { code, rule, severity, message, primary, related, help }: PlacedDiagnostic,
  pathOf: (file: string) => string,
): string {
  const suffix = ({ message: label }: PlacedLabel): string => (label === undefined ? '' : `: ${label}`);
  const where = (label: PlacedLabel): string => {
    const { start } = label.span ?? {};
    return `${pathOf(label.file)}${start ? `:${start.line}:${start.column}` : ''}${suffix(label)}`;
  };
  const text = [
    visible(message),
    `--> ${visible(where(primary))}`,
    ...related.map((label) => `::: ${visible(where(label))}`),
    ...(help === undefined ? [] : [`help: ${visible(help)}`]),
  ];
  const properties = { file: pathOf(primary.file), ...region(primary), title: `${code} ${rule}` };
  return command(commands[severity], properties, text.join('\n'));
}

/** GitHub takes columns only where the region is within one line. */
function region({ span }: PlacedLabel): Readonly<Record<string, number>> {
  if (!span) return {};
  const { start, end } = span;
  if (start.line !== end.line) return { line: start.line, endLine: end.line };
  return { line: start.line, endLine: end.line, col: start.column, endColumn: end.column };
}

function command(name: string, properties: Readonly<Record<string, string | number>>, data: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(visible(String(value)))}`);
  return `::${name} ${list.join(',')}::${escapeData(data)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
