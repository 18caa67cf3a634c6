import { compareQuantities, parseQuantity } from '../kubernetes/quantity.ts';
import type { Order } from './order.ts';
import type { Stops } from './setting.ts';
import { amountsOf, sameValue, valueText } from './value.ts';

/** When a change of a setting may bring work to a stand. The tables say for each key which of these it is. */

/** A value by which nothing may change or run. */
export const stopsWhen =
  (value: string): Stops =>
  (now) =>
    now.some((said) => valueText(said.value) === value);

/** A list of what may be used that has nothing of what was in it before: it is new, another one, or empty. */
export const stopsWhenNoneIsKept: Stops = (now, before) =>
  now.length > 0 && !now.some(({ item }) => item !== undefined && before.some((old) => old.item === item));

/** A value that is tighter than the one before: what relied on that is refused. */
export const stopsWhenTighter =
  (order: Order): Stops =>
  ([now], [before]) =>
    order({ before: before?.value, after: now?.value }) === 'tightens';

/** A list of which each element is one thing more that must be: what ran without it may run nowhere. */
export const stopsWhenMore: Stops = (now, before) =>
  now.some(
    ({ item, value }) => item !== undefined && !before.some((old) => old.item === item && sameValue(old.value, value)),
  );

/**
 * A quota with less of something than `least`, which one pod needs, or with less than half of what it had of anything.
 * What is in use nobody knows here; those who set a quota seldom leave as much room as they use.
 */
export const stopsWhenCut =
  (least: ReadonlyMap<string, string>): Stops =>
  (now, before) =>
    now.some(({ part = '', value }) => {
      const limit = valueText(value);
      const old = before.find((said) => said.part === part);
      return isLess(limit, least.get(part)) || (old !== undefined && isLess(twice(limit), valueText(old.value)));
    });

/** Limits of containers by which none may have anything. */
export const stopsWhenNothing: Stops = (now) =>
  now.some(
    ({ value }) =>
      value.type === 'containers' &&
      Array.from(amountsOf(value.limits)).some(([key, limit]) => key.startsWith('max ') && parseQuantity(limit) === 0n),
  );

/** Whether there is less of it. Of what is no quantity, nobody can say. */
function isLess(a: string | bigint | undefined, b: string | undefined): boolean {
  const [some, other] = [typeof a === 'string' ? parseQuantity(a) : a, b === undefined ? undefined : parseQuantity(b)];
  return some !== undefined && other !== undefined && compareQuantities(some, other) < 0;
}

function twice(limit: string): bigint | undefined {
  const amount = parseQuantity(limit);
  return amount === undefined ? undefined : amount * 2n;
}
