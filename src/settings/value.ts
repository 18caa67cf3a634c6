import { compareQuantities, parseQuantity } from '../kubernetes/quantity.ts';
import { compareCodeUnits } from '../values/order.ts';

/**
 * What a setting says, as a value: it is compared and ordered as what it is, and becomes a text only where somebody
 * reads it (`valueText`).
 */
export type SettingValue =
  /** A name, a choice, a day; empty where being there says it all. */
  | { readonly type: 'word'; readonly word: string }
  | { readonly type: 'number'; readonly number: number }
  | { readonly type: 'flag'; readonly flag: boolean }
  /** A quantity as it is written; `1000m` and `1` are the same. */
  | { readonly type: 'quantity'; readonly quantity: string }
  | { readonly type: 'budget'; readonly budget: Budget }
  | { readonly type: 'containers'; readonly limits: ContainerAmounts }
  /** The group whose namespace it is. */
  | { readonly type: 'group'; readonly group: string };

/** An amount of money, how often it is there anew, and the days (UTC) from when and until when. */
export interface Budget {
  readonly amount: string;
  readonly currency: string;
  readonly period: string;
  readonly start?: string;
  readonly end?: string;
}

/** Quantities of resources, by what they do to a container: `max`, `default`, `defaultRequest`. */
export type ContainerAmounts = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const word = (text: string): SettingValue => ({ type: 'word', word: text });

/** Of what says all by being there: an element of a list. */
export const present: SettingValue = word('');

/** A value for people and for the JSON of a plan, in one line. */
export function valueText(value: SettingValue): string {
  switch (value.type) {
    case 'word':
      return value.word;
    case 'number':
      return String(value.number);
    case 'flag':
      return String(value.flag);
    case 'quantity':
      return value.quantity;
    case 'budget':
      return budgetText(value.budget);
    case 'containers':
      return containersText(value.limits);
    case 'group':
      return `of group ${value.group}`;
  }
}

/** Whether two values of one setting say the same, however they are written. */
export function sameValue(a: SettingValue, b: SettingValue): boolean {
  if (a.type === 'quantity' && b.type === 'quantity') return quantityOrder(a.quantity, b.quantity) === 0;
  if (a.type === 'containers' && b.type === 'containers') {
    const keys = new Set([...amountsOf(a.limits).keys(), ...amountsOf(b.limits).keys()]);
    const [some, others] = [amountsOf(a.limits), amountsOf(b.limits)];
    return Array.from(keys).every((key) => quantityOrder(some.get(key), others.get(key)) === 0);
  }
  return a.type === b.type && valueText(a) === valueText(b);
}

/** The amounts of all limits, by kind and resource: `max cpu`. */
export function amountsOf(limits: ContainerAmounts): Map<string, string> {
  return new Map(
    Object.entries(limits).flatMap(([kind, amounts]) =>
      Object.entries(amounts).map(([resource, amount]) => [`${kind} ${resource}`, amount] as const),
    ),
  );
}

/** Positive where `b` is more than `a`; 0 for the same amount. Where there is no limit, there is more than any. */
export function quantityOrder(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return b === undefined ? 1 : -1;
  const [old, now] = [parseQuantity(a), parseQuantity(b)];
  // What is no quantity is an error elsewhere; it is the same only as itself.
  return old === undefined || now === undefined ? Number.NaN : compareQuantities(now, old);
}

function budgetText({ amount, currency, period, start, end }: Budget): string {
  return [
    `${amount} ${currency} ${period}`,
    ...(start === undefined ? [] : [`from ${start}`]),
    ...(end === undefined ? [] : [`until ${end}`]),
  ].join(' ');
}

function containersText(limits: ContainerAmounts): string {
  return Object.entries(limits)
    .flatMap(([kind, amounts]) => {
      const each = Object.entries(amounts).map(([resource, amount]) => `${resource} ${amount}`);
      return each.length === 0 ? [] : [`${kind} ${each.sort(compareCodeUnits).join(' ')}`];
    })
    .join(', ');
}
