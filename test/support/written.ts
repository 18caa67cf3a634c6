import { exampleOrganization } from './examples.ts';

/** Config files in few words, for tests of rules. */

/** A tenant solar whose `spec` begins on line 6. */
export function solar(spec: string): Record<string, string> {
  return { 'tenants/solar.yaml': tenant('solar', spec) };
}

/** A tenant whose `spec` begins on line 6. */
export function tenant(name: string, spec: string): string {
  const indented = spec
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
  return `apiVersion: tenantry.dev/v1\nkind: Tenant\nmetadata:\n  name: ${name}\nspec:\n${indented.join('\n')}\n`;
}

/** The owners of the examples' tenant. */
export const owners = 'owners:\n  - { kind: Group, name: solar-leads }\n';
/** A namespace `prod`, to whose entry more lines can be added. */
export const prod = 'namespaces:\n  - name: prod\n    clusters: [prodcluster01]\n';

/** A cluster, with more lines of its `spec`; the first of them is line 8. */
export function cluster(name: string, ...lines: string[]): Record<string, string> {
  return {
    [`clusters/${name}.yaml`]: `apiVersion: tenantry.dev/v1
kind: Cluster
metadata:
  name: ${name}
spec:
  kubernetesVersion: "1.36"
  certificateAuthority: { file: example-ca.pem }
${lines.map((line) => `  ${line}\n`).join('')}`,
  };
}

/** The organization of the examples with other groups; the first of them is line 9, unless `more` precedes them. */
export function organization(groups: string, more = ''): Record<string, string> {
  const [head = ''] = exampleOrganization['organization.yaml'].split('  groups:');
  return { 'organization.yaml': `${head}${more}  groups:\n${groups}` };
}
