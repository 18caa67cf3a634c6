import { createHash } from 'node:crypto';
import { customRolesInUse, existingRolesInUse, roleKey } from '../access/custom-roles.ts';
import type { ClusterAccess, ClusterNamespace } from '../access/graph.ts';
import type { Ceilings } from '../config/model/ceilings.ts';
import type {
  Cluster,
  CustomRole,
  Group,
  Located,
  Organization,
  ResolvedIsolation,
  Tenant,
} from '../config/model/desired-state.ts';
import type { LocatedValues } from '../config/model/located.ts';
import { changes, removals } from '../settings/changes.ts';
import { authentication, cluster as clusterTable, textOfPowers } from '../settings/cluster.ts';
import { existence, givenByArgoCD, membersDeclared, tenantOfNamespace } from '../settings/derived.ts';
import { grants } from '../settings/grants.ts';
import { isolation as isolationTable, notByLabels } from '../settings/isolation.ts';
import { namespace as namespaceTable } from '../settings/namespace.ts';
import * as organizationTables from '../settings/organization.ts';
import type { Setting, SettingKeysOf, Table, Told, ValueKey, ValueKeys } from '../settings/setting.ts';
import { keysOf, valuesIn } from '../settings/setting.ts';
import { tenant as tenantTable } from '../settings/tenant.ts';
import { declaredByOthers, derivedShare } from '../settings/words.ts';
import type { SettingValue } from '../settings/value.ts';
import { present, word } from '../settings/value.ts';
import type { Origin, PathStep } from '../source/source.ts';
import { fileOrigin, originAt } from '../source/source.ts';
import { groupedBy } from '../values/order.ts';
import { shortText } from '../values/short-text.ts';
import type { Entity, SettingFact } from './fact.ts';
import type { Parts } from './parts.ts';
import { rightsOf } from '../kubernetes/rbac.ts';
import { signInText, workloadText } from './sign-in-text.ts';

/**
 * All that the config settles beside who has which role: what exists, what limits it, and what keeps it apart. Not the
 * lines that give access: those are facts about access, wherever they are written.
 *
 * Values that are taken as a whole are told by the tables of settings. What is left is told here, one function for each
 * key that is a setting: the compiler asks for one that is forgotten.
 */
export function* settingFacts({
  organization,
  ceilings,
  clusters,
  tenants,
  namespaces,
  accesses,
}: Parts): Iterable<SettingFact> {
  if (organization) yield* organizationFacts(organization);
  for (const group of organization?.groups ?? []) yield* groupFacts(group);
  for (const cluster of clusters) yield* clusterFacts(cluster);
  for (const cluster of accesses) {
    yield* argoCDFacts(cluster);
    yield* derivedShareFacts(cluster);
  }
  for (const tenant of tenants) yield* tenantFacts(tenant, ceilings(tenant.name));
  for (const { entry, cluster } of namespaces) yield* namespaceFacts(entry, cluster);
}

/** Tells each setting of a table that is resolved by hand. */
type ByHand<T extends Table> = Readonly<Record<SettingKeysOf<T>, () => Iterable<SettingFact>>>;

function all(byHand: Readonly<Record<string, () => Iterable<SettingFact>>>): SettingFact[] {
  return Object.values(byHand).flatMap((facts) => Array.from(facts()));
}

/** Gives the facts of one entity. */
function about(entity: Entity, home: Origin) {
  const fact = (setting: Setting, value: SettingValue, origin: Origin, item?: string): SettingFact => ({
    kind: 'setting',
    entity,
    setting,
    ...(item !== undefined && { item }),
    value,
    origin,
  });
  return {
    fact,
    exists: (): SettingFact => fact(existence, present, home),
    at: (...steps: readonly PathStep[]): Origin => originAt(home, 'spec', ...steps),
    /** Elements of a list. */
    each: (setting: Setting, items: readonly Located<string>[]): SettingFact[] =>
      items.map(({ value, origin }) => fact(setting, present, origin, value)),
    /** The entries of a mapping. */
    entries: (setting: Setting, entries: Iterable<readonly [string, string]>, origin: Origin): SettingFact[] =>
      Array.from(entries, ([key, text]) => fact(setting, word(text), originAt(origin, key), key)),
    /** What the table of settings says of the values. */
    values<V>(keys: ValueKeys<V>, values: LocatedValues<V>): SettingFact[] {
      return keysOf(keys).flatMap((key) => told(entity, keys[key], values[key]));
    },
  };
}

function told<V>(entity: Entity, key: ValueKey<V>, located: Located<V> | undefined): SettingFact[] {
  if (!located) return [];
  return key.told(located.value).map(({ steps, ...one }: Told): SettingFact => ({
    kind: 'setting',
    entity,
    setting: key,
    ...one,
    origin: steps.length === 0 ? located.origin : originAt(located.origin, ...steps),
  }));
}

/** The organization is one: whatever its name, its settings are compared. */
const organizationEntity: Entity = { kind: 'organization', name: '' };

const { naming, limits: limitKeys, policies: policyKeys, config, gitHub, argoCD } = organizationTables;
const values = {
  organization: valuesIn(organizationTables.organization),
  group: valuesIn(organizationTables.group),
  naming: valuesIn(naming),
  limits: valuesIn(limitKeys),
  grants: valuesIn(grants),
  policies: valuesIn(policyKeys),
  config: valuesIn(config),
  removals: valuesIn(removals),
  gitHub: valuesIn(gitHub),
  argoCD: valuesIn(argoCD),
  cluster: valuesIn(clusterTable),
  authentication: valuesIn(authentication),
  tenant: valuesIn(tenantTable),
  namespace: valuesIn(namespaceTable),
  isolation: valuesIn(isolationTable),
};

function* organizationFacts(organization: Organization): Iterable<SettingFact> {
  const of = about(organizationEntity, organization.origin);
  const { fact, exists, at, each, entries } = of;
  const keys = organizationTables.organization;
  if (organization.name === '') return;
  const list = (items: readonly string[], origin: Origin): Located<string>[] =>
    items.map((value) => ({ value, origin }));
  yield exists();
  yield* of.values(values.organization, organization);
  yield* of.values(values.naming, organization.naming);
  yield* of.values(values.limits, organization.limits);
  for (const { tenant, origin, values: grant } of organization.grants) {
    yield* about({ kind: 'tenant', name: tenant }, origin).values(values.grants, grant);
  }
  yield* of.values(values.policies, organization.policies);
  yield* of.values(values.config, organization.config);
  yield* of.values(values.removals, organization.removals);
  if (organization.gitHub) yield* of.values(values.gitHub, organization.gitHub);
  if (organization.argoCD) yield* of.values(values.argoCD, organization.argoCD);
  yield* isolationFacts(organizationEntity, organization.isolation, organization.origin);
  yield* all({
    admins: () => each(keys.admins, organization.admins),
    signIn: () =>
      organization.signIn.map(({ value, origin }) => fact(keys.signIn, word(signInText(value)), origin, value.issuer)),
    workloads: () =>
      organization.workloads.map(({ value, origin }) =>
        fact(keys.workloads, word(workloadText(value, organization.issuer.value)), origin, value.name),
      ),
    roles: () => roleFacts(keys.roles, organization.roles),
    clusterRoles: () => each(keys.clusterRoles, organization.clusterRoles),
    protectedNamespaces: () =>
      each(keys.protectedNamespaces, list(organization.protectedNamespaces, at('protectedNamespaces'))),
    labelDomain: () => [fact(keys.labelDomain, word(organization.labelDomain), at('labelDomain'))],
    cordons: () =>
      organization.cordons.map(({ tenant, namespace, reason, origin }) =>
        fact(keys.cordons, word(reason), origin, namespace === undefined ? tenant : `${tenant} ${namespace}`),
      ),
    exceptions: () =>
      organization.exceptions.map(({ code, target, until, origin }) =>
        fact(keys.exceptions, word(until), origin, `${code} ${target}`),
      ),
    expected: () =>
      organization.expected.map(({ kind, name, namespace, cluster, reason, origin }) => {
        const where = [
          ...(namespace === undefined ? [] : [`in ${namespace}`]),
          ...(cluster === undefined ? [] : [`on ${cluster}`]),
        ];
        return fact(keys.expected, word(reason), origin, [kind, name, ...where].join(' '));
      }),
  } satisfies ByHand<typeof keys>);
  yield* all({
    breakGlassGroups: () =>
      each(
        policyKeys.breakGlassGroups,
        list(organization.policies.breakGlassGroups, at('policies', 'breakGlassGroups')),
      ),
  } satisfies ByHand<typeof policyKeys>);
  yield* all({
    production: () => entries(changes.production, Object.entries(organization.production), at('changes', 'production')),
    productionNamespaces: () =>
      entries(
        changes.productionNamespaces,
        Object.entries(organization.productionNamespaces ?? {}),
        at('changes', 'productionNamespaces'),
      ),
  } satisfies ByHand<typeof changes>);
  yield* all({
    teams: () => entries(gitHub.teams, organization.gitHub?.teams ?? [], at('gitHub', 'teams')),
    users: () => entries(gitHub.users, organization.gitHub?.users ?? [], at('gitHub', 'users')),
  } satisfies ByHand<typeof gitHub>);
  yield* all({
    serviceAccount: () => [
      fact(argoCD.serviceAccount, word(organization.syncIdentity), at('argoCD', 'serviceAccount')),
    ],
  } satisfies ByHand<typeof argoCD>);
}

function* groupFacts(group: Group): Iterable<SettingFact> {
  const of = about({ kind: 'group', name: group.name }, group.origin);
  const { fact, exists, each } = of;
  const keys = organizationTables.group;
  yield exists();
  yield* of.values(values.group, group);
  yield* all({
    members: () =>
      group.members
        ? [
            fact(membersDeclared, word('declared'), originAt(group.origin, 'members')),
            ...each(keys.members, group.members),
          ]
        : [],
  } satisfies ByHand<typeof keys>);
}

function* clusterFacts(cluster: Cluster): Iterable<SettingFact> {
  const of = about({ kind: 'cluster', name: cluster.name }, cluster.origin);
  const { fact, exists, at, each, entries } = of;
  const keys = clusterTable;
  yield exists();
  yield* of.values(values.cluster, cluster);
  yield* of.values(values.authentication, cluster.authentication);
  yield* all({
    certificateAuthority: () => {
      // Without one, the certificate of the API server is publicly trusted: that is as much of an answer.
      if (!cluster.certificateAuthority) {
        return [fact(keys.certificateAuthority, word('publicly trusted'), cluster.server.origin)];
      }
      const { pem, origin } = cluster.certificateAuthority;
      return pem === undefined ? [] : [fact(keys.certificateAuthority, word(fingerprint(pem)), origin)];
    },
    id: () => [fact(keys.id, word(cluster.id.value), cluster.id.origin)],
    sharedWith: () =>
      cluster.sharedWith.map(({ group, origin, namespace }) =>
        fact(keys.sharedWith, word(namespace ?? 'no namespace'), origin, group),
      ),
    labels: () => entries(keys.labels, Object.entries(cluster.labels), at('labels')),
    syncIdentity: () => [fact(keys.syncIdentity, word(cluster.syncIdentity), at('syncIdentity'))],
    trustedServiceAccounts: () =>
      Array.from(
        groupedBy(cluster.trustedServiceAccounts, ({ serviceAccount }) => serviceAccount),
        ([account, entries]) => {
          const powers = new Set(entries.flatMap((entry) => entry.powers));
          const origin = entries[0]?.origin ?? at('trustedServiceAccounts');
          return fact(keys.trustedServiceAccounts, word(textOfPowers(powers)), origin, account);
        },
      ),
    storageClasses: () => each(keys.storageClasses, cluster.storageClasses ?? []),
    ingressClasses: () => each(keys.ingressClasses, cluster.ingressClasses ?? []),
  } satisfies ByHand<typeof keys>);
}

/** What Argo CD's account may do on one cluster and not on every other: it may give the roles that are given there. */
function* argoCDFacts(access: ClusterAccess): Iterable<SettingFact> {
  const { fact } = about({ kind: 'cluster', name: access.cluster.name }, access.cluster.origin);
  for (const { tenant, role, clusterRole } of customRolesInUse(access)) {
    yield fact(givenByArgoCD, word(clusterRole), role.origin, roleKey(tenant?.name, role.value.name));
  }
  // Without a slash: it is somebody else's.
  for (const name of existingRolesInUse(access)) yield fact(givenByArgoCD, word(name), access.cluster.origin, name);
}

/** The groups that see a cluster by what they have there; those that it is shared with are told by the cluster. */
function* derivedShareFacts({ cluster, seenBy }: ClusterAccess): Iterable<SettingFact> {
  const { fact } = about({ kind: 'cluster', name: cluster.name }, cluster.origin);
  for (const { group, isDerived, until, because } of seenBy) {
    const [first] = because;
    if (!isDerived || !first) continue;
    const value = until === undefined ? derivedShare : `${derivedShare} until ${until}`;
    yield fact(clusterTable.sharedWith, word(value), first.origin, group);
  }
}

function* tenantFacts(tenant: Tenant, { namespacesPerTenant }: Ceilings): Iterable<SettingFact> {
  const of = about({ kind: 'tenant', name: tenant.name }, tenant.origin);
  const { fact, exists, at } = of;
  const keys = tenantTable;
  yield exists();
  yield* of.values(values.tenant, tenant);
  yield* all({
    namespaces: () => [
      {
        ...fact(keys.namespaces, { type: 'number', number: tenant.namespaces.length }, at('namespaces')),
        limit: namespacesPerTenant.value,
      },
    ],
    allocations: () =>
      tenant.allocations.map(({ value: { name, budget, start, end }, origin }) => {
        const days = { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
        return fact(keys.allocations, { type: 'budget', budget: { ...budget, ...days } }, origin, name);
      }),
    subscriptionGroup: () => [fact(keys.subscriptionGroup, word(tenant.subscriptionGroup), at('subscriptionGroup'))],
    roles: () => roleFacts(keys.roles, tenant.roles, tenant.name),
  } satisfies ByHand<typeof keys>);
}

function roleFacts(setting: Setting, roles: readonly Located<CustomRole>[], tenant?: string): SettingFact[] {
  return roles.flatMap(({ value, origin }) => {
    const role = about({ kind: 'role', name: roleKey(tenant, value.name) }, origin);
    const rights = rightsOf(value.rules).map((right) => role.fact(setting, present, originAt(origin, 'rules'), right));
    return [role.exists(), ...rights];
  });
}

/** What holds in a namespace on a cluster. */
export function namespaceSettings(entry: ClusterNamespace, cluster: Cluster): SettingFact[] {
  return Array.from(namespaceFacts(entry, cluster));
}

function* namespaceFacts(entry: ClusterNamespace, cluster: Cluster): Iterable<SettingFact> {
  const entity = { kind: 'namespace', name: entry.name, cluster: cluster.name } as const;
  const keys = namespaceTable;
  const onCluster = (value: SettingValue, origin: Origin, home = origin): SettingFact =>
    about(entity, home).fact(keys.clusters, value, origin, cluster.name);
  switch (entry.kind) {
    case 'Retained':
      yield onCluster(word('retained'), entry.origin);
      return;
    case 'Foreign':
      yield onCluster(word(declaredByOthers), entry.foreign.origin);
      return;
    case 'Group':
      yield onCluster({ type: 'group', group: entry.share.group }, entry.share.origin);
      return;
    case 'Tenant': {
      const { namespace, tenant, state } = entry;
      const of = about(entity, namespace.origin);
      const { fact } = of;
      yield fact(tenantOfNamespace, word(tenant.name), namespace.nameOrigin);
      yield* of.values(values.namespace, namespace);
      yield* isolationOn(cluster, isolationFacts(entity, namespace.isolation, namespace.origin));
      yield* all({
        clusters: () => [onCluster(word(state.value), state.origin)],
        fullName: () =>
          namespace.prefixed ? [] : [fact(keys.fullName, word(namespace.identifier), namespace.nameOrigin)],
        cordoned: () => [
          fact(
            keys.cordoned,
            { type: 'flag', flag: namespace.cordoned.value },
            namespace.cordoned.byDefault ? namespace.origin : namespace.cordoned.origin,
          ),
        ],
        labels: () =>
          Array.from(namespace.labels, ([key, { value, origin }]) => fact(keys.labels, word(value), origin, key)),
        annotations: () =>
          Array.from(namespace.annotations, ([key, { value, origin }]) =>
            fact(keys.annotations, word(shortText(value)), origin, key),
          ),
      } satisfies ByHand<typeof keys>);
    }
  }
}

function isolationFacts(entity: Entity, isolation: ResolvedIsolation, home: Origin): SettingFact[] {
  return about(entity, home).values(values.isolation, isolation);
}

/** What holds of an isolation on a cluster: where namespaces bear no labels of pod security, no standard does by them. */
function isolationOn({ podSecurityLabels }: Cluster, facts: readonly SettingFact[]): readonly SettingFact[] {
  if (podSecurityLabels.value === 'Written') return facts;
  return facts.map((fact) =>
    fact.setting === isolationTable.podSecurity
      ? { ...fact, value: word(notByLabels), origin: podSecurityLabels.origin }
      : fact,
  );
}

/** What an isolation says, by setting and element; that of a whole value under undefined. */
export function toldIsolation(isolation: ResolvedIsolation): Map<Setting, Map<string | undefined, SettingValue>> {
  const told = new Map<Setting, Map<string | undefined, SettingValue>>();
  for (const { setting, item, value } of isolationFacts(organizationEntity, isolation, fileOrigin(''))) {
    told.set(setting, (told.get(setting) ?? new Map<string | undefined, SettingValue>()).set(item, value));
  }
  return told;
}

/** The certificates by their contents: how a file breaks its lines says nothing about whom it trusts. */
function fingerprint(pem: string): string {
  return `sha256 ${createHash('sha256').update(pem.replace(/\s+/g, '')).digest('hex').slice(0, 16)}`;
}
