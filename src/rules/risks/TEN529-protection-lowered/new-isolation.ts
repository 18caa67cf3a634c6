import type { ResolvedIsolation } from '../../../config/model/desired-state.ts';
import type { EntityItem, Plan, SettingChange } from '../../../plan/plan.ts';
import { textOf } from '../../../plan/facts.ts';
import { toldIsolation } from '../../../plan/settings.ts';
import { tenantOfNamespace } from '../../../settings/derived.ts';
import { isolation, notByLabels } from '../../../settings/isolation.ts';
import { permits } from '../../../settings/order.ts';
import { valueText } from '../../../settings/value.ts';
import { oncePer } from '../../../values/once.ts';
import type { ChangeFinding } from '../../rule.ts';
import type { Sentence } from '../settings.ts';
import { findingsAbout } from '../settings.ts';

/** Namespaces that begin with less isolation than the organization has by default, by themselves or by their tenant. */
export function looserThanDefault(plan: Plan): ChangeFinding[] {
  const standard = plan.after.desired.organization.isolation;
  const looser = plan.items.flatMap((item) =>
    item.kind === 'entity' && isNewOfTenant(item)
      ? item.settings.filter((change) => isLooser(standard, change, item)).map((setting) => ({ item, setting }))
      : [],
  );
  return findingsAbout(plan, looser, (sentence) => say(standard, sentence));
}

/** Whether a namespace begins to be a tenant's: it is new, or was only retained. */
function isNewOfTenant({ entity, settings }: EntityItem): boolean {
  return (
    entity.kind === 'namespace' &&
    settings.some(({ setting, before, after }) => setting === tenantOfNamespace && !before && after)
  );
}

function isLooser(standard: ResolvedIsolation, change: SettingChange, { settings }: EntityItem): boolean {
  const { setting, item, after } = change;
  if (!after || !isolationSettings.has(setting)) return false;
  // What the cluster has instead of labels is not the namespace's choice.
  if (textOf(after) === notByLabels) return false;
  const byDefault = defaultsOf(standard).get(setting);
  if (setting === isolation.nodeSelector && item !== undefined) {
    // Another selector: whatever nodes it is for, the organization's choice does not hold.
    const own = settings.filter((one) => one.setting === setting);
    const given = Array.from(byDefault?.keys() ?? []).filter((key) => key !== undefined);
    return own[0] === change && given.some((key) => !own.some((one) => one.item === key));
  }
  if (setting.order === permits) return item !== undefined && byDefault !== undefined && !byDefault.has(item);
  return setting.order({ item, before: byDefault?.get(undefined), after: after.value }) === 'loosens';
}

const isolationSettings: ReadonlySet<unknown> = new Set(Object.values(isolation));

const defaultsOf = oncePer(toldIsolation);

function say(standard: ResolvedIsolation, { name, parts, owners, change }: Sentence): string {
  if (name === isolation.nodeSelector.name) {
    return `pods of the new ${owners} may run on nodes that the organization's default keeps them from`;
  }
  if (change.setting.order === permits) {
    return `\`${name}\` of the new ${owners} allows ${parts.join(' and ')}, which the organization's default does not`;
  }
  const byDefault = defaultsOf(standard).get(change.setting)?.get(undefined);
  return `\`${name}\` of the new ${owners} is \`${textOf(change.after) ?? ''}\`, where the organization's default is \`${byDefault ? valueText(byDefault) : 'none'}\``;
}
