import { exampleOrganization } from '../examples.ts';
import type { ExampleFiles } from '../rule.ts';

/** Files for the examples of risks: the example organization's, with a few lines more. */

/** The example's cluster with an environment, shared with these groups too, and with further lines in its `spec`. */
export function cluster(environment: string, groups: readonly string[] = [], more = ''): ExampleFiles {
  const shares = groups.map((group) => `    - { group: ${group}, namespace: false }\n`).join('');
  const labels = `  labels: { environment: ${environment} }\n`;
  return {
    'clusters/prodcluster01.yaml': exampleOrganization['clusters/prodcluster01.yaml'] + shares + labels + more,
  };
}

/** The example's organization with these lines at the end of its `spec`. */
export function organization(more: string): ExampleFiles {
  return { 'organization.yaml': exampleOrganization['organization.yaml'] + more };
}

/** The example's tenant with these lines instead of its defaults and namespaces. */
export function tenant(spec: string): ExampleFiles {
  return {
    'tenants/solar.yaml': `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: solar
spec:
  owners:
    - { kind: Group, name: solar-leads }
  defaults:
    clusters: [prodcluster01]
    sharedWith:
      - { group: audit, role: view }
${spec}`,
  };
}
