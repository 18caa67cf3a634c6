import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../values/failure.ts';
import { onSystem } from '../values/system-error.ts';
import { makeFolder } from '../synth/replace-file.ts';
import { jsonSchemas } from '../settings/json-schema.ts';
import { placeholders } from '../settings/placeholders.ts';
import type { Io } from '../app/io.ts';
import { exit } from '../app/io.ts';

/** What may already be in a folder that a new organization begins in. */
const harmless = new Set([
  '.git',
  '.gitignore',
  '.gitattributes',
  'README.md',
  'LICENSE',
  'package.json',
  'node_modules',
]);

/** `tenantry init`: a small organization that is valid from the start, with one cluster and one tenant to change. */
export async function init(io: Io): Promise<number> {
  onSystem(`make the folder ${io.dir}`, () => {
    makeFolder(io.dir);
  });
  const before = onSystem(`list the folder ${io.dir}`, () => readdirSync(io.dir));
  const present = before.filter((name) => !harmless.has(name) && !name.startsWith('package-lock'));
  if (present.length > 0) {
    throw new Failure('not-empty', `${io.dir} is not empty: it holds ${present.slice(0, 3).join(', ')}`, {
      help: 'name an empty folder: tenantry init <folder>',
    });
  }
  const files = { ...jsonSchemas(), ...scaffold };
  // What is already there, like a .gitattributes, is its author's.
  writeAll(
    io.dir,
    Object.entries(files).filter(([path]) => !before.includes(path)),
  );
  io.out.write(
    [
      'A new organization:',
      ...Object.keys(scaffold).map((path) => `  ${path}`),
      '  schemas/  for editors',
      '',
      'Change the names to yours, and what stands there for an example, then:',
      '  tenantry validate   checks the files, and says which examples are left',
      '  tenantry synth      renders dist/',
      '',
    ].join('\n'),
  );
  return Promise.resolve(exit.clean);
}

/** Writes files that are not there. Where one cannot be written, none is left: the folder is as it was. */
function writeAll(dir: string, files: readonly (readonly [path: string, text: string])[]): void {
  const made: string[] = [];
  try {
    for (const [path, text] of files) {
      const target = join(dir, path);
      onSystem(`write ${target}`, () => {
        if (!existsSync(dirname(target))) {
          made.push(dirname(target));
          makeFolder(dirname(target));
        }
        if (!existsSync(target)) made.push(target);
        writeFileSync(target, text, { flag: 'wx' });
      });
    }
  } catch (error) {
    for (const path of made) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

const scaffold = {
  '.gitattributes': `# tenantry compares files byte for byte: Git must not change their line ends.
* text=auto eol=lf
dist/** linguist-generated=true
`,
  'organization.yaml': `# yaml-language-server: $schema=schemas/organization.schema.json
apiVersion: tenantry.dev/v1
kind: Organization
metadata:
  name: my-org
spec:
  # The OIDC issuer that your clusters trust.
  issuer: ${placeholders.issuer}
  # Users whose tokens hold the group cluster-admins.
  admins: [alice]
  # Groups of your identity provider that may own tenants and be shared with.
  groups:
    - name: first-leads
      members: [alice, bob]
    - name: first-devs
      members: [bob, carol]
  # How far owners may go in their tenants' files. What is not said here has a safe default.
  limits:
    namespacesPerTenant: 10
    # What the namespaces of a tenant may use together on each cluster.
    quota: { cpu: "20", memory: 64Gi }
  # Who reviews what on GitHub (tenantry codeowners): the organization there whose teams have the names of the groups.
  gitHub:
    organization: ${placeholders.gitHubOrganization}
`,
  'clusters/mycluster01.yaml': `# yaml-language-server: $schema=../schemas/cluster.schema.json
apiVersion: tenantry.dev/v1
kind: Cluster
metadata:
  name: mycluster01
spec:
  server: ${placeholders.server}
  certificateAuthority:
    file: mycluster01-ca.pem
  kubernetesVersion: "1.36"
  # What is given on clusters with this label is production to plans, which warn of it.
  labels: { environment: production }
  # Who sees the cluster. Without \`namespace: false\` a group also gets a namespace of its own.
  sharedWith:
    - { group: first-leads, namespace: false }
    - { group: first-devs, namespace: false }
`,
  'clusters/mycluster01-ca.pem': placeholders.certificate,
  'tenants/first.yaml': `# yaml-language-server: $schema=../schemas/tenant.schema.json
apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: first
spec:
  # Owners have the role admin in every namespace of the tenant.
  owners:
    - { kind: Group, name: first-leads }
  namespaces:
    # The namespace first-dev.
    - name: dev
      clusters: [mycluster01]
      quota: { cpu: "4", memory: 8Gi }
      sharedWith:
        - { group: first-devs, role: edit }
`,
} as const;
