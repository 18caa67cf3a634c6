import { expect, it } from 'vitest';
import type { AccessGraph, Meaning } from '../../src/access/graph.ts';
import { rules } from '../../src/rules/index.ts';
import { checkChange } from '../../src/rules/run.ts';
import { changeBetween } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleCertificate } from '../support/examples.ts';

/** Who has what on a cluster is worked out when somebody asks: of a hundred clusters a change concerns a few. */

const filesOf = (role: string) => ({
  'organization.yaml': organizationFile({ groups: [{ name: 'solar-leads', members: ['joy'] }, { name: 'audit' }] }),
  'clusters/busy.yaml': clusterFile('busy', { sharedWith: [{ group: 'solar-leads' }, { group: 'audit' }] }),
  'clusters/idle.yaml': clusterFile('idle', { sharedWith: [{ group: 'solar-leads' }] }),
  'clusters/example-ca.pem': exampleCertificate,
  'tenants/solar.yaml': tenantFile('solar', {
    namespaces: [{ name: 'prod', clusters: ['busy'], sharedWith: [{ group: 'audit', role }] }],
  }),
  'tenants/lunar.yaml': tenantFile('lunar', { namespaces: [{ name: 'prod', clusters: ['idle'] }] }),
});

/** A meaning in which the cluster `idle` is another one, and nobody may ask who has what there. */
function withIdle({ desired, graph }: Meaning, idle: AccessGraph['clusters']): Meaning {
  return {
    desired,
    graph: { ...graph, clusters: [...graph.clusters.filter(({ cluster }) => cluster.name !== 'idle'), ...idle] },
  };
}

it('rules about a change ask nothing of clusters that it does not touch', async () => {
  const { context, found } = await changeBetween(filesOf('view'), filesOf('admin'));
  const { before, after } = context.plan;
  // Both sides share it, as they do in a real change.
  const idle = before.graph.clusters
    .filter(({ cluster }) => cluster.name === 'idle')
    .map((entry) => ({
      ...entry,
      get accesses(): never {
        throw new Error('nobody needs to know who has what on `idle`');
      },
    }));
  const { organization: same } = before.desired;
  const plan = {
    ...context.plan,
    before: withIdle(before, idle),
    after: withIdle({ ...after, desired: { ...after.desired, organization: same } }, idle),
  };
  const verdicts = checkChange(rules, { ...context, plan }, new Set());
  expect(verdicts.map(({ diagnostic }) => diagnostic.code)).toEqual(found.map(({ code }) => code));
  expect(verdicts.map(({ diagnostic }) => diagnostic.code)).toContain('TEN521');
});
