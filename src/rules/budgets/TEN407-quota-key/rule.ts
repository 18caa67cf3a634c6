import { entries, field } from '../../../config/reading/cursor.ts';
import { at, atKey, didYouMean } from '../../../source/diagnostic.ts';
import { isWhole, parseQuantity } from '../../../kubernetes/quantity.ts';
import { countsObjects, isQuotaKey, namedQuotaKeys } from '../../../kubernetes/resource-quota.ts';
import { isLabelKey } from '../../../kubernetes/names.ts';
import type { FileRule, Finding } from '../../rule.ts';
import { writtenQuotas } from '../../written.ts';
import { namedKeyOf } from '../quotas.ts';

export const quotaKey: FileRule = {
  level: 'file',
  code: 'TEN407',
  name: 'quota-key',
  severity: 'error',
  summary: 'Every key under `hard` is one that Kubernetes knows and that a quota has no key of its own for (S47).',
  why: 'Kubernetes refuses a ResourceQuota with an unknown key, and then the namespace has none at all. `requests.cpu` and `cpu` are the same limit: written in two places, one of them is not true.',
  *check({ file }) {
    for (const quota of writtenQuotas(file)) {
      for (const [key, { value, origin }] of entries(field(quota, 'hard'))) {
        const name = namedKeyOf.get(key);
        const named = name && field(quota, name);
        if (name !== undefined && named) {
          yield {
            message: `\`${key}\` is set twice${key === name ? '' : `: it is what \`${name}\` stands for`}`,
            at: atKey(origin),
            related: [{ location: atKey(named.origin), message: 'set here' }],
            help: `remove \`${key}\``,
          };
        } else if (name !== undefined) {
          yield {
            message: `\`${key}\` is written as \`${name}\``,
            at: atKey(origin),
            help: `write \`${name}\` in the quota itself, outside of \`hard\``,
          };
        } else if (!isQuotaKey(key)) yield unknownKey(key, atKey(origin));
        else if (countsObjects(key) && isFraction(value)) {
          yield {
            message: `\`${key}\` is ${value}, but counts whole things`,
            at: at(origin),
            help: 'write a whole number',
          };
        }
      }
    }
  },
};

function isFraction(text: string): boolean {
  const amount = parseQuantity(text);
  return amount !== undefined && !isWhole(amount);
}

function unknownKey(key: string, location: Finding['at']): Finding {
  const meant = didYouMean(key, namedQuotaKeys);
  const countable = isLabelKey(`count/${key}`) ? `; to count objects of any kind, write \`count/${key}.<group>\`` : '';
  return {
    message: `\`${key}\` is not a key that a ResourceQuota can have`,
    at: location,
    mend: meant !== undefined && namedKeyOf.get(meant) === undefined ? meant : undefined,
    help:
      meant === undefined
        ? `see https://kubernetes.io/docs/concepts/policy/resource-quotas/${countable}`
        : `did you mean \`${namedKeyOf.get(meant) ?? meant}\`?`,
  };
}
