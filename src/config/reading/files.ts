import { groupedBy } from '../../values/order.ts';
import type { SharedWith } from '../../values/shared.ts';
import type { Source } from '../../source/source.ts';
import { parseYaml } from '../../source/source.ts';
import type { EntryKind, FileTree, TreeEntry } from '../../tree/tree.ts';
import type { Checked } from './check-schema.ts';
import { checkSchema } from './check-schema.ts';
import type { FileKind } from '../../settings/schema.ts';

/** Turns a TypeScript config file into a source; what goes wrong in it comes back as problems. */
export type EvaluateTypeScript = (file: string, text: string, tree: FileTree) => Promise<Source>;

export interface FileOf<K extends FileKind> {
  readonly path: string;
  /** The file's name without its ending: the name that the resource must have. */
  readonly stem: string;
  readonly extension: 'yaml' | 'ts';
  readonly kind: K;
  /** Undefined when the file could not be read, or is TypeScript where that is forbidden. */
  readonly source?: Source;
  /** Why there is no source. */
  readonly failure?: FileFailure;
  readonly checked?: Checked<K>;
}

export interface FileFailure {
  readonly kind: 'too-large' | 'unreadable' | 'not-utf8' | 'typescript-forbidden' | 'not-a-file';
  /**
   * What stands there instead of a file, the system's word for the failure, or the encoding that it seems to be; `base`
   * for TypeScript that the base of a change forbids.
   */
  readonly detail: string;
}

/** A file that is config by its place. */
export type ConfigFile = { [K in FileKind]: FileOf<K> }[FileKind];

/** Something in a config folder that no one reads. */
export interface StrayEntry {
  readonly path: string;
  readonly entry: EntryKind;
}

/** All config files of a tree, read, parsed and checked against their schemas; not yet understood. */
export interface ConfigFiles {
  readonly organization: readonly FileOf<'Organization'>[];
  readonly clusters: readonly FileOf<'Cluster'>[];
  readonly tenants: readonly FileOf<'Tenant'>[];
  /**
   * Entries of the config folders that no one reads, and that someone could take for config. Certificate files that a
   * cluster names are among them only when they cannot be read.
   */
  readonly strays: readonly StrayEntry[];
  /** The texts of the certificate files beside the clusters' files, by path. */
  readonly certificates: ReadonlyMap<string, string>;
}

export const organizationFile = 'organization.yaml';

/** The folders of the other config files. */
export const configFolders = ['clusters', 'tenants'] as const;

const configName = /^(?<stem>.+)\.(?<extension>yaml|ts)$/;
const certificateName = /\.(pem|crt)$/;

/**
 * What may lie about in a config folder because nobody takes it for config: notes for people, Git's files, editors'
 * copies while somebody edits, and the parts (named with an underscore) and settings of TypeScript config files.
 */
const harmlessName =
  /^(?:readme(?:\.(?:md|markdown|txt|rst|adoc))?|\.gitkeep|\.keep|\.gitignore|\.gitattributes|\.editorconfig|\.ds_store|\..*\.sw[a-p]|\.#.*|#.*#|.*~|_.*\.ts|tsconfig\.json)$/i;

/** What the base of a change has to say about how the head is read. */
export interface ReadingOptions {
  /** Its own files: one with the same path and text is taken over, and with it begins all that both sides share. */
  readonly base?: SharedWith<ConfigFiles>;
  /** No TypeScript is evaluated, whatever the organization's file says. */
  readonly forbidTypeScript?: boolean;
}

/** Reads everything that is config in `tree`. Never throws for what users wrote. */
export async function readConfigFiles(
  tree: FileTree,
  evaluate: EvaluateTypeScript,
  { base, forbidTypeScript = false }: ReadingOptions = {},
): Promise<ConfigFiles> {
  const forbiddenBy = forbidTypeScript ? 'base' : '';
  // Listed at once, because each list of a commit is a process of Git's.
  const [root, ...folders] = await Promise.all([tree.list(''), tree.list('clusters'), tree.list('tenants')]);
  const strays: StrayEntry[] = [];
  const stray = (entry: TreeEntry): void => {
    strays.push({ path: entry.path, entry: entry.kind });
  };

  const read = <K extends FileKind>(
    entry: TreeEntry,
    kind: K,
    stem: string,
    extension: 'yaml' | 'ts',
    evaluator: EvaluateTypeScript | undefined,
    ofBase: FileOf<K> | undefined,
  ): Promise<FileOf<K>> => readFile(tree, entry, kind, stem, extension, evaluator, ofBase, forbiddenBy);

  const organization: FileOf<'Organization'>[] = [];
  for (const entry of root) {
    if (entry.path === organizationFile) {
      const [ofBase] = base?.organization ?? [];
      organization.push(await read(entry, 'Organization', 'organization', 'yaml', undefined, ofBase));
    } else if (/^organization\.(?:ya?ml|ts|json)$/i.test(entry.path)) stray(entry);
    else if (/^(?:clusters|tenants)$/i.test(entry.path) && !isFolder(entry)) stray(entry);
  }
  const evaluateOrRefuse = !forbidTypeScript && allowsTypeScript(organization[0]) ? evaluate : undefined;

  const folder = async <K extends FileKind>(
    entries: readonly TreeEntry[],
    kind: K,
    ofBase: readonly FileOf<K>[] = [],
  ): Promise<FileOf<K>[]> => {
    const baseByPath = new Map(ofBase.map((file) => [file.path, file]));
    const reading: Promise<FileOf<K>>[] = [];
    for (const entry of entries) {
      const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
      const { stem, extension } = configName.exec(name)?.groups ?? {};
      if (harmlessName.test(name) && entry.kind !== 'directory') continue;
      if (stem === undefined || /^[._]|\.d\.ts$/.test(name)) stray(entry);
      else {
        const language = extension === 'ts' ? 'ts' : 'yaml';
        reading.push(read(entry, kind, stem, language, evaluateOrRefuse, baseByPath.get(entry.path)));
      }
    }
    return Promise.all(reading);
  };
  const clusters = await folder(folders[0], 'Cluster', base?.clusters);
  const tenants = await folder(folders[1], 'Tenant', base?.tenants);

  const named = namedCertificates(clusters);
  const certificates = new Map<string, string>();
  for (const { path, entry } of strays) {
    if (!named.has(path) || entry !== 'file' || !certificateName.test(path)) continue;
    const result = await tree.read(path);
    if ('bytes' in result) certificates.set(path, new TextDecoder().decode(result.bytes));
  }
  return {
    organization,
    clusters: withoutTwins(clusters),
    tenants: withoutTwins(tenants),
    strays: strays.filter(({ path }) => !certificates.has(path)),
    certificates,
  };
}

function isFolder({ path, kind }: TreeEntry): boolean {
  return kind === 'directory' && (path === 'clusters' || path === 'tenants');
}

/**
 * Whether TypeScript config files are evaluated: not before the organization has been understood so far that it would
 * have been seen to forbid them.
 */
function allowsTypeScript(organization: FileOf<'Organization'> | undefined): boolean {
  const { file, violations = [] } = organization?.checked ?? {};
  const clear = violations.every(
    ({ path: [top, key, ...rest] }) => top === 'spec' && rest.length > 0 && key !== 'config',
  );
  return file !== undefined && clear && (file.spec.config?.typescript ?? 'allow') === 'allow';
}

/**
 * Of several files for one name nobody can say which one is meant, so none of them is understood. Names that differ
 * only by the case of their letters are one: on many disks they cannot both exist.
 */
function withoutTwins<K extends FileKind>(files: readonly FileOf<K>[]): FileOf<K>[] {
  const byName = groupedBy(files, ({ stem }) => stem.toLowerCase());
  return files.map((file) => {
    const isAlone = byName.get(file.stem.toLowerCase())?.length === 1;
    return isAlone || !file.checked ? file : { ...file, checked: { ...file.checked, file: undefined } };
  });
}

/** The sources of all config files, by path. */
export function sourcesOf(files: ConfigFiles): Map<string, Source> {
  const sources = new Map<string, Source>();
  for (const { path, source } of configFilesOf(files)) if (source) sources.set(path, source);
  return sources;
}

/** All config files, in the order organization, clusters, tenants. */
export function configFilesOf({ organization, clusters, tenants }: ConfigFiles): ConfigFile[] {
  return [...organization, ...clusters, ...tenants];
}

async function readFile<K extends FileKind>(
  tree: FileTree,
  entry: TreeEntry,
  kind: K,
  stem: string,
  extension: 'yaml' | 'ts',
  evaluate: EvaluateTypeScript | undefined,
  ofBase: SharedWith<FileOf<K>> | undefined,
  forbidden: string,
): Promise<FileOf<K>> {
  const file = { path: entry.path, stem, extension, kind };
  if (entry.kind !== 'file') return { ...file, failure: { kind: 'not-a-file', detail: entry.kind } };
  const result = await tree.read(entry.path);
  if ('failure' in result) return { ...file, failure: { kind: result.failure, detail: result.detail } };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(result.bytes);
  } catch {
    return { ...file, failure: { kind: 'not-utf8', detail: seemingEncoding(result.bytes) } };
  }
  if (extension === 'ts' && !evaluate) return { ...file, failure: { kind: 'typescript-forbidden', detail: forbidden } };
  const hasSameText = extension === 'yaml' && ofBase?.source?.text === text;
  // From twins the meaning was taken, and there may be one alone here.
  if (hasSameText && ofBase.checked?.file !== undefined) return ofBase;
  const yaml = (): Source => (hasSameText ? ofBase.source : parseYaml(entry.path, text));
  const source = extension === 'ts' && evaluate ? await evaluate(entry.path, text, tree) : yaml();
  if (source.value === undefined) return { ...file, source };
  return { ...file, source, checked: checkSchema(kind, source.value) };
}

/** The encoding that a text in something other than UTF-8 says that it has: Windows' tools write UTF-16. */
function seemingEncoding([first, second]: Uint8Array): string {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) ? 'UTF-16' : '';
}

/** The certificate files that clusters name, as far as these could be read. */
export function namedCertificates(clusters: ConfigFiles['clusters']): ReadonlySet<string> {
  return new Set(
    clusters.flatMap(({ checked }) => {
      const file = checked?.file?.spec.certificateAuthority?.file;
      return file === undefined ? [] : [`clusters/${file}`];
    }),
  );
}
