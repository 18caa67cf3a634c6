import { annotationReservedFor } from '../../../kubernetes/annotations.ts';
import { isAnnotationKey, isInDomain } from '../../../kubernetes/names.ts';
import { atKey } from '../../../source/diagnostic.ts';
import type { FileRule } from '../../rule.ts';
import { writtenAnnotations } from '../../written.ts';

export const annotationNotAllowed: FileRule = {
  level: 'file',
  code: 'TEN222',
  name: 'annotation-not-allowed',
  severity: 'error',
  summary:
    "A tenant's annotations have keys that Kubernetes allows, and none that Kubernetes, Argo CD, Helm, Flux, OpenShift or tenantry itself goes by: `kubernetes.io`, `k8s.io`, `x-k8s.io`, `argoproj.io`, `helm.sh`, `fluxcd.io`, `security.openshift.io`, `openshift.io/sa.scc.*` and the label domain.",
  why: 'An annotation of a Namespace can be an order. `argocd.argoproj.io/sync-options` lets Argo CD delete it, `helm.sh/hook` makes Argo CD delete it at every sync, `scheduler.alpha.kubernetes.io/node-selector` moves its pods to other nodes, `openshift.io/sa.scc.uid-range` gives them the users of another namespace. No grant covers these. Others may be granted, as `annotationKeys`.',
  *check({ file, platform }) {
    const { complete, labelDomain } = platform.organization;
    for (const { key, origin } of writtenAnnotations(file)) {
      if (!isAnnotationKey(key)) {
        yield {
          message: `annotation \`${key}\` is not a key that Kubernetes allows`,
          at: atKey(origin),
          help: 'write at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; before it, if you like, a domain and `/`',
        };
        continue;
      }
      // In an organization that was read in part, the label domain may be another one.
      const isOurs = complete && isInDomain(key.toLowerCase(), labelDomain);
      const reserved = isOurs
        ? `the domain \`${labelDomain}\` is reserved: the policies go by what tenantry writes in it`
        : annotationReservedFor(key);
      if (reserved === undefined) continue;
      yield {
        message: `annotation \`${key}\` cannot be declared: ${reserved}`,
        at: atKey(origin),
        help: 'remove it: what the Namespace has in the cluster and nobody declares stays as it is',
      };
    }
  },
};
