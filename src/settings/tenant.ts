import { Type } from '@sinclair/typebox';
import { authorityOf, ofOwners, withinGrant } from './authority.ts';
import type { Authority, Decided } from './authority.ts';
import type { grants } from './grants.ts';
import { deletion } from './deletion.ts';
import { isolation } from './isolation.ts';
import { namespace, Namespace } from './namespace.ts';
import { budgets, noOrder, scale } from './order.ts';
import { quotaKey } from './quota.ts';
import {
  Allocation,
  annotations,
  clusterNames,
  CustomRole,
  labels,
  name,
  oneOf,
  optional,
  Owner,
  Share,
} from './schema-parts.ts';
import type { Inherited, Table } from './setting.ts';
import { nested, other, schemaOf, setting, value } from './setting.ts';

/** What holds for a namespace that does not say otherwise: all that it may inherit, but for isolation. */
export const tenantDefaults = {
  clusters: other(optional(clusterNames), {
    rendered: 'as those of a namespace',
    told: 'where it holds',
    ...withinGrant('clusters', 'TEN705'),
  }),
  sharedWith: other(optional(Type.Array(Share, { description: 'Shares of every namespace of the tenant.' })), {
    rendered: 'as those of a namespace',
    told: 'as access',
    ...ofOwners(
      'it gives access to namespaces of the tenant alone; with service accounts that others control, within `accountNamespaces` (TEN713)',
    ),
  }),
  allocation: namespace.allocation,
  quota: namespace.quota,
  containerLimits: namespace.containerLimits,
  labels: other(optional(labels('Labels for every Namespace of the tenant.')), {
    rendered: 'as those of a namespace',
    told: 'where it holds',
    ...withinGrant('labelKeys', 'TEN706'),
  }),
  annotations: other(optional(annotations('Annotations for every Namespace of the tenant.')), {
    rendered: 'as those of a namespace',
    told: 'where it holds',
    ...withinGrant('annotationKeys', 'TEN714'),
  }),
} as const satisfies Inherited<typeof namespace>;

/** The keys of a tenant's `spec`. */
export const tenant = {
  description: other(optional(Type.String({ maxLength: 500, description: 'What the tenant is, for people.' })), {
    rendered: { nothing: 'for people' },
    told: 'by `explain`; a plan is about what holds',
    ...ofOwners('it is for people'),
  }),
  owners: other(Type.Array(Owner, { description: 'Who has full control over all namespaces of the tenant.' }), {
    rendered: 'RoleBindings',
    told: 'as access',
    ...withinGrant('owners', 'TEN304'),
  }),
  allocations: setting(
    'allocation',
    optional(Type.Array(Allocation, { description: 'Budgets that usage can be attributed to.' })),
    {
      order: budgets,
      risk: 'limit',
      toldOfNew: true,
      rendered: { nothing: 'for rules; namespaces name them' },
      ...withinGrant('budgets', 'TEN703'),
    },
  ),
  subscriptionGroup: setting(
    'subscriptionGroup',
    optional(
      name(
        'The group in which the subscriptions of all namespaces of the tenant are billed together. Default: the name of the tenant.',
      ),
    ),
    {
      order: noOrder,
      risk: 'none',
      rendered: 'a label of each Namespace',
      ...withinGrant('subscriptionGroups', 'TEN704'),
    },
  ),
  defaults: nested(tenantDefaults, 'What holds for a namespace that does not say otherwise.'),
  quota: {
    ...quotaKey,
    rendered: { nothing: 'for rules: those of the namespaces add up to it at most' },
    ...ofOwners('it is a limit of their own: what admins grant holds beside it'),
  },
  isolation: nested(isolation, 'What keeps tenants apart. The nearest setting wins: namespace, tenant, organization.'),
  roles: setting('right', optional(Type.Array(CustomRole, { description: 'Custom roles.' })), {
    order: noOrder,
    risk: 'ownRule',
    toldOfNew: true,
    rendered: 'a ClusterRole on each cluster where somebody has it',
    ...withinGrant('rights', 'TEN708'),
  }),
  cordoned: value('cordoned', optional(Type.Boolean({ description: 'Cordons all namespaces of the tenant.' })), {
    default: false,
    order: scale('true', 'false'),
    risk: 'protection',
    rendered: 'as that of a namespace',
    ...ofOwners('it is their own cordon: that of an admin stands in organization.yaml'),
  }),
  deletion,
  state: value(
    'state',
    optional(
      oneOf(['Active', 'Deactivated'], {
        description: '`Deactivated` lets namespaces be marked for deletion in spite of `deletion: Never`.',
      }),
    ),
    {
      default: 'Active',
      order: noOrder,
      risk: 'ownRule',
      rendered: { nothing: 'for rules about changes' },
      ...withinGrant('deletion', 'TEN709'),
    },
  ),
  namespaces: setting('namespaces', Type.Array(Namespace, { description: 'The namespaces of the tenant.' }), {
    order: noOrder,
    risk: 'none',
    rendered: 'a file of each',
    ...withinGrant('namespacesPerTenant', 'TEN210'),
  }),
} as const;

/** Of every key of a tenant's file it is said who may decide it: the compiler asks for one that is forgotten. */
type GrantKey = keyof typeof grants;
export type AuthorityOfTenants = [
  Held<typeof tenant>,
  Held<typeof tenantDefaults>,
  Held<typeof namespace>,
  Held<typeof isolation>,
];
type Held<T extends Decided<T, GrantKey> & Table> = T;

export const TenantSpec = schemaOf(tenant);

/** Each key of a tenant's file, by its path, with who may decide it: a frozen table of docs/authority.md. */
export const tenantAuthority: readonly (readonly [path: string, Authority])[] = [
  ...authorityOf(tenant, 'spec'),
  ...authorityOf(namespace, 'spec.namespaces[]'),
];
