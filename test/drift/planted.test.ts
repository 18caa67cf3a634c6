import { beforeAll, describe, expect, it } from 'vitest';
import { customClusterRole } from '../../src/access/custom-roles.ts';
import type { LiveBinding, LiveMetadata, LiveSubject } from '../../src/cluster/snapshot.ts';
import { liveBinding, liveMetadata, liveNamespace, takenAt } from '../support/live-snapshot.ts';
import type { Estate, Plant } from './estate.ts';
import { add, change, driftIn, drop, estate, findingsOf, planted, said, together } from './estate.ts';

let inSync: Estate;
beforeAll(async () => {
  inSync = await estate();
});

const user = (name: string): LiveSubject => ({ kind: 'User', name });
const group = (name: string): LiveSubject => ({ kind: 'Group', name });
const account = (namespace: string, name: string): LiveSubject => ({ kind: 'ServiceAccount', namespace, name });

/** A RoleBinding that somebody made by hand. */
const bind = (namespace: string, role: string, ...subjects: readonly LiveSubject[]): Plant =>
  add('rolebindings', liveBinding('rogue', role, subjects, namespace));
const bindCluster = (role: string, ...subjects: readonly LiveSubject[]): Plant =>
  add('clusterrolebindings', liveBinding('rogue', role, subjects));
const subjects =
  (...all: readonly LiveSubject[]) =>
  (binding: LiveBinding): LiveBinding => ({ ...binding, subjects: all });
const label =
  (key: string, value?: string) =>
  <T extends LiveMetadata>(item: T): T => {
    const labels = Object.fromEntries(Object.entries(item.labels).filter(([other]) => other !== key));
    return { ...item, labels: value === undefined ? labels : { ...labels, [key]: value } };
  };
const annotate =
  (key: string, value?: string) =>
  <T extends LiveMetadata>(item: T): T => {
    const annotations = Object.fromEntries(Object.entries(item.annotations).filter(([other]) => other !== key));
    return { ...item, annotations: value === undefined ? annotations : { ...annotations, [key]: value } };
  };
const spec =
  (value: (old: unknown) => unknown) =>
  <T extends { readonly spec: unknown }>(item: T): T => ({ ...item, spec: value(item.spec) });
const managed = { 'app.kubernetes.io/managed-by': 'tenantry' };
const role = (namespace: string, name: string, verbs: readonly string[], resources: readonly string[]): Plant =>
  add('roles', { ...liveMetadata(name), namespace, rules: [{ apiGroups: [''], resources, verbs }] });
const clusterRole = (name: string, verbs: readonly string[], resources: readonly string[], labels = {}): Plant =>
  add('clusterroles', {
    ...liveMetadata(name, labels),
    rules: [{ apiGroups: [''], resources, verbs }],
    isAggregated: false,
  });
const terminating = (name: string, labels = {}): Plant =>
  add('namespaces', {
    ...liveNamespace(name, labels),
    phase: 'Terminating',
    deletedAt: takenAt,
    finalizers: ['example.com/keep'],
    conditions: [
      { type: 'NamespaceContentRemaining', status: 'True', message: 'Some resources are remaining: widgets' },
      { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', message: 'all is discovered' },
    ],
  });
const die: Plant = change('namespaces', 'ruby-ci', (one) => ({ ...one, phase: 'Terminating', deletedAt: takenAt }));
const limitsOf = (cpu: string) => ({
  max: { cpu },
  default: { cpu, memory: '1Gi' },
  defaultRequest: { cpu, memory: '1Gi' },
});

const debuggerRole = customClusterRole(
  { name: 'ruby' },
  {
    name: 'debugger',
    rules: [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] }],
  },
);
const admins = 'tenantry:group:solar-leads:admin';
const policy = 'managed-objects.tenantry.dev';

/** What is planted on the first cluster, unless another is named, and the one thing that is found. */
const table: readonly (readonly [what: string, plant: Plant, found: string, cluster?: string])[] = [
  [
    'a cluster admin by hand',
    bindCluster('ClusterRole/cluster-admin', user('user:tom')),
    'more: user tom has cluster-admin on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue',
  ],
  [
    'a cluster admin whom nobody knows',
    bindCluster('ClusterRole/cluster-admin', user('mallory')),
    'more: user mallory, whom Git does not name, has cluster-admin on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue',
  ],
  [
    'a group with members, cluster-wide',
    bindCluster('ClusterRole/view', group('solar-sre')),
    'more: group solar-sre (sue, sam) has view on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue',
  ],
  [
    'everybody as cluster admin',
    bindCluster('ClusterRole/cluster-admin', group('system:authenticated')),
    'more: group system:authenticated (everybody who has signed in) has cluster-admin on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue',
  ],
  [
    'anonymous people, cluster-wide',
    bindCluster('ClusterRole/view', user('system:anonymous')),
    'more: user system:anonymous (anybody at all) has view on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue',
  ],
  [
    "a tenant's service account, cluster-wide",
    bindCluster('ClusterRole/cluster-admin', account('ruby-prod', 'default')),
    'more: service account ruby-prod/default, which Git does not name, has cluster-admin on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue',
  ],
  [
    "a tenant's service account by its user name",
    bindCluster('ClusterRole/edit', user('system:serviceaccount:ruby-prod:default')),
    'more: service account ruby-prod/default, which Git does not name, has edit on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue',
  ],
  [
    "all service accounts of a tenant's namespace, cluster-wide",
    bindCluster('ClusterRole/view', group('system:serviceaccounts:ruby-prod')),
    'more: group system:serviceaccounts:ruby-prod (all service accounts of ruby-prod) has view on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue',
  ],
  [
    'the group of kubeadm with another role',
    bindCluster('ClusterRole/secret-reader', group('kubeadm:cluster-admins')),
    'more: group kubeadm:cluster-admins, which Git does not name, has ClusterRole secret-reader on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue; ClusterRole secret-reader is not there: it allows nothing until somebody makes it',
  ],
  [
    'a role that nobody knows, cluster-wide',
    together(clusterRole('reader', ['get', 'list'], ['secrets']), bindCluster('ClusterRole/reader', user('user:tom'))),
    'more: user tom has ClusterRole reader on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue; ClusterRole reader holds secrets: reaches the passwords and tokens of the namespace; ClusterRole reader allows get secrets, list secrets',
  ],
  [
    'one more subject in a binding of ours',
    change(
      'clusterrolebindings',
      'tenantry:group:cluster-admins:cluster-admin',
      subjects(group('cluster-admins'), user('user:tom')),
    ),
    'more: user tom has cluster-admin on the whole cluster, and Git gives nothing there; by ClusterRoleBinding tenantry:group:cluster-admins:cluster-admin',
  ],
  [
    "one more account beside Argo CD's",
    change('clusterrolebindings', 'tenantry:argo-cd', (b) => ({
      ...b,
      subjects: [...b.subjects, account('kube-system', 'evil')],
    })),
    'more: service account kube-system/evil, which Git does not name, has tenantry:argo-cd on the whole cluster, and Git gives nothing there; by ClusterRoleBinding tenantry:argo-cd',
  ],
  [
    "Argo CD's account without its binding",
    drop('clusterrolebindings', 'tenantry:argo-cd'),
    'less: service account argocd/argocd-application-controller lacks tenantry:argo-cd on the whole cluster, which Git gives; would be by ClusterRoleBinding tenantry:argo-cd',
  ],
  [
    'cluster admins without their binding',
    drop('clusterrolebindings', 'tenantry:group:cluster-admins:cluster-admin'),
    'less: group cluster-admins (alice) lacks cluster-admin on the whole cluster, which Git gives; would be by ClusterRoleBinding tenantry:group:cluster-admins:cluster-admin',
  ],
  [
    'an outsider in a namespace',
    bind('ruby-prod', 'ClusterRole/view', user('mallory')),
    'more: user mallory, whom Git does not name, has view in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod',
  ],
  [
    'a service account of another namespace',
    bind('ruby-prod', 'ClusterRole/edit', account('kube-system', 'evil')),
    'more: service account kube-system/evil, which Git does not name, has edit in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod',
  ],
  [
    "a service account of the tenant's other namespace",
    bind('ruby-prod', 'ClusterRole/edit', account('ruby-ci', 'default')),
    'more: service account ruby-ci/default, which Git does not name, has edit in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod',
  ],
  [
    'all service accounts of another namespace',
    bind('ruby-prod', 'ClusterRole/edit', group('system:serviceaccounts:ruby-ci')),
    'more: group system:serviceaccounts:ruby-ci (all service accounts of ruby-ci) has edit in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod',
  ],
  [
    'everybody in a namespace',
    bind('ruby-prod', 'ClusterRole/view', group('system:authenticated')),
    'more: group system:authenticated (everybody who has signed in) has view in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod',
  ],
  [
    'all service accounts in a namespace',
    bind('ruby-prod', 'ClusterRole/view', group('system:serviceaccounts')),
    'more: group system:serviceaccounts (all service accounts of the cluster) has view in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod',
  ],
  [
    'a group that nobody declared',
    bind('ruby-prod', 'ClusterRole/view', group('strangers')),
    'more: group strangers, which Git does not name, has view in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod',
  ],
  [
    'a reserved group in a namespace',
    bind('ruby-prod', 'ClusterRole/view', group('cluster-scope')),
    'more: group cluster-scope has view in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod',
  ],
  [
    'a role that no admin can give',
    bind('ruby-prod', 'ClusterRole/cluster-admin', user('user:uma')),
    'more: user user:uma, whom Git does not name, has cluster-admin in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod',
  ],
  [
    'a ClusterRole beyond admin',
    together(clusterRole('node-boss', ['*'], ['nodes']), bind('ruby-prod', 'ClusterRole/node-boss', user('user:uma'))),
    'more: user user:uma, whom Git does not name, has ClusterRole node-boss in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod; ClusterRole node-boss holds *: reaches all verbs, those of tomorrow too; ClusterRole node-boss holds nodes: reaches nodes, and so what runs on them; ClusterRole node-boss allows * nodes',
  ],
  [
    'a Role beyond admin',
    together(role('ruby-prod', 'boss', ['*'], ['*']), bind('ruby-prod', 'Role/boss', user('user:uma'))),
    'more: user user:uma, whom Git does not name, has Role boss in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod; Role boss holds *: reaches all verbs, those of tomorrow too; Role boss allows * *',
  ],
  [
    'a Role that escalates',
    together(role('ruby-prod', 'boss', ['escalate'], ['pods']), bind('ruby-prod', 'Role/boss', user('user:uma'))),
    'more: user user:uma, whom Git does not name, has Role boss in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod; Role boss holds escalate: writes roles that hold more than its holder has; Role boss allows escalate pods',
  ],
  [
    'an outsider by a Role with secrets',
    together(role('ruby-prod', 'peek', ['get'], ['secrets']), bind('ruby-prod', 'Role/peek', user('mallory'))),
    'more: user mallory, whom Git does not name, has Role peek in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod; Role peek holds secrets: reaches the passwords and tokens of the namespace; Role peek allows get secrets',
  ],
  [
    'an outsider by a Role that is not there',
    bind('ruby-prod', 'Role/ghost', user('mallory')),
    'more: user mallory, whom Git does not name, has Role ghost in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod; Role ghost is not there: it allows nothing until somebody makes it',
  ],
  [
    'an outsider by a ClusterRole that is not there',
    bind('ruby-prod', 'ClusterRole/ghost', user('mallory')),
    'more: user mallory, whom Git does not name, has ClusterRole ghost in ruby-prod, and Git gives nothing there; by RoleBinding rogue in ruby-prod; ClusterRole ghost is not there: it allows nothing until somebody makes it',
  ],
  [
    "another tenant's role",
    bind('solar-prod', 'ClusterRole/' + debuggerRole, user('mallory')),
    'more: user mallory, whom Git does not name, has ClusterRole tenantry:ruby.debugger.5ab8d42761 in solar-prod, and Git gives nothing there; by RoleBinding rogue in solar-prod; ClusterRole tenantry:ruby.debugger.5ab8d42761 allows get pods, get pods/log, list pods, list pods/log',
  ],
  [
    "a binding in the platform's name",
    add('rolebindings', liveBinding('tenantry:user:uma:view', 'ClusterRole/view', [user('user:uma')], 'ruby-prod')),
    'more: user user:uma, whom Git does not name, has view in ruby-prod, and Git gives nothing there; by RoleBinding tenantry:user:uma:view in ruby-prod',
  ],
  [
    "a binding with the platform's label",
    add('rolebindings', {
      ...liveBinding('mine', 'ClusterRole/view', [user('user:uma')], 'ruby-prod'),
      labels: managed,
    }),
    'more: user user:uma, whom Git does not name, has view in ruby-prod, and Git gives nothing there; by RoleBinding mine in ruby-prod',
  ],
  [
    'somebody in a retained namespace',
    bind('old-data', 'ClusterRole/view', group('audit')),
    'more: group audit has view in old-data, and Git gives nothing there; by RoleBinding rogue in old-data',
  ],
  [
    'people in kube-system',
    bind('kube-system', 'ClusterRole/admin', user('user:tom')),
    'more: user tom has admin in kube-system, and Git gives nothing there; by RoleBinding rogue in kube-system',
  ],
  [
    "a tenant's account in kube-system",
    bind('kube-system', 'ClusterRole/admin', account('ruby-prod', 'robot')),
    'more: service account ruby-prod/robot has admin in kube-system, and Git gives nothing there; by RoleBinding rogue in kube-system',
  ],
  [
    "one more of the platform's in a foreign namespace",
    add('rolebindings', liveBinding('tenantry:user:uma:admin', 'ClusterRole/admin', [user('user:uma')], 'monitoring')),
    'more: user user:uma, whom Git does not name, has admin in monitoring, and Git gives nothing there; by RoleBinding tenantry:user:uma:admin in monitoring',
  ],
  [
    'view in place of admin',
    change('rolebindings', `ruby-prod/${admins}`, (b) => ({ ...b, role: { kind: 'ClusterRole', name: 'view' } })),
    'other: group solar-leads has view in ruby-prod where Git says admin: weaker; by RoleBinding tenantry:group:solar-leads:admin in ruby-prod',
  ],
  [
    'admin in place of view',
    change('rolebindings', 'solar-prod/tenantry:group:audit:view', (b) => ({
      ...b,
      role: { kind: 'ClusterRole', name: 'admin' },
    })),
    'other: group audit has admin in solar-prod where Git says view: stronger; by RoleBinding tenantry:group:audit:view in solar-prod',
  ],
  [
    'admin beside edit, of an account',
    bind('ruby-prod', 'ClusterRole/admin', account('ruby-ci', 'deployer')),
    'other: service account ruby-ci/deployer has admin in ruby-prod where Git says edit: stronger; by RoleBinding rogue in ruby-prod',
  ],
  [
    'a Role in place of a custom role',
    together(
      role('ruby-prod', 'own', ['get'], ['pods']),
      change('rolebindings', `ruby-prod/tenantry:group:audit:${debuggerRole.slice('tenantry:'.length)}`, (b) => ({
        ...b,
        role: { kind: 'Role', name: 'own' },
      })),
    ),
    'other: group audit has Role own in ruby-prod where Git says debugger: weaker; by RoleBinding tenantry:group:audit:ruby.debugger.5ab8d42761 in ruby-prod; Role own allows get pods',
  ],
  [
    'another Role in place of a custom role',
    together(
      role('ruby-prod', 'own', ['get'], ['secrets']),
      change('rolebindings', `ruby-prod/tenantry:group:audit:${debuggerRole.slice('tenantry:'.length)}`, (b) => ({
        ...b,
        role: { kind: 'Role', name: 'own' },
      })),
    ),
    'other: group audit has Role own in ruby-prod where Git says debugger: neither stronger nor weaker; by RoleBinding tenantry:group:audit:ruby.debugger.5ab8d42761 in ruby-prod; Role own holds secrets: reaches the passwords and tokens of the namespace; Role own allows get secrets',
  ],
  [
    'edit of an existing role in its place',
    change('rolebindings', 'ruby-prod/tenantry:group:green-leads:metrics-viewer', (b) => ({
      ...b,
      role: { kind: 'ClusterRole', name: 'edit' },
    })),
    'other: group green-leads has edit in ruby-prod where Git says metrics-viewer: stronger; by RoleBinding tenantry:group:green-leads:metrics-viewer in ruby-prod',
  ],
  [
    'a group without its binding',
    drop('rolebindings', 'solar-prod/tenantry:group:solar-sre:edit'),
    'less: group solar-sre (sue, sam) lacks edit in solar-prod, which Git gives; would be by RoleBinding tenantry:group:solar-sre:edit in solar-prod',
  ],
  [
    'a user without his binding',
    drop('rolebindings', 'ruby-prod/tenantry:user:rita:admin'),
    'less: user rita lacks admin in ruby-prod, which Git gives; would be by RoleBinding tenantry:user:rita:admin in ruby-prod',
  ],
  [
    "a user's weaker binding alone",
    drop('rolebindings', 'ruby-prod/tenantry:user:tom:edit'),
    'other: user tom has view in ruby-prod where Git says edit: weaker; by RoleBinding tenantry:user:tom:view in ruby-prod, RoleBinding tenantry:user:tom:edit in ruby-prod',
  ],
  [
    'an account without its binding',
    drop('rolebindings', 'ruby-prod/tenantry:serviceaccount:ruby-ci~2Fdeployer:edit'),
    'less: service account ruby-ci/deployer lacks edit in ruby-prod, which Git gives; would be by RoleBinding tenantry:serviceaccount:ruby-ci~2Fdeployer:edit in ruby-prod',
  ],
  [
    "the namespace's own account without its binding",
    drop('rolebindings', 'ruby-prod/tenantry:serviceaccount:ruby-prod~2Frobot:view'),
    'less: service account ruby-prod/robot lacks view in ruby-prod, which Git gives; would be by RoleBinding tenantry:serviceaccount:ruby-prod~2Frobot:view in ruby-prod',
  ],
  [
    'a group without its custom role',
    drop('rolebindings', `ruby-prod/tenantry:group:audit:${debuggerRole.slice('tenantry:'.length)}`),
    'less: group audit lacks debugger in ruby-prod, which Git gives; would be by RoleBinding tenantry:group:audit:ruby.debugger.5ab8d42761 in ruby-prod',
  ],
  [
    'a group in a foreign namespace without its binding',
    drop('rolebindings', 'monitoring/tenantry:group:audit:view'),
    'less: group audit lacks view in monitoring, which Git gives; would be by RoleBinding tenantry:group:audit:view in monitoring',
  ],
  [
    "the group namespace's group without its binding",
    drop('rolebindings', 'sandbox/tenantry:group:sandbox:admin'),
    'less: group sandbox (nobody) lacks admin in sandbox, which Git gives; would be by RoleBinding tenantry:group:sandbox:admin in sandbox',
  ],
  [
    'a binding without its subjects',
    change('rolebindings', 'solar-prod/tenantry:group:solar-sre:edit', subjects()),
    'less: group solar-sre (sue, sam) lacks edit in solar-prod, which Git gives; would be by RoleBinding tenantry:group:solar-sre:edit in solar-prod',
  ],
  [
    'a binding that adds nothing is not there',
    drop('rolebindings', 'ruby-prod/tenantry:user:tom:view'),
    'missing: RoleBinding tenantry:user:tom:view in ruby-prod is not there',
  ],
  [
    'ours is not there where somebody else gives as much',
    together(
      drop('rolebindings', 'monitoring/tenantry:group:audit:view'),
      bind('monitoring', 'ClusterRole/edit', group('audit')),
    ),
    'missing: RoleBinding tenantry:group:audit:view in monitoring is not there',
  ],
  [
    "ours is not there where the namespace's admin gives as much",
    together(
      drop('rolebindings', 'ruby-prod/tenantry:user:tom:edit'),
      bind('ruby-prod', 'ClusterRole/edit', user('user:tom')),
    ),
    'missing: RoleBinding tenantry:user:tom:edit in ruby-prod is not there',
  ],
  [
    "with the prefixes of a cluster's own identity provider: a rogue",
    bind('amber-prod', 'ClusterRole/view', user('user:tom')),
    'more: user user:tom, whom Git does not name, has view in amber-prod, and Git gives nothing there; by RoleBinding rogue in amber-prod',
    'owncluster02',
  ],
  [
    'with these prefixes: a declared user has more',
    bindCluster('ClusterRole/edit', user('idp:tom')),
    'more: user tom has edit on the whole cluster, and Git gives nothing there; by ClusterRoleBinding rogue',
    'owncluster02',
  ],
  [
    'with these prefixes: a group lacks its access',
    drop('rolebindings', 'amber-prod/tenantry:group:solar-sre:admin'),
    'less: group solar-sre (sue, sam) lacks admin in amber-prod, which Git gives; would be by RoleBinding tenantry:group:solar-sre:admin in amber-prod',
    'owncluster02',
  ],
  [
    'with these prefixes: the admin by his name',
    change('clusterrolebindings', 'tenantry:group:cluster-admins:cluster-admin', subjects()),
    'less: user alice lacks cluster-admin on the whole cluster, which Git gives; would be by ClusterRoleBinding tenantry:group:cluster-admins:cluster-admin',
    'owncluster02',
  ],
  [
    'a namespace',
    together(drop('namespaces', 'ruby-ci'), (o) => ({
      ...o,
      rolebindings: (o.rolebindings ?? []).filter((b) => b.namespace !== 'ruby-ci'),
      networkpolicies: (o.networkpolicies ?? []).filter((b) => b.namespace !== 'ruby-ci'),
    })),
    'missing: Namespace ruby-ci is not there, and so 1 object and 2 bindings in it cannot be',
  ],
  [
    'a namespace that others declare',
    together(drop('namespaces', 'monitoring'), drop('rolebindings', 'monitoring/tenantry:group:audit:view')),
    'missing: Namespace monitoring is not there, and so 1 binding in it cannot be',
  ],
  [
    'a retained namespace',
    drop('namespaces', 'old-data'),
    'missing: Namespace old-data is not there, and so 1 object in it cannot be',
  ],
  [
    'a quota',
    drop('resourcequotas', 'ruby-prod/tenantry'),
    'missing: ResourceQuota tenantry in ruby-prod is not there',
  ],
  ['limits', drop('limitranges', 'ruby-prod/tenantry'), 'missing: LimitRange tenantry in ruby-prod is not there'],
  [
    'a network policy',
    drop('networkpolicies', 'ruby-prod/tenantry'),
    'missing: NetworkPolicy tenantry in ruby-prod is not there',
  ],
  [
    'the ClusterRole of a custom role',
    drop('clusterroles', debuggerRole),
    'missing: ClusterRole tenantry:ruby.debugger.5ab8d42761 is not there: 1 binding of it gives nothing',
  ],
  [
    'an existing ClusterRole',
    drop('clusterroles', 'metrics-viewer'),
    'missing: ClusterRole metrics-viewer is not there: 1 binding of it gives nothing',
  ],
  [
    'the ClusterRole cluster-scope',
    drop('clusterroles', 'cluster-scope'),
    'missing: ClusterRole cluster-scope is not there: 1 binding of it gives nothing',
  ],
  [
    'a policy',
    drop('validatingadmissionpolicies', policy),
    'unprotected: ValidatingAdmissionPolicy managed-objects.tenantry.dev is not there: what it forbids is let through',
  ],
  [
    "a policy's binding",
    drop('validatingadmissionpolicybindings', policy),
    'unprotected: ValidatingAdmissionPolicyBinding managed-objects.tenantry.dev is not there: what it forbids is let through',
  ],
  [
    'a policy that fails open',
    change(
      'validatingadmissionpolicies',
      policy,
      spec((old) => ({ ...Object(old), failurePolicy: 'Ignore' })),
    ),
    'unprotected: ValidatingAdmissionPolicy managed-objects.tenantry.dev is not as Git says: what it forbids may be let through; spec.failurePolicy: Ignore, where Git says Fail',
  ],
  [
    'a policy without validations',
    change(
      'validatingadmissionpolicies',
      'token-requests.tenantry.dev',
      spec((old) => ({ ...Object(old), validations: [] })),
    ),
    'unprotected: ValidatingAdmissionPolicy token-requests.tenantry.dev is not as Git says: what it forbids may be let through; spec.validations: not there, where Git says [{"expression":"variables.breakGlass || variables.nodes || object.?spec.?expirationSeconds.orValue(3600) <= 3600","message":"a token asked for lives 3600 seconds at most: ask for a shorter one, and again when it ends","reason":"Forbidden"}]',
  ],
  [
    'a binding that only warns',
    change(
      'validatingadmissionpolicybindings',
      policy,
      spec((old) => ({ ...Object(old), validationActions: ['Warn'] })),
    ),
    'unprotected: ValidatingAdmissionPolicyBinding managed-objects.tenantry.dev is not as Git says: what it forbids may be let through; spec.validationActions[0]: Warn, where Git says Deny',
  ],
  [
    'a binding that matches less',
    change(
      'validatingadmissionpolicybindings',
      policy,
      spec((old) => ({ ...Object(old), matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } } })),
    ),
    'unprotected: ValidatingAdmissionPolicyBinding managed-objects.tenantry.dev is not as Git says: what it forbids may be let through; spec.matchResources: {"namespaceSelector":{"matchLabels":{"a":"b"}}}, where Git says nothing',
  ],
  [
    'a quota with more',
    change('resourcequotas', 'ruby-prod/tenantry', (q) => ({
      ...spec(() => ({ hard: { 'requests.cpu': '3', 'requests.memory': '2Gi', pods: '1k' } }))(q),
      otherManagers: [{ manager: 'kubectl-edit', fields: ['spec.hard.requests.cpu'] }],
    })),
    'altered: ResourceQuota tenantry in ruby-prod is not as Git says; spec.hard.requests.cpu: 3, where Git says 1500m (kept by kubectl-edit)',
  ],
  [
    'a quota without a key',
    change(
      'resourcequotas',
      'ruby-prod/tenantry',
      spec(() => ({ hard: { 'requests.cpu': '1500m', pods: '1k' } })),
    ),
    'altered: ResourceQuota tenantry in ruby-prod is not as Git says; spec.hard.requests.memory: not there, where Git says 2Gi',
  ],
  [
    'other limits',
    change(
      'limitranges',
      'ruby-prod/tenantry',
      spec(() => ({ limits: [{ type: 'Container', ...limitsOf('4') }] })),
    ),
    'altered: LimitRange tenantry in ruby-prod is not as Git says; spec.limits[0].default.cpu: 4, where Git says 2; spec.limits[0].defaultRequest.cpu: 4, where Git says 100m; spec.limits[0].defaultRequest.memory: 1Gi, where Git says 128Mi; spec.limits[0].max.cpu: 4, where Git says 2',
  ],
  [
    'a network policy that lets all in',
    change(
      'networkpolicies',
      'ruby-prod/tenantry',
      spec(() => ({ podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] })),
    ),
    'altered: NetworkPolicy tenantry in ruby-prod is not as Git says; spec.ingress[0].from: not there, where Git says [{"namespaceSelector":{"matchLabels":{"tenantry.dev/tenant":"ruby"}}}]',
  ],
  [
    'a network policy with another selector',
    change(
      'networkpolicies',
      'ruby-prod/tenantry',
      spec((old) => ({ ...Object(old), podSelector: { matchLabels: { a: 'b' } } })),
    ),
    'altered: NetworkPolicy tenantry in ruby-prod is not as Git says; spec.podSelector.matchLabels: {"a":"b"}, where Git says nothing',
  ],
  [
    'a custom role with more',
    change('clusterroles', debuggerRole, (r) => ({
      ...r,
      rules: [...r.rules, { apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
    })),
    'altered: ClusterRole tenantry:ruby.debugger.5ab8d42761 is not as Git says; rules: get secrets, where Git says nothing',
  ],
  [
    'a custom role with less',
    change('clusterroles', debuggerRole, (r) => ({
      ...r,
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'get'] }],
    })),
    'altered: ClusterRole tenantry:ruby.debugger.5ab8d42761 is not as Git says; rules: not there, where Git says get pods/log, list pods/log',
  ],
  [
    'cluster-scope with paths',
    change('clusterroles', 'cluster-scope', (r) => ({
      ...r,
      rules: [...r.rules, { nonResourceURLs: ['/metrics'], verbs: ['get'] }],
    })),
    'altered: ClusterRole cluster-scope is not as Git says; rules: get /metrics, where Git says nothing',
  ],
  [
    "a binding without the platform's label",
    change('rolebindings', `ruby-prod/${admins}`, label('app.kubernetes.io/managed-by')),
    'altered: RoleBinding tenantry:group:solar-leads:admin in ruby-prod is not as Git says; metadata.labels.app.kubernetes.io/managed-by: not there, where Git says tenantry',
  ],
  [
    'another Pod Security Standard',
    change('namespaces', 'ruby-prod', label('pod-security.kubernetes.io/enforce', 'privileged')),
    'altered: Namespace ruby-prod is not as Git says; metadata.labels.pod-security.kubernetes.io/enforce: privileged, where Git says baseline',
  ],
  [
    'a Pod Security label of no rendering',
    change('namespaces', 'ruby-prod', label('pod-security.kubernetes.io/audit', 'privileged')),
    'altered: Namespace ruby-prod is not as Git says; metadata.labels.pod-security.kubernetes.io/audit: privileged, where Git says nothing',
  ],
  [
    'a label of the platform that is not rendered',
    change('namespaces', 'ruby-prod', label('tenantry.dev/new', 'x')),
    'altered: Namespace ruby-prod is not as Git says; metadata.labels.tenantry.dev/new: x, where Git says nothing',
  ],
  [
    'a label of the tenant',
    change('namespaces', 'ruby-prod', label('team', 'blue')),
    'altered: Namespace ruby-prod is not as Git says; metadata.labels.team: blue, where Git says red',
  ],
  [
    'no longer cordoned',
    change('namespaces', 'icy-one', label('tenantry.dev/cordoned', 'false')),
    'altered: Namespace icy-one is not as Git says; metadata.labels.tenantry.dev/cordoned: false, where Git says true',
  ],
  [
    'an annotation of Argo CD',
    change('namespaces', 'ruby-prod', annotate('argocd.argoproj.io/sync-options')),
    'altered: Namespace ruby-prod is not as Git says; metadata.annotations.argocd.argoproj.io/sync-options: not there, where Git says Prune=false,Delete=false',
  ],
  [
    'a list of what is allowed',
    change('namespaces', 'solar-strict', annotate('tenantry.dev/allowed-registries', 'evil.example.com')),
    'altered: Namespace solar-strict is not as Git says; metadata.annotations.tenantry.dev/allowed-registries: evil.example.com, where Git says registry.example.com/solar/,registry.example.com/base/',
  ],
  [
    "another tenant's label",
    change('namespaces', 'ruby-prod', label('tenantry.dev/tenant', 'green')),
    'relabelled: Namespace ruby-prod is labelled as if it were not whose Git says: policies go by that; metadata.labels.tenantry.dev/tenant: green, where Git says ruby',
  ],
  [
    "no label of the platform's namespaces",
    change('namespaces', 'ruby-prod', label('tenantry.dev/namespace-kind')),
    'relabelled: Namespace ruby-prod is labelled as if it were not whose Git says: policies go by that; metadata.labels.tenantry.dev/namespace-kind: not there, where Git says Tenant',
  ],
  [
    'a binding that gives nothing',
    add('rolebindings', liveBinding('tenantry:user:uma:view', 'ClusterRole/view', [], 'ruby-prod')),
    "left-behind: RoleBinding tenantry:user:uma:view in ruby-prod is tenantry's, and Git no longer has it",
  ],
  [
    'a quota of ours in a namespace without',
    add('resourcequotas', { ...liveMetadata('tenantry', managed), namespace: 'green-prod', spec: { hard: {} } }),
    "left-behind: ResourceQuota tenantry in green-prod is tenantry's, and Git no longer has it",
  ],
  [
    'a network policy by its label alone',
    add('networkpolicies', { ...liveMetadata('old', managed), namespace: 'green-prod', spec: {} }),
    "left-behind: NetworkPolicy old in green-prod is tenantry's, and Git no longer has it",
  ],
  [
    'a Role of an older version',
    add('roles', { ...liveMetadata('tenantry:debugger'), namespace: 'ruby-prod', rules: [] }),
    "left-behind: Role tenantry:debugger in ruby-prod is tenantry's, and Git no longer has it",
  ],
  [
    'a ClusterRole of an older version',
    clusterRole('tenantry:ruby.debugger.0123456789', ['get'], ['pods'], managed),
    "left-behind: ClusterRole tenantry:ruby.debugger.0123456789 is tenantry's, and Git no longer has it",
  ],
  [
    'a policy of an older version',
    add('validatingadmissionpolicies', { ...liveMetadata('old.tenantry.dev', managed), spec: {} }),
    "left-behind: ValidatingAdmissionPolicy old.tenantry.dev is tenantry's, and Git no longer has it",
  ],
  [
    "a cluster's binding of ours that gives nothing",
    add('clusterrolebindings', { ...liveBinding('tenantry:old', 'ClusterRole/view', []), labels: managed }),
    "left-behind: ClusterRoleBinding tenantry:old is tenantry's, and Git no longer has it",
  ],
  [
    "a namespace in a tenant's prefix",
    add('namespaces', liveNamespace('solar-extra')),
    'undeclared: Namespace solar-extra is declared nowhere, and its name is one of tenant solar',
  ],
  [
    'in the prefix of the longer name',
    add('namespaces', liveNamespace('solar-lab-extra')),
    'undeclared: Namespace solar-lab-extra is declared nowhere, and its name is one of tenant solar-lab',
  ],
  [
    'a namespace with our labels',
    add('namespaces', liveNamespace('once', { 'tenantry.dev/tenant': 'solar', ...managed })),
    "undeclared: Namespace once is declared nowhere: it has tenantry's labels, and is kept because it may hold data",
  ],
  [
    "a tenant's namespace that is kept",
    add('namespaces', liveNamespace('solar-old', managed)),
    "undeclared: Namespace solar-old is declared nowhere, and its name is one of tenant solar: it has tenantry's labels, and is kept because it may hold data",
  ],
  [
    'a declared namespace that is being deleted',
    together(die, drop('rolebindings', 'ruby-ci/tenantry:user:rita:admin')),
    'stuck: Namespace ruby-ci is being deleted since 2026-01-15T08:00:00Z and still there, and Git declares it',
  ],
  [
    'one that was declared once',
    terminating('solar-gone', managed),
    'stuck: Namespace solar-gone is being deleted since 2026-01-15T08:00:00Z and still there; finalizers: example.com/keep; condition NamespaceContentRemaining: Some resources are remaining: widgets',
  ],
  [
    "one in a tenant's prefix",
    terminating('solar-lab-x'),
    'stuck: Namespace solar-lab-x is being deleted since 2026-01-15T08:00:00Z and still there; finalizers: example.com/keep; condition NamespaceContentRemaining: Some resources are remaining: widgets',
  ],
];

/** What is there and no difference. */
const harmless: readonly (readonly [what: string, plant: Plant, cluster?: string])[] = [
  [
    'a system subject, cluster-wide',
    bindCluster('ClusterRole/cluster-admin', group('system:masters'), user('system:kube-controller-manager')),
  ],
  ['everybody by a role of Kubernetes', bindCluster('ClusterRole/system:discovery', group('system:unauthenticated'))],
  ['an operator, cluster-wide', bindCluster('ClusterRole/cluster-admin', account('kube-system', 'operator'))],
  [
    'an account of kube-system in another namespace that nobody declared',
    bind('kube-public', 'ClusterRole/admin', account('kube-system', 'x')),
  ],
  [
    "the namespace's own accounts",
    bind('ruby-prod', 'ClusterRole/admin', account('ruby-prod', 'default'), group('system:serviceaccounts:ruby-prod')),
  ],
  [
    'an own account without its namespace',
    bind('ruby-prod', 'ClusterRole/admin', { kind: 'ServiceAccount', name: 'default' }),
  ],
  ['a user whom an admin may invite', bind('ruby-prod', 'ClusterRole/admin', user('user:uma'))],
  ['a declared group, invited', bind('ruby-prod', 'ClusterRole/edit', group('icy-leads'))],
  [
    'an invited user by a Role within admin',
    together(role('ruby-prod', 'own', ['get'], ['secrets']), bind('ruby-prod', 'Role/own', user('user:uma'))),
  ],
  ['an account that tenants may bind', bind('ruby-prod', 'ClusterRole/edit', account('kube-system', 'monitor'))],
  [
    'whatever others bind in a foreign namespace',
    bind('monitoring', 'ClusterRole/admin', user('mallory'), group('system:authenticated')),
  ],
  ['the same again by another binding', bind('ruby-prod', 'ClusterRole/edit', account('ruby-ci', 'deployer'))],
  ['less than Git gives beside it', bind('ruby-prod', 'ClusterRole/view', account('ruby-ci', 'deployer'))],
  [
    'a Role within what Git gives',
    together(
      role('ruby-prod', 'own', ['get'], ['pods']),
      bind('ruby-prod', 'Role/own', account('ruby-ci', 'deployer')),
    ),
  ],
  [
    'a service account as the user that it is',
    change(
      'rolebindings',
      'ruby-prod/tenantry:serviceaccount:ruby-ci~2Fdeployer:edit',
      subjects(user('system:serviceaccount:ruby-ci:deployer')),
    ),
  ],
  ['a namespace of nobody', add('namespaces', liveNamespace('someone'))],
  ['one of the platform that begins like a tenant', add('namespaces', liveNamespace('kube-solar'))],
  ['nobody else being deleted', terminating('someone')],
  [
    'labels and annotations of others',
    together(
      change('namespaces', 'ruby-prod', label('example.com/x', 'y')),
      change('namespaces', 'ruby-prod', annotate('example.com/x', 'y')),
    ),
  ],
  [
    'the word of a cluster admin that a namespace is taken over',
    change('namespaces', 'ruby-prod', annotate('tenantry.dev/allow-adopt', 'ruby')),
  ],
  [
    'a quota in other words',
    change(
      'resourcequotas',
      'ruby-prod/tenantry',
      spec(() => ({ hard: { 'requests.cpu': '1.5', 'requests.memory': '2048Mi', pods: '1000' } })),
    ),
  ],
  [
    "a tenant's own quota",
    add('resourcequotas', { ...liveMetadata('mine'), namespace: 'ruby-prod', spec: { hard: { pods: '1' } } }),
  ],
  [
    'the rules of a role in another order',
    change('clusterroles', debuggerRole, (r) => ({
      ...r,
      rules: [
        { apiGroups: [''], resources: ['pods/log'], verbs: ['list', 'get'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
      ],
    })),
  ],
  [
    'what comes and goes in an own namespace',
    add('networkpolicies', { ...liveMetadata('web'), namespace: 'ruby-prod', spec: {} }),
  ],
  [
    "with its own identity provider's prefixes: a declared group, invited",
    bind('amber-prod', 'ClusterRole/view', group('idp-audit'), user('idp:whoever')),
    'owncluster02',
  ],
];

/** Where something is planted, unless it says another cluster. */
const first = 'prodcluster01';

const plants = table.map(([what, plant, found, cluster = first]) => ({ what, plant, found, cluster }));
const harmlessPlants = harmless.map(([what, plant, cluster = first]) => ({ what, plant, cluster }));

describe('what is planted', () => {
  it.each(plants)('is found, and nothing else: $what', ({ plant, found, cluster }) => {
    const drift = driftIn(inSync, planted(inSync.snapshot, cluster, plant));
    expect(findingsOf(drift).map(said)).toEqual([found]);
    expect(drift.clusters.map((one) => [one.cluster, one.inStep])).toEqual(
      ['owncluster02', 'prodcluster01'].map((name) => [name, name !== cluster]),
    );
  });

  it.each(harmlessPlants)('is no finding where it is no difference: $what', ({ plant, cluster }) => {
    const drift = driftIn(inSync, planted(inSync.snapshot, cluster, plant));
    expect(findingsOf(drift).map(said)).toEqual([]);
    expect(drift.clusters.map(({ inStep }) => inStep)).toEqual([true, true]);
  });
});
