import { at } from '../../../source/diagnostic.ts';
import { exampleCertificate } from '../../examples.ts';
import type { ConfigRule } from '../../rule.ts';
import { suggester } from '../suggest.ts';

const files = {
  'clusters/example-ca.pem': null,
  'clusters/prodcluster01.yaml': `apiVersion: tenantry.dev/v1
kind: Cluster
metadata:
  name: prodcluster01
spec:
  server: https://prodcluster01.example.com:6443
  certificateAuthority:
    file: prodcluster01-ca.pem
  kubernetesVersion: "1.36"
  sharedWith:
    - { group: solar-leads, namespace: false }
    - { group: solar-sre, namespace: false }
    - { group: audit, namespace: false }
`,
};

export const certificateFileMissing: ConfigRule = {
  about: 'config',
  code: 'TEN112',
  name: 'certificate-file-missing',
  severity: 'error',
  summary: "A certificate file that a cluster names lies beside the cluster's file and can be read (S18).",
  why: 'Without the certificate authority no kubeconfig for the cluster can be made, and its connection cannot be verified.',
  bad: { files },
  good: { files: { ...files, 'clusters/prodcluster01-ca.pem': exampleCertificate } },
  *check({ files, desired }) {
    const strays = new Map(files.strays.map((s) => [s.path, s.entry]));
    const suggest = suggester(Array.from(strays.keys()).filter((path) => /\.(pem|crt)$/.test(path)));
    for (const { certificateAuthority } of desired.clusters) {
      const { file, pem, origin } = certificateAuthority;
      if (file === undefined || pem !== undefined) continue;
      const path = `clusters/${file}`;
      const entry = strays.get(path);
      const meant = suggest(path)?.slice('clusters/'.length);
      yield {
        message:
          entry === undefined
            ? `certificate file \`${path}\` does not exist`
            : entry === 'file'
              ? `certificate file \`${path}\` cannot be read`
              : `certificate file \`${path}\` is not a plain file`,
        at: at(origin),
        help:
          entry !== undefined
            ? `put a PEM file of at most 1 MiB there, not a link or a folder`
            : meant !== undefined
              ? `did you mean \`${meant}\`?`
              : `add it, or write the certificate into the cluster's file as \`pem\` or \`base64\``,
      };
    }
  },
};
