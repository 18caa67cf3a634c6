import { addTo, groupedBy, sortedBy } from '../../values/order.ts';
import type { PlanReport, ReportByHand, ReportItem, ReportVerdict } from '../../plan/report.ts';
import type { RepeatedByItem } from '../../rules/rule.ts';
import { counted } from '../../source/text.ts';
import { byCode } from '../by-code.ts';
import type { Entry } from './entries.ts';
import { entriesOf } from './entries.ts';
import { deletionStep } from './deletion-step.ts';

/** A plan in the order in which people should read it. */
export interface Outline {
  readonly headline: string;
  /** Each rule that says something, from the gravest: there is always room for these. */
  readonly codes: readonly CodeCount[];
  readonly refused: readonly ReportVerdict[];
  readonly waived: readonly ReportVerdict[];
  /** What to look at first, with the rules that say so; a verdict about several entries stands before the first of them. */
  readonly risks: readonly (Entry | ReportVerdict)[];
  /** Warnings and risks that are about no item. */
  readonly others: readonly ReportVerdict[];
  /** What the change needs beside its merge, by where it is done. */
  readonly byHand: readonly ReportByHand[];
  readonly sections: readonly { readonly title: string; readonly entries: readonly Entry[] }[];
}

/** How often a rule says something. */
export interface CodeCount {
  readonly code: string;
  readonly rule: string;
  readonly severity: ReportVerdict['severity'] | 'waived';
  readonly count: number;
}

/** What comes first, and what each reader of a plan sees of it. */
export function outlineOf(report: PlanReport, repeatedByItem: RepeatedByItem): Outline {
  const refused = sortedBy(
    report.verdicts.filter(({ severity }) => severity === 'error'),
    // The first codes are those by which data is lost.
    ({ code }) => code,
  );
  const waived = report.verdicts.filter(({ waivedBy }) => waivedBy !== null);
  const notes = report.verdicts.filter(({ severity, waivedBy }) => severity !== 'error' && waivedBy === null);
  const byItem = new Map<string, ReportVerdict[]>();
  for (const verdict of notes) {
    for (const id of verdict.items) addTo(byItem, id, verdict);
  }
  const ids = new Set(report.items.map(({ id }) => id));
  const rulesOf = ({ id }: ReportItem): readonly ReportVerdict[] => byItem.get(id) ?? [];
  const ranks = ranksOf(notes);
  const gravity = (item: ReportItem): number => Math.min(...rulesOf(item).map(({ code }) => ranks.get(code) ?? 0));
  const risky = sortedBy(
    report.items.filter(({ id }) => byItem.has(id)),
    (item) => String(gravity(item)).padStart(6, '0'),
  );
  const risks = withVerdicts(entriesOf(risky, rulesOf, repeatedByItem, report.membersDeclared), rulesOf);
  const rest = report.items.filter(({ id }) => !byItem.has(id));
  const section = (title: string, kinds: readonly ReportItem['kind'][]) => ({
    title,
    entries: entriesOf(
      rest.filter(({ kind }) => kinds.includes(kind)),
      rulesOf,
      repeatedByItem,
      report.membersDeclared,
    ),
  });
  return {
    headline: headlineOf(report),
    codes: codeCounts(report.verdicts),
    refused,
    waived,
    risks,
    others: sortedBy(
      notes.filter(({ items }) => !items.some((id) => ids.has(id))),
      ({ code }) => String(ranks.get(code) ?? 0).padStart(6, '0'),
    ),
    byHand: report.byHand,
    sections: [
      section('Access', ['access']),
      section('People and roles', ['members', 'role']),
      section('Namespaces, limits and settings', ['entity']),
    ].filter(({ entries }) => entries.length > 0),
  };
}

/** Whether it is a verdict that stands for itself. */
export function isVerdict(one: Entry | ReportVerdict): one is ReportVerdict {
  return 'at' in one;
}

/** What a rule says of several entries is said once, before the first of them; in each stands its code. */
function withVerdicts(
  entries: readonly Entry[],
  rulesOf: (item: ReportItem) => readonly ReportVerdict[],
): (Entry | ReportVerdict)[] {
  const about = new Map<ReportVerdict, Set<Entry>>();
  for (const entry of entries) {
    for (const verdict of entry.items.flatMap(rulesOf))
      about.set(verdict, (about.get(verdict) ?? new Set()).add(entry));
  }
  const isTold = (entry: Entry, { code, message }: ReportVerdict): boolean =>
    entry.rules.some((rule) => rule.code === code && rule.message === message);
  const shared = Array.from(about).flatMap(([verdict, concerned]) =>
    concerned.size > 1 && Array.from(concerned).some((entry) => isTold(entry, verdict)) ? [{ verdict, concerned }] : [],
  );
  return entries.flatMap((entry) => {
    const first = shared.filter(({ concerned: [one] }) => one === entry).map(({ verdict }) => verdict);
    const rules = entry.rules.map(({ message, ...rule }) =>
      shared.some(({ verdict }) => verdict.code === rule.code && verdict.message === message)
        ? rule
        : { ...rule, ...(message !== undefined && { message }) },
    );
    return [...first, { ...entry, rules }];
  });
}

const severities = ['error', 'warning', 'note', 'waived'] as const;

const severityOf = ({ severity, waivedBy }: ReportVerdict): CodeCount['severity'] =>
  waivedBy === null ? severity : 'waived';

/** The place of each code, warnings before notes; a report has them from the gravest. */
function ranksOf(verdicts: readonly ReportVerdict[]): ReadonlyMap<string, number> {
  const codes = new Set(byCode(verdicts, severities, severityOf).map(({ code }) => code));
  return new Map(Array.from(codes, (code, rank) => [code, rank]));
}

function codeCounts(verdicts: readonly ReportVerdict[]): CodeCount[] {
  return byCode(verdicts, severities, severityOf).map(({ code, severity, all }) => ({
    code,
    rule: all[0]?.rule ?? '',
    severity,
    count: all.length,
  }));
}

/** The plan in a line. */
function headlineOf({ summary, items, byHand }: PlanReport): string {
  const { refused, waived, risks } = summary;
  const access = items.flatMap((item) => (item.kind === 'access' ? [item] : []));
  const counts = (directions: readonly string[], isHeld: boolean): number =>
    new Set(
      access
        .filter((item) => directions.includes(item.direction) && item.heldThrough.length > 0 === isHeld)
        .map(({ subject }) => JSON.stringify(subject)),
    ).size;
  const subjects = (direction: string): number => counts([direction], false);
  const members = items.flatMap((item) => (item.kind === 'members' && item.declared === 'still' ? [item] : []));
  const told = [
    saying(subjects('gains'), 'subject', 'gains access', 'gain access'),
    saying(subjects('widens'), 'subject', 'gets more', 'get more'),
    saying(subjects('changes'), 'subject', 'gets something else', 'get something else'),
    saying(subjects('narrows'), 'subject', 'gets less', 'get less'),
    saying(subjects('loses'), 'subject', 'loses access', 'lose access'),
    saying(counts(['gains', 'widens', 'changes'], true), 'subject', 'gains nothing new', 'gain nothing new'),
    saying(counts(['loses', 'narrows'], true), 'subject', 'keeps what a share gave', 'keep what shares gave'),
    saying(members.flatMap((item) => item.joined).length, 'member', 'newly listed', 'newly listed'),
    saying(members.flatMap((item) => item.left).length, 'member', 'no longer listed', 'no longer listed'),
    saying(items.filter(({ kind }) => kind === 'role').length, 'custom role', 'changes', 'change'),
  ].flat();
  const entities = items.flatMap((item) => (item.kind === 'entity' ? [item] : []));
  const kinds = groupedBy(entities, stepOf);
  // A namespace is counted once for its holder, on however many clusters the same or something else happens to it.
  const count = (step: Step): number =>
    step === 'other'
      ? (kinds.get(step)?.length ?? 0)
      : new Set(kinds.get(step)?.map(({ tenant, entity }) => `${tenant ?? ''}/${entity.name}`)).size;
  // Who has which role is not all there is to access: where a cluster is, and whom it believes, decides as much.
  const isSame = told.length === 0 && entities.every(({ entity }) => !/^(?:cluster|organization)$/.test(entity.kind));
  return [
    ...(isSame ? ['no change in access'] : told),
    ...saying(count('created'), 'namespace', 'created', 'created'),
    ...saying(count('foreign'), 'foreign namespace', 'shared', 'shared'),
    ...saying(count('left to others'), 'foreign namespace', 'no longer shared', 'no longer shared'),
    ...saying(count('marked'), 'namespace', 'marked for deletion', 'marked for deletion'),
    ...saying(count('deleted'), 'namespace', 'deleted', 'deleted'),
    ...saying(count('unmanaged'), 'namespace', 'no longer declared', 'no longer declared'),
    ...saying(count('changed'), 'namespace', 'changed', 'changed'),
    ...(count('other') > 0 ? [counted(count('other'), told.length === 0 && !isSame ? 'change' : 'other change')] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(waived > 0 ? [`${waived} waived`] : []),
    ...(risks > 0 ? [`${risks} to look at`] : []),
    ...(byHand.length > 0 ? [`${byHand.length} to do by hand`] : []),
  ].join(' · ');
}

function saying(n: number, noun: string, one: string, many: string): string[] {
  return n === 0 ? [] : [`${counted(n, noun)} ${n === 1 ? one : many}`];
}

type Step = 'created' | 'foreign' | 'left to others' | 'marked' | 'deleted' | 'unmanaged' | 'changed' | 'other';

/** What becomes of an entity, in one word: of a namespace, the gravest thing that happens to it on a cluster. */
function stepOf({ entity, change, settings }: Extract<ReportItem, { kind: 'entity' }>): Step {
  if (entity.kind !== 'namespace') return 'other';
  const steps = settings.map(deletionStep);
  if (steps.includes('deleted')) return 'deleted';
  if (steps.includes('marked')) return 'marked';
  if (steps.includes('unmanaged')) return 'unmanaged';
  if (steps.includes('left to others')) return 'left to others';
  // What others declare is not created by being named.
  if (steps.every((step) => step === 'foreign')) return 'foreign';
  return change === 'added' ? 'created' : 'changed';
}

/** So many verdicts of one rule are read; the rest are named. */
const mostVerdicts = 3;

/** Verdicts, of each rule the first few; `more` says after the last of them where the rest are. */
export function fewOf(verdicts: readonly ReportVerdict[]): { verdict: ReportVerdict; more?: string }[] {
  return Array.from(groupedBy(verdicts, ({ code }) => code)).flatMap(([code, all]) => {
    const rest = all.slice(mostVerdicts).map(({ at }) => at);
    if (rest.length <= 1) return all.map((verdict) => ({ verdict }));
    const more = `${rest.length} more of ${code}: ${rest.slice(0, mostVerdicts).join(', ')}${rest.length > mostVerdicts ? ' …' : ''}`;
    return all.slice(0, mostVerdicts).map((verdict, i) => (i === mostVerdicts - 1 ? { verdict, more } : { verdict }));
  });
}
