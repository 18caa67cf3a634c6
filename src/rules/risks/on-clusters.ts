import { textOf } from '../../plan/facts.ts';
import { namespace } from '../../settings/namespace.ts';
import type { Label } from '../../source/diagnostic.ts';
import { at } from '../../source/diagnostic.ts';
import type { EntityItem, Plan, SettingChange } from '../../plan/plan.ts';
import { inBase } from '../../source/source.ts';
import { listedClusters, mostRelated } from '../wording.ts';

/** The organization, to ask for its home. */
export const organization = { entity: { kind: 'organization', name: '' } } as const;

/** A namespace that goes from one state to another on some of its clusters. */
export interface OnClusters {
  readonly item: EntityItem;
  /** `on cluster`, once for each of those where it goes from the one to the other. */
  readonly settings: readonly SettingChange[];
}

/** Namespaces that go from one state to another (undefined: gone), on clusters that stay, or on those that go. */
export function clustersOf(
  { items, after: { desired } }: Plan,
  from: string,
  to: string | undefined,
  clusters: 'kept' | 'gone' = 'kept',
): OnClusters[] {
  const there = new Set(desired.clusters.map(({ name }) => name));
  return items.flatMap((item) => {
    if (item.kind !== 'entity' || item.entity.kind !== 'namespace') return [];
    const settings = item.settings.filter(
      ({ setting, item: on, before, after }) =>
        setting === namespace.clusters &&
        on !== undefined &&
        there.has(on) === (clusters === 'kept') &&
        textOf(before) === from &&
        textOf(after) === to,
    );
    return settings.length === 0 ? [] : [{ item, settings }];
  });
}

/** The clusters of such settings, for a sentence. */
export function clustersText(settings: readonly SettingChange[]): string {
  return listedClusters(settings.flatMap(({ item }) => (item === undefined ? [] : [item])));
}

/** Where such settings were written in the base. */
export function inBaseOf(settings: readonly SettingChange[], message: string): Label[] {
  return settings
    .flatMap(({ before }) => (before ? [{ location: at(inBase(before.origin)), message }] : []))
    .slice(0, mostRelated);
}
