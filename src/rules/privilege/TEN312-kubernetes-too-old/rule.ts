import { at } from '../../../source/diagnostic.ts';
import type { ClusterRule } from '../../rule.ts';

/**
 * The first Kubernetes 1.x minor that has ValidatingAdmissionPolicy in v1, and AuthenticationConfiguration without a
 * feature gate.
 */
const enforcingSince = 30;

export const kubernetesTooOld: ClusterRule = {
  level: 'cluster',
  code: 'TEN312',
  name: 'kubernetes-too-old',
  severity: 'warning',
  summary: `Every cluster runs Kubernetes 1.${enforcingSince} or newer.`,
  why: `No operator runs in the clusters: their own API server enforces the rules, by an AuthenticationConfiguration (on by default since 1.30) and by ValidatingAdmissionPolicies (\`v1\` since 1.30). An older one has roles, quotas, network policies and pod security, and nothing of the rest. It does not check that a token is for this cluster alone and lives ten minutes at most; it does not keep anyone from writing Namespaces and their labels, from changing a cordoned namespace, from creating in one that is marked for deletion, or from changing the objects that the platform owns, as far as roles allow it.`,
  *check({ cluster: { name, kubernetesVersion } }) {
    const minor = Number(kubernetesVersion.value.split('.')[1]);
    if (!(minor < enforcingSince)) return;
    yield {
      message: `cluster \`${name}\` runs Kubernetes ${kubernetesVersion.value}, which enforces neither the rules for tokens nor the admission policies`,
      at: at(kubernetesVersion.origin),
      help: `upgrade to 1.${enforcingSince} or newer; until then only roles, quotas, network policies and pod security hold on \`${name}\``,
    };
  },
};
