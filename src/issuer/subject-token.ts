import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { SignIn, Workload } from '../config/model/desired-state.ts';
import { workloadPrefix } from '../settings/sign-in.ts';
import type { Entitlements, Identity } from './entitlements.ts';
import type { Refusal } from './exchange.ts';

/**
 * Who somebody is, by the token of a declared provider. A token is looked at by lists of what is allowed; what is not on
 * one is refused. The keys of a provider are asked for only once the token names it, word for word: nobody chooses by a
 * token which address is fetched.
 */

/** The kinds of tokens that are taken: ID tokens of people, and those of jobs (RFC 8693, section 3). */
export const subjectTokenTypes = {
  'urn:ietf:params:oauth:token-type:id_token': 'person',
  'urn:ietf:params:oauth:token-type:jwt': 'workload',
} as const satisfies Record<string, 'person' | 'workload'>;

export type SubjectKind = (typeof subjectTokenTypes)[keyof typeof subjectTokenTypes];

/** The keys of a declared issuer, which it serves at its own address. */
export type ProviderKeys = (issuer: string) => Promise<JWTVerifyGetKey>;

/** Thrown by `ProviderKeys` where a provider does not say its keys: nobody is to blame who shows a token. */
export class ProviderUnavailable extends Error {}

/** Signatures by a public key: `none`, and those by a secret that both sides know, are not among them. */
const algorithms = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
];

/** How far in the future a token may have been issued, in seconds: clocks differ. */
const leeway = 60;

/** How long a sign-in counts, in seconds, by the time of the token and by that of the sign-in itself where it is said. */
export const signInSeconds = 12 * 60 * 60;

/** Who shows a token, or why it is not taken. `now` is in seconds since the epoch. */
export async function identify(
  token: string,
  kind: SubjectKind,
  {
    entitlements,
    keys,
    now,
  }: { readonly entitlements: Entitlements; readonly keys: ProviderKeys; readonly now: number },
): Promise<Identity | Refusal> {
  const issuer = issuerOf(token);
  if (typeof issuer !== 'string') return issuer;
  const declared = (kind === 'person' ? entitlements.signIn : entitlements.workloads).filter(
    (entry) => entry.issuer === issuer,
  );
  if (declared.length === 0) return refused(`its issuer is not declared under \`${keyOf[kind]}\``);
  let payload: JWTPayload;
  try {
    ({ payload } = await jwtVerify(token, await keys(issuer), {
      issuer,
      algorithms,
      requiredClaims: ['exp', 'iat', 'aud'],
      clockTolerance: leeway,
      currentDate: new Date(now * 1000),
    }));
  } catch (error) {
    return refusalOf(error);
  }
  const untimely = timeProblem(payload, now);
  if (untimely !== undefined) return refused(untimely);
  return kind === 'person' ? person(payload, entitlements.signIn) : workload(payload, entitlements);
}

const keyOf = { person: 'signIn', workload: 'workloads' } as const satisfies Record<SubjectKind, string>;

function refused(reason: string): Refusal {
  return { error: 'invalid_grant', reason };
}

/** The issuer that a token names, before anything of it is believed: it says only whose keys are to be tried. */
function issuerOf(token: string): string | Refusal {
  let issuer: unknown;
  try {
    const { alg, typ, crit } = decodeProtectedHeader(token);
    if (alg === undefined || !algorithms.includes(alg)) return refused('its algorithm is not one that is taken');
    // ID tokens have no type of their own; `at+jwt` are access tokens, `logout+jwt` are for ending a session.
    if (typ !== undefined && !/^(?:application\/)?jwt$/i.test(typ)) return refused('it is not of the type JWT');
    if (crit !== undefined) return refused('its header asks for an extension');
    issuer = decodeJwt(token).iss;
  } catch {
    return refused('it is no signed JWT');
  }
  return typeof issuer === 'string' ? issuer : refused('it names no issuer');
}

/** Of what jose says, in words that hold nothing of the token. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof ProviderUnavailable) return { error: 'temporarily_unavailable', reason: error.message };
  if (error instanceof errors.JWTExpired) return refused('it has expired');
  if (error instanceof errors.JWTClaimValidationFailed) return refused(`its claim \`${error.claim}\` is not right`);
  if (error instanceof errors.JWKSNoMatchingKey) return refused('its key is not one of its issuer');
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return refused('it does not say which key of its issuer it is by');
  if (error instanceof errors.JWSSignatureVerificationFailed) return refused('its signature is not right');
  if (error instanceof errors.JOSEError) return refused('it is not a JWT that is taken');
  throw error;
}

/** What is wrong with its times. A person who signed in long ago signs in anew, however often his token was renewed since. */
function timeProblem({ exp = 0, iat = 0, auth_time: signedIn }: JWTPayload, now: number): string | undefined {
  // The leeway is for what begins; what has ended has ended.
  if (exp <= now) return 'it has expired';
  if (iat > now + leeway) return 'it is issued in the future';
  if (iat < now - signInSeconds) return 'it was issued too long ago: sign in again';
  // 0 is how some say that they do not know, as Glewlwyd does of a code: nobody signed in in 1970.
  if (signedIn === undefined || signedIn === 0) return undefined;
  if (typeof signedIn !== 'number' || signedIn > now + leeway) return 'its claim `auth_time` is not right';
  return signedIn < now - signInSeconds ? 'the sign-in is too long ago: sign in again' : undefined;
}

/** Whether a token is for this audience and for nobody else: who else takes it could show it here. */
function isForOnly(audience: string, { aud }: JWTPayload): boolean {
  return Array.isArray(aud) ? aud.length === 1 && aud[0] === audience : aud === audience;
}

function person(payload: JWTPayload, signIn: readonly SignIn[]): Identity | Refusal {
  const provider = signIn.find(({ issuer }) => issuer === payload.iss);
  if (!provider) return refused('its issuer is not declared under `signIn`');
  if (!isForOnly(provider.clientID, payload)) return refused('it is not for this client alone');
  if (payload['azp'] !== undefined && payload['azp'] !== provider.clientID) {
    return refused('it was given to another client');
  }
  const other = otherToken(payload);
  if (other !== undefined) return refused(other);
  // Whoever may write an address into his profile would be whom it belongs to.
  if (/(^|[./])e-?mail$/i.test(provider.usernameClaim) && payload['email_verified'] === false) {
    return refused('its e-mail address is not verified');
  }
  const user = claim(payload, provider.usernameClaim);
  const problem = nameProblem(user);
  if (problem !== undefined || typeof user !== 'string') {
    return refused(`its claim \`${provider.usernameClaim}\` ${problem ?? 'is no text'}`);
  }
  const groups = provider.groupsClaim === undefined ? [] : (claim(payload, provider.groupsClaim) ?? []);
  if (!isListOfTexts(groups)) return refused(`its claim \`${provider.groupsClaim ?? ''}\` is no list of texts`);
  return { user, claimedGroups: groups };
}

/**
 * Why a token is another kind of token than an ID token, which providers sign with the same keys. By its audience alone an
 * access token is not told apart where a client is its own resource, and a logout token never is.
 *
 * - `scope`, `scp`: what the bearer may do. An ID token says who somebody is, and nothing of that.
 * - `client_id` belongs to access tokens (RFC 9068). Some providers put it into ID tokens as well, beside claims that OpenID
 *   Connect knows of ID tokens alone: so it counts only without one of these.
 * - `events` is that of logout tokens and other security events, for the same client (OpenID Connect Back-Channel Logout).
 * - `job_id`, `run_id` and the like are in tokens of CI jobs. GitLab signs these by the key of its ID tokens, for whatever
 *   audience the author of a job names: one that he gets somebody to run would sign in as that person.
 * - `typ` and `token_use` are how Keycloak and Cognito say it; in the ID tokens of others they are not there.
 */
function otherToken(payload: JWTPayload): string | undefined {
  const has = (name: string): boolean => payload[name] !== undefined;
  if (has('scope') || has('scp')) return 'it is an access token: it says what its bearer may do';
  if (has('client_id') && !['nonce', 'at_hash', 'c_hash'].some(has)) return 'it is an access token of a client';
  const job = claimsOfJobs.find(has);
  if (job !== undefined) return `it is the token of a job: it has the claim \`${job}\``;
  if (has('events')) return 'it is the token of an event';
  if (has('typ') && payload['typ'] !== 'ID') return 'it says that it is no ID token';
  if (has('token_use') && payload['token_use'] !== 'id') return 'it says that it is no ID token';
  return undefined;
}

/** Of GitHub Actions, GitLab, Buildkite, CircleCI, Terraform and Bitbucket. */
const claimsOfJobs = [
  'job_id',
  'run_id',
  'run_attempt',
  'pipeline_id',
  'pipeline_source',
  'job_workflow_ref',
  'workflow_ref',
  'project_path',
  'build_number',
  'terraform_run_id',
  'oidc.circleci.com/project-id',
  'pipelineUuid',
] as const;

/** Characters that nobody sees, or that a line or a direction of writing ends with: TEN002 refuses them in the config. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** What keeps a claim from being the name of a user, in words that follow it. Names are the config's: nothing is mended. */
function nameProblem(user: unknown): string | undefined {
  if (typeof user !== 'string') return 'is no text';
  if (user === '' || user !== user.trim() || hidden.test(user)) return 'is no name on one line';
  if (user.length > 253) return 'is too long for a name';
  // `user:` is what tokens put before a name (S30), and no name begins with it (TEN315).
  if (/^\s*(?:system|user)\s*:/i.test(user)) return 'begins as no name of a person does';
  if (user.toLowerCase().startsWith(workloadPrefix)) return 'is the name of a workload';
  return undefined;
}

/** The one workload whose token it is: every claim that is declared is equal as a whole. */
function workload(payload: JWTPayload, { workloads, issuer: ownIssuer }: Entitlements): Identity | Refusal {
  const ofIssuer = workloads.filter(({ issuer }) => issuer === payload.iss);
  const forUs = ofIssuer.filter(({ audience = ownIssuer }) => isForOnly(audience, payload));
  if (forUs.length === 0) return refused('it is not for this issuer alone');
  const [found, ...others] = forUs.filter((entry) => hasClaims(payload, entry));
  if (!found) return refused('its claims are those of no declared workload');
  if (others.length > 0) return refused('its claims are those of more than one declared workload');
  return { user: `${workloadPrefix}${found.name}`, claimedGroups: [] };
}

function hasClaims(payload: JWTPayload, { claims }: Workload): boolean {
  const declared = Object.entries(claims);
  // By no claim at all it would be everybody's: TEN327 says so, and nothing here depends on that.
  return declared.length > 0 && declared.every(([name, value]) => claim(payload, name) === value);
}

/** A claim of the token itself: `constructor` is none. */
function claim(payload: JWTPayload, name: string): unknown {
  return Object.hasOwn(payload, name) ? payload[name] : undefined;
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
