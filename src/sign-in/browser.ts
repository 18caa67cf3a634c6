import { spawn } from 'node:child_process';
import type { Machine } from './machine.ts';

/**
 * Opens a page in the browser: in the one that the environment variable BROWSER names (a program, which gets the address as
 * its only argument), or in the system's own. Where there is none nothing happens: the address is printed as well.
 */
export async function openPage({ environment }: Pick<Machine, 'environment'>, url: URL): Promise<void> {
  const own = environment['BROWSER'];
  if (own !== undefined && own !== '') {
    const child = spawn(own, [url.href], { stdio: 'ignore', detached: true });
    child.on('error', () => undefined);
    child.unref();
    return;
  }
  const { default: open } = await import('open');
  try {
    const child = await open(url.href);
    child.on('error', () => undefined);
  } catch {
    // No program that opens pages: there is the address.
  }
}

/** Whether a browser here could show a page: not for who comes over SSH, nor on a Linux without a display. */
export function hasBrowser({ environment, platform }: Pick<Machine, 'environment' | 'platform'>): boolean {
  const has = (name: string): boolean => (environment[name] ?? '') !== '';
  if (has('SSH_CONNECTION') || has('SSH_TTY')) return false;
  return platform !== 'linux' || has('DISPLAY') || has('WAYLAND_DISPLAY') || has('BROWSER');
}
