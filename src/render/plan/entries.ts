import { groupedBy } from '../../values/order.ts';
import type { ReportItem, ReportVerdict } from '../../plan/report.ts';
import type { RepeatedByItem } from '../../rules/rule.ts';
import type { Sentence } from './sentences.ts';
import { listPieces, sentenceOf } from './sentences.ts';

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
): Entry[] {
  const single = items.map((item): Entry => {
    const rules = groupedBy(rulesOf(item), ({ code }) => code);
    return {
      sentence: sentenceOf(item),
      rules: Array.from(rules.values()).flatMap(([first, ...more]) =>
        first ? entryRules([first, ...more], isRepeated(repeatedByItem.get(first.code), item)) : [],
      ),
      items: [item],
    };
  });
  const alike = groupedBy(single, likeness);
  const joined = Array.from(alike.values()).flatMap((entries) =>
    entries.length < fewest ? entries : [together(entries)],
  );
  const ofSubjects = groupedBy(joined, sameForOthers);
  return Array.from(ofSubjects.values()).flatMap((entries) =>
    entries.length < fewest ? entries : [ofManySubjects(entries)],
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
    return JSON.stringify(['access', item.subject, item.direction, item.before, item.after, codes]);
  }
  if (item?.kind !== 'entity') return item?.id ?? '';
  return JSON.stringify([item.entity.kind, item.change, sentence.pieces, sentence.details, codes]);
}

/** The same for entries by which other subjects of the same kind get or lose the same in the same places. */
function sameForOthers({ rules, items: [item, another] }: Entry): string {
  if (item?.kind !== 'access' || another) return item?.id ?? '';
  const { subject, direction, before, after, tenant } = item;
  const places = item.places.map(({ cluster, namespace, state }) => [cluster, namespace, state]);
  return JSON.stringify([subject.kind, direction, before, after, tenant, places, rules.map(({ code }) => code)]);
}

const subjectWords = { User: 'users', Group: 'groups', ServiceAccount: 'service accounts' } as const;

/** Of groups, who is in them is left out: a rule about that is among the codes. */
function ofManySubjects(entries: readonly Entry[]): Entry {
  const items = entries.flatMap((entry) => entry.items);
  const subjects = items.flatMap((item) => (item.kind === 'access' ? [item.subject] : []));
  const names = subjects.map(({ name, namespace }) => (namespace === null ? name : `${namespace}/${name}`));
  const whom = subjectWords[subjects[0]?.kind ?? 'User'];
  const one = together(entries);
  const about = [`${names.length} ${whom} (`, ...listPieces(names, ''), '), each:'];
  return { ...one, sentence: { ...one.sentence, pieces: entries[0]?.sentence.pieces ?? [], about } };
}

function together(entries: readonly Entry[]): Entry {
  const items = entries.flatMap((entry) => entry.items);
  const [first] = entries;
  const [item] = items;
  // What each message says is about one of many.
  const rules = Array.from(groupedBy(first?.rules ?? [], ({ code }) => code)).flatMap(([code, [one]]) =>
    one ? [{ code, rule: one.rule }] : [],
  );
  const lines = {
    before: [...new Set(entries.flatMap(({ sentence }) => sentence.lines.before))],
    after: [...new Set(entries.flatMap(({ sentence }) => sentence.lines.after))],
  };
  if (item?.kind === 'access') {
    const places = items.flatMap((other) => (other.kind === 'access' ? other.places : []));
    const tenants = new Set(items.flatMap((other) => (other.kind === 'access' ? (other.tenant ?? []) : [])));
    return { sentence: { ...sentenceOf({ ...item, places }, tenants.size), lines }, rules, items };
  }
  const names = items.flatMap((other) => (other.kind === 'entity' ? [other.entity.name] : []));
  const what = item?.kind === 'entity' ? item.entity.kind : 'item';
  return {
    sentence: {
      sign: first?.sentence.sign ?? '~',
      about: [`${names.length} ${what}s (`, ...listPieces(names, ''), ')'],
      pieces: first?.sentence.pieces ?? [],
      details: first?.sentence.details ?? [],
      lines,
    },
    rules,
    items,
  };
}
