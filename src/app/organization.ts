import { statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { AccessGraph } from '../access/graph.ts';
import { accessGraph } from '../access/graph.ts';
import type { ConfigFiles, EvaluateTypeScript } from '../config/reading/files.ts';
import { configFilesOf, readConfigFiles, sourcesOf } from '../config/reading/files.ts';
import type { DesiredState } from '../config/model/desired-state.ts';
import { resolve } from '../config/model/resolve.ts';
import type { Diagnostic, Placed, PlacedLabel } from '../source/diagnostic.ts';
import { formatPath, placeDiagnostics } from '../source/diagnostic.ts';
import { Failure } from '../values/failure.ts';
import { meanwhile } from '../values/concurrency.ts';
import { oncePer } from '../values/once.ts';
import { onSystem } from '../values/system-error.ts';
import type { SharedWith } from '../values/shared.ts';
import type { Style } from '../render/style.ts';
import { colourStyle, plainStyle } from '../render/style.ts';
import { rules } from '../rules/index.ts';
import { checkConfig } from '../rules/run.ts';
import { redactSecrets } from '../source/secrets.ts';
import type { Locator, Origin, Source } from '../source/source.ts';
import { baseFile, fileOfBase, originPath, yamlLocator } from '../source/source.ts';
import { counted } from '../source/text.ts';
import type { FileTree } from '../tree/tree.ts';
import { worktree } from '../tree/tree.ts';
import { assertCheckedOut } from './checkout.ts';
import { pathInRepository } from './folders.ts';
import type { Io, Output } from './io.ts';

/** An organization's files, read and understood. */
export interface ReadOrganization {
  readonly files: ConfigFiles;
  readonly sources: ReadonlyMap<string, Source>;
  readonly desired: DesiredState;
  readonly asOf: string;
}

/** An organization's files, read, understood and checked. */
export interface CheckedOrganization extends ReadOrganization {
  readonly diagnostics: readonly Diagnostic[];
}

/** How long a TypeScript config file may take to evaluate, in milliseconds. */
const evaluationTime = 10_000;

/** The files of the organization in the folder. Throws a Failure when there is no such folder. */
export function organizationTree({ dir }: Io): FileTree {
  if (!onSystem(`look at ${dir}`, () => statSync(dir, { throwIfNoEntry: false }))?.isDirectory()) {
    throw new Failure('no-such-folder', `there is no folder ${dir}`, {
      help: 'name the folder of the organization with --dir, or begin one with `tenantry init <folder>`',
    });
  }
  return worktree(dir);
}

/** Reads and checks the organization in the folder. Throws a Failure when there is no such folder, or not all of it is checked out. */
export async function checkOrganization(io: Io, options: { readonly asOf?: string }): Promise<CheckedOrganization> {
  const tree = organizationTree(io);
  const checkout = meanwhile(assertCheckedOut(io));
  const checked = await checkTree(io, tree, options.asOf ?? io.today);
  await checkout;
  return checked;
}

/** Reads and checks the organization in a tree, as of a day. */
export async function checkTree(
  io: Io,
  tree: FileTree,
  asOf: string,
  base?: SharedWith<ReadOrganization>,
): Promise<CheckedOrganization> {
  return checkReadOrganization(io, await readTree(io, tree, asOf, base));
}

/** Checks an organization that has been read. */
export function checkReadOrganization(io: Io, organization: ReadOrganization): CheckedOrganization {
  io.progress?.say(`checking ${counted(configFilesOf(organization.files).length, 'file')}`);
  return { ...organization, diagnostics: checkConfig(rules, organization) };
}

/**
 * Reads the organization in a tree, as of a day. What the base of a change has in the same words is shared with it; and if
 * it forbids TypeScript, the head's is not evaluated, which may have lifted that.
 */
export async function readTree(
  io: Io,
  tree: FileTree,
  asOf: string,
  base?: SharedWith<ReadOrganization>,
): Promise<ReadOrganization> {
  io.progress?.say('reading the files');
  const files = await readConfigFiles(
    tree,
    lazyEvaluator(io),
    base && {
      base: base.files,
      forbidTypeScript:
        base.files.organization.length > 0 && base.desired.organization.config.typescript.value === 'forbid',
    },
  );
  return { files, sources: sourcesOf(files), desired: resolve(files, base), asOf };
}

/** One evaluator for all files, so that only so many processes run at a time; loaded when the first file asks for it. */
export function lazyEvaluator({ nodePath }: Io): EvaluateTypeScript {
  let loading: Promise<EvaluateTypeScript> | undefined;
  return async (...args) => {
    loading ??= import('../config/typescript/evaluator.ts').then(({ typescriptEvaluator }) =>
      typescriptEvaluator({ nodePath, timeoutMs: evaluationTime }),
    );
    return (await loading)(...args);
  };
}

/** Whether any diagnostic keeps the config from being used. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error');
}

/** Diagnostics with their places, sorted. */
export function place<T extends Diagnostic>(
  diagnostics: readonly T[],
  sources: ReadonlyMap<string, Source>,
): Promise<Placed<T>[]> {
  return placeDiagnostics(diagnostics, sources, locatorOf);
}

/** Prints diagnostics for a person. */
export async function printDiagnostics(
  io: Io,
  output: Output,
  { files, sources }: Pick<CheckedOrganization, 'files' | 'sources'>,
  diagnostics: readonly Diagnostic[],
): Promise<void> {
  const common = { style: styleOf(output), files: configFilesOf(files).length };
  if (diagnostics.length === 0) {
    const { summary } = await import('../render/diagnostics/summary.ts');
    output.write(`${summary([], common)}\n`);
    return;
  }
  const { human } = await import('../render/diagnostics/human.ts');
  output.write(
    human(await place(diagnostics, sources), {
      ...common,
      // Lines of the files are printed with what is wrong in them, and logs are read by more people than files are.
      textOf: (file) => {
        const source = sources.get(file);
        return source && redactSecrets(source.text);
      },
      pathOf: pathFrom(io),
      ...(output.width !== undefined && { width: output.width }),
    }),
  );
}

/** The way that an output is coloured. */
export function styleOf(output: Output): Style {
  return output.colour ? colourStyle : plainStyle;
}

/**
 * Gives a file of the organization the path that it has from where the program was started. One of the base of a change
 * keeps its mark.
 */
export function pathFrom({ cwd, dir }: Io): (file: string) => string {
  const prefix = relative(cwd, dir);
  // From within the organization's own folders, as people there would name the file.
  const isBelow = prefix.split(sep).every((part) => part === '..') && prefix !== '';
  return marked((file) => (isBelow ? relative(cwd, join(dir, file)) : prefix === '' ? file : join(prefix, file)));
}

/** The same for readers that know files by their paths in the repository: annotations, SARIF. */
export function pathForHosts(io: Io): (file: string) => string {
  return marked(pathInRepository(io));
}

function marked(pathOf: (file: string) => string): (file: string) => string {
  return (file) => {
    const old = fileOfBase(file);
    return old === undefined ? pathOf(file) : baseFile(pathOf(old));
  };
}

/**
 * The access graph of an organization without errors; where there are errors they are printed, and there is none: of a
 * config that is wrong nobody can say what access it gives.
 */
export async function graphOrProblems(
  io: Io,
  options: { readonly asOf?: string },
): Promise<(CheckedOrganization & { readonly graph: AccessGraph }) | undefined> {
  const checked = await checkOrganization(io, options);
  if (!hasErrors(checked.diagnostics)) return { ...checked, graph: accessGraph(checked.desired, checked.asOf) };
  await printDiagnostics(io, io.err, checked, checked.diagnostics);
  return undefined;
}

/** Gives an origin as `file:line`, as seen from where the program was started, with each file's positions worked out once. */
export async function lineFinder(
  io: Io,
  sources: ReadonlyMap<string, Source>,
  origins: Iterable<Origin>,
): Promise<(origin: Origin) => string> {
  const pathOf = pathFrom(io);
  const placeOf = await placeFinder(sources, origins);
  return (origin) => {
    const { file, span } = placeOf(origin);
    return span ? `${pathOf(file)}:${span.start.line}` : pathOf(file);
  };
}

/** Gives the place of an origin in its file, by the organization's own paths, with each file's positions worked out once. */
export async function placeFinder(
  sources: ReadonlyMap<string, Source>,
  origins: Iterable<Origin>,
): Promise<(origin: Origin) => PlacedLabel> {
  const locators = new Map<string, Locator>();
  for (const { file } of origins) {
    const source = sources.get(file);
    if (source && !locators.has(file)) locators.set(file, await locatorOf(source));
  }
  return (origin) => {
    const span = locators.get(origin.file)?.(originPath(origin), 'key');
    return { file: origin.file, path: formatPath(origin), ...(span && { span }) };
  };
}

/** What a verdict points at is mostly what the plan points at, and what both sides have is one source. */
const locatorOf = oncePer(async (source: Source): Promise<Locator> => {
  if (source.language === 'yaml') return yamlLocator(source);
  const { typescriptLocator } = await import('../config/typescript/locator.ts');
  return typescriptLocator(source);
});
