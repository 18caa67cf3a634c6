import { isOwnAuthentication } from '../../../access/names-on.ts';
import { at } from '../../../source/diagnostic.ts';
import { visible } from '../../../values/lookalike.ts';
import type { ClusterRule } from '../../rule.ts';
import { isReservedPrefix, reservedGroupLike } from '../subjects.ts';

export const authenticationPrefix: ClusterRule = {
  level: 'cluster',
  code: 'TEN324',
  name: 'authentication-prefix',
  severity: 'error',
  summary:
    "Prefixes of names are given only for a cluster whose own identity provider decides, and none is one of Kubernetes' own.",
  why: 'Tokens of the platform name users `user:<name>` and groups as they are, and the API server that is given the rendered configuration takes no other. A binding under another prefix would give its access to nobody, or to whoever has that name by other means. With `system:` before it, the group `masters` is `system:masters`, who may do everything.',
  *check({ cluster }) {
    const { userPrefix, groupPrefix } = cluster.authentication;
    for (const [key, { value, origin, byDefault }] of Object.entries({ userPrefix, groupPrefix })) {
      if (byDefault) continue;
      if (isReservedPrefix(reservedGroupLike(value))) {
        yield {
          message: `\`${key}\` of cluster \`${cluster.name}\` is \`${visible(value)}\`, with which the names of Kubernetes itself begin`,
          at: at(origin),
          help: "write what the cluster's identity provider puts before names, or an empty text where it puts nothing",
        };
      } else if (!isOwnAuthentication(cluster)) {
        yield {
          message: `cluster \`${cluster.name}\` has a \`${key}\`, but accepts the platform's tokens, whose names have their own`,
          at: at(origin),
          help: `take \`${key}\` away, or write \`configuration: Own\` beside it if the cluster's own identity provider decides who somebody is`,
        };
      }
    }
  },
};
