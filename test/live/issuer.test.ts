import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryTree } from '../../src/tree/tree.ts';
import { createAuthority } from '../control-plane/certificates.ts';
import { at, waitFor } from '../control-plane/client.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { freePort } from '../identity-provider/glewlwyd.ts';
import { exchangeForm, issuerFiles, jobForm, nightly, sam, someGroups, startTestIssuer } from '../support/issuer.ts';
import type { TestIssuer } from '../support/issuer.ts';
import { errorsOf, pipeline } from '../support/pipeline.ts';
import { createActor } from './support/actor.ts';
import { allOnTestedVersion } from './support/tested-version.ts';
import { verdict, verdictPastRbac } from './support/verdict.ts';

/**
 * `tenantry issuer` and a real API server, which reads the issuer's discovery document and keys by the
 * AuthenticationConfiguration that is rendered for it: nothing but the authority of the test's certificate is added.
 */

const clusterName = 'prodcluster01';
let folder: string;
let issuer: TestIssuer;
let plane: ControlPlane;
let agent: Agent;
let issuerAddress: string;

/** The organization's files, all of whose clusters run the Kubernetes of these tests. */
const filesWith = (people: string, jobs: string, groups: readonly object[] = someGroups) =>
  allOnTestedVersion(issuerFiles(people, jobs, groups, issuerAddress));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-issuer-tls-'));
  const authority = await createAuthority('issuer-ca');
  const { certificate, key } = await authority.issueServer('issuer');
  writeFileSync(join(folder, 'tls.crt'), certificate);
  writeFileSync(join(folder, 'tls.key'), key, { mode: 0o600 });
  agent = new Agent({ connect: { ca: authority.certificate } });
  const port = await freePort();
  issuerAddress = `https://127.0.0.1:${port}/api/oidc`;
  issuer = await startTestIssuer(
    { listen: `127.0.0.1:${port}`, tlsCert: join(folder, 'tls.crt'), tlsKey: join(folder, 'tls.key') },
    filesWith,
  );
  expect(issuer.said.join('')).toContain('tokens are given by commit');

  const result = await pipeline(
    memoryTree(filesWith(issuer.people.issuer, issuer.jobs.issuer)),
    new Date().toISOString().slice(0, 10),
  );
  expect(errorsOf(result.diagnostics)).toEqual([]);
  const below = (path: string) =>
    result.files.flatMap((file) => (file.path.startsWith(`${path}/`) ? [file.text] : [])).join('---\n');
  plane = await startControlPlane({
    authenticationConfiguration: below(`api-server/${clusterName}`),
    issuers: [
      {
        url: issuerAddress,
        discoveryUrl: `${issuerAddress}/.well-known/openid-configuration`,
        certificateAuthority: authority.certificate,
      },
    ],
  });
  await plane.applyManifests(`${below(`cluster-access/${clusterName}`)}---\n${below(clusterName)}`, {
    fieldManager: 'operator',
    as: 'admin',
  });
});

afterAll(async () => {
  await plane.stop();
  await issuer.stop();
  await agent.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** What the issuer answers to a person, or a job, with these claims. */
async function exchange(claims: object, form: Readonly<Record<string, string>> = exchangeForm): Promise<unknown> {
  const provider = form['subject_token_type'] === jobForm.subject_token_type ? issuer.jobs : issuer.people;
  const answer = await fetch(`${issuerAddress}/token`, {
    method: 'POST',
    dispatcher: agent,
    body: new URLSearchParams({ ...form, subject_token: await provider.sign({ ...claims }) }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const body: unknown = await answer.json();
  return at(body, 'access_token') ?? at(body, 'error');
}

const tokenOf = async (...args: Parameters<typeof exchange>): Promise<string> => String(await exchange(...args));
const personOf = async (...args: Parameters<typeof exchange>) => createActor(plane, { token: await tokenOf(...args) });

/** Who the API server takes the bearer for, or the status. */
async function whoIs(token: string): Promise<unknown> {
  const { status, body } = await plane.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    as: { token },
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  if (status !== 201) return status;
  return { username: at(body, 'status', 'userInfo', 'username'), groups: at(body, 'status', 'userInfo', 'groups') };
}

test('S27 to S34: an API server accepts the issuer’s tokens by the configuration that is rendered for it', async () => {
  expect(await whoIs(await tokenOf(sam))).toEqual({
    username: 'user:sam',
    groups: ['cluster-scope', 'solar-leads', 'solar-sre', 'system:authenticated'],
  });
  expect(await whoIs(await tokenOf({ ...sam, preferred_username: 'alice' }))).toEqual({
    username: 'user:alice',
    groups: ['cluster-admins', 'cluster-scope', 'system:authenticated'],
  });
  expect(await whoIs(await tokenOf(nightly2(), jobForm))).toEqual({
    username: 'user:workload:nightly',
    groups: ['bots', 'cluster-scope', 'system:authenticated'],
  });
});

/** The audience of a job's token is the issuer of this organization. */
const nightly2 = () => ({ ...nightly, aud: issuerAddress });

test('a token for another cluster is refused, as are those by which it was got', async () => {
  const before = plane.log('kube-apiserver').length;
  const other = await tokenOf(sam, { ...exchangeForm, audience: 'dev-7' });
  expect(other).toMatch(/^eyJ/);
  expect(await whoIs(other)).toBe(401);
  expect(plane.log('kube-apiserver').slice(before)).toContain('expected audience');
  expect(await whoIs(await issuer.people.sign({ ...sam }))).toBe(401);
  expect(await whoIs(await issuer.jobs.sign(nightly2()))).toBe(401);
});

test('people do what is shared with their groups, and nothing else', async () => {
  const sue = await personOf({ ...sam, preferred_username: 'sue' });
  expect(await verdictPastRbac(() => sue.dryRun.create('configmaps', 'solar-prod/mine'))).toBe('allowed');
  expect(await verdictPastRbac(() => sue.get('storageclasses', ''))).toBe('allowed');
  expect(verdict(await sue.dryRun.create('configmaps', 'solar-lab/mine'))).toMatch(/^RBAC: /);
  expect(verdict(await sue.get('nodes', ''))).toMatch(/^RBAC: /);
  const alice = await personOf({ ...sam, preferred_username: 'alice' });
  expect(await verdictPastRbac(() => alice.get('nodes', ''))).toBe('allowed');
  const job = await personOf(nightly2(), jobForm);
  expect(await verdictPastRbac(() => job.get('configmaps', 'solar-prod/'))).toBe('allowed');
  expect(verdict(await job.dryRun.create('configmaps', 'solar-prod/mine'))).toMatch(/^RBAC: /);
  expect(await exchange({ ...sam, preferred_username: 'eve' })).toBe('access_denied');
});

test('who is taken out of a group in Git has it in no further token, and is refused by it', async () => {
  const sue = { ...sam, preferred_username: 'sue' };
  const attempt = async () => verdict(await (await personOf(sue)).dryRun.create('configmaps', 'solar-prod/mine'));
  expect(await attempt()).toBe('allowed');
  const without = someGroups.map((group) =>
    'name' in group && group.name === 'solar-sre' ? { ...group, members: ['sam'] } : group,
  );
  // She stays in another one, so that she has a token still.
  const files = filesWith(issuer.people.issuer, issuer.jobs.issuer, [
    ...without.map((group) => ('name' in group && group.name === 'audit' ? { ...group, members: ['sue'] } : group)),
  ]);
  issuer.repository.commit(files);
  const start = performance.now();
  await issuer.running.look();
  expect(await whoIs(await tokenOf(sue))).toEqual({
    username: 'user:sue',
    groups: ['audit', 'cluster-scope', 'system:authenticated'],
  });
  expect(await attempt()).toMatch(/^RBAC: /);
  console.log(`from the commit to the refusal: ${((performance.now() - start) / 1000).toFixed(2)} s`);
});

test('another key is taken once it signs, and the last one is refused once it is published no more', async () => {
  const { writeNewKey } = await import('../../src/issuer/keys.ts');
  const { renameSync } = await import('node:fs');
  const file = (name: string) => join(issuer.folder, 'keys', name);
  const old = await Promise.all([tokenOf(sam), tokenOf(sam), tokenOf(sam)]);
  const isSam = { username: 'user:sam' };
  await writeNewKey(file('next.pem'));
  await issuer.running.look();
  expect(await whoIs(old[0])).toMatchObject(isSam);
  renameSync(file('signing.pem'), file('last.pem'));
  renameSync(file('next.pem'), file('signing.pem'));
  await issuer.running.look();
  // It may know the keys of half a minute ago: those may be kept for so long.
  await waitFor('the new key', async () => (await whoIs(await tokenOf(sam))) !== 401, { interval: 500 });
  expect(await whoIs(old[1])).toMatchObject(isSam);
  rmSync(file('last.pem'));
  await issuer.running.look();
  // Nobody asks for the keys again before a token comes by one that is not known: that of a key that is new.
  await writeNewKey(file('another.pem'));
  renameSync(file('another.pem'), file('signing.pem'));
  await issuer.running.look();
  await waitFor('the newest key', async () => (await whoIs(await tokenOf(sam))) !== 401, { interval: 500 });
  expect(await whoIs(old[2])).toBe(401);
});
