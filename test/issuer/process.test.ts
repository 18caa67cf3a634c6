import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { tenantryHere } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { exchangeForm, issuerFiles, sam } from '../support/issuer.ts';
import { startOpenIdProvider } from '../support/openid-provider.ts';
import { gitEnvironment, repositoryIn } from '../support/repositories.ts';

/** The built program as a process: with a thread that reads the config, a clone of its own, and an end in good order. */

const cli = resolve(import.meta.dirname, '../../build/cli.js');

it('follows a repository by its URL, trusts providers as Node.js does, and ends when it is told to', async () => {
  const folder = temporaryFolder();
  const provider = await startOpenIdProvider();
  onTestFinished(() => provider.stop());
  for (const name of ['repository', 'keys']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'ca.pem'), provider.certificateAuthority);
  const repository = repositoryIn(join(folder, 'repository'));
  repository.git(['init', '--quiet', '--initial-branch=main']);
  const files = issuerFiles(provider.issuer, 'https://ci.example.com');
  const below = Object.fromEntries(Object.entries(files).map(([path, text]) => [`platform/access/${path}`, text]));
  const commit = repository.commit(below);
  await tenantryHere(['issuer', 'new-key', 'keys/signing.pem'], { cwd: folder });

  const where = ['--repository', `file://${repository.folder}`, '--path', 'platform/access', '--clone', 'clone'];
  const child = spawn(
    process.execPath,
    [cli, 'issuer', 'serve', ...where, '--keys', 'keys', '--listen', '127.0.0.1:0'],
    {
      cwd: folder,
      env: { ...gitEnvironment, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const exited = once(child, 'exit');
  const isUp = () => /listening at port (\d+)/.exec(err)?.[1];
  while (isUp() === undefined && child.exitCode === null) await sleep(20);
  expect(err).toContain(`tokens are given by commit ${commit.slice(0, 12)}`);

  const url = `http://127.0.0.1:${isUp() ?? ''}`;
  // Beside the path of the issuer's URL, for whoever looks after the process.
  const health: unknown = await (await fetch(`${url}/healthz`)).json();
  expect(health).toMatchObject({ status: 'ok', commit });
  const token = await provider.sign({ ...sam });
  const answer = await fetch(`${url}/api/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...exchangeForm, subject_token: token }),
  });
  expect([answer.status, err]).toEqual([200, err]);
  const given: unknown = await answer.json();
  expect(given).toMatchObject({ token_type: 'Bearer', expires_in: 600 });

  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(JSON.parse(out)).toMatchObject({ event: 'token', outcome: 'issued', user: 'user:sam', commit });
  expect(`${out}${err}`).not.toContain(token);
});

it.each<[string, readonly string[], string]>([
  [
    'a repository that is a program',
    ['--repository', 'ext::sh -c id', '--clone', 'clone'],
    'is at no URL that is fetched from',
  ],
  [
    'a repository in the clear',
    ['--repository', 'http://git.example.com/a.git', '--clone', 'clone'],
    'is at no URL that is fetched from',
  ],
  [
    'a token in the place of a user',
    ['--repository', 'https://some-token@git.example.com/a.git', '--clone', 'clone'],
    'may hold a token',
  ],
  [
    'a token behind the address',
    ['--repository', 'https://git.example.com/a.git?private_token=x', '--clone', 'clone'],
    'may hold a token',
  ],
  ['a password', ['--repository', 'https://me:secret@git.example.com/a.git', '--clone', 'clone'], 'holds a password'],
  [
    'a branch that is an option',
    ['--repository', 'https://git.example.com/a.git', '--clone', 'clone', '--ref=--upload-pack=x'],
    'is not the name of a branch',
  ],
  ['a URL and no place for its clone', ['--repository', 'https://git.example.com/a.git'], '--clone'],
  ['the network without TLS', ['--repository', '.', '--listen', '0.0.0.0:0'], 'in the clear'],
  ['half a certificate', ['--repository', '.', '--tls-cert', 'x'], 'are given together'],
  ['no address', ['--repository', '.', '--listen', '8080'], 'is no address'],
])('refuses %s', async (_, args, message) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'keys'));
  await tenantryHere(['issuer', 'new-key', 'keys/signing.pem'], { cwd: folder });
  const { code, stderr } = await tenantryHere(['issuer', 'serve', '--keys', 'keys', ...args], { cwd: folder });
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(stderr).not.toContain('secret');
});
