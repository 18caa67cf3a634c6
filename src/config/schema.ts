import { Type } from '@sinclair/typebox';
import type { Static, TSchema } from '@sinclair/typebox';
import {
  Allocation,
  classNames,
  clusterNames,
  ContainerLimits,
  count,
  CustomRole,
  date,
  exactlyOneOf,
  Isolation,
  labels,
  name,
  Namespace,
  oneOf,
  optional,
  Owner,
  Quota,
  Share,
  strict,
  subjectName,
} from './schema-parts.ts';

export { dnsLabel } from './schema-parts.ts';
export type {
  Allocation,
  ContainerLimits,
  CustomRole,
  Isolation,
  Namespace,
  Owner,
  Quota,
  Share,
} from './schema-parts.ts';

/**
 * The three kinds of files, defined once: the JSON Schemas in `schemas/`, the checks of ajv, the types of the program
 * and of TypeScript config files, and the configuration reference all come from these definitions.
 */
export const apiVersion = 'tenantry.dev/v1';

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
    renamedFrom: optional(
      subjectName(
        'The name that the group had until now, in the change that renames it: the plan then shows a rename, not a removal.',
      ),
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
    changes: optional(
      Type.Object(
        {
          production: optional(
            labels(
              'Labels that production clusters have, all of them. Plans warn of what is given there. Default: `environment: production`.',
            ),
          ),
          removals: optional(
            Type.Object(
              {
                namespaces: optional(
                  Type.Integer({
                    description: 'Most namespaces that one change may take away or mark for deletion.',
                    minimum: 0,
                    maximum: 2 ** 31 - 1,
                    default: 5,
                  }),
                ),
                accessPercent: optional(
                  Type.Integer({
                    description:
                      'Most of the access of a cluster or a tenant, in percent, that one change may take away.',
                    minimum: 0,
                    maximum: 100,
                    default: 30,
                  }),
                ),
                accessMinimum: optional(
                  Type.Integer({
                    description: 'How many accesses a cluster or a tenant must have had for `accessPercent` to count.',
                    minimum: 1,
                    maximum: 2 ** 31 - 1,
                    default: 10,
                  }),
                ),
              },
              {
                ...strict,
                description:
                  'How much one change may take away. A change is held to what its base says: raising a limit and using it takes two.',
              },
            ),
          ),
        },
        { ...strict, description: 'Settings for plans and for the rules about changes.' },
      ),
    ),
    gitHub: optional(
      Type.Object(
        {
          organization: optional(
            Type.String({
              description: "The GitHub organization whose teams stand for groups: the group's name is the team's.",
              pattern: '^[A-Za-z0-9][A-Za-z0-9-]*$',
              maxLength: 39,
            }),
          ),
          teams: optional(
            Type.Record(
              Type.String({ minLength: 1, maxLength: 253 }),
              Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$', maxLength: 100 }),
              { ...strict, description: 'Teams by group, where their names differ.' },
            ),
          ),
          users: optional(
            Type.Record(
              Type.String({ minLength: 1, maxLength: 253 }),
              Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$', maxLength: 39 }),
              { ...strict, description: 'GitHub users by user, where their names differ.' },
            ),
          ),
        },
        { ...strict, description: 'Who is who on GitHub: for CODEOWNERS.' },
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
            "Service accounts, as `namespace/name`, of operators of the cluster that create namespaces of their own, or ClusterRoles that are aggregated, and that go on working in cordoned namespaces; a namespace's admin may bind them. Never one in a tenant's namespace.",
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
/** The kinds of config files, by the name that their `kind` holds. */
export const schemas = { Organization: OrganizationFile, Cluster: ClusterFile, Tenant: TenantFile } as const;
export type Kind = keyof typeof schemas;
