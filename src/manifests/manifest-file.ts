import type { Reason } from '../access/graph.ts';
import type { Origin } from '../source/source.ts';
import type { Identity, ObjectTemplate } from './template.ts';
import { manifestOf } from './template.ts';
import { templateWriter } from './yaml/template-writer.ts';
import { generatedMark } from './layout.ts';

/** A file of the rendered tree; the path begins below `dist/`. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** An object of the rendered tree, as far as others need to look at it. */
export interface ManifestObject extends Identity {
  readonly path: string;
  readonly cluster: string;
  /** The whole of it, as it is sent to an API server. */
  readonly manifest: () => unknown;
  readonly source: { readonly origin: Origin; readonly target: 'value' };
  /** The config lines that led to it. */
  readonly because: readonly Reason[];
}

/** A file, before it is rendered. */
export interface FileTemplate {
  readonly path: string;
  /** The config file that it is rendered from, for the comment at its top. */
  readonly from: string;
  readonly origin: Origin;
  readonly objects: readonly ExplainedTemplate[];
}

/** An object of a file, before it is rendered. */
export interface ExplainedTemplate {
  readonly template: ObjectTemplate;
  /** The config lines that led to it: for a binding the shares, for a quota the quota. None where it is all of `origin`. */
  readonly because: readonly Reason[];
}

/** Objects that come from all of what their file is rendered from. */
export function withoutReasons(templates: readonly ObjectTemplate[]): ExplainedTemplate[] {
  return templates.map((template) => ({ template, because: [] }));
}

/** A file with what is in it. */
export interface RenderedFile {
  readonly file: ManifestFile;
  readonly objects: readonly ManifestObject[];
}

/** A renderer of files, for one run: what it has constructed for one, it uses for others. */
export function fileRenderer(): (cluster: string, file: FileTemplate) => RenderedFile {
  const write = templateWriter();
  return (cluster, { path, from, origin, objects }) => {
    const source = { origin, target: 'value' } as const;
    const fromAll: readonly Reason[] = [{ origin, via: [] }];
    const texts: string[] = [];
    const written = objects.map(({ template, because: lines }): ManifestObject => {
      const { text, identity } = write(template);
      const because = lines.length > 0 ? lines : fromAll;
      texts.push(text);
      // Each by its name: there are tens of thousands of objects, and spreading takes longer.
      const { apiVersion, kind, name, namespace, labels } = identity;
      const manifest = (): unknown => manifestOf(template);
      return { apiVersion, kind, name, namespace, labels, path, cluster, manifest, source, because };
    });
    return { file: { path, text: header(from) + texts.join('---\n') }, objects: written };
  };
}

/** The comment at the top of a file that is rendered from `from`. */
export function header(from: string): string {
  return `${generatedMark} from ${from}. Do not edit: change that file and run \`tenantry synth\`.\n`;
}
