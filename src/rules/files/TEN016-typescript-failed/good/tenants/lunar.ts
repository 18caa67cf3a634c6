import { defineTenant } from 'tenantry';

const stages: string[] = ['dev', 'test'];

export default defineTenant({
  apiVersion: 'tenantry.dev/v1',
  kind: 'Tenant',
  metadata: { name: 'lunar' },
  spec: {
    owners: [{ kind: 'Group', name: 'solar-leads' }],
    namespaces: stages.map((name) => ({ name, clusters: ['prodcluster01'] })),
  },
});
