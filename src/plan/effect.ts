import { compareQuantities, parseQuantity } from '../kubernetes/quantity.ts';
import type { SettingFact } from './fact.ts';

type Effect = 'loosens' | 'tightens';

/** Settings whose values stand in an order, from the tightest to the loosest. `undefined` is no limit at all. */
const scales: Readonly<Record<string, readonly string[]>> = {
  network: ['SameNamespace', 'SameTenant', 'None'],
  podSecurity: ['restricted', 'baseline', 'privileged'],
  selfServiceBindings: ['Forbidden', 'Declared', 'Any'],
  typescript: ['forbid', 'allow'],
  tenantPrefix: ['Required', 'Optional'],
  cordoned: ['true', 'false'],
  deletion: ['Never', 'TwoStep'],
};

/** Settings that are a number: more of it is looser. Without one there is no limit. */
const numbers: ReadonlySet<string> = new Set([
  'namespacesPerTenant',
  'shareDays',
  'identifierMaxLength',
  'removals namespaces',
  'removals accessPercent',
  'removals accessMinimum',
]);

/** Lists whose every entry lets somebody do something; and lists whose every entry forbids something. */
const permitting: ReadonlySet<string> = new Set([
  'exception',
  'break-glass group',
  'trusted service account',
  'registries',
  'storageClasses',
  'ingressClasses',
  'runtimeClasses',
  'priorityClasses',
  // A label more that a production cluster must have is a warning less: fewer clusters are production.
  'production label',
]);
const forbidding: ReadonlySet<string> = new Set(['protected namespace', 'nodeSelector']);

/** Whether a change of a setting lets people do more, or less; undefined where that is no question. */
export function effectOf(
  { about, item }: Pick<SettingFact, 'about' | 'item'>,
  before: string | undefined,
  after: string | undefined,
): Effect | undefined {
  const scale = scales[about];
  if (scale) {
    if (before === undefined || after === undefined) return undefined;
    return effect(scale.indexOf(after) - scale.indexOf(before));
  }
  if (numbers.has(about) || about.startsWith('quota ')) return effect(amountOrder(before, after));
  // The list as such: without one, everything is allowed.
  if (permitting.has(about) && item === undefined) return after === undefined ? 'loosens' : 'tightens';
  if (permitting.has(about)) {
    if (before === undefined || after === undefined) return before === undefined ? 'loosens' : 'tightens';
    return about === 'exception' ? effect(compare(after, before)) : undefined;
  }
  // Any node: also those that the selector, or the cluster by itself, keeps pods away from.
  if (about === 'nodeSelector' && item === undefined) return before === undefined ? 'loosens' : 'tightens';
  if (about === 'allocation' && item !== undefined) return budgetEffect(before, after);
  if (about === 'containerLimits') return containerEffect(before, after);
  if (forbidding.has(about) && item !== undefined) {
    if (before !== undefined && after !== undefined) return undefined;
    return before === undefined ? 'tightens' : 'loosens';
  }
  return undefined;
}

function effect(order: number): Effect | undefined {
  if (order === 0) return undefined;
  return order > 0 ? 'loosens' : 'tightens';
}

/** Positive where `after` is more than `before`; an absent limit is more than any. */
function amountOrder(before: string | undefined, after: string | undefined): number {
  if (before === undefined || after === undefined) return after === undefined ? 1 : -1;
  const [old, now] = [parseQuantity(before), parseQuantity(after)];
  return old === undefined || now === undefined ? 0 : compareQuantities(now, old);
}

/** More money, or money for longer, is looser; undefined between currencies or periods, and for days that move. */
function budgetEffect(before: string | undefined, after: string | undefined): Effect | undefined {
  if (before === undefined || after === undefined) return before === undefined ? 'loosens' : 'tightens';
  const [old, now] = [budget(before), budget(after)];
  if (!old || old.unit !== now?.unit) return undefined;
  const amount = compareQuantities(now.amount, old.amount);
  const days = [compare(old.start, now.start), compare(now.end, old.end)];
  const orders = amount > 0 ? [amount] : [amount, ...days];
  if (orders.every((order) => order >= 0)) return effect(Math.max(...orders));
  return orders.every((order) => order <= 0) ? 'tightens' : undefined;
}

/** The parts of `100 USD Year from 2026-01-01 until 2026-12-31`. */
function budget(text: string) {
  const [amountText = '', currency = '', period = ''] = text.split(' ');
  const amount = parseQuantity(amountText);
  if (amount === undefined) return undefined;
  const [, start = ''] = / from (\S+)/.exec(text) ?? [];
  // Later than any day.
  const [, end = '~'] = / until (\S+)/.exec(text) ?? [];
  return { amount, unit: `${currency} ${period}`, start, end };
}

/** Looser as soon as one limit rises or goes, whatever else is lowered: somebody may have more. */
function containerEffect(before: string | undefined, after: string | undefined): Effect | undefined {
  const [old, now] = [containerMaxima(before), containerMaxima(after)];
  const orders = Array.from(new Set([...old.keys(), ...now.keys()]), (key) => amountOrder(old.get(key), now.get(key)));
  return effect(orders.some((order) => order > 0) ? 1 : Math.min(0, ...orders));
}

/** What `max cpu 2 memory 4Gi, default cpu 1` lets a container have at most: requests are no limits. */
function containerMaxima(text = ''): Map<string, string> {
  return new Map(
    text.split(', ').flatMap((part) => {
      const [kind = '', ...words] = part.split(' ');
      if (kind !== 'max' && kind !== 'default') return [];
      return words.flatMap((word, i) => (i % 2 === 0 ? [[`${kind} ${word}`, words[i + 1] ?? ''] as const] : []));
    }),
  );
}

/** Days as `YYYY-MM-DD`. */
function compare(a: string, b: string): number {
  return a === b ? 0 : a > b ? 1 : -1;
}
