import type { Exception } from '../config/model/desired-state.ts';
import type { Diagnostic } from '../source/diagnostic.ts';
import type { ChangeContext, Finding, RenderedObject, Rule, RuleContext } from './rule.ts';

/** Runs all rules about the config, and then those about the exceptions to them. */
export function checkConfig(rules: readonly Rule[], context: RuleContext): Diagnostic[] {
  const needed = new Set<Exception>();
  const diagnostics: Diagnostic[] = [];
  for (const rule of rules) {
    if (rule.about !== 'config') continue;
    for (const finding of rule.check(context)) {
      const exception = rule.waivable && exceptionFor(rule, finding, context);
      if (exception) needed.add(exception);
      else diagnostics.push(diagnostic(rule, finding));
    }
  }
  for (const rule of rules) {
    if (rule.about !== 'exceptions') continue;
    for (const finding of rule.check({ ...context, needed })) diagnostics.push(diagnostic(rule, finding));
  }
  return diagnostics;
}

/**
 * How many errors the rules about the config find. In `clean` they find none: of what is the same value there, rules that
 * look at each tenant alone need not look again. The rules about exceptions give no errors.
 */
export function countErrors(rules: readonly Rule[], context: RuleContext, clean?: RuleContext): number {
  const errors = rules.filter(({ about, severity }) => about === 'config' && severity === 'error');
  const rest = clean && withoutTenantsOf(clean, context);
  if (!rest) return checkConfig(errors, context).length;
  const isPerTenant = (rule: Rule): boolean => rule.about === 'config' && rule.perTenant === true;
  const others = errors.filter((rule) => !isPerTenant(rule));
  return checkConfig(errors.filter(isPerTenant), rest).length + checkConfig(others, context).length;
}

/** The context without the tenants that are the same in another; undefined where more than tenants differs. */
function withoutTenantsOf(other: RuleContext, context: RuleContext): RuleContext | undefined {
  const { files, desired, asOf } = context;
  const isSame =
    asOf === other.asOf &&
    desired.organization === other.desired.organization &&
    areSame(desired.clusters, other.desired.clusters) &&
    areSame(files.clusters, other.files.clusters) &&
    areSame(Array.from(files.certificates).flat(), Array.from(other.files.certificates).flat()) &&
    areSame(describedStrays(context), describedStrays(other)) &&
    areSame(Array.from(desired.unreadable.clusters), Array.from(other.desired.unreadable.clusters));
  if (!isSame) return undefined;
  const known = new Set<unknown>([...other.files.tenants, ...other.desired.tenants]);
  return {
    ...context,
    files: { ...files, tenants: files.tenants.filter((file) => !known.has(file)) },
    desired: { ...desired, tenants: desired.tenants.filter((tenant) => !known.has(tenant)) },
  };
}

function describedStrays({ files }: RuleContext): string[] {
  return files.strays.map(({ path, entry }) => `${entry} ${path}`);
}

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((item, i) => item === others[i]);
}

/** Runs the rules about the rendered tree. */
export function checkRendered(rules: readonly Rule[], objects: readonly RenderedObject[]): Diagnostic[] {
  return rules.flatMap((rule) =>
    rule.about === 'rendered' ? Array.from(rule.check(objects), (finding) => diagnostic(rule, finding)) : [],
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
    if (rule.about !== 'change') return [];
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

function diagnostic(rule: Rule, { message, at, label, related = [], help }: Finding): Diagnostic {
  return {
    code: rule.code,
    rule: rule.name,
    severity: rule.severity,
    message,
    primary: { location: at, ...(label !== undefined && { message: label }) },
    related,
    ...(help !== undefined && { help }),
  };
}
