import type { Checked } from '../config/reading/check-schema.ts';
import type { Cursor } from '../config/reading/cursor.ts';
import { entries, field, items, wholeItems } from '../config/reading/cursor.ts';
import type { ConfigFile, FileOf } from '../config/reading/files.ts';
import type { Located } from '../config/model/desired-state.ts';
import type { ContainerLimits, FileKind, Isolation, OrganizationFile, Owner, Quota } from '../settings/schema.ts';
import { fileOrigin, originAt } from '../source/source.ts';
import { oncePer } from '../values/once.ts';

/**
 * What people wrote, each thing once and where it is written, whether or not it holds anywhere: for rules about values
 * as such. Rules about what holds look at the desired state, where a default appears in every namespace that gets it.
 */

/** Every quota of a file: of a tenant, its defaults and its namespaces, and what the organization grants. */
export const writtenQuotas = oncePer((file: ConfigFile): readonly Cursor<Quota>[] => {
  const { spec, defaults, namespaces } = tenantParts(file);
  return present([
    ...grantsIn(file).map((grant) => field(grant, 'quota')),
    spec && field(spec, 'quota'),
    defaults && field(defaults, 'quota'),
    ...namespaces.map((namespace) => field(namespace, 'quota')),
  ]);
});

/** All that a file says of limits of containers: of namespaces and defaults, and what the organization grants. */
export const writtenContainerLimits = oncePer((file: ConfigFile): readonly Cursor<ContainerLimits>[] => {
  const { defaults, namespaces } = tenantParts(file);
  const organization = organizationSpec(file);
  return present([
    ...grantsIn(file).map((grant) => field(grant, 'containerLimits')),
    ...present([organization && field(organization, 'defaults'), defaults]).map((from) =>
      field(from, 'containerLimits'),
    ),
    ...namespaces.map((namespace) => field(namespace, 'containerLimits')),
  ]);
});

function grantsIn(file: ConfigFile) {
  const spec = organizationSpec(file);
  return present([spec && field(spec, 'limits'), ...entries(spec && field(spec, 'grants')).map(([, grant]) => grant)]);
}

/** Every cluster that the organization's file names: where Argo CD runs, where something is expected, where tenants may be. */
export function writtenClusters(file: ConfigFile): Located<string>[] {
  const spec = organizationSpec(file);
  const argoCD = spec && field(spec, 'argoCD');
  return present([
    argoCD && field(argoCD, 'cluster'),
    ...items(spec && field(spec, 'expected')).map((expected) => field(expected, 'cluster')),
    ...grantsIn(file).flatMap((grant) => items(field(grant, 'clusters'))),
  ]);
}

/** Every owner in a tenant's file. */
export function writtenOwners(file: ConfigFile): Located<Owner>[] {
  const { spec } = tenantParts(file);
  return wholeItems(spec && field(spec, 'owners'));
}

/** Every service account that a tenant's file shares with, where it is named. */
export function writtenShareAccounts(file: ConfigFile): Located<string>[] {
  const { defaults, namespaces } = tenantParts(file);
  return [defaults, ...namespaces]
    .map((from) => from && field(from, 'sharedWith'))
    .flatMap(wholeItems)
    .flatMap(({ value: { serviceAccount }, origin }) =>
      serviceAccount === undefined ? [] : [{ value: serviceAccount, origin: originAt(origin, 'serviceAccount') }],
    );
}

/** The user name that a cluster's file says Argo CD writes as. */
export function writtenSyncIdentity(file: ConfigFile): Located<string> | undefined {
  const cluster = file.kind === 'Cluster' ? readable(file) : undefined;
  const spec = cluster && field(cluster, 'spec');
  return spec && field(spec, 'syncIdentity');
}

/** A key and a value of labels, and what they are for. */
export interface WrittenLabel extends Located<string> {
  readonly key: string;
  readonly use: 'namespace' | 'cluster' | 'node selector';
}

/** Every label of a file: for namespaces, or looked for on them, of a cluster, and in node selectors. */
export function writtenLabels(file: ConfigFile): WrittenLabel[] {
  switch (file.kind) {
    case 'Organization': {
      const organization = readable(file);
      const spec = organization && field(organization, 'spec');
      const defaults = spec && field(spec, 'defaults');
      const changes = spec && field(spec, 'changes');
      return [
        ...selectorOf(defaults && field(defaults, 'isolation')),
        // Those that namespaces would have to have: one that none may have makes none a production namespace.
        ...labelsFor('namespace', changes && field(changes, 'productionNamespaces')),
      ];
    }
    case 'Cluster': {
      const cluster = readable(file);
      const spec = cluster && field(cluster, 'spec');
      return labelsFor('cluster', spec && field(spec, 'labels'));
    }
    case 'Tenant': {
      const { spec, defaults, namespaces } = tenantParts(file);
      return [
        ...selectorOf(spec && field(spec, 'isolation')),
        ...labelsFor('namespace', defaults && field(defaults, 'labels')),
        ...namespaces.flatMap((namespace) => [
          ...labelsFor('namespace', field(namespace, 'labels')),
          ...selectorOf(field(namespace, 'isolation')),
        ]),
      ];
    }
  }
}

/** Every annotation of a file, with the origin of its value; `key` is its own. */
export const writtenAnnotations = oncePer(
  (file: ConfigFile): readonly (Located<string> & { readonly key: string })[] => {
    const { defaults, namespaces } = tenantParts(file);
    return [
      ...entries(defaults && field(defaults, 'annotations')),
      ...namespaces.flatMap((namespace) => entries(field(namespace, 'annotations'))),
    ].map(([key, { value, origin }]) => ({ key, value, origin }));
  },
);

function selectorOf(isolation: Cursor<Isolation> | undefined): WrittenLabel[] {
  return labelsFor('node selector', isolation && field(isolation, 'nodeSelector'));
}

function labelsFor(
  use: WrittenLabel['use'],
  labels: Cursor<Readonly<Record<string, string>>> | undefined,
): WrittenLabel[] {
  return entries(labels).map(([key, { value, origin }]) => ({ key, value, origin, use }));
}

function organizationSpec(file: ConfigFile): Cursor<OrganizationFile['spec']> | undefined {
  const organization = file.kind === 'Organization' ? readable(file) : undefined;
  return organization && field(organization, 'spec');
}

/** A tenant's file: what it says of itself, of all its namespaces, and of each. Rules ask for them again and again. */
const tenantParts = oncePer((file: ConfigFile) => {
  const tenant = file.kind === 'Tenant' ? readable(file) : undefined;
  const spec = tenant && field(tenant, 'spec');
  return { spec, defaults: spec && field(spec, 'defaults'), namespaces: items(spec && field(spec, 'namespaces')) };
});

/** What a file holds; undefined where nothing in it could be read. */
function readable<K extends FileKind>({
  path,
  checked,
}: FileOf<K>): Cursor<NonNullable<Checked<K>['file']>> | undefined {
  if (!checked?.file) return undefined;
  const { file, failed, damaged } = checked;
  return { value: file, origin: fileOrigin(path), failed, damaged };
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.flatMap((value) => (value === undefined ? [] : [value]));
}
