import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { keys, managedBy } from '../names.ts';
import { classesPolicies } from './classes.ts';
import { namespacesPolicy } from './namespaces.ts';
import { aggregationPolicy, managedObjectsPolicy, selfServiceBindingsPolicy, tokensPolicy } from './objects.ts';
import type { Policy, PolicyContext } from './policy.ts';
import { commonVariables } from './policy.ts';
import { cordonPolicy, markedForDeletionPolicy } from './states.ts';

export { allowListAnnotations } from './classes.ts';
export type { Policy, PolicyContext } from './policy.ts';

/** The first Kubernetes 1.x minor with ValidatingAdmissionPolicy in v1. */
export const policiesSince = 30;

/** The policies of a cluster: what RBAC cannot say. None where the API server does not have them. */
export function policiesOf(context: PolicyContext): Policy[] {
  if (context.minor < policiesSince) return [];
  return [
    namespacesPolicy(context),
    managedObjectsPolicy(context),
    selfServiceBindingsPolicy(context),
    tokensPolicy(context),
    aggregationPolicy(),
    cordonPolicy(context),
    markedForDeletionPolicy(context),
    ...classesPolicies(context),
  ];
}

/** The name of the ConfigMap that the policies read. */
export const parametersName = 'policies';

/** The platform's own namespace, with what the policies read. It is no tenant's, so it does not go with one. */
export function addPlatform(scope: Construct, context: PolicyContext, tenants: readonly string[]): void {
  const { organization, cluster, key } = context;
  const labels = { [key.managedBy]: managedBy };
  const { namespace, breakGlassGroups } = organization.policies;
  new k8s.KubeNamespace(scope, 'namespace', {
    metadata: {
      name: namespace,
      labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' },
      annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' },
    },
  });
  const lines = (items: readonly string[]): string => items.join('\n');
  new k8s.KubeConfigMap(scope, 'parameters', {
    metadata: { name: parametersName, namespace, labels },
    data: {
      writers: lines([cluster.syncIdentity]),
      breakGlass: lines(breakGlassGroups),
      trusted: lines(
        cluster.trustedServiceAccounts.map((account) => `system:serviceaccount:${account.replace('/', ':')}`),
      ),
      groups: lines(organization.groups.map((g) => g.name)),
      tenants: lines(tenants),
    },
  });
}

/** A policy and its binding. */
export function addPolicy(scope: Construct, context: PolicyContext, policy: Policy): void {
  const { organization, key } = context;
  const name = `${policy.name}.${organization.labelDomain}`;
  const metadata = {
    name,
    labels: { [key.managedBy]: managedBy },
    annotations: { [`${organization.labelDomain}/purpose`]: policy.purpose },
  };
  new ApiObject(scope, 'policy', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConstraints: {
        resourceRules: policy.match,
        ...(policy.except && { excludeResourceRules: policy.except }),
        ...(policy.namespaces && { namespaceSelector: policy.namespaces }),
      },
      variables: [...commonVariables, ...(policy.variables ?? [])],
      validations: policy.validations.map((validation) => ({ ...validation, reason: 'Forbidden' })),
    },
  });
  new ApiObject(scope, 'binding', {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name, labels: metadata.labels },
    spec: {
      policyName: name,
      // Without its parameters a policy does not know whom to let through: it must not let everyone.
      paramRef: {
        name: parametersName,
        namespace: organization.policies.namespace,
        parameterNotFoundAction: 'Deny',
      },
      validationActions: ['Deny'],
    },
  });
}

/** What policies of a cluster are written for. */
export function policyContext(
  organization: PolicyContext['organization'],
  cluster: PolicyContext['cluster'],
): PolicyContext {
  return {
    organization,
    cluster,
    key: keys(organization.labelDomain),
    minor: Number(cluster.kubernetesVersion.value.split('.')[1]),
  };
}
