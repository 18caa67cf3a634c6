import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diffFacts, factsOf } from '../../src/plan/facts.ts';
import type { Fact } from '../../src/plan/facts.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { cases } from '../support/cases.ts';
import type { OrganizationDocuments } from '../support/organizations.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';
import type { Result } from '../support/pipeline.ts';
import { errorsOf, pipeline } from '../support/pipeline.ts';

/** Files from before a key was there mean what they meant, and no key that is left out gives anybody more. */

type Spec = Record<string, unknown>;
/** A key that came later: what writes a value of it into an organization's files. */
type Write = (documents: OrganizationDocuments, value: unknown) => void;

const ofOrganization =
  (key: string): Write =>
  ({ organization }, value) => {
    organization.spec[key] = value;
  };
const within =
  (outer: string, key: string): Write =>
  ({ organization: { spec } }, value) => {
    spec[outer] = { ...(spec[outer] as Spec | undefined), [key]: value };
  };
const ofClusters =
  (key: string): Write =>
  ({ clusters }, value) => {
    for (const { spec } of clusters) spec[key] = value;
  };
const ofDefaults =
  (key: string): Write =>
  ({ tenants }, value) => {
    for (const { spec } of tenants) Object.assign(spec.defaults, { [key]: value });
  };
const isolation: Write = ({ organization: { spec } }, value) => {
  spec['defaults'] = { isolation: { enforcement: value } };
};

const role = { name: 'log-reader', rules: [{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }] };

/**
 * Each key with what stands for leaving it out, and with a value that lets people do more. A limit that is written is
 * one that the plan tells of, whatever it says.
 */
const later: readonly (readonly [key: string, write: Write, standard: unknown, wider: unknown])[] = [
  ['roles', ofOrganization('roles'), [], [role]],
  ['clusterRoles', ofOrganization('clusterRoles'), [], ['metrics-reader']],
  ['limits.owners', within('limits', 'owners'), undefined, 'Optional'],
  ['limits.enforcement', within('limits', 'enforcement'), undefined, 'Observe'],
  ['limits.annotationKeys', within('limits', 'annotationKeys'), undefined, ['example.com/*']],
  ['limits.accountNamespaces', within('limits', 'accountNamespaces'), undefined, ['ci']],
  ['isolation.enforcement', isolation, 'Enforce', 'Observe'],
  ['annotations', ofDefaults('annotations'), {}, undefined],
  ['authentication', ofClusters('authentication'), { configuration: 'Rendered' }, undefined],
  ['podSecurityLabels', ofClusters('podSecurityLabels'), 'Written', 'Omitted'],
  [
    'foreignNamespaces',
    ofClusters('foreignNamespaces'),
    [],
    [{ name: 'default', sharedWith: [{ group: 'alpha', role: 'edit' }] }],
  ],
];

const meaning = async (documents: OrganizationDocuments): Promise<Result> => {
  const result = await pipeline(memoryTree(organizationFiles(documents)), lawDay);
  expect(errorsOf(result.diagnostics)).toEqual([]);
  return result;
};

/** A copy of the documents in which keys are written. */
function written(
  documents: OrganizationDocuments,
  keys: typeof later,
  pick: 'standard' | 'wider',
): OrganizationDocuments {
  const copy = structuredClone(documents);
  for (const [, write, standard, wider] of keys) write(copy, pick === 'standard' ? standard : wider);
  return copy;
}

it('means the same with every later key as without it, where it says what holds anyway', async () => {
  const standing = later.filter(([, , standard]) => standard !== undefined);
  await fc.assert(
    fc.asyncProperty(organizations, fc.subarray(standing), async (documents, keys) => {
      const without = await meaning(documents);
      const with_ = await meaning(written(documents, keys, 'standard'));
      expect(with_.files).toEqual(without.files);
      expect(diffFacts(factsOf(without), factsOf(with_))).toEqual([]);
    }),
    { numRuns: cases(60) },
  );
});

it('gives nobody more without a key than with a value of it', async () => {
  const widening = later.filter(([, , , wider]) => wider !== undefined);
  await fc.assert(
    fc.asyncProperty(organizations, fc.subarray(widening, { minLength: 1 }), async (documents, keys) => {
      const without = await meaning(documents);
      const with_ = await meaning(written(documents, keys, 'wider'));
      const tighter = diffFacts(factsOf(without), factsOf(with_)).filter(({ kind, before, after }) =>
        kind === 'access' ? after === undefined : isTighter(before, after),
      );
      expect(tighter).toEqual([]);
    }),
    { numRuns: cases(60) },
  );
});

/** Whether a setting lets people do less than it did. */
function isTighter(before: Fact | undefined, after: Fact | undefined): boolean {
  const fact = after ?? before;
  if (fact?.kind !== 'setting') return false;
  const sides = {
    item: fact.item,
    before: before?.kind === 'setting' ? before.value : undefined,
    after: after?.kind === 'setting' ? after.value : undefined,
  };
  return fact.setting.order(sides) === 'tightens';
}
