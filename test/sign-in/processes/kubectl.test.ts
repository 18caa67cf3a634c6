import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { startApiServer } from '../../support/api-server.ts';
import { testAuthority } from '../../support/https-server.ts';
import { startIdentityProvider } from '../../support/identity-provider.ts';
import { kubectlOf } from '../../support/kubectl.ts';
import { startIssuer } from '../../support/stand-in-issuer.ts';
import { person } from '../../support/person.ts';

/** kubectl with what `tenantry kubeconfig` writes, against servers that tell what they were shown. */
async function world() {
  const authority = await testAuthority();
  const issuer = await startIssuer(authority, await startIdentityProvider(authority));
  const [one, evil] = [await startApiServer(), await startApiServer()];
  const cluster = { groups: ['g'], namespaces: ['blue'], defaultNamespace: 'blue' };
  const certificateAuthority = one.certificateAuthority;
  issuer.clusters['joy'] = [{ ...cluster, name: 'one', id: 'id-of-one', server: one.url, certificateAuthority }];
  const joy = person(authority.file);
  expect((await joy.run(['login', '--issuer', issuer.url])).code).toBe(0);
  expect((await joy.run(['kubeconfig', '--merge', '--use', '--cluster', 'one'])).code).toBe(0);
  const { run: kubectl, terminal } = kubectlOf(joy);
  return { issuer, one, evil, joy, kubectl, terminal, config: join(joy.home, '.kube/config') };
}

describe('kubectl', () => {
  it('reads the kubeconfig and shows the token to that cluster', async () => {
    const { issuer, one, kubectl } = await world();
    const { code, stderr, stdout } = await kubectl('get', '--raw', '/version');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('v1.36');
    const token = one.asked.at(-1)?.headers.authorization?.replace('Bearer ', '') ?? '';
    expect(decodeJwt(token)).toMatchObject({ iss: issuer.url, aud: 'id-of-one', sub: 'user:joy' });
    expect((await kubectl('config', 'view', '--minify', '--output', 'jsonpath={..namespace}')).stdout).toBe('blue');
  });

  it('is 20 at once with one exchange', async () => {
    const { issuer, one, kubectl } = await world();
    const results = await Promise.all(Array.from({ length: 20 }, () => kubectl('get', '--raw', '/version')));
    expect(results.filter(({ code }) => code !== 0)).toEqual([]);
    expect(new Set(one.asked.map(({ headers }) => headers.authorization)).size).toBe(1);
    expect(issuer.requests.filter((request) => request === 'POST /token')).toHaveLength(1);
  });

  it('shows nothing to a server that was put into the kubeconfig', async () => {
    const { evil, one, kubectl, config } = await world();
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const text = readFileSync(config, 'utf8')
      .replace(one.url, evil.url)
      .replace(base64(one.certificateAuthority), base64(evil.certificateAuthority));
    expect(text).toContain(evil.url);
    writeFileSync(config, text);
    const { code, stderr } = await kubectl('get', '--raw', '/version');
    expect(code).toBe(1);
    expect(stderr).toContain('the kubeconfig has another server for it');
    expect(evil.asked).toEqual([]);
  });

  it('signs somebody in who sits at a terminal and goes on', async () => {
    const { joy, one, terminal } = await world();
    await joy.run(['logout']);
    const said = await terminal('get', '--raw', '/version');
    expect(said).toMatch(/Sign in at 127\.0\.0\.1:\d+ in your browser/);
    expect(joy.tabs()).toHaveLength(2);
    expect(one.asked.at(-1)).toMatchObject({ path: '/version' });
    expect(one.asked.at(-1)?.headers.authorization).toMatch(/^Bearer eyJ/);
  });

  it('is told to sign in where nobody is', async () => {
    const { joy, kubectl } = await world();
    await joy.run(['logout']);
    const { code, stderr } = await kubectl('get', '--raw', '/version');
    expect(code).toBe(1);
    expect(stderr).toContain('run: tenantry login');
    expect(joy.tabs()).toHaveLength(1);
  });
});
