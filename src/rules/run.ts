import type { Exception } from '../config/landscape.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Finding, RenderedObject, Rule, RuleContext } from './rule.ts';

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

/** Runs the rules about the rendered tree. */
export function checkRendered(rules: readonly Rule[], objects: readonly RenderedObject[]): Diagnostic[] {
  return rules.flatMap((rule) =>
    rule.about === 'rendered' ? Array.from(rule.check(objects), (finding) => diagnostic(rule, finding)) : [],
  );
}

function exceptionFor(rule: Rule, finding: Finding, { landscape, asOf }: RuleContext): Exception | undefined {
  return landscape.organization.exceptions.find(
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
