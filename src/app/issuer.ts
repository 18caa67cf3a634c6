import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { auditLine } from '../issuer/audit.ts';
import { readKeys } from '../issuer/keys.ts';
import { listen } from '../issuer/listen.ts';
import type { Answering, ListenOptions } from '../issuer/listen.ts';
import type { Fetcher } from '../issuer/provider-keys.ts';
import { providerKeys } from '../issuer/provider-keys.ts';
import { limiter, rateOfPerson } from '../issuer/rate.ts';
import type { Health } from '../issuer/routes.ts';
import { issuerRoutes } from '../issuer/routes.ts';
import { isRepositoryUrl, openMirror } from '../tree/mirror.ts';
import { openCommits } from '../tree/git.ts';
import { Failure } from '../values/failure.ts';
import { onSystem } from '../values/system-error.ts';
import type { ConfigSource } from './follow-config.ts';
import { followConfig } from './follow-config.ts';
import type { Io } from './io.ts';
import { loadConfig, loadInThread } from './issuer-config.ts';

export interface IssuerOptions {
  /** A folder of a clone, which others keep up to date, or a URL. */
  readonly repository: string;
  /** The branch that counts. */
  readonly ref: string;
  /** The organization's folder in the repository. */
  readonly path?: string;
  /** Where the clone of a URL is kept. */
  readonly clone?: string;
  /** The folder of the signing keys. */
  readonly keys: string;
  /** `host:port`. */
  readonly listen: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** That what is not encrypted here is so before it leaves the machine, or the network that nobody else is in. */
  readonly behindTlsProxy?: true;
  /** `host:port` of the metrics, which are nowhere else. */
  readonly metrics?: string;
}

/** An issuer that runs. */
export interface RunningIssuer {
  readonly port: number;
  /** Where the metrics are; undefined where none were asked for. */
  readonly metricsPort: number | undefined;
  readonly health: () => Health;
  /** Looks for a new commit, a new day and other keys, as is done all the time. */
  readonly look: () => Promise<void>;
  /** Each by itself: a Git server that says nothing must not keep a theft waiting. */
  readonly lookAtConfig: () => Promise<void>;
  readonly lookAtKeys: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** How long answers may take that are being given when the issuer ends, in milliseconds. */
const patience = 10_000;

/** Starts the issuer: reads the keys, listens, and looks for the config once. `fetcher` asks identity providers. */
export async function startIssuer(io: Io, options: IssuerOptions, fetcher: Fetcher = fetch): Promise<RunningIssuer> {
  const address = listenOptions(io, options);
  const metricsAddress =
    options.metrics === undefined
      ? undefined
      : { ...addressOf(options.metrics, '--metrics'), option: '--metrics' as const };
  const say = (line: string): void => {
    io.err.write(auditSafe(line));
  };
  const clock = (): number => performance.now();
  let keys = await readKeys(resolve(io.cwd, options.keys));
  const config = followConfig(await configSource(io, options), {
    now: io.now,
    clock,
    say,
  });
  let keysProblem: string | undefined;
  let keysWorked = io.now();

  async function lookAtKeys(): Promise<void> {
    try {
      const read = await readKeys(resolve(io.cwd, options.keys));
      if (read.published !== keys.published || read.kid !== keys.kid) {
        say(`keys: ${read.kid} signs; published are ${read.kids.join(', ')}`);
      }
      keys = read;
      keysProblem = undefined;
      keysWorked = io.now();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.message !== keysProblem) say(`the keys are used as they were: ${error.message}`);
      keysProblem = error.message;
    }
  }

  const health = (): Health => {
    const state = config.health();
    return keysProblem === undefined ? state : { ...state, problems: [...state.problems, 'cannot read the keys anew'] };
  };
  const metrics = metricsAddress && {
    address: metricsAddress,
    // Only who asks for them loads them.
    ...(await import('../issuer/metrics.ts')).issuerMetrics({
      published: config.published,
      lookState: (look) =>
        look === 'keys' ? { isWrong: keysProblem !== undefined, worked: keysWorked } : config.lookState(look),
      clock,
    }),
  };
  const parts = {
    published: config.published,
    keys: () => keys,
    health,
    providerKeys: providerKeys({ clock, fetch: fetcher }),
    limit: limiter(rateOfPerson, clock),
    now: io.now,
    newId: randomUUID,
    audit: (entry: Parameters<typeof auditLine>[1]) => {
      io.out.write(auditLine(io.now(), entry));
      metrics?.count(entry);
    },
  };
  let routes: { readonly issuer: string; readonly answer: Answering } | undefined;
  const answer: Answering = (request, bindings) => {
    const issuer = config.published()?.entitlements.issuer;
    if (issuer === undefined) return notReady(health());
    // The path is that of the issuer's URL, which is the config's.
    if (routes?.issuer !== issuer) {
      const app = issuerRoutes(parts, issuer);
      routes = { issuer, answer: (...args) => app.fetch(...args) };
    }
    return routes.answer(request, bindings);
  };

  await config.look();
  const scraped = metrics && (await listen(metrics.answer, metrics.address));
  const server = await listen(metrics ? metrics.timed(answer) : answer, address).catch(async (error: unknown) => {
    await scraped?.stop(0);
    throw error;
  });
  return {
    port: server.port,
    metricsPort: scraped?.port,
    health,
    async look() {
      await lookAtKeys();
      await config.look();
    },
    lookAtConfig: config.look,
    lookAtKeys,
    async stop() {
      await server.stop(patience);
      // To the end, so that the last requests are seen.
      await scraped?.stop(0);
    },
  };
}

function notReady(health: Health): Response {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return new Response(JSON.stringify({ error: 'temporarily_unavailable', ...health }), { status: 503, headers });
}

/** One line, with nothing in it that a terminal or a log would obey. */
function auditSafe(line: string): string {
  return `${line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')}\n`;
}

async function configSource(io: Io, options: IssuerOptions): Promise<ConfigSource> {
  const { environment, nodePath, version, issuerThreadScript } = io;
  const prefix = (options.path ?? '').replace(/^\/+|\/+$/g, '');
  const load = issuerThreadScript ? loadInThread(issuerThreadScript) : loadConfig;
  const isUrl = isRepositoryUrl(options.repository);
  if (isUrl && options.clone === undefined) {
    throw new Failure('bad-arguments', '--repository is a URL, and nothing says where its clone is kept', {
      help: 'name a folder with --clone: it is made where there is none',
    });
  }
  const mirror = isUrl
    ? await openMirror(options.repository, options.ref, resolve(io.cwd, options.clone ?? ''), environment)
    : undefined;
  const repository = mirror?.folder ?? resolve(io.cwd, options.repository);
  return {
    refresh: mirror?.fetch ?? (() => Promise.resolve()),
    async commit() {
      const { commit } = await openCommits(repository, prefix, environment);
      return commit(mirror?.revision ?? options.ref);
    },
    keep: (commit) => mirror?.keep(commit.id) ?? Promise.resolve(),
    load: (commit, asOf) => load({ repository, prefix, commit, asOf, nodePath, environment, version }),
  };
}

function listenOptions(io: Io, options: IssuerOptions): ListenOptions {
  const { tlsCert, tlsKey } = options;
  const address = { ...addressOf(options.listen, '--listen'), option: '--listen' as const };
  if (tlsCert !== undefined && tlsKey !== undefined) {
    const read = (file: string): string => onSystem(`read ${file}`, () => readFileSync(resolve(io.cwd, file), 'utf8'));
    return { ...address, tls: { certificate: read(tlsCert), key: read(tlsKey) } };
  }
  if (tlsCert !== undefined || tlsKey !== undefined) {
    throw new Failure('bad-arguments', '--tls-cert and --tls-key are given together, or neither of them');
  }
  if (!/^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/.test(address.host) && options.behindTlsProxy !== true) {
    throw new Failure('bad-arguments', `--listen: tokens would go over the network to ${address.host} in the clear`, {
      help: 'give --tls-cert and --tls-key; or --behind-tls-proxy, where only the proxy can get there',
    });
  }
  return address;
}

function addressOf(text: string, option: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = ''] = /^(\[[0-9a-f:]+\]|[^:]+):(\d{1,5})$/i.exec(text) ?? [];
  if (host === '' || Number(port) > 65_535) {
    throw new Failure('bad-arguments', `${option}: ${JSON.stringify(text)} is no address`, {
      help: 'write it as `127.0.0.1:8080`',
    });
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
