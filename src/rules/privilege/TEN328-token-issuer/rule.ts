import { at } from '../../../source/diagnostic.ts';
import { originAt } from '../../../source/source.ts';
import { unwantedParts } from '../../names/url-parts.ts';
import type { UrlProblem } from '../../names/url-parts.ts';
import type { OrganizationRule } from '../../rule.ts';
import { isOfJobsAlone } from '../TEN327-workload-claims/rule.ts';
import { normalizedServer } from '../TEN307-shared-audience/rule.ts';

export const tokenIssuer: OrganizationRule = {
  level: 'organization',
  code: 'TEN328',
  name: 'token-issuer',
  severity: 'error',
  summary:
    'Issuers under `signIn` and `workloads` are https URLs without query and fragment, and not the own `issuer`; those under `signIn` sign people in.',
  why: "Whoever answers at the issuer's address decides who everybody is: over http, that is anyone on the way. OpenID Connect knows no issuer with a query or a fragment. And were the organization's own issuer among them, a token for one cluster would be exchanged for one for another, again and again, long after its bearer was shut out at the identity provider. At a provider of jobs, anybody's job could say that it is any of the organization's people.",
  *check({ organization }) {
    const own = normalizedServer(organization.issuer.value);
    const entries = [
      ...organization.signIn.map((entry) => ({ ...entry, what: 'the issuer under `signIn`' })),
      ...organization.workloads.map((entry) => ({ ...entry, what: `the issuer of workload \`${entry.value.name}\`` })),
    ];
    for (const { value, origin } of organization.signIn) {
      if (!isOfJobsAlone(value.issuer)) continue;
      yield {
        message: 'the issuer under `signIn` signs tokens of jobs, and of no people',
        at: at(originAt(origin, 'issuer')),
        help: 'declare the job under `workloads`, by the claims that are its own',
      };
    }
    for (const { value, origin, what } of entries) {
      const place = at(originAt(origin, 'issuer'));
      for (const { wrong, help } of problems(value.issuer)) yield { message: `${what} ${wrong}`, at: place, help };
      if (own !== undefined && normalizedServer(value.issuer) === own) {
        yield {
          message: `${what} is the organization's own`,
          at: place,
          related: [{ location: at(organization.issuer.origin), message: 'it gives the tokens of clusters' }],
          help: 'name the identity provider: its tokens are exchanged for those of clusters, and never those for others',
        };
      }
    }
  },
};

/** The messages do not repeat the URL: it may hold a password. */
function problems(issuer: string): UrlProblem[] {
  const help = 'write it as the tokens say it: `https://<host>`, or `https://<host>/<path>`';
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (!url || !/^[a-z]+:\/\/(?!\/)[!-[\]-~]+$/i.test(issuer)) return [{ wrong: 'is not a URL', help }];
  const userInfo = {
    wrong: 'holds user info',
    help: 'remove everything before the `@`, and revoke the password or token: it is in Git now',
  };
  return [
    ...(url.protocol === 'https:' ? [] : [{ wrong: 'is not an https URL', help }]),
    ...unwantedParts(issuer, url.username !== '' || url.password !== '' ? userInfo : undefined),
  ];
}
