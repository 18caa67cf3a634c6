import { Type } from '@sinclair/typebox';
import type { Static, TSchema } from '@sinclair/typebox';
import { OrganizationSpec } from './schema-organization.ts';
import {
  Allocation,
  classNames,
  clusterNames,
  ContainerLimits,
  CustomRole,
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
    applications: optional(
      Type.Integer({
        description:
          'Into how many Applications of Argo CD the namespaces are divided. One is enough for about 400 namespaces; another number moves most of them, and their access is gone until Argo CD has synced both sides.',
        minimum: 1,
        maximum: 10,
        default: 1,
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
export type FileKind = keyof typeof schemas;
