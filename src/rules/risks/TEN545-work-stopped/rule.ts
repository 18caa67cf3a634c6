import { isProduction } from '../../../config/model/desired-state.ts';
import type { Meaning } from '../../../access/graph.ts';
import type { SettingFact } from '../../../plan/facts.ts';
import type { EntityItem } from '../../../plan/plan.ts';
import { namespaceSettings } from '../../../plan/settings.ts';
import type { Setting } from '../../../settings/setting.ts';
import { at } from '../../../source/diagnostic.ts';
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
  summary: 'Nothing brings the work in production namespaces to a stand.',
  why: 'A quota of no pods, a list of registries that has none of those in use, a cordon or a closed network is tighter than before, and so looks harmless: until the next pod is to start. Which values of a key stop work is a part of the key; a quota that is cut to less than half counts, for what is in use nobody knows from the files.',
  *check({ plan }) {
    const changed = new Map<string, EntityItem>(
      plan.items.flatMap((item) =>
        item.kind === 'entity' && item.entity.kind === 'namespace' && item.change === 'changed'
          ? item.clusters.map(({ name }) => [`${name}/${item.entity.name}`, item] as const)
          : [],
      ),
    );
    if (changed.size === 0) return;
    const [before, after] = [settingsIn(plan.before, changed), settingsIn(plan.after, changed)];
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
        message: `\`${first.setting.name}\` (${saidText(first.now)}) stops work in ${counted(items.length, 'production namespace')}: ${listed(
          items.map(({ entity }) => entity.name),
          mostNames,
        )}`,
        at: at(first.now[0]?.origin ?? homeOf(plan.after, first.item)),
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
  readonly setting: Setting;
  readonly now: readonly SettingFact[];
}

/** The settings of some of the tenants' namespaces in which work may run, by `cluster/name` of production clusters. */
function settingsIn({ graph, desired }: Meaning, places: ReadonlyMap<string, EntityItem>): Map<string, Settings> {
  const found = new Map<string, Settings>();
  for (const { cluster, namespaces } of graph.clusters) {
    if (!isProduction(desired.organization, cluster)) continue;
    for (const entry of namespaces) {
      const place = `${cluster.name}/${entry.name}`;
      if (entry.kind !== 'Tenant' || entry.state.value !== 'Active' || !places.has(place)) continue;
      const settings = new Map<Setting, SettingFact[]>();
      for (const fact of namespaceSettings(entry, cluster)) addTo(settings, fact.setting, fact);
      found.set(place, settings);
    }
  }
  return found;
}

/** The settings that stop work now, and did not before or by less. */
function stopsBetween(before: Settings, after: Settings, item: EntityItem): Stopped[] {
  return Array.from(after).flatMap(([setting, now]): Stopped[] => {
    const was = before.get(setting) ?? [];
    if (!setting.stops?.(now, was) || saidText(now) === saidText(was)) return [];
    const [first] = now;
    return first ? [{ item, setting, now }] : [];
  });
}

/** What a setting says, in words: `pods 0, cpu 4`. */
function saidText(said: readonly SettingFact[]): string {
  const words = said.map(({ part, item, value }) => [part, item, valueText(value)].filter(Boolean).join(' '));
  const text = words.filter((one) => one !== '' && (one !== 'only' || said.length === 1)).join(', ');
  return text === 'only' ? 'nothing' : text;
}
