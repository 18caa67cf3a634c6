import { entries, field } from '../../../config/reading/cursor.ts';
import { atKey, didYouMean } from '../../../source/diagnostic.ts';
import { servedResources } from '../../../kubernetes/resources.ts';
import { isQuotaKey } from '../../../kubernetes/resource-quota.ts';
import type { FileRule, Finding } from '../../rule.ts';
import { writtenQuotas } from '../../written.ts';

export const quotaCountsNothing: FileRule = {
  level: 'file',
  code: 'TEN414',
  name: 'quota-counts-nothing',
  severity: 'warning',
  summary: 'Every key under `hard` counts something that there is (S47).',
  why: 'Kubernetes takes `count/deployments` and `limits.nvidia.com/gpu`, and counts nothing by them: objects are counted by their resource and API group, `count/deployments.apps`, and devices by `requests.nvidia.com/gpu` alone. A limit of `0` on one of the others lets everything through.',
  *check({ file }) {
    for (const quota of writtenQuotas(file)) {
      for (const [key, { origin }] of entries(field(quota, 'hard'))) {
        const advice = isQuotaKey(key) ? adviceFor(key) : undefined;
        if (advice) yield { message: `\`${key}\` counts nothing`, at: atKey(origin), ...advice };
      }
    }
  },
};

/** What to write instead: in words, and as the key where that is all. */
type Advice = Pick<Finding, 'help' | 'mend'>;

/** See https://kubernetes.io/docs/concepts/policy/resource-quotas/. */
function adviceFor(key: string): Advice | undefined {
  if (key.startsWith('count/')) return adviceForCount(key.slice('count/'.length));
  const [, prefix = '', device] = /^(requests\.|limits\.)?([^/]+\/[^/]+)$/.exec(key) ?? [];
  // By class of storage or of priority, Kubernetes has keys of its own.
  if (device === undefined || prefix === 'requests.' || /(?:^|\.)(?:kubernetes|k8s)\.io\//.test(key)) return undefined;
  const mend = `requests.${device}`;
  return { help: `write \`${mend}\`: of devices only requests are counted`, mend };
}

function adviceForCount(written: string): Advice | undefined {
  const dot = written.indexOf('.');
  const [name, group] = dot === -1 ? [written, ''] : [written.slice(0, dot), written.slice(dot + 1)];
  const there = servedResources.filter((served) => served.name === name);
  if (there.some((served) => served.group === group)) return undefined;
  const [known] = there;
  const inGroup = servedResources.filter((served) => served.group === group);
  // What an add-on brings is counted by its group.
  if (inGroup.length === 0) return undefined;
  const full = (resource: { readonly name: string; readonly group: string }): string =>
    `count/${resource.name}${resource.group === '' ? '' : `.${resource.group}`}`;
  if (known) return { help: `write \`${full(known)}\``, mend: full(known) };
  const short = servedResources.find(({ otherNames }) => otherNames.includes(name.toLowerCase()));
  const meant =
    short?.name ??
    didYouMean(
      name,
      servedResources.map((served) => served.name),
    );
  const served = servedResources.find((one) => one.name === meant);
  return served
    ? { help: `did you mean \`${full(served)}\`?`, mend: full(served) }
    : { help: 'write `count/<resource>.<group>`, with the resource in the plural' };
}
