import type { DesiredState, Namespace, Share, Subject, Tenant } from '../../config/model/desired-state.ts';
import { hasEnded, subjectKey } from '../../config/model/desired-state.ts';
import { builtInRoleHolds } from '../../kubernetes/user-roles.ts';
import type { Label } from '../../source/diagnostic.ts';
import { at } from '../../source/diagnostic.ts';
import type { Origin } from '../../source/source.ts';
import { originAt } from '../../source/source.ts';
import { once, oncePer } from '../../values/once.ts';
import { addTo } from '../../values/order.ts';
import { tenantByName } from '../../config/model/tenant-by-name.ts';
import { tenantNames } from '../names/prefix.ts';
import type { RuleContext } from '../rule.ts';

/**
 * Who controls a service account: whoever may create pods in its namespace runs them as it, and reads its tokens. What is
 * given to the account is given to them.
 */

/** What is given to a service account in some namespaces of a tenant, or to an owner in all, tomorrow's too. */
export interface AccountGrant {
  readonly account: Extract<Subject, { kind: 'ServiceAccount' }>;
  readonly role: string;
  readonly until?: string | undefined;
  readonly isOwner?: true;
}

/** Who controls a namespace: a tenant, a group on a cluster, or nobody who could be named. */
export interface Controller {
  readonly who: string;
  readonly places: readonly Label[];
}

interface Control extends Controller {
  /** The tenant whose namespace it is. */
  readonly tenant?: string;
  /** Where the namespace is; undefined for what a prefix alone stands for, which may be declared anywhere. */
  readonly clusters?: readonly string[];
  /** All who may do more than view there; undefined where nobody can say who they are. */
  readonly holders?: readonly Subject[];
}

/** Says who controls a namespace on the clusters that count. */
export type ControlOf = (namespace: string, counts: (cluster: string) => boolean) => readonly Control[];

/** Who controls which namespace: who declares it there, or else the tenant whose prefix it has. */
export const controlIn = oncePer(({ files, desired }: RuleContext): ControlOf => {
  // Looked up when somebody asks: most organizations give nothing to service accounts.
  const names = once(() => tenantNames(files));
  return (namespace, counts) => {
    const found = (declaredControl(desired).get(namespace) ?? []).filter(({ clusters }) => clusters?.some(counts));
    if (found.some(({ tenant }) => tenant !== undefined)) return found;
    const owner = tenantByName(names(), namespace);
    if (owner === undefined) return found;
    const location = names().get(owner);
    const message = `all \`${owner}-…\` are its namespaces`;
    const places = location ? [{ location, message }] : [];
    return [...found, { who: `tenant \`${owner}\``, tenant: owner, places }];
  };
});

/** Who controls the namespaces that are declared, by their names. */
const declaredControl = oncePer(({ tenants, clusters }: DesiredState): ReadonlyMap<string, readonly Control[]> => {
  const found = new Map<string, Control[]>();
  for (const { name: tenant, namespaces, owners } of tenants) {
    for (const { name, nameOrigin, clusters: on, shares } of namespaces) {
      // Who had a share that has ended may have left something running there.
      const holders = [...owners, ...shares.filter(({ role }) => role !== 'view')].map(({ subject }) => subject);
      addTo(found, name, {
        who: `tenant \`${tenant}\``,
        tenant,
        clusters: on.map(({ value }) => value),
        places: [{ location: at(nameOrigin), message: `a namespace of tenant \`${tenant}\`` }],
        holders,
      });
    }
  }
  for (const { name: cluster, sharedWith, retainedNamespaces, foreignNamespaces } of clusters) {
    for (const { value, origin } of retainedNamespaces) {
      const message = 'what runs in it was started by a group that had it';
      addTo(found, value, {
        who: `a former group of cluster \`${cluster}\``,
        clusters: [cluster],
        places: [{ location: at(origin), message }],
      });
    }
    for (const { group, namespace, origin } of sharedWith) {
      if (namespace === undefined) continue;
      const location = at(originAt(origin, 'group'));
      addTo(found, namespace, {
        who: `group \`${group}\``,
        clusters: [cluster],
        places: [{ location, message: `gives the group the namespace \`${namespace}\`` }],
        holders: [{ kind: 'Group', name: group }],
      });
    }
    for (const { name, origin, shares } of foreignNamespaces) {
      const location = at(originAt(origin, 'name'));
      addTo(found, name, {
        who: `whoever has a share in foreign namespace \`${name}\``,
        clusters: [cluster],
        places: [{ location, message: 'shared here' }],
        holders: shares.filter(({ role }) => role !== 'view').map(({ subject }) => subject),
      });
    }
  }
  return found;
});

/**
 * Who else gets what is given to a service account in namespaces of a tenant, by controlling its namespace; undefined where
 * it is the tenant's own, or nobody's that is known here, or where all who control it have as much there anyway.
 */
export function controllerBeside(
  controlOf: ControlOf,
  grant: AccountGrant,
  tenant: Tenant,
  namespaces: readonly Namespace[],
): Controller | undefined {
  // A service account is one of its cluster: on others, one of the same name is nobody to the tenant.
  const concerned = new Set(namespaces.flatMap(({ clusters }) => clusters.map(({ value }) => value)));
  // What holds in no namespace may hold in any.
  const counts = (cluster: string): boolean => concerned.size === 0 || concerned.has(cluster);
  return controlOf(grant.account.namespace, counts).find(
    ({ tenant: owner, holders }) =>
      owner !== tenant.name &&
      !holders?.every(
        (subject) => isOfNamespace(subject, grant.account.namespace) || hasAsMuch(subject, grant, tenant, namespaces),
      ),
  );
}

/** An account of the same namespace is controlled by nobody else. */
function isOfNamespace(subject: Subject, namespace: string): boolean {
  return subject.kind === 'ServiceAccount' && subject.namespace === namespace;
}

/**
 * Whether a subject has as much as is given, in each of the namespaces and for as long. By its own name alone: who is in a
 * group, the identity provider decides.
 */
export function hasAsMuch(
  subject: Subject,
  { role, until, isOwner }: Omit<AccountGrant, 'account'>,
  { owners, defaultShares }: Pick<Tenant, 'owners' | 'defaultShares'>,
  namespaces: readonly Namespace[],
): boolean {
  const key = subjectKey(subject);
  if (owners.some((owner) => subjectKey(owner.subject) === key) && builtInRoleHolds('admin', role)) return true;
  const covers = (share: Share): boolean =>
    subjectKey(share.subject) === key &&
    (share.role === role || builtInRoleHolds(share.role, role)) &&
    (share.until === undefined || (until !== undefined && share.until >= until));
  if (defaultShares.some(covers)) return true;
  return isOwner !== true && namespaces.length > 0 && namespaces.every(({ shares }) => shares.some(covers));
}

type AccountShare = Share & { readonly subject: Extract<Share['subject'], { kind: 'ServiceAccount' }> };

/** A share with a service account, and the namespaces in which it holds; one of defaults may hold in none. */
interface SharedAccount {
  readonly share: AccountShare;
  readonly namespaces: readonly Namespace[];
}

/** The shares with service accounts that have not ended, each once. */
export function accountShares(tenant: Tenant, asOf: string): readonly SharedAccount[] {
  return allAccountShares(tenant).filter(({ share }) => !hasEnded(share, asOf));
}

const allAccountShares = oncePer(({ defaultShares, namespaces }: Tenant): readonly SharedAccount[] => {
  const found = new Map<Origin, { readonly share: AccountShare; readonly namespaces: Namespace[] }>();
  const add = (share: Share, namespace?: Namespace): void => {
    const { subject } = share;
    if (subject.kind !== 'ServiceAccount') return;
    const known = found.get(share.origin) ?? { share: { ...share, subject }, namespaces: [] };
    found.set(share.origin, known);
    if (namespace) known.namespaces.push(namespace);
  };
  for (const share of defaultShares) add(share);
  for (const namespace of namespaces) for (const share of namespace.shares) add(share, namespace);
  return Array.from(found.values());
});
