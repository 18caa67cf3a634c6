import type { Namespace, Tenant } from '../../../config/model/desired-state.ts';
import { subjectKey } from '../../../config/model/desired-state.ts';
import type { Label } from '../../../source/diagnostic.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import { once } from '../../../values/once.ts';
import { groupedBy } from '../../../values/order.ts';
import { isShared, withoutShared } from '../../../values/shared.ts';
import type { Meaning } from '../../../access/graph.ts';
import { inBase, originAt } from '../../../source/source.ts';
import { counted } from '../../../source/text.ts';
import type { ChangeContext, ChangeRule } from '../../rule.ts';
import { mostRelated } from '../../wording.ts';
import { namespaceNames } from '../namespace-names.ts';
import { hasBase, itemsIn, lossesOf, soonAfter, unread, waiverHelp } from '../sides.ts';

const code = 'TEN512';

export const lastAdminRemoved: ChangeRule = {
  level: 'change',
  code,
  name: 'last-admin-removed',
  severity: 'error',
  summary: 'A namespace that stays keeps somebody who has the role admin in it: an owner, or by a share.',
  why: 'A namespace that nobody administers cannot be repaired by those who depend on it, and nobody is asked when it breaks. A group that is declared to be empty is nobody, and so is a service account; who has the role for only 7 days more, by this change, is nobody soon.',
  waivable: true,
  *check(context) {
    if (!hasBase(context) || !context.after.desired.organization.complete) return;
    const active = once(() => activeNamespaces(context.plan.after));
    const itemsOf = once(() => itemsFinder(context));
    for (const [name, orphans] of groupedBy(orphansOf(context), ({ tenant }) => tenant.name)) {
      const [first] = orphans;
      if (!first) continue;
      if (orphans.length > 1 && orphans.length === active().get(name)?.size) {
        yield {
          message: `nobody is left with the role admin in any of the ${counted(orphans.length, 'namespace')} of tenant \`${name}\`: ${namespaceNames(context, orphans)}`,
          at: atKey(originAt(first.tenant.origin, 'spec', 'owners')),
          related: reasons(orphans),
          help: `keep an owner who is somebody: a user, or a group that is declared and not empty; or ${waiverHelp(code, name)}`,
          target: name,
          items: itemsOf()(orphans),
        };
        continue;
      }
      for (const orphan of orphans) {
        const { namespace } = orphan;
        yield {
          message: `nobody is left with the role admin in namespace \`${namespace.name}\``,
          at: at(namespace.nameOrigin),
          related: reasons([orphan]),
          help: `give the role to a user, or to a group that is declared and not empty, or keep an owner who is one; or ${waiverHelp(code, namespace.name)}`,
          target: namespace.name,
          items: itemsOf()([orphan]),
        };
      }
    }
  },
};

type Access = Meaning['graph']['clusters'][number]['accesses'][number];

/** A namespace that had somebody with the role admin on a cluster, and has nobody there now. */
interface Orphan {
  readonly tenant: Tenant;
  readonly namespace: Namespace;
  /** The accesses of those who had it. */
  readonly had: readonly Access[];
}

function orphansOf({ after, plan }: ChangeContext): Orphan[] {
  const unknown = unread(after).tenants;
  const soon = soonAfter(after.asOf);
  // Whom this change gives the role, or cuts it, for a few days more is as good as gone; who had no longer before is not.
  const lasts = ({ subject, until }: Access, had: readonly Access[]): boolean =>
    until === undefined ||
    until > soon ||
    had.some((was) => subjectKey(was.subject) === subjectKey(subject) && was.until !== undefined && was.until <= until);
  const clusters = differingClusters(plan);
  const [old, now] = [adminsBy(plan.before, clusters.before), adminsBy(plan.after, clusters.after)];
  const found = clusters.after.flatMap(({ cluster, namespaces }) =>
    namespaces.flatMap((entry): Orphan[] => {
      if (entry.kind !== 'Tenant' || entry.state.value !== 'Active' || unknown.has(entry.tenant.name)) return [];
      const key = `${cluster.name}/${entry.name}`;
      const had = old.get(key) ?? [];
      const left = (now.get(key) ?? []).filter((access) => lasts(access, had));
      // A service account does what it was told: nobody can turn to it. Where nobody could before, it stands for itself.
      const isLeft = had.some(isSomebody) ? left.some(isSomebody) : left.length > 0;
      return had.length === 0 || isLeft ? [] : [{ tenant: entry.tenant, namespace: entry.namespace, had }];
    }),
  );
  const byNamespace = groupedBy(found, ({ tenant, namespace }) => `${tenant.name}/${namespace.name}`);
  return Array.from(byNamespace.values()).flatMap(([first, ...rest]) =>
    first ? [{ ...first, had: [first, ...rest].flatMap(({ had }) => had) }] : [],
  );
}

type ClusterAccess = Meaning['graph']['clusters'][number];

/** The clusters on which anybody may have lost the role, without those that both sides share. */
function differingClusters({ before, after }: ChangeContext['plan']) {
  const [old, now] = [before.graph.clusters, after.graph.clusters];
  // Where groups are declared, or empty, that were not, somebody may have become nobody.
  if (!isShared(before.desired.organization, after.desired.organization)) return { before: old, after: now };
  return { before: withoutShared(old, now), after: withoutShared(now, old) };
}

/** Who has the role admin, by `cluster/namespace`; without groups that are not declared, or declared to be empty. */
function adminsBy({ desired }: Meaning, clusters: readonly ClusterAccess[]): Map<string, Access[]> {
  const people = new Set(
    desired.organization.groups.flatMap(({ name, members }) => (members?.length === 0 ? [] : [name])),
  );
  return groupedBy(
    clusters.flatMap(({ accesses }) =>
      accesses.filter(
        ({ subject, role, scope }) =>
          scope.kind === 'Namespace' &&
          role.kind === 'ClusterRole' &&
          role.name === 'admin' &&
          (subject.kind !== 'Group' || people.has(subject.name)),
      ),
    ),
    ({ cluster, scope }) => (scope.kind === 'Namespace' ? `${cluster}/${scope.namespace}` : cluster),
  );
}

function isSomebody({ subject }: Access): boolean {
  return subject.kind !== 'ServiceAccount';
}

/** The names of the namespaces that are to stay, by tenant. */
function activeNamespaces({ graph }: Meaning): Map<string, Set<string>> {
  const active = graph.clusters.flatMap(({ namespaces }) =>
    namespaces.flatMap((entry) => (entry.kind === 'Tenant' && entry.state.value === 'Active' ? [entry] : [])),
  );
  return new Map(
    Array.from(
      groupedBy(active, ({ tenant }) => tenant.name),
      ([tenant, entries]) => [tenant, new Set(entries.map(({ name }) => name))],
    ),
  );
}

/** The lines of the base that gave the role, each once. */
function reasons(orphans: readonly Orphan[]): Label[] {
  const origins = new Set(
    orphans.flatMap(({ had }) => had.flatMap(({ because }) => because.map(({ origin }) => origin))),
  );
  return Array.from(origins)
    .slice(0, mostRelated)
    .map((origin) => ({ location: at(inBase(origin)), message: 'gave the role in the base' }));
}

/** Finds the items of who loses the role, and of the groups that are empty now. */
function itemsFinder(context: ChangeContext): (orphans: readonly Orphan[]) => string[] {
  const { byNamespace } = lossesOf(context);
  const known = itemsIn(context.plan);
  return (orphans) => {
    const losses = orphans.flatMap(({ namespace, had }) =>
      had.flatMap(({ cluster }) => byNamespace.get(`${cluster}/${namespace.name}`) ?? []),
    );
    const subjects = orphans.flatMap(({ had }) => had.map(({ subject }) => subject.name));
    return [...new Set(losses), ...known(...subjects.map((name) => `members/${name}`))];
  };
}
