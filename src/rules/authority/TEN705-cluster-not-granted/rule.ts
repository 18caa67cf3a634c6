import { ceilingsOf } from '../../../config/model/ceilings.ts';
import { at } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import type { TenantRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { stayWithinOr } from '../grant.ts';

export const clusterNotGranted: TenantRule = {
  level: 'tenant',
  code: 'TEN705',
  name: 'cluster-not-granted',
  severity: 'error',
  summary: 'Where the admins say which clusters a tenant may use, its namespaces are on those alone.',
  why: 'A namespace on a cluster is room on it, and its people are on it. Who may have that is for those to say who run the cluster.',
  limit: ['limits'],
  *check({ tenant, platform: { organization } }) {
    if (!organization.complete || !tenant.complete) return;
    const granted = ceilingsOf(organization, tenant.name).clusters?.value;
    if (!granted) return;
    const beyond = tenant.namespaces.flatMap(({ name, clusters }) =>
      clusters.filter(({ value }) => !granted.includes(value)).map((cluster) => ({ name, ...cluster })),
    );
    for (const same of groupedBy(beyond, ({ origin }) => origin).values()) {
      const [first] = same;
      if (!first) continue;
      yield {
        message: `${listed(same.map(({ name }) => name))} would be on cluster \`${first.value}\`, which is not granted to tenant \`${tenant.name}\``,
        at: at(first.origin),
        ...stayWithinOr(granted.length === 0 ? 'leave it out' : `use ${listed(granted)}`, tenant.name, {
          clusters: [...granted, first.value],
        }),
      };
    }
  },
};
