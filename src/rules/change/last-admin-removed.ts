import type { Namespace, Tenant } from '../../config/landscape.ts';
import type { Label } from '../../diagnostic.ts';
import { at, atKey } from '../../diagnostic.ts';
import { groupedBy } from '../../order.ts';
import type { State } from '../../plan/facts.ts';
import { inBase, originAt } from '../../source.ts';
import { counted } from '../../text.ts';
import type { ChangeContext, ChangeRule } from '../rule.ts';
import { listed, mostRelated } from '../wording.ts';
import { organization } from './examples.ts';
import { hasBase, itemsIn, lossesIn, unread, wayRound } from './sides.ts';

const code = 'TEN512';

const groups = (leads: string): string =>
  organization([`{ name: solar-leads, members: [${leads}] }`, 'name: solar-sre', 'name: audit']);
const tenant = (role: string): string => `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: solar
spec:
  owners:
    - { kind: Group, name: solar-leads }
  namespaces:
    - name: prod
      clusters: [prodcluster01]
      sharedWith:
        - { group: solar-sre, role: ${role} }
`;

export const lastAdminRemoved: ChangeRule = {
  about: 'change',
  code,
  name: 'last-admin-removed',
  severity: 'error',
  summary: 'A namespace that stays keeps somebody who has the role admin in it: an owner, or by a share.',
  why: 'A namespace that nobody administers cannot be repaired by those who depend on it, and nobody is asked when it breaks. A group that is declared to be empty is nobody.',
  waivable: true,
  bad: {
    before: { 'organization.yaml': groups(''), 'tenants/solar.yaml': tenant('admin') },
    after: { 'tenants/solar.yaml': tenant('edit') },
  },
  good: {
    before: { 'organization.yaml': groups('sam'), 'tenants/solar.yaml': tenant('admin') },
    after: { 'tenants/solar.yaml': tenant('edit') },
  },
  *check(context) {
    if (!hasBase(context) || !context.after.landscape.organization.complete) return;
    for (const [name, orphans] of groupedBy(orphansOf(context), ({ tenant }) => tenant.name)) {
      const [first] = orphans;
      if (!first) continue;
      if (orphans.length > 1 && orphans.length === activeNamespaces(context.plan.after, name).size) {
        yield {
          message: `nobody is left with the role admin in any of the ${counted(orphans.length, 'namespace')} of tenant \`${name}\`: ${listed(orphans.map(({ namespace }) => namespace.name))}`,
          at: atKey(originAt(first.tenant.origin, 'spec', 'owners')),
          related: reasons(orphans),
          help: `keep an owner who is somebody: a user, or a group that is declared and not empty; or ${wayRound(code, name)}`,
          target: name,
          items: itemsOf(context, orphans),
        };
        continue;
      }
      for (const orphan of orphans) {
        const { namespace } = orphan;
        yield {
          message: `nobody is left with the role admin in namespace \`${namespace.name}\``,
          at: at(namespace.nameOrigin),
          related: reasons([orphan]),
          help: `give the role to a user, or to a group that is declared and not empty, or keep an owner who is one; or ${wayRound(code, namespace.name)}`,
          target: namespace.name,
          items: itemsOf(context, [orphan]),
        };
      }
    }
  },
};

type Access = State['graph']['clusters'][number]['accesses'][number];

/** A namespace that had somebody with the role admin on a cluster, and has nobody there now. */
interface Orphan {
  readonly tenant: Tenant;
  readonly namespace: Namespace;
  /** The accesses of those who had it. */
  readonly had: readonly Access[];
}

function orphansOf({ after, plan }: ChangeContext): Orphan[] {
  const unknown = unread(after).tenants;
  const [old, now] = [adminsBy(plan.before), adminsBy(plan.after)];
  const found = plan.after.graph.clusters.flatMap(({ cluster, namespaces }) =>
    namespaces.flatMap((entry): Orphan[] => {
      if (entry.kind !== 'Tenant' || entry.state.value !== 'Active' || unknown.has(entry.tenant.name)) return [];
      const key = `${cluster.name}/${entry.name}`;
      const had = old.get(key) ?? [];
      return had.length === 0 || now.has(key) ? [] : [{ tenant: entry.tenant, namespace: entry.namespace, had }];
    }),
  );
  const byNamespace = groupedBy(found, ({ tenant, namespace }) => `${tenant.name}/${namespace.name}`);
  return Array.from(byNamespace.values()).flatMap(([first, ...rest]) =>
    first ? [{ ...first, had: [first, ...rest].flatMap(({ had }) => had) }] : [],
  );
}

/** Who has the role admin, by `cluster/namespace`; without groups that are not declared, or declared to be empty. */
function adminsBy({ graph, landscape }: State): Map<string, Access[]> {
  const people = new Set(
    landscape.organization.groups.flatMap(({ name, members }) => (members?.length === 0 ? [] : [name])),
  );
  return groupedBy(
    graph.clusters.flatMap(({ accesses }) =>
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

function activeNamespaces({ graph }: State, tenant: string): Set<string> {
  return new Set(
    graph.clusters.flatMap(({ namespaces }) =>
      namespaces.flatMap((entry) =>
        entry.kind === 'Tenant' && entry.tenant.name === tenant && entry.state.value === 'Active' ? [entry.name] : [],
      ),
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

/** Who loses the role; and the groups that are empty now. */
function itemsOf(context: ChangeContext, orphans: readonly Orphan[]): string[] {
  const names = new Set(orphans.map(({ namespace }) => namespace.name));
  const subjects = orphans.flatMap(({ had }) => had.map(({ subject }) => subject.name));
  return [
    ...lossesIn(context, ({ scope }) => scope.kind === 'Namespace' && names.has(scope.namespace)),
    ...itemsIn(context.plan)(...subjects.map((name) => `members/${name}`)),
  ];
}
