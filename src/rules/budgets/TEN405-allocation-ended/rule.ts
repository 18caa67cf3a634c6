import type { Namespace } from '../../../config/model/desired-state.ts';
import { isDay } from '../../../values/day.ts';
import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';
import { counted } from '../../../source/text.ts';
import { mostRelated } from '../../wording.ts';

export const allocationEnded: TenantRule = {
  level: 'tenant',
  code: 'TEN405',
  name: 'allocation-ended',
  severity: 'warning',
  summary: 'No namespace uses an allocation that has ended.',
  why: 'What runs in the namespace is attributed to a budget that is closed. Only a warning, because a day that passes must not fail a change that has nothing to do with it.',
  *check({ tenant: { allocations, namespaces }, platform }) {
    const users = groupedBy(namespaces, (namespace) => namespace.allocation?.value ?? '');
    for (const { value, origin } of allocations) {
      const { name, end } = value;
      const using = users.get(name) ?? [];
      if (end === undefined || end >= platform.asOf || !isDay(end) || using.length === 0) continue;
      yield {
        message: `allocation \`${name}\` ended on ${end}, and ${counted(using.length, 'namespace')} ${using.length === 1 ? 'uses' : 'use'} it`,
        at: at(originAt(origin, 'end')),
        related: placesOf(using),
        help: 'give the namespaces another allocation or, if the budget goes on, this one a later `end`',
      };
    }
  },
};

/** The first places that name the allocation: one for a default, however many namespaces it holds for. */
function placesOf(using: readonly Namespace[]) {
  const origins = new Set(using.flatMap(({ allocation }) => allocation?.origin ?? []));
  return Array.from(origins)
    .slice(0, mostRelated)
    .map((origin) => ({ location: at(origin), message: 'used here' }));
}
