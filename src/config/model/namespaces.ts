import type { Origin } from '../../source/source.ts';
import { fileOrigin, originAt } from '../../source/source.ts';
import type { Cursor } from '../reading/cursor.ts';
import { entries, field, items, located, locatedField, locatedOr, optional, wholeItems } from '../reading/cursor.ts';
import { organizationFile } from '../reading/files.ts';
import { isolation } from '../../settings/isolation.ts';
import { namespace } from '../../settings/namespace.ts';
import type { defaults } from '../../settings/organization.ts';
import type { ValuesOf } from '../../settings/setting.ts';
import { keysOf, valuesIn } from '../../settings/setting.ts';
import type { Cordon, Located, Namespace, ResolvedIsolation, Share, Tenant } from './desired-state.ts';
import type { LocatedValues } from './located.ts';
import { resolveValues, writtenValues } from './resolve-values.ts';
import type { Namespace as NamespaceEntry, Share as ShareEntry, TenantFile } from '../../settings/schema.ts';

/** What a namespace may inherit. Shares are without the tenant's defaults, which hold whatever is inherited. */
type Inheritable = Pick<Namespace, 'clusters' | 'shares' | 'labels' | 'annotations'> & {
  readonly values: LocatedValues<NamespaceValues>;
  readonly isolation: LocatedValues<IsolationValues>;
};

type NamespaceValues = ValuesOf<typeof namespace>;
type IsolationValues = ValuesOf<typeof isolation>;

/** What the organization says for tenants that do not say otherwise. */
export interface OrganizationDefaults {
  readonly isolation: LocatedValues<IsolationValues>;
  readonly values: LocatedValues<ValuesOf<typeof defaults>>;
  readonly cordons: readonly Cordon[];
}

const namespaceKeys = valuesIn(namespace);
const isolationKeys = valuesIn(isolation);

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
  tenant: Pick<Tenant, 'name' | 'defaultClusters' | 'defaultShares' | 'defaults' | 'cordoned'>,
  organizationDefaults: OrganizationDefaults,
): Namespace[] {
  const defaults = field(spec, 'defaults');
  const base: Inheritable = {
    clusters: tenant.defaultClusters,
    shares: [],
    values: { ...organizationDefaults.values, ...tenant.defaults },
    labels: byKey(defaults && field(defaults, 'labels')),
    annotations: byKey(defaults && field(defaults, 'annotations')),
    isolation: { ...organizationDefaults.isolation, ...writtenValues(isolationKeys, field(spec, 'isolation')) },
  };
  const written = items(field(spec, 'namespaces')).map((cursor): Entry => ({
    cursor,
    identifier: identifierOf(cursor.value),
    inherits: locatedField(cursor, 'inherits'),
    shares: wholeItems(field(cursor, 'sharedWith')).map(resolveShare),
  }));
  const settled = inherit(written, base);
  const cordons = organizationDefaults.cordons.filter((cordon) => cordon.tenant === tenant.name);
  const cordonOf = (identifier: string): Located<boolean> | undefined => {
    const cordon = cordons.find(({ namespace }) => namespace === undefined || namespace === identifier);
    return cordon && { value: true, origin: cordon.origin };
  };

  return written.map((entry): Namespace => {
    const { cursor, identifier, inherits } = entry;
    const { shares, values, isolation: isolated, clusters, labels, annotations } = settled.get(entry) ?? base;
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
      ...values,
      clusters,
      labels,
      annotations,
      ownShares: entry.shares,
      shares: [...shares, ...tenant.defaultShares],
      isolation: { ...undeclaredIsolation, ...isolated },
      ...optional('ownCordoned', ownCordoned),
      cordoned:
        cordonOf(identifier) ??
        (tenant.cordoned.value ? tenant.cordoned : (ownCordoned ?? { ...tenant.cordoned, byDefault: true })),
      state: locatedOr(cursor, 'state', namespace.state.default),
      markedForDeletionOn: items(field(cursor, 'markedForDeletionOn')).map(located),
    };
  });
}

/**
 * The settings of every entry over those it inherits, and in the end over `base`. Entries that inherit from each other
 * in a circle inherit nothing: which of them came first would otherwise decide.
 */
function inherit(written: readonly Entry[], base: Inheritable): Map<Entry, Inheritable> {
  const byIdentifier = new Map(written.map((entry) => [entry.identifier, entry]));
  const parentOf = ({ inherits }: Entry): Entry | undefined => inherits && byIdentifier.get(inherits.value);
  const settings = new Map<Entry, Inheritable>();
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

/** An entry's own settings over what it gets otherwise: the nearest wins whole, labels and annotations by key. Shares add up. */
function overlay({ cursor, shares }: Entry, below: Inheritable): Inheritable {
  const clusters = field(cursor, 'clusters');
  return {
    clusters: clusters ? items(clusters).map(located) : below.clusters,
    shares: [...shares, ...below.shares],
    values: { ...below.values, ...writtenValues(namespaceKeys, cursor) },
    labels: withEntries(below.labels, field(cursor, 'labels')),
    annotations: withEntries(below.annotations, field(cursor, 'annotations')),
    isolation: { ...below.isolation, ...writtenValues(isolationKeys, field(cursor, 'isolation')) },
  };
}

type Entries = ReadonlyMap<string, Located<string>>;

/** What is inherited, and the entries of a mapping on top of it. */
function withEntries(below: Entries, mapping: Cursor<Readonly<Record<string, string>>> | undefined): Entries {
  return mapping ? new Map([...below, ...byKey(mapping)]) : below;
}

/** The entries of a mapping, each with its line. */
function byKey(mapping: Cursor<Readonly<Record<string, string>>> | undefined): Map<string, Located<string>> {
  return new Map(entries(mapping).map(([key, value]) => [key, located(value)]));
}

/** Inherited shares also rest on the line that inherits them. */
function via(settings: Inheritable, inherits: Origin): Inheritable {
  return {
    ...settings,
    values: inheritedValues(settings.values),
    shares: settings.shares.map((share) => ({ ...share, via: [...share.via, inherits] })),
  };
}

/** Those of the values that another namespace may inherit. */
function inheritedValues(values: LocatedValues<NamespaceValues>): LocatedValues<NamespaceValues> {
  const own: readonly string[] = keysOf(namespaceKeys).filter((key) => !namespaceKeys[key].inherited);
  return own.length === 0 ? values : Object.fromEntries(Object.entries(values).filter(([key]) => !own.includes(key)));
}

/** The isolation of a namespace of which nobody says anything. */
export const undeclaredIsolation: ResolvedIsolation = resolveValues(
  isolation,
  undefined,
  originAt(fileOrigin(organizationFile), 'spec', 'defaults', 'isolation'),
);

/** A share where it is written. */
export function resolveShare({ value, origin }: Cursor<ShareEntry>): Share {
  return { subject: sharedSubject(value), role: value.role, ...optional('until', value.until), origin, via: [] };
}

function sharedSubject({ group, user, serviceAccount }: ShareEntry): Share['subject'] {
  if (group !== undefined) return { kind: 'Group', name: group };
  if (user !== undefined) return { kind: 'User', name: user };
  const [namespace = '', name = ''] = serviceAccount.split('/');
  return { kind: 'ServiceAccount', namespace, name };
}
