import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCache } from '../src/sign-in/cache.ts';
import { processMachine } from '../src/process-machine.ts';
import type { Login } from '../src/sign-in/login-record.ts';
import { momentOn } from '../src/sign-in/machine.ts';
import { tokenName } from '../src/sign-in/tokens.ts';
import { nameFor } from '../src/sign-in/cache.ts';
import { median, runProgram } from './process.ts';

/**
 * How long kubectl waits for a token that is kept, as a multiple of starting Node.js with nothing to do: `npm run bench:token`
 * prints the median of 40 rounds of each, in turn. It needs no server, for a token that is kept asks none.
 */
const rounds = Number(process.argv[2] ?? 40);
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
try {
  const machine = { ...processMachine(() => undefined), environment: { XDG_CACHE_HOME: folder } };
  const cache = openCache(machine);
  const issuer = 'https://platform.example.com/api/oidc';
  const login: Login = {
    issuer,
    provider: { issuer: 'https://login.example.com', clientId: 'tenantry', scopes: ['openid'] },
    idToken: 'x'.repeat(1000),
    subject: 'joy',
    received: momentOn(machine),
    lifetime: 3_600_000,
  };
  const clusters = Array.from({ length: 100 }, (_, index) => ({
    name: `cluster${index}`,
    id: `id-${index}`,
    server: `https://cluster${index}.example.com`,
    groups: [],
    namespaces: ['blue-prod', 'blue-test'],
  }));
  const [own] = clusters;
  if (!own) throw new Error('there is no cluster');
  cache.write(nameFor('login', issuer), login);
  cache.write(nameFor('clusters', issuer, login.provider.issuer, login.provider.clientId, login.subject), {
    user: 'joy',
    clusters,
  });
  const kept = { token: 'y'.repeat(1500), received: momentOn(machine), lifetime: 600_000 };
  cache.write(tokenName(login, own), kept);

  const cli = join(root, 'build/cli.js');
  const env = { XDG_CACHE_HOME: folder };
  const cases = {
    'node -e 0': ['-e', '0'],
    token: [cli, 'token', '--issuer', issuer, '--cluster', own.id],
    '--version': [cli, '--version'],
  };
  const seconds = new Map<string, number[]>();
  const megabytes = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, args] of Object.entries(cases)) {
      const run = await runProgram({ file: process.execPath, args, env });
      if (run.code !== 0) throw new Error(`${name}: ${run.stderr}`);
      seconds.set(name, [...(seconds.get(name) ?? []), run.seconds]);
      megabytes.set(name, Math.max(megabytes.get(name) ?? 0, run.megabytes ?? 0));
    }
  }
  const bare = median(seconds.get('node -e 0') ?? []);
  for (const [name, all] of seconds) {
    const [time, memory] = [median(all), megabytes.get(name) ?? 0];
    console.log(
      `${name}: ${(time * 1000).toFixed(0)} ms, ${(time / bare).toFixed(2)} of bare Node.js, ${memory.toFixed(0)} MB`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
