import { createHash } from 'node:crypto';
import type { ClusterNamespace } from '../access/graph.ts';
import type { Cluster, Group, Organization, ResolvedIsolation, Tenant } from '../config/model/desired-state.ts';
import { quotaKeys } from '../config/model/desired-state.ts';
import type { Allocation, ContainerLimits, Quota } from '../settings/schema.ts';
import type { Origin, PathStep } from '../source/source.ts';
import { originAt } from '../source/source.ts';
import type { Entity, SettingFact } from './fact.ts';
import type { Parts } from './parts.ts';
import { rightsOf } from '../kubernetes/rbac.ts';

/**
 * All that the config settles beside who has which role: what exists, what limits it, and what keeps it apart. Not the
 * lines that give access: those are facts about access, wherever they are written.
 */
export function* settingFacts({ organization, limits, clusters, tenants, namespaces }: Parts): Iterable<SettingFact> {
  if (organization) yield* organizationFacts(organization);
  for (const group of organization?.groups ?? []) yield* groupFacts(group);
  for (const cluster of clusters) yield* clusterFacts(cluster);
  for (const tenant of tenants) yield* tenantFacts(tenant, limits);
  for (const { entry, cluster } of namespaces) yield* namespaceFacts(entry, cluster);
}

/** Gives the facts of one entity. */
function about(entity: Entity, home: Origin) {
  const fact = (what: string, value: string | number | boolean, at: Origin, item?: string): SettingFact => ({
    kind: 'setting',
    entity,
    about: what,
    ...(item !== undefined && { item }),
    value: String(value),
    origin: at,
  });
  return {
    fact,
    exists: (): SettingFact => fact('', '', home),
    at: (...steps: readonly PathStep[]): Origin => originAt(home, 'spec', ...steps),
    /** A setting that may not be there, which is a value of its own. */
    maybe: (what: string, value: string | number | undefined, at: Origin): SettingFact[] =>
      value === undefined ? [] : [fact(what, value, at)],
    each: (what: string, items: readonly string[], at: Origin): SettingFact[] =>
      items.map((item) => fact(what, '', at, item)),
  };
}

/** The organization is one: whatever its name, its settings are compared. */
const organizationEntity: Entity = { kind: 'organization', name: '' };

function* organizationFacts(organization: Organization): Iterable<SettingFact> {
  const { fact, exists, at, maybe, each } = about(organizationEntity, organization.origin);
  const { naming, limits, policies, argoCD, removals, gitHub } = organization;
  if (organization.name === '') return;
  yield exists();
  yield fact('issuer', organization.issuer.value, organization.issuer.origin);
  for (const { value, origin } of organization.admins) yield fact('admin', '', origin, value);
  yield fact('tenantPrefix', naming.tenantPrefix, at('naming', 'tenantPrefix'));
  yield fact('identifierMaxLength', naming.identifierMaxLength, at('naming', 'identifierMaxLength'));
  yield fact('groupPattern', naming.groupPattern.value, naming.groupPattern.origin);
  yield fact('namespacesPerTenant', limits.namespacesPerTenant, at('limits', 'namespacesPerTenant'));
  yield* maybe('shareDays', limits.shareDays, at('limits', 'shareDays'));
  yield* each('protected namespace', organization.protectedNamespaces, at('protectedNamespaces'));
  yield fact('typescript', organization.typescript, at('config', 'typescript'));
  yield fact('labelDomain', organization.labelDomain, at('labelDomain'));
  for (const { code, target, until, origin } of organization.exceptions) {
    yield fact('exception', until, origin, `${code} ${target}`);
  }
  yield* maybe('Argo CD repository', argoCD?.repoURL, at('argoCD', 'repoURL'));
  yield* maybe('Argo CD revision', argoCD?.targetRevision, at('argoCD', 'targetRevision'));
  yield* maybe('Argo CD path', argoCD?.path, at('argoCD', 'path'));
  yield* maybe('Argo CD cluster', argoCD?.cluster?.value, at('argoCD', 'cluster'));
  yield* maybe('Argo CD namespace', argoCD?.namespace, at('argoCD', 'namespace'));
  yield fact('syncIdentity', organization.syncIdentity, at('argoCD', 'serviceAccount'));
  yield* each('break-glass group', policies.breakGlassGroups, at('policies', 'breakGlassGroups'));
  yield fact('selfServiceBindings', policies.selfServiceBindings, at('policies', 'selfServiceBindings'));
  for (const [key, value] of Object.entries(organization.production)) {
    yield fact('production label', value, at('changes', 'production', key), key);
  }
  const limitsOfChanges = at('changes', 'removals');
  yield fact('removals namespaces', removals.namespaces, originAt(limitsOfChanges, 'namespaces'));
  yield fact('removals accessPercent', removals.accessPercent, originAt(limitsOfChanges, 'accessPercent'));
  yield fact('removals accessMinimum', removals.accessMinimum, originAt(limitsOfChanges, 'accessMinimum'));
  yield* maybe('GitHub organization', gitHub?.organization, at('gitHub', 'organization'));
  for (const [key, team] of gitHub?.teams ?? []) yield fact('GitHub team', team, at('gitHub', 'teams', key), key);
  for (const [key, user] of gitHub?.users ?? []) yield fact('GitHub user', user, at('gitHub', 'users', key), key);
  yield* isolationFacts(organizationEntity, organization.isolation, organization.origin);
}

function* groupFacts({ name, origin, members, namespace }: Group): Iterable<SettingFact> {
  const { fact, exists, maybe } = about({ kind: 'group', name }, origin);
  yield exists();
  yield* maybe('namespace', namespace?.value, namespace?.origin ?? origin);
  // Saying that a group is empty is not the same as not saying who is in it.
  if (members) yield fact('members', 'declared', originAt(origin, 'members'));
  for (const member of members ?? []) yield fact('member', '', member.origin, member.value);
}

function* clusterFacts(cluster: Cluster): Iterable<SettingFact> {
  const { fact, exists, at, each, maybe } = about({ kind: 'cluster', name: cluster.name }, cluster.origin);
  const { certificateAuthority, storageClasses, ingressClasses } = cluster;
  yield exists();
  yield fact('server', cluster.server.value, cluster.server.origin);
  yield* maybe('certificate authority', fingerprint(certificateAuthority.pem), certificateAuthority.origin);
  yield fact('kubernetesVersion', cluster.kubernetesVersion.value, cluster.kubernetesVersion.origin);
  yield fact('id', cluster.id.value, cluster.id.origin);
  for (const { group, origin, namespace } of cluster.sharedWith) {
    yield fact('shared with', namespace ?? 'no namespace', origin, group);
  }
  for (const [key, value] of Object.entries(cluster.labels)) yield fact('label', value, at('labels', key), key);
  yield fact('syncIdentity', cluster.syncIdentity, at('syncIdentity'));
  yield fact('Applications', String(cluster.applications), at('applications'));
  yield* each('trusted service account', cluster.trustedServiceAccounts, at('trustedServiceAccounts'));
  for (const [what, classes] of [
    ['storage class', storageClasses],
    ['ingress class', ingressClasses],
  ] as const) {
    for (const { value, origin } of classes ?? []) yield fact(what, '', origin, value);
  }
}

function* tenantFacts(tenant: Tenant, limits: Organization['limits']): Iterable<SettingFact> {
  const entity = { kind: 'tenant', name: tenant.name } as const;
  const { fact, exists, at } = about(entity, tenant.origin);
  yield exists();
  yield {
    ...fact('namespaces', tenant.namespaces.length, at('namespaces')),
    limit: String(limits.namespacesPerTenant),
  };
  for (const { value, origin } of tenant.allocations) yield fact('allocation', budget(value), origin, value.name);
  yield fact('subscriptionGroup', tenant.subscriptionGroup, at('subscriptionGroup'));
  if (tenant.quota) yield* quotaFacts(entity, tenant.quota.value, tenant.quota.origin);
  yield fact('cordoned', tenant.cordoned.value, tenant.cordoned.origin);
  yield fact('deletion', tenant.deletion.value, tenant.deletion.origin);
  yield fact('state', tenant.state.value, tenant.state.origin);
  for (const { value, origin } of tenant.roles) {
    const role = about({ kind: 'role', name: `${tenant.name}/${value.name}` }, origin);
    yield role.exists();
    for (const right of rightsOf(value.rules)) yield role.fact('right', '', originAt(origin, 'rules'), right);
  }
}

function* namespaceFacts(entry: ClusterNamespace, cluster: Cluster): Iterable<SettingFact> {
  const entity = { kind: 'namespace', name: entry.name } as const;
  switch (entry.kind) {
    case 'Retained':
      yield about(entity, entry.origin).fact('on cluster', 'retained', entry.origin, cluster.name);
      return;
    case 'Group':
      yield about(entity, entry.share.origin).fact(
        'on cluster',
        ownedBy(entry.share.group),
        entry.share.origin,
        cluster.name,
      );
      return;
    case 'Tenant': {
      const { namespace, tenant, state } = entry;
      const { fact, maybe } = about(entity, namespace.origin);
      const { allocation, quota, containerLimits } = namespace;
      yield fact('on cluster', state.value, state.origin, cluster.name);
      yield fact('tenant', tenant.name, namespace.nameOrigin);
      // Of `solar-prod` as a full name the identifier is another than of `prod` in tenant solar.
      yield* maybe('identifier', namespace.prefixed ? undefined : namespace.identifier, namespace.nameOrigin);
      yield* maybe('allocation', allocation?.value, allocation?.origin ?? namespace.origin);
      if (quota) yield* quotaFacts(entity, quota.value, quota.origin);
      yield* maybe(
        'containerLimits',
        containerLimits && limitsText(containerLimits.value),
        containerLimits?.origin ?? namespace.origin,
      );
      yield fact(
        'cordoned',
        namespace.cordoned,
        tenant.cordoned.value ? tenant.cordoned.origin : (namespace.ownCordoned?.origin ?? namespace.origin),
      );
      for (const [key, label] of namespace.labels) yield fact('label', label.value, label.origin, key);
      yield* isolationFacts(entity, namespace.isolation, namespace.origin);
    }
  }
}

function* isolationFacts(entity: Entity, isolation: ResolvedIsolation, home: Origin): Iterable<SettingFact> {
  const { fact } = about(entity, home);
  yield fact('network', isolation.network.value, isolation.network.origin);
  yield fact('podSecurity', isolation.podSecurity.value, isolation.podSecurity.origin);
  const nodes = Object.entries(isolation.nodeSelector ?? {});
  // One that is there and empty sets aside what the cluster would choose by itself.
  if (isolation.nodeSelector && nodes.length === 0) yield fact('nodeSelector', 'any node', home);
  for (const [key, value] of nodes) yield fact('nodeSelector', value, home, key);
  for (const list of ['registries', 'storageClasses', 'ingressClasses', 'runtimeClasses', 'priorityClasses'] as const) {
    const allowed = isolation[list];
    if (!allowed) continue;
    // A list that is there and empty allows nothing; one that is not there allows all.
    yield fact(list, 'only', allowed.origin);
    for (const value of allowed.value) yield fact(list, '', allowed.origin, value);
  }
}

function* quotaFacts(entity: Entity, quota: Quota, origin: Origin): Iterable<SettingFact> {
  const { fact } = about(entity, origin);
  for (const [key] of quotaKeys) {
    const limit = quota[key];
    if (limit !== undefined) yield fact(`quota ${key}`, limit, originAt(origin, key));
  }
  for (const [key, limit] of Object.entries(quota.hard ?? {})) {
    yield fact(`quota ${key}`, limit, originAt(origin, 'hard', key));
  }
}

function budget({ budget: { amount, currency, period }, start, end }: Allocation): string {
  return [
    `${amount} ${currency} ${period}`,
    ...(start === undefined ? [] : [`from ${start}`]),
    ...(end === undefined ? [] : [`until ${end}`]),
  ].join(' ');
}

/** In one line; undefined for limits that limit nothing. */
function limitsText({ defaultRequest, default: standard, max }: ContainerLimits): string | undefined {
  const parts = Object.entries({ defaultRequest, default: standard, max }).flatMap(([name, amounts]) => {
    const each = Object.entries(amounts ?? {}).map(([resource, amount]) => `${resource} ${amount}`);
    return each.length === 0 ? [] : [`${name} ${each.sort().join(' ')}`];
  });
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** The certificates by their contents: how a file breaks its lines says nothing about whom it trusts. */
function fingerprint(pem: string | undefined): string | undefined {
  if (pem === undefined) return undefined;
  return `sha256 ${createHash('sha256').update(pem.replace(/\s+/g, '')).digest('hex').slice(0, 16)}`;
}

const ofGroup = 'of group ';

/** What the namespace of a group is on a cluster. */
function ownedBy(group: string): string {
  return ofGroup + group;
}

/** The same for the group under its current name; other values stay as they are. */
export function withOwner(value: string, current: (group: string) => string): string {
  return value.startsWith(ofGroup) ? ownedBy(current(value.slice(ofGroup.length))) : value;
}
