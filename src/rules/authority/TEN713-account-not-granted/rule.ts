import { ceilingsOf } from '../../../config/model/ceilings.ts';
import type { Namespace, Tenant } from '../../../config/model/desired-state.ts';
import { fullSubjectName } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { accountShares, controlIn, controllerBeside } from '../../privilege/account-control.ts';
import type { WholeRule } from '../../rule.ts';
import { stayWithinOr } from '../grant.ts';

export const accountNotGranted: WholeRule = {
  level: 'whole',
  code: 'TEN713',
  name: 'account-not-granted',
  severity: 'error',
  summary:
    "A tenant shares with service accounts of its own namespaces and of the platform's, and of others with those in namespaces that the admins granted.",
  why: "Whoever may create pods in a namespace runs them as whichever service account of it they like, and reads its tokens. What is shared with an account in another tenant's namespace, or in that of a group, is shared with all who control that namespace, today and tomorrow: its owners let others in without anybody here being asked. Where all who can do more than view there have as much in the shared namespace anyway, by their own names and for as long, nobody gains. Else it is for the admins to say that a namespace is trusted with it, as that of a CI system is: once for all tenants under `limits`, or for one. That holds for every namespace that another tenant's prefix stands for, declared today or not.",
  limit: ['limits'],
  *check(context) {
    const { organization, tenants } = context.desired;
    if (!organization.complete) return;
    const controlOf = controlIn(context);
    for (const tenant of tenants) {
      const granted = ceilingsOf(organization, tenant.name).accountNamespaces?.value ?? [];
      for (const { share, namespaces } of accountShares(tenant, context.asOf)) {
        const { subject: account, role, until, origin } = share;
        if (granted.includes(account.namespace)) continue;
        const controller = controllerBeside(controlOf, { account, role, until }, tenant, namespaces);
        if (!controller) continue;
        yield {
          message: `service account \`${fullSubjectName(account)}\` would get ${role} on ${where(namespaces, tenant)}, but ${controller.who} controls its namespace, which is not granted to tenant \`${tenant.name}\``,
          at: at(originAt(origin, 'serviceAccount')),
          label: `whoever may create pods in \`${account.namespace}\` gets what is shared here`,
          related: controller.places,
          ...stayWithinOr(`use a service account in a namespace of \`${tenant.name}\``, tenant.name, {
            accountNamespaces: [...granted, account.namespace],
          }),
        };
      }
    }
  },
};

function where(namespaces: readonly Namespace[], tenant: Tenant): string {
  const [only, ...others] = namespaces;
  return only && others.length === 0 ? `\`${only.name}\`` : `namespaces of tenant \`${tenant.name}\``;
}
