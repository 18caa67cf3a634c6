import { describe, expect, it } from 'vitest';
import { tenantFile } from '../support/config.ts';
import { errorsOf, pipeline } from '../support/pipeline.ts';
import { exampleDay, exampleOrganization } from '../support/examples.ts';
import { memoryTree } from '../../src/tree/tree.ts';

describe('one access for several reasons', () => {
  const share = (until: string | undefined) => ({
    group: 'audit',
    role: 'view',
    ...(until !== undefined && { until }),
  });

  it.each([
    ['2026-03-01', '2026-09-30', '2026-09-30'],
    ['2026-09-30', '2026-03-01', '2026-09-30'],
    ['2026-03-01', undefined, undefined],
    [undefined, '2026-03-01', undefined],
  ])('lasts as long as the longest of them: %s and %s', async (byDefault, own, until) => {
    const tenant = tenantFile('solar', {
      owners: [{ kind: 'Group', name: 'solar-leads' }],
      defaults: { sharedWith: [share(byDefault)] },
      namespaces: [{ name: 'prod', clusters: ['prodcluster01'], sharedWith: [share(own)] }],
    });
    const files = { ...exampleOrganization, 'tenants/solar.yaml': tenant };
    const { graph, diagnostics } = await pipeline(memoryTree(files), exampleDay);
    expect(errorsOf(diagnostics)).toEqual([]);
    const found = graph.clusters.flatMap(({ accesses }) => accesses.filter(({ subject }) => subject.name === 'audit'));
    expect(found.map((access) => [access.until, access.because.length])).toEqual([[until, 2]]);
  });
});
