import type { Policy, PolicyContext, ResourceRule } from './policy.ts';
import { cel } from './policy.ts';

/**
 * Service accounts of Kubernetes' own controllers that act on what is already there: replacing pods, publishing
 * endpoints, collecting garbage. By name, because kube-system also holds accounts that act for people, such as the one
 * by which Argo CD manages a cluster from outside.
 */
const controllers = [
  'attachdetach-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'ephemeral-volume-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'namespace-controller',
  'node-controller',
  'persistent-volume-binder',
  'pod-garbage-collector',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resource-claim-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'service-account-controller',
  'service-controller',
  'statefulset-controller',
  'taint-eviction-controller',
  'ttl-after-finished-controller',
].map((name) => `system:serviceaccount:kube-system:${name}`);

const machinery = {
  name: 'machinery',
  expression: [
    `request.userInfo.username in [${['system:kube-scheduler', 'system:kube-controller-manager', 'system:apiserver', ...controllers].map(cel).join(', ')}]`,
    `'system:nodes' in request.userInfo.?groups.orValue([])`,
  ].join(' || '),
};

/** What may go on even where nothing changes: the record of what happens, and answers about access. */
const bookkeeping: readonly ResourceRule[] = [
  { apiGroups: ['', 'events.k8s.io'], apiVersions: ['*'], resources: ['events'], operations: ['*'] },
  { apiGroups: ['coordination.k8s.io'], apiVersions: ['*'], resources: ['leases'], operations: ['*'] },
  { apiGroups: ['authorization.k8s.io'], apiVersions: ['*'], resources: ['*'], operations: ['*'] },
];

/** In a cordoned namespace nothing changes but what controllers must change, subresources included (S73, S74). */
export function cordonPolicy({ key }: PolicyContext): Policy {
  return {
    name: 'cordon',
    purpose: 'Nothing changes in a cordoned namespace.',
    match: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], operations: ['*'], scope: 'Namespaced' }],
    except: bookkeeping,
    namespaces: { matchLabels: { [key.cordoned]: 'true' } },
    variables: [machinery],
    validations: [
      {
        expression: 'variables.platform || variables.machinery',
        message: 'the namespace is cordoned: nothing in it may change until cordoned: false in tenants/<tenant>.yaml',
      },
    ],
  };
}

/** In a namespace on its way out nothing new is created; what runs goes on until the second step (S43). */
export function markedForDeletionPolicy({ key }: PolicyContext): Policy {
  return {
    name: 'marked-for-deletion',
    purpose: 'Nothing new is created in a namespace that is marked for deletion.',
    match: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['CREATE'], scope: 'Namespaced' }],
    except: bookkeeping,
    namespaces: { matchLabels: { [key.state]: 'MarkedForDeletion' } },
    variables: [machinery],
    validations: [
      {
        expression: 'variables.platform || variables.machinery',
        message: 'the namespace is marked for deletion: nothing new can be created in it',
      },
    ],
  };
}
