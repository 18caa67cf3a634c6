import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import { noOrder } from './order.ts';
import { name, noSpaces, optional, strict } from './schema-parts.ts';
import { setting } from './setting.ts';

/** Who says who somebody is, for the tokens that tenantry's own issuer gives: people, and jobs of CI. */

const issuer = (description: string) => Type.String({ description, minLength: 1, maxLength: 500, pattern: noSpaces });

const claimName = (description: string) =>
  Type.String({ description, minLength: 1, maxLength: 253, pattern: noSpaces });

/** An identity provider of people. */
export const SignIn = Type.Object(
  {
    issuer: issuer("Its issuer, exactly as its ID tokens' `iss` says it."),
    clientID: Type.String({
      description: 'The client that people sign in to there: the one audience that their ID tokens may have.',
      minLength: 1,
      maxLength: 253,
      pattern: noSpaces,
    }),
    usernameClaim: claimName('The claim that is the name by which `organization.yaml` knows the user.'),
    groupsClaim: optional(
      claimName('The claim that lists the groups of the user: those count of which `groups` names no `members`.'),
    ),
    scopes: optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 253, pattern: noSpaces }), {
        description: 'The scopes that are asked for when somebody signs in. Default: `openid`.',
        minItems: 1,
      }),
    ),
  },
  strict,
);

/** A job that runs elsewhere, known by the token of whoever runs it. */
export const Workload = Type.Object(
  {
    name: name('Its name: it is the user `workload:<name>`, wherever a user is named.'),
    issuer: issuer('The issuer of its tokens, exactly as their `iss` says it.'),
    audience: optional(
      Type.String({
        description: 'The one audience that its tokens may have. Default: the `issuer` of the organization.',
        minLength: 1,
        maxLength: 500,
        pattern: noSpaces,
      }),
    ),
    claims: Type.Record(Type.String({ minLength: 1, maxLength: 253 }), Type.String({ minLength: 1, maxLength: 1000 }), {
      ...strict,
      description: 'Claims that its tokens must have, each equal as a whole; all of them are texts.',
      maxProperties: 50,
    }),
  },
  strict,
);

export type SignIn = Static<typeof SignIn>;
export type Workload = Static<typeof Workload>;

/** The user that a workload is. */
export const workloadPrefix = 'workload:';

/** Keys of the organization's `spec`. */
export const signInKeys = {
  signIn: setting(
    'sign-in',
    optional(
      Type.Array(SignIn, {
        description: 'The identity providers whose ID tokens `tenantry issuer` exchanges for tokens of clusters.',
      }),
    ),
    { order: noOrder, risk: 'identity', toldOfNew: true, rendered: { nothing: 'for the issuer' } },
  ),
  workloads: setting(
    'workload',
    optional(
      Type.Array(Workload, {
        description:
          'Jobs that run elsewhere, such as in CI, and get tokens of clusters for those of their own provider: without a secret.',
      }),
    ),
    { order: noOrder, risk: 'identity', toldOfNew: true, rendered: { nothing: 'for the issuer' } },
  ),
} as const;
