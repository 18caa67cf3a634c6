import { defineTenant } from 'tenantry';

export default defineTenant({
  apiVersion: 'tenantry.dev/v1',
  kind: 'Tenant',
  metadata: { name: 'lunar' },
  spec: {
    owners: [{ kind: 'Group', name: 'solar-leads' }],
    namespaces: [{ name: 'dev', clusters: ['prodcluster01'] }],
  },
});
