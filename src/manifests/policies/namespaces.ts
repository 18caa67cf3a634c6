import type { Policy, PolicyContext } from './policy.ts';
import { cel, labelOf, lines } from './policy.ts';

/**
 * Namespaces are the platform's: they come from Git, keep their tenant, carry its prefix, and go only in two steps
 * (S1, S53, S55, S60, S62, S71, S72).
 */
export function namespacesPolicy({ organization, key }: PolicyContext): Policy {
  const prefixRequired = organization.naming.tenantPrefix === 'Required';
  const isProtected = [
    `k.startsWith(${cel(`${organization.labelDomain}/`)})`,
    `k.startsWith('pod-security.kubernetes.io/')`,
    `k == ${cel(key.managedBy)}`,
    `k == 'argocd.argoproj.io/sync-options'`,
    `k == 'scheduler.alpha.kubernetes.io/node-selector'`,
  ].join(' || ');
  const same = (a: string, b: string): string => `${a}.all(k, !(${isProtected}) || (k in ${b} && ${a}[k] == ${b}[k]))`;
  const map = (object: string, field: string): string =>
    `${object} == null ? {} : ${object}.metadata.?${field}.orValue({})`;
  const repository = organization.argoCD === undefined ? 'the Git repository' : organization.argoCD.repoURL;
  return {
    name: 'namespaces',
    purpose: 'Namespaces are declared in Git: nobody else creates them, moves them to another tenant or deletes them.',
    match: [
      {
        apiGroups: [''],
        apiVersions: ['v1'],
        resources: ['namespaces', 'namespaces/status', 'namespaces/finalize'],
        operations: ['CREATE', 'UPDATE', 'DELETE'],
      },
    ],
    variables: [
      { name: 'labels', expression: map('object', 'labels') },
      { name: 'oldLabels', expression: map('oldObject', 'labels') },
      { name: 'annotations', expression: map('object', 'annotations') },
      { name: 'oldAnnotations', expression: map('oldObject', 'annotations') },
      { name: 'name', expression: 'object == null ? oldObject.metadata.name : object.metadata.name' },
      { name: 'tenant', expression: labelOf('object', key.tenant) },
      { name: 'oldTenant', expression: labelOf('oldObject', key.tenant) },
      { name: 'kind', expression: labelOf('object', key.kind) },
      {
        name: 'unchanged',
        expression: [
          same('variables.labels', 'variables.oldLabels'),
          same('variables.oldLabels', 'variables.labels'),
          same('variables.annotations', 'variables.oldAnnotations'),
          same('variables.oldAnnotations', 'variables.annotations'),
        ].join(' && '),
      },
      {
        name: 'owner',
        expression: `${lines('tenants')}.filter(t, t != '' && variables.name.startsWith(t + '-'))`,
      },
    ],
    validations: [
      {
        expression: `request.operation != 'CREATE' || variables.platform || request.userInfo.username in ${lines('trusted')}`,
        message: `namespaces are created by an entry in tenants/<tenant>.yaml of ${repository}, not in the cluster`,
      },
      {
        // Whoever may create namespaces must not create one that is a tenant's by its looks, or by its label alone.
        expression: `request.operation == 'DELETE' || variables.platform || request.operation == 'UPDATE' || variables.labels.all(k, !(${isProtected}))`,
        message: `the labels of the platform are set by ${repository} alone`,
      },
      {
        expression: `request.operation != 'UPDATE' || variables.platform || variables.unchanged`,
        message: `the labels and annotations of the platform are changed in ${repository}, not in the cluster`,
      },
      {
        expression: `request.operation != 'UPDATE' || variables.breakGlass || variables.oldTenant == '' || variables.tenant == variables.oldTenant`,
        message: 'a namespace cannot move to another tenant',
        messageExpression: `'the namespace ' + variables.name + ' belongs to the tenant ' + variables.oldTenant + ' and cannot move to another'`,
      },
      {
        expression: `request.operation == 'DELETE' || variables.kind != 'Tenant' || variables.tenant != ''`,
        message: `a tenant's namespace names its tenant by the label ${key.tenant}`,
      },
      ...(prefixRequired
        ? [
            {
              expression: `request.operation == 'DELETE' || variables.tenant == '' || (variables.name.startsWith(variables.tenant + '-') && variables.owner.all(t, t.size() <= variables.tenant.size()))`,
              message: "a namespace's name begins with its tenant's name and a hyphen",
              messageExpression: `'the namespace ' + variables.name + ' does not begin with ' + variables.tenant + '-, or belongs to a tenant with a longer name'`,
            },
            {
              expression: `request.operation != 'CREATE' || variables.breakGlass || variables.kind in ['Group', 'Retained'] || variables.tenant != '' || variables.owner.size() == 0`,
              message: "the name begins with a tenant's prefix, but the namespace does not say that it is the tenant's",
            },
          ]
        : []),
      {
        expression: `request.operation != 'DELETE' || ${labelOf('oldObject', key.managedBy)} != 'tenantry' || (variables.platform && oldObject.metadata.?annotations[?${cel(key.allowDelete)}].orValue('') == oldObject.metadata.name)`,
        message: `a namespace is deleted in two steps: state: MarkedForDeletion in tenants/<tenant>.yaml of ${repository}, and then the removal of its entry`,
      },
    ],
  };
}
