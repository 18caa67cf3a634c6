import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IssuerOptions, RunningIssuer } from '../../src/app/issuer.ts';
import { startIssuer } from '../../src/app/issuer.ts';
import type { Io } from '../../src/app/io.ts';
import { writeNewKey } from '../../src/issuer/keys.ts';
import { clusterFile, organizationFile, tenantFile } from './config.ts';
import { exampleCertificate } from './examples.ts';
import { writeFiles } from './folders.ts';
import type { OpenIdProvider } from './openid-provider.ts';
import { startOpenIdProvider } from './openid-provider.ts';
import type { TestRepository } from './repositories.ts';
import { gitEnvironment, repositoryIn } from './repositories.ts';

/** An issuer that runs in this process on a repository, keys, and two identity providers, all of them real. */
export interface TestIssuer {
  /** Its address with the path of the issuer's URL. */
  readonly url: string;
  /** Of people. */
  readonly people: OpenIdProvider;
  /** Of jobs. */
  readonly jobs: OpenIdProvider;
  readonly repository: TestRepository;
  readonly folder: string;
  readonly running: RunningIssuer;
  /** What it wrote to its log of tokens, line by line. */
  readonly audit: string[];
  /** What it said about itself. */
  readonly said: string[];
  /** Moves its clock, in milliseconds. */
  readonly moveClock: (by: number) => void;
  readonly post: (
    form: Readonly<Record<string, string>> | string,
    headers?: Record<string, string>,
  ) => Promise<Response>;
  readonly stop: () => Promise<void>;
}

export const issuerUrl = 'https://platform.example.com/api/oidc';
export const clientID = 'tenantry';
export const exchangeForm = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  audience: 'prodcluster01',
} as const;
export const jobForm = { ...exchangeForm, subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' } as const;

/** Claims of an ID token of somebody whom the organization knows. */
export const sam = { sub: '4711', aud: clientID, preferred_username: 'sam' } as const;
/** Claims of a job's token. */
export const nightly = { sub: 'ci', aud: issuerUrl, repository: 'acme/access', ref: 'refs/heads/main' } as const;

/** The organization's files. `people` and `jobs` are the issuers of the two providers. */
export function issuerFiles(
  people: string,
  jobs: string,
  groups: readonly object[] = someGroups,
  issuer = issuerUrl,
): Record<string, string> {
  const shared = ['solar-leads', 'solar-sre', 'audit', 'bots', 'contractors'];
  return {
    'organization.yaml': organizationFile({
      issuer,
      groups,
      signIn: [{ issuer: people, clientID, usernameClaim: 'preferred_username', groupsClaim: 'groups' }],
      workloads: [
        { name: 'nightly', issuer: jobs, claims: { repository: 'acme/access', ref: 'refs/heads/main' } },
        { name: 'weekly', issuer: jobs, audience: 'weekly', claims: { repository: 'acme/access' } },
        { name: 'twin', issuer: jobs, audience: 'weekly', claims: { ref: 'refs/heads/twin' } },
      ],
    }),
    'clusters/prodcluster01.yaml': clusterFile('prodcluster01', {
      sharedWith: shared.map((group) => ({ group, namespace: false })),
    }),
    'clusters/devcluster01.yaml': clusterFile('devcluster01', {
      id: 'dev-7',
      sharedWith: ['solar-leads', 'solar-sre', 'audit'].map((group) => ({ group, namespace: false })),
    }),
    'clusters/owncluster01.yaml': clusterFile('owncluster01', {
      authentication: { configuration: 'Own' },
      sharedWith: [{ group: 'solar-leads', namespace: false }],
    }),
    'clusters/example-ca.pem': exampleCertificate,
    'tenants/solar.yaml': tenantFile('solar', {
      defaults: { clusters: ['prodcluster01'], sharedWith: [{ group: 'audit', role: 'view' }] },
      namespaces: [
        {
          name: 'prod',
          sharedWith: [
            { group: 'solar-sre', role: 'edit' },
            { group: 'bots', role: 'view' },
          ],
        },
        { name: 'lab', sharedWith: [{ group: 'contractors', role: 'edit' }] },
        { name: 'dev', clusters: ['devcluster01'], sharedWith: [{ group: 'solar-sre', role: 'admin' }] },
      ],
    }),
  };
}

export const someGroups: readonly object[] = [
  { name: 'solar-leads', members: ['sam'] },
  { name: 'solar-sre', members: ['sam', 'sue'] },
  { name: 'audit', members: ['ann'] },
  { name: 'bots', members: ['workload:nightly', 'workload:weekly'] },
  { name: 'contractors' },
];

/** Starts one. `options` change how it is run, and `files` what is in its repository. */
export async function startTestIssuer(
  options: Partial<IssuerOptions> = {},
  files: (people: string, jobs: string) => Readonly<Record<string, string>> = issuerFiles,
): Promise<TestIssuer> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-issuer-'));
  const [people, jobs] = [await startOpenIdProvider('people-key'), await startOpenIdProvider('jobs-key')];
  writeFiles(folder, { 'repository/.keep': '', 'keys/.keep': '' });
  await writeNewKey(join(folder, 'keys/signing.pem'));
  const repository = repositoryIn(join(folder, 'repository'));
  repository.git(['init', '--quiet', '--initial-branch=main']);
  repository.commit(files(people.issuer, jobs.issuer));
  const [audit, said]: [string[], string[]] = [[], []];
  let moved = 0;
  const io: Io = {
    dir: folder,
    cwd: folder,
    today: '2026-01-15',
    now: () => new Date(Date.now() + moved),
    nodePath: process.execPath,
    environment: gitEnvironment,
    version: '',
    out: { write: (text) => void audit.push(text), colour: false },
    err: { write: (text) => void said.push(text), colour: false },
  };
  const fetcher: OpenIdProvider['fetch'] = (url, how) =>
    (url.startsWith(`${jobs.issuer}/`) ? jobs : people).fetch(url, how);
  const running = await startIssuer(
    io,
    { repository: 'repository', ref: 'main', keys: 'keys', listen: '127.0.0.1:0', ...options },
    fetcher,
  );
  const url = `http://127.0.0.1:${running.port}/api/oidc`;
  return {
    url,
    people,
    jobs,
    repository,
    folder,
    running,
    audit,
    said,
    moveClock: (by) => {
      moved += by;
    },
    post: (form, headers = {}) =>
      fetch(`${url}/token`, {
        method: 'POST',
        body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }),
    async stop() {
      await running.stop();
      await Promise.all([people.stop(), jobs.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
