import type { ClusterAccess, Meaning } from '../access/graph.ts';
import type { ClusterSnapshot, Snapshot } from '../cluster/snapshot.ts';
import { subjectKey } from '../config/model/desired-state.ts';
import type { ManifestObject } from '../manifests/manifest-file.ts';
import { argoCDCluster, argoCDFolder } from '../manifests/layout.ts';
import { sortedBy } from '../values/order.ts';
import { accessDrift } from './access.ts';
import { expectedBy } from './expected.ts';
import type { ClusterDrift, Drift, Expected, Finding } from './finding.ts';
import { namespaceDrift } from './namespaces.ts';
import { objectDrift } from './objects.ts';
import { roleBook } from './roles.ts';
import { byCluster, unknownOf, viewOf, wholeLists } from './view.ts';

export { acceptLines } from './expected.ts';
export type * from './finding.ts';

/** What is compared. */
export interface DriftInput {
  readonly meaning: Meaning;
  /** All that is rendered of the same state on the same day. */
  readonly objects: readonly ManifestObject[];
  readonly snapshot: Snapshot;
  readonly expected: readonly Expected[];
}

/**
 * What live clusters hold that Git does not, and the reverse, said as access (N8). What was not read is unknown: nothing is
 * concluded from it, and a cluster of which anything is unknown is not in step.
 */
export function driftOf({ meaning, objects, snapshot, expected }: DriftInput): Drift {
  const rendered = byCluster(objects);
  const forArgoCD = [argoCDCluster, argoCDFolder].flatMap((name) => rendered.get(name) ?? []);
  const read = new Map(snapshot.clusters.map((cluster) => [cluster.cluster, cluster]));
  const clusters = meaning.graph.clusters.map((access) => {
    const { name } = access.cluster;
    return clusterDrift(meaning, access, [...(rendered.get(name) ?? []), ...forArgoCD], read.get(name), expected);
  });
  const declared = new Set(clusters.map(({ cluster }) => cluster));
  return {
    asOf: meaning.graph.asOf,
    takenAt: snapshot.takenAt,
    clusters,
    strangers: snapshot.clusters.flatMap(({ cluster }) => (declared.has(cluster) ? [] : [cluster])),
    unused: unusedOf(expected, clusters),
  };
}

function clusterDrift(
  meaning: Meaning,
  access: ClusterAccess,
  objects: readonly ManifestObject[],
  snapshot: ClusterSnapshot | undefined,
  entries: readonly Expected[],
): ClusterDrift {
  const lists = snapshot ? wholeLists(snapshot) : {};
  const view = viewOf(meaning, access, objects, lists);
  const roles = roleBook(view);
  const inAccess = accessDrift(view, roles);
  const unknown = unknownOf(snapshot, lists, view.rendered.values());
  const judged = inOrder([...namespaceDrift(view), ...inAccess.findings, ...objectDrift(view, inAccess)]).map(
    (finding) => ({ finding, by: expectedBy(finding, entries) }),
  );
  const findings = judged.flatMap(({ finding, by }) => (by ? [] : [finding]));
  return {
    cluster: access.cluster.name,
    origin: access.cluster.origin,
    ...(snapshot && { readAt: snapshot.readAt }),
    state: snapshot?.state ?? { kind: 'not-in-snapshot' },
    unknown,
    findings,
    notApplied: [],
    expected: judged.flatMap(({ finding, by }) => (by ? [{ finding, by }] : [])),
    selfService: sortedBy(inAccess.selfService, ({ object, subject }) => [
      object.namespace ?? '',
      object.name,
      subjectKey(subject),
    ]),
    inStep: unknown.length === 0 && findings.length === 0,
  };
}

/** The gravest first: what nothing holds back any more, then who has too much, then who has too little. */
const gravity = [
  'unprotected',
  'more',
  'relabelled',
  'other',
  'less',
  'missing',
  'altered',
  'left-behind',
  'undeclared',
  'stuck',
];

function inOrder(findings: readonly Finding[]): Finding[] {
  return sortedBy(findings, (finding) => {
    const rank = String(gravity.indexOf(finding.kind));
    const [object] = finding.objects;
    if ('subject' in finding) {
      const { scope, subject } = finding;
      // Of one name, the declared user and the one of RBAC that only looks like him are two.
      const place = scope.kind === 'Cluster' ? '' : scope.namespace;
      return [rank, place, subjectKey(subject), String(finding.isDeclared), object?.name ?? ''];
    }
    return [rank, object?.namespace ?? '', object?.kind ?? '', object?.name ?? ''];
  });
}

/** Entries of which nothing was found. What is on a cluster of which something is unknown may be there all the same. */
function unusedOf(entries: readonly Expected[], clusters: readonly ClusterDrift[]): Expected[] {
  const used = new Set(clusters.flatMap(({ expected }) => expected.flatMap(({ by }) => by)));
  const unsure = clusters.filter(({ unknown }) => unknown.length > 0).map(({ cluster }) => cluster);
  return entries.filter(
    (entry) => !used.has(entry) && !unsure.some((name) => entry.cluster === undefined || entry.cluster === name),
  );
}
