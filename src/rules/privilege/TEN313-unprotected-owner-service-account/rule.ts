import type { Tenant } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import type { WholeRule } from '../../rule.ts';
import { controlIn, controllerBeside } from '../account-control.ts';

export const unprotectedOwnerServiceAccount: WholeRule = {
  level: 'whole',
  code: 'TEN313',
  name: 'unprotected-owner-service-account',
  severity: 'error',
  waivable: true,
  summary: "A service account that owns a tenant lives in a namespace of that tenant or of the platform's.",
  why: "Whoever may create pods in a namespace runs them as whichever service account of it they like, and reads its tokens. If another tenant, or the group of a group namespace, controls that namespace, its people own this tenant as well: unless all who can do more than view there own this tenant anyway, or are admins by its defaults without an end, each by its own name. That holds for every namespace that the other tenant's prefix stands for, declared today or not: its owners can declare it. Namespaces of that name count on the clusters where the owned tenant has namespaces: on others, the service account is nobody to it. An exception names the tenant that is owned.",
  *check(context) {
    const controlOf = controlIn(context);
    for (const { tenant, account, origin } of owningAccounts(context.desired.tenants)) {
      const { name, namespace } = account;
      const controller = controllerBeside(
        controlOf,
        { account, role: 'admin', isOwner: true },
        tenant,
        tenant.namespaces,
      );
      if (!controller) continue;
      yield {
        message: `service account \`${namespace}/${name}\` owns tenant \`${tenant.name}\`, but ${controller.who} controls its namespace`,
        at: at(originAt(origin, 'namespace')),
        label: `whoever may create pods here owns \`${tenant.name}\``,
        related: controller.places,
        help: `use a service account in a namespace of \`${tenant.name}\`, or in one of the platform's own`,
        target: tenant.name,
      };
    }
  },
};

function owningAccounts(tenants: readonly Tenant[]) {
  return tenants.flatMap((tenant) =>
    tenant.owners.flatMap(({ subject, origin }) =>
      subject.kind === 'ServiceAccount' ? [{ tenant, account: subject, origin }] : [],
    ),
  );
}
