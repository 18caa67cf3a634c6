import { isOwnAuthentication, rbacName } from '../../../access/names-on.ts';
import type { Cluster } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import { skeleton, visible } from '../../../values/lookalike.ts';
import { usersIn } from '../../references/users.ts';
import type { Finding, WholeRule } from '../../rule.ts';
import { isReservedPrefix, reservedGroupLike } from '../subjects.ts';

export const nameUnderPrefix: WholeRule = {
  level: 'whole',
  code: 'TEN325',
  name: 'name-under-prefix',
  severity: 'error',
  summary:
    "By no cluster's prefix does a user or a group get a name of Kubernetes', of the platform's, or of Argo CD's account.",
  why: 'What RBAC compares is the whole name, and prefix and name may each be harmless: `cluster-` and `admins` together are the group of those who may do everything, and where there is no prefix at all, a user may be called as Argo CD is. So each name of the organization is looked at as each cluster knows it.',
  *check({ desired }) {
    const own = desired.clusters.filter(isOwnAuthentication);
    if (own.length === 0) return;
    const users = usersIn(desired);
    for (const cluster of own) {
      const { userPrefix, groupPrefix } = cluster.authentication;
      // A prefix that is Kubernetes' own is TEN324's.
      const [ofUsers, ofGroups] = [userPrefix, groupPrefix].map(
        ({ value }) => !isReservedPrefix(reservedGroupLike(value)),
      );
      for (const { name, origin } of ofGroups ? desired.organization.groups : []) {
        const full = rbacName(cluster, { kind: 'Group', name });
        const like = reservedGroupLike(full);
        // A name that is reserved by itself is TEN301's.
        if (like === undefined || reservedGroupLike(name) !== undefined) continue;
        yield finding(cluster, `group \`${visible(name)}\``, full, originAt(origin, 'name'), {
          because: `which reads as the reserved \`${like}\``,
          prefix: groupPrefix.origin,
        });
      }
      for (const [name, { origin }] of ofUsers ? users : []) {
        const full = rbacName(cluster, { kind: 'User', name });
        const because = reasonAgainst(cluster, name, full);
        if (because === undefined) continue;
        yield finding(cluster, `user \`${visible(name)}\``, full, origin, {
          because,
          prefix: userPrefix.origin,
        });
      }
    }
  },
};

/** What is wrong with a user's full name. One that begins with `system:` by itself is TEN315's. */
function reasonAgainst({ syncIdentity }: Cluster, name: string, full: string): string | undefined {
  if (full === syncIdentity) return 'by which Argo CD writes to it';
  return isOfKubernetes(full) && !isOfKubernetes(name) ? 'which reads as one of Kubernetes itself' : undefined;
}

function isOfKubernetes(user: string): boolean {
  return skeleton(user).replaceAll('-', '').startsWith(skeleton('system:'));
}

function finding(
  { name: cluster, authentication }: Cluster,
  who: string,
  full: string,
  origin: Origin,
  { because, prefix }: { readonly because: string; readonly prefix: Origin },
): Finding {
  const isWritten = !authentication.userPrefix.byDefault || !authentication.groupPrefix.byDefault;
  return {
    message: `${who} is \`${visible(full)}\` on cluster \`${cluster}\`, ${because}`,
    at: at(origin),
    ...(isWritten && { related: [{ location: at(prefix), message: 'the prefix there' }] }),
    help: 'give it another name at the identity provider, or the cluster another prefix',
  };
}
