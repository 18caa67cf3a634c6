import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { issuerMetrics } from '../../src/issuer/metrics.ts';
import { exchangeForm, sam, startTestIssuer } from '../support/issuer.ts';
import type { TestIssuer } from '../support/issuer.ts';

/** What Prometheus reads of an issuer, over real HTTP at a port of its own. */

const withMetrics = { metrics: '127.0.0.1:0' } as const;

async function start(options: Parameters<typeof startTestIssuer>[0] = withMetrics): Promise<TestIssuer> {
  const issuer = await startTestIssuer(options);
  onTestFinished(() => issuer.stop());
  return issuer;
}

const addressOf = ({ running }: TestIssuer): string => `http://127.0.0.1:${running.metricsPort ?? 0}/metrics`;

const scrape = async (issuer: TestIssuer): Promise<string> => {
  const answer = await fetch(addressOf(issuer));
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  return answer.text();
};

/** The value of each series of a name, by its labels. */
const series = (text: string, name: string): Record<string, number> =>
  Object.fromEntries(
    Array.from(text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm')), ([, labels = '', value]) => {
      return [labels, Number(value)];
    }),
  );

const counted = (text: string) =>
  Object.fromEntries(Object.entries(series(text, 'tenantry_issuer_requests_total')).filter(([, value]) => value !== 0));

describe('the metrics', () => {
  it('count what was given and refused, by the error, with nothing of a token, a person or a cluster', async () => {
    const issuer = await start();
    expect(counted(await scrape(issuer))).toEqual({});
    const token = await issuer.people.sign({ ...sam });
    const stranger = await issuer.people.sign({ ...sam, preferred_username: 'stranger' });
    const ask = async (form: Readonly<Record<string, string>>) => (await issuer.post(form)).status;
    expect(await ask({ ...exchangeForm, subject_token: token })).toBe(200);
    expect(await ask({ ...exchangeForm, subject_token: token })).toBe(200);
    expect(await ask({ ...exchangeForm, subject_token: stranger })).toBe(403);
    expect(await ask({ ...exchangeForm, subject_token: `${token}x` })).toBe(400);
    expect(await ask({ ...exchangeForm, subject_token: token, audience: 'nowhere' })).toBe(400);
    const shown = await fetch(`${issuer.url}/clusters`, { headers: { authorization: `Bearer ${token}` } });
    expect(shown.status).toBe(200);
    expect((await fetch(`${issuer.url}/clusters`)).status).toBe(401);
    const text = await scrape(issuer);
    expect(counted(text)).toEqual({
      'event="token",outcome="issued",error=""': 2,
      'event="token",outcome="refused",error="access_denied"': 1,
      'event="token",outcome="refused",error="invalid_grant"': 1,
      'event="token",outcome="refused",error="invalid_target"': 1,
      'event="clusters",outcome="listed",error=""': 1,
      'event="clusters",outcome="refused",error="invalid_token"': 1,
    });
    // Requests for tokens alone are timed.
    expect(series(text, 'tenantry_issuer_token_request_seconds_count')).toEqual({ '': 5 });
    expect(series(text, 'tenantry_issuer_token_request_seconds_bucket')['le="+Inf"']).toBe(5);
    expect(series(text, 'process_resident_memory_bytes')['']).toBeGreaterThan(0);
    for (const word of ['eyJ', token.slice(-20), 'sam', 'stranger', 'solar', 'cluster01', 'nowhere', '127.0.0.1']) {
      expect(text).not.toContain(word);
    }
  });

  it('are at their own port alone, with nothing else there', async () => {
    const issuer = await start();
    const root = new URL(issuer.url).origin;
    for (const url of [`${root}/metrics`, `${issuer.url}/metrics`]) expect((await fetch(url)).status).toBe(404);
    const own = new URL(addressOf(issuer)).origin;
    for (const path of ['/', '/healthz', '/api/oidc/keys', '/api/oidc/token', '/metrics/x']) {
      expect([path, (await fetch(`${own}${path}`)).status]).toEqual([path, 404]);
    }
    expect((await fetch(`${own}/metrics`, { method: 'POST' })).status).toBe(404);
    await issuer.running.stop();
    await expect(fetch(addressOf(issuer))).rejects.toThrow();
  });

  it('are nowhere if nobody asks for them', async () => {
    const issuer = await start({});
    expect(issuer.running.metricsPort).toBeUndefined();
    expect((await fetch(`${new URL(issuer.url).origin}/metrics`)).status).toBe(404);
  });

  it('say which config decides, what is wrong, and since when', async () => {
    const issuer = await start();
    const problems = async () => {
      const text = await scrape(issuer);
      const labels = Object.entries(series(text, 'tenantry_issuer_problem')).filter(([, value]) => value === 1);
      return labels.map(([label]) => label);
    };
    const worked = async () => series(await scrape(issuer), 'tenantry_issuer_last_success_timestamp_seconds');
    const commit = issuer.repository.git(['rev-parse', 'HEAD']);
    const [info = ''] = Object.keys(series(await scrape(issuer), 'tenantry_issuer_config_info'));
    expect(info).toMatch(new RegExp(`^commit="${commit}",as_of="\\d{4}-\\d{2}-\\d{2}"$`));
    const before = await worked();
    expect(Object.keys(before)).toEqual(['fetch', 'read', 'commit', 'day', 'keys'].map((what) => `what="${what}"`));
    for (const time of Object.values(before)) expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(600);
    expect(await problems()).toEqual([]);

    // A commit with errors, and keys that are none: the time stands still of these alone.
    issuer.repository.commit({ 'tenants/solar.yaml': 'kind: Nothing\n' });
    writeFileSync(join(issuer.folder, 'keys/other.pem'), 'no key\n');
    issuer.moveClock(1000);
    await issuer.running.look();
    expect(await problems()).toEqual(['what="commit"', 'what="keys"']);
    await issuer.running.look();
    const moved = Object.entries(await worked()).map(([what, time]) => [what, time > (before[what] ?? 0)]);
    expect(moved).toEqual([
      ['what="fetch"', true],
      ['what="read"', true],
      ['what="commit"', false],
      ['what="day"', true],
      ['what="keys"', false],
    ]);
    // One config decides, and is the only one that is named.
    expect(Object.keys(series(await scrape(issuer), 'tenantry_issuer_config_info'))).toEqual([info]);
  });

  it('say that a repository could never be fetched', async () => {
    const issuer = await start({ ...withMetrics, repository: 'file:///no/such/repository', clone: 'clone' });
    const text = await scrape(issuer);
    expect(series(text, 'tenantry_issuer_problem')['what="fetch"']).toBe(1);
    expect(series(text, 'tenantry_issuer_last_success_timestamp_seconds')['what="fetch"']).toBe(0);
    expect(series(text, 'tenantry_issuer_config_info')).toEqual({});
  });

  it('leave no listener behind where the issuer itself cannot listen', async () => {
    const taken = createServer();
    const port = await portOf(taken);
    onTestFinished(() => void taken.close());
    const free = createServer();
    const metrics = await portOf(free);
    await new Promise((closed) => free.close(closed));
    await expect(start({ listen: `127.0.0.1:${port}`, metrics: `127.0.0.1:${metrics}` })).rejects.toThrow(
      `cannot listen at 127.0.0.1:${port}`,
    );
    await expect(fetch(`http://127.0.0.1:${metrics}/metrics`)).rejects.toThrow();
  });
});

/** The port that a server gets. */
async function portOf(server: Server): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

describe('a registry', () => {
  let metrics: ReturnType<typeof issuerMetrics>[];

  beforeAll(() => {
    const parts = {
      published: () => undefined,
      lookState: () => ({ isWrong: false, worked: undefined }),
      clock: () => 0,
    };
    metrics = [issuerMetrics(parts), issuerMetrics(parts)];
  });

  it('is its own for each issuer, and has few labels whatever is counted', async () => {
    const [one, other] = metrics;
    const entry = { event: 'token', outcome: 'refused', ip: '10.0.0.7' } as const;
    one?.count({ ...entry, error: 'no error that anybody knows', user: 'user:sam' });
    one?.count({ ...entry, error: 'constructor' });
    const texts = await Promise.all(
      [one, other].map(async (each) => (await each?.answer(new Request('http://x/metrics'), { ip: '' }))?.text()),
    );
    expect(texts.map((text = '') => counted(text))).toEqual([
      { 'event="token",outcome="refused",error="other"': 2 },
      {},
    ]);
  });
});
