import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LiveBinding, LiveSubject } from '../../src/cluster/snapshot.ts';
import type { Finding } from '../../src/drift/drift.ts';
import { listAt } from '../../src/values/json.ts';
import { cases } from '../support/cases.ts';
import { liveBinding } from '../support/live-snapshot.ts';
import type { Estate } from './estate.ts';
import { add, driftIn, estate, findingsOf, planted } from './estate.ts';

let inSync: Estate;
beforeAll(async () => {
  inSync = await estate();
});

/** Names that mean one thing here and another there. */
const name = fc.constantFrom('tom', 'audit', 'robot', 'user:tom', 'idp:tom', 'idp-audit', 'ruby-prod', 'solar-sre');
const subject: fc.Arbitrary<LiveSubject> = fc.oneof(
  fc.record({ kind: fc.constantFrom('User', 'Group'), name }),
  fc.record({ kind: fc.constant('ServiceAccount'), name, namespace: fc.constantFrom('ruby-prod', 'ruby-ci', 'ci') }),
);

interface Rogue {
  readonly cluster: string;
  readonly namespace: string | undefined;
  readonly subject: LiveSubject;
}

const rogue: fc.Arbitrary<Rogue> = fc
  .record({
    cluster: fc.constantFrom('prodcluster01', 'owncluster02'),
    // Of the retained namespace, nobody has anything, and no admin may give it.
    namespace: fc.constantFrom('old-data', 'kube-public', 'default', undefined),
    subject,
  })
  // What accounts of no declared namespace have where nobody is declared is the operator's business.
  .filter(({ cluster, namespace, subject: { kind, namespace: from } }) => {
    const isOfTenant = cluster === 'prodcluster01' && from !== 'ci';
    return kind !== 'ServiceAccount' || isOfTenant || (cluster === 'prodcluster01' && namespace === 'old-data');
  });

const keyOf = ({ cluster, namespace, subject: { kind, name: of, namespace: from } }: Rogue): string =>
  JSON.stringify([cluster, namespace ?? null, kind, from ?? null, of]);

/** The names of RBAC that a finding is about, as far as the test knows how clusters name people. */
function keyOfFinding(finding: Finding): string {
  if (!('subject' in finding)) return finding.kind;
  const { cluster, scope, subject: who, isDeclared } = finding;
  const prefixes = cluster === 'owncluster02' ? { User: 'idp:', Group: 'idp-' } : { User: 'user:', Group: '' };
  const prefix = who.kind === 'ServiceAccount' || !isDeclared ? '' : prefixes[who.kind];
  const from = who.kind === 'ServiceAccount' ? who.namespace : null;
  return JSON.stringify([
    cluster,
    scope.kind === 'Cluster' ? null : scope.namespace,
    who.kind,
    from,
    `${prefix}${who.name}`,
  ]);
}

const bindingOf = ({ namespace, subject: who }: Rogue, i: number): LiveBinding =>
  liveBinding(`rogue-${i}`, 'ClusterRole/edit', [who], namespace);

function withRogues(rogues: readonly Rogue[]) {
  return rogues.reduce((snapshot, one, i) => {
    const list = one.namespace === undefined ? 'clusterrolebindings' : 'rolebindings';
    return planted(snapshot, one.cluster, add(list, bindingOf(one, i)));
  }, inSync.snapshot);
}

describe('identities', () => {
  it('never mix: of whomever something is found, it is found in exactly his places', () => {
    fc.assert(
      fc.property(fc.uniqueArray(rogue, { maxLength: 12, selector: keyOf }), (rogues) => {
        const found = findingsOf(driftIn(inSync, withRogues(rogues)));
        expect(found.map(keyOfFinding).sort()).toEqual(rogues.map(keyOf).sort());
        expect(new Set(found.map(({ kind }) => kind)).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: cases(60) },
    );
  });

  it('are the same in whatever order they were read', () => {
    fc.assert(
      fc.property(
        fc.array(
          rogue.map((one) => ({ ...one, subject: { kind: 'User', name: 'user:tom' } })),
          { maxLength: 8 },
        ),
        fc.infiniteStream(fc.nat()).map((stream) => [...stream.take(64)]),
        (rogues, order) => {
          const snapshot = withRogues(rogues);
          const shuffled = {
            ...snapshot,
            clusters: snapshot.clusters.map((one) => ({
              ...one,
              objects: Object.fromEntries(
                Object.keys(one.objects).map(
                  (resource) => [resource, shuffle(listAt(one.objects, resource), order)] as const,
                ),
              ),
            })),
          };
          expect(driftIn(inSync, shuffled)).toEqual(driftIn(inSync, snapshot));
        },
      ),
      { numRuns: cases(20) },
    );
  });

  it('of a service account: another one in another namespace, and the same as the user of its name', () => {
    const found = (who: LiveSubject) =>
      findingsOf(
        driftIn(
          inSync,
          planted(
            inSync.snapshot,
            'prodcluster01',
            add('rolebindings', liveBinding('x', 'ClusterRole/edit', [who], 'ruby-prod')),
          ),
        ),
      ).map((finding) => ('subject' in finding ? finding.subject : undefined));
    const deployer = { kind: 'ServiceAccount', name: 'deployer' } as const;
    expect(found({ ...deployer, namespace: 'ruby-ci' })).toEqual([]);
    expect(found({ kind: 'User', name: 'system:serviceaccount:ruby-ci:deployer' })).toEqual([]);
    expect(found({ ...deployer, namespace: 'ci' })).toEqual([{ ...deployer, namespace: 'ci' }]);
    expect(found({ kind: 'User', name: 'system:serviceaccount:ci:deployer' })).toEqual([
      { ...deployer, namespace: 'ci' },
    ]);
    // Without a namespace, it is one of the binding's own.
    expect(found(deployer)).toEqual([]);
  });
});

function shuffle<T>(list: readonly T[], order: readonly number[]): T[] {
  const keyed = list.map((item, i) => ({ item, key: ((order[i % order.length] ?? 0) * (i + 7)) % 1009 }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
