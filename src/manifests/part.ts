import type { Origin } from '../source/source.ts';
import type { ObjectTemplate, Identity } from './template.ts';
import { templateWriter, manifestOf } from './template.ts';
import { generatedMark } from './names.ts';

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
}

/** A file, before it is rendered. */
export interface Part {
  readonly path: string;
  /** The config file that it is rendered from, for the comment at its top. */
  readonly from: string;
  readonly origin: Origin;
  readonly objects: readonly ObjectTemplate[];
}

/** What is rendered of a part. */
export interface RenderedPart {
  readonly file: ManifestFile;
  readonly objects: readonly ManifestObject[];
}

/** A renderer of files, for one run: what it has constructed for one, it uses for others. */
export function partRenderer(): (cluster: string, part: Part) => RenderedPart {
  const write = templateWriter();
  return (cluster, { path, from, origin, objects }) => {
    const source = { origin, target: 'value' } as const;
    const texts: string[] = [];
    const written = objects.map((item): ManifestObject => {
      const { text, identity } = write(item);
      texts.push(text);
      // Each by its name: there are tens of thousands of objects, and spreading takes longer.
      const { apiVersion, kind, name, namespace, labels } = identity;
      return { apiVersion, kind, name, namespace, labels, path, cluster, manifest: () => manifestOf(item), source };
    });
    return { file: { path, text: header(from) + texts.join('---\n') }, objects: written };
  };
}

/** The comment at the top of a file that is rendered from `from`. */
export function header(from: string): string {
  return `${generatedMark} from ${from}. Do not edit: change that file and run \`tenantry synth\`.\n`;
}
