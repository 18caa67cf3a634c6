import type { Namespace } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';

export const duplicateIdentifier: TenantRule = {
  level: 'tenant',
  code: 'TEN211',
  name: 'duplicate-identifier',
  severity: 'error',
  summary: 'A tenant names each of its namespaces once.',
  why: 'Of two entries for one namespace, each would be right about who has access and what the quota is. `inherits` could mean either.',
  *check({ tenant }) {
    const byName = new Map<string, Namespace>();
    const byIdentifier = new Map<string, Namespace>();
    for (const namespace of tenant.namespaces) {
      const { name, identifier, nameOrigin } = namespace;
      const sameName = byName.get(name);
      const first = sameName ?? byIdentifier.get(identifier);
      if (!byName.has(name)) byName.set(name, namespace);
      if (!byIdentifier.has(identifier)) byIdentifier.set(identifier, namespace);
      if (!first) continue;
      yield {
        message: sameName
          ? `tenant \`${tenant.name}\` names namespace \`${name}\` twice`
          : `tenant \`${tenant.name}\` has two namespaces that it calls \`${identifier}\`: \`${first.name}\` and \`${name}\``,
        at: at(nameOrigin),
        related: [{ location: at(first.nameOrigin), message: 'the first one' }],
        help: sameName ? 'make one entry of the two, or rename one' : 'rename one of them',
      };
    }
  },
};
