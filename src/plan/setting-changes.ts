import { addTo } from '../values/order.ts';
import type { Entity, FactChange } from './fact.ts';
import { entityKey } from './fact.ts';
import type { SettingChange } from './items.ts';

/** An entity, and those of its settings that change. */
export interface ChangedEntity {
  readonly entity: Entity;
  readonly settings: readonly SettingChange[];
}

/** The changed settings of all entities of a kind, in the order of the facts; a namespace on each cluster by itself. */
export function changedEntities(facts: readonly FactChange[], kind: Entity['kind']): ChangedEntity[] {
  const byKey = new Map<string, SettingChange[]>();
  const entities = new Map<string, Entity>();
  for (const change of facts) {
    if (change.kind !== 'setting') continue;
    const { before, after } = change;
    const fact = after ?? before;
    if (fact?.entity.kind !== kind) continue;
    const { setting, part, item, entity } = fact;
    const effect = setting.order({ item, before: before?.value, after: after?.value });
    const one = {
      setting,
      ...(part !== undefined && { part }),
      ...(item !== undefined && { item }),
      ...(before && { before }),
      ...(after && { after }),
      ...(effect && { effect }),
    };
    const key = entityKey(entity);
    entities.set(key, entity);
    addTo(byKey, key, one);
  }
  return Array.from(entities, ([key, entity]) => {
    const settings = byKey.get(key) ?? [];
    return { entity, settings: settings.map((one) => withoutEffectInList(one, settings)) };
  });
}

/** Whether there is a list at all says more than its elements: a list that goes allows all, not less by each of them. */
function withoutEffectInList(change: SettingChange, others: readonly SettingChange[]): SettingChange {
  const { effect, ...rest } = change;
  const isWithList = others.some(({ setting, item }) => setting === change.setting && item === undefined);
  return effect === undefined || (change.item !== undefined && isWithList) ? rest : change;
}
