import type { ClusterDrift, Drift } from '../../drift/finding.ts';
import type { PlacedLabel } from '../../source/diagnostic.ts';
import type { Reason } from '../../access/graph.ts';
import type { Origin } from '../../source/source.ts';
import { counted } from '../../source/text.ts';

/** Where an origin is in its file: who calls has located it. */
export type PlaceOf = (origin: Origin) => PlacedLabel;

/** What is so of all clusters, in a line. What is unknown is said, and never counted as good. */
export function headlineOf({ clusters }: Drift): string {
  const findings = clusters.reduce((sum, cluster) => sum + cluster.findings.length, 0);
  const expected = clusters.reduce((sum, cluster) => sum + cluster.expected.length, 0);
  const differing = clusters.filter((cluster) => cluster.findings.length > 0).length;
  const unknown = clusters.filter((cluster) => cluster.unknown.length > 0).length;
  const inStep = clusters.filter((cluster) => cluster.inStep).length;
  return [
    findings === 0
      ? `${inStep} of ${counted(clusters.length, 'cluster')} in step`
      : `${counted(findings, 'difference')} on ${differing} of ${counted(clusters.length, 'cluster')}`,
    ...(unknown > 0 ? [`${unknown} of ${counted(clusters.length, 'cluster')} not or not wholly known`] : []),
    ...(expected > 0 ? [`${counted(expected, 'difference')} expected`] : []),
  ].join('; ');
}

/** How a cluster is, in a few words. */
export function stateOf({ state, unknown, findings }: ClusterDrift): string {
  if (state.kind !== 'ok' && state.kind !== 'partial' && state.kind !== 'forbidden') {
    return state.kind.replaceAll('-', ' ');
  }
  if (findings.length > 0) return unknown.length > 0 ? 'differs, and not wholly known' : 'differs';
  return unknown.length > 0 ? 'not wholly known' : 'in step';
}

/** The config lines of reasons, as `tenants/solar.yaml:12`, each once. */
export function linesOf(because: readonly Reason[], placeOf: PlaceOf): string[] {
  return [...new Set(because.map(({ origin }) => lineOf(placeOf(origin))))];
}

function lineOf({ file, span }: PlacedLabel): string {
  return span ? `${file}:${span.start.line}` : file;
}
