import type { ClusterDrift, Drift, Finding } from '../../drift/finding.ts';
import { redactSecrets } from '../../source/secrets.ts';
import { jsonText } from '../text.ts';
import { driftSentence, plainText, selfServicePieces } from './sentences.ts';
import type { PlaceOf } from './summary.ts';
import { linesOf } from './summary.ts';

/**
 * A drift for programs. `complete` is false where anything of any cluster is unknown, and `inStep` then, too. `formatVersion`
 * changes when a reader of today's output could misread it.
 */
export function jsonDrift(drift: Drift, placeOf: PlaceOf): string {
  const { asOf, takenAt, clusters, strangers, unused } = drift;
  return jsonText(
    redacted({
      formatVersion: 1,
      asOf,
      takenAt,
      inStep: clusters.every(({ inStep }) => inStep),
      complete: clusters.every(({ unknown }) => unknown.length === 0),
      clusters: clusters.map((cluster) => clusterJson(cluster, placeOf)),
      strangers,
      unused,
    }),
  );
}

function clusterJson(cluster: ClusterDrift, placeOf: PlaceOf): object {
  return {
    cluster: cluster.cluster,
    state: cluster.state,
    readAt: cluster.readAt ?? null,
    inStep: cluster.inStep,
    unknown: cluster.unknown,
    findings: cluster.findings.map((finding) => findingJson(finding, placeOf)),
    notApplied: cluster.notApplied.map((finding) => findingJson(finding, placeOf)),
    argoCD: cluster.argoCD ?? null,
    expected: cluster.expected.map(({ finding, by }) => ({ ...findingJson(finding, placeOf), by })),
    selfService: cluster.selfService.map((one) => ({ ...one, message: plainText(selfServicePieces(one)) })),
  };
}

function findingJson(finding: Finding, placeOf: PlaceOf): object {
  const { because } = finding;
  const { pieces, details } = driftSentence(finding);
  return {
    ...finding,
    message: plainText(pieces),
    details: details.map((detail) => plainText(detail)),
    because: linesOf(because, placeOf),
  };
}

/** Every text of a value with its secrets made unreadable: live objects may hold any, wherever they have text. */
function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redactSecrets(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redacted(item)]));
}
