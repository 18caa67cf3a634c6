import { k8s } from 'cdk8s-plus-28';
import type { ObjectTemplate } from './template.ts';
import { manifestOf, template } from './template.ts';
import { yamlText } from './yaml/yaml-text.ts';

/** How the issuer is run in a cluster. The names are those of objects in its namespace, and valid as such. */
export interface IssuerDeployment {
  /** An image that has `tenantry`, Git and `sh`. */
  readonly image: string;
  readonly namespace: string;
  /** The URL of the config's repository. */
  readonly repository: string;
  readonly ref: string;
  /** The organization's folder in the repository; undefined for its root. */
  readonly path?: string | undefined;
  /** The Secret whose `.pem` are the signing keys. */
  readonly keysSecret: string;
  /** The Secret that is the home folder: Git's configuration, and what that needs to get at the repository. */
  readonly gitSecret?: string | undefined;
  readonly reachedBy: ReachedBy;
  /** The namespace that scrapes the metrics; undefined where there are none. */
  readonly metricsFrom?: string | undefined;
}

/** Who may connect: anybody over TLS, or in the clear the proxy alone that speaks it, whose pods are all in one namespace. */
export type ReachedBy = { readonly tlsSecret: string } | { readonly proxyNamespace: string };

const name = 'tenantry-issuer';
const labels = { 'app.kubernetes.io/name': name };
const port = 8080;
const metricsPort = 9090;
/** Nobody in particular, and not root. */
const user = 65_532;

const folders = {
  keysSecret: '/run/tenantry/keys-secret',
  /** Below it are the keys that the issuer reads. */
  keys: '/run/tenantry/keys',
  tls: '/run/tenantry/tls',
  /** Below it is the clone: Git takes a repository only in a folder of the user that it runs as. */
  state: '/var/lib/tenantry',
  home: '/home/tenantry',
  temporary: '/tmp',
} as const;

/**
 * Copies the keys of a Secret, `$1`, into a folder, `$2`, over and over. The files of a Secret belong to root. The issuer is
 * not root, so it could read them as a member of a group alone (`fsGroup`), and keys that a group may read it refuses:
 * it cannot know who else is in it. A copy is its own. It goes on because keys change, and one that was withdrawn
 * must go. Each file is whole at any time, and none is taken away before the others are there.
 */
export const copyKeys = `umask 077
trap 'exit 0' TERM
mkdir -p "$2"
while :; do
  for file in "$1"/*.pem; do
    cp -f "$file" "$2/.new" && mv -f "$2/.new" "$2/\${file##*/}"
  done
  for file in "$2"/*.pem; do
    [ -e "$1/\${file##*/}" ] || rm -f "$file"
  done
  sleep 5 & wait $!
done
`;

/**
 * What runs the issuer in a cluster, as one YAML text: a ServiceAccount that may do nothing, the NetworkPolicy, the
 * PodDisruptionBudget, the Service and the Deployment, whose pods the Pod Security Standard `restricted` admits.
 */
export function issuerManifests(deployment: IssuerDeployment): string {
  const templates = [serviceAccount, networkPolicy, disruptionBudget, service, workload];
  return yamlText(templates.map((make) => manifestOf(make(deployment))));
}

const metadataIn = ({ namespace }: IssuerDeployment) => ({ name, namespace, labels });

function serviceAccount(of: IssuerDeployment): ObjectTemplate {
  return template(k8s.KubeServiceAccount, () => ({ metadata: metadataIn(of), automountServiceAccountToken: false }));
}

/** In: whoever needs tokens, or the proxy alone. Out: names, identity providers, and the repository. */
function networkPolicy(of: IssuerDeployment): ObjectTemplate {
  const { reachedBy, metricsFrom, repository } = of;
  const portsOf = (protocol: 'TCP' | 'UDP', number: number) => ({ protocol, port: k8s.IntOrString.fromNumber(number) });
  const fromNamespace = (namespace: string) => [
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
  ];
  const toPorts = [...new Set([443, portOf(repository)])];
  return template(k8s.KubeNetworkPolicy, () => ({
    metadata: metadataIn(of),
    spec: {
      podSelector: { matchLabels: labels },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          ports: [portsOf('TCP', port)],
          ...('proxyNamespace' in reachedBy && { from: fromNamespace(reachedBy.proxyNamespace) }),
        },
        ...(metricsFrom === undefined
          ? []
          : [{ ports: [portsOf('TCP', metricsPort)], from: fromNamespace(metricsFrom) }]),
      ],
      egress: [
        { ports: [portsOf('UDP', 53), portsOf('TCP', 53)] },
        { ports: toPorts.map((number) => portsOf('TCP', number)) },
      ],
    },
  }));
}

function portOf(repository: string): number {
  const { protocol, port: given } = new URL(repository);
  if (given !== '') return Number(given);
  return protocol === 'ssh:' ? 22 : 443;
}

function disruptionBudget(of: IssuerDeployment): ObjectTemplate {
  return template(k8s.KubePodDisruptionBudget, () => ({
    metadata: metadataIn(of),
    spec: {
      maxUnavailable: k8s.IntOrString.fromNumber(1),
      selector: { matchLabels: labels },
      // Pods that give no tokens keep no node from being drained.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  }));
}

/** The metrics are none of its ports: a Service may be opened to the world. */
function service(of: IssuerDeployment): ObjectTemplate {
  const [protocol, servicePort] = 'tlsSecret' in of.reachedBy ? ['https', 443] : ['http', 80];
  return template(k8s.KubeService, () => ({
    metadata: metadataIn(of),
    spec: {
      selector: labels,
      ports: [{ name: protocol, port: servicePort, protocol: 'TCP', targetPort: k8s.IntOrString.fromString('issuer') }],
    },
  }));
}

function workload(of: IssuerDeployment): ObjectTemplate {
  return template(k8s.KubeDeployment, () => ({
    metadata: metadataIn(of),
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: k8s.IntOrString.fromNumber(0), maxSurge: k8s.IntOrString.fromNumber(1) },
      },
      template: { metadata: { labels }, spec: podSpec(of) },
    },
  }));
}

function podSpec(of: IssuerDeployment): k8s.PodSpec {
  const secret = (secretName: string) => ({ secretName, defaultMode: 0o440 });
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    // Longer than what it takes to end: 5 s before it is told to, and 10 s for answers that are due.
    terminationGracePeriodSeconds: 30,
    topologySpreadConstraints: [
      // No node takes both with it. One alone may have both: then there is nothing to be spread over.
      spread('kubernetes.io/hostname', 'DoNotSchedule'),
      spread('topology.kubernetes.io/zone', 'ScheduleAnyway'),
    ],
    initContainers: [keysContainer(of)],
    containers: [issuerContainer(of)],
    volumes: [
      { name: 'keys-secret', secret: secret(of.keysSecret) },
      // In memory: on no disk of a node is a key left.
      { name: 'keys', emptyDir: { medium: 'Memory', sizeLimit: k8s.Quantity.fromString('1Mi') } },
      { name: 'state', emptyDir: { sizeLimit: k8s.Quantity.fromString('1Gi') } },
      { name: 'temporary', emptyDir: { sizeLimit: k8s.Quantity.fromString('64Mi') } },
      ...(of.gitSecret === undefined ? [] : [{ name: 'home', secret: secret(of.gitSecret) }]),
      ...('tlsSecret' in of.reachedBy ? [{ name: 'tls', secret: secret(of.reachedBy.tlsSecret) }] : []),
    ],
  };
}

function spread(topologyKey: string, whenUnsatisfiable: string): k8s.TopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    labelSelector: { matchLabels: labels },
    // Of a roll-out, those that go do not count; nor do nodes on which none of these may run.
    matchLabelKeys: ['pod-template-hash'],
    nodeTaintsPolicy: 'Honor',
  };
}

const securityContext: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

const amounts = (cpu: string, memory: string, mostMemory: string): k8s.ResourceRequirements => ({
  requests: { cpu: k8s.Quantity.fromString(cpu), memory: k8s.Quantity.fromString(memory) },
  limits: { memory: k8s.Quantity.fromString(mostMemory) },
});

/** A sidecar: it starts before the issuer, which waits for the key that signs, and goes on beside it. */
function keysContainer({ image }: IssuerDeployment): k8s.Container {
  return {
    name: 'keys',
    image,
    restartPolicy: 'Always',
    command: ['sh', '-c', copyKeys, 'copy-keys', folders.keysSecret, `${folders.keys}/own`],
    startupProbe: {
      exec: { command: ['test', '-e', `${folders.keys}/own/signing.pem`] },
      periodSeconds: 1,
      failureThreshold: 60,
    },
    resources: amounts('10m', '16Mi', '32Mi'),
    securityContext,
    volumeMounts: [
      { name: 'keys-secret', mountPath: folders.keysSecret, readOnly: true },
      { name: 'keys', mountPath: folders.keys },
    ],
  };
}

function issuerContainer(of: IssuerDeployment): k8s.Container {
  const { image, reachedBy, metricsFrom, gitSecret, path } = of;
  const isTls = 'tlsSecret' in reachedBy;
  const tls = ['--tls-cert', `${folders.tls}/tls.crt`, '--tls-key', `${folders.tls}/tls.key`];
  const health = {
    path: '/healthz',
    port: k8s.IntOrString.fromString('issuer'),
    scheme: isTls ? 'HTTPS' : 'HTTP',
  };
  return {
    name: 'issuer',
    image,
    command: ['tenantry', 'issuer', 'serve'],
    args: [
      ...['--repository', of.repository, '--ref', of.ref],
      ...(path === undefined ? [] : ['--path', path]),
      ...['--clone', `${folders.state}/clone`, '--keys', `${folders.keys}/own`, '--listen', `0.0.0.0:${port}`],
      ...(isTls ? tls : ['--behind-tls-proxy']),
      ...(metricsFrom === undefined ? [] : ['--metrics', `0.0.0.0:${metricsPort}`]),
    ].map(asItIs),
    env: [{ name: 'HOME', value: gitSecret === undefined ? folders.temporary : folders.home }],
    ports: [
      { name: 'issuer', containerPort: port, protocol: 'TCP' },
      ...(metricsFrom === undefined ? [] : [{ name: 'metrics', containerPort: metricsPort, protocol: 'TCP' }]),
    ],
    // Requests come for as long as not everybody knows that this one ends.
    lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } },
    readinessProbe: { httpGet: health, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
    // Patient: until a config was read it answers 503, and a new start fetches no repository that cannot be reached.
    livenessProbe: { httpGet: health, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 15 },
    resources: amounts('100m', '256Mi', '512Mi'),
    securityContext,
    volumeMounts: [
      { name: 'keys', mountPath: folders.keys, readOnly: true },
      { name: 'state', mountPath: folders.state },
      { name: 'temporary', mountPath: folders.temporary },
      ...(gitSecret === undefined ? [] : [{ name: 'home', mountPath: folders.home, readOnly: true }]),
      ...(isTls ? [{ name: 'tls', mountPath: folders.tls, readOnly: true }] : []),
    ],
  };
}

/** The kubelet puts the value of a variable in the place of `$(NAME)`, and a `$` in that of two. */
function asItIs(argument: string): string {
  return argument.replaceAll('$', '$$$$');
}
