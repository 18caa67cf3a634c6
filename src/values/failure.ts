/** What kept tenantry from doing its work, as opposed to a mistake in what it was given. */
export type FailureCode =
  | 'bad-arguments'
  | 'no-such-folder'
  | 'not-empty'
  | 'foreign-files'
  | 'io'
  /** The keys that tokens are signed with cannot be used. */
  | 'keys'
  /** A file of the organization is not what the command can work with. */
  | 'not-understood'
  /** The kubeconfig, or what it names, cannot be used. */
  | 'kubeconfig'
  /** No API server answers at the address. */
  | 'unreachable'
  /** The server's certificate is not by the expected authority, or not for the address. */
  | 'untrusted'
  /** Nobody is signed in, or the identity provider or the issuer refuses. */
  | 'sign-in'
  /** The API server does not accept the caller. */
  | 'unauthorized'
  /** The folder is not in a worktree of a Git repository. */
  | 'not-a-repository'
  /** A file of the organization is in Git's index, and not on disk, though nobody has removed it. */
  | 'not-checked-out'
  /** What was named is no commit of the repository, or not of this clone of it. */
  | 'no-such-revision'
  /** Git is not there, or cannot or will not read the repository. */
  | 'git';

/**
 * An operational failure: the file system, Git, an API server. The program ends with exit code 2 and prints the message
 * alone. Mistakes of users are diagnostics, and bugs are other errors.
 */
export class Failure extends Error {
  readonly code: FailureCode;
  /** What to do, in the imperative. */
  readonly help: string | undefined;

  constructor(code: FailureCode, message: string, options: { readonly help?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.help = options.help;
  }
}
