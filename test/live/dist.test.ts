import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../control-plane/client.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { startIssuer } from '../control-plane/issuer.ts';
import type { Issuer } from '../control-plane/issuer.ts';
import type { Applied } from '../control-plane/manifests.ts';
import { committedDist } from './support/tested-version.ts';

/** The committed `dist/` of the sample organization, applied to a real API server as its operator and Argo CD apply it. */

const dist = await committedDist();
const authentication = new Map(
  dist.flatMap(({ path, text }) => {
    const cluster = /^api-server\/(.+)\/authentication-configuration\.yaml$/.exec(path)?.[1];
    return cluster === undefined ? [] : [[cluster, text] as const];
  }),
);

function manifests(cluster: string): string {
  return below(`cluster-access/${cluster}`) + '---\n' + below(cluster);
}

function below(folder: string): string {
  return dist.flatMap(({ path, text }) => (path.startsWith(`${folder}/`) ? [text] : [])).join('---\n');
}

/** An object without what the server and its controllers write. */
function desired({ name, answer }: Applied): unknown {
  if (typeof answer.body !== 'object' || answer.body === null) return name;
  const metadata = at(answer.body, 'metadata');
  const ours = typeof metadata === 'object' ? { ...metadata, resourceVersion: '', managedFields: [] } : {};
  return { ...answer.body, metadata: ours, status: {} };
}

describe.each([...authentication])('%s', (cluster, authenticationConfiguration) => {
  let issuer: Issuer;
  let plane: ControlPlane;

  beforeAll(async () => {
    issuer = await startIssuer({ url: 'https://platform.example.com/api/oidc' });
    plane = await startControlPlane({ authenticationConfiguration, issuers: [issuer] });
  });

  afterAll(async () => {
    await plane.stop();
    await issuer.stop();
  });

  it('applies cleanly, and applying it again changes nothing', async () => {
    const options = { fieldManager: 'argocd-controller' };
    const first = await plane.applyManifests(manifests(cluster), options);
    const second = await plane.applyManifests(manifests(cluster), options);
    expect(first.length).toBeGreaterThan(5);
    expect(first.flatMap(({ answer }) => answer.warnings)).toEqual([]);
    expect(second.map(desired)).toEqual(first.map(desired));
  });
});
