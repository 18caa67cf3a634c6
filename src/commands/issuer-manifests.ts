import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { isDnsLabel, isDnsSubdomain } from '../kubernetes/names.ts';
import type { ReachedBy } from '../manifests/issuer.ts';
import { issuerManifests } from '../manifests/issuer.ts';
import { assertFetchable } from '../tree/mirror.ts';
import { Failure } from '../values/failure.ts';

export interface IssuerManifestsOptions {
  readonly image: string;
  readonly namespace: string;
  /** The URL of the config's repository. */
  readonly repository: string;
  readonly ref: string;
  readonly path?: string;
  readonly keysSecret: string;
  readonly gitSecret?: string;
  readonly tlsSecret?: string;
  readonly proxyNamespace?: string;
  readonly metricsFrom?: string;
}

/** `tenantry issuer manifests`: prints what runs the issuer in a cluster. What a cluster would not take is a `Failure`. */
export function issuerManifestsCommand(io: Io, options: IssuerManifestsOptions): Promise<number> {
  const { image, namespace, repository, ref, path, keysSecret, gitSecret, metricsFrom } = options;
  assertFetchable(repository, ref);
  if (new URL(repository).protocol === 'file:') {
    throw new Failure('bad-arguments', 'the repository is a folder of this machine', {
      help: 'write its URL as `https://…` or `ssh://…`',
    });
  }
  if (!/^[!-~]+$/.test(image) || image.startsWith('-')) {
    throw new Failure('bad-arguments', `--image: ${JSON.stringify(image)} is no image`, {
      help: 'write it as `registry.example.com/platform/tenantry:1.2.3`',
    });
  }
  for (const option of ['namespace', 'proxyNamespace', 'metricsFrom'] as const) {
    assertName(option, options[option], isDnsLabel, 'Namespace');
  }
  for (const option of ['keysSecret', 'gitSecret', 'tlsSecret'] as const) {
    assertName(option, options[option], isDnsSubdomain, 'Secret');
  }
  io.out.write(
    issuerManifests({
      ...{ image, namespace, repository, ref, path, keysSecret, gitSecret, metricsFrom },
      reachedBy: reachedBy(options),
    }),
  );
  return Promise.resolve(exit.clean);
}

function reachedBy({ tlsSecret, proxyNamespace }: IssuerManifestsOptions): ReachedBy {
  if (tlsSecret !== undefined && proxyNamespace === undefined) return { tlsSecret };
  if (proxyNamespace !== undefined && tlsSecret === undefined) return { proxyNamespace };
  throw new Failure('bad-arguments', 'tokens do not go over the network in the clear, unless from a proxy alone', {
    help: 'give either --tls-secret, or --proxy-namespace where the pods of a proxy that speaks TLS are',
  });
}

function assertName(
  option: string,
  value: string | undefined,
  isName: (text: string) => boolean,
  kind: 'Namespace' | 'Secret',
): void {
  if (value === undefined || isName(value)) return;
  const written = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new Failure('bad-arguments', `--${written}: ${JSON.stringify(value)} cannot be the name of a ${kind}`, {
    help: 'use lower-case letters, digits and `-`',
  });
}
