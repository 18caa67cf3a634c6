import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AuditEntry } from './audit.ts';
import type { ErrorCode } from './exchange.ts';
import type { Answering } from './listen.ts';
import type { Published } from './routes.ts';

/**
 * What is looked at all the time: the repository is fetched, its newest commit read, what that means worked out for a new
 * day, and the keys read. `commit` is whether the newest commit is the one that decides: it is not while it has errors.
 */
export const looks = ['fetch', 'read', 'commit', 'day', 'keys'] as const;
export type Look = (typeof looks)[number];

/** How a look went the last time. */
export interface LookState {
  readonly isWrong: boolean;
  /** When it last went well; undefined where it never did. */
  readonly worked: Date | undefined;
}

/** What the metrics are read from, at each scrape. */
export interface MetricsParts {
  readonly published: () => Published | undefined;
  readonly lookState: (look: Look) => LookState;
  /** Milliseconds of a clock that nobody sets. */
  readonly clock: () => number;
}

/** What is counted of an issuer, for Prometheus. No person, no cluster, nothing of a token: the log tells of those. */
export interface IssuerMetrics {
  /** Counts what a line of the log tells of. */
  readonly count: (entry: AuditEntry) => void;
  /** The same answers; how long those to token requests take is counted, from the head of the request on. */
  readonly timed: (answer: Answering) => Answering;
  /** Answers `GET /metrics`, and nothing else. */
  readonly answer: Answering;
}

const errorCodes = {
  invalid_request: true,
  invalid_grant: true,
  invalid_target: true,
  unsupported_grant_type: true,
  access_denied: true,
  slow_down: true,
  temporarily_unavailable: true,
  server_error: true,
  // What a bearer of no good token is told (RFC 6750).
  invalid_token: true,
} as const satisfies Record<ErrorCode | 'invalid_token', true>;

/** The seconds up to which answers are counted together. A provider may be asked for keys meanwhile: that may take 5 s. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of one issuer, in a registry of their own: two in one process count apart. */
export function issuerMetrics({ published, lookState, clock }: MetricsParts): IssuerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'tenantry_issuer_requests_total',
    help: 'Answers that are about somebody: what was asked for, what came of it, and the error where it was refused.',
    labelNames: ['event', 'outcome', 'error'],
    registers,
  });
  // From the start, so that the first of a kind is an increase.
  requests.inc({ event: 'token', outcome: 'issued', error: '' }, 0);
  requests.inc({ event: 'clusters', outcome: 'listed', error: '' }, 0);
  for (const error of Object.keys(errorCodes)) {
    for (const event of ['token', 'clusters']) requests.inc({ event, outcome: 'refused', error }, 0);
  }
  const seconds = new Histogram({
    name: 'tenantry_issuer_token_request_seconds',
    help: 'Seconds from the head of a request to the token endpoint to its answer.',
    buckets,
    registers,
  });
  new Gauge({
    name: 'tenantry_issuer_config_info',
    help: 'Always 1: the commit whose config decides, and the day for which it was worked out.',
    labelNames: ['commit', 'as_of'],
    registers,
    collect() {
      this.reset();
      const now = published();
      if (now) this.set({ commit: now.commit, as_of: now.entitlements.asOf }, 1);
    },
  });
  new Gauge({
    name: 'tenantry_issuer_problem',
    help: 'Whether something went wrong the last time: 1 while tokens are given by an older state of it.',
    labelNames: ['what'],
    registers,
    collect() {
      for (const what of looks) this.set({ what }, lookState(what).isWrong ? 1 : 0);
    },
  });
  new Gauge({
    name: 'tenantry_issuer_last_success_timestamp_seconds',
    help: 'When it last went well, in seconds since 1970; 0 where it never did.',
    labelNames: ['what'],
    registers,
    collect() {
      for (const what of looks) this.set({ what }, (lookState(what).worked?.getTime() ?? 0) / 1000);
    },
  });

  return {
    count({ event, outcome, error }) {
      // A label has few values, whatever a line may say one day.
      const known = error === undefined ? '' : Object.hasOwn(errorCodes, error) ? error : 'other';
      requests.inc({ event, outcome, error: known });
    },
    timed: (answer) => async (request, bindings) => {
      if (request.method !== 'POST' || !new URL(request.url).pathname.endsWith('/token')) {
        return answer(request, bindings);
      }
      const begin = clock();
      try {
        return await answer(request, bindings);
      } finally {
        seconds.observe((clock() - begin) / 1000);
      }
    },
    async answer(request) {
      if (request.method !== 'GET' || new URL(request.url).pathname !== '/metrics') {
        return new Response('there is only GET /metrics here\n', { status: 404 });
      }
      const headers = { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' };
      return new Response(await registry.metrics(), { headers });
    },
  };
}
