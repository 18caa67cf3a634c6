import type { Access } from '../../../plan/plan.ts';
import type { Cluster, Tenant } from '../../../config/model/desired-state.ts';
import { subjectKey } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { once } from '../../../values/once.ts';
import { groupedBy } from '../../../values/order.ts';
import type { AccessFact } from '../../../plan/facts.ts';
import type { Meaning } from '../../../access/graph.ts';
import { accessFacts, factKey, placeKey } from '../../../plan/facts.ts';
import type { RoleItem } from '../../../plan/plan.ts';
import { renamed } from '../../../plan/renames.ts';
import { covers, roleKeyOf } from '../../../plan/roles.ts';
import { inBase, originAt } from '../../../source/source.ts';
import type { ChangeContext, ChangeFinding, ChangeRule } from '../../rule.ts';
import { mostRelated } from '../../wording.ts';
import { endsSoon, hasBase, itemsIn, lossesOf, removalLimits, targetOf, unread, waiverHelp } from '../sides.ts';

const code = 'TEN518';

export const tooMuchAccessRemoved: ChangeRule = {
  level: 'change',
  code,
  name: 'too-much-access-removed',
  severity: 'error',
  summary:
    'One change takes away at most `changes.removals.accessPercent` of the access of a cluster or a tenant, 30 % unless set, of more than one subject.',
  why: 'A line of defaults, a group or a file that is gone by mistake locks out many at once, in the middle of their work. Where there was little access a share of it says nothing, so it counts from `changes.removals.accessMinimum` accesses on, 10 unless set. Access that is cut to end within 7 days, or within 90 where it had no end or one 90 days later, or given by a custom role that allows less than it did, is taken away too. Access that ends with a namespace that was marked for deletion, or on the day that its share names, does not count. And to take away what one subject has, wherever it has it, is no accident: it is what revoking looks like, and the plan names whom. It counts where nobody else is left.',
  waivable: true,
  *check(context) {
    const { after, plan } = context;
    if (!hasBase(context) || !after.desired.organization.complete) return;
    const narrowed = narrowedRoles(plan);
    const roles = new Set(narrowed.map(({ id }) => id));
    if (narrowed.length === 0 && !plan.facts.some(({ kind, before: was }) => kind === 'access' && was)) return;
    const counted = countedAccess(context, narrowed);
    const clusters = new Map(after.desired.clusters.map((cluster) => [cluster.name, cluster]));
    const tenants = new Map(after.desired.tenants.map((tenant) => [tenant.name, tenant]));
    const limits = removalLimits(context);
    const target = targetOf(context);
    const known = itemsIn(plan);
    const losses = once(() => lossesOf(context));
    for (const [name, accesses] of groupedBy(counted, ({ fact }) => fact.cluster)) {
      const cluster = clusters.get(name);
      if (!cluster || !isTooMuch(accesses, limits)) continue;
      const items = [...(losses().byCluster.get(name) ?? []), ...known(...rolesOf(accesses, roles))];
      yield finding('cluster', cluster, accesses, limits, { target: target('cluster', name), items });
    }
    for (const [name, accesses] of groupedBy(counted, (access) => access.tenant ?? '')) {
      const tenant = tenants.get(name);
      if (!tenant || !isTooMuch(accesses, limits)) continue;
      const items = [...(losses().byTenant.get(name) ?? []), ...known(...rolesOf(accesses, roles))];
      yield finding('tenant', tenant, accesses, limits, { target: target('tenant', name), items });
    }
  },
};

/** An access of the base that counts, and whether the head still has it. */
interface CountedAccess {
  readonly fact: AccessFact;
  readonly tenant?: string;
  readonly isLost: boolean;
}

type ClusterAccess = Meaning['graph']['clusters'][number];

/**
 * The access of the base in namespaces, without what ends with a namespace that was marked, or cannot be compared. Only of
 * clusters and tenants of which this change takes some away is it all there is.
 */
function countedAccess(context: ChangeContext, narrowed: readonly RoleItem[]): CountedAccess[] {
  const { clusters } = context.plan.before.graph;
  const narrowedIn = new Set(narrowed.flatMap(({ tenant, heldIn }) => heldIn?.tenants ?? [tenant]));
  const changed = clustersOfChanges(context.plan);
  const countOn = counter(context, new Set(narrowed.map(({ id }) => id)));
  const touched = new Map(
    clusters
      .filter((entry) => changed.has(entry.cluster.name) || isOnCluster(entry, narrowedIn))
      .map((entry) => [entry, countOn(entry)] as const),
  );
  const losers = new Set(
    Array.from(touched.values(), (accesses) => accesses.flatMap((a) => (a.isLost ? (a.tenant ?? []) : []))).flat(),
  );
  const ofLosers = (entry: ClusterAccess): CountedAccess[] =>
    isOnCluster(entry, losers) ? countOn(entry).filter(({ tenant }) => tenant !== undefined && losers.has(tenant)) : [];
  return clusters.flatMap((entry) => touched.get(entry) ?? ofLosers(entry));
}

/** Counts the access on a cluster of the base. */
function counter({ after, plan }: ChangeContext, narrowed: ReadonlySet<string>) {
  const unknown = unread(after);
  const now = new Map(plan.after.graph.clusters.map((entry) => [entry.cluster.name, entry]));
  const isLost = lossCheck(plan, after.asOf);
  // What ends by itself, nobody takes away.
  const hasEnded = ({ until }: AccessFact): boolean => until !== undefined && until < after.asOf;
  return (entry: ClusterAccess): CountedAccess[] => {
    const cluster = entry.cluster.name;
    if (unknown.clusters.has(cluster)) return [];
    const there = new Set(now.get(cluster)?.namespaces.map(({ name }) => name));
    const old = new Map(entry.namespaces.map((namespace) => [namespace.name, namespace]));
    return heldBefore(plan, entry).flatMap((fact): CountedAccess[] => {
      if (fact.scope.kind !== 'Namespace' || hasEnded(fact)) return [];
      const { namespace } = fact.scope;
      const owned = old.get(namespace);
      if (owned?.kind !== 'Tenant') return [{ fact, isLost: isLost(fact) }];
      const goesMarked = owned.state.value === 'MarkedForDeletion' && !there.has(namespace);
      if (goesMarked || unknown.tenants.has(owned.tenant.name)) return [];
      const tenant = owned.tenant.name;
      return [{ fact, tenant, isLost: narrowed.has(roleKey(tenant, fact)) || isLost(fact) }];
    });
  };
}

/** The facts about access on a cluster of the base, with the groups' new names. */
function heldBefore({ renames }: ChangeContext['plan'], entry: ClusterAccess): AccessFact[] {
  const facts = new Map(accessFacts(entry).map((fact) => [factKey(fact), fact]));
  return Array.from(renamed(facts, renames).values()).flatMap((fact) => (fact.kind === 'access' ? [fact] : []));
}

function isOnCluster({ namespaces }: ClusterAccess, tenants: ReadonlySet<string>): boolean {
  return tenants.size > 0 && namespaces.some((entry) => entry.kind === 'Tenant' && tenants.has(entry.tenant.name));
}

/** The clusters on which access changes that was there. */
function clustersOfChanges({ facts }: ChangeContext['plan']): Set<string> {
  return new Set(facts.flatMap(({ kind, before }) => (kind === 'access' && before ? [before.cluster] : [])));
}

/** The custom roles that no longer allow all that they did; their ids are `role/tenant/name`. */
function narrowedRoles({ items }: ChangeContext['plan']): RoleItem[] {
  return items.flatMap((item) =>
    item.kind === 'role' && (item.direction === 'narrows' || item.direction === 'changes') ? [item] : [],
  );
}

function roleKey(tenant: string, { role }: AccessFact): string {
  const key = roleKeyOf(role, tenant);
  return key === undefined ? '' : `role/${key}`;
}

function rolesOf(accesses: readonly CountedAccess[], narrowed: ReadonlySet<string>): string[] {
  const roles = new Set(accesses.map(({ fact, tenant = '' }) => roleKey(tenant, fact)));
  return Array.from(roles).filter((role) => narrowed.has(role));
}

/** Whether the subject has less in the place than the fact says: not so much, or not for long any more. */
function lossCheck(plan: ChangeContext['plan'], asOf: string): (fact: AccessFact) => boolean {
  const { facts, after } = plan;
  const changed = new Set(facts.flatMap(({ kind, before }) => (kind === 'access' && before ? [factKey(before)] : [])));
  const places = new Set(facts.flatMap(({ kind, before }) => (kind === 'access' && before ? [placeKey(before)] : [])));
  const clusters = clustersOfChanges(plan);
  const held = groupedBy(
    after.graph.clusters
      .filter(({ cluster }) => clusters.has(cluster.name))
      .flatMap(({ accesses }) => accesses.filter((access) => places.has(placeKey(access)))),
    placeKey,
  );
  const lasts = ({ until: now }: Access, { until: was }: AccessFact): boolean => !endsSoon(asOf, now, was);
  return (fact) =>
    changed.has(factKey(fact)) &&
    !(held.get(placeKey(fact)) ?? []).some(
      (access) => covers({ role: access.role }, { role: fact.role }) && lasts(access, fact),
    );
}

type Limits = ReturnType<typeof removalLimits>;

function isTooMuch(accesses: readonly CountedAccess[], { accessPercent, accessMinimum }: Limits): boolean {
  const lost = accesses.filter(({ isLost }) => isLost);
  if (accesses.length < accessMinimum || lost.length * 100 <= accesses.length * accessPercent) return false;
  const subjects = new Set(lost.map(({ fact }) => subjectKey(fact.subject)));
  return subjects.size > 1 || lost.length === accesses.length;
}

/** With a digit after the point, as a third is no 34 %. */
function percentText(part: number, whole: number, limit: number): string {
  const percent = Math.round((part * 1000) / whole) / 10;
  return percent > limit ? `${percent} %` : `just over ${limit} %`;
}

function finding(
  kind: 'cluster' | 'tenant',
  { name, origin }: Cluster | Tenant,
  accesses: readonly CountedAccess[],
  { accessPercent }: Limits,
  { target, items }: { readonly target: string; readonly items: readonly string[] },
): ChangeFinding {
  const lost = accesses.filter(({ isLost }) => isLost);
  const origins = new Set(lost.flatMap(({ fact }) => fact.because.map((reason) => reason.origin)));
  const percent = percentText(lost.length, accesses.length, accessPercent);
  return {
    message: `this change takes away ${lost.length} of ${accesses.length} accesses of ${kind} \`${name}\`, ${percent}, and the limit is ${accessPercent} %`,
    at: at(originAt(origin, 'metadata', 'name')),
    related: Array.from(origins)
      .slice(0, mostRelated)
      .map((because) => ({ location: at(inBase(because)), message: 'gave access in the base' })),
    help: `split the change, or ${waiverHelp(code, target)}; raising the limit, \`changes.removals.accessPercent\` in organization.yaml, counts from the next change on`,
    target,
    items,
  };
}
