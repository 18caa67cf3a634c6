import type { Ceilings } from '../../../config/model/ceilings.ts';
import { ceilingsOf, ceilingsOfAll } from '../../../config/model/ceilings.ts';
import type { Organization } from '../../../config/model/desired-state.ts';
import type { LocatedValues } from '../../../config/model/located.ts';
import type { GrantedValues } from '../../../settings/grants.ts';
import { grants } from '../../../settings/grants.ts';
import type { Told, ValueKeys } from '../../../settings/setting.ts';
import { keysOf, valuesIn } from '../../../settings/setting.ts';
import { sameValue, valueText } from '../../../settings/value.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { sortedBy } from '../../../values/order.ts';
import { hasBase, itemsIn } from '../../change/sides.ts';
import type { ChangeFinding, ChangeRule } from '../../rule.ts';

export const grantWidened: ChangeRule = {
  level: 'change',
  code: 'TEN712',
  name: 'grant-widened',
  severity: 'note',
  summary: 'What tenants may go up to stays as it is.',
  why: "What is granted, owners may spend without anybody else. So whoever approves the change that grants it approves all that may come of it. Lines of `organization.yaml` are the admins' to approve: no owner of a tenant can.",
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    const [before, after] = [context.before.desired.organization, context.after.desired.organization];
    if (!before.complete || !after.complete) return;
    const forAll = widened(ceilingsOfAll(before), ceilingsOfAll(after));
    for (const one of forAll) {
      yield {
        ...finding(one, 'every tenant', after, ['limits', one.key]),
        items: known('organization/'),
      };
    }
    const tenants = new Set([...before.grants, ...after.grants].map(({ tenant }) => tenant));
    for (const tenant of sortedBy(tenants, (name) => name)) {
      const own = widened(ceilingsOf(before, tenant), ceilingsOf(after, tenant));
      for (const one of own) {
        if (forAll.some(({ key, after: most }) => key === one.key && most === one.after)) continue;
        yield {
          ...finding(one, `tenant \`${tenant}\``, after, ['grants', tenant, one.key]),
          items: known(`tenant/${tenant}`),
        };
      }
    }
  },
};

type Key = keyof GrantedValues;

/** A key that tenants may go further with. */
interface Widened {
  readonly key: Key;
  readonly before: string;
  readonly after: string;
}

function widened(before: Ceilings, after: Ceilings): Widened[] {
  return keysOf(grantKeys).flatMap((key) => {
    const [old, now] = [tell(grantKeys, key, before), tell(grantKeys, key, after)];
    return goesFurther(key, old, now) ? [{ key, before: textOf(key, old), after: textOf(key, now) }] : [];
  });
}

const grantKeys: ValueKeys<GrantedValues> = valuesIn(grants);

function tell<V>(keys: ValueKeys<V>, key: keyof V, values: LocatedValues<V>): readonly Told[] | undefined {
  const located = values[key];
  return located && keys[key].told(located.value);
}

function goesFurther(key: Key, old: readonly Told[] | undefined, now: readonly Told[] | undefined): boolean {
  const { without, order } = grants[key];
  if (!old || !now) {
    // A first grant is more than the base; no limit any more is more than one.
    if (old) return without === 'anything';
    return now !== undefined && without === 'the base' && !now.some(({ value }) => valueText(value) === 'Never');
  }
  const isSame = (a: Told, b: Told): boolean => a.item === b.item && a.part === b.part;
  const isMore = ({ item, value: after }: Told, before: Told | undefined): boolean =>
    before ? !sameValue(before.value, after) && order({ item, before: before.value, after }) !== 'tightens' : true;
  return (
    now.some((one) =>
      isMore(
        one,
        old.find((other) => isSame(one, other)),
      ),
    ) ||
    // A part of a quota that is not granted any more is not held any more.
    (key === 'quota' && old.some((one) => !now.some((other) => isSame(one, other))))
  );
}

function textOf(key: Key, told: readonly Told[] | undefined): string {
  if (!told) return grants[key].without === 'anything' ? 'no limit' : 'what each has';
  const texts = told.flatMap(({ part, item, value }) => {
    const text = valueText(value);
    if (item !== undefined) return [text === '' ? item : text];
    return text === 'only' ? [] : [part === undefined ? text : `${part} ${text}`];
  });
  return texts.length === 0 ? 'nothing' : texts.map((text) => `\`${text}\``).join(', ');
}

function finding(
  { key, before, after }: Widened,
  who: string,
  { origin }: Organization,
  path: readonly string[],
): ChangeFinding {
  return {
    message: `needs the admins: ${who} may go further with \`${key}\`, from ${before} to ${after}`,
    at: at(originAt(origin, 'spec', ...path)),
  };
}
