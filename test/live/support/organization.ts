import { exampleCertificate } from '../../support/examples.ts';
import type { ExampleFiles } from '../../support/examples.ts';

/** The organization that these tests apply, and the cluster that they look at. */

export const issuerUrl = 'https://platform.example.com/api/oidc';
export const clusterName = 'prodcluster01';
export const repository = 'https://git.example.com/platform/access.git';

interface Settings {
  /** Lines of the organization's `spec`. */
  readonly organization?: string;
  /** Lines of the cluster's `spec`. */
  readonly cluster?: string;
  /** More files, or other ones, by path. */
  readonly files?: ExampleFiles;
}

/**
 * Tenants solar, solar-lab (whose name begins with the other's), green, and icy, which is cordoned; of solar one
 * namespace is cordoned, one marked for deletion, and one with lists of what may be used. The group sandbox has a namespace of its own.
 */
export function organization({ organization: more = '', cluster = '', files = {} }: Settings = {}): ExampleFiles {
  return {
    'organization.yaml': file(
      'Organization',
      'example',
      `
issuer: ${issuerUrl}
admins: [alice]
groups:
  - name: solar-leads
  - name: solar-sre
  - name: lab-team
  - name: green-leads
  - name: icy-leads
  - name: audit
  - name: sandbox
argoCD:
  repoURL: ${repository}
${more}`,
    ),
    [`clusters/${clusterName}.yaml`]: file(
      'Cluster',
      clusterName,
      `
server: https://prodcluster01.example.com:6443
certificateAuthority: { file: example-ca.pem }
kubernetesVersion: "1.36"
trustedServiceAccounts:
  - serviceAccount: cert-manager/cert-manager
    powers: [Maintain, CreateNamespaces, AggregateRoles, BoundByTenants]
  - { serviceAccount: kube-system/cilium, powers: [Maintain] }
  - { serviceAccount: kube-system/creator, powers: [CreateNamespaces] }
  - { serviceAccount: kube-system/aggregator, powers: [AggregateRoles] }
  - { serviceAccount: kube-system/monitor, powers: [BoundByTenants] }
sharedWith:
  - { group: solar-leads, namespace: false }
  - { group: solar-sre, namespace: false }
  - { group: lab-team, namespace: false }
  - { group: green-leads, namespace: false }
  - { group: icy-leads, namespace: false }
  - { group: audit, namespace: false }
  - { group: sandbox }
${cluster}`,
    ),
    'clusters/example-ca.pem': exampleCertificate,
    ...tenant(
      'solar',
      `
owners: [{ kind: Group, name: solar-leads }]
defaults:
  sharedWith: [{ group: audit, role: view }]
namespaces:
  - name: prod
    quota: { cpu: "20", pods: 100 }
    sharedWith: [{ group: solar-sre, role: edit }]
  - name: dev
    sharedWith: [{ group: solar-sre, role: admin }]
  - name: frozen
    cordoned: true
  - name: going
    state: MarkedForDeletion
  - name: strict
    isolation:
      registries: [registry.example.com/solar/, registry.example.com/base/]
      storageClasses: [fast]
      ingressClasses: [internal]
      runtimeClasses: [sandboxed]
      priorityClasses: [batch]`,
    ),
    ...tenant('solar-lab', 'owners: [{ kind: Group, name: lab-team }]\nnamespaces: [{ name: prod }]'),
    ...tenant('green', 'owners: [{ kind: Group, name: green-leads }]\nnamespaces: [{ name: prod }]'),
    ...tenant(
      'icy',
      'owners: [{ kind: Group, name: icy-leads }]\ncordoned: true\nnamespaces: [{ name: one }, { name: two }]',
    ),
    ...files,
  };
}

/** The file of a tenant on the cluster, with these lines in its `spec`. */
export function tenant(name: string, spec: string): Record<string, string> {
  const clusters = spec.includes('defaults:\n')
    ? spec.replace('defaults:\n', `defaults:\n  clusters: [${clusterName}]\n`)
    : `defaults: { clusters: [${clusterName}] }\n${spec.trim()}`;
  return { [`tenants/${name}.yaml`]: file('Tenant', name, clusters) };
}

function file(kind: string, name: string, spec: string): string {
  const lines = spec.trim().split('\n');
  return `apiVersion: tenantry.dev/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${lines.map((l) => `  ${l}\n`).join('')}`;
}
