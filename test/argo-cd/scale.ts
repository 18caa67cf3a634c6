import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { memoryTree } from '../../src/tree/tree.ts';
import { at } from '../control-plane/client.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { errorsOf, pipeline } from '../support/pipeline.ts';
import { exampleCertificate, exampleDay } from '../support/examples.ts';
import { startArgoCD } from './argo-cd.ts';
import { guideSteps, runAsOperator } from './guide.ts';
import { programNames } from './programs.ts';
import { createRemote } from './repository.ts';

/**
 * `npm run scale:argo-cd -- 1000 4`: Argo CD syncs so many namespaces into one cluster, divided among so many
 * Applications, with what is rendered for it and the rights that it gets; then a merge that moves one share. Prints times,
 * memory, and the size of the largest Application, which etcd must be able to hold (1.5 MiB at most,
 * https://etcd.io/docs/latest/dev-guide/limit/).
 */

const namespaces = Number(process.argv[2] ?? '1000');
const applications = Number(process.argv[3] ?? '1');
const names = Array.from({ length: applications }, (_, part) => (part === 0 ? 'tenantry-one' : `tenantry-one-${part}`));
const perTenant = 10;
const folder = mkdtempSync(join(tmpdir(), 'tenantry-scale-'));
const remote = createRemote(folder);

function organization(groupOfFirst: string): Record<string, string> {
  const document = (kind: string, name: string, spec: object) =>
    stringify({ apiVersion: 'tenantry.dev/v1', kind, metadata: { name }, spec });
  const groups = ['audit', 'leads', 'developers', 'guests'];
  const tenants = Array.from({ length: Math.ceil(namespaces / perTenant) }, (_, index) => `tenant${index}`);
  return {
    'organization.yaml': document('Organization', 'scale', {
      issuer: 'https://platform.example.com/api/oidc',
      admins: ['alice'],
      groups: groups.map((name) => ({ name })),
      argoCD: { repoURL: remote.url, cluster: 'one' },
    }),
    'clusters/one.yaml': document('Cluster', 'one', {
      server: 'https://one.example.com:6443',
      certificateAuthority: { file: 'example-ca.pem' },
      kubernetesVersion: '1.36',
      applications,
      sharedWith: groups.map((group) => ({ group, namespace: false })),
    }),
    'clusters/example-ca.pem': exampleCertificate,
    ...Object.fromEntries(
      tenants.map((tenant, index) => [
        `tenants/${tenant}.yaml`,
        document('Tenant', tenant, {
          owners: [{ kind: 'Group', name: 'leads' }],
          defaults: { clusters: ['one'], sharedWith: [{ group: 'audit', role: 'view' }] },
          namespaces: Array.from({ length: perTenant }, (_, i) => ({
            name: `n${i}`,
            quota: { cpu: '20', memory: '64Gi' },
            sharedWith: [{ group: index + i === 0 ? groupOfFirst : 'developers', role: 'edit' }],
          })),
        }),
      ]),
    ),
  };
}

async function rendered(groupOfFirst: string): Promise<Record<string, string>> {
  const { diagnostics, files } = await pipeline(memoryTree(organization(groupOfFirst)), exampleDay);
  const errors = errorsOf(diagnostics);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  return Object.fromEntries(files.map(({ path, text }) => [`dist/${path}`, text]));
}

/** What Argo CD is about, for whoever waits, and what it says against it. */
async function tell(since: number): Promise<void> {
  const phases = await Promise.all(names.map(async (name) => (await argoCD.application(name))?.operation?.phase));
  const { body } = await plane.request('GET', '/apis/rbac.authorization.k8s.io/v1/rolebindings?limit=1');
  const bindings = Number(at(body, 'metadata', 'remainingItemCount') ?? 0);
  console.error(
    `  after ${seconds(since)}: ${phases.map((phase) => phase ?? 'nothing').join(', ')}; ${bindings} bindings`,
  );
  const errors = argoCD
    .log('argocd-application-controller')
    .split('\n')
    .filter((line) => line.includes('"level":"error"') || line.includes('too large'));
  for (const line of errors.slice(-2)) console.error(`  ${line.slice(0, 400)}`);
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const plane = await startControlPlane();
const argoCD = await startArgoCD({ controlPlane: plane, mayDo: 'nothing' });
try {
  const files = await rendered('developers');
  const applied = (prefix: string) =>
    Object.entries(files)
      .flatMap(([path, text]) => (path.startsWith(prefix) ? [text] : []))
      .join('---\n');
  remote.push(files);
  await plane.applyManifests(applied('dist/cluster-access/'), { fieldManager: 'operator' });
  const [settings] = guideSteps();
  if (settings === undefined) throw new Error('docs/argo-cd.md has no steps');
  runAsOperator({ folder, kubeconfigs: { one: plane.kubeconfig() }, currentContext: 'one' }, settings.commands);
  const start = performance.now();
  await plane.applyManifests(applied('dist/argo-cd/'), { fieldManager: 'operator' });
  const progress = setInterval(() => {
    void tell(start);
  }, 30_000);
  const states = await Promise.all(
    names.map((name) =>
      argoCD.until(name, 'synced', ({ sync, isBusy }) => sync === 'Synced' && !isBusy, { timeout: 3_600_000 }),
    ),
  );
  clearInterval(progress);
  const objects = states.reduce((sum, { resources }) => sum + Object.keys(resources).length, 0);
  console.log(
    `${namespaces} namespaces, ${objects} objects, ${applications} Applications: first sync ${seconds(start)}`,
  );

  const sizes = await Promise.all(
    names.map(async (name) => {
      const path = `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`;
      return JSON.stringify((await plane.request('GET', path)).body).length;
    }),
  );
  console.log(`the largest Application: ${Math.max(...sizes)} bytes`);

  const changed = await rendered('guests');
  const again = performance.now();
  const second = remote.push(changed);
  await Promise.all(names.map((name) => argoCD.synced(name, second, { timeout: 600_000 })));
  console.log(`a merge that moves one share: ${seconds(again)}`);

  for (const name of programNames) {
    const { now, peak } = argoCD.memory(name);
    console.log(`${name}: ${Math.round(now / 1e6)} MB, at most ${Math.round(peak / 1e6)} MB`);
  }
  for (const name of ['kube-apiserver', 'etcd'] as const) {
    const { now, peak } = plane.memory(name);
    console.log(`${name}: ${Math.round(now / 1e6)} MB, at most ${Math.round(peak / 1e6)} MB`);
  }
} catch (error) {
  console.error(argoCD.logTails());
  throw error;
} finally {
  await argoCD.stop();
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
}
