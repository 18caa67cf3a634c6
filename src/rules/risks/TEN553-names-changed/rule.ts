import type { ClusterAccess } from '../../../access/graph.ts';
import type { SettingChange } from '../../../plan/plan.ts';
import { authentication } from '../../../settings/cluster.ts';
import { at } from '../../../source/diagnostic.ts';
import { counted } from '../../../source/text.ts';
import { inBase } from '../../../source/source.ts';
import { subjectKey } from '../../../config/model/desired-state.ts';
import type { ChangeRule } from '../../rule.ts';
import { changedSettings, values } from '../settings.ts';

const kinds = new Map<SettingChange['setting'], 'User' | 'Group'>([
  [authentication.userPrefix, 'User'],
  [authentication.groupPrefix, 'Group'],
]);

export const namesChanged: ChangeRule = {
  level: 'change',
  code: 'TEN553',
  name: 'names-changed',
  severity: 'note',
  summary: 'A cluster knows people and groups by the names that it knew them by.',
  why: 'RBAC compares names as a whole. Under another prefix every binding is of another name: those who had it lose all that they have on the cluster, unless its identity provider names them so by then; and whoever has the new names gets it all. No access in the plan changes by that: it is who those are.',
  *check({ plan }) {
    const clusters = new Map(plan.after.graph.clusters.map((entry) => [entry.cluster.name, entry]));
    for (const { item, setting } of changedSettings(plan)) {
      const kind = kinds.get(setting.setting);
      const entry = clusters.get(item.entity.name);
      if (!kind || !entry || !setting.after) continue;
      yield {
        message: `${sayWhose(kind, entry)} on cluster \`${item.entity.name}\` are of other names: \`${setting.setting.name}\` goes ${values(setting)}`,
        at: at(setting.after.origin),
        ...(setting.before && { related: [{ location: at(inBase(setting.before.origin)), message: 'before' }] }),
        items: [item.id],
        help: "make sure that the cluster's identity provider names them so, at the same time",
      };
    }
  },
};

/** `12 bindings of 5 users`. */
function sayWhose(kind: 'User' | 'Group', { accesses }: ClusterAccess): string {
  const held = accesses.filter(({ subject }) => subject.kind === kind);
  const subjects = new Set(held.map(({ subject }) => subjectKey(subject)));
  return `${counted(held.length, 'binding')} of ${counted(subjects.size, kind === 'User' ? 'user' : 'group')}`;
}
