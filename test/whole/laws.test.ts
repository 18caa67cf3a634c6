import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { expect, it } from 'vitest';
import type { Access } from '../../src/access/graph.ts';
import { accessKey } from '../../src/access/graph.ts';
import type { ManifestFile } from '../../src/manifests/manifest-file.ts';
import type { FileTree } from '../../src/tree/tree.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { cases } from '../support/cases.ts';
import type { OrganizationDocuments, ShareDocument } from '../support/organizations.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';
import { errorsOf, pipeline } from '../support/pipeline.ts';

const runs = { numRuns: cases(60) };

it('renders the same bytes whatever the order of files and keys', async () => {
  await fc.assert(
    fc.asyncProperty(organizations, fc.integer(), async (documents, seed) => {
      const plain = await pipeline(memoryTree(organizationFiles(documents)), lawDay);
      expect(errorsOf(plain.diagnostics)).toEqual([]);
      const random = generator(seed);
      const shuffled = organizationFiles(documents, (document) => stringify(shuffleKeys(document, random)));
      const other = await pipeline(shuffledTree(shuffled, random), lawDay);
      expect(other.files).toEqual(plain.files);
    }),
    runs,
  );
});

it('never gives more access when a share is removed', async () => {
  await fc.assert(
    fc.asyncProperty(organizations, fc.nat(), async (documents, pick) => {
      const lists = shareLists(documents);
      fc.pre(lists.length > 0);
      const before = await pipeline(memoryTree(organizationFiles(documents)), lawDay);
      const list = lists[pick % lists.length];
      list?.splice(pick % list.length, 1);
      const after = await pipeline(memoryTree(organizationFiles(documents)), lawDay);
      expect(errorsOf(after.diagnostics)).toEqual([]);
      const had = new Map(allAccesses(before.graph.clusters).map((a) => [accessKey(a), a]));
      for (const access of allAccesses(after.graph.clusters)) {
        const was = had.get(accessKey(access));
        expect(was).toBeDefined();
        // Nor may it hold for longer than it did.
        if (was?.until !== undefined) expect((access.until ?? '9999') <= was.until).toBe(true);
      }
    }),
    runs,
  );
});

it('renders RBAC that says exactly what the access graph says', async () => {
  await fc.assert(
    fc.asyncProperty(organizations, async (documents) => {
      const { graph, files, diagnostics } = await pipeline(memoryTree(organizationFiles(documents)), lawDay);
      expect(errorsOf(diagnostics)).toEqual([]);
      const expected = allAccesses(graph.clusters).map(line).sort();
      expect(readBack(files).sort()).toEqual(expected);
    }),
    runs,
  );
});

it('answers any damage to the files with diagnostics, never with an exception', async () => {
  const damage = fc.array(
    fc.record({ file: fc.nat(), at: fc.nat(), remove: fc.nat(40), insert: fc.oneof(fc.string(), nastyText) }),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(organizations, damage, async (documents, edits) => {
      const files = organizationFiles(documents);
      const paths = Object.keys(files);
      for (const { file, at, remove, insert } of edits) {
        const path = paths[file % paths.length] ?? '';
        const text = files[path] ?? '';
        const start = at % (text.length + 1);
        files[path] = text.slice(0, start) + insert + text.slice(start + remove);
      }
      await pipeline(memoryTree(files), lawDay);
    }),
    { numRuns: cases(400) },
  );
});

const nastyText = fc.constantFrom(
  ': ',
  '\n',
  '- ',
  '{',
  ']',
  '&a ',
  '*a',
  '!!js/function ',
  '<<: ',
  '"',
  "'",
  '\t',
  '\u0000',
  '\ufeff',
  '\r\n',
  '__proto__: ',
  'constructor: ',
  '~',
  'null',
  '0x10',
  '1e999',
  '- - - -',
  '? ',
  '|',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '#',
  '\u202e',
  '{{}}',
);

function allAccesses(clusters: readonly { readonly accesses: readonly Access[] }[]): Access[] {
  return clusters.flatMap((c) => c.accesses);
}

/** An access as RBAC would put it. */
function line({ cluster, subject, role, scope }: Access): string {
  const where = scope.kind === 'Namespace' ? scope.namespace : '*';
  const home = subject.kind === 'ServiceAccount' ? subject.namespace : '';
  return `${cluster} ${where} ${subject.kind} ${home}/${subject.kind === 'User' ? `user:${subject.name}` : subject.name} ${role.kind}/${role.name}`;
}

/** The bindings of rendered files, as lines. A custom role is a ClusterRole that the cluster's operator is given, too. */
function readBack(files: readonly ManifestFile[]): string[] {
  const forOperators = new Map(files.map(({ path, text }) => [path, text]));
  const roleOf = (cluster: string, namespace = '', { kind, name }: Binding['roleRef']): string => {
    const [, tenant = '', role = ''] = /^tenantry:([^.]+)\.([^.]+)\.[0-9a-f]+$/.exec(name) ?? [];
    const isItsOwn = namespace.startsWith(`${tenant}-`);
    const isThere = forOperators
      .get(`cluster-access/${cluster}/custom-roles-${tenant}.yaml`)
      ?.includes(`name: ${name}\n`);
    return role !== '' && isItsOwn && isThere ? `CustomRole/${role}` : `${kind}/${name}`;
  };
  return files.flatMap(({ path, text }) => {
    const [first = '', second = ''] = path.split('/');
    // What Argo CD's account may do is nobody's access, and has tests of its own.
    if (path.endsWith('/argo-cd.yaml')) return [];
    const cluster = first === 'cluster-access' ? second : first;
    return parseAllDocuments(text).flatMap((document): string[] => {
      const object: unknown = document.toJS();
      if (!isBinding(object)) return [];
      const { roleRef, subjects, metadata } = object;
      return subjects.map(
        (s) =>
          `${cluster} ${metadata.namespace ?? '*'} ${s.kind} ${s.namespace ?? ''}/${s.name} ${roleOf(cluster, metadata.namespace, roleRef)}`,
      );
    });
  });
}

interface Binding {
  metadata: { namespace?: string };
  roleRef: { kind: string; name: string };
  subjects: { kind: string; namespace?: string; name: string }[];
}

function isBinding(object: unknown): object is Binding {
  return typeof object === 'object' && object !== null && 'roleRef' in object;
}

function shareLists({ tenants }: OrganizationDocuments): ShareDocument[][] {
  const lists = tenants.flatMap(({ spec }) => [
    spec.defaults.sharedWith,
    ...spec.namespaces.flatMap((n) => (n.sharedWith ? [n.sharedWith] : [])),
  ]);
  return lists.filter((list) => list.length > 0);
}

/** A small generator of its own, so that a failure can be repeated from its seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function shuffleKeys(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => shuffleKeys(item, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(shuffle(Object.entries(value), random).map(([k, v]) => [k, shuffleKeys(v, random)]));
}

/** A tree that lists its files in any order. */
function shuffledTree(files: Record<string, string>, random: () => number): FileTree {
  const tree = memoryTree(files);
  return { ...tree, list: async (folder) => shuffle(await tree.list(folder), random) };
}
