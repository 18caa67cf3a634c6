import type { AccessGraph } from '../../src/access/graph.ts';
import { accessGraph } from '../../src/access/graph.ts';
import { readConfigFiles } from '../../src/config/files.ts';
import type { Landscape } from '../../src/config/landscape.ts';
import { resolve } from '../../src/config/resolve.ts';
import type { Diagnostic } from '../../src/diagnostic.ts';
import type { ManifestFile } from '../../src/manifests/part.ts';
import { render } from '../../src/manifests/render.ts';
import { rules } from '../../src/rules/index.ts';
import { checkConfig, checkRendered } from '../../src/rules/run.ts';
import { parseYaml } from '../../src/source.ts';
import type { FileTree } from '../../src/tree.ts';

export interface Result {
  readonly landscape: Landscape;
  readonly diagnostics: readonly Diagnostic[];
  readonly graph: AccessGraph;
  /** As `synth` would write them; it writes nothing when there are errors. */
  readonly files: readonly ManifestFile[];
}

/** The whole way from files to manifests, in memory. */
export async function pipeline(tree: FileTree, asOf: string): Promise<Result> {
  const files = await readConfigFiles(tree, (file, text) => Promise.resolve(parseYaml(file, text)));
  const landscape = resolve(files);
  const problems = checkConfig(rules, { files, landscape, asOf });
  const graph = accessGraph(landscape, asOf);
  if (problems.some((d) => d.severity === 'error')) return { landscape, diagnostics: problems, graph, files: [] };
  const rendered = render(landscape, graph);
  return {
    landscape,
    diagnostics: [...problems, ...checkRendered(rules, rendered.objects)],
    graph,
    files: rendered.files,
  };
}

/** The errors among diagnostics, as text. */
export function errorsOf(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.code} ${d.message}`);
}
