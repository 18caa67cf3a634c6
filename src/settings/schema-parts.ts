import { Type } from '@sinclair/typebox';
import type { Static, TObject, TSchema } from '@sinclair/typebox';
import { dnsLabel } from '../kubernetes/names.ts';

/** What the schemas of the three kinds of files are made of. */

/** A Kubernetes quantity (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/), not negative. */
export const quantityPattern = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$';

export const strict = { additionalProperties: false } as const;

export const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);

export const oneOf = <const T extends readonly string[]>(
  values: T,
  options: { description: string; default?: T[number] },
) => Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });

/**
 * An object that must have exactly one of `keys`. One object schema with a `oneOf` on presence, rather than a union of
 * objects: of a union, a validator can only say that nothing matched.
 */
export const exactlyOneOf = <T extends TObject, K extends keyof Static<T> & string>(schema: T, keys: readonly K[]) =>
  Type.Unsafe<ExactlyOne<Static<T>, K>>({ ...schema, oneOf: keys.map((key) => ({ required: [key] })) });

/** `T` with exactly one of the keys `K`. */
type ExactlyOne<T, K extends keyof T> = {
  [P in K]-?: Omit<T, K> & Required<Pick<T, P>> & Partial<Record<Exclude<K, P>, undefined>>;
}[K];

export const name = (description: string) =>
  Type.String({ description, minLength: 1, maxLength: 63, pattern: dnsLabel });

/** Subject names are the identity provider's, not ours: nearly anything is a name. Rules judge the rest. */
export const subjectName = (description: string) => Type.String({ description, minLength: 1, maxLength: 253 });

export const date = (description: string) =>
  Type.String({ description, pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', examples: ['2026-12-31'] });

export const quantity = (description: string, examples: string[]) =>
  Type.String({ description, pattern: quantityPattern, examples });

export const count = (description: string, minimum = 0) => Type.Integer({ description, minimum, maximum: 2 ** 31 - 1 });

export const labels = (description: string) =>
  Type.Record(Type.String({ minLength: 1, maxLength: 317 }), Type.String({ maxLength: 63 }), {
    // The pattern that stands for any key does not match a line break: a value under such a key would go unchecked.
    ...strict,
    description,
  });

export const classNames = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { description });

export const Quota = Type.Object(
  {
    cpu: optional(quantity('Sum of all CPU requests: `requests.cpu`.', ['20', '500m'])),
    memory: optional(quantity('Sum of all memory requests: `requests.memory`.', ['64Gi'])),
    storage: optional(quantity('Sum of all storage requests: `requests.storage`.', ['1Ti'])),
    pods: optional(count('Number of pods that are not finished: `pods`.')),
    persistentVolumeClaims: optional(count('Number of claims: `persistentvolumeclaims`.')),
    loadBalancers: optional(count('Number of Services of type LoadBalancer: `services.loadbalancers`.')),
    nodePorts: optional(count('Number of node ports: `services.nodeports`.')),
    hard: optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 317 }), Type.String({ pattern: quantityPattern }), {
        ...strict,
        description: 'Any other key of a ResourceQuota, as Kubernetes writes it: `limits.memory`, `count/jobs.batch`.',
      }),
    ),
  },
  { ...strict, description: 'Upper limits, rendered as a ResourceQuota.' },
);

export const Resources = Type.Object(
  { cpu: optional(quantity('CPU.', ['100m'])), memory: optional(quantity('Memory.', ['128Mi'])) },
  strict,
);

export const ContainerLimits = Type.Object(
  {
    defaultRequest: optional(Resources),
    default: optional(Resources),
    max: optional(Resources),
  },
  {
    ...strict,
    description:
      'What a container gets that asks for nothing, and the most it may ask for: rendered as a LimitRange. A namespace with a quota on CPU or memory refuses pods without requests, so such a namespace always gets a `defaultRequest` (100m, 128Mi unless set).',
  },
);

export const Isolation = Type.Object(
  {
    network: optional(
      oneOf(['None', 'SameNamespace', 'SameTenant'], {
        description:
          'Who may connect to the pods: anyone (`None`), pods of the same namespace, or pods of all namespaces of the tenant. Rendered as NetworkPolicies on ingress.',
        default: 'SameNamespace',
      }),
    ),
    podSecurity: optional(
      oneOf(['privileged', 'baseline', 'restricted'], {
        description: 'The Pod Security Standard that the namespace enforces, by its labels.',
        default: 'baseline',
      }),
    ),
    nodeSelector: optional(
      labels(
        'Nodes that pods may run on: the annotation `scheduler.alpha.kubernetes.io/node-selector`, for the PodNodeSelector admission plugin.',
      ),
    ),
    registries: optional(
      Type.Array(Type.String({ minLength: 2, maxLength: 253, pattern: '^[a-z0-9][a-z0-9.:/_-]*/$' }), {
        description: 'Prefixes that every container image must have one of; each ends in `/`.',
        examples: [['registry.example.com/solar/']],
      }),
    ),
    storageClasses: optional(classNames('StorageClasses that claims may name.')),
    ingressClasses: optional(classNames('IngressClasses that Ingresses may name.')),
    runtimeClasses: optional(classNames('RuntimeClasses that pods may name.')),
    priorityClasses: optional(classNames('PriorityClasses that pods may name.')),
  },
  { ...strict, description: 'What keeps tenants apart. The nearest setting wins: namespace, tenant, organization.' },
);

export const role = Type.String({
  description:
    'A role: `admin`, `edit` or `view`, with the meaning that Kubernetes gives them, or a custom role of the tenant.',
  minLength: 1,
  maxLength: 63,
  pattern: dnsLabel,
  examples: ['admin', 'edit', 'view'],
});

export const until = optional(date('Last day (UTC) on which the share holds.'));

export const Share = exactlyOneOf(
  Type.Object(
    {
      group: optional(subjectName('A group of the organization.')),
      user: optional(subjectName('A user name, without the `user:` of tokens.')),
      role,
      until,
    },
    { ...strict, description: 'A group or a user, with one role.' },
  ),
  ['group', 'user'],
);

export const Owner = Type.Object(
  {
    kind: oneOf(['User', 'Group', 'ServiceAccount'], { description: 'What kind of subject owns the tenant.' }),
    name: subjectName('Its name. A user is named without the `user:` of tokens.'),
    namespace: optional(name('The namespace of a service account.')),
  },
  { ...strict, description: 'A subject with full control over all namespaces of the tenant.' },
);

export const PolicyRule = Type.Object(
  {
    apiGroups: Type.Array(Type.String({ maxLength: 253 }), {
      minItems: 1,
      description: "API groups; `''` is the core group.",
    }),
    resources: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
      minItems: 1,
      description: 'Resources, as RBAC writes them.',
    }),
    verbs: Type.Array(Type.String({ minLength: 1, maxLength: 63 }), {
      minItems: 1,
      description: 'Verbs, as RBAC writes them.',
    }),
    resourceNames: optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { minItems: 1, description: 'Only these objects.' }),
    ),
  },
  { ...strict, description: 'One rule of an RBAC Role.' },
);

export const CustomRole = Type.Object(
  { name: name('The name that shares use. Not admin, edit or view.'), rules: Type.Array(PolicyRule, { minItems: 1 }) },
  { ...strict, description: 'A named set of rules, rendered as a Role in each namespace of the tenant.' },
);

export const Allocation = Type.Object(
  {
    name: name('The name that namespaces refer to, and the value of their allocation label.'),
    budget: Type.Object(
      {
        amount: Type.String({
          description: 'A decimal number, in quotes.',
          pattern: '^[0-9]+(\\.[0-9]+)?$',
          maxLength: 30,
          examples: ['120000'],
        }),
        currency: Type.String({ description: 'ISO 4217 code.', pattern: '^[A-Z]{3}$', examples: ['USD'] }),
        period: oneOf(['Month', 'Quarter', 'Year', 'Once'], { description: 'How often the amount is available anew.' }),
      },
      strict,
    ),
    start: optional(date('First day (UTC) of the allocation.')),
    end: optional(date('Last day (UTC) of the allocation.')),
  },
  { ...strict, description: "A named budget that a namespace's usage is attributed to." },
);

export const clusterNames = Type.Array(Type.String({ minLength: 1, maxLength: 63 }), {
  description: 'Names of clusters.',
});

export const Namespace = exactlyOneOf(
  Type.Object(
    {
      name: optional(name("The namespace's identifier: the namespace is `<tenant>-<identifier>`.")),
      fullName: optional(
        name('The whole name of a namespace without the prefix, where the organization makes the prefix optional.'),
      ),
      inherits: optional(
        Type.String({
          description: 'The identifier of a namespace of this tenant whose settings and shares also hold here.',
          minLength: 1,
          maxLength: 63,
        }),
      ),
      clusters: optional(clusterNames),
      sharedWith: optional(
        Type.Array(Share, { description: 'Who has which role, beside owners, defaults and what is inherited.' }),
      ),
      allocation: optional(Type.String({ description: 'An allocation of the tenant.', minLength: 1, maxLength: 63 })),
      quota: optional(Quota),
      containerLimits: optional(ContainerLimits),
      isolation: optional(Isolation),
      labels: optional(labels('Labels for the Namespace.')),
      cordoned: optional(Type.Boolean({ description: 'Nothing in the namespace may change.', default: false })),
      state: optional(
        oneOf(['Active', 'MarkedForDeletion'], {
          description:
            '`MarkedForDeletion` is the first of the two steps to deletion; removing the entry, in a later change, is the second.',
          default: 'Active',
        }),
      ),
      markedForDeletionOn: optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 63 }), {
          description:
            'Clusters of the namespace on which alone it is marked for deletion: the first of the two steps by which it leaves them. Removing them from `clusters`, in a later change, is the second.',
        }),
      ),
    },
    { ...strict, description: 'One namespace of the tenant, on one or more clusters.' },
  ),
  ['name', 'fullName'],
);

export type Namespace = Static<typeof Namespace>;
export type Share = Static<typeof Share>;
export type Quota = Static<typeof Quota>;
export type ContainerLimits = Static<typeof ContainerLimits>;
export type Isolation = Static<typeof Isolation>;
export type Allocation = Static<typeof Allocation>;
export type CustomRole = Static<typeof CustomRole>;
export type Owner = Static<typeof Owner>;
