import { lstatSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { Failure } from '../values/failure.ts';
import type { Difference } from '../synth/dist.ts';
import { compareDist, readDist, repairDist } from '../synth/dist.ts';
import { isTemporary } from '../synth/replace-file.ts';
import type { CodeOwnersProblem } from '../render/codeowners.ts';
import { codeOwners } from '../render/codeowners.ts';
import { renderDifferences } from '../render/differences.ts';
import { prose } from '../render/text.ts';
import { counted } from '../source/text.ts';
import { withoutUnrecordedModes } from '../app/checkout.ts';
import { repositoryOf } from '../app/folders.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import type { CheckedOrganization } from '../app/organization.ts';
import { checkOrganization, hasErrors, lineFinder, printDiagnostics, styleOf } from '../app/organization.ts';

export interface CodeOwnersOptions {
  readonly check?: true;
  readonly root?: string;
}

const fileName = 'CODEOWNERS';

/**
 * `tenantry codeowners`: makes `.github/CODEOWNERS` what the tenants' owners and the organization's admins say, or with
 * `--check` says where it is not (S1, S57).
 */
export async function codeowners(io: Io, options: CodeOwnersOptions): Promise<number> {
  const checked = await checkOrganization(io, {});
  if (hasErrors(checked.diagnostics)) {
    await printDiagnostics(io, io.err, checked, checked.diagnostics);
    return nothingWritten(io);
  }
  const { root, folder } = repository(io, options.root);
  const { text, problems } = codeOwners(checked.desired, { folder });
  if (problems.length > 0) {
    await printProblems(io, checked, problems);
    return nothingWritten(io);
  }

  const gitHub = join(root, '.github');
  const shown = relative(io.cwd, gitHub) || '.';
  if (lstatSync(gitHub, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new Failure('foreign-files', `${shown} is not a folder`, {
      help: `move it away: GitHub reads ${fileName} in a folder of that name, and follows no links`,
    });
  }
  const differences = await withoutUnrecordedModes(io, compareWith(gitHub, text));
  if (differences.length === 0) {
    io.out.write(`${join(shown, fileName)} is what the files say: ${tenants(checked)}\n`);
    return exit.clean;
  }
  if (options.check) {
    io.out.write(
      renderDifferences(differences, styleOf(io.out), { folder: shown.replaceAll(sep, '/'), command: 'codeowners' }),
    );
    return exit.differences;
  }
  if (differences.some((d) => d.kind === 'foreign')) {
    throw new Failure('foreign-files', `${join(shown, fileName)} was not written by tenantry, and was left as it is`, {
      help: 'move it away: with this command, the owners of all files come from the tenants and from the admins',
    });
  }
  repairDist(gitHub, differences);
  io.out.write(`${join(shown, fileName)} written: ${tenants(checked)}\n`);
  return exit.clean;
}

/** The repository's root, and the organization's folder in it; neither through links, which patterns do not follow. */
function repository({ cwd, dir }: Io, wanted: string | undefined): { root: string; folder: string } {
  const home = realpathSync(dir);
  const root = wanted === undefined ? (repositoryOf(home) ?? home) : resolve(cwd, wanted);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Failure('no-such-folder', `there is no folder ${root}`, {
      help: "name the repository's folder with --root",
    });
  }
  const real = realpathSync(root);
  const folder = relative(real, home).replaceAll(sep, '/');
  if (folder === '..' || folder.startsWith('../')) {
    throw new Failure('bad-arguments', `the organization in ${dir} is not below ${root}`, {
      help: 'name the folder of the repository that holds the organization with --root',
    });
  }
  return { root: real, folder };
}

/** Of what stands in `.github/`, only CODEOWNERS is tenantry's, and what a run that was killed left of it. */
function compareWith(gitHub: string, text: string): Difference[] {
  const present = readDist(gitHub).filter(
    ({ path }) => path === fileName || (path.startsWith(`${fileName}.`) && isTemporary(path)),
  );
  return compareDist([{ path: fileName, text }], present);
}

async function printProblems(
  io: Io,
  { sources }: CheckedOrganization,
  problems: readonly CodeOwnersProblem[],
): Promise<void> {
  const style = styleOf(io.err);
  const lineOf = await lineFinder(
    io,
    sources,
    problems.flatMap(({ origin }) => (origin ? [origin] : [])),
  );
  io.err.write(`${counted(problems.length, 'problem')} with who reviews what:\n`);
  for (const { message, help, origin } of problems) {
    const place = origin ? `${prose(lineOf(origin))}: ` : '';
    io.err.write(`  ${place}${style.red(prose(message))}\n    help: ${prose(help)}\n`);
  }
}

function nothingWritten(io: Io): number {
  io.err.write('Nothing was written.\n');
  return exit.problems;
}

function tenants({ desired }: CheckedOrganization): string {
  return `${counted(desired.tenants.length, 'tenant')}, ${counted(desired.organization.admins.length, 'admin')}`;
}
