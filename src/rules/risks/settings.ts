import type { Label } from '../../source/diagnostic.ts';
import { at } from '../../source/diagnostic.ts';
import { oncePer } from '../../values/once.ts';
import { groupedBy, sortedBy } from '../../values/order.ts';
import type { EntityItem, Plan, SettingChange } from '../../plan/plan.ts';
import type { Meaning } from '../../access/graph.ts';
import { tenantOfNamespace } from '../../settings/derived.ts';
import { namespace } from '../../settings/namespace.ts';
import { organization } from '../../settings/organization.ts';
import type { Risk } from '../../settings/setting.ts';
import { aboutOf, textOf } from '../../plan/facts.ts';
import type { Origin } from '../../source/source.ts';
import { fileOrigin, inBase } from '../../source/source.ts';
import type { ChangeFinding } from '../rule.ts';
import { listed, mostRelated } from '../wording.ts';
import { placeOf } from './access.ts';

/** A setting that changes, of something that is there before and after. */
export interface ChangedSetting {
  readonly item: EntityItem;
  readonly setting: SettingChange;
}

/** What a sentence is about: one setting, or several parts of one, of whoever owns it. */
export interface Sentence {
  /** Its name; of several keys of a mapping, such as the limits of removals, the one that they share. */
  readonly name: string;
  /** The parts that change, or the elements of a list; empty for a setting that is one value. */
  readonly parts: readonly string[];
  /** `namespace `solar-prod``, `the organization`. */
  readonly owners: string;
  /** Of the first of the parts. */
  readonly change: SettingChange;
}

/** Settings of what is neither new nor gone: only there a setting changes for anybody. */
export function changedSettings({ items }: Plan): ChangedSetting[] {
  return items.flatMap((item) =>
    item.kind === 'entity' && (item.change === 'changed' || item.change === 'renamed')
      ? item.settings.map((setting) => ({ item, setting }))
      : [],
  );
}

/** The changes of settings of a risk that let people do more. What is no tenant's namespace any more has none of them. */
export function loosened(plan: Plan, risk: Risk): ChangedSetting[] {
  const isNoLongerOfTenant = oncePer(({ settings }: EntityItem) =>
    settings.some(({ setting, before, after }) => setting === tenantOfNamespace && before && !after),
  );
  return changedSettings(plan).filter(
    ({ item, setting }) => setting.effect === 'loosens' && setting.setting.risk === risk && !isNoLongerOfTenant(item),
  );
}

const widest: readonly EntityItem['entity']['kind'][] = [
  'organization',
  'cluster',
  'tenant',
  'group',
  'role',
  'namespace',
];

/**
 * One finding for what is one line, however many namespaces it holds for; and one for all parts of a setting, such as
 * the keys of a quota.
 */
export function findingsAbout(
  plan: Plan,
  changed: readonly ChangedSetting[],
  say: (sentence: Sentence) => string,
  help?: string,
): ChangeFinding[] {
  const widestFirst = sortedBy(changed, ({ item }) => String(widest.indexOf(item.entity.kind)));
  const byLine = groupedBy(widestFirst, (one) => {
    const { item = '', before, after } = one.setting;
    return [aboutOf(one.setting), item, textOf(before) ?? '', textOf(after) ?? '', placeOf(causeOf(plan, one))].join(
      '\n',
    );
  });
  const bySentence = groupedBy(byLine.values(), (ones) =>
    [ones[0]?.setting.setting.name ?? '', ...ones.map(({ item }) => item.id)].join('\n'),
  );
  return Array.from(bySentence.values()).flatMap((settings): ChangeFinding[] => {
    const [first, ...others] = settings.flatMap((ones) => ones.slice(0, 1));
    if (!first) return [];
    const owners = settings[0]?.map(({ item }) => item) ?? [];
    const sentence = {
      name: first.setting.setting.name,
      parts: [first, ...others].flatMap(({ setting }) => partOf(setting)),
      owners: ownersText(owners),
      change: first.setting,
    };
    const related = [
      ...others.map((other): Label => ({ location: at(lineIn(plan, other)), message: 'and here' })),
      ...[first, ...others].flatMap(({ setting: { before } }): Label[] =>
        before ? [{ location: at(inBase(before.origin)), message: 'before' }] : [],
      ),
    ];
    return [
      {
        message: say(sentence),
        at: at(lineIn(plan, first)),
        related: related.slice(0, mostRelated),
        items: owners.map(({ id }) => id),
        ...(help !== undefined && { help }),
      },
    ];
  });
}

/** How a value goes: `from `20` to `40``, `from `20` to no limit`. */
export function values({ before, after }: SettingChange, none = 'no limit'): string {
  const text = (value: string | undefined): string => (value === undefined ? none : `\`${value}\``);
  return `from ${text(textOf(before))} to ${text(textOf(after))}`;
}

/** That a setting is another one, where more or less of it means nothing. */
export function sayChange({ name, parts, owners, change }: Sentence): string {
  if (parts.length > 1) return `\`${name}\` of ${parts.join(' and ')} changes`;
  return `\`${name}\`${parts.map((part) => ` of ${part}`).join('')} of ${owners} goes ${values(change)}`;
}

/**
 * Where something is written in the head: for what is gone, the entry that it was part of, or the next around it. Of a
 * namespace that has left its cluster, that is the entry by which its tenant has it elsewhere.
 */
export function homeOf(state: Meaning, { entity, tenant }: Pick<EntityItem, 'entity' | 'tenant'>): Origin {
  const { kind, name, cluster = '' } = entity;
  const [roleOwner = ''] = name.split('/');
  const places =
    kind === 'namespace'
      ? [`namespace/${cluster}/${name}`, `namespace of ${tenant ?? ''}/${name}`]
      : [kind === 'role' ? `tenant/${roleOwner}` : `${kind}/${name}`];
  const [home] = places.flatMap((place) => homesOf(state).get(place) ?? []);
  return home ?? fileOrigin(state.desired.organization.origin.file);
}

/**
 * Where everything is written, by kind and name, of namespaces with the cluster or the tenant. What has one name twice is an
 * error, and the first is its home.
 */
const homesOf = oncePer(({ desired: { organization, clusters, tenants } }: Meaning) => {
  const homes = new Map<string, Origin>([['organization/', organization.origin]]);
  const add = (key: string, origin: Origin): void => {
    if (!homes.has(key)) homes.set(key, origin);
  };
  for (const { name, origin } of organization.groups) add(`group/${name}`, origin);
  for (const { name, origin } of clusters) add(`cluster/${name}`, origin);
  for (const { name: tenant, origin, namespaces } of tenants) {
    add(`tenant/${tenant}`, origin);
    for (const { name, origin: entry, clusters: on } of namespaces) {
      add(`namespace of ${tenant}/${name}`, entry);
      for (const { value: cluster } of on) add(`namespace/${cluster}/${name}`, entry);
    }
  }
  return homes;
});

function partOf(change: SettingChange): string[] {
  const { setting, part, item, after } = change;
  if (setting === organization.exceptions && item !== undefined) return [`\`${item}\` until ${textOf(after) ?? ''}`];
  if (part !== undefined) return [`\`${part}\` ${values(change)}`];
  return item === undefined ? [] : [`\`${item}\``];
}

/** The line that gives the setting now, in the head. There is one organization: its settings are where they were. */
function lineIn({ after }: Plan, { item, setting }: ChangedSetting): Origin {
  const before = item.entity.kind === 'organization' ? setting.before : undefined;
  return (setting.after ?? before)?.origin ?? homeOf(after, item);
}

/** The line to which a change is put down: for what is gone, and a cordon that is lifted, the one that said it before. */
function causeOf(plan: Plan, one: ChangedSetting): Origin {
  const { setting, before, after } = one.setting;
  return before && (!after || setting.name === namespace.cordoned.name) ? inBase(before.origin) : lineIn(plan, one);
}

/** So many names of owners are read in a sentence. */
const mostOwners = 8;

function ownersText(items: readonly EntityItem[]): string {
  const byKind = groupedBy(items, ({ entity }) => entity.kind);
  return Array.from(byKind, ([kind, all]) => {
    if (kind === 'organization') return 'the organization';
    // What is of production is not left out before the rest is.
    const names = sortedBy(all, ({ production }) => (production ? '0' : '1')).map(({ entity }) => entity.name);
    return `${names.length === 1 ? kind : `${kind}s`} ${listed(names, mostOwners)}`;
  }).join(' and ');
}
