import { createHash } from 'node:crypto';
import type { ClusterNamespace } from '../../access/graph.ts';
import { tenantByName } from '../../config/model/tenant-by-name.ts';
import { isolationOf, writtenWhole } from '../annotations.ts';
import type { ClusterInput } from '../cluster-input.ts';
import type { ObjectTemplate } from '../template.ts';
import { apiObject } from '../template.ts';
import { keys, managedBy } from '../labels.ts';
import { aggregationPolicy } from './aggregation.ts';
import { classesPolicies } from './classes.ts';
import { customRolesPolicy } from './custom-roles.ts';
import { namespacesPolicy } from './namespaces.ts';
import { managedObjectsPolicy, selfServiceBindingsPolicy, tokenRequestsPolicy, tokenSecretsPolicy } from './objects.ts';
import type { Policy, PolicyContext } from './policy.ts';
import { cordonPolicy, markedForDeletionPolicy } from './states.ts';

export type { ForeignBinding, Policy, PolicyContext } from './policy.ts';

/** The first Kubernetes 1.x minor with ValidatingAdmissionPolicy in v1. */
export const policiesSince = 30;

/** The policies of a cluster: what RBAC cannot say. None where the API server does not have them. */
export function policiesOf(context: PolicyContext): Policy[] {
  if (context.minor < policiesSince) return [];
  return [
    namespacesPolicy(context),
    managedObjectsPolicy(context),
    selfServiceBindingsPolicy(context),
    tokenSecretsPolicy(context),
    tokenRequestsPolicy(context),
    aggregationPolicy(context),
    customRolesPolicy(context),
    cordonPolicy(context),
    markedForDeletionPolicy(context),
    ...classesPolicies(context),
  ];
}

/** A policy and its binding. */
export function policyObjects({ organization, key }: PolicyContext, policy: Policy): ObjectTemplate[] {
  const name = `${policy.name}.${organization.labelDomain}`;
  const labels = { [key.managedBy]: managedBy };
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: policy.match,
      ...(policy.except && { excludeResourceRules: policy.except }),
      ...(policy.namespaces && { namespaceSelector: policy.namespaces }),
    },
    ...(policy.conditions && { matchConditions: policy.conditions }),
    variables: policy.variables,
    validations: policy.validations.map((validation) => ({ ...validation, reason: 'Forbidden' })),
  };
  const annotations = {
    [`${organization.labelDomain}/purpose`]: policy.purpose,
    ...writtenWhole,
    [key.digest]: createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 12),
  };
  return [
    apiObject('ValidatingAdmissionPolicy', { metadata: { name, labels, annotations }, spec }),
    apiObject('ValidatingAdmissionPolicyBinding', {
      metadata: { name, labels },
      spec: { policyName: name, validationActions: ['Deny'] },
    }),
  ];
}

/** What policies of a cluster are written for. */
export function policyContext(
  { organization, cluster, tenantNames }: Pick<ClusterInput, 'organization' | 'cluster' | 'tenantNames'>,
  namespaces: readonly ClusterNamespace[],
  foreign: PolicyContext['foreign'],
): PolicyContext {
  const names = new Set(tenantNames);
  return {
    organization,
    cluster,
    tenants: tenantNames,
    foreign,
    observes: namespaces.some((entry) => isolationOf(organization, entry).enforcement.value === 'Observe'),
    ownNames: namespaces.flatMap((entry) => {
      if (entry.kind !== 'Tenant' || entry.namespace.prefixed) return [];
      const meant = tenantByName(names, entry.name);
      return meant === undefined || meant === entry.tenant.name ? [] : [`${entry.tenant.name}/${entry.name}`];
    }),
    key: keys(organization.labelDomain),
    minor: Number(cluster.kubernetesVersion.value.split('.')[1]),
  };
}
