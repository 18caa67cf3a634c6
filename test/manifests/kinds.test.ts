import { beforeAll, describe, expect, it } from 'vitest';
import builtInRoles from '../../src/kubernetes/built-in-roles.json' with { type: 'json' };
import { ruleAllows } from '../../src/kubernetes/rbac.ts';
import { servedResources } from '../../src/kubernetes/resources.ts';
import { guardedResources, renderedKinds } from '../../src/manifests/kinds.ts';
import { placeOf } from '../../src/manifests/layout.ts';
import { exampleOrganization } from '../support/examples.ts';
import type { RenderedDocument } from '../support/objects.ts';
import { renderedOf } from '../support/objects.ts';

/** That the table of kinds says what is so: a kind that is rendered, or declared, and forgotten elsewhere, fails here. */

/** An organization with all that can be rendered. */
let objects: readonly RenderedDocument[];

beforeAll(async () => {
  const rendered = await renderedOf({
    'organization.yaml': `${exampleOrganization['organization.yaml'].trimEnd()}\n  argoCD: { repoURL: "https://git.example.com/access.git" }\n`,
    'tenants/solar.yaml': `apiVersion: tenantry.dev/v1
kind: Tenant
metadata: { name: solar }
spec:
  owners: [{ kind: Group, name: solar-leads }]
  roles:
    - { name: deployer, rules: [{ apiGroups: [apps], resources: [deployments], verbs: [get, patch] }] }
  namespaces:
    - name: prod
      clusters: [prodcluster01]
      quota: { cpu: "20" }
      sharedWith: [{ group: solar-sre, role: deployer }, { group: audit, role: view }]
`,
  });
  // What configures an API server is no object that one serves.
  objects = rendered.filter(({ path }) => placeOf(path).folder !== 'api-server');
});

const groupOf = ({ apiVersion }: RenderedDocument): string => apiVersion.replace(/\/?[^/]+$/, '');

describe('a kind', () => {
  it.each(renderedKinds.map((kind) => [kind.kind, kind] as const))(
    '%s is rendered into each of its folders, in its version and scope',
    (name, { group, version, scope, folders }) => {
      const found = objects.filter((object) => object.kind === name && groupOf(object) === group);
      expect(new Set(found.map(({ path }) => placeOf(path).folder))).toEqual(new Set(folders));
      for (const { apiVersion, metadata } of found) {
        expect(apiVersion).toBe(group === '' ? version : `${group}/${version}`);
        expect(metadata.namespace !== undefined).toBe(scope === 'Namespaced');
      }
    },
  );

  it('that is rendered is declared', () => {
    const declared = new Set(renderedKinds.map(({ group, kind }) => `${group}/${kind}`));
    expect(objects.map((object) => `${groupOf(object)}/${object.kind}`).filter((kind) => !declared.has(kind))).toEqual(
      [],
    );
  });

  it.each(renderedKinds.filter(({ group }) => group !== 'argoproj.io').map((kind) => [kind.kind, kind] as const))(
    '%s is one that Kubernetes serves, by that resource and in that scope',
    (name, { group, resource, scope, guardedSubresources = [] }) => {
      const served = servedResources.find((one) => one.group === group && one.name === resource);
      expect(served?.otherNames).toContain(name.toLowerCase());
      expect(served?.namespaced).toBe(scope === 'Namespaced');
      expect(served?.subresources.map((one) => one.name)).toEqual(expect.arrayContaining([...guardedSubresources]));
    },
  );

  it.each(renderedKinds.map((kind) => [kind.kind, kind] as const))(
    '%s is guarded by the policy that it names, or by RBAC where nobody in a namespace may change it',
    (_, kind) => {
      const { guard, group } = kind;
      if (guard === 'RBAC') {
        const rules = builtInRoles.roles.find(({ name }) => name === 'admin')?.rules ?? [];
        expect(rules.length).toBeGreaterThan(0);
        for (const resource of guardedResources(kind))
          for (const verb of ['create', 'update', 'patch', 'delete'])
            expect(rules.filter((rule) => ruleAllows(rule, { verb, group, resource }))).toEqual([]);
        return;
      }
      const policy = objects.find(
        (object) => object.kind === 'ValidatingAdmissionPolicy' && object.metadata.name === `${guard}.tenantry.dev`,
      );
      const rules = (policy?.['spec'] as PolicySpec | undefined)?.matchConstraints.resourceRules ?? [];
      for (const resource of guardedResources(kind)) {
        const matching = rules.filter((rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource));
        expect([resource, matching.map(({ operations }) => operations)]).toEqual([
          resource,
          [['CREATE', 'UPDATE', 'DELETE']],
        ]);
      }
    },
  );

  it.each(renderedKinds.map((kind) => [kind.kind, kind] as const))(
    '%s is kept by Argo CD when it leaves Git just if it is declared so',
    (name, { leavingGit }) => {
      for (const { kind, metadata } of objects) {
        if (kind !== name) continue;
        const options = metadata.annotations?.['argocd.argoproj.io/sync-options'];
        expect(options?.includes('Prune=false') ?? false).toBe(leavingGit.kept);
        expect(options?.includes('Delete=false') ?? false).toBe(leavingGit.kept);
      }
    },
  );
});

interface PolicySpec {
  readonly matchConstraints: {
    readonly resourceRules: readonly {
      readonly apiGroups: readonly string[];
      readonly resources: readonly string[];
      readonly operations: readonly string[];
    }[];
  };
}
