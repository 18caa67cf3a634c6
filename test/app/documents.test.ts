import { describe, expect, it } from 'vitest';
import { clusterDocument, heldNamespaces, namespaceDocument, tenantDocument } from '../../src/app/documents.ts';
import type { DocumentInput } from '../../src/app/documents.ts';
import type { ClusterSnapshot, ConnectionState, LiveNamespace, LiveNode } from '../../src/cluster/snapshot.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleCertificate, exampleDay } from '../support/examples.ts';
import { pipeline } from '../support/pipeline.ts';

/** What documents say of live clusters: what a snapshot knows, and that the rest is not known. */

const readAt = '2026-01-15T12:00:00Z';
const common = { resourceVersion: '7', labels: {}, annotations: {}, finalizers: [] };

function namespace(name: string, more: Partial<LiveNamespace> = {}): LiveNamespace {
  return {
    ...common,
    name,
    uid: `uid of ${name}`,
    createdAt: '2026-01-11T09:00:00Z',
    phase: 'Active',
    conditions: [],
    ...more,
  };
}

function node(name: string, more: Partial<LiveNode> = {}): LiveNode {
  return { ...common, name, uid: name, createdAt: readAt, cpu: '4', memory: '16384Mi', isReady: true, ...more };
}

function snapshot(cluster: string, more: Partial<ClusterSnapshot> = {}): ClusterSnapshot {
  const namespaces = [namespace('blue-prod'), namespace('blue-dev'), namespace('team')];
  const objects = { nodes: [node('a'), node('b', { cpu: '1500m', isReady: false })], namespaces };
  const server = `https://${cluster}.example.com:6443`;
  return { cluster, server, state: { kind: 'ok' }, readAt, version: 'v1.36.3', objects, ...more };
}

async function input(snapshots?: readonly ClusterSnapshot[]): Promise<DocumentInput> {
  const tree = memoryTree({
    'organization.yaml': organizationFile({ groups: [{ name: 'leads' }, { name: 'team' }, { name: 'ops' }] }),
    'clusters/one.yaml': clusterFile('one', {
      sharedWith: [{ group: 'leads', namespace: false }, { group: 'team' }],
      foreignNamespaces: [{ name: 'shared', sharedWith: [{ group: 'ops', role: 'view', until: '2027-01-01' }] }],
    }),
    'clusters/two.yaml': clusterFile('two', { sharedWith: [{ group: 'leads', namespace: false }] }),
    'clusters/example-ca.pem': exampleCertificate,
    'tenants/blue.yaml': tenantFile('blue', {
      owners: [{ kind: 'Group', name: 'leads' }],
      namespaces: [
        { name: 'prod', clusters: ['one', 'two'], markedForDeletionOn: ['two'] },
        { name: 'dev', clusters: ['one'], cordoned: true },
      ],
    }),
  });
  const { desired, graph } = await pipeline(tree, exampleDay);
  const history = { id: 'an id', createdAt: '2026-01-01T00:00:00Z', resourceVersion: '1', notes: [] };
  return { desired, graph, history, ...(snapshots && { snapshots }) };
}

async function ofNamespace(name: string, snapshots?: readonly ClusterSnapshot[]) {
  const given = await input(snapshots);
  const [held] = heldNamespaces(given.graph, name);
  if (!held) throw new Error(`there is no namespace ${name}`);
  return namespaceDocument(given, held);
}

const ready = (
  document: { readonly status: { readonly conditions: readonly { readonly type: string }[] } } | undefined,
) => document?.status.conditions.find(({ type }) => type === 'Ready');

/** Ways in which nothing is known of the namespaces of a cluster. */
const failures: readonly (readonly [ConnectionState, string, string])[] = [
  [{ kind: 'unreachable', why: 'no answer within 5 s' }, 'Unreachable', 'no answer within 5 s'],
  [{ kind: 'untrusted', why: 'another CA' }, 'Untrusted', 'another CA'],
  [{ kind: 'unauthorized', why: 'no valid token' }, 'Unauthorized', 'no valid token'],
  [{ kind: 'not-in-kubeconfig', why: 'no context has its server' }, 'NotInKubeconfig', 'no context has its server'],
  [
    { kind: 'forbidden', missing: [{ resource: 'namespaces', why: 'sam may not list them' }] },
    'Forbidden',
    'sam may not list them',
  ],
  [{ kind: 'partial', missing: [{ resource: 'namespaces', why: 'it broke off' }] }, 'NotRead', 'it broke off'],
];

describe('a namespace', () => {
  it('is live what a snapshot of each cluster says (S17)', async () => {
    const terminating = namespace('blue-prod', { phase: 'Terminating' });
    const two = snapshot('two', { objects: { namespaces: [terminating] } });
    const { status } = await ofNamespace('blue-prod', [snapshot('one'), two]);
    const live = {
      uid: 'uid of blue-prod',
      resourceVersion: '7',
      createdAt: '2026-01-11T09:00:00Z',
      age: '4d',
      readAt,
    };
    expect(status).toEqual({
      state: 'ACTIVE',
      conditions: [
        { type: 'Ready', status: 'False', reason: 'Terminating', message: 'two: Terminating' },
        { type: 'Cordoned', status: 'False', reason: 'Active', message: 'not cordoned' },
      ],
      clusters: [
        { name: 'one', state: 'ACTIVE', live: { phase: 'Active', ...live } },
        { name: 'two', state: 'MARKED_FOR_DELETION', live: { phase: 'Terminating', ...live } },
      ],
    });
  });

  it('is ready where it is Active on all of its clusters', async () => {
    expect(ready(await ofNamespace('blue-prod', [snapshot('one'), snapshot('two')]))).toEqual({
      type: 'Ready',
      status: 'True',
      reason: 'Active',
      message: '2 of 2 ready',
    });
  });

  it('that is being deleted is not Active, whatever its phase says', async () => {
    const deleted = namespace('blue-dev', { deletedAt: readAt });
    const document = await ofNamespace('blue-dev', [snapshot('one', { objects: { namespaces: [deleted] } })]);
    expect(ready(document)).toMatchObject({ status: 'False', reason: 'Terminating' });
  });

  it('that is not on a cluster is not ready', async () => {
    const document = await ofNamespace('blue-dev', [snapshot('one', { objects: { namespaces: [] } })]);
    expect(ready(document)).toMatchObject({
      status: 'False',
      reason: 'NotFound',
      message: 'one: it is not on the cluster',
    });
    expect(document.status.clusters).toMatchObject([{ live: { phase: 'NotFound', readAt } }]);
  });

  it.each(failures)('of which nothing could be read is Unknown: %j', async (state, reason, message) => {
    const { status } = await ofNamespace('blue-prod', [snapshot('one'), snapshot('two', { state, objects: {} })]);
    expect(status.clusters[1]).toMatchObject({ live: { phase: 'Unknown', reason, message, readAt } });
    expect(status.conditions[0]).toEqual({ type: 'Ready', status: 'Unknown', reason, message: `two: ${message}` });
  });

  it('is Unknown on a cluster that is not in the snapshot, and without one nothing is said of it', async () => {
    const { status } = await ofNamespace('blue-prod', [snapshot('one')]);
    expect(status.clusters[1]).toMatchObject({ live: { phase: 'Unknown', reason: 'NotRead' } });
    expect(status.conditions[0]).toMatchObject({ status: 'Unknown', reason: 'NotRead' });
    const without = await ofNamespace('blue-prod');
    expect(without.status.clusters).toEqual([
      { name: 'one', state: 'ACTIVE' },
      { name: 'two', state: 'MARKED_FOR_DELETION' },
    ]);
  });

  it.each([
    ['2026-01-15T11:59:20Z', '40s'],
    ['2026-01-15T11:57:00Z', '3m'],
    ['2026-01-15T07:00:00Z', '5h'],
    ['2026-01-14T00:00:00Z', '36h'],
    ['2025-12-31T12:00:00Z', '15d'],
    ['2026-01-15T12:00:05Z', '0s'],
    ['no time', ''],
  ])('that was created at %s is %s old', async (createdAt, age) => {
    const objects = { namespaces: [namespace('blue-dev', { createdAt })] };
    const { status } = await ofNamespace('blue-dev', [snapshot('one', { objects })]);
    expect(status.clusters).toMatchObject([{ live: { age } }]);
  });

  it('of a group, and one that others declare, says what it is and who has what in it', async () => {
    expect((await ofNamespace('team')).spec).toEqual({
      kind: 'Group',
      group: 'team',
      clusters: ['one'],
      access: [{ group: 'team', role: 'admin' }],
    });
    expect((await ofNamespace('shared')).spec).toEqual({
      kind: 'Foreign',
      clusters: ['one'],
      access: [{ group: 'ops', role: 'view', until: '2027-01-01' }],
    });
  });
});

describe('a tenant', () => {
  it('has the conditions of its namespaces (S61)', async () => {
    const down = snapshot('two', { state: { kind: 'unreachable', why: 'no answer' }, objects: {} });
    const document = tenantDocument(await input([snapshot('one'), down]), 'blue');
    expect(ready(document)).toEqual({
      type: 'Ready',
      status: 'Unknown',
      reason: 'Unreachable',
      message: 'blue-prod on two: no answer',
    });
    expect(
      document?.status.spaces.map(({ name, conditions }) => [name, ...conditions.map(({ status }) => status)]),
    ).toEqual([
      ['blue-dev', 'True', 'True'],
      ['blue-prod', 'Unknown', 'False'],
    ]);
    expect(ready(tenantDocument(await input([snapshot('one'), snapshot('two')]), 'blue'))).toMatchObject({
      status: 'True',
    });
  });

  it('that is not declared has no document', async () => {
    expect(tenantDocument(await input(), 'red')).toBeUndefined();
    expect(clusterDocument(await input(), 'three')).toBeUndefined();
  });
});

describe('a cluster', () => {
  it('has the nodes, CPUs and memory that it said', async () => {
    const document = clusterDocument(await input([snapshot('one')]), 'one');
    expect(ready(document)).toMatchObject({ status: 'True', reason: 'Connected' });
    expect(document?.status).toMatchObject({
      seenBy: [{ group: 'leads' }, { group: 'team' }],
      namespaces: ['blue-dev', 'blue-prod', 'shared', 'team'],
      live: {
        state: 'ok',
        server: 'https://one.example.com:6443',
        version: 'v1.36.3',
        nodes: 2,
        readyNodes: 1,
        cpus: '5500m',
        memory: '32Gi',
        readAt,
      },
    });
  });

  it.each([['unreachable'], ['untrusted'], ['unauthorized']] as const)('that is %s has none (S21)', async (kind) => {
    const down = snapshot('one', { state: { kind, why: 'as it is' }, objects: {} });
    const document = clusterDocument(await input([down]), 'one');
    expect(ready(document)).toMatchObject({ status: 'False', message: 'as it is' });
    expect(document?.status.live).toMatchObject({ state: kind, message: 'as it is', nodes: 0, cpus: '0', memory: '0' });
  });

  it('of which nodes may not be listed has what is not known', async () => {
    const state = { kind: 'forbidden', missing: [{ resource: 'nodes', why: 'sam may not list them' }] } as const;
    const document = clusterDocument(await input([snapshot('one', { state, objects: { namespaces: [] } })]), 'one');
    expect(ready(document)).toMatchObject({ status: 'Unknown', reason: 'Forbidden', message: 'sam may not list them' });
    expect(document?.status.live).not.toHaveProperty('cpus');
    const strange = snapshot('one', { objects: { nodes: [node('a', { cpu: 'many' })] } });
    expect(clusterDocument(await input([strange]), 'one')?.status.live).toMatchObject({ nodes: 1, memory: '16Gi' });
    expect(clusterDocument(await input([strange]), 'one')?.status.live).not.toHaveProperty('cpus');
  });

  it('that was not read is Unknown, and nothing is said of what is live', async () => {
    const document = clusterDocument(await input([snapshot('two')]), 'one');
    expect(ready(document)).toMatchObject({ status: 'Unknown', reason: 'NotRead' });
    expect(document?.status).not.toHaveProperty('live');
  });
});
