import { at } from '../../../source/diagnostic.ts';
import type { ClusterRule } from '../../rule.ts';

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
function problems(server: string): { wrong: string; help: string }[] {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  const help = 'write it as `https://<host>:<port>`';
  // The parser mends what others would refuse or read differently: spaces, backslashes, missing slashes.
  if (!url || !/^[a-z]+:\/\/(?!\/)[!-[\]-~]+$/i.test(server)) return [{ wrong: 'is not a URL', help }];
  const found: { wrong: string; help: string }[] = [];
  if (url.protocol !== 'https:') found.push({ wrong: 'is not an https URL', help });
  if (url.username !== '' || url.password !== '') {
    found.push({
      wrong: 'holds user info',
      help: 'remove everything before the `@`, and revoke the password or token: it is in Git now',
    });
  }
  if (server.includes('?')) found.push({ wrong: 'has a query', help: 'remove the `?` and what follows' });
  if (server.includes('#')) found.push({ wrong: 'has a fragment', help: 'remove the `#` and what follows' });
  return found;
}
