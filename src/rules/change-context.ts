import type { Organization } from '../config/model/desired-state.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import { formatPath } from '../source/diagnostic.ts';
import { once } from '../values/once.ts';
import { groupedBy } from '../values/order.ts';
import type { Meaning } from '../access/graph.ts';
import { planOf } from '../plan/plan.ts';
import type { BindingChange, ChangeContext, Rule, RuleContext } from './rule.ts';
import { checkConfig } from './run.ts';

/** One side of a change, with what its config means. */
export type Side = RuleContext & Meaning;

/** All that the rules about a change look at. `bindings` are those of `dist/` that both sides have. */
export function changeContext(
  rules: readonly Rule[],
  before: Side,
  after: Side,
  bindings: readonly BindingChange[],
): ChangeContext {
  const base = before.desired.organization;
  const head = after.desired.organization;
  const ofHead = once(() => new Set(checkConfig(rules, after).map(identity)));
  const ofBase = once(() => {
    // Of a base that could not be fully read too, to judge it by the same rules as the head: what nobody could read there
    // has the value in both that holds unless another is given.
    const organization = { ...base, complete: true };
    return checkConfig(rules, { ...before, asOf: after.asOf, desired: { ...before.desired, organization } });
  });
  const under = (settingsOf: (of: Organization) => Partial<Organization>): Diagnostic[] => {
    const settings = settingsOf(base);
    if (base.name === '' || JSON.stringify(settings) === JSON.stringify(settingsOf(head))) return [];
    const organization = { ...head, ...settings };
    const found = checkConfig(rules, { ...after, desired: { ...after.desired, organization } });
    // What they say of exceptions is about those that are there, not about those of the base.
    const errors = found.filter((d) => d.severity === 'error' && !ofHead().has(identity(d)));
    return errors.length === 0 ? [] : newIn(errors, ofBase());
  };
  return {
    before,
    after,
    plan: planOf(before, after),
    underBase: {
      limits: under(({ naming, limits, protectedNamespaces }) => ({ naming, limits, protectedNamespaces })).map(
        (found) => ({
          found,
          limit: rules.find(({ code }) => code === found.code)?.limit ?? [],
        }),
      ),
      exceptions: under(({ exceptions }) => ({ exceptions })),
    },
    bindings,
  };
}

/**
 * The errors that the base does not have itself, today. Who repairs what is broken there, by renewing an exception or by
 * raising a limit that has been passed already, breaks nothing.
 */
function newIn(errors: readonly Diagnostic[], base: readonly Diagnostic[]): Diagnostic[] {
  const known = groupedBy(base, fault);
  return Array.from(groupedBy(errors, fault)).flatMap(([key, same]) => {
    const old = known.get(key) ?? [];
    if (same.length <= old.length) return [];
    // One place more has the same fault: most likely it is the one where there was none.
    const places = new Set(old.map(identity));
    const added = same.filter((d) => !places.has(identity(d)));
    return added.length > 0 ? added : same.slice(old.length);
  });
}

/** What is wrong in which file, wherever in it. */
function fault({ code, message, primary: { location } }: Diagnostic): string {
  return [code, 'origin' in location ? location.origin.file : location.file, message].join('\n');
}

function identity({ code, message, primary: { location } }: Diagnostic): string {
  const place =
    'origin' in location
      ? `${location.origin.file} ${formatPath(location.origin)}`
      : `${location.file} ${location.span.start.offset}`;
  return [code, place, message].join('\n');
}
