import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Meaning } from '../../src/access/graph.ts';
import { accessGraph } from '../../src/access/graph.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import { typescriptEvaluator } from '../../src/config/typescript/evaluator.ts';
import type { EvaluateTypeScript } from '../../src/config/reading/files.ts';
import { driftOf } from '../../src/drift/drift.ts';
import { render } from '../../src/manifests/render.ts';
import { parseYaml } from '../../src/source/source.ts';
import type { FileTree } from '../../src/tree/tree.ts';
import { memoryTree, worktree } from '../../src/tree/tree.ts';
import { organization } from '../live/support/organization.ts';
import { cases } from '../support/cases.ts';
import { exampleDay, exampleFiles } from '../support/examples.ts';
import { liveSnapshot } from '../support/live-snapshot.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';

const yaml: EvaluateTypeScript = (file, text) => Promise.resolve(parseYaml(file, text));

async function meaningOf(tree: FileTree, asOf: string, evaluate = yaml): Promise<Meaning> {
  const desired = resolve(await readConfigFiles(tree, evaluate));
  return { desired, graph: accessGraph(desired, asOf) };
}

/** What is found where exactly what is rendered was applied. */
function foundInSync(meaning: Meaning) {
  const { objects } = render(meaning.desired, meaning.graph.asOf);
  const { clusters } = driftOf({ meaning, objects, snapshot: liveSnapshot(meaning, objects), expected: [] });
  return clusters.map(({ cluster, inStep, findings, unknown, selfService }) => ({
    cluster,
    inStep,
    findings,
    unknown,
    selfService,
  }));
}

const inStep = (meaning: Meaning) =>
  meaning.graph.clusters.map(({ cluster }) => ({
    cluster: cluster.name,
    inStep: true,
    findings: [],
    unknown: [],
    selfService: [],
  }));

describe('a fleet on which what is rendered was applied', () => {
  it('is in step: the organization of the live tests', async () => {
    const meaning = await meaningOf(memoryTree(exampleFiles({ files: organization() })), exampleDay);
    expect(meaning.graph.clusters.length).toBeGreaterThan(0);
    expect(foundInSync(meaning)).toEqual(inStep(meaning));
  });

  it('is in step: the sample organization', async () => {
    const evaluate = typescriptEvaluator({ nodePath: process.execPath, timeoutMs: 10_000 });
    const meaning = await meaningOf(worktree(`${import.meta.dirname}/../..`), '2026-06-15', evaluate);
    expect(meaning.graph.clusters.length).toBe(3);
    expect(foundInSync(meaning)).toEqual(inStep(meaning));
  });

  it('is in step: any organization', () =>
    fc.assert(
      fc.asyncProperty(organizations, async (documents) => {
        const meaning = await meaningOf(memoryTree(organizationFiles(documents)), lawDay);
        expect(foundInSync(meaning)).toEqual(inStep(meaning));
      }),
      { numRuns: cases(15) },
    ));
});
