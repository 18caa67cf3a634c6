import type { X509Certificate } from 'node:crypto';
import type { Cluster } from '../../../config/model/desired-state.ts';
import { authorityPlace } from '../../../config/model/desired-state.ts';
import { daysBetween, dayOf } from '../../../values/day.ts';
import { at } from '../../../source/diagnostic.ts';
import { certificateIn } from '../../certificate.ts';
import type { OrganizationRule } from '../../rule.ts';
import { counted } from '../../../source/text.ts';
import { mostRelated } from '../../wording.ts';

/** Long enough to get a new certificate to everyone who uses the cluster. */
const noticeDays = 30;

export const certificateExpired: OrganizationRule = {
  level: 'organization',
  code: 'TEN408',
  name: 'certificate-expired',
  severity: 'warning',
  summary: `No certificate of a cluster's authority has expired or does so within ${noticeDays} days (S18).`,
  why: 'On the day after, nobody reaches the cluster any more: `kubectl` and Argo CD refuse its API server. Only a warning, because a day that passes must not fail a change that has nothing to do with it.',
  *check({ clusters, asOf }) {
    for (const { certificate, holders } of authorities(clusters)) {
      const [first, ...others] = holders;
      const lastDay = dayOf(Date.parse(certificate.validTo));
      if (!first || lastDay === '') continue;
      const days = daysBetween(asOf, lastDay);
      if (days > noticeDays) continue;
      const ends =
        days < 0
          ? `expired on ${lastDay}`
          : `expires on ${lastDay}, ${days === 0 ? 'today' : `in ${counted(days, 'day')}`}`;
      yield {
        message: `the CA certificate \`${subjectOf(certificate)}\` of cluster \`${first.name}\` ${ends}`,
        at: at(authorityPlace(first)),
        related: others.slice(0, mostRelated).map((other) => ({
          location: at(authorityPlace(other)),
          message: `also of cluster \`${other.name}\``,
        })),
        help: "put the authority's next certificate beside it, and remove it when the API server uses that one",
      };
    }
  },
};

interface Authority {
  readonly certificate: X509Certificate;
  readonly holders: Cluster[];
}

/** Every certificate once, with the clusters that have it. */
function authorities(clusters: readonly Cluster[]): Iterable<Authority> {
  const found = new Map<string, Authority>();
  for (const cluster of clusters) {
    for (const certificate of certificatesIn(cluster.certificateAuthority?.pem ?? '')) {
      const known = found.get(certificate.fingerprint256);
      if (!known) found.set(certificate.fingerprint256, { certificate, holders: [cluster] });
      else if (known.holders.at(-1) !== cluster) known.holders.push(cluster);
    }
  }
  return found.values();
}

/** The certificates of a PEM text. What is none is left out: another rule reports it. */
function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => certificateIn(block) ?? []);
}

/** The subject in one line: node:crypto puts each of its parts on a line of its own. */
function subjectOf({ subject }: X509Certificate): string {
  return subject.replaceAll('\n', ', ');
}
