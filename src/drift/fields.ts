import { parseQuantity } from '../kubernetes/quantity.ts';
import { at } from '../values/json.ts';
import { compareCodeUnits } from '../values/order.ts';
import type { FieldDifference } from './finding.ts';

/** The fields in which a live value is not the desired one, as the server stores it. */
export function specDifferences(kind: string, git: unknown, live: unknown): FieldDifference[] {
  const stored = kind === 'LimitRange' ? withLimitDefaults : (value: unknown): unknown => value;
  const same = kind === 'ResourceQuota' || kind === 'LimitRange' ? sameQuantity : sameScalar;
  return Array.from(differences('spec', stored(git), stored(live), same));
}

type Same = (a: unknown, b: unknown) => boolean;

const sameScalar: Same = (a, b) => a === b;

/** By value: `1000m` is `1`. */
const sameQuantity: Same = (a, b) => {
  if (a === b) return true;
  const [left, right] = [a, b].map((value) => (isScalar(value) ? parseQuantity(String(value)) : undefined));
  return left !== undefined && left === right;
};

/** What the server fills in where a manifest says nothing: of policies and their bindings. */
const defaults: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['failurePolicy', 'Fail'],
  ['matchPolicy', 'Equivalent'],
  ['namespaceSelector', {}],
  ['objectSelector', {}],
  ['scope', '*'],
]);

function* differences(path: string, git: unknown, live: unknown, same: Same): Iterable<FieldDifference> {
  if (isList(git) && isList(live) && git.length === live.length) {
    for (const [i, item] of git.entries()) yield* differences(`${path}[${i}]`, item, live[i], same);
    return;
  }
  if (isMap(git) && isMap(live)) {
    const fields = [...new Set([...Object.keys(git), ...Object.keys(live)])].sort(compareCodeUnits);
    for (const field of fields) {
      const wanted = present(at(git, field)) ?? defaults.get(field);
      yield* differences(`${path}.${field}`, wanted, present(at(live, field)) ?? defaults.get(field), same);
    }
    return;
  }
  if (!same(git, live)) yield difference(path, textOf(git), textOf(live));
}

/** No list, an empty one and null are the same to the server. */
function present(value: unknown): unknown {
  return value === null || (isList(value) && value.length === 0) ? undefined : value;
}

/** A difference without the sides that are not there. */
export function difference(path: string, git: string | undefined, live: string | undefined): FieldDifference {
  return { path, ...(git !== undefined && { git }), ...(live !== undefined && { live }) };
}

function textOf(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

/** See https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/core/v1/defaults.go, `SetDefaults_LimitRangeItem`. */
function withLimitDefaults(spec: unknown): unknown {
  const limits = at(spec, 'limits');
  if (!isMap(spec) || !isList(limits)) return spec;
  return { ...spec, limits: limits.map(withItemDefaults) };
}

function withItemDefaults(item: unknown): unknown {
  if (!isMap(item) || at(item, 'type') !== 'Container') return item;
  const limit = { ...mapAt(item, 'max'), ...mapAt(item, 'default') };
  const request = { ...mapAt(item, 'min'), ...limit, ...mapAt(item, 'defaultRequest') };
  return { ...item, default: limit, defaultRequest: request };
}

function mapAt(value: unknown, key: string): object {
  const map = at(value, key);
  return isMap(map) ? map : {};
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
