import type { Namespace, Tenant } from '../../config/model/desired-state.ts';

/** The namespace that each one inherits from, where there is such a one. */
export function parents({ namespaces }: Tenant): Map<Namespace, Namespace> {
  const byIdentifier = new Map(namespaces.map((n) => [n.identifier, n]));
  return new Map(
    namespaces.flatMap((n) => {
      const parent = n.inherits && byIdentifier.get(n.inherits.value);
      return parent ? [[n, parent] as const] : [];
    }),
  );
}

/** The namespaces that inherit from each other in a circle, each circle from the one that is first in the file. */
export function circles(tenant: Tenant): Namespace[][] {
  const parentOf = parents(tenant);
  const order = new Map(tenant.namespaces.map((n, i) => [n, i]));
  const visited = new Set<Namespace>();
  const found: Namespace[][] = [];
  for (const namespace of tenant.namespaces) {
    const path = new Set<Namespace>();
    let next: Namespace | undefined = namespace;
    while (next && !visited.has(next)) {
      visited.add(next);
      path.add(next);
      next = parentOf.get(next);
    }
    if (!next || !path.has(next)) continue;
    const members = Array.from(path);
    members.splice(0, members.indexOf(next));
    const first = members.reduce((a, b) => ((order.get(a) ?? 0) <= (order.get(b) ?? 0) ? a : b));
    const rest = members.splice(members.indexOf(first));
    found.push([...rest, ...members]);
  }
  return found;
}
