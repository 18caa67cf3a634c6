import { cluster, powersAdded } from '../../../settings/cluster.ts';
import { argoCD, organization, policies } from '../../../settings/organization.ts';
import { valueText } from '../../../settings/value.ts';
import { textOf } from '../../../plan/facts.ts';
import type { Location } from '../../../source/diagnostic.ts';
import { at, atKey } from '../../../source/diagnostic.ts';
import type { SettingFact } from '../../../plan/facts.ts';
import { inBase, originAt } from '../../../source/source.ts';
import type { ChangeContext, ChangeRule } from '../../rule.ts';
import { isOwnAuthentication } from '../../../access/names-on.ts';
import { listedClusters, listedWords } from '../../wording.ts';
import { hasBase, itemsIn, unread, waiverHelp } from '../sides.ts';

const code = 'TEN515';

export const clusterAdminsChanged: ChangeRule = {
  level: 'change',
  code,
  name: 'cluster-admins-changed',
  severity: 'error',
  summary: 'Who can do everything does not change unnoticed: admins, and those whom the policies let through.',
  why: 'An admin holds every cluster; a break-glass group passes the policies; what Argo CD writes as, and a service account that is trusted, may write where nobody else may. One line is enough for any of them, in the middle of a long change, and whoever loses the role may be the one who would have said no.',
  waivable: true,
  *check(context) {
    if (!hasBase(context)) return;
    const known = itemsIn(context.plan);
    for (const { name, message, location, was, items, elsewhere } of changes(context)) {
      yield {
        message,
        at: location,
        ...(was && { related: [{ location: at(inBase(was.origin)), message: 'in the base' }] }),
        help: `make sure that this is meant, by somebody who is to decide it${elsewhere === undefined ? '' : `, and ${elsewhere}`}; to let it pass, ${waiverHelp(code, name)}`,
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
  /** What is to be done where no manifest changes. */
  readonly elsewhere?: string;
}

function changes({ before, after, plan }: ChangeContext): PowerChange[] {
  const sides = [before.desired.organization, after.desired.organization];
  // Whom the head could not name has not gone. Whom the base could not name may have been there or not: TEN519 says so,
  // and here they come.
  if (!after.desired.organization.complete) return [];
  const bound = after.desired.clusters.filter(isOwnAuthentication).map(({ name }) => name);
  const [old, now] = [before, after].map(({ desired }) => new Set(desired.clusters.map(({ name }) => name)));
  const unknown = unread(after).clusters;
  const usual = new Set(before.desired.organization.policies.breakGlassGroups);
  const identities = sides.map(({ syncIdentity }) => syncIdentity);
  return plan.facts.flatMap((fact): PowerChange[] => {
    if (fact.kind !== 'setting') return [];
    const { before: was, after: is } = fact;
    const setting = is ?? was;
    if (!setting) return [];
    const { entity, setting: what } = setting;
    if (entity.kind === 'organization') {
      if (what === organization.admins) return [adminChange(setting, was, is, bound)];
      // Where nobody could read the organization of the base, the defaults are no news.
      if (what === policies.breakGlassGroups && is && !usual.has(is.item ?? '')) return [breakGlass(is)];
      if (what === argoCD.serviceAccount && is && textOf(is) !== identities[0])
        return [given(is, valueText(is.value), 'is what Argo CD writes as', was)];
      return [];
    }
    const { kind, name } = entity;
    // What goes with an old cluster is nobody's change of hands.
    if (kind !== 'cluster' || !is || !now?.has(name) || unknown.has(name)) return [];
    const isNew = !old?.has(name);
    const place = isNew ? `the new cluster \`${name}\`` : `cluster \`${name}\``;
    if (what === cluster.trustedServiceAccounts) {
      const powers = powersAdded(was?.value, is.value);
      if (powers.length === 0) return [];
      return [given(is, is.item ?? '', `is trusted on ${place} with ${listedWords(powers)}`, was, isNew)];
    }
    const followed = isNew || textOf(was) === identities[0];
    if (what === cluster.syncIdentity && !(followed && textOf(is) === identities[1])) {
      return [given(is, valueText(is.value), `is what Argo CD writes as on ${place}`, was, isNew)];
    }
    return [];
  });
}

function given(is: SettingFact, name: string, power: string, was: SettingFact | undefined, isNew = false): PowerChange {
  const { kind, name: entity } = is.entity;
  return {
    name,
    message: `\`${name}\` ${power}${isNew ? '' : ', which it is not in the base'}`,
    location: at(is.origin),
    ...(was && { was }),
    items: [`${kind}/${entity}`],
  };
}

function breakGlass(is: SettingFact): PowerChange {
  const name = is.item ?? '';
  return {
    name,
    message: `group \`${name}\` becomes a break-glass group: on every cluster its members may change what the policies keep for Argo CD`,
    location: at(is.origin),
    items: ['organization/'],
  };
}

function adminChange(
  setting: SettingFact,
  was: SettingFact | undefined,
  is: SettingFact | undefined,
  boundOn: readonly string[],
): PowerChange {
  const name = setting.item ?? '';
  return {
    name,
    message: is
      ? `user \`${name}\` is now listed as an admin of all clusters`
      : `user \`${name}\` is no longer listed as an admin of all clusters`,
    location: is ? at(is.origin) : atKey(originAt({ file: setting.origin.file }, 'spec', 'admins')),
    ...(was && { was }),
    items: ['members/cluster-admins'],
    // The manifests bind the group `cluster-admins`; whoever the identity provider leaves in it stays one (S33).
    elsewhere: `${is ? 'put' : 'take'} them ${is ? 'into' : 'out of'} group \`cluster-admins\` at the identity provider, which decides: no manifest changes${boundOn.length === 0 ? '' : `; on ${listedClusters(boundOn)}, where admins are bound by name, the operator applies the file`}`,
  };
}
