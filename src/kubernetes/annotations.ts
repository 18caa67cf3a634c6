import { isInDomain } from './names.ts';

/**
 * Annotations by which a Namespace says more than something about itself: to Kubernetes, to what deploys it, or to what
 * else there is in a cluster. Nobody can list all that do, so each key is granted; these are known.
 */

/** Domains whose annotations nobody declares, with who reads or writes them. */
const reservedDomains: readonly (readonly [domain: string, whose: string])[] = [
  ['kubernetes.io', 'Kubernetes and kubectl keep what they know in it'],
  ['k8s.io', 'Kubernetes keeps what it knows in it'],
  ['x-k8s.io', 'projects of Kubernetes give namespaces away by it'],
  ['argoproj.io', 'by it Argo CD is told what to sync, and what to delete'],
  // A hook is deleted before it is made again: Argo CD would do so with the Namespace.
  ['helm.sh', 'Argo CD and Helm take what has it for a hook, or for a part of a release, and delete it'],
  ['fluxcd.io', 'Flux is told by it what to prune'],
  ['security.openshift.io', 'OpenShift keeps in it how strictly pods are held'],
];

/** The same by the beginning of a key, where a domain has others that harm nobody. */
const reservedBeginnings: readonly (readonly [beginning: string, whose: string])[] = [
  ['openshift.io/sa.scc.', 'OpenShift gives each namespace its own users and groups of Linux by it'],
];

/** Why nobody may declare an annotation; undefined for one that may be granted. Whatever its case. */
export function annotationReservedFor(key: string): string | undefined {
  const lower = key.toLowerCase();
  const domain = reservedDomains.find(([reserved]) => isInDomain(lower, reserved));
  if (domain) return `the domain \`${domain[0]}\` is reserved: ${domain[1]}`;
  const beginning = reservedBeginnings.find(([reserved]) => lower.startsWith(reserved));
  return beginning && `\`${beginning[0]}*\` is reserved: ${beginning[1]}`;
}

/** Keys and domains by which others decide what the pods of a namespace may do, or who may do something in it. */
const steeringKeys = ['openshift.io/node-selector'];
const steeringDomains = [
  // Which roles of a cloud the pods may take, and in whose project its resources are.
  'iam.amazonaws.com',
  'cnrm.cloud.google.com',
  // Whose members have access.
  'cattle.io',
  'clastix.io',
  // Which nodes, addresses and ways out of the network are theirs.
  'workload.openshift.io',
  'k8s.ovn.org',
  'projectcalico.org',
  'cilium.io',
  'istio.io',
  'linkerd.io',
  // Which policies hold.
  'gatekeeper.sh',
  'kyverno.io',
];

/** Whether others decide by an annotation what a namespace may do: it is granted by its whole key, not by a pattern. */
export function isSteering(key: string): boolean {
  const lower = key.toLowerCase();
  return steeringKeys.includes(lower) || steeringDomains.some((domain) => isInDomain(lower, domain));
}
