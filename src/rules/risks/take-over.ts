import type { Meaning } from '../../access/graph.ts';
import type { Namespace, ResolvedIsolation } from '../../config/model/desired-state.ts';
import type { EntityItem, Plan } from '../../plan/plan.ts';
import { isolation as isolationTable } from '../../settings/isolation.ts';
import { keysOf } from '../../settings/setting.ts';

/** A namespace that a change declares on a cluster where no tenant had it: it may be new, or run there already. */
export interface TakenOver {
  readonly item: EntityItem;
  readonly cluster: string;
  readonly namespace: Namespace;
}

/** The namespaces that a change declares, each with its clusters; of those that are to go, none. */
export function takenOver(plan: Plan): TakenOver[] {
  const places = new Map<string, EntityItem>(
    plan.items.flatMap((item) =>
      item.kind === 'entity' && item.entity.kind === 'namespace' && item.change !== 'removed'
        ? item.clusters.map(({ name }) => [`${name}/${item.entity.name}`, item] as const)
        : [],
    ),
  );
  if (places.size === 0) return [];
  const had = tenantsNamespaces(plan.before, places);
  return Array.from(tenantsNamespaces(plan.after, places)).flatMap(([place, { cluster, namespace, isActive }]) => {
    const item = places.get(place);
    return item && isActive && !had.has(place) ? [{ item, cluster, namespace }] : [];
  });
}

function tenantsNamespaces({ graph }: Meaning, places: ReadonlyMap<string, unknown>) {
  return new Map(
    graph.clusters.flatMap(({ cluster, namespaces }) =>
      namespaces.flatMap((entry) => {
        const place = `${cluster.name}/${entry.name}`;
        if (entry.kind !== 'Tenant' || !places.has(place)) return [];
        const { namespace, state } = entry;
        return [[place, { cluster: cluster.name, namespace, isActive: state.value === 'Active' }] as const];
      }),
    ),
  );
}

/** What an isolation refuses where it is enforced, in words that go on from a subject; empty where it refuses nothing. */
export function refusalsOf(isolation: ResolvedIsolation): string[] {
  const { network, podSecurity, nodeSelector } = isolation;
  const lists = keysOf(isolationTable).filter((key) => 'annotation' in isolationTable[key] && isolation[key]);
  return [
    ...(network.value === 'None'
      ? []
      : [
          `\`network\` (${network.value}) shuts out connections from ${network.value === 'SameTenant' ? 'namespaces of others' : 'other namespaces'}`,
        ]),
    ...(podSecurity.value === 'privileged' ? [] : [`\`podSecurity\` (${podSecurity.value}) refuses pods that do more`]),
    ...lists.map((list) => `\`${list}\` refuses what it does not name`),
    ...(nodeSelector ? ['`nodeSelector` keeps pods from other nodes'] : []),
  ];
}

/** `a, b and c`. */
export function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
