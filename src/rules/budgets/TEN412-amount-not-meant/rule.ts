import { entries, field } from '../../../config/reading/cursor.ts';
import type { ConfigFile } from '../../../config/reading/files.ts';
import type { Located } from '../../../config/model/desired-state.ts';
import { compareQuantities, parseQuantity } from '../../../kubernetes/quantity.ts';
import { at } from '../../../source/diagnostic.ts';
import { quotaKeys } from '../../../settings/quota.ts';
import type { FileRule } from '../../rule.ts';
import { writtenContainerLimits, writtenQuotas } from '../../written.ts';

export const amountNotMeant: FileRule = {
  level: 'file',
  code: 'TEN412',
  name: 'amount-not-meant',
  severity: 'error',
  summary:
    'An amount of memory or storage is at least `1M`, and none is more than any cluster has; `0` is nothing (S47).',
  why: 'Kubernetes takes `memory: 500m` for half a byte, `memory: 64` for 64 bytes and `cpu: 4Gi` for four thousand million CPUs, without a word. No pod fits into the first two, and the third limits nothing.',
  *check({ file }) {
    for (const { resource, value, origin } of amountsIn(file)) {
      const kind = kindOf(resource);
      const amount = kind && parseQuantity(value);
      if (kind === undefined || amount === undefined) continue;
      const [least, most, such] = bounds[kind];
      const isSmall = amount > 0n && compareQuantities(amount, least) < 0;
      if (!isSmall && compareQuantities(amount, most) <= 0) continue;
      yield {
        message: `\`${value}\` of ${kind} is ${isSmall ? 'less than anything that runs needs' : 'more than any cluster has'}`,
        at: at(origin),
        help: `write it with its unit, such as ${such}${value.endsWith('m') && isSmall ? ': `m` is a thousandth' : ''}`,
      };
    }
  },
};

interface WrittenAmount extends Located<string> {
  /** As a ResourceQuota has it. */
  readonly resource: string;
}

function* amountsIn(file: ConfigFile): Iterable<WrittenAmount> {
  for (const quota of writtenQuotas(file)) {
    for (const [name, resource] of quotaKeys) {
      const written = field(quota, name);
      if (written) yield { resource, value: String(written.value), origin: written.origin };
    }
    for (const [resource, { value, origin }] of entries(field(quota, 'hard'))) yield { resource, value, origin };
  }
  for (const limits of writtenContainerLimits(file)) {
    for (const key of ['defaultRequest', 'default', 'max'] as const) {
      const part = field(limits, key);
      for (const resource of ['cpu', 'memory'] as const) {
        const written = part && field(part, resource);
        if (written) yield { resource, value: written.value, origin: written.origin };
      }
    }
  }
}

type Kind = 'CPU' | 'memory' | 'storage';

function kindOf(resource: string): Kind | undefined {
  const [, name = ''] = /^(?:.*\/)?(?:requests\.|limits\.)?([^/]*)$/.exec(resource) ?? [];
  if (resource.includes('/') && !resource.endsWith('/requests.storage')) return undefined;
  if (name === 'cpu') return 'CPU';
  if (name === 'memory' || name.startsWith('hugepages-')) return 'memory';
  return name === 'storage' || name === 'ephemeral-storage' ? 'storage' : undefined;
}

const amount = (text: string): bigint => parseQuantity(text) ?? 0n;

/** The least and the most that somebody can mean, and how it is written. */
const bounds: Readonly<Record<Kind, readonly [least: bigint, most: bigint, such: string]>> = {
  CPU: [amount('1m'), amount('1M'), '`20` or `500m`'],
  memory: [amount('1M'), amount('1Pi'), '`512Mi` or `64Gi`'],
  storage: [amount('1M'), amount('1Ei'), '`50Gi` or `1Ti`'],
};
