import { beforeAll, describe, expect, it } from 'vitest';
import type { LiveSubject } from '../../src/cluster/snapshot.ts';
import { selfServicePieces, plainText } from '../../src/render/drift/sentences.ts';
import { liveBinding } from '../support/live-snapshot.ts';
import type { Estate, Plant } from './estate.ts';
import { add, driftIn, drop, estate, files, findingsOf, planted, said } from './estate.ts';

const cluster = 'prodcluster01';
const withLines = (lines: string): Promise<Estate> =>
  estate({ 'organization.yaml': `${String(files['organization.yaml'])}${lines}` });

describe('what admins of namespaces may bind themselves', () => {
  const bind = (...subjects: readonly LiveSubject[]): Plant =>
    add('rolebindings', liveBinding('guests', 'ClusterRole/edit', subjects, 'ruby-prod'));
  const guests = bind(
    { kind: 'User', name: 'user:uma' },
    { kind: 'Group', name: 'icy-leads' },
    { kind: 'Group', name: 'elsewhere' },
    { kind: 'Group', name: 'system:authenticated' },
  );
  const outcome = (one: Estate) => {
    const drift = driftIn(one, planted(one.snapshot, cluster, guests));
    return {
      found: findingsOf(drift).map((finding) => ('subject' in finding ? finding.subject.name : said(finding))),
      listed: drift.clusters.flatMap(({ selfService }) =>
        selfService.map((binding) => plainText(selfServicePieces(binding))),
      ),
    };
  };
  const listed = (name: string): string => `${name} has \`edit\` by RoleBinding \`guests\` in \`ruby-prod\``;

  it('is listed apart: people and declared groups, each subject of a binding by itself', async () => {
    expect(outcome(await estate())).toEqual({
      found: ['elsewhere', 'system:authenticated'],
      listed: [listed('group `icy-leads`'), listed('user `user:uma`')],
    });
  });

  it('is any group that is not reserved, where the organization says so', async () => {
    expect(outcome(await withLines('  policies: { selfServiceBindings: Any }\n'))).toEqual({
      found: ['system:authenticated'],
      listed: [listed('group `elsewhere`'), listed('group `icy-leads`'), listed('user `user:uma`')],
    });
  });

  it('is nothing where the organization forbids it', async () => {
    expect(outcome(await withLines('  policies: { selfServiceBindings: Forbidden }\n'))).toEqual({
      found: ['elsewhere', 'icy-leads', 'system:authenticated', 'user:uma'],
      listed: [],
    });
  });
});

describe('what Argo CD needs where it runs', () => {
  const name = 'tenantry:argo-cd-root';
  let stated: Estate;
  let unstated: Estate;
  beforeAll(async () => {
    const here = String(files['organization.yaml']).replace('argoCD:\n', `argoCD:\n    cluster: ${cluster}\n`);
    [stated, unstated] = await Promise.all([estate({ 'organization.yaml': here }), estate()]);
  });

  it('is missing where the organization says that it is this cluster', () => {
    const plant: Plant = (objects) => drop('clusterroles', name)(objects);
    expect(findingsOf(driftIn(stated, stated.snapshot))).toEqual([]);
    expect(findingsOf(driftIn(stated, planted(stated.snapshot, cluster, plant))).map(said)).toEqual([
      `missing: ClusterRole ${name} is not there: 1 binding of it gives nothing`,
    ]);
  });

  it('is known where it is, on whatever cluster, and missing on none', () => {
    expect(findingsOf(driftIn(unstated, unstated.snapshot))).toEqual([]);
    const there = stated.snapshot.clusters.find((one) => one.cluster === cluster);
    const isRoot = (one: { readonly name: string }): boolean => one.name === name;
    const plant: Plant = (objects) => ({
      ...objects,
      clusterroles: [...(objects.clusterroles ?? []), ...(there?.objects.clusterroles ?? []).filter(isRoot)],
      clusterrolebindings: [
        ...(objects.clusterrolebindings ?? []),
        ...(there?.objects.clusterrolebindings ?? []).filter(isRoot),
      ],
    });
    expect(plant({}).clusterroles?.length).toBe(1);
    expect(findingsOf(driftIn(unstated, planted(unstated.snapshot, cluster, plant)))).toEqual([]);
  });
});
