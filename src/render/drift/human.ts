import type { ClusterDrift, Drift, Expected } from '../../drift/finding.ts';
import { redactSecrets } from '../../source/secrets.ts';
import { lineWords } from '../plan/sentences.ts';
import { shown } from '../plan/human.ts';
import type { Style } from '../style.ts';
import type { Column } from '../table.ts';
import { table } from '../table.ts';
import { prose, visible, wrapped } from '../text.ts';
import type { GatheredFinding } from './gather.ts';
import { gathered } from './gather.ts';
import type { DriftSentence } from './sentences.ts';
import { driftSentence, selfServicePieces } from './sentences.ts';
import type { PlaceOf } from './summary.ts';
import { argoCDWords, commitsOf, headlineOf, linesOf, stateOf, unknownBy } from './summary.ts';

/** A drift for people: a line for each cluster, then what differs on each. Lines are broken where a terminal is `width` wide. */
export function humanDrift(drift: Drift, placeOf: PlaceOf, style: Style, width?: number): string {
  const { clusters, asOf, takenAt, strangers, unused } = drift;
  const isTold = ({ findings, notApplied, unknown, selfService }: ClusterDrift): boolean =>
    findings.length + notApplied.length + unknown.length + selfService.length > 0;
  const out = [
    `${style.bold('Drift')} as of ${asOf}, read at ${visible(takenAt)}`,
    style.bold(visible(headlineOf(drift))),
    '',
    table(columns(style), clusters, { style, ...(width !== undefined && { width }) }).trimEnd(),
    ...clusters.filter(isTold).flatMap((cluster) => ['', ...clusterLines(cluster, placeOf, style)]),
    ...(strangers.length === 0
      ? []
      : ['', `Not looked at, for Git does not declare it: ${strangers.map((name) => visible(name)).join(', ')}`]),
    ...(unused.length === 0 ? [] : ['', style.bold('Expected, and nowhere'), ...unused.map(unusedLine)]),
  ];
  const text = out.join('\n');
  return `${width === undefined ? text : wrapped(text, width)}\n`;
}

function columns(style: Style): Column<ClusterDrift>[] {
  return [
    { header: 'Cluster', cell: ({ cluster }) => cluster },
    {
      header: 'State',
      cell: stateOf,
      colour: (text, { inStep, findings }) =>
        inStep ? style.green(text) : findings.length > 0 ? style.red(text) : style.yellow(text),
    },
    { header: 'Differences', cell: ({ findings }) => String(findings.length), align: 'right' },
    { header: 'Not applied', cell: ({ notApplied }) => String(notApplied.length), align: 'right' },
    { header: 'Expected', cell: ({ expected }) => String(expected.length), align: 'right' },
    { header: 'Unknown', cell: ({ unknown }) => String(unknown.length), align: 'right' },
    { header: 'Read at', cell: ({ readAt }) => readAt ?? '', keep: true },
  ];
}

function clusterLines(of: ClusterDrift, placeOf: PlaceOf, style: Style): string[] {
  const { cluster, findings, notApplied, selfService } = of;
  return [
    style.bold(visible(cluster)),
    ...unknownBy(of).map(
      ({ resources, why }) =>
        `  ${style.yellow('?')} not known: ${visible(resources.join(', '))}: ${prose(redactSecrets(why))}`,
    ),
    ...argoCDWords(of).map((words) => `  ${style.yellow('?')} ${prose(redactSecrets(words))}`),
    ...gathered(findings).flatMap((finding) => findingLines(finding, placeOf, style)),
    ...(notApplied.length === 0
      ? []
      : [
          `  Not applied yet by Argo CD, which is at ${visible(commitsOf(of))}`,
          ...gathered(notApplied).flatMap((finding) =>
            findingLines(finding, placeOf, style).map((line) => `  ${line}`),
          ),
        ]),
    ...(selfService.length === 0
      ? []
      : [
          '  Bound by admins of namespaces themselves, as the organization lets them',
          ...selfService.map((one) => `    ${shown(selfServicePieces(one), style)}`),
        ]),
  ];
}

function findingLines({ finding, namespaces, because }: GatheredFinding, placeOf: PlaceOf, style: Style): string[] {
  const sentence = driftSentence(finding, namespaces);
  const lines = lineWords({ before: [], after: linesOf(because, placeOf) }, visible);
  return [
    `  ${colourOf(sentence.sign, style)(sentence.sign)} ${shown(sentence.pieces, style)}`,
    ...sentence.details.map((detail) => `      ${shown(detail, style)}`),
    ...(lines === '' ? [] : [`      ${style.dim(lines)}`]),
  ];
}

function colourOf(sign: DriftSentence['sign'], style: Style): (text: string) => string {
  switch (sign) {
    case '!':
    case '+':
    case '↑':
      return style.red;
    case '-':
    case '↓':
    case '?':
      return style.yellow;
    case '~':
      return style.cyan;
  }
}

function unusedLine({ cluster, kind, name, namespace, reason }: Expected): string {
  const place = [namespace, cluster].filter((part) => part !== undefined).join(' on ');
  return prose(`  ${kind} ${name}${place === '' ? '' : ` in ${place}`}: ${redactSecrets(reason)}`);
}
