import { Readable } from 'node:stream';
import { GitPluginError, simpleGit } from 'simple-git';
import { Failure } from '../values/failure.ts';

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a run of Git ended with; the status is null when it was killed. */
export interface Answer {
  readonly status: number | null;
  readonly out: Buffer;
  readonly err: string;
}

export type Git = (args: readonly string[], input?: string) => Promise<Answer>;

/** What Git is given up on for. */
export interface GitLimits {
  /** How long it may say nothing, in milliseconds. */
  readonly silence: number;
  /** The most bytes of an answer. */
  readonly output: number;
}

/** The list of a million files has fewer bytes. */
const defaultLimits: GitLimits = { silence: 60_000, output: 256 * 1024 * 1024 };

/**
 * Runs Git in `dir`. What users write reaches it by its standard input, or as a path after `--`, which is taken
 * literally: never as an option or a pattern.
 */
export function gitIn(dir: string, environment: Environment, limits = defaultLimits): Git {
  return runner(dir, environmentOfGit(environment), limits);
}

/**
 * The same for a repository that is tenantry's own, and that gets what is in another one: over protocols that run no
 * program of that one's choice, and encrypted where they leave the machine.
 */
export function fetchingGitIn(dir: string, environment: Environment): Git {
  return runner(dir, { ...environmentOfGit(environment), GIT_ALLOW_PROTOCOL: 'https:ssh:file' }, defaultLimits);
}

function runner(dir: string, variables: Readonly<Record<string, string>>, limits: GitLimits): Git {
  return async (args, input) => {
    const answers: Answer[] = [];
    const git = simpleGit({
      baseDir: dir,
      // A file system monitor is a program of the repository's choice; and refreshing the index writes to it.
      // A server that says nothing is given up on by the program that fetches from it, too.
      config: [
        'core.fsmonitor=false',
        'diff.autoRefreshIndex=false',
        'http.lowSpeedLimit=1',
        `http.lowSpeedTime=${Math.ceil(limits.silence / 1000)}`,
      ],
      allowEnvironment: Object.keys(variables),
      unsafe: { allowUnsafeFsMonitor: true, allowUnsafeConfigPaths: true },
      // A pipe in the place of one of its files would never end.
      timeout: { block: limits.silence, stdErr: true, stdOut: true },
      // Some of the output may still be under way when the process has ended.
      completion: { onClose: true, onExit: false },
      input: () => input,
      // By default, a process that was killed passes for a success: judged by the caller, nothing does.
      errors(error, { exitCode, stdOut, stdErr }) {
        if (error instanceof GitPluginError) return error;
        answers.push({ status: exitCode, out: Buffer.concat(stdOut), err: Buffer.concat(stdErr).toString() });
        return undefined;
      },
    }).env(variables);
    let size = 0;
    const watch = silence(limits.silence + grace);
    git.outputHandler((_, out, err) => {
      watch.over(out, err);
      out.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > limits.output && out instanceof Readable) out.destroy();
      });
    });
    try {
      await Promise.race([git.raw([...args]), watch.tooLong]);
    } catch (error) {
      const isSilence = error === tooSilent || (error instanceof GitPluginError && error.plugin === 'timeout');
      if (!isSilence) throw error;
      throw new Failure('git', `Git gave no answer for ${limits.silence / 1000} s: \`git ${args[0] ?? ''}\``, {
        help: 'see whether `git status` works in the same folder, and whether all of its files are plain ones',
        cause: error,
      });
    } finally {
      watch.end();
    }
    if (size > limits.output) {
      throw new Failure('git', `Git gave more than ${limits.output / 1024 / 1024} MiB: \`git ${args[0] ?? ''}\``, {
        help: 'this is no repository of an organization',
      });
    }
    const [answer] = answers;
    if (!answer) throw new Error('Git gave no answer');
    return answer;
  };
}

/** How much longer than Git itself what it has started is waited for, in milliseconds. */
const grace = 5_000;

const tooSilent = new Error('Git gave no answer');

/**
 * Waits for silence, whoever keeps the output open. When Git is ended, what it has started goes on (the program that fetches),
 * and holds the output, so that the run would never end.
 */
function silence(milliseconds: number) {
  const streams: NodeJS.ReadableStream[] = [];
  let giveUp: (reason: Error) => void = () => undefined;
  const tooLong = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  // It may come after the run has ended for another reason.
  tooLong.catch(() => undefined);
  const timer = setTimeout(() => {
    for (const stream of streams) if (stream instanceof Readable) stream.destroy();
    giveUp(tooSilent);
  }, milliseconds);
  return {
    tooLong,
    over(...of: NodeJS.ReadableStream[]): void {
      streams.push(...of);
      for (const stream of of) stream.on('data', () => timer.refresh());
    },
    end(): void {
      clearTimeout(timer);
    },
  };
}

/** The variables that say where Git's configuration is, and where to stop looking for a repository. */
const keptOfGit = /^GIT_(?:CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/i;
/** Variables with which simple-git refuses to run: programs for people, whom nothing here asks, and Git's own folder. */
const refused = /^(?:EDITOR|VISUAL|PAGER|SSH_ASKPASS|PREFIX)$/i;

/**
 * The environment for Git. A hook that calls tenantry is given the repository, index and objects of its own run
 * (`GIT_DIR`, `GIT_INDEX_FILE` and others): those are left out, since the repository is the one that `dir` is in.
 */
function environmentOfGit(environment: Environment): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || refused.test(name) || /^LC_ALL$/i.test(name)) continue;
    if (!/^GIT_/i.test(name) || keptOfGit.test(name)) variables[name] = value;
  }
  return {
    ...variables,
    // Its messages are looked into, so they are the same on every machine.
    LC_ALL: 'C',
    GIT_LITERAL_PATHSPECS: '1',
    // A replaced object would show another content than the one that the commit's id vouches for.
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    // What a partial clone left out is not fetched: a remote's address (`ext::…`), its proxy, its helper for credentials
    // and its `ssh` are programs of the repository's choice. No protocol is allowed, for a Git that is older than 2.45.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: '',
    GIT_TERMINAL_PROMPT: '0',
  };
}

/** The output of a run that must succeed. */
export async function output(git: Git, args: readonly string[], input?: string): Promise<Buffer> {
  const answer = await git(args, input);
  // Some commands go on without an object that they may not fetch.
  if (answer.status !== 0 || leftOut.test(answer.err)) throw failed(answer);
  return answer.out;
}

/** What Git says where a partial clone lacks an object. */
const leftOut = /promisor remote|lazy fetching disabled|transport '.*' not allowed/;

export function failed({ status, err }: Answer): Failure {
  if (leftOut.test(err)) {
    return new Failure('git', 'Git failed: this clone is partial, and an object that is needed was left out of it', {
      help: 'get everything with `git fetch --refetch --no-filter` (Git 2.36 or newer), or clone without `--filter`',
    });
  }
  const why =
    err
      .trim()
      .split('\n')[0]
      ?.replace(/^(?:fatal|error): /, '') ?? '';
  return new Failure('git', `Git failed: ${why === '' ? `it ended with ${status ?? 'a signal'}` : why}`, {
    help: 'see whether `git status` and `git fsck` work in the same folder',
  });
}

/** The fields of output in which a NUL ends each. */
export function fieldsOf(out: Buffer): string[] {
  return out.toString().split('\0').slice(0, -1);
}
