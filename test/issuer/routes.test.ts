import { decodeProtectedHeader, createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { organizationFile } from '../support/config.ts';
import { clientID, exchangeForm, issuerUrl, jobForm, nightly, sam, startTestIssuer } from '../support/issuer.ts';
import type { TestIssuer } from '../support/issuer.ts';
import { issuerFiles, someGroups } from '../support/issuer.ts';

/** What the issuer gives, over real HTTP, by real tokens of identity providers. What it refuses is in refusals.test.ts. */

let issuer: TestIssuer;
const anyText: unknown = expect.any(String);
const anyTime: unknown = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/);

beforeAll(async () => {
  issuer = await startTestIssuer();
});

afterAll(() => issuer.stop());

const json = async (answer: Response | Promise<Response>): Promise<Record<string, unknown>> => {
  const value: unknown = await (await answer).json();
  if (typeof value !== 'object' || value === null) throw new Error('no object');
  return { ...value };
};

/** The claims of a token that was given, verified as an API server would. */
async function verified(answer: Response): Promise<{ readonly claims: object; readonly header: object }> {
  const body = await json(answer);
  expect([answer.status, body['error_description']]).toEqual([200, undefined]);
  const token = String(body['access_token']);
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${issuer.url}/keys`)), {
    algorithms: ['ES256'],
  });
  return { claims: payload, header: decodeProtectedHeader(token) };
}

const tokenOf = async (claims: object, form: object = exchangeForm): Promise<Response> =>
  issuer.post({ ...form, subject_token: await issuer.people.sign({ ...claims }) });

describe('discovery', () => {
  it('says what API servers and clients need, by the URL of the config', async () => {
    const answer = await fetch(`${issuer.url}/.well-known/openid-configuration`);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=30');
    expect(await json(answer)).toMatchObject({
      issuer: issuerUrl,
      jwks_uri: `${issuerUrl}/keys`,
      token_endpoint: `${issuerUrl}/token`,
      grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'],
      id_token_signing_alg_values_supported: ['ES256'],
      tenantry_sign_in: [{ issuer: issuer.people.issuer, client_id: clientID, scopes: ['openid'] }],
    });
  });

  it('publishes the public part of the keys, for half a minute', async () => {
    const answer = await fetch(`${issuer.url}/keys`);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=30');
    const { keys } = await json(answer);
    expect(keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        x: anyText,
        y: anyText,
        kid: anyText,
        alg: 'ES256',
        use: 'sig',
      },
    ]);
  });
});

const hoursAgo = (n: number): number => Math.floor(Date.now() / 1000) - n * 60 * 60;

describe('a token', () => {
  it('S28 to S34: is for one cluster and ten minutes, of the user, with the groups that matter there', async () => {
    const answer = await tokenOf(sam);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('date')).toMatch(/GMT$/);
    const body = await json(answer.clone());
    expect(body).toEqual({
      access_token: anyText,
      issued_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_type: 'Bearer',
      expires_in: 600,
    });
    const { claims, header } = await verified(answer);
    const iat = 'iat' in claims && typeof claims.iat === 'number' ? claims.iat : NaN;
    expect(claims).toEqual({
      iss: issuerUrl,
      aud: 'prodcluster01',
      sub: 'user:sam',
      groups: ['cluster-scope', 'solar-leads', 'solar-sre'],
      iat,
      nbf: iat - 30,
      exp: iat + 600,
      jti: anyText,
    });
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(60);
    expect(header).toEqual({ alg: 'ES256', kid: anyText, typ: 'JWT' });
  });

  it.each<[string, () => object]>([
    ['that was issued 11 hours ago and still holds', () => ({ iat: hoursAgo(11), exp: hoursAgo(-1) })],
    ['for a sign-in of 11 hours ago', () => ({ auth_time: hoursAgo(11) })],
    ['for a sign-in of which the provider knows no time', () => ({ auth_time: 0 })],
  ])('is given for an ID token %s', async (_, claims) => {
    expect((await tokenOf({ ...sam, ...claims() })).status).toBe(200);
  });

  it('is another one each time, and each is a line of the log without the token', async () => {
    const before = issuer.audit.length;
    const answers = [await tokenOf(sam), await tokenOf(sam)];
    const ids = await Promise.all(
      answers.map(async (answer) => {
        const { claims } = await verified(answer);
        return 'jti' in claims ? claims.jti : undefined;
      }),
    );
    expect(new Set(ids).size).toBe(2);
    const lines = issuer.audit.slice(before);
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
      ids.map((jti) => ({
        time: anyTime,
        event: 'token',
        outcome: 'issued',
        ip: '127.0.0.1',
        commit: issuer.repository.git(['rev-parse', 'HEAD']),
        user: 'user:sam',
        cluster: 'prodcluster01',
        groups: ['cluster-scope', 'solar-leads', 'solar-sre'],
        jti,
        kid: anyText,
      })),
    );
    expect(lines.join('')).not.toContain('eyJ');
  });

  it.each<[string, object, object, readonly string[]]>([
    ['of an admin', { ...sam, preferred_username: 'alice' }, {}, ['cluster-admins', 'cluster-scope']],
    ['of another cluster', sam, { audience: 'dev-7' }, ['cluster-scope', 'solar-leads', 'solar-sre']],
    [
      'with groups of the identity provider that the config leaves to it',
      { ...sam, preferred_username: 'kim', groups: ['contractors', 'solar-leads', 'cluster-admins', 'system:masters'] },
      {},
      ['cluster-scope', 'contractors'],
    ],
    [
      'for an audience in a list of one',
      { ...sam, aud: [clientID], azp: clientID },
      {},
      ['cluster-scope', 'solar-leads', 'solar-sre'],
    ],
    [
      'by an ID token that names its client as well',
      { ...sam, client_id: clientID, nonce: 'n', at_hash: 'h' },
      {},
      ['cluster-scope', 'solar-leads', 'solar-sre'],
    ],
    [
      'with a type that is asked for',
      sam,
      { requested_token_type: 'urn:ietf:params:oauth:token-type:jwt', client_id: clientID },
      ['cluster-scope', 'solar-leads', 'solar-sre'],
    ],
  ])('%s', async (_, claims, form, groups) => {
    expect((await verified(await tokenOf(claims, { ...exchangeForm, ...form }))).claims).toMatchObject({ groups });
  });

  it('of a job is that of its workload', async () => {
    const answer = await issuer.post({ ...jobForm, subject_token: await issuer.jobs.sign(nightly) });
    expect((await verified(answer)).claims).toMatchObject({
      sub: 'user:workload:nightly',
      groups: ['bots', 'cluster-scope'],
    });
    const weekly = { ...nightly, aud: 'weekly' };
    const other = await issuer.post({ ...jobForm, subject_token: await issuer.jobs.sign(weekly) });
    expect((await verified(other)).claims).toMatchObject({ sub: 'user:workload:weekly' });
  });
});

describe('clusters of a person', () => {
  const clustersOf = async (token: string): Promise<Response> =>
    fetch(`${issuer.url}/clusters`, { headers: { authorization: `Bearer ${token}` } });

  it('are those that he has, with his namespaces there, and no other', async () => {
    const answer = await clustersOf(await issuer.people.sign({ ...sam, preferred_username: 'sue' }));
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const certificateAuthority: unknown = expect.stringMatching(/^-----BEGIN CERTIFICATE-----/);
    const groups = ['cluster-scope', 'solar-sre'];
    expect(await json(answer)).toEqual({
      user: 'sue',
      clusters: [
        {
          name: 'devcluster01',
          id: 'dev-7',
          server: 'https://devcluster01.example.com:6443',
          certificateAuthority,
          groups,
          namespaces: ['solar-dev'],
          defaultNamespace: 'solar-dev',
        },
        {
          name: 'prodcluster01',
          id: 'prodcluster01',
          server: 'https://prodcluster01.example.com:6443',
          certificateAuthority,
          groups,
          namespaces: ['solar-prod'],
          defaultNamespace: 'solar-prod',
        },
      ],
    });
  });

  it('are none of somebody whom nobody knows, and those of a job by its own token', async () => {
    const stranger = await clustersOf(await issuer.people.sign({ ...sam, preferred_username: 'eve' }));
    expect(await json(stranger)).toEqual({ user: 'eve', clusters: [] });
    const job = await clustersOf(await issuer.jobs.sign(nightly));
    expect(await json(job)).toMatchObject({ user: 'workload:nightly', clusters: [{ name: 'prodcluster01' }] });
  });

  it('are nobody’s without a token, or with one of another kind', async () => {
    const without = await fetch(`${issuer.url}/clusters`);
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
    const { access_token } = await json(tokenOf(sam));
    for (const token of [String(access_token), 'x', await issuer.people.sign({ ...sam, aud: 'other' })]) {
      expect((await clustersOf(token)).status).toBe(401);
    }
  });
});

describe('somebody who is known by an e-mail address', () => {
  it('gets a token unless his identity provider says that nobody has verified it', async () => {
    const own = await startTestIssuer({}, (people, jobs) => {
      const { 'organization.yaml': text = '', ...rest } = issuerFiles(people, jobs);
      return {
        ...rest,
        'organization.yaml': text.replace('usernameClaim: preferred_username', 'usernameClaim: email'),
      };
    });
    const answer = async (claims: object): Promise<unknown> => {
      const token = await own.people.sign({ sub: '1', aud: clientID, email: 'sam', ...claims });
      return json(own.post({ ...exchangeForm, subject_token: token }));
    };
    expect(await answer({ email_verified: false })).toEqual({
      error: 'invalid_grant',
      error_description: 'its e-mail address is not verified',
    });
    for (const claims of [{ email_verified: true }, {}]) {
      expect(await answer(claims)).toMatchObject({ token_type: 'Bearer' });
    }
    await own.stop();
  });
});

describe('what Git says', () => {
  it('is said to be of no use where nobody is declared who could ask', async () => {
    const groups = ['solar-leads', 'solar-sre', 'audit', 'bots', 'contractors'].map((name) => ({ name }));
    const { said, stop } = await startTestIssuer({}, (people, jobs) => ({
      ...issuerFiles(people, jobs),
      'organization.yaml': organizationFile({ groups }),
    }));
    await stop();
    expect(said.join('')).toContain('nobody can ask for one: organization.yaml has neither signIn nor workloads');
  });

  it('decides anew: who is no member any more has the group in no further token', async () => {
    const without = someGroups.map((group) =>
      'name' in group && group.name === 'solar-leads' ? { ...group, members: ['ann'] } : group,
    );
    const files = issuerFiles(issuer.people.issuer, issuer.jobs.issuer, without);
    const id = issuer.repository.commit(files);
    expect((await verified(await tokenOf(sam))).claims).toMatchObject({
      groups: ['cluster-scope', 'solar-leads', 'solar-sre'],
    });
    await issuer.running.look();
    expect((await verified(await tokenOf(sam))).claims).toMatchObject({ groups: ['cluster-scope', 'solar-sre'] });
    expect(await json(fetch(`${issuer.url}/healthz`))).toMatchObject({ status: 'ok', commit: id, problems: [] });
  });

  it('counts only without errors: until then the commit before decides, and health says so', async () => {
    const good = issuer.repository.git(['rev-parse', 'HEAD']);
    const bad = issuer.repository.commit({
      'tenants/solar.yaml':
        'apiVersion: tenantry.dev/v1\nkind: Tenant\nmetadata: { name: solar }\nspec: { owners: [] }\n',
    });
    await issuer.running.look();
    const answer = await fetch(`${issuer.url}/healthz`);
    const health = await json(answer);
    expect([answer.status, health['commit']]).toEqual([200, good]);
    expect(String(health['problems'])).toContain(`commit ${bad.slice(0, 12)} has `);
    expect(issuer.said.join('')).toContain('tenants/solar.yaml');
    expect((await verified(await tokenOf(sam))).claims).toMatchObject({ groups: ['cluster-scope', 'solar-sre'] });
    issuer.repository.git(['revert', '--no-edit', 'HEAD']);
    await issuer.running.look();
    expect(await json(fetch(`${issuer.url}/healthz`))).toMatchObject({ status: 'ok', problems: [] });
  });

  it('ends a share on its day, though the newest commit cannot be used', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const files = issuerFiles(issuer.people.issuer, issuer.jobs.issuer);
    const ending = (files['tenants/solar.yaml'] ?? '').replace(
      /(group: contractors\n\s*)(role: edit)/,
      `$1$2\n${' '.repeat(10)}until: "${today}"`,
    );
    expect(ending).toContain('until');
    const withShare = issuer.repository.commit({ ...files, 'tenants/solar.yaml': ending });
    await issuer.running.look();
    const kim = { ...sam, preferred_username: 'kim', groups: ['contractors'] };
    expect((await verified(await tokenOf(kim))).claims).toMatchObject({ groups: ['cluster-scope', 'contractors'] });
    issuer.repository.commit({ 'clusters/devcluster01.yaml': 'no cluster' });
    issuer.moveClock(24 * 60 * 60 * 1000);
    try {
      await issuer.running.look();
      const iat = Math.floor(Date.now() / 1000) + 24 * 60 * 60;
      const later = { ...kim, iat, exp: iat + 600 };
      // He still sees the cluster, which is shared with his group.
      expect(await verified24(await tokenOf(later))).toMatchObject({ groups: ['cluster-scope'] });
      expect(issuer.running.health().commit).toBe(withShare);
    } finally {
      issuer.moveClock(-24 * 60 * 60 * 1000);
      issuer.repository.commit(files);
      await issuer.running.look();
    }
  });
});

/** The claims of a token that is of tomorrow. */
async function verified24(answer: Response): Promise<unknown> {
  const { access_token } = await json(answer);
  const [, payload = ''] = String(access_token).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}
