import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { minorOf } from '../../src/kubernetes/recorded-versions.ts';
import { testedMinor } from '../control-plane/binaries.ts';
import { at, listAt, waitFor } from '../control-plane/client.ts';
import type { Actor } from './support/actor.ts';
import { must, startCluster } from './support/cluster.ts';
import type { TestCluster } from './support/cluster.ts';
import { pod } from './support/objects.ts';
import { organization } from './support/organization.ts';
import { inEffect, withoutPolicy } from './support/policies.ts';
import { verdict } from './support/verdict.ts';

/** S69: the policies `pods`, `storage` and `ingresses`: which registries and classes a tenant may use. */

const minor = minorOf(testedMinor());
/** A volume can be an image since 1.31: the policy looks at it from then on. */
const hasImageVolumes = minor >= 31;

let cluster: TestCluster;
let owner: Actor;

const own = 'registry.example.com/solar/web:1';
const base = 'registry.example.com/base/tools:1';
const reason = (what: string, name: string, hint: string, list: string): string =>
  `the ${what} "${name}" is not allowed in solar-strict: ${hint}, or have isolation.${list} changed in the tenant's file`;
const wrongImage = (image: string): string =>
  `pods: ${reason('image', image, 'begin it with registry.example.com/solar/ or registry.example.com/base/', 'registries')}`;

/** What stood before the lists became as narrow as they are. */
async function createBefore(): Promise<void> {
  const { alice } = cluster;
  await must(
    alice.create('pods', 'solar-strict/before', pod('nginx', { runtimeClassName: 'fast', priorityClassName: 'gold' })),
  );
  await must(alice.create('persistentvolumeclaims', 'solar-strict/before', claim({ storageClassName: 'slow' })));
  await must(alice.create('ingresses', 'solar-strict/before', ingress({ ingressClassName: 'public' })));
}

function claim(spec: object, annotations: Record<string, string> = {}): object {
  const resources = { requests: { storage: '1Gi' } };
  return { metadata: { annotations }, spec: { accessModes: ['ReadWriteOnce'], resources, ...spec } };
}

function ingress(spec: object, annotations: Record<string, string> = {}): object {
  const defaultBackend = { service: { name: 'web', port: { number: 80 } } };
  return { metadata: { annotations }, spec: { defaultBackend, ...spec } };
}

beforeAll(async () => {
  cluster = await startCluster(organization(), {
    argoCDMayDo: 'anything',
    // Behind a feature gate at first, which a cluster may have opened.
    apiServerFlags: minor >= 31 && minor < 35 ? ['--feature-gates=ImageVolume=true'] : [],
  });
  owner = await cluster.person('sam', 'solar-leads');
  const { admin } = cluster;
  for (const [name, value] of [
    ['batch', 1],
    ['gold', 2],
  ] as const)
    await must(admin.create('priorityclasses', name, { value }));
  for (const name of ['sandboxed', 'fast']) await must(admin.create('runtimeclasses', name, { handler: name }));
  await waitFor('the default service account', async () => {
    return (await admin.get('serviceaccounts', 'solar-strict/default')).status === 200;
  });
  await inEffect(cluster, 'pods', 'storage', 'ingresses');
  await createBefore();
});

afterAll(() => cluster.stop());

test('what a claim says by its status is looked at as well', async () => {
  const annotations = { 'volume.beta.kubernetes.io/storage-class': 'slow' };
  await must(owner.create('persistentvolumeclaims', 'solar-strict/status', claim({ storageClassName: 'fast' })));
  const found = await cluster.overseer.patch('persistentvolumeclaims/status', 'solar-strict/status', {
    metadata: { annotations },
  });
  expect(verdict(found)).toMatch(/^storage: the StorageClass "slow" is not allowed in solar-strict/);
  const capacity = { status: { phase: 'Pending' } };
  expect(verdict(await cluster.overseer.patch('persistentvolumeclaims/status', 'solar-strict/status', capacity))).toBe(
    'allowed',
  );
});

describe('S69: images come from the registries of the tenant', () => {
  const container = { name: 'more', image: 'nginx' };
  const image = { name: 'data', image: { reference: 'ghcr.io/data:1' } };
  const allowedVolumes: [string, object][] = hasImageVolumes
    ? [['a volume', pod(own, { volumes: [{ name: 'data', image: { reference: base } }] })]]
    : [];
  const refusedVolumes: [string, object, string][] = hasImageVolumes
    ? [['another in a volume', pod(own, { volumes: [image] }), 'ghcr.io/data:1']]
    : [];

  test.each<[string, object]>([
    ['one of them', pod(own)],
    ['several', pod(own, { initContainers: [{ name: 'init', image: base }] })],
    ['a digest', pod(`registry.example.com/solar/web@sha256:${'0'.repeat(64)}`)],
    ...allowedVolumes,
    ['other volumes', pod(own, { volumes: [{ name: 'tmp', emptyDir: {} }] })],
  ])('%s', async (_, object) => {
    expect(verdict(await owner.dryRun.create('pods', 'solar-strict/new', object))).toBe('allowed');
  });

  test.each<[string, object, string]>([
    ['no registry at all', pod('nginx'), 'nginx'],
    ['another', pod('ghcr.io/solar/web:1'), 'ghcr.io/solar/web:1'],
    ['another path', pod('registry.example.com/green/web:1'), 'registry.example.com/green/web:1'],
    ['a path that begins alike', pod('registry.example.com/solar-evil/web'), 'registry.example.com/solar-evil/web'],
    ['a host that begins alike', pod('registry.example.com.evil/solar/web'), 'registry.example.com.evil/solar/web'],
    ['another in an init container', pod(own, { initContainers: [container] }), 'nginx'],
    ['another in a second container', { spec: { containers: [{ name: 'main', image: own }, container] } }, 'nginx'],
    ...refusedVolumes,
  ])('not %s', async (_, object, found) => {
    for (const who of [owner, cluster.overseer, cluster.argoCD, cluster.operator]) {
      expect(verdict(await who.create('pods', 'solar-strict/new', object))).toBe(wrongImage(found));
    }
  });

  test('a list holds by being named, and an older namespace that names none holds what it has', async () => {
    const { alice } = cluster;
    const attempt = async () => verdict(await owner.dryRun.create('pods', 'solar-strict/new', pod('nginx')));
    for (const [lists, expected] of [
      ['allowed-storage-classes', 'allowed'],
      ['', 'allowed'],
      [null, wrongImage('nginx')],
      ['allowed-registries,allowed-storage-classes', wrongImage('nginx')],
    ] as const) {
      const annotations = { 'tenantry.dev/allow-lists': lists };
      await must(alice.patch('namespaces', 'solar-strict', { metadata: { annotations } }));
      await waitFor(`${String(lists)} to count`, async () => (await attempt()) === expected);
    }
    await cluster.sync(organization());
  });

  test('a volume is an image, or there are no such volumes', async () => {
    const { body } = await must(owner.dryRun.create('pods', 'solar-dev/new', pod(own, { volumes: [image] })));
    const volume = listAt(body, 'spec', 'volumes').find((one) => at(one, 'name') === image.name);
    expect(at(volume, 'image', 'reference')).toBe(hasImageVolumes ? image.image.reference : undefined);
  });

  test('no pod that a controller makes of a template either', async () => {
    const replicaSets = await cluster.serviceAccount('kube-system/replicaset-controller');
    expect(verdict(await replicaSets.create('pods', 'solar-strict/new', pod('nginx')))).toBe(wrongImage('nginx'));
    expect(verdict(await replicaSets.dryRun.create('pods', 'solar-strict/new', pod(own)))).toBe('allowed');
  });

  test('nor a container that is added or changed later', async () => {
    await must(owner.create('pods', 'solar-strict/web', pod(own)));
    const debug = (name: string) => ({ spec: { ephemeralContainers: [{ name: 'debug', image: name }] } });
    const { overseer } = cluster;
    const target = 'pods/ephemeralcontainers';
    expect(verdict(await overseer.patch(target, 'solar-strict/web', debug('busybox')))).toBe(wrongImage('busybox'));
    expect(verdict(await overseer.update(target, 'solar-strict/web', debug('busybox')))).toBe(wrongImage('busybox'));
    expect(verdict(await overseer.patch(target, 'solar-strict/web', debug(base)))).toBe('allowed');
    const replace = [{ op: 'replace', path: '/spec/containers/0/image', value: 'nginx' }];
    expect(verdict(await owner.jsonPatch('pods', 'solar-strict/web', replace))).toBe(wrongImage('nginx'));
    const allowed = [{ op: 'replace', path: '/spec/containers/0/image', value: base }];
    expect(verdict(await owner.jsonPatch('pods', 'solar-strict/web', allowed))).toBe('allowed');
    expect(verdict(await owner.delete('pods', 'solar-strict/web'))).toBe('allowed');
  });

  test('anything goes where no list is, in a namespace that is no concern of ours, and for those who break the glass', async () => {
    expect(verdict(await owner.dryRun.create('pods', 'solar-dev/new', pod('nginx')))).toBe('allowed');
    expect(verdict(await cluster.overseer.dryRun.create('pods', 'default/new', pod('nginx')))).toBe('allowed');
    expect(verdict(await cluster.alice.dryRun.create('pods', 'solar-strict/new', pod('nginx')))).toBe('allowed');
  });
});

describe('S69: pods name the classes that the tenant may use', () => {
  test.each<[string, object]>([
    ['none', {}],
    ['a runtime class', { runtimeClassName: 'sandboxed' }],
    ['a priority class', { priorityClassName: 'batch' }],
  ])('%s', async (_, spec) => {
    expect(verdict(await owner.dryRun.create('pods', 'solar-strict/new', pod(own, spec)))).toBe('allowed');
  });

  test.each<[string, object, string]>([
    [
      'another runtime class',
      { runtimeClassName: 'fast' },
      reason('RuntimeClass', 'fast', 'name sandboxed', 'runtimeClasses'),
    ],
    [
      'another priority class',
      { priorityClassName: 'gold' },
      reason('PriorityClass', 'gold', 'name batch', 'priorityClasses'),
    ],
    [
      'one of the system',
      { priorityClassName: 'system-node-critical' },
      reason('PriorityClass', 'system-node-critical', 'name batch', 'priorityClasses'),
    ],
  ])('not %s', async (_, spec, message) => {
    expect(verdict(await owner.create('pods', 'solar-strict/new', pod(own, spec)))).toBe(`pods: ${message}`);
  });

  test('nor one of the system where no list is set, unless it is listed', async () => {
    const named = pod('nginx', { priorityClassName: 'system-node-critical' });
    const found = verdict(await owner.dryRun.create('pods', 'solar-prod/new', named));
    expect(found).toMatch(/^pods: a PriorityClass of system-\* pushes out the pods of others/);
    const everyday = pod('nginx', { priorityClassName: 'gold' });
    expect(verdict(await owner.dryRun.create('pods', 'solar-prod/new', everyday))).toBe('allowed');
    await withoutPolicy(cluster, 'pods', async () => {
      await waitFor('nothing that refuses it', async () => {
        return verdict(await owner.dryRun.create('pods', 'solar-prod/new', named)) === 'allowed';
      });
    });
  });

  test("the cluster's default priority class is judged like one that was named", async () => {
    await must(cluster.admin.create('priorityclasses', 'usual', { value: 3, globalDefault: true }));
    await waitFor('the default', async () => {
      const found = verdict(await owner.dryRun.create('pods', 'solar-strict/new', pod(own)));
      return found === `pods: ${reason('PriorityClass', 'usual', 'name batch', 'priorityClasses')}`;
    });
    await must(cluster.admin.delete('priorityclasses', 'usual'));
  });
});

describe('S69: claims name a storage class that the tenant may use', () => {
  const wrong = (name: string): string => `storage: ${reason('StorageClass', name, 'name fast', 'storageClasses')}`;
  const old = 'volume.beta.kubernetes.io/storage-class';

  test('that one, by either of its names', async () => {
    const object = claim({ storageClassName: 'fast' });
    expect(verdict(await owner.dryRun.create('persistentvolumeclaims', 'solar-strict/new', object))).toBe('allowed');
    const annotated = claim({}, { [old]: 'fast' });
    expect(verdict(await owner.dryRun.create('persistentvolumeclaims', 'solar-strict/new', annotated))).toBe('allowed');
  });

  test.each<[string, object, string]>([
    ['another', claim({ storageClassName: 'slow' }), 'slow'],
    ['none', claim({}), ''],
    ['the empty one, which takes any volume that is there', claim({ storageClassName: '' }), ''],
    ['another by the old annotation', claim({ storageClassName: 'fast' }, { [old]: 'slow' }), 'slow'],
    ['another by the old annotation alone', claim({}, { [old]: 'slow' }), 'slow'],
  ])('not %s', async (_, object, name) => {
    for (const who of [owner, cluster.argoCD]) {
      expect(verdict(await who.create('persistentvolumeclaims', 'solar-strict/new', object))).toBe(wrong(name));
    }
  });

  test('the default class of the cluster is judged like one that was named', async () => {
    const isDefault = { metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } };
    await must(cluster.admin.create('storageclasses', 'usual', { ...isDefault, provisioner: 'example.com/disk' }));
    await waitFor('the default', async () => {
      const found = await owner.dryRun.create('persistentvolumeclaims', 'solar-strict/new', claim({}));
      return verdict(found) === wrong('usual');
    });
    await must(cluster.admin.delete('storageclasses', 'usual'));
  });

  test('nor claims of controllers, for templates of pods and StatefulSets', async () => {
    const controller = await cluster.serviceAccount('kube-system/statefulset-controller');
    const object = claim({ storageClassName: 'slow' });
    expect(verdict(await controller.create('persistentvolumeclaims', 'solar-strict/new', object))).toBe(wrong('slow'));
  });

  test('anything goes where no list is, and for those who break the glass', async () => {
    const object = claim({ storageClassName: 'slow' });
    expect(verdict(await owner.dryRun.create('persistentvolumeclaims', 'solar-dev/new', object))).toBe('allowed');
    expect(verdict(await cluster.alice.dryRun.create('persistentvolumeclaims', 'solar-strict/new', object))).toBe(
      'allowed',
    );
  });
});

describe('S69: Ingresses name an ingress class that the tenant may use', () => {
  const wrong = (name: string): string =>
    `ingresses: ${reason('IngressClass', name, 'name internal', 'ingressClasses')}`;
  const old = 'kubernetes.io/ingress.class';

  test('that one, by either of its names', async () => {
    const object = ingress({ ingressClassName: 'internal' });
    expect(verdict(await owner.dryRun.create('ingresses', 'solar-strict/new', object))).toBe('allowed');
    const annotated = ingress({}, { [old]: 'internal' });
    expect(verdict(await owner.dryRun.create('ingresses', 'solar-strict/new', annotated))).toBe('allowed');
  });

  test.each<[string, object, string]>([
    ['another', ingress({ ingressClassName: 'public' }), 'public'],
    ['none, which some controllers take for themselves', ingress({}), ''],
    ['another by the old annotation', ingress({}, { [old]: 'public' }), 'public'],
  ])('not %s', async (_, object, name) => {
    for (const who of [owner, cluster.argoCD]) {
      expect(verdict(await who.create('ingresses', 'solar-strict/new', object))).toBe(wrong(name));
    }
  });

  test('nor later, by a change of the class, the annotation, or the annotation through the status', async () => {
    await must(owner.create('ingresses', 'solar-strict/web', ingress({ ingressClassName: 'internal' })));
    const { overseer } = cluster;
    const byClass = { spec: { ingressClassName: 'public' } };
    const byAnnotation = { metadata: { annotations: { [old]: 'public' } } };
    expect(verdict(await overseer.patch('ingresses', 'solar-strict/web', byClass))).toBe(wrong('public'));
    expect(verdict(await overseer.update('ingresses', 'solar-strict/web', byClass))).toBe(wrong('public'));
    expect(verdict(await overseer.patch('ingresses', 'solar-strict/web', byAnnotation))).toBe(wrong('public'));
    expect(verdict(await overseer.patch('ingresses/status', 'solar-strict/web', byAnnotation))).toBe(wrong('public'));
    const status = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } };
    expect(verdict(await overseer.patch('ingresses/status', 'solar-strict/web', status))).toBe('allowed');
    expect(verdict(await owner.delete('ingresses', 'solar-strict/web'))).toBe('allowed');
  });

  test('anything goes where no list is, and for those who break the glass', async () => {
    const object = ingress({ ingressClassName: 'public' });
    expect(verdict(await owner.dryRun.create('ingresses', 'solar-dev/new', object))).toBe('allowed');
    expect(verdict(await cluster.alice.dryRun.create('ingresses', 'solar-strict/new', object))).toBe('allowed');
  });
});

describe('what stood before a list was narrowed goes on', () => {
  const touch = { metadata: { labels: { touched: 'yes' }, finalizers: ['example.com/hold'] } };

  test.each(['pods', 'persistentvolumeclaims', 'ingresses'] as const)(
    '%s can be changed, and finish deleting',
    async (resource) => {
      const name = 'solar-strict/before';
      expect(verdict(await cluster.overseer.patch(resource, name, touch))).toBe('allowed');
      await must(owner.delete(resource, name));
      expect(verdict(await cluster.overseer.patch(resource, name, { metadata: { finalizers: null } }))).toBe('allowed');
      if (resource === 'persistentvolumeclaims') return; // Kubernetes' own finalizer stays, for want of its controller.
      await waitFor('it to be gone', async () => (await cluster.admin.get(resource, name)).status === 404);
    },
  );

  test('a claim can be resized', async () => {
    const { alice, admin } = cluster;
    await must(admin.create('storageclasses', 'slow', { provisioner: 'example.com/disk', allowVolumeExpansion: true }));
    await must(
      alice.create(
        'persistentvolumeclaims',
        'solar-strict/bound',
        claim({ storageClassName: 'slow', volumeName: 'v' }),
      ),
    );
    await must(admin.patch('persistentvolumeclaims/status', 'solar-strict/bound', { status: { phase: 'Bound' } }));
    const larger = { spec: { resources: { requests: { storage: '2Gi' } } } };
    expect(verdict(await owner.patch('persistentvolumeclaims', 'solar-strict/bound', larger))).toBe('allowed');
  });
});

test('an empty list allows nothing', async () => {
  const annotation = { metadata: { annotations: { 'tenantry.dev/allowed-registries': '' } } };
  await must(cluster.alice.patch('namespaces', 'solar-strict', annotation));
  await waitFor('the list', async () => {
    const found = verdict(await owner.dryRun.create('pods', 'solar-strict/new', pod(own)));
    return found === `pods: ${reason('image', own, 'none is', 'registries')}`;
  });
});

test("the organization's lists hold in the namespaces of groups", async () => {
  await cluster.sync(
    organization({
      organization:
        'defaults: { isolation: { registries: [registry.example.com/shared/] } }\ngrants: { solar: { registries: [registry.example.com/] } }',
    }),
  );
  const member = await cluster.person('sue', 'sandbox');
  await waitFor('the list', async () => {
    return verdict(await member.dryRun.create('pods', 'sandbox/new', pod('nginx'))).startsWith('pods: ');
  });
  const shared = pod('registry.example.com/shared/web');
  expect(verdict(await member.dryRun.create('pods', 'sandbox/new', shared))).toBe('allowed');
  expect(at((await cluster.admin.get('namespaces', 'sandbox')).body, 'metadata', 'annotations')).toMatchObject({
    'tenantry.dev/allowed-registries': 'registry.example.com/shared/',
  });
});

test.each(['pods', 'storage', 'ingresses'] as const)('without the policy %s, anything goes', async (policy) => {
  await cluster.sync(organization());
  await inEffect(cluster, policy);
  await withoutPolicy(cluster, policy);
});
