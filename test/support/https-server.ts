import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Authority } from '../control-plane/certificates.ts';
import { createAuthority } from '../control-plane/certificates.ts';
import { temporaryFolder } from './folders.ts';

/** A request, with its body. */
export interface Got {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
}

/** What is answered: JSON, or a page, or a way elsewhere. */
export interface Given {
  readonly status?: number;
  readonly json?: unknown;
  readonly html?: string;
  readonly location?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An authority for the servers of a test, and its file. */
export interface TestAuthority {
  readonly authority: Authority;
  readonly file: string;
}

export async function testAuthority(): Promise<TestAuthority> {
  const authority = await createAuthority('sign-in-test');
  const file = join(temporaryFolder(), 'ca.pem');
  writeFileSync(file, authority.certificate);
  return { authority, file };
}

/** An HTTPS server on loopback that is gone after the test. Gives its origin. */
export async function startHttps(
  { authority }: TestAuthority,
  answer: (got: Got) => Given | Promise<Given>,
): Promise<string> {
  const { certificate, key } = await authority.issueServer('sign-in-server');
  const server = createServer({ cert: certificate, key }, (request, response) => {
    void respond(request, response, answer);
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
  return `https://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (got: Got) => Given | Promise<Given>,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const {
    status = 200,
    json,
    html,
    location,
    headers = {},
  } = await answer({
    method: request.method ?? '',
    url: new URL(request.url ?? '/', `https://${request.headers.host ?? ''}`),
    headers: request.headers,
    form: new URLSearchParams(Buffer.concat(parts).toString('utf8')),
  });
  response.writeHead(location !== undefined && status === 200 ? 302 : status, {
    'content-type': html === undefined ? 'application/json' : 'text/html; charset=utf-8',
    ...(location !== undefined && { location }),
    ...headers,
  });
  response.end(html ?? (json === undefined ? '' : JSON.stringify(json)));
}
