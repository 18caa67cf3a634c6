import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterInput } from '../../src/manifests/cluster-input.ts';
import { clusterInputs } from '../../src/manifests/cluster-input.ts';
import { clusterRenderer } from '../../src/manifests/render.ts';
import { cached } from '../../src/synth/cached.ts';
import { digestOfInput } from '../../src/synth/digest.ts';
import { distIn } from '../../src/synth/dist.ts';
import { synthesis } from '../../src/synth/synthesis.ts';
import { plainSynthesizer } from '../../src/synth/synthesizer.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { cases } from '../support/cases.ts';
import { changes, everyEdit } from '../support/edits.ts';
import { readFiles, temporaryFolder } from '../support/folders.ts';
import type { OrganizationDocuments } from '../support/organizations.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';
import type { Result } from '../support/pipeline.ts';
import { errorsOf, pipeline } from '../support/pipeline.ts';

/**
 * What a cluster is rendered from is one value, and `synth` renders it again when the value's digest is another one. So
 * the digest must be of all of the value that is rendered: else `dist/` would stay as it was.
 */

const read = (documents: OrganizationDocuments, day = lawDay): Promise<Result> =>
  pipeline(memoryTree(organizationFiles(documents)), day);

const inputsOf = async (documents: OrganizationDocuments): Promise<ClusterInput[]> =>
  clusterInputs((await read(documents)).desired, lawDay);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Whether it is the path of an origin, which is of no origin for a whole file. */
const isPathOf = (value: object, key: string): boolean =>
  (key === 'parent' || key === 'step') && 'parent' in value && isObject(value.parent);

/** Everything that could be another value in what is given, as what makes it one. */
function changesIn(value: unknown, set: (changed: unknown) => void, seen = new Set<object>()): (() => void)[] {
  if (!isObject(value)) {
    return [
      () => {
        set(typeof value === 'string' ? `${value}x` : typeof value === 'number' ? value + 1 : value !== true);
      },
    ];
  }
  if (seen.has(value)) return [];
  seen.add(value);
  if (value instanceof Map) {
    return Array.from(value, ([key, item]: [unknown, unknown]) => [
      ...changesIn(item, (changed) => value.set(key, changed), seen),
      () => {
        value.delete(key);
      },
    ]).flat();
  }
  const more = Array.isArray(value) ? [() => void value.push('more')] : [];
  const inside = Object.keys(value).flatMap((key) =>
    isPathOf(value, key) ? [] : changesIn(Reflect.get(value, key), (changed) => Reflect.set(value, key, changed), seen),
  );
  return [...more, ...inside];
}

/** Takes the path out of every origin, and leaves its file. */
function forgetPaths(value: unknown, seen = new Set<object>()): void {
  if (!isObject(value) || seen.has(value)) return;
  seen.add(value);
  for (const key of Object.keys(value).filter((name) => isPathOf(value, name))) Reflect.deleteProperty(value, key);
  for (const item of value instanceof Map ? value.values() : Object.values(value)) forgetPaths(item, seen);
}

describe('the digest of what a cluster is rendered from', () => {
  it('is another one where anything at all in it is another', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, async (documents) => {
        const [input] = await inputsOf(documents);
        if (!input) throw new Error('there is one');
        const digest = digestOfInput(input);
        const count = changesIn(structuredClone(input), () => undefined).length;
        for (let i = 0; i < count; i++) {
          const copy = structuredClone(input);
          changesIn(copy, () => undefined)[i]?.();
          if (digestOfInput(copy) === digest) expect(copy, 'has the same digest').toEqual(input);
        }
      }),
      // One after the other, everything that there is.
      { numRuns: 5, endOnFailure: true },
    );
  });

  it('is the same for the same content, wherever in its file it stands', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, async (documents) => {
        const inputs = await inputsOf(documents);
        const elsewhere = structuredClone(inputs);
        forgetPaths(elsewhere);
        expect(elsewhere).not.toEqual(inputs);
        expect(elsewhere.map(digestOfInput)).toEqual(inputs.map(digestOfInput));
      }),
      { numRuns: cases(20) },
    );
  });

  it('leaves out only what is not rendered', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, async (documents) => {
        const inputs = await inputsOf(documents);
        const elsewhere = structuredClone(inputs);
        forgetPaths(elsewhere);
        const files = (all: readonly ClusterInput[]) => all.map(clusterRenderer()).map((rendered) => rendered.files);
        expect(files(elsewhere)).toEqual(files(inputs));
      }),
      { numRuns: cases(20) },
    );
  });
});

describe('what synth writes beside what it remembers is what it writes without', () => {
  it('after changes of the size that people make, and after days', async () => {
    await fc.assert(
      fc.asyncProperty(changes, fc.constantFrom(lawDay, '2026-06-16', '2027-01-02'), async ([base, head], day) => {
        await isWritten([await read(base), await read(head, day), await read(base)]);
      }),
      { numRuns: cases(25), interruptAfterTimeLimit: 30_000 },
    );
  });

  it('after each edit of one value', async () => {
    const [documents] = fc.sample(organizations, { numRuns: 1, seed: 12 });
    if (!documents) throw new Error('there is one');
    const base = await read(documents);
    for (const [what, head] of everyEdit(documents, 0)) await isWritten([base, await read(head)], what);
  });

  it('and where nothing has changed, nothing is rendered', async () => {
    const [documents] = fc.sample(organizations, { numRuns: 1, seed: 12 });
    if (!documents) throw new Error('there is one');
    const folder = temporaryFolder();
    const { desired } = await read(documents);
    expect(await written(folder, desired, lawDay)).toBe(desired.clusters.length);
    expect(await written(folder, desired, lawDay)).toBe(0);
  });
});

/** Runs `synth` over several states of one organization, and compares `dist/` with what a run by itself would give. */
async function isWritten(states: readonly Result[], what?: string): Promise<void> {
  const folder = temporaryFolder();
  for (const { desired, graph, files, diagnostics } of states) {
    // Nothing is written where there are errors.
    if (errorsOf(diagnostics).length > 0) continue;
    await written(folder, desired, graph.asOf);
    const expected = Object.fromEntries(files.map(({ path, text }) => [path, text]));
    expect(readFiles(join(folder, 'dist')), what).toEqual(expected);
  }
}

/** Writes `dist/` in a folder beside what is remembered there, and says how many clusters were rendered. */
async function written(folder: string, desired: Result['desired'], asOf: string): Promise<number> {
  let rendered = 0;
  const dist = distIn(join(folder, 'dist'));
  const onRender = (clusters: number): void => {
    rendered += clusters;
  };
  const plain = plainSynthesizer({ dist, withDigests: true, onRender });
  const synthesizer = cached(plain, { dist, place: { file: join(folder, 'cache.json'), program: 'this' } });
  const { differences } = await synthesis(synthesizer, dist, { desired, asOf })();
  await synthesizer.write(differences);
  return rendered;
}
