import type { Origin } from '../../source/source.ts';
import { fileOrigin, originAt } from '../../source/source.ts';
import { sortedBy } from '../../values/order.ts';
import type { SharedWith } from '../../values/shared.ts';
import { isShared, takeOver } from '../../values/shared.ts';
import type { Cursor } from '../reading/cursor.ts';
import {
  entries,
  field,
  items,
  located,
  locatedField,
  locatedOr,
  optional,
  wholeField,
  wholeItems,
} from '../reading/cursor.ts';
import type { ConfigFiles } from '../reading/files.ts';
import { organizationFile } from '../reading/files.ts';
import type {
  CertificateAuthority,
  Cluster,
  ClusterShare,
  Cordon,
  ForeignNamespace,
  Grant,
  Group,
  DesiredState,
  Located,
  Organization,
  Owner,
  Tenant,
} from './desired-state.ts';
import { builtInProtectedNamespaces } from './protected-names.ts';
import type { OrganizationDefaults } from './namespaces.ts';
import { resolveNamespaces, resolveShare, undeclaredIsolation } from './namespaces.ts';
import { resolveValues, writtenValues } from './resolve-values.ts';
import { removals } from '../../settings/changes.ts';
import { authentication, cluster as clusterSettings } from '../../settings/cluster.ts';
import { grants } from '../../settings/grants.ts';
import { isolation } from '../../settings/isolation.ts';
import * as settings from '../../settings/organization.ts';
import type { ClusterFile, OrganizationFile, Owner as OwnerEntry, TenantFile } from '../../settings/schema.ts';
import { isDnsLabel, serviceAccountUserName } from '../../kubernetes/names.ts';
import { valuesIn } from '../../settings/setting.ts';
import { tenant as tenantSettings, tenantDefaults } from '../../settings/tenant.ts';

/** Files, and what they mean. */
export interface Resolved {
  readonly files: ConfigFiles;
  readonly desired: DesiredState;
}

/**
 * The meaning of the files: defaults and inheritance applied, every value with its origin. Judges nothing. What comes
 * of the same values is taken over from the other side of a change.
 */
export function resolve(files: ConfigFiles, base?: SharedWith<Resolved>): DesiredState {
  const organizationEntry = files.organization[0];
  const organizationRoot = rootCursor(organizationEntry?.path ?? organizationFile, organizationEntry?.checked);
  const organizationDefaults = resolveOrganizationDefaults(organizationRoot);
  const organization =
    base && isShared(organizationEntry, base.files.organization[0])
      ? base.desired.organization
      : resolveOrganization(organizationRoot, organizationDefaults);
  const groups = new Map(organization.groups.map((g) => [g.name, g]));
  const shared = base && sharedMeanings(base, { files, organization, organizationDefaults });

  const unreadable = { clusters: new Set<string>(), tenants: new Set<string>() };
  const clusters = files.clusters.flatMap((file) => {
    const root = rootCursor(file.path, file.checked);
    if (root) {
      return [
        takeOver(shared?.clusters, file, () =>
          resolveCluster(root, file.stem, groups, files.certificates, organization.syncIdentity),
        ),
      ];
    }
    unreadable.clusters.add(file.stem);
    return [];
  });
  const tenants = files.tenants.flatMap((file) => {
    const root = rootCursor(file.path, file.checked);
    if (root) {
      return [takeOver(shared?.tenants, file, () => resolveTenant(root, file.stem, organizationDefaults))];
    }
    unreadable.tenants.add(file.stem);
    return [];
  });
  return {
    organization,
    clusters: sortedBy(clusters, (c) => [c.name, c.origin.file]),
    tenants: sortedBy(tenants, (t) => [t.name, t.origin.file]),
    unreadable,
  };
}

/** What clusters and tenants are resolved with, beside their own files. */
interface ResolveContext {
  readonly files: ConfigFiles;
  readonly organization: Organization;
  readonly organizationDefaults: OrganizationDefaults;
}

/** What the other side's files came to, by file, where all else that they were resolved with is the same here. */
function sharedMeanings(
  { files: theirs, desired }: SharedWith<Resolved>,
  { files, organization, organizationDefaults }: ResolveContext,
) {
  const [organizationEntry] = theirs.organization;
  const theirRoot = rootCursor(organizationEntry?.path ?? organizationFile, organizationEntry?.checked);
  const sameDefaults = isAlike(resolveOrganizationDefaults(theirRoot), organizationDefaults);
  const sameForClusters =
    isShared(desired.organization, organization) ||
    isAlike(forClusters(desired.organization), forClusters(organization));
  const hasSameCertificate = ({ certificateAuthority }: Cluster): boolean =>
    certificateAuthority?.file === undefined ||
    theirs.certificates.get(`clusters/${certificateAuthority.file}`) ===
      files.certificates.get(`clusters/${certificateAuthority.file}`);
  const clusters = sameForClusters ? desired.clusters.filter(hasSameCertificate) : [];
  return {
    clusters: meaningByFile(theirs.clusters, clusters),
    tenants: meaningByFile(theirs.tenants, sameDefaults ? desired.tenants : []),
  };
}

function meaningByFile<F extends { readonly path: string }, M extends { readonly origin: Origin }>(
  files: readonly F[],
  meanings: readonly M[],
): Map<F, M> {
  const byPath = new Map(meanings.map((meaning) => [meaning.origin.file, meaning]));
  return new Map(
    files.flatMap((file) => {
      const meaning = byPath.get(file.path);
      return meaning ? [[file, meaning] as const] : [];
    }),
  );
}

/** All of an organization that a cluster is resolved with. */
function forClusters({ groups, syncIdentity }: Organization): unknown {
  return [groups.map(({ name, namespace }) => [name, namespace?.value]), syncIdentity];
}

/** Whether two plain values are written the same: values that are the same in another order are not. */
function isAlike(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The cursor of a file, and whether all that it says could be read: a misspelt key may have said anything. */
interface Root<T> extends Cursor<T> {
  readonly complete: boolean;
}

function rootCursor<T>(
  path: string,
  checked:
    (Pick<Cursor<T>, 'failed' | 'damaged'> & { file: T | undefined; violations: readonly unknown[] }) | undefined,
): Root<T> | undefined {
  if (checked?.file === undefined) return undefined;
  const { file, failed, damaged, violations } = checked;
  return { value: file, origin: fileOrigin(path), failed, damaged, complete: violations.length === 0 };
}

function resolveOrganizationDefaults(root: Root<OrganizationFile> | undefined): OrganizationDefaults {
  const spec = root && field(root, 'spec');
  const defaults = spec && field(spec, 'defaults');
  return {
    isolation: writtenValues(valuesIn(isolation), defaults && field(defaults, 'isolation')),
    values: writtenValues(valuesIn(settings.defaults), defaults),
    cordons: wholeItems(spec && field(spec, 'cordons')).map(({ value, origin }): Cordon => ({ ...value, origin })),
  };
}

/** Without a file, what stands in for one: so the other files can still be looked at. */
function resolveOrganization(root: Root<OrganizationFile> | undefined, defaults: OrganizationDefaults): Organization {
  const spec = root && field(root, 'spec');
  const origin = root?.origin ?? fileOrigin(organizationFile);
  const home = (...steps: readonly string[]) => originAt(origin, 'spec', ...steps);
  const policies = spec && field(spec, 'policies');
  const config = spec && field(spec, 'config');
  const changes = spec && field(spec, 'changes');
  const production = changes && field(changes, 'production');
  const ofNamespaces = changes && field(changes, 'productionNamespaces');
  const argoCD = spec && wholeField(spec, 'argoCD');
  const gitHub = spec && wholeField(spec, 'gitHub');
  const breakGlass = policies && field(policies, 'breakGlassGroups');
  return {
    name: root && spec ? root.value.metadata.name : '',
    origin,
    complete: root?.complete === true && spec !== undefined,
    issuer: spec ? locatedOr(spec, 'issuer', spec.value.issuer) : { value: '', origin },
    admins: items(spec && field(spec, 'admins')).map(located),
    groups: items(spec && field(spec, 'groups')).map((group): Group => ({
      name: group.value.name,
      origin: group.origin,
      ...resolveValues(settings.group, group, group.origin),
      ...optional('description', field(group, 'description')?.value),
      ...optional('members', field(group, 'members') && items(field(group, 'members')).map(located)),
      ...optional('renamedFrom', locatedField(group, 'renamedFrom')),
    })),
    signIn: wholeItems(spec && field(spec, 'signIn')).map(located),
    workloads: wholeItems(spec && field(spec, 'workloads')).map(located),
    clusterShares: spec
      ? locatedOr(spec, 'clusterShares', settings.organization.clusterShares.default)
      : { value: settings.organization.clusterShares.default, origin: home('clusterShares'), byDefault: true },
    naming: resolveValues(settings.naming, spec && field(spec, 'naming'), home('naming')),
    limits: resolveValues(settings.limits, spec && field(spec, 'limits'), home('limits')),
    grants: entries(spec && field(spec, 'grants')).map(([tenant, grant]): Grant => ({
      tenant,
      origin: grant.origin,
      values: writtenValues(grantKeys, grant),
    })),
    cordons: defaults.cordons,
    roles: wholeItems(spec && field(spec, 'roles')).map(located),
    clusterRoles: items(spec && field(spec, 'clusterRoles')).map(located),
    isolation: { ...undeclaredIsolation, ...defaults.isolation },
    ...optional('containerLimits', defaults.values.containerLimits),
    protectedNamespaces: [
      ...builtInProtectedNamespaces,
      ...items(spec && field(spec, 'protectedNamespaces')).map((n) => n.value),
    ],
    labelDomain: (spec && field(spec, 'labelDomain')?.value) ?? settings.organization.labelDomain.default,
    exceptions: items(spec && field(spec, 'exceptions')).map((e) => ({ ...e.value, origin: e.origin })),
    expected: items(spec && field(spec, 'expected')).map((e) => ({ ...e.value, origin: e.origin })),
    ...optional('argoCD', argoCD && resolveValues(settings.argoCD, argoCD, home('argoCD'))),
    syncIdentity: controllerIdentity(argoCD?.value),
    policies: {
      ...resolveValues(settings.policies, policies, home('policies')),
      breakGlassGroups: breakGlass ? items(breakGlass).map((g) => g.value) : defaultBreakGlassGroups,
    },
    config: {
      ...resolveValues(settings.config, config, home('config')),
      // Nobody knows what an organization would say that could not be read.
      ...(!spec && { typescript: { value: 'forbid', origin: home('config', 'typescript'), byDefault: true } }),
    },
    production: (production && stringRecord(production)) ?? defaultProduction,
    ...optional('productionNamespaces', productionLabels(ofNamespaces)),
    removals: resolveValues(removals, changes && wholeField(changes, 'removals'), home('changes', 'removals')),
    ...optional(
      'gitHub',
      gitHub && {
        ...resolveValues(settings.gitHub, gitHub, home('gitHub')),
        teams: new Map(Object.entries(gitHub.value.teams ?? {})),
        users: new Map(Object.entries(gitHub.value.users ?? {})),
      },
    ),
  };
}

/** The user name of Argo CD's application controller on the cluster that it runs on. */
function controllerIdentity(argoCD: OrganizationFile['spec']['argoCD']): string {
  const { namespace = settings.argoCD.namespace.default, serviceAccount = 'argocd-application-controller' } =
    argoCD ?? {};
  return serviceAccountUserName(namespace, serviceAccount);
}

const grantKeys = valuesIn(grants);

const defaultBreakGlassGroups = ['cluster-admins', 'system:masters', 'kubeadm:cluster-admins', 'system:cluster-admins'];

const defaultProduction: Organization['production'] = { environment: 'production' };

/** An empty mapping names no label, and so no namespace. */
function productionLabels(
  record: Cursor<Readonly<Record<string, string>>> | undefined,
): Organization['productionNamespaces'] | undefined {
  const labels = record && stringRecord(record);
  return labels && Object.keys(labels).length > 0 ? labels : undefined;
}

function stringRecord(record: Cursor<Readonly<Record<string, string>>>): Record<string, string> {
  return Object.fromEntries(entries(record).map(([key, { value }]) => [key, value]));
}

function resolveCluster(
  root: Root<ClusterFile>,
  name: string,
  groups: ReadonlyMap<string, Group>,
  certificates: ReadonlyMap<string, string>,
  syncIdentity: string,
): Cluster {
  const spec: Cursor<ClusterFile['spec']> = { ...root, value: root.value.spec, origin: originAt(root.origin, 'spec') };
  const classes = (key: 'storageClasses' | 'ingressClasses'): Located<string>[] | undefined => {
    const list = field(spec, key);
    return list && items(list).map(located);
  };
  const labels = field(spec, 'labels');
  return {
    name,
    origin: root.origin,
    complete: root.complete,
    ...optional('description', field(spec, 'description')?.value),
    ...resolveValues(clusterSettings, spec, spec.origin),
    authentication: resolveValues(
      authentication,
      field(spec, 'authentication'),
      originAt(spec.origin, 'authentication'),
    ),
    ...optional('certificateAuthority', certificateAuthority(spec, certificates)),
    id: locatedOr(spec, 'id', name),
    sharedWith: wholeItems(field(spec, 'sharedWith')).map(({ value, origin }): ClusterShare => {
      const namespace = groups.get(value.group)?.namespace?.value ?? value.group;
      return {
        group: value.group,
        origin,
        ...(value.namespace !== false && isDnsLabel(namespace) && { namespace }),
      };
    }),
    retainedNamespaces: items(field(spec, 'retainedNamespaces')).map(located),
    foreignNamespaces: items(field(spec, 'foreignNamespaces')).map((foreign): ForeignNamespace => ({
      name: foreign.value.name,
      origin: foreign.origin,
      shares: wholeItems(field(foreign, 'sharedWith')).map(resolveShare),
    })),
    labels: labels ? stringRecord(labels) : {},
    ...optional('storageClasses', classes('storageClasses')),
    ...optional('ingressClasses', classes('ingressClasses')),
    syncIdentity: field(spec, 'syncIdentity')?.value ?? syncIdentity,
    trustedServiceAccounts: wholeItems(field(spec, 'trustedServiceAccounts')).map(({ value, origin }) => ({
      ...value,
      origin,
    })),
  };
}

function certificateAuthority(
  spec: Cursor<ClusterFile['spec']>,
  certificates: ReadonlyMap<string, string>,
): CertificateAuthority | undefined {
  if (!spec.value.certificateAuthority) return undefined;
  const written = wholeField(spec, 'certificateAuthority');
  // One that cannot be read is one all the same: the API server's certificate is not publicly trusted.
  if (!written) return { origin: originAt(spec.origin, 'certificateAuthority') };
  const {
    value: { pem, base64, file },
    origin,
  } = written;
  if (pem !== undefined) return { origin: originAt(origin, 'pem'), pem };
  if (base64 !== undefined) {
    return { origin: originAt(origin, 'base64'), pem: Buffer.from(base64, 'base64').toString('utf8') };
  }
  const text = certificates.get(`clusters/${file}`);
  return { origin: originAt(origin, 'file'), file, ...optional('pem', text) };
}

type TenantSpec = TenantFile['spec'];

function resolveTenant(root: Root<TenantFile>, name: string, organizationDefaults: OrganizationDefaults): Tenant {
  const spec: Cursor<TenantSpec> = { ...root, value: root.value.spec, origin: originAt(root.origin, 'spec') };
  const defaults = field(spec, 'defaults');
  const ownerEntries = wholeItems(field(spec, 'owners'));
  const owners = ownerEntries.flatMap(resolveOwner);
  const tenant = {
    name,
    origin: root.origin,
    // Who is left out of the owners is somebody, of whom nothing may be concluded.
    complete: root.complete && owners.length === ownerEntries.length,
    ...optional('description', field(spec, 'description')?.value),
    owners,
    allocations: wholeItems(field(spec, 'allocations')).map(located),
    subscriptionGroup: field(spec, 'subscriptionGroup')?.value ?? name,
    defaultClusters: items(defaults && field(defaults, 'clusters')).map(located),
    defaultShares: wholeItems(defaults && field(defaults, 'sharedWith')).map(resolveShare),
    defaults: writtenValues(valuesIn(tenantDefaults), defaults),
    roles: wholeItems(field(spec, 'roles')).map(located),
    ...resolveValues(tenantSettings, spec, spec.origin),
  };
  const namespaces = resolveNamespaces(spec, tenant, organizationDefaults);
  return { ...tenant, namespaces };
}

/** An owner; none where it is a service account without its namespace, which says nobody (TEN116). */
function resolveOwner({ value: { kind, name, namespace }, origin }: Cursor<OwnerEntry>): Owner[] {
  if (kind !== 'ServiceAccount') return [{ subject: { kind, name }, origin }];
  return namespace === undefined ? [] : [{ subject: { kind, name, namespace }, origin }];
}
