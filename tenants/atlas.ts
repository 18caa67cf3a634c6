import { defineTenant } from 'tenantry';

const stages = ['dev', 'test', 'prod'];
const parts = ['api', 'web', 'job'];

/** Nine namespaces, of the ten that a tenant may have: each part of the product in each stage. */
export default defineTenant({
  metadata: { name: 'atlas' },
  spec: {
    description: 'Maps',
    owners: [{ kind: 'Group', name: 'atlas-dev' }],
    namespaces: stages.flatMap((stage) =>
      parts.map((part) => ({
        name: `${part}${stage}`,
        clusters: [stage === 'prod' ? 'prodcluster01' : 'devcluster01'],
        quota: { cpu: stage === 'prod' ? '8' : '2', memory: stage === 'prod' ? '16Gi' : '4Gi' },
      })),
    ),
  },
});
