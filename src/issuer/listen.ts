import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createAdaptorServer } from '@hono/node-server';
import { Failure } from '../values/failure.ts';
import type { Bindings } from './routes.ts';

/** Where to listen, and the certificate and key (PEM) where the issuer speaks TLS itself. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** The option that says so, for those who have to give another one. */
  readonly option: '--listen' | '--metrics';
}

/** A server that listens. */
export interface Listening {
  /** The port that it got. */
  readonly port: number;
  /** Takes no more connections, and lets those that are being answered have their answer: for so many milliseconds. */
  readonly stop: (patience: number) => Promise<void>;
}

/** What answers a request. */
export type Answering = (request: Request, bindings: Bindings) => Response | Promise<Response>;

/** How long a client may take to send its request, in milliseconds: it has a few kilobytes to say. */
const patience = { headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 5_000 };

/** Serves the answers over HTTP, or HTTPS where there is a certificate. */
export async function listen(answer: Answering, { host, port, tls, option }: ListenOptions): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: (request, { incoming }) => answer(request, { ip: incoming.socket.remoteAddress ?? '' }),
    overrideGlobalObjects: false,
    ...(tls
      ? {
          createServer: createTlsServer,
          serverOptions: { ...patience, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' as const },
        }
      : { createServer, serverOptions: patience }),
  });
  await new Promise<void>((listening, reject) => {
    server.once('error', (error: Error) => {
      reject(
        new Failure('io', `cannot listen at ${host}:${port}: ${error.message}`, {
          help: `give another address with ${option}`,
          cause: error,
        }),
      );
    });
    server.listen(port, host, listening);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async stop(most) {
      const closed = new Promise((done) => server.close(done));
      const end = setTimeout(() => {
        if ('closeAllConnections' in server) server.closeAllConnections();
      }, most);
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      await closed;
      clearTimeout(end);
    },
  };
}
