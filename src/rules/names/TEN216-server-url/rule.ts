import { at } from '../../../source/diagnostic.ts';
import type { ClusterRule } from '../../rule.ts';
import type { UrlProblem } from '../url-parts.ts';
import { unwantedParts } from '../url-parts.ts';

export const serverUrl: ClusterRule = {
  level: 'cluster',
  code: 'TEN216',
  name: 'server-url',
  severity: 'error',
  summary: "A cluster's `server` is an https URL without user info, query and fragment (S18).",
  why: "People's tokens go to this address. Over http anyone on the way can read them, and a password in the URL would be in Git, in every kubeconfig and in logs.",
  *check({ cluster: { name, server } }) {
    for (const { wrong, help } of problems(server.value)) {
      yield { message: `the server of cluster \`${name}\` ${wrong}`, at: at(server.origin), help };
    }
  },
};

/** The messages do not repeat the URL: it may hold a password. */
function problems(server: string): UrlProblem[] {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  const help = 'write it as `https://<host>:<port>`';
  // The parser mends what others would refuse or read differently: spaces, backslashes, missing slashes.
  if (!url || !/^[a-z]+:\/\/(?!\/)[!-[\]-~]+$/i.test(server)) return [{ wrong: 'is not a URL', help }];
  const userInfo = {
    wrong: 'holds user info',
    help: 'remove everything before the `@`, and revoke the password or token: it is in Git now',
  };
  return [
    ...(url.protocol === 'https:' ? [] : [{ wrong: 'is not an https URL', help }]),
    ...unwantedParts(server, url.username !== '' || url.password !== '' ? userInfo : undefined),
  ];
}
