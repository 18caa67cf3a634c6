import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { authenticationApiVersion } from '../../src/manifests/authentication.ts';
import { testedMinor } from '../control-plane/binaries.ts';
import { waitFor } from '../control-plane/client.ts';
import type { Actor } from './support/actor.ts';
import { createActor } from './support/actor.ts';
import { startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { roleBinding } from './support/objects.ts';
import { clusterName, issuerUrl, organization } from './support/organization.ts';
import { verdict, verdictPastRbac } from './support/verdict.ts';

/** A cluster whose own identity provider decides: its names have a prefix, and nobody puts the platform's groups in. */

const own = stringify({
  apiVersion: authenticationApiVersion(testedMinor()),
  kind: 'AuthenticationConfiguration',
  jwt: [
    {
      issuer: { url: issuerUrl, audiences: [clusterName] },
      claimMappings: {
        username: { claim: 'sub', prefix: 'corp:' },
        groups: { claim: 'groups', prefix: 'corp:' },
      },
    },
  ],
});

let cluster: TestCluster;
const person = async (sub: string, ...groups: string[]): Promise<Actor> =>
  createActor(cluster.plane, { token: await cluster.issuer.sign({ sub, aud: clusterName, groups }) });

beforeAll(async () => {
  const authentication = `
authentication: { configuration: Own, userPrefix: 'corp:', groupPrefix: 'corp:' }
podSecurityLabels: Omitted`;
  const files = organization({
    cluster: authentication,
    organization: 'policies: { breakGlassGroups: [cluster-admins, oncall] }',
  });
  cluster = await startCluster(files, { argoCDMayDo: 'anything', ownAuthentication: own });
  const lead = await person('sam', 'solar-leads');
  await waitFor('the policies', async () => {
    const found = verdict(await lead.dryRun.create('configmaps', 'solar-frozen/mine'));
    return found.startsWith('cordon: ') || Promise.reject(new Error(found));
  });
});

afterAll(() => cluster.stop());

describe('where the identity provider is the cluster’s own', () => {
  test('groups have what they are given, by the names that the cluster knows', async () => {
    const sre = await person('sue', 'solar-sre');
    expect(await verdictPastRbac(() => sre.create('configmaps', 'solar-prod/mine'))).toBe('allowed');
    expect(await verdictPastRbac(() => sre.get('storageclasses', ''))).toBe('allowed');
    const stranger = await person('sue', 'strangers');
    expect(verdict(await stranger.get('storageclasses', ''))).toMatch(/^RBAC: /);
    // Nobody makes the platform's groups by putting them into a token.
    const pretender = await person('eve', 'cluster-admins', 'cluster-scope');
    expect(verdict(await pretender.get('nodes', ''))).toMatch(/^RBAC: /);
    expect(verdict(await pretender.get('storageclasses', ''))).toMatch(/^RBAC: /);
  });

  test('admins are admins by their names, and pass the policies', async () => {
    const alice = await person('alice');
    expect(await verdictPastRbac(() => alice.get('nodes', ''))).toBe('allowed');
    expect(verdict(await alice.dryRun.create('configmaps', 'solar-frozen/mine'))).toBe('allowed');
    const named = await person('user:alice');
    expect(verdict(await named.get('nodes', ''))).toMatch(/^RBAC: /);
  });

  test('a namespace’s admin binds users and groups under the prefix alone', async () => {
    const lead = await person('sam', 'solar-leads');
    const bind = (subject: string) => () =>
      lead.dryRun.create('rolebindings', 'solar-prod/own', roleBinding('view', subject));
    await waitFor('the policy', async () => {
      const found = verdict(await bind('User kim')());
      return found.startsWith('self-service-bindings: ') || Promise.reject(new Error(found));
    });
    expect(await verdictPastRbac(bind('User corp:kim'))).toBe('allowed');
    expect(verdict(await bind('Group corp:audit')())).toBe('allowed');
    for (const subject of [
      'User kim',
      'User user:kim',
      'Group audit',
      'Group corp:strangers',
      'Group system:authenticated',
    ]) {
      expect(`${subject}: ${verdict(await bind(subject)())}`).toMatch(/: self-service-bindings: /);
    }
  });

  test('no namespace says which pods it takes', async () => {
    const { body } = await cluster.admin.get('namespaces', 'solar-prod');
    expect(JSON.stringify(body)).not.toContain('pod-security.kubernetes.io');
  });
});
