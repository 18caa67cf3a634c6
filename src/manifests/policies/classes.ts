import type { ResolvedIsolation } from '../../config/model/desired-state.ts';
import { celString } from '../cel.ts';
import { callers } from './callers.ts';
import type { Policy, PolicyContext, Variable } from './policy.ts';
import { metadataOf, ourNamespaces } from './policy.ts';

const allowLists = ['registries', 'storageClasses', 'ingressClasses', 'runtimeClasses', 'priorityClasses'] as const;

/** A setting that policies read from the Namespace. */
type AllowList = (typeof allowLists)[number];

const annotationNames: Readonly<Record<AllowList, string>> = {
  registries: 'allowed-registries',
  storageClasses: 'allowed-storage-classes',
  ingressClasses: 'allowed-ingress-classes',
  runtimeClasses: 'allowed-runtime-classes',
  priorityClasses: 'allowed-priority-classes',
};

/**
 * The annotations by which a Namespace says what is allowed in it. On the Namespace itself, because each may say
 * something else, and the policy on Namespaces keeps everyone but the platform from changing it. An empty one allows
 * nothing; without it, anything goes.
 */
export function allowListAnnotations(domain: string, isolation: ResolvedIsolation): Record<string, string> {
  return Object.fromEntries(
    allowLists.flatMap((list) => {
      const allowed = isolation[list];
      return allowed ? [[`${domain}/${annotationNames[list]}`, allowed.value.join(',')]] : [];
    }),
  );
}

/**
 * What may be used, where it is set (S69): registries, storage, ingress, runtime and priority classes.
 *
 * Of what exists already, only changes are judged: a list that was narrowed later must not keep controllers from
 * taking a finalizer away, nor people from resizing a claim.
 */
export function classesPolicies(context: PolicyContext): Policy[] {
  return [podsPolicy(context), storagePolicy(context), ingressesPolicy(context)];
}

function podsPolicy(context: PolicyContext): Policy {
  const images = (object: 'object' | 'oldObject'): string =>
    [
      ...['containers', 'initContainers', 'ephemeralContainers'].map(
        (field) => `${object}.spec.?${field}.orValue([]).map(c, c.image)`,
      ),
      // A volume can be an image as well, since 1.31.
      ...(context.minor >= 31
        ? [`${object}.spec.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.reference)`]
        : []),
    ].join(' +\n');
  /** A pod's classes cannot change; the default priority class is filled in before the policy sees the pod. */
  const named = (field: string, list: AllowList): string =>
    `request.operation != 'CREATE' ? [] : [object.spec.?${field}.orValue('')].filter(c, c != '' && !(c in variables.${list}))`;
  const refused = refusals([
    {
      list: 'registries',
      what: 'image',
      found:
        'variables.images.filter(i, !(i in variables.oldImages) && !variables.registries.exists(r, i.startsWith(r)))',
    },
    { list: 'runtimeClasses', what: 'RuntimeClass', found: named('runtimeClassName', 'runtimeClasses') },
    { list: 'priorityClasses', what: 'PriorityClass', found: named('priorityClassName', 'priorityClasses') },
  ]);
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
      ...lists(context, ['registries', 'runtimeClasses', 'priorityClasses']),
      { name: 'images', expression: images('object') },
      { name: 'oldImages', expression: `oldObject == null ? [] :\n${images('oldObject')}` },
      ...refused.variables,
    ],
    validations: refused.validations,
  };
}

function storagePolicy(context: PolicyContext): Policy {
  const refused = refusals([{ list: 'storageClasses', what: 'StorageClass', found: wrongClasses('storageClasses') }]);
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
      ...lists(context, ['storageClasses']),
      ...classNames('storageClassName', 'volume.beta.kubernetes.io/storage-class'),
      ...refused.variables,
    ],
    validations: refused.validations,
  };
}

function ingressesPolicy(context: PolicyContext): Policy {
  const refused = refusals([{ list: 'ingressClasses', what: 'IngressClass', found: wrongClasses('ingressClasses') }]);
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
      ...lists(context, ['ingressClasses']),
      ...classNames('ingressClassName', 'kubernetes.io/ingress.class'),
      ...refused.variables,
    ],
    validations: refused.validations,
  };
}

/** A variable for each list with what it allows, and one for whether it is there at all. */
function lists(context: PolicyContext, names: readonly AllowList[]): Variable[] {
  const annotation = (list: AllowList): string =>
    celString(`${context.organization.labelDomain}/${annotationNames[list]}`);
  return [
    callers(context).breakGlass,
    { name: 'annotations', expression: 'namespaceObject.metadata.?annotations.orValue({})' },
    ...names.flatMap((list) => [
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

interface Refusal {
  readonly list: AllowList;
  /** What it lists, for people. */
  readonly what: string;
  /** CEL for a list of the names that it does not allow. */
  readonly found: string;
}

/** What is refused where a list is set. */
function refusals(items: readonly Refusal[]): Pick<Policy, 'variables' | 'validations'> {
  return {
    variables: items.map(({ list, found }) => ({
      name: `${list}Refused`,
      expression: `!variables.${list}Limited ? [] :\n${found}`,
    })),
    validations: items.map(({ list, what }) => {
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
