import type { OutgoingHttpHeaders } from 'node:http';
import { request as send } from 'node:https';
import type { RequestOptions } from 'node:https';

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
  /** Milliseconds until it is given up. */
  readonly timeout?: number;
}

/** A server that calls admission webhooks may take 30 s for each. */
const answerTime = 120_000;

/** Bytes of an answer: no list that is asked for, and no object, comes near. */
const mostBytes = 64 * 1024 * 1024;

/**
 * Sends a request. Rejects where no answer comes, none that ends in time, or one that is too long; whatever its status, an
 * answer is one.
 */
export function exchange(
  url: URL,
  options: Options,
  { contentType, body, timeout = answerTime }: Sent,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...options.headers,
      ...(body !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
    };
    const request = send(url, { ...options, headers }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response
        .on('data', (part: Buffer) => {
          size += part.length;
          if (size > mostBytes) giveUp('TOO_LONG');
          else parts.push(part);
        })
        .on('error', fail)
        .on('end', () => {
          clearTimeout(timer);
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
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    const giveUp = (code: 'TOO_LONG' | 'ETIMEDOUT'): void => {
      fail(Object.assign(new Error(code), { code }));
      request.destroy();
    };
    // A signal would not do: it no longer counts once an answer has begun, and that may go on for ever.
    const timer = setTimeout(giveUp, timeout, 'ETIMEDOUT');
    request.on('error', fail).end(body);
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
