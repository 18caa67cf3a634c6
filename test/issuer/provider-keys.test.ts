import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchangeForm, sam, startTestIssuer } from '../support/issuer.ts';
import type { TestIssuer } from '../support/issuer.ts';

/** How identity providers are asked for their keys: seldom, at declared addresses alone, and with limits. */

let issuer: TestIssuer;
let discovery = '';

beforeEach(async () => {
  issuer = await startTestIssuer();
  discovery = JSON.stringify({ issuer: issuer.people.issuer, jwks_uri: `${issuer.people.issuer}/keys` });
});

afterEach(() => issuer.stop());

const document = '/.well-known/openid-configuration';

async function exchange(unusual = {}): Promise<readonly [status: number, reason: unknown]> {
  const token = await issuer.people.sign({ ...sam }, unusual);
  const answer = await issuer.post({ ...exchangeForm, subject_token: token });
  const body: unknown = await answer.json();
  const reason = typeof body === 'object' && body !== null && 'error_description' in body ? body.error_description : '';
  return [answer.status, reason];
}

const unavailable = (why: string) =>
  [503, `the identity provider ${issuer.people.issuer} did not say its keys${why === '' ? '' : `: ${why}`}`] as const;

it('are asked for once, for all that come at a time', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => exchange()));
  expect(new Set(answers.map(([status]) => status))).toEqual(new Set([200]));
  expect(issuer.people.requests).toEqual([document, '/keys']);
});

it('are asked for by nobody who makes up keys, more than once in a while', async () => {
  const { privateKey } = await generateKeyPair('RS256');
  expect(await exchange()).toEqual([200, '']);
  for (let i = 0; i < 30; i++) {
    expect(await exchange({ by: privateKey, header: { kid: `made-up-${i}` } })).toEqual([
      400,
      'its key is not one of its issuer',
    ]);
  }
  expect(issuer.people.requests).toEqual([document, '/keys']);
});

it('are not asked for at an issuer that is declared nowhere', async () => {
  await issuer.post({ ...exchangeForm, subject_token: await issuer.jobs.sign({ ...sam }) });
  await issuer.post({ ...exchangeForm, subject_token: await issuer.people.sign({ ...sam, iss: issuer.jobs.issuer }) });
  expect([...issuer.people.requests, ...issuer.jobs.requests]).toEqual([]);
});

describe('a provider is not believed', () => {
  it.each<[string, () => void, string]>([
    [
      'that speaks as another',
      () =>
        issuer.people.instead.set(document, {
          body: JSON.stringify({ issuer: issuer.jobs.issuer, jwks_uri: `${issuer.jobs.issuer}/keys` }),
        }),
      'its discovery document is that of another issuer',
    ],
    [
      'that sends to another address',
      () =>
        issuer.people.instead.set(document, {
          status: 302,
          headers: { location: `${issuer.people.issuer}/other` },
          body: '',
        }),
      '',
    ],
    [
      'whose keys are not on an encrypted way',
      () =>
        issuer.people.instead.set(document, {
          body: JSON.stringify({ issuer: issuer.people.issuer, jwks_uri: 'http://127.0.0.1:1/keys' }),
        }),
      'an address is not https',
    ],
    [
      'that has no keys',
      () => issuer.people.instead.set(document, { body: JSON.stringify({ issuer: issuer.people.issuer }) }),
      'its discovery document names no keys',
    ],
    [
      'whose answer is too long',
      () => issuer.people.instead.set('/keys', { body: ' '.repeat(600 * 1024) }),
      'its answer is too long',
    ],
    ['whose answer is no JSON', () => issuer.people.instead.set('/keys', { body: '<html>' }), 'its answer is no JSON'],
    [
      'whose answer is a list',
      () => issuer.people.instead.set('/keys', { body: '[]' }),
      'its answer is no JSON object',
    ],
    [
      'whose keys are none',
      () => issuer.people.instead.set('/keys', { body: '{"keys":[1]}' }),
      'what it has at the address of its keys is no list of keys',
    ],
    ['that fails', () => issuer.people.instead.set('/keys', { status: 500, body: '{}' }), 'it answered with 500'],
  ])('%s', async (_, change, why) => {
    change();
    expect(await exchange()).toEqual(unavailable(why));
    // It is left alone for some seconds, whoever asks.
    const { length } = issuer.people.requests;
    for (let i = 0; i < 10; i++) expect((await exchange())[0]).toBe(503);
    expect(issuer.people.requests.length).toBe(length);
    expect(issuer.people.requests).not.toContain('/other');
    expect(issuer.jobs.requests).toEqual([]);
  });

  it('whose list holds a secret, by a token that is signed with it', async () => {
    const secret = Buffer.from('a secret of no consequence, but long enough');
    const oct = { kty: 'oct', k: secret.toString('base64url'), kid: 'people-key', alg: 'HS256' };
    const rsa = { ...(await exportJWK(issuer.people.publicKey)), kid: 'other', alg: 'RS256' };
    issuer.people.instead.set(document, { body: discovery });
    issuer.people.instead.set('/keys', { body: JSON.stringify({ keys: [oct, rsa] }) });
    expect(await exchange({ by: 'public-as-secret' })).toEqual([400, 'its algorithm is not one that is taken']);
    expect(await exchange()).toEqual([400, 'its key is not one of its issuer']);
  });
});
