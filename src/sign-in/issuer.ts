import { Failure } from '../values/failure.ts';
import { at, listAt, textAt } from '../values/json.ts';
import type { Answer } from './http.ts';
import { ask } from './http.ts';
import { saidBy } from './said.ts';

/** How people sign in: at which identity provider, as which client of it. */
export interface Provider {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** For how many seconds the issuer takes a sign-in; undefined where it does not say. */
  readonly maxAge?: number;
}

/** A cluster as the issuer tells somebody of it who has something there. */
export interface OwnCluster {
  readonly name: string;
  /** The audience of its tokens. */
  readonly id: string;
  readonly server: string;
  /** PEM. */
  readonly certificateAuthority?: string;
  readonly groups: readonly string[];
  /** Those in which he has something. */
  readonly namespaces: readonly string[];
  readonly defaultNamespace?: string;
}

export interface OwnClusters {
  /** By the name that Git has for him. */
  readonly user: string;
  readonly clusters: readonly OwnCluster[];
}

/** A token for a cluster, and for how many milliseconds from the answer on it counts, by the server's clock. */
export interface Issued {
  readonly token: string;
  readonly lifetime: number;
}

/** Whom the issuer does not know, or no longer: somebody has to sign in again. */
export class NotSignedIn extends Error {}

/** The issuer's URL as everything names it: https, no slash at the end. Throws a Failure where it is none. */
export function issuerUrl(written: string): string {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (
    url?.protocol !== 'https:' ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new Failure('bad-arguments', `\`${written}\` is not the URL of an issuer`, {
      help: 'give an https URL, such as https://platform.example.com/api/oidc',
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** How people sign in for an issuer, as it says itself (`tenantry_sign_in` of its discovery document). */
export async function providersOf(issuer: string): Promise<readonly Provider[]> {
  const { status, body } = await ask(`${issuer}/.well-known/openid-configuration`);
  if (status !== 200) throw noIssuer(issuer, `it answers with ${status}`);
  if (textAt(body, 'issuer') !== issuer) throw noIssuer(issuer, 'it says that it is another one');
  const providers = listAt(body, 'tenantry_sign_in').flatMap((entry): Provider[] => {
    const [url, clientId] = [textAt(entry, 'issuer'), textAt(entry, 'client_id')];
    if (url === undefined || clientId === undefined) return [];
    const scopes = listAt(entry, 'scopes').filter((scope) => typeof scope === 'string');
    const maxAge = readMaxAge(at(entry, 'max_age'));
    return [
      {
        issuer: url,
        clientId,
        scopes: scopes.includes('openid') ? scopes : ['openid', ...scopes],
        ...(maxAge !== undefined && { maxAge }),
      },
    ];
  });
  if (providers.length === 0) throw noIssuer(issuer, 'it does not say where people sign in');
  return providers;
}

/** Whole seconds; undefined where it is nothing that an identity provider can be asked for. */
function readMaxAge(written: unknown): number | undefined {
  return typeof written === 'number' && Number.isSafeInteger(written) && written > 0 ? written : undefined;
}

function noIssuer(issuer: string, why: string): Failure {
  return new Failure('sign-in', `${issuer} is no issuer for people: ${why}`, {
    help: "check the URL: it is `spec.issuer` of the organization's file, which needs `signIn` as well",
  });
}

/**
 * A token for one cluster in exchange for the ID token of somebody (RFC 8693). Throws `NotSignedIn` where the issuer does
 * not take the ID token, and a Failure for whatever else it says.
 */
export async function exchange(issuer: string, idToken: string, cluster: string): Promise<Issued> {
  const answer = await patiently(() =>
    ask(`${issuer}/token`, {
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: idToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        audience: cluster,
      },
    }),
  );
  const { status, body, date } = answer;
  if (status !== 200) throw refusal(issuer, answer, cluster);
  const [token, seconds] = [textAt(body, 'access_token'), at(body, 'expires_in')];
  const claims = token === undefined ? undefined : claimsOf(token);
  if (token === undefined || typeof seconds !== 'number' || claims === undefined) {
    throw new Failure('sign-in', `what ${issuer} answers is no token`);
  }
  // What is handed out is what was asked for: a token for another cluster is nothing that this one may see.
  if (at(claims, 'aud') !== cluster || textAt(claims, 'iss') !== issuer) {
    throw new Failure('sign-in', `the token that ${issuer} answers with is not for cluster ${cluster}`);
  }
  const end = at(claims, 'exp');
  const byItsClock = typeof end === 'number' && date !== undefined ? end * 1000 - date : Infinity;
  return { token, lifetime: Math.min(seconds * 1000, byItsClock) };
}

/** The clusters that somebody has, by his ID token. Throws as `exchange` does. */
export async function clustersOf(issuer: string, idToken: string): Promise<OwnClusters> {
  const answer = await patiently(() => ask(`${issuer}/clusters`, { headers: { authorization: `Bearer ${idToken}` } }));
  if (answer.status !== 200) throw refusal(issuer, answer);
  const found = readClusters(answer.body);
  if (!found) throw new Failure('sign-in', `what ${issuer} answers is no list of clusters`);
  return found;
}

/** A list of clusters that came from elsewhere; undefined where it is none. */
export function readClusters(written: unknown): OwnClusters | undefined {
  const user = textAt(written, 'user');
  if (user === undefined || !Array.isArray(at(written, 'clusters'))) return undefined;
  const texts = (list: readonly unknown[]): string[] => list.filter((text) => typeof text === 'string');
  const clusters = listAt(written, 'clusters').map((entry): OwnCluster | undefined => {
    const [name, id, server] = [textAt(entry, 'name'), textAt(entry, 'id'), textAt(entry, 'server')];
    if (!name || !id || server === undefined || !isShown(name) || !isShown(id)) return undefined;
    if (!URL.canParse(server) || new URL(server).protocol !== 'https:') return undefined;
    const pem = textAt(entry, 'certificateAuthority');
    const namespace = textAt(entry, 'defaultNamespace');
    return {
      name,
      id,
      server,
      ...(pem !== undefined && { certificateAuthority: pem }),
      groups: texts(listAt(entry, 'groups')),
      namespaces: texts(listAt(entry, 'namespaces')),
      ...(namespace !== undefined && { defaultNamespace: namespace }),
    };
  });
  const whole = clusters.filter((cluster) => cluster !== undefined);
  return whole.length === clusters.length ? { user, clusters: whole } : undefined;
}

/** Names go into a kubeconfig and to a terminal. */
function isShown(name: string): boolean {
  return /^[\x21-\x7e]{1,253}$/.test(name);
}

/** What a token says of itself. Nobody checks it here: whoever it is shown to does. */
export function claimsOf(token: string): unknown {
  const [, payload = ''] = token.split('.');
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Asks once more where a server is too busy and says for how long. */
async function patiently(send: () => Promise<Answer>): Promise<Answer> {
  const answer = await send();
  const { status, retryAfter = 1 } = answer;
  if (status !== 429 || retryAfter > mostWaiting) return answer;
  await new Promise((resume) => setTimeout(resume, retryAfter * 1000));
  return send();
}

/** Seconds that somebody waits for a busy issuer without being told. */
const mostWaiting = 10;

function refusal(issuer: string, { status, body, retryAfter }: Answer, cluster?: string): Error {
  const code = saidBy(textAt(body, 'error') ?? '');
  const said = saidBy(textAt(body, 'error_description') ?? '');
  if (code === 'invalid_grant' || status === 401) return new NotSignedIn(said || code);
  const why = [code || `status ${status}`, ...(said === '' ? [] : [said])].join(': ');
  const about = cluster === undefined ? '' : ` for cluster ${cluster}`;
  const helps: Readonly<Record<string, string>> = {
    access_denied: '`tenantry clusters` lists the clusters that you have; access is asked for in Git',
    invalid_target:
      '`tenantry clusters` lists the clusters that you have; write the kubeconfig anew with `tenantry kubeconfig`',
  };
  const help = status === 429 ? `wait ${retryAfter ?? 60} s, then run this again` : helps[code];
  return new Failure('sign-in', `${issuer} gives no token${about}: ${why}`, help === undefined ? {} : { help });
}
