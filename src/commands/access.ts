import {
  declaredMembers,
  groupsOf,
  knownUsers,
  listAccess,
  openGroups,
  whatUserCan,
  whoCan,
} from '../access/queries.ts';
import { namesOn, ofPlatform } from '../access/names-on.ts';
import type { AccessGraph } from '../access/graph.ts';
import { isExisting } from '../access/graph.ts';
import type { AccessFilter } from '../access/queries.ts';
import type { DesiredState, Subject } from '../config/model/desired-state.ts';
import { serviceAccountOf } from '../kubernetes/names.ts';
import { csv } from '../render/csv.ts';
import type { Column } from '../render/table.ts';
import { table } from '../render/table.ts';
import { jsonText, prose } from '../render/text.ts';
import { listed } from '../rules/wording.ts';
import type { Origin } from '../source/source.ts';
import type { AccessRow } from '../app/access-rows.ts';
import { accessColumns, because, columns, reasonsOf, until } from '../app/access-rows.ts';
import { refuseUnknownNames, unknown } from '../app/declared-names.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import type { CheckedOrganization } from '../app/organization.ts';
import { graphOrProblems, lineFinder, styleOf } from '../app/organization.ts';

export interface AccessOptions extends AccessFilter {
  readonly format: 'table' | 'json' | 'csv';
  readonly asOf?: string;
}

/** `tenantry access list`: the accesses that match. */
export async function accessList(io: Io, options: AccessOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  refuseUnknownNames(checked.desired, options);
  const rows = listAccess(checked.graph, options).map((access) => ({ access }));
  const where = await whereFor(io, checked, rows);
  return print(io, checked, rows, options, accessColumns(where), where);
}

/** `tenantry access who-can ROLE`: the subjects that hold at least the role, with the declared members of groups. */
export async function accessWhoCan(io: Io, role: string, options: AccessOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  const { desired, graph } = checked;
  refuseUnknownNames(desired, { ...options, role });
  const rows = whoCan(graph, role, options).map((access) => ({ access }));
  const members: Column<AccessRow> = {
    header: 'Members',
    cell: ({ access }) => membersOf(desired, access.subject)?.join(' ') ?? '',
  };
  const where = await whereFor(io, checked, rows);
  const code = print(io, checked, rows, options, [...columns, members, until, because(where)], where);
  const unknown = unknownRoles(graph, role, options);
  if (unknown.length > 0 && options.format !== 'json') {
    const note = `who has ClusterRole ${listed(unknown, 5, 'or')} may have as much as \`${role}\`, which the files do not say: \`tenantry access who-can NAME\` shows who has it`;
    io.err.write(`note: ${prose(note)}\n`);
  }
  return code;
}

/** `tenantry access what-can SUBJECT`: what a user has by himself and by groups; or a `group:` or `serviceaccount:`. */
export async function accessWhatCan(io: Io, subject: string, options: AccessOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  const { desired, graph } = checked;
  refuseUnknownNames(desired, options);
  const serviceAccount = serviceAccountNamed(subject);
  if (serviceAccount !== undefined) {
    const filter = { ...options, serviceAccount };
    refuseUnknownNames(desired, filter);
    const rows = listAccess(graph, filter).map((access) => ({ access }));
    const where = await whereFor(io, checked, rows);
    const chosen = columns.filter((column) => column.header !== 'Subject');
    return print(io, checked, rows, filter, [...chosen, until, because(where)], where);
  }
  const group = subject.startsWith('group:') ? subject.slice('group:'.length) : undefined;
  const users = knownUsers(desired);
  // As tokens and RBAC call him, on one of the clusters.
  const prefixes = [ofPlatform, ...desired.clusters.map(namesOn)].map((names) => names.user);
  const bare = prefixes.flatMap((prefix) => (subject.startsWith(prefix) ? [subject.slice(prefix.length)] : []));
  const user = [subject, ...bare].find((name) => users.has(name)) ?? bare[0] ?? subject;
  if (group !== undefined) refuseUnknownNames(desired, { group });
  else if (!users.has(user)) {
    const isGroup = desired.organization.groups.some(({ name }) => name === user);
    const help = isGroup ? `\`${user}\` is a group: write \`group:${user}\`` : undefined;
    throw unknown('user', user, users, help);
  }
  const rows: AccessRow[] =
    group === undefined
      ? whatUserCan(graph, desired.organization, user, options)
      : listAccess(graph, { ...options, group }).map((access) => ({ access }));
  const via: Column<AccessRow> = { header: 'Via', cell: ({ group: through }) => through ?? '' };
  const chosen = columns.filter((column) => group === undefined || column.header !== 'Subject');
  const where = await whereFor(io, checked, rows);
  const mayBeIn = group === undefined ? groupsThatMatch(desired, graph, options) : [];
  const code = print(io, checked, rows, options, [...chosen, via, until, because(where)], where, mayBeIn);
  if (mayBeIn.length > 0 && options.format !== 'json') {
    const [it, them] = mayBeIn.length === 1 ? ['it has', 'it'] : ['they have', 'them'];
    const who = `\`${user}\``;
    io.err.write(
      `note: ${prose(`only the identity provider knows whether ${who} is in ${listed(mayBeIn, 5, 'or')}: what ${it} is not shown here; \`tenantry access what-can group:NAME\` shows what comes with ${them}`)}\n`,
    );
  }
  return code;
}

/** The ClusterRoles of somebody else that are given in what the filter leaves: nobody knows whether they hold the role. */
function unknownRoles(graph: AccessGraph, role: string, options: AccessFilter): string[] {
  const given = listAccess(graph, options).flatMap((access) => (isExisting(access.role) ? [access.role.name] : []));
  return [...new Set(given)].filter((name) => name !== role);
}

/** The service account that is asked about, in its own words or in those of tokens. */
function serviceAccountNamed(subject: string): string | undefined {
  const account = serviceAccountOf(subject);
  if (account) return `${account.namespace}/${account.name}`;
  const [, named] = /^service-?account:(.+)$/i.exec(subject) ?? [];
  return named;
}

/** The groups of which nobody declares who is in them, as far as they have something that the filter leaves. */
function groupsThatMatch({ organization }: DesiredState, graph: AccessGraph, filter: AccessFilter): string[] {
  const having = new Set(
    listAccess(graph, filter).flatMap(({ subject }) => (subject.kind === 'Group' ? [subject.name] : [])),
  );
  return openGroups(organization).filter((group) => having.has(group));
}

async function whereFor(
  io: Io,
  { sources }: CheckedOrganization,
  rows: readonly AccessRow[],
): Promise<(origin: Origin) => string> {
  const origins = rows.flatMap(({ access }) => access.because.flatMap(({ origin, via }) => [origin, ...via]));
  return lineFinder(io, sources, origins);
}

function print(
  io: Io,
  { desired }: CheckedOrganization,
  rows: readonly AccessRow[],
  { format, user }: AccessOptions,
  shown: readonly Column<AccessRow>[],
  where: (origin: Origin) => string,
  mayBeIn?: readonly string[],
): number {
  switch (format) {
    case 'table':
      if (rows.length === 0) io.err.write(`No access matches.${throughGroups(desired, user)}\n`);
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
          ...(mayBeIn && { mayBeIn }),
          accesses: rows.map((row) => ({
            cluster: row.access.cluster,
            namespace: row.access.scope.kind === 'Namespace' ? row.access.scope.namespace : null,
            subject: row.access.subject,
            role: row.access.role,
            until: row.access.until ?? null,
            ...(row.group !== undefined && { via: row.group }),
            members: membersOf(desired, row.access.subject) ?? null,
            because: reasonsOf(row.access, where),
          })),
        }),
      );
      break;
    }
  }
  return exit.clean;
}

/** Where nothing is a user's own: that he may have something by his groups, and who says so. */
function throughGroups({ organization }: DesiredState, user: string | undefined): string {
  if (user === undefined) return '';
  const groups = groupsOf(organization, user).length + organization.admins.filter(({ value }) => value === user).length;
  if (groups === 0) return '';
  return ` \`--user\` is about what is shared with him himself: \`tenantry access what-can ${prose(user)}\` has what he has by groups.`;
}

/** The declared members of a group; undefined for other subjects, and where the organization does not say. */
function membersOf({ organization }: DesiredState, { kind, name }: Subject): readonly string[] | undefined {
  return kind === 'Group' ? declaredMembers(organization, name) : undefined;
}
