import { at, atKey } from '../../../source/diagnostic.ts';
import { groupedBy } from '../../../values/order.ts';
import { originAt } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { listed, listedClusters } from '../../wording.ts';
import { homeOf } from '../settings.ts';
import { organization, clustersOf, clustersText, inBaseOf } from '../on-clusters.ts';

export const namespaceUnmanaged: ChangeRule = {
  level: 'change',
  code: 'TEN532',
  name: 'namespace-unmanaged',
  severity: 'note',
  summary: 'A retained namespace stays listed for as long as it is there.',
  why: 'Taking it from the list deletes nothing: the namespace stays on the cluster with its data, and no file says any more that it is there, or why.',
  *check({ plan }) {
    for (const { item, settings } of clustersOf(plan, 'retained', undefined)) {
      const [name = ''] = settings.map((setting) => setting.item);
      const home = homeOf(plan.after, { entity: { kind: 'cluster', name } });
      yield {
        message: `namespace \`${item.entity.name}\` is no longer listed for ${clustersText(settings)}: it stays there, and nothing says why`,
        at: atKey(originAt(home, 'spec', 'retainedNamespaces')),
        related: inBaseOf(settings, 'listed here'),
        items: [item.id],
        help: 'keep it in `retainedNamespaces` until it is deleted on the cluster',
      };
    }
    const withCluster = clustersOf(plan, 'retained', undefined, 'gone');
    for (const ones of groupedBy(withCluster, ({ settings }) => clustersText(settings)).values()) {
      const settings = ones.flatMap((one) => one.settings);
      const clusters = new Set(settings.flatMap((setting) => (setting.item === undefined ? [] : [setting.item])));
      const names = ones.map(({ item }) => item.entity.name);
      yield {
        message: `${names.length === 1 ? 'namespace' : 'namespaces'} ${listed(names)} ${names.length === 1 ? 'goes' : 'go'} out of sight with ${listedClusters([...clusters])}: retained for a reason, and no file says any more that ${names.length === 1 ? 'it is' : 'they are'} there`,
        at: at(homeOf(plan.after, organization)),
        related: inBaseOf(settings, 'listed here'),
        items: ones.map(({ item }) => item.id),
        help: `make sure that nobody needs what is left in ${names.length === 1 ? 'it' : 'them'}`,
      };
    }
  },
};
