import { oncePer } from '../../values/once.ts';
import { celString } from '../cel.ts';
import { guardedResources, kinds } from '../kinds.ts';
import { managedBy } from '../labels.ts';
import { callers, whoPasses } from './callers.ts';
import type { Policy, PolicyContext, Validation } from './policy.ts';
import { celSet, listVariable, metadataOf, mostComparisons, mostRounds, objectName, repositoryOf } from './policy.ts';

/** The names of all tenants as a set: the same in all clusters, and long. */
const tenantNames = oncePer((tenants: PolicyContext['tenants']) => celSet('tenants', tenants));

/** Where in a namespace's name, of at most 63 characters, the first `-` after a tenant's name may be. */
const positions = `[${Array.from({ length: 61 }, (_, i) => i + 1).join(', ')}]`;

/**
 * Namespaces are the platform's: they come from Git, keep their tenant, carry its prefix, and go only in two steps
 * (S1, S53, S55, S60, S62, S71, S72).
 */
export function namespacesPolicy(context: PolicyContext): Policy {
  const { organization, key, tenants, ownNames } = context;
  const { writer, breakGlass, kubernetes, namespaceCreators } = callers(context);
  const prefixRequired = organization.naming.tenantPrefix.value === 'Required';
  const repository = repositoryOf(organization);
  const ourDomain = `k.startsWith(${celString(`${organization.labelDomain}/`)})`;
  const guardedDomains = ['pod-security.kubernetes.io/', 'argocd.argoproj.io/', 'scheduler.alpha.kubernetes.io/'];
  /** CEL for the keys that are set, changed or removed, of the labels or the annotations. */
  const changed = (now: string, before: string): string =>
    [
      `(variables.${now} == variables.${before} ? [] :`,
      `variables.${now}.filter(k, !(k in variables.${before}) || variables.${now}[k] != variables.${before}[k]) +`,
      `variables.${before}.filter(k, !(k in variables.${now})))`,
    ].join('\n');
  const allTenants = tenantNames(tenants);
  const managed = (labels: string): string => `variables.${labels}[?${celString(key.managedBy)}].orValue('')`;

  return {
    name: 'namespaces',
    purpose: 'Namespaces are declared in Git: nobody else creates them, moves them to another tenant or deletes them.',
    match: [
      {
        apiGroups: [kinds.Namespace.group],
        apiVersions: ['v1'],
        resources: guardedResources(kinds.Namespace),
        operations: ['CREATE', 'UPDATE', 'DELETE'],
      },
    ],
    variables: [
      writer,
      breakGlass,
      kubernetes,
      namespaceCreators,
      { name: 'labels', expression: metadataOf('object', 'labels') },
      { name: 'oldLabels', expression: metadataOf('oldObject', 'labels') },
      { name: 'annotations', expression: metadataOf('object', 'annotations') },
      { name: 'oldAnnotations', expression: metadataOf('oldObject', 'annotations') },
      objectName,
      { name: 'tenant', expression: `variables.labels[?${celString(key.tenant)}].orValue('')` },
      { name: 'oldTenant', expression: `variables.oldLabels[?${celString(key.tenant)}].orValue('')` },
      { name: 'kind', expression: `variables.labels[?${celString(key.kind)}].orValue('')` },
      { name: 'oldKind', expression: `variables.oldLabels[?${celString(key.kind)}].orValue('')` },
      {
        name: 'assigned',
        expression: `request.operation != 'DELETE' && (variables.tenant != variables.oldTenant || variables.kind != variables.oldKind)`,
      },
      { name: 'isManaged', expression: `${managed('labels')} == ${celString(managedBy)}` },
      { name: 'wasManaged', expression: `${managed('oldLabels')} == ${celString(managedBy)}` },
      {
        name: 'ours',
        // Of one with very many labels, by those of ours that decide.
        expression: `variables.isManaged || variables.wasManaged || variables.kind != '' || variables.oldKind != '' || [variables.labels, variables.oldLabels].exists(m, m.size() <= ${mostRounds} && m.exists(k, ${ourDomain}))`,
      },
      {
        // Whose it would be, as the annotation that allows it says: a tenant's name, group/<name>, or Retained.
        name: 'owner',
        expression: `variables.kind == 'Tenant' ? variables.tenant : (variables.kind == 'Group' ? 'group/' + variables.annotations[?${celString(key.group)}].orValue('') : variables.kind)`,
      },
      {
        // What is there and nobody's becomes somebody's, or a group's becomes a tenant's.
        name: 'taken',
        expression: `request.operation == 'UPDATE' && (variables.oldKind == '' || (variables.oldTenant == '' && variables.tenant != ''))`,
      },
      {
        // By what the namespace said before: who takes it cannot say so himself.
        name: 'allowed',
        expression: `variables.owner != '' && variables.oldAnnotations[?${celString(key.allowAdopt)}].orValue('') == variables.owner`,
      },
      {
        // Some of very many labels or annotations change.
        name: 'crowded',
        expression: `request.operation != 'DELETE' && [variables.labels, variables.oldLabels, variables.annotations, variables.oldAnnotations].exists(m, m.size() > ${mostRounds}) && (variables.labels != variables.oldLabels || variables.annotations != variables.oldAnnotations)`,
      },
      {
        // The keys of the labels and annotations that a CREATE sets, or an UPDATE sets, changes or removes.
        name: 'changed',
        expression: `request.operation == 'DELETE' || variables.crowded ? [] :\n${changed('labels', 'oldLabels')} +\n${changed('annotations', 'oldAnnotations')}`,
      },
      {
        name: 'reserved',
        expression: `variables.changed.filter(k, ${ourDomain} || (k == ${celString(key.managedBy)} && variables.isManaged != variables.wasManaged))`,
      },
      {
        name: 'guarded',
        expression: `variables.changed.filter(k, ${guardedDomains.map((domain) => `k.startsWith(${celString(domain)})`).join(' || ')})`,
      },
      { name: 'oldOwners', expression: 'oldObject == null ? [] : oldObject.metadata.?ownerReferences.orValue([])' },
      { name: 'finalizers', expression: 'object == null ? [] : object.metadata.?finalizers.orValue([])' },
      { name: 'oldFinalizers', expression: 'oldObject == null ? [] : oldObject.metadata.?finalizers.orValue([])' },
      ...allTenants.variables,
      {
        // Where the name of a tenant ends in the namespace's.
        name: 'ends',
        expression: `${positions}.filter(i, i < variables.name.size() && variables.name.charAt(i) == '-' && ${allTenants.has('variables.name.substring(0, i)')})`,
      },
      {
        // The tenant that the name points to (S70), or '': the longest, where one's name begins with another's.
        name: 'meant',
        expression: `variables.ends.size() == 0 ? '' : variables.name.substring(0, variables.ends[variables.ends.size() - 1])`,
      },
      // Without the prefix it is the label that decides (S72), and the admins have given these names by themselves.
      ...(ownNames.length > 0 ? listVariable('ownNames', ownNames) : []),
    ],
    validations: [
      {
        expression: `request.operation != 'CREATE' || variables.writer || variables.breakGlass || variables.kubernetes || variables.namespaceCreators`,
        message: `namespaces are not created in the cluster: add an entry to the tenant's file in ${repository}`,
        messageExpression: `'the namespace ' + variables.name + ${celString(` is not created in the cluster: for a tenant's, add an entry to its file in ${repository}; for one of the cluster's own, act as ${whoPasses(context)}, or have the operator listed under trustedServiceAccounts with CreateNamespaces`)}`,
      },
      {
        expression: 'variables.breakGlass || !variables.crowded',
        message: `the labels and annotations of a namespace that has more than ${mostRounds} of either, before or after, are changed by cluster admins alone: have one remove what it does not need`,
      },
      {
        expression: 'variables.writer || variables.breakGlass || variables.reserved.size() == 0',
        message: `these labels and annotations are set from ${repository} alone: change the tenant's file there`,
        messageExpression: `variables.reserved.join(', ') + ${celString(` on a namespace is set from ${repository} alone: change the tenant's file there`)}`,
      },
      {
        expression: `variables.breakGlass || !variables.reserved.exists(k, k == ${celString(key.allowAdopt)})`,
        message: `the annotation ${key.allowAdopt} gives away a namespace that is there already: a cluster admin sets it, nobody else`,
      },
      {
        expression: 'variables.breakGlass || variables.reserved.size() == 0 || !variables.taken || variables.allowed',
        message: `the namespace is there already and is not the platform's: choose another name, or have a cluster admin annotate it with ${key.allowAdopt}=<tenant>`,
        messageExpression: `'the namespace ' + variables.name + ' is there already and is not ' + (variables.tenant != '' ? 'of the tenant ' + variables.tenant : 'the platform\\'s') + ': choose another name, or have a cluster admin annotate it with ${key.allowAdopt}=' + (variables.owner == '' ? '<tenant>' : variables.owner)`,
      },
      {
        // An operator may do as it likes with its own namespaces, but not with ours.
        expression:
          'variables.writer || variables.breakGlass || variables.guarded.size() == 0 || (variables.namespaceCreators && !variables.ours)',
        message: `these labels and annotations are set from ${repository} alone: change the isolation in the tenant's file there`,
        messageExpression: `variables.guarded.join(', ') + ${celString(` on a namespace is set from ${repository} alone: change the isolation in the tenant's file there`)}`,
      },
      {
        expression: `request.operation != 'UPDATE' || variables.breakGlass || variables.oldTenant == '' || variables.tenant == variables.oldTenant`,
        message: 'a namespace cannot move to another tenant: declare a new one, and move what is in it',
        messageExpression: `'the namespace ' + variables.name + ' belongs to the tenant ' + variables.oldTenant + ' and cannot move to another: declare a new one, and move what is in it'`,
      },
      {
        expression: `request.?subResource.orValue('') != 'finalize' || variables.breakGlass || variables.kubernetes`,
        message:
          'a namespace is finalized by Kubernetes, once all that is in it is gone: delete what still holds it up',
      },
      // What stands is left alone, whatever the rules say now: else Kubernetes could not finish deleting it. And Argo CD
      // applies Namespaces before the policies that go with them: what it brings was checked before.
      ...[
        {
          expression: `(variables.kind == 'Tenant') == (variables.tenant != '')`,
          message: `a tenant's namespace names its tenant by the label ${key.tenant}, and has the label ${key.kind}=Tenant`,
        },
        ...(prefixRequired
          ? [
              {
                expression: `variables.tenant == '' || variables.name.startsWith(variables.tenant + '-')`,
                message: "a tenant's namespace is named <tenant>-<identifier>",
                messageExpression: `'the namespace ' + variables.name + ' of the tenant ' + variables.tenant + ' must have a name that begins with ' + variables.tenant + '-'`,
              },
            ]
          : []),
        {
          expression: `variables.tenant == '' || variables.meant in ['', variables.tenant]${ownNames.length > 0 ? ` || (variables.tenant + '/' + variables.name) in variables.ownNames` : ''}`,
          message: 'the name begins with the name of another tenant',
          messageExpression: `'the name ' + variables.name + ' is for a namespace of the tenant ' + variables.meant + ', not of ' + variables.tenant`,
        },
      ].map(unless(`!variables.assigned || variables.writer`)),
      {
        expression: `request.operation != 'CREATE' || variables.kubernetes || variables.kind != '' || variables.meant == ''`,
        message: 'the name begins with the name of a tenant, but the namespace does not say that it belongs to one',
        messageExpression: `'the name ' + variables.name + ' is for a namespace of the tenant ' + variables.meant + ${celString(`: choose another, or add an entry to the tenant's file in ${repository}`)}`,
      },
      {
        // Kubernetes collects what has an owner that is gone, and waits for every finalizer.
        expression: `request.operation == 'DELETE' || !variables.ours || variables.breakGlass || variables.kubernetes || object.metadata.?ownerReferences.orValue([]) == variables.oldOwners`,
        message: 'a namespace of the platform has no owners: it goes when Git says so, in two steps',
      },
      {
        expression: `request.operation == 'DELETE' || !variables.ours || variables.breakGlass || variables.kubernetes || variables.namespaceCreators || variables.finalizers == variables.oldFinalizers || (variables.finalizers.size() <= ${mostRounds} && variables.finalizers.size() * variables.oldFinalizers.size() <= ${mostComparisons} && variables.finalizers.all(f, f in variables.oldFinalizers))`,
        message: `a finalizer holds up the end of a namespace of the platform: to set one, act as ${whoPasses(context)}, or have the operator listed under trustedServiceAccounts with CreateNamespaces`,
      },
      {
        // The confirmation alone is not enough: it may be there from a mark that Git has taken back.
        expression: `request.operation != 'DELETE' || !variables.ours || ((variables.writer || variables.breakGlass) && variables.oldAnnotations[?${celString(key.allowDelete)}].orValue('') == variables.name && (variables.oldTenant == '' || variables.oldLabels[?${celString(key.state)}].orValue('') == 'MarkedForDeletion'))`,
        message: `a namespace is deleted in two steps: state: MarkedForDeletion on its entry in ${repository}, then the removal of the entry`,
        messageExpression: `variables.oldTenant != '' ? 'the namespace ' + variables.name + ' is deleted in two steps: state: MarkedForDeletion on its entry in the file of the tenant ' + variables.oldTenant + ${celString(` in ${repository}, then the removal of the entry`)} : 'the namespace ' + variables.name + ${celString(` outlives its group's access: to delete it, a cluster admin annotates it with ${key.allowDelete}=`)} + variables.name + ' first'`,
      },
    ],
  };
}

/** Adds a condition under which a validation holds anyway. */
function unless(condition: string): (validation: Validation) => Validation {
  return (validation) => ({ ...validation, expression: `${condition} || ${validation.expression}` });
}
