import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkTree } from '../../../src/app/organization.ts';
import type { DesiredState } from '../../../src/config/model/desired-state.ts';
import type { ManifestFile } from '../../../src/manifests/manifest-file.ts';
import { render } from '../../../src/manifests/render.ts';
import { memoryTree } from '../../../src/tree/tree.ts';
import { compareCodeUnits } from '../../../src/values/order.ts';
import { minorVersions, testedMinor } from '../../control-plane/binaries.ts';
import { readFiles } from '../../support/folders.ts';
import { errorsOf } from '../../support/pipeline.ts';

const root = resolve(import.meta.dirname, '../../..');

/** The text of a cluster's file, for a cluster that runs the Kubernetes that these tests run on. */
export function onTestedVersion(cluster: string): string {
  return cluster.replace(/^( *kubernetesVersion:).*$/m, `$1 "${testedMinor()}"`);
}

/** The files of an organization, all of whose clusters run the Kubernetes that these tests run on. */
export function allOnTestedVersion<Content>(
  files: Readonly<Record<string, Content>>,
): Readonly<Record<string, Content | string>> {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]): readonly [string, Content | string] => [
      path,
      path.startsWith('clusters/') && typeof content === 'string' ? onTestedVersion(content) : content,
    ]),
  );
}

/** The files of the sample organization, all of whose clusters run the Kubernetes that these tests run on. */
export function sampleFiles(): Readonly<Record<string, string>> {
  const below = (part: string) =>
    Object.entries(readFiles(join(root, part))).map(([path, text]) => [`${part}/${path}`, text] as const);
  return allOnTestedVersion({
    'organization.yaml': readFileSync(join(root, 'organization.yaml'), 'utf8'),
    ...Object.fromEntries(['clusters', 'tenants'].flatMap(below)),
  });
}

/** A file of `dist/`. */
export type DistFile = Pick<ManifestFile, 'path' | 'text'>;

/** What the sample organization says today of clusters that run the Kubernetes of these tests, and what is rendered of it. */
export async function sample(): Promise<{
  readonly desired: DesiredState;
  readonly today: string;
  readonly dist: readonly DistFile[];
}> {
  const today = new Date().toISOString().slice(0, 10);
  const silent = { write: () => undefined, colour: false };
  const io = {
    dir: root,
    cwd: root,
    today,
    now: () => new Date(),
    nodePath: process.execPath,
    environment: {},
    version: '',
    out: silent,
    err: silent,
  };
  const { desired, diagnostics } = await checkTree(io, memoryTree(sampleFiles()), today);
  const errors = errorsOf(diagnostics);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  const dist = render(desired, today).files.filter(({ path }) => path.endsWith('.yaml'));
  return { desired, today, dist };
}

/**
 * On the newest Kubernetes, the sample's `dist/` as it is committed: its clusters run that version and older ones, of which
 * a newer API server takes all. On an older Kubernetes, what is rendered for that.
 */
export async function committedDist(): Promise<readonly DistFile[]> {
  if (testedMinor() !== minorVersions().at(-1)) return (await sample()).dist;
  const committed = Object.entries(readFiles(join(root, 'dist'))).map(([path, text]) => ({ path, text }));
  return committed.filter(({ path }) => path.endsWith('.yaml')).sort((a, b) => compareCodeUnits(a.path, b.path));
}
