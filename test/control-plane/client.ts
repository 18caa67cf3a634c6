import { Agent, errors, request } from 'undici';
import type { KeyPair } from './certificates.ts';

/**
 * A server may end a connection that nobody uses just as a request is written to it: it was not answered, and is sent again,
 * as every client of an API server does.
 */
async function onceMore<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof errors.SocketError) return send();
    throw error;
  }
}

/** Who sends a request: the administrator by client certificate, nobody, or whoever a bearer token says. */
export type Caller = 'admin' | 'anonymous' | { readonly token: string };

export interface RequestOptions {
  /** Default: the administrator, a member of `system:masters`. */
  readonly as?: Caller;
  /** Sent as JSON, but for a string, which is sent as it is. */
  readonly body?: unknown;
  /** Default: `application/json`; a PATCH needs its own. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the API server answered: the parsed JSON, or the text where it was none. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** The texts of its `Warning` headers, as a policy that only warns sends them. */
  readonly warnings: readonly string[];
}

export interface Client {
  readonly server: string;
  readonly request: (method: Method, path: string, options?: RequestOptions) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How to reach an API server and be its administrator. */
export interface Endpoint {
  readonly server: string;
  readonly authority: string;
  readonly admin: KeyPair;
}

/**
 * A client that sends what it is told and returns what it gets: a refusal is an answer, not an error.
 * A token travels on a connection without the administrator's certificate, which would win over it.
 */
export function createClient({ server, authority, admin }: Endpoint): Client {
  const strangers = new Agent({ connect: { ca: authority } });
  const administrators = new Agent({ connect: { ca: authority, cert: admin.certificate, key: admin.key } });
  return {
    server,
    async request(method, path, { as = 'admin', body, contentType = 'application/json', headers = {} } = {}) {
      const response = await onceMore(() =>
        request(new URL(path, server), {
          method,
          dispatcher: as === 'admin' ? administrators : strangers,
          headers: {
            accept: 'application/json',
            ...(body === undefined ? {} : { 'content-type': contentType }),
            ...(typeof as === 'string' ? {} : { authorization: `Bearer ${as.token}` }),
            ...headers,
          },
          body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
        }),
      );
      const text = await response.body.text();
      const isJson = String(response.headers['content-type']).startsWith('application/json');
      const parsed: unknown = isJson ? JSON.parse(text) : text;
      return { status: response.statusCode, body: parsed, warnings: warningsOf(response.headers['warning']) };
    },
    async close() {
      await Promise.all([strangers.destroy(), administrators.destroy()]);
    },
  };
}

/** The texts of `Warning` headers, each of the form `299 - "text"`. */
function warningsOf(header: string | string[] | undefined): string[] {
  return [header ?? []].flat().flatMap((line) =>
    [...line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => {
      return (match[1] ?? '').replaceAll(/\\(.)/g, '$1');
    }),
  );
}

/** The value at a path of parsed JSON, or undefined: `at(answer.body, 'status', 'conditions', 0, 'type')`. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((parent, step) => {
    return typeof parent === 'object' && parent !== null ? Reflect.get(parent, step) : undefined;
  }, value);
}

/** The list at a path of parsed JSON, empty where there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const list: unknown = at(value, ...path);
  return Array.isArray(list) ? list : [];
}

/**
 * Asks until there is an answer, and returns it. `probe` gives undefined (or false) for not yet, and may throw.
 * Fails with `what` was waited for, and with the last error.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  { timeout = 150_000, interval = 50 }: { readonly timeout?: number; readonly interval?: number } = {},
): Promise<T> {
  const end = performance.now() + timeout;
  let last: unknown;
  do {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, interval));
  } while (performance.now() < end);
  throw new Error(`waited ${timeout / 1000} s in vain for ${what}`, last === undefined ? undefined : { cause: last });
}
