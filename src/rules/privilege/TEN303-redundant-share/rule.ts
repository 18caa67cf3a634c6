import type { Organization, Share, Subject } from '../../../config/model/desired-state.ts';
import { describeSubject, subjectKey } from '../../../config/model/desired-state.ts';
import { builtInRoleHolds } from '../../../kubernetes/user-roles.ts';
import type { Label } from '../../../source/diagnostic.ts';
import { at } from '../../../source/diagnostic.ts';
import { once, oncePer } from '../../../values/once.ts';
import { groupedBy } from '../../../values/order.ts';
import { originAt } from '../../../source/source.ts';
import type { TenantRule, Finding } from '../../rule.ts';
import { subjectOrigin } from '../subjects.ts';

export const redundantShare: TenantRule = {
  level: 'tenant',
  code: 'TEN303',
  name: 'redundant-share',
  severity: 'warning',
  summary: 'A share gives its subject more, or for longer, than what the subject has in the namespace anyway.',
  why: 'Shares only add up: an owner stays admin and a default share keeps its role, whatever a share beside it says. A weaker share reads as a restriction and is none; an equal one hides that removing it revokes nothing. Who is a member of which group is taken from `organization.yaml`, where it says so. A share is not redundant beside one that ends earlier, nor is a custom role beside a built-in one: it may hold what `admin` does not.',
  *checkPlatform({ organization, clusters }) {
    const groupsOf = declaredGroups(organization);
    for (const { name, shares } of clusters.flatMap(({ foreignNamespaces }) => foreignNamespaces)) {
      for (const share of shares) {
        const grant = coveredBy(share, [], () => bySubject(shares), groupsOf);
        if (grant) yield finding(share, grant, `\`${name}\``);
      }
    }
  },
  *check({ tenant, platform }) {
    const groupsOf = declaredGroups(platform.organization);
    const owned = bySubject(tenant.owners.map((owner): Grant => ({ ...owner, role: 'admin', isOwner: true })));
    const defaults = bySubject(tenant.defaultShares);
    for (const share of tenant.defaultShares) {
      const grant = coveredBy(share, [owned], () => defaults, groupsOf);
      if (grant) yield finding(share, grant, `all namespaces of tenant \`${tenant.name}\``);
    }
    for (const { name, ownShares, shares } of tenant.namespaces) {
      if (ownShares.length === 0) continue;
      const own = once(() => bySubject(ownShares));
      const inherited = bySubject(shares.filter(({ via }) => via.length > 0));
      for (const share of ownShares) {
        const grant = coveredBy(share, [owned, inherited, defaults], own, groupsOf);
        if (grant) yield finding(share, grant, `\`${name}\``);
      }
    }
  },
};

/** What gives a subject a role: an owner's line, or a share. */
interface Grant extends Pick<Share, 'subject' | 'role' | 'until' | 'origin'> {
  readonly isOwner?: true;
}

type Grants = ReadonlyMap<string, readonly Grant[]>;

function bySubject(grants: readonly Grant[]): Grants {
  return groupedBy(grants, ({ subject }) => subjectKey(subject));
}

/** The groups that the organization says a user is a member of, by user name. */
const declaredGroups = oncePer((organization: Organization): ReadonlyMap<string, readonly Subject[]> => {
  const groups = new Map<string, Subject[]>();
  for (const { name, members = [] } of organization.groups) {
    for (const { value: user } of members) {
      const known = groups.get(user);
      if (known) known.push({ kind: 'Group', name });
      else groups.set(user, [{ kind: 'Group', name }]);
    }
  }
  return groups;
});

/**
 * What gives the subject of `share` as much as the share does: something in `others` to itself, or something there or
 * beside the share, in `own`, to a group that it is a member of. The same subject twice in one list is TEN302's.
 */
function coveredBy(
  share: Share,
  others: readonly Grants[],
  own: () => Grants,
  groupsOf: ReadonlyMap<string, readonly Subject[]>,
): Grant | undefined {
  const { subject } = share;
  const givenTo = (to: Subject, lists: readonly Grants[]): Grant | undefined => {
    const key = subjectKey(to);
    for (const grants of lists) {
      const found = grants.get(key)?.find((grant) => covers(grant, share));
      if (found) return found;
    }
    return undefined;
  };
  const given = givenTo(subject, others);
  if (given || subject.kind !== 'User') return given;
  for (const group of groupsOf.get(subject.name) ?? []) {
    const found = givenTo(group, [...others, own()]);
    if (found) return found;
  }
  return undefined;
}

/** Whether `grant` gives the role of `share`, or a wider one, for as long. */
function covers(grant: Grant, share: Share): boolean {
  const lasts = grant.until === undefined || (share.until !== undefined && grant.until >= share.until);
  return lasts && (grant.role === share.role || builtInRoleHolds(grant.role, share.role));
}

function finding(share: Share, grant: Grant, where: string): Finding {
  const who = describeSubject(share.subject);
  const isMember = subjectKey(share.subject) !== subjectKey(grant.subject);
  const as = [
    ...(isMember ? [`a member of ${describeSubject(grant.subject)}`] : []),
    ...(grant.isOwner ? ['an owner of the tenant'] : []),
  ];
  const given: Label = grant.isOwner
    ? { location: at(originAt(grant.origin, 'name')), message: 'owner here' }
    : { location: at(subjectOrigin(grant)), message: `given ${grant.role} here` };
  return {
    message: `${who} has ${grant.role} on ${where} already${as.length > 0 ? `, as ${as.join(', ')}` : ''}`,
    at: at(subjectOrigin(share)),
    ...(grant.role !== share.role && { label: `a share with ${share.role} takes nothing away` }),
    related: [given],
    help:
      grant.role === share.role || grant.isOwner
        ? 'remove this share'
        : `remove this share, or the one with ${grant.role} if ${share.role} is meant`,
  };
}
