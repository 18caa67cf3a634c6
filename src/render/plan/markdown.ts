import type { PlanReport, ReportVerdict } from '../../plan/report.ts';
import type { RepeatedByItem } from '../../rules/rule.ts';
import { counted } from '../../source/text.ts';
import { code, escaped, shown } from '../markdown-text.ts';
import { days, notesOn, places, side } from './human.ts';
import type { Entry } from './entries.ts';
import type { CodeCount } from './outline.ts';
import { fewOf, isVerdict, outlineOf } from './outline.ts';
import { lineWords } from './sentences.ts';

/** By what a comment is known as a plan. */
export const planMarker = '<!-- tenantry-plan -->';

/** GitHub takes comments of up to 65,536 characters. In bytes, and with some to spare, nothing else can count more. */
const mostBytes = 65_000;

/** What one entry may take of that. */
const mostEntryBytes = 6000;

/** Of one that is longer, its first line is shown, if that is not longer itself, and so much with those that follow. */
const mostShortenedBytes = 2000;

interface Section {
  /** Undefined for what is always open. */
  readonly title?: string;
  readonly entries: readonly string[];
}

/**
 * A plan for a comment on a pull request: each rule that says something in a line, what is dangerous open, the rest
 * folded. It is cut before a comment would be too long, and by gravity: no entry can push out a graver one. Nothing in it can be Markdown, a mention or HTML of somebody else's: names stand in code, prose is escaped.
 */
export function markdownPlan(report: PlanReport, repeatedByItem: RepeatedByItem): string {
  const { headline, codes, refused, waived, risks, others, byHand, sections } = outlineOf(report, repeatedByItem);
  const all: Section[] = [
    {
      entries: fewOf(refused).map(({ verdict, more }) =>
        [verdictEntry(verdict, '❌'), ...(more === undefined ? [] : [`- ❌ … ${escaped(more)}`])].join('\n'),
      ),
    },
    {
      entries: [
        ...risks.map((risk) => (isVerdict(risk) ? verdictEntry(risk, '⚠️') : entryText('⚠️', risk))),
        ...others.map((v) => verdictEntry(v, '⚠️')),
      ],
    },
    { entries: byHand.map(({ where, what }) => `- 🔧 ${places[where]}: ${escaped(what)}`) },
    { entries: waived.map((v) => verdictEntry(v, '⚪')) },
    ...sections.map(({ title, entries }) => ({
      title: `${title}: ${counted(
        entries.reduce((sum, { items }) => sum + items.length, 0),
        'change',
      )}`,
      entries: entries.map((entry) => entryText(marks[entry.sentence.sign], entry)),
    })),
  ];
  const head = [planMarker, `### tenantry: ${escaped(headline)}`, ''];
  head.push(...notesOn(report).flatMap((note) => [`⚠️ ${note}`, '']));
  if (codes.length > 0) head.push(...codes.map(codeLine), '');
  const foot = [
    `<sub>${code(side(report.base))} → ${code(side(report.head))}${days(report)} · ${code(report.digest.slice(0, 19))}</sub>`,
    '',
  ];
  return [...head, ...fitted(all, mostBytes - bytes([...head, ...foot].join('\n')) - 200), ...foot].join('\n');
}

/** The sections as far as there is room: the last ones are cut first, each with how much is missing. */
function fitted(sections: readonly Section[], room: number): string[] {
  const lines: string[] = [];
  let left = room;
  for (const { title, entries } of sections) {
    if (entries.length === 0) continue;
    const frame = bytes(title ?? '') + 200;
    const kept: string[] = [];
    left -= frame;
    for (const entry of entries) {
      const text = shortened(entry);
      const cost = bytes(text) + 1;
      if (cost > left) break;
      kept.push(text);
      left -= cost;
    }
    const missing = entries.length - kept.length;
    // What did not fit leaves no room for what is less important.
    if (missing > 0) left = Math.min(left, 0);
    const body = [
      ...kept,
      ...(missing > 0 ? [`- … and ${missing} more: the whole plan is in the artifact \`plan\``] : []),
    ];
    lines.push(
      ...(title === undefined
        ? [...body, '']
        : ['<details>', `<summary>${escaped(title)}</summary>`, '', ...body, '', '</details>', '']),
    );
  }
  return lines;
}

/** An entry that leaves room for others. A line is left whole or out: half of one may be other Markdown. */
function shortened(entry: string): string {
  if (bytes(entry) <= mostEntryBytes) return entry;
  const lines = entry.split('\n');
  const kept = bytes(lines[0] ?? '') <= mostEntryBytes ? lines.slice(0, 1) : [];
  for (let left = mostShortenedBytes - bytes(kept.join('')); kept.length > 0 && kept.length < lines.length;) {
    const line = lines[kept.length] ?? '';
    left -= bytes(line) + 1;
    if (left < 0) break;
    kept.push(line);
  }
  const more = `${counted(lines.length - Math.max(1, kept.length), 'line')} more, too long for a comment`;
  return kept.length === 0 ? `- … an entry of ${more}` : [...kept, `  - … ${more}`].join('\n');
}

/** What occurs, and how often: the one thing that is never cut. */
function codeLine({ code: number, rule, severity, count }: CodeCount): string {
  return `- ${severityMarks[severity]} **${escaped(number)}** ${escaped(rule)} × ${count}`;
}

const severityMarks = { error: '❌', warning: '⚠️', note: '⚠️', waived: '⚪' } as const;

const marks = { '+': '➕', '-': '➖', '↑': '🔺', '↓': '🔻', '~': '🔹' } as const;

function entryText(sign: string, { sentence, rules }: Entry): string {
  const { about, pieces, details, lines } = sentence;
  const named = lineWords(lines, code);
  const brief = rules.filter(({ message }) => message === undefined);
  const why = brief.map(({ code: number, rule }) => `${number} ${escaped(rule)}`).join(', ');
  return [
    `- ${sign} ${shown([...about, ...pieces])}${named === '' ? '' : ` — ${named}`}`,
    ...details.map((detail) => `  - ${shown(detail)}`),
    ...(why === '' ? [] : [`  - *${why}*`]),
    ...rules.flatMap(({ code: number, message }) =>
      message === undefined ? [] : [`  - *${number}* ${escaped(message)}`],
    ),
  ].join('\n');
}

function verdictEntry({ code: rule, message, at, related, help, waivedBy }: ReportVerdict, sign: string): string {
  return [
    `- ${sign} **${rule}** ${escaped(message)} — ${code(at)}`,
    ...related.map((r) => `  - ${code(r.at)}${r.message === '' ? '' : ` ${escaped(r.message)}`}`),
    ...(waivedBy === null ? [] : [`  - waived by ${escaped(waivedBy)}`]),
    ...(help === null || waivedBy !== null ? [] : [`  - ${escaped(help)}`]),
  ].join('\n');
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
