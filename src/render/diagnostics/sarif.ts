import { createHash } from 'node:crypto';
import type { PlacedDiagnostic, PlacedLabel } from '../../source/diagnostic.ts';
import type { Rule } from '../../rules/rule.ts';
import type { Span } from '../../source/source.ts';
import { mendText } from '../../source/splice.ts';
import { jsonText, visible } from '../text.ts';

const informationUri = 'https://tenantry.dev';

/** What a reader of the log is told about a rule, or about another kind of finding that has a code. */
export interface RuleFacts extends Pick<Rule, 'name' | 'severity' | 'summary' | 'why'> {
  readonly code: string;
}

export interface SarifOptions {
  /** Every rule that ran, whether it found something or not. */
  readonly rules: readonly RuleFacts[];
  /** tenantry's own version. */
  readonly version: string;
  /** The path from the repository's root of a file that a diagnostic names; the same unless told otherwise. */
  readonly pathOf?: (file: string) => string;
}

/** The diagnostics as a SARIF 2.1.0 log: for GitHub code scanning, editors, and whatever collects findings. */
export function sarif(
  diagnostics: readonly PlacedDiagnostic[],
  { rules, version, pathOf = (file) => file }: SarifOptions,
): string {
  const ruleIndex = new Map<string, number>(rules.map((rule, index) => [rule.code, index]));
  const fingerprint = fingerprints();
  return jsonText({
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tenantry', version, informationUri, rules: rules.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((d) => ({
          ruleId: d.code,
          ruleIndex: ruleIndex.get(d.code),
          level: d.severity,
          message: { text: resultText(d, pathOf) },
          locations: [location(d.primary, pathOf)],
          relatedLocations:
            d.related.length === 0
              ? undefined
              : d.related.map((label, i) => ({ id: i + 1, ...location(label, pathOf) })),
          fixes: fixes(d, pathOf),
          partialFingerprints: { 'tenantry/v1': fingerprint(d) },
        })),
      },
    ],
  });
}

function descriptor({ code, name, severity, summary, why }: RuleFacts): object {
  return {
    id: code,
    name,
    shortDescription: { text: messageString(summary) },
    fullDescription: { text: messageString(why) },
    help: { text: messageString(`${summary}\n\n${why}`), markdown: messageString(`**${summary}**\n\n${why}`) },
    defaultConfiguration: { level: severity },
  };
}

function resultText({ message, primary, related, help }: PlacedDiagnostic, pathOf: (file: string) => string): string {
  // Viewers lead to a related location where the message links to it by its id, and hardly otherwise.
  const link = ({ file, span, message: label }: PlacedLabel, index: number): string => {
    const name = `${pathOf(file)}${span ? `:${span.start.line}` : ''}`;
    const linkText = messageString(visible(name)).replace(/[\\[\]]/g, '\\$&');
    return `[${linkText}](${index + 1})${label === undefined ? '' : `: ${plainMessage(label)}`}`;
  };
  return [
    plainMessage(message),
    ...(primary.message === undefined ? [] : [plainMessage(primary.message)]),
    ...related.map(link),
    ...(help === undefined ? [] : [plainMessage(`help: ${help}`)]),
  ].join('\n');
}

/** The edit that the help asks for, where it is one and its place is known. */
function fixes({ primary, help, mend }: PlacedDiagnostic, pathOf: (file: string) => string): object[] | undefined {
  const { file, span } = primary;
  if (mend === undefined || !span) return undefined;
  return [
    {
      description: { text: plainMessage(`help: ${help ?? 'see the message'}`) },
      artifactChanges: [
        {
          artifactLocation: { uri: relativeUri(pathOf(file)), uriBaseId: '%SRCROOT%' },
          replacements: [{ deletedRegion: region(span), insertedContent: { text: mendText(file, mend) } }],
        },
      ],
    },
  ];
}

function region({ start, end }: Span): object {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

function location(label: PlacedLabel, pathOf: (file: string) => string): object {
  const { file, span, path, message } = label;
  return {
    physicalLocation: {
      artifactLocation: { uri: relativeUri(pathOf(file)), uriBaseId: '%SRCROOT%' },
      // A whole file has no region in SARIF, but GitHub's code scanning shows no result without a line.
      region: span ? region(span) : { startLine: 1 },
    },
    logicalLocations: path === '' ? undefined : [{ fullyQualifiedName: path }],
    message: message === undefined ? undefined : { text: plainMessage(message) },
  };
}

/** SARIF reads `{0}` as a placeholder, and has every other brace doubled (section 3.11.5). */
function messageString(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}

/** `[text](target)` in a message is a link (section 3.11.6): a name from a config file must not become one. */
function plainMessage(text: string): string {
  return messageString(visible(text)).replaceAll('](', '] (');
}

function relativeUri(path: string): string {
  // encodeURIComponent throws at an unpaired surrogate.
  const wellFormed = path.replace(/\p{Cs}/gu, '\ufffd');
  return wellFormed.split('/').map(encodeURIComponent).join('/');
}

/**
 * What makes a finding the same one in another run: not its line, which any edit above it moves, but what it says
 * of which file. Findings alike in all of that are told apart by their order.
 */
function fingerprints(): (diagnostic: PlacedDiagnostic) => string {
  const seen = new Map<string, number>();
  return ({ code, message, primary }) => {
    const hash = createHash('sha256')
      .update(JSON.stringify([code, primary.file, message]))
      .digest('hex')
      .slice(0, 32);
    const occurrence = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, occurrence);
    return `${hash}:${occurrence}`;
  };
}
