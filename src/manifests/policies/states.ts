import { celList, celString } from '../cel.ts';
import { kindsFormerlyIn, kindsIn } from '../kinds.ts';
import { callers, whoPasses } from './callers.ts';
import type { Policy, PolicyContext, ResourceRule, Variable } from './policy.ts';
import { managed, metadataOf } from './policy.ts';

/**
 * What may go on even where nothing changes: the record of what happens, and who leads. It is written, not deleted: who
 * wipes it away does change something.
 */
const bookkeeping: readonly ResourceRule[] = [
  { apiGroups: ['', 'events.k8s.io'], apiVersions: ['*'], resources: ['events'], operations: ['CREATE', 'UPDATE'] },
  {
    apiGroups: ['coordination.k8s.io'],
    apiVersions: ['*'],
    resources: ['leases'],
    operations: ['CREATE', 'UPDATE'],
  },
];

/** What it takes to move data out: a pod that mounts a volume, also that of `kubectl debug --copy-to`; a snapshot. */
const movingOut: readonly ResourceRule[] = [
  { apiGroups: [''], apiVersions: ['*'], resources: ['pods'], operations: ['CREATE'] },
  {
    apiGroups: ['snapshot.storage.k8s.io'],
    apiVersions: ['*'],
    resources: ['volumesnapshots'],
    operations: ['CREATE'],
  },
];

/** Resources of tenantry's own in a namespace, as `group/resource`: those now, and those of older versions. */
const ownResources = [...kindsIn('namespaces'), ...kindsFormerlyIn('namespaces')].map(
  ({ group, resource }) => `${group}/${resource}`,
);

/** Whose requests go through: those that keep alive what is there, and the platform's. */
function exemptions(context: PolicyContext): {
  readonly conditions: Variable[];
  readonly variables: Variable[];
  readonly expression: string;
} {
  const { writer, breakGlass, kubernetes, nodes, maintainers } = callers(context);
  return {
    // Who they are is enough, so what they write need not even be read.
    conditions: [breakGlass, kubernetes, nodes, maintainers].map(({ name, expression }) => ({
      name: `not-${name}`,
      expression: `!(${expression})`,
    })),
    variables: [
      writer,
      managed(context),
      {
        // By its kind too: Argo CD also applies what tenants deploy, and there the label is theirs to write.
        name: 'own',
        expression: `variables.managed && request.resource.group + '/' + request.resource.resource in ${celList(ownResources)}`,
      },
      // Operators must be able to take their finalizers away, or the namespace would never be gone.
      { name: 'terminating', expression: 'namespaceObject.metadata.?deletionTimestamp.hasValue()' },
    ],
    expression: 'variables.terminating || (variables.writer && variables.own)',
  };
}

/**
 * Whether an update of a status changes nothing else, as the variable `reports`. What belongs to Kubernetes takes labels,
 * annotations, finalizers and owners from such an update as well, and who has an owner that is not there is collected as garbage.
 */
const reports: Variable = {
  name: 'reports',
  expression: [
    `request.operation == 'UPDATE' && request.?subResource.orValue('') == 'status'`,
    ...(['labels', 'annotations'] as const).map(
      (field) => `${metadataOf('object', field)} == ${metadataOf('oldObject', field)}`,
    ),
    ...['finalizers', 'ownerReferences'].map(
      (field) => `object.?metadata.?${field}.orValue([]) == oldObject.?metadata.?${field}.orValue([])`,
    ),
  ].join(' &&\n'),
};

/** In a cordoned namespace nothing changes but what controllers must change, subresources included (S73, S74). */
export function cordonPolicy(context: PolicyContext): Policy {
  const { conditions, variables, expression } = exemptions(context);
  const lifted = `nothing in it changes until that is lifted, in the tenant's file (cordoned) or by the admins (cordons in organization.yaml); to do it all the same, act as ${whoPasses(context)}`;
  return {
    name: 'cordon',
    purpose: 'Nothing changes in a cordoned namespace.',
    match: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], operations: ['*'], scope: 'Namespaced' }],
    except: bookkeeping,
    namespaces: { matchLabels: { [context.key.cordoned]: 'true' } },
    conditions,
    variables: [...variables, reports],
    validations: [
      {
        expression: `${expression} || variables.reports`,
        message: `the namespace is cordoned: ${lifted}`,
        messageExpression: `'the namespace ' + request.namespace + ${celString(` is cordoned: ${lifted}`, '"')}`,
      },
    ],
  };
}

/**
 * In a namespace on its way out nothing new is created but what moves data out; what runs goes on until the second step
 * (S43).
 */
export function markedForDeletionPolicy(context: PolicyContext): Policy {
  const { conditions, variables, expression } = exemptions(context);
  const remedy =
    "create nothing new in it but Pods and VolumeSnapshots, to move out what is to be kept; or have the mark taken back in the tenant's file";
  return {
    name: 'marked-for-deletion',
    purpose: 'Nothing new is created in a namespace that is marked for deletion, but what moves data out.',
    match: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['CREATE'], scope: 'Namespaced' }],
    except: [...bookkeeping, ...movingOut],
    namespaces: { matchLabels: { [context.key.state]: 'MarkedForDeletion' } },
    conditions,
    variables,
    validations: [
      {
        expression,
        message: `the namespace is marked for deletion: ${remedy}`,
        messageExpression: `'the namespace ' + request.namespace + ${celString(` is marked for deletion: ${remedy}`, '"')}`,
      },
    ],
  };
}
