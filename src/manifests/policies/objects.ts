import { isOwnAuthentication, namesOn, rbacName } from '../../access/names-on.ts';
import { reservedGroups } from '../../config/model/desired-state.ts';
import { oncePer } from '../../values/once.ts';
import { compareCodeUnits, groupedBy, sortedBy } from '../../values/order.ts';
import { celList, celString } from '../cel.ts';
import type { Kind } from '../kinds.ts';
import { guardedResources, kinds, renderedKinds } from '../kinds.ts';
import { managedBy } from '../labels.ts';
import { callers, trustedUserNames, whoPasses } from './callers.ts';
import type { CelSet, Policy, PolicyContext, ResourceRule, Validation, Variable } from './policy.ts';
import {
  celSet,
  hasLabel,
  listVariable,
  managed,
  metadataOf,
  mostComparisons,
  mostRounds,
  objectName,
  ourNamespaces,
  repositoryOf,
} from './policy.ts';

/** What the policy guards: the kinds that are declared so, a rule for each API group. */
const guarded: readonly ResourceRule[] = Array.from(
  groupedBy(
    renderedKinds.filter(({ guard }) => guard === 'managed-objects'),
    ({ group }) => group,
  ),
  ([group, of]) => ({
    apiGroups: [group],
    apiVersions: ['*'],
    resources: of.flatMap(guardedResources),
    operations: ['CREATE', 'UPDATE', 'DELETE'],
  }),
);

/** Only the platform writes what it owns in a namespace, judged by what the object was and what it would be (S10). */
export function managedObjectsPolicy(context: PolicyContext): Policy {
  const { key } = context;
  const { writer, breakGlass, kubernetes } = callers(context);
  const { foreign, organization } = context;
  const repository = repositoryOf(organization);
  const unadopted = `nobody is given anything in it until a cluster admin annotates it with ${key.allowAdopt}=<tenant>${foreign.length === 0 ? '' : ', or, where others declare it, the share stands under foreignNamespaces'}`;
  return {
    name: 'managed-objects',
    purpose: 'RoleBindings, Roles, quotas, limits and network policies of the platform are written by nobody else.',
    match: guarded,
    conditions: [
      {
        // By its name too: who had a binding of that name first, with another role, would keep Argo CD from applying ours.
        name: 'managed',
        expression: `${hasLabel(key.managedBy, managedBy)} || [${objectName.expression}].exists(n, n == ${celString(managedBy)} || n.startsWith(${celString(`${managedBy}:`)}))`,
      },
    ],
    variables: [
      writer,
      breakGlass,
      kubernetes,
      objectName,
      { name: 'source', expression: sourceOf(context) },
      ...(foreign.length === 0 ? [] : [...listVariable('foreignBindings', foreignLines(context)), declaredByOthers]),
    ],
    validations: [
      {
        // Kubernetes deletes what is in a namespace with it, and finishes what Argo CD deletes in the foreground.
        expression: 'variables.writer || variables.breakGlass || variables.kubernetes',
        message: `objects with the label ${key.managedBy}=${managedBy}, or a name that begins with ${managedBy}:, are the platform's: change what they come from in ${repository}`,
        messageExpression: `variables.name + ${celString(` is the platform's, by its name or the label ${key.managedBy}=${managedBy}: change `)} + variables.source + ${celString(` in ${repository}; to do it by hand all the same, act as ${whoPasses(context)}`)}`,
      },
      {
        // Argo CD goes on to what is in a namespace where the Namespace itself was refused to it.
        expression: `request.operation == 'DELETE' || !variables.writer || namespaceObject == null || ${celString(key.kind)} in namespaceObject.metadata.?labels.orValue({})${foreign.length === 0 ? '' : ' || variables.declaredByOthers'}`,
        message: `the namespace is not the platform's: ${unadopted}`,
        messageExpression: `'the namespace ' + request.namespace + ${celString(` is not the platform's: ${unadopted}`)}`,
      },
    ],
  };
}

/** CEL for what in Git an object comes from, by the namespace that it is in: only a tenant's has a tenant's file. */
function sourceOf({ key, cluster }: PolicyContext): string {
  const label = (name: string): string =>
    `namespaceObject.metadata.?labels.orValue({})[?${celString(name)}].orValue('')`;
  return [
    "namespaceObject == null ? 'organization.yaml or the file of a cluster or tenant' :",
    `${label(key.tenant)} != '' ? 'the share, quota or role in the file of the tenant ' + ${label(key.tenant)} :`,
    celString(`the file of the cluster ${cluster.name}`),
  ].join('\n');
}

/**
 * Namespaces that others declare have none of our labels, and need none: what may be given in them is written out here, each
 * binding by its namespace, role and subject. So whoever else deploys by Argo CD gives nothing else in them.
 */
const declaredByOthers: Variable = {
  name: 'declaredByOthers',
  expression: [
    `request.resource.resource == ${celString(kinds.RoleBinding.resource)} &&`,
    `object.roleRef.kind == ${celString('ClusterRole' satisfies Kind)} &&`,
    'object.?subjects.orValue([]).size() == 1 &&',
    `object.subjects.all(s, request.namespace + ' ' + object.roleRef.name + ' ' + s.kind + ' ' + s.?namespace.orValue('') + ' ' + s.name in variables.foreignBindings)`,
  ].join('\n'),
};

/** The same texts as the policy puts together. No part but the last, the subject's name, may hold a space. */
function foreignLines({ foreign, cluster }: PolicyContext): string[] {
  const lines = foreign.map(({ namespace, clusterRole, subject }) =>
    [
      namespace,
      clusterRole,
      subject.kind,
      subject.kind === 'ServiceAccount' ? subject.namespace : '',
      rbacName(cluster, subject),
    ].join(' '),
  );
  return lines.sort(compareCodeUnits);
}

/** What a namespace's admin may bind by himself: nobody from outside of what the organization knows. */
export function selfServiceBindingsPolicy(context: PolicyContext): Policy {
  const { writer, breakGlass } = callers(context);
  const { purpose, variables, allowed, ...texts } = selfService(context);
  const subjects = (object: 'object' | 'oldObject'): string =>
    `${object} == null ? [] : ${object}.?subjects.orValue([])`;
  return {
    name: 'self-service-bindings',
    purpose,
    match: [
      {
        apiGroups: [kinds.RoleBinding.group],
        apiVersions: ['*'],
        resources: [kinds.RoleBinding.resource],
        operations: ['CREATE', 'UPDATE'],
      },
    ],
    namespaces: ourNamespaces(context),
    conditions: [{ name: 'subjects-change', expression: `(${subjects('object')}) != (${subjects('oldObject')})` }],
    variables: [
      writer,
      breakGlass,
      managed(context),
      ...variables,
      { name: 'subjects', expression: subjects('object') },
      { name: 'oldSubjects', expression: subjects('oldObject') },
      { name: 'judged', expression: '!variables.breakGlass && !(variables.writer && variables.managed)' },
      {
        // One that is longer already can be shortened.
        name: 'tooMany',
        expression: `variables.judged && variables.subjects.size() > ${mostRounds} && (variables.subjects.size() >= variables.oldSubjects.size() || variables.subjects.size() > ${10 * mostRounds})`,
      },
      {
        name: 'outsiders',
        expression: `!variables.judged || variables.tooMany ? [] :\nvariables.subjects.filter(s, !(${allowed}))`,
      },
      {
        // Those that it had already are left alone: else nobody could take one of them away. Unless it has so many that
        // to look each up takes long.
        name: 'refused',
        expression: `variables.outsiders.size() * variables.oldSubjects.size() > ${mostComparisons} ? variables.outsiders : variables.outsiders.filter(s, !(s in variables.oldSubjects))`,
      },
    ],
    validations: [
      {
        expression: '!variables.tooMany',
        message: `a RoleBinding made in the cluster has at most ${mostRounds} subjects: bind a group, or make several; one that has more already can be shortened or deleted`,
      },
      { expression: 'variables.refused.size() == 0', ...texts },
    ],
  };
}

/** One setting of `selfServiceBindings`. */
interface SelfService extends Pick<Validation, 'message' | 'messageExpression'>, Pick<Policy, 'purpose' | 'variables'> {
  /** CEL for whether the subject `s` may be bound. */
  readonly allowed: string;
}

/** The groups of an organization as a set: the same in all clusters that name them without a prefix, and long. */
const declaredGroups = oncePer((organization: PolicyContext['organization']) => groupSet(organization, ''));

function groupSet({ groups }: PolicyContext['organization'], prefix: string): CelSet {
  return celSet(
    'groups',
    sortedBy(groups, (g) => g.name).map((g) => `${prefix}${g.name}`),
  );
}

function selfService({ organization, cluster }: PolicyContext): SelfService {
  const setting = organization.policies.selfServiceBindings.value;
  if (setting === 'Forbidden') {
    return {
      purpose: 'Access is given in Git alone: people make no RoleBindings themselves.',
      variables: [],
      allowed: 'false',
      message: "access is not given by RoleBindings made in the cluster: add a share to the tenant's file",
    };
  }
  const declared = setting === 'Declared';
  const prefixes = namesOn(cluster);
  // Without a prefix of its own, a user may still not have the name of one of Kubernetes itself.
  const users = [
    ...(prefixes.user === '' ? [] : [`s.name.startsWith(${celString(prefixes.user)})`]),
    ...(isOwnAuthentication(cluster) ? [`!s.name.startsWith('system:')`] : []),
  ].join(' && ');
  const those = `users (${prefixes.user}<name>), groups ${declared ? 'of the organization' : 'that are not reserved'}, and service accounts of the namespace`;
  const remedy =
    "for others, service accounts of the tenant's other namespaces among them, add a share to the tenant's file (sharedWith)";
  const refused = `variables.refused.map(s, s.kind + ' ' + (s.kind == 'ServiceAccount' ? s.namespace + '/' : '') + s.name).join(', ')`;
  const groups = !declared
    ? undefined
    : prefixes.group === ''
      ? declaredGroups(organization)
      : groupSet(organization, prefixes.group);
  const group = [
    `!s.name.startsWith('system:')`,
    `!(s.name in ${celList(reservedGroups)})`,
    ...(groups ? [groups.has('s.name')] : []),
  ];
  return {
    purpose: `RoleBindings that people make themselves name ${those}.`,
    variables: groups?.variables ?? [],
    allowed: [
      `s.kind == 'User' ? ${users}`,
      // All accounts of the namespace by Kubernetes' name for them: each of them may be bound by itself as well.
      `s.kind == 'Group' ? s.name == 'system:serviceaccounts:' + request.namespace || (${group.join(' && ')})`,
      // Nobody gains anything from inviting an operator that the cluster trusts anyway.
      `s.namespace == request.namespace || 'system:serviceaccount:' + s.namespace + ':' + s.name in ${celList(trustedUserNames(cluster, 'BoundByTenants'))}`,
    ].join(' : '),
    message: `a RoleBinding made in the cluster may name ${those}: ${remedy}`,
    messageExpression: `'a RoleBinding made in the cluster may not name ' + ${refused} + ${celString(`, but ${those}: ${remedy}`)}`,
  };
}

/** No long-lived credentials in tenants' namespaces (S27). */
export function tokenSecretsPolicy(context: PolicyContext): Policy {
  const { breakGlass } = callers(context);
  const account = (object: 'object' | 'oldObject'): string =>
    `${metadataOf(object, 'annotations')}[?'kubernetes.io/service-account.name'].orValue('')`;
  return {
    name: 'token-secrets',
    purpose: 'No Secrets with service account tokens, which never expire.',
    match: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['secrets'], operations: ['CREATE', 'UPDATE'] }],
    namespaces: ourNamespaces(context),
    conditions: [
      { name: 'holds-a-token', expression: `object.?type.orValue('') == 'kubernetes.io/service-account-token'` },
    ],
    variables: [breakGlass],
    validations: [
      {
        // One that is there already may be labelled and cleaned up, but not turned to another service account.
        expression: `variables.breakGlass || (oldObject != null && ${account('object')} == ${account('oldObject')})`,
        message:
          'Secrets of type kubernetes.io/service-account-token hold a token that never expires: mount a projected token, or ask for one with kubectl create token',
      },
    ],
  };
}

/** The longest life of a service account's token that people ask for, in seconds. */
const longestToken = 3600;

/** No service account tokens that outlive the need for them (S27). */
export function tokenRequestsPolicy(context: PolicyContext): Policy {
  const { breakGlass, nodes } = callers(context);
  return {
    name: 'token-requests',
    purpose: 'Service account tokens that people ask for live an hour at most; those of pods live as long as the pod.',
    match: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['serviceaccounts/token'], operations: ['CREATE'] }],
    namespaces: ourNamespaces(context),
    variables: [breakGlass, nodes],
    validations: [
      {
        expression: `variables.breakGlass || variables.nodes || object.?spec.?expirationSeconds.orValue(${longestToken}) <= ${longestToken}`,
        message: `a token asked for lives ${longestToken} seconds at most: ask for a shorter one, and again when it ends`,
      },
    ],
  };
}
