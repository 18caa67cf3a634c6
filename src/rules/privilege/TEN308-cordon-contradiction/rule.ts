import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';

export const cordonContradiction: TenantRule = {
  level: 'tenant',
  code: 'TEN308',
  name: 'cordon-contradiction',
  severity: 'error',
  summary: 'No namespace of a cordoned tenant says that it is not cordoned (S75).',
  why: 'A cordoned tenant cordons all its namespaces, and none of them can be uncordoned alone. A line that says otherwise would have no effect: whoever wrote it expects changes in the namespace to be possible, and they are refused.',
  *check({ tenant: { name, cordoned, namespaces } }) {
    if (!cordoned.value) return;
    for (const namespace of namespaces) {
      if (namespace.ownCordoned?.value !== false) continue;
      yield {
        message: `namespace \`${namespace.name}\` cannot be uncordoned alone: its tenant \`${name}\` is cordoned`,
        at: at(namespace.ownCordoned.origin),
        related: [{ location: at(cordoned.origin), message: 'cordons all namespaces of the tenant' }],
        help: 'remove `cordoned: false`; or remove `cordoned: true` from the tenant, and cordon its other namespaces one by one',
      };
    }
  },
};
