import { at, atKey, didYouMean } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { Finding, WholeRule } from '../../rule.ts';

export const grantForNobody: WholeRule = {
  level: 'whole',
  code: 'TEN711',
  name: 'grant-for-nobody',
  severity: 'error',
  summary: 'Grants and cordons are for tenants and namespaces that there are.',
  why: 'A grant for a tenant that is not there waits for whoever takes its name. A cordon of something that is not there holds nothing, and somebody believes that it does.',
  *check({ desired: { organization, tenants, unreadable } }) {
    if (!organization.complete) return;
    const names = tenants.map(({ name }) => name);
    const isThere = (tenant: string): boolean => names.includes(tenant) || unreadable.tenants.has(tenant);
    const missing = (tenant: string, origin: Finding['at'], what: string): Finding => ({
      message: `${what} is for tenant \`${tenant}\`, and there is none of that name`,
      at: origin,
      mend: didYouMean(tenant, names),
      help: meant(tenant, names) ?? 'remove it, or add the tenant in the same change',
    });
    for (const { tenant, origin } of organization.grants) {
      if (!isThere(tenant)) yield missing(tenant, atKey(origin), 'this grant');
    }
    for (const { tenant, namespace, origin } of organization.cordons) {
      if (!isThere(tenant)) {
        yield missing(tenant, at(originAt(origin, 'tenant')), 'this cordon');
      } else if (namespace !== undefined) {
        const identifiers = tenants.find(({ name }) => name === tenant)?.namespaces.map(({ identifier }) => identifier);
        if (!identifiers || identifiers.includes(namespace)) continue;
        yield {
          message: `this cordon is for the namespace \`${namespace}\` of tenant \`${tenant}\`, which has none of that name`,
          at: at(originAt(origin, 'namespace')),
          mend: didYouMean(namespace, identifiers),
          help:
            meant(namespace, identifiers) ??
            'name one of its namespaces by its `name`, or leave it out for all of them',
        };
      }
    }
  },
};

function meant(word: string, names: readonly string[]): string | undefined {
  const name = didYouMean(word, names);
  return name === undefined ? undefined : `did you mean \`${name}\`?`;
}
