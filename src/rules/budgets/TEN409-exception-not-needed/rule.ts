import type { Exception, DesiredState } from '../../../config/model/desired-state.ts';
import { isDay } from '../../../values/day.ts';
import { at, didYouMean } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { ExceptionRule, Finding } from '../../rule.ts';

export const exceptionNotNeeded: ExceptionRule = {
  level: 'exceptions',
  code: 'TEN409',
  name: 'exception-not-needed',
  severity: 'warning',
  summary: 'Every exception is in force and waives something.',
  why: 'An exception that waives nothing is a door left open: it lets the next mistake of its kind pass that nobody has looked at.',
  *check({ desired, asOf, needed, rules }) {
    const waivable = new Map<string, boolean>(rules.map((rule) => [rule.code, rule.waivable === true]));
    const aboutChanges = new Set<string>(rules.flatMap((rule) => (rule.level === 'change' ? [rule.code] : [])));
    const allRead = isComplete(desired);
    // What could not be read may be what it is for; and what it waives in a change is in the change's base.
    const mayBeNeeded = (code: string): boolean => !allRead || aboutChanges.has(code);
    for (const exception of desired.organization.exceptions) {
      if (needed.has(exception)) continue;
      const finding = problem(exception, waivable, asOf, mayBeNeeded(exception.code));
      if (finding) yield finding;
    }
  },
};

/** Why an exception that waived nothing did not, or undefined when that cannot be known. */
function problem(
  { code, target, until, origin }: Exception,
  waivable: ReadonlyMap<string, boolean>,
  asOf: string,
  mayBeNeeded: boolean,
): Finding | undefined {
  const mayBeWaived = waivable.get(code);
  if (mayBeWaived === undefined) {
    const meant = didYouMean(code, waivable.keys());
    return {
      message: `the exception of \`${target}\` names \`${code}\`, which is no rule`,
      at: at(originAt(origin, 'code')),
      help: meant === undefined ? 'remove the exception' : `remove the exception, or did you mean \`${meant}\`?`,
    };
  }
  if (!mayBeWaived) {
    return {
      message: `the exception of \`${target}\` names \`${code}\`, which cannot be waived`,
      at: at(originAt(origin, 'code')),
      help: 'remove the exception: it waives nothing',
    };
  }
  // TEN401 reports what is no day; what the exception would waive on a real one cannot be known.
  if (!isDay(until)) return undefined;
  if (until < asOf) {
    return {
      message: `the exception of \`${target}\` from \`${code}\` ended on ${until}`,
      at: at(originAt(origin, 'until')),
      help: 'remove the exception or, if it is still needed, give it a later `until`',
    };
  }
  if (mayBeNeeded) return undefined;
  return {
    message: `the exception of \`${target}\` from \`${code}\` waives nothing`,
    at: at(originAt(origin, 'target')),
    help: 'remove the exception, or correct its target: the name that the diagnostic gives in backquotes',
  };
}

function isComplete({ organization, clusters, tenants, unreadable }: DesiredState): boolean {
  return (
    [organization, ...clusters, ...tenants].every(({ complete }) => complete) &&
    unreadable.clusters.size + unreadable.tenants.size === 0
  );
}
