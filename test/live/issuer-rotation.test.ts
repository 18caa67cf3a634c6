import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RotatedCluster } from '../../src/app/rotate-keys.ts';
import { publishedKids, rotateKeys } from '../../src/app/rotate-keys.ts';
import { showToken } from '../../src/cluster/self-review.ts';
import type { ClusterEntitlements } from '../../src/issuer/entitlements.ts';
import { readKeys } from '../../src/issuer/keys.ts';
import { authenticationApiVersion } from '../../src/manifests/authentication.ts';
import { stringify } from 'yaml';
import { testedMinor } from '../control-plane/binaries.ts';
import { createAuthority } from '../control-plane/certificates.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { issuerFiles, someGroups, startTestIssuer } from '../support/issuer.ts';
import { freePort } from '../identity-provider/glewlwyd.ts';
import type { TestIssuer } from '../support/issuer.ts';
import { allOnTestedVersion } from './support/tested-version.ts';

/** A signing key that is changed, with three real API servers that keep the issuer's keys, and one that is down. */

let folder: string;
let issuer: TestIssuer;
let planes: readonly ControlPlane[];
let agent: Agent;
let url: string;
let clusters: readonly ClusterEntitlements[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-rotation-'));
  const authority = await createAuthority('issuer-ca');
  const { certificate, key } = await authority.issueServer('issuer');
  writeFileSync(join(folder, 'tls.crt'), certificate);
  writeFileSync(join(folder, 'tls.key'), key, { mode: 0o600 });
  agent = new Agent({ connect: { ca: authority.certificate } });
  const port = await freePort();
  url = `https://127.0.0.1:${port}/api/oidc`;
  issuer = await startTestIssuer(
    { listen: `127.0.0.1:${port}`, tlsCert: join(folder, 'tls.crt'), tlsKey: join(folder, 'tls.key') },
    (people, jobs) => allOnTestedVersion(issuerFiles(people, jobs, someGroups, url)),
  );
  const names = ['one', 'two', 'three'];
  planes = await Promise.all(
    names.map((name) =>
      startControlPlane({
        authenticationConfiguration: stringify({
          apiVersion: authenticationApiVersion(testedMinor()),
          kind: 'AuthenticationConfiguration',
          jwt: [
            {
              issuer: { url, audiences: [name] },
              claimMappings: {
                username: { expression: 'claims.sub' },
                groups: { expression: 'has(claims.groups) ? claims.groups : []' },
              },
            },
          ],
        }),
        issuers: [
          {
            url,
            discoveryUrl: `${url}/.well-known/openid-configuration`,
            certificateAuthority: authority.certificate,
          },
        ],
      }),
    ),
  );
  const empty = { seenBy: new Set<string>(), groups: new Map<string, string[]>(), users: new Map<string, string[]>() };
  clusters = [
    ...names.map((name, i) => ({
      ...empty,
      name,
      id: name,
      server: planes[i]?.server ?? '',
      certificateAuthority: planes[i]?.authority ?? '',
    })),
    { ...empty, name: 'down', id: 'down', server: `https://127.0.0.1:${await freePort()}` },
  ];
});

afterAll(async () => {
  await Promise.all(planes.map((plane) => plane.stop()));
  await issuer.stop();
  await agent.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** Rotates; the issuer reads its keys while it waits. What is waited for by the minute passes at once. */
async function rotate(revoke: boolean): Promise<{
  readonly found: readonly RotatedCluster[];
  readonly said: readonly { readonly line: string; readonly at: number }[];
}> {
  const said: { readonly line: string; readonly at: number }[] = [];
  const found = await rotateKeys({
    folder: join(issuer.folder, 'keys'),
    issuer: url,
    clusters,
    revoke,
    publishedKids: publishedKids(url, (address, how) => fetch(address, { ...how, dispatcher: agent })),
    show: showToken,
    now: () => new Date(),
    newId: () => crypto.randomUUID(),
    sleep: async (milliseconds) => {
      await issuer.running.lookAtKeys();
      await sleep(Math.min(milliseconds, 1000));
    },
    say: (line) => said.push({ line, at: performance.now() }),
  });
  return { found, said };
}

const claims = (aud: string) => {
  const iat = Math.floor(Date.now() / 1000);
  return {
    iss: url,
    aud,
    sub: 'user:sam',
    groups: [],
    iat,
    nbf: iat - 30,
    exp: iat + 600,
    jti: crypto.randomUUID(),
  } as const;
};

async function shownToAll(sign: Awaited<ReturnType<typeof readKeys>>['sign']): Promise<unknown[]> {
  return Promise.all(clusters.slice(0, 3).map(async (cluster) => showToken(cluster, await sign(claims(cluster.id)))));
}

const all = (state: string) => [state, state, state];
const outcome = [
  { name: 'one', state: 'refused' },
  { name: 'two', state: 'refused' },
  { name: 'three', state: 'refused' },
  { name: 'down', state: 'unknown', why: 'ECONNREFUSED' },
];

test('after a revocation the old key is refused on all API servers within a minute, and one that is down is named', async () => {
  const old = await readKeys(join(issuer.folder, 'keys'));
  expect(await shownToAll(old.sign)).toEqual(all('taken'));
  const start = performance.now();
  const { found, said } = await rotate(true);
  const ends = said.filter(({ line }) => line.endsWith(' refuses the old key')).map(({ at }) => (at - start) / 1000);
  console.log(`revoked on each after ${ends.map((seconds) => seconds.toFixed(1)).join(', ')} s`);
  expect(ends).toHaveLength(3);
  expect(Math.max(...ends)).toBeLessThan(60);
  expect(found).toEqual(outcome);
  expect(await shownToAll(old.sign)).toEqual(all('refused'));
  expect(await shownToAll((await readKeys(join(issuer.folder, 'keys'))).sign)).toEqual(all('taken'));
});

test('a change of the key refuses nobody on the way, and ends with the old one refused', async () => {
  const old = await readKeys(join(issuer.folder, 'keys'));
  let isRefused = false;
  let rounds = 0;
  const working = new AbortController();
  // Somebody works all the while, by whichever key signs.
  const work = (async () => {
    while (!working.signal.aborted) {
      const { sign } = await readKeys(join(issuer.folder, 'keys'));
      if ((await shownToAll(sign)).includes('refused')) isRefused = true;
      rounds++;
      await sleep(200);
    }
  })();
  const { found, said } = await rotate(false);
  working.abort();
  await work;
  expect(found).toEqual(outcome);
  expect([isRefused, rounds > 3]).toEqual([false, true]);
  expect(await shownToAll(old.sign)).toEqual(all('refused'));
  expect(said.map(({ line }) => line)).toContain('cluster down does not take the new key yet: ECONNREFUSED');
  expect(existsSync(join(issuer.folder, 'keys/last.pem'))).toBe(false);
});
