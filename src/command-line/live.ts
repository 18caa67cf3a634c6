import type { Command } from 'commander';
import { Argument, InvalidArgumentError, Option } from 'commander';
import type { DriftOptions } from '../commands/drift.ts';
import type { GetOptions, ObjectKind } from '../commands/get.ts';
import type { StatusOptions } from '../commands/status.ts';
import type { VerifyOptions } from '../commands/verify.ts';
import type { Declared, Shared } from './options.ts';
import { asOfOption, dirOption, tableFormat } from './options.ts';

/** Seconds between two readings: often enough to watch something happen, and no burden for an API server. */
const interval = (value: string): number => {
  const seconds = Number(value);
  if (!/^\d{1,5}$/.test(value) || seconds < 5) {
    throw new InvalidArgumentError('Give whole seconds, at least 5, or nothing for 30.');
  }
  return seconds;
};

const watchOption = () =>
  new Option('--watch [seconds]', 'read again every so many seconds (30), and show it in the same place, until Ctrl-C')
    .argParser(interval)
    .preset('30')
    .conflicts(['snapshot', 'requireAll']);

const requireAllOption = () => new Option('--require-all', 'exit with 2 where a cluster could not be read whole');

/** Where live things come from. */
const live = (command: Command): Command =>
  command
    .addOption(dirOption())
    .option('--cluster <name>', 'only this cluster: no other is asked')
    .option('--kubeconfig <file>', 'how to reach the clusters, and as whom (default: as kubectl finds it)')
    .addOption(new Option('--snapshot <file>', 'look at what an earlier run has saved').conflicts('kubeconfig'))
    .addOption(new Option('--save <file>', 'save what was read').conflicts('snapshot'));

/** The commands that look at clusters, with their arguments. */
export function liveCommands(program: Command, { io, run }: Declared): void {
  const statusCommand = live(
    program.command('status').description('show the namespaces on all clusters as they are, next to what Git says'),
  )
    .option('--namespace <pattern>', 'only namespaces of this name, in which `*` stands for anything')
    .option('--tenant <name>', "only this tenant's namespaces")
    .option('--group <name>', 'only namespaces that are shared with this group')
    .addOption(requireAllOption())
    .addOption(watchOption())
    .addOption(tableFormat())
    .addOption(asOfOption())
    .action(async (options: Shared & StatusOptions) => {
      const { status } = await import('../commands/status.ts');
      await run(status(() => io(options.dir), 'namespaces', options));
    });
  live(statusCommand.command('clusters').description('show the clusters: nodes, CPUs, memory, version, connection'))
    .addOption(requireAllOption())
    .addOption(watchOption())
    .addOption(tableFormat())
    .addOption(asOfOption())
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<Shared & StatusOptions>();
      const { status } = await import('../commands/status.ts');
      await run(status(() => io(options.dir), 'clusters', options));
    });

  program
    .command('get')
    .description(
      "print a namespace, a tenant or a cluster as a document of Kubernetes' shape: what is declared, and since when",
    )
    .addArgument(new Argument('<kind>', 'what it is').choices(['namespace', 'tenant', 'cluster']))
    .argument('<name>', 'its name: of a namespace the whole one, such as solar-prod')
    .addOption(dirOption())
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['yaml', 'json']).default('yaml'))
    .option('--kubeconfig <file>', 'ask its clusters as well, as whom it says')
    .addOption(
      new Option('--snapshot <file>', 'add what `status --save` has read of its clusters').conflicts('kubeconfig'),
    )
    .addOption(asOfOption())
    .addHelpText(
      'after',
      `
For example: tenantry get namespace solar-prod -o yaml

id, createdAt, modifiedAt and resourceVersion are Git's: of the commits, up to the one that is checked out, that changed
what it means. What is live is under status; without --kubeconfig or --snapshot, no cluster is asked.`,
    )
    .action(async (kind: ObjectKind, name: string, options: Shared & GetOptions) => {
      const { get } = await import('../commands/get.ts');
      await run(get(io(options.dir), kind, name, options));
    });

  live(
    program.command('drift').description('show what the clusters hold that Git does not, and the reverse, as access'),
  )
    .addOption(requireAllOption())
    .option('--accept', 'print the lines of organization.yaml that would say that what is found is expected')
    .addOption(
      new Option('--format <format>', 'how to print').choices(['human', 'markdown', 'json', 'sarif']).default('human'),
    )
    .addOption(asOfOption())
    .addHelpText('after', '\nExits with 3 where something differs, and with 2 where no cluster could be read.')
    .action(async (options: Shared & DriftOptions) => {
      const { drift } = await import('../commands/drift.ts');
      await run(drift(io(options.dir), options));
    });

  program
    .command('verify')
    .description("ask a cluster's API server what it says to the manifests, without changing anything")
    .requiredOption('--kubeconfig <file>', 'how to reach the API server, and as whom')
    .option('--context <name>', "of the kubeconfig (default: the file's current one)")
    .option('--cluster <name>', 'the cluster whose manifests to verify (default: the one with the same server)')
    .option('--as <user>', 'the user to be there, where you may impersonate, such as the one that Argo CD writes as')
    .addOption(dirOption())
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'))
    .addOption(asOfOption())
    .action(async (options: Shared & VerifyOptions) => {
      const { verify } = await import('../commands/verify.ts');
      await run(verify(io(options.dir), options));
    });
}
