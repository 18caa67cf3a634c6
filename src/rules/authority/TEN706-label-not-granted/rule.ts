import { ceilingsOf } from '../../../config/model/ceilings.ts';
import { isGrantedKey } from '../../../settings/grants.ts';
import { atKey } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import type { TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { stayWithinOr } from '../grant.ts';

export const labelNotGranted: TenantRule = {
  level: 'tenant',
  code: 'TEN706',
  name: 'label-not-granted',
  severity: 'error',
  summary: 'Tenants label their namespaces with the keys that the admins granted.',
  why: 'Labels of a Namespace are believed: network policies, admission webhooks, secret stores and gateways choose namespaces by them, and `openshift.io/run-level` or `admission.gatekeeper.sh/ignore` switch protection off. Nobody can list all that do, so it is listed which are harmless.',
  limit: ['limits'],
  *check({ tenant, platform: { organization } }) {
    if (!organization.complete || !tenant.complete) return;
    const granted = ceilingsOf(organization, tenant.name).labelKeys?.value ?? [];
    const seen = new Set<Origin>();
    for (const { labels } of tenant.namespaces) {
      for (const [key, { origin }] of labels) {
        if (isGrantedKey(key, granted) || seen.has(origin)) continue;
        seen.add(origin);
        yield {
          message: `label \`${key}\` is not among those that tenant \`${tenant.name}\` may set: ${granted.length === 0 ? 'none is granted' : listed(granted)}`,
          at: atKey(origin),
          ...stayWithinOr('remove it', tenant.name, { labelKeys: [...granted, key] }),
        };
      }
    }
  },
};
