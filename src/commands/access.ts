import type { Access } from '../access/graph.ts';
import { knownUsers, listAccess, whatUserCan, whoCan } from '../access/queries.ts';
import type { AccessFilter } from '../access/queries.ts';
import type { Landscape, Subject } from '../config/landscape.ts';
import { builtInRoles } from '../config/landscape.ts';
import { didYouMean } from '../diagnostic.ts';
import { Failure } from '../failure.ts';
import { csv } from '../render/csv.ts';
import type { Column } from '../render/table.ts';
import { table } from '../render/table.ts';
import { jsonText } from '../render/text.ts';
import type { Origin } from '../source.ts';
import type { Io } from './io.ts';
import { exit } from './io.ts';
import type { CheckedOrganization } from './organization.ts';
import { graphOrProblems, lineFinder, styleOf } from './organization.ts';

export interface AccessOptions extends AccessFilter {
  readonly format: 'table' | 'json' | 'csv';
  readonly asOf?: string;
}

/** `tenantry access list`: the accesses that match. */
export async function accessList(io: Io, options: AccessOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  checkFilter(checked.landscape, options);
  const rows = listAccess(checked.graph, options).map((access) => ({ access }));
  const where = await whereFor(io, checked, rows);
  return print(io, checked, rows, options, accessColumns(where), where);
}

/** `tenantry access who-can ROLE`: the subjects that hold at least the role, with the declared members of groups. */
export async function accessWhoCan(io: Io, role: string, options: AccessOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  const { landscape, graph } = checked;
  checkFilter(landscape, { ...options, role });
  const rows = whoCan(graph, role, options).map((access) => ({ access }));
  const members: Column<Row> = {
    header: 'Members',
    cell: ({ access }) => membersOf(landscape, access.subject)?.join(' ') ?? '',
  };
  const where = await whereFor(io, checked, rows);
  return print(io, checked, rows, options, [...columns, members, until, because(where)], where);
}

/** `tenantry access what-can SUBJECT`: what a user has by himself and by groups; or, for `group:NAME`, a group. */
export async function accessWhatCan(io: Io, subject: string, options: AccessOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  const { landscape, graph } = checked;
  checkFilter(landscape, options);
  const group = subject.startsWith('group:') ? subject.slice('group:'.length) : undefined;
  if (group !== undefined) checkFilter(landscape, { group });
  else {
    const users = knownUsers(landscape);
    if (!users.has(subject)) throw unknown('user', subject, users);
  }
  const rows: Row[] =
    group === undefined
      ? whatUserCan(graph, landscape.organization, subject, options)
      : listAccess(graph, { ...options, group }).map((access) => ({ access }));
  const via: Column<Row> = { header: 'Via', cell: ({ group: through }) => through ?? '' };
  const chosen = columns.filter((column) => group === undefined || column.header !== 'Subject');
  const where = await whereFor(io, checked, rows);
  return print(io, checked, rows, options, [...chosen, via, until, because(where)], where);
}

interface Row {
  readonly access: Access;
  /** The group through which a user has the access. */
  readonly group?: string;
}

const columns: readonly Column<Row>[] = [
  { header: 'Cluster', cell: ({ access }) => access.cluster },
  { header: 'Namespace', cell: ({ access }) => (access.scope.kind === 'Namespace' ? access.scope.namespace : '*') },
  { header: 'Subject', cell: ({ access }) => subjectName(access.subject) },
  { header: 'Role', cell: ({ access }) => access.role.name },
];

const until: Column<Row> = { header: 'Until', cell: ({ access }) => access.until ?? '' };

/** All columns of a list of accesses, with the group through which a user has each where that is given. */
export function accessColumns(where: (origin: Origin) => string): readonly Column<Row>[] {
  return [...columns, until, because(where)];
}

/** Lines in a cell of a table: the rest is a number. JSON has them all. */
const mostLines = 3;

function because(where: (origin: Origin) => string): Column<Row> {
  return {
    header: 'Because',
    cell: ({ access }) => shortened(reasonsOf(access, where)),
  };
}

/** Reasons for a cell of a table. */
export function shortened(lines: readonly string[]): string {
  const rest = lines.length - mostLines;
  return rest > 0 ? `${lines.slice(0, mostLines).join(', ')} and ${rest} more` : lines.join(', ');
}

/** The lines that give an access, each once; `by` leads from a share to the line that inherits it. */
export function reasonsOf({ because }: Pick<Access, 'because'>, where: (origin: Origin) => string): string[] {
  return [...new Set(because.map(({ origin, via }) => [origin, ...via].map(where).join(' by ')))];
}

/** A subject in a table: `group solar-sre`, `user alice`, `serviceaccount ci/deployer`. */
export function subjectName({ kind, name, namespace }: Subject): string {
  return kind === 'ServiceAccount' ? `serviceaccount ${namespace ?? ''}/${name}` : `${kind.toLowerCase()} ${name}`;
}

async function whereFor(
  io: Io,
  { sources }: CheckedOrganization,
  rows: readonly Row[],
): Promise<(origin: Origin) => string> {
  const origins = rows.flatMap(({ access }) => access.because.flatMap(({ origin, via }) => [origin, ...via]));
  return lineFinder(io, sources, origins);
}

function print(
  io: Io,
  { landscape }: CheckedOrganization,
  rows: readonly Row[],
  { format }: AccessOptions,
  shown: readonly Column<Row>[],
  where: (origin: Origin) => string,
): number {
  switch (format) {
    case 'table':
      if (rows.length === 0) io.err.write('No access matches.\n');
      else {
        const { width } = io.out;
        io.out.write(table(shown, rows, { style: styleOf(io.out), ...(width !== undefined && { width }) }));
      }
      break;
    case 'csv':
      io.out.write(csv(shown, rows));
      break;
    case 'json': {
      io.out.write(
        jsonText({
          formatVersion: 1,
          accesses: rows.map((row) => ({
            cluster: row.access.cluster,
            namespace: row.access.scope.kind === 'Namespace' ? row.access.scope.namespace : null,
            subject: row.access.subject,
            role: row.access.role,
            until: row.access.until ?? null,
            ...(row.group !== undefined && { via: row.group }),
            members: membersOf(landscape, row.access.subject) ?? null,
            because: reasonsOf(row.access, where),
          })),
        }),
      );
      break;
    }
  }
  return exit.clean;
}

/** The declared members of a group; undefined for other subjects, and where the organization does not say. */
function membersOf({ organization }: Landscape, { kind, name }: Subject): readonly string[] | undefined {
  if (kind !== 'Group') return undefined;
  if (name === 'cluster-admins') return organization.admins.map((a) => a.value);
  return organization.groups.find((g) => g.name === name)?.members?.map((m) => m.value);
}

/** A name that exists nowhere gets an error rather than an empty answer, which would look like "nobody". */
export function checkFilter(landscape: Landscape, filter: AccessFilter): void {
  const { organization, clusters, tenants } = landscape;
  const names: readonly (readonly [string, string | undefined, () => Iterable<string>])[] = [
    ['cluster', filter.cluster, () => clusters.map((c) => c.name)],
    ['tenant', filter.tenant, () => tenants.map((t) => t.name)],
    ['group', filter.group, () => [...organization.groups.map((g) => g.name), 'cluster-admins', 'cluster-scope']],
    ['user', filter.user, () => knownUsers(landscape)],
    [
      'role',
      filter.role,
      () => [
        ...builtInRoles,
        'cluster-admin',
        'cluster-scope',
        ...tenants.flatMap((t) => t.roles.map((r) => r.value.name)),
      ],
    ],
    [
      'namespace',
      filter.namespace,
      () => [
        ...tenants.flatMap((t) => t.namespaces.map((n) => n.name)),
        ...clusters.flatMap((c) => c.sharedWith.flatMap((s) => s.namespace ?? [])),
        ...clusters.flatMap((c) => c.retainedNamespaces.map((n) => n.value)),
      ],
    ],
  ];
  for (const [what, name, known] of names) {
    if (name === undefined) continue;
    const all = new Set(known());
    if (!all.has(name)) throw unknown(what, name, all);
  }
}

/** The error about a name that is not declared. */
export function unknown(what: string, name: string, known: Iterable<string>): Failure {
  const meant = didYouMean(name, known);
  return new Failure(
    'bad-arguments',
    `no ${what} \`${name}\` is declared`,
    meant === undefined ? {} : { help: `did you mean \`${meant}\`?` },
  );
}
