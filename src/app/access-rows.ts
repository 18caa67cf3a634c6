import type { Access } from '../access/graph.ts';
import type { Subject } from '../config/model/desired-state.ts';
import { fullSubjectName, subjectWords } from '../config/model/desired-state.ts';
import type { Column } from '../render/table.ts';
import { clip, widthOf } from '../render/text.ts';
import type { Origin } from '../source/source.ts';

/** How accesses are shown in tables, by every command that lists them. */

/** A line of a list of accesses. */
export interface AccessRow {
  readonly access: Access;
  /** The group through which a user has the access. */
  readonly group?: string;
}

/** What every list of accesses begins with. */
export const columns: readonly Column<AccessRow>[] = [
  { header: 'Cluster', cell: ({ access }) => access.cluster },
  { header: 'Namespace', cell: ({ access }) => (access.scope.kind === 'Namespace' ? access.scope.namespace : '*') },
  { header: 'Subject', cell: ({ access }) => subjectName(access.subject) },
  { header: 'Role', cell: ({ access }) => access.role.name },
];

/** The last day of each. */
export const until: Column<AccessRow> = { header: 'Until', cell: ({ access }) => access.until ?? '', keep: true };

/** All columns of a list of accesses, with the group through which a user has each where that is given. */
export function accessColumns(where: (origin: Origin) => string): readonly Column<AccessRow>[] {
  return [...columns, until, because(where)];
}

/** Lines in a cell of a table: the rest is a number. JSON has them all. */
const mostLines = 3;

/** The lines that give each. */
export function because(where: (origin: Origin) => string): Column<AccessRow> {
  return reasonColumn('Because', ({ access }) => reasonsOf(access, where));
}

/** A column of lines of files: where there is little room, fewer of them, and of the last one its end. */
export function reasonColumn<Row>(header: string, linesOf: (row: Row) => readonly string[]): Column<Row> {
  return {
    header,
    cell: (row) => shortened(linesOf(row)),
    narrowed: (row, room) => fewerLines(linesOf(row), room),
    keep: true,
  };
}

/** Reasons for a cell of a table. */
export function shortened(lines: readonly string[]): string {
  const rest = lines.length - mostLines;
  return rest > 0 ? `${lines.slice(0, mostLines).join(', ')} and ${rest} more` : lines.join(', ');
}

/** As many of the lines as there is room for, but one, whose end says which it is. */
function fewerLines(lines: readonly string[], room: number): string {
  const most = Math.min(lines.length, mostLines);
  for (let shown = most; shown > 0; shown--) {
    const rest = lines.length - shown;
    const text = `${lines.slice(0, shown).join(', ')}${rest > 0 ? ` +${rest}` : ''}`;
    if (widthOf(text) <= room) return text;
  }
  const more = lines.length > 1 ? ` +${lines.length - 1}` : '';
  return `${clip(lines[0] ?? '', room - more.length, 'beginning')}${more}`;
}

/** The lines that give an access, each once; `by` leads from a share to the line that inherits it. */
export function reasonsOf({ because }: Pick<Access, 'because'>, where: (origin: Origin) => string): string[] {
  return [...new Set(because.map(({ origin, via }) => [origin, ...via].map(where).join(' by ')))];
}

/** A subject in a table: `group solar-sre`, `user alice`, `service account ci/deployer`. */
export function subjectName(subject: Subject): string {
  return `${subjectWords[subject.kind]} ${fullSubjectName(subject)}`;
}
