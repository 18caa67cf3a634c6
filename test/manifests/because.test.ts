import { expect, it } from 'vitest';
import { resolve } from '../../src/config/model/resolve.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { render } from '../../src/manifests/render.ts';
import { exampleDay, exampleFiles } from '../support/examples.ts';
import { parseYaml, originPath } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';

/** What `verify` says beside an object: where in the config it comes from. */

it('every object knows the config lines that led to it', async () => {
  const tree = memoryTree(
    exampleFiles({
      files: {
        'tenants/solar.yaml': `apiVersion: tenantry.dev/v1
kind: Tenant
metadata: { name: solar }
spec:
  owners: [{ kind: Group, name: solar-leads }]
  isolation: { network: SameTenant }
  roles:
    - { name: deployer, rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get, patch] }] }
  namespaces:
    - name: prod
      clusters: [prodcluster01]
      quota: { cpu: "20" }
      containerLimits: { max: { cpu: "4" } }
      sharedWith: [{ group: solar-sre, role: deployer }]
    - name: dev
      clusters: [prodcluster01]
      quota: { memory: 1Gi }
`,
      },
    }),
  );
  const desired = resolve(await readConfigFiles(tree, (file, text) => Promise.resolve(parseYaml(file, text))));
  const { objects } = render(desired, exampleDay);
  const because = (kind: string, name: string, namespace?: string): string[] => {
    const found = objects.filter((o) => o.kind === kind && o.name === name && o.namespace === namespace);
    expect(found).toHaveLength(1);
    return found.flatMap((o) => o.because.map(({ origin }) => `${origin.file} ${originPath(origin).join('.')}`));
  };

  const file = 'tenants/solar.yaml';
  const deployer = objects.find(({ name }) => name.startsWith('tenantry:solar.deployer.'))?.name ?? '';
  expect(because('Namespace', 'solar-prod')).toEqual([`${file} spec.namespaces.0`]);
  expect(because('ResourceQuota', 'tenantry', 'solar-prod')).toEqual([`${file} spec.namespaces.0.quota`]);
  expect(because('LimitRange', 'tenantry', 'solar-prod')).toEqual([
    `${file} spec.namespaces.0.containerLimits`,
    `${file} spec.namespaces.0.quota`,
  ]);
  expect(because('LimitRange', 'tenantry', 'solar-dev')).toEqual([`${file} spec.namespaces.1.quota`]);
  expect(because('NetworkPolicy', 'tenantry', 'solar-prod')).toEqual([`${file} spec.isolation.network`]);
  expect(because('ClusterRole', deployer)).toEqual([`${file} spec.roles.0`]);
  expect(because('RoleBinding', deployer.replace('tenantry:', 'tenantry:group:solar-sre:'), 'solar-prod')).toEqual([
    `${file} spec.namespaces.0.sharedWith.0`,
  ]);
  expect(because('RoleBinding', 'tenantry:group:solar-leads:admin', 'solar-prod')).toEqual([`${file} spec.owners.0`]);
  // What comes from no line of its own comes from what its file is rendered from.
  expect(because('ValidatingAdmissionPolicy', 'cordon.tenantry.dev')).toEqual(['organization.yaml ']);
  expect(because('ClusterRoleBinding', 'tenantry:argo-cd')).toEqual(['organization.yaml ']);
});
