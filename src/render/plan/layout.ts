import { groupedBy, sortedBy } from '../../order.ts';
import type { PlanReport, ReportItem, ReportVerdict } from '../../plan/report.ts';
import { counted } from '../../text.ts';
import type { Entry } from './entries.ts';
import { entriesOf } from './entries.ts';

/** A plan in the order in which people should read it. */
export interface Layout {
  readonly headline: string;
  readonly refused: readonly ReportVerdict[];
  readonly waived: readonly ReportVerdict[];
  /** What to look at first, with the rules that say so. */
  readonly risks: readonly Entry[];
  /** Warnings and risks that are about no item. */
  readonly others: readonly ReportVerdict[];
  readonly sections: readonly { readonly title: string; readonly entries: readonly Entry[] }[];
}

/** What comes first, and what each reader of a plan sees of it. */
export function layoutOf(report: PlanReport): Layout {
  const refused = sortedBy(
    report.verdicts.filter(({ severity }) => severity === 'error'),
    // The first codes are those by which data is lost.
    ({ code }) => code,
  );
  const waived = report.verdicts.filter(({ waivedBy }) => waivedBy !== null);
  const notes = report.verdicts.filter(({ severity, waivedBy }) => severity !== 'error' && waivedBy === null);
  const byItem = new Map<string, ReportVerdict[]>();
  for (const verdict of notes) {
    for (const id of verdict.items) {
      const there = byItem.get(id);
      if (there) there.push(verdict);
      else byItem.set(id, [verdict]);
    }
  }
  const ids = new Set(report.items.map(({ id }) => id));
  const rulesOf = ({ id }: ReportItem): readonly ReportVerdict[] => byItem.get(id) ?? [];
  const risky = report.items.filter(({ id }) => byItem.has(id));
  const risks = entriesOf([...risky.filter(isDeletion), ...risky.filter((item) => !isDeletion(item))], rulesOf);
  const rest = report.items.filter(({ id }) => !byItem.has(id));
  const section = (title: string, kinds: readonly ReportItem['kind'][]) => ({
    title,
    entries: entriesOf(
      rest.filter(({ kind }) => kinds.includes(kind)),
      rulesOf,
    ),
  });
  return {
    headline: headlineOf(report),
    refused,
    waived,
    risks,
    others: notes.filter(({ items }) => !items.some((id) => ids.has(id))),
    sections: [
      section('Access', ['access']),
      section('People and roles', ['members', 'role']),
      section('Namespaces, limits and settings', ['entity']),
    ].filter(({ entries }) => entries.length > 0),
  };
}

/** Whether an item is about what cannot be brought back, now or with the next change. */
function isDeletion(item: ReportItem): boolean {
  return (
    item.kind === 'entity' &&
    item.settings.some(
      ({ about, before, after }) =>
        about === 'on cluster' &&
        (before === 'MarkedForDeletion' || after === 'MarkedForDeletion') &&
        after !== 'Active',
    )
  );
}

/** The plan in a line. */
function headlineOf({ summary, items }: PlanReport): string {
  const { gains, loses, refused, waived, risks } = summary;
  const entities = items.flatMap((item) => (item.kind === 'entity' ? [item] : []));
  const states = (test: (before: string | null, after: string | null) => boolean): number =>
    entities.filter(({ settings }) =>
      settings.some(({ about, before, after }) => about === 'on cluster' && test(before, after)),
    ).length;
  const created = entities.filter(({ entity, change }) => entity.kind === 'namespace' && change === 'added').length;
  const marked = states((before, after) => before !== 'MarkedForDeletion' && after === 'MarkedForDeletion');
  const deleted = states((before, after) => before === 'MarkedForDeletion' && after === null);
  const members = items.flatMap((item) => (item.kind === 'members' && item.declared === 'still' ? [item] : []));
  const joined = members.flatMap((item) => item.joined).length;
  const left = members.flatMap((item) => item.left).length;
  const access = [
    ...(gains > 0 ? [`${counted(gains, 'subject')} ${gains === 1 ? 'gains' : 'gain'} access`] : []),
    ...(loses > 0 ? [`${counted(loses, 'subject')} ${loses === 1 ? 'loses' : 'lose'} access`] : []),
    ...(joined > 0 ? [`${counted(joined, 'member')} ${joined === 1 ? 'joins' : 'join'}`] : []),
    ...(left > 0 ? [`${counted(left, 'member')} ${left === 1 ? 'leaves' : 'leave'}`] : []),
  ];
  const roles = items.filter(({ kind }) => kind === 'role').length;
  const other = entities.length - created;
  const parts = [
    ...(access.length === 0 && roles === 0 ? ['no change in access'] : access),
    ...(roles > 0 ? [`${counted(roles, 'custom role')} ${roles === 1 ? 'changes' : 'change'}`] : []),
    ...(created > 0 ? [`${counted(created, 'namespace')} created`] : []),
    ...(marked > 0 ? [`${counted(marked, 'namespace')} marked for deletion`] : []),
    ...(deleted > 0 ? [`${counted(deleted, 'namespace')} deleted`] : []),
    ...(other - marked - deleted > 0 ? [counted(other - marked - deleted, 'other change')] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(waived > 0 ? [`${waived} waived`] : []),
    ...(risks > 0 ? [`${risks} to look at`] : []),
  ];
  return parts.join(' · ');
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
