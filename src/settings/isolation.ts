import { Type } from '@sinclair/typebox';
import { withinGrant } from './authority.ts';
import type { Order } from './order.ts';
import { forbids, permits, scale } from './order.ts';
import { labels, objectNames, oneOf, optional } from './schema-parts.ts';
import { allowList, mapping, schemaOf, value } from './setting.ts';
import { stopsWhenMore, stopsWhenOneGoes, stopsWhenTighter } from './stops.ts';
import type { SettingValue } from './value.ts';
import { valueText, word } from './value.ts';

/**
 * What a namespace's Pod Security Standard comes to on a cluster where no labels say it. What the cluster's own means hold
 * instead is not known: it may be as little as with `privileged`, and so is never tighter than a standard.
 */
export const notByLabels = 'not by labels';

const ofStandards = scale('restricted', 'baseline', 'privileged');
const podSecurityOrder: Order = (sides) =>
  ofStandards({ ...sides, before: asStandard(sides.before), after: asStandard(sides.after) });

function asStandard(value: SettingValue | undefined): SettingValue | undefined {
  return value && valueText(value) === notByLabels ? word('privileged') : value;
}

const enforcementOrder = scale('Enforce', 'Observe');
const networkOrder = scale('SameNamespace', 'SameTenant', 'None');

/**
 * With what names of images begin: a host, a port if need be, and folders. It ends in `/`, so that no other registry begins
 * with it. See https://pkg.go.dev/github.com/distribution/reference.
 */
export const registryPrefix = '[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*/';

/** What keeps tenants apart. The nearest setting wins: namespace, tenant, organization (S69). */
export const isolation = {
  enforcement: value(
    'enforcement',
    optional(
      oneOf(['Enforce', 'Observe'], {
        description:
          'Whether all of this holds. With `Observe` a namespace that runs already works on as it did: the Pod Security Standard is only warned of and written to the audit log, there is no NetworkPolicy, and neither the lists nor the node selector hold. Quotas and limits of containers do, and who may do what.',
      }),
    ),
    {
      default: 'Enforce',
      inherited: true,
      order: enforcementOrder,
      risk: 'protection',
      rendered: 'labels of the Namespace; with `Observe`, nothing of the rest',
      ...withinGrant('enforcement', 'TEN701'),
    },
  ),
  network: value(
    'network',
    optional(
      oneOf(['None', 'SameNamespace', 'SameTenant'], {
        description:
          "Who may connect to the pods: anyone (`None`), pods of the same namespace, or pods of all namespaces of the tenant. Rendered as NetworkPolicies on ingress. An Ingress controller or a scraper in another namespace is shut out too, unless a NetworkPolicy of the tenant's own lets it in: policies add up.",
      }),
    ),
    {
      default: 'SameNamespace',
      inherited: true,
      order: networkOrder,
      risk: 'protection',
      stops: stopsWhenTighter(networkOrder),
      rendered: 'a NetworkPolicy',
      ...withinGrant('network', 'TEN701'),
    },
  ),
  podSecurity: value(
    'podSecurity',
    optional(
      oneOf(['privileged', 'baseline', 'restricted'], {
        description: 'The Pod Security Standard that the namespace enforces, by its labels.',
      }),
    ),
    {
      default: 'baseline',
      inherited: true,
      order: podSecurityOrder,
      risk: 'protection',
      stops: stopsWhenTighter(podSecurityOrder),
      rendered: 'labels of the Namespace',
      ...withinGrant('podSecurity', 'TEN701'),
    },
  ),
  nodeSelector: mapping(
    'nodeSelector',
    optional(
      labels(
        'Nodes that pods may run on: the annotation `scheduler.alpha.kubernetes.io/node-selector`, for the PodNodeSelector admission plugin.',
      ),
    ),
    {
      inherited: true,
      order: forbids,
      risk: 'protection',
      stops: stopsWhenMore,
      // One that is there and empty sets aside what the cluster would choose by itself.
      whenEmpty: 'any node',
      rendered: 'an annotation of the Namespace',
      ...withinGrant('nodeSelector', 'TEN701'),
    },
  ),
  registries: allowList(
    'registries',
    optional(
      Type.Array(Type.String({ minLength: 2, maxLength: 253, pattern: `^${registryPrefix}$` }), {
        description: 'Prefixes that every container image must have one of; each ends in `/`.',
        examples: [['registry.example.com/solar/']],
      }),
    ),
    {
      annotation: 'allowed-registries',
      inherited: true,
      order: permits,
      risk: 'protection',
      // Unlike the classes below, which few pods name, no pod is without an image.
      stops: stopsWhenOneGoes,
      rendered: 'an annotation of the Namespace, for the policies',
      ...withinGrant('registries', 'TEN701'),
    },
  ),
  storageClasses: classes('storageClasses', 'allowed-storage-classes', 'StorageClasses that claims may name.'),
  ingressClasses: classes('ingressClasses', 'allowed-ingress-classes', 'IngressClasses that Ingresses may name.'),
  runtimeClasses: classes('runtimeClasses', 'allowed-runtime-classes', 'RuntimeClasses that pods may name.'),
  priorityClasses: classes('priorityClasses', 'allowed-priority-classes', 'PriorityClasses that pods may name.'),
} as const;

/** The lists of what may be used, which the policies read from annotations of the Namespace. */
export type AllowList = {
  [K in keyof typeof isolation]: (typeof isolation)[K] extends { readonly annotation: string } ? K : never;
}[keyof typeof isolation];

export const Isolation = schemaOf(
  isolation,
  'What keeps tenants apart. The nearest setting wins: namespace, tenant, organization.',
);

function classes<const N extends string>(name: N, annotation: string, description: string) {
  return allowList(name, optional(objectNames(description)), {
    annotation,
    inherited: true,
    order: permits,
    risk: 'protection',
    rendered: 'an annotation of the Namespace, for the policies',
    ...withinGrant(name, 'TEN701'),
  });
}
