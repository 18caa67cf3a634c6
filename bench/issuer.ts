import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateKeyPair, importPKCS8, jwtVerify, SignJWT } from 'jose';
import { Pool } from 'undici';
import { parse, stringify } from 'yaml';
import { writeNewKey } from '../src/issuer/keys.ts';
import { at, listAt } from '../src/values/json.ts';
import { writeFiles } from '../test/support/folders.ts';
import { clientID, exchangeForm } from '../test/support/issuer.ts';
import { startOpenIdProvider } from '../test/support/openid-provider.ts';
import { gitEnvironment, repositoryIn } from '../test/support/repositories.ts';
import { fleet, fleetSize } from './fleet.ts';

/**
 * Measures how many tokens the issuer gives in a second and how long each takes, beside signing alone and beside checking and
 * signing alone, and how it goes on while it takes a new commit of a large config:
 *
 *     npm run bench:issuer                     10,000 namespaces, 20,000 tokens
 *     npm run bench:issuer -- --small          100 namespaces, 500 tokens: only shows that the bench runs
 *     npm run bench:issuer -- --minutes 60     gives tokens for so long, and shows whether memory grows
 *
 * It fails when a token is not given; never because something is slow.
 */
const options = process.argv.slice(2);
const small = options.includes('--small');
const minutes = Number(options[options.indexOf('--minutes') + 1 || options.length] ?? 0);
const [namespaces, tokens] = small ? [100, 500] : [10_000, 20_000];
const atOnce = 16;
/** So many that none gets as many tokens as one person may. */
const people = Array.from({ length: 2000 }, (_, i) => `person-${i}`);
const cluster = 'c0000';
const cli = join(import.meta.dirname, '../build/cli.js');

const folder = mkdtempSync(join(tmpdir(), 'tenantry-bench-issuer-'));
const provider = await startOpenIdProvider();
try {
  for (const name of ['repository', 'keys']) mkdirSync(join(folder, name));
  await writeNewKey(join(folder, 'keys/signing.pem'));
  writeFileSync(join(folder, 'ca.pem'), provider.certificateAuthority);
  const files = withSignIn(fleet(fleetSize(namespaces)));
  const repository = repositoryIn(join(folder, 'repository'));
  repository.git(['init', '--quiet', '--initial-branch=main']);
  writeFiles(repository.folder, files);
  repository.commit();

  const serving = ['issuer', 'serve', '--repository', 'repository', '--keys', 'keys', '--listen', '127.0.0.1:0'];
  const issuer = await started([cli, ...serving]);
  const bare = await started([
    '--import',
    import.meta.resolve('tsx'),
    join(import.meta.dirname, 'bare-issuer.ts'),
    'keys/signing.pem',
  ]);
  try {
    await measure(issuer, bare, () => repository.commit(changed(files)));
  } finally {
    await Promise.all([issuer.end(), bare.end()]);
  }
} finally {
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
}

interface Server {
  readonly pid: number;
  readonly port: number;
  /** All that it has said so far. */
  readonly said: () => string;
  readonly end: () => Promise<void>;
}

/** Starts a server, and returns when it listens. */
async function started(args: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...gitEnvironment, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  while (!said.includes('listening at port') && child.exitCode === null) await sleep(50);
  const port = /listening at port (\d+)/.exec(said)?.[1];
  if (port === undefined || child.pid === undefined) throw new Error(said);
  return {
    pid: child.pid,
    port: Number(port),
    said: () => said,
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function measure({ pid, port, said }: Server, bare: Server, commit: () => string): Promise<void> {
  const bodies = await Promise.all(
    people.map(async (user) => {
      const subject_token = await provider.sign({ sub: user, aud: clientID, preferred_username: user });
      return new URLSearchParams({ ...exchangeForm, audience: cluster, subject_token }).toString();
    }),
  );
  const asking = (of: number) => {
    const pool = new Pool(`http://127.0.0.1:${of}`, { connections: atOnce });
    let asked = 0;
    return async (): Promise<void> => {
      const { statusCode, body } = await pool.request({
        path: '/api/oidc/token',
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: bodies[asked++ % bodies.length] ?? '',
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`${statusCode}: ${text}`);
    };
  };
  const [give, barely] = [asking(port), asking(bare.port)];

  console.log(
    `Node.js ${process.version}, ${availableParallelism()} cores, a load of ${loadavg()[0]?.toFixed(1) ?? ''} before it began; ${namespaces} namespaces, ${bodies.length} people, ${atOnce} requests at once.\n`,
  );
  // Until both are warm.
  for (const one of [give, barely]) await many(tokens / 5, one);
  const signed = await many(tokens, await signing());
  const checked = await many(tokens, await checking());
  const simplest = await many(tokens, barely);
  const memory = residentMb(pid);
  const given = await many(tokens, give);

  // Until it has taken the next commit, which it looks for every 30 seconds.
  const id = commit();
  const during: number[] = [];
  const until = performance.now() + 120_000;
  while (!said().includes(id.slice(0, 12)) && performance.now() < until) during.push(...(await many(200, give)).each);
  if (!said().includes(id.slice(0, 12))) throw new Error(`it has not taken commit ${id}:\n${said()}`);

  const end = performance.now() + minutes * 60_000;
  while (performance.now() < end) await many(2000, give);

  const row = (what: string, { seconds, each }: Many): string =>
    `| ${[what, Math.round(each.length / seconds), (each.length / seconds / (signed.each.length / signed.seconds)).toFixed(2), ...[0.5, 0.99, 1].map((part) => quantile(each, part).toFixed(1))].join(' | ')} |`;
  console.log('|  | in a second | of signing alone | p50 ms | p99 ms | most ms |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  console.log(row('signing alone', signed));
  console.log(row('checking an ID token and signing', checked));
  console.log(row('a bare handler that signs', simplest));
  console.log(row('/token', given));
  console.log(
    row('/token, until a new commit is taken', {
      each: during,
      seconds: during.reduce((a, b) => a + b, 0) / 1000 / atOnce,
    }),
  );
  console.log(`\nMemory of the issuer: ${memory} MB before, ${residentMb(pid)} MB at the end.`);
}

interface Many {
  readonly seconds: number;
  /** Milliseconds of each. */
  readonly each: readonly number[];
}

/** Does something so many times, some at once. */
async function many(count: number, one: () => Promise<unknown>): Promise<Many> {
  const each: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        const began = performance.now();
        next++;
        await one();
        each.push(performance.now() - began);
      }
    }),
  );
  return { seconds: (performance.now() - start) / 1000, each };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

async function signing(): Promise<() => Promise<string>> {
  const key = await importPKCS8(readFileSync(join(folder, 'keys/signing.pem'), 'utf8'), 'ES256');
  return () =>
    new SignJWT({ groups: ['cluster-scope', 'a', 'b'] })
      .setProtectedHeader({ alg: 'ES256' })
      .setAudience('c')
      .sign(key);
}

/** What no issuer can do without: one signature checked, as identity providers make it, and one made. */
async function checking(): Promise<() => Promise<unknown>> {
  const sign = await signing();
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const token = await new SignJWT({ sub: 'x' }).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
  return async () => {
    await jwtVerify(token, publicKey);
    await sign();
  };
}

/** The fleet with an identity provider, and a group of many people who see one of its clusters. */
function withSignIn(files: Readonly<Record<string, string>>): Record<string, string> {
  const document: unknown = parse(files['organization.yaml'] ?? '');
  const spec: unknown = at(document, 'spec');
  const groups = [...listAt(spec, 'groups'), { name: 'everybody', members: people }];
  const signIn = [{ issuer: provider.issuer, clientID, usernameClaim: 'preferred_username' }];
  const path = `clusters/${cluster}.yaml`;
  return {
    ...files,
    'organization.yaml': stringify(
      { ...asObject(document), spec: { ...asObject(spec), groups, signIn } },
      { aliasDuplicateObjects: false },
    ),
    [path]: `${files[path] ?? ''}    - { group: everybody, namespace: false }\n`,
  };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** A change that everybody's token has to do with: one group has a member more. */
function changed(files: Readonly<Record<string, string>>): Record<string, string> {
  const text = files['organization.yaml'] ?? '';
  return { 'organization.yaml': text.replace('- person-0\n', '- person-0\n        - somebody-new\n') };
}

function residentMb(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}
