import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import type { Quantity } from '../kubernetes/quantity.ts';
import { compareQuantities, parseQuantity } from '../kubernetes/quantity.ts';
import { withinGrant } from './authority.ts';
import { containerLimits as containerLimitsOrder, moreIsLooser } from './order.ts';
import { optional, quantity, quotaCount, strict } from './schema-parts.ts';
import type { Told } from './setting.ts';
import { keysOf, schemaOf, toldAs } from './setting.ts';
import { stopsWhenLess, stopsWhenLessAtMost } from './stops.ts';
import { valueText } from './value.ts';

const amount = (resource: string, schema: ReturnType<typeof quantity>) => ({
  kind: 'part' as const,
  resource,
  schema: optional(schema),
});
const number = (resource: string, schema: ReturnType<typeof quotaCount>) => ({
  kind: 'part' as const,
  resource,
  schema: optional(schema),
});

/** The named keys of a quota, with the keys of a ResourceQuota that they stand for. */
export const quota = {
  cpu: amount('requests.cpu', quantity('Sum of all CPU requests: `requests.cpu`.', ['20', '500m'])),
  memory: amount('requests.memory', quantity('Sum of all memory requests: `requests.memory`.', ['64Gi'])),
  storage: amount('requests.storage', quantity('Sum of all storage requests: `requests.storage`.', ['1Ti'])),
  pods: number('pods', quotaCount('Number of pods that are not finished: `pods`.')),
  persistentVolumeClaims: number('persistentvolumeclaims', quotaCount('Number of claims: `persistentvolumeclaims`.')),
  loadBalancers: number(
    'services.loadbalancers',
    quotaCount('Number of Services of type LoadBalancer: `services.loadbalancers`.'),
  ),
  nodePorts: number('services.nodeports', quotaCount('Number of node ports: `services.nodeports`.')),
} as const;

/** The named keys of a quota, in their order. */
export const quotaKeys = keysOf(quota).map((key) => [key, quota[key].resource] as const);

export const Quota = schemaOf(
  {
    ...quota,
    hard: {
      kind: 'part',
      schema: optional(
        Type.Record(Type.String({ minLength: 1, maxLength: 317 }), quantity(), {
          ...strict,
          description:
            'Any other key of a ResourceQuota, as Kubernetes writes it: `limits.memory`, `count/jobs.batch`.',
        }),
      ),
    },
  },
  'Upper limits, rendered as a ResourceQuota.',
);
export type Quota = Static<typeof Quota>;

/** What a container gets that asks for nothing, where a quota wants it to ask. */
export const fallbackRequest = { cpu: '100m', memory: '128Mi' } as const;

/** What one pod needs of a quota, unless it asks for less than it would get. */
const ofOnePod: ReadonlyMap<string, string> = new Map([
  ...['pods', 'count/pods'].map((part) => [part, '1'] as const),
  ...['cpu', 'requests.cpu', 'limits.cpu'].map((part) => [part, fallbackRequest.cpu] as const),
  ...['memory', 'requests.memory', 'limits.memory'].map((part) => [part, fallbackRequest.memory] as const),
]);

/** A quota, told by its keys. */
export const quotaKey = toldAs('quota', optional(Quota), quotaTold, {
  order: moreIsLooser,
  risk: 'limit',
  stops: stopsWhenLess(ofOnePod),
  toldOfNew: true,
  rendered: 'a ResourceQuota',
  ...withinGrant('quota', 'TEN702'),
} as const);

function quotaTold(said: Quota): Told[] {
  const told = (part: string, limit: string | number, ...steps: readonly string[]): Told => ({
    part,
    value: { type: 'quantity', quantity: String(limit) },
    steps,
  });
  return [
    ...keysOf(quota).flatMap((key) => {
      const limit = said[key];
      return limit === undefined ? [] : [told(key, limit, key)];
    }),
    ...Object.entries(said.hard ?? {}).map(([key, limit]) => told(key, limit, 'hard', key)),
  ];
}

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
      'What a container gets that asks for nothing, and the most it may ask for: rendered as a LimitRange. A namespace with a quota on CPU or memory refuses pods without requests, so such a namespace always gets a `defaultRequest` (unless set, 100m and 128Mi, or less where `default` or `max` is less).',
  },
);
export type ContainerLimits = Static<typeof ContainerLimits>;

/**
 * What a container gets that asks for nothing. What a quota wants it to ask for has a fallback, and never more of it than
 * the container may have: Kubernetes refuses a LimitRange whose `defaultRequest` is more than its `default` or its `max`.
 */
export function defaultRequest(
  quota: Quota | undefined,
  limits: ContainerLimits | undefined,
): NonNullable<ContainerLimits['defaultRequest']> {
  const given = limits?.defaultRequest ?? {};
  const fallback = (resource: keyof typeof fallbackRequest): string | undefined => {
    if (quota?.[resource] === undefined) return undefined;
    const request = fallbackRequest[resource];
    return limits ? least([request, limits.default?.[resource], limits.max?.[resource]]) : request;
  };
  const [cpu, memory] = [given.cpu ?? fallback('cpu'), given.memory ?? fallback('memory')];
  return { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) };
}

/** The least of some amounts, as it is written. */
function least(amounts: readonly (string | undefined)[]): string | undefined {
  let found: { readonly text: string; readonly amount: Quantity } | undefined;
  for (const text of amounts) {
    const amount = text === undefined ? undefined : parseQuantity(text);
    if (text !== undefined && amount !== undefined && (!found || compareQuantities(amount, found.amount) < 0))
      found = { text, amount };
  }
  return found?.text;
}

/** Limits of containers, told as one; not at all where they limit nothing. */
export const containerLimitsKey = toldAs('containerLimits', optional(ContainerLimits), containerLimitsTold, {
  inherited: true,
  order: containerLimitsOrder,
  risk: 'limit',
  stops: stopsWhenLessAtMost,
  rendered: 'a LimitRange',
  ...withinGrant('containerLimits', 'TEN701'),
} as const);

function containerLimitsTold({ defaultRequest, default: standard, max }: ContainerLimits): Told[] {
  const limits = {
    ...(defaultRequest && { defaultRequest }),
    ...(standard && { default: standard }),
    ...(max && { max }),
  };
  const value = { type: 'containers', limits } as const;
  return valueText(value) === '' ? [] : [{ value, steps: [] }];
}
