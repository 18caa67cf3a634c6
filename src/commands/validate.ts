import type { Io } from './io.ts';
import { exit } from './io.ts';
import { checkOrganization, hasErrors, place, printDiagnostics } from './organization.ts';

export interface ValidateOptions {
  readonly format: 'human' | 'github' | 'sarif' | 'json';
  readonly strict?: true;
  readonly asOf?: string;
}

/** `tenantry validate`: checks the files and prints what is wrong. */
export async function validate(io: Io, options: ValidateOptions): Promise<number> {
  const { diagnostics, sources } = await checkOrganization(io, options);
  const failed =
    hasErrors(diagnostics) || (options.strict === true && diagnostics.some((d) => d.severity === 'warning'));
  switch (options.format) {
    case 'human':
      await printDiagnostics(io.out, diagnostics, sources);
      break;
    case 'json': {
      const { json } = await import('../render/diagnostics/json.ts');
      io.out.write(json(await place(diagnostics, sources)));
      break;
    }
    case 'github': {
      const { github } = await import('../render/diagnostics/github.ts');
      io.out.write(github(await place(diagnostics, sources)));
      break;
    }
    case 'sarif': {
      const [{ sarif }, { rules }] = await Promise.all([
        import('../render/diagnostics/sarif.ts'),
        import('../rules/index.ts'),
      ]);
      io.out.write(sarif(await place(diagnostics, sources), { version: io.version, rules }));
      break;
    }
  }
  return failed ? exit.problems : exit.clean;
}
