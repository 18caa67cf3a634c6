import { atKey, at } from '../../../source/diagnostic.ts';
import { isExampleUrl, placeholders } from '../../../settings/placeholders.ts';
import type { Located } from '../../../config/model/desired-state.ts';
import type { Finding, OrganizationRule, Platform } from '../../rule.ts';

export const placeholder: OrganizationRule = {
  level: 'organization',
  code: 'TEN221',
  name: 'placeholder',
  severity: 'warning',
  summary: 'Nothing that `tenantry init` has written as an example is left, nor an example beside what is real.',
  why: 'An issuer or a server at `example.com` exists nowhere: nobody gets a token from one, and tokens and manifests go to the other in vain. An organization all of whose addresses are examples is one itself, and nothing is said of it but where `init` has left something.',
  *check(platform) {
    const { organization, clusters } = platform;
    const urls = urlsOf(platform);
    const left: readonly string[] = [placeholders.issuer, placeholders.server];
    // Once one of them is real, or was left by `init`, this is no example.
    const isReal = urls.some(({ value }) => !isExampleUrl(value) || left.includes(value));
    yield* gitHub(organization.gitHub?.organization);
    if (!isReal) return;
    for (const { what, value, origin } of urls) {
      if (!isExampleUrl(value)) continue;
      yield { message: `${what} is an example, \`${value}\``, at: at(origin), help: 'write yours' };
    }
    for (const { name, certificateAuthority } of clusters) {
      if (certificateAuthority?.pem?.trim() !== placeholders.certificate.trim()) continue;
      yield {
        message: `the certificate authority of cluster \`${name}\` is the example of \`tenantry init\``,
        at: atKey(certificateAuthority.origin),
        help: "put the cluster's own in its place: `kubectl config view --raw --minify` shows it in base64",
      };
    }
  },
};

interface WrittenUrl extends Located<string> {
  readonly what: string;
}

function urlsOf({ organization, clusters }: Platform): WrittenUrl[] {
  const servers = clusters.map(({ name, server }) => ({ ...server, what: `the server of cluster \`${name}\`` }));
  const all = [{ ...organization.issuer, what: 'the issuer' }, ...servers];
  // What is no URL is neither an example nor real.
  return all.filter(({ value }) => URL.canParse(value));
}

function* gitHub(organization: Located<string> | undefined): Iterable<Finding> {
  if (organization?.value !== placeholders.gitHubOrganization) return;
  yield {
    message: 'the GitHub organization is the example of `tenantry init`',
    at: at(organization.origin),
    help: 'write yours, or remove `gitHub` where the repository is not on GitHub',
  };
}
