import { join } from 'node:path';

/** The files of a control plane's folder that its programs read. */
export interface Files {
  readonly authority: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** Signs and verifies the service accounts' tokens. */
  readonly serviceAccountKey: string;
  readonly controllerManagerKubeconfig: string;
  readonly authenticationConfiguration: string;
  readonly etcdSocket: string;
  readonly etcdData: string;
}

export function filesIn(folder: string): Files {
  return {
    authority: join(folder, 'ca.crt'),
    serverCertificate: join(folder, 'server.crt'),
    serverKey: join(folder, 'server.key'),
    serviceAccountKey: join(folder, 'service-account.key'),
    controllerManagerKubeconfig: join(folder, 'controller-manager.kubeconfig'),
    authenticationConfiguration: join(folder, 'authentication.yaml'),
    etcdSocket: join(folder, 'etcd.sock'),
    etcdData: join(folder, 'etcd'),
  };
}

/** etcd behind a socket that only the user can reach: no port to find, no certificates. */
export function etcdFlags(files: Files): string[] {
  return [
    `--data-dir=${files.etcdData}`,
    `--listen-client-urls=unix://${files.etcdSocket}`,
    // etcd insists on an address to advertise and on one for peers; neither is ever used.
    '--advertise-client-urls=http://127.0.0.1:0',
    '--listen-peer-urls=http://127.0.0.1:0',
    '--unsafe-no-fsync', // what a crash of the machine would lose are tests
    '--log-level=warn',
  ];
}

export function apiServerFlags(files: Files, port: number, hasAuthenticationConfiguration: boolean): string[] {
  return [
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1', // else it looks for a default route, which a machine for tests may not have
    `--secure-port=${port}`,
    '--endpoint-reconciler-type=none', // nothing in the cluster calls the API server by its Service
    `--etcd-servers=unix://${files.etcdSocket}`,
    `--tls-cert-file=${files.serverCertificate}`,
    `--tls-private-key-file=${files.serverKey}`,
    `--client-ca-file=${files.authority}`,
    '--authorization-mode=Node,RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    ...(hasAuthenticationConfiguration ? [`--authentication-config=${files.authenticationConfiguration}`] : []),
  ];
}

/** Without these, admin, edit and view are empty, no quota is counted, and no namespace finishes deleting. */
const controllers = [
  'clusterrole-aggregation-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'resourcequota-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'validatingadmissionpolicy-status-controller',
];

export function controllerManagerFlags(files: Files): string[] {
  return [
    `--kubeconfig=${files.controllerManagerKubeconfig}`,
    `--controllers=${controllers.join(',')}`,
    // Each controller under its own name, as in a real cluster: policies tell them apart by it.
    '--use-service-account-credentials',
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    `--root-ca-file=${files.authority}`,
    '--leader-elect=false',
    '--secure-port=0', // serves nothing, so needs no port
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ];
}
