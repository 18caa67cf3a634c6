import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export const repositoryName = 'acme/access';
export const token = 'ghs_of-this-run-only';
export const bot = 'github-actions[bot]';

export interface Pull {
  readonly number: number;
  title?: string;
  body?: string;
  state: 'open' | 'closed';
  head: { sha: string; ref: string; repo: { full_name: string } | null };
  base: { sha: string; ref: string; repo: { full_name: string; default_branch: string } };
  changed_files: number;
  readonly labels?: readonly { readonly name: string }[];
}

export interface Comment {
  readonly id: number;
  readonly number: number;
  readonly user: { readonly login: string };
  body: string;
}

export interface Issue {
  readonly number: number;
  readonly user: { readonly login: string };
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  state_reason?: string;
  /** There for a pull request, which is among the issues too. */
  readonly pull_request?: object;
}

/** What GitHub knows, as far as the workflows ask for it. Tests set it up, and look at what became of it. */
export interface GitHub {
  /** Of the REST API. */
  readonly url: string;
  readonly pulls: Pull[];
  /** The changed files of a pull request, by its number. */
  readonly files: Map<number, { readonly filename: string; readonly previous_filename?: string }[]>;
  /** The parents of a commit. */
  readonly commits: Map<string, readonly string[]>;
  readonly artifacts: { readonly run: number; readonly name: string; readonly zip: Buffer }[];
  readonly comments: Comment[];
  readonly issues: Issue[];
  /** Whether Settings > Actions lets workflows open pull requests. */
  mayOpenPulls: boolean;
  /** Each request that would change something: `PATCH issues/comments/3`. */
  readonly writes: string[];
}

type Answer = readonly [status: number, body: unknown] | { readonly redirect: string } | Buffer;

/** What GitHub knows before there is anything. */
const nothing: GitHub = {
  url: '',
  pulls: [],
  files: new Map(),
  commits: new Map(),
  artifacts: [],
  comments: [],
  issues: [],
  mayOpenPulls: true,
  writes: [],
};

/**
 * A local server that stands for GitHub's REST API: the endpoints that the workflows use, and no others. It begins with a
 * copy of what another knows.
 */
export async function gitHub(known: GitHub = nothing): Promise<GitHub> {
  const artifacts = known.artifacts.map((artifact) => ({ ...artifact, zip: Buffer.from(artifact.zip) }));
  const state: GitHub = { ...structuredClone({ ...known, artifacts: [] }), artifacts };
  const server = createServer((request, response) => {
    void answer(state, request).then((given) => {
      if (Buffer.isBuffer(given)) response.end(given);
      else if ('redirect' in given) response.writeHead(302, { location: given.redirect }).end();
      else response.writeHead(given[0], { 'content-type': 'application/json' }).end(JSON.stringify(given[1]));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close(() => undefined));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { url: `http://127.0.0.1:${port}` });
}

const notFound: Answer = [404, { message: 'Not Found' }];

async function answer(state: GitHub, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '', 'http://127.0.0.1');
  // The storage that artifacts are in has signed addresses, and is not GitHub: the token must not reach it.
  const stored = /^\/storage\/(\d+)$/.exec(url.pathname)?.[1];
  if (stored !== undefined) {
    return request.headers.authorization === undefined ? (state.artifacts[Number(stored)]?.zip ?? notFound) : [400, {}];
  }
  if (request.headers.authorization !== `Bearer ${token}`) return [401, { message: 'Bad credentials' }];
  const prefix = `/repos/${repositoryName}/`;
  if (!url.pathname.startsWith(prefix)) return notFound;
  const path = url.pathname.slice(prefix.length);
  const method = request.method ?? '';
  const body = (method === 'GET' ? {} : JSON.parse(await text(request))) as Record<string, string>;
  if (method !== 'GET') state.writes.push(`${method} ${path}`);

  const [number, id] = [/^pulls\/(\d+)|^issues\/(\d+)/, /(\d+)(?:\/zip)?$/].map((pattern) =>
    Number(pattern.exec(path)?.slice(1).find(Boolean)),
  );
  const pull = state.pulls.find((p) => p.number === number);
  switch (`${method} ${path.replace(/[0-9a-f]{40}$/, 'SHA').replace(/\d+(?=\/|$)/g, 'N')}`) {
    case 'GET pulls/N':
      return pull ? [200, pull] : notFound;
    case 'GET pulls/N/files':
      return [200, page(state.files.get(number ?? 0) ?? [], url)];
    case 'GET git/commits/SHA': {
      const parents = state.commits.get(path.slice('git/commits/'.length));
      return parents ? [200, { parents: parents.map((sha) => ({ sha })) }] : notFound;
    }
    case 'GET actions/runs/N/artifacts': {
      const run = Number(path.split('/')[2]);
      const artifacts = state.artifacts.flatMap((a, index) =>
        a.run === run && a.name === url.searchParams.get('name')
          ? [{ id: index, name: a.name, size_in_bytes: a.zip.length, expired: false }]
          : [],
      );
      return [200, { total_count: artifacts.length, artifacts }];
    }
    case 'GET actions/artifacts/N/zip':
      // Another host than the API's: there, `fetch` sends no token.
      return { redirect: `${state.url.replace('127.0.0.1', 'localhost')}/storage/${String(id)}` };
    case 'GET issues':
      return [
        200,
        page(
          state.issues.filter((issue) => issue.state === url.searchParams.get('state')),
          url,
        ),
      ];
    case 'POST issues': {
      const { title = '', body: description = '' } = body;
      const user = { login: bot };
      state.issues.push({ number: state.issues.length + 1, user, title, body: description, state: 'open' });
      return [201, state.issues.at(-1)];
    }
    case 'PATCH issues/N': {
      const issue = state.issues.find((one) => one.number === number);
      if (!issue) return notFound;
      Object.assign(issue, body);
      return [200, issue];
    }
    case 'GET issues/N/comments':
      return [200, page(commentsOf(state, number), url)];
    case 'POST issues/N/comments':
      state.comments.push({
        id: state.comments.length + 1,
        number: number ?? 0,
        user: { login: bot },
        body: body['body'] ?? '',
      });
      return [201, state.comments.at(-1)];
    case 'PATCH issues/comments/N': {
      const comment = state.comments.find((c) => c.id === id);
      if (!comment) return notFound;
      Object.assign(comment, body);
      return [200, comment];
    }
    case 'GET pulls': {
      const found = state.pulls.filter(
        ({ state: is, head, base }) =>
          is === url.searchParams.get('state') &&
          `${head.repo?.full_name.split('/')[0] ?? ''}:${head.ref}` === url.searchParams.get('head') &&
          base.ref === url.searchParams.get('base'),
      );
      return [200, found];
    }
    case 'POST pulls': {
      if (!state.mayOpenPulls) {
        return [403, { message: 'GitHub Actions is not permitted to create or approve pull requests.' }];
      }
      const { title = '', body: description = '', head = '', base = '' } = body;
      const repo = { full_name: repositoryName, default_branch: 'main' };
      state.pulls.push({
        number: state.pulls.length + 1,
        title,
        body: description,
        state: 'open',
        head: { sha: '', ref: head, repo },
        base: { sha: '', ref: base, repo },
        changed_files: 1,
      });
      return [201, state.pulls.at(-1)];
    }
    case 'PATCH pulls/N':
      if (!pull) return notFound;
      Object.assign(pull, body);
      return [200, pull];
    default:
      return notFound;
  }
}

function commentsOf(state: GitHub, number: number | undefined): Comment[] {
  return state.comments.filter((comment) => comment.number === number);
}

/** One page of a list, as long as it was asked for. */
function page<T>(items: readonly T[], url: URL): T[] {
  const size = Number(url.searchParams.get('per_page') ?? 30);
  const at = Number(url.searchParams.get('page') ?? 1);
  return items.slice((at - 1) * size, at * size);
}
