import { knownServiceAccounts, knownUsers } from '../access/queries.ts';
import type { AccessFilter } from '../access/queries.ts';
import type { DesiredState } from '../config/model/desired-state.ts';
import { builtInRoles } from '../kubernetes/user-roles.ts';
import { didYouMean } from '../source/diagnostic.ts';
import { Failure } from '../values/failure.ts';

/** A name that exists nowhere gets an error rather than an empty answer, which would look like "nobody". */
export function refuseUnknownNames(desired: DesiredState, filter: AccessFilter): void {
  const { organization, clusters, tenants } = desired;
  const names: readonly (readonly [string, string | undefined, () => Iterable<string>])[] = [
    ['cluster', filter.cluster, () => clusters.map((c) => c.name)],
    ['tenant', filter.tenant, () => tenants.map((t) => t.name)],
    ['group', filter.group, () => [...organization.groups.map((g) => g.name), 'cluster-admins', 'cluster-scope']],
    ['user', filter.user, () => knownUsers(desired)],
    ['service account', filter.serviceAccount, () => knownServiceAccounts(desired)],
    [
      'role',
      filter.role,
      () => [
        ...builtInRoles,
        'cluster-admin',
        'cluster-scope',
        ...tenants.flatMap((t) => t.roles.map((r) => r.value.name)),
        ...organization.roles.map((r) => r.value.name),
        ...organization.clusterRoles.map(({ value }) => value),
      ],
    ],
    [
      'namespace',
      filter.namespace,
      () => [
        ...tenants.flatMap((t) => t.namespaces.map((n) => n.name)),
        ...clusters.flatMap((c) => c.sharedWith.flatMap((s) => s.namespace ?? [])),
        ...clusters.flatMap((c) => c.retainedNamespaces.map((n) => n.value)),
        ...clusters.flatMap((c) => c.foreignNamespaces.map((n) => n.name)),
      ],
    ],
  ];
  for (const [what, name, known] of names) {
    if (name === undefined) continue;
    const all = new Set(known());
    if (!all.has(name)) throw unknown(what, name, all, otherKind(desired, what, name));
  }
}

/** Where a name is one of the other kind of subject, how that is asked for. */
function otherKind(desired: DesiredState, what: string, name: string): string | undefined {
  if (what === 'user' && desired.organization.groups.some((g) => g.name === name)) {
    return `\`${name}\` is a group: write \`--group ${name}\``;
  }
  return what === 'group' && knownUsers(desired).has(name)
    ? `\`${name}\` is a user: write \`--user ${name}\``
    : undefined;
}

/** Names beyond these are no help in a line. */
const mostListed = 12;

/** The error about a name that is not declared, with the help that is given, or the names that there are. */
export function unknown(what: string, name: string, known: Iterable<string>, help?: string): Failure {
  const all = new Set(known);
  const meant = didYouMean(name, all);
  const names = `the ${what}s are ${Array.from(all, (one) => `\`${one}\``).join(', ')}`;
  const said =
    help ??
    (meant === undefined ? (all.size > 0 && all.size <= mostListed ? names : undefined) : `did you mean \`${meant}\`?`);
  return new Failure('bad-arguments', `no ${what} \`${name}\` is declared`, said === undefined ? {} : { help: said });
}
