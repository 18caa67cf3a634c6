import { request } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Unusual } from '../support/openid-provider.ts';
import type { TestIssuer } from '../support/issuer.ts';
import { clientID, exchangeForm, issuerUrl, jobForm, nightly, sam, startTestIssuer } from '../support/issuer.ts';

/** What the issuer refuses, each for its reason: tokens, requests, and whatever else is asked of it. */

let issuer: TestIssuer;
let foreign: CryptoKey;
let foreignJwk: object;

beforeAll(async () => {
  issuer = await startTestIssuer();
  const pair = await generateKeyPair('RS256', { extractable: true });
  foreign = pair.privateKey;
  foreignJwk = await exportJWK(pair.publicKey);
});

afterAll(() => issuer.stop());

const now = () => Math.floor(Date.now() / 1000);
const hours = (n: number) => n * 60 * 60;

interface Answer {
  readonly status: number;
  readonly error: unknown;
  readonly reason: string;
}

/** The marks around names say nothing here. */
const withoutQuotes = (reason: unknown): string => String(reason).replaceAll('`', '');

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  expect(response.headers.get('cache-control')).toBe('no-store');
  const body: unknown = JSON.parse(text);
  if (typeof body !== 'object' || body === null) throw new Error(text);
  const { error, error_description: reason } = { error: undefined, error_description: undefined, ...body };
  return { status: response.status, error, reason: withoutQuotes(reason) };
}

/** What is answered to an ID token of this kind; the log has its reason, and nobody's name. */
async function refusedPerson(claims: object, unusual: Unusual = {}): Promise<Answer> {
  return refusedToken(await issuer.people.sign({ ...claims }, unusual), exchangeForm);
}

async function refusedJob(claims: object, unusual: Unusual = {}): Promise<Answer> {
  return refusedToken(await issuer.jobs.sign({ ...claims }, unusual), jobForm);
}

async function refusedToken(token: string, form: object): Promise<Answer> {
  const before = issuer.audit.length;
  const answer = await answerOf(await issuer.post({ ...form, subject_token: token }));
  const lines = issuer.audit.slice(before);
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    expect.objectContaining({ event: 'token', outcome: 'refused', error: answer.error }),
  ]);
  expect(lines.join('')).not.toContain(token);
  return answer;
}

const grant = (reason: string): Answer => ({ status: 400, error: 'invalid_grant', reason });
const notForUs = grant('it is not for this client alone');
const accessToken = grant('it is an access token: it says what its bearer may do');
const noIdToken = grant('it says that it is no ID token');

describe('an ID token', () => {
  it.each<[string, () => object, Answer]>([
    ['for another client', () => ({ aud: 'other' }), notForUs],
    ['for another client as well', () => ({ aud: [clientID, 'other'] }), notForUs],
    ['for this client twice', () => ({ aud: [clientID, clientID] }), notForUs],
    ['for a client whose name begins so', () => ({ aud: `${clientID}-dev` }), notForUs],
    ['for the client in other letters', () => ({ aud: clientID.toUpperCase() }), notForUs],
    ['for this issuer, as a job’s', () => ({ aud: issuerUrl }), notForUs],
    ['for a cluster', () => ({ aud: 'prodcluster01' }), notForUs],
    ['for nobody', () => ({ aud: undefined }), grant('its claim aud is not right')],
    ['for an empty list', () => ({ aud: [] }), notForUs],
    ['given to another client', () => ({ azp: 'other' }), grant('it was given to another client')],
    ['given to a list of clients', () => ({ azp: [clientID] }), grant('it was given to another client')],
    ['that has expired', () => ({ exp: now() - 1 }), grant('it has expired')],
    ['that has expired long ago', () => ({ iat: now() - hours(3), exp: now() - hours(2) }), grant('it has expired')],
    ['that never expires', () => ({ exp: undefined }), grant('its claim exp is not right')],
    ['whose expiry is a text', () => ({ exp: String(now() + 600) }), grant('its claim exp is not right')],
    ['without the time of its issue', () => ({ iat: undefined }), grant('its claim iat is not right')],
    ['whose time of issue is a text', () => ({ iat: 'now' }), grant('its claim iat is not right')],
    ['issued in the future', () => ({ iat: now() + 300, exp: now() + 900 }), grant('it is issued in the future')],
    ['that is not valid yet', () => ({ nbf: now() + 300 }), grant('its claim nbf is not right')],
    [
      'of yesterday, valid for a year',
      () => ({ iat: now() - hours(13), exp: now() + hours(8760) }),
      grant('it was issued too long ago: sign in again'),
    ],
    [
      'renewed for a sign-in of yesterday',
      () => ({ auth_time: now() - hours(13) }),
      grant('the sign-in is too long ago: sign in again'),
    ],
    ['whose sign-in was in 1970', () => ({ auth_time: 1 }), grant('the sign-in is too long ago: sign in again')],
    ['whose sign-in is a text', () => ({ auth_time: 'today' }), grant('its claim auth_time is not right')],
    ['whose sign-in is to come', () => ({ auth_time: now() + 300 }), grant('its claim auth_time is not right')],
    [
      'of another issuer',
      () => ({ iss: 'https://login.example.com' }),
      grant('its issuer is not declared under signIn'),
    ],
    [
      'of the issuer with a slash',
      () => ({ iss: `${issuer.people.issuer}/` }),
      grant('its issuer is not declared under signIn'),
    ],
    ['of the provider of jobs', () => ({ iss: issuer.jobs.issuer }), grant('its issuer is not declared under signIn')],
    ['of this issuer itself', () => ({ iss: issuerUrl }), grant('its issuer is not declared under signIn')],
    ['of no issuer', () => ({ iss: undefined }), grant('it names no issuer')],
    ['of a list of issuers', () => ({ iss: [issuer.people.issuer] }), grant('it names no issuer')],
    ['that has a scope', () => ({ scope: 'openid' }), accessToken],
    ['that has scopes in a list', () => ({ scp: ['openid'] }), accessToken],
    [
      'of a client, without what ID tokens have',
      () => ({ client_id: clientID, auth_time: now() }),
      grant('it is an access token of a client'),
    ],
    ['that says Bearer', () => ({ typ: 'Bearer' }), noIdToken],
    ['that says Refresh', () => ({ typ: 'Refresh' }), noIdToken],
    ['that says access', () => ({ token_use: 'access' }), noIdToken],
    // Some providers sign tokens of jobs with the key of their logins, for whatever audience a job's author names.
    ...['job_id', 'run_id', 'pipeline_id', 'project_path', 'job_workflow_ref', 'terraform_run_id'].map(
      (name): [string, () => object, Answer] => [
        `of a job, with ${name}`,
        () => ({ [name]: '1' }),
        grant(`it is the token of a job: it has the claim ${name}`),
      ],
    ),
    [
      'that ends a session',
      () => ({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
      grant('it is the token of an event'),
    ],
    ['without the name', () => ({ preferred_username: undefined }), grant('its claim preferred_username is no text')],
    ['whose name is a list', () => ({ preferred_username: ['sam'] }), grant('its claim preferred_username is no text')],
    ['whose name is a number', () => ({ preferred_username: 7 }), grant('its claim preferred_username is no text')],
    [
      'whose name is empty',
      () => ({ preferred_username: '' }),
      grant('its claim preferred_username is no name on one line'),
    ],
    [
      'whose name has a space behind it',
      () => ({ preferred_username: 'sam ' }),
      grant('its claim preferred_username is no name on one line'),
    ],
    [
      'whose name has two lines',
      () => ({ preferred_username: 'sam\nalice' }),
      grant('its claim preferred_username is no name on one line'),
    ],
    [
      'whose name hides a character',
      () => ({ preferred_username: 'sa\u200Bm' }),
      grant('its claim preferred_username is no name on one line'),
    ],
    [
      'whose name is too long',
      () => ({ preferred_username: 'a'.repeat(254) }),
      grant('its claim preferred_username is too long for a name'),
    ],
    [
      'whose name is Kubernetes’ own',
      () => ({ preferred_username: 'system:admin' }),
      grant('its claim preferred_username begins as no name of a person does'),
    ],
    [
      'whose name has the prefix of tokens',
      () => ({ preferred_username: 'user:alice' }),
      grant('its claim preferred_username begins as no name of a person does'),
    ],
    [
      'whose name is a workload’s',
      () => ({ preferred_username: 'workload:nightly' }),
      grant('its claim preferred_username is the name of a workload'),
    ],
    [
      'whose name is a workload’s in capitals',
      () => ({ preferred_username: 'WORKLOAD:nightly' }),
      grant('its claim preferred_username is the name of a workload'),
    ],
    ['whose groups are one text', () => ({ groups: 'contractors' }), grant('its claim groups is no list of texts')],
    ['whose groups are numbers', () => ({ groups: [1] }), grant('its claim groups is no list of texts')],
    [
      'of somebody whom nobody has given anything',
      () => ({ preferred_username: 'eve' }),
      { status: 403, error: 'access_denied', reason: 'no group of the user sees cluster prodcluster01' },
    ],
    [
      'of somebody who says himself that he is an admin',
      () => ({ preferred_username: 'eve', groups: ['cluster-admins', 'solar-leads'] }),
      { status: 403, error: 'access_denied', reason: 'no group of the user sees cluster prodcluster01' },
    ],
    [
      'of an admin in other letters',
      () => ({ preferred_username: 'Alice' }),
      { status: 403, error: 'access_denied', reason: 'no group of the user sees cluster prodcluster01' },
    ],
  ])('%s is refused', async (_, claims, answer) => {
    expect(await refusedPerson({ ...sam, ...claims() })).toEqual(answer);
  });

  it.each<[string, () => Unusual, Answer]>([
    ['without a signature', () => ({ by: 'none' }), grant('its algorithm is not one that is taken')],
    [
      'signed with the public key as a secret',
      () => ({ by: 'public-as-secret' }),
      grant('its algorithm is not one that is taken'),
    ],
    [
      'signed with another key under the id of the provider’s',
      () => ({ by: foreign }),
      grant('its signature is not right'),
    ],
    [
      'signed with a key of another id',
      () => ({ by: foreign, header: { kid: 'mine' } }),
      grant('its key is not one of its issuer'),
    ],
    [
      'that brings its key',
      () => ({ by: foreign, header: { kid: undefined, jwk: foreignJwk } }),
      grant('its signature is not right'),
    ],
    [
      'that brings its key under a new id',
      () => ({ by: foreign, header: { kid: 'mine', jwk: foreignJwk } }),
      grant('its key is not one of its issuer'),
    ],
    [
      'that says where its key is',
      () => ({ by: foreign, header: { kid: 'mine', jku: `${issuer.jobs.issuer}/keys` } }),
      grant('its key is not one of its issuer'),
    ],
    [
      'that says where its certificate is',
      () => ({ by: foreign, header: { kid: 'mine', x5u: `${issuer.jobs.issuer}/x` } }),
      grant('its key is not one of its issuer'),
    ],
    [
      'of the provider of jobs',
      () => ({ by: issuer.jobs.privateKey, header: { kid: issuer.jobs.kid } }),
      grant('its key is not one of its issuer'),
    ],
    ['that is an access token by its type', () => ({ header: { typ: 'at+jwt' } }), grant('it is not of the type JWT')],
    [
      'that is one in the long form',
      () => ({ header: { typ: 'application/at+jwt' } }),
      grant('it is not of the type JWT'),
    ],
    [
      'that is a logout token by its type',
      () => ({ header: { typ: 'logout+jwt' } }),
      grant('it is not of the type JWT'),
    ],
  ])('%s is refused', async (_, unusual, answer) => {
    const before = issuer.jobs.requests.length;
    expect(await refusedPerson(sam, unusual())).toEqual(answer);
    expect(issuer.jobs.requests.length).toBe(before);
  });

  it.each<[string, (token: string) => string | Promise<string>, string]>([
    ['with somebody else’s payload', swapped, 'its signature is not right'],
    ['without its signature', (token) => token.replace(/[^.]*$/, ''), 'its signature is not right'],
    ['with an extension', (token) => withHeader(token, { crit: ['exp'], exp: 1 }), 'its header asks for an extension'],
    [
      'with an unknown extension',
      (token) => withHeader(token, { crit: ['b64'], b64: false }),
      'its header asks for an extension',
    ],
    [
      'with the algorithm None',
      (token) => withHeader(token, { alg: 'NoNe' }),
      'its algorithm is not one that is taken',
    ],
    ['with no algorithm', (token) => withHeader(token, { alg: undefined }), 'its algorithm is not one that is taken'],
    [
      'with a list of algorithms',
      (token) => withHeader(token, { alg: ['RS256'] }),
      'its algorithm is not one that is taken',
    ],
    [
      'with another algorithm of the key',
      (token) => withHeader(token, { alg: 'PS256' }),
      'its key is not one of its issuer',
    ],
    ['that is encrypted', () => 'a.b.c.d.e', 'it is no signed JWT'],
    ['that is none', () => 'sam', 'it is no signed JWT'],
    ['that is a number', () => '12.34.56', 'it is no signed JWT'],
    ['that is JSON', () => JSON.stringify(sam), 'it is no signed JWT'],
  ])('%s is refused', async (_, change, reason) => {
    const token = await change(await issuer.people.sign({ ...sam }));
    expect(await refusedToken(token, exchangeForm)).toEqual(grant(reason));
  });

  it('of the issuer itself, for a cluster, is exchanged for none', async () => {
    const given: unknown = await (
      await issuer.post({ ...exchangeForm, subject_token: await issuer.people.sign({ ...sam }) })
    ).json();
    const token =
      typeof given === 'object' && given !== null && 'access_token' in given ? String(given.access_token) : '';
    expect(token).not.toBe('');
    expect(await refusedToken(token, exchangeForm)).toEqual(grant('its issuer is not declared under signIn'));
    expect(await refusedToken(token, jobForm)).toEqual(grant('its issuer is not declared under workloads'));
  });
});

/** The header and signature of a token around the payload of an admin's. */
async function swapped(token: string): Promise<string> {
  const [header = '', , signature = ''] = token.split('.');
  const [, payload = ''] = (await issuer.people.sign({ ...sam, preferred_username: 'alice' })).split('.');
  return `${header}.${payload}.${signature}`;
}

function withHeader(token: string, more: object): string {
  const [header = '', ...rest] = token.split('.');
  const parsed: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
  const changed = JSON.stringify({ ...(typeof parsed === 'object' ? parsed : {}), ...more });
  return [Buffer.from(changed).toString('base64url'), ...rest].join('.');
}

describe('a job’s token', () => {
  const ofNone = grant('its claims are those of no declared workload');
  const notForIssuer = grant('it is not for this issuer alone');
  it.each<[string, () => object, Answer]>([
    ['whose repository begins as the declared one', () => ({ repository: 'acme/access-fork' }), ofNone],
    ['whose repository is the beginning of it', () => ({ repository: 'acme/acces' }), ofNone],
    ['whose repository is in other letters', () => ({ repository: 'Acme/access' }), ofNone],
    ['whose repository is a list with it', () => ({ repository: ['acme/access'] }), ofNone],
    ['whose repository is a mapping', () => ({ repository: { 'acme/access': true } }), ofNone],
    ['without the branch', () => ({ ref: undefined }), ofNone],
    ['of another branch', () => ({ ref: 'refs/heads/main2' }), ofNone],
    ['of a tag of that name', () => ({ ref: 'refs/tags/main' }), ofNone],
    ['of a branch that is true', () => ({ ref: true }), ofNone],
    ['for another audience', () => ({ aud: 'other' }), notForIssuer],
    ['for another audience as well', () => ({ aud: [issuerUrl, 'other'] }), notForIssuer],
    ['for the audience of people', () => ({ aud: clientID }), notForIssuer],
    ['for a cluster', () => ({ aud: 'prodcluster01' }), notForIssuer],
    [
      'that is that of two workloads',
      () => ({ aud: 'weekly', ref: 'refs/heads/twin' }),
      grant('its claims are those of more than one declared workload'),
    ],
    [
      'of people’s provider',
      () => ({ iss: issuer.people.issuer }),
      grant('its issuer is not declared under workloads'),
    ],
    ['that has expired', () => ({ exp: now() - 5 }), grant('it has expired')],
    [
      'whose workload has nothing on the cluster',
      () => ({ aud: 'weekly', repository: 'acme/other', ref: 'refs/heads/twin' }),
      { status: 403, error: 'access_denied', reason: 'no group of the user sees cluster prodcluster01' },
    ],
  ])('%s is refused', async (_, claims, answer) => {
    expect(await refusedJob({ ...nightly, ...claims() })).toEqual(answer);
  });

  it('is none of a person, nor a person’s one of a job', async () => {
    expect(await refusedToken(await issuer.jobs.sign({ ...nightly }), exchangeForm)).toEqual(
      grant('its issuer is not declared under signIn'),
    );
    expect(await refusedToken(await issuer.people.sign({ ...sam, ...nightly }), jobForm)).toEqual(
      grant('its issuer is not declared under workloads'),
    );
  });
});

describe('a request', () => {
  const invalid = (reason: string): Answer => ({ status: 400, error: 'invalid_request', reason });
  const form = async (more: Record<string, string | undefined> = {}): Promise<string> => {
    const all: Record<string, string | undefined> = {
      ...exchangeForm,
      subject_token: await issuer.people.sign({ ...sam }),
      ...more,
    };
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(all)) if (value !== undefined) parameters.set(name, value);
    return parameters.toString();
  };
  const notKnown = invalid('there is a parameter that is not known here');

  it.each<[string, Record<string, string | undefined>, Answer]>([
    ['without a grant type', { grant_type: undefined }, invalid('grant_type is missing')],
    [
      'for a code',
      { grant_type: 'authorization_code' },
      { status: 400, error: 'unsupported_grant_type', reason: 'tokens are given by token exchange alone' },
    ],
    [
      'with a password',
      { grant_type: 'password' },
      { status: 400, error: 'unsupported_grant_type', reason: 'tokens are given by token exchange alone' },
    ],
    ['without a token', { subject_token: undefined }, invalid('subject_token is missing')],
    ['with an empty token', { subject_token: '' }, invalid('subject_token is missing')],
    [
      'without the type of the token',
      { subject_token_type: undefined },
      invalid('subject_token_type is not one that is taken'),
    ],
    [
      'with an access token by its type',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
      invalid('subject_token_type is not one that is taken'),
    ],
    [
      'with a type that every object has',
      { subject_token_type: 'constructor' },
      invalid('subject_token_type is not one that is taken'),
    ],
    ['without an audience', { audience: undefined }, invalid('audience is missing: the id of a cluster')],
    [
      'for a cluster that is not there',
      { audience: 'prodcluster02' },
      { status: 400, error: 'invalid_target', reason: 'no cluster with this id takes tokens of this issuer' },
    ],
    [
      'for a cluster by its name',
      { audience: 'devcluster01' },
      { status: 400, error: 'invalid_target', reason: 'no cluster with this id takes tokens of this issuer' },
    ],
    [
      'for a cluster whose own identity provider decides',
      { audience: 'owncluster01' },
      { status: 400, error: 'invalid_target', reason: 'no cluster with this id takes tokens of this issuer' },
    ],
    [
      'for the client',
      { audience: clientID },
      { status: 400, error: 'invalid_target', reason: 'no cluster with this id takes tokens of this issuer' },
    ],
    ['for a resource', { resource: 'https://prodcluster01.example.com:6443' }, notKnown],
    ['for a scope', { scope: 'openid' }, notKnown],
    ['on behalf of somebody', { actor_token: 'x', actor_token_type: 'urn:ietf:params:oauth:token-type:jwt' }, notKnown],
    ['with the secret of a client', { client_id: clientID, client_secret: 'x' }, notKnown],
    [
      'for an ID token',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      invalid('requested_token_type can only be urn:ietf:params:oauth:token-type:jwt'),
    ],
    [
      'for a refresh token',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      invalid('requested_token_type can only be urn:ietf:params:oauth:token-type:jwt'),
    ],
  ])('%s is refused', async (_, more, answer) => {
    expect(await answerOf(await issuer.post(await form(more)))).toEqual(answer);
  });

  it.each<[string, (body: string) => string]>([
    ['two audiences', (body) => `${body}&audience=dev-7`],
    ['two equal audiences', (body) => `${body}&audience=prodcluster01`],
    ['two tokens', (body) => `${body}&subject_token=x`],
    ['two grant types', (body) => `grant_type=password&${body}`],
    ['an escaped second one', (body) => `${body}&%61udience=dev-7`],
  ])('with %s is refused', async (_, change) => {
    expect(await answerOf(await issuer.post(change(await form())))).toEqual(invalid('a parameter is there twice'));
  });

  const noForm = invalid('the body must be application/x-www-form-urlencoded');
  it.each<[string, string | undefined, Answer]>([
    ['JSON', 'application/json', noForm],
    ['parts', 'multipart/form-data; boundary=x', noForm],
    ['plain text', 'text/plain', noForm],
    ['nothing', '', noForm],
    ['a form with a parameter', 'application/x-www-form-urlencoded; boundary=x', noForm],
    ['a form in another alphabet', 'application/x-www-form-urlencoded; charset=utf-16', noForm],
    ['something that begins as a form', 'application/x-www-form-urlencoded-not', noForm],
    ['a form and JSON', 'application/x-www-form-urlencoded, application/json', noForm],
  ])('whose body says that it is %s is refused', async (_, type, answer) => {
    const body = await form();
    expect(await raw('POST', '/token', { 'content-type': type }, body)).toEqual(answer);
  });

  it('says UTF-8 as it likes', async () => {
    for (const type of [
      'application/x-www-form-urlencoded; charset=UTF-8',
      'Application/X-WWW-Form-Urlencoded;charset="utf-8"',
    ]) {
      expect((await issuer.post(await form(), { 'content-type': type })).status).toBe(200);
    }
  });

  const tooLong = invalid('the body must not have more than 16384 bytes');
  it('of more than 16 KiB is refused, whatever it says of its length', async () => {
    const body = `${await form()}&client_id=${'x'.repeat(20_000)}`;
    expect(await answerOf(await issuer.post(body))).toEqual(tooLong);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' };
    expect(await raw('POST', '/token', headers, body)).toEqual(tooLong);
    // It never ends, and is not read to its end.
    expect(
      await raw(
        'POST',
        '/token',
        headers,
        Array.from({ length: 2000 }, () => 'x'.repeat(10_000)),
      ),
    ).toEqual(tooLong);
  });

  it('that is compressed, no text, or in the address is refused', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = await form();
    expect(await raw('POST', '/token', { ...headers, 'content-encoding': 'gzip' }, body)).toEqual(
      invalid('the body must not be compressed'),
    );
    expect(await raw('POST', '/token', headers, Buffer.from([0xff, 0xfe, 0x00]))).toEqual(
      invalid('the body is not UTF-8'),
    );
    expect(await raw('POST', `/token?${body}`, headers, '')).toEqual(invalid('parameters belong into the body'));
    expect(await raw('POST', '/token?audience=dev-7', headers, body)).toEqual(
      invalid('parameters belong into the body'),
    );
    expect(await raw('POST', '/token', headers, '')).toEqual(invalid('grant_type is missing'));
  });

  it.each([
    ['GET', '/token', 405],
    ['HEAD', '/token', 405],
    ['PUT', '/token', 405],
    ['DELETE', '/token', 405],
    ['OPTIONS', '/token', 405],
    ['POST', '/keys', 405],
    ['POST', '/clusters', 405],
    ['POST', '/.well-known/openid-configuration', 405],
    ['GET', '/', 404],
    ['GET', '/authorize', 404],
    ['POST', '/token/', 404],
    ['POST', '/register', 404],
    ['GET', '/introspect', 404],
    ['GET', '/userinfo', 404],
    ['POST', '/../token', 404],
  ])('%s %s is answered with %i', async (method, path, status) => {
    const answer = await raw(method, path, {}, '');
    expect(answer.status).toBe(status);
    if (method !== 'HEAD') expect(answer.error).toBe('invalid_request');
  });

  it('from a page of another origin is allowed by no header', async () => {
    const answer = await issuer.post(await form(), { origin: 'https://evil.example.com' });
    expect(Array.from(answer.headers.keys()).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

/** A request as it is written here: no client mends it. */
function raw(
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  body: string | Buffer | readonly string[],
): Promise<Answer> {
  const { hostname, port, pathname } = new URL(issuer.url);
  return new Promise((resolve, reject) => {
    const sent = request({ method, hostname, port, path: `${pathname}${path}`, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        const parsed: unknown = text === '' ? {} : JSON.parse(text);
        const { error, error_description: reason } = {
          error: undefined,
          error_description: undefined,
          ...(typeof parsed === 'object' ? parsed : {}),
        };
        resolve({ status: response.statusCode ?? 0, error, reason: withoutQuotes(reason) });
        sent.destroy();
      });
    });
    // The server may be done before all is sent.
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    if (Array.isArray(body)) {
      for (const part of body) sent.write(part);
      sent.end();
    } else sent.end(body);
  });
}
