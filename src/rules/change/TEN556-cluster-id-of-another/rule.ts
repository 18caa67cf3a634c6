import { at } from '../../../source/diagnostic.ts';
import { inBase } from '../../../source/source.ts';
import type { ChangeRule } from '../../rule.ts';
import { hasBase, itemsIn, waiverHelp } from '../sides.ts';

const code = 'TEN556';

export const clusterIdOfAnother: ChangeRule = {
  level: 'change',
  code,
  name: 'cluster-id-of-another',
  severity: 'error',
  summary: 'No cluster gets the `id` that another one has (S29).',
  why: "The `id` is the audience of a cluster's tokens. The API server that had it takes them until it is told otherwise, which no merge does: so what is given for the new cluster opens the old one, and the reverse.",
  waivable: true,
  *check(context) {
    if (!hasBase(context)) return;
    const { before, after, plan } = context;
    const known = itemsIn(plan);
    const byId = new Map(before.desired.clusters.map((cluster) => [cluster.id.value, cluster]));
    for (const { name, id } of after.desired.clusters) {
      const other = byId.get(id.value);
      if (!other || other.name === name) continue;
      yield {
        message: `cluster \`${name}\` gets the id of cluster \`${other.name}\`: tokens for one of them would be taken by the other`,
        at: at(id.origin),
        related: [{ location: at(inBase(other.id.origin)), message: `the id of \`${other.name}\` in the base` }],
        help: `give \`${name}\` an id that no cluster has had; if it is the same cluster under another name, ${waiverHelp(code, name)}`,
        target: name,
        items: known(`cluster/${name}`),
      };
    }
  },
};
