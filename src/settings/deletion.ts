import { withinGrant } from './authority.ts';
import { scale } from './order.ts';
import { oneOf, optional } from './schema-parts.ts';
import { value } from './setting.ts';

/** Whether a tenant's namespaces may be deleted at all: a key of its own, and one that admins grant. */
export const deletion = value(
  'deletion',
  optional(
    oneOf(['TwoStep', 'Never'], {
      description: '`Never` refuses the deletion of any namespace until the tenant is deactivated.',
    }),
  ),
  {
    default: 'TwoStep',
    order: scale('Never', 'TwoStep'),
    risk: 'protection',
    rendered: { nothing: 'for rules about changes' },
    ...withinGrant('deletion', 'TEN709'),
  },
);
