import type { AllowList } from '../../settings/isolation.ts';
import { isolation } from '../../settings/isolation.ts';
import { keysOf } from '../../settings/setting.ts';
import { celString } from '../cel.ts';
import { callers } from './callers.ts';
import type { Policy, PolicyContext, Variable } from './policy.ts';
import { metadataOf, mostRounds, ourNamespaces } from './policy.ts';

/** How the policies hold a list: each must say, or nothing would. */
interface Held {
  readonly policy: 'pods' | 'storage' | 'ingresses';
  /** What it lists, for people. */
  readonly what: string;
  /** CEL for a list of the names that it does not allow. */
  readonly found: string;
}

const held: Readonly<Record<AllowList, Held>> = {
  registries: {
    policy: 'pods',
    what: 'image',
    found:
      'variables.tooMany ? [] : variables.images.filter(i, !(i in variables.oldImages) && !variables.registries.exists(r, i.startsWith(r)))',
  },
  storageClasses: { policy: 'storage', what: 'StorageClass', found: wrongClasses('storageClasses') },
  ingressClasses: { policy: 'ingresses', what: 'IngressClass', found: wrongClasses('ingressClasses') },
  runtimeClasses: {
    policy: 'pods',
    what: 'RuntimeClass',
    found: wrongOfNewPods('runtimeClassName', 'runtimeClasses'),
  },
  priorityClasses: {
    policy: 'pods',
    what: 'PriorityClass',
    found: wrongOfNewPods('priorityClassName', 'priorityClasses'),
  },
};

const allowLists = keysOf(held);

/**
 * What may be used, where it is set (S69): registries, storage, ingress, runtime and priority classes.
 *
 * Of what exists already, only changes are judged: a list that was narrowed later must not keep controllers from
 * taking a finalizer away, nor people from resizing a claim.
 */
export function classesPolicies(context: PolicyContext): Policy[] {
  return [podsPolicy(context), storagePolicy(context), ingressesPolicy(context)];
}

/** How many containers and volumes of a pod are looked at, and how often one of them is compared with a registry. */
const mostWithImages = mostRounds / 2;
const mostComparisons = 100 * mostWithImages;

function podsPolicy(context: PolicyContext): Policy {
  const listOf = (object: 'object' | 'oldObject', field: string): string => `${object}.spec.?${field}.orValue([])`;
  const containers = ['containers', 'initContainers', 'ephemeralContainers'];
  // A volume can be an image as well, since 1.31.
  const withImages = [...containers, ...(context.minor >= 31 ? ['volumes'] : [])];
  const images = (object: 'object' | 'oldObject'): string =>
    withImages
      .map((field) => {
        const list = listOf(object, field);
        return field === 'volumes'
          ? `${list}.filter(v, has(v.image)).map(v, v.image.reference)`
          : `${list}.map(c, c.image)`;
      })
      .join(' +\n');
  const refused = refusals('pods');
  return {
    name: 'pods',
    purpose: "Images come from the tenant's registries, and pods name the classes that the tenant may use.",
    match: [
      {
        apiGroups: [''],
        apiVersions: ['v1'],
        resources: ['pods', 'pods/ephemeralcontainers'],
        operations: ['CREATE', 'UPDATE'],
      },
    ],
    namespaces: ourNamespaces(context),
    variables: [
      ...lists(context, 'pods'),
      {
        name: 'systemPriority',
        expression: "request.operation == 'CREATE' && object.spec.?priorityClassName.orValue('').startsWith('system-')",
      },
      // Only where there is such a namespace: a policy that nobody needs to look at stays as it is.
      ...(context.observes
        ? [
            {
              name: 'observed',
              expression: `namespaceObject.metadata.?labels.orValue({})[?${celString(context.key.enforcement)}].orValue('') == 'Observe'`,
            },
          ]
        : []),
      {
        name: 'sameImages',
        expression: `oldObject != null && ${withImages.map((field) => `${listOf('object', field)} == ${listOf('oldObject', field)}`).join(' && ')}`,
      },
      {
        name: 'mayHaveImages',
        expression: withImages.map((field) => `${listOf('object', field)}.size()`).join(' + '),
      },
      {
        name: 'tooMany',
        expression: `variables.registriesLimited && !variables.sameImages && (variables.mayHaveImages > ${mostWithImages} || variables.mayHaveImages * variables.registries.size() > ${mostComparisons})`,
      },
      { name: 'images', expression: `variables.sameImages ? [] :\n${images('object')}` },
      { name: 'oldImages', expression: `oldObject == null ? [] :\n${images('oldObject')}` },
      ...refused.variables,
    ],
    validations: [
      {
        expression: '!variables.tooMany',
        message: `where isolation.registries in the tenant's file limits images, a pod has at most ${mostWithImages} ${context.minor >= 31 ? 'containers and volumes' : 'containers'}, and fewer with more than ${mostComparisons / mostWithImages} registries: make several pods`,
      },
      ...refused.validations,
      {
        // Where a list is set, it decides; without one, those that Kubernetes keeps for itself are not for tenants.
        expression: `!variables.systemPriority || variables.priorityClassesLimited || variables.breakGlass${context.observes ? ' || variables.observed' : ''}`,
        message:
          'a PriorityClass of system-* pushes out the pods of others: the admins can grant it, as priorityClasses, in organization.yaml',
      },
    ],
  };
}

function storagePolicy(context: PolicyContext): Policy {
  const refused = refusals('storage');
  return {
    name: 'storage',
    purpose: 'Claims name a StorageClass that the tenant may use.',
    match: [
      {
        apiGroups: [''],
        apiVersions: ['v1'],
        resources: ['persistentvolumeclaims'],
        operations: ['CREATE', 'UPDATE'],
      },
    ],
    namespaces: ourNamespaces(context),
    variables: [
      ...lists(context, 'storage'),
      ...classNames('storageClassName', 'volume.beta.kubernetes.io/storage-class'),
      ...refused.variables,
    ],
    validations: refused.validations,
  };
}

function ingressesPolicy(context: PolicyContext): Policy {
  const refused = refusals('ingresses');
  return {
    name: 'ingresses',
    purpose: 'Ingresses name an IngressClass that the tenant may use.',
    match: [
      {
        apiGroups: ['networking.k8s.io'],
        apiVersions: ['v1'],
        // An Ingress' annotations can be changed by its status as well.
        resources: ['ingresses', 'ingresses/status'],
        operations: ['CREATE', 'UPDATE'],
      },
    ],
    namespaces: ourNamespaces(context),
    variables: [
      ...lists(context, 'ingresses'),
      ...classNames('ingressClassName', 'kubernetes.io/ingress.class'),
      ...refused.variables,
    ],
    validations: refused.validations,
  };
}

/** A variable for each list with what it allows, and one for whether it is there at all. */
function lists(context: PolicyContext, policy: Held['policy']): Variable[] {
  const annotation = (list: AllowList): string =>
    celString(`${context.organization.labelDomain}/${isolation[list].annotation}`);
  return [
    callers(context).breakGlass,
    { name: 'annotations', expression: 'namespaceObject.metadata.?annotations.orValue({})' },
    ...heldBy(policy).flatMap((list) => [
      { name: `${list}Limited`, expression: `!variables.breakGlass && ${annotation(list)} in variables.annotations` },
      {
        name: list,
        expression: `variables.annotations[?${annotation(list)}].orValue('').split(',').filter(a, a != '')`,
      },
    ]),
  ];
}

/**
 * The classes that an object names. By a field, and by the annotation from before there was one: what provides the
 * class may obey either, so both must be right. An object that names none would get whatever somebody chooses for it.
 */
function classNames(field: string, annotation: string): Variable[] {
  const named = (object: 'object' | 'oldObject'): string => {
    const annotations = metadataOf(object, 'annotations');
    return [
      `(has(${object}.spec.${field}) ? [${object}.spec.${field}] : []) +`,
      `(${celString(annotation)} in ${annotations} ? [${annotations}[${celString(annotation)}]] : [])`,
    ].join('\n');
  };
  return [
    { name: 'named', expression: named('object') },
    { name: 'oldNamed', expression: `oldObject == null ? [] :\n${named('oldObject')}` },
  ];
}

function wrongClasses(list: AllowList): string {
  return `oldObject != null && variables.named == variables.oldNamed ? [] : (variables.named.size() == 0 ? [''] : variables.named).filter(c, !(c in variables.${list}))`;
}

/** A pod's classes cannot change; the default priority class is filled in before the policy sees the pod. */
function wrongOfNewPods(field: string, list: AllowList): string {
  return `request.operation != 'CREATE' ? [] : [object.spec.?${field}.orValue('')].filter(c, c != '' && !(c in variables.${list}))`;
}

function heldBy(policy: Held['policy']): AllowList[] {
  return allowLists.filter((list) => held[list].policy === policy);
}

/** What is refused where a list is set. */
function refusals(policy: Held['policy']): Pick<Policy, 'variables' | 'validations'> {
  return {
    variables: heldBy(policy).map((list) => ({
      name: `${list}Refused`,
      expression: `!variables.${list}Limited ? [] :\n${held[list].found}`,
    })),
    validations: heldBy(policy).map((list) => {
      const { what } = held[list];
      const hint = list === 'registries' ? 'begin it with ' : 'name ';
      const remedy = `, or have isolation.${list} changed in the tenant's file`;
      return {
        expression: `variables.${list}Refused.size() == 0`,
        message: `this ${what} is not allowed here: see isolation.${list} in the tenant's file`,
        messageExpression: `${celString(`the ${what} `)} + variables.${list}Refused.map(r, '"' + r + '"').join(', ') + ' is not allowed in ' + request.namespace + (variables.${list}.size() == 0 ? ': none is' : ${celString(`: ${hint}`)} + variables.${list}.join(' or ')) + ${celString(remedy)}`,
      };
    }),
  };
}
