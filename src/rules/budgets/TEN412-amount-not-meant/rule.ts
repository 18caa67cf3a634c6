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
    for (const { kind, value, origin } of amountsIn(file)) {
      const amount = parseQuantity(value);
      if (amount === undefined) continue;
      const { least, most, such } = bounds[kind];
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
  readonly kind: Kind;
}

function* amountsIn(file: ConfigFile): Iterable<WrittenAmount> {
  for (const quota of writtenQuotas(file)) {
    for (const { name, kind } of amountKeys) {
      const written = field(quota, name);
      if (written) yield { kind, value: String(written.value), origin: written.origin };
    }
    for (const [resource, { value, origin }] of entries(field(quota, 'hard'))) {
      const kind = kindOf(resource);
      if (kind) yield { kind, value, origin };
    }
  }
  for (const limits of writtenContainerLimits(file)) {
    for (const key of ['defaultRequest', 'default', 'max'] as const) {
      const part = field(limits, key);
      for (const resource of ['cpu', 'memory'] as const) {
        const written = part && field(part, resource);
        const kind = written && kindOf(resource);
        if (kind) yield { kind, value: written.value, origin: written.origin };
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

/** The named keys of a quota that are amounts; the others are counts. */
const amountKeys = quotaKeys.flatMap(([name, resource]) => {
  const kind = kindOf(resource);
  return kind ? [{ name, kind }] : [];
});

const amount = (text: string): bigint => parseQuantity(text) ?? 0n;

/** The least and the most that somebody can mean, and how it is written. */
const bounds: Readonly<Record<Kind, { readonly least: bigint; readonly most: bigint; readonly such: string }>> = {
  CPU: { least: amount('1m'), most: amount('1M'), such: '`20` or `500m`' },
  memory: { least: amount('1M'), most: amount('1Pi'), such: '`512Mi` or `64Gi`' },
  storage: { least: amount('1M'), most: amount('1Ei'), such: '`50Gi` or `1Ti`' },
};
