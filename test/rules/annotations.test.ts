import { describe, expect, it } from 'vitest';
import { organizationFile, tenantFile } from '../support/config.ts';
import { diagnose, diagnosePlaced } from '../support/diagnose.ts';
import type { ExampleFiles } from '../support/examples.ts';

/** Which annotations a tenant may put on its namespaces: TEN222 to TEN224, and TEN714. */

const files = (
  annotations: Readonly<Record<string, string>>,
  granted: readonly string[] = ['*'],
  spec: Record<string, unknown> = {},
): ExampleFiles => ({
  'organization.yaml': organizationFile({ limits: { annotationKeys: granted } }),
  'tenants/solar.yaml': tenantFile('solar', {
    namespaces: [{ name: 'prod', clusters: ['prodcluster01'], annotations }],
    ...spec,
  }),
});
const codes = async (all: ExampleFiles): Promise<string[]> => [
  ...new Set((await diagnose(all)).filter(({ severity }) => severity === 'error').map(({ code }) => code)),
];

describe('TEN222: a key', () => {
  it.each([
    'owner',
    'example.com/owner',
    'Example.COM/Owner',
    'a.b-c_d',
    'a'.repeat(63),
    `${'a'.repeat(63)}.example.com/x`,
    'openshift.io/display-name',
    'openshift.io/requester',
    // Not below the domain, though it ends like it.
    'notkubernetes.io/x',
    'myargoproj.io/x',
  ])('%s may be declared', async (key) => {
    expect(await codes(files({ [key]: 'x' }, [key]))).toEqual([]);
  });

  it.each([
    'kubernetes.io/metadata',
    'kubectl.kubernetes.io/last-applied-configuration',
    'scheduler.alpha.kubernetes.io/node-selector',
    'scheduler.alpha.kubernetes.io/defaultTolerations',
    'Scheduler.Alpha.Kubernetes.IO/node-selector',
    'net.beta.kubernetes.io/network-policy',
    'k8s.io/x',
    'policy.k8s.io/x',
    'hnc.x-k8s.io/subnamespace-of',
    'argocd.argoproj.io/sync-options',
    'argocd.argoproj.io/hook',
    'argoproj.io/x',
    'helm.sh/hook',
    'helm.sh/resource-policy',
    'meta.helm.sh/release-name',
    'kustomize.toolkit.fluxcd.io/prune',
    'openshift.io/sa.scc.uid-range',
    'openshift.io/sa.scc.mcs',
    'openshift.io/SA.scc.supplemental-groups',
    'security.openshift.io/MinimallySufficientPodSecurityStandard',
    'tenantry.dev/allow-delete',
    'tenantry.dev/allow-adopt',
    'sub.tenantry.dev/x',
  ])('%s is for nobody to declare, whatever is granted', async (key) => {
    expect(await codes(files({ [key]: 'x' }, ['*', key]))).toEqual(['TEN222']);
  });

  it.each([
    '-x',
    'x/',
    '/x',
    'a/b/c',
    'a b',
    'ö',
    // The Kelvin sign, of which Kubernetes makes a k.
    '\u212aey',
    'a'.repeat(64),
    `${'a.'.repeat(130)}com/x`,
    '_x',
  ])('%s is none that Kubernetes allows', async (key) => {
    expect(await codes(files({ [key]: 'x' }))).toEqual(['TEN222']);
  });

  it('of another label domain is that domain’s', async () => {
    const all = files({ 'access.example.com/owner': 'x' });
    const organization = organizationFile({ labelDomain: 'access.example.com', limits: { annotationKeys: ['*'] } });
    expect(await codes({ ...all, 'organization.yaml': organization })).toEqual(['TEN222']);
  });

  it('is looked at in the defaults, too, and said once', async () => {
    const spec = {
      defaults: { clusters: ['prodcluster01'], annotations: { 'helm.sh/hook': 'x' } },
      namespaces: [{ name: 'a' }, { name: 'b' }],
    };
    expect((await diagnose(files({}, ['*'], spec))).map(({ code }) => code)).toEqual(['TEN222']);
  });
});

describe('TEN714: a key', () => {
  it.each<[string, readonly string[], boolean]>([
    ['example.com/owner', [], false],
    ['example.com/owner', ['example.com/owner'], true],
    ['example.com/owner', ['example.com/*'], true],
    ['example.com/owner', ['example.org/*'], false],
    ['Example.com/owner', ['example.com/*'], false],
    ['owner', ['*'], true],
    ['openshift.io/node-selector', ['*'], false],
    ['openshift.io/node-selector', ['openshift.io/*'], false],
    ['openshift.io/node-selector', ['openshift.io/node-selector'], true],
    ['Openshift.io/Node-Selector', ['*'], false],
    ['iam.amazonaws.com/permitted', ['iam.amazonaws.com/*'], false],
    ['field.cattle.io/projectId', ['*'], false],
    ['field.cattle.io/projectId', ['*', 'field.cattle.io/projectId'], true],
    ['linkerd.io/inject', ['*'], false],
  ])('%s with %j granted', async (key, granted, allowed) => {
    expect(await codes(files({ [key]: 'x' }, granted))).toEqual(allowed ? [] : ['TEN714']);
  });

  it('is said once for a default and for what is inherited, at its line', async () => {
    const spec = {
      defaults: { clusters: ['prodcluster01'], annotations: { a: 'x' } },
      namespaces: [
        { name: 'a', annotations: { b: 'x' } },
        { name: 'b', inherits: 'a' },
      ],
    };
    expect(await diagnosePlaced(files({}, [], spec), { codes: 'TEN714' })).toEqual([
      'tenants/solar.yaml:12:9 TEN714 annotation `b` is not among those that tenant `solar` may set: none is granted',
      'tenants/solar.yaml:19:7 TEN714 annotation `a` is not among those that tenant `solar` may set: none is granted',
    ]);
  });
});

describe('TEN223: the annotations of a namespace', () => {
  // Of tenantry itself: the larger of what Argo CD is told, and of what lets it delete the namespace.
  const own =
    'argocd.argoproj.io/compare-options'.length +
    'IgnoreExtraneous'.length +
    'argocd.argoproj.io/sync-options'.length +
    'Prune=false,Delete=false'.length +
    'tenantry.dev/allow-delete'.length +
    'tenantry.dev/allow-lists'.length;
  const rest = 262_144 - own - 'note'.length;

  it.each<[string, string, string[]]>([
    ['as many bytes as the API server takes', 'x'.repeat(rest), []],
    ['one more', 'x'.repeat(rest + 1), ['TEN223']],
    ['fewer characters and more bytes', 'ö'.repeat(rest / 2 + 1), ['TEN223']],
  ])('with %s', async (_, note, expected) => {
    expect(await codes(files({ note }))).toEqual(expected);
  });

  it('count together with those of the defaults and with the lists', async () => {
    const half = 'x'.repeat(130_946);
    const spec = (registries: readonly string[]) => ({
      defaults: { clusters: ['prodcluster01'], annotations: { a: half } },
      isolation: { registries },
      namespaces: [{ name: 'prod', annotations: { b: half } }],
    });
    expect(await codes(files({}, ['*'], spec(['a.example.com/'])))).toEqual([]);
    expect(await codes(files({}, ['*'], spec(['a.example.com/', `b.example.com/${'x'.repeat(60)}/`])))).toEqual([
      'TEN223',
    ]);
  });
});

describe('TEN224: a value', () => {
  it.each<[string, string]>([
    ['a user and a password in a URL', 'https://sam:not-a-password@example.com/x'],
    ['a token in a URL', 'https://not-a-token@git.example.com/x.git'],
    ['the same of another protocol, on the second line', 'see\namqp://sam:not-a-password@queue.example.com'],
  ])('with %s is refused', async (_, value) => {
    expect(await codes(files({ note: value }))).toEqual(['TEN224']);
  });

  it.each(['sam@example.com', 'https://example.com/@sam', 'mailto:sam@example.com', 'https://example.com/a?b=c@d'])(
    '%s is none of those',
    async (value) => {
      expect(await codes(files({ note: value }))).toEqual([]);
    },
  );

  it('that an escape puts together is found, and one in plain sight is said once', async () => {
    const token = `ghp_${'a1'.repeat(18)}`;
    expect(await codes(files({ note: token }))).toEqual(['TEN018']);
    const { 'tenants/solar.yaml': text = '', ...others } = files({ note: 'NOTE' });
    const escaped = String(text).replace('NOTE', `"\\x67${token.slice(1)}"`);
    expect(await codes({ ...others, 'tenants/solar.yaml': escaped })).toEqual(['TEN224']);
  });

  it('of several lines, and an empty one, may be written', async () => {
    expect(await codes(files({ note: 'one\n\ttwo\n', other: '' }))).toEqual([]);
  });
});
