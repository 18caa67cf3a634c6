import type { ConfigFile } from '../../../config/reading/files.ts';
import { at } from '../../../source/diagnostic.ts';
import type { FoundSecret } from '../../../source/secrets.ts';
import { findSecrets } from '../../../source/secrets.ts';
import { fileOrigin, originAt, spanAt } from '../../../source/source.ts';
import { firstLineEnd } from '../../../source/text.ts';
import type { FileRule, Finding, Platform } from '../../rule.ts';
import { oncePer } from '../../../values/once.ts';
import { mostOfAFile } from '../problems.ts';

export const secretInConfig: FileRule = {
  level: 'file',
  code: 'TEN018',
  name: 'secret-in-config',
  severity: 'error',
  summary: 'No config or certificate file holds a private key, a token or a Kubernetes Secret.',
  why: 'Whoever can read the repository has the secret, and whoever ever could keeps it: the history of Git forgets nothing.',
  *checkPlatform(platform) {
    for (const [path, text] of platform.files.certificates) yield* secretsIn(path, text, platform);
  },
  *check({ file, platform }) {
    if (isSecretManifest(file)) {
      yield {
        message: 'this is a Kubernetes Secret, not a config file',
        at: at(originAt(fileOrigin(file.path), 'kind')),
        help: 'delete the file, and change what is secret in it: it is in the history of this repository',
      };
    }
    if (file.source) yield* secretsIn(file.path, file.source.text, platform);
  },
};

function secretsIn(path: string, text: string, platform: Platform): Finding[] {
  const isReported = reportedAsAuthority(platform).has(path);
  return findSecrets(text)
    .filter(({ what }) => !(isReported && what.startsWith('a private key')))
    .slice(0, mostOfAFile)
    .map((secret) => finding(path, text, secret));
}

/** Whether a file is the manifest of a Secret, as `kubectl` would take it. */
export function isSecretManifest({ source }: ConfigFile): boolean {
  const document = source?.value;
  if (typeof document !== 'object' || document === null || !('kind' in document)) return false;
  return document.kind === 'Secret' && ('data' in document || 'stringData' in document);
}

/** Files with a private key among a cluster's certificates: the rule about those reports it. */
const reportedAsAuthority = oncePer(
  ({ clusters }: Platform) =>
    new Set(
      clusters.flatMap(({ origin, certificateAuthority }) =>
        certificateAuthority?.pem === undefined
          ? []
          : [certificateAuthority.file === undefined ? origin.file : `clusters/${certificateAuthority.file}`],
      ),
    ),
);

function finding(path: string, text: string, { what, start, end }: FoundSecret): Finding {
  return {
    message: `${what} is written here`,
    // Its place, and never its text: diagnostics end up in logs, and so the lines they show are redacted.
    at: { file: path, span: spanAt(text, start, firstLineEnd(text, start, end)) },
    help: 'remove it, and replace it where it is in use: it is in the history of this repository',
  };
}
