import { cluster } from '../../../settings/cluster.ts';
import type { Cluster } from '../../../config/model/desired-state.ts';
import { authorityPlace } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { inBase } from '../../../source/source.ts';
import { normalizedServer } from '../../privilege/TEN307-shared-audience/rule.ts';
import type { ChangeRule } from '../../rule.ts';
import { hasBase, itemsIn, waiverHelp } from '../sides.ts';

const code = 'TEN511';

export const clusterRepointed: ChangeRule = {
  level: 'change',
  code,
  name: 'cluster-repointed',
  severity: 'error',
  summary:
    'A cluster that is in use does not become another one under the same name, and none takes the server of another.',
  why: 'Another server is most likely another cluster, whoever signs its certificate: one authority often signs for many. All access would be given on it at once, while on the old one, which Argo CD no longer syncs, everybody keeps theirs and the data stays behind. Where two clusters swap their servers, production gets what was meant for development.',
  waivable: true,
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    const { before, after, plan } = context;
    const otherAuthority = new Set(
      plan.facts.flatMap(({ kind, before: was, after: is }) =>
        kind === 'setting' && was?.setting === cluster.certificateAuthority && is ? [was.entity.name] : [],
      ),
    );
    const old = new Map(before.desired.clusters.map((cluster) => [cluster.name, cluster]));
    const byServer = new Map(before.desired.clusters.map((cluster) => [serverOf(cluster), cluster]));
    const populated = new Set(
      plan.before.graph.clusters.flatMap(({ cluster: { name, sharedWith }, namespaces }) =>
        sharedWith.length + namespaces.length > 0 ? [name] : [],
      ),
    );
    for (const now of after.desired.clusters) {
      const { name } = now;
      const was = old.get(name);
      if (!was || serverOf(was) === serverOf(now)) continue;
      const other = byServer.get(serverOf(now));
      if (!other && !populated.has(name)) continue;
      const isPublic = !was.certificateAuthority && !now.certificateAuthority;
      const sameAuthority = !otherAuthority.has(name) && (isPublic || was.certificateAuthority?.pem !== undefined);
      yield {
        message: other
          ? `cluster \`${name}\` gets the server of cluster \`${other.name}\`: it would be that cluster under another name`
          : sameAuthority
            ? isPublic
              ? `cluster \`${name}\` gets another server, and both are publicly trusted: it may be another cluster under an old name`
              : `cluster \`${name}\` gets another server under the same certificate authority: it may be another cluster under an old name`
            : `cluster \`${name}\` gets another server and another certificate authority: it would be another cluster under an old name`,
        at: at(now.server.origin),
        related: [
          { location: at(inBase(was.server.origin)), message: 'its server in the base' },
          ...(other
            ? [{ location: at(inBase(other.server.origin)), message: `the server of \`${other.name}\` in the base` }]
            : sameAuthority
              ? []
              : [{ location: at(authorityPlace(now)), message: 'new as well' }]),
        ],
        help: other
          ? `give \`${name}\` its own server back; if \`${other.name}\` is to go, empty it first, and give its server to nobody before that is merged; or ${waiverHelp(code, name)}`
          : `add the other cluster under a name of its own, and empty \`${name}\` before it goes; if it is the same cluster at another address, ${waiverHelp(code, name)}`,
        target: name,
        items: known(`cluster/${name}`),
      };
    }
  },
};

/** Where a cluster is, however its address is written. */
function serverOf({ server: { value } }: Cluster): string {
  return normalizedServer(value) ?? value;
}
