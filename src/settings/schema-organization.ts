import { Type } from '@sinclair/typebox';
import {
  ContainerLimits,
  count,
  date,
  Isolation,
  labels,
  name,
  oneOf,
  optional,
  strict,
  subjectName,
} from './schema-parts.ts';

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

/** What `organization.yaml` may say. */
export const OrganizationSpec = Type.Object(
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
          path: optional(
            Type.String({
              description:
                'The folder of the organization in the repository, where it is not the root: what stands before `dist/`.',
              pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$',
              maxLength: 500,
            }),
          ),
          cluster: optional(
            name(
              'The cluster of the organization that Argo CD runs in. Default: none of them; each is reached by its `server`.',
            ),
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
