import { compareQuantities, parseQuantity } from '../quantity.ts';
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

/** Days as `YYYY-MM-DD`: the end of an exception. */
function compare(a: string, b: string): number {
  return a === b ? 0 : a > b ? 1 : -1;
}
