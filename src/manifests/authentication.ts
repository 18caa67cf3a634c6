import { isOwnAuthentication } from '../access/names-on.ts';
import { tokenSeconds } from '../access/token-life.ts';
import { groupPrefixesOfKubernetes } from '../kubernetes/names.ts';
import { celString } from './cel.ts';
import type { RenderedCluster, RenderedOrganization } from './cluster-input.ts';

/** The first Kubernetes 1.x minors with AuthenticationConfiguration in beta (on by default) and in v1. */
const betaSince = 30;
const stableSince = 34;

/** The version of AuthenticationConfiguration that a Kubernetes such as `1.36` reads; undefined where it reads none. */
export function authenticationApiVersion(kubernetesVersion: string): string | undefined {
  const minor = Number(kubernetesVersion.split('.')[1]);
  if (minor < betaSince) return undefined;
  return `apiserver.config.k8s.io/${minor >= stableSince ? 'v1' : 'v1beta1'}`;
}

/**
 * The configuration file by which an API server accepts the platform's tokens (S19), and only those that keep the
 * rules: audience (S29), subject (S30), issuer (S31), lifetime (S28), group claims (S32).
 * See https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration.
 *
 * Undefined for a cluster whose own identity provider decides, and for a Kubernetes without structured authentication: flags alone cannot express the rules.
 */
export function authenticationConfiguration(
  organization: RenderedOrganization,
  cluster: RenderedCluster,
): object | undefined {
  if (isOwnAuthentication(cluster)) return undefined;
  const apiVersion = authenticationApiVersion(cluster.kubernetesVersion.value);
  if (apiVersion === undefined) return undefined;
  const audience = cluster.id.value;
  return {
    apiVersion,
    kind: 'AuthenticationConfiguration',
    jwt: [
      {
        issuer: { url: organization.issuer.value, audiences: [audience] },
        claimValidationRules: [
          {
            // `audiences` above is satisfied by one match among several: a token for two clusters would do for both.
            expression: `claims.aud == ${celString(audience, '"')}`,
            message: `the token must be for the audience ${audience} alone`,
          },
          {
            expression: `claims.exp - claims.iat <= ${tokenSeconds}`,
            message: `the token must not be valid for more than ${tokenSeconds} seconds`,
          },
          {
            expression: `claims.sub.startsWith('user:') && claims.sub.size() > 5`,
            message: "the token's subject must be user:<username>",
          },
          {
            // The mapping below takes one string for a list of it.
            expression: '!has(claims.groups) || type(dyn(claims.groups)) == list',
            message: "the token's groups must be a list",
          },
        ],
        claimMappings: {
          username: { expression: 'claims.sub' },
          groups: { expression: 'has(claims.groups) ? claims.groups : []' },
        },
        userValidationRules: [
          {
            expression: `user.groups.all(group, ${groupPrefixesOfKubernetes.map((prefix) => `!group.startsWith('${prefix}')`).join(' && ')})`,
            message: `the token must not hold groups of Kubernetes itself (${groupPrefixesOfKubernetes.map((prefix) => `${prefix}…`).join(', ')})`,
          },
        ],
      },
    ],
  };
}
