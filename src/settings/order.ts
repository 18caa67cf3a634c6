import { compareQuantities, parseQuantity } from '../kubernetes/quantity.ts';
import { compareCodeUnits } from '../values/order.ts';
import type { Budget, ContainerAmounts, SettingValue } from './value.ts';
import { amountsOf, quantityOrder, valueText } from './value.ts';

/** Whether people may do more by a change, or less; undefined where that is no question, or has no answer. */
export type Effect = 'loosens' | 'tightens' | undefined;

/** One fact of a setting on both sides of a change; at least one of them is there. */
export interface Sides {
  /** The element, where the fact is one of a list's or a mapping's. */
  readonly item?: string | undefined;
  readonly before?: SettingValue | undefined;
  readonly after?: SettingValue | undefined;
}

/** Which of two values of a setting lets people do more. */
export type Order = (sides: Sides) => Effect;

/** No value lets people do more than another, or nobody can say which. */
export const noOrder: Order = () => undefined;

/** Values from the tightest to the loosest. */
export function scale(...tightestFirst: readonly string[]): Order {
  const rank = (value: SettingValue): number => tightestFirst.indexOf(valueText(value));
  return ({ before, after }) => (before && after ? effect(rank(after) - rank(before)) : undefined);
}

/** The more the looser; no limit is the loosest. */
export const moreIsLooser: Order = ({ before, after }) => {
  if (!before || !after) return after ? 'tightens' : 'loosens';
  return effect(quantityOrder(valueText(before), valueText(after)));
};

/** A list of which each element lets somebody do something; without the list, everything is allowed. */
export const permits: Order = ({ item, before, after }) => {
  if (item === undefined) return after ? 'tightens' : 'loosens';
  return before && after ? undefined : after ? 'loosens' : 'tightens';
};

/** The same for what holds until a day: the later, the looser. */
export const permitsUntil: Order = (sides) => {
  const { before, after } = sides;
  if (!before || !after) return permits(sides);
  return effect(compareCodeUnits(valueText(after), valueText(before)));
};

/** A list of which each element forbids something. As a list that is there and empty it sets aside what would forbid. */
export const forbids: Order = ({ item, before, after }) => {
  if (item === undefined) return before ? 'tightens' : 'loosens';
  return before && after ? undefined : after ? 'tightens' : 'loosens';
};

/** More money, or money for longer, is looser; no answer between currencies or periods, and for days that move. */
export const budgets: Order = ({ before, after }) => {
  if (before?.type !== 'budget' || after?.type !== 'budget') return after ? 'loosens' : 'tightens';
  const [old, now] = [before.budget, after.budget];
  const [had, has] = [parseQuantity(old.amount), parseQuantity(now.amount)];
  if (had === undefined || has === undefined || !sameUnit(old, now)) return undefined;
  const amount = compareQuantities(has, had);
  const days = [
    compareCodeUnits(old.start ?? '', now.start ?? ''),
    compareCodeUnits(now.end ?? latest, old.end ?? latest),
  ];
  const orders = amount > 0 ? [amount] : [amount, ...days];
  if (orders.every((order) => order >= 0)) return effect(Math.max(...orders));
  return orders.every((order) => order <= 0) ? 'tightens' : undefined;
};

/** Sorts after every day. */
const latest = '~';

/** Whether the numbers of two budgets can be compared: one currency, one period. */
export function sameUnit(a: Budget, b: Budget): boolean {
  return a.currency === b.currency && a.period === b.period;
}

/** Looser as soon as one limit rises or goes, whatever else is lowered: somebody may have more. */
export const containerLimits: Order = ({ before, after }) => {
  const [old, now] = [mostOf(before), mostOf(after)];
  const orders = Array.from(new Set([...old.keys(), ...now.keys()]), (key) =>
    quantityOrder(old.get(key), now.get(key)),
  );
  return effect(orders.some((order) => order > 0) ? 1 : Math.min(0, ...orders));
};

/** What a container may have at most: requests are no limits. */
function mostOf(value: SettingValue | undefined): Map<string, string> {
  if (value?.type !== 'containers') return new Map();
  const { max, default: standard }: ContainerAmounts = value.limits;
  return amountsOf({ ...(max && { max }), ...(standard && { default: standard }) });
}

function effect(order: number): Effect {
  if (order > 0) return 'loosens';
  return order < 0 ? 'tightens' : undefined;
}
