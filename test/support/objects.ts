import { parseAllDocuments } from 'yaml';
import type { ExampleFiles } from './examples.ts';
import { exampleDay, exampleFiles } from './examples.ts';
import type { ManifestFile } from '../../src/manifests/manifest-file.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { errorsOf, pipeline } from './pipeline.ts';

/** An object of the rendered tree, as far as tests look into it. */
export interface RenderedDocument extends KubernetesObject {
  readonly path: string;
}

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

/** All objects that are rendered of the example organization with `files` laid over it; fails where there are errors. */
export async function renderedOf(files: ExampleFiles, asOf = exampleDay): Promise<RenderedDocument[]> {
  const result = await pipeline(memoryTree(exampleFiles({ files })), asOf);
  const errors = errorsOf(result.diagnostics);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  return documentsOf(result.files);
}

/** All objects of rendered files. */
export function documentsOf(files: readonly ManifestFile[]): RenderedDocument[] {
  return files.flatMap(({ path, text }) =>
    parseAllDocuments(text).map((document) => ({ path, ...(document.toJS() as KubernetesObject) })),
  );
}
