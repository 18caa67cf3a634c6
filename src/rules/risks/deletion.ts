import { textOf } from '../../plan/facts.ts';
import { namespace } from '../../settings/namespace.ts';
import type { Quota } from '../../settings/schema.ts';
import type { Label, Location } from '../../source/diagnostic.ts';
import { at, atKey } from '../../source/diagnostic.ts';
import { oncePer } from '../../values/once.ts';
import type { Meaning } from '../../access/graph.ts';
import type { EntityItem, Plan, SettingChange } from '../../plan/plan.ts';
import { groupedBy } from '../../values/order.ts';
import { inBase, originAt } from '../../source/source.ts';
import type { ChangeRule, ExampleFiles } from '../rule.ts';
import { listed, listedClusters, mostRelated } from '../wording.ts';
import { cluster, tenant } from './example.ts';
import { homeOf } from './settings.ts';

const withDev = (...lines: readonly string[]): ExampleFiles =>
  tenant(`  namespaces:
    - name: prod
      sharedWith:
        - { group: solar-sre, role: edit }
${lines.map((line) => `${line}\n`).join('')}`);
const dev = '    - name: dev';
const markedDev = [dev, '      state: MarkedForDeletion'];

export const markedForDeletion: ChangeRule = {
  level: 'change',
  code: 'TEN526',
  name: 'marked-for-deletion',
  severity: 'note',
  summary: 'No namespace is marked for deletion (S41).',
  why: 'It is the first of two steps. Nothing is gone yet, and nothing new can be created in the namespace; the second step is one line less, and takes all with it.',
  bad: { before: withDev(dev), after: withDev(...markedDev) },
  good: { before: withDev(...markedDev), after: withDev(dev) },
  *check({ plan }) {
    for (const { item, settings } of clustersOf(plan, 'Active', 'MarkedForDeletion')) {
      const [mark] = settings.flatMap(({ after }) => (after ? [after.origin] : []));
      yield {
        message: `namespace \`${item.entity.name}\` is marked for deletion on ${clustersText(settings)}: the change that removes its entry deletes it`,
        at: at(mark ?? homeOf(plan.after, item)),
        items: [item.id],
      };
    }
  },
};

export const deleted: ChangeRule = {
  level: 'change',
  code: 'TEN527',
  name: 'deleted',
  severity: 'note',
  summary: 'No namespace is deleted (S15, S16).',
  why: 'It is the second of two steps. Kubernetes deletes all that is in the namespace, volumes and secrets included, and nothing brings it back. Git does not know what is in there: look before you approve.',
  bad: { before: withDev(...markedDev), after: withDev() },
  good: { before: withDev(...markedDev), after: withDev(...markedDev) },
  *check({ plan }) {
    for (const { item, settings } of clustersOf(plan, 'MarkedForDeletion', undefined)) {
      yield {
        message: `namespace \`${item.entity.name}\` is deleted from ${clustersText(settings)}, with all that is in it, irreversibly${atStake(plan, item)}`,
        at: entryOrList(plan, item),
        related: inBaseOf(settings, 'marked here'),
        items: [item.id],
        help: 'look what is left in it, and make sure that nobody needs it',
      };
    }
  },
};

export const namespaceUnmanaged: ChangeRule = {
  level: 'change',
  code: 'TEN532',
  name: 'namespace-unmanaged',
  severity: 'note',
  summary: 'A retained namespace stays listed for as long as it is there.',
  why: 'Taking it from the list deletes nothing: the namespace stays on the cluster with its data, and no file says any more that it is there, or why.',
  bad: {
    before: cluster('test', [], '  retainedNamespaces: [old-team, older-team]\n'),
    after: cluster('test', [], '  retainedNamespaces: [old-team]\n'),
  },
  good: {
    before: cluster('test', [], '  retainedNamespaces: [old-team]\n'),
    after: cluster('test', [], '  retainedNamespaces: [old-team, older-team]\n'),
  },
  *check({ plan }) {
    for (const { item, settings } of clustersOf(plan, 'retained', undefined)) {
      const [name = ''] = settings.map((setting) => setting.item);
      const home = homeOf(plan.after, { entity: { kind: 'cluster', name } });
      yield {
        message: `namespace \`${item.entity.name}\` is no longer listed for ${clustersText(settings)}: it stays there, and nothing says why`,
        at: atKey(originAt(home, 'spec', 'retainedNamespaces')),
        related: inBaseOf(settings, 'listed here'),
        items: [item.id],
        help: 'keep it in `retainedNamespaces` until it is deleted on the cluster',
      };
    }
    const withCluster = clustersOf(plan, 'retained', undefined, 'gone');
    for (const ones of groupedBy(withCluster, ({ settings }) => clustersText(settings)).values()) {
      const settings = ones.flatMap((one) => one.settings);
      const clusters = new Set(settings.flatMap((setting) => (setting.item === undefined ? [] : [setting.item])));
      const names = ones.map(({ item }) => item.entity.name);
      yield {
        message: `${names.length === 1 ? 'namespace' : 'namespaces'} ${listed(names)} ${names.length === 1 ? 'goes' : 'go'} out of sight with ${listedClusters([...clusters])}: retained for a reason, and no file says any more that ${names.length === 1 ? 'it is' : 'they are'} there`,
        at: at(homeOf(plan.after, organization)),
        related: inBaseOf(settings, 'listed here'),
        items: ones.map(({ item }) => item.id),
        help: `make sure that nobody needs what is left in ${names.length === 1 ? 'it' : 'them'}`,
      };
    }
  },
};

const organization = { entity: { kind: 'organization', name: '' } } as const;

interface OnClusters {
  readonly item: EntityItem;
  /** `on cluster`, once for each of those where it goes from the one to the other. */
  readonly settings: readonly SettingChange[];
}

/** Namespaces that go from one state to another (undefined: gone), on clusters that stay, or on those that go. */
function clustersOf(
  { items, after: { desired } }: Plan,
  from: string,
  to: string | undefined,
  clusters: 'kept' | 'gone' = 'kept',
): OnClusters[] {
  const there = new Set(desired.clusters.map(({ name }) => name));
  return items.flatMap((item) => {
    if (item.kind !== 'entity' || item.entity.kind !== 'namespace') return [];
    const settings = item.settings.filter(
      ({ setting, item: on, before, after }) =>
        setting === namespace.clusters &&
        on !== undefined &&
        there.has(on) === (clusters === 'kept') &&
        textOf(before) === from &&
        textOf(after) === to,
    );
    return settings.length === 0 ? [] : [{ item, settings }];
  });
}

function clustersText(settings: readonly SettingChange[]): string {
  return listedClusters(settings.flatMap(({ item }) => (item === undefined ? [] : [item])));
}

/** The namespace's entry, if it is still on other clusters; else the list that it was in. */
function entryOrList(plan: Plan, item: EntityItem): Location {
  if (item.change !== 'removed') return at(homeOf(plan.after, item));
  const home = homeOf(plan.after, { entity: { kind: 'tenant', name: item.tenant ?? '' } });
  const isThere = home.file !== homeOf(plan.after, organization).file;
  return isThere ? atKey(originAt(home, 'spec', 'namespaces')) : at(home);
}

function inBaseOf(settings: readonly SettingChange[], message: string): Label[] {
  return settings
    .flatMap(({ before }) => (before ? [{ location: at(inBase(before.origin)), message }] : []))
    .slice(0, mostRelated);
}

/** What the quota says of the data that may be in there. */
function atStake({ before }: Plan, { entity }: EntityItem): string {
  const quota = quotasOf(before).get(entity.name);
  const parts = quota ? dataOf(quota) : [];
  return parts.length === 0 ? '' : `; its quota let it have ${parts.join(' and ')}`;
}

/** The quotas of namespaces, by name. */
const quotasOf = oncePer(
  ({ desired }: Meaning) =>
    new Map(desired.tenants.flatMap((one) => one.namespaces.map(({ name, quota }) => [name, quota?.value] as const))),
);

function dataOf({ storage, persistentVolumeClaims: claims }: Quota): string[] {
  return [
    ...(storage === undefined ? [] : [`${storage} of storage`]),
    ...(claims === undefined ? [] : [`${claims} volume ${claims === 1 ? 'claim' : 'claims'}`]),
  ];
}
