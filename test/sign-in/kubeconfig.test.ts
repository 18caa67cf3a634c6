import { KubeConfig } from '@kubernetes/client-node';
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testAuthority } from '../support/https-server.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';
import type { IssuerCluster, TestIssuer } from '../support/stand-in-issuer.ts';
import { startIssuer } from '../support/stand-in-issuer.ts';
import type { Person } from '../support/person.ts';
import { person } from '../support/person.ts';
import { organizationFile } from '../support/config.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

interface World {
  readonly issuer: TestIssuer;
  readonly host: string;
  readonly joy: Person;
  readonly clusters: IssuerCluster[];
}

async function signedIn(): Promise<World> {
  const authority = await testAuthority();
  const issuer = await startIssuer(authority, await startIdentityProvider(authority));
  const clusters: IssuerCluster[] = [
    {
      name: 'one',
      id: 'id-of-one',
      server: 'https://one.example.com:6443',
      certificateAuthority: authority.authority.certificate,
      groups: ['solar-sre'],
      namespaces: ['solar-prod', 'solar-test'],
      defaultNamespace: 'solar-test',
    },
    { name: 'two', id: 'id-of-two', server: 'https://two.example.com', groups: ['cluster-admins'], namespaces: [] },
  ];
  issuer.clusters['joy'] = clusters;
  const joy = person(authority.file);
  expect((await joy.run(['login', '--issuer', issuer.url])).code).toBe(0);
  return { issuer, host: new URL(issuer.url).host, joy, clusters };
}

function loaded(text: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(text);
  return config;
}

const others = `# Mine, by hand.
apiVersion: v1
kind: Config
preferences: {}
clusters:
  # at home
  - name: home
    cluster: { server: "https://home.example.com" }
contexts:
  - { name: home, context: { cluster: home, user: me } }   # the usual one
users:
  - name: me
    user:
      token: secret-of-home
current-context: home
`;

describe('kubeconfig', () => {
  it('has exactly the clusters that one has and no secret', async () => {
    const { issuer, host, joy, clusters } = await signedIn();
    const { code, stdout, stderr } = await joy.run(['kubeconfig']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toMatch(/eyJ|token: /);
    const config = loaded(stdout);
    expect(config.getContexts()).toEqual([
      { name: `${host}/one`, cluster: `${host}/one`, user: `${host}/one`, namespace: 'solar-test' },
      { name: `${host}/two`, cluster: `${host}/two`, user: `${host}/two`, namespace: undefined },
    ]);
    expect(config.getCurrentContext()).toBe('');
    expect(config.getCluster(`${host}/one`)).toMatchObject({
      server: 'https://one.example.com:6443',
      caData: Buffer.from(clusters[0]?.certificateAuthority ?? '').toString('base64'),
    });
    expect(config.getUser(`${host}/one`)?.exec).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'tenantry',
      args: ['token', '--issuer', issuer.url, '--cluster', 'id-of-one'],
      interactiveMode: 'IfAvailable',
      provideClusterInfo: true,
      installHint: expect.stringContaining('install it') as string,
    });
  });

  it('names contexts after the organization in whose clone it is run', async () => {
    const { issuer, joy } = await signedIn();
    const folder = temporaryFolder();
    writeFiles(folder, { 'organization.yaml': organizationFile({ issuer: issuer.url }) });
    const { stdout } = await joy.run(['kubeconfig', '--cluster', 'two'], { cwd: folder });
    expect(
      loaded(stdout)
        .getContexts()
        .map(({ name }) => name),
    ).toEqual(['example/two']);
  });

  it('takes a namespace that one has and no other', async () => {
    const { joy } = await signedIn();
    const { stdout } = await joy.run(['kubeconfig', '--cluster', 'one', '--namespace', 'solar-prod', '--use']);
    expect(loaded(stdout).getContextObject(loaded(stdout).getCurrentContext())?.namespace).toBe('solar-prod');
    const refused = await joy.run(['kubeconfig', '--namespace', 'solar-prod']);
    expect(refused.stderr).toContain('you have nothing in namespace `solar-prod` on two');
    const unknown = await joy.run(['kubeconfig', '--cluster', 'onr']);
    expect(unknown.stderr).toContain('did you mean `one`?');
  });

  it('overwrites no file', async () => {
    const { joy } = await signedIn();
    const file = join(joy.home, 'mine');
    writeFileSync(file, others);
    expect((await joy.run(['kubeconfig', '--output', file])).stderr).toContain('is there already');
    expect(readFileSync(file, 'utf8')).toBe(others);
  });
});

describe('kubeconfig --merge', () => {
  it('keeps all that is not its own with its comments', async () => {
    const { host, joy } = await signedIn();
    const file = join(joy.home, 'config');
    writeFileSync(file, others, { mode: 0o644 });
    const { code } = await joy.run(['kubeconfig', '--merge'], { env: { KUBECONFIG: file } });
    expect(code).toBe(0);
    const text = readFileSync(file, 'utf8');
    for (const line of [
      '# Mine, by hand.',
      '# at home',
      '# the usual one',
      'token: secret-of-home',
      'current-context: home',
    ])
      expect(text).toContain(line);
    expect(
      loaded(text)
        .getContexts()
        .map(({ name }) => name),
    ).toEqual(['home', `${host}/one`, `${host}/two`]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(joy.home).filter((name) => name.startsWith('config'))).toEqual(['config']);
    // Once more changes nothing.
    await joy.run(['kubeconfig', '--merge'], { env: { KUBECONFIG: file } });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('makes the file where there is none and switches only when it is told to', async () => {
    const { host, joy } = await signedIn();
    const file = join(joy.home, '.kube/config');
    await joy.run(['kubeconfig', '--merge']);
    expect(loaded(readFileSync(file, 'utf8')).getCurrentContext()).toBe('');
    expect((await joy.run(['kubeconfig', '--merge', '--use'])).stderr).toContain('one context can be switched to');
    await joy.run(['kubeconfig', '--merge', '--use', '--cluster', 'one']);
    const config = loaded(readFileSync(file, 'utf8'));
    expect(config.getCurrentContext()).toBe(`${host}/one`);
    expect(config.getContexts()).toHaveLength(2);
  });

  it('takes away what one has no longer and lets a chosen namespace be', async () => {
    const { host, joy, clusters } = await signedIn();
    const file = join(joy.home, '.kube/config');
    await joy.run(['kubeconfig', '--merge']);
    writeFileSync(file, readFileSync(file, 'utf8').replace('namespace: solar-test', 'namespace: solar-prod'));
    clusters.pop();
    const { stderr } = await joy.run(['kubeconfig', '--merge']);
    expect(stderr).toContain(`removed, for you have them no longer: ${host}/two`);
    const config = loaded(readFileSync(file, 'utf8'));
    expect(config.getContexts()).toEqual([
      { name: `${host}/one`, cluster: `${host}/one`, user: `${host}/one`, namespace: 'solar-prod' },
    ]);
    expect(config.getUsers()).toHaveLength(1);
  });

  it('refuses what it cannot change without harm and changes nothing', async () => {
    const { host, joy } = await signedIn();
    const file = join(joy.home, 'config');
    const taken = others.replaceAll('name: home', `name: ${host}/one`);
    const wrong: [string, RegExp][] = [
      ['clusters: [\n', /not changed: it is no YAML/],
      ['- a list\n', /holds no mapping/],
      ['kind: Secret\n', /`kind` is not `Config`/],
      ['clusters: {}\n', /`clusters` is no list/],
      [taken, /has an entry `.*\/one` among its clusters that is not of this issuer/],
    ];
    for (const [text, message] of wrong) {
      writeFileSync(file, text);
      const { code, stderr } = await joy.run(['kubeconfig', '--merge', '--output', file]);
      expect(stderr).toMatch(message);
      expect([code, readFileSync(file, 'utf8')]).toEqual([2, text]);
    }
    writeFileSync(file, others);
    writeFileSync(`${file}.lock`, '');
    expect((await joy.run(['kubeconfig', '--merge', '--output', file])).stderr).toContain('another program changes');
    expect(readFileSync(file, 'utf8')).toBe(others);
  });

  it('follows a link within its folder alone', async () => {
    const { joy } = await signedIn();
    const [folder, elsewhere] = [join(joy.home, 'kube'), join(temporaryFolder(), 'theirs')];
    mkdirSync(folder);
    writeFileSync(elsewhere, others);
    symlinkSync(elsewhere, join(folder, 'away'));
    const refused = await joy.run(['kubeconfig', '--merge', '--output', join(folder, 'away')]);
    expect(refused.stderr).toContain('is a link to');
    expect(readFileSync(elsewhere, 'utf8')).toBe(others);
    writeFileSync(join(folder, 'real'), others);
    symlinkSync('real', join(folder, 'here'));
    expect((await joy.run(['kubeconfig', '--merge', '--output', join(folder, 'here')])).code).toBe(0);
    expect(lstatSync(join(folder, 'here')).isSymbolicLink()).toBe(true);
    expect(loaded(readFileSync(join(folder, 'real'), 'utf8')).getContexts()).toHaveLength(3);
  });
});
