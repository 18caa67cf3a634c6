import type { AccessGraph } from '../../src/access/graph.ts';
import { accessGraph } from '../../src/access/graph.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import type { DesiredState } from '../../src/config/model/desired-state.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import type { Diagnostic } from '../../src/source/diagnostic.ts';
import type { ManifestFile } from '../../src/manifests/manifest-file.ts';
import { render } from '../../src/manifests/render.ts';
import { rules } from '../../src/rules/index.ts';
import { checkConfig, checkRendered } from '../../src/rules/run.ts';
import { parseYaml } from '../../src/source/source.ts';
import type { FileTree } from '../../src/tree/tree.ts';

export interface Result {
  readonly desired: DesiredState;
  readonly diagnostics: readonly Diagnostic[];
  readonly graph: AccessGraph;
  /** As `synth` would write them; it writes nothing when there are errors. */
  readonly files: readonly ManifestFile[];
}

/** The whole way from files to manifests, in memory. */
export async function pipeline(tree: FileTree, asOf: string): Promise<Result> {
  const files = await readConfigFiles(tree, (file, text) => Promise.resolve(parseYaml(file, text)));
  const desired = resolve(files);
  const problems = checkConfig(rules, { files, desired, asOf });
  const graph = accessGraph(desired, asOf);
  if (problems.some((d) => d.severity === 'error')) return { desired, diagnostics: problems, graph, files: [] };
  const rendered = render(desired, graph.asOf);
  return {
    desired,
    diagnostics: [...problems, ...checkRendered(rules, rendered.objects)],
    graph,
    files: rendered.files,
  };
}

/** The errors among diagnostics, as text. */
export function errorsOf(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.code} ${d.message}`);
}
