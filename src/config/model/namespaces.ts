import type { Origin } from '../../source/source.ts';
import { fileOrigin, originAt } from '../../source/source.ts';
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
import { organizationFile } from '../reading/files.ts';
import type { Located, Namespace, ResolvedIsolation, Share, Tenant } from './desired-state.ts';
import type { Isolation, Namespace as NamespaceEntry, Share as ShareEntry, TenantFile } from '../../settings/schema.ts';

/** What a namespace may inherit. Shares are without the tenant's defaults, which hold whatever is inherited. */
type Settings = Pick<Namespace, 'clusters' | 'shares' | 'allocation' | 'quota' | 'containerLimits' | 'labels'> & {
  readonly isolation: Partial<ResolvedIsolation>;
};

/** What the organization says for tenants that do not say otherwise. */
export type OrganizationDefaults = Pick<Settings, 'isolation' | 'containerLimits'>;

/** A namespace's entry, by itself. */
interface Entry {
  readonly cursor: Cursor<NamespaceEntry>;
  readonly identifier: string;
  readonly inherits: Located<string> | undefined;
  readonly shares: readonly Share[];
}

/** The namespaces of a tenant, each with what it inherits and what the tenant and the organization say for it. */
export function resolveNamespaces(
  spec: Cursor<TenantFile['spec']>,
  tenant: Pick<Tenant, 'name' | 'defaultClusters' | 'defaultShares' | 'defaultAllocation' | 'cordoned'>,
  organizationDefaults: OrganizationDefaults,
): Namespace[] {
  const defaults = field(spec, 'defaults');
  const base: Settings = {
    clusters: tenant.defaultClusters,
    shares: [],
    ...optional('allocation', tenant.defaultAllocation),
    ...optional('quota', defaults && locatedField(defaults, 'quota')),
    ...optional(
      'containerLimits',
      (defaults && locatedField(defaults, 'containerLimits')) ?? organizationDefaults.containerLimits,
    ),
    labels: new Map(entries(defaults && field(defaults, 'labels')).map(([key, value]) => [key, located(value)])),
    isolation: { ...organizationDefaults.isolation, ...resolveIsolation(field(spec, 'isolation')) },
  };
  const written = items(field(spec, 'namespaces')).map((cursor): Entry => ({
    cursor,
    identifier: identifierOf(cursor.value),
    inherits: locatedField(cursor, 'inherits'),
    shares: wholeItems(field(cursor, 'sharedWith')).map(resolveShare),
  }));
  const settings = inherit(written, base);

  return written.map((entry): Namespace => {
    const { cursor, identifier, inherits } = entry;
    const { shares, isolation, ...held } = settings.get(entry) ?? base;
    const ownCordoned = locatedField(cursor, 'cordoned');
    const prefixed = cursor.value.fullName === undefined;
    return {
      tenant: tenant.name,
      name: prefixed ? `${tenant.name}-${identifier}` : identifier,
      identifier,
      prefixed,
      origin: cursor.origin,
      nameOrigin: originAt(cursor.origin, prefixed ? 'name' : 'fullName'),
      ...optional('inherits', inherits),
      ...held,
      ownShares: entry.shares,
      shares: [...shares, ...tenant.defaultShares],
      isolation: { ...undeclaredIsolation, ...isolation },
      ...optional('ownCordoned', ownCordoned),
      cordoned: tenant.cordoned.value || (ownCordoned?.value ?? false),
      state: locatedOr(cursor, 'state', 'Active'),
      markedForDeletionOn: items(field(cursor, 'markedForDeletionOn')).map(located),
    };
  });
}

/**
 * The settings of every entry over those it inherits, and in the end over `base`. Entries that inherit from each other
 * in a circle inherit nothing: which of them came first would otherwise decide.
 */
function inherit(written: readonly Entry[], base: Settings): Map<Entry, Settings> {
  const byIdentifier = new Map(written.map((entry) => [entry.identifier, entry]));
  const parentOf = ({ inherits }: Entry): Entry | undefined => inherits && byIdentifier.get(inherits.value);
  const settings = new Map<Entry, Settings>();
  for (const entry of written) {
    const unsettled = new Set<Entry>();
    let next: Entry | undefined = entry;
    while (next && !settings.has(next) && !unsettled.has(next)) {
      unsettled.add(next);
      next = parentOf(next);
    }
    for (let inCircle = next; inCircle && !settings.has(inCircle); inCircle = parentOf(inCircle)) {
      settings.set(inCircle, overlay(inCircle, base));
    }
    for (const heir of Array.from(unsettled).reverse()) {
      if (settings.has(heir)) continue;
      const parent = parentOf(heir);
      const inherited = parent && settings.get(parent);
      settings.set(heir, overlay(heir, inherited && heir.inherits ? via(inherited, heir.inherits.origin) : base));
    }
  }
  return settings;
}

function identifierOf(entry: NamespaceEntry): string {
  return entry.name ?? entry.fullName;
}

/** An entry's own settings over what it gets otherwise: the nearest wins whole, labels by key. Shares add up. */
function overlay({ cursor, shares }: Entry, below: Settings): Settings {
  const clusters = field(cursor, 'clusters');
  return {
    clusters: clusters ? items(clusters).map(located) : below.clusters,
    shares: [...shares, ...below.shares],
    ...optional('allocation', locatedField(cursor, 'allocation') ?? below.allocation),
    ...optional('quota', locatedField(cursor, 'quota') ?? below.quota),
    ...optional('containerLimits', locatedField(cursor, 'containerLimits') ?? below.containerLimits),
    labels: new Map([
      ...below.labels,
      ...entries(field(cursor, 'labels')).map(([key, value]) => [key, located(value)] as const),
    ]),
    isolation: { ...below.isolation, ...resolveIsolation(field(cursor, 'isolation')) },
  };
}

/** Inherited shares also rest on the line that inherits them. */
function via(settings: Settings, inherits: Origin): Settings {
  return { ...settings, shares: settings.shares.map((share) => ({ ...share, via: [...share.via, inherits] })) };
}

/** Where the organization says, or would say, what isolation holds by default. */
const defaultIsolation = originAt(fileOrigin(organizationFile), 'spec', 'defaults', 'isolation');

/** The isolation of a namespace of which nobody says anything. */
export const undeclaredIsolation: ResolvedIsolation = {
  network: { value: 'SameNamespace', origin: originAt(defaultIsolation, 'network'), byDefault: true },
  podSecurity: { value: 'baseline', origin: originAt(defaultIsolation, 'podSecurity'), byDefault: true },
};

/** What one layer (an organization, a tenant, a namespace) says about isolation. */
export function resolveIsolation(layer: Cursor<Isolation> | undefined): Partial<ResolvedIsolation> {
  if (!layer) return {};
  return {
    ...optional('network', locatedField(layer, 'network')),
    ...optional('podSecurity', locatedField(layer, 'podSecurity')),
    ...optional('nodeSelector', wholeField(layer, 'nodeSelector')?.value),
    ...optional('registries', locatedField(layer, 'registries')),
    ...optional('storageClasses', locatedField(layer, 'storageClasses')),
    ...optional('ingressClasses', locatedField(layer, 'ingressClasses')),
    ...optional('runtimeClasses', locatedField(layer, 'runtimeClasses')),
    ...optional('priorityClasses', locatedField(layer, 'priorityClasses')),
  };
}

/** A share where it is written. */
export function resolveShare({ value, origin }: Cursor<ShareEntry>): Share {
  const subject: Share['subject'] =
    value.group !== undefined ? { kind: 'Group', name: value.group } : { kind: 'User', name: value.user };
  return { subject, role: value.role, ...optional('until', value.until), origin, via: [] };
}
