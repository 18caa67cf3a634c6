import type { Command } from 'commander';
import { Option } from 'commander';
import type { ClustersOptions } from '../commands/clusters.ts';
import type { KubeconfigOptions } from '../commands/kubeconfig.ts';
import type { LoginOptions } from '../commands/login.ts';
import type { WhoamiOptions } from '../commands/whoami.ts';
import type { TokenOptions } from '../token.ts';
import type { Declared, Shared } from './options.ts';
import { asOfOption, dirOption } from './options.ts';

const issuerOption = () =>
  new Option('--issuer <url>', 'who gives the tokens (default: $TENANTRY_ISSUER, the last one, or that of the folder)');

/** The commands of a person who signs in, with their arguments. */
export function signInCommands(program: Command, { io, run }: Declared): void {
  program
    .command('login')
    .description('sign in at your identity provider, once for all clusters')
    .addOption(dirOption())
    .addOption(issuerOption())
    .option('--device', 'with a code that you enter on another device (default where there is no browser)')
    .option('--provider <url>', 'the identity provider, where there are several (default: the first)')
    .option('--shared-provider', 'although another issuer uses the same client of the identity provider')
    .action(async (options: Shared & LoginOptions) => {
      const { login } = await import('../commands/login.ts');
      await run(login(io(options.dir), options));
    });

  program
    .command('logout')
    .description('remove all logins and tokens from this machine')
    .action(async () => {
      const { logout } = await import('../commands/logout.ts');
      await run(logout(io(undefined)));
    });

  program
    .command('token')
    .description('print a token for a cluster as kubectl wants it: kubeconfigs that `kubeconfig` writes run this')
    .requiredOption('--cluster <name>', 'the name of the cluster, or its id')
    .option('--issuer <url>', 'who gives the tokens (default: $TENANTRY_ISSUER, or the last one)')
    .action(async (options: TokenOptions) => {
      const { token } = await import('../token.ts');
      const { machine, out } = io(undefined);
      if (!machine) throw new Error('`token` was started where nobody can sign in');
      await run(token(machine, options, out.write).then(() => 0));
    });

  program
    .command('kubeconfig')
    .description('print a kubeconfig of the clusters that you have: no secrets in it')
    .addOption(dirOption())
    .addOption(issuerOption())
    .option('--cluster <name...>', 'only these clusters')
    .option('--namespace <name>', "the contexts' namespace (default: each cluster's own default)")
    .option('--merge', 'change the file that kubectl uses, and keep what is in it')
    .option('--use', 'switch to the context, which must be one')
    .option('--output <file>', 'the file to write')
    .action(async (options: Shared & KubeconfigOptions) => {
      const { kubeconfig } = await import('../commands/kubeconfig.ts');
      await run(kubeconfig(io(options.dir), options));
    });

  program
    .command('clusters')
    .description('list the clusters that you have: servers, namespaces')
    .addOption(dirOption())
    .addOption(issuerOption())
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json', 'csv']).default('table'))
    .action(async (options: Shared & ClustersOptions) => {
      const { clusters } = await import('../commands/clusters.ts');
      await run(clusters(io(options.dir), options));
    });

  program
    .command('whoami')
    .description('say who you are, in which groups and why, until when, on each cluster: from the files')
    .addOption(dirOption())
    .addOption(issuerOption())
    .option('--user <name>', 'somebody else, or you without being signed in')
    .option('--cluster <name>', 'only on this cluster')
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'))
    .addOption(asOfOption())
    .action(async (options: Shared & WhoamiOptions) => {
      const { whoami } = await import('../commands/whoami.ts');
      await run(whoami(io(options.dir), options));
    });
}
