import type { LiveApplication, Snapshot } from '../cluster/snapshot.ts';
import type { Cluster, DesiredState } from '../config/model/desired-state.ts';
import { kindNamed } from '../manifests/kinds.ts';
import { applicationName, applicationOf, argoCDCluster, argoCDFolder, rootApplication } from '../manifests/layout.ts';
import type { ManifestObject } from '../manifests/manifest-file.ts';
import type { ApplicationState, ArgoCDState, ClusterDrift, Drift, Finding, ObjectRef } from './finding.ts';
import { objectKey } from './view.ts';

/**
 * What Argo CD has yet to apply, told from drift. Each object of a cluster is as Git says now, or as Git said at the commit
 * that Argo CD is at, where a sync has done a part of its work: what is like neither is drift, and what differs from now
 * alone is not applied yet. Argo CD's own word decides about nothing but the commit.
 */

/** What the clusters' Applications say, by cluster; undefined where nobody read them. */
export function argoCDStates(desired: DesiredState, snapshot: Snapshot): ReadonlyMap<string, ArgoCDState> | undefined {
  const applications = applicationsIn(desired, snapshot);
  if (!applications) return undefined;
  return new Map(
    desired.clusters.map((cluster) => [
      cluster.name,
      { applications: namesFor(cluster).map((name) => stateOf(name, applications.get(name))) },
    ]),
  );
}

function applicationsIn({ organization: { argoCD } }: DesiredState, { clusters }: Snapshot) {
  const read = clusters.find(({ cluster }) => cluster === argoCD?.cluster?.value)?.objects.applications;
  return read && new Map(read.map((application) => [application.name, application]));
}

/** The Applications that have a part in a cluster. */
function namesFor(cluster: Cluster): string[] {
  return Array.from({ length: cluster.applications.value }, (_, number) => applicationName(cluster, number));
}

function stateOf(name: string, application: LiveApplication | undefined): ApplicationState {
  const { applied, errors = ['there is no such Application'] } = application ?? {};
  return { name, ...(applied !== undefined && { commit: applied }), errors };
}

/** The commits that Argo CD is at with those clusters of which something differs. */
export function commitsBehind(drift: Drift, desired: DesiredState, snapshot: Snapshot): ReadonlySet<string> {
  const states = argoCDStates(desired, snapshot);
  const differing = drift.clusters.filter(({ findings }) => findings.length > 0).map(({ cluster }) => cluster);
  const root = applicationsIn(desired, snapshot)?.get(rootApplication)?.applied;
  return new Set([
    ...differing.flatMap((cluster) => (states?.get(cluster)?.applications ?? []).flatMap((a) => a.commit ?? [])),
    ...(differing.length > 0 && root !== undefined ? [root] : []),
  ]);
}

/**
 * What a commit says: the drift of the same snapshot against it, and what is rendered there; that it says what Git says now;
 * or why that is not known.
 */
export type AtCommit =
  { readonly drift: Drift; readonly objects: readonly ManifestObject[] } | 'as now' | { readonly notKnown: string };

/** What Git says now, and what is there. */
export interface Now {
  readonly desired: DesiredState;
  readonly objects: readonly ManifestObject[];
  readonly snapshot: Snapshot;
}

/** A drift with what is not applied yet apart, and with what the API server has said to Argo CD. */
export function toldApart(drift: Drift, { desired, objects, snapshot }: Now, at: ReadonlyMap<string, AtCommit>): Drift {
  const states = argoCDStates(desired, snapshot);
  const applications = applicationsIn(desired, snapshot);
  if (!states || !applications) return drift;
  const byName = new Map(desired.clusters.map((cluster) => [cluster.name, cluster]));
  const clusters = drift.clusters.map((of): ClusterDrift => {
    const cluster = byName.get(of.cluster);
    const argoCD = states.get(of.cluster);
    if (!cluster || !argoCD) return of;
    const isWaiting = waiting(cluster, applications, at, renderedOn(objects, cluster.name));
    const refused = refusals([...namesFor(cluster), rootApplication].flatMap((name) => applications.get(name) ?? []));
    const told = of.findings.map((finding) => ({ ...finding, ...refused(finding) }));
    const notKnown = argoCD.applications.flatMap(({ commit }) => {
      const known = commit === undefined ? undefined : at.get(commit);
      return typeof known === 'object' && 'notKnown' in known ? [known.notKnown] : [];
    });
    return {
      ...of,
      findings: told.filter((finding) => !isWaiting(finding)),
      notApplied: told.filter(isWaiting),
      argoCD: { ...argoCD, ...(notKnown[0] !== undefined && { notTold: notKnown[0] }) },
    };
  });
  return { ...drift, clusters };
}

/** Whether all that a finding is about waits for Argo CD. */
function waiting(
  cluster: Cluster,
  applications: ReadonlyMap<string, LiveApplication>,
  at: ReadonlyMap<string, AtCommit>,
  now: ReadonlySet<string>,
): (finding: Finding) => boolean {
  const saidAt = new Map(
    Array.from(at).flatMap(([commit, known]) =>
      typeof known === 'object' && 'drift' in known
        ? [
            [
              commit,
              { differed: keysAt(known.drift, cluster.name), rendered: renderedOn(known.objects, cluster.name) },
            ] as const,
          ]
        : [],
    ),
  );
  return (finding) => {
    const names = new Set(finding.objects.flatMap((object) => applicationsFor(cluster, object) ?? []));
    const isArgoCDs = finding.objects.every((object) => applicationsFor(cluster, object) !== undefined);
    return (
      isArgoCDs &&
      Array.from(names).every((name) => {
        const commit = applications.get(name)?.applied;
        if (commit === undefined) return applications.has(name) && isLacking(finding);
        const said = saidAt.get(commit);
        // What neither side has ever rendered is somebody else's, also where the other side has no word for where it is.
        return (
          said !== undefined &&
          keysOf(finding).every((key) => !said.differed.has(key) && (now.has(key) || said.rendered.has(key)))
        );
      })
    );
  };
}

/** The objects that are rendered for a cluster, and for Argo CD, which may run on it. */
function renderedOn(objects: readonly ManifestObject[], name: string): ReadonlySet<string> {
  const of = objects.filter(({ cluster }) => cluster === name || cluster === argoCDFolder || cluster === argoCDCluster);
  return new Set(of.map(objectKey));
}

/** Where nothing was ever applied, all that is rendered lacks. */
function isLacking(finding: Finding): boolean {
  return (
    finding.kind === 'less' ||
    finding.kind === 'missing' ||
    (finding.kind === 'unprotected' && finding.fields.length === 0)
  );
}

/** The objects that differ on a cluster from what a commit says; what is expected now and then counts there as well. */
function keysAt({ clusters }: Drift, name: string): ReadonlySet<string> {
  return new Set(
    clusters.flatMap(({ cluster, findings, expected }) =>
      cluster === name ? [...findings, ...expected.map(({ finding }) => finding)].flatMap(keysOf) : [],
    ),
  );
}

/** The objects that make a finding: not those that are only named with it. */
function keysOf(finding: Finding): string[] {
  return ('differing' in finding ? finding.differing : finding.objects).map(objectKey);
}

/**
 * The Applications that apply an object, by their names; undefined for what the cluster's operator applies. A file of the
 * whole cluster may be any of its Applications'.
 */
function applicationsFor(cluster: Cluster, { kind, name, namespace }: ObjectRef): readonly string[] | undefined {
  const known = kindNamed(kind);
  if (!known) return undefined;
  if (known.folders.includes('argo-cd')) return [rootApplication];
  if (known.onlyName !== undefined && known.onlyName !== name) return undefined;
  const where = kind === 'Namespace' ? name : namespace;
  if (where === undefined) return namesFor(cluster);
  return [applicationName(cluster, applicationOf(cluster, where))];
}

/** What Argo CD was told when it applied what a finding is about. */
function refusals(applications: readonly LiveApplication[]): (finding: Finding) => Pick<Finding, 'refused'> {
  const byObject = new Map(
    applications.flatMap(({ name: application, refused }) =>
      refused.map(({ message, ...object }) => [placeKey(object), { application, message }] as const),
    ),
  );
  return ({ objects }) => {
    const refused = objects.map((object) => byObject.get(placeKey(object))).find((found) => found !== undefined);
    return refused ? { refused } : {};
  };
}

/** Argo CD gives an object of the whole cluster the namespace of its Application, or none. */
function placeKey({ kind, name, namespace }: ObjectRef): string {
  return objectKey({ kind, name, namespace: kindNamed(kind)?.scope === 'Cluster' ? undefined : namespace });
}
