import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { Failure } from '../values/failure.ts';
import { systemCode } from '../values/system-error.ts';

/** Where the identity provider sends the browser back to. */
export interface Loopback {
  /** The whole address, with a path that nobody can guess. */
  readonly redirectUri: string;
  /** The first request to it, once. Rejects with a Failure when none comes in time. */
  readonly callback: (milliseconds: number) => Promise<Callback>;
  readonly close: () => void;
}

/** The browser has come back. */
export interface Callback {
  /** The address that it was sent to, with the answer of the identity provider in it. */
  readonly url: URL;
  /** Shows the page that says how it has ended: nothing that came with the request is on it. */
  readonly show: (isSignedIn: boolean) => Promise<void>;
}

/**
 * Listens on loopback, by its address and never by the name `localhost`, which may be another one's, for one request to
 * one path. `fixed` is an address for identity providers that take no other than exactly the one they know.
 */
export async function listen(fixed: string | undefined): Promise<Loopback> {
  const wanted = fixed === undefined ? undefined : fixedAddress(fixed);
  const path = wanted?.pathname ?? `/${randomBytes(18).toString('base64url')}`;
  let arrived: ((callback: Callback) => void) | undefined;
  let host = '';
  const first = new Promise<Callback>((resolve) => {
    arrived = resolve;
  });
  const server = createServer((request, response) => {
    const url = addressOf(request.url, `http://${host}`);
    // A page of somebody else that points its own name at this address says that name.
    if (request.method !== 'GET' || url?.pathname !== path || request.headers.host !== host) {
      void answer(response, 404, 'There is nothing here.');
      return;
    }
    if (!arrived) {
      void answer(response, 410, 'This address has been used. Look at the terminal.');
      return;
    }
    arrived({
      url,
      show: (isSignedIn) =>
        answer(
          response,
          isSignedIn ? 200 : 400,
          isSignedIn
            ? 'You are signed in. You can close this window.'
            : 'You are not signed in. The terminal says why; you can close this window.',
        ),
    });
    arrived = undefined;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new Failure('sign-in', `cannot listen on 127.0.0.1: ${systemCode(error) ?? 'the system refuses'}`, {
          cause: error,
          help:
            wanted === undefined
              ? 'sign in with a code on another device: `tenantry login --device`'
              : 'another program has the port of TENANTRY_CALLBACK: end it, or sign in with `tenantry login --device`',
        }),
      );
    });
    server.listen(Number(wanted?.port ?? 0), '127.0.0.1', resolve);
  });
  const address = server.address();
  host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    redirectUri: `http://${host}${path}`,
    callback: async (milliseconds) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(
            new Failure('sign-in', `nobody has signed in within ${milliseconds / 60_000} minutes`, {
              help: 'run: tenantry login',
            }),
          );
        }, milliseconds);
      });
      try {
        return await Promise.race([first, late]);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The address that a request is for; undefined where it is none here. Whatever a request holds, nothing throws. */
function addressOf(written: string | undefined, origin: string): URL | undefined {
  const url = written !== undefined && URL.canParse(written, origin) ? new URL(written, origin) : undefined;
  return url?.origin === origin ? url : undefined;
}

function fixedAddress(written: string): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const isLoopback = url?.protocol === 'http:' && url.hostname === '127.0.0.1' && /^\d+$/.test(url.port);
  if (url && isLoopback && url.search === '' && url.hash === '' && url.username === '') return url;
  throw new Failure('bad-arguments', 'TENANTRY_CALLBACK is no address on this machine', {
    help: 'give one such as http://127.0.0.1:8765/callback, as your identity provider knows it',
  });
}

/** Milliseconds that a browser may take to read a page of a few words. */
const longestShowing = 2000;

/** A page of fixed words. It runs nothing, loads nothing, and tells no other site where it was. */
function answer(response: ServerResponse, status: number, words: string): Promise<void> {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    connection: 'close',
  });
  return new Promise((done) => {
    response.on('close', done);
    // Whoever does not read it is waited for no longer.
    setTimeout(done, longestShowing).unref();
    response.end(`<!doctype html><html lang="en"><title>tenantry</title><p>${words}</p></html>\n`);
  });
}
