import type { PlanReport, ReportByHand, ReportSide, ReportVerdict } from '../../plan/report.ts';
import type { RepeatedByItem } from '../../rules/rule.ts';
import type { Style } from '../style.ts';
import { counted } from '../../source/text.ts';
import { prose, visible, wrapped } from '../text.ts';
import type { Entry } from './entries.ts';
import { fewOf, isVerdict, outlineOf } from './outline.ts';
import { partCompared, sameCommit } from './same-commit.ts';
import type { Piece } from './piece.ts';
import type { Sentence } from './sentences.ts';
import { lineWords } from './sentences.ts';

/** A plan for people, its lines broken between words where a terminal is `width` columns wide. */
export function humanPlan(report: PlanReport, repeatedByItem: RepeatedByItem, style: Style, width?: number): string {
  const { headline, refused, waived, risks, others, byHand, sections } = outlineOf(report, repeatedByItem);
  const out: string[] = [
    `${style.bold('Plan')} ${side(report.base)} → ${side(report.head)}${partCompared(report)}${days(report)}`,
    style.bold(visible(headline)),
  ];
  out.push(...notesOn(report).map(style.yellow));
  const block = (title: string, colour: (text: string) => string, lines: readonly string[]): void => {
    if (lines.length > 0) out.push('', colour(title), ...lines);
  };
  block(
    'Refused',
    (text) => style.bold(style.red(text)),
    fewOf(refused).flatMap(({ verdict, more }) => [
      ...verdictLines(verdict, style, style.red('✗')),
      ...(more === undefined ? [] : [`    ${style.bold(more)}`]),
    ]),
  );
  block(
    'Waived',
    style.bold,
    waived.flatMap((verdict) => verdictLines(verdict, style, style.yellow('○'))),
  );
  block('Look at this first', (text) => style.bold(style.yellow(text)), [
    ...risks.flatMap((risk) =>
      isVerdict(risk) ? verdictLines(risk, style, style.yellow('!')) : entryLines(risk, style, style.yellow),
    ),
    ...others.flatMap((verdict) => verdictLines(verdict, style, style.yellow('!'))),
  ]);
  block(
    'To do by hand',
    style.bold,
    byHand.map(({ where, what }) => `  ${style.cyan('•')} ${places[where]}: ${prose(what)}`),
  );
  for (const { title, entries } of sections) {
    block(
      title,
      style.bold,
      entries.flatMap((entry) => entryLines(entry, style)),
    );
  }
  const text = out.join('\n');
  return `${width === undefined ? text : wrapped(text, width)}\n`;
}

/** Where something is done by hand, as both renderers say it. */
export const places: Readonly<Record<ReportByHand['where'], string>> = {
  cluster: 'whoever operates the cluster',
  'identity provider': 'at the identity provider',
};

/** What a reader must know of both sides before he reads anything else. */
export function notesOn({ base, head, items, membersDeclared }: PlanReport): string[] {
  const hasGroups = items.some(
    (item) => item.kind === 'access' && item.subject.kind === 'Group' && item.members === null,
  );
  return [
    ...sameCommit({ base, head }),
    ...(base.empty
      ? ['The base has no organization in this folder: everything is new, and there is nothing to hold the change to.']
      : base.errors > 0
        ? [`The base itself has ${counted(base.errors, 'error')}: what could not be read of it is not compared.`]
        : []),
    ...(hasGroups && !membersDeclared
      ? [
          'organization.yaml says of no group who is in it: who gets or loses its access, only the identity provider knows.',
        ]
      : []),
  ];
}

/** What each side of a plan is. */
export function side({ name, commit }: ReportSide): string {
  return visible(commit === null || commit.startsWith(name) ? name : `${name} (${commit.slice(0, 7)})`);
}

/** The day that it holds for, or both where they differ. */
export function days({ base, head }: PlanReport): string {
  return base.asOf === head.asOf ? `, as of ${head.asOf}` : `, as of ${base.asOf} → ${head.asOf}`;
}

function entryLines({ sentence, rules }: Entry, style: Style, accent = colourOf(sentence.sign, style)): string[] {
  const { sign, about, pieces, details, lines } = sentence;
  const named = lineWords(lines, visible);
  const brief = rules.filter(({ message }) => message === undefined);
  const why = brief.map(({ code, rule }) => `${accent(code)} ${visible(rule)}`).join(', ');
  return [
    `  ${accent(sign)} ${shown([...about, ...pieces], style)}`,
    ...details.map((detail) => `      ${shown(detail, style)}`),
    ...(why === '' ? [] : [`      ${why}`]),
    ...rules.flatMap(({ code, message }) => (message === undefined ? [] : [`      ${accent(code)} ${prose(message)}`])),
    ...(named === '' ? [] : [`      ${style.dim(named)}`]),
  ];
}

function colourOf(sign: Sentence['sign'], style: Style): (text: string) => string {
  if (sign === '+' || sign === '↑') return style.green;
  return sign === '-' || sign === '↓' ? style.red : style.cyan;
}

/** Pieces of a sentence for a terminal. */
export function shown(pieces: readonly Piece[], style: Style): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return prose(piece);
      if ('name' in piece) return style.cyan(visible(piece.name));
      return style.bold(visible('main' in piece ? piece.main : piece.strong));
    })
    .join('');
}

function verdictLines(
  { code, message, at, related, help, waivedBy }: ReportVerdict,
  style: Style,
  sign: string,
): string[] {
  return [
    `  ${sign} ${style.bold(code)} ${prose(message)}`,
    `      ${style.dim(visible(at))}`,
    ...related.map((r) => `      ${style.dim(prose(r.message === '' ? r.at : `${r.at}: ${r.message}`))}`),
    ...(waivedBy === null ? [] : [`      waived by ${prose(waivedBy)}`]),
    ...(help === null || waivedBy !== null ? [] : [`      help: ${prose(help)}`]),
  ];
}
