import { App, Chart } from 'cdk8s';
import type { ApiObject } from 'cdk8s';
import { at, textAt } from '../json.ts';
import type { Origin } from '../source.ts';
import { generatedMark } from './names.ts';
import { lineOf, yamlText } from './yaml-text.ts';

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

interface PartBase {
  readonly path: string;
  /** The config file that it is rendered from, for the comment at its top. */
  readonly from: string;
  readonly origin: Origin;
}

/** A file of a cluster, before it is rendered. */
export interface Part extends PartBase {
  readonly build: (chart: Chart) => void;
}

/** A namespace's file, before it is rendered. */
export interface NamespacePart extends PartBase {
  readonly namespace: string;
  readonly objects: readonly Draft[];
}

/** An object before it is constructed. */
export interface Draft {
  /** All that it is made of, but for the namespace: what has the same key is the same object in another namespace. */
  readonly key: string;
  /** Whether it stands in the namespace of the chart. */
  readonly isNamespaced: boolean;
  readonly construct: (chart: Chart) => void;
}

interface Kind<Props> {
  new (scope: Chart, id: string, props: Props): ApiObject;
  readonly GVK: { readonly apiVersion: string; readonly kind: string };
}

/** The draft of an object of a kind of cdk8s-plus. In a namespace, the namespace is no part of its properties. */
export function draft<Props>(kind: Kind<Props>, props: Props, isNamespaced = true): Draft {
  return {
    key: JSON.stringify([kind.GVK, props]),
    isNamespaced,
    construct: (chart) => {
      new kind(chart, 'object', props);
    },
  };
}

/** What is rendered of a part. */
export interface RenderedPart {
  readonly file: ManifestFile;
  readonly objects: readonly ManifestObject[];
}

/** Renders a file, and gives its objects as well. */
export function renderPart(cluster: string, part: Part): RenderedPart {
  const manifests = manifestsOf(part.build);
  return {
    file: { path: part.path, text: header(part.from) + yamlText(manifests) },
    objects: manifests.map((manifest) => ({
      ...identity(manifest),
      path: part.path,
      cluster,
      manifest,
      source: { origin: part.origin, target: 'value' },
    })),
  };
}

/** An object that is constructed once, and stands in many namespaces: its text before and after the line that says where. */
interface Drawn extends Identity {
  readonly manifest: Manifest;
  readonly before: string;
  readonly after: string;
}

/**
 * A renderer of namespaces' files, for one run. Most of what is in a namespace differs from what is in others by the
 * namespace alone: constructing it with cdk8s is most of the work, and is done once for each that differs otherwise.
 */
export function namespaceRenderer(): (cluster: string, part: NamespacePart) => RenderedPart {
  const known = new Map<string, Drawn>();
  const drawnOf = (item: Draft): Drawn => {
    const same = item.isNamespaced ? known.get(item.key) : undefined;
    if (same) return same;
    const drawn = draw(item);
    if (item.isNamespaced) known.set(item.key, drawn);
    return drawn;
  };
  return (cluster, part) => {
    const line = lineOf('namespace', part.namespace);
    const objects = part.objects.map((item) => ({ item, drawn: drawnOf(item) }));
    const texts = objects.map(({ item, drawn }) => drawn.before + (item.isNamespaced ? line : '') + drawn.after);
    return {
      file: { path: part.path, text: header(part.from) + texts.join('---\n') },
      objects: objects.map(({ item, drawn: { apiVersion, kind, name, labels, manifest } }) => ({
        apiVersion,
        kind,
        name,
        labels,
        ...(item.isNamespaced && { namespace: part.namespace }),
        path: part.path,
        cluster,
        get manifest() {
          return item.isNamespaced
            ? { ...manifest, metadata: { ...manifest.metadata, namespace: part.namespace } }
            : manifest;
        },
        source: { origin: part.origin, target: 'value' },
      })),
    };
  };
}

function draw(item: Draft): Drawn {
  const [manifest, ...more] = manifestsOf(item.construct);
  if (!manifest || more.length > 0) throw new Error('a draft constructs one object');
  const { apiVersion, kind, metadata, ...rest } = manifest;
  // cdk8s sorts the keys, so the namespace comes last in the metadata; and what comes after that is sorted as well.
  const last = Object.keys(metadata).at(-1);
  if (last !== 'name') throw new Error(`the namespace would not come after ${last ?? 'nothing'}`);
  return {
    ...identity(manifest),
    manifest,
    before: yamlText([{ apiVersion, kind, metadata }]),
    after: Object.keys(rest).length > 0 ? yamlText([rest]) : '',
  };
}

/** An object as cdk8s gives it. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

function manifestsOf(build: (chart: Chart) => void): Manifest[] {
  // A chart of its own for each file: within one app, cdk8s looks through all siblings for each new construct.
  const chart = new Chart(new App(), 'chart');
  build(chart);
  return chart.apiObjects.map((object) => {
    const manifest: unknown = object.toJson();
    if (!isManifest(manifest)) throw new Error(`${object.kind} ${object.name} is no manifest`);
    return manifest;
  });
}

function isManifest(value: unknown): value is Manifest {
  const metadata = at(value, 'metadata');
  return (
    textAt(value, 'apiVersion') !== undefined &&
    textAt(value, 'kind') !== undefined &&
    typeof metadata === 'object' &&
    metadata !== null
  );
}

type Identity = Pick<ManifestObject, 'apiVersion' | 'kind' | 'name' | 'namespace' | 'labels'>;

function identity({ apiVersion, kind, metadata }: Manifest): Identity {
  const { name, namespace, labels } = metadata;
  return {
    apiVersion,
    kind,
    name: String(name),
    ...(typeof namespace === 'string' && { namespace }),
    labels:
      typeof labels === 'object' && labels !== null
        ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
        : {},
  };
}

/** The comment at the top of a file that is rendered from `from`. */
export function header(from: string): string {
  return `${generatedMark} from ${from}. Do not edit: change that file and run \`tenantry synth\`.\n`;
}
