import type { Origin } from '../source.ts';
import { fileOrigin, originAt } from '../source.ts';
import { sortedBy } from '../order.ts';
import type { Cursor } from './cursor.ts';
import { entries, field, items } from './cursor.ts';
import type { ConfigFiles } from './files.ts';
import { organizationFile } from './files.ts';
import type {
  Cluster,
  ClusterShare,
  Group,
  Landscape,
  Located,
  Namespace,
  Organization,
  Owner,
  ResolvedIsolation,
  Share,
  Tenant,
} from './landscape.ts';
import { builtInProtectedNamespaces } from './landscape.ts';
import type {
  ClusterFile,
  Isolation,
  Namespace as NamespaceEntry,
  OrganizationFile,
  Owner as OwnerEntry,
  Share as ShareEntry,
  TenantFile,
} from './schema.ts';
import { dnsLabel } from './schema.ts';

const isDnsLabel = new RegExp(dnsLabel);

/** The meaning of the files: defaults and inheritance applied, every value with its origin. Judges nothing. */
export function resolve(files: ConfigFiles): Landscape {
  const organizationEntry = files.organization[0];
  const organizationRoot = rootCursor(organizationEntry?.path ?? organizationFile, organizationEntry?.checked);
  const organizationSpec = organizationRoot && field(organizationRoot, 'spec');
  const organizationDefaults = organizationSpec && field(organizationSpec, 'defaults');
  const organization = resolveOrganization(organizationRoot);
  const groups = new Map(organization.groups.map((g) => [g.name, g]));

  const unreadable = { clusters: new Set<string>(), tenants: new Set<string>() };
  const clusters = files.clusters.flatMap(({ path, stem, checked }) => {
    const root = rootCursor(path, checked);
    if (root) return [resolveCluster(root, stem, groups, files.certificates)];
    unreadable.clusters.add(stem);
    return [];
  });
  const tenants = files.tenants.flatMap(({ path, stem, checked }) => {
    const root = rootCursor(path, checked);
    if (root) return [resolveTenant(root, stem, organizationDefaults)];
    unreadable.tenants.add(stem);
    return [];
  });
  return {
    organization,
    clusters: sortedBy(clusters, (c) => [c.name, c.origin.file]),
    tenants: sortedBy(tenants, (t) => [t.name, t.origin.file]),
    unreadable,
  };
}

function rootCursor<T>(
  path: string,
  checked: { readonly file: T | undefined; readonly failed: ReadonlySet<string> } | undefined,
): Cursor<T> | undefined {
  return checked?.file === undefined
    ? undefined
    : { value: checked.file, origin: fileOrigin(path), failed: checked.failed };
}

/** A cursor's value, with its origin. */
function located<T>(cursor: Cursor<T>): Located<T> {
  return { value: cursor.value, origin: cursor.origin };
}

/** The value at `key`, or `fallback` as if it had been written there. */
function locatedOr<T extends object, K extends keyof T & string>(
  cursor: Cursor<T>,
  key: K,
  fallback: NonNullable<T[K]>,
): Located<NonNullable<T[K]>> {
  const found = field(cursor, key);
  return found ? located(found) : { value: fallback, origin: originAt(cursor.origin, key) };
}

/** `{ [key]: value }`, or nothing when there is no value: for optional properties that must not hold `undefined`. */
function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  const result: Partial<Record<K, V>> = {};
  if (value !== undefined) result[key] = value;
  return result;
}

function resolveOrganization(root: Cursor<OrganizationFile> | undefined): Organization {
  const spec = root && field(root, 'spec');
  if (!spec) return emptyOrganization();
  const { value } = spec;
  const naming = field(spec, 'naming');
  const limits = field(spec, 'limits')?.value;
  const argoCD = field(spec, 'argoCD')?.value;
  const defaults = field(spec, 'defaults');
  const isolation = defaults && field(defaults, 'isolation');
  const pattern = naming && field(naming, 'groupPattern');
  return {
    name: root.value.metadata.name,
    origin: root.origin,
    complete: root.failed.size === 0,
    issuer: locatedOr(spec, 'issuer', value.issuer),
    admins: items(field(spec, 'admins')).map(located),
    groups: items(field(spec, 'groups')).map((group): Group => ({
      name: group.value.name,
      origin: group.origin,
      ...optional('description', field(group, 'description')?.value),
      ...optional('members', field(group, 'members') && items(field(group, 'members')).map(located)),
      ...optional('namespace', locatedField(group, 'namespace')),
    })),
    naming: {
      tenantPrefix: (naming && field(naming, 'tenantPrefix')?.value) ?? 'Required',
      identifierMaxLength: (naming && field(naming, 'identifierMaxLength')?.value) ?? 7,
      groupPattern: pattern
        ? located(pattern)
        : { value: defaultGroupPattern, origin: originAt(spec.origin, 'naming', 'groupPattern') },
    },
    limits: {
      namespacesPerTenant: limits?.namespacesPerTenant ?? 10,
      ...optional('shareDays', limits?.shareDays),
    },
    isolation: mergeIsolation(isolation ? [isolation] : []),
    protectedNamespaces: [
      ...builtInProtectedNamespaces,
      ...items(field(spec, 'protectedNamespaces')).map((n) => n.value),
    ],
    labelDomain: field(spec, 'labelDomain')?.value ?? 'tenantry.dev',
    exceptions: items(field(spec, 'exceptions')).map((e) => ({ ...e.value, origin: e.origin })),
    ...optional(
      'argoCD',
      argoCD && {
        repoURL: argoCD.repoURL,
        targetRevision: argoCD.targetRevision ?? 'main',
        namespace: argoCD.namespace ?? 'argocd',
      },
    ),
  };
}

/** Names as identity providers give them: no spaces, nothing outside ASCII. */
const defaultGroupPattern = '[A-Za-z0-9][A-Za-z0-9._:@/+-]*';

/** What stands in for an organization that cannot be read, so that the other files can still be looked at. */
function emptyOrganization(): Organization {
  const origin = fileOrigin(organizationFile);
  return {
    name: '',
    origin,
    complete: false,
    issuer: { value: '', origin },
    admins: [],
    groups: [],
    naming: {
      tenantPrefix: 'Required',
      identifierMaxLength: 7,
      groupPattern: { value: defaultGroupPattern, origin },
    },
    limits: { namespacesPerTenant: 10 },
    isolation: mergeIsolation([]),
    protectedNamespaces: builtInProtectedNamespaces,
    labelDomain: 'tenantry.dev',
    exceptions: [],
  };
}

function locatedField<T extends object, K extends keyof T & string>(
  cursor: Cursor<T>,
  key: K,
): Located<NonNullable<T[K]>> | undefined {
  const found = field(cursor, key);
  return found && located(found);
}

function resolveCluster(
  root: Cursor<ClusterFile>,
  name: string,
  groups: ReadonlyMap<string, Group>,
  certificates: ReadonlyMap<string, string>,
): Cluster {
  const spec: Cursor<ClusterFile['spec']> = { ...root, value: root.value.spec, origin: originAt(root.origin, 'spec') };
  const classes = (key: 'storageClasses' | 'ingressClasses'): Located<string>[] | undefined => {
    const list = field(spec, key);
    return list && items(list).map(located);
  };
  return {
    name,
    origin: root.origin,
    complete: root.failed.size === 0,
    ...optional('description', field(spec, 'description')?.value),
    server: locatedOr(spec, 'server', spec.value.server),
    certificateAuthority: certificateAuthority(spec, certificates),
    kubernetesVersion: locatedOr(spec, 'kubernetesVersion', spec.value.kubernetesVersion),
    id: locatedOr(spec, 'id', name),
    sharedWith: items(field(spec, 'sharedWith')).map(({ value, origin }): ClusterShare => {
      const namespace = groups.get(value.group)?.namespace?.value ?? value.group;
      return {
        group: value.group,
        origin,
        ...(value.namespace !== false && isDnsLabel.test(namespace) && { namespace }),
      };
    }),
    retainedNamespaces: items(field(spec, 'retainedNamespaces')).map(located),
    labels: Object.fromEntries(entries(field(spec, 'labels')).map(([key, { value }]) => [key, value])),
    ...optional('storageClasses', classes('storageClasses')),
    ...optional('ingressClasses', classes('ingressClasses')),
  };
}

function certificateAuthority(
  spec: Cursor<ClusterFile['spec']>,
  certificates: ReadonlyMap<string, string>,
): Cluster['certificateAuthority'] {
  const { pem, base64, file } = spec.value.certificateAuthority;
  const origin = originAt(spec.origin, 'certificateAuthority');
  if (pem !== undefined) return { origin: originAt(origin, 'pem'), pem };
  if (base64 !== undefined) {
    return { origin: originAt(origin, 'base64'), pem: Buffer.from(base64, 'base64').toString('utf8') };
  }
  const text = certificates.get(`clusters/${file}`);
  return { origin: originAt(origin, 'file'), file, ...optional('pem', text) };
}

type TenantSpec = TenantFile['spec'];
type OrganizationDefaults = Cursor<NonNullable<OrganizationFile['spec']['defaults']>> | undefined;

function resolveTenant(root: Cursor<TenantFile>, name: string, organizationDefaults: OrganizationDefaults): Tenant {
  const spec: Cursor<TenantSpec> = { ...root, value: root.value.spec, origin: originAt(root.origin, 'spec') };
  const defaults = field(spec, 'defaults');
  const cordoned = locatedOr(spec, 'cordoned', false);
  const tenant = {
    name,
    origin: root.origin,
    complete: root.failed.size === 0,
    ...optional('description', field(spec, 'description')?.value),
    owners: items(field(spec, 'owners')).map(resolveOwner),
    allocations: items(field(spec, 'allocations')).map(located),
    subscriptionGroup: field(spec, 'subscriptionGroup')?.value ?? name,
    defaultShares: items(defaults && field(defaults, 'sharedWith')).map(resolveShare),
    ...optional('defaultAllocation', defaults && locatedField(defaults, 'allocation')),
    ...optional('quota', locatedField(spec, 'quota')),
    roles: items(field(spec, 'roles')).map(located),
    cordoned,
    deletion: locatedOr(spec, 'deletion', 'TwoStep'),
    state: locatedOr(spec, 'state', 'Active'),
  };
  const namespaces = resolveNamespaces(spec, tenant, organizationDefaults);
  return { ...tenant, namespaces };
}

function resolveOwner({ value, origin }: Cursor<OwnerEntry>): Owner {
  const { kind, name, namespace } = value;
  return { subject: { kind, name, ...optional('namespace', namespace) }, origin };
}

function resolveShare({ value, origin }: Cursor<ShareEntry>): Share {
  const subject: Share['subject'] =
    value.group !== undefined ? { kind: 'Group', name: value.group } : { kind: 'User', name: value.user };
  return { subject, role: value.role, ...optional('until', value.until), origin, via: [] };
}

/** What a namespace's entry says by itself, before inheritance. */
type Settings = Pick<
  Namespace,
  'clusters' | 'shares' | 'allocation' | 'quota' | 'containerLimits' | 'labels' | 'inherits'
> & { readonly isolation: readonly Cursor<Isolation>[] };

function resolveNamespaces(
  spec: Cursor<TenantSpec>,
  tenant: Pick<Tenant, 'name' | 'defaultShares' | 'cordoned'>,
  organizationDefaults: OrganizationDefaults,
): Namespace[] {
  const defaults = field(spec, 'defaults');
  const tenantIsolation = field(spec, 'isolation');
  const organizationIsolation = organizationDefaults && field(organizationDefaults, 'isolation');
  const base: Settings = {
    clusters: items(defaults && field(defaults, 'clusters')).map(located),
    shares: [],
    ...optional('allocation', defaults && locatedField(defaults, 'allocation')),
    ...optional('quota', defaults && locatedField(defaults, 'quota')),
    ...optional(
      'containerLimits',
      (defaults && locatedField(defaults, 'containerLimits')) ??
        (organizationDefaults && locatedField(organizationDefaults, 'containerLimits')),
    ),
    labels: new Map(entries(defaults && field(defaults, 'labels')).map(([key, value]) => [key, located(value)])),
    isolation: [tenantIsolation, organizationIsolation].filter((layer) => layer !== undefined),
  };

  const cursors = items(field(spec, 'namespaces'));
  const byIdentifier = new Map(cursors.map((c) => [identifierOf(c.value), c]));
  /** The settings of an entry over those it inherits; `path` holds the identifiers on the way, to stop at a cycle. */
  const settingsOf = (cursor: Cursor<NamespaceEntry>, path: readonly string[]): Settings => {
    const inherits = locatedField(cursor, 'inherits');
    const parent = inherits && byIdentifier.get(inherits.value);
    const inherited =
      inherits && parent && !path.includes(inherits.value)
        ? viaInherits(settingsOf(parent, [...path, inherits.value]), inherits.origin)
        : base;
    return overlay(cursor, inherited);
  };

  return cursors.map((cursor): Namespace => {
    const { value, origin } = cursor;
    const identifier = identifierOf(value);
    const settings = settingsOf(cursor, [identifier]);
    const ownCordoned = locatedField(cursor, 'cordoned');
    const prefixed = value.fullName === undefined;
    return {
      tenant: tenant.name,
      name: prefixed ? `${tenant.name}-${identifier}` : identifier,
      identifier,
      prefixed,
      origin,
      nameOrigin: originAt(origin, prefixed ? 'name' : 'fullName'),
      ...optional('inherits', locatedField(cursor, 'inherits')),
      clusters: settings.clusters,
      ownShares: items(field(cursor, 'sharedWith')).map(resolveShare),
      shares: [...settings.shares, ...tenant.defaultShares],
      ...optional('allocation', settings.allocation),
      ...optional('quota', settings.quota),
      ...optional('containerLimits', settings.containerLimits),
      isolation: mergeIsolation(settings.isolation),
      labels: settings.labels,
      ...optional('ownCordoned', ownCordoned),
      cordoned: tenant.cordoned.value || (ownCordoned?.value ?? false),
      state: locatedOr(cursor, 'state', 'Active'),
    };
  });
}

function identifierOf(entry: NamespaceEntry): string {
  return entry.name ?? entry.fullName;
}

/** An entry's own settings over what it gets otherwise: the nearest wins whole, labels by key. Shares add up. */
function overlay(cursor: Cursor<NamespaceEntry>, below: Settings): Settings {
  const clusters = field(cursor, 'clusters');
  const isolation = field(cursor, 'isolation');
  const own = items(field(cursor, 'sharedWith')).map(resolveShare);
  return {
    clusters: clusters ? items(clusters).map(located) : below.clusters,
    shares: [...own, ...below.shares],
    ...optional('allocation', locatedField(cursor, 'allocation') ?? below.allocation),
    ...optional('quota', locatedField(cursor, 'quota') ?? below.quota),
    ...optional('containerLimits', locatedField(cursor, 'containerLimits') ?? below.containerLimits),
    labels: new Map([
      ...below.labels,
      ...entries(field(cursor, 'labels')).map(([key, value]) => [key, located(value)] as const),
    ]),
    isolation: isolation ? [isolation, ...below.isolation] : below.isolation,
  };
}

/** Inherited shares also rest on the line that inherits them. */
function viaInherits(settings: Settings, inherits: Origin): Settings {
  return { ...settings, shares: settings.shares.map((share) => ({ ...share, via: [...share.via, inherits] })) };
}

/** Where the organization says, or would say, what isolation holds by default. */
const defaultIsolation = originAt(fileOrigin(organizationFile), 'spec', 'defaults', 'isolation');

function mergeIsolation(nearestFirst: readonly Cursor<Isolation>[]): ResolvedIsolation {
  const nearest = <K extends keyof Isolation>(key: K): Located<NonNullable<Isolation[K]>> | undefined => {
    for (const cursor of nearestFirst) {
      const found = locatedField(cursor, key);
      if (found) return found;
    }
    return undefined;
  };
  return {
    network: nearest('network') ?? { value: 'SameNamespace', origin: originAt(defaultIsolation, 'network') },
    podSecurity: nearest('podSecurity') ?? { value: 'baseline', origin: originAt(defaultIsolation, 'podSecurity') },
    ...optional('nodeSelector', nearest('nodeSelector')?.value),
    ...optional('registries', nearest('registries')),
    ...optional('storageClasses', nearest('storageClasses')),
    ...optional('ingressClasses', nearest('ingressClasses')),
    ...optional('runtimeClasses', nearest('runtimeClasses')),
    ...optional('priorityClasses', nearest('priorityClasses')),
  };
}
