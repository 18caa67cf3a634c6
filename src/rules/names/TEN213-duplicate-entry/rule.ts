import type { Located, Tenant } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import type { Finding, Platform, TenantRule } from '../../rule.ts';

export const duplicateEntry: TenantRule = {
  level: 'tenant',
  code: 'TEN213',
  name: 'duplicate-entry',
  severity: 'error',
  summary:
    'A list names nothing twice: groups, members, admins, identity providers, workloads, allocations, roles, clusters, cluster shares.',
  why: 'Of two entries with one name only one can hold, and a reader finds the other. Who removes an access from a list and does not know of the second line has removed nothing.',
  checkPlatform(platform) {
    return repeated(listsOfPlatform(platform));
  },
  check({ tenant }) {
    return repeated(listsOfTenant(tenant));
  },
};

function* repeated(lists: Iterable<List>): Generator<Finding, void> {
  const reported = new Set<Origin>();
  for (const { entries, says, help = 'remove one of them' } of lists) {
    if (entries.length < 2) continue;
    const firsts = new Map<string, Origin>();
    for (const { value, origin } of entries) {
      const first = firsts.get(value);
      if (first === undefined) firsts.set(value, origin);
      // A default list is seen with every namespace that it holds for, and is one list.
      if (first === undefined || first === origin || reported.has(origin)) continue;
      reported.add(origin);
      yield {
        message: says(value),
        at: at(origin),
        related: [{ location: at(first), message: 'the first one' }],
        help,
      };
    }
  }
}

/** A list whose entries have to differ. */
interface List {
  readonly entries: readonly Located<string>[];
  readonly says: (value: string) => string;
  readonly help?: string;
}

function* listsOfPlatform({ organization, clusters }: Platform): Iterable<List> {
  const { groups } = organization;
  yield { entries: organization.admins, says: (name) => `\`${name}\` is in \`admins\` twice` };
  yield { entries: named(groups), says: (name) => `group \`${name}\` is declared twice` };
  yield {
    entries: groups.flatMap((group) => group.namespace ?? []),
    says: (namespace) => `two groups have the namespace \`${namespace}\``,
    help: "give one of them another namespace: each would be admin in what is the other's",
  };
  for (const { name, members = [] } of groups) {
    yield { entries: members, says: (member) => `\`${member}\` is a member of group \`${name}\` twice` };
  }
  yield {
    entries: named(organization.roles.map(({ value, origin }) => ({ name: value.name, origin }))),
    says: (name) => `role \`${name}\` is declared twice`,
  };
  yield {
    entries: organization.signIn.map(({ value, origin }) => ({
      value: value.issuer,
      origin: originAt(origin, 'issuer'),
    })),
    says: (issuer) => `identity provider \`${issuer}\` is in \`signIn\` twice`,
    help: 'keep one of them: a token says who its issuer is, and not which of the two entries it is for',
  };
  yield {
    entries: named(organization.workloads.map(({ value, origin }) => ({ name: value.name, origin }))),
    says: (name) => `workload \`${name}\` is declared twice`,
    help: 'give one of them another name: each would have what the other one has',
  };
  yield { entries: organization.clusterRoles, says: (name) => `\`${name}\` is in \`clusterRoles\` twice` };
  for (const { name, sharedWith, retainedNamespaces, foreignNamespaces } of clusters) {
    yield {
      entries: sharedWith.map(({ group, origin }) => ({ value: group, origin: originAt(origin, 'group') })),
      says: (group) => `cluster \`${name}\` is shared with group \`${group}\` twice`,
    };
    yield { entries: retainedNamespaces, says: (namespace) => `cluster \`${name}\` retains \`${namespace}\` twice` };
    yield {
      entries: named(foreignNamespaces),
      says: (namespace) => `cluster \`${name}\` has \`${namespace}\` in \`foreignNamespaces\` twice`,
      help: 'write the shares of both under one of them',
    };
  }
}

function* listsOfTenant(tenant: Tenant): Iterable<List> {
  yield {
    entries: named(tenant.allocations.map(({ value, origin }) => ({ name: value.name, origin }))),
    says: (name) => `tenant \`${tenant.name}\` declares allocation \`${name}\` twice`,
  };
  yield {
    entries: named(tenant.roles.map(({ value, origin }) => ({ name: value.name, origin }))),
    says: (name) => `tenant \`${tenant.name}\` declares role \`${name}\` twice`,
  };
  for (const entries of [tenant.defaultClusters, ...tenant.namespaces.map((namespace) => namespace.clusters)]) {
    yield { entries, says: (cluster) => `cluster \`${cluster}\` is in the list twice` };
  }
}

function named(entries: readonly { readonly name: string; readonly origin: Origin }[]): Located<string>[] {
  return entries.map(({ name, origin }) => ({ value: name, origin: originAt(origin, 'name') }));
}
