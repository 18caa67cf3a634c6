import { knownUsers } from '../access/queries.ts';
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
