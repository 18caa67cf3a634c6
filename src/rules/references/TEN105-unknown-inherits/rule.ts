import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';
import { parents } from '../inheritance.ts';
import { suggester } from '../suggest.ts';

export const unknownInherits: TenantRule = {
  level: 'tenant',
  code: 'TEN105',
  name: 'unknown-inherits',
  severity: 'error',
  summary: 'A namespace inherits from a namespace of its own tenant, by its identifier (S48).',
  why: 'What does not exist gives no settings and no shares: the namespace would stand without the quota and the isolation that its author had in mind.',
  *check({ tenant }) {
    if (!tenant.complete) return;
    const parentOf = parents(tenant);
    const byName = new Map(tenant.namespaces.map((n) => [n.name, n.identifier]));
    const suggest = suggester(tenant.namespaces.map((n) => n.identifier));
    for (const namespace of tenant.namespaces) {
      const { inherits, identifier } = namespace;
      if (!inherits || parentOf.has(namespace)) continue;
      const meant = byName.get(inherits.value) ?? suggest(inherits.value);
      yield {
        message: `tenant \`${tenant.name}\` has no namespace \`${inherits.value}\` that \`${identifier}\` could inherit from`,
        at: at(inherits.origin),
        mend: meant === identifier ? undefined : meant,
        // A namespace that is offered itself would only come to the next error.
        help:
          meant !== undefined && meant !== identifier
            ? `did you mean \`${meant}\`?`
            : 'name a namespace of this tenant by its identifier, or remove `inherits`',
      };
    }
  },
};
