import { cluster } from '../../../settings/cluster.ts';
import { organization } from '../../../settings/organization.ts';
import type { Setting } from '../../../settings/setting.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Cluster } from '../../../config/model/desired-state.ts';
import { authorityPlace } from '../../../config/model/desired-state.ts';
import type { EntityItem, Plan } from '../../../plan/plan.ts';
import { textOf } from '../../../plan/facts.ts';
import { inBase, originAt } from '../../../source/source.ts';
import type { ChangeFinding, ChangeRule } from '../../rule.ts';
import { listedClusters, listedWords, mostRelated } from '../../wording.ts';
import type { Sentence } from '../settings.ts';
import { changedSettings, findingsAbout, sayChange } from '../settings.ts';

export const identityChanged: ChangeRule = {
  level: 'change',
  code: 'TEN530',
  name: 'identity-changed',
  severity: 'note',
  summary: 'The issuer, identity providers, workloads, clusters, groups and people on GitHub are who they were.',
  why: 'Whoever controls the issuer, or an identity provider that people sign in to, is everybody, and whoever answers as a cluster gets what is meant for it. A group with another name is whoever the identity provider says, and its old bindings go with the old name. A new cluster with the certificate authority of another one may be that one, under a name for which less is checked.',
  *check({ plan }) {
    const changed = changedSettings(plan).filter(
      ({ item, setting: { setting, before, after } }) =>
        setting.risk === 'identity' && before && after && !isAnother(item, setting),
    );
    yield* findingsAbout(plan, changed, sayChange);
    const added = changedSettings(plan).filter(
      ({ setting: { setting, before, after } }) => saysWhoPeopleAre.has(setting) && !before && after,
    );
    yield* findingsAbout(
      plan,
      added,
      sayAdded,
      'whoever signs its tokens says who is who: make sure that you trust it',
    );
    for (const { from, to } of plan.renames) {
      yield {
        message: `group \`${from.name}\` is now called \`${to.name}\`: whoever has the new name at the identity provider has what it had`,
        at: at(to.renamedFrom?.origin ?? to.origin),
        related: [{ location: at(originAt(inBase(from.origin), 'name')), message: 'its name before' }],
        items: [`group/${to.name}`],
        help: 'rename it at the identity provider at the same time',
      };
    }
    yield* underAnotherName(plan);
  },
};

/** Settings by which people and jobs are known: one more of their elements is somebody else who says who is who. */
const saysWhoPeopleAre: ReadonlySet<Setting> = new Set([organization.signIn, organization.workloads]);

function sayAdded({ name, parts, change }: Sentence): string {
  const after = textOf(change.after);
  return parts.length > 1
    ? `${listedWords(parts)} are new under \`${name}\``
    : `${parts.join('')} is new under \`${name}\`: ${after ?? ''}`;
}

/** New clusters that trust a certificate which a cluster of the base trusts. */
function* underAnotherName({ items, before, after }: Plan): Iterable<ChangeFinding> {
  const added = new Set(
    items.flatMap((item) =>
      item.kind === 'entity' && item.entity.kind === 'cluster' && item.change === 'added' ? [item.entity.name] : [],
    ),
  );
  const known = before.desired.clusters.map((cluster) => ({ cluster, certificates: certificatesOf(cluster) }));
  for (const cluster of after.desired.clusters) {
    if (!added.has(cluster.name)) continue;
    const own = certificatesOf(cluster);
    const same = known.filter(({ certificates }) => certificates.some((one) => own.includes(one)));
    if (same.length === 0) continue;
    yield {
      message: `new cluster \`${cluster.name}\` has the certificate authority of ${listedClusters(same.map((one) => one.cluster.name))}: it may be the same cluster under another name`,
      at: at(authorityPlace(cluster)),
      related: same
        .map((one) => ({ location: at(inBase(authorityPlace(one.cluster))), message: 'the same' }))
        .slice(0, mostRelated),
      items: [`cluster/${cluster.name}`],
      help: 'make sure that its `server` is another cluster',
    };
  }
}

/** Each by itself, by its contents: in a file with several, or with other line breaks, a certificate is the same. */
function certificatesOf({ certificateAuthority }: Cluster): string[] {
  const blocks = (certificateAuthority?.pem ?? '').match(/-----BEGIN CERTIFICATE-----[^-]*/g) ?? [];
  return blocks.map((block) => block.replace(/\s+/g, ''));
}

/** Another server with another certificate authority is another cluster: an error (TEN511). */
function isAnother({ settings }: EntityItem, setting: Setting): boolean {
  const both: readonly Setting[] = [cluster.server, cluster.certificateAuthority];
  return both.includes(setting) && both.every((one) => settings.some((change) => change.setting === one));
}
