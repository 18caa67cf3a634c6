import { Failure } from '../values/failure.ts';
import { saidBy } from './said.ts';

/** What a server of sign-in answered. */
export interface Answer {
  readonly status: number;
  /** The JSON of its body; undefined where it is none. */
  readonly body: unknown;
  /** When it answered, by its own clock: milliseconds since 1970. Undefined where it does not say. */
  readonly date: number | undefined;
  /** Seconds to wait before asking again, where it says so. */
  readonly retryAfter: number | undefined;
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  /** A form, which is posted. */
  readonly form?: Readonly<Record<string, string>>;
}

/** Milliseconds that an answer may take: it signs a token at most. */
const longest = 15_000;

/** Bytes of an answer: a hundred clusters with their certificates come to 300 KB. */
const mostBytes = 4 * 1024 * 1024;

/**
 * Asks a server over https. Redirects are not followed: whoever is sent elsewhere would show his token there. Throws a
 * Failure where there is no answer, or none that ends in time.
 */
export async function ask(url: string, { headers = {}, form }: Asked = {}): Promise<Answer> {
  const { origin, protocol } = new URL(url);
  if (protocol !== 'https:') throw new Failure('sign-in', `${origin} is not asked: it is no https URL`);
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(longest),
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    const text = await textOf(response);
    const date = Date.parse(response.headers.get('date') ?? '');
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    return {
      status: response.status,
      body: parsed(text),
      date: Number.isNaN(date) ? undefined : date,
      retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter,
    };
  } catch (error) {
    throw unreachable(origin, error);
  }
}

/** Why there is no answer, in the system's words. */
export function unreachable(where: string, error: unknown): Failure {
  const code = codeIn(error);
  const why = code ?? (error instanceof Error ? saidBy(error.message) : 'no answer');
  const isUntrusted = code !== undefined && /CERT|SSL|TLS|ALTNAME|SELF_SIGNED|ISSUER|SIGNATURE/.test(code);
  return new Failure(isUntrusted ? 'untrusted' : 'unreachable', `${where} does not answer: ${why}`, {
    cause: error,
    help: isUntrusted
      ? "name your company's certificate authority in the environment variable NODE_EXTRA_CA_CERTS (a PEM file)"
      : 'see whether it can be reached from here, then run this again',
  });
}

/** The code of an error or of what caused it. */
function codeIn(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'TimeoutError') return 'ETIMEDOUT';
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(at.code)) return at.code;
    if (at.message === 'unexpected redirect') return 'REDIRECT';
  }
  return undefined;
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  if (!response.body) return '';
  for await (const part of response.body) {
    const bytes: unknown = part;
    if (!(bytes instanceof Uint8Array)) continue;
    size += bytes.length;
    if (size > mostBytes) throw new Error('its answer is too long');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
