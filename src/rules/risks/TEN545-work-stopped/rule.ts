import { isProduction } from '../../../config/model/desired-state.ts';
import type { Meaning } from '../../../access/graph.ts';
import type { SettingFact } from '../../../plan/facts.ts';
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
    const changed = new Set(
      plan.items.flatMap((item) =>
        item.kind === 'entity' && item.entity.kind === 'namespace' && item.change === 'changed'
          ? [item.entity.name]
          : [],
      ),
    );
    if (changed.size === 0) return;
    const [before, after] = [settingsIn(plan.before, changed), settingsIn(plan.after, changed)];
    const stopped = Array.from(after).flatMap(([place, now]) => {
      const was = before.get(place);
      return was === undefined ? [] : stopsBetween(was, now);
    });
    for (const [, alike] of groupedBy(stopped, ({ setting, now }) => `${setting.name}\n${saidText(now)}`)) {
      const [first] = alike;
      if (!first) continue;
      const names = [...new Set(alike.map(({ namespace }) => namespace))];
      yield {
        message: `\`${first.setting.name}\` (${saidText(first.now)}) stops work in ${counted(names.length, 'production namespace')}: ${listed(names)}`,
        at: at(first.now[0]?.origin ?? homeOf(plan.after, { entity: { kind: 'namespace', name: first.namespace } })),
        items: names.map((name) => `namespace/${name}`),
      };
    }
  },
};

type Settings = ReadonlyMap<Setting, readonly SettingFact[]>;

interface Stopped {
  readonly namespace: string;
  readonly setting: Setting;
  readonly now: readonly SettingFact[];
}

/** The settings of some of the tenants' namespaces in which work may run, by namespace and production cluster. */
function settingsIn({ graph, desired }: Meaning, names: ReadonlySet<string>): Map<string, Settings> {
  const found = new Map<string, Settings>();
  for (const { cluster, namespaces } of graph.clusters) {
    if (!isProduction(desired.organization, cluster)) continue;
    for (const entry of namespaces) {
      if (entry.kind !== 'Tenant' || entry.state.value !== 'Active' || !names.has(entry.name)) continue;
      const settings = new Map<Setting, SettingFact[]>();
      for (const fact of namespaceSettings(entry, cluster)) addTo(settings, fact.setting, fact);
      found.set(`${cluster.name}/${entry.name}`, settings);
    }
  }
  return found;
}

/** The settings that stop work now, and did not before or by less. */
function stopsBetween(before: Settings, after: Settings): Stopped[] {
  return Array.from(after).flatMap(([setting, now]): Stopped[] => {
    const was = before.get(setting) ?? [];
    if (!setting.stops?.(now, was) || saidText(now) === saidText(was)) return [];
    const [first] = now;
    return first ? [{ namespace: first.entity.name, setting, now }] : [];
  });
}

/** What a setting says, in words: `pods 0, cpu 4`. */
function saidText(said: readonly SettingFact[]): string {
  const words = said.map(({ part, item, value }) => [part, item, valueText(value)].filter(Boolean).join(' '));
  const text = words.filter((one) => one !== '' && (one !== 'only' || said.length === 1)).join(', ');
  return text === 'only' ? 'nothing' : text;
}
