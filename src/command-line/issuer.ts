import type { Command } from 'commander';
import type { IssuerOptions, RotateOptions } from '../commands/issuer.ts';
import type { IssuerManifestsOptions } from '../commands/issuer-manifests.ts';
import type { Declared, Shared } from './options.ts';
import { dirOption } from './options.ts';

/** The commands of the organization's own issuer, with their arguments. */
export function issuerCommands(program: Command, { io, run }: Declared): void {
  const issuer = program
    .command('issuer')
    .description("the organization's own issuer: tokens of clusters for those of identity providers, by what Git says")
    .helpCommand(false);

  issuer
    .command('serve')
    .description('exchange ID tokens for 10-minute tokens of one cluster, until it is ended')
    .requiredOption(
      '--repository <folder or URL>',
      'the repository of the config: a clone that is kept up to date, or its URL',
    )
    .requiredOption('--keys <folder>', 'the folder of the signing keys: signing.pem signs, all .pem are published')
    .option('--ref <branch>', 'the branch that counts', 'main')
    .option('--path <folder>', "the organization's folder in the repository (default: its root)")
    .option('--clone <folder>', 'where the clone of a URL is kept; it is made where there is none')
    .option('--listen <address:port>', 'where to listen', '127.0.0.1:8080')
    .option('--tls-cert <file>', 'the certificate (PEM), where it speaks TLS itself')
    .option('--tls-key <file>', 'the key of the certificate (PEM)')
    .option('--behind-tls-proxy', 'listen beyond this machine without TLS: only a proxy that speaks it can get there')
    .option('--metrics <address:port>', 'where to serve /metrics for Prometheus, and nothing else (default: nowhere)')
    .addHelpText(
      'after',
      `
For example: tenantry issuer serve --repository https://git.example.com/platform/access.git --clone /var/lib/tenantry/clone \\
               --keys /etc/tenantry/keys

Each token is a line of JSON on the standard output, without the token. See docs/issuer.md.`,
    )
    .action(async (options: IssuerOptions) => {
      const { issuerServe } = await import('../commands/issuer.ts');
      await run(issuerServe(io('.'), options));
    });

  issuer
    .command('manifests')
    .description('print what runs the issuer in a cluster: two replicas, and who may reach them')
    .requiredOption('--image <ref>', 'an image with tenantry, Git and sh')
    .requiredOption('--repository <URL>', 'the repository of the config')
    .option('--namespace <name>', 'the namespace that it runs in, which must be there', 'tenantry')
    .option('--ref <branch>', 'the branch that counts', 'main')
    .option('--path <folder>', "the organization's folder in the repository (default: its root)")
    .option('--keys-secret <name>', 'the Secret whose .pem are the signing keys', 'tenantry-issuer-keys')
    .option('--git-secret <name>', 'the Secret that becomes the home folder: .gitconfig, and what it names')
    .option(
      '--tls-secret <name>',
      'the Secret with tls.crt and tls.key: the issuer speaks TLS, and anybody may connect',
    )
    .option('--proxy-namespace <name>', 'the namespace of the proxy that speaks TLS, from which alone one may connect')
    .option('--metrics-from <name>', 'the namespace that scrapes the metrics (default: there are none)')
    .addHelpText(
      'after',
      `
For example: tenantry issuer manifests --image registry.example.com/platform/tenantry:1.2.3 \\
               --repository https://git.example.com/platform/access.git --proxy-namespace ingress | kubectl apply -f -

Exactly one of --tls-secret and --proxy-namespace is given. See docs/issuer.md.`,
    )
    .action(async (options: IssuerManifestsOptions) => {
      const { issuerManifestsCommand } = await import('../commands/issuer-manifests.ts');
      await run(issuerManifestsCommand(io('.'), options));
    });

  issuer
    .command('new-key')
    .description('write a new signing key for its owner alone, and print its id')
    .argument('<file>', 'where it is written; there must be no file yet')
    .action(async (file: string) => {
      const { issuerNewKey } = await import('../commands/issuer.ts');
      await run(issuerNewKey(io('.'), file));
    });

  issuer
    .command('rotate')
    .description(
      'put a new signing key in the place of the last one, and prove at each API server that the last one is refused',
    )
    .requiredOption('--keys <folder>', 'the folder of the signing keys, as the issuer reads it')
    .option('--revoke', 'at once, as after a theft: tokens that people have are refused as well')
    .addOption(dirOption())
    .action(async (options: Shared & RotateOptions) => {
      const { issuerRotate } = await import('../commands/issuer.ts');
      await run(issuerRotate(io(options.dir), options));
    });
}
