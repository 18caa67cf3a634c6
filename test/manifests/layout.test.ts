import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/config/model/desired-state.ts';
import { applicationsOf } from '../../src/manifests/argo-cd/applications.ts';
import {
  apiServerFile,
  argoCDFile,
  clusterFile,
  isForOperator,
  namespaceFile,
  operatorFile,
  placeOf,
} from '../../src/manifests/layout.ts';

const cluster = (applications: number): Pick<Cluster, 'name' | 'applications'> => ({
  name: 'prodcluster01',
  applications: { value: applications, origin: { file: 'clusters/prodcluster01.yaml' } },
});

describe('the file of a namespace', () => {
  it('is in one folder where the cluster has one Application', () => {
    expect(namespaceFile(cluster(1), 'solar-prod')).toBe('prodcluster01/namespaces/solar-prod.yaml');
  });

  // A namespace that moves to another Application is without its bindings until both have synced: a rendering that says
  // otherwise than these is an outage on every cluster that has several.
  it.each([
    ['solar-prod', [0, 1, 0, 0]],
    ['solar-dev', [0, 2, 1, 5]],
    ['green-prod', [1, 1, 3, 4]],
    ['atlas-apiprod', [1, 1, 1, 4]],
    ['a', [0, 2, 0, 2]],
    [`${'x'.repeat(62)}y`, [0, 0, 0, 2]],
  ])('stays with its Application for ever: %s', (namespace, parts) => {
    expect([2, 3, 5, 7].map((count) => namespaceFile(cluster(count), namespace))).toEqual(
      parts.map((part) => `prodcluster01/namespaces/${part}/${namespace}.yaml`),
    );
  });

  it('is synced by one Application of its cluster, and so is every file of the cluster itself', () => {
    const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 2, max: 12 }),
        (names, applications) => {
          const paths = [
            ...names.map((namespace) => namespaceFile(cluster(applications), namespace)),
            ...names.map((own) => clusterFile(cluster(applications), own)),
            // What is of other clusters, or not for Argo CD, is nothing to it.
            clusterFile({ name: 'prodcluster011' }, 'cluster-scope'),
            operatorFile('prodcluster01', 'argo-cd'),
          ];
          const included = applicationsOf(cluster(applications), paths).map(({ include }) => include ?? []);
          for (const path of paths.slice(0, 2 * names.length)) {
            const below = path.slice('prodcluster01/'.length);
            const by = included.filter((patterns) =>
              patterns.some((pattern) => pattern === below || pattern === below.replace(/[^/]+$/, '*.yaml')),
            );
            expect([path, by.length]).toEqual([path, 1]);
          }
          expect(included.flat().filter((pattern) => !pattern.startsWith('namespaces/'))).toHaveLength(names.length);
        },
      ),
    );
  });
});

describe('what a path says', () => {
  it.each([
    [namespaceFile(cluster(1), 'solar-prod'), { folder: 'namespaces', cluster: 'prodcluster01', name: 'solar-prod' }],
    [clusterFile(cluster(1), 'cluster-scope'), { folder: 'cluster', cluster: 'prodcluster01', name: 'cluster-scope' }],
    [operatorFile('prodcluster01', 'argo-cd'), { folder: 'cluster-access', cluster: 'prodcluster01', name: 'argo-cd' }],
    [operatorFile('in-cluster', 'argo-cd'), { folder: 'cluster-access', cluster: 'in-cluster', name: 'argo-cd' }],
    [
      apiServerFile(cluster(1)),
      { folder: 'api-server', cluster: 'prodcluster01', name: 'authentication-configuration' },
    ],
    [argoCDFile('app-projects'), { folder: 'argo-cd', name: 'app-projects' }],
    // What somebody else put there is still of the cluster whose folder it is in.
    ['prodcluster01/mine.yaml', { cluster: 'prodcluster01', name: 'mine' }],
    ['prodcluster01/other/mine.yaml', { cluster: 'prodcluster01', name: 'mine' }],
    ['prodcluster01/namespaces', { cluster: 'prodcluster01', name: 'namespaces' }],
  ])('%s', (path, place) => {
    expect(placeOf(path)).toEqual(place);
  });

  it('is what was meant, also where a cluster has several Applications', () => {
    for (const namespace of ['a', 'solar-prod', '0']) {
      const path = namespaceFile(cluster(3), namespace);
      expect(placeOf(path)).toEqual({
        folder: 'namespaces',
        cluster: 'prodcluster01',
        application: path.split('/')[2],
        name: namespace,
      });
    }
  });

  it('tells what the operator applies by hand from what Argo CD applies', () => {
    const all = [
      operatorFile('prodcluster01', 'x'),
      apiServerFile(cluster(1)),
      clusterFile(cluster(1), 'x'),
      namespaceFile(cluster(1), 'x'),
      argoCDFile('x'),
    ];
    expect(all.map(isForOperator)).toEqual([true, true, false, false, false]);
  });
});
