import type { Exception } from '../config/model/desired-state.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import type { SharedWith } from '../values/shared.ts';
import type { ChangeContext, Finding, RenderedObject, Rule, RuleContext } from './rule.ts';
import type { Walk } from './walk.ts';
import { findingsOn, isConfigRule, walkBeside, walkOf } from './walk.ts';

/** Runs all rules about the config, and then those about the exceptions to them. */
export function checkConfig(rules: readonly Rule[], context: RuleContext): Diagnostic[] {
  const { diagnostics, needed } = found(rules, walkOf(context));
  for (const rule of rules) {
    if (rule.level !== 'exceptions') continue;
    for (const finding of rule.check({ ...context, needed, rules })) diagnostics.push(diagnostic(rule, finding));
  }
  return diagnostics;
}

/**
 * How many errors the rules about the config find. In `clean` they find none: what is shared with it need not be looked at
 * again. The rules about exceptions give no errors.
 */
export function countErrors(rules: readonly Rule[], context: RuleContext, clean?: SharedWith<RuleContext>): number {
  const errors = rules.filter(({ severity }) => severity === 'error');
  return found(errors, clean ? walkBeside(clean, context) : walkOf(context)).diagnostics.length;
}

/** What the rules about the config say on a walk, and the exceptions that are needed so that they say no more. */
function found(
  rules: readonly Rule[],
  walk: Walk,
): { readonly diagnostics: Diagnostic[]; readonly needed: ReadonlySet<Exception> } {
  const needed = new Set<Exception>();
  const diagnostics: Diagnostic[] = [];
  for (const rule of rules.filter(isConfigRule)) {
    for (const finding of findingsOn(walk, rule)) {
      const exception = rule.waivable && exceptionFor(rule, finding, walk.whole);
      if (exception) needed.add(exception);
      else diagnostics.push(diagnostic(rule, finding));
    }
  }
  return { diagnostics, needed };
}

/** Runs the rules about the rendered tree. */
export function checkRendered(rules: readonly Rule[], objects: readonly RenderedObject[]): Diagnostic[] {
  return rules.flatMap((rule) =>
    rule.level === 'rendered' ? Array.from(rule.check(objects), (finding) => diagnostic(rule, finding)) : [],
  );
}

/** What a rule says about a change, and what lets it pass all the same. */
export interface ChangeVerdict {
  readonly diagnostic: Diagnostic;
  /** The items of the plan that it is about, by their ids. */
  readonly items: readonly string[];
  /** What waives it: an exception of the base, or the code that was allowed from outside. */
  readonly waivedBy?: Exception | 'allowed';
}

/**
 * Runs the rules about a change. Waived findings stay, as notes that say what was waived: a limit that was passed over
 * must be seen. `allowed` holds codes that were allowed for this change from outside, by a label that CI hands over.
 */
export function checkChange(
  rules: readonly Rule[],
  context: ChangeContext,
  allowed: ReadonlySet<string>,
): ChangeVerdict[] {
  return rules.flatMap((rule) => {
    if (rule.level !== 'change') return [];
    return Array.from(rule.check(context), (finding): ChangeVerdict => {
      const found = diagnostic(rule, finding);
      const items = finding.items ?? [];
      // Only what was merged before counts: an exception of the change itself would waive what it comes with.
      const exception = rule.waivable && exceptionFor(rule, finding, context.before);
      const waivedBy = exception ?? (rule.waivable && allowed.has(rule.code) ? ('allowed' as const) : undefined);
      if (!waivedBy) return { diagnostic: found, items };
      return { diagnostic: { ...found, severity: 'note' }, items, waivedBy };
    });
  });
}

function exceptionFor(rule: Rule, finding: Finding, { desired, asOf }: RuleContext): Exception | undefined {
  return desired.organization.exceptions.find(
    ({ code, target, until }) => code === rule.code && target === finding.target && asOf <= until,
  );
}

function diagnostic(rule: Rule, { message, at, label, related = [], help, mend }: Finding): Diagnostic {
  return {
    code: rule.code,
    rule: rule.name,
    severity: rule.severity,
    message,
    primary: { location: at, ...(label !== undefined && { message: label }) },
    related,
    ...(help !== undefined && { help }),
    ...(mend !== undefined && { mend }),
  };
}
