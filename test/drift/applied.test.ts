import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessGraph } from '../../src/access/graph.ts';
import type { LiveApplication, Snapshot } from '../../src/cluster/snapshot.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import type { AtCommit } from '../../src/drift/applied.ts';
import { toldApart } from '../../src/drift/applied.ts';
import type { ClusterDrift, Finding } from '../../src/drift/drift.ts';
import { applicationName, applicationOf } from '../../src/manifests/layout.ts';
import { objectsIn } from '../../src/manifests/read-objects.ts';
import { render } from '../../src/manifests/render.ts';
import { objectKey } from '../../src/drift/view.ts';
import { parseYaml } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { sortedBy } from '../../src/values/order.ts';
import { cases } from '../support/cases.ts';
import { clusterFile, organizationFile, tenantFile } from '../support/config.ts';
import { exampleDay } from '../support/examples.ts';
import { liveBinding, liveNamespace, liveSnapshot } from '../support/live-snapshot.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';
import type { Estate, Plant } from './estate.ts';
import { add, change, driftIn, drop, planted, said, together } from './estate.ts';

/** What Argo CD has yet to apply, told from drift: a fleet on which one commit was applied, and another is Git's newest. */

const argoCD = { repoURL: 'https://git.example.com/access.git', cluster: 'prodcluster01' };
const [earlier, later] = ['a'.repeat(40), 'b'.repeat(40)];

async function estateOf(files: Readonly<Record<string, string>>, day: string): Promise<Estate> {
  const tree = memoryTree(files);
  const desired = resolve(await readConfigFiles(tree, (file, text) => Promise.resolve(parseYaml(file, text))));
  const meaning = { desired, graph: accessGraph(desired, day) };
  const { objects } = render(desired, day);
  return { meaning, objects, snapshot: liveSnapshot(meaning, objects) };
}

interface Wanted {
  readonly namespaces: readonly unknown[];
  readonly applications?: number;
}

const files = ({ namespaces, applications = 1 }: Wanted): Record<string, string> => ({
  'organization.yaml': organizationFile({ argoCD }),
  'clusters/prodcluster01.yaml': clusterFile('prodcluster01', {
    sharedWith: [
      { group: 'solar-leads', namespace: false },
      { group: 'audit', namespace: false },
    ],
    ...(applications > 1 && { applications }),
  }),
  'tenants/solar.yaml': tenantFile('solar', { defaults: { clusters: ['prodcluster01'] }, namespaces }),
});

const shared = (role: string) => [{ group: 'audit', role }];
const before = files({ namespaces: [{ name: 'prod', sharedWith: shared('edit') }, { name: 'old' }] });
/** audit has less, one namespace is new, and of another the quota. */
const after = files({
  namespaces: [{ name: 'prod', sharedWith: shared('view') }, { name: 'old', quota: { cpu: '4' } }, { name: 'new' }],
});

/** A snapshot in which Applications are at commits, and were told what they were told. */
function atCommits(
  snapshot: Snapshot,
  how: (name: string) => { readonly applied?: string } & Partial<Pick<LiveApplication, 'refused' | 'errors'>>,
): Snapshot {
  return {
    ...snapshot,
    clusters: snapshot.clusters.map((one) => ({
      ...one,
      objects: {
        ...one.objects,
        ...(one.objects.applications && {
          applications: one.objects.applications.map((application) => ({ ...application, ...how(application.name) })),
        }),
      },
    })),
  };
}

const all = (applied: string) => () => ({ applied });

interface Told {
  readonly drift: string[];
  readonly notApplied: string[];
}

function told(
  now: Estate,
  snapshot: Snapshot,
  at: ReadonlyMap<string, AtCommit>,
): Told & { readonly of: ClusterDrift } {
  const drift = toldApart(driftIn(now, snapshot), { ...now, desired: now.meaning.desired, snapshot }, at);
  const of = drift.clusters.find(({ cluster }) => cluster === argoCD.cluster);
  if (!of) throw new Error('the cluster is not there');
  return { of, drift: of.findings.map(said), notApplied: of.notApplied.map(said) };
}

async function change1(plant: Plant = (objects) => objects, how = all(earlier)): Promise<ReturnType<typeof told>> {
  const [then, now] = [await estateOf(before, exampleDay), await estateOf(after, exampleDay)];
  const snapshot = planted(atCommits(then.snapshot, how), argoCD.cluster, plant);
  return told(now, snapshot, new Map([[earlier, { drift: driftIn(then, snapshot), objects: then.objects }]]));
}

describe('a fleet on which Argo CD has applied the commit before', () => {
  it('has no drift: all that differs is not applied yet', async () => {
    const { drift, notApplied, of } = await change1();
    expect(drift).toEqual([]);
    expect(notApplied).toEqual([
      'other: group audit has edit in solar-prod where Git says view: stronger; by RoleBinding tenantry:group:audit:edit in solar-prod',
      'missing: Namespace solar-new is not there, and so 1 object and 1 binding in it cannot be',
      'missing: LimitRange tenantry in solar-old is not there',
      'missing: ResourceQuota tenantry in solar-old is not there',
    ]);
    expect(of.inStep).toBe(false);
    expect(of.argoCD).toEqual({ applications: [{ name: 'tenantry-prodcluster01', commit: earlier, errors: [] }] });
  });

  it.each<[string, Plant, RegExp]>([
    [
      'somebody has what neither commit gives',
      add('clusterrolebindings', liveBinding('rogue', 'ClusterRole/admin', [{ kind: 'User', name: 'user:mallory' }])),
      /^more: user user:mallory.* has admin on the whole cluster/,
    ],
    [
      'a group has another role than either commit says',
      change('rolebindings', 'solar-prod/tenantry:group:audit:edit', (binding) => ({
        ...binding,
        role: { kind: 'ClusterRole', name: 'admin' },
      })),
      /^other: group audit has admin in solar-prod where Git says view/,
    ],
    [
      'what both commits have is not there',
      drop('rolebindings', 'solar-old/tenantry:group:solar-leads:admin'),
      /^less: group solar-leads lacks admin in solar-old/,
    ],
    [
      'an Application was turned away from what Git says',
      change('applications', 'argocd/tenantry-prodcluster01', (application) => ({ ...application, spec: {} })),
      /^altered: Application tenantry-prodcluster01 in argocd is not as Git says/,
    ],
  ])('has drift where %s', async (_what, plant, expected) => {
    const { drift, notApplied } = await change1(plant);
    expect(drift).toEqual([expect.stringMatching(expected)]);
    expect(notApplied.length).toBeGreaterThan(0);
  });

  it('has drift where a stranger is in a namespace that the commit before does not know', async () => {
    const { drift } = await change1(
      together(
        add('namespaces', liveNamespace('solar-new', { 'tenantry.dev/tenant': 'solar' })),
        add(
          'rolebindings',
          liveBinding('rogue', 'ClusterRole/admin', [{ kind: 'Group', name: 'system:authenticated' }], 'solar-new'),
        ),
      ),
    );
    expect(drift).toContainEqual(expect.stringMatching(/^more: group system:authenticated .* has admin in solar-new/));
  });

  it('has drift alone where Argo CD is at the newest commit already', async () => {
    const { drift, notApplied } = await change1(undefined, all(later));
    expect(drift).toHaveLength(4);
    expect(notApplied).toEqual([]);
  });

  it('has drift in what the operator applies: Argo CD never will', async () => {
    const gone = drop('clusterrolebindings', 'tenantry:group:cluster-admins:cluster-admin');
    const [then, now] = [await estateOf(before, exampleDay), await estateOf(after, exampleDay)];
    const snapshot = planted(atCommits(now.snapshot, all(earlier)), argoCD.cluster, gone);
    // At the earlier commit nobody was an admin: nothing differed from that.
    const { clusters, ...rest } = driftIn(then, snapshot);
    const at = {
      drift: { ...rest, clusters: clusters.map((one) => ({ ...one, findings: [] })) },
      objects: then.objects,
    };
    expect(told(now, snapshot, new Map([[earlier, at]]))).toMatchObject({
      drift: [expect.stringContaining('cluster-admins')],
      notApplied: [],
    });
  });
});

describe('what the API server refused to Argo CD', () => {
  const message =
    "ValidatingAdmissionPolicy 'tenantry-cordoned.tenantry.dev' with binding 'x' denied request: solar-new is cordoned";

  it('is said with its message, by an Application of the cluster', async () => {
    const { notApplied, of } = await change1(undefined, () => ({
      applied: earlier,
      // As Argo CD writes it: an object of the whole cluster has the namespace of the Application's destination.
      refused: [{ kind: 'Namespace', name: 'solar-new', namespace: 'argocd', message }],
    }));
    expect(notApplied).toContainEqual(
      `missing: Namespace solar-new is not there, and so 1 object and 1 binding in it cannot be; the API server refused it to Argo CD: ${message}`,
    );
    expect(of.notApplied.filter(({ refused }) => refused)).toHaveLength(1);
  });

  it('is said of drift as well, which Argo CD cannot mend', async () => {
    const { drift } = await change1(
      change('networkpolicies', 'solar-old/tenantry', (one) => ({ ...one, spec: {} })),
      () => ({
        applied: earlier,
        refused: [{ kind: 'NetworkPolicy', name: 'tenantry', namespace: 'solar-old', message: 'no' }],
      }),
    );
    expect(drift).toEqual([
      expect.stringMatching(/^altered: NetworkPolicy .*the API server refused it to Argo CD: no$/),
    ]);
  });

  it('is nobody else\u0027s: the same name in another namespace', async () => {
    const { of } = await change1(undefined, () => ({
      applied: earlier,
      refused: [{ kind: 'ResourceQuota', name: 'tenantry', namespace: 'solar-prod', message }],
    }));
    expect([...of.findings, ...of.notApplied].filter(({ refused }) => refused)).toEqual([]);
  });
});

describe('an Application', () => {
  it('that was never synced has all yet to apply that is rendered, and nothing else', async () => {
    const now = await estateOf(after, exampleDay);
    const rogue = liveBinding('rogue', 'ClusterRole/cluster-admin', [{ kind: 'User', name: 'mallory' }]);
    const snapshot = planted(
      atCommits(now.snapshot, () => ({})),
      argoCD.cluster,
      together(drop('resourcequotas', 'solar-old/tenantry'), add('clusterrolebindings', rogue)),
    );
    expect(told(now, snapshot, new Map())).toMatchObject({
      drift: [expect.stringMatching(/^more: user mallory/)],
      notApplied: [expect.stringMatching(/^missing: ResourceQuota/)],
    });
  });

  it('that is not there applies nothing: all stays drift, and it is said', async () => {
    const { drift, notApplied, of } = await change1((objects) => ({ ...objects, applications: [] }));
    expect(drift).toHaveLength(4 + 2);
    expect(notApplied).toEqual([]);
    expect(of.argoCD?.applications).toEqual([
      { name: 'tenantry-prodcluster01', errors: ['there is no such Application'] },
    ]);
  });

  it('of which the commit cannot be read leaves all as drift, with the reason', async () => {
    const [then, now] = [await estateOf(before, exampleDay), await estateOf(after, exampleDay)];
    const snapshot = atCommits(then.snapshot, all(earlier));
    const { drift, of } = told(now, snapshot, new Map([[earlier, { notKnown: 'there is no such commit' }]]));
    expect(drift).toHaveLength(4);
    expect(of.argoCD?.notTold).toBe('there is no such commit');
  });

  it('of several of a cluster has its own namespaces to apply', async () => {
    const wanted = Array.from({ length: 12 }, (_, i) => ({ name: `n${i}` }));
    const [then, now] = [
      await estateOf(files({ namespaces: wanted, applications: 3 }), exampleDay),
      await estateOf(
        files({ namespaces: wanted.map((one) => ({ ...one, sharedWith: shared('view') })), applications: 3 }),
        exampleDay,
      ),
    ];
    const [cluster] = now.meaning.desired.clusters;
    if (!cluster) throw new Error('there is no cluster');
    const second = applicationName(cluster, 1);
    // One is at the newest commit, and two are not.
    const snapshot = atCommits(then.snapshot, (name) => ({ applied: name === second ? later : earlier }));
    const { of } = told(now, snapshot, new Map([[earlier, { drift: driftIn(then, snapshot), objects: then.objects }]]));
    const numbers = (findings: readonly Finding[]) =>
      new Set(
        findings.flatMap(({ objects }) => objects.map(({ namespace = '' }) => applicationOf(cluster, namespace))),
      );
    expect(numbers(of.findings)).toEqual(new Set([1]));
    expect(numbers(of.notApplied)).toEqual(new Set([0, 2]));
    expect(of.findings.length + of.notApplied.length).toBe(12);
  });
});

const withArgoCD = (documents: Record<string, string>): Record<string, string> => ({
  ...documents,
  'organization.yaml': (documents['organization.yaml'] ?? '').replace(
    'spec:\n',
    'spec:\n  argoCD: { repoURL: "https://git.example.com/a.git", cluster: c1 }\n',
  ),
});

describe('any two organizations', () => {
  /** Some objects of the one and some of the other, as a sync leaves them that was ended, or refused in part. */
  function mixed(then: Estate, now: Estate, picks: readonly boolean[]): Estate['objects'] {
    const keyed = ({ objects }: Estate) =>
      new Map(objects.map((object) => [`${object.cluster}\n${objectKey(object)}`, object] as const));
    const [old, young] = [keyed(then), keyed(now)];
    const picked = Array.from(new Set([...old.keys(), ...young.keys()])).flatMap((key, i) => {
      const isArgoCDs = !isOperators(old.get(key) ?? young.get(key) ?? { kind: '', name: '' });
      return (isArgoCDs && picks[i % picks.length] === true ? old : young).get(key) ?? [];
    });
    const namespaces = new Set(
      picked.flatMap(({ kind, cluster, name }) => (kind === 'Namespace' ? [cluster + name] : [])),
    );
    const isIn = ({ cluster, namespace }: (typeof picked)[number]) =>
      namespace === undefined || namespace === 'argocd' || namespaces.has(cluster + namespace);
    return picked.filter(isIn);
  }

  it.each([
    ['the one was applied', fc.constant([true])],
    ['a part of the other, too', fc.array(fc.boolean(), { minLength: 5, maxLength: 40 })],
  ])('leave nothing as drift, where the other is newer and %s', (_what, picking) =>
    fc.assert(
      fc.asyncProperty(organizations, organizations, picking, async (a, b, picks) => {
        const then = await estateOf(withArgoCD(organizationFiles(a)), lawDay);
        const now = await estateOf(withArgoCD(organizationFiles(b)), lawDay);
        const snapshot = atCommits(liveSnapshot(now.meaning, mixed(then, now, picks)), all(earlier));
        const at = new Map([[earlier, { drift: driftIn(then, snapshot), objects: then.objects }]]);
        const { clusters } = toldApart(driftIn(now, snapshot), { ...now, desired: now.meaning.desired, snapshot }, at);
        expect(clusters.flatMap(({ findings }) => findings.map(said))).toEqual([]);
      }),
      { numRuns: cases(20) },
    ),
  );
});

/** What the operator applies: at once, here. */
function isOperators({ kind, name }: { readonly kind: string; readonly name: string }): boolean {
  return (kind === 'ClusterRole' || kind === 'ClusterRoleBinding') && !name.includes('cluster-scope');
}

describe('the objects in a file of dist/', () => {
  it('are those that it was rendered of', async () => {
    const { meaning, objects } = await estateOf(after, exampleDay);
    const { files: rendered } = render(meaning.desired, exampleDay);
    const plain = (some: Estate['objects']) =>
      sortedBy(some, ({ path, kind, name, namespace = '' }) => [path, kind, name, namespace]).map((object) => ({
        path: object.path,
        cluster: object.cluster,
        labels: object.labels,
        manifest: JSON.parse(JSON.stringify(object.manifest())) as unknown,
      }));
    const read = plain(rendered.flatMap(({ path, text }) => objectsIn(path, text)));
    expect(read.length).toBeGreaterThan(40);
    expect(read).toEqual(plain(objects));
  });
});
