import type { Diagnostic } from '../source/diagnostic.ts';
import { Failure } from '../values/failure.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';
import { checkOrganization, hasErrors, pathForHosts, place, printDiagnostics } from '../app/organization.ts';

export interface ValidateOptions {
  readonly format: 'human' | 'github' | 'sarif' | 'json';
  readonly strict?: true;
  readonly asOf?: string;
  /** Judge the change against this revision as well. */
  readonly base?: string;
  readonly head?: string;
  readonly allow?: readonly string[];
}

/** `tenantry validate`: checks the files and prints what is wrong. */
export async function validate(io: Io, options: ValidateOptions): Promise<number> {
  const { checked, sources, all } = await found(io, options);
  const diagnostics = options.strict ? all.map(raised) : all;
  switch (options.format) {
    case 'human':
      await printDiagnostics(io, io.out, { files: checked.files, sources }, diagnostics);
      break;
    case 'json': {
      const { json } = await import('../render/diagnostics/json.ts');
      io.out.write(json(await place(diagnostics, sources)));
      break;
    }
    case 'github': {
      const { github } = await import('../render/diagnostics/github.ts');
      io.out.write(github(await place(diagnostics, sources), { pathOf: pathForHosts(io) }));
      break;
    }
    case 'sarif': {
      const [{ sarif }, { rules }] = await Promise.all([
        import('../render/diagnostics/sarif.ts'),
        import('../rules/index.ts'),
      ]);
      io.out.write(sarif(await place(diagnostics, sources), { version: io.version, rules, pathOf: pathForHosts(io) }));
      break;
    }
  }
  return hasErrors(diagnostics) ? exit.problems : exit.clean;
}

/** What is wrong with the files and, where a base is given, with the change. */
async function found(io: Io, options: ValidateOptions) {
  if (options.base === undefined) {
    // Whoever says this much means a change: to judge only the worktree would look like a verdict on it.
    if ((options.allow ?? []).length > 0 || (options.head !== undefined && options.head !== 'worktree')) {
      throw new Failure('bad-arguments', '--head and --allow are about a change, and there is no --base', {
        help: 'name what it is compared with: `--base origin/main`',
      });
    }
    const checked = await checkOrganization(io, options);
    return { checked, sources: checked.sources, all: checked.diagnostics };
  }
  const { checkedChange, verdictDiagnostics } = await import('../app/change.ts');
  const { head, sources, judged } = await checkedChange(io, options);
  // Silence would look like a verdict on the change.
  if (!judged) io.err.write('The change itself is not judged before its files are right.\n');
  if (judged?.isSameCommit) {
    const { sameCommit } = await import('../render/plan/same-commit.ts');
    for (const note of sameCommit(judged.sides())) io.err.write(`${note}\n`);
  }
  return { checked: head, sources, all: [...head.diagnostics, ...verdictDiagnostics(judged?.verdicts ?? [])] };
}

/** A warning is an error to those who asked for strictness. */
function raised(diagnostic: Diagnostic): Diagnostic {
  return diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' } : diagnostic;
}
