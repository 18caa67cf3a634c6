import type { Checked } from '../config/reading/check-schema.ts';
import type { Cursor } from '../config/reading/cursor.ts';
import { entries, field, items, wholeItems } from '../config/reading/cursor.ts';
import type { ConfigFiles } from '../config/reading/files.ts';
import type { Located } from '../config/model/desired-state.ts';
import type { Isolation, FileKind, Owner, Quota } from '../settings/schema.ts';
import { fileOrigin } from '../source/source.ts';

/**
 * What people wrote, each thing once and where it is written, whether or not it holds anywhere: for rules about values
 * as such. Rules about what holds look at the desired state, where a default appears in every namespace that gets it.
 */

/** Every quota: of tenants, of their defaults and of namespaces. */
export function writtenQuotas(files: ConfigFiles): Cursor<Quota>[] {
  return readable(files.tenants).flatMap((tenant) => {
    const spec = field(tenant, 'spec');
    const defaults = spec && field(spec, 'defaults');
    const namespaces = items(spec && field(spec, 'namespaces'));
    return present([
      spec && field(spec, 'quota'),
      defaults && field(defaults, 'quota'),
      ...namespaces.map((namespace) => field(namespace, 'quota')),
    ]);
  });
}

/** Every owner of a tenant. */
export function writtenOwners(files: ConfigFiles): Located<Owner>[] {
  return readable(files.tenants).flatMap((tenant) => {
    const spec = field(tenant, 'spec');
    return wholeItems(spec && field(spec, 'owners'));
  });
}

/** A key and a value of labels, and what they are for. */
export interface WrittenLabel extends Located<string> {
  readonly key: string;
  readonly use: 'namespace' | 'cluster' | 'node selector';
}

/** Every label: for namespaces, of clusters, and in node selectors. */
export function writtenLabels(files: ConfigFiles): WrittenLabel[] {
  return [
    ...readable(files.organization).flatMap((organization) => {
      const spec = field(organization, 'spec');
      const defaults = spec && field(spec, 'defaults');
      return selectorOf(defaults && field(defaults, 'isolation'));
    }),
    ...readable(files.clusters).flatMap((cluster) => {
      const spec = field(cluster, 'spec');
      return labelsFor('cluster', spec && field(spec, 'labels'));
    }),
    ...readable(files.tenants).flatMap((tenant) => {
      const spec = field(tenant, 'spec');
      const defaults = spec && field(spec, 'defaults');
      const namespaces = items(spec && field(spec, 'namespaces'));
      return [
        ...selectorOf(spec && field(spec, 'isolation')),
        ...labelsFor('namespace', defaults && field(defaults, 'labels')),
        ...namespaces.flatMap((namespace) => [
          ...labelsFor('namespace', field(namespace, 'labels')),
          ...selectorOf(field(namespace, 'isolation')),
        ]),
      ];
    }),
  ];
}

function selectorOf(isolation: Cursor<Isolation> | undefined): WrittenLabel[] {
  return labelsFor('node selector', isolation && field(isolation, 'nodeSelector'));
}

function labelsFor(
  use: WrittenLabel['use'],
  labels: Cursor<Readonly<Record<string, string>>> | undefined,
): WrittenLabel[] {
  return entries(labels).map(([key, { value, origin }]) => ({ key, value, origin, use }));
}

/** The files of which at least something could be read. */
function readable<K extends FileKind>(
  files: readonly { readonly path: string; readonly checked?: Checked<K> }[],
): Cursor<NonNullable<Checked<K>['file']>>[] {
  return files.flatMap(({ path, checked }) => {
    if (!checked?.file) return [];
    const { file, failed, damaged } = checked;
    return [{ value: file, origin: fileOrigin(path), failed, damaged }];
  });
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.flatMap((value) => (value === undefined ? [] : [value]));
}
