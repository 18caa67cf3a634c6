import type { ClusterAccess, Meaning } from '../access/graph.ts';
import { subjectKey } from '../config/model/desired-state.ts';
import { groupedBy, sortedBy } from '../values/order.ts';
import { sameValue } from '../settings/value.ts';
import type { AccessFact, Fact, FactChange } from './fact.ts';
import { aboutOf, entityKey } from './fact.ts';
import type { Parts } from './parts.ts';
import { partsOf } from './parts.ts';
import { effective } from './roles.ts';
import { settingFacts } from './settings.ts';

export { aboutOf, textOf } from './fact.ts';
export type { AccessFact, Entity, Fact, FactChange, SettingFact } from './fact.ts';

/** All facts of a state, by key. */
export function factsOf(state: Meaning): Map<string, Fact> {
  return factsOfParts(partsOf(state));
}

/** The facts that come of some parts of a state, by key. */
export function factsOfParts(parts: Parts): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  for (const cluster of parts.accesses) {
    for (const fact of accessFacts(cluster)) facts.set(factKey(fact), fact);
  }
  for (const fact of settingFacts(parts)) facts.set(factKey(fact), fact);
  return facts;
}

/** The changes that lead from one set of facts to another, sorted by key. */
export function diffFacts(before: ReadonlyMap<string, Fact>, after: ReadonlyMap<string, Fact>): FactChange[] {
  const keys = new Set<string>();
  for (const [key, fact] of before) if (!sameFact(fact, after.get(key))) keys.add(key);
  for (const key of after.keys()) if (!before.has(key)) keys.add(key);
  return sortedBy(keys, (key) => key).flatMap((key) => changeOf(before.get(key), after.get(key)));
}

/** Makes the changes: what `diffFacts` found between two sets of facts leads from the first to the second. */
export function applyFacts(before: ReadonlyMap<string, Fact>, changes: readonly FactChange[]): Map<string, Fact> {
  const facts = new Map(before);
  for (const { before: old, after } of changes) {
    if (old) facts.delete(factKey(old));
    if (after) facts.set(factKey(after), after);
  }
  return facts;
}

/** What a fact is about. */
export function factKey(fact: Fact): string {
  if (fact.kind === 'setting') {
    return ['setting', entityKey(fact.entity), aboutOf(fact), fact.item ?? ''].join('\n');
  }
  return ['access', placeKey(fact), fact.role.kind, fact.role.name].join('\n');
}

/** One subject in one scope of one cluster. */
export function placeKey({ cluster, scope, subject }: Pick<AccessFact, 'cluster' | 'scope' | 'subject'>): string {
  return [cluster, scope.kind, scope.kind === 'Namespace' ? scope.namespace : '', subjectKey(subject)].join('\n');
}

/** Whether two facts about the same thing say the same. */
export function sameFact(a: Fact, b: Fact | undefined): boolean {
  if (a.kind === 'access') return b?.kind === 'access' && a.until === b.until;
  return b?.kind === 'setting' && sameValue(a.value, b.value);
}

/** What everybody effectively has on a cluster: a role that adds nothing to another one of its subject is left out. */
export function accessFacts({ accesses }: ClusterAccess): AccessFact[] {
  const bySubject = groupedBy(accesses, placeKey);
  return Array.from(bySubject.values(), (held) => effective(held)).flatMap((held) =>
    held.map((access) => ({ kind: 'access' as const, ...access })),
  );
}

function changeOf(before: Fact | undefined, after: Fact | undefined): FactChange[] {
  const fact = after ?? before;
  switch (fact?.kind) {
    case 'access':
      return [
        {
          kind: 'access',
          ...(before?.kind === 'access' && { before }),
          ...(after?.kind === 'access' && { after }),
        },
      ];
    case 'setting':
      return [
        {
          kind: 'setting',
          ...(before?.kind === 'setting' && { before }),
          ...(after?.kind === 'setting' && { after }),
        },
      ];
    case undefined:
      return [];
  }
}
