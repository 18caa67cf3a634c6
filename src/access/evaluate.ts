import type { Group } from '../config/model/desired-state.ts';
import { reservedGroups } from '../config/model/desired-state.ts';
import type { Origin } from '../source/source.ts';
import { originAt } from '../source/source.ts';
import { builtIn } from '../kubernetes/built-in-roles.ts';
import { clusterScopeRules } from './cluster-scope-rules.ts';
import type { Access, ClusterAccess } from './graph.ts';
import { isExisting, platformRoles } from './graph.ts';
import { isOwnAuthentication, ofPlatform, rbacName } from './names-on.ts';
import { serviceAccountUserName } from '../kubernetes/names.ts';
import type { AccessRequest, PolicyRule } from '../kubernetes/rbac.ts';
import { ruleAllows } from '../kubernetes/rbac.ts';

/** Who asks, as the API server sees it once it has accepted the credentials. */
export interface Claims {
  readonly username: string;
  readonly groups: readonly string[];
}

/** The answer to a request: what RBAC says, and nothing of admission policies. */
export interface Verdict {
  readonly allowed: boolean;
  /** Each alone is enough. Empty when it is not allowed. */
  readonly because: readonly Grant[];
  /** The accesses that hold where the request is, and do not allow it. */
  readonly insufficient: readonly Access[];
  /** The accesses that hold where the request is, by ClusterRoles of which the files do not say what they allow. */
  readonly unknown: readonly Access[];
}

/** An access that allows a request. */
export interface Grant {
  readonly access: Access;
  /** The rule of the access' role that does. */
  readonly rule: PolicyRule;
  /** Where the rule is written, if the role is a custom one. */
  readonly ruleOrigin?: Origin;
}

const authenticated = 'system:authenticated';

/** The claims of a token of the platform: its subject is `user:<username>` (S30). */
export function tokenClaims(user: string, groups: readonly string[]): Claims {
  return { username: `${ofPlatform.user}${user}`, groups: [...groups, authenticated] };
}

/** The claims of a user who is in `groups` of the organization, on a cluster: by its names, whoever gives its tokens. */
export function claimsOn(access: ClusterAccess, user: string, groups: readonly Group['name'][]): Claims {
  const username = rbacName(access.cluster, { kind: 'User', name: user });
  return { username, groups: [...groupClaims(access, groups), authenticated] };
}

/** The claims of a service account's own token. */
export function serviceAccountClaims(namespace: string, name: string): Claims {
  return {
    username: serviceAccountUserName(namespace, name),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticated],
  };
}

/**
 * The group claims of somebody who is in `groups` of the organization: every token for the cluster holds `cluster-scope`
 * as well (S33), and only those get one who are in a group that the cluster is shared with, or admins (S14, S34). The
 * cluster's own identity provider knows its own groups alone, each by the cluster's name for it.
 */
export function groupClaims(access: ClusterAccess, groups: readonly Group['name'][]): readonly string[] {
  const { cluster } = access;
  if (isOwnAuthentication(cluster)) {
    const known = groups.filter((group) => !reservedGroups.some((reserved) => reserved === group));
    return known.map((name) => rbacName(cluster, { kind: 'Group', name }));
  }
  return seesCluster(access, groups) && !groups.includes('cluster-scope') ? [...groups, 'cluster-scope'] : groups;
}

/** Whether the platform gives tokens for the cluster to somebody in `groups` (S14). */
export function seesCluster({ seenBy }: ClusterAccess, groups: readonly Group['name'][]): boolean {
  return groups.includes('cluster-admins') || seenBy.some(({ group }) => groups.includes(group));
}

/** The accesses on a cluster that hold for these claims, those included that Kubernetes itself gives, without a reason. */
export function accessesOf(cluster: ClusterAccess, claims: Claims): Access[] {
  return [
    ...cluster.accesses.filter((access) => holdsFor(cluster, access, claims)),
    ...builtInAccesses(cluster, claims),
  ];
}

/** What Kubernetes itself gives to the groups among the claims: discovery, and questions about oneself. */
export function builtInAccesses({ cluster }: ClusterAccess, { groups }: Pick<Claims, 'groups'>): Access[] {
  return builtIn(cluster.kubernetesVersion.value)
    .bindings.filter(({ group }) => groups.includes(group))
    .map(({ group, role }) => ({
      cluster: cluster.name,
      subject: { kind: 'Group', name: group },
      role: { kind: 'ClusterRole', name: role },
      scope: { kind: 'Cluster' },
      because: [],
    }));
}

/** Whether a request is allowed by `accesses`, which all hold on the cluster for whoever asks. */
export function evaluate(cluster: ClusterAccess, accesses: readonly Access[], request: AccessRequest): Verdict {
  const because: Grant[] = [];
  const insufficient: Access[] = [];
  const unknown: Access[] = [];
  for (const access of accesses) {
    if (!reaches(access, request)) continue;
    if (isExisting(access.role) && !rulesOfClusterRole(cluster, access.role.name)) {
      unknown.push(access);
      continue;
    }
    const found = rulesOf(cluster, access).find(({ rule }) => ruleAllows(rule, request));
    if (found) because.push({ access, ...found });
    else insufficient.push(access);
  }
  return { allowed: because.length > 0, because, insufficient, unknown };
}

function holdsFor({ cluster }: ClusterAccess, { subject }: Access, claims: Claims): boolean {
  switch (subject.kind) {
    case 'User':
      return claims.username === rbacName(cluster, subject);
    case 'Group':
      return claims.groups.includes(rbacName(cluster, subject));
    case 'ServiceAccount':
      return claims.username === serviceAccountUserName(subject.namespace, subject.name);
  }
}

/** A role in a namespace reaches requests in that namespace, and none about all namespaces or the cluster. */
function reaches({ scope }: Access, request: AccessRequest): boolean {
  return scope.kind === 'Cluster' || ('namespace' in request && request.namespace === scope.namespace);
}

interface LocatedRule {
  readonly rule: PolicyRule;
  readonly ruleOrigin?: Origin;
}

/** The rules of a ClusterRole that the platform or Kubernetes itself makes; undefined for another. */
function rulesOfClusterRole({ cluster }: ClusterAccess, name: string): readonly PolicyRule[] | undefined {
  if (name === platformRoles.clusterScope.name) return clusterScopeRules;
  return builtIn(cluster.kubernetesVersion.value).roles.get(name)?.rules;
}

function rulesOf(access: ClusterAccess, { role, scope }: Access): readonly LocatedRule[] {
  const { namespaces, roles: ofOrganization } = access;
  if (role.kind === 'ClusterRole') {
    const rules = rulesOfClusterRole(access, role.name);
    if (!rules) throw new Error(`the rules of ClusterRole ${role.name} are not recorded: run npm run record-roles`);
    return rules.map((rule) => ({ rule }));
  }
  if (scope.kind === 'Cluster') return [];
  const entry = namespaces.find(({ name }) => name === scope.namespace);
  const ofTenant = entry?.kind === 'Tenant' ? entry.tenant.roles : [];
  const roles = role.kind === 'OrganizationRole' ? ofOrganization : ofTenant;
  return roles
    .filter(({ value }) => value.name === role.name)
    .flatMap(({ value, origin }) => value.rules.map((rule, i) => ({ rule, ruleOrigin: originAt(origin, 'rules', i) })));
}
