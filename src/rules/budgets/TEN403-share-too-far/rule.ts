import { describeSubject } from '../../../config/model/desired-state.ts';
import { addDays, daysBetween, isDay } from '../../../values/day.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { Finding, Platform, TenantRule } from '../../rule.ts';
import { counted } from '../../../source/text.ts';
import type { EndingShare } from '../shares.ts';
import { endingForeignShares, endingShares } from '../shares.ts';

export const shareTooFar: TenantRule = {
  level: 'tenant',
  code: 'TEN403',
  name: 'share-too-far',
  severity: 'error',
  summary: 'A share that ends does so within `limits.shareDays` days from today, where the organization sets that.',
  why: 'An access for some time that ends in ten years is one for ever that looks like something else. A share without `until` is for ever in plain sight, so the limit is not about it.',
  waivable: true,
  limit: ['limits', 'shareDays'],
  checkPlatform(platform) {
    return tooFar(endingForeignShares(platform.clusters), platform);
  },
  check({ tenant, platform }) {
    return tooFar(endingShares(tenant), platform);
  },
};

function* tooFar(shares: Iterable<EndingShare>, { organization, asOf }: Platform): Generator<Finding, void> {
  const shareDays = organization.limits.shareDays?.value;
  if (shareDays === undefined) return;
  for (const { share, until, on, target } of shares) {
    if (!isDay(until)) continue;
    const days = daysBetween(asOf, until);
    if (days <= shareDays) continue;
    yield {
      message: `the share with ${describeSubject(share.subject)} on ${on} ends in ${counted(days, 'day')}, ${shareDays} are allowed`,
      at: at(originAt(share.origin, 'until')),
      help: `write \`until: ${addDays(asOf, shareDays)}\` or earlier, or except \`${target}\` under \`exceptions\` in organization.yaml`,
      target,
    };
  }
}
