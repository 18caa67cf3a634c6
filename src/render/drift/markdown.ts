import type { ClusterDrift, Drift } from '../../drift/finding.ts';
import { redactSecrets } from '../../source/secrets.ts';
import { code, escaped, shown } from '../markdown-text.ts';
import { lineWords } from '../plan/sentences.ts';
import type { GatheredFinding } from './gather.ts';
import { gathered } from './gather.ts';
import { driftSentence, selfServicePieces } from './sentences.ts';
import type { PlaceOf } from './summary.ts';
import { argoCDWords, commitsOf, headlineOf, linesOf, stateOf, unknownBy } from './summary.ts';

/** GitHub takes comments, and summaries of jobs in parts, of up to 65,536 characters; in bytes, with some to spare. */
const mostBytes = 60_000;

/** A drift for a summary or a comment: what does not fit is counted. Nothing in it is Markdown, a mention or HTML of others. */
export function markdownDrift(drift: Drift, placeOf: PlaceOf): string {
  const { clusters, asOf, takenAt, unused } = drift;
  const head = [
    `### tenantry drift: ${escaped(headlineOf(drift))}`,
    '',
    `<sub>Git as of ${code(asOf)}, clusters read at ${code(takenAt)}</sub>`,
    '',
    '| cluster | state | differences | not applied | expected | unknown |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...clusters.map(clusterRow),
  ];
  const entries = [
    ...clusters.flatMap((cluster) => clusterEntries(cluster, placeOf)),
    ...unused.map(({ kind, name }) => `- ⚪ expected, and nowhere: ${escaped(kind)} ${code(redactSecrets(name))}`),
  ];
  return `${fitted(head, entries).join('\n')}\n`;
}

function clusterRow(cluster: ClusterDrift): string {
  const { findings, notApplied, expected, unknown } = cluster;
  const counts = [findings, notApplied, expected, unknown].map(({ length }) => String(length));
  const mark = cluster.inStep ? '✅' : findings.length > 0 ? '❌' : '❔';
  return `| ${[code(cluster.cluster), `${mark} ${escaped(stateOf(cluster))}`, ...counts].join(' | ')} |`;
}

function clusterEntries(of: ClusterDrift, placeOf: PlaceOf): string[] {
  const { cluster, findings, notApplied, selfService } = of;
  const entries = [
    ...unknownBy(of).map(
      ({ resources, why }) => `- ❔ not known: ${resources.map(code).join(', ')}: ${escaped(redactSecrets(why))}`,
    ),
    ...argoCDWords(of).map((words) => `- ❔ ${escaped(redactSecrets(words))}`),
    ...gathered(findings).map((finding) => findingEntry(finding, placeOf)),
    ...gathered(notApplied).map((finding) =>
      findingEntry(finding, placeOf).replace(
        '- ',
        `- ⏳ not applied yet by Argo CD, which is at ${code(commitsOf(of))}: `,
      ),
    ),
    ...selfService.map((one) => `- ⚪ bound by an admin of the namespace: ${shown(selfServicePieces(one))}`),
  ];
  return entries.length === 0 ? [] : [`\n**${code(cluster)}**\n`, ...entries];
}

const marks = { '+': '➕', '-': '➖', '↑': '🔺', '↓': '🔻', '~': '🔹', '!': '❌', '?': '❔' } as const;

function findingEntry({ finding, namespaces, because }: GatheredFinding, placeOf: PlaceOf): string {
  const { sign, pieces, details } = driftSentence(finding, namespaces);
  const lines = lineWords({ before: [], after: linesOf(because, placeOf) }, code);
  return [
    `- ${marks[sign]} ${shown(pieces)}${lines === '' ? '' : ` — ${lines}`}`,
    ...details.map((detail) => `  - ${shown(detail)}`),
  ].join('\n');
}

/** Whole entries as long as there is room: half of one may be other Markdown. */
function fitted(head: readonly string[], entries: readonly string[]): string[] {
  let left = mostBytes - Buffer.byteLength(head.join('\n'));
  const kept: string[] = [];
  for (const entry of entries) {
    left -= Buffer.byteLength(entry) + 1;
    if (left < 0) break;
    kept.push(entry);
  }
  const missing = entries.length - kept.length;
  return [...head, ...kept, ...(missing > 0 ? [`\n… and ${missing} more`] : [])];
}
