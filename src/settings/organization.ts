import { Type } from '@sinclair/typebox';
import { changes } from './changes.ts';
import { grants } from './grants.ts';
import { argoCD, gitHub } from './hosting.ts';
import { isolation } from './isolation.ts';
import { forbids, moreIsLooser, noOrder, permits, permitsUntil, scale } from './order.ts';
import { containerLimitsKey } from './quota.ts';
import {
  clusterRoleName,
  count,
  date,
  name,
  noSpaces,
  oneLine,
  oneOf,
  optional,
  OrganizationRole,
  strict,
  subjectName,
} from './schema-parts.ts';
import { nested, other, schemaOf, setting, value } from './setting.ts';
import { signInKeys } from './sign-in.ts';

export { argoCD, gitHub } from './hosting.ts';

/** The keys of a group. */
export const group = {
  name: other(subjectName("The group's name, exactly as the identity provider's tokens hold it."), {
    rendered: 'the subject of bindings',
    told: 'as the group itself',
  }),
  description: other(optional(Type.String({ maxLength: 500, description: 'What the group is, for people.' })), {
    rendered: { nothing: 'for people' },
    told: 'by `explain`; a plan is about what holds',
  }),
  members: setting(
    'member',
    optional(
      Type.Array(subjectName('A user name, without the `user:` of tokens.'), {
        description:
          'Who is in the group: `tenantry issuer` puts it into the tokens of these and nobody else. Where tokens come from elsewhere, the identity provider there decides, and this is for answers about people.',
      }),
    ),
    { order: noOrder, risk: 'ownRule', toldOfNew: true, rendered: { nothing: 'for answers about people' } },
  ),
  namespace: value(
    'namespace',
    optional(name('The namespace that cluster shares give to the group. Needed where the group name is no DNS label.')),
    { order: noOrder, risk: 'none', rendered: 'the namespace of the group' },
  ),
  renamedFrom: other(
    optional(
      subjectName(
        'The name that the group had until now, in the change that renames it: the plan then shows a rename, not a removal.',
      ),
    ),
    { rendered: { nothing: 'for plans' }, told: 'as a rename' },
  ),
} as const;

/** How things may be named. */
export const naming = {
  tenantPrefix: value(
    'tenantPrefix',
    optional(
      oneOf(['Required', 'Optional'], {
        description: "Whether every namespace's name begins with its tenant's, or a namespace may have a `fullName`.",
      }),
    ),
    {
      default: 'Required',
      order: scale('Required', 'Optional'),
      risk: 'limit',
      rendered: 'the policy on Namespaces',
    },
  ),
  identifierMaxLength: value(
    'identifierMaxLength',
    optional(Type.Integer({ minimum: 1, maximum: 61, description: 'Most characters of an identifier.' })),
    { default: 7, order: moreIsLooser, risk: 'limit', rendered: { nothing: 'for rules' } },
  ),
  groupPattern: value(
    'groupPattern',
    optional(
      Type.String({
        description: 'Regular expression that every group name must match as a whole.',
        maxLength: 200,
      }),
    ),
    {
      // Names as identity providers give them: no spaces, nothing outside ASCII.
      default: '[A-Za-z0-9][A-Za-z0-9._:@/+-]*',
      order: noOrder,
      risk: 'none',
      rendered: { nothing: 'for rules' },
    },
  ),
} as const;

/** Limits that rules hold tenants to: those that a grant may take the place of, and others. */
export const limits = {
  ...grants,
  namespacesPerTenant: {
    ...grants.namespacesPerTenant,
    default: 10,
    order: moreIsLooser,
    risk: 'limit',
  },
  shareDays: value('shareDays', optional(count('Most days from today to the `until` of a share.', 1)), {
    order: moreIsLooser,
    risk: 'limit',
    rendered: { nothing: 'for rules' },
  }),
} as const;

/** What holds for tenants that do not say otherwise. */
export const defaults = {
  isolation: nested(isolation, 'What keeps tenants apart. The nearest setting wins: namespace, tenant, organization.'),
  containerLimits: containerLimitsKey,
} as const;

/** Settings of the admission policies. */
export const policies = {
  breakGlassGroups: setting(
    'break-glass group',
    optional(
      Type.Array(subjectName('A group claim.'), {
        description:
          'Groups whose members the policies let through, for when Git does not answer. Default: cluster-admins, and the groups by which Kubernetes distributions know their own admins: system:masters, kubeadm:cluster-admins (kubeadm 1.29 and newer) and system:cluster-admins (OpenShift).',
        minItems: 1,
      }),
    ),
    { order: permits, risk: 'ownRule', toldOfNew: true, rendered: 'the policies' },
  ),
  selfServiceBindings: value(
    'selfServiceBindings',
    optional(
      oneOf(['Declared', 'Any', 'Forbidden'], {
        description:
          "Which groups the RoleBindings may name that a namespace's admins make themselves: groups of the organization, any but reserved ones, or no such RoleBindings at all.",
      }),
    ),
    {
      default: 'Declared',
      order: scale('Forbidden', 'Declared', 'Any'),
      risk: 'trust',
      rendered: 'the policy on RoleBindings',
    },
  ),
} as const;

/** How config files are read. */
export const config = {
  typescript: value(
    'typescript',
    optional(oneOf(['allow', 'forbid'], { description: 'Whether config files may be TypeScript, which is code.' })),
    {
      default: 'allow',
      order: scale('forbid', 'allow'),
      risk: 'limit',
      rendered: { nothing: 'for reading the files' },
    },
  ),
} as const;

/** The keys of the organization's `spec`. */
export const organization = {
  issuer: value(
    'issuer',
    Type.String({
      description: 'The OIDC issuer of the tokens.',
      pattern: '^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$',
      examples: ['https://platform.example.com/api/oidc'],
    }),
    {
      required: true,
      order: noOrder,
      risk: 'identity',
      toldOfNew: true,
      rendered: "the API servers' AuthenticationConfiguration",
    },
  ),
  admins: setting(
    'admin',
    Type.Array(subjectName('A user name, without the `user:` of tokens.'), {
      description:
        'Organization and platform admins: their tokens hold the group `cluster-admins`. Where a cluster has its own identity provider, they are bound by name.',
      minItems: 1,
    }),
    { order: noOrder, risk: 'ownRule', rendered: "who is admin where a cluster's own identity provider decides" },
  ),
  groups: other(
    Type.Array(schemaOf(group, 'A group of the identity provider that may be shared with.'), {
      description: 'The groups that may own and be shared with.',
    }),
    { rendered: 'the policy on RoleBindings', told: 'each as an entity of its own' },
  ),
  ...signInKeys,
  clusterShares: value(
    'clusterShares',
    optional(
      oneOf(['Declared', 'Derived'], {
        description:
          'How groups come to see a cluster: by an entry of its `sharedWith` alone (`Declared`); or also, without a namespace of their own, by owning or being shared with a namespace on it, for as long as they are (`Derived`).',
      }),
    ),
    {
      default: 'Declared',
      order: scale('Declared', 'Derived'),
      risk: 'limit',
      rendered: 'whom `cluster-scope` is bound to',
    },
  ),
  naming: nested(naming, 'How things may be named.'),
  limits: nested(limits, 'How far tenants may go: limits for all of them, which rules hold them to.'),
  grants: other(
    optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 63 }), schemaOf(grants, 'What is granted to the tenant.'), {
        ...strict,
        description:
          'What is granted to single tenants, by their names: each key takes the place of the one under `limits`.',
      }),
    ),
    { rendered: { nothing: 'for rules: tenants are held to it' }, told: 'as settings of the tenants' },
  ),
  cordons: setting(
    'cordon',
    optional(
      Type.Array(
        Type.Object(
          {
            tenant: name('The tenant.'),
            namespace: optional(name('The identifier of a namespace of it. Default: all.')),
            reason: Type.String({ description: 'Why.', minLength: 10, maxLength: 500 }),
          },
          strict,
        ),
        {
          description:
            'Tenants and namespaces that the admins have cordoned: their owners cannot lift it, nor delete what is cordoned.',
        },
      ),
    ),
    { order: forbids, risk: 'ownRule', rendered: 'a label of the Namespace, for the policies' },
  ),
  defaults: nested(defaults, 'What holds for tenants that do not say otherwise.'),
  roles: setting(
    'right',
    optional(
      Type.Array(OrganizationRole, {
        description: 'Roles of the organization, which shares of every tenant may give.',
      }),
    ),
    {
      order: noOrder,
      risk: 'ownRule',
      toldOfNew: true,
      rendered: 'a ClusterRole on each cluster where somebody has it',
    },
  ),
  clusterRoles: setting(
    'ClusterRole for shares',
    optional(
      Type.Array(clusterRoleName, {
        description:
          'ClusterRoles that are on the clusters already, by their names, which shares of every tenant may give in their namespaces. What they allow is not known here.',
      }),
    ),
    {
      order: permits,
      risk: 'limit',
      toldOfNew: true,
      rendered: 'what RoleBindings refer to, and what the account of Argo CD may give',
    },
  ),
  protectedNamespaces: setting(
    'protected namespace',
    optional(
      Type.Array(Type.String({ pattern: '^[a-z0-9-]*\\*?$', minLength: 1, maxLength: 63 }), {
        description:
          "Namespaces that are never a tenant's or a group's; `*` at the end stands for any rest. Added to `default` and `kube-*`, which always are.",
      }),
    ),
    { order: forbids, risk: 'limit', rendered: 'what projects of Argo CD leave out' },
  ),
  labelDomain: setting(
    'labelDomain',
    optional(
      Type.String({
        description: 'Prefix of the labels and annotations that tenantry writes.',
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$',
        maxLength: 200,
      }),
    ),
    { default: 'tenantry.dev', order: noOrder, risk: 'trust', rendered: 'labels and annotations' },
  ),
  exceptions: setting(
    'exception',
    optional(
      Type.Array(
        Type.Object(
          {
            code: Type.String({ description: 'The code of the rule.', pattern: '^TEN[0-9]{3}$' }),
            target: Type.String({
              description:
                'What is excepted: a tenant, a namespace, a group, a cluster, by the name that the diagnostic gives in backquotes.',
              minLength: 1,
              maxLength: 253,
              pattern: oneLine,
            }),
            reason: Type.String({ description: 'Why.', minLength: 10, maxLength: 500 }),
            until: date('Last day (UTC) of the exception.'),
          },
          strict,
        ),
        { description: 'Waivers, each for one rule and one target, with a reason and an end.' },
      ),
    ),
    { order: permitsUntil, risk: 'limit', rendered: { nothing: 'for rules' } },
  ),
  expected: setting(
    'expected difference',
    optional(
      Type.Array(
        Type.Object(
          {
            cluster: optional(name('The cluster. Default: every cluster.')),
            kind: Type.String({
              description: 'The kind of the object, such as `ClusterRoleBinding`.',
              minLength: 1,
              maxLength: 63,
              pattern: '^[A-Z][A-Za-z0-9]*$',
            }),
            namespace: optional(name('The namespace that it is in. Default: whichever.')),
            name: Type.String({
              description: 'Its name. One that ends in `*` stands for all that begin so.',
              minLength: 1,
              maxLength: 253,
              pattern: noSpaces,
            }),
            reason: Type.String({ description: 'Why it is to be so.', minLength: 10, maxLength: 500 }),
          },
          strict,
        ),
        { description: 'What is on clusters and not in Git, and is to be so: `drift` does not report it.' },
      ),
    ),
    { order: permits, risk: 'limit', rendered: { nothing: 'for drift' } },
  ),
  policies: nested(policies, 'Settings of the admission policies.'),
  config: nested(config),
  changes: nested(changes, 'Settings for plans and for the rules about changes.'),
  gitHub: nested(gitHub, 'Who is who on GitHub: for CODEOWNERS.'),
  argoCD: nested(argoCD, 'Where Argo CD finds the manifests.'),
} as const;

/** What `organization.yaml` may say. */
export const OrganizationSpec = schemaOf(organization);
