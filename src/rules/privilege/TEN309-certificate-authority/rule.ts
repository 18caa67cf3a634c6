import type { CertificateAuthority, Cluster } from '../../../config/model/desired-state.ts';
import { authorityPlace } from '../../../config/model/desired-state.ts';
import { at } from '../../../source/diagnostic.ts';
import { visible } from '../../../values/lookalike.ts';
import { oncePer } from '../../../values/once.ts';
import { certificateIn } from '../../certificate.ts';
import type { ClusterRule } from '../../rule.ts';

export const certificateAuthority: ClusterRule = {
  level: 'cluster',
  code: 'TEN309',
  name: 'certificate-authority',
  severity: 'error',
  summary:
    "The `certificateAuthority` of a cluster holds PEM certificates that can verify the API server's, and nothing else (S18).",
  why: "Everyone's kubeconfig is made from it. What cannot be read locks everybody out, and a private key in it is handed to everybody. The certificate of the server itself, where it is signed by an authority, works until its renewal and then locks everybody out as well; one that the server signed by itself is accepted, as there is no authority to name. That a certificate has expired is a matter of the clock, and of another rule.",
  *check({ cluster }) {
    const problem = problemOfCluster(cluster);
    if (problem) {
      yield {
        message: `the certificate authority of cluster \`${cluster.name}\` ${problem.is}`,
        at: at(authorityPlace(cluster)),
        help: problem.help,
      };
    }
  },
};

/** Reading certificates takes its time, and both sides of a change mostly have the same clusters. */
const problemOfCluster = oncePer((cluster: Cluster): Problem | undefined => {
  const { certificateAuthority } = cluster;
  // A file that cannot be read is reported as a missing reference.
  return certificateAuthority?.pem === undefined
    ? undefined
    : problemOf(certificateAuthority.pem, written(certificateAuthority));
});

type Written = 'pem' | 'base64' | 'file';

function written({ origin, file }: CertificateAuthority): Written {
  if (file !== undefined) return 'file';
  return origin.step === 'base64' ? 'base64' : 'pem';
}

interface Problem {
  readonly is: string;
  readonly help: string;
}

/** A block as Go reads it, and with it every client: nothing stands before it on its line. */
const block = /^-----BEGIN ([A-Z0-9 ]+)-----$[^-]*^-----END \1-----$/gm;
const whereToFind = '`kubectl config view --raw --flatten` shows it in base64, as `certificate-authority-data`';

/** What is wrong first; one finding at a time, because the rest mostly follows from it. */
function problemOf(text: string, as: Written): Problem | undefined {
  const pem = text.replaceAll('\r\n', '\n');
  const blocks = Array.from(pem.matchAll(block), ([whole, label]) => ({ whole, label }));
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(pem)) {
    // In plain sight in a config file it is reported by the rule about all texts of config files.
    if (as === 'pem') return undefined;
    return {
      is: 'holds a private key',
      help: 'take the key away, keep the certificates only, and replace the key where it is in use: it is in the history of this repository',
    };
  }
  if (!blocks.some(({ label }) => label === 'CERTIFICATE')) {
    const double = /^\s*LS0tLS1CRUdJTi/.test(pem);
    return {
      is: 'holds no certificate',
      help: double
        ? as === 'pem'
          ? 'this is base64: write it under `base64` instead of `pem`'
          : 'this is base64 of base64: decode it once'
        : `put the PEM text in, from \`-----BEGIN CERTIFICATE-----\` to \`-----END CERTIFICATE-----\`${as === 'base64' ? ', encoded in base64 as a whole' : ''}; ${whereToFind}`,
    };
  }
  const other = blocks.find(({ label }) => label !== 'CERTIFICATE');
  if (other) return { is: `holds a block \`${other.label ?? ''}\``, help: 'keep the certificates only' };
  const rest = pem
    .replace(block, '')
    .split('\n')
    .find((line) => !/^[ \t]*(#|$)/.test(line));
  if (rest !== undefined) {
    return {
      is: `holds something else beside certificates: \`${shortened(visible(rest))}\``,
      help: 'keep the certificates only; lines of comment begin with `#`',
    };
  }
  for (const [i, { whole }] of blocks.entries()) {
    const problem = problemOfCertificate(whole, blocks.length === 1 ? 'certificate' : `certificate ${i + 1}`);
    if (problem) return problem;
  }
  return undefined;
}

function problemOfCertificate(text: string, which: string): Problem | undefined {
  const certificate = certificateIn(text);
  if (!certificate) return { is: `holds a damaged ${which}`, help: `copy it anew, whole; ${whereToFind}` };
  // A server's certificate that it signed by itself is its own authority, in a small way: there is no other to ask for.
  if (certificate.ca || certificate.verify(certificate.publicKey)) return undefined;
  return {
    is: `holds a ${which} that is no authority's but a server's, \`${nameIn(certificate.subject)}\``,
    help: `use the certificate of its issuer, \`${nameIn(certificate.issuer)}\`; ${whereToFind}`,
  };
}

/** A distinguished name on one line. */
function nameIn(distinguished: string): string {
  return shortened(distinguished.replaceAll('\n', ', '));
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
