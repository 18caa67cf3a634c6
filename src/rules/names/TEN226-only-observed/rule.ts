import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import type { TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';

const help = 'write `enforcement: Enforce`, or remove the line, once nothing that is needed would be refused';

export const onlyObserved: TenantRule = {
  level: 'tenant',
  code: 'TEN226',
  name: 'only-observed',
  severity: 'note',
  summary: 'What keeps tenants apart is enforced.',
  why: 'A namespace is observed while it is taken over. As long as it is, its pods may be privileged, which makes whoever may create one root on a node, and everybody may connect to them.',
  *checkPlatform({ organization: { name, isolation } }) {
    if (isolation.enforcement.value === 'Enforce') return;
    yield {
      message: `organization \`${name}\` only observes every namespace that does not say otherwise`,
      at: at(isolation.enforcement.origin),
      help,
    };
  },
  *check({ tenant: { name: tenant, namespaces }, platform: { organization } }) {
    const observed = namespaces.filter(({ isolation }) => isolation.enforcement.value === 'Observe');
    for (const [origin, all] of groupedBy(observed, ({ isolation }) => isolation.enforcement.origin)) {
      // Said once for all, of the organization.
      if (origin.file === organization.origin.file) continue;
      const names = all.map(({ name }) => name);
      yield {
        message: `${listed(names)} of tenant \`${tenant}\` ${names.length === 1 ? 'is' : 'are'} only observed`,
        at: at(origin),
        help,
      };
    }
  },
};
