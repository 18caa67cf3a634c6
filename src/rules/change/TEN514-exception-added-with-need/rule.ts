import type { Exception } from '../../../config/model/desired-state.ts';
import type { Diagnostic } from '../../../source/diagnostic.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { ChangeContext, ChangeRule } from '../../rule.ts';
import { hasBase, itemsIn } from '../sides.ts';

export const exceptionAddedWithNeed: ChangeRule = {
  level: 'change',
  code: 'TEN514',
  name: 'exception-added-with-need',
  severity: 'error',
  summary: 'A change keeps to the exceptions of its base: an exception is made in a change of its own.',
  why: 'An exception is a decision of those who own `organization.yaml`, with a reason and an end. Made in the middle of the change that needs it, it is no decision but a formality.',
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    const added = newExceptions(context);
    for (const found of context.underBase.exceptions) {
      const exception = added.find((entry) => isAbout(entry, found));
      const { origin } = context.after.desired.organization;
      yield {
        message: `this change needs an exception that it makes itself: without it, ${found.message} (${found.code})`,
        at: exception ? at(originAt(exception.origin, 'code')) : atKey(originAt(origin, 'spec', 'exceptions')),
        related: [{ ...found.primary, message: found.primary.message ?? 'needs it' }],
        help: 'make the exception first, in a change of its own, which those who own organization.yaml review',
        items: known('organization/'),
      };
    }
  },
};

/** The exceptions that the base does not have, or that last longer than there. */
function newExceptions({ before, after }: ChangeContext): Exception[] {
  const old = before.desired.organization.exceptions;
  return after.desired.organization.exceptions.filter(
    ({ code, target, until }) => !old.some((e) => e.code === code && e.target === target && e.until >= until),
  );
}

/** The target is a name that the message gives in backquotes. */
function isAbout({ code, target }: Exception, { code: found, message }: Diagnostic): boolean {
  return code === found && message.includes(`\`${target}\``);
}
