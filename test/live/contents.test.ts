import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { exampleOrganization } from '../support/examples.ts';
import { tenantry } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { gitEnvironment, temporaryRepository } from '../support/repositories.ts';
import { onTestedVersion } from './support/tested-version.ts';

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
});

afterAll(async () => {
  await plane.stop();
});

const solar = 'tenants/solar.yaml';
const tenant = exampleOrganization[solar];
const marked = tenant.replace('- name: prod\n', '- name: prod\n      state: MarkedForDeletion\n');

it('S16: says that a deletion is irreversible, and lists what is in the namespace now', async () => {
  const repository = temporaryRepository();
  const cluster = onTestedVersion(exampleOrganization['clusters/prodcluster01.yaml']).replace(
    'https://prodcluster01.example.com:6443',
    plane.server,
  );
  repository.commit({
    ...exampleOrganization,
    'clusters/prodcluster01.yaml': cluster,
    'clusters/example-ca.pem': plane.authority,
  });
  const kubeconfig = join(temporaryFolder(), 'kubeconfig');
  writeFileSync(kubeconfig, plane.kubeconfig());
  const plan = async (): Promise<string> => {
    const args = ['plan', '--base', 'HEAD', '--as-of', '2026-01-15', '--kubeconfig', kubeconfig];
    const { stdout, stderr } = await tenantry(args, { cwd: repository.folder, env: { ...gitEnvironment } });
    expect(stderr).toBe('');
    return stdout;
  };

  writeFileSync(join(repository.folder, solar), marked);
  expect(await plan()).toContain('is not on prodcluster01 now');

  await plane.applyManifests(
    [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'solar-prod' } },
      ...['a', 'b', 'c'].map((name) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'solar-prod' },
      })),
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data', namespace: 'solar-prod' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'solar-prod' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web' }] } },
        },
      },
    ]
      .map((object) => JSON.stringify(object))
      .join('\n---\n'),
    { fieldManager: 'test' },
  );
  expect(await plan()).toMatch(
    /marked for deletion on prodcluster01.*\n(?:.*\n)? *holds on prodcluster01 now: [34] configmaps, 1 deployments\.apps, 1 persistentvolumeclaims/,
  );

  repository.commit({ [solar]: marked });
  writeFileSync(
    join(repository.folder, solar),
    tenant.replace(/ {4}- name: prod\n[\s\S]*$/, '    - { name: other }\n'),
  );
  const deletion = await plan();
  expect(deletion).toContain('deleted on prodcluster01 with all that is in it, irreversibly');
  expect(deletion).toMatch(/holds on prodcluster01 now: .*1 persistentvolumeclaims/);
});
