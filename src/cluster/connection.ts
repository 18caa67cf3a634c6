import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../values/failure.ts';
import { codeOf, exchange, patient } from './http.ts';
import type { Answer, Options, Sent, Times } from './http.ts';

/** An API server that is asked, and the context of a kubeconfig by which. */
export interface Target {
  readonly context: string;
  readonly server: string;
}

/**
 * Asks the server. A refusal is an answer; it is a Failure that there is none, or that the server does not know the caller.
 */
export type Ask = (method: string, path: string, sent?: Sent) => Promise<Answer>;

/** How a server is asked. */
export interface Asking {
  /** Credentials, certificates, the agent: what every request needs. */
  readonly options: Options;
  /** New ones, for a server that no longer takes them; it is asked for them once. */
  readonly renewed?: () => Promise<Options>;
  /** For a request that has no other. */
  readonly times?: Times;
  /** Milliseconds from now after which nothing is asked any more, and no answer waited for. */
  readonly total?: number;
  /** How often a server may say that it is too busy. */
  readonly attempts?: number;
}

const mostAttempts = 6;

/** What asks a server, one request after another or several at once. */
export function asker(target: Target, asking: Asking): Ask {
  const { server } = target;
  const { renewed, times = patient, total = Infinity, attempts = mostAttempts } = asking;
  const end = performance.now() + total;
  let options = asking.options;
  let renewal: Promise<Options> | undefined;

  return async (method, path, sent = {}) => {
    const url = new URL(server + path);
    const wanted = sent.times ?? times;
    let isRenewed = renewal !== undefined;
    if (renewal) options = await renewal;
    for (let attempt = 1; ; attempt++) {
      const left = end - performance.now();
      if (left <= 0) throw failed(target, timeIsUp);
      const answer = await exchange(
        url,
        { ...options, method },
        { ...sent, times: { ...wanted, end: Math.min(wanted.end, left) } },
      ).catch((error: unknown) => {
        // A server that closes an idle connection does so in the very moment that it is used again, now and then.
        if (codeOf(error) === 'ECONNRESET' && attempt < 3) return undefined;
        throw failed(target, error);
      });
      if (answer === undefined) continue;
      if (answer.status === 401) {
        if (!renewed || isRenewed) throw unauthorized(target);
        renewal ??= renewed();
        options = await renewal;
        isRenewed = true;
        continue;
      }
      if (answer.status !== 429 || attempt >= attempts) return answer;
      if (answer.retryAfter * 1000 >= end - performance.now()) return answer;
      await sleep(answer.retryAfter * 1000);
    }
  };
}

function unauthorized({ server, context }: Target): Failure {
  return new Failure('unauthorized', `${server} does not accept the credentials of context \`${context}\``, {
    help: 'they may have expired, or be for another cluster: log in again, or name another context',
  });
}

const timeIsUp = Object.assign(new Error('ETIMEDOUT'), { code: 'ETIMEDOUT' });

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  // What it says of a packed answer that ends too early, or is not packed at all.
  Z_BUF_ERROR: 'the answer was cut',
  Z_DATA_ERROR: 'the answer is damaged',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'no answer in time',
  NO_CONNECTION: 'no connection in time',
  NO_ANSWER: 'no answer in time',
};

/** What kept an answer from coming, in words. */
function failed({ server, context }: Target, error: unknown): Failure {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : '';
  if (code.startsWith('ERR_OSSL')) {
    return new Failure('kubeconfig', `a certificate or key of context \`${context}\` cannot be used (${code})`, {
      help: 'they are PEM files, or PEM in base64 where the field ends in `-data`',
      cause: error,
    });
  }
  if (
    /^(?:CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CRL_|INVALID_|PATH_|HOSTNAME_|ERR_TLS_|ERR_SSL_|EPROTO)/.test(code)
  ) {
    return new Failure('untrusted', `the certificate of ${server} is not to be trusted: ${message}`, {
      help: 'check the address and the certificate authority in the kubeconfig: this may be another server than you think',
      cause: error,
    });
  }
  if (code === 'TOO_LONG') {
    return new Failure('unreachable', `${server} sends an answer of more than 64 MiB, which was not read to its end`, {
      help: "check the server's address in the kubeconfig: this may be another server than you think",
      cause: error,
    });
  }
  return new Failure('unreachable', `${server} cannot be reached: ${words[code] ?? message}`, {
    help: 'check the address in the kubeconfig, and whether you need a VPN or a proxy (`proxy-url`) to get there',
    cause: error,
  });
}
