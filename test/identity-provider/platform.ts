import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { cliPath, tenantry } from '../support/cli.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { allOnTestedVersion } from '../live/support/tested-version.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';
import type { TestAuthority } from '../support/https-server.ts';
import { testAuthority } from '../support/https-server.ts';
import type { TestRepository } from '../support/repositories.ts';
import { gitEnvironment, temporaryRepository } from '../support/repositories.ts';
import { freePort, startGlewlwyd } from './glewlwyd.ts';
import type { Account } from './pages.ts';

/**
 * A platform of which nothing is stood in for: an identity provider with people, a Git repository with what they may, a
 * control plane on which that is applied, and the issuer between them.
 */
export interface Platform {
  readonly authority: TestAuthority;
  /** The address to come back to that the identity provider knows. */
  readonly callback: string;
  /** The issuer's URL. */
  readonly issuer: string;
  readonly repository: TestRepository;
  readonly plane: ControlPlane;
  /** What the issuer has logged of tokens. */
  readonly audit: () => string;
  /** The text of `organization.yaml` with other members of its groups. */
  readonly organization: (groups: Groups) => string;
  /** Renders `dist/` by what is in the worktree. */
  readonly synth: () => Promise<void>;
}

const clientId = 'tenantry';
export const clusterName = 'prodcluster01';

export interface Groups {
  readonly solarSre: readonly string[];
  readonly audit: readonly string[];
}

/** The organization's file: who is in which group. */
function organizationOf(groups: Groups, issuer: string, provider: string): string {
  return organizationFile({
    issuer,
    signIn: [{ issuer: provider, clientID: clientId, usernameClaim: 'preferred_username' }],
    groups: [
      { name: 'solar-leads' },
      { name: 'lunar-leads' },
      { name: 'solar-sre', members: groups.solarSre },
      { name: 'audit', members: groups.audit },
    ],
  });
}

function filesOf(organization: string, server: string, certificateAuthority: string): Record<string, string> {
  return {
    'organization.yaml': organization,
    'clusters/ca.pem': certificateAuthority,
    [`clusters/${clusterName}.yaml`]: clusterFile(clusterName, {
      server,
      certificateAuthority: { file: 'ca.pem' },
      sharedWith: ['solar-leads', 'lunar-leads', 'solar-sre', 'audit'].map((group) => ({ group, namespace: false })),
    }),
    'tenants/solar.yaml': tenantFile('solar', {
      defaults: { clusters: [clusterName], sharedWith: [{ group: 'audit', role: 'view' }] },
      namespaces: [{ name: 'prod', sharedWith: [{ group: 'solar-sre', role: 'edit' }] }, { name: 'lab' }],
    }),
    'tenants/lunar.yaml': tenantFile('lunar', {
      owners: [{ kind: 'Group', name: 'lunar-leads' }],
      defaults: { clusters: [clusterName] },
      namespaces: [{ name: 'prod' }],
    }),
  };
}

/** Sets all of it up, with the accounts at the identity provider. It is gone after the test. */
export async function startPlatform(accounts: readonly Account[], groups: Groups): Promise<Platform> {
  const authority = await testAuthority();
  // It takes no address to come back to but those that it knows: what people with such a provider set.
  const callback = `http://127.0.0.1:${await freePort()}/callback`;
  const users = Object.fromEntries(accounts.map(({ user, password }) => [user, password]));
  const { issuer: provider } = await startGlewlwyd(authority, { clientId, redirectUri: callback, users });
  const port = await freePort();
  const issuer = `https://127.0.0.1:${port}/api/oidc`;
  const organization = (changed: Groups): string => organizationOf(changed, issuer, provider);

  const repository = temporaryRepository();
  const synth = async (): Promise<void> => {
    const { code, stderr } = await tenantry(['synth'], { cwd: repository.folder });
    expect(code, stderr).toBe(0);
  };
  const dist = (path: string): string =>
    Object.entries(readFiles(join(repository.folder, 'dist', path)))
      .flatMap(([file, text]) => (file.endsWith('.yaml') ? [text] : []))
      .join('---\n');
  const write = async (server: string, certificate: string): Promise<void> => {
    repository.commit(allOnTestedVersion(filesOf(organization(groups), server, certificate)));
    await synth();
    repository.commit();
  };
  // How an API server is started is known before there is one.
  await write('https://prodcluster01.example.com:6443', authority.authority.certificate);
  const plane = await startControlPlane({
    authenticationConfiguration: dist(`api-server/${clusterName}`),
    issuers: [
      {
        url: issuer,
        discoveryUrl: `${issuer}/.well-known/openid-configuration`,
        certificateAuthority: authority.authority.certificate,
      },
    ],
  });
  onTestFinished(() => plane.stop());
  await write(plane.server, plane.authority);
  await plane.applyManifests(`${dist(`cluster-access/${clusterName}`)}---\n${dist(clusterName)}`, {
    fieldManager: 'operator',
    as: 'admin',
  });
  const audit = await startIssuer(authority, repository, port);
  // It has asked for the issuer when there was none yet, and would ask again only after a while.
  await plane.restart();
  return { authority, callback, issuer, repository, plane, audit, organization, synth };
}

/** `tenantry issuer serve` as a process, with a key of its own, on a clone of the repository. Gives what it logs of tokens. */
async function startIssuer(
  { authority, file }: TestAuthority,
  { folder }: TestRepository,
  port: number,
): Promise<() => string> {
  const home = temporaryFolder();
  mkdirSync(join(home, 'keys'));
  const { certificate, key } = await authority.issueServer('issuer');
  writeFileSync(join(home, 'tls.crt'), certificate);
  writeFileSync(join(home, 'tls.key'), key, { mode: 0o600 });
  const made = await tenantry(['issuer', 'new-key', 'keys/signing.pem'], { cwd: home });
  expect(made.code, made.stderr).toBe(0);
  const where = ['--repository', `file://${folder}`, '--ref', 'main', '--clone', 'clone', '--keys', 'keys'];
  const how = ['--listen', `127.0.0.1:${port}`, '--tls-cert', 'tls.crt', '--tls-key', 'tls.key'];
  const child = spawn(process.execPath, [cliPath, 'issuer', 'serve', ...where, ...how], {
    cwd: home,
    env: { ...gitEnvironment, NODE_EXTRA_CA_CERTS: file },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  await expect
    .poll(() => [child.exitCode, err], { timeout: 120_000 })
    .toEqual([null, expect.stringContaining('listening at port')]);
  expect(err).toContain('tokens are given by commit');
  return () => out;
}
