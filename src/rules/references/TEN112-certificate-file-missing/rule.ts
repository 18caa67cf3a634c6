import { at } from '../../../source/diagnostic.ts';
import type { ConfigRule } from '../../rule.ts';
import { suggester } from '../suggest.ts';

export const certificateFileMissing: ConfigRule = {
  about: 'config',
  code: 'TEN112',
  name: 'certificate-file-missing',
  severity: 'error',
  summary: "A certificate file that a cluster names lies beside the cluster's file and can be read (S18).",
  why: 'Without the certificate authority no kubeconfig for the cluster can be made, and its connection cannot be verified.',
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
