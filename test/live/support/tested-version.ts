import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkTree } from '../../../src/app/organization.ts';
import type { DesiredState } from '../../../src/config/model/desired-state.ts';
import { render } from '../../../src/manifests/render.ts';
import { memoryTree } from '../../../src/tree/tree.ts';
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

/** The files of the sample organization, as they are committed. */
function committedSample(): Record<string, string> {
  const below = (part: string) =>
    Object.entries(readFiles(join(root, part))).map(([path, text]) => [`${part}/${path}`, text] as const);
  return {
    'organization.yaml': readFileSync(join(root, 'organization.yaml'), 'utf8'),
    ...Object.fromEntries(['clusters', 'tenants'].flatMap(below)),
  };
}

/** The files of the sample organization, all of whose clusters run the Kubernetes that these tests run on. */
export function sampleFiles(): Readonly<Record<string, string>> {
  return allOnTestedVersion(committedSample());
}

/** What the sample organization says today, and what is rendered of it. */
export interface Sample {
  readonly desired: DesiredState;
  readonly today: string;
  readonly dist: readonly { readonly path: string; readonly text: string }[];
}

/**
 * On the newest Kubernetes, the sample organization and its `dist/` as they are committed: its clusters run that version
 * and older ones. On an older one, what is rendered for clusters that run that.
 */
export async function sample(): Promise<Sample> {
  const isNewest = testedMinor() === minorVersions().at(-1);
  const today = new Date().toISOString().slice(0, 10);
  const silent = { write: () => undefined, colour: false };
  const io = {
    dir: root,
    cwd: root,
    today,
    nodePath: process.execPath,
    environment: {},
    version: '',
    out: silent,
    err: silent,
  };
  const tree = memoryTree(isNewest ? committedSample() : sampleFiles());
  const { desired, diagnostics } = await checkTree(io, tree, today);
  const errors = errorsOf(diagnostics);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  const committed = () => Object.entries(readFiles(join(root, 'dist'))).map(([path, text]) => ({ path, text }));
  const dist = isNewest ? committed() : render(desired, today).files;
  return { desired, today, dist: dist.filter(({ path }) => path.endsWith('.yaml')) };
}
