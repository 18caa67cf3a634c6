import { at } from '../../../source/diagnostic.ts';
import { cluster } from '../../../settings/cluster.ts';
import { groupedBy } from '../../../values/order.ts';
import type { ChangeRule } from '../../rule.ts';
import { listed, listedClusters, mostRelated } from '../../wording.ts';
import { changedSettings } from '../settings.ts';

export const clusterShared: ChangeRule = {
  level: 'change',
  code: 'TEN533',
  name: 'cluster-shared',
  severity: 'note',
  summary: 'A production cluster is shared with no further group.',
  why: 'Who is in a group that a cluster is shared with gets tokens for it: the API server lets them in, and every share with them can take effect. Nobody has anything in a namespace by that, so no access in the plan shows it.',
  *check({ plan }) {
    const shared = changedSettings(plan).filter(
      ({ item: { entity, production }, setting: { setting, before, after } }) =>
        entity.kind === 'cluster' && production && setting === cluster.sharedWith && !before && after,
    );
    const byCluster = groupedBy(shared, ({ item }) => item.id);
    const groupsOf = (ones: typeof shared): string[] =>
      ones.flatMap(({ setting }) => (setting.item === undefined ? [] : [setting.item]));
    for (const all of groupedBy(byCluster.values(), (ones) => groupsOf(ones).join('\n')).values()) {
      const [first = []] = all;
      const groups = groupsOf(first);
      const [line, ...others] = all.flat().flatMap(({ setting: { after } }) => (after ? [after.origin] : []));
      if (!line) continue;
      const clusters = all.flatMap((ones) => ones.slice(0, 1).map(({ item }) => item.entity.name));
      yield {
        message: `members of ${groups.length === 1 ? 'group' : 'groups'} ${listed(groups)} get tokens for production ${listedClusters(clusters)}, and have \`cluster-scope\` there`,
        at: at(line),
        related: others.map((origin) => ({ location: at(origin), message: 'and here' })).slice(0, mostRelated),
        items: clusters.map((name) => `cluster/${name}`),
      };
    }
  },
};
