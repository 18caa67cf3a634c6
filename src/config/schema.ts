import { Type } from '@sinclair/typebox';
import type { Static, TObject, TSchema } from '@sinclair/typebox';

/**
 * The three kinds of files, defined once: the JSON Schemas in `schemas/`, the checks of ajv, the types of the program
 * and of TypeScript config files, and the configuration reference all come from these definitions.
 */
export const apiVersion = 'tenantry.dev/v1';

/** An RFC 1123 label: what Kubernetes asks of a Namespace's name. */
export const dnsLabel = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** A Kubernetes quantity (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/), not negative. */
const quantityPattern = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$';

const strict = { additionalProperties: false } as const;

const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);

const oneOf = <const T extends readonly string[]>(values: T, options: { description: string; default?: T[number] }) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });

/**
 * An object that must have exactly one of `keys`. One object schema with a `oneOf` on presence, rather than a union of
 * objects: of a union, a validator can only say that nothing matched.
 */
const exactlyOneOf = <T extends TObject, K extends keyof Static<T> & string>(schema: T, keys: readonly K[]) =>
  Type.Unsafe<ExactlyOne<Static<T>, K>>({ ...schema, oneOf: keys.map((key) => ({ required: [key] })) });

/** `T` with exactly one of the keys `K`. */
type ExactlyOne<T, K extends keyof T> = {
  [P in K]-?: Omit<T, K> & Required<Pick<T, P>> & Partial<Record<Exclude<K, P>, undefined>>;
}[K];

const name = (description: string) => Type.String({ description, minLength: 1, maxLength: 63, pattern: dnsLabel });

/** Subject names are the identity provider's, not ours: nearly anything is a name. Rules judge the rest. */
const subjectName = (description: string) => Type.String({ description, minLength: 1, maxLength: 253 });

const date = (description: string) =>
  Type.String({ description, pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', examples: ['2026-12-31'] });

const quantity = (description: string, examples: string[]) =>
  Type.String({ description, pattern: quantityPattern, examples });

const count = (description: string, minimum = 0) => Type.Integer({ description, minimum, maximum: 2 ** 31 - 1 });

const labels = (description: string) =>
  Type.Record(Type.String({ minLength: 1, maxLength: 317 }), Type.String({ maxLength: 63 }), {
    // The pattern that stands for any key does not match a line break: a value under such a key would go unchecked.
    ...strict,
    description,
  });

const classNames = (description: string) => Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { description });

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

const Resources = Type.Object(
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

const role = Type.String({
  description:
    'A role: `admin`, `edit` or `view`, with the meaning that Kubernetes gives them, or a custom role of the tenant.',
  minLength: 1,
  maxLength: 63,
  pattern: dnsLabel,
  examples: ['admin', 'edit', 'view'],
});

const until = optional(date('Last day (UTC) on which the share holds.'));

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
    namespace: optional(name('The namespace of a ServiceAccount.')),
  },
  { ...strict, description: 'A subject with full control over all namespaces of the tenant.' },
);

const PolicyRule = Type.Object(
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

const clusterNames = Type.Array(Type.String({ minLength: 1, maxLength: 63 }), { description: 'Names of clusters.' });

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
    },
    { ...strict, description: 'One namespace of the tenant, on one or more clusters.' },
  ),
  ['name', 'fullName'],
);

const TenantSpec = Type.Object(
  {
    description: optional(Type.String({ maxLength: 500, description: 'What the tenant is, for people.' })),
    owners: Type.Array(Owner, { description: 'Who has full control over all namespaces of the tenant.' }),
    allocations: optional(Type.Array(Allocation, { description: 'Budgets that usage can be attributed to.' })),
    subscriptionGroup: optional(
      name(
        'The group in which the subscriptions of all namespaces of the tenant are billed together. Default: the name of the tenant.',
      ),
    ),
    defaults: optional(
      Type.Object(
        {
          clusters: optional(clusterNames),
          sharedWith: optional(Type.Array(Share, { description: 'Shares of every namespace of the tenant.' })),
          allocation: optional(
            Type.String({ description: 'An allocation of the tenant.', minLength: 1, maxLength: 63 }),
          ),
          quota: optional(Quota),
          containerLimits: optional(ContainerLimits),
          labels: optional(labels('Labels for every Namespace of the tenant.')),
        },
        { ...strict, description: 'What holds for a namespace that does not say otherwise.' },
      ),
    ),
    quota: optional(Quota),
    isolation: optional(Isolation),
    roles: optional(Type.Array(CustomRole, { description: 'Custom roles.' })),
    cordoned: optional(Type.Boolean({ description: 'Cordons all namespaces of the tenant.', default: false })),
    deletion: optional(
      oneOf(['TwoStep', 'Never'], {
        description: '`Never` refuses the deletion of any namespace until the tenant is deactivated.',
        default: 'TwoStep',
      }),
    ),
    state: optional(
      oneOf(['Active', 'Deactivated'], {
        description: '`Deactivated` lets namespaces be marked for deletion in spite of `deletion: Never`.',
        default: 'Active',
      }),
    ),
    namespaces: Type.Array(Namespace, { description: 'The namespaces of the tenant.' }),
  },
  strict,
);

const Group = Type.Object(
  {
    name: subjectName("The group's name, exactly as the identity provider's tokens hold it."),
    description: optional(Type.String({ maxLength: 500, description: 'What the group is, for people.' })),
    members: optional(
      Type.Array(subjectName('A user name, without the `user:` of tokens.'), {
        description: 'Who is in the group. Only for answers about people: the identity provider decides.',
      }),
    ),
    namespace: optional(
      name('The namespace that cluster shares give to the group. Needed where the group name is no DNS label.'),
    ),
  },
  { ...strict, description: 'A group of the identity provider that may be shared with.' },
);

const OrganizationSpec = Type.Object(
  {
    issuer: Type.String({
      description: 'The OIDC issuer of the tokens.',
      pattern: '^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$',
      examples: ['https://platform.example.com/api/oidc'],
    }),
    admins: Type.Array(subjectName('A user name, without the `user:` of tokens.'), {
      description: 'Organization and platform admins: their tokens hold the group `cluster-admins`.',
      minItems: 1,
    }),
    groups: Type.Array(Group, { description: 'The groups that may own and be shared with.' }),
    naming: optional(
      Type.Object(
        {
          tenantPrefix: optional(
            oneOf(['Required', 'Optional'], {
              description:
                "Whether every namespace's name begins with its tenant's, or a namespace may have a `fullName`.",
              default: 'Required',
            }),
          ),
          identifierMaxLength: optional(
            Type.Integer({ minimum: 1, maximum: 61, default: 7, description: 'Most characters of an identifier.' }),
          ),
          groupPattern: optional(
            Type.String({
              description: 'Regular expression that every group name must match as a whole.',
              maxLength: 200,
              default: '[A-Za-z0-9][A-Za-z0-9._:@/+-]*',
            }),
          ),
        },
        { ...strict, description: 'How things may be named.' },
      ),
    ),
    limits: optional(
      Type.Object(
        {
          namespacesPerTenant: optional(
            Type.Integer({
              description: 'Most namespaces of a tenant.',
              minimum: 1,
              maximum: 2 ** 31 - 1,
              default: 10,
            }),
          ),
          shareDays: optional(count('Most days from today to the `until` of a share.', 1)),
        },
        { ...strict, description: 'Limits that rules hold tenants to.' },
      ),
    ),
    defaults: optional(
      Type.Object(
        { isolation: optional(Isolation), containerLimits: optional(ContainerLimits) },
        { ...strict, description: 'What holds for tenants that do not say otherwise.' },
      ),
    ),
    protectedNamespaces: optional(
      Type.Array(Type.String({ pattern: '^[a-z0-9-]*\\*?$', minLength: 1, maxLength: 63 }), {
        description:
          "Namespaces that are never a tenant's or a group's; `*` at the end stands for any rest. Added to `default` and `kube-*`, which always are.",
      }),
    ),
    labelDomain: optional(
      Type.String({
        description: 'Prefix of the labels and annotations that tenantry writes.',
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$',
        maxLength: 200,
        default: 'tenantry.dev',
      }),
    ),
    exceptions: optional(
      Type.Array(
        Type.Object(
          {
            code: Type.String({ description: 'The code of the rule.', pattern: '^TEN[0-9]{3}$' }),
            target: Type.String({
              description:
                'What is excepted: a tenant, a namespace, a group, a cluster, by the name that the diagnostic gives in backquotes.',
              minLength: 1,
              maxLength: 253,
            }),
            reason: Type.String({ description: 'Why.', minLength: 10, maxLength: 500 }),
            until: date('Last day (UTC) of the exception.'),
          },
          strict,
        ),
        { description: 'Waivers, each for one rule and one target, with a reason and an end.' },
      ),
    ),
    policies: optional(
      Type.Object(
        {
          breakGlassGroups: optional(
            Type.Array(subjectName('A group claim.'), {
              description:
                'Groups whose members the policies let through, for when Git does not answer. Default: cluster-admins and system:masters.',
              minItems: 1,
            }),
          ),
          selfServiceBindings: optional(
            oneOf(['Declared', 'Any', 'Forbidden'], {
              description:
                "Which groups the RoleBindings may name that a namespace's admins make themselves: groups of the organization, any but reserved ones, or no such RoleBindings at all.",
              default: 'Declared',
            }),
          ),
        },
        { ...strict, description: 'Settings of the admission policies.' },
      ),
    ),
    config: optional(
      Type.Object(
        {
          typescript: optional(
            oneOf(['allow', 'forbid'], {
              description: 'Whether config files may be TypeScript, which is code.',
              default: 'allow',
            }),
          ),
        },
        strict,
      ),
    ),
    argoCD: optional(
      Type.Object(
        {
          repoURL: Type.String({ description: 'The Git repository that holds `dist/`.', minLength: 1, maxLength: 500 }),
          targetRevision: optional(
            Type.String({ description: 'Branch that Argo CD follows.', minLength: 1, maxLength: 200, default: 'main' }),
          ),
          namespace: optional(name('The namespace that Argo CD runs in. Default: argocd.')),
          serviceAccount: optional(
            name(
              "The service account by which Argo CD's application controller writes. Default: argocd-application-controller.",
            ),
          ),
        },
        { ...strict, description: 'Where Argo CD finds the manifests.' },
      ),
    ),
  },
  strict,
);

const ClusterSpec = Type.Object(
  {
    description: optional(Type.String({ maxLength: 500, description: 'What the cluster is, for people.' })),
    server: Type.String({
      description: 'URL of the API server: https.',
      minLength: 1,
      maxLength: 500,
      examples: ['https://k8s.example.com:6443'],
    }),
    certificateAuthority: exactlyOneOf(
      Type.Object(
        {
          pem: optional(Type.String({ description: 'The certificates, in PEM.', minLength: 1 })),
          base64: optional(Type.String({ description: 'The PEM in base64, as kubeconfigs hold it.', minLength: 1 })),
          file: optional(
            Type.String({
              description: 'A PEM file beside this one.',
              pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*\\.(pem|crt)$',
              maxLength: 100,
            }),
          ),
        },
        { ...strict, description: "The certificate authority of the API server's certificate." },
      ),
      ['pem', 'base64', 'file'],
    ),
    kubernetesVersion: Type.String({
      description: 'Minor version of the API server.',
      pattern: '^1\\.[0-9]{1,3}$',
      examples: ['1.36'],
    }),
    id: optional(
      Type.String({
        description: "The audience of the tokens for this cluster. Default: the cluster's name.",
        pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]*$',
        maxLength: 253,
      }),
    ),
    sharedWith: optional(
      Type.Array(
        Type.Object(
          {
            group: subjectName('A group of the organization.'),
            namespace: optional(
              Type.Boolean({
                description: '`false` lets the group see the cluster without a namespace of its own.',
                default: true,
              }),
            ),
          },
          strict,
        ),
        { description: 'Groups that see the cluster. Each gets a namespace with the role admin in it.' },
      ),
    ),
    retainedNamespaces: optional(
      Type.Array(name('A namespace.'), {
        description: 'Namespaces of groups that the cluster is no longer shared with: kept, without access.',
      }),
    ),
    labels: optional(labels('Labels of the cluster, to choose clusters by.')),
    syncIdentity: optional(
      Type.String({
        description:
          "The user name as which Argo CD writes to this cluster. Default: Argo CD's application controller, as on the cluster that it runs on.",
        minLength: 1,
        maxLength: 253,
        examples: ['system:serviceaccount:kube-system:argocd-manager'],
      }),
    ),
    trustedServiceAccounts: optional(
      Type.Array(
        Type.String({ pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', maxLength: 253 }),
        {
          description:
            "Service accounts, as `namespace/name`, of operators of the cluster that create namespaces of their own, or ClusterRoles that are aggregated. Never one in a tenant's namespace.",
        },
      ),
    ),
    storageClasses: optional(classNames('The StorageClasses that tenants may be allowed here.')),
    ingressClasses: optional(classNames('The IngressClasses that tenants may be allowed here.')),
  },
  strict,
);

const file = <K extends string, S extends TSchema>(kind: K, spec: S, description: string) =>
  Type.Object(
    {
      apiVersion: Type.Literal(apiVersion),
      kind: Type.Literal(kind),
      metadata: Type.Object(
        { name: Type.String({ minLength: 1, maxLength: 63, description: "The name; the file's name repeats it." }) },
        strict,
      ),
      spec,
    },
    { ...strict, title: kind, description },
  );

export const OrganizationFile = file(
  'Organization',
  OrganizationSpec,
  'The whole: issuer, admins, groups, naming, limits.',
);
export const ClusterFile = file('Cluster', ClusterSpec, 'A Kubernetes cluster and the groups it is shared with.');
export const TenantFile = file('Tenant', TenantSpec, "A team's handle: owners, allocations, defaults, namespaces.");

export type OrganizationFile = Static<typeof OrganizationFile>;
export type ClusterFile = Static<typeof ClusterFile>;
export type TenantFile = Static<typeof TenantFile>;
export type Namespace = Static<typeof Namespace>;
export type Share = Static<typeof Share>;
export type Quota = Static<typeof Quota>;
export type ContainerLimits = Static<typeof ContainerLimits>;
export type Isolation = Static<typeof Isolation>;
export type Allocation = Static<typeof Allocation>;
export type CustomRole = Static<typeof CustomRole>;
export type Owner = Static<typeof Owner>;

/** The kinds of config files, by the name that their `kind` holds. */
export const schemas = { Organization: OrganizationFile, Cluster: ClusterFile, Tenant: TenantFile } as const;
export type Kind = keyof typeof schemas;
