import { at } from '../../../source/diagnostic.ts';
import type { ConfigRule } from '../../rule.ts';

const tenant = (marked: string): string => `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: solar
spec:
  owners:
    - { kind: Group, name: solar-leads }
  namespaces:
    - name: prod
      clusters: [prodcluster01]
      markedForDeletionOn: [${marked}]
`;

export const markedOnOtherCluster: ConfigRule = {
  about: 'config',
  perTenant: true,
  code: 'TEN117',
  name: 'marked-on-other-cluster',
  severity: 'error',
  summary: 'A namespace is marked for deletion only on clusters that it is on (S41).',
  why: 'A mark that is left over when the namespace has left the cluster would hold again, unseen, as soon as the namespace comes back: its next removal there would no longer take two steps.',
  bad: { files: { 'tenants/solar.yaml': tenant('prodcluster02') } },
  good: { files: { 'tenants/solar.yaml': tenant('prodcluster01') } },
  *check({ desired }) {
    for (const { complete, namespaces } of desired.tenants) {
      // Clusters that could not be read may be among those that the namespace is on.
      if (!complete) continue;
      for (const { name, clusters, markedForDeletionOn } of namespaces) {
        const names = new Set(clusters.map(({ value }) => value));
        for (const { value, origin } of markedForDeletionOn) {
          if (names.has(value)) continue;
          yield {
            message: `namespace \`${name}\` is marked for deletion on \`${value}\`, which it is not on`,
            at: at(origin),
            help: 'remove it from `markedForDeletionOn`',
          };
        }
      }
    }
  },
};
