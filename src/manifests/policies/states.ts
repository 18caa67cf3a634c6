import { callers } from './callers.ts';
import type { Policy, PolicyContext, ResourceRule, Variable } from './policy.ts';
import { managed } from './policy.ts';

/** What may go on even where nothing changes: the record of what happens, and of how things are. */
const bookkeeping: readonly ResourceRule[] = [
  { apiGroups: ['', 'events.k8s.io'], apiVersions: ['*'], resources: ['events'], operations: ['*'] },
  { apiGroups: ['coordination.k8s.io'], apiVersions: ['*'], resources: ['leases'], operations: ['*'] },
  { apiGroups: ['*'], apiVersions: ['*'], resources: ['*/status'], operations: ['*'] },
];

/** Whose requests go through: those that keep alive what is there, and the platform's. */
function exemptions(context: PolicyContext): { readonly variables: Variable[]; readonly expression: string } {
  const { writer, breakGlass, kubernetes, nodes, trusted } = callers(context);
  return {
    variables: [
      writer,
      breakGlass,
      kubernetes,
      nodes,
      trusted,
      managed(context),
      // Operators must be able to take their finalizers away, or the namespace would never be gone.
      { name: 'terminating', expression: 'namespaceObject.metadata.?deletionTimestamp.hasValue()' },
    ],
    expression:
      'variables.breakGlass || variables.kubernetes || variables.nodes || variables.trusted || variables.terminating || (variables.writer && variables.managed)',
  };
}

/** In a cordoned namespace nothing changes but what controllers must change, subresources included (S73, S74). */
export function cordonPolicy(context: PolicyContext): Policy {
  const { variables, expression } = exemptions(context);
  return {
    name: 'cordon',
    purpose: 'Nothing changes in a cordoned namespace.',
    match: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], operations: ['*'], scope: 'Namespaced' }],
    except: bookkeeping,
    namespaces: { matchLabels: { [context.key.cordoned]: 'true' } },
    variables,
    validations: [
      {
        expression,
        message:
          "the namespace is cordoned: nothing in it changes until that is lifted, in the tenant's file (cordoned) or by the admins (cordons in organization.yaml)",
        messageExpression: `'the namespace ' + request.namespace + " is cordoned: nothing in it changes until that is lifted, in the tenant's file (cordoned) or by the admins (cordons in organization.yaml)"`,
      },
    ],
  };
}

/** In a namespace on its way out nothing new is created; what runs goes on until the second step (S43). */
export function markedForDeletionPolicy(context: PolicyContext): Policy {
  const { variables, expression } = exemptions(context);
  return {
    name: 'marked-for-deletion',
    purpose: 'Nothing new is created in a namespace that is marked for deletion.',
    match: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['CREATE'], scope: 'Namespaced' }],
    except: bookkeeping,
    namespaces: { matchLabels: { [context.key.state]: 'MarkedForDeletion' } },
    variables,
    validations: [
      {
        expression,
        message: 'the namespace is marked for deletion: create nothing new in it, and move out what is to be kept',
        messageExpression: `'the namespace ' + request.namespace + ' is marked for deletion: create nothing new in it, and move out what is to be kept'`,
      },
    ],
  };
}
