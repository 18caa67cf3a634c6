import type { ResolvedIsolation } from '../../config/model/desired-state.ts';
import { effectOf } from '../../plan/effect.ts';
import type { EntityItem, Plan, SettingChange } from '../../plan/plan.ts';
import type { ChangeFinding } from '../rule.ts';
import type { Sentence } from './settings.ts';
import { findingsAbout } from './settings.ts';

/** Namespaces that begin with less isolation than the organization has by default, by themselves or by their tenant. */
export function looserThanDefault(plan: Plan): ChangeFinding[] {
  const { isolation } = plan.after.desired.organization;
  const looser = plan.items.flatMap((item) =>
    item.kind === 'entity' && isNewOfTenant(item)
      ? item.settings.filter((setting) => isLooser(isolation, setting, item)).map((setting) => ({ item, setting }))
      : [],
  );
  return findingsAbout(plan, looser, (sentence) => say(isolation, sentence));
}

/** Whether a namespace begins to be a tenant's: it is new, or was only retained. */
function isNewOfTenant({ entity, settings }: EntityItem): boolean {
  return (
    entity.kind === 'namespace' && settings.some(({ about, before, after }) => about === 'tenant' && !before && after)
  );
}

function isLooser(standard: ResolvedIsolation, setting: SettingChange, { settings }: EntityItem): boolean {
  const { about, item, after } = setting;
  if (!after) return false;
  switch (about) {
    case 'network':
    case 'podSecurity':
      return effectOf({ about }, standard[about].value, after.value) === 'loosens';
    case 'nodeSelector': {
      const keys = standard.nodeSelector && Object.keys(standard.nodeSelector);
      if (item === undefined) return keys?.length !== 0;
      // Another selector: whatever nodes it is for, the organization's choice does not hold.
      const own = settings.filter((one) => one.about === about);
      return own[0] === setting && (keys ?? []).some((key) => !own.some((one) => one.item === key));
    }
    case 'registries':
    case 'storageClasses':
    case 'ingressClasses':
    case 'runtimeClasses':
    case 'priorityClasses':
      return item !== undefined && standard[about] !== undefined && !standard[about].value.includes(item);
    default:
      return false;
  }
}

function say(standard: ResolvedIsolation, { about, parts, owners, setting }: Sentence): string {
  const value = setting.after?.value ?? '';
  switch (about) {
    case 'network':
    case 'podSecurity':
      return `\`${about}\` of the new ${owners} is \`${value}\`, where the organization's default is \`${standard[about].value}\``;
    case 'nodeSelector':
      return `pods of the new ${owners} may run on nodes that the organization's default keeps them from`;
    default:
      return `\`${about}\` of the new ${owners} allows ${parts.join(' and ')}, which the organization's default does not`;
  }
}
