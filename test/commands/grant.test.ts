import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tenantry, tenantryHere } from '../support/cli.ts';
import { exampleOrganization } from '../support/examples.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';

/** A tenant from before there were grants, that goes beyond what they would be by default in every way. */
const solar = `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: solar
spec:
  owners:
    - { kind: Group, name: solar-leads }
  subscriptionGroup: energy
  defaults:
    clusters: [prodcluster01]
    labels: { team: solar }
  isolation: { network: None, nodeSelector: { pool: a } }
  roles:
    - name: ops
      rules: [{ apiGroups: [""], resources: [secrets, pods/exec], verbs: [get, create] }]
  namespaces:
    - name: prod
      labels: { tier: gold }
      isolation: { podSecurity: privileged, priorityClasses: [system-node-critical] }
      sharedWith: [{ group: solar-sre, role: ops }]
    - name: dev
      isolation: { nodeSelector: { pool: b } }
${Array.from({ length: 9 }, (_, i) => `    - name: n${i}\n`).join('')}`;

/** The organization, with a comment behind its last line that has to stay. */
const organization = `${exampleOrganization['organization.yaml']}  # Nothing is granted yet.\n`;

function folder(files: Readonly<Record<string, string>> = {}): string {
  const at = temporaryFolder();
  writeFiles(at, { ...exampleOrganization, 'organization.yaml': organization, 'tenants/solar.yaml': solar, ...files });
  return at;
}

const codesIn = (text: string): string[] => Array.from(new Set(text.match(/error\[TEN\d+\]/g))).sort();

describe('tenantry grant --from-current', () => {
  it('writes what every tenant has and has not been granted, so that no rule says more of it', async () => {
    const cwd = folder();
    const before = await tenantryHere(['validate'], { cwd });
    expect(codesIn(before.stderr + before.stdout)).toEqual([
      'error[TEN210]',
      'error[TEN701]',
      'error[TEN704]',
      'error[TEN706]',
      'error[TEN708]',
    ]);
    // Once as a user runs it.
    const { code, stdout } = await tenantry(['grant', '--from-current'], { cwd });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `1 tenant granted what it has:
  solar  namespacesPerTenant: 11
  solar  podSecurity: privileged
  solar  network: None
  solar  nodeSelector: [{ pool: a }, { pool: b }]
  solar  priorityClasses: [system-node-critical]
  solar  subscriptionGroups: [energy]
  solar  rights: [pods/exec, secrets]
  solar  labelKeys: [team, tier]
Read what organization.yaml grants now, and take back what should not be.
`,
    });
    const after = await tenantryHere(['validate'], { cwd });
    expect([after.code, codesIn(after.stdout + after.stderr)]).toEqual([0, []]);
  });

  it('leaves all else in the file as it is, and adds to what is granted already', async () => {
    const granted = `${exampleOrganization['organization.yaml']}  grants:
    solar:
      # Their alerts come from outside.
      network: None # since March
  config: { typescript: forbid }
`;
    const cwd = folder({ 'organization.yaml': granted });
    expect((await tenantryHere(['grant', '--from-current'], { cwd })).code).toBe(0);
    const text = readFileSync(join(cwd, 'organization.yaml'), 'utf8');
    const added = text.split('\n').filter((line) => !granted.split('\n').includes(line));
    expect(added.every((line) => /^ {6}\w+: /.test(line))).toBe(true);
    expect(
      text
        .split('\n')
        .filter((line) => !added.includes(line))
        .join('\n'),
    ).toBe(granted);
  });

  it('writes nothing where it is only asked, or nobody needs anything, or only one tenant is meant', async () => {
    const cwd = folder();
    const { stdout } = await tenantryHere(['grant', '--from-current', '--dry-run'], { cwd });
    expect(stdout).toContain('1 tenant would be granted what it has:');
    expect((await tenantryHere(['grant', '--from-current', '--tenant', 'other'], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'organization.yaml'), 'utf8')).toBe(organization);
    const without = folder({ 'tenants/solar.yaml': exampleOrganization['tenants/solar.yaml'] });
    expect((await tenantryHere(['grant', '--from-current'], { cwd: without })).stdout).toBe(
      'No tenant needs a grant: none goes beyond what the organization allows.\n',
    );
  });

  it('refuses where the organization cannot be read in full, or is written in a way that it cannot add to', async () => {
    const odd = folder({ 'organization.yaml': `${organization}  colour: red\n` });
    const read = await tenantryHere(['grant', '--from-current'], { cwd: odd });
    expect([read.code, read.stderr]).toEqual([2, expect.stringContaining('cannot be read in full')]);
  });
});
