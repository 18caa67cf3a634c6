import { spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readKeys, writeNewKey } from '../../src/issuer/keys.ts';
import { copyKeys } from '../../src/manifests/issuer.ts';
import { tenantryHere } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';

/** What runs the issuer in a cluster. That an API server takes it, test/live/issuer-manifests.test.ts asks a real one. */

const bless = process.env['TENANTRY_BLESS'] === '1';
const fixtures = join(import.meta.dirname, '../fixtures/issuer-manifests');
const image = 'registry.example.com/platform/tenantry:1.2.3';
const required = ['--image', image, '--repository', 'https://git.example.com/platform/access.git'];
const behindProxy = [...required, '--proxy-namespace', 'ingress'];

const manifests = (args: readonly string[]) => tenantryHere(['issuer', 'manifests', ...args]);

describe('the manifests', () => {
  it.each<[string, readonly string[]]>([
    ['behind-proxy.yaml', behindProxy],
    [
      'all-options.yaml',
      [
        ...['--image', image, '--repository', 'ssh://git@git.example.com:2222/platform/mono.git', '--ref', 'release'],
        ...['--path', 'access/$(HOME)/$$', '--namespace', 'access', '--keys-secret', 'keys', '--git-secret', 'git'],
        ...['--tls-secret', 'tls', '--metrics-from', 'monitoring'],
      ],
    ],
  ])('are %s, to the byte', async (file, args) => {
    const { code, stdout, stderr } = await manifests(args);
    expect([code, stderr]).toEqual([0, '']);
    if (bless) writeFileSync(join(fixtures, file), stdout);
    expect(stdout).toBe(readFileSync(join(fixtures, file), 'utf8'));
  });

  it.each<[string, readonly string[], string]>([
    ['nothing before it that speaks TLS', required, 'tokens do not go over the network in the clear'],
    ['both a proxy and a certificate', [...behindProxy, '--tls-secret', 'tls'], 'give either --tls-secret, or'],
    ['a folder', ['--image', image, '--repository', '.'], 'is at no URL that is fetched from'],
    ['a folder as a URL', ['--image', image, '--repository', 'file:///srv/a.git'], 'is a folder of this machine'],
    ['a password', ['--image', image, '--repository', 'https://a:secret@example.com/a.git'], 'holds a password'],
    ['an image that is none', [...behindProxy, '--image', 'a b'], '--image: "a b" is no image'],
    ['a namespace that is none', [...behindProxy, '--namespace', 'Ops'], '--namespace: "Ops" cannot be the name'],
    ['a Secret that is none', [...behindProxy, '--keys-secret', 'a/b'], '--keys-secret: "a/b" cannot be the name'],
    ['no namespace to scrape from', [...behindProxy, '--metrics-from', ''], '--metrics-from: "" cannot be the name'],
  ])('are not there for %s', async (_, args, message) => {
    const { code, stdout, stderr } = await manifests(args);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
    expect(stderr).not.toContain('secret@');
  });
});

describe('what copies the keys of a Secret', () => {
  /** Writes keys as the files of a Secret are where a pod has an `fsGroup`. */
  async function put(folder: string, ...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await writeNewKey(join(folder, name));
      chmodSync(join(folder, name), 0o440);
    }
  }

  it('gives the issuer keys of its own, takes what changes, and takes away what was withdrawn', async () => {
    const folder = temporaryFolder();
    const [secret, keys] = [join(folder, 'secret'), join(folder, 'keys/own')];
    await put(secret, 'signing.pem', 'next.pem');
    await expect(readKeys(secret)).rejects.toThrow('may be read by others than its owner');
    const run = () => {
      const child = spawn('sh', ['-c', copyKeys, 'copy-keys', secret, keys], { stdio: 'ignore' });
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    };
    const kids = async (): Promise<readonly string[]> => (await readKeys(keys)).kids;
    const until = async (names: readonly string[]): Promise<void> => {
      while (JSON.stringify(listed(keys)) !== JSON.stringify(names)) await sleep(50);
    };
    const child = run();
    await until(['next.pem', 'signing.pem']);
    expect(await kids()).toHaveLength(2);
    expect(readdirSync(keys).map((name) => statSync(join(keys, name)).mode & 0o777)).toEqual([0o400, 0o400]);
    const { kid: old } = await readKeys(keys);

    // What `rotate` does to the folder at its end.
    renameSync(join(secret, 'next.pem'), join(secret, 'signing.pem'));
    await until(['signing.pem']);
    expect(await kids()).toHaveLength(1);
    expect(await kids()).not.toContain(old);

    const ended = new Promise((done) =>
      child.once('exit', (...how) => {
        done(how);
      }),
    );
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);

    // The container is started again: what is there already is in nobody's way.
    rmSync(join(secret, 'signing.pem'));
    await put(secret, 'signing.pem', 'last.pem');
    run();
    await until(['last.pem', 'signing.pem']);
    expect(await kids()).toHaveLength(2);
  });
});

/** The keys in a folder that may not be there yet. */
function listed(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.pem'))
      .sort();
  } catch {
    return [];
  }
}
