import { at } from '../../../source/diagnostic.ts';
import type { TenantRule } from '../../rule.ts';
import { mostRelated } from '../../wording.ts';
import { circles } from '../inheritance.ts';

/** Names of a circle that are spelled out. */
const mostNames = 8;

export const inheritanceCycle: TenantRule = {
  level: 'tenant',
  code: 'TEN106',
  name: 'inheritance-cycle',
  severity: 'error',
  summary: 'No namespace inherits from itself, directly or through others (S48).',
  why: 'In a circle there is no first namespace that says what the others get, so nothing can be inherited.',
  *check({ tenant }) {
    for (const circle of circles(tenant)) {
      const [first, ...others] = circle;
      if (!first?.inherits) continue;
      const names = circle.map((n) => n.identifier);
      const shown = names.length > mostNames ? [...names.slice(0, mostNames - 1), '…'] : names;
      const path = [...shown, first.identifier].join(' → ');
      yield {
        message: `\`${first.identifier}\` inherits from itself${others.length > 0 ? `: ${path}` : ''}`,
        at: at(first.inherits.origin),
        related: others
          .slice(0, mostRelated)
          .flatMap(({ identifier, inherits }) =>
            inherits
              ? [{ location: at(inherits.origin), message: `\`${identifier}\` inherits from \`${inherits.value}\`` }]
              : [],
          ),
        help:
          others.length > 0 ? 'remove one `inherits` of the circle' : 'remove `inherits`, or name another namespace',
      };
    }
  },
};
