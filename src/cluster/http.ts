import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as send } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** What the API server answered: the parsed JSON, or the text where it was none. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The texts of its `Warning` headers. */
  readonly warnings: readonly string[];
}

/** An answer, and how many seconds to wait before asking again where the server is too busy. */
export interface Exchanged extends Answer {
  readonly retryAfter: number;
}

/** What a request needs besides what is sent: credentials, certificates, a method. */
export type Options = Omit<RequestOptions, 'headers'> & { readonly headers: OutgoingHttpHeaders };

export interface Sent {
  readonly contentType?: string;
  readonly body?: string;
  /** When it is given up. */
  readonly times?: Times;
}

/**
 * Milliseconds from the start of a request until it is given up: where no connection stands by then, no answer has begun, or
 * it has not ended. One time for all three would take a slow server for a dead one, or wait for a dead one as for a slow one.
 */
export interface Times {
  readonly connect?: number;
  readonly begin?: number;
  readonly end: number;
}

/** A server that calls admission webhooks may take 30 s for each. */
export const patient: Times = { end: 120_000 };

/** Bytes of an answer, unpacked: no list that is asked for, and no object, comes near. */
const mostBytes = 64 * 1024 * 1024;

/**
 * Sends a request. Rejects where no answer comes, none that ends in time, or one that is too long; whatever its status, an
 * answer is one. Redirects are not followed: whoever is sent elsewhere would show his credentials there.
 */
export function exchange(url: URL, options: Options, { contentType, body, times = patient }: Sent): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const headers = {
      'accept-encoding': 'gzip',
      ...options.headers,
      ...(body !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
    };
    const timers = new Set<NodeJS.Timeout>();
    const done = (): void => {
      timers.forEach(clearTimeout);
    };
    const fail = (error: Error): void => {
      done();
      reject(error);
    };
    const giveUp = (code: 'TOO_LONG' | 'NO_CONNECTION' | 'NO_ANSWER' | 'ETIMEDOUT'): void => {
      fail(Object.assign(new Error(code), { code }));
      request.destroy();
    };
    // A signal would not do: it no longer counts once an answer has begun, and that may go on for ever.
    const within = (time: number | undefined, code: 'NO_CONNECTION' | 'NO_ANSWER' | 'ETIMEDOUT'): (() => void) => {
      if (time === undefined) return () => undefined;
      const timer = setTimeout(giveUp, time, code);
      timers.add(timer);
      return () => {
        clearTimeout(timer);
      };
    };
    const begun = within(times.begin, 'NO_ANSWER');
    const request = send(url, { ...options, headers }, (response) => {
      begun();
      const parts: Buffer[] = [];
      let size = 0;
      unpacked(response, fail)
        .on('data', (part: Buffer) => {
          size += part.length;
          if (size > mostBytes) giveUp('TOO_LONG');
          else parts.push(part);
        })
        .on('error', fail)
        .on('end', () => {
          done();
          const text = Buffer.concat(parts).toString('utf8');
          const { 'content-type': type = '', 'retry-after': retryAfter, warning } = response.headers;
          resolve({
            status: response.statusCode ?? 0,
            body: type.startsWith('application/json') ? parsed(text) : text,
            warnings: warningsOf(warning),
            retryAfter: Math.min(Math.max(Number(retryAfter) || 1, 1), 10),
          });
        });
    });
    within(times.end, 'ETIMEDOUT');
    onConnected(request, within(times.connect, 'NO_CONNECTION'));
    request.on('error', fail).end(body);
  });
}

/** The answer's body as it was before it was packed for the way. */
function unpacked(response: IncomingMessage, fail: (error: Error) => void): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  // A pipe does not hand on that the answer was cut.
  response.on('error', fail);
  return response.pipe(createGunzip());
}

/** Tells when the request has a connection that is agreed upon, or one that was there already. */
function onConnected(request: ClientRequest, tell: () => void): void {
  request.on('socket', (socket) => {
    if (request.reusedSocket) tell();
    else socket.once('secureConnect', tell);
  });
}

/** The code of an error of the system or of TLS, as `ECONNREFUSED`; empty where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The texts of `Warning` headers, each of the form `299 - "text"`. */
function warningsOf(header: string | string[] | undefined): string[] {
  return Array.from(
    [header ?? []]
      .flat()
      .join(',')
      .matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g),
    ([, text = '']) => text.replace(/\\(.)/g, '$1'),
  );
}
