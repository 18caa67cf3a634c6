import type { Grant } from '../config/model/desired-state.ts';
import type { LocatedValues } from '../config/model/located.ts';
import { rules } from '../rules/index.ts';
import type { RuleContext, WantedGrant } from '../rules/rule.ts';
import { findingsOn, isConfigRule, walkOf } from '../rules/walk.ts';
import { grants } from '../settings/grants.ts';
import { keysOf } from '../settings/setting.ts';
import type { Origin } from '../source/source.ts';

/**
 * What tenants have and have not been granted, one entry for a tenant: with this granted, no rule says that they go
 * beyond. What the rules themselves ask for, granted until they ask for nothing more.
 */
export function neededGrants(context: RuleContext): readonly WantedGrant[] {
  const asking = rules.filter(isConfigRule).filter(({ level }) => level === 'tenant' || level === 'whole');
  const needed = new Map<string, WantedGrant>();
  let { organization } = context.desired;
  let { tenants } = context.desired;
  while (tenants.length > 0) {
    const walk = { ...walkOf({ ...context, desired: { ...context.desired, organization } }), tenants };
    const wanted = asking.flatMap((rule) => findingsOn(walk, rule)).flatMap(({ grant }) => grant ?? []);
    // Of two for one key, the second may rest on what was granted before the first.
    const first = firstOfEach(wanted);
    for (const { tenant, values } of first) {
      needed.set(tenant, { tenant, values: { ...needed.get(tenant)?.values, ...values } });
    }
    const { origin } = organization;
    organization = {
      ...organization,
      grants: first.reduce((all, one) => granting(all, one, origin), organization.grants),
    };
    tenants = tenants.filter(({ name }) => first.some(({ tenant }) => tenant === name));
  }
  return Array.from(needed.values(), ({ tenant, values }) => ({ tenant, values: inOrder(values) }));
}

/** In the order of the table of grants. */
function inOrder(values: WantedGrant['values']): WantedGrant['values'] {
  const order = keysOf(grants).filter((key) => values[key] !== undefined);
  return Object.fromEntries(order.map((key) => [key, values[key]]));
}

function firstOfEach(wanted: readonly WantedGrant[]): WantedGrant[] {
  const seen = new Set<string>();
  return wanted.filter(({ tenant, values }) => {
    const keys = keysOf(values).map((key) => `${tenant} ${key}`);
    const isFirst = keys.every((key) => !seen.has(key));
    for (const key of keys) seen.add(key);
    return isFirst;
  });
}

function granting(all: readonly Grant[], { tenant, values }: WantedGrant, origin: Origin): Grant[] {
  const own = all.find((grant) => grant.tenant === tenant) ?? { tenant, origin, values: {} };
  const grown = { ...own, values: { ...own.values, ...located(values, origin) } };
  return [...all.filter((grant) => grant.tenant !== tenant), grown];
}

function located<V extends object>(values: Partial<V>, origin: Origin): LocatedValues<V> {
  const found: { -readonly [K in keyof V]?: { readonly value: V[K]; readonly origin: Origin } } = {};
  const add = (key: keyof V): void => {
    const value = values[key];
    if (value !== undefined) found[key] = { value, origin };
  };
  for (const key of keysOf(values)) add(key);
  return found;
}
