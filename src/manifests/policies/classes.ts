import type { ResolvedIsolation } from '../../config/landscape.ts';
import type { Policy, PolicyContext } from './policy.ts';
import { cel } from './policy.ts';

/** The settings that policies read from the Namespace. */
export type AllowList = 'registries' | 'storageClasses' | 'ingressClasses' | 'runtimeClasses' | 'priorityClasses';

const annotationNames: Readonly<Record<AllowList, string>> = {
  registries: 'allowed-registries',
  storageClasses: 'allowed-storage-classes',
  ingressClasses: 'allowed-ingress-classes',
  runtimeClasses: 'allowed-runtime-classes',
  priorityClasses: 'allowed-priority-classes',
};

const allowLists: readonly AllowList[] = [
  'registries',
  'storageClasses',
  'ingressClasses',
  'runtimeClasses',
  'priorityClasses',
];

/**
 * The annotations by which a Namespace says what is allowed in it. On the Namespace itself rather than in parameters:
 * each may say something else, an annotation cannot be missing while its namespace is there, and the policy on
 * Namespaces keeps everyone but the platform from changing it.
 */
export function allowListAnnotations(domain: string, isolation: ResolvedIsolation): Record<string, string> {
  return Object.fromEntries(
    allowLists.flatMap((list) => {
      const allowed = isolation[list];
      return allowed ? [[`${domain}/${annotationNames[list]}`, allowed.value.join(',')]] : [];
    }),
  );
}

/** What tenants may use, where it is set (S69): registries, storage, ingress, runtime and priority classes. */
export function classesPolicies({ organization, key, minor }: PolicyContext): Policy[] {
  const annotation = (list: AllowList): string => cel(`${organization.labelDomain}/${annotationNames[list]}`);
  const inTenants = { matchExpressions: [{ key: key.tenant, operator: 'Exists' as const }] };
  /** CEL that holds where the list is not set, or where `test` holds of `allowed`. */
  const where = (list: AllowList, test: (allowed: string) => string): string =>
    `!(${annotation(list)} in variables.annotations) || ${test(`variables.annotations[${annotation(list)}].split(',')`)}`;
  const annotations = {
    name: 'annotations',
    expression: 'namespaceObject.metadata.?annotations.orValue({})',
  };
  const images = [
    'object.spec.containers.map(c, c.image)',
    'object.spec.?initContainers.orValue([]).map(c, c.image)',
    'object.spec.?ephemeralContainers.orValue([]).map(c, c.image)',
    // A volume can be an image as well, since 1.31.
    ...(minor >= 31
      ? ["object.spec.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.?reference.orValue(''))"]
      : []),
  ].join(' + ');
  const named = (list: AllowList, field: string): string =>
    where(list, (allowed) => `object.spec.?${field}.orValue('') == '' || object.spec.${field} in ${allowed}`);
  return [
    {
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
      namespaces: inTenants,
      variables: [annotations, { name: 'images', expression: images }],
      validations: [
        {
          expression: where(
            'registries',
            (allowed) => `variables.images.all(i, ${allowed}.exists(r, i.startsWith(r)))`,
          ),
          message: "an image comes from a registry that the tenant's isolation.registries does not list",
          messageExpression: `'images must begin with one of: ' + variables.annotations[${annotation('registries')}]`,
        },
        {
          expression: named('runtimeClasses', 'runtimeClassName'),
          message: "the tenant's isolation.runtimeClasses does not list this RuntimeClass",
        },
        {
          expression: named('priorityClasses', 'priorityClassName'),
          message: "the tenant's isolation.priorityClasses does not list this PriorityClass",
        },
      ],
    },
    {
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
      namespaces: inTenants,
      variables: [annotations],
      validations: [
        {
          expression: where('storageClasses', (allowed) => `object.spec.?storageClassName.orValue('') in ${allowed}`),
          message: "the claim names no StorageClass that the tenant's isolation.storageClasses lists",
        },
      ],
    },
    {
      name: 'ingresses',
      purpose: 'Ingresses name an IngressClass that the tenant may use.',
      match: [
        {
          apiGroups: ['networking.k8s.io'],
          apiVersions: ['v1'],
          resources: ['ingresses'],
          operations: ['CREATE', 'UPDATE'],
        },
      ],
      namespaces: inTenants,
      variables: [annotations],
      validations: [
        {
          // The annotation is how classes were named before 1.18; controllers still obey it.
          expression: where(
            'ingressClasses',
            (allowed) =>
              `(object.spec.?ingressClassName.orValue(object.metadata.?annotations[?'kubernetes.io/ingress.class'].orValue('')) in ${allowed} && object.metadata.?annotations[?'kubernetes.io/ingress.class'].orValue(object.spec.?ingressClassName.orValue('')) in ${allowed})`,
          ),
          message: "the Ingress names no IngressClass that the tenant's isolation.ingressClasses lists",
        },
      ],
    },
  ];
}
