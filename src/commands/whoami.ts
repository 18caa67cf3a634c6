import { seesCluster } from '../access/evaluate.ts';
import type { ClusterAccess } from '../access/graph.ts';
import { isOwnAuthentication } from '../access/names-on.ts';
import type { UserAccess } from '../access/queries.ts';
import { groupsOf, knownUsers, openGroups, whatUserCan } from '../access/queries.ts';
import { reasonColumn, reasonsOf } from '../app/access-rows.ts';
import { refuseUnknownNames, unknown } from '../app/declared-names.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { graphOrProblems, lineFinder, styleOf } from '../app/organization.ts';
import { siteOf, timeText } from '../app/person.ts';
import type { Organization } from '../config/model/desired-state.ts';
import type { Column } from '../render/table.ts';
import { table } from '../render/table.ts';
import { jsonText, prose } from '../render/text.ts';
import { listed } from '../rules/wording.ts';
import { issuerUrl } from '../sign-in/issuer.ts';
import { currentLogin, keptClusters, knownIssuer, remaining } from '../sign-in/session.ts';
import type { Origin } from '../source/source.ts';
import { Failure } from '../values/failure.ts';

export interface WhoamiOptions {
  readonly issuer?: string;
  readonly user?: string;
  readonly cluster?: string;
  readonly format: 'table' | 'json';
  readonly asOf?: string;
}

/** Why somebody is in a group of his tokens: the line that says so. */
interface Membership {
  readonly group: string;
  readonly origin: Origin;
}

/** What somebody is on a cluster by one group, or by himself. */
interface Standing {
  readonly cluster: string;
  /** Undefined for what is shared with him himself. */
  readonly group?: string;
  readonly namespaces: readonly string[];
  readonly roles: readonly string[];
  /** The last day (UTC) of it; undefined where some of it has no end. */
  readonly until?: string;
  readonly because: readonly string[];
}

/**
 * `tenantry whoami`: who somebody is, in which groups and because of which lines, until when, on each cluster. From the
 * files in the folder and what is kept of the login: nobody is asked.
 */
export async function whoami(io: Io, options: WhoamiOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) return exit.problems;
  const { desired, graph } = checked;
  const { cluster } = options;
  refuseUnknownNames(desired, { ...(cluster !== undefined && { cluster }) });
  const signedIn =
    options.user === undefined ? loginFor(io, options.issuer ?? desired.organization.issuer.value) : undefined;
  const user = options.user ?? signedIn?.user ?? '';
  if (options.user !== undefined && !knownUsers(desired).has(user)) throw unknown('user', user, knownUsers(desired));

  const memberships = membershipsOf(desired.organization, user);
  const accesses = whatUserCan(graph, desired.organization, user, { ...(cluster !== undefined && { cluster }) });
  const where = await lineFinder(io, checked.sources, [
    ...memberships.map(({ origin }) => origin),
    ...accesses.flatMap(({ access }) => access.because.flatMap(({ origin, via }) => [origin, ...via])),
  ]);
  const shown = graph.clusters.filter((one) => cluster === undefined || one.cluster.name === cluster);
  const standings = shown.flatMap((one) => standingsOn(one, accesses, where));
  const without = shown.filter((one) => !getsToken(one, memberships)).map((one) => one.cluster.name);
  const own = shown.filter((one) => isOwnAuthentication(one.cluster)).map((one) => one.cluster.name);
  const open = openGroups(desired.organization);

  if (options.format === 'json') {
    io.out.write(
      jsonText({
        formatVersion: 1,
        user,
        signedInUntil: signedIn?.until ?? null,
        groups: memberships.map(({ group, origin }) => ({ group, because: where(origin) })),
        clusters: shown.map((one) => ({
          name: one.cluster.name,
          getsToken: isOwnAuthentication(one.cluster) ? null : getsToken(one, memberships),
          standings: standings
            .filter((standing) => standing.cluster === one.cluster.name)
            .map(({ cluster: _, group, until, ...rest }) => ({ group: group ?? null, until: until ?? null, ...rest })),
        })),
        mayBeIn: open,
      }),
    );
    return exit.clean;
  }
  const { width } = io.out;
  const look = { style: styleOf(io.out), ...(width !== undefined && { width }) };
  io.out.write(`${prose(signedIn ? `${user}, signed in until ${signedIn.until}` : user)}\n`);
  if (memberships.length > 0) io.out.write(`\n${table(groupColumns(where), memberships, look)}`);
  if (standings.length > 0) io.out.write(`\n${table(standingColumns, standings, look)}`);
  const notes = [
    ...(without.length > 0
      ? [`there are no tokens for ${listed(without, 5, 'or')}: nothing there is shared with ${user}`]
      : []),
    ...(own.length > 0 ? [`who somebody is on ${listed(own, 5, 'and')} says another identity provider`] : []),
    ...(open.length > 0 ? [`only the identity provider knows whether ${user} is in ${listed(open, 5, 'or')}`] : []),
  ];
  for (const note of notes) io.err.write(`note: ${prose(note)}\n`);
  return exit.clean;
}

/** Who is signed in for an issuer, and until when. Throws a Failure where nobody is. */
function loginFor(io: Io, issuer: string): { readonly user: string; readonly until: string } {
  const site = siteOf(io);
  const login = [issuerUrl(issuer), knownIssuer(site, undefined)]
    .flatMap((url) => (url === undefined ? [] : (currentLogin(site, url) ?? [])))
    .at(0);
  const user = login && keptClusters(site, login)?.user;
  if (login && user !== undefined) {
    return { user, until: timeText(site.machine.wallClock() + remaining(site, login)) };
  }
  throw new Failure('sign-in', 'you are not signed in', { help: 'run `tenantry login`, or name somebody with --user' });
}

/** The groups that declare somebody a member, and that of admins. */
function membershipsOf(organization: Organization, user: string): Membership[] {
  const declared = groupsOf(organization, user).flatMap(({ name, members = [] }) =>
    members.filter(({ value }) => value === user).map(({ origin }) => ({ group: name, origin })),
  );
  const admin = organization.admins.find(({ value }) => value === user);
  return admin ? [...declared, { group: 'cluster-admins', origin: admin.origin }] : declared;
}

/** Whether the issuer gives him tokens for the cluster (S14). */
function getsToken(cluster: ClusterAccess, memberships: readonly Membership[]): boolean {
  return (
    isOwnAuthentication(cluster.cluster) ||
    seesCluster(
      cluster,
      memberships.map(({ group }) => group),
    )
  );
}

function standingsOn(
  { cluster }: ClusterAccess,
  accesses: readonly UserAccess[],
  where: (origin: Origin) => string,
): Standing[] {
  const here = accesses.filter(({ access }) => access.cluster === cluster.name);
  const groups = [...new Set(here.map(({ group }) => group))];
  return groups.map((group) => {
    const mine = here.filter((one) => one.group === group).map(({ access }) => access);
    const ends = mine.flatMap(({ until }) => until ?? []).sort();
    const last = ends.length === mine.length ? ends.at(-1) : undefined;
    return {
      cluster: cluster.name,
      ...(group !== undefined && { group }),
      namespaces: mine.flatMap(({ scope }) => (scope.kind === 'Namespace' ? [scope.namespace] : [])),
      roles: [...new Set(mine.map(({ role }) => role.name))],
      ...(last !== undefined && { until: last }),
      because: [...new Set(mine.flatMap((access) => reasonsOf(access, where)))],
    };
  });
}

const groupColumns = (where: (origin: Origin) => string): readonly Column<Membership>[] => [
  { header: 'Group', cell: ({ group }) => group },
  { header: 'Because', cell: ({ origin }) => where(origin), keep: true },
];

const mostNamespaces = 4;

const standingColumns: readonly Column<Standing>[] = [
  { header: 'Cluster', cell: ({ cluster }) => cluster },
  { header: 'Group', cell: ({ group }) => group ?? '' },
  {
    header: 'Namespaces',
    cell: ({ namespaces }) => {
      const names = [...new Set(namespaces)];
      const rest = names.length - mostNamespaces;
      return names.length === 0
        ? '*'
        : rest > 0
          ? `${names.slice(0, mostNamespaces).join(' ')} and ${rest} more`
          : names.join(' ');
    },
  },
  { header: 'Roles', cell: ({ roles }) => roles.join(' ') },
  { header: 'Until', cell: ({ until }) => until ?? '', keep: true },
  reasonColumn('Because', ({ because }) => because),
];
