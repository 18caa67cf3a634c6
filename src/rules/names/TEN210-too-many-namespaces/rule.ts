import { ceilingsOf } from '../../../config/model/ceilings.ts';
import type { Namespace } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { stayWithinOr } from '../../authority/grant.ts';
import type { TenantRule } from '../../rule.ts';

export const tooManyNamespaces: TenantRule = {
  level: 'tenant',
  code: 'TEN210',
  name: 'too-many-namespaces',
  severity: 'error',
  summary:
    'A tenant has at most as many namespaces as the admins granted: `limits.namespacesPerTenant`, 10 unless set (S52).',
  why: 'Past some number nobody knows any more what each namespace is for and who needs it. Namespaces marked for deletion count until they are gone.',
  waivable: true,
  limit: ['limits', 'namespacesPerTenant'],
  *check({ tenant, platform }) {
    const { organization } = platform;
    // In an organization that was read in part, the limit may be another one.
    if (!organization.complete) return;
    const most = ceilingsOf(organization, tenant.name).namespacesPerTenant.value;
    // An entry that repeats another is a mistake of its own, and no namespace more.
    const namespaces = new Map<string, Namespace>();
    for (const namespace of tenant.namespaces) {
      if (!namespaces.has(namespace.name)) namespaces.set(namespace.name, namespace);
    }
    const firstOver = Array.from(namespaces.values())[most];
    if (!firstOver) return;
    yield {
      message: `tenant \`${tenant.name}\` has ${namespaces.size} of ${most} namespaces`,
      at: at(firstOver.nameOrigin),
      label: 'the first one over the limit',
      ...stayWithinOr('remove namespaces', tenant.name, { namespacesPerTenant: namespaces.size }),
      target: tenant.name,
    };
  },
};
