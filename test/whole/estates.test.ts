import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memoryTree } from '../../src/tree/tree.ts';
import { cases } from '../support/cases.ts';
import type { Estate, LiveGrant, LiveNamespace } from '../support/estates.ts';
import { estateFiles, estates } from '../support/estates.ts';
import type { RenderedDocument } from '../support/objects.ts';
import { documentsOf } from '../support/objects.ts';
import { errorsOf, pipeline } from '../support/pipeline.ts';

/**
 * What runs can be said as it is: an estate is put into words as one would write them who takes it over, and what is rendered
 * of these is what was found (docs/estates.md).
 */

const day = '2026-06-15';

async function rendered(estate: Estate): Promise<RenderedDocument[]> {
  const { files, diagnostics } = await pipeline(memoryTree(estateFiles(estate)), day);
  expect(errorsOf(diagnostics)).toEqual([]);
  return documentsOf(files);
}

it('gives everybody what they had, and nobody else anything', async () => {
  await fc.assert(
    fc.asyncProperty(estates, async (estate) => {
      const objects = await rendered(estate);
      expect(bindingsOf(objects)).toEqual(estate.grants.map(grantText).sort());
    }),
    { numRuns: cases(60) },
  );
});

it('leaves every namespace with its labels, annotations and quota, and how it works', async () => {
  await fc.assert(
    fc.asyncProperty(estates, async (estate) => {
      const objects = await rendered(estate);
      const of = (kind: string, { cluster, name }: LiveNamespace): RenderedDocument | undefined =>
        objects.find(
          ({ path, kind: its, metadata }) =>
            path.startsWith(`${cluster}/`) && its === kind && (metadata.namespace ?? metadata.name) === name,
        );
      for (const live of estate.namespaces) {
        const namespace = of('Namespace', live);
        if (live.family === undefined) {
          // Others declare it: nothing of ours but bindings.
          expect(
            objects.filter(({ kind, metadata }) => kind !== 'RoleBinding' && metadata.namespace === live.name),
          ).toEqual([]);
          expect(namespace).toBeUndefined();
          continue;
        }
        expect(namespace?.metadata.labels).toMatchObject(live.labels);
        expect(namespace?.metadata.annotations ?? {}).toMatchObject(live.annotations);
        expect(hardOf(of('ResourceQuota', live))).toEqual(live.quota);
        expect(of('NetworkPolicy', live)).toBeUndefined();
        const isOpenShift = estate.clusters.some(({ name, isOpenShift: is }) => is && name === live.cluster);
        const enforced = namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce'];
        expect(enforced).toBe(isOpenShift ? undefined : 'privileged');
      }
    }),
    { numRuns: cases(60) },
  );
});

/** One line for each subject of each binding in a namespace, sorted. */
function bindingsOf(objects: readonly RenderedDocument[]): string[] {
  const rules = new Map(
    objects.flatMap(({ path, kind, metadata, rules: some }) =>
      kind === 'ClusterRole' ? [[`${clusterOf(path)}/${metadata.name}`, some] as const] : [],
    ),
  );
  return objects
    .flatMap((object) => {
      if (!isRoleBinding(object)) return [];
      const { path, metadata, roleRef, subjects } = object;
      const role = rules.get(`${clusterOf(path)}/${roleRef.name}`) ?? roleRef.name;
      return subjects.map(({ kind, name, namespace }) =>
        textOf([clusterOf(path), metadata.namespace, kind, namespace, name, role]),
      );
    })
    .sort();
}

function grantText({ cluster, namespace, subject, role }: LiveGrant): string {
  return textOf([cluster, namespace, subject.kind, subject.namespace, subject.name, role]);
}

const textOf = (parts: readonly unknown[]): string =>
  parts.map((part) => (typeof part === 'string' ? part : part === undefined ? '' : JSON.stringify(part))).join(' ');

function clusterOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'cluster-access' ? second : first;
}

function hardOf(quota: RenderedDocument | undefined): unknown {
  const spec = quota?.['spec'];
  return typeof spec === 'object' && spec !== null && 'hard' in spec ? spec.hard : {};
}

type RoleBinding = RenderedDocument & {
  readonly roleRef: { readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
};

function isRoleBinding(object: RenderedDocument): object is RoleBinding {
  return object.kind === 'RoleBinding' && !object.path.endsWith('/argo-cd.yaml');
}
