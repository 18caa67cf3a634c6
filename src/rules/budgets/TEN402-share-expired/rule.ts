import { describeSubject } from '../../../config/model/desired-state.ts';
import { isDay } from '../../../values/day.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { Finding, Platform, TenantRule } from '../../rule.ts';
import type { EndingShare } from '../shares.ts';
import { endingForeignShares, endingShares } from '../shares.ts';

export const shareExpired: TenantRule = {
  level: 'tenant',
  code: 'TEN402',
  name: 'share-expired',
  severity: 'warning',
  summary: 'No share has ended.',
  why: 'A share gives nothing after the day of its `until`; whoever reads the file may believe otherwise. Only a warning, because a day that passes must not fail a change that has nothing to do with it.',
  checkPlatform(platform) {
    return ended(endingForeignShares(platform.clusters), platform);
  },
  check({ tenant, platform }) {
    return ended(endingShares(tenant), platform);
  },
};

function* ended(shares: Iterable<EndingShare>, { asOf }: Platform): Generator<Finding, void> {
  for (const { share, until, on } of shares) {
    if (until >= asOf || !isDay(until)) continue;
    yield {
      message: `the share with ${describeSubject(share.subject)} on ${on} ended on ${until} and gives no access any more`,
      at: at(originAt(share.origin, 'until')),
      help: 'remove the share or, if it is still needed, give it a later `until`',
    };
  }
}
