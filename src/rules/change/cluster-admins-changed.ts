import type { Location } from '../../diagnostic.ts';
import { at, atKey } from '../../diagnostic.ts';
import type { SettingFact } from '../../plan/facts.ts';
import { inBase, originAt } from '../../source.ts';
import type { ChangeContext, ChangeRule } from '../rule.ts';
import { exampleGroups, organization } from './examples.ts';
import { hasBase, itemsIn, unread, wayRound } from './sides.ts';

const code = 'TEN515';

export const clusterAdminsChanged: ChangeRule = {
  about: 'change',
  code,
  name: 'cluster-admins-changed',
  severity: 'error',
  summary: 'Who can do everything does not change unnoticed: admins, and those whom the policies let through.',
  why: 'An admin holds every cluster; a break-glass group passes the policies; what Argo CD writes as, and a service account that is trusted, may write where nobody else may. One line is enough for any of them, in the middle of a long change, and whoever loses the role may be the one who would have said no.',
  waivable: true,
  bad: {
    before: { 'organization.yaml': organization(exampleGroups) },
    after: { 'organization.yaml': organization(exampleGroups, [], 'alice, mallory') },
  },
  good: {
    before: { 'organization.yaml': organization(exampleGroups, [], 'alice, bob') },
    after: { 'organization.yaml': organization(exampleGroups, [], 'bob, alice') },
  },
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    for (const { name, message, location, was, items } of changes(context)) {
      yield {
        message,
        at: location,
        ...(was && { related: [{ location: at(inBase(was.origin)), message: 'in the base' }] }),
        help: `make sure that this is meant, by somebody who is to decide it; to let it pass, ${wayRound(code, name)}`,
        target: name,
        items: known(...items),
      };
    }
  },
};

interface PowerChange {
  /** Who it is that can do more, or less. */
  readonly name: string;
  readonly message: string;
  readonly location: Location;
  readonly was?: SettingFact;
  readonly items: readonly string[];
}

function changes({ before, after, plan }: ChangeContext): PowerChange[] {
  const sides = [before.landscape.organization, after.landscape.organization];
  // Whoever could not be read has not gone, and has not come either.
  if (!sides.every(({ complete }) => complete)) return [];
  const [old, now] = [before, after].map(({ landscape }) => new Set(landscape.clusters.map(({ name }) => name)));
  const unknown = [unread(before).clusters, unread(after).clusters];
  const identities = sides.map(({ syncIdentity }) => syncIdentity);
  return plan.facts.flatMap((fact): PowerChange[] => {
    if (fact.kind !== 'setting') return [];
    const { before: was, after: is } = fact;
    const setting = is ?? was;
    if (!setting) return [];
    const { entity, about } = setting;
    if (entity.kind === 'organization') {
      if (about === 'admin') return [adminChange(setting, was, is)];
      if (about === 'break-glass group' && is) return [given(is, is.item ?? '', 'is let through by the policies', was)];
      if (about === 'syncIdentity' && is) return [given(is, is.value, 'is what Argo CD writes as', was)];
      return [];
    }
    const { kind, name } = entity;
    // What a new cluster begins with, and what goes with an old one, is nobody's change of hands.
    if (kind !== 'cluster' || !old?.has(name) || !now?.has(name) || unknown.some((names) => names.has(name))) return [];
    if (about === 'trusted service account' && is) {
      return [given(is, is.item ?? '', `is trusted on cluster \`${name}\``, was)];
    }
    if (about === 'syncIdentity' && is && !(was?.value === identities[0] && is.value === identities[1])) {
      return [given(is, is.value, `is what Argo CD writes as on cluster \`${name}\``, was)];
    }
    return [];
  });
}

function given(is: SettingFact, name: string, power: string, was: SettingFact | undefined): PowerChange {
  const { kind, name: entity } = is.entity;
  return {
    name,
    message: `\`${name}\` ${power}, which it is not in the base`,
    location: at(is.origin),
    ...(was && { was }),
    items: [`${kind}/${entity}`],
  };
}

function adminChange(setting: SettingFact, was: SettingFact | undefined, is: SettingFact | undefined): PowerChange {
  const name = setting.item ?? '';
  return {
    name,
    message: is
      ? `user \`${name}\` becomes an admin of all clusters`
      : `user \`${name}\` is no longer an admin of all clusters`,
    location: is ? at(is.origin) : atKey(originAt({ file: setting.origin.file }, 'spec', 'admins')),
    ...(was && { was }),
    items: ['members/cluster-admins'],
  };
}
