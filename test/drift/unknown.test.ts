import { beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionState, LiveObjects, LiveResource } from '../../src/cluster/snapshot.ts';
import type { ClusterDrift, FindingKind } from '../../src/drift/drift.ts';
import { liveBinding, liveNamespace } from '../support/live-snapshot.ts';
import type { Estate } from './estate.ts';
import { add, driftIn, estate, findingsOf, onCluster, planted, said, together } from './estate.ts';

let inSync: Estate;
beforeAll(async () => {
  inSync = await estate();
});

const cluster = 'prodcluster01';

const lists = [
  'namespaces',
  'rolebindings',
  'clusterrolebindings',
  'clusterroles',
  'roles',
  'resourcequotas',
  'limitranges',
  'networkpolicies',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
] as const satisfies readonly LiveResource[];

const without = (objects: LiveObjects, ...gone: readonly string[]): LiveObjects =>
  Object.fromEntries(Object.entries(objects).filter(([resource]) => !gone.includes(resource)));

function driftWithout(...gone: readonly LiveResource[]): ClusterDrift | undefined {
  const state: ConnectionState = {
    kind: 'forbidden',
    missing: gone.map((resource) => ({ resource: `${resource}.example.k8s.io`, why: `may not list ${resource}` })),
  };
  const snapshot = onCluster(inSync.snapshot, cluster, (one) => ({
    ...one,
    state,
    objects: without(one.objects, ...gone),
  }));
  return driftIn(inSync, snapshot).clusters.find((one) => one.cluster === cluster);
}

/** A cluster on which everything is wrong that can be. */
const everythingWrong = (objects: LiveObjects): LiveObjects =>
  together(
    add('namespaces', liveNamespace('solar-extra')),
    add('clusterrolebindings', liveBinding('rogue', 'ClusterRole/cluster-admin', [{ kind: 'User', name: 'mallory' }])),
  )({
    ...Object.fromEntries(Object.keys(objects).map((resource) => [resource, []])),
    ...(objects.namespaces && { namespaces: objects.namespaces }),
  });

describe('a list that was not read', () => {
  it.each(lists)('is no drift, and its cluster is not in step: %s', (resource) => {
    const drift = driftWithout(resource);
    expect(drift?.unknown).toEqual([{ resource, why: `may not list ${resource}` }]);
    expect(drift?.findings.map(said)).toEqual([]);
    expect(drift?.inStep).toBe(false);
  });

  it('leaves nothing to say where it is every list', () => {
    const drift = driftWithout(...lists);
    expect(drift?.unknown.map(({ resource }) => resource).sort()).toEqual([...lists].sort());
    expect(drift?.findings).toEqual([]);
    expect(drift?.inStep).toBe(false);
  });

  it('that was read in part is not known either', () => {
    const snapshot = onCluster(inSync.snapshot, cluster, (one) => ({
      ...one,
      state: { kind: 'partial', missing: [{ resource: 'rolebindings.rbac.authorization.k8s.io', why: 'page 3 of 7' }] },
      objects: { ...one.objects, rolebindings: [] },
    }));
    const drift = driftIn(inSync, snapshot);
    expect(findingsOf(drift)).toEqual([]);
    expect(drift.clusters.map(({ inStep, unknown }) => ({ inStep, unknown }))).toEqual([
      { inStep: true, unknown: [] },
      { inStep: false, unknown: [{ resource: 'rolebindings', why: 'page 3 of 7' }] },
    ]);
  });

  it.each<[LiveResource, readonly FindingKind[]]>([
    ['namespaces', ['undeclared', 'stuck', 'relabelled']],
    ['validatingadmissionpolicies', []],
  ])('hides what only it tells, and no other: %s', (resource, hidden) => {
    const all = planted(inSync.snapshot, cluster, everythingWrong);
    const some = onCluster(all, cluster, (one) => ({ ...one, objects: without(one.objects, resource) }));
    const kinds = new Set(findingsOf(driftIn(inSync, some)).map(({ kind }) => kind));
    for (const kind of hidden) expect(kinds.has(kind)).toBe(false);
    expect(kinds.has('more')).toBe(true);
    expect(kinds.has('less')).toBe(true);
    expect(kinds.has('unprotected')).toBe(true);
  });

  it('of roles leaves open what a role allows, and whether an admin could give it', () => {
    const snapshot = onCluster(
      planted(inSync.snapshot, cluster, (objects) =>
        together(
          add('rolebindings', liveBinding('a', 'Role/x', [{ kind: 'User', name: 'mallory' }], 'ruby-prod')),
          add('rolebindings', liveBinding('b', 'Role/x', [{ kind: 'User', name: 'user:uma' }], 'ruby-prod')),
        )(without(objects, 'roles')),
      ),
      cluster,
      (one) => one,
    );
    const drift = driftIn(inSync, snapshot);
    expect(findingsOf(drift).map(said)).toEqual([
      'more: user mallory, whom Git does not name, has Role x in ruby-prod, and Git gives nothing there; by RoleBinding a in ruby-prod; Role x: what it allows was not read',
    ]);
    expect(drift.clusters[1]?.selfService.map(({ object, role }) => [object.name, role.rights])).toEqual([
      ['b', { state: 'unknown' }],
    ]);
  });
});

describe('a cluster that could not be read', () => {
  it.each<ConnectionState>([
    { kind: 'unreachable', why: 'no answer within 5 s' },
    { kind: 'untrusted', why: 'another certificate authority' },
    { kind: 'unauthorized', why: 'the token has expired' },
    { kind: 'not-in-kubeconfig', why: 'no context has its server' },
  ])('is unknown, and spoils no other: $kind', (state) => {
    const snapshot = onCluster(inSync.snapshot, cluster, (one) => ({ ...one, state, objects: {} }));
    const drift = driftIn(inSync, snapshot);
    expect(findingsOf(drift)).toEqual([]);
    expect(drift.clusters.map(({ inStep }) => inStep)).toEqual([true, false]);
    const why = 'why' in state ? state.why : '';
    expect(new Set(drift.clusters[1]?.unknown.map((one) => one.why))).toEqual(new Set([why]));
  });

  it('is unknown where the snapshot does not have it; one that nobody declared is not looked at', () => {
    const [first, ...others] = inSync.snapshot.clusters;
    if (!first) throw new Error('there are clusters');
    const drift = driftIn(inSync, { ...inSync.snapshot, clusters: [{ ...first, cluster: 'elsewhere' }, ...others] });
    expect(drift.strangers).toEqual(['elsewhere']);
    expect(drift.clusters.map((one) => [one.cluster, one.state.kind, one.inStep, one.findings.length])).toEqual([
      ['owncluster02', 'not-in-snapshot', false, 0],
      ['prodcluster01', 'ok', true, 0],
    ]);
  });
});
