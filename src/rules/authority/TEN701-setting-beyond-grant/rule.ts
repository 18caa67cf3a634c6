import { ceilingsOf } from '../../../config/model/ceilings.ts';
import type { Namespace } from '../../../config/model/desired-state.ts';
import { grants } from '../../../settings/grants.ts';
import { keysOf } from '../../../settings/setting.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { groupedBy } from '../../../values/order.ts';
import type { Finding, TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { stayWithinOr } from '../grant.ts';
import type { BeyondGrant, HeldKey } from '../held.ts';
import { heldKeys } from '../held.ts';

export const settingBeyondGrant: TenantRule = {
  level: 'tenant',
  code: 'TEN701',
  name: 'setting-beyond-grant',
  severity: 'error',
  summary:
    'What keeps tenants apart is no looser than what the admins granted: pod security, network, registries, classes, node selectors, limits of containers (S1, S69).',
  why: "A tenant's file is its owners': what they write there, they approve. A limit that stood in the same file would hold nobody. So how far they may go stands in `organization.yaml`, under `limits` for all and under `grants` by tenant.",
  limit: ['limits'],
  *check({ tenant, platform }) {
    const { organization } = platform;
    // In an organization that was read in part, more may be granted.
    if (!organization.complete || !tenant.complete) return;
    const ceilings = ceilingsOf(organization, tenant.name);
    const beyond = grants.deletion.beyond(ceilings.deletion?.value, tenant.deletion.value);
    if (beyond) {
      yield {
        message: `\`deletion\` of tenant \`${tenant.name}\` ${beyond.what}`,
        at: at(tenant.deletion.byDefault ? tenant.origin : tenant.deletion.origin),
        ...stayWithinOr('write `deletion: Never`', tenant.name, { deletion: beyond.grant }),
      };
    }
    for (const key of keysOf(heldKeys)) {
      const others = tenant.namespaces.flatMap((namespace): Beyond[] => {
        const found = heldKeys[key](ceilings, namespace);
        // What the organization says for all is the admins' own.
        if (!found || found.said?.origin.file === organization.origin.file) return [];
        return [{ ...found, namespace, place: found.said?.origin ?? namespace.nameOrigin }];
      });
      // Said once for the line that says it; what nobody says, once for the tenant.
      for (const same of groupedBy(others, ({ said, place }) => said && place).values()) {
        yield* finding(tenant.name, key, same);
      }
    }
  },
};

interface Beyond extends BeyondGrant {
  readonly namespace: Namespace;
  readonly place: Origin;
}

function* finding(tenant: string, key: HeldKey, [first, ...others]: readonly Beyond[]): Iterable<Finding> {
  if (!first) return;
  const names = [first, ...others].map(({ namespace }) => namespace.name);
  yield {
    message: `\`${key}\` of ${listed(names)} ${first.what}`,
    at: at(first.place),
    ...stayWithinOr('stay within', tenant, first.grant),
  };
}
