import { boundClusterRole } from '../../src/access/custom-roles.ts';
import { accessesOf, evaluate } from '../../src/access/evaluate.ts';
import type { Grant } from '../../src/access/evaluate.ts';
import type { Access, ClusterAccess } from '../../src/access/graph.ts';
import type { AccessRequest } from '../../src/kubernetes/rbac.ts';
import { bindingName } from '../../src/manifests/binding-name.ts';
import type { Person } from './matrix-people.ts';
import { describeRequest } from './matrix-requests.ts';
import type { ServerAnswer } from './matrix-server.ts';

/** What was compared, by how it was asked, and what it met. */
export interface Tally {
  /** By SubjectAccessReview. */
  reviews: number;
  /** By SelfSubjectAccessReview with a token. */
  selfReviews: number;
  /** By the request itself with a token. */
  requests: number;
  allowed: number;
  /** Of those allowed: by a binding that the server named, and that is the one of an access. */
  bindings: number;
  /** The roles, and the kinds of subjects, that allowed something. */
  readonly met: Set<string>;
}

export type How = 'reviews' | 'selfReviews' | 'requests';

/**
 * Compares the server's answers on a cluster with the access graph's. A comparison gives what they disagree about:
 * whether it is allowed, or by which binding.
 */
export function comparer(cluster: ClusterAccess, tally: Tally) {
  const known = new Map<Person, readonly Access[]>();
  return (how: How, person: Person, request: AccessRequest, server: ServerAnswer): string | undefined => {
    const accesses = known.get(person) ?? accessesOf(cluster, person.claims);
    known.set(person, accesses);
    const { allowed, because } = evaluate(cluster, accesses, request);
    tally[how]++;
    if (allowed) tally.allowed++;
    for (const { access } of because) tally.met.add(access.role.name).add(access.subject.kind);

    const bindings = because.map(({ access }) => bindingOf(cluster, access));
    const binding = how === 'requests' ? undefined : /^RBAC: allowed by \w+ "([^"]*)"/.exec(server.reason)?.[1];
    if (binding !== undefined && bindings.includes(binding)) tally.bindings++;
    if (server.allowed === allowed && (binding === undefined || bindings.includes(binding))) return undefined;
    return [
      `${person.name} (${person.claims.username}; ${person.claims.groups.join(', ')}) on ${cluster.cluster.name}:`,
      `${describeRequest(request)}:`,
      `the server says ${server.allowed ? 'yes' : 'no'} (${server.reason}),`,
      `the access graph ${allowed ? 'yes' : 'no'} (${bindings.join(', ')})`,
    ].join(' ');
  };
}

/** The binding of an access as the server calls it. Kubernetes names its own bindings after their roles. */
function bindingOf(cluster: ClusterAccess, access: Grant['access']): string {
  const { subject, role, scope, because } = access;
  const entry = cluster.namespaces.find(({ name }) => scope.kind === 'Namespace' && name === scope.namespace);
  const bound = entry ? boundClusterRole(entry, role, cluster) : role.name;
  const name = because.length === 0 && subject.name.startsWith('system:') ? role.name : bindingName(subject, bound);
  return scope.kind === 'Namespace' ? `${name}/${scope.namespace}` : name;
}

/** Runs `ask` for each item, some at a time, and returns what came out in the items' order. */
export async function inParallel<T, R>(
  items: readonly T[],
  atATime: number,
  ask: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await ask(item);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return results;
}

/** The first few disagreements: an empty list when there are none. */
export function disagreements(compared: readonly (string | undefined)[]): string[] {
  const all = compared.filter((text) => text !== undefined);
  return all.length <= 20 ? all : [`${all.length} disagreements, of which the first 20 are:`, ...all.slice(0, 20)];
}
