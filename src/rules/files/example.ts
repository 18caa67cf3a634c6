/** A tenant's file, with the lines that an example is about. */
export function tenantExample({
  name = '  name: solar',
  owner = '    - { kind: Group, name: solar-leads }',
  namespace = '    - name: prod',
}: {
  readonly name?: string;
  readonly owner?: string;
  readonly namespace?: string;
} = {}): string {
  return `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
${name}
spec:
  owners:
${owner}
  namespaces:
${namespace}
      clusters: [prodcluster01]
      sharedWith:
        - { group: solar-sre, role: admin }
        - { group: audit, role: view }
`;
}
