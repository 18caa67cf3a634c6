import { platformRoles } from '../access/graph.ts';
import type { Scope } from '../access/graph.ts';
import type { LiveRule } from '../cluster/snapshot.ts';
import { builtIn } from '../kubernetes/built-in-roles.ts';
import type { PolicyRule, ResourceRule } from '../kubernetes/rbac.ts';
import { rightsOf, rulesCover } from '../kubernetes/rbac.ts';
import { sensitiveRights } from '../kubernetes/sensitive-rights.ts';
import { isBuiltInRole } from '../kubernetes/user-roles.ts';
import { covers } from '../plan/roles.ts';
import { compareCodeUnits, groupedBy } from '../values/order.ts';
import type { BoundRole } from './grants.ts';
import type { HeldRole, Rights } from './finding.ts';
import type { View } from './view.ts';
import { objectKey } from './view.ts';

/** What is known of the roles of a cluster. */
export interface RoleBook {
  /** Whether a role that is bound in a scope allows all that another one does. */
  readonly covers: (a: BoundRole, b: BoundRole, scope: Scope) => boolean;
  /** Whether a namespace's admin holds all that is in a role, and so may give it. Unknown rules may be. */
  readonly isWithinAdmin: (role: BoundRole, namespace: string) => boolean;
  /** The role by its name in the config, and with its rights where that does not know it. */
  readonly held: (role: BoundRole, scope: Scope) => HeldRole;
}

/** The rules of a role, or why there are none. */
type Rules = readonly PolicyRule[] | 'unknown' | 'absent' | 'too-many';

const admin: BoundRole = { kind: 'ClusterRole', name: 'admin' };

/** What is known of the roles of a cluster: by their names, and where those say nothing, by their rules. */
export function roleBook(view: View): RoleBook {
  const { lists, access, customRoles, entries, desired, rendered } = view;
  const clusterRoles = lists.clusterroles && new Map(lists.clusterroles.map((role) => [role.name, role.rules]));
  const roles = lists.roles && new Map(lists.roles.map((role) => [objectKey({ kind: 'Role', ...role }), role.rules]));
  const existing = new Set(desired.organization.clusterRoles.map(({ value }) => value));

  const rulesOf = (role: BoundRole, scope: Scope): Rules => {
    const rules = writtenRules(role, scope);
    return typeof rules !== 'string' && areTooMany(rules) ? 'too-many' : rules;
  };
  const writtenRules = ({ kind, name }: BoundRole, scope: Scope): Rules => {
    if (kind === 'Role') {
      if (!roles || scope.kind === 'Cluster') return 'unknown';
      return roles.get(objectKey({ kind, name, namespace: scope.namespace })) ?? 'absent';
    }
    const declared = customRoles.get(name);
    if (declared) return declared.role.rules;
    if (clusterRoles) return clusterRoles.get(name) ?? 'absent';
    return builtIn(access.cluster.kubernetesVersion.value).roles.get(name)?.rules ?? 'unknown';
  };
  const coversByRules = (a: BoundRole, b: BoundRole, scope: Scope): boolean => {
    // On the whole cluster, roles also allow paths, which are not compared.
    if (scope.kind === 'Cluster') return false;
    const [wide, narrow] = [rulesOf(a, scope), rulesOf(b, scope)];
    if (typeof wide === 'string' || typeof narrow === 'string') return false;
    return rulesCover(resourceRules(wide), resourceRules(narrow));
  };

  return {
    covers: (a, b, scope) => covers({ role: a }, { role: b }) || coversByRules(a, b, scope),
    isWithinAdmin: (role, namespace) => {
      if (role.kind === 'ClusterRole' && isBuiltInRole(role.name)) return true;
      const scope = { kind: 'Namespace', namespace } as const;
      const rules = rulesOf(role, scope);
      if (typeof rules !== 'string') return coversByRules(admin, role, scope);
      // A Role that is not there gives nothing until an admin makes it; a ClusterRole is made by somebody else.
      return rules === 'unknown' || role.kind === 'Role';
    },
    held: (role, scope) => {
      const { kind, name } = role;
      const declared = kind === 'ClusterRole' ? customRoles.get(name) : undefined;
      const entry = scope.kind === 'Namespace' ? entries.get(scope.namespace) : undefined;
      // Another tenant's role of the same name is another role.
      if (
        declared &&
        (declared.tenant === undefined || (entry?.kind === 'Tenant' && entry.tenant.name === declared.tenant))
      ) {
        return { kind: declared.ref.kind, name: declared.ref.name };
      }
      const isKnown =
        kind === 'ClusterRole' &&
        (isBuiltInRole(name) ||
          platformNames.has(name) ||
          existing.has(name) ||
          (!declared && rendered.has(objectKey({ kind, name }))));
      return isKnown ? { kind, name } : { kind, name, rights: rightsIn(rulesOf(role, scope)) };
    },
  };
}

const platformNames: ReadonlySet<string> = new Set(Object.values(platformRoles).map(({ name }) => name));

function rightsIn(rules: Rules): Rights {
  if (rules === 'unknown' || rules === 'absent') return { state: rules };
  const rights = rules === 'too-many' ? undefined : rightsOfRules(rules);
  if (rules === 'too-many' || !rights) return { state: 'too-many' };
  const sensitive = groupedBy(sensitiveRights(resourceRules(rules)), ({ name }) => name);
  return {
    state: 'known',
    rights,
    sensitive: Array.from(sensitive.values()).flatMap(([first]) =>
      first ? [{ name: first.name, effect: first.effect }] : [],
    ),
  };
}

/** More rights than any role of people has: whoever writes a role decides how long it takes to look at each. */
const mostRights = 50_000;

function areTooMany(rules: readonly LiveRule[]): boolean {
  const count = (list: readonly unknown[] | undefined): number => Math.max(1, list?.length ?? 0);
  const rights = rules.reduce(
    (sum, { verbs, apiGroups, resources, resourceNames, nonResourceURLs }) =>
      sum +
      count(verbs) * (count(apiGroups) * count(resources) * count(resourceNames) + (nonResourceURLs ?? []).length),
    0,
  );
  return rights > mostRights;
}

/** All that rules allow, one right each, sorted, those on paths among them; undefined where they are too many to tell. */
export function rightsOfRules(rules: readonly LiveRule[]): string[] | undefined {
  if (areTooMany(rules)) return undefined;
  const onPaths = rules.flatMap(({ verbs, nonResourceURLs = [] }) =>
    verbs.flatMap((verb) => nonResourceURLs.map((path) => `${verb} ${path}`)),
  );
  return [...rightsOf(resourceRules(rules)), ...new Set(onPaths)].sort(compareCodeUnits);
}

/** The rules about resources, as they are compared: a list of names that is empty names nothing in particular. */
function resourceRules(rules: readonly LiveRule[]): ResourceRule[] {
  return rules.flatMap(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
    resources.length === 0 ? [] : [{ verbs, apiGroups, resources, ...(resourceNames.length > 0 && { resourceNames }) }],
  );
}
