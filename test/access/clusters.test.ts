import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessesOf, builtInAccesses, claimsOn } from '../../src/access/evaluate.ts';
import type { AccessGraph } from '../../src/access/graph.ts';
import { accessKey } from '../../src/access/graph.ts';
import { groupsOf, knownUsers, whatUserCan } from '../../src/access/queries.ts';
import type { DesiredState } from '../../src/config/model/desired-state.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { cases } from '../support/cases.ts';
import type { OrganizationDocuments } from '../support/organizations.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';
import { pipeline } from '../support/pipeline.ts';

/** What holds of generated organizations whose clusters have identity providers and namespaces of their own. */

const foreignNamespaces = [
  {
    name: 'default',
    sharedWith: [
      { group: 'alpha', role: 'edit' },
      { user: 'ann', role: 'view', until: '2026-06-15' },
    ],
  },
  { name: 'logging', sharedWith: [{ group: 'beta', role: 'view', until: '2026-06-14' }] },
];
const settings = fc.record({
  clusterShares: fc.constantFrom('Declared', 'Derived'),
  clusters: fc.array(
    fc.record({
      configuration: fc.constantFrom('Rendered', 'Own'),
      userPrefix: fc.constantFrom('', 'a:', 'user:'),
      groupPrefix: fc.constantFrom('', 'a:', 'b:'),
      foreign: fc.boolean(),
    }),
    { minLength: 3, maxLength: 3 },
  ),
});
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

/** The organization with other clusters: prefixes only where they count. */
async function meaningOf(documents: OrganizationDocuments, { clusterShares, clusters }: Settings) {
  const changed = structuredClone(documents);
  changed.organization.spec['clusterShares'] = clusterShares;
  changed.clusters.forEach(({ spec }, i) => {
    const { configuration, userPrefix, groupPrefix, foreign } = clusters[i % 3] ?? {};
    spec['authentication'] = configuration === 'Own' ? { configuration, userPrefix, groupPrefix } : { configuration };
    if (foreign) spec['foreignNamespaces'] = foreignNamespaces;
  });
  return await pipeline(memoryTree(organizationFiles(changed)), lawDay);
}

const inNamespaces = ({ clusters }: AccessGraph): string[] =>
  clusters.flatMap(({ accesses }) =>
    accesses.flatMap((one) => (one.scope.kind === 'Namespace' ? [`${accessKey(one)} ${one.until ?? ''}`] : [])),
  );

describe('whoever says who somebody is', () => {
  it('a user has the same by the names of the cluster as by his own', async () => {
    const check = ({ desired, graph }: { readonly desired: DesiredState; readonly graph: AccessGraph }): void => {
      const { organization } = desired;
      for (const cluster of graph.clusters) {
        for (const user of knownUsers(desired)) {
          const groups = groupsOf(organization, user).map((g) => g.name);
          const admin = organization.admins.some((a) => a.value === user) ? ['cluster-admins'] : [];
          const claims = claimsOn(cluster, user, [...groups, ...admin]);
          const builtIn = new Set(builtInAccesses(cluster, claims).map(accessKey));
          const byClaims = accessesOf(cluster, claims).map(accessKey);
          const byName = whatUserCan(graph, organization, user, { cluster: cluster.cluster.name });
          expect(byClaims.filter((key) => !builtIn.has(key))).toEqual(byName.map(({ access }) => accessKey(access)));
        }
      }
    };
    await fc.assert(
      fc.asyncProperty(organizations, settings, async (documents, clusters) => {
        check(await meaningOf(documents, clusters));
      }),
      { numRuns: cases(25) },
    );
  });

  it('gives in namespaces what the shares say, and nothing more or less', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, settings, async (documents, clusters) => {
        const plain = {
          ...clusters,
          clusters: clusters.clusters.map((one) => ({ ...one, configuration: 'Rendered' as const })),
        };
        const { graph } = await meaningOf(documents, clusters);
        expect(inNamespaces(graph)).toEqual(inNamespaces((await meaningOf(documents, plain)).graph));
      }),
      { numRuns: cases(25) },
    );
  });
});

describe('who sees a cluster', () => {
  it('is all that have something there where that is derived, and else those that it is shared with', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, settings, async (documents, clusters) => {
        const derived = (await meaningOf(documents, { ...clusters, clusterShares: 'Derived' })).graph;
        const declared = (await meaningOf(documents, { ...clusters, clusterShares: 'Declared' })).graph;
        expect(inNamespaces(derived)).toEqual(inNamespaces(declared));
        derived.clusters.forEach(({ cluster, seenBy, accesses }, i) => {
          const shared = cluster.sharedWith.map(({ group }) => group);
          expect(declared.clusters[i]?.seenBy.map(({ group }) => group)).toEqual(shared);
          const there = accesses.flatMap(({ subject, scope }) =>
            subject.kind === 'Group' && scope.kind === 'Namespace' ? [subject.name] : [],
          );
          expect(new Set(seenBy.map(({ group }) => group))).toEqual(new Set([...shared, ...there]));
          for (const { group, isDerived, until } of seenBy) {
            if (!isDerived) continue;
            const ends = accesses.flatMap((one) =>
              one.scope.kind === 'Namespace' && one.subject.kind === 'Group' && one.subject.name === group
                ? [one.until ?? '~']
                : [],
            );
            expect(until ?? '~').toBe(ends.sort().at(-1));
          }
        });
      }),
      { numRuns: cases(25) },
    );
  });
});
