import { isDnsLabel, isDnsSubdomain, serviceAccountOf } from '../../../kubernetes/names.ts';
import { at } from '../../../source/diagnostic.ts';
import type { Origin } from '../../../source/source.ts';
import { originAt } from '../../../source/source.ts';
import type { FileRule, Finding } from '../../rule.ts';
import { writtenOwners, writtenShareAccounts, writtenSyncIdentity } from '../../written.ts';

export const serviceAccountName: FileRule = {
  level: 'file',
  code: 'TEN219',
  name: 'service-account-name',
  severity: 'error',
  summary:
    'Service accounts are named as Kubernetes names them: an owner by its bare name, one in a share as `namespace/name`, `syncIdentity` in full.',
  why: 'Kubernetes refuses a binding to a service account whose name is no RFC 1123 subdomain, so the owner has nothing, and Argo CD goes on trying. `system:serviceaccount:argocd` is nobody: as the user that Argo CD writes as, it would have no rights, and every policy would hold Argo CD up.',
  *check({ file }) {
    for (const { value: owner, origin } of writtenOwners(file)) {
      if (owner.kind === 'ServiceAccount' && !isDnsSubdomain(owner.name))
        yield badOwner(owner.name, owner.namespace, originAt(origin, 'name'));
    }
    for (const { value, origin } of writtenShareAccounts(file)) {
      const [namespace = '', name = ''] = value.split('/');
      if (isDnsLabel(namespace) && isDnsSubdomain(name)) continue;
      yield {
        message: `\`${value}\` is no service account that Kubernetes could have`,
        at: at(origin),
        help: 'write `namespace/name`, with at most 63 characters before the slash and 253 after it',
      };
    }
    const identity = writtenSyncIdentity(file);
    if (identity && isBadIdentity(identity.value)) {
      yield {
        message: `\`syncIdentity\` is \`${identity.value}\`, which is no user of Kubernetes`,
        at: at(identity.origin),
        help: 'write the whole user name of the service account: `system:serviceaccount:<namespace>:<name>`',
      };
    }
  },
};

/** See https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects. */
function badOwner(name: string, namespace: string | undefined, origin: Origin): Finding {
  const [, inName, bare] = /^(?:system:serviceaccount:)?([^:/]+)[:/]([^:/]+)$/i.exec(name) ?? [];
  const meant = bare ?? nearest(name);
  const other = inName !== undefined && inName !== namespace ? `, with \`namespace: ${inName}\`` : '';
  return {
    message: `service account \`${name}\` has a name that Kubernetes does not allow`,
    at: at(origin),
    mend: isDnsSubdomain(meant) && other === '' ? meant : undefined,
    help: isDnsSubdomain(meant)
      ? `${bare === undefined ? 'did you mean' : 'write'} \`name: ${meant}\`${bare === undefined ? '?' : other}`
      : 'write lowercase letters, digits, `-` and `.`, with a letter or digit at both ends',
  };
}

function nearest(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
}

/** Whether the name begins like a service account's, and is none. */
function isBadIdentity(user: string): boolean {
  if (!/^system:serviceaccount/i.test(user)) return false;
  const account = serviceAccountOf(user);
  return !account || !isDnsLabel(account.namespace) || !isDnsSubdomain(account.name);
}
