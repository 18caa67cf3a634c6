import { parseDocument, visit } from 'yaml';
import { random } from './random.ts';
import type { Random } from './random.ts';
import { exampleCertificate } from '../test/support/examples.ts';

/** An organization's files, by path. */
export type FleetFiles = Readonly<Record<string, string>>;

/** How large a fleet is. `namespaces` counts a namespace once for each cluster that it is on, as `dist/` does. */
export interface FleetSize {
  readonly namespaces: number;
  readonly clusters: number;
  readonly tenants: number;
}

/** The size of a fleet with so many namespaces: a hundred on a cluster, ten for a tenant. */
export function fleetSize(namespaces: number): FleetSize {
  return { namespaces, clusters: Math.max(1, namespaces / 100), tenants: Math.max(1, namespaces / 10) };
}

/** A tenant before it is written: of each of its namespaces, on how many clusters it is. */
type Shape = number[];

const mostNamespaces = 10;
const mostClusters = 4;

/**
 * The files of an organization without errors or warnings, as teams write them: owners, default shares, inheritance,
 * allocations, quotas, custom roles, shares that end. The same size and seed give the same bytes.
 */
export function fleet(size: FleetSize, seed = 1): FleetFiles {
  const dice = random(seed);
  const clusters = Array.from({ length: size.clusters }, (_, i) => `c${number(i)}`);
  const shared = new Map(clusters.map((name) => [name, new Set(commonGroups)]));
  const tenants = shapes(size, dice).map((shape, i) => tenantFile(`t${number(i)}`, shape, clusters, dice, shared));
  const groups = [
    ...commonGroups.map((name) => ({ name, members: [`${name}-p0`, `${name}-p1`] })),
    ...tenants.flatMap((t) => t.groups),
  ];
  return {
    'organization.yaml': organizationFile(groups),
    ...Object.fromEntries(
      clusters.map((name, i) => [`clusters/${name}.yaml`, clusterFile(name, i, shared.get(name) ?? new Set())]),
    ),
    ...Object.fromEntries(tenants.map(({ name, text }) => [`tenants/${name}.yaml`, text])),
  };
}

/**
 * The same fleet as other programs write it: every mapping and list in lines of its own, lists not indented below their
 * keys, a line that begins the document, texts over several lines, letters outside of ASCII.
 */
export function inAnotherStyle(files: FleetFiles): FleetFiles {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => {
      const document = parseDocument(text);
      if (document.hasIn(['spec', 'description']))
        document.setIn(
          ['spec', 'description'],
          'Für die Prüfung: a text that is long enough to be written in several lines of a file',
        );
      visit(document, {
        Collection: (_, node) => {
          node.flow = false;
        },
        Scalar: (_, node) => {
          if (node.type === 'PLAIN' && String(node.value).length > 60) node.type = 'BLOCK_FOLDED';
        },
      });
      return [path, `---\n${document.toString({ indentSeq: false })}`];
    }),
  );
}

/** The fleet with 300 of its groups, or all where there are fewer, on every cluster. */
export function widelyShared(files: FleetFiles): FleetFiles {
  const groups = Array.from((files['organization.yaml'] ?? '').matchAll(/- name: (\S+)/g), ([, group]) => group ?? '');
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => {
      if (!path.startsWith('clusters/')) return [path, text];
      const more = groups.slice(0, 300).filter((group) => !text.includes(` ${group},`));
      return [path, text + more.map((group) => `    - { group: ${group}, namespace: false }\n`).join('')];
    }),
  );
}

/** The fleet with one tenant's first own share given another role. */
export function oneTenantChanged(files: FleetFiles): FleetFiles {
  const path = Object.keys(files).find((name) => name.startsWith('tenants/')) ?? '';
  return { ...files, [path]: withAnotherShare(files[path] ?? '') };
}

/** The fleet with something changed in every namespace: each tenant's defaults give one group more. */
export function everythingChanged(files: FleetFiles): FleetFiles {
  return overTenants(files, withAnotherShare);
}

/** The fleet with a mistake in every share. */
export function everythingWrong(files: FleetFiles): FleetFiles {
  return overTenants(files, (text) => text.replace(/role: (?:edit|view|deployer)\b/g, 'role: veiw'));
}

function overTenants(files: FleetFiles, edit: (text: string) => string): FleetFiles {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, path.startsWith('tenants/') ? edit(text) : text]),
  );
}

function withAnotherShare(text: string): string {
  return text.replace(/^( {4}sharedWith:\n)/m, '$1      - { group: responders, role: view }\n');
}

/** How many namespaces each tenant has, and on how many clusters: spread at random, and right in sum. */
function shapes({ namespaces, clusters, tenants }: FleetSize, dice: Random): Shape[] {
  const most = Math.min(clusters, mostClusters);
  const all = Array.from({ length: tenants }, (): Shape =>
    Array.from({ length: dice.between(1, mostNamespaces) }, () =>
      dice.one([1, 1, 1, 2, 2, 3].filter((n) => n <= most)),
    ),
  );
  const sum = (): number => all.flat().reduce((total, n) => total + n, 0);
  for (let missing = namespaces - sum(); missing !== 0; missing = namespaces - sum()) {
    const shape = dice.one(all);
    const at = dice.between(0, shape.length - 1);
    const there = shape[at] ?? 0;
    if (missing > 0 && shape.length < mostNamespaces) shape.push(1);
    else if (missing > 0 && there < most) shape[at] = there + 1;
    else if (missing < 0 && there > 1) shape[at] = there - 1;
    else if (missing < 0 && shape.length > 1) shape.pop();
  }
  return all;
}

const commonGroups = ['audit', 'contractors', 'responders'];
const identifiers = ['prod', 'stage', 'dev', 'test', 'ci', 'shop', 'data', 'batch', 'web', 'lab'];

function number(i: number): string {
  return String(i).padStart(4, '0');
}

interface Group {
  readonly name: string;
  readonly members: readonly string[];
}

function organizationFile(groups: readonly Group[]): string {
  return `# yaml-language-server: $schema=schemas/organization.schema.json
apiVersion: tenantry.dev/v1
kind: Organization
metadata:
  name: bench
spec:
  issuer: https://platform.example.com/api/oidc
  admins: [alice, pat]
  groups:
${groups.map(({ name, members }) => `    - name: ${name}\n      members: [${members.join(', ')}]\n`).join('')}  limits:
    namespacesPerTenant: ${mostNamespaces}
    labelKeys: [tier]
  defaults:
    isolation:
      network: SameNamespace
      podSecurity: baseline
  argoCD:
    repoURL: https://git.example.com/platform/access.git
`;
}

function clusterFile(name: string, i: number, groups: ReadonlySet<string>): string {
  return `# yaml-language-server: $schema=../schemas/cluster.schema.json
apiVersion: tenantry.dev/v1
kind: Cluster
metadata:
  name: ${name}
spec:
  description: Cluster number ${i}
  server: https://${name}.example.com:6443
  certificateAuthority:
    pem: |
${exampleCertificate.trimEnd().replace(/^/gm, '      ')}
  kubernetesVersion: "1.36"
  labels:
    environment: ${i % 3 === 0 ? 'development' : 'production'}
  sharedWith:
${Array.from(groups, (group) => `    - { group: ${group}, namespace: false }\n`).join('')}`;
}

interface TenantFile {
  readonly name: string;
  readonly text: string;
  readonly groups: readonly Group[];
}

function tenantFile(
  name: string,
  shape: Shape,
  clusters: readonly string[],
  dice: Random,
  shared: ReadonlyMap<string, Set<string>>,
): TenantFile {
  const people = Array.from({ length: 12 }, (_, i) => `${name}-p${i}`);
  // Guests have no role by their group, so that a share with one of them alone says something.
  const groups = ['leads', 'dev', 'ops', 'guests'].map((role, i) => ({
    name: `${name}-${role}`,
    members: people.slice(2 * i, role === 'guests' ? people.length : 2 * i + 2),
  }));
  const guests = people.slice(6);
  const start = dice.between(0, clusters.length - 1);
  const own = Array.from({ length: Math.max(...shape) }, (_, i) => clusters[(start + i) % clusters.length] ?? '');
  for (const cluster of own) for (const group of groups) shared.get(cluster)?.add(group.name);
  const usual = dice.one(shape);
  const custom = dice.chance(0.2);
  const roles = custom ? ['edit', 'view', 'deployer'] : ['edit', 'view'];
  const subjects = [
    `group: ${name}-dev`,
    `group: ${name}-ops`,
    'group: contractors',
    ...guests.map((guest) => `user: ${guest}`),
  ];

  const used: Set<string>[] = [];
  const namespaces = shape.map((count, i) => {
    const parent = i > 0 && dice.chance(0.25) ? dice.between(0, i - 1) : undefined;
    const taken = new Set(parent === undefined ? [] : used[parent]);
    const free = subjects.filter((subject) => !taken.has(subject));
    // With those of the defaults and of the namespaces that it inherits, one to five.
    const shares = dice.some(free, dice.between(taken.size === 0 ? 1 : 0, Math.max(0, Math.min(3, 4 - taken.size))));
    for (const share of shares) taken.add(share);
    used.push(taken);
    const lines = [
      `    - name: ${identifiers[i] ?? ''}\n`,
      ...(parent === undefined ? [] : [`      inherits: ${identifiers[parent] ?? ''}\n`]),
      // What is inherited would hold in place of the defaults.
      ...(count === usual && parent === undefined ? [] : [`      clusters: [${own.slice(0, count).join(', ')}]\n`]),
      ...(dice.chance(0.7)
        ? [
            `      quota: { cpu: "${dice.between(1, 16)}", memory: ${dice.between(2, 64)}Gi${dice.chance(0.3) ? ', pods: 100' : ''} }\n`,
          ]
        : []),
      ...(dice.chance(0.2) ? [`      labels: { tier: ${dice.one(['gold', 'silver'])} }\n`] : []),
      ...(dice.chance(0.03) ? ['      cordoned: true\n'] : []),
      ...(shares.length === 0
        ? []
        : [
            '      sharedWith:\n',
            ...shares.map((share, at) => {
              // Each custom role is used.
              const role = custom && i === 0 && at === 0 ? 'deployer' : dice.one(roles);
              const until =
                share.startsWith('user') && dice.chance(0.3) ? `, until: 20${dice.between(31, 39)}-06-30` : '';
              return `        - { ${share}, role: ${role}${until} }\n`;
            }),
          ]),
    ];
    return lines.join('');
  });

  const allocation = dice.chance(0.5);
  const text = `# yaml-language-server: $schema=../schemas/tenant.schema.json
apiVersion: tenantry.dev/v1
kind: Tenant
metadata:
  name: ${name}
spec:
  description: The team ${name}
  owners:
    - { kind: Group, name: ${name}-leads }
${
  allocation
    ? `  allocations:
    - name: ${name}-2026
      budget: { amount: "${dice.between(1, 200)}000", currency: USD, period: Year }
      start: 2026-01-01
`
    : ''
}${
    custom
      ? `  roles:
    - name: deployer
      rules:
        - { apiGroups: [apps], resources: [deployments], verbs: [get, list, watch, patch] }
        - { apiGroups: [""], resources: [pods, pods/log], verbs: [get, list, watch] }
`
      : ''
  }  defaults:
    clusters: [${own.slice(0, usual).join(', ')}]
${allocation ? `    allocation: ${name}-2026\n` : ''}    sharedWith:
      - { group: audit, role: view }
${
  dice.chance(0.3)
    ? `  isolation:
    network: SameTenant
    podSecurity: restricted
    registries: [registry.example.com/${name}/]
`
    : ''
}  namespaces:
${namespaces.join('')}`;
  return { name, text, groups };
}
