import { at } from '../../../source/diagnostic.ts';
import type { OrganizationRule } from '../../rule.ts';
import type { UrlProblem } from '../url-parts.ts';
import { unwantedParts } from '../url-parts.ts';

export const repositoryUrl: OrganizationRule = {
  level: 'organization',
  code: 'TEN220',
  name: 'repository-url',
  severity: 'error',
  summary: 'The repository that Argo CD follows is an https or ssh URL without a password, or `git@host:path`.',
  why: "The URL is handed on as it is: into Applications, and into what policies say to whoever tries to make a namespace. A password or a token in it would be in Git, in every cluster and in people's terminals; Argo CD has credentials of its own (a Secret with the label `argocd.argoproj.io/secret-type: repository`).",
  *check({ organization: { argoCD } }) {
    if (!argoCD) return;
    for (const { wrong, help } of problems(argoCD.repoURL.value)) {
      yield { message: `\`repoURL\` ${wrong}`, at: at(argoCD.repoURL.origin), help };
    }
  },
};

/** As Git and Argo CD take it beside URLs: `git@github.com:team/access.git`. */
const asScp = /^[A-Za-z0-9_][A-Za-z0-9._-]*@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?:(?![/]{2})[!-~]+$/;

/** `http` and `file` are for repositories that nobody else can reach, as in tests. */
const schemes: ReadonlySet<string> = new Set(['https:', 'http:', 'ssh:', 'file:']);

/** The messages do not repeat the URL: it may hold a password. */
function problems(repository: string): UrlProblem[] {
  if (asScp.test(repository)) return [];
  const help = 'write it as `https://<host>/<path>`, or as `git@<host>:<path>`';
  const url = URL.canParse(repository) ? new URL(repository) : undefined;
  if (!url || !/^[a-z]+:\/\/[!-[\]-~]+$/i.test(repository) || !schemes.has(url.protocol))
    return [{ wrong: 'is not the URL of a repository', help }];
  // Over ssh the user is the same for everyone, and no secret.
  const isUser = url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:');
  const userInfo = {
    wrong: 'holds user info',
    help: 'remove what stands before the `@`, revoke the password or token, as it is in Git now, and give Argo CD a new one in a Secret',
  };
  return unwantedParts(repository, isUser ? userInfo : undefined);
}
