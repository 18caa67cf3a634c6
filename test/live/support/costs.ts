import type { Answer } from '../../control-plane/client.ts';
import type { ExampleFiles } from '../../support/examples.ts';
import type { Actor } from './actor.ts';
import type { TestCluster } from './cluster.ts';
import { must } from './cluster.ts';
import { pod, roleBinding } from './objects.ts';
import { organization, tenant } from './organization.ts';
import type { PolicyName } from './policies.ts';

/** Requests that are as large as people can make them, to see what the policies take of the API server for them. */

/** A request with a list in it, by the length of that. Nothing of it is stored. */
export interface Costly {
  readonly policy: PolicyName;
  /** What is asked, with the number of what stands in the list. */
  readonly what: (size: number) => string;
  /** Lengths at which it is measured. A policy's own bound is one of them. */
  readonly sizes: readonly number[];
  /** A length that is to cost a tenth of what one of ten times that length costs; each policy has one at least. */
  readonly tenfold?: number;
  /** Makes what the request is about, before the policies are there. */
  readonly prepare?: (cluster: TestCluster, size: number) => Promise<unknown>;
  readonly send: (cluster: TestCluster, size: number) => Promise<Answer>;
}

const count = <T>(size: number, make: (i: number) => T): T[] => Array.from({ length: size }, (_, i) => make(i));
const keyed = (size: number, key: (i: number) => string, value = ''): Record<string, string> =>
  Object.fromEntries(count(size, (i) => [key(i), value]));
const users = (size: number): string[] => count(size, (i) => `User user:p${i}`);
const label = { metadata: { labels: { a: 'b' } } };
const images = (size: number): object =>
  pod('registry.example.com/solar/web:1', {
    containers: count(size, (i) => ({ name: `c${i}`, image: `registry.example.com/solar/web:${i}` })),
  });
/** One whom RBAC lets do anything, and the policies nothing; by no token, which would end while all of this is measured. */
const overseer = ({ impersonate }: TestCluster): Actor => impersonate('user:olaf');

/** An organization with that many more groups and tenants: their names are in the policies. */
export function largeOrganization(groups: number, tenants: number): ExampleFiles {
  const names = count(groups, (i) => `    - { name: "department-${i}:team" }\n`).join('');
  const small = organization();
  return {
    ...small,
    'organization.yaml': String(small['organization.yaml']).replace('  groups:\n', `  groups:\n${names}`),
    ...Object.fromEntries(
      count(tenants, (i) =>
        tenant(`crew-${i}`, 'owners: [{ kind: Group, name: green-leads }]\nnamespaces: []'),
      ).flatMap((file) => Object.entries(file)),
    ),
  };
}

/** All of them; the lists are those that a tenant fills, or somebody whom RBAC lets write the object. */
export const costly: readonly Costly[] = [
  {
    policy: 'self-service-bindings',
    what: (size) => `create a RoleBinding with ${size} users`,
    sizes: [50, 500, 5000],
    tenfold: 50,
    send: (cluster, size) =>
      overseer(cluster).dryRun.create('rolebindings', 'solar-prod/costly', roleBinding('view', ...users(size))),
  },
  {
    policy: 'self-service-bindings',
    what: (size) => `create one with ${size} groups of the organization`,
    sizes: [30, 300],
    tenfold: 30,
    send: (cluster, size) =>
      overseer(cluster).dryRun.create(
        'rolebindings',
        'solar-prod/costly',
        roleBinding('view', ...count(size, (i) => `Group department-${i}:team`)),
      ),
  },
  {
    policy: 'self-service-bindings',
    what: (size) => `label one that has ${size} users`,
    sizes: [500, 1500, 5000],
    tenfold: 500,
    prepare: bindingOf,
    send: (cluster, size) => overseer(cluster).dryRun.patch('rolebindings', `solar-prod/users-${size}`, label),
  },
  {
    policy: 'self-service-bindings',
    what: (size) => `label one that has ${size} users, as a cluster admin`,
    sizes: [500, 1500],
    prepare: bindingOf,
    send: (cluster, size) =>
      cluster
        .impersonate('user:alice', 'cluster-admins')
        .dryRun.patch('rolebindings', `solar-prod/users-${size}`, label),
  },
  {
    policy: 'self-service-bindings',
    what: (size) => `replace ${size} users by others who are refused`,
    sizes: [50, 500],
    tenfold: 50,
    prepare: bindingOf,
    send: (cluster, size) =>
      overseer(cluster).dryRun.patch('rolebindings', `solar-prod/users-${size}`, {
        subjects: roleBinding('view', ...count(size, (i) => `User q${i}`)).subjects,
      }),
  },
  {
    policy: 'self-service-bindings',
    what: (size) => `take one away of ${size} users`,
    sizes: [500, 1500],
    prepare: bindingOf,
    send: (cluster, size) =>
      overseer(cluster).dryRun.patch('rolebindings', `solar-prod/users-${size}`, {
        subjects: roleBinding('view', ...users(size - 1)).subjects,
      }),
  },
  {
    policy: 'managed-objects',
    what: (size) => `create a NetworkPolicy with ${size} rules`,
    sizes: [200, 2000],
    tenfold: 200,
    send: (cluster, size) =>
      overseer(cluster).dryRun.create('networkpolicies', 'solar-prod/costly', {
        spec: {
          podSelector: {},
          ingress: count(size, (i) => ({ from: [{ podSelector: { matchLabels: { app: `a${i}` } } }] })),
        },
      }),
  },
  {
    policy: 'custom-roles',
    what: (size) => `create a ClusterRoleBinding with ${size} users`,
    sizes: [500, 5000],
    tenfold: 500,
    send: (cluster, size) =>
      overseer(cluster).dryRun.create('clusterrolebindings', 'costly', roleBinding('view', ...users(size))),
  },
  {
    policy: 'aggregation',
    what: (size) => `create a ClusterRole with ${size} rules`,
    sizes: [200, 2000],
    tenfold: 200,
    send: (cluster, size) =>
      overseer(cluster).dryRun.create('clusterroles', 'costly', {
        rules: count(size, (i) => ({ apiGroups: [`g${i}.example.com`], resources: ['things'], verbs: ['get'] })),
      }),
  },
  {
    policy: 'token-secrets',
    what: (size) => `create a Secret with ${size} keys and as many annotations`,
    sizes: [1000, 10_000],
    tenfold: 1000,
    send: (cluster, size) =>
      overseer(cluster).dryRun.create('secrets', 'solar-prod/costly', {
        metadata: { annotations: keyed(size, (i) => `a${i}`) },
        data: keyed(size, (i) => `k${i}`, 'YQ=='),
      }),
  },
  {
    policy: 'token-requests',
    what: (size) => `ask for a token with ${size} audiences`,
    sizes: [100, 1000],
    tenfold: 100,
    send: (cluster, size) =>
      overseer(cluster).dryRun.create('serviceaccounts/token', 'solar-prod/default', {
        spec: { audiences: count(size, (i) => `https://${i}.example.com`) },
      }),
  },
  {
    policy: 'namespaces',
    what: (size) => `label one that has ${size} annotations`,
    sizes: [500, 2000, 20_000],
    tenfold: 500,
    prepare: annotatedNamespace,
    send: (cluster, size) => overseer(cluster).dryRun.patch('namespaces', `annotations-${size}`, label),
  },
  {
    policy: 'namespaces',
    what: (size) => `annotate one that has ${size} annotations`,
    sizes: [49, 490, 2000, 20_000],
    tenfold: 49,
    prepare: annotatedNamespace,
    send: (cluster, size) =>
      overseer(cluster).dryRun.patch('namespaces', `annotations-${size}`, { metadata: { annotations: { b: 'c' } } }),
  },
  {
    policy: 'namespaces',
    what: (size) => `label one that has ${size} labels`,
    sizes: [490, 2000, 20_000],
    tenfold: 490,
    prepare: labelledNamespace,
    send: (cluster, size) => overseer(cluster).dryRun.patch('namespaces', `labels-${size}`, label),
  },
  {
    policy: 'namespaces',
    what: (size) => `delete one that has ${size} labels`,
    sizes: [500, 2000, 20_000],
    tenfold: 500,
    prepare: labelledNamespace,
    send: (cluster, size) => overseer(cluster).dryRun.delete('namespaces', `labels-${size}`),
  },
  {
    policy: 'namespaces',
    what: (size) => `create one with ${size} annotations, as an operator`,
    sizes: [50, 500, 2000],
    tenfold: 50,
    send: (cluster, size) =>
      cluster.operator.dryRun.create('namespaces', 'costly', {
        metadata: { annotations: keyed(size, (i) => `a${i}`) },
      }),
  },
  {
    policy: 'pods',
    what: (size) => `create a Pod with ${size} containers`,
    sizes: [24, 240, 1000],
    tenfold: 24,
    send: (cluster, size) => overseer(cluster).dryRun.create('pods', 'solar-strict/costly', images(size)),
  },
  {
    policy: 'pods',
    what: (size) => `label one that has ${size} containers`,
    sizes: [100, 1000],
    tenfold: 100,
    prepare: (cluster, size) => must(cluster.admin.create('pods', `solar-strict/containers-${size}`, images(size))),
    send: (cluster, size) => overseer(cluster).dryRun.patch('pods', `solar-strict/containers-${size}`, label),
  },
  {
    policy: 'storage',
    what: (size) => `create a claim with ${size} annotations`,
    sizes: [1000, 10_000],
    tenfold: 1000,
    send: (cluster, size) =>
      overseer(cluster).dryRun.create('persistentvolumeclaims', 'solar-strict/costly', {
        metadata: { annotations: keyed(size, (i) => `a${i}`) },
        spec: { storageClassName: 'fast', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      }),
  },
  {
    policy: 'ingresses',
    what: (size) => `create an Ingress with ${size} rules`,
    sizes: [200, 2000],
    tenfold: 200,
    send: (cluster, size) =>
      overseer(cluster).dryRun.create('ingresses', 'solar-strict/costly', {
        spec: {
          ingressClassName: 'internal',
          rules: count(size, (i) => ({
            host: `h${i}.example.com`,
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
            },
          })),
        },
      }),
  },
  {
    policy: 'cordon',
    what: (size) => `create a ConfigMap with ${size} keys, as an operator`,
    sizes: [1000, 10_000],
    tenfold: 1000,
    send: (cluster, size) =>
      cluster.operator.dryRun.create('configmaps', 'solar-frozen/costly', { data: keyed(size, (i) => `k${i}`) }),
  },
  {
    policy: 'marked-for-deletion',
    what: (size) => `create a ConfigMap with ${size} keys, as an operator`,
    sizes: [1000, 10_000],
    tenfold: 1000,
    send: (cluster, size) =>
      cluster.operator.dryRun.create('configmaps', 'solar-going/costly', { data: keyed(size, (i) => `k${i}`) }),
  },
];

async function annotatedNamespace({ admin }: TestCluster, size: number): Promise<void> {
  const name = `annotations-${size}`;
  if ((await admin.get('namespaces', name)).status === 200) return;
  await must(admin.create('namespaces', name, { metadata: { annotations: keyed(size, (i) => `a${i}`) } }));
}

async function labelledNamespace({ admin }: TestCluster, size: number): Promise<void> {
  const name = `labels-${size}`;
  if ((await admin.get('namespaces', name)).status === 200) return;
  await must(admin.create('namespaces', name, { metadata: { labels: keyed(size, (i) => `a${i}`) } }));
}

async function bindingOf(cluster: TestCluster, size: number): Promise<void> {
  const name = `solar-prod/users-${size}`;
  if ((await cluster.admin.get('rolebindings', name)).status === 200) return;
  await must(cluster.admin.create('rolebindings', name, roleBinding('view', ...users(size))));
}

/** Milliseconds that one measurement is enough of. */
const long = 2000;

/**
 * Milliseconds of the API server's processor time for a request: the least of some rounds, each of so many requests that
 * the kernel's clock, which ticks in hundredths of a second, can tell.
 */
export async function cpuOf(
  { plane }: Pick<TestCluster, 'plane'>,
  send: () => Promise<Answer>,
  {
    rounds = 3,
    atLeast = 200,
    most = 40,
  }: { readonly rounds?: number; readonly atLeast?: number; readonly most?: number } = {},
): Promise<number> {
  await send();
  let least = Infinity;
  for (let round = 0; round < rounds && (round === 0 || least < long); round++) {
    const start = plane.cpu('kube-apiserver');
    let sent = 0;
    while (sent < most && (sent === 0 || plane.cpu('kube-apiserver') - start < atLeast)) {
      await send();
      sent++;
    }
    least = Math.min(least, (plane.cpu('kube-apiserver') - start) / sent);
  }
  return least;
}
