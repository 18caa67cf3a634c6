import { ceilingsOf } from '../../../config/model/ceilings.ts';
import type { Namespace } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { oncePer } from '../../../values/once.ts';
import type { TenantRule, Finding, Platform } from '../../rule.ts';
import { listed } from '../../wording.ts';

export const privilegedPods: TenantRule = {
  level: 'tenant',
  code: 'TEN311',
  name: 'privileged-pods',
  severity: 'warning',
  waivable: true,
  summary: 'No namespace allows privileged pods.',
  why: "A privileged pod is root on its node: it reads the Secrets and the disks of every tenant whose pods run there, and the node's own credentials. Whoever may create pods in such a namespace has, with some patience, the cluster. An exception names what the setting is written for: the namespace, the tenant, or the organization.",
  *checkPlatform({ organization }) {
    const byDefault = organization.isolation.podSecurity;
    if (byDefault.value === 'privileged') {
      yield finding(
        organization.name,
        byDefault.origin,
        `organization \`${organization.name}\` allows privileged pods in every namespace that does not say otherwise`,
      );
    }
  },
  *check({ tenant: { name: tenant, namespaces }, platform }) {
    const { organization } = platform;
    // Without a grant, TEN701 refuses it.
    if (organization.complete && ceilingsOf(organization, tenant).podSecurity?.value !== 'privileged') return;
    const byDefault = organization.isolation.podSecurity;
    const unlabelled = withoutLabels(platform);
    const entries = new Map(namespaces.map((namespace) => [namespace.origin, namespace.name]));
    const allowing = groupedByOrigin(
      namespaces.filter(
        ({ isolation: { podSecurity }, clusters }) =>
          podSecurity.value === 'privileged' &&
          (clusters.length === 0 || clusters.some(({ value }) => !unlabelled.has(value))),
      ),
    );
    for (const [origin, names] of allowing) {
      if (origin === byDefault.origin) continue;
      // Written in a namespace's entry (`isolation.podSecurity` below it), or else in the tenant's spec.
      const entry = origin.parent?.parent && entries.get(origin.parent.parent);
      const heirs = names.filter((name) => name !== entry);
      const message =
        entry === undefined
          ? `tenant \`${tenant}\` allows privileged pods in ${listed(names)}`
          : `namespace \`${entry}\` allows privileged pods${heirs.length > 0 ? `, for ${listed(heirs)} to inherit` : ''}`;
      yield finding(entry ?? tenant, origin, message);
    }
  },
};

/** The clusters on which no label says which pods are allowed: their own means do. */
const withoutLabels = oncePer(
  ({ clusters }: Platform) =>
    new Set(clusters.flatMap(({ name, podSecurityLabels }) => (podSecurityLabels.value === 'Omitted' ? [name] : []))),
);

function groupedByOrigin(namespaces: readonly Namespace[]): Map<Origin, string[]> {
  const groups = new Map<Origin, string[]>();
  for (const { name, isolation } of namespaces) {
    const names = groups.get(isolation.podSecurity.origin);
    if (names) names.push(name);
    else groups.set(isolation.podSecurity.origin, [name]);
  }
  return groups;
}

function finding(target: string, origin: Origin, message: string): Finding {
  return {
    message,
    at: at(origin),
    help: "use `baseline` or `restricted`; what needs more, such as a node agent or a storage driver, belongs in a namespace of the platform's own",
    target,
  };
}
