import type { Organization } from '../config/landscape.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { formatPath } from '../diagnostic.ts';
import type { State } from '../plan/facts.ts';
import { planOf } from '../plan/plan.ts';
import type { BindingChange, ChangeContext, Rule, RuleContext } from './rule.ts';
import { checkConfig } from './run.ts';

/** One side of a change, with what its config means. */
export type Side = RuleContext & State;

/** All that the rules about a change look at. `bindings` are those of `dist/` that both sides have. */
export function changeContext(
  rules: readonly Rule[],
  before: Side,
  after: Side,
  bindings: readonly BindingChange[],
): ChangeContext {
  const base = before.landscape.organization;
  const under = (settings: Partial<Organization>): Diagnostic[] => {
    const head = after.landscape.organization;
    const organization = { ...head, ...settings };
    if (base.name === '' || JSON.stringify(organization) === JSON.stringify(head)) return [];
    const known = new Set(checkConfig(rules, after).map(identity));
    const found = checkConfig(rules, { ...after, landscape: { ...after.landscape, organization } });
    // What they say of exceptions is about those that are there, not about those of the base.
    return found.filter((d) => d.severity === 'error' && !known.has(identity(d)));
  };
  return {
    before,
    after,
    plan: planOf(before, after),
    underBase: {
      limits: under({
        naming: base.naming,
        limits: base.limits,
        protectedNamespaces: base.protectedNamespaces,
      }),
      exceptions: under({ exceptions: base.exceptions }),
    },
    bindings,
  };
}

function identity({ code, message, primary: { location } }: Diagnostic): string {
  const place =
    'origin' in location
      ? `${location.origin.file} ${formatPath(location.origin)}`
      : `${location.file} ${location.span.start.offset}`;
  return [code, place, message].join('\n');
}
