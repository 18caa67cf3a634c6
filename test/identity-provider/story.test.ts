import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { Agent, fetch } from 'undici';
import { beforeAll, expect, it } from 'vitest';
import { textAt } from '../../src/values/json.ts';
import type { CliResult } from '../support/cli.ts';
import { tenantry } from '../support/cli.ts';
import type { Kubectl } from '../support/kubectl.ts';
import { kubectlOf } from '../support/kubectl.ts';
import type { Person } from '../support/person.ts';
import { person } from '../support/person.ts';
import { assertInstalled } from './glewlwyd.ts';
import type { Account } from './pages.ts';
import { loginOn, signInOn, startBrowser } from './pages.ts';
import type { Groups, Platform } from './platform.ts';
import { clusterName, startPlatform } from './platform.ts';

/**
 * From the password to the API server, with nothing stood in for: Glewlwyd's page in Chromium, `tenantry issuer serve` on a
 * Git repository, kube-apiserver by the configuration that is rendered for it, and kubectl.
 */
beforeAll(assertInstalled);

const ada: Account = { user: 'ada', password: 'the password of ada' };
const bob: Account = { user: 'bob', password: 'the password of bob' };
const everybody = { solarSre: ['ada'], audit: ['ada'] };

/** What is asked of the access graph and of the API server alike; without a namespace, of all of them. */
const questions: readonly (readonly [verb: string, resource: string, namespace?: string])[] = [
  ...['solar-prod', 'solar-lab', 'lunar-prod', 'default', 'kube-system'].flatMap((namespace) => [
    ...(['get', 'list', 'create', 'delete'] as const).map((verb) => [verb, 'configmaps', namespace] as const),
    ['list', 'secrets', namespace] as const,
    ['create', 'pods/exec', namespace] as const,
    ['create', 'rolebindings.rbac.authorization.k8s.io', namespace] as const,
  ]),
  ['list', 'configmaps'],
  ['list', 'secrets'],
  ['list', 'namespaces'],
  ['list', 'nodes'],
  ['list', 'storageclasses.storage.k8s.io'],
  ['create', 'clusterrolebindings.rbac.authorization.k8s.io'],
];

/** Who can do what, a line for each question: by the files, or by the API server's own word. */
async function matrix(may: (question: (typeof questions)[number]) => Promise<boolean>): Promise<string[]> {
  const lines: string[] = [];
  for (const question of questions) lines.push(`${question.join(' ')}: ${(await may(question)) ? 'yes' : 'no'}`);
  return lines;
}

const byFiles = ({ repository }: Platform, { user }: Account): Promise<string[]> =>
  matrix(async ([verb, resource, namespace]) => {
    const where = namespace === undefined ? [] : ['--namespace', namespace];
    const request = ['--user', user, '--cluster', clusterName, '--verb', verb, '--resource', resource, ...where];
    const { code, stderr } = await tenantry(['access', 'can-i', ...request], { cwd: repository.folder });
    if (code !== 0 && code !== 1) throw new Error(stderr);
    return code === 0;
  });

const byApiServer = ({ run }: Kubectl): Promise<string[]> =>
  matrix(async ([verb, resource, namespace]) => {
    const where = namespace === undefined ? ['--all-namespaces'] : ['--namespace', namespace];
    const { stdout, stderr } = await run('auth', 'can-i', verb, resource, ...where);
    const [, answer] = /^(yes|no)\b/.exec(stdout) ?? [];
    if (answer === undefined) throw new Error(stderr);
    return answer === 'yes';
  });

const token = async (who: Person): Promise<ReturnType<typeof decodeJwt>> => {
  const { stdout, stderr } = await who.run(['token', '--cluster', clusterName]);
  expect(stderr).toBe('');
  return decodeJwt(textAt(JSON.parse(stdout), 'status', 'token') ?? '');
};

/** By RBAC, and not for want of a token. */
const forbidden = { code: 1, stderr: expect.stringMatching(/is forbidden: User "user:ada" cannot /) as string };
const tokensOf = ({ cache }: Person): string[] => readdirSync(cache).filter((name) => name.startsWith('token-'));
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

it('gives somebody what Git says and takes it away when Git says so', async () => {
  const platform = await startPlatform([ada, bob], everybody);
  const { callback, issuer, repository } = platform;
  const browser = await startBrowser();
  const her = person(platform.authority.file);
  const kubectl = kubectlOf(her);
  const login = async (): Promise<void> => {
    const page = await browser.open();
    const act = (url: string): Promise<void> => signInOn(page, url, ada);
    const { code, stdout, stderr } = await loginOn(her, ['--issuer', issuer], { callback, act });
    expect([code, stdout], stderr).toEqual([
      0,
      expect.stringMatching(/^You are signed in as ada .* with 1 cluster\.\n$/),
    ]);
  };

  /** Commits who is in which group, and gives when that was. */
  const change = async (groups: Groups): Promise<number> => {
    repository.commit({ 'organization.yaml': platform.organization(groups) });
    const committed = performance.now();
    await platform.synth();
    expect(repository.git(['status', '--porcelain'])).toBe('');
    return committed;
  };
  /** Does something with a new token each time, as if the ten minutes of the last one were over, until it fails. */
  const untilRefused = async (work: () => Promise<CliResult>): Promise<CliResult> => {
    for (;;) {
      for (const name of tokensOf(her)) rmSync(join(her.cache, name));
      const result = await work();
      if (result.code !== 0) return result;
      await sleep(500);
    }
  };

  const begun = performance.now();
  await login();
  const written = await her.run(['kubeconfig', '--merge', '--use', '--cluster', clusterName]);
  expect(written.code, written.stderr).toBe(0);
  expect(await kubectl.run('get', 'configmaps', '--namespace', 'solar-prod')).toMatchObject({ code: 0 });
  console.log(`from login to the first kubectl get: ${seconds(begun)}`);

  const first = await token(her);
  const groups = ['audit', 'cluster-scope', 'solar-sre'];
  expect(first).toMatchObject({ iss: issuer, aud: clusterName, sub: 'user:ada', groups });
  expect(await kubectl.run('auth', 'whoami', '--output', 'jsonpath={.status.userInfo.groups}')).toMatchObject({
    stdout: JSON.stringify([...groups, 'system:authenticated']),
  });
  const expected = await byFiles(platform, ada);
  expect(new Set(expected.map((line) => line.split(': ')[1]))).toEqual(new Set(['yes', 'no']));
  expect(await byApiServer(kubectl)).toEqual(expected);
  // No less than what it says of itself.
  const create = (namespace: string, name: string) =>
    kubectl.run('create', 'configmap', name, '--from-literal=a=b', '--namespace', namespace);
  expect(await create('solar-prod', 'mine')).toMatchObject({ code: 0, stdout: 'configmap/mine created\n' });
  expect(await kubectl.run('get', 'configmaps', '--namespace', 'solar-prod')).toMatchObject({
    stdout: expect.stringContaining('mine') as string,
  });
  expect(await create('solar-lab', 'mine')).toMatchObject(forbidden);
  expect(await kubectl.run('get', 'configmaps', '--namespace', 'lunar-prod')).toMatchObject(forbidden);
  expect(await kubectl.run('get', 'secrets', '--all-namespaces')).toMatchObject(forbidden);

  // Out of the group: nothing on the cluster changes by it.
  const committed = await change({ ...everybody, solarSre: [] });
  expect(await untilRefused(() => create('solar-prod', `tried-${performance.now()}`))).toMatchObject(forbidden);
  console.log(`from the commit to the first request that is refused: ${seconds(committed)}`);

  expect((await her.run(['logout'])).code).toBe(0);
  await login();
  expect(await token(her)).toMatchObject({ sub: 'user:ada', groups: ['audit', 'cluster-scope'] });
  const without = await byFiles(platform, ada);
  expect(without).not.toEqual(expected);
  expect(await byApiServer(kubectl)).toEqual(without);
  expect(await kubectl.run('get', 'configmaps', '--namespace', 'solar-prod')).toMatchObject({ code: 0 });
  expect(await create('solar-prod', 'more')).toMatchObject(forbidden);

  // Out of the last one: there is no token at all.
  await change({ solarSre: [], audit: [] });
  const refused = await untilRefused(() => kubectl.run('get', 'configmaps', '--namespace', 'solar-prod'));
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`${issuer} gives no token for cluster ${clusterName}: access_denied: `);
  expect(refused.stderr).toContain('`tenantry clusters` lists the clusters that you have');
  expect((await her.run(['clusters', '--format', 'csv'])).stdout.trim().split('\n')).toHaveLength(1);
});

it('gives nothing to somebody who has nothing and says so where kubectl is run', async () => {
  const platform = await startPlatform([ada, bob], everybody);
  const { callback, issuer } = platform;
  const browser = await startBrowser();
  const [her, him] = [person(platform.authority.file), person(platform.authority.file)];
  const login = async (who: Person, account: Account): Promise<string> => {
    const page = await browser.open();
    // On another device, which both of them have.
    const act = (url: string): Promise<void> => signInOn(page, url, account);
    const { code, stdout, stderr } = await loginOn(who, ['--issuer', issuer, '--device'], { callback, act });
    expect(code, stderr).toBe(0);
    return stdout;
  };
  expect(await login(him, bob)).toMatch(/^You are signed in as bob .* with 0 clusters\.\n$/);
  await login(her, ada);

  // There is no secret in a kubeconfig: whoever gets hers has nothing by it.
  const { stdout: hers, stderr: said } = await her.run(['kubeconfig']);
  expect(hers, said).toContain(`${new URL(issuer).host}/${clusterName}`);
  const file = join(him.home, 'hers.yaml');
  writeFileSync(file, hers);
  const which = ['--kubeconfig', file, '--context', `${new URL(issuer).host}/${clusterName}`];
  expect(await kubectlOf(her).run(...which, 'get', 'configmaps')).toMatchObject({ code: 0 });
  const refused = await kubectlOf(him).run(...which, 'get', 'configmaps');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`you have no cluster \`${clusterName}\``);
  expect(tokensOf(him)).toEqual([]);

  // The issuer itself says so, whatever a client would have of it.
  const [kept = ''] = readdirSync(him.cache).filter((name) => name.startsWith('login-'));
  const idToken = textAt(JSON.parse(readFileSync(join(him.cache, kept), 'utf8')), 'idToken') ?? '';
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    dispatcher: new Agent({ connect: { ca: platform.authority.authority.certificate } }),
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: idToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      audience: clusterName,
    }),
  });
  expect([answer.status, await answer.json()]).toEqual([403, expect.objectContaining({ error: 'access_denied' })]);
  // It comes by a pipe of its own, and may be later than the answer.
  await expect
    .poll((): unknown => JSON.parse(platform.audit().split('\n').at(-2) ?? ''), { timeout: 60_000 })
    .toMatchObject({ outcome: 'refused', user: 'user:bob', cluster: clusterName, error: 'access_denied' });
  expect(platform.audit()).not.toContain(idToken);
});
