import { App, Chart, Yaml } from 'cdk8s';
import type { ApiObject } from 'cdk8s';
import type { Origin } from '../source.ts';
import { generatedMark } from './names.ts';

/** A file of the rendered tree; the path begins below `dist/`. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** An object of the rendered tree, as far as others need to look at it. */
export interface ManifestObject {
  readonly path: string;
  readonly cluster: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The whole of it, as it is sent to an API server. */
  readonly manifest: unknown;
  readonly source: { readonly origin: Origin; readonly target: 'value' };
}

/** A file of a cluster, before it is rendered. */
export interface Part {
  readonly path: string;
  /** The config file that it is rendered from, for the comment at its top. */
  readonly from: string;
  readonly origin: Origin;
  readonly build: (chart: Chart) => void;
}

/** Renders a file, and gives its objects as well. */
export function renderPart(cluster: string, part: Part): { file: ManifestFile; objects: ManifestObject[] } {
  // A chart of its own for each file: within one app, cdk8s looks through all siblings for each new construct.
  const chart = new Chart(new App(), 'chart');
  part.build(chart);
  const objects = chart.apiObjects.map((object) => ({ object, manifest: toJson(object) }));
  return {
    file: {
      path: part.path,
      text: header(part.from) + Yaml.stringify(...objects.map(({ manifest }) => manifest)),
    },
    objects: objects.map(({ object, manifest }) => ({
      path: part.path,
      cluster,
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.name,
      ...namespaceOf(object),
      labels: labelsOf(object),
      manifest,
      source: { origin: part.origin, target: 'value' },
    })),
  };
}

function toJson(object: ApiObject): unknown {
  const json: unknown = object.toJson();
  return json;
}

function namespaceOf(object: ApiObject): { namespace?: string } {
  const { namespace } = object.metadata;
  return namespace === undefined ? {} : { namespace };
}

function labelsOf(object: ApiObject): Record<string, string> {
  const metadata: unknown = object.metadata.toJson();
  const labels =
    typeof metadata === 'object' && metadata !== null && 'labels' in metadata ? metadata.labels : undefined;
  if (typeof labels !== 'object' || labels === null) return {};
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
}

/** The comment at the top of a file that is rendered from `from`. */
export function header(from: string): string {
  return `${generatedMark} from ${from}. Do not edit: change that file and run \`tenantry synth\`.\n`;
}
