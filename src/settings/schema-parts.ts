import { Type } from '@sinclair/typebox';
import type { Static, TObject, TSchema } from '@sinclair/typebox';
import { dnsLabel, dnsSubdomain, roleName, serviceAccountPath } from '../kubernetes/names.ts';

/** What the schemas of the three kinds of files are made of. */

/** A Kubernetes quantity (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/), not negative. */
export const quantityPattern = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$';

export const strict = { additionalProperties: false } as const;

export const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);

export const oneOf = <const T extends readonly string[]>(
  values: T,
  options: { description: string; default?: T[number] },
) => Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });

/**
 * An object that must have exactly one of `keys`. One object schema with a `oneOf` on presence, rather than a union of
 * objects: of a union, a validator can only say that nothing matched.
 */
export const exactlyOneOf = <T extends TObject, K extends keyof Static<T> & string>(schema: T, keys: readonly K[]) =>
  Type.Unsafe<ExactlyOne<Static<T>, K>>({ ...schema, oneOf: keys.map((key) => ({ required: [key] })) });

/** `T` with exactly one of the keys `K`. */
type ExactlyOne<T, K extends keyof T> = {
  [P in K]-?: Omit<T, K> & Required<Pick<T, P>> & Partial<Record<Exclude<K, P>, undefined>>;
}[K];

export const name = (description: string) =>
  Type.String({ description, minLength: 1, maxLength: 63, pattern: dnsLabel });

/** A text on one line, with no space at its ends: nobody sees one there, and to Kubernetes it makes another name. */
export const oneLine = '^\\S(.*\\S)?$';

/** The same, or nothing at all. */
export const oneLineOrNothing = '^(\\S(.*\\S)?)?$';

/** A text without spaces of any kind, and so on one line. */
export const noSpaces = '^\\S*$';

/** Subject names are the identity provider's, not ours: nearly anything on a line is a name. Rules judge the rest. */
export const subjectName = (description: string) =>
  Type.String({ description, minLength: 1, maxLength: 253, pattern: oneLine });

/** The name of an object, as Kubernetes asks for it. */
export const objectName = (description: string) =>
  Type.String({ description, minLength: 1, maxLength: 253, pattern: dnsSubdomain });

export const date = (description: string) =>
  Type.String({ description, pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', examples: ['2026-12-31'] });

/**
 * An amount: text, or a whole number without quotes, as Kubernetes takes either. Whoever reads a file turns the second of
 * the two types into the first.
 */
export const quantity = (description?: string, examples?: string[]) =>
  Type.Unsafe<string>({
    type: ['string', 'integer'],
    ...(description !== undefined && { description }),
    pattern: quantityPattern,
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    ...(examples && { examples }),
  });

/** A whole number as text. */
export const wholeNumberPattern = '^(0|[1-9][0-9]{0,8})$';

/** A number of objects, with quotes or without. */
export const quotaCount = (description: string) =>
  Type.Unsafe<number>({
    type: ['integer', 'string'],
    description,
    pattern: wholeNumberPattern,
    minimum: 0,
    maximum: 2 ** 31 - 1,
  });

export const count = (description: string, minimum = 0) => Type.Integer({ description, minimum, maximum: 2 ** 31 - 1 });

/**
 * How many labels, and how many annotations, a mapping may have. A namespace's own and those that it inherits, with the
 * platform's beside them, stay below the number that the policies of a cluster go through (`mostRounds`).
 */
export const mostKeys = 200;

export const labels = (description: string) =>
  Type.Record(Type.String({ minLength: 1, maxLength: 317 }), Type.String({ maxLength: 63 }), {
    // The pattern that stands for any key does not match a line break: a value under such a key would go unchecked.
    ...strict,
    description,
    maxProperties: mostKeys,
  });

/** What all annotations of an object may come to, keys and values together: the API server takes no more. */
export const mostAnnotationBytes = 256 * 1024;

/** Any text: Kubernetes asks nothing of a value but that all of them are not too much. */
export const annotations = (description: string) =>
  Type.Record(Type.String({ minLength: 1, maxLength: 317 }), Type.String({ maxLength: mostAnnotationBytes }), {
    ...strict,
    description,
    maxProperties: mostKeys,
  });

/** Names of objects of the cluster. */
export const objectNames = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 253, pattern: dnsSubdomain }), { description });

export const classNames = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { description });

export const role = Type.String({
  description:
    'A role: `admin`, `edit` or `view`, with the meaning that Kubernetes gives them, a custom role of the tenant or of the organization, or a ClusterRole that the organization lists.',
  minLength: 1,
  maxLength: 253,
  pattern: roleName,
  examples: ['admin', 'edit', 'view'],
});

export const until = optional(date('Last day (UTC) on which the share holds.'));

export const Share = exactlyOneOf(
  Type.Object(
    {
      group: optional(subjectName('A group of the organization.')),
      user: optional(subjectName('A user name, without the `user:` of tokens.')),
      serviceAccount: optional(
        Type.String({
          description:
            'A service account, as `namespace/name`. Whoever controls its namespace gets what is shared with it: one that others control takes a grant of `accountNamespaces`.',
          minLength: 3,
          maxLength: 317,
          pattern: serviceAccountPath,
          examples: ['ci/deployer'],
        }),
      ),
      role,
      until,
    },
    { ...strict, description: 'A group, a user or a service account, with one role.' },
  ),
  ['group', 'user', 'serviceAccount'],
);

export const Owner = Type.Object(
  {
    kind: oneOf(['User', 'Group', 'ServiceAccount'], { description: 'What kind of subject owns the tenant.' }),
    name: subjectName('Its name. A user is named without the `user:` of tokens.'),
    namespace: optional(name('The namespace of a service account.')),
  },
  { ...strict, description: 'A subject with full control over all namespaces of the tenant.' },
);

export const PolicyRule = Type.Object(
  {
    apiGroups: Type.Array(Type.String({ maxLength: 253, pattern: noSpaces }), {
      minItems: 1,
      description: "API groups; `''` is the core group.",
    }),
    resources: Type.Array(Type.String({ minLength: 1, maxLength: 253, pattern: noSpaces }), {
      minItems: 1,
      description: 'Resources, as RBAC writes them.',
    }),
    verbs: Type.Array(Type.String({ minLength: 1, maxLength: 63, pattern: noSpaces }), {
      minItems: 1,
      description: 'Verbs, as RBAC writes them.',
    }),
    resourceNames: optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 253, pattern: noSpaces }), {
        minItems: 1,
        description: 'Only these objects.',
      }),
    ),
  },
  { ...strict, description: 'One rule of an RBAC Role.' },
);

export const CustomRole = Type.Object(
  { name: name('The name that shares use. Not admin, edit or view.'), rules: Type.Array(PolicyRule, { minItems: 1 }) },
  {
    ...strict,
    description: 'A named set of rules for namespaces of the tenant, rendered as a ClusterRole where somebody has it.',
  },
);

/** A role of the organization: the same form, for the namespaces of whichever tenant gives it. */
export const OrganizationRole = Type.Object(CustomRole.properties, {
  ...strict,
  description:
    'A named set of rules that shares of every tenant may give, rendered as a ClusterRole where somebody has it.',
});

/** The name of a ClusterRole that is on clusters already. */
export const clusterRoleName = Type.String({ minLength: 1, maxLength: 253, pattern: roleName });

export const Budget = Type.Object(
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
);

export const Allocation = Type.Object(
  {
    name: name('The name that namespaces refer to, and the value of their allocation label.'),
    budget: Budget,
    start: optional(date('First day (UTC) of the allocation.')),
    end: optional(date('Last day (UTC) of the allocation.')),
  },
  { ...strict, description: "A named budget that a namespace's usage is attributed to." },
);

export const clusterNames = Type.Array(Type.String({ minLength: 1, maxLength: 63 }), {
  description: 'Names of clusters.',
});

export type Share = Static<typeof Share>;
export type Allocation = Static<typeof Allocation>;
export type CustomRole = Static<typeof CustomRole>;
export type Owner = Static<typeof Owner>;
