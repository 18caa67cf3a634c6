import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../control-plane/client.ts';
import { at } from '../control-plane/client.ts';
import { tenantryHere } from '../support/cli.ts';
import { temporaryFolder, writeFiles } from '../support/folders.ts';
import type { Actor } from './support/actor.ts';
import type { TestCluster } from './support/cluster.ts';
import { startCluster } from './support/cluster.ts';
import { roleBinding, subject } from './support/objects.ts';
import { clusterName, organization, tenant } from './support/organization.ts';
import { allOnTestedVersion } from './support/tested-version.ts';

/**
 * `tenantry drift` on a real control plane: of what was applied as Argo CD applies it, nothing; of what somebody changed by
 * hand, each change and nothing else.
 */

const tenants = 12;
const perTenant = 5;

/** Sixty namespaces with a share, a quota and limits each; and what these tests themselves have bound is expected. */
function files(): ReturnType<typeof organization> {
  const names = Array.from({ length: perTenant }, (_, i) => `{ name: n${i}, quota: { cpu: "4", pods: 20 } }`);
  const many = Array.from({ length: tenants }, (_, i) =>
    tenant(
      `t${i}`,
      `owners: [{ kind: Group, name: green-leads }]
defaults:
  containerLimits: { default: { cpu: 500m }, max: { cpu: "2" } }
  sharedWith: [{ group: audit, role: view }, { group: solar-sre, role: edit }]
namespaces: [${names.join(', ')}]`,
    ),
  );
  return organization({
    organization: `policies: { selfServiceBindings: Forbidden }
expected:
  - { kind: ClusterRoleBinding, name: overseer, reason: "whom the tests plant everything as" }`,
    files: Object.assign({}, ...many) as Record<string, string>,
  });
}

let cluster: TestCluster;
let folder = '';
let kubeconfig = '';

beforeAll(async () => {
  cluster = await startCluster(files());
});

beforeEach(() => {
  folder = temporaryFolder();
  const all = allOnTestedVersion(files());
  const file = `clusters/${clusterName}.yaml`;
  const declared = String(all[file]).replace('https://prodcluster01.example.com:6443', cluster.plane.server);
  writeFiles(folder, { ...all, [file]: declared, 'clusters/example-ca.pem': cluster.plane.authority });
  kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.plane.kubeconfig());
});

afterAll(async () => {
  await cluster.stop();
});

interface Found {
  kind: string;
  message: string;
  objects: { kind: string; name: string; namespace?: string }[];
  subject?: { kind: string; name: string };
}

interface Report {
  inStep: boolean;
  complete: boolean;
  clusters: { unknown: unknown[]; findings: Found[]; expected: Found[]; selfService: unknown[] }[];
}

async function drift(...args: string[]): Promise<Report & { code: number | null }> {
  const { code, stdout, stderr } = await tenantryHere(
    ['drift', '--kubeconfig', kubeconfig, '--format', 'json', ...args],
    { cwd: folder },
  );
  expect(stderr).toBe('');
  return { code, ...(JSON.parse(stdout) as Report) };
}

/** A finding in one line: what it is, and of what. */
function line({ kind, objects, subject: of }: Found): string {
  const where = objects.map(
    ({ kind: k, name, namespace }) => `${k} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
  );
  return [kind, ...(of ? [`${of.kind} ${of.name} by`] : []), ...where].join(' ');
}

const found = ({ clusters }: Report): string[] => clusters.flatMap(({ findings }) => findings.map(line)).sort();

/** What somebody does by hand in a namespace, and what is to be found of it. */
interface Planted {
  readonly what: string;
  readonly by: (admin: Actor, namespace: string) => Promise<Answer | readonly Answer[]>;
  readonly found: (namespace: string) => readonly string[];
}

const auditBinding = 'tenantry:group:audit:view';
const sreBinding = 'tenantry:group:solar-sre:edit';

const plants: readonly Planted[] = [
  {
    what: 'a binding of a stranger',
    by: (admin, n) => admin.create('rolebindings', `${n}/by-hand`, roleBinding('admin', 'User user:mallory')),
    found: (n) => [`more User user:mallory by RoleBinding ${n}/by-hand`],
  },
  {
    what: 'a stronger role for a group that has one',
    by: (admin, n) => admin.create('rolebindings', `${n}/more`, roleBinding('admin', 'Group audit')),
    found: (n) => [`other Group audit by RoleBinding ${n}/more`],
  },
  {
    what: 'a binding of all service accounts of another namespace',
    by: (admin, n) =>
      admin.create('rolebindings', `${n}/others`, roleBinding('edit', 'Group system:serviceaccounts:kube-system')),
    found: (n) => [`more Group system:serviceaccounts:kube-system by RoleBinding ${n}/others`],
  },
  {
    what: 'a binding of everybody',
    by: (admin, n) => admin.create('rolebindings', `${n}/all`, roleBinding('view', 'Group system:authenticated')),
    found: (n) => [`more Group system:authenticated by RoleBinding ${n}/all`],
  },
  {
    what: 'a binding that is gone',
    by: (admin, n) => admin.delete('rolebindings', `${n}/${auditBinding}`),
    found: (n) => [`less Group audit by RoleBinding ${n}/${auditBinding}`],
  },
  {
    what: 'another subject in a binding',
    by: (admin, n) => admin.patch('rolebindings', `${n}/${sreBinding}`, { subjects: [subject('Group nobody-knows')] }),
    found: (n) => [
      `less Group solar-sre by RoleBinding ${n}/${sreBinding}`,
      `more Group nobody-knows by RoleBinding ${n}/${sreBinding}`,
    ],
  },
  {
    what: 'a Role of more than its name says, bound to a group',
    by: async (admin, n) => [
      await admin.create('roles', `${n}/harmless`, { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }),
      await admin.create('rolebindings', `${n}/harmless`, {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'harmless' },
        subjects: [subject('Group lab-team')],
      }),
    ],
    found: (n) => [`more Group lab-team by RoleBinding ${n}/harmless`],
  },
  {
    what: 'a quota that allows more',
    by: (admin, n) => admin.patch('resourcequotas', `${n}/tenantry`, { spec: { hard: { 'requests.cpu': '40' } } }),
    found: (n) => [`altered ResourceQuota ${n}/tenantry`],
  },
  {
    what: 'a quota without a limit',
    by: (admin, n) => admin.patch('resourcequotas', `${n}/tenantry`, { spec: { hard: { pods: null } } }),
    found: (n) => [`altered ResourceQuota ${n}/tenantry`],
  },
  {
    what: 'limits that are gone',
    by: (admin, n) => admin.delete('limitranges', `${n}/tenantry`),
    found: (n) => [`missing LimitRange ${n}/tenantry`],
  },
  {
    what: 'a network policy that is gone',
    by: (admin, n) => admin.delete('networkpolicies', `${n}/tenantry`),
    found: (n) => [`missing NetworkPolicy ${n}/tenantry`],
  },
  {
    what: 'a network policy that lets everybody in',
    by: (admin, n) => admin.patch('networkpolicies', `${n}/tenantry`, { spec: { ingress: [{}] } }),
    found: (n) => [`altered NetworkPolicy ${n}/tenantry`],
  },
  {
    what: 'a weaker Pod Security level',
    by: (admin, n) => admin.patch('namespaces', n, labelled('pod-security.kubernetes.io/enforce', 'privileged')),
    found: (n) => [`altered Namespace ${n}`],
  },
  {
    what: 'a namespace that is uncordoned or cordoned',
    by: (admin, n) => admin.patch('namespaces', n, labelled('tenantry.dev/cordoned', 'true')),
    found: (n) => [`altered Namespace ${n}`],
  },
  {
    what: 'an object that is left behind',
    by: (admin, n) =>
      admin.create('limitranges', `${n}/tenantry:old`.replace(':', '-'), {
        metadata: { labels: { 'app.kubernetes.io/managed-by': 'tenantry' } },
        spec: { limits: [{ type: 'Pod', max: { cpu: '9' } }] },
      }),
    found: (n) => [`left-behind LimitRange ${n}/tenantry-old`],
  },
];

function labelled(key: string, value: string): object {
  return { metadata: { labels: { [key]: value } } };
}

describe('a cluster to which everything was applied', () => {
  it('has no drift, and says what it was told to expect', async () => {
    const report = await drift();
    expect(found(report)).toEqual([]);
    expect(report).toMatchObject({ code: 0, inStep: true, complete: true });
    expect(report.clusters.flatMap(({ expected }) => expected.map(line))).toEqual([
      'more User user:olaf by ClusterRoleBinding overseer',
    ]);
  });

  it('has none after what runs in it has written: a status, a default, an aggregated role', async () => {
    const { admin } = cluster;
    await admin.create('configmaps', 't0-n0/app', { data: { a: 'b' } });
    await admin.create('serviceaccounts', 't0-n0/builder');
    await admin.create('roles', 't0-n0/own', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] });
    await admin.create('rolebindings', 't0-n0/own', roleBinding('edit', 'ServiceAccount t0-n0/builder'));
    await admin.create('clusterroles', 'more-for-view', {
      metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      rules: [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }],
    });
    expect(found(await drift())).toEqual([]);
  });
});

describe('somebody who may not read everything', () => {
  it('is not told that what he cannot see is in step', async () => {
    const token = await cluster.issuer.sign({ sub: 'user:sam', aud: clusterName, groups: ['solar-leads'] });
    writeFileSync(kubeconfig, cluster.plane.kubeconfig(token));
    const report = await drift('--require-all');
    expect(report).toMatchObject({ code: 2, inStep: false, complete: false });
    expect(found(report)).toEqual([]);
    expect(report.clusters[0]?.unknown).not.toEqual([]);
  });
});

describe('drift that was planted', () => {
  it('is found, all of it and nothing else: 192 by hand in sixty namespaces', async () => {
    const { admin } = cluster;
    const expected: string[] = [];
    const namespaces = Array.from(
      { length: tenants * perTenant },
      (_, i) => `t${i % tenants}-n${Math.floor(i / tenants)}`,
    );
    for (const [i, namespace] of namespaces.entries()) {
      // Three a namespace, which do not touch each other: they are five apart in the list.
      for (const offset of [0, 5, 10]) {
        const plant = plants[(i + offset) % plants.length];
        if (!plant) throw new Error('there is no such plant');
        for (const answer of [await plant.by(admin, namespace)].flat()) {
          expect({
            what: plant.what,
            namespace,
            status: answer.status,
            message: at(answer.body, 'message'),
          }).toMatchObject({
            status: expect.toSatisfy((status: number) => status < 300) as number,
          });
        }
        expected.push(...plant.found(namespace));
      }
    }
    expect(expected).toHaveLength(192);
    const report = await drift();
    // One object that is altered in two ways is one finding.
    expect(found(report)).toEqual([...new Set(expected)].sort());
    expect(report).toMatchObject({ code: 3, inStep: false, complete: true });
  });

  it('is found in what holds for the whole cluster', async () => {
    const { admin } = cluster;
    const before = new Set(found(await drift()));
    const policies = 'validatingadmissionpolicies';
    await admin.create('clusterrolebindings', 'rogue', roleBinding('cluster-admin', 'Group lab-team'));
    await admin.create('clusterrolebindings', 'all', roleBinding('view', 'Group system:authenticated'));
    await admin.patch('clusterroles', 'cluster-scope', {
      rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
    });
    await admin.create('namespaces', 't0-wild', {
      metadata: { labels: { 'tenantry.dev/tenant': 't0', 'tenantry.dev/namespace-kind': 'Tenant' } },
    });
    await admin.create('rolebindings', 'kube-system/rogue', roleBinding('admin', 'User user:mallory'));
    await admin.patch(policies, 'storage.tenantry.dev', { spec: { failurePolicy: 'Ignore' } });
    await admin.delete('validatingadmissionpolicybindings', 'cordon.tenantry.dev');
    await admin.delete(policies, 'pods.tenantry.dev');
    const finalizers = ['example.com/wait'];
    const annotations = { 'tenantry.dev/allow-delete': 'solar-going' };
    await admin.patch('namespaces', 'solar-going', { metadata: { finalizers, annotations } });
    expect((await admin.delete('namespaces', 'solar-going')).status).toBe(200);
    // No namespace goes from one tenant to another while the policy holds, whoever asks.
    await admin.delete('validatingadmissionpolicybindings', 'namespaces.tenantry.dev');
    await expect
      .poll(async () => (await admin.patch('namespaces', 'icy-one', labelled('tenantry.dev/tenant', 'green'))).status, {
        timeout: 150_000,
      })
      .toBe(200);
    const now = found(await drift());
    expect(now.filter((one) => !before.has(one))).toEqual([
      'altered ClusterRole cluster-scope',
      'more Group lab-team by ClusterRoleBinding rogue',
      'more Group system:authenticated by ClusterRoleBinding all',
      'more User user:mallory by RoleBinding kube-system/rogue',
      'relabelled Namespace icy-one',
      'stuck Namespace solar-going',
      'undeclared Namespace t0-wild',
      'unprotected ValidatingAdmissionPolicy pods.tenantry.dev',
      'unprotected ValidatingAdmissionPolicy storage.tenantry.dev',
      'unprotected ValidatingAdmissionPolicyBinding cordon.tenantry.dev',
      'unprotected ValidatingAdmissionPolicyBinding namespaces.tenantry.dev',
    ]);
  });

  it('can be expected: by the lines that `--accept` prints, it is', async () => {
    const { stdout } = await tenantryHere(['drift', '--kubeconfig', kubeconfig, '--accept'], { cwd: folder });
    const lines = stdout.replace('expected:\n', '').replaceAll('say why this is to be so', 'planted by a test');
    const all = files();
    writeFiles(folder, {
      'organization.yaml': String(all['organization.yaml']).replace(
        '  expected:\n',
        `  expected:\n${lines.replace(/^(?=.)/gm, '  ')}`,
      ),
    });
    const report = await drift();
    expect(found(report)).toEqual([]);
    expect(report.code).toBe(0);
  });
});
