import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';

export const markedOnOtherCluster: TenantRule = {
  level: 'tenant',
  code: 'TEN117',
  name: 'marked-on-other-cluster',
  severity: 'error',
  summary: 'A namespace is marked for deletion only on clusters that it is on (S41).',
  why: 'A mark that is left over when the namespace has left the cluster would hold again, unseen, as soon as the namespace comes back: its next removal there would no longer take two steps.',
  *check({ tenant: { complete, namespaces } }) {
    // Clusters that could not be read may be among those that the namespace is on.
    if (!complete) return;
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
  },
};
