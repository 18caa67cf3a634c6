import { Hono } from 'hono';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { tokenSeconds } from '../access/token-life.ts';
import type { AuditEntry } from './audit.ts';
import type { Entitlements, Held, Identity } from './entitlements.ts';
import { heldBy } from './entitlements.ts';
import type { ErrorCode, Refusal } from './exchange.ts';
import { exchange } from './exchange.ts';
import type { SigningKeys } from './keys.ts';
import type { Limiter } from './rate.ts';
import { isForm, mostBodyBytes, readBody, tokenRequest } from './request.ts';
import type { ProviderKeys } from './subject-token.ts';
import { identify, signInSeconds } from './subject-token.ts';

/** The config that decides, and how well it is known. */
export interface Published {
  /** The commit that it was read from. */
  readonly commit: string;
  readonly entitlements: Entitlements;
}

/** What is said of the issuer's state: nothing that is not in the repository's log. */
export interface Health {
  /** `ok`, or in words what is not as it should be, though tokens are given. */
  readonly status: string;
  /** Of the config that decides; null until one was read. */
  readonly commit: string | null;
  readonly asOf: string | null;
  readonly problems: readonly string[];
}

/** All that the routes get from the world outside. */
export interface IssuerParts {
  /** Undefined until a config was read. */
  readonly published: () => Published | undefined;
  readonly keys: () => SigningKeys;
  readonly health: () => Health;
  readonly providerKeys: ProviderKeys;
  readonly limit: Limiter;
  readonly now: () => Date;
  /** A name for a token that none had before. */
  readonly newId: () => string;
  readonly audit: (entry: AuditEntry) => void;
}

/** What the routes get beside the request. */
export interface Bindings {
  /** The address that the connection comes from. */
  readonly ip: string;
}

type Here = Context<{ Bindings: Bindings }>;

const statusOf = {
  invalid_request: 400,
  invalid_grant: 400,
  invalid_target: 400,
  unsupported_grant_type: 400,
  access_denied: 403,
  slow_down: 429,
  temporarily_unavailable: 503,
  server_error: 500,
} as const satisfies Record<ErrorCode, ContentfulStatusCode>;

/**
 * The routes of the issuer, below the path of its URL: discovery, keys, the token endpoint, the clusters of whoever asks, and
 * health. No state is kept of anybody.
 */
export function issuerRoutes(parts: IssuerParts, issuer: string): Hono<{ Bindings: Bindings }> {
  const base = new URL(issuer).pathname.replace(/\/+$/, '');
  const app = new Hono<{ Bindings: Bindings }>();
  app.use(async (c, next) => {
    await next();
    c.header('X-Content-Type-Options', 'nosniff');
    // Whatever says nothing of itself is about somebody, or about this moment.
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
  });
  const health = (c: Here) => {
    const state = parts.health();
    return c.json(state, state.commit === null ? 503 : 200);
  };
  const routes: readonly (readonly [
    method: 'GET' | 'POST',
    path: string,
    (c: Here) => Response | Promise<Response>,
  ])[] = [
    ['GET', `${base}/.well-known/openid-configuration`, (c) => discovery(c, parts, issuer)],
    ['GET', `${base}/keys`, (c) => keys(c, parts)],
    ['POST', `${base}/token`, (c) => token(c, parts)],
    ['GET', `${base}/clusters`, (c) => clusters(c, parts)],
    ['GET', `${base}/healthz`, health],
    // For those who look after the process, and do not know its path.
    ...(base === '' ? [] : [['GET', '/healthz', health] as const]),
  ];
  for (const [method, path, answer] of routes) {
    app.on(method, path, answer);
    app.all(path, (c) => {
      c.header('Allow', method === 'GET' ? 'GET, HEAD' : method);
      return problem(c, { error: 'invalid_request', reason: `only ${method} is answered here` }, 405);
    });
  }
  app.notFound((c) => problem(c, { error: 'invalid_request', reason: 'there is nothing at this address' }, 404));
  // What went wrong is for the log: it may hold what was being worked on.
  app.onError((error, c) => {
    parts.audit({
      event: 'token',
      outcome: 'refused',
      ip: c.env.ip,
      error: 'server_error',
      reason: error.name,
    });
    return problem(c, { error: 'server_error', reason: 'something went wrong here' });
  });
  return app;
}

function problem(c: Context, { error, reason }: Refusal, status: ContentfulStatusCode = statusOf[error]): Response {
  // RFC 6749 leaves these characters out of a description.
  const description = reason.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '');
  c.header('Cache-Control', 'no-store');
  return c.newResponse(JSON.stringify({ error, error_description: description }), {
    status,
    headers: { 'Content-Type': 'application/json' },
  });
}

/** What API servers and clients learn of the issuer: a person needs its URL alone to sign in. */
function discovery(c: Here, parts: IssuerParts, issuer: string): Response {
  const published = parts.published();
  if (!published) return problem(c, notReady);
  const at = issuer.replace(/\/+$/, '');
  c.header('Cache-Control', 'public, max-age=30');
  return c.json({
    issuer,
    jwks_uri: `${at}/keys`,
    token_endpoint: `${at}/token`,
    grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'],
    token_endpoint_auth_methods_supported: ['none'],
    response_types_supported: ['none'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    tenantry_sign_in: published.entitlements.signIn.map(({ issuer: provider, clientID, scopes }) => ({
      issuer: provider,
      client_id: clientID,
      scopes: scopes ?? ['openid'],
      max_age: signInSeconds,
    })),
    tenantry_clusters_endpoint: `${at}/clusters`,
  });
}

/** An API server asks again for a key that it does not know only where it may not keep these for longer than 30 s. */
function keys(c: Here, parts: IssuerParts): Response {
  c.header('Cache-Control', 'public, max-age=30');
  c.header('Content-Type', 'application/json');
  return c.body(parts.keys().published);
}

const notReady: Refusal = { error: 'temporarily_unavailable', reason: 'no config has been read yet' };

/** Refuses in the same words for the client and the log. */
function refuse(c: Here, parts: IssuerParts, refusal: Refusal, entry: Omit<AuditEntry, 'outcome' | 'ip'>): Response {
  parts.audit({ ...entry, outcome: 'refused', ip: c.env.ip, error: refusal.error, reason: refusal.reason });
  return problem(c, refusal);
}

async function token(c: Here, parts: IssuerParts): Promise<Response> {
  const published = parts.published();
  if (!published) return problem(c, notReady);
  const { commit, entitlements } = published;
  const about = { event: 'token', commit } as const;
  const asked = await requestOf(c);
  if ('error' in asked) return refuse(c, parts, asked, about);
  const now = Math.floor(parts.now().getTime() / 1000);
  const identity = await identify(asked.subjectToken, asked.kind, { entitlements, keys: parts.providerKeys, now });
  const audience = entitlements.clusters.has(asked.audience) ? {} : { audience: asked.audience.slice(0, 253) };
  if ('error' in identity) return refuse(c, parts, identity, { ...about, ...audience });
  const who = { ...about, user: `user:${identity.user}` };
  const wait = parts.limit(identity.user);
  if (wait !== undefined) return tooMany(c, parts, wait, who);
  const decided = exchange(entitlements, { identity, audience: asked.audience, now, id: parts.newId() });
  if ('error' in decided)
    return refuse(c, parts, decided, { ...who, ...audience, ...named(entitlements, asked.audience) });
  const { claims, cluster } = decided;
  const signing = parts.keys();
  const signed = await signing.sign(claims);
  // Before it is handed out: there is no token that no line tells of.
  const { groups, jti } = claims;
  parts.audit({ ...who, outcome: 'issued', ip: c.env.ip, cluster, groups, jti, kid: signing.kid });
  return c.json({
    access_token: signed,
    issued_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_type: 'Bearer',
    expires_in: tokenSeconds,
  });
}

function named({ clusters: all }: Entitlements, audience: string): { readonly cluster?: string } {
  const name = all.get(audience)?.name;
  return name === undefined ? {} : { cluster: name };
}

function tooMany(c: Here, parts: IssuerParts, wait: number, entry: Omit<AuditEntry, 'outcome' | 'ip'>): Response {
  c.header('Retry-After', String(wait));
  return refuse(c, parts, { error: 'slow_down', reason: `too many requests: try again in ${wait} s` }, entry);
}

/** What is asked for, by what arrives and not by what a header says of it. */
async function requestOf(c: Here): Promise<ReturnType<typeof tokenRequest>> {
  const { raw } = c.req;
  const invalid = (reason: string): Refusal => ({ error: 'invalid_request', reason });
  // What stands in an address stands in logs.
  if (new URL(raw.url).search !== '') return invalid('parameters belong into the body');
  if (!isForm(c.req.header('content-type'))) return invalid('the body must be application/x-www-form-urlencoded');
  if (c.req.header('content-encoding') !== undefined) return invalid('the body must not be compressed');
  const body = await readBody(raw);
  if (!body) return invalid(`the body must not have more than ${mostBodyBytes} bytes`);
  return tokenRequest(body);
}

/** The clusters that a person or a job has, and no other. */
async function clusters(c: Here, parts: IssuerParts): Promise<Response> {
  const published = parts.published();
  if (!published) return problem(c, notReady);
  const { commit, entitlements } = published;
  const about = { event: 'clusters', commit } as const;
  const identity = await bearer(c, parts, entitlements);
  if ('error' in identity) {
    if (identity.error !== 'temporarily_unavailable') {
      c.header('WWW-Authenticate', 'Bearer error="invalid_token"');
      parts.audit({ ...about, outcome: 'refused', ip: c.env.ip, error: 'invalid_token', reason: identity.reason });
      return problem(c, identity, 401);
    }
    return refuse(c, parts, identity, about);
  }
  const who = { ...about, user: `user:${identity.user}` };
  const wait = parts.limit(identity.user);
  if (wait !== undefined) return tooMany(c, parts, wait, who);
  parts.audit({ ...who, outcome: 'listed', ip: c.env.ip });
  return c.json({ user: identity.user, clusters: heldBy(entitlements, identity).map(clusterDocument) });
}

function clusterDocument({ cluster, groups, namespaces }: Held): object {
  const { name, id, server, certificateAuthority } = cluster;
  const [first] = namespaces;
  return {
    name,
    id,
    server,
    ...(certificateAuthority !== undefined && { certificateAuthority }),
    groups,
    namespaces,
    ...(first !== undefined && { defaultNamespace: first }),
  };
}

/** Whose the token in the header is. As what it counts, it says by its audience: of people first, then of jobs. */
async function bearer(c: Here, parts: IssuerParts, entitlements: Entitlements): Promise<Identity | Refusal> {
  const [, shown] = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  if (shown === undefined) return { error: 'invalid_grant', reason: 'a bearer token is missing' };
  const now = Math.floor(parts.now().getTime() / 1000);
  const context = { entitlements, keys: parts.providerKeys, now };
  const asPerson = await identify(shown, 'person', context);
  if (!('error' in asPerson) || asPerson.error === 'temporarily_unavailable') return asPerson;
  const asWorkload = await identify(shown, 'workload', context);
  return 'error' in asWorkload && asWorkload.error !== 'temporarily_unavailable' ? asPerson : asWorkload;
}
