import { compareQuantities, parseQuantity } from '../../../kubernetes/quantity.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import { at } from '../../../source/diagnostic.ts';
import { defaultRequest } from '../../../settings/quota.ts';
import type { TenantRule } from '../../rule.ts';

export const quotaBelowRequest: TenantRule = {
  level: 'tenant',
  code: 'TEN413',
  name: 'quota-below-request',
  severity: 'warning',
  summary: "A namespace's quota is at least what one container gets that asks for nothing, or nothing at all (S47).",
  why: 'A container without requests of its own gets those of the LimitRange (100m and 128Mi unless set), and the quota refuses the pod where that is more: none starts, and the reason is only in the events of its ReplicaSet.',
  *check({ tenant: { namespaces } }) {
    const seen = new Set<Origin>();
    // Most namespaces of a tenant have what it says for all of them.
    const differing = namespaces.filter(({ quota, containerLimits }, i) => {
      const before = namespaces[i - 1];
      return quota !== before?.quota || containerLimits !== before?.containerLimits;
    });
    for (const { quota, containerLimits, name } of differing) {
      if (!quota) continue;
      const request = defaultRequest(quota.value, containerLimits?.value);
      for (const resource of ['cpu', 'memory'] as const) {
        const [limit, asked] = [quota.value[resource], request[resource]];
        if (limit === undefined || asked === undefined) continue;
        const [most, one] = [parseQuantity(limit), parseQuantity(asked)];
        if (most === undefined || one === undefined || most === 0n || compareQuantities(most, one) >= 0) continue;
        if (seen.has(quota.origin)) continue;
        seen.add(quota.origin);
        yield {
          message: `the quota of \`${name}\` is ${limit} of ${resource}, less than the ${asked} of one container that asks for nothing`,
          at: at(originAt(quota.origin, resource)),
          mend: asked,
          help: `write at least ${asked}, or set \`containerLimits.defaultRequest.${resource}\` to less`,
        };
      }
    }
  },
};
