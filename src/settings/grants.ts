import { Type } from '@sinclair/typebox';
import { isSteering } from '../kubernetes/annotations.ts';
import type { Static, TSchema } from '@sinclair/typebox';
import { deletion } from './deletion.ts';
import { isolation, registryPrefix } from './isolation.ts';
import type { Order } from './order.ts';
import { budgets as budgetOrder, moreIsLooser, scale } from './order.ts';
import { containerLimitsKey, quotaKey } from './quota.ts';
import { Budget, classNames, labels, oneOf, optional } from './schema-parts.ts';
import type { Told, ValuesOf } from './setting.ts';
import { toldAs } from './setting.ts';
import { sortedBy } from '../values/order.ts';
import type { ContainerAmounts } from './value.ts';
import { present, word } from './value.ts';

/**
 * What admins grant and owners spend: how far the keys of a tenant's file may go (S1, S57). The same keys stand in
 * `organization.yaml` under `limits`, for all tenants, and under `grants`, by tenant: what is granted to a tenant takes
 * the place of the limit for all. Where neither says anything there is a standard: `ceilingsOf`.
 */

/** A key that is held by itself, wherever it is written, to what is granted under the same name. */
export interface Ceiling<Granted, Said> {
  /** What of a value goes beyond what is granted; undefined where nothing does. What is not granted at all has no limit. */
  readonly beyond: (granted: Granted | undefined, said: Said | undefined) => Beyond<Granted> | undefined;
}

/** That a value goes beyond what is granted. */
export interface Beyond<Granted> {
  /** The rest of a sentence that begins with the key. */
  readonly what: string;
  /** What to grant, for the value to go no further. */
  readonly grant: Granted;
}

/** What holds where nobody grants a key: no limit, what the base of a change has, or that nothing is granted. */
interface Without {
  readonly without: 'anything' | 'the base' | 'nothing';
}
const anything: Without = { without: 'anything' };
const theBase: Without = { without: 'the base' };
const nothing: Without = { without: 'nothing' };

const definition = { risk: 'ownRule', rendered: { nothing: 'for rules: tenants are held to it' } } as const;

/** Whether another value is looser is known where there are two: what stands in for none may be more, or less. */
const ofTwo =
  (order: Order): Order =>
  (sides) =>
    sides.before && sides.after ? order(sides) : undefined;

/** Each element permits something; of the list as a whole nothing is known, as there is a standard without it. */
const ofElements: Order = ({ item, before, after }) => {
  if (item === undefined || (before && after)) return undefined;
  return after ? 'loosens' : 'tightens';
};

/** The elements of a list. Without any, the list says so itself. */
function tellElements(elements: readonly string[]): Told[] {
  return [{ value: word('only'), steps: [] }, ...elements.map((item): Told => ({ item, value: present, steps: [] }))];
}

const tellOne = (text: string): Told[] => [{ value: word(text), steps: [] }];

function named<S extends TSchema & { static: readonly string[] }>(key: string, schema: S, without: Without) {
  return toldAs(`granted ${key}`, schema, tellElements, { ...definition, ...without, order: ofElements });
}

/** The loosest value that may be chosen, on the scale of the key itself. */
function upTo<S extends TSchema & { static: string }>(
  key: { readonly name: string; readonly order: Order; readonly schema: S },
  description: string,
) {
  const { order } = key;
  const ceiling: Ceiling<Static<S>, Static<S>> = {
    beyond: (most, said) =>
      most !== undefined && said !== undefined && order({ before: word(most), after: word(said) }) === 'loosens'
        ? { what: `is \`${said}\`, and \`${most}\` is the most that is granted`, grant: said }
        : undefined,
  };
  return toldAs(`granted ${key.name}`, described(key.schema, description), tellOne, {
    ...definition,
    ...theBase,
    ...ceiling,
    order: ofTwo(order),
  });
}

/**
 * The names that may be chosen from. Those that are `never` chosen without a grant of their own are no part of a list that
 * limits the others.
 */
function among<S extends TSchema & { static: string[] }>(
  key: { readonly name: string },
  schema: S,
  {
    isGranted = (said: string, granted: readonly string[]) => granted.includes(said),
    never = (_: string): boolean => false,
  } = {},
) {
  const ceiling: Ceiling<string[], readonly string[]> = {
    beyond: (granted, said) => {
      if (granted?.includes(all)) return undefined;
      const limit = granted && (granted.length === 0 || !granted.every(never)) ? granted : undefined;
      if (!said) return limit && { what: `is not limited, and ${onlyThose(limit)} granted`, grant: [all] };
      const others = said.filter((one) =>
        never(one) ? !granted?.includes(one) : limit !== undefined && !isGranted(one, limit),
      );
      if (others.length === 0) return undefined;
      return {
        what: `has ${quoted(others)}, ${limit ? `and ${onlyThose(limit)} granted` : 'which nobody granted'}`,
        grant: [...(granted ?? []), ...others],
      };
    },
  };
  return { ...named(key.name, schema, anything), ...ceiling };
}

/** Stands for whatever there is, and for no limit at all. */
const all = '*';

function onlyThose(granted: readonly string[]): string {
  return granted.length === 0
    ? 'none is'
    : granted.length === 1
      ? `only ${quoted(granted)} is`
      : `only ${quoted(granted)} are`;
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((one) => `\`${one}\``);
  return [...shown, ...(names.length > 5 ? [`${names.length - 5} more`] : [])].join(', ');
}

/** A node selector as one word: `disk=ssd,pool=gpu`. */
function selectorText(selector: Readonly<Record<string, string>>): string {
  return sortedBy(
    Object.entries(selector).map(([key, text]) => `${key}=${text}`),
    (entry) => entry,
  ).join(',');
}

const nodeSelectors: Ceiling<Readonly<Record<string, string>>[], Readonly<Record<string, string>>> = {
  beyond: (granted, said) => {
    const holds = (one: Readonly<Record<string, string>>): boolean =>
      Object.entries(one).every(([key, text]) => said?.[key] === text);
    if (!granted || granted.some(holds) || (!said && granted.length === 0)) return undefined;
    const texts = granted.map((one) => `\`${selectorText(one)}\``);
    const is = said ? `is \`${selectorText(said)}\`` : 'is not set';
    return {
      what: granted.length === 0 ? 'is set, and none is granted' : `${is}, and must hold ${texts.join(' or ')}`,
      grant: [...granted, said ?? {}],
    };
  },
};

type Containers = Static<typeof containerLimitsKey.schema>;

const containers: Ceiling<Containers, Containers> = {
  beyond: (granted, said) => {
    if (!granted?.max) return undefined;
    const most = (max: Readonly<Record<string, string>>) =>
      ({ type: 'containers', limits: { max } satisfies ContainerAmounts }) as const;
    const effect = containerLimitsKey.order({ before: most(granted.max), after: most(said?.max ?? {}) });
    if (effect !== 'loosens') return undefined;
    return {
      what: `lets containers have more than is granted: ${amounts(granted.max)}`,
      grant: { ...(said?.max && { max: said.max }) },
    };
  },
};

function amounts(max: Readonly<Record<string, string>>): string {
  return Object.entries(max)
    .map(([resource, amount]) => `\`${resource}: ${amount}\``)
    .join(', ');
}

/** The PriorityClasses that Kubernetes keeps for itself: pods that have one push out anybody's. */
const systemClass = 'system-';

/** Whether the key of a label or an annotation is among those that are granted: `team`, `example.com/*` for all keys of a domain, `*` for all. */
export function isGrantedKey(key: string, granted: readonly string[]): boolean {
  return granted.some((one) => (one.endsWith('*') ? key.startsWith(one.slice(0, -1)) : key === one));
}

/** Whether an annotation's key is granted: by its whole key, where it steers what a namespace may do. */
export function isGrantedAnnotation(key: string, granted: readonly string[]): boolean {
  return granted.includes(key) || (!isSteering(key) && isGrantedKey(key, granted));
}

/** The same values, said for another purpose. */
function described<S extends TSchema>(schema: S, description: string): S {
  return { ...schema, description };
}

const classes = 'Most that tenants may choose from:';

/** How many owners a tenant must have, as a key that is granted and written nowhere else: none is said by an empty list. */
const ownersKey = {
  name: 'owners',
  order: scale('Required', 'Optional'),
  schema: optional(oneOf(['Required', 'Optional'], { description: '' })),
} as const;

/** What may be granted, in the order of the configuration page. */
export const grants = {
  namespacesPerTenant: toldAs(
    'namespacesPerTenant',
    optional(Type.Integer({ description: 'Most namespaces of a tenant.', minimum: 1, maximum: 2 ** 31 - 1 })),
    (most) => [{ value: { type: 'number', number: most }, steps: [] }],
    { ...definition, ...theBase, order: ofTwo(moreIsLooser) },
  ),
  owners: upTo(
    ownersKey,
    "Whether a tenant may have no owner: its file is the admins' alone then. Default: `Required`.",
  ),
  enforcement: upTo(
    isolation.enforcement,
    "Whether tenants may only observe what keeps them apart. Default: the organization's own, which is `Enforce`.",
  ),
  podSecurity: upTo(
    isolation.podSecurity,
    "The loosest Pod Security Standard that tenants may choose. Default: `baseline`, or the organization's own default where that is looser.",
  ),
  network: upTo(
    isolation.network,
    "The loosest network isolation that tenants may choose. Default: `SameTenant`, or the organization's own default where that is looser.",
  ),
  nodeSelector: toldAs(
    'granted nodeSelector',
    optional(
      Type.Array(labels('One of them.'), {
        description:
          "Node selectors of which tenants' must hold one, whatever else they say. Default: the organization's own; where it has none, tenants may have none.",
      }),
    ),
    (selectors) => tellElements(selectors.map(selectorText)),
    { ...definition, ...nothing, ...nodeSelectors, order: ofElements },
  ),
  registries: among(
    isolation.registries,
    optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 253, pattern: `^(\\*|${registryPrefix})$` }), {
        description:
          "Prefixes with which tenants' own must begin. Default: the organization's own; where it has none, any.",
      }),
    ),
    { isGranted: (said, granted) => granted.some((prefix) => said.startsWith(prefix)) },
  ),
  storageClasses: among(
    isolation.storageClasses,
    optional(classNames(`${classes} StorageClasses. Default: as for \`registries\`.`)),
  ),
  ingressClasses: among(
    isolation.ingressClasses,
    optional(classNames(`${classes} IngressClasses. Default: as for \`registries\`.`)),
  ),
  runtimeClasses: among(
    isolation.runtimeClasses,
    optional(classNames(`${classes} RuntimeClasses. Default: as for \`registries\`.`)),
  ),
  priorityClasses: among(
    isolation.priorityClasses,
    optional(
      classNames(
        `${classes} PriorityClasses. Default: the organization's own; where it has none, any but \`system-*\`.`,
      ),
    ),
    { never: (one) => one.startsWith(systemClass) },
  ),
  containerLimits: toldAs(
    'granted containerLimits',
    described(containerLimitsKey.schema, "The `max` that tenants' own may go up to. Default: the organization's own."),
    containerLimitsKey.told,
    {
      ...definition,
      ...anything,
      ...containers,
      order: ofTwo(containerLimitsKey.order),
    },
  ),
  quota: toldAs(
    'granted quota',
    described(
      quotaKey.schema,
      'What the namespaces of a tenant may use together on each cluster: each then needs a quota of these keys. Default: what they may use before a change.',
    ),
    quotaKey.told,
    {
      ...definition,
      ...theBase,
      order: ofTwo(moreIsLooser),
    },
  ),
  budgets: toldAs(
    'granted budget',
    optional(
      Type.Array(Budget, {
        description:
          "For each currency and period the most that a tenant's allocations may add up to on any day. Default: what they add up to before a change.",
      }),
    ),
    (budgets) =>
      budgets.map(({ amount, currency, period }) => ({
        item: `${currency} ${period}`,
        value: { type: 'budget', budget: { amount, currency, period } },
        steps: [],
      })),
    { ...definition, ...theBase, order: ofTwo(budgetOrder) },
  ),
  subscriptionGroups: named(
    'subscriptionGroups',
    optional(classNames("Groups of subscriptions, beside the tenant's own name, that tenants may be billed in.")),
    nothing,
  ),
  clusters: named(
    'clusters',
    optional(classNames('Clusters that tenants may have namespaces on. Default: those that its owners see.')),
    anything,
  ),
  rights: named(
    'rights',
    optional(
      classNames(
        'Rights beyond the everyday ones that custom roles may hold, by the names that TEN708 gives them. Default: none.',
      ),
    ),
    nothing,
  ),
  labelKeys: named(
    'labelKeys',
    optional(
      classNames(
        'Keys of labels that tenants may put on their namespaces; `example.com/*` stands for all of a domain. Others select namespaces by labels, and believe them. Default: none.',
      ),
    ),
    nothing,
  ),
  annotationKeys: named(
    'annotationKeys',
    optional(
      classNames(
        'Keys of annotations that tenants may put on their namespaces; `example.com/*` stands for all of a domain. Those that steer what a namespace may do, such as `openshift.io/node-selector`, are granted by their whole key alone. Default: none.',
      ),
    ),
    nothing,
  ),
  fullNames: named(
    'fullNames',
    optional(
      classNames(
        "Names of namespaces without the tenant's prefix, where the organization makes that optional; `*` at the end stands for any rest. Default: none.",
      ),
    ),
    nothing,
  ),
  accountNamespaces: named(
    'accountNamespaces',
    optional(
      classNames(
        'Namespaces that others control, with whose service accounts tenants may share all the same, such as that of a CI system: whoever controls one gets what is shared with its accounts. Default: none.',
      ),
    ),
    nothing,
  ),
  deletion: upTo(
    deletion,
    '`Never` where tenants may not choose otherwise; `TwoStep` where they may give up a `Never` of theirs. Default: they may choose `Never`, and not give it up.',
  ),
} as const;

/** What is granted, by key. */
export type GrantedValues = ValuesOf<typeof grants>;
