import { groupedBy } from '../../values/order.ts';
import type { ReportItem, ReportVerdict } from '../../plan/report.ts';
import type { RepeatedByItem } from '../../rules/rule.ts';
import type { Sentence } from './sentences.ts';
import { listPieces, mostAbout, namespacesThere } from './places.ts';
import { accessSentence, sentenceOf } from './sentences.ts';

type EntityItem = Extract<ReportItem, { kind: 'entity' }>;

/** A rule that says to look at something, and what it says unless the entry itself says that. */
export interface EntryRule {
  readonly code: string;
  readonly rule: string;
  readonly message?: string;
}

/** One thing that a plan says, about one item or about many that are the same. */
export interface Entry {
  readonly sentence: Sentence;
  /** The rules that say to look at it. */
  readonly rules: readonly EntryRule[];
  readonly items: readonly ReportItem[];
}

/** So many messages of one rule about one item are read. */
const mostMessages = 3;

/** So many items that are the same for different tenants or namespaces are one entry. */
const fewest = 4;

/** What items say, in their order: where many say the same, they say it together, at the place of the first. */
export function entriesOf(
  items: readonly ReportItem[],
  rulesOf: (item: ReportItem) => readonly ReportVerdict[],
  repeatedByItem: RepeatedByItem,
  membersDeclared: boolean,
): Entry[] {
  const single = items.map((item): Entry => {
    const rules = groupedBy(rulesOf(item), ({ code }) => code);
    return {
      sentence: sentenceOf(item, membersDeclared),
      rules: Array.from(rules.values()).flatMap(([first, ...more]) =>
        first ? entryRules([first, ...more], isRepeated(repeatedByItem.get(first.code), item)) : [],
      ),
      items: [item],
    };
  });
  const alike = groupedBy(single, likeness);
  const joined = Array.from(alike.values()).flatMap((entries) =>
    entries.length < fewest ? entries : [together(entries, membersDeclared)],
  );
  const ofSubjects = groupedBy(joined, sameForOthers);
  return Array.from(ofSubjects.values()).flatMap((entries) =>
    entries.length < fewest ? entries : [ofManySubjects(entries, membersDeclared)],
  );
}

function isRepeated(when: 'always' | 'when changed' | undefined, item: ReportItem): boolean {
  return when === 'always' || (when === 'when changed' && item.kind === 'entity' && item.change === 'changed');
}

/** One rule, once where its messages add nothing. */
function entryRules(verdicts: readonly ReportVerdict[], isBrief: boolean): EntryRule[] {
  const rules = verdicts.map(({ code, rule, message }) => ({ code, rule, ...(!isBrief && { message }) }));
  return rules.slice(0, isBrief ? 1 : mostMessages);
}

/** The same for entries that differ at most in the tenant or the name. */
function likeness({ sentence, rules, items: [item] }: Entry): string {
  const codes = rules.map(({ code }) => code).join();
  if (item?.kind === 'access') {
    return JSON.stringify(['access', item.subject, item.direction, item.before, item.after, item.heldThrough, codes]);
  }
  if (item?.kind !== 'entity') return item?.id ?? '';
  return JSON.stringify([item.entity.kind, item.change, sentence.pieces, sentence.details, codes]);
}

/** The same for entries by which other subjects of the same kind get or lose the same in the same places. */
function sameForOthers({ rules, items: [item, another] }: Entry): string {
  if (item?.kind !== 'access' || another) return item?.id ?? '';
  const { subject, direction, before, after, heldThrough, tenant } = item;
  const places = item.places.map(({ cluster, namespace, state }) => [cluster, namespace, state]);
  return JSON.stringify([
    subject.kind,
    direction,
    before,
    after,
    heldThrough,
    tenant,
    places,
    rules.map(({ code }) => code),
  ]);
}

const subjectWords = { User: 'users', Group: 'groups', ServiceAccount: 'service accounts' } as const;

/** Of groups, who is in them is left out: a rule about that is among the codes. */
function ofManySubjects(entries: readonly Entry[], membersDeclared: boolean): Entry {
  const items = entries.flatMap((entry) => entry.items);
  const subjects = items.flatMap((item) => (item.kind === 'access' ? [item.subject] : []));
  const names = subjects.map(({ name, namespace }) => (namespace === null ? name : `${namespace}/${name}`));
  const whom = subjectWords[subjects[0]?.kind ?? 'User'];
  const one = together(entries, membersDeclared);
  const about = [`${names.length} ${whom} (`, ...listPieces(names, '', mostAbout), '), each:'];
  return { ...one, sentence: { ...one.sentence, pieces: entries[0]?.sentence.pieces ?? [], about } };
}

function together(entries: readonly Entry[], membersDeclared: boolean): Entry {
  const items = entries.flatMap((entry) => entry.items);
  const [first] = entries;
  const access = items.flatMap((item) => (item.kind === 'access' ? [item] : []));
  const [one] = access;
  const rules = rulesTogether(entries);
  const lines = {
    before: [...new Set(entries.flatMap(({ sentence }) => sentence.lines.before))],
    after: [...new Set(entries.flatMap(({ sentence }) => sentence.lines.after))],
  };
  if (one) return { sentence: { ...accessSentence(one, access, membersDeclared), lines }, rules, items };
  const entities = items.flatMap((item) => (item.kind === 'entity' ? [item] : []));
  const { about, details } = manyEntities(entities);
  return {
    sentence: {
      sign: first?.sentence.sign ?? '~',
      about,
      pieces: first?.sentence.pieces ?? [],
      details: [...details, ...(first?.sentence.details ?? [])],
      lines,
    },
    rules,
    items,
  };
}

/** What a rule says of all of them, and else its code alone: what its messages say is about one of many. */
function rulesTogether(entries: readonly Entry[]): EntryRule[] {
  const byCode = groupedBy(
    entries.flatMap(({ rules }) => rules),
    ({ code }) => code,
  );
  return Array.from(byCode).flatMap(([code, all]) => {
    const [one] = all;
    if (!one) return [];
    const isOfAll = all.length === entries.length && all.every(({ message }) => message === one.message);
    return [{ code, rule: one.rule, ...(isOfAll && one.message !== undefined && { message: one.message }) }];
  });
}

/** Namespaces with their clusters, their tenants and names; of other entities, the names. */
function manyEntities(entities: readonly EntityItem[]): Pick<Sentence, 'about' | 'details'> {
  const kind = entities[0]?.entity.kind ?? 'namespace';
  if (kind !== 'namespace') {
    const names = entities.map(({ entity }) => entity.name);
    return { about: [`${names.length} ${kind}s (`, ...listPieces(names, '', mostAbout), ')'], details: [] };
  }
  const places = entities.flatMap(({ entity, tenant, clusters }) =>
    clusters.map((on) => ({
      cluster: on.name,
      namespace: entity.name,
      tenant: tenant ?? undefined,
      production: on.production,
    })),
  );
  const { pieces, details } = namespacesThere(places);
  return { about: details.length === 0 ? ['namespaces ', ...pieces] : pieces, details };
}
