import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes the program `redis-server` into a folder: the machine's own Redis or Valkey, or else, where there is apt, the
 * distribution's packages, checked by apt and unpacked beside it, so that nothing is installed.
 */
export function provideRedis(folder: string): void {
  const path = ['redis-server', 'valkey-server'].map(findProgram).find((found) => found !== undefined);
  if (path !== undefined) {
    writeProgram(folder, `exec "${path}" "$@"`);
    return;
  }
  if (findProgram('apt-get') === undefined) {
    throw new Error('Argo CD needs Redis: install it (or Valkey), so that `redis-server` is on the PATH');
  }
  const downloads = mkdtempSync(join(folder, 'download-'));
  download(downloads);
  for (const name of readdirSync(downloads)) {
    execFileSync('dpkg-deb', ['--extract', join(downloads, name), join(folder, 'redis')]);
  }
  rmSync(downloads, { recursive: true });
  // Finds its libraries by where it stands: the folder gets its name only once it is whole.
  writeProgram(
    folder,
    [
      'here=$(dirname "$0")/redis/usr',
      'export LD_LIBRARY_PATH="$(echo "$here"/lib/*-linux-gnu*)"',
      'exec "$here/bin/redis-server" "$@"',
    ].join('\n'),
  );
}

function writeProgram(folder: string, body: string): void {
  const path = join(folder, 'redis-server');
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  const { status, stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Redis does not run: ${stderr}`);
  console.log(stdout.trim());
}

/** The server, and the libraries that a machine without Redis lacks. */
const debianPackages = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];

function download(folder: string): void {
  const fetch = () =>
    spawnSync('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...debianPackages], {
      cwd: folder,
      encoding: 'utf8',
    });
  // A machine that never asked for packages does not know where they are.
  if (fetch().status === 0) return;
  execFileSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const { status, stderr } = fetch();
  if (status !== 0) throw new Error(`Argo CD needs Redis, and apt-get does not give it: ${stderr}`);
}

function findProgram(name: string): string | undefined {
  const { status, stdout } = spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
