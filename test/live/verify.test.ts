import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { connect } from '../../src/cluster/api.ts';
import { readContext } from '../../src/cluster/kubeconfig.ts';
import { verifyObjects } from '../../src/cluster/verify.ts';
import type { Io } from '../../src/app/io.ts';
import { progressLine } from '../../src/app/progress.ts';
import { verify as runVerify } from '../../src/commands/verify.ts';
import type { ManifestObject } from '../../src/manifests/manifest-file.ts';
import { exampleOrganization } from '../support/examples.ts';
import { fileOrigin } from '../../src/source/source.ts';
import { createAuthority } from '../control-plane/certificates.ts';
import { at, waitFor } from '../control-plane/client.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { testedMinor } from '../control-plane/binaries.ts';
import { startIssuer } from '../control-plane/issuer.ts';
import { onTestedVersion, sampleFiles } from './support/tested-version.ts';
import { tenantry } from '../support/cli.ts';
import type { CliResult } from '../support/cli.ts';
import { readFiles, temporaryFolder, writeFiles } from '../support/folders.ts';

/** `tenantry verify` against a real API server: what it is told, and what it makes of that. */

const argoCD = 'system:serviceaccount:argocd:argocd-application-controller';

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
  contexts: { name: string; context: { cluster: string; user?: string } }[];
  'current-context'?: string;
}

/** A file with a kubeconfig, changed as told. */
function kubeconfigFile(text: string, change: (config: Kubeconfig) => void = () => undefined): string {
  const config = parse(text) as Kubeconfig;
  change(config);
  const file = join(temporaryFolder(), 'kubeconfig');
  writeFileSync(file, stringify(config));
  return file;
}

function verify(folder: string, kubeconfig: string, ...args: readonly string[]): Promise<CliResult> {
  return tenantry(['verify', '--dir', folder, '--kubeconfig', kubeconfig, '--as-of', '2026-01-15', ...args], {
    cwd: folder,
  });
}

interface JsonReport {
  formatVersion: number;
  cluster: string;
  server: string;
  kubernetesVersion: { server: string; config: string };
  user: string | null;
  objects: {
    kind: string;
    namespace: string | null;
    name: string;
    path: string;
    result: 'verified' | 'refused' | 'not-checked';
    status?: number;
    message?: string;
    byOldPolicy?: boolean;
    waitsFor?: { kind: string; namespace: string | null; name: string };
    warnings: string[];
    because: string[];
  }[];
  typeChecks: { name: string; result: string; reason?: string; warnings?: { field: string; message: string }[] }[];
  notes: string[];
}

/** The report as JSON, with the exit code. */
async function reportOf(
  folder: string,
  kubeconfig: string,
  ...args: readonly string[]
): Promise<JsonReport & { code: number | null }> {
  const { code, stdout, stderr } = await verify(folder, kubeconfig, '--format', 'json', ...args);
  expect(stderr).toBe('');
  return { code, ...(JSON.parse(stdout) as JsonReport) };
}

const ofResult = ({ objects }: JsonReport, result: string) => objects.filter((o) => o.result === result);
const nameOf = ({ kind, namespace, name }: { kind: string; namespace: string | null; name: string }) =>
  `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`;

/** An organization on the server, with one tenant. The tests share the server, and tell their tenants apart. */
function organization(
  server: string,
  tenant: string,
  files: Readonly<Record<string, string>> = {},
  { of = 'prodcluster01', version = testedMinor() } = {},
): string {
  const folder = temporaryFolder();
  const { 'tenants/solar.yaml': solar, 'clusters/prodcluster01.yaml': cluster, ...others } = exampleOrganization;
  writeFiles(folder, {
    ...others,
    [`clusters/${of}.yaml`]: clusterFile(cluster, of, server).replace(/"1\.\d+"/, `"${version}"`),
    [`tenants/${tenant}.yaml`]: solar.replace('name: solar\n', `name: ${tenant}\n`).replace('prodcluster01', of),
    ...files,
  });
  return folder;
}

function clusterFile(text: string, name: string, server: string): string {
  return text.replace('name: prodcluster01', `name: ${name}`).replace(/^ {2}server: .*/m, `  server: ${server}`);
}

describe('the sample organization', () => {
  let plane: ControlPlane;
  const cluster = 'prodcluster01';

  /** The sample, with its first cluster on the server. */
  function sample(): string {
    const folder = temporaryFolder();
    writeFiles(folder, sampleFiles());
    const file = join(folder, 'clusters/prodcluster01.yaml');
    writeFileSync(file, clusterFile(readFileSync(file, 'utf8'), cluster, plane.server));
    return folder;
  }

  async function applySynthesized(folder: string, ...folders: readonly string[]): Promise<void> {
    const { code, stderr } = await tenantry(['synth', '--dir', folder, '--as-of', '2026-01-15']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    for (const one of folders.length > 0 ? folders : [cluster]) {
      const files = Object.entries(readFiles(join(folder, 'dist', one))).sort();
      await plane.applyManifests(files.map(([, text]) => text).join('---\n'), { fieldManager: 'argocd-controller' });
    }
  }

  async function bindClusterAdmin(namespace: string, name: string): Promise<void> {
    await plane.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      body: {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', namespace, name }],
      },
    });
  }

  beforeAll(async () => {
    plane = await startControlPlane();
  });

  afterAll(async () => {
    await plane.stop();
  });

  it('is clean before it is applied, as far as that can be known, and clean afterwards', async () => {
    // Argo CD's account has the rights that are rendered for it, and no others.
    await applySynthesized(sample(), `cluster-access/${cluster}`);
    const folder = sample();
    const kubeconfig = kubeconfigFile(plane.kubeconfig());

    const before = await reportOf(folder, kubeconfig, '--as', argoCD);
    expect(before).toMatchObject({ code: 0, formatVersion: 1, cluster, server: plane.server, user: argoCD });
    expect(ofResult(before, 'refused')).toEqual([]);
    expect(ofResult(before, 'verified').map((o) => o.kind)).toEqual(
      expect.arrayContaining(['Namespace', 'ClusterRole', 'ValidatingAdmissionPolicy']),
    );
    for (const { kind, namespace, waitsFor } of ofResult(before, 'not-checked')) {
      expect(waitsFor).toEqual(
        kind === 'ClusterRoleBinding'
          ? { kind: 'ClusterRole', namespace: null, name: 'cluster-scope' }
          : { kind: 'Namespace', namespace: null, name: namespace },
      );
    }
    expect(new Set(before.typeChecks.map((c) => c.reason))).toEqual(new Set(['not-stored']));
    expect(before.notes).toEqual([expect.stringContaining(`dist/${cluster} differs in `) as string]);

    await applySynthesized(folder);
    // The type checker needs a moment.
    const after = await waitFor('the policies to be type checked', async () => {
      const report = await reportOf(folder, kubeconfig, '--as', argoCD);
      return report.typeChecks.every((c) => c.result !== 'not-checked') && report;
    });
    expect(after.typeChecks.filter((c) => c.result !== 'passed')).toEqual([]);
    expect(after.typeChecks.length).toBeGreaterThan(5);
    expect(ofResult(after, 'verified')).toHaveLength(after.objects.length);
    expect(after).toMatchObject({ code: 0, notes: [] });

    const { code, stdout } = await verify(folder, kubeconfig, '--as', argoCD);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `${cluster} at ${plane.server}, Kubernetes ${after.kubernetesVersion.server}, as ${argoCD}\n\n` +
        `${after.objects.length} objects would be accepted; the types in ${after.typeChecks.length} policies checked, none with errors; what is in the cluster was not compared with them\n`,
    );
  });

  it('is refused to whoever is not Argo CD, and that is said', async () => {
    const folder = sample();
    await applySynthesized(folder);
    const file = join(folder, 'tenants/harbor.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('cpu: "4"', 'cpu: "3"'));
    const kubeconfig = kubeconfigFile(plane.kubeconfig());

    await bindClusterAdmin('ci', 'stranger');
    const stranger = await reportOf(folder, kubeconfig, '--as', 'system:serviceaccount:ci:stranger');
    expect(stranger.code).toBe(1);
    expect(stranger.notes).toContainEqual(
      `asked as \`system:serviceaccount:ci:stranger\`, while Argo CD writes as \`${argoCD}\`: to hear what that would be told, add \`--as ${argoCD}\``,
    );
    for (const { message } of ofResult(stranger, 'refused')) expect(message).toMatch(/^ValidatingAdmissionPolicy '/);
    expect(ofResult(stranger, 'refused').map((o) => o.byOldPolicy)).not.toContain(true);
    expect(await reportOf(folder, kubeconfig, '--as', argoCD)).toMatchObject({ code: 0 });
  });

  it('knows a policy that the manifests change from one that stays', async () => {
    const folder = sample();
    await applySynthesized(folder);
    const file = join(folder, 'clusters/prodcluster01.yaml');
    const writer = 'system:serviceaccount:argocd:another';
    writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()}\n  syncIdentity: ${writer}\n`);
    await bindClusterAdmin('argocd', 'another');
    const { code, stdout } = await verify(folder, kubeconfigFile(plane.kubeconfig()), '--as', writer);
    expect(stdout).toContain('(by the policy as it is there now, which the manifests change)');
    expect(code).toBe(1);
  });
});

describe('a server', () => {
  let plane: ControlPlane;
  let admin: string;

  beforeAll(async () => {
    plane = await startControlPlane();
    admin = plane.kubeconfig();
  });

  afterAll(async () => {
    await plane.stop();
  });

  async function createNamespace(name: string): Promise<void> {
    await plane.request('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  }

  /** The kubeconfig of a service account that may do what the rules say, in the whole cluster. */
  async function robot(name: string, rules: readonly object[]): Promise<string> {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    await plane.request('POST', `${rbac}/clusterroles`, { body: { metadata: { name }, rules } });
    await plane.request('POST', `${rbac}/clusterrolebindings`, {
      body: {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', namespace: 'default', name }],
      },
    });
    await plane.request('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name } } });
    const token = await plane.request('POST', `/api/v1/namespaces/default/serviceaccounts/${name}/token`, {
      body: { spec: {} },
    });
    return plane.kubeconfig(String(at(token.body, 'status', 'token')));
  }

  it('verifies what is in a namespace once there is the namespace', async () => {
    const folder = organization(plane.server, 'amber');
    const before = await reportOf(folder, kubeconfigFile(admin));
    expect(before.code).toBe(0);
    expect(before.objects.find((o) => o.name === 'amber-prod')).toMatchObject({ result: 'verified' });
    expect(before.objects.filter((o) => o.namespace === 'amber-prod').map((o) => o.result)).toEqual(
      before.objects.filter((o) => o.namespace === 'amber-prod').map(() => 'not-checked'),
    );
    expect((await verify(folder, kubeconfigFile(admin))).stdout).toContain(
      'not checked: 4 objects, because the server does not have the Namespace yet: amber-prod\n',
    );

    await createNamespace('amber-prod');
    const after = await reportOf(folder, kubeconfigFile(admin));
    expect(after.objects.filter((o) => o.namespace === 'amber-prod').map((o) => o.result)).toEqual(
      after.objects.filter((o) => o.namespace === 'amber-prod').map(() => 'verified'),
    );
    // It was a dry run.
    const { body } = await plane.request(
      'GET',
      '/apis/rbac.authorization.k8s.io/v1/namespaces/amber-prod/rolebindings',
    );
    expect(at(body, 'items')).toEqual([]);
  });

  it('refuses what the caller has no right to, and the share is named', async () => {
    const folder = organization(plane.server, 'basalt');
    await createNamespace('basalt-prod');
    const kubeconfig = kubeconfigFile(
      await robot('namespacer', [{ apiGroups: [''], resources: ['namespaces'], verbs: ['create', 'patch'] }]),
    );
    const { code, stdout } = await verify(folder, kubeconfig);
    expect(code).toBe(1);
    const line = stdout.split('\n').find((l) => l.includes('tenantry:group:solar-sre:admin'));
    expect(line?.split(/ {2,}/)).toEqual([
      'RoleBinding basalt-prod/tenantry:group:solar-sre:admin',
      'refused',
      'tenants/basalt.yaml:15',
      'User "system:serviceaccount:default:namespacer" cannot patch resource "rolebindings" in API group "rbac.authorization.k8s.io" in the namespace "basalt-prod"',
    ]);
    expect(stdout).not.toContain('Namespace basalt-prod ');
    expect(stdout).toMatch(
      /\n1 object would be accepted, \d+ refused; what is in the cluster was not compared with them\n$/,
    );
  });

  it('says whose lines an object comes from', async () => {
    const folder = organization(plane.server, 'cobalt', {
      'tenants/cobalt.yaml': `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: cobalt
spec:
  owners:
    - { kind: Group, name: solar-leads }
  roles:
    - name: deployer
      rules:
        - { apiGroups: [apps], resources: [deployments], verbs: [get] }
  defaults:
    clusters: [prodcluster01]
  namespaces:
    - name: base
      sharedWith:
        - { group: audit, role: view }
    - name: prod
      inherits: base
      quota:
        cpu: "4"
      isolation:
        network: SameTenant
      sharedWith:
        - { group: solar-sre, role: deployer }
`,
    });
    const { objects } = await reportOf(folder, kubeconfigFile(admin));
    const because = Object.fromEntries(
      objects
        .filter((o) => o.namespace === 'cobalt-prod')
        .map((o) => [`${o.kind} ${o.name.replace(/(\.deployer)\.\w+$/, '$1')}`, o.because]),
    );
    expect(because).toEqual({
      'ResourceQuota tenantry': ['tenants/cobalt.yaml:20'],
      'LimitRange tenantry': ['tenants/cobalt.yaml:20'],
      'NetworkPolicy tenantry': ['tenants/cobalt.yaml:23'],
      'RoleBinding tenantry:group:solar-leads:admin': ['tenants/cobalt.yaml:7'],
      'RoleBinding tenantry:group:solar-sre:cobalt.deployer': ['tenants/cobalt.yaml:25'],
      'RoleBinding tenantry:group:audit:view': ['tenants/cobalt.yaml:17 by tenants/cobalt.yaml:19'],
    });
    expect(objects.find((o) => nameOf(o) === 'Namespace cobalt-prod')?.because).toEqual(['tenants/cobalt.yaml:18']);
    expect(objects.find((o) => nameOf(o) === 'ClusterRoleBinding tenantry:group:cluster-admins:cluster-admin')).toEqual(
      expect.objectContaining({ because: ['organization.yaml:7'] }),
    );
  });

  it('does not see a binding of a role that is to come as refused', async () => {
    const folder = organization(plane.server, 'dolomite', {
      'tenants/dolomite.yaml': `apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: dolomite
spec:
  owners:
    - { kind: Group, name: solar-leads }
  roles:
    - name: deployer
      rules:
        - { apiGroups: [apps], resources: [deployments], verbs: [get] }
  namespaces:
    - name: prod
      clusters: [prodcluster01]
      sharedWith:
        - { group: solar-sre, role: deployer }
`,
    });
    await createNamespace('dolomite-prod');
    const kubeconfig = kubeconfigFile(
      await robot('binder', [
        { apiGroups: ['*'], resources: ['*'], verbs: ['create', 'patch', 'get'] }, // but not bind, and not escalate
      ]),
    );
    const report = await reportOf(folder, kubeconfig);
    expect(report.objects.find((o) => o.name.startsWith('tenantry:group:solar-sre:dolomite.deployer.'))).toMatchObject({
      result: 'not-checked',
      waitsFor: {
        kind: 'ClusterRole',
        name: expect.stringMatching(/^tenantry:dolomite\.deployer\./) as string,
      },
    });
    // A role that is there gives more than the caller has: that is a refusal.
    expect(report.objects.find((o) => o.name === 'tenantry:group:solar-leads:admin')).toMatchObject({
      result: 'refused',
      status: 403,
      message: expect.stringContaining('is attempting to grant RBAC permissions not currently held') as string,
      because: ['tenants/dolomite.yaml:7'],
    });
    expect((await verify(folder, kubeconfig)).stdout).toMatch(
      /because the server does not have the ClusterRoles yet: .*tenantry:dolomite\.deployer\./,
    );
  });

  it("passes on what another's policy refuses, and what one warns of", async () => {
    const folder = organization(plane.server, 'ebony');
    await createNamespace('ebony-prod');
    const policies = '/apis/admissionregistration.k8s.io/v1';
    const about = { matchLabels: { 'kubernetes.io/metadata.name': 'ebony-prod' } };
    const policy = async (name: string, action: string, pattern: string): Promise<void> => {
      await plane.request('POST', `${policies}/validatingadmissionpolicies`, {
        body: {
          metadata: { name },
          spec: {
            matchConstraints: {
              namespaceSelector: about,
              resourceRules: [
                {
                  apiGroups: ['rbac.authorization.k8s.io'],
                  apiVersions: ['v1'],
                  resources: ['rolebindings'],
                  operations: ['*'],
                },
              ],
            },
            validations: [
              { expression: `!object.metadata.name.contains('${pattern}')`, message: `no ${pattern} here` },
            ],
          },
        },
      });
      await plane.request('POST', `${policies}/validatingadmissionpolicybindings`, {
        body: { metadata: { name }, spec: { policyName: name, validationActions: [action] } },
      });
    };
    await policy('refuses', 'Deny', 'solar-sre');
    await policy('warns', 'Warn', 'audit');
    const report = await waitFor('the policies to be in force', async () => {
      const found = await reportOf(folder, kubeconfigFile(admin));
      return found.objects.some((o) => o.warnings.length > 0) && found.code === 1 && found;
    });
    expect(ofResult(report, 'refused')).toEqual([
      expect.objectContaining({
        name: 'tenantry:group:solar-sre:admin',
        status: 422,
        message: "ValidatingAdmissionPolicy 'refuses' with binding 'refuses' denied request: no solar-sre here",
        byOldPolicy: false,
        because: ['tenants/ebony.yaml:15'],
      }),
    ]);
    expect(report.objects.filter((o) => o.warnings.length > 0)).toEqual([
      expect.objectContaining({
        name: 'tenantry:group:audit:view',
        result: 'verified',
        warnings: ["Validation failed for ValidatingAdmissionPolicy 'warns' with binding 'warns': no audit here"],
      }),
    ]);
  });

  it('says when it runs another version', async () => {
    const other = '1.99';
    const folder = organization(plane.server, 'flint', {}, { version: other });
    const { code, notes, kubernetesVersion } = await reportOf(folder, kubeconfigFile(admin));
    expect(kubernetesVersion.config).toBe(other);
    expect(notes).toContainEqual(
      `the server runs Kubernetes ${kubernetesVersion.server}, but clusters/prodcluster01.yaml:9 says ${other}: the manifests are written for that`,
    );
    expect(code).toBe(0);
  });

  it('is told from others by its URL, or by name', async () => {
    const other = (server: string) => ({
      'clusters/testcluster.yaml': clusterFile(
        onTestedVersion(exampleOrganization['clusters/prodcluster01.yaml']),
        'testcluster',
        server,
      ),
    });
    const kubeconfig = kubeconfigFile(admin);
    const two = organization(plane.server, 'garnet', other('https://elsewhere.example.com'));
    expect(await reportOf(two, kubeconfig)).toMatchObject({ cluster: 'prodcluster01' });

    const named = await reportOf(two, kubeconfig, '--cluster', 'testcluster');
    expect(named).toMatchObject({ cluster: 'testcluster' });
    expect(named.notes).toContainEqual(
      `context \`test\` talks to ${plane.server}, but clusters/testcluster.yaml:6 says https://elsewhere.example.com`,
    );

    expect(await verify(two, kubeconfig, '--cluster', 'testclustre')).toMatchObject({
      code: 2,
      stderr: 'error: there is no cluster `testclustre`\nhelp: did you mean `testcluster`?\n',
    });
    const neither = organization('https://a.example.com', 'garnet', other('https://b.example.com'));
    expect(await verify(neither, kubeconfig)).toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        `error: no cluster has the server of context \`test\`, ${plane.server}\n` +
        'help: say which one with --cluster: `prodcluster01`, `testcluster`\n',
    });
  });

  it('is waited for with a count, where somebody is looking', async () => {
    // Of a namespace that is missing, the server makes sure for a while.
    const namespaces = Array.from({ length: 9 }, (_, i) => `    - name: n${i}\n`).join('');
    const tenants = ['orchid', 'poppy', 'quince', 'rose', 'sage', 'thyme'].map((name): [string, string] => [
      `tenants/${name}.yaml`,
      exampleOrganization['tenants/solar.yaml']
        .replace('name: solar\n', `name: ${name}\n`)
        .replace(/ {4}- name: prod\n[^]*/, namespaces),
    ]);
    const folder = organization(plane.server, 'umber', Object.fromEntries(tenants));
    const written = { out: '', err: '' };
    const io = (isLookedAt: boolean): Io => ({
      dir: folder,
      cwd: folder,
      today: '2026-01-15',
      now: () => new Date(),
      nodePath: process.execPath,
      environment: {},
      version: '0.0.0',
      out: { write: (text) => (written.out += text), colour: false },
      err: { write: (text) => (written.err += text), colour: false },
      ...(isLookedAt && {
        progress: progressLine(
          (text) => (written.err += text),
          () => 2000,
        ),
      }),
    });
    const options = { kubeconfig: kubeconfigFile(admin), format: 'table' } as const;
    expect(await runVerify(io(false), options)).toBe(0);
    expect(written.err).toBe('');
    expect(await runVerify(io(true), options)).toBe(0);
    expect(written.err).toMatch(/\r\u001b\[K\d+ of \d+ objects …[^]*\r\u001b\[K$/);
    expect(written.out).toMatch(/Namespaces yet: orchid-n0, orchid-n1, orchid-n2 and \d+ more\n/);
  });

  it('is not asked about an organization with errors', async () => {
    const folder = organization(plane.server, 'hazel', { 'clusters/broken.yaml': 'kind: Cluster\n' });
    const { code, stdout, stderr } = await verify(folder, kubeconfigFile(admin));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('clusters/broken.yaml');
  });

  it('does not know everybody', async () => {
    const folder = organization(plane.server, 'ivory');
    expect(await verify(folder, kubeconfigFile(plane.kubeconfig('no-token')))).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`${plane.server} does not accept the credentials of context \`test\``) as string,
    });
    const nobody = kubeconfigFile(admin, (config) => {
      for (const user of config.users) user.user = {};
    });
    expect(await verify(folder, nobody)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`context \`test\` has no credentials that ${plane.server} knows of`) as string,
    });
    const plain = kubeconfigFile(await robot('plain', []));
    expect(await verify(folder, plain, '--as', argoCD)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`the user of context \`test\` may not act as \`${argoCD}\``) as string,
    });
  });

  it('must be the one that the kubeconfig means', async () => {
    const folder = organization(plane.server, 'jasper');
    const { certificate } = await createAuthority('control-plane-ca');
    const stranger = kubeconfigFile(admin, (config) => {
      for (const { cluster } of config.clusters)
        cluster['certificate-authority-data'] = Buffer.from(certificate).toString('base64');
    });
    expect(await verify(folder, stranger)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`error: the certificate of ${plane.server} is not to be trusted`) as string,
    });
    const unchecked = kubeconfigFile(admin, (config) => {
      for (const { cluster } of config.clusters) {
        delete cluster['certificate-authority-data'];
        cluster['insecure-skip-tls-verify'] = true;
      }
    });
    expect((await reportOf(folder, unchecked)).notes).toContainEqual(
      expect.stringContaining("says not to check the server's certificate"),
    );
  });

  it('must be there, and be an API server', async () => {
    const closed = kubeconfigFile(admin, (config) => {
      for (const { cluster } of config.clusters) cluster['server'] = 'https://127.0.0.1:1';
    });
    expect(await verify(organization('https://127.0.0.1:1', 'kelp'), closed)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(
        'error: https://127.0.0.1:1 cannot be reached: nothing listens there\nhelp: ',
      ) as string,
    });

    const issuer = await startIssuer();
    const { origin } = new URL(issuer.discoveryUrl);
    const notKubernetes = kubeconfigFile(admin, (config) => {
      for (const { cluster } of config.clusters) {
        cluster['server'] = origin;
        cluster['certificate-authority-data'] = Buffer.from(issuer.certificateAuthority).toString('base64');
      }
    });
    expect(await verify(organization(origin, 'kelp'), notKubernetes)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`what answers at ${origin} is not a Kubernetes API server`) as string,
    });
    await issuer.stop();
  });

  describe('a kubeconfig', () => {
    it.each<[string, (config: Kubeconfig) => void, string[], string]>([
      [
        'an unknown context',
        () => undefined,
        ['--context', 'tset'],
        'has no context `tset`\nhelp: did you mean `test`?',
      ],
      [
        'no current context',
        (config) => delete config['current-context'],
        [],
        'has no current context\nhelp: name one with --context: the contexts are `test`',
      ],
      [
        'a missing cluster',
        (config) => (config.clusters = []),
        [],
        'context `test` is of cluster `test`, which the kubeconfig does not have',
      ],
      [
        'a missing user',
        (config) => (config.users = []),
        [],
        'context `test` is of user `test`, which the kubeconfig does not have',
      ],
      [
        'a context without a user',
        (config) => {
          for (const { context } of config.contexts) delete context.user;
        },
        [],
        'context `test` has no user',
      ],
      ['no contexts', (config) => (config.contexts = []), [], 'has no contexts'],
      [
        'a server without TLS',
        (config) => {
          for (const { cluster } of config.clusters) cluster['server'] = 'http://127.0.0.1:8001';
        },
        [],
        'the server of context `test` is not an https URL',
      ],
      [
        'a certificate that is none',
        (config) => {
          for (const { user } of config.users) user['client-certificate-data'] = 'bm9uZQ==';
        },
        [],
        'a certificate or key of context `test` cannot be used',
      ],
      [
        'a key file that is not there',
        (config) => {
          for (const { user } of config.users) user['client-key'] = '/does/not/exist';
        },
        [],
        'there are no credentials for context `test`: ENOENT',
      ],
      [
        'a credential plugin that fails',
        (config) => {
          for (const one of config.users) {
            one.user = {
              exec: {
                apiVersion: 'client.authentication.k8s.io/v1',
                command: 'sh',
                args: ['-c', 'echo "log in first" >&2; exit 1'],
              },
            };
          }
        },
        [],
        'there are no credentials for context `test`: log in first',
      ],
    ])('with %s cannot be used', async (_, change, args, message) => {
      const { code, stdout, stderr } = await verify(
        organization(plane.server, 'lotus'),
        kubeconfigFile(admin, change),
        ...args,
      );
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(message);
    });

    it('must be one, and what is in it is not shown', async () => {
      const folder = organization(plane.server, 'mango');
      const file = join(folder, 'kubeconfig');
      expect(await verify(folder, file)).toMatchObject({ code: 2, stderr: `error: there is no kubeconfig ${file}\n` });
      for (const text of ['', 'just text', '- a list', 'users:\n- {token: s3cr3t\n']) {
        writeFileSync(file, text);
        const { code, stderr } = await verify(folder, file);
        expect(code).toBe(2);
        expect(stderr).toContain(file);
        expect(stderr).not.toContain('s3cr3t');
      }
      expect(await verify(folder, folder)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('EISDIR') as string,
      });
    });

    it('may get its token from a credential plugin', async () => {
      const token = at(parse(await robot('plugged', [])), 'users', 0, 'user', 'token');
      const answer = {
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        status: { token },
      };
      const kubeconfig = kubeconfigFile(admin, (config) => {
        for (const one of config.users) {
          one.user = {
            exec: { apiVersion: answer.apiVersion, command: 'echo', args: [JSON.stringify(answer)] },
          };
        }
      });
      expect(await reportOf(organization(plane.server, 'nutmeg'), kubeconfig)).toMatchObject({
        user: 'system:serviceaccount:default:plugged',
      });
    });
  });

  describe('a policy', () => {
    const policy = (name: string, expression: string): ManifestObject => {
      const manifest = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          matchConstraints: {
            resourceRules: [
              { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE'] },
            ],
          },
          validations: [{ expression }],
        },
      };
      const { apiVersion, kind } = manifest;
      const source = { origin: fileOrigin('organization.yaml'), target: 'value' as const };
      return {
        path: '',
        cluster: '',
        apiVersion,
        kind,
        name,
        labels: {},
        manifest: () => manifest,
        source,
        because: [],
      };
    };

    async function verified(...objects: readonly ManifestObject[]) {
      const api = await connect(await readContext(kubeconfigFile(admin), undefined), undefined);
      try {
        return await verifyObjects(api, objects);
      } finally {
        api.close();
      }
    }

    it('that does not compile is refused', async () => {
      const { outcomes } = await verified(policy('uncompiled', 'object.spec.replicas <'), policy('fine', 'true'));
      expect(outcomes).toEqual([
        expect.objectContaining({
          result: 'refused',
          status: 422,
          message: expect.stringMatching(/^spec\.validations\[0\]\.expression: .*compilation failed/) as string,
        }),
        expect.objectContaining({ result: 'verified' }),
      ]);
    });

    it('that names a field which does not exist compiles, and fails the type check once it is stored', async () => {
      const mistyped = policy('mistyped', 'object.spec.replica <= 3');
      const before = await verified(mistyped);
      expect(before.outcomes).toMatchObject([{ result: 'verified' }]);
      expect(before.typeChecks).toMatchObject([{ result: 'not-checked', reason: 'not-stored' }]);

      await plane.request('POST', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', {
        body: mistyped.manifest(),
      });
      const after = await waitFor('the type checker', async () => {
        const { typeChecks } = await verified(mistyped);
        return typeChecks[0]?.result !== 'not-checked' && typeChecks;
      });
      expect(after).toMatchObject([
        {
          result: 'failed',
          warnings: [
            {
              field: 'spec.validations[0].expression',
              message: expect.stringContaining("undefined field 'replica'") as string,
            },
          ],
        },
      ]);

      const mended = await verified(policy('mistyped', 'object.spec.replicas <= 3'));
      expect(mended.typeChecks).toMatchObject([{ result: 'not-checked', reason: 'other' }]);
    });
  });
});
