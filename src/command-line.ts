import { fileURLToPath } from 'node:url';
import { Command, CommanderError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { Io } from './app/io.ts';
import { issuerCommands } from './command-line/issuer.ts';
import { liveCommands } from './command-line/live.ts';
import type { Shared } from './command-line/options.ts';
import { asOfOption, day, dirOption, tableFormat } from './command-line/options.ts';
import { signInCommands } from './command-line/sign-in.ts';
import type { CanIOptions } from './commands/can-i.ts';
import type { GrantOptions } from './commands/grant.ts';
import type { PlanOptions } from './commands/plan.ts';
import type { ValidateOptions } from './commands/validate.ts';
import { Failure } from './values/failure.ts';
import { failureOfSystem } from './values/system-error.ts';

/** Exit codes: 0 clean, 1 problems found, 2 could not run, 3 differences found. */
const couldNotRun = 2;

/** Where the program meets the world: the process, or a test. */
export interface Edge {
  /** What a command gets from outside, for the folder that it is told to look at: see `organizationFolder`. */
  readonly io: (dir: string | undefined) => Io;
  /** Where help and errors are written. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface AccessFilters extends Shared {
  cluster?: string;
  namespace?: string;
  tenant?: string;
  role?: string;
  format: 'table' | 'json' | 'csv';
  asOf?: string;
}

/** Runs what the arguments ask for, and gives the exit code. Loads of the rest only what the command at hand uses. */
export async function runCommandLine(args: readonly string[], edge: Edge): Promise<number> {
  let exitCode = 0;
  const program = commands(edge, async (code) => {
    exitCode = await code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : couldNotRun;
    const failure = error instanceof Failure ? error : failureOfSystem(error);
    if (!failure) throw error;
    const { failureText } = await import('./render/failure.ts');
    edge.err(failureText(failure));
    return couldNotRun;
  }
}

const headOption = () =>
  new Option('--head <revision>', 'the change: a commit, a branch, a tag, or the worktree').default('worktree');
const allowOption = () =>
  new Option('--allow <code...>', 'rules about changes that this change may break, where they can be waived');
const filters = (command: Command): Command =>
  command
    .addOption(dirOption())
    .option('--cluster <name>', 'only on this cluster')
    .option('--namespace <name>', 'only in this namespace')
    .option('--tenant <name>', "only in this tenant's namespaces")
    .option('--role <name>', 'only this role')
    .addOption(tableFormat())
    .addOption(asOfOption());

/** All commands with their arguments. `run` takes the exit code of the one that is asked for. */
function commands(edge: Edge, run: (exitCode: Promise<number>) => Promise<void>): Command {
  const io = (dir: string | undefined): Io => edge.io(dir ?? access.opts<Shared>().dir ?? program.opts<Shared>().dir);
  const program = new Command('tenantry')
    .summary('access to Kubernetes as code')
    .usage('<command> [options]')
    .description(
      'Start with: tenantry init my-org && tenantry validate --dir my-org\n\n' +
        "Access to Kubernetes as code: checks an organization's files, shows who gets which access, and renders the\n" +
        'manifests of every cluster into dist/.',
    )
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addOption(dirOption())
    // Before a command as after it: which of the two is looked at first is no question then.
    .enablePositionalOptions()
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false })
    .exitOverride()
    .configureOutput({ writeOut: edge.out, writeErr: edge.err })
    .addHelpText('after', '\nExit codes: 0 clean, 1 problems found, 2 could not run, 3 differences found.');

  program
    .command('validate')
    .description('check the files and say what is wrong')
    .addOption(dirOption())
    .addOption(
      new Option('--format <format>', 'how to print').choices(['human', 'github', 'sarif', 'json']).default('human'),
    )
    .option('--strict', 'fail on warnings as well')
    .option('--base <revision>', 'judge the change against this commit, branch or tag as well')
    .addOption(headOption())
    .addOption(allowOption())
    .addOption(asOfOption())
    .action(async (options: Shared & ValidateOptions) => {
      const { validate } = await import('./commands/validate.ts');
      await run(validate(io(options.dir), options));
    });

  program
    .command('plan')
    .description("show what a change means for people's access, compared with a commit")
    .addOption(dirOption())
    .option('--base <revision>', 'what it is compared with (default: where the branch left the one that it goes to)')
    .addOption(headOption())
    .addOption(new Option('--format <format>', 'how to print').choices(['human', 'markdown', 'json']).default('human'))
    .option('--out <file>', 'write to a file')
    .option(
      '--kubeconfig <file>',
      'ask the clusters in it what is in namespaces that are new, marked for deletion or deleted',
    )
    .option('--exit-code', 'exit with 3 when anything changes')
    .addOption(allowOption())
    .addOption(
      new Option('--from <file>', 'print a plan that was written as JSON').conflicts([
        'base',
        'head',
        'allow',
        'kubeconfig',
      ]),
    )
    .addOption(asOfOption())
    .addOption(
      new Option('--base-as-of <day>', 'the day for the base alone, to see what the days between have ended').argParser(
        day,
      ),
    )
    .addHelpText(
      'after',
      `
For example: tenantry plan                      what the branch and the worktree change
             tenantry plan --base HEAD^ --head HEAD   what the last commit changed`,
    )
    .action(async (options: Shared & PlanOptions) => {
      const { plan } = await import('./commands/plan.ts');
      await run(plan(io(options.dir), options));
    });

  program
    .command('synth')
    .description('check the files and render dist/')
    .addOption(dirOption())
    .option('--check', 'write nothing; fail when dist/ is not exactly what the files say')
    .option('--cluster <name...>', 'only these clusters')
    .addOption(asOfOption())
    .action(async (options: Shared & { check?: true; cluster?: string[]; asOf?: string }) => {
      const { synth } = await import('./commands/synth.ts');
      await run(synth(io(options.dir), options));
    });

  program
    .command('grant')
    .description('write into organization.yaml what tenants have and have not been granted')
    .addOption(dirOption())
    .requiredOption('--from-current', 'grant what the files say now, so that they stay as they are')
    .option('--tenant <name>', 'only to this tenant')
    .option('--dry-run', 'say what would be granted, and write nothing')
    .action(async (options: Shared & GrantOptions) => {
      const { grant } = await import('./commands/grant.ts');
      await run(grant(io(options.dir), options));
    });

  program
    .command('codeowners')
    .description('write .github/CODEOWNERS: tenants review their own files, admins all others')
    .addOption(dirOption())
    .option('--check', 'write nothing; fail when .github/CODEOWNERS is not exactly what the files say')
    .option('--root <folder>', "the repository's folder (default: the nearest one with .git)")
    .action(async (options: Shared & { check?: true; root?: string }) => {
      const { codeowners } = await import('./commands/codeowners.ts');
      await run(codeowners(io(options.dir), options));
    });

  const access = program
    .command('access')
    .description('say who has which access, and because of which lines')
    .addOption(dirOption())
    .enablePositionalOptions()
    .helpCommand(false);

  filters(access.command('list'))
    .description('list all access')
    .option('--group <name>', 'only of this group')
    .option('--user <name>', 'only of this user himself, not by his groups')
    .option('--service-account <namespace/name>', 'only of this service account')
    .action(async (options: AccessFilters & { group?: string; user?: string; serviceAccount?: string }) => {
      const { accessList } = await import('./commands/access.ts');
      await run(accessList(io(options.dir), options));
    });

  filters(access.command('who-can'))
    .description('list the subjects, and the declared members of groups, that have at least a role')
    .argument('<role>', 'admin, edit, view, a custom role, or a ClusterRole that the organization lists')
    .action(async (role: string, options: AccessFilters) => {
      const { accessWhoCan } = await import('./commands/access.ts');
      await run(accessWhoCan(io(options.dir), role, options));
    });

  filters(access.command('what-can'))
    .description(
      'list what a user has, by himself and by his declared groups; or what a group or a service account has',
    )
    .argument('<subject>', 'a user, group:NAME or serviceaccount:NAMESPACE/NAME')
    .action(async (subject: string, options: AccessFilters) => {
      const { accessWhatCan } = await import('./commands/access.ts');
      await run(accessWhatCan(io(options.dir), subject, options));
    });

  access
    .command('can-i')
    .description('answer whether RBAC allows a request, and because of which lines')
    .addOption(dirOption())
    .option('--user <name>', 'ask for a user, with the groups that declare him a member')
    .option('--group <name...>', 'ask for a member of these groups; with --user, in place of his declared ones')
    .option('--service-account <namespace/name>', 'ask for a service account')
    .requiredOption('--cluster <name>', 'on this cluster')
    .option('--namespace <name>', 'in this namespace; without it, in all namespaces at once')
    .requiredOption('--verb <verb>', 'get, list, create, …, or * for all')
    .requiredOption(
      '--resource <resource>',
      'as for kubectl: deployments, deployments.apps, pods/exec, * for all, or a path such as /metrics',
    )
    .option('--name <name>', 'for the object of this name')
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'))
    .addOption(asOfOption())
    .addHelpText(
      'after',
      `
For example: tenantry access can-i --user joy --cluster prodcluster01 --namespace solar-prod --verb create --resource pods/exec

The answer is RBAC's alone, from the files and from what Kubernetes itself binds. After a yes, an admission policy, a
quota or Pod Security may still refuse the request. What add-ons bind, or people in the cluster, is not known here.

Exit codes: 0 yes, 1 no, 2 no answer.`,
    )
    .action(async (options: Shared & CanIOptions) => {
      const { accessCanI } = await import('./commands/can-i.ts');
      await run(accessCanI(io(options.dir), options));
    });

  program
    .command('explain')
    .description(
      'say what a tenant, namespace, cluster, group, user, service account or role is, and which lines decide that',
    )
    .argument('<name>', 'a tenant, a namespace, a group, a user, a role, or a service account as NAMESPACE/NAME')
    .addOption(dirOption())
    .addOption(asOfOption())
    .action(async (name: string, options: Shared & { asOf?: string }) => {
      const { explain } = await import('./commands/explain.ts');
      await run(explain(io(options.dir), name, options));
    });

  const declared = { io, run };
  liveCommands(program, declared);
  issuerCommands(program, declared);
  signInCommands(program, declared);

  program
    .command('init')
    .description('begin a new organization in an empty folder')
    .argument('[folder]', 'the folder (default: the current one)')
    .action(async (folder: string | undefined) => {
      const { init } = await import('./commands/init.ts');
      await run(init(io(folder ?? program.opts<Shared>().dir ?? '.')));
    });

  program
    .command('rules')
    .description('list the rules, or explain one')
    .argument('[code]', 'a code or a name, for example TEN103')
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'))
    .action(async (code: string | undefined, options: { format: 'table' | 'json' }) => {
      const { listRules } = await import('./commands/rules.ts');
      // From build/ as from src/.
      const rulesFolder = fileURLToPath(new URL('../src/rules', import.meta.url));
      await run(listRules(io('.'), code, { ...options, rulesFolder }));
    });

  return program;
}
