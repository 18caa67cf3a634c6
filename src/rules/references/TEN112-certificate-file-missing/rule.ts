import { at } from '../../../source/diagnostic.ts';
import { oncePer } from '../../../values/once.ts';
import type { ClusterRule, Platform } from '../../rule.ts';
import { suggester } from '../suggest.ts';

export const certificateFileMissing: ClusterRule = {
  level: 'cluster',
  code: 'TEN112',
  name: 'certificate-file-missing',
  severity: 'error',
  summary: "A certificate file that a cluster names lies beside the cluster's file and can be read (S18).",
  why: 'Without the certificate authority no kubeconfig for the cluster can be made, and its connection cannot be verified.',
  *check({ cluster, platform }) {
    if (!cluster.certificateAuthority) return;
    const { file, pem, origin } = cluster.certificateAuthority;
    if (file === undefined || pem !== undefined) return;
    const { strays, suggest } = strayFiles(platform);
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
      mend: entry === undefined ? meant : undefined,
      help:
        entry !== undefined
          ? `put a PEM file of at most 1 MiB there, not a link or a folder`
          : meant !== undefined
            ? `did you mean \`${meant}\`?`
            : `add it, or write the certificate into the cluster's file as \`pem\` or \`base64\``,
    };
  },
};

const strayFiles = oncePer(({ files }: Platform) => {
  const strays = new Map(files.strays.map((s) => [s.path, s.entry]));
  return { strays, suggest: suggester(Array.from(strays.keys()).filter((path) => /\.(pem|crt)$/.test(path))) };
});
