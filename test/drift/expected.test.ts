import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { LiveSubject } from '../../src/cluster/snapshot.ts';
import type { Expected } from '../../src/drift/drift.ts';
import { acceptLines } from '../../src/drift/drift.ts';
import { at, listAt, textAt } from '../../src/values/json.ts';
import { liveBinding, liveMetadata } from '../support/live-snapshot.ts';
import type { Estate, Plant } from './estate.ts';
import { add, driftIn, drop, estate, findingsOf, onCluster, planted, said, together } from './estate.ts';

let inSync: Estate;
beforeAll(async () => {
  inSync = await estate();
});

const cluster = 'prodcluster01';
const mallory: LiveSubject = { kind: 'User', name: 'mallory' };
const bind = (name: string, namespace: string, role = 'ClusterRole/view', subject = mallory): Plant =>
  add('rolebindings', liveBinding(name, role, [subject], namespace));
const reason = 'the auditors need it';
const rogue: Expected = { kind: 'RoleBinding', name: 'rogue', namespace: 'ruby-prod', reason };

function drifted(plant: Plant, ...expected: readonly Expected[]) {
  const drift = driftIn(inSync, planted(inSync.snapshot, cluster, plant), expected);
  return { drift, found: findingsOf(drift), one: drift.clusters.find((other) => other.cluster === cluster) };
}

/** An entry as it would be read of the config. */
function entryOf(read: unknown): Expected {
  const text = (key: string): string => textAt(read, key) ?? '';
  return {
    cluster: text('cluster'),
    kind: text('kind'),
    name: text('name'),
    reason: text('reason'),
    ...(at(read, 'namespace') !== undefined && { namespace: text('namespace') }),
  };
}

describe('what is expected', () => {
  it.each<[string, Expected]>([
    ['by its name', rogue],
    ['on its cluster', { ...rogue, cluster }],
    ['in whatever namespace', { kind: 'RoleBinding', name: 'rogue', reason }],
    ['by how its name begins', { ...rogue, name: 'rog*' }],
  ])('is counted and no finding: %s', (_how, entry) => {
    const { drift, found, one } = drifted(bind('rogue', 'ruby-prod'), entry);
    expect(found).toEqual([]);
    expect(one?.expected.map(({ by }) => by)).toEqual([[entry]]);
    expect(one?.inStep).toBe(true);
    expect(drift.unused).toEqual([]);
  });

  it.each<[string, Expected]>([
    ['another namespace', { ...rogue, namespace: 'ruby-ci' }],
    ['another kind', { ...rogue, kind: 'ClusterRoleBinding' }],
    ['another cluster', { ...rogue, cluster: 'owncluster02' }],
    ['another name', { ...rogue, name: 'rogu' }],
    ['the middle of its name', { ...rogue, name: '*ogue' }],
  ])('is what it says and nothing else: %s; and what matches nothing is said', (_how, entry) => {
    const { drift, found, one } = drifted(bind('rogue', 'ruby-prod'), entry);
    expect(found.length).toBe(1);
    expect(one?.inStep).toBe(false);
    expect(drift.unused).toEqual([entry]);
  });

  it('is not what another binding gives as well', () => {
    const plant = together(bind('rogue', 'ruby-prod'), bind('worse', 'ruby-prod', 'ClusterRole/edit'));
    expect(drifted(plant, rogue).found.map(said)).toEqual([
      'more: user mallory, whom Git does not name, has edit in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod, RoleBinding worse in ruby-prod',
    ]);
  });

  it('is not known to be nowhere where something is unknown', () => {
    const snapshot = onCluster(inSync.snapshot, cluster, (one) => ({ ...one, objects: {} }));
    const elsewhere = { ...rogue, cluster: 'owncluster02' };
    expect(driftIn(inSync, snapshot, [rogue, elsewhere]).unused).toEqual([elsewhere]);
  });
});

describe('acceptLines', () => {
  it('says of every finding what makes it expected', () => {
    const plant = together(
      bind('rogue', 'ruby-prod'),
      bind("it's: #odd", 'ruby-prod', 'ClusterRole/edit', { kind: 'User', name: 'eve' }),
      bind('\u202egnp\n- kind: Namespace', 'kube-system'),
      bind('yes', 'kube-public'),
      drop('resourcequotas', 'ruby-prod/tenantry'),
      add('clusterroles', { ...liveMetadata('tenantry:old'), rules: [], isAggregated: false }),
    );
    const before = drifted(plant);
    expect(before.found.length).toBe(6);
    const lines = acceptLines(before.found);
    expect(lines).toMatch(/^[\x20-\x7e\n]*$/);
    const entries = listAt({ entries: parse(lines) as unknown }, 'entries').map(entryOf);
    expect(entries.map(({ reason: why }) => why)).toEqual(entries.map(() => 'say why this is to be so'));
    const after = drifted(plant, ...entries);
    expect(after.found).toEqual([]);
    expect(after.drift.unused).toEqual([]);
    expect(after.one?.expected.length).toBe(6);
  });

  it('does not say what would stand for more than itself', () => {
    const { found } = drifted(bind('*', 'ruby-prod'));
    const lines = acceptLines(found);
    expect(lines).toBe('# A RoleBinding whose name ends in * cannot be expected by its name: "*"\n');
    expect(parse(lines)).toBe(null);
  });

  it('is empty where nothing is found', () => {
    expect(acceptLines([])).toBe('');
  });
});
