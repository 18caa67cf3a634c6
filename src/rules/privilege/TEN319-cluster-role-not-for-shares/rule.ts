import { platformPrefix } from '../../../access/custom-roles.ts';
import { at } from '../../../source/diagnostic.ts';
import type { OrganizationRule } from '../../rule.ts';
import { takenName } from '../role-names.ts';

export const clusterRoleNotForShares: OrganizationRule = {
  level: 'organization',
  code: 'TEN319',
  name: 'cluster-role-not-for-shares',
  severity: 'error',
  summary:
    "The ClusterRoles that shares may give are none of Kubernetes' own and none of the platform's, and look like none of them.",
  why: "`cluster-admin` is everything, and in a namespace it goes past all that the platform keeps for itself there. Roles `system:…` are those of Kubernetes' parts and of a distribution's: they change with every version, and `system:openshift:scc:privileged` lets pods take the node over. Of those only the ones are known to be made for people's bindings in a namespace by which OpenShift lets accounts of one namespace pull, push and build images in another: `system:image-puller`, `system:image-pusher` and `system:image-builder`. `admin`, `edit` and `view` can be given as they are, roles `tenantry:…` by the names of the custom roles that they are made of, and `vlew` would be read as `view` in a review.",
  *check({ organization }) {
    for (const { value, origin } of organization.clusterRoles) {
      const reason = reasonAgainst(value);
      if (reason === undefined) continue;
      yield { message: `ClusterRole \`${value}\` ${reason.what}`, at: at(origin), help: reason.help };
    }
  },
};

/** Made for bindings in namespaces: https://docs.okd.io/latest/openshift_images/managing_images/using-image-pull-secrets.html */
const forNamespaces: ReadonlySet<string> = new Set([
  'system:image-puller',
  'system:image-pusher',
  'system:image-builder',
]);

function reasonAgainst(name: string): { readonly what: string; readonly help: string } | undefined {
  if (forNamespaces.has(name)) return undefined;
  if (/^system:/i.test(name)) {
    return {
      what: 'is one of Kubernetes or its distribution, which shares do not give',
      help: 'take it off the list, and write what is needed of it as a role of the organization, under `roles`',
    };
  }
  if (name.toLowerCase().startsWith(platformPrefix)) {
    return {
      what: "is one of the platform's",
      help: 'take it off the list: shares name custom roles by their own names',
    };
  }
  const taken = takenName(name);
  if (taken === undefined) return undefined;
  if (taken === name && (taken === 'admin' || taken === 'edit' || taken === 'view')) {
    return { what: 'needs no list', help: 'take it off the list: every share may give it' };
  }
  return {
    what:
      taken === name
        ? 'is a role on the whole cluster, which shares do not give'
        : `looks like ${taken === 'system:*' ? 'a `system:…` role of Kubernetes' : `\`${taken}\``}`,
    help: 'take it off the list, and write what is needed of it as a role of the organization, under `roles`',
  };
}
