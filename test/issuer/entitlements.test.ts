import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessGraph } from '../../src/access/graph.ts';
import { whatUserCan } from '../../src/access/queries.ts';
import type { DesiredState } from '../../src/config/model/desired-state.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { entitlementsOf, heldBy } from '../../src/issuer/entitlements.ts';
import { exchange } from '../../src/issuer/exchange.ts';
import { parseYaml } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { compareCodeUnits, sortedBy } from '../../src/values/order.ts';
import type { OrganizationDocuments } from '../support/organizations.ts';
import { organizationFiles, organizations } from '../support/organizations.ts';

async function desiredOf(documents: OrganizationDocuments): Promise<DesiredState> {
  const files = await readConfigFiles(memoryTree(organizationFiles(documents)), (path, text) =>
    Promise.resolve(parseYaml(path, text)),
  );
  return resolve(files);
}

/** Organizations in which clusters are seen by some groups, some decide by themselves, and some groups name no members. */
const varied = fc
  .record({
    documents: organizations,
    open: fc.subarray([0, 1, 2, 3, 4, 5]),
    own: fc.constantFrom(undefined, 0, 1, 2),
    shared: fc.array(fc.subarray([0, 1, 2, 3, 4, 5]), { minLength: 3, maxLength: 3 }),
    clusterShares: fc.constantFrom('Declared', 'Derived'),
  })
  .map(({ documents, open, own, shared, clusterShares }): OrganizationDocuments => {
    const { organization, clusters, tenants } = documents;
    const groups = organization.spec['groups'];
    const all: readonly object[] = Array.isArray(groups) ? groups : [];
    return {
      tenants,
      organization: {
        ...organization,
        spec: {
          ...organization.spec,
          clusterShares,
          groups: all.map((group, i) => (open.includes(i) ? { ...group, members: undefined } : group)),
        },
      },
      clusters: clusters.map((cluster, i) => {
        const { sharedWith } = cluster.spec;
        const entries: readonly object[] = Array.isArray(sharedWith) ? sharedWith : [];
        return {
          ...cluster,
          spec: {
            ...cluster.spec,
            sharedWith: entries.filter((_, group) => shared[i]?.includes(group)),
            ...(own === i && { authentication: { configuration: 'Own' } }),
          },
        };
      }),
    };
  });

describe('what somebody gets a token for', () => {
  const people = fc.constantFrom('ann', 'bob', 'cy@example.com', 'dan');
  const claims = fc.subarray([
    'alpha',
    'beta',
    'team:gamma',
    'Delta_4',
    'cluster-admins',
    'system:masters',
    'strangers',
  ]);
  const days = fc.constantFrom('2026-06-14', '2026-06-15', '2026-06-16', '2027-01-02');

  it('is what the access graph says that he has on clusters that he sees, with the groups by which he has it and no other', async () => {
    await fc.assert(
      fc.asyncProperty(varied, people, claims, days, async (documents, user, claimedGroups, day) => {
        const desired = await desiredOf(documents);
        const graph = accessGraph(desired, day);
        const { organization } = desired;
        // What the identity provider says counts as if the config said it, of groups of which the config says nothing.
        const asClaimed = {
          ...organization,
          groups: organization.groups.map((group) =>
            group.members === undefined && claimedGroups.includes(group.name)
              ? { ...group, members: [{ value: user, origin: group.origin }] }
              : group,
          ),
        };
        const expected = graph.clusters.flatMap(({ cluster }) => {
          const can = whatUserCan(graph, asClaimed, user, { cluster: cluster.name });
          // Whom it is not shared with, by a group of his, it is not there for: whatever else he has on it (S14).
          const sees = can.some(({ group }) => group === 'cluster-scope');
          if (cluster.authentication.configuration.value === 'Own' || !sees) return [];
          const groups = new Set(can.flatMap(({ group }) => group ?? []));
          const namespaces = new Set(
            can.flatMap(({ access: { scope } }) => (scope.kind === 'Namespace' ? [scope.namespace] : [])),
          );
          return [
            {
              name: cluster.name,
              groups: Array.from(groups).sort(compareCodeUnits),
              namespaces: sortedBy(namespaces, (name) => name),
            },
          ];
        });

        // As it comes from another thread.
        const entitlements = structuredClone(entitlementsOf(desired, graph));
        const identity = { user, claimedGroups };
        const held = heldBy(entitlements, identity).map(({ cluster: { name }, groups, namespaces }) => ({
          name,
          groups,
          namespaces,
        }));
        expect(held).toEqual(expected);

        for (const { cluster } of graph.clusters) {
          const audience = cluster.id.value;
          const decided = exchange(entitlements, { identity, audience, now: 1000, id: 'one' });
          const wanted = expected.find(({ name }) => name === cluster.name);
          const isOwn = cluster.authentication.configuration.value === 'Own';
          expect('error' in decided ? decided.error : undefined).toBe(
            isOwn ? 'invalid_target' : wanted ? undefined : 'access_denied',
          );
          if (!wanted || 'error' in decided) continue;
          expect(decided.claims).toEqual({
            iss: 'https://platform.example.com/api/oidc',
            aud: audience,
            sub: `user:${user}`,
            groups: wanted.groups,
            iat: 1000,
            nbf: 970,
            exp: 1600,
            jti: 'one',
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});
