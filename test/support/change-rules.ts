import { cluster, exampleGroups, exampleShares, organization, solar } from './change-files.ts';
import type { ChangeExample, ExampleFiles } from './examples.ts';
import { exampleChange, placedVerdicts } from './change.ts';

/** What the rules say that a change must not do, without those about risks: codes of what is not waived. */
export async function codes(
  before: ExampleFiles,
  after: ExampleFiles,
  more: Partial<ChangeExample> = {},
  allowed?: readonly string[],
): Promise<string[]> {
  const { found } = await exampleChange({ before, after, ...more }, allowed);
  return ours(found.map(({ code }) => code));
}

export const ours = (found: readonly string[]): string[] => found.filter((code) => /^TEN5[01]/.test(code)).sort();

export async function told(before: ExampleFiles, after: ExampleFiles, allowed?: readonly string[]): Promise<string[]> {
  return (await placedVerdicts(before, after, allowed)).filter((line) => / TEN5[01]\d /.test(line));
}

export async function help(before: ExampleFiles, after: ExampleFiles, code: string): Promise<string | undefined> {
  const { found } = await exampleChange({ before, after });
  return found.find((d) => d.code === code)?.help;
}

export const tenants = (text: string): ExampleFiles => ({ 'tenants/solar.yaml': text });
export const second = { 'clusters/prodcluster02.yaml': cluster('prodcluster02', exampleShares) };
export const renamedTo = (name: string, text: string): ExampleFiles => ({
  'tenants/solar.yaml': null,
  [`tenants/${name}.yaml`]: text.replace('name: solar\n', `name: ${name}\n`),
});

export const prod = '{ name: prod, clusters: [prodcluster01] }';
export const dev = '{ name: dev, clusters: [prodcluster01] }';
export const devMarked = '{ name: dev, clusters: [prodcluster01], state: MarkedForDeletion }';
export const both = '{ name: prod, clusters: [prodcluster01, prodcluster02] }';
export const leaving = '{ name: prod, clusters: [prodcluster01, prodcluster02], markedForDeletionOn: [prodcluster02] }';

export const optionalPrefix = {
  'organization.yaml': organization(exampleGroups, ['naming: { tenantPrefix: Optional, identifierMaxLength: 20 }']),
};
export const hydrogen = (...namespaces: string[]): ExampleFiles => ({
  'tenants/hydrogen.yaml': solar(namespaces).replace('name: solar\n', 'name: hydrogen\n'),
});
