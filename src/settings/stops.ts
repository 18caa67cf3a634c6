import { compareQuantities, parseQuantity } from '../kubernetes/quantity.ts';
import type { Order } from './order.ts';
import type { Stops } from './setting.ts';
import type { SettingValue } from './value.ts';
import { amountsOf, sameValue, valueText } from './value.ts';

/** When a change of a setting may bring work to a stand. The tables say for each key which of these it is. */

/** A value by which nothing may change or run. */
export const stopsWhen =
  (value: string): Stops =>
  (now) =>
    now.some((said) => valueText(said.value) === value);

/** A list of what may be used that is new, or has lost something of what was in it: what relied on that is refused. */
export const stopsWhenOneGoes: Stops = (now, before) =>
  now.length > 0 && (before.length === 0 || !before.every(({ item }) => now.some((said) => said.item === item)));

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
 * A quota that is new or lower than it was, or has less of something than `least`, which one pod needs. How much is in use
 * nobody knows here: beyond the new limit nothing more starts, and what ends does not come back.
 */
export const stopsWhenLess =
  (least: ReadonlyMap<string, string>): Stops =>
  (now, before) =>
    now.some(({ part = '', value }) => {
      const limit = valueText(value);
      const old = before.find((said) => said.part === part);
      return isLess(limit, least.get(part)) || old === undefined || isLess(limit, valueText(old.value));
    });

/** Limits of containers of which a maximum is new or lower than it was: a container that asks for more is refused. */
export const stopsWhenLessAtMost: Stops = ([now], [before]) => {
  const old = maximaOf(before?.value);
  return Array.from(maximaOf(now?.value)).some(([key, most]) => {
    const was = old.get(key);
    return was === undefined || isLess(most, was);
  });
};

function maximaOf(value: SettingValue | undefined): Map<string, string> {
  return value?.type === 'containers' && value.limits['max']
    ? amountsOf({ max: value.limits['max'] })
    : new Map<string, string>();
}

/** Whether there is less of it. Of what is no quantity, nobody can say. */
function isLess(a: string, b: string | undefined): boolean {
  const [some, other] = [parseQuantity(a), b === undefined ? undefined : parseQuantity(b)];
  return some !== undefined && other !== undefined && compareQuantities(some, other) < 0;
}
