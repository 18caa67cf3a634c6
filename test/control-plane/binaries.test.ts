import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { kubernetesVersion, minorVersions, programPaths, testedMinor } from './binaries.ts';
import { startControlPlane } from './control-plane.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('each minor version from the oldest on is pinned, to a release of its own', () => {
  const minors = minorVersions();
  const first = Number(minors[0]?.slice(2));
  expect(minors).toEqual(minors.map((_, i) => `1.${first + i}`));
  for (const minor of minors) expect(kubernetesVersion(minor)).toMatch(new RegExp(`^v${minor}\\.\\d+$`));
});

test('tests run on the newest, or on the version that is named', () => {
  vi.stubEnv('TENANTRY_KUBERNETES', undefined);
  expect(testedMinor()).toBe(minorVersions().at(-1));
  const [oldest = ''] = minorVersions();
  vi.stubEnv('TENANTRY_KUBERNETES', oldest);
  expect(testedMinor()).toBe(oldest);
  vi.stubEnv('TENANTRY_KUBERNETES', '1.7');
  expect(() => testedMinor()).toThrow(
    /^Kubernetes 1\.7 is not among those of the tests.*npm run pin-control-plane -- 1\.7/,
  );
});

test('a version that is not built is no reason to skip a test: it fails, and says the command', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'tenantry-none-'));
  const [oldest = ''] = minorVersions();
  vi.stubEnv('KUBEBUILDER_ASSETS', undefined);
  vi.stubEnv('TENANTRY_CONTROL_PLANE', empty);
  vi.stubEnv('TENANTRY_KUBERNETES', oldest);
  const says = `Kubernetes ${oldest} for tests is not built: run \`npm run control-plane -- ${oldest}\``;
  expect(() => programPaths()).toThrow(says);
  await expect(startControlPlane()).rejects.toThrow(says);
  rmSync(empty, { recursive: true });
});
