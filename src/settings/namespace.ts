import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import { ofOwners, withinGrant } from './authority.ts';
import { isolation } from './isolation.ts';
import { noOrder, scale } from './order.ts';
import { containerLimitsKey, quotaKey } from './quota.ts';
import { annotations, clusterNames, exactlyOneOf, labels, name, oneOf, optional, Share } from './schema-parts.ts';
import { nested, other, schemaOf, setting, value } from './setting.ts';
import { stopsWhen } from './stops.ts';

/** The keys of a namespace's entry, in its tenant's file. */
export const namespace = {
  name: other(optional(name("The namespace's identifier: the namespace is `<tenant>-<identifier>`.")), {
    rendered: 'the name of the Namespace, and a label of it',
    ...ofOwners(
      'a name with the prefix of the tenant is in no other tenant, and no namespace that is there already is taken over',
    ),
    told: 'as the namespace itself',
  }),
  fullName: setting(
    // Of `solar-prod` as a full name the identifier is another than of `prod` in tenant solar.
    'identifier',
    optional(
      name('The whole name of a namespace without the prefix, where the organization makes the prefix optional.'),
    ),
    {
      order: noOrder,
      risk: 'none',
      rendered: 'the name of the Namespace, and a label of it',
      ...withinGrant('fullNames', 'TEN707'),
    },
  ),
  inherits: other(
    optional(
      Type.String({
        description: 'The identifier of a namespace of this tenant whose settings and shares also hold here.',
        minLength: 1,
        maxLength: 63,
      }),
    ),
    {
      rendered: 'what is inherited',
      told: 'where what is inherited holds',
      ...ofOwners('what comes of it is judged where it holds'),
    },
  ),
  clusters: setting('on cluster', optional(clusterNames), {
    order: noOrder,
    risk: 'ownRule',
    toldOfNew: true,
    inherited: true,
    rendered: 'a file in the folder of each cluster',
    ...withinGrant('clusters', 'TEN705'),
  }),
  sharedWith: other(
    optional(Type.Array(Share, { description: 'Who has which role, beside owners, defaults and what is inherited.' })),
    {
      inherited: true,
      rendered: 'RoleBindings',
      told: 'as access',
      ...ofOwners(
        'it gives access to namespaces of the tenant alone; with service accounts that others control, within `accountNamespaces` (TEN713)',
      ),
    },
  ),
  allocation: value(
    'allocation',
    optional(Type.String({ description: 'An allocation of the tenant.', minLength: 1, maxLength: 63 })),
    {
      inherited: true,
      order: noOrder,
      risk: 'none',
      toldOfNew: true,
      rendered: 'a label of the Namespace',
      ...ofOwners('it is one of the allocations of the tenant'),
    },
  ),
  quota: { ...quotaKey, inherited: true },
  containerLimits: containerLimitsKey,
  isolation: nested(isolation, 'What keeps tenants apart. The nearest setting wins: namespace, tenant, organization.'),
  labels: setting('label', optional(labels('Labels for the Namespace.')), {
    order: noOrder,
    risk: 'none',
    inherited: true,
    rendered: 'labels of the Namespace',
    ...withinGrant('labelKeys', 'TEN706'),
  }),
  annotations: setting(
    'annotation',
    optional(
      annotations(
        'Annotations for the Namespace. What it has in the cluster and nobody declares stays as it is; what was declared and is no longer goes.',
      ),
    ),
    {
      order: noOrder,
      risk: 'none',
      inherited: true,
      rendered: 'annotations of the Namespace',
      ...withinGrant('annotationKeys', 'TEN714'),
    },
  ),
  cordoned: setting(
    'cordoned',
    optional(
      Type.Boolean({
        description: 'Nothing in the namespace may change. What runs goes on, CronJobs too.',
        default: false,
      }),
    ),
    {
      order: scale('true', 'false'),
      risk: 'protection',
      stops: stopsWhen('true'),
      rendered: 'a label of the Namespace, for the policies',
      ...ofOwners('it is their own cordon: that of an admin stands in organization.yaml'),
    },
  ),
  state: other(
    optional(
      oneOf(['Active', 'MarkedForDeletion'], {
        description:
          '`MarkedForDeletion` is the first of the two steps to deletion; removing the entry, in a later change, is the second.',
      }),
    ),
    {
      default: 'Active',
      rendered: 'a label of the Namespace, and what Argo CD may prune',
      told: 'with each cluster',
      ...withinGrant('deletion', 'TEN310'),
    },
  ),
  markedForDeletionOn: other(
    optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 63 }), {
        description:
          'Clusters of the namespace on which alone it is marked for deletion: the first of the two steps by which it leaves them. Removing them from `clusters`, in a later change, is the second.',
      }),
    ),
    {
      rendered: 'a label of the Namespace, and what Argo CD may prune',
      told: 'with each cluster',
      ...withinGrant('deletion', 'TEN310'),
    },
  ),
} as const;

export const Namespace = exactlyOneOf(schemaOf(namespace, 'One namespace of the tenant, on one or more clusters.'), [
  'name',
  'fullName',
]);
export type Namespace = Static<typeof Namespace>;
