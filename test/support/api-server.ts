import { writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { textAt } from '../../src/values/json.ts';
import { createAuthority } from '../control-plane/certificates.ts';
import { temporaryFolder } from './folders.ts';

/** A request as the server saw it. */
export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Whom the client's certificate is for; undefined where it showed none that the authority issued. */
  readonly certificateOf?: string;
  readonly body: string;
}

/** What it answers: JSON, or a text as it is. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent again and again, for ever, instead of a body: after so many milliseconds, or as fast as it is read. */
  readonly endless?: { readonly text: string; readonly every?: number };
  /** The connection ends instead: before the answer, in the middle of it, also packed; or nothing is ever said. */
  readonly cut?: 'reset' | 'half' | 'half, packed' | 'silent';
}

export interface ApiServer {
  readonly url: string;
  /** PEM. */
  readonly certificateAuthority: string;
  /** A client certificate of its authority, for a user of that name. */
  readonly issueClient: (user: string) => Promise<{ readonly certificate: string; readonly key: string }>;
  /** All requests, in order. */
  readonly asked: readonly Asked[];
  /** Writes a kubeconfig with a context for it, `test`, and gives the file's name. */
  readonly kubeconfig: (change?: KubeconfigChange) => string;
}

/** What is unusual about a kubeconfig; fields of its cluster and its user are added to the usual ones. */
export interface KubeconfigChange {
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
}

/**
 * An HTTPS server on loopback that answers what a test tells it to, for what is asked of API servers before and beside
 * the tests with a whole control plane. What the test does not answer, it answers as a server that knows the caller and
 * has nothing else. It is gone after the test.
 */
export async function startApiServer(
  answer: (asked: Asked) => Reply | undefined = () => undefined,
): Promise<ApiServer> {
  const authority = await createAuthority('test-ca');
  const { certificate, key } = await authority.issueServer('api-server');
  const asked: Asked[] = [];
  const tls = { cert: certificate, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false };
  const server = createServer(tls, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'https://localhost');
      const { socket } = request;
      // A connection that resumes another may have no certificate of its own.
      const shown = socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate() : undefined;
      const client = textAt(shown, 'subject', 'CN');
      const one: Asked = {
        method: request.method ?? '',
        path: pathname,
        query: searchParams,
        headers: request.headers,
        ...(client !== undefined && { certificateOf: client }),
        body: Buffer.concat(parts).toString('utf8'),
      };
      asked.push(one);
      const { status = 200, body = {}, headers = {}, endless, cut } = answer(one) ?? usualAnswer(one);
      if (cut !== undefined) {
        cutOff(response, cut);
        return;
      }
      const isText = typeof body === 'string';
      response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
      if (endless) {
        sendForEver(response, endless);
        return;
      }
      response.end(isText ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `https://127.0.0.1:${port}`;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return {
    url,
    certificateAuthority: authority.certificate,
    issueClient: (commonName) => authority.issueClient({ commonName }),
    asked,
    kubeconfig: ({ cluster = {}, user = {} } = {}) => {
      const file = join(temporaryFolder(), 'kubeconfig');
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: 'here',
            cluster: { server: url, 'certificate-authority-data': base64(authority.certificate), ...cluster },
          },
        ],
        users: [{ name: 'me', user: { token: 'secret-token', ...user } }],
        contexts: [{ name: 'test', context: { cluster: 'here', user: 'me' } }],
        'current-context': 'test',
      };
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(config));
      return file;
    },
  };
}

function cutOff(response: ServerResponse, cut: NonNullable<Reply['cut']>): void {
  if (cut === 'silent') return;
  if (cut === 'reset') {
    response.destroy();
    return;
  }
  const isPacked = cut === 'half, packed';
  const whole = Buffer.from(JSON.stringify({ items: [], metadata: {}, rest: 'x'.repeat(1000) }));
  const sent = isPacked ? gzipSync(whole) : whole;
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(isPacked ? { 'content-encoding': 'gzip' } : { 'content-length': sent.length }),
  });
  response.write(sent.subarray(0, sent.length / 2), () => {
    // A packed answer ends as if it were whole: only what is in it tells.
    if (isPacked) response.end();
    else response.destroy();
  });
}

/** As an API server says that there is no such object. */
export function notFound(name: string): Reply {
  return { status: 404, body: { kind: 'Status', reason: 'NotFound', message: 'not found', details: { name } } };
}

/** As it answers a dry run: with the object. */
export function applied({ body }: Asked): Reply {
  return { body: JSON.parse(body) as unknown };
}

function sendForEver(response: ServerResponse, { text, every }: NonNullable<Reply['endless']>): void {
  const send = (): void => {
    if (response.destroyed) return;
    if (every !== undefined) setTimeout(send, every);
    else if (response.write(text)) setImmediate(send);
    else response.once('drain', send);
    if (every !== undefined) response.write(text);
  };
  send();
}

function usualAnswer({ method, path }: Asked): Reply {
  if (path === '/version') return { body: { gitVersion: 'v1.36.3' } };
  if (method === 'POST' && path === '/apis/authentication.k8s.io/v1/selfsubjectreviews') {
    return { status: 201, body: { status: { userInfo: { username: 'user:me' } } } };
  }
  return notFound(path.split('/').at(-1) ?? '');
}
