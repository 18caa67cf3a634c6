import type { Access, Meaning } from '../../access/graph.ts';
import type { Subject } from '../../config/model/desired-state.ts';
import { subjectKey } from '../../config/model/desired-state.ts';
import type { Place } from '../../plan/plan.ts';
import { covers } from '../../plan/roles.ts';
import type { Holding } from '../../plan/roles.ts';
import { oncePer } from '../../values/once.ts';
import { groupedBy } from '../../values/order.ts';

/** Who may act as which service account, by controlling its namespace: for the rules about changes of access. */

export type Account = Extract<Subject, { kind: 'ServiceAccount' }>;

/** Whether a role lets its holder start pods, or nobody knows that it does not: only `view` is known to be harmless. */
export function isControl({ role }: Holding): boolean {
  return !(role.kind === 'ClusterRole' && role.name === 'view');
}

/** What everybody has in a namespace on a cluster; undefined where there is no such namespace. */
export function accessesIn(meaning: Meaning, cluster: string, namespace: string): readonly Access[] | undefined {
  const there = meaning.graph.clusters.find((one) => one.cluster.name === cluster);
  if (!there?.namespaces.some(({ name }) => name === namespace)) return undefined;
  return byNamespace(there).get(namespace) ?? [];
}

const byNamespace = oncePer(({ accesses }: Meaning['graph']['clusters'][number]) =>
  groupedBy(accesses, ({ scope }) => (scope.kind === 'Namespace' ? scope.namespace : '')),
);

/** The accesses of the accounts of a namespace, elsewhere on its cluster. */
export function accessesOfAccounts(meaning: Meaning, cluster: string, namespace: string): readonly Access[] {
  const there = meaning.graph.clusters.find((one) => one.cluster.name === cluster);
  const all = (there && byHome(there).get(namespace)) ?? [];
  return all.filter(({ scope }) => scope.kind === 'Namespace' && scope.namespace !== namespace);
}

const byHome = oncePer(({ accesses }: Meaning['graph']['clusters'][number]) =>
  groupedBy(accesses, ({ subject }) => (subject.kind === 'ServiceAccount' ? subject.namespace : '')),
);

/** Whether a subject has all of the holdings in a place by its own name. */
export function hasAll(
  meaning: Meaning,
  subject: Subject,
  { cluster, scope }: Pick<Place, 'cluster' | 'scope'>,
  held: readonly Holding[],
): boolean {
  if (scope.kind !== 'Namespace') return false;
  const key = subjectKey(subject);
  const own = (accessesIn(meaning, cluster, scope.namespace) ?? []).filter((one) => subjectKey(one.subject) === key);
  return held.every((one) => own.some((other) => covers(other, one)));
}
