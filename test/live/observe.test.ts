import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, waitFor } from '../control-plane/client.ts';
import type { Actor } from './support/actor.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { pod, roleBinding } from './support/objects.ts';
import { organization, tenant } from './support/organization.ts';
import { inEffect } from './support/policies.ts';
import { verdict } from './support/verdict.ts';

/**
 * A namespace that runs already, `legacy`, is taken over as it is (`enforcement: Observe`): what worked before works after,
 * with warnings; and what its isolation would refuse is refused once it is enforced. There are no nodes here: that nobody is
 * cut off by a NetworkPolicy is that there is none.
 */

let cluster: TestCluster;
/** An owner of the tenant solar. */
let sam: Actor;

const admins = `naming: { tenantPrefix: Optional, identifierMaxLength: 20 }
limits:
  annotationKeys: [example.com/*]
grants:
  solar: { fullNames: [legacy, solar-lab-old], enforcement: Observe, nodeSelector: [{}] }`;

const strict = `network: SameNamespace
          podSecurity: restricted
          nodeSelector: { pool: old }
          registries: [registry.example.com/solar/]
          ingressClasses: [internal]`;

/** The tenant with the namespace, as `enforcement` says, and more of its entry. */
const taking = (enforcement: 'Enforce' | 'Observe', more = '') =>
  organization({
    organization: admins,
    files: tenant(
      'solar',
      `
owners: [{ kind: Group, name: solar-leads }]
namespaces:
  - name: prod
    quota: { pods: 5 }
  - fullName: legacy
    isolation:
          enforcement: ${enforcement}
          ${strict}
${more}`,
    ),
  });

/** All that the isolation is against: a pod in the network of its node, of another registry, on other nodes. */
const wild = (spec: object = {}): object => ({
  spec: {
    hostNetwork: true,
    nodeSelector: { pool: 'other' },
    containers: [{ name: 'main', image: 'nginx', securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }],
    ...spec,
  },
});
const service = { spec: { ports: [{ port: 80 }] } };
const ingress = {
  spec: { ingressClassName: 'public', defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
};
const networkPolicies = async (): Promise<unknown> => {
  const path = '/apis/networking.k8s.io/v1/namespaces/legacy/networkpolicies';
  return at((await must(cluster.admin.request('GET', path))).body, 'items');
};
const annotations = async (): Promise<unknown> =>
  at((await must(cluster.admin.get('namespaces', 'legacy'))).body, 'metadata', 'annotations');

beforeAll(async () => {
  cluster = await startCluster(organization({ organization: admins }), { argoCDMayDo: 'anything' });
  sam = await cluster.person('sam', 'solar-leads');
  const { admin, alice } = cluster;
  await must(admin.create('namespaces', 'legacy', { metadata: { annotations: { 'example.org/since': '2019' } } }));
  await waitFor('the default service account', async () => {
    return (await admin.get('serviceaccounts', 'legacy/default')).status === 200;
  });
  await must(admin.create('pods', 'legacy/web', wild()));
  await must(admin.create('services', 'legacy/web', service));
  await must(admin.create('ingresses', 'legacy/web', ingress));
  await inEffect(cluster, 'namespaces', 'pods', 'ingresses');
  await must(
    alice.patch('namespaces', 'legacy', { metadata: { annotations: { 'tenantry.dev/allow-adopt': 'solar' } } }),
  );
  await cluster.sync(taking('Observe', '    annotations: { example.com/owner: sam }'));
  await waitFor('the binding of the owners', async () => {
    return (await sam.get('pods', 'legacy/web')).status === 200;
  });
});

afterAll(() => cluster.stop());

test('what was there goes on, and can be changed', async () => {
  const labelled = { metadata: { labels: { touched: 'yes' } } };
  for (const kind of ['pods', 'services', 'ingresses'] as const) {
    expect([kind, verdict(await sam.patch(kind, 'legacy/web', labelled))]).toEqual([kind, 'allowed']);
  }
  expect(await networkPolicies()).toEqual([]);
});

test('the same kinds are made anew, and of pods the API server warns', async () => {
  const made = await sam.create('pods', 'legacy/again', wild());
  expect(verdict(made)).toBe('allowed');
  expect(made.warnings.join()).toContain('would violate PodSecurity "restricted:latest"');
  expect(verdict(await sam.create('services', 'legacy/again', service))).toBe('allowed');
  expect(verdict(await sam.create('ingresses', 'legacy/again', ingress))).toBe('allowed');
  // A pod that had a class of the system restarts with it.
  const critical = wild({ priorityClassName: 'system-cluster-critical' });
  await waitFor('the policy to know of the namespace', async () => {
    return verdict(await sam.dryRun.create('pods', 'legacy/critical', critical)) === 'allowed';
  });
  expect(
    verdict(
      await sam.dryRun.create(
        'pods',
        'solar-prod/critical',
        pod('nginx', { priorityClassName: 'system-cluster-critical' }),
      ),
    ),
  ).toMatch(/^pods: a PriorityClass of system-\*/);
});

test('annotations that are declared come and go, and others stay', async () => {
  expect(await annotations()).toMatchObject({ 'example.com/owner': 'sam', 'example.org/since': '2019' });
  await cluster.sync(taking('Observe', '    annotations: { example.com/chat: "#solar" }'));
  expect(await annotations()).toMatchObject({ 'example.com/chat': '#solar', 'example.org/since': '2019' });
  expect(await annotations()).not.toHaveProperty(['example.com/owner']);
});

test('who may do what holds all the same: the platform’s own objects, bindings, and a cordon', async () => {
  const { overseer } = cluster;
  expect(
    verdict(await sam.patch('namespaces', 'legacy', { metadata: { labels: { 'tenantry.dev/enforcement': null } } })),
  ).toMatch(/^RBAC: /);
  expect(
    verdict(
      await overseer.patch('namespaces', 'legacy', { metadata: { labels: { 'tenantry.dev/enforcement': 'Enforce' } } }),
    ),
  ).toMatch(/^namespaces: /);
  expect(
    verdict(
      await overseer.dryRun.create('rolebindings', 'legacy/more', roleBinding('view', 'Group system:authenticated')),
    ),
  ).toMatch(/^self-service-bindings: /);
  await cluster.sync(taking('Observe', '    cordoned: true'));
  await waitFor('the cordon', async () => {
    return verdict(await sam.dryRun.create('pods', 'legacy/cordoned', wild())).startsWith('cordon: ');
  });
  await cluster.sync(taking('Observe'));
});

test('once it is enforced, all that was said is refused', async () => {
  await cluster.sync(taking('Enforce'));
  await waitFor('the isolation', async () => {
    return verdict(await sam.dryRun.create('pods', 'legacy/late', wild())) !== 'allowed';
  });
  expect(await networkPolicies()).toHaveLength(1);
  expect(verdict(await sam.dryRun.create('ingresses', 'legacy/late', ingress))).toMatch(
    /^ingresses: the IngressClass "public"/,
  );
  expect(verdict(await sam.dryRun.create('pods', 'legacy/late', pod('nginx')))).toMatch(
    /violates PodSecurity "restricted/,
  );
  const restricted = {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'main',
        image: 'nginx',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  };
  expect(verdict(await sam.dryRun.create('pods', 'legacy/late', { spec: restricted }))).toMatch(
    /^pods: the image "nginx"/,
  );
  // What runs goes on until its next start.
  expect((await sam.get('pods', 'legacy/web')).status).toBe(200);
});

test('S72: a full name that the admins gave is the tenant’s, whatever it begins with, and no other is', async () => {
  await cluster.sync(taking('Enforce', '  - { fullName: solar-lab-old }'));
  const solars = (name: string) => ({
    metadata: {
      labels: {
        'app.kubernetes.io/managed-by': 'tenantry',
        'tenantry.dev/namespace-kind': 'Tenant',
        'tenantry.dev/tenant': 'solar',
      },
      name,
    },
  });
  // By hand, when Git does not answer: it was Argo CD who made it, and somebody has to make it again.
  const { alice } = cluster;
  expect(verdict(await alice.dryRun.create('namespaces', 'solar-lab-other', solars('solar-lab-other')))).toMatch(
    /^namespaces: the name solar-lab-other is for a namespace of the tenant solar-lab, not of solar$/,
  );
  expect(
    verdict(
      await alice.patch('namespaces', 'solar-lab-old', {
        metadata: { labels: { 'tenantry.dev/tenant': null, 'tenantry.dev/namespace-kind': null } },
      }),
    ),
  ).toBe('allowed');
  const mine = { ...solars('solar-lab-old').metadata, annotations: { 'tenantry.dev/allow-adopt': 'solar' } };
  await must(alice.patch('namespaces', 'solar-lab-old', { metadata: { annotations: mine.annotations } }));
  await waitFor('the policy to know of the name', async () => {
    const found = verdict(await alice.dryRun.patch('namespaces', 'solar-lab-old', { metadata: mine }));
    return found === 'allowed' || Promise.reject(new Error(found));
  });
});
