import { Type } from '@sinclair/typebox';
import { moreIsLooser, noOrder, permits } from './order.ts';
import { labels, optional } from './schema-parts.ts';
import type { Told } from './setting.ts';
import { nested, setting, toldAs } from './setting.ts';

/** One of the limits, which all are told as `removals`. */
function removalsKey<const D extends number>(
  part: string,
  range: { readonly minimum: number; readonly maximum?: number },
  description: string,
  standard: D,
) {
  const schema = optional(Type.Integer({ description, maximum: 2 ** 31 - 1, ...range }));
  const told = (said: number): Told[] => [{ part, value: { type: 'number', number: said }, steps: [] }];
  return toldAs('removals', schema, told, {
    default: standard,
    order: moreIsLooser,
    risk: 'limit',
    rendered: { nothing: 'for rules about changes' },
  } as const);
}

/** How much one change may take away (S41). */
export const removals = {
  namespaces: removalsKey(
    'namespaces',
    { minimum: 0 },
    'Most namespaces that one change may take away or mark for deletion.',
    5,
  ),
  accessPercent: removalsKey(
    'accessPercent',
    { minimum: 0, maximum: 100 },
    'Most of the access of a cluster or a tenant, in percent, that one change may take away.',
    30,
  ),
  accessMinimum: removalsKey(
    'accessMinimum',
    { minimum: 1 },
    'How many accesses a cluster or a tenant must have had for `accessPercent` to count.',
    10,
  ),
} as const;

/** Settings for plans and for the rules about changes. */
export const changes = {
  production: setting(
    'production label',
    optional(
      labels(
        'Labels that production clusters have, all of them. Plans warn of what is given there. Default: `environment: production`.',
      ),
    ),
    // A label more that a production cluster must have is a warning less: fewer clusters are production.
    { order: permits, risk: 'ownRule', rendered: { nothing: 'for plans and rules about changes' } },
  ),
  productionNamespaces: setting(
    'label of production namespaces',
    optional(
      labels(
        'Labels that production namespaces have, all of them, on whatever cluster: on one of production every namespace is. Default: none is by its labels.',
      ),
    ),
    // The first label makes namespaces production, each further one makes fewer: a rule looks at which.
    { order: noOrder, risk: 'ownRule', rendered: { nothing: 'for plans and rules about changes' } },
  ),
  removals: nested(
    removals,
    'How much one change may take away. A change is held to what its base says: raising a limit and using it takes two.',
  ),
} as const;
