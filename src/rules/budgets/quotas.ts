import type { Located, Quota } from '../../config/model/desired-state.ts';
import { quotaKeys } from '../../settings/quota.ts';
import type { Quantity } from '../../kubernetes/quantity.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import type { Origin } from '../../source/source.ts';
import { originAt } from '../../source/source.ts';

/** The named key for a key of a ResourceQuota that has one. Kubernetes takes `cpu` for `requests.cpu`, too. */
export const namedKeyOf: ReadonlyMap<string, (typeof quotaKeys)[number][0]> = new Map([
  ...quotaKeys.map(([name, key]) => [key, name] as const),
  ['cpu', 'cpu'],
  ['memory', 'memory'],
]);

/** One limit of a quota. */
export interface QuotaEntry {
  /** As config files write it where they have a name for it: `cpu`, `limits.memory`. */
  readonly name: string;
  readonly text: string;
  readonly amount: Quantity;
  readonly origin: Origin;
}

/** The limits of a quota by their name, however they are written. */
export function quotaEntries({ value, origin }: Located<Quota>): ReadonlyMap<string, QuotaEntry> {
  const entries = new Map<string, QuotaEntry>();
  const add = (name: string, text: string, place: Origin): void => {
    const amount = parseQuantity(text);
    if (amount !== undefined && !entries.has(name)) entries.set(name, { name, text, amount, origin: place });
  };
  for (const [name] of quotaKeys) {
    const limit = value[name];
    if (limit !== undefined) add(name, String(limit), originAt(origin, name));
  }
  for (const [key, text] of Object.entries(value.hard ?? {})) {
    add(namedKeyOf.get(key) ?? key, text, originAt(origin, 'hard', key));
  }
  return entries;
}
