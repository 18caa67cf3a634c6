import type { ClusterDrift, Drift } from '../../drift/finding.ts';
import type { PlacedLabel } from '../../source/diagnostic.ts';
import type { Reason } from '../../access/graph.ts';
import type { Origin } from '../../source/source.ts';
import { counted } from '../../source/text.ts';
import { groupedBy } from '../../values/order.ts';

/** Where an origin is in its file: who calls has located it. */
export type PlaceOf = (origin: Origin) => PlacedLabel;

/** What is so of all clusters, in a line. What is unknown is said, and never counted as good. */
export function headlineOf({ clusters }: Drift): string {
  const findings = clusters.reduce((sum, cluster) => sum + cluster.findings.length, 0);
  const expected = clusters.reduce((sum, cluster) => sum + cluster.expected.length, 0);
  const differing = clusters.filter((cluster) => cluster.findings.length > 0).length;
  const notApplied = clusters.reduce((sum, cluster) => sum + cluster.notApplied.length, 0);
  const unknown = clusters.filter((cluster) => cluster.unknown.length > 0).length;
  const inStep = clusters.filter((cluster) => cluster.inStep).length;
  return [
    findings === 0
      ? `${inStep} of ${counted(clusters.length, 'cluster')} in step`
      : `${counted(findings, 'difference')} on ${differing} of ${counted(clusters.length, 'cluster')}`,
    ...(notApplied > 0 ? [`${counted(notApplied, 'difference')} that Argo CD has yet to apply`] : []),
    ...(unknown > 0 ? [`${unknown} of ${counted(clusters.length, 'cluster')} not or not wholly known`] : []),
    ...(expected > 0 ? [`${counted(expected, 'difference')} expected`] : []),
  ].join('; ');
}

/** How a cluster is, in a few words. */
export function stateOf({ state, unknown, findings, notApplied }: ClusterDrift): string {
  if (state.kind !== 'ok' && state.kind !== 'partial' && state.kind !== 'forbidden') {
    return state.kind.replaceAll('-', ' ');
  }
  if (findings.length > 0) return unknown.length > 0 ? 'differs, and not wholly known' : 'differs';
  if (unknown.length > 0) return 'not wholly known';
  return notApplied.length > 0 ? 'not applied yet' : 'in step';
}

/** What of a cluster is not known, once for each reason: where nobody answers, that is one for all lists. */
export function unknownBy({
  unknown,
}: ClusterDrift): { readonly resources: readonly string[]; readonly why: string }[] {
  return Array.from(
    groupedBy(unknown, ({ why }) => why),
    ([why, of]) => ({ why, resources: of.map(({ resource }) => resource) }),
  );
}

/** Where Argo CD is with a cluster, as far as what it has yet to apply goes. */
export function argoCDWords({ argoCD, notApplied, findings }: ClusterDrift): string[] {
  if (!argoCD || notApplied.length + findings.length === 0) return [];
  return [
    ...argoCD.applications.flatMap(({ name, errors }) =>
      errors.map((error) => `Argo CD's Application ${name}: ${error}`),
    ),
    ...(argoCD.notTold === undefined
      ? []
      : [`What Argo CD has yet to apply cannot be told from drift: ${argoCD.notTold}`]),
  ];
}

/** The commits that Argo CD is at with a cluster, in a few characters each. */
export function commitsOf({ argoCD }: ClusterDrift): string {
  const commits = (argoCD?.applications ?? []).map(({ commit }) => commit?.slice(0, 8) ?? 'no commit yet');
  return [...new Set(commits)].join(', ');
}

/** The config lines of reasons, as `tenants/solar.yaml:12`, each once. */
export function linesOf(because: readonly Reason[], placeOf: PlaceOf): string[] {
  return [...new Set(because.map(({ origin }) => lineOf(placeOf(origin))))];
}

function lineOf({ file, span }: PlacedLabel): string {
  return span ? `${file}:${span.start.line}` : file;
}
