import fc from 'fast-check';
import { stringify } from 'yaml';
import { exampleCertificate } from './examples.ts';

/**
 * Estates as they are found: clusters that were set up by several hands over years, with what tools of that time wrote into
 * them. They are made up; what is in them, and how often, follows three real ones (docs/estates.md).
 */

/** One rule of a Role, as the API server has it. */
export interface LiveRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A subject of a RoleBinding, by the name that the cluster knows. */
export interface LiveSubject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly name: string;
  readonly namespace?: string;
}

/** One subject of one RoleBinding: of a ClusterRole by its name, or of a Role with its rules. */
export interface LiveGrant {
  readonly cluster: string;
  readonly namespace: string;
  readonly subject: LiveSubject;
  readonly role: string | readonly LiveRule[];
}

/** A namespace, as the cluster has it. */
export interface LiveNamespace {
  readonly cluster: string;
  readonly name: string;
  /** The team's; undefined where an operator, or Kubernetes, has declared it. */
  readonly family: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly quota: Readonly<Record<string, string>>;
}

/** A cluster, as its operators have set it up. */
export interface LiveCluster {
  readonly name: string;
  /** With security context constraints, and without labels of Pod Security. */
  readonly isOpenShift: boolean;
  /** What stands before the names of users, by the cluster's own identity provider. */
  readonly userPrefix: string;
  /** Whether the certificate of its API server is publicly trusted. */
  readonly isPublic: boolean;
}

/** All that is found. */
export interface Estate {
  readonly clusters: readonly LiveCluster[];
  readonly namespaces: readonly LiveNamespace[];
  readonly grants: readonly LiveGrant[];
}

const groups = ['github:core', 'github:ops', 'github:data', 'github:web', 'github:audit'];
const users = ['joy', 'kim@example.com', 'lee'];
const families = ['shop', 'shop-api', 'data', 'kiosk'];
const foreign = ['default', 'monitoring'];
const clusterRoles = ['metrics-reader', 'view-crds', 'example.com:deployer'];

const customRules: readonly (readonly LiveRule[])[] = [
  [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list', 'watch'] }],
  [{ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['get', 'patch', 'update'] }],
  [
    { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ['create', 'delete', 'get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  ],
];

const annotations = fc.dictionary(
  fc.constantFrom('example.com/owner', 'example.com/chat', 'example.com/review-by', 'billing.example.com/unit'),
  fc.constantFrom('core', '#team-core', '2027-01-31', '{"unit": 12, "of": ["a"]}', 'Größe: 5', ''),
  { maxKeys: 3 },
);

const labels = fc.dictionary(fc.constantFrom('example.com/env', 'example.com/tier'), fc.constantFrom('prod', 'dev'), {
  maxKeys: 2,
});

const quota = fc
  .uniqueArray(fc.constantFrom('requests.cpu', 'limits.memory', 'pods', 'count/jobs.batch', 'requests.storage'), {
    maxLength: 3,
  })
  .map((keys) =>
    Object.fromEntries(keys.map((key) => [key, key.endsWith('memory') || key.endsWith('storage') ? '64Gi' : '20'])),
  );

const subjects = (accounts: readonly LiveNamespace[], userPrefix: string): fc.Arbitrary<LiveSubject> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...groups).map((name): LiveSubject => ({ kind: 'Group', name })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...users).map((name): LiveSubject => ({ kind: 'User', name: `${userPrefix}${name}` })),
    },
    ...(accounts.length === 0
      ? []
      : [
          {
            weight: 2,
            arbitrary: fc
              .constantFrom(...accounts)
              .map(({ name }): LiveSubject => ({ kind: 'ServiceAccount', name: 'deployer', namespace: name })),
          },
        ]),
  );

const role: fc.Arbitrary<LiveGrant['role']> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('admin', 'edit', 'view') },
  { weight: 1, arbitrary: fc.constantFrom(...clusterRoles) },
  { weight: 1, arbitrary: fc.constantFrom(...customRules) },
);

const clusters: fc.Arbitrary<readonly LiveCluster[]> = fc
  .uniqueArray(fc.constantFrom('old1', 'prod2', 'lab3'), { minLength: 1 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.record({
          name: fc.constant(name),
          isOpenShift: fc.boolean(),
          userPrefix: fc.constantFrom('user:', '', 'oidc:'),
          isPublic: fc.boolean(),
        }),
      ),
    ),
  );

/** The families' namespaces on a cluster: some are named after the family, some as somebody felt on that day. */
const namespacesOn = (cluster: LiveCluster): fc.Arbitrary<readonly LiveNamespace[]> =>
  fc
    .uniqueArray(
      fc.record({
        cluster: fc.constant(cluster.name),
        family: fc.constantFrom(...families),
        suffix: fc.constantFrom('', '-dev', '-production', '-stage-eu-west'),
        odd: fc.boolean(),
        labels,
        annotations,
        quota,
      }),
      { maxLength: 6, selector: ({ family, suffix, odd }) => nameOf(family, suffix, odd) },
    )
    .map((all) =>
      all.map(({ suffix, odd, family, ...rest }) => ({ ...rest, family, name: nameOf(family, suffix, odd) })),
    );

function nameOf(family: string, suffix: string, odd: boolean): string {
  return odd ? `${suffix === '' ? 'x' : suffix.slice(1)}-of-${family}` : `${family}${suffix}`;
}

const foreignOn = (cluster: LiveCluster): LiveNamespace[] =>
  foreign.map((name) => ({
    cluster: cluster.name,
    name,
    family: undefined,
    labels: {},
    annotations: {},
    quota: {},
  }));

/** Estates with all that the config can say. What it refuses on purpose is tried by itself. */
export const estates: fc.Arbitrary<Estate> = clusters.chain((found) =>
  fc
    .tuple(...found.map(namespacesOn))
    .map((all) => all.flat())
    .chain((own) => {
      const namespaces = [...own, ...found.flatMap(foreignOn)];
      return fc
        .tuple(
          ...namespaces.map((namespace) => {
            const cluster = found.find(({ name }) => name === namespace.cluster);
            const accounts = own.filter((one) => one.cluster === namespace.cluster);
            return fc
              .uniqueArray(
                fc.record({ subject: subjects(accounts, cluster?.userPrefix ?? ''), role: grantable(namespace) }),
                { maxLength: 4, selector: (grant) => JSON.stringify(grant) },
              )
              .map((some) =>
                some.map((grant) => ({ ...grant, cluster: namespace.cluster, namespace: namespace.name })),
              );
          }),
        )
        .map((grants): Estate => ({ clusters: found, namespaces, grants: withoutBuiltInTwice(grants.flat()) }));
    }),
);

function grantable(namespace: LiveNamespace): fc.Arbitrary<LiveGrant['role']> {
  return namespace.family === undefined ? fc.constantFrom('view', 'edit') : role;
}

/** Of two built-in roles the wider one holds what the other does: nobody binds both to one subject. */
function withoutBuiltInTwice(grants: readonly LiveGrant[]): LiveGrant[] {
  const seen = new Set<string>();
  return grants.filter(({ cluster, namespace, subject, role: bound }) => {
    if (bound !== 'admin' && bound !== 'edit' && bound !== 'view') return true;
    const key = JSON.stringify([cluster, namespace, subject]);
    return !seen.has(key) && seen.add(key);
  });
}

/** The files that say what an estate holds: as somebody writes them who takes it over as it is. */
export function estateFiles(estate: Estate): Record<string, string> {
  const files: Record<string, string> = {
    'organization.yaml': file('Organization', 'estate', organizationOf(estate)),
    ...(estate.clusters.some(({ isPublic }) => !isPublic) && { 'clusters/ca.pem': exampleCertificate }),
  };
  for (const cluster of estate.clusters) {
    files[`clusters/${cluster.name}.yaml`] = file('Cluster', cluster.name, clusterOf(cluster, estate));
  }
  const found = new Map<string, LiveNamespace[]>();
  for (const namespace of estate.namespaces) {
    if (namespace.family === undefined) continue;
    // A tenant for each cluster: what has one name on two of them need not be alike.
    const tenant = `${namespace.family}-${namespace.cluster}`;
    found.set(tenant, [...(found.get(tenant) ?? []), namespace]);
  }
  for (const [tenant, namespaces] of found) {
    files[`tenants/${tenant}.yaml`] = file('Tenant', tenant, {
      owners: [],
      isolation: { enforcement: 'Observe' },
      namespaces: namespaces.map((namespace) => ({
        fullName: namespace.name,
        clusters: [namespace.cluster],
        ...filled('labels', namespace.labels),
        ...filled('annotations', namespace.annotations),
        ...filled('quota', quotaOf(namespace)),
        sharedWith: sharesOf(namespace, estate),
      })),
    });
  }
  return files;
}

function organizationOf({ grants }: Estate): Record<string, unknown> {
  const rules = distinctRules(grants);
  return {
    issuer: 'https://platform.example.com/api/oidc',
    admins: ['robin'],
    groups: groups.map((name) => ({ name, namespace: name.replace(':', '-') })),
    naming: { tenantPrefix: 'Optional', identifierMaxLength: 50 },
    limits: {
      owners: 'Optional',
      enforcement: 'Observe',
      fullNames: ['*'],
      // Whoever controls these acts as the accounts that are given something elsewhere.
      accountNamespaces: [...new Set(grants.flatMap(({ subject }) => subject.namespace ?? []))],
      labelKeys: ['example.com/*'],
      annotationKeys: ['example.com/*', 'billing.example.com/*'],
    },
    roles: rules.map((some, i) => ({ name: `custom-${i}`, rules: some })),
    clusterRoles,
    clusterShares: 'Derived',
    changes: { productionNamespaces: { 'example.com/env': 'prod' } },
    gitHub: { organization: 'example', groupPrefix: 'github:' },
  };
}

function clusterOf(cluster: LiveCluster, estate: Estate): Record<string, unknown> {
  const shared = estate.namespaces.filter((one) => one.cluster === cluster.name && one.family === undefined);
  return {
    server: `https://${cluster.name}.example.com:6443`,
    ...(!cluster.isPublic && { certificateAuthority: { file: 'ca.pem' } }),
    kubernetesVersion: '1.34',
    authentication: { configuration: 'Own', userPrefix: cluster.userPrefix },
    ...(cluster.isOpenShift && { podSecurityLabels: 'Omitted' }),
    foreignNamespaces: shared.map((one) => ({ name: one.name, sharedWith: sharesOf(one, estate) })),
  };
}

function sharesOf(namespace: LiveNamespace, { clusters: all, grants }: Estate): Record<string, unknown>[] {
  const prefix = all.find(({ name }) => name === namespace.cluster)?.userPrefix ?? '';
  return grants
    .filter((grant) => grant.cluster === namespace.cluster && grant.namespace === namespace.name)
    .map(({ subject, role: bound }) => ({
      ...(subject.kind === 'Group'
        ? { group: subject.name }
        : subject.kind === 'User'
          ? { user: subject.name.slice(prefix.length) }
          : { serviceAccount: `${subject.namespace ?? ''}/${subject.name}` }),
      role: typeof bound === 'string' ? bound : roleName(bound, grants),
    }));
}

const roleName = (rules: readonly LiveRule[], grants: readonly LiveGrant[]): string =>
  `custom-${distinctRules(grants).findIndex((some) => JSON.stringify(some) === JSON.stringify(rules))}`;

function distinctRules(grants: readonly LiveGrant[]): (readonly LiveRule[])[] {
  const found = new Map(
    grants.flatMap(({ role: bound }) => (typeof bound === 'string' ? [] : [[JSON.stringify(bound), bound] as const])),
  );
  return [...found.values()];
}

const named: Readonly<Record<string, string>> = { 'requests.cpu': 'cpu', 'requests.storage': 'storage', pods: 'pods' };

function quotaOf({ quota: live }: LiveNamespace): Record<string, unknown> {
  const hard = Object.entries(live).filter(([key]) => named[key] === undefined);
  return {
    ...Object.fromEntries(
      Object.entries(live).flatMap(([key, amount]) => {
        const name = named[key];
        return name === undefined ? [] : [[name, name === 'pods' ? Number(amount) : amount]];
      }),
    ),
    ...filled('hard', Object.fromEntries(hard)),
  };
}

function filled(key: string, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}

function file(kind: string, name: string, spec: Record<string, unknown>): string {
  return stringify({ apiVersion: 'tenantry.dev/v1', kind, metadata: { name }, spec }, { aliasDuplicateObjects: false });
}
