import type { ContainerLimits } from '../../../settings/schema.ts';
import { field } from '../../../config/reading/cursor.ts';
import type { Cursor } from '../../../config/reading/cursor.ts';
import { compareQuantities, parseQuantity } from '../../../kubernetes/quantity.ts';
import { at } from '../../../source/diagnostic.ts';
import type { FileRule, Finding } from '../../rule.ts';
import { writtenContainerLimits } from '../../written.ts';

export const containerLimitsContradict: FileRule = {
  level: 'file',
  code: 'TEN411',
  name: 'container-limits-contradict',
  severity: 'error',
  summary: 'Of `containerLimits`, `defaultRequest` is at most `default`, and both are at most `max` (S47).',
  why: 'Kubernetes refuses a LimitRange whose parts contradict each other, and then the namespace has none: with a quota, no pod that asks for nothing can start.',
  *check({ file }) {
    for (const limits of writtenContainerLimits(file)) {
      for (const resource of ['cpu', 'memory'] as const) yield* contradictions(limits, resource);
    }
  },
};

const keys = ['defaultRequest', 'default', 'max'] as const;

/** See https://kubernetes.io/docs/concepts/policy/limit-range/. */
function* contradictions(limits: Cursor<ContainerLimits>, resource: 'cpu' | 'memory'): Iterable<Finding> {
  const amounts = keys.flatMap((key) => {
    const part = field(limits, key);
    const written = part && field(part, resource);
    const amount = written && parseQuantity(written.value);
    return written && amount !== undefined ? [{ key, text: written.value, origin: written.origin, amount }] : [];
  });
  for (const [i, small] of amounts.entries()) {
    const large = amounts.slice(i + 1).find(({ amount }) => compareQuantities(small.amount, amount) > 0);
    if (!large) continue;
    yield {
      message: `\`${small.key}\` is ${small.text} of ${resource}, more than \`${large.key}\`, which is ${large.text}`,
      at: at(small.origin),
      related: [{ location: at(large.origin), message: `\`${large.key}\`` }],
      help: `write at most ${large.text}, or raise \`${large.key}\``,
      mend: large.text,
    };
  }
}
