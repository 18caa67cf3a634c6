import type { Claims, Grant, Verdict } from '../access/evaluate.ts';
import {
  accessesOf,
  builtInAccesses,
  claimsOn,
  evaluate,
  seesCluster,
  serviceAccountClaims,
} from '../access/evaluate.ts';
import type { Access, AccessGraph, ClusterAccess } from '../access/graph.ts';
import { isOwnAuthentication, rbacName } from '../access/names-on.ts';
import { groupsOf, knownServiceAccounts, knownUsers, openGroups, whatUserCan } from '../access/queries.ts';
import { builtIn } from '../kubernetes/built-in-roles.ts';
import { serviceAccountOf, serviceAccountUserName } from '../kubernetes/names.ts';
import type { AccessRequest } from '../kubernetes/rbac.ts';
import type { DesiredState } from '../config/model/desired-state.ts';
import { protectionOf } from '../config/model/protected-names.ts';
import { Failure } from '../values/failure.ts';
import type { Column } from '../render/table.ts';
import { table } from '../render/table.ts';
import { jsonText, prose } from '../render/text.ts';
import { listed } from '../rules/wording.ts';
import type { Origin } from '../source/source.ts';
import { accessColumns, reasonsOf } from '../app/access-rows.ts';
import { refuseUnknownNames, unknown } from '../app/declared-names.ts';
import type { RequestOptions } from '../app/access-request.ts';
import { requestOf } from '../app/access-request.ts';
import type { Io } from '../app/io.ts';
import { graphOrProblems, lineFinder, styleOf } from '../app/organization.ts';

export interface CanIOptions extends RequestOptions {
  readonly user?: string;
  readonly group?: readonly string[];
  /** As `namespace/name`. */
  readonly serviceAccount?: string;
  readonly cluster: string;
  readonly format: 'table' | 'json';
  readonly asOf?: string;
}

/** As kubectl has it; and a config with errors gives no answer, which a script must not take for "no". */
const canIExit = { yes: 0, no: 1, noAnswer: 2 } as const;

/** `tenantry access can-i`: whether RBAC allows a request, and because of which lines. */
export async function accessCanI(io: Io, options: CanIOptions): Promise<number> {
  const checked = await graphOrProblems(io, options);
  if (!checked) return canIExit.noAnswer;
  const { desired, graph, sources } = checked;
  refuseUnknownNames(desired, { cluster: options.cluster });
  const cluster = graph.clusters.find((c) => c.cluster.name === options.cluster);
  if (!cluster) throw new Error(`cluster ${options.cluster} is declared but not in the graph`);

  const who = someone({ desired, graph, cluster, options });
  const request = requestOf(options, cluster.cluster.kubernetesVersion.value);
  if ('resource' in request) refuseUnknownNamespace(desired, graph, cluster, request.namespace);
  const verdict = evaluate(cluster, who.accesses, request);

  const unlessIn = verdict.allowed ? [] : groupsThatAllow(who, cluster, request);
  const unlessRoles = verdict.allowed ? [] : rolesThatMay(who, cluster, request, verdict);

  const { because, insufficient, unknown } = verdict;
  const where = await lineFinder(
    io,
    sources,
    [...because.map((grant) => grant.access), ...insufficient, ...unknown]
      .flatMap((access) => access.because.flatMap(({ origin, via }) => [origin, ...via]))
      .concat(because.flatMap(({ ruleOrigin }) => ruleOrigin ?? [])),
  );
  const notes = [
    ...tokenNote(who, cluster),
    ...ownNote(who, cluster),
    ...versionNote(cluster),
    ...(verdict.allowed ? stateNote(cluster, request) : []),
  ];
  if (options.format === 'json')
    io.out.write(jsonText(jsonOf({ cluster, who, request, verdict, unlessIn, unlessRoles, where, notes })));
  else {
    io.out.write(textOf(io, { who, request, verdict, unlessIn, unlessRoles, where }));
    for (const note of notes) io.err.write(`note: ${prose(note)}\n`);
  }
  return verdict.allowed ? canIExit.yes : canIExit.no;
}

interface Question {
  readonly desired: DesiredState;
  readonly graph: AccessGraph;
  readonly cluster: ClusterAccess;
  readonly options: CanIOptions;
}

/** Whom the question is about. */
interface Someone {
  /** For people: `user joy`. */
  readonly description: string;
  readonly claims: Claims;
  /** What he has on the cluster, with his own reasons where they are known. */
  readonly accesses: readonly Access[];
  /**
   * Whether the platform gives him tokens for the cluster; undefined for a service account, whose are Kubernetes' own, and
   * where the cluster has its own identity provider.
   */
  readonly getsToken?: boolean;
  /** Groups that he may be in as well, as nobody declares who is in them, with what he would have in each. */
  readonly mayBeIn?: ReadonlyMap<string, () => readonly Access[]>;
}

/** The groups that would allow the request, if he is in them. */
function groupsThatAllow({ mayBeIn }: Someone, cluster: ClusterAccess, request: AccessRequest): string[] {
  return Array.from(mayBeIn ?? []).flatMap(([group, accessesIn]) =>
    evaluate(cluster, accessesIn(), request).allowed ? [group] : [],
  );
}

/** A ClusterRole of which the files do not say what it allows, and the group in which he would have it. */
interface UnknownRole {
  readonly name: string;
  readonly group?: string;
}

/** The ClusterRoles that might allow the request: his own, and those of groups that he may be in. */
function rolesThatMay(
  { mayBeIn }: Someone,
  cluster: ClusterAccess,
  request: AccessRequest,
  { unknown: own }: Verdict,
): UnknownRole[] {
  const names = (accesses: readonly Access[]): string[] => [...new Set(accesses.map(({ role }) => role.name))];
  const mine = names(own);
  const inGroups = Array.from(mayBeIn ?? []).flatMap(([group, accessesIn]) =>
    names(evaluate(cluster, accessesIn(), request).unknown)
      .filter((name) => !mine.includes(name))
      .map((name) => ({ name, group })),
  );
  return [...mine.map((name) => ({ name })), ...inGroups];
}

function someone(question: Question): Someone {
  const { user, group: groups, serviceAccount } = question.options;
  if (serviceAccount !== undefined) {
    if (user === undefined && groups === undefined) return aServiceAccount(question, serviceAccount);
    throw new Failure('bad-arguments', 'a service account is asked about alone', {
      help: 'leave out --user and --group',
    });
  }
  if (groups !== undefined) return aMember(question, groups, user);
  if (user !== undefined) return aUser(question, user);
  throw new Failure('bad-arguments', 'nobody is named', { help: 'give --user, --group or --service-account' });
}

function aUser({ desired, graph, cluster }: Question, user: string): Someone {
  const { organization } = desired;
  const users = knownUsers(desired);
  if (!users.has(user)) throw unknown('user', user, users);
  const declared = groupsOf(organization, user).map((g) => g.name);
  const isAdmin = organization.admins.some((a) => a.value === user);
  const groups = [...declared, ...(isAdmin ? ['cluster-admins'] : [])];
  const claims = claimsOn(cluster, user, groups);
  const own = whatUserCan(graph, organization, user, { cluster: cluster.cluster.name }).map(({ access }) => access);
  return {
    description: `user \`${user}\``,
    claims,
    accesses: [...own, ...builtInAccesses(cluster, claims)],
    ...tokensFor(cluster, groups),
    // With a group that the cluster is shared with come tokens, and so what every token gives (S33).
    mayBeIn: new Map(
      openGroups(organization).map((group) => [
        group,
        () => accessesOf(cluster, claimsOn(cluster, user, [...declared, group])),
      ]),
    ),
  };
}

function aMember({ desired, cluster }: Question, groups: readonly string[], user: string | undefined): Someone {
  for (const group of groups) refuseUnknownNames(desired, { group });
  const claims = claimsOn(cluster, user ?? '', groups);
  const inGroups = `${groups.length > 1 ? 'groups' : 'group'} ${groups.map((g) => `\`${g}\``).join(', ')}`;
  return {
    description: user === undefined ? inGroups : `user \`${user}\` in ${inGroups}`,
    claims,
    accesses: accessesOf(cluster, claims),
    ...tokensFor(cluster, groups),
  };
}

/** Whether there are tokens for somebody in `groups`; `cluster-scope` is in each, and nobody asks for it but who has one. */
function tokensFor(cluster: ClusterAccess, groups: readonly string[]): Pick<Someone, 'getsToken'> {
  if (isOwnAuthentication(cluster.cluster)) return {};
  return { getsToken: seesCluster(cluster, groups) || groups.includes('cluster-scope') };
}

function aServiceAccount({ desired, graph, cluster }: Question, serviceAccount: string): Someone {
  const [namespace, name, ...rest] = serviceAccount.split('/');
  if (!namespace || !name || rest.length > 0) {
    throw new Failure('bad-arguments', `\`${serviceAccount}\` is no service account`, {
      help: 'write it as <namespace>/<name>',
    });
  }
  if (namespace.startsWith('kube-')) {
    throw new Failure('bad-arguments', `what service accounts of \`${namespace}\` may do is up to Kubernetes`, {
      help: `ask the cluster: \`kubectl auth can-i --as ${serviceAccountUserName(namespace, name)}\``,
    });
  }
  // One that something is given to may live where others put it.
  const isElsewheres = knownServiceAccounts(desired).has(serviceAccount) && !isDeclared(graph, namespace);
  if (!isElsewheres) refuseUnknownNamespace(desired, graph, cluster, namespace);
  const claims = serviceAccountClaims(namespace, name);
  return { description: `service account \`${serviceAccount}\``, claims, accesses: accessesOf(cluster, claims) };
}

function isDeclared({ clusters }: AccessGraph, namespace: string): boolean {
  return clusters.some(({ namespaces }) => namespaces.some(({ name }) => name === namespace));
}

/** A namespace that is not on the cluster gets an error rather than "no", which would look like an answer. */
function refuseUnknownNamespace(
  desired: DesiredState,
  graph: AccessGraph,
  { cluster, namespaces }: ClusterAccess,
  namespace: string | undefined,
): void {
  if (namespace === undefined || protectionOf(desired, namespace)) return;
  if (namespaces.some((n) => n.name === namespace)) return;
  const elsewhere = graph.clusters.filter((c) => c.namespaces.some((n) => n.name === namespace));
  if (elsewhere.length === 0) {
    throw unknown(
      'namespace',
      namespace,
      namespaces.map((n) => n.name),
    );
  }
  throw new Failure('bad-arguments', `namespace \`${namespace}\` is not on cluster \`${cluster.name}\``, {
    help: `it is on ${elsewhere.map((c) => c.cluster.name).join(', ')}`,
  });
}

function tokenNote({ description, getsToken, mayBeIn }: Someone, { cluster, seenBy }: ClusterAccess): string[] {
  if (getsToken !== false) return [];
  const open = seenBy.map(({ group }) => group).filter((group) => mayBeIn?.has(group));
  return [
    open.length === 0
      ? `${cluster.name} is shared with no group of ${description}, so there are no tokens for it`
      : `${cluster.name} is shared with no group that names ${description}, so there are tokens for it only in ${someOf(open)}`,
  ];
}

/** Who is in which group, and by which name, says a provider that nobody here can ask. */
function ownNote({ claims }: Someone, { cluster }: ClusterAccess): string[] {
  if (!isOwnAuthentication(cluster) || serviceAccountOf(claims.username)) return [];
  return [`${cluster.name} has its own identity provider: who somebody is, and in which groups, that one says`];
}

/** Between versions, the built-in roles differ in what is new or gone; not every version is recorded. */
function versionNote({ cluster }: ClusterAccess): string[] {
  const version = cluster.kubernetesVersion.value;
  const { release } = builtIn(version);
  return release.startsWith(`v${version}.`)
    ? []
    : [`built-in roles are taken from Kubernetes ${release}; ${cluster.name} runs ${version}`];
}

/** What RBAC allows in a namespace where nothing, or nothing new, may come about: the policies refuse it (S43, S73). */
function stateNote({ cluster, namespaces }: ClusterAccess, request: AccessRequest): string[] {
  if (!('resource' in request) || !changing.has(request.verb)) return [];
  const entry = namespaces.find(({ name }) => name === request.namespace);
  if (entry?.kind !== 'Tenant') return [];
  const where = `\`${entry.name}\` on ${cluster.name}`;
  if (entry.namespace.cordoned.value) {
    return [`${where} is cordoned: the policies refuse every change in it, whatever RBAC allows`];
  }
  return entry.state.value === 'MarkedForDeletion' && request.verb === 'create' && request.subresource === undefined
    ? [`${where} is marked for deletion: the policies refuse what is new in it, whatever RBAC allows`]
    : [];
}

const changing: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

interface Answer {
  readonly who: Someone;
  readonly request: AccessRequest;
  readonly verdict: Verdict;
  /** The groups in which it would be allowed, where only the identity provider knows whether he is in them. */
  readonly unlessIn: readonly string[];
  /** The ClusterRoles of somebody else by which it may be allowed: the files do not say what they allow. */
  readonly unlessRoles: readonly UnknownRole[];
  readonly where: (origin: Origin) => string;
}

function textOf(io: Io, { who, request, verdict, unlessIn, unlessRoles, where }: Answer): string {
  const { allowed, because, insufficient, unknown } = verdict;
  const style = { style: styleOf(io.out), ...(io.out.width !== undefined && { width: io.out.width }) };
  const accesses = accessColumns(where);
  if (allowed) {
    const columns: Column<Grant>[] = accesses.map((column) => ({
      ...column,
      cell: ({ access }) => column.cell({ access }) || (column.header === 'Because' ? builtInReason(access) : ''),
    }));
    const rule: Column<Grant> = {
      header: 'Rule',
      keep: true,
      cell: ({ ruleOrigin }) => (ruleOrigin ? where(ruleOrigin) : ''),
    };
    return `yes\n\n${table(because.some((g) => g.ruleOrigin) ? [...columns, rule] : columns, because, style)}`;
  }
  const there = insufficient.filter((access) => access.because.length > 0);
  const no = prose(unless(who, unlessIn, unlessRoles));
  if (unknown.length > 0) {
    const rows = [...unknown, ...there].map((access) => ({ access }));
    return `${no}\n\n${prose(`what ${who.description} has ${placeOf(request)}:`)}\n\n${table(accesses, rows, style)}`;
  }
  if (there.length === 0) return `${no}\n\n${prose(`nothing gives ${who.description} anything ${placeOf(request)}`)}\n`;
  const rows = there.map((access) => ({ access }));
  return `${no}\n\n${prose(`none of what ${who.description} has ${placeOf(request)} allows it:`)}\n\n${table(accesses, rows, style)}`;
}

/** A "no" that only the identity provider, or the cluster, can vouch for. */
function unless({ description }: Someone, groups: readonly string[], roles: readonly UnknownRole[]): string {
  const it = groups.length === 1 ? 'it' : 'them';
  const ways = [
    ...(groups.length === 0
      ? []
      : [`${description} is in ${someOf(groups)}: only the identity provider knows who is in ${it}`]),
    ...(roles.length === 0
      ? []
      : [
          `ClusterRole ${roles
            .map(({ name, group }) => `\`${name}\`${group === undefined ? '' : ` of group \`${group}\``}`)
            .join(' or ')} allows it, which the files do not say`,
        ]),
  ];
  return ways.length === 0 ? 'no' : `no, unless ${ways.join('; or ')}`;
}

/** `a`, `b` or `c`; the rest is a number, and JSON has them all. */
function someOf(groups: readonly string[]): string {
  return listed(groups, 5, 'or');
}

function placeOf(request: AccessRequest): string {
  return 'resource' in request && request.namespace !== undefined
    ? `in \`${request.namespace}\``
    : 'on the whole cluster';
}

function builtInReason({ because }: Access): string {
  return because.length === 0 ? 'Kubernetes itself' : '';
}

function jsonOf({
  cluster: { cluster },
  who: { claims, getsToken },
  request,
  verdict: { allowed, because, insufficient, unknown },
  unlessIn,
  unlessRoles,
  where,
  notes,
}: Answer & { readonly cluster: ClusterAccess; readonly notes: readonly string[] }): unknown {
  const accessOf = (access: Access) => ({
    namespace: access.scope.kind === 'Namespace' ? access.scope.namespace : null,
    subject: access.subject,
    role: access.role,
    until: access.until ?? null,
    because: reasonsOf(access, where),
  });
  const { username, groups } = claims;
  return {
    formatVersion: 1,
    allowed,
    unlessIn,
    unlessRoles: unlessRoles.map(({ name, group }) => ({ name, group: group ?? null })),
    request:
      'path' in request
        ? { cluster: cluster.name, verb: request.verb, path: request.path }
        : {
            cluster: cluster.name,
            namespace: request.namespace ?? null,
            verb: request.verb,
            group: request.group,
            resource: request.resource,
            subresource: request.subresource ?? null,
            name: request.name ?? null,
          },
    claims: { username: username === rbacName(cluster, { kind: 'User', name: '' }) ? null : username, groups },
    getsToken: getsToken ?? null,
    kubernetes: {
      cluster: cluster.kubernetesVersion.value,
      builtInRoles: builtIn(cluster.kubernetesVersion.value).release,
    },
    because: because.map(({ access, rule, ruleOrigin }) => ({
      ...accessOf(access),
      rule,
      ...(ruleOrigin && { ruleAt: where(ruleOrigin) }),
    })),
    insufficient: insufficient.map(accessOf),
    unknown: unknown.map(accessOf),
    notes,
  };
}
