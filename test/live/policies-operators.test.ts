import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, waitFor } from '../control-plane/client.ts';
import type { Answer } from '../control-plane/client.ts';
import type { Actor } from './support/actor.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { pod, roleBinding } from './support/objects.ts';
import { organization } from './support/organization.ts';
import { inEffect, policyNames } from './support/policies.ts';
import { verdict, verdictPastRbac } from './support/verdict.ts';

/**
 * What keeps a cluster alive, by the requests that it really sends, and the admins whom clusters really have: the tables of
 * docs/operations.md.
 */

let cluster: TestCluster;

const states = ['solar-frozen', 'solar-going'] as const;

/** Definitions of the custom resources that these operators write. */
const definitions = [
  ['cilium.io', 'v2', 'CiliumEndpoint', 'ciliumendpoints'],
  ['cert-manager.io', 'v1', 'CertificateRequest', 'certificaterequests'],
  ['snapshot.storage.k8s.io', 'v1', 'VolumeSnapshot', 'volumesnapshots'],
] as const;

beforeAll(async () => {
  cluster = await startCluster(organization(), { argoCDMayDo: 'anything' });
  const { admin, alice } = cluster;
  for (const [group, version, kind, plural] of definitions) {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await must(
      admin.create('customresourcedefinitions', `${plural}.${group}`, {
        // Kubernetes keeps its own group for what it has approved.
        metadata: { annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } },
        spec: {
          group,
          scope: 'Namespaced',
          names: { kind, plural, singular: kind.toLowerCase() },
          versions: [{ name: version, served: true, storage: true, schema }],
        },
      }),
    );
  }
  for (const account of ['cilium', 'creator', 'aggregator', 'monitor', 'stranger']) {
    const subject = `ServiceAccount kube-system/${account}`;
    await must(admin.create('clusterrolebindings', account, roleBinding('cluster-admin', subject)));
  }
  await inEffect(cluster, ...policyNames);
  for (const namespace of states) {
    await waitFor('the default service account', async () => {
      return (await admin.get('serviceaccounts', `${namespace}/default`)).status === 200;
    });
    await must(alice.create('pods', `${namespace}/web`, pod('web')));
    await must(alice.create('secrets', `${namespace}/certificate`, { type: 'Opaque' }));
    for (const [, , , plural] of definitions) {
      await waitFor(plural, async () => (await admin.get(plural, `${namespace}/`)).status === 200);
    }
  }
});

afterAll(() => cluster.stop());

const claim = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };

/** What operators do in a namespace, each by the request that it sends. */
const work: [operator: string, what: string, by: (who: Actor, ns: string) => Promise<Answer>, inMarked: boolean][] = [
  ['Cilium', 'registers a pod', (who, ns) => who.dryRun.create('ciliumendpoints', `${ns}/web`), false],
  [
    'cert-manager',
    'asks for a certificate',
    (who, ns) => who.dryRun.create('certificaterequests', `${ns}/web-2`),
    false,
  ],
  [
    'cert-manager',
    'renews a Secret',
    (who, ns) => who.dryRun.update('secrets', `${ns}/certificate`, { stringData: { 'tls.crt': 'new' } }),
    true,
  ],
  ['cluster-autoscaler, VPA', 'evict a pod', (who, ns) => who.dryRun.create('pods/eviction', `${ns}/web`), true],
  [
    'Velero, the snapshot controller',
    'snapshot a volume',
    (who, ns) => who.dryRun.create('volumesnapshots', `${ns}/nightly`),
    true,
  ],
  ['Velero', 'runs a hook in a pod', (who, ns) => who.connect('pods/exec', `${ns}/web`, 'command=sync'), true],
  [
    'Prometheus operator',
    'creates a StatefulSet',
    (who, ns) =>
      who.dryRun.create('statefulsets', `${ns}/prometheus`, {
        spec: {
          serviceName: 'prometheus',
          selector: { matchLabels: { app: 'p' } },
          template: { metadata: { labels: { app: 'p' } }, ...pod('prometheus') },
        },
      }),
    false,
  ],
];

describe('operators in namespaces that are cordoned or marked', () => {
  test.each(work)('%s %s: with the power Maintain, and not without', async (_, _what, by, inMarked) => {
    const [agent, stranger] = [
      await cluster.serviceAccount('kube-system/cilium'),
      await cluster.serviceAccount('kube-system/stranger'),
    ];
    for (const namespace of states) {
      expect(await verdictPastRbac(() => by(agent, namespace))).not.toMatch(/^(cordon|marked-for-deletion): /);
      const found = await verdictPastRbac(() => by(stranger, namespace));
      if (namespace === 'solar-frozen') expect(found).toMatch(/^cordon: /);
      else if (inMarked) expect(found).not.toMatch(/^marked-for-deletion: /);
      else expect(found).toMatch(/^marked-for-deletion: /);
    }
  });
});

describe('each power by itself', () => {
  const aggregated = { metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } }, rules: [] };
  const powers = {
    Maintain: (who: Actor) => who.dryRun.create('configmaps', 'solar-frozen/new'),
    CreateNamespaces: (who: Actor) => who.dryRun.create('namespaces', 'operators-own'),
    AggregateRoles: (who: Actor) => who.dryRun.create('clusterroles', 'widgets', aggregated),
  };

  test.each([
    ['cilium', 'Maintain'],
    ['creator', 'CreateNamespaces'],
    ['aggregator', 'AggregateRoles'],
    ['monitor', 'BoundByTenants'],
    ['stranger', 'none'],
  ])('kube-system/%s has %s and no other', async (account, power) => {
    const who = await cluster.serviceAccount(`kube-system/${account}`);
    for (const [name, by] of Object.entries(powers)) {
      const found = await verdictPastRbac(() => by(who));
      if (name === power) expect(found).toBe('allowed');
      else expect(found).toMatch(/^(cordon|namespaces|aggregation): /);
    }
    const owner = await cluster.person('sam', 'solar-leads');
    const binding = roleBinding('view', `ServiceAccount kube-system/${account}`);
    const bound = verdict(await owner.dryRun.create('rolebindings', 'solar-prod/operator', binding));
    if (power === 'BoundByTenants') expect(bound).toBe('allowed');
    else expect(bound).toMatch(/^self-service-bindings: /);
  });
});

describe("a cluster's own admins, by the groups of their client certificates", () => {
  const admins = [
    ['kubeadm 1.29 and newer', 'kubernetes-admin', 'kubeadm:cluster-admins'],
    ['kubeadm before, k3s, RKE2, AKS', 'kubernetes-admin', 'system:masters'],
    ['OpenShift', 'kube:admin', 'system:cluster-admins'],
  ] as const;

  test.each(admins)('%s', async (_, user, group) => {
    const { admin } = cluster;
    const name = group.replaceAll(':', '-');
    if (group !== 'system:masters') {
      await must(admin.create('clusterrolebindings', name, roleBinding('cluster-admin', `Group ${group}`)));
    }
    const who = cluster.impersonate(user, group);
    const aggregated = { metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' } }, rules: [] };
    const requests: (() => Promise<Answer>)[] = [
      // What the cluster needs: a namespace, an operator's role, a node drained, the operator's files applied again.
      () => who.dryRun.create('namespaces', 'monitoring3'),
      () => who.dryRun.create('clusterroles', 'cert-manager-edit', aggregated),
      () => who.dryRun.create('pods/eviction', 'solar-frozen/web'),
      () => who.dryRun.patch('clusterroles', 'tenantry:argo-cd', { metadata: { labels: { note: 'mine' } } }),
      // What takes a policy away where it is in the way.
      () => who.dryRun.delete('validatingadmissionpolicybindings', 'cordon.tenantry.dev'),
    ];
    for (const request of requests) expect(await verdictPastRbac(request)).toBe('allowed');
    expect(verdict(await who.delete('namespaces', 'solar-prod'))).toMatch(/^namespaces: .* is deleted in two steps/);
  });

  test('a token cannot say that somebody is one', async () => {
    for (const [, , group] of admins) {
      const mallory = await cluster.person('mallory', group);
      const { status, body } = await mallory.get('configmaps', 'solar-prod/');
      expect([status, at(body, 'reason')]).toEqual([401, 'Unauthorized']);
    }
  });
});

describe('a restore from a backup', () => {
  /** A backup program, as the account that Velero has: RBAC lets it do anything, and it goes through cordons. */
  const restorer = () => cluster.serviceAccount('kube-system/cilium');

  test('brings data into namespaces that are there, cordoned and marked ones too', async () => {
    const who = await restorer();
    for (const namespace of ['solar-prod', ...states]) {
      for (const request of [
        () => who.dryRun.create('configmaps', `${namespace}/restored`),
        () => who.dryRun.create('secrets', `${namespace}/restored`, { stringData: { a: 'b' } }),
        () => who.dryRun.create('persistentvolumeclaims', `${namespace}/restored`, claim),
      ]) {
        expect(await verdictPastRbac(request)).toBe('allowed');
      }
    }
  });

  test("brings back nothing of the platform's: neither a namespace with its labels nor a binding", async () => {
    const who = await restorer();
    const { body } = await cluster.admin.get('namespaces', 'solar-dev');
    const labels = at(body, 'metadata', 'labels');
    const restored = { metadata: { labels, annotations: at(body, 'metadata', 'annotations') } };
    expect(verdict(await who.dryRun.create('namespaces', 'solar-old', restored))).toMatch(/^namespaces: /);
    const ours = 'solar-prod/tenantry:group:former:admin';
    expect(verdict(await who.dryRun.create('rolebindings', ours, roleBinding('admin', 'Group former')))).toMatch(
      /^(managed-objects|self-service-bindings): /,
    );
    // One who passes restores it as it was; it is the tenant's that it says, and Argo CD goes on with it.
    expect(verdict(await cluster.alice.create('namespaces', 'solar-old', restored))).toBe('allowed');
    expect(verdict(await cluster.argoCD.dryRun.apply('namespaces', 'solar-old', { metadata: { labels } }))).toBe(
      'allowed',
    );
  });
});

describe('a policy is in the way at three in the morning', () => {
  test('who may do everything by RBAC is told as whom to come, or takes the binding away until Argo CD brings it back', async () => {
    const { overseer } = cluster;
    const write = () => overseer.dryRun.create('configmaps', 'solar-frozen/fix');
    expect(verdict(await write())).toContain('to do it all the same, act as a member of cluster-admins');
    await must(overseer.delete('validatingadmissionpolicybindings', 'cordon.tenantry.dev'));
    await waitFor('the policy to let go', async () => verdict(await write()) === 'allowed');
    await cluster.sync(organization());
    await inEffect(cluster, 'cordon');
    expect(verdict(await write())).toMatch(/^cordon: /);
  });
});
