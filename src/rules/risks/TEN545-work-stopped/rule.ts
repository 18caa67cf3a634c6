import type { ResolvedIsolation } from '../../../config/model/desired-state.ts';
import { heldIsolation, isProduction } from '../../../config/model/desired-state.ts';
import type { ClusterNamespace, Meaning } from '../../../access/graph.ts';
import type { SettingFact } from '../../../plan/facts.ts';
import type { EntityItem } from '../../../plan/plan.ts';
import { namespaceSettings } from '../../../plan/settings.ts';
import type { Setting } from '../../../settings/setting.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { counted } from '../../../source/text.ts';
import { addTo, groupedBy } from '../../../values/order.ts';
import { valueText } from '../../../settings/value.ts';
import type { ChangeRule } from '../../rule.ts';
import { listed } from '../../wording.ts';
import { homeOf } from '../settings.ts';

export const workStopped: ChangeRule = {
  level: 'change',
  code: 'TEN545',
  name: 'work-stopped',
  severity: 'note',
  summary: 'Nothing that becomes tighter may bring the work in a running namespace to a stand.',
  why: 'A lower quota, a registry less, a cordon, a closed network or a stricter Pod Security Standard is tighter than before, and so looks harmless: until the next pod is to start. Where isolation was only observed and is enforced, all of it begins to refuse at once. Which values of a key stop work is a part of the key. What is in use nobody knows from the files, so whoever merges it has to. Limits count in production; elsewhere a team sets them as it likes.',
  *check({ plan }) {
    const changed = new Map<string, EntityItem>(
      plan.items.flatMap((item) =>
        item.kind === 'entity' && item.entity.kind === 'namespace' && item.change === 'changed'
          ? item.clusters.map(({ name }) => [`${name}/${item.entity.name}`, item] as const)
          : [],
      ),
    );
    if (changed.size === 0) return;
    const [before, after] = [runningIn(plan.before, changed), runningIn(plan.after, changed)];
    const stopped = Array.from(after).flatMap(([place, now]) => {
      const was = before.get(place);
      const item = changed.get(place);
      return was === undefined || !item ? [] : stopsBetween(was, now, item);
    });
    for (const [, alike] of groupedBy(stopped, ({ setting, now }) => `${setting.name}\n${saidText(now)}`)) {
      const [first] = alike;
      if (!first) continue;
      const items = [...new Set(alike.map(({ item }) => item))];
      yield {
        message: `\`${first.setting.name}\` (${saidText(first.now)}) may stop work in ${namespacesText(alike)}`,
        at: at(first.enforced ?? first.now[0]?.origin ?? homeOf(plan.after, first.item)),
        items: items.map(({ id }) => id),
      };
    }
  },
};

/** All are of production: so many are named before the rest is a number. */
const mostNames = 40;

type Settings = ReadonlyMap<Setting, readonly SettingFact[]>;

interface Stopped {
  readonly item: EntityItem;
  readonly production: boolean;
  readonly setting: Setting;
  readonly now: readonly SettingFact[];
  /** Where it says that what was only observed is enforced now, if that is so. */
  readonly enforced?: Origin;
}

/** Those of production first, and as such: `2 production namespaces: `a` and `b`; and in `c``. */
function namespacesText(stopped: readonly Stopped[]): string {
  const ofProduction = new Set(stopped.flatMap(({ item, production }) => (production ? [item] : [])));
  const others = new Set(stopped.flatMap(({ item }) => (ofProduction.has(item) ? [] : [item])));
  const text = (what: string, items: ReadonlySet<EntityItem>): string[] =>
    items.size === 0
      ? []
      : [
          `${counted(items.size, what)}: ${listed(
            Array.from(items, ({ entity }) => entity.name),
            mostNames,
          )}`,
        ];
  return [...text('production namespace', ofProduction), ...text('namespace', others)].join('; and in ');
}

interface Running {
  readonly production: boolean;
  readonly enforcement: ResolvedIsolation['enforcement'];
  readonly settings: Settings;
}

/** The settings of some of the tenants' namespaces in which work may run, by `cluster/name`. */
function runningIn({ graph, desired }: Meaning, places: ReadonlyMap<string, EntityItem>): Map<string, Running> {
  const found = new Map<string, Running>();
  for (const { cluster, namespaces } of graph.clusters) {
    for (const entry of namespaces) {
      const place = `${cluster.name}/${entry.name}`;
      if (entry.kind !== 'Tenant' || entry.state.value !== 'Active' || !places.has(place)) continue;
      const settings = new Map<Setting, SettingFact[]>();
      for (const fact of namespaceSettings(asHeld(entry), cluster)) addTo(settings, fact.setting, fact);
      const production = isProduction(desired.organization, cluster, entry.namespace);
      found.set(place, { production, settings, enforcement: entry.namespace.isolation.enforcement });
    }
  }
  return found;
}

/** A namespace as what is in it meets it: what is only observed refuses nothing. */
function asHeld<E extends ClusterNamespace & { readonly kind: 'Tenant' }>(entry: E): E {
  const { namespace } = entry;
  return { ...entry, namespace: { ...namespace, isolation: heldIsolation(namespace.isolation) } };
}

/** The settings that stop work now, and did not before or by less. */
function stopsBetween(before: Running, after: Running, item: EntityItem): Stopped[] {
  const { settings, enforcement } = after;
  const production = before.production || after.production;
  // What is no longer written anywhere is said of the namespace itself.
  const isEnforced =
    before.enforcement.value === 'Observe' && enforcement.value === 'Enforce' && !enforcement.byDefault;
  return Array.from(settings).flatMap(([setting, now]): Stopped[] => {
    if (setting.risk === 'limit' && !production) return [];
    const was = before.settings.get(setting) ?? [];
    if (!setting.stops?.(now, was) || saidText(now) === saidText(was)) return [];
    const [first] = now;
    if (!first) return [];
    return [{ item, production, setting, now, ...(isEnforced && { enforced: enforcement.origin }) }];
  });
}

/** What a setting says, in words: `pods 0, cpu 4`. */
function saidText(said: readonly SettingFact[]): string {
  const words = said.map(({ part, item, value }) => [part, item, valueText(value)].filter(Boolean).join(' '));
  const text = words.filter((one) => one !== '' && (one !== 'only' || said.length === 1)).join(', ');
  return text === 'only' ? 'nothing' : text;
}
