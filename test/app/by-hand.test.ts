import { describe, expect, it } from 'vitest';
import { onClusters } from '../../src/app/by-hand.ts';
import { changeBetween } from '../support/change.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleCertificate } from '../support/examples.ts';

const clusters = ['c1', 'c2', 'c3'];
const rules = (verbs: readonly string[]) => [{ apiGroups: [''], resources: ['configmaps'], verbs }];

interface Files {
  readonly organization?: Record<string, unknown>;
  readonly cluster?: Record<string, unknown>;
  readonly roles?: readonly object[];
  readonly sharedWith?: readonly object[];
  readonly of?: readonly string[];
}

function files({ organization = {}, cluster = {}, roles = [], sharedWith = [], of = clusters }: Files) {
  return {
    'organization.yaml': organizationFile(organization),
    'clusters/example-ca.pem': exampleCertificate,
    ...Object.fromEntries(of.map((name) => [`clusters/${name}.yaml`, clusterFile(name, name === 'c3' ? cluster : {})])),
    'tenants/solar.yaml': tenantFile('solar', {
      roles,
      namespaces: [{ name: 'prod', clusters: ['c1', 'c2'], sharedWith }],
    }),
  };
}

async function todo(before: Files, after: Files): Promise<string[]> {
  const { context } = await changeBetween(files(before), files(after));
  return (await onClusters(context.plan)).map(({ what }) => what);
}

describe('what operators have to do for a change', () => {
  const role = { name: 'ops', rules: rules(['get']) };
  const given = { roles: [role], sharedWith: [{ user: 'u', role: 'ops' }] };

  it('is to apply a custom role that is new, another one, or gone', async () => {
    const apply =
      'apply `dist/cluster-access/<cluster>/` to each of 2 clusters: `c1` and `c2`, at best before the merge: ';
    expect(await todo({}, given)).toEqual([`${apply}\`argo-cd.yaml\` and \`custom-roles-solar.yaml\` change`]);
    const other = { ...given, roles: [{ ...role, rules: rules(['list']) }] };
    expect(await todo(given, other)).toEqual([`${apply}\`argo-cd.yaml\` and \`custom-roles-solar.yaml\` change`]);
    expect(await todo(given, {})).toEqual([`${apply}\`argo-cd.yaml\` changes`]);
    // A role that nobody has is on no cluster.
    expect(await todo({}, { roles: [role] })).toEqual([]);
  });

  it('is to give an API server its configuration', async () => {
    expect(await todo({}, { cluster: { id: 'another' } })).toEqual([
      'give the API server of cluster `c3` the new `dist/api-server/c3/authentication-configuration.yaml`',
    ]);
    expect(await todo({}, { cluster: { kubernetesVersion: '1.32' } })).toEqual([
      'give the API server of cluster `c3` the new `dist/api-server/c3/authentication-configuration.yaml`',
    ]);
  });

  it('is all there is for a new cluster, and what Argo CD reads where it runs', async () => {
    const argoCD = { repoURL: 'https://git.example.com/platform/access.git' };
    const told = await todo({ of: ['c1', 'c2'] }, { organization: { argoCD } });
    expect(told).toContainEqual(expect.stringContaining('apply `dist/cluster-access/c3/` to cluster `c3`'));
    expect(told).toContainEqual(expect.stringContaining('the API server of cluster `c3`'));
    expect(told).toContain(
      'apply `dist/cluster-access/in-cluster/` to the cluster that Argo CD runs in, at best before the merge: `argo-cd.yaml` changes',
    );
  });

  it('is nothing for what Argo CD syncs, nor for a comment', async () => {
    expect(await todo({}, { sharedWith: [{ group: 'audit', role: 'view' }] })).toEqual([]);
    expect(await todo({}, { organization: { admins: ['alice', 'bob'] } })).toEqual([]);
    expect(await todo(given, given)).toEqual([]);
  });
});
