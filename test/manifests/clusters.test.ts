import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leftOut } from '../../src/manifests/argo-cd/destinations.ts';
import { clusterFile, organizationFile } from '../support/config.ts';
import type { ExampleFiles } from '../support/examples.ts';
import type { RenderedDocument } from '../support/objects.ts';
import { renderedOf } from '../support/objects.ts';

/** What is rendered for clusters as they are: whose names count there, what others declare, what labels are left out. */

const sharedWith = ['solar-leads', 'solar-sre', 'audit'].map((group) => ({ group, namespace: false }));
const cluster = (spec: Record<string, unknown>): ExampleFiles => ({
  'clusters/prodcluster01.yaml': clusterFile('prodcluster01', { sharedWith, ...spec }),
});
const own = (prefixes: Record<string, unknown> = {}) =>
  cluster({ authentication: { configuration: 'Own', ...prefixes } });

/** What is applied to the cluster: not what its API server is started with. */
const objectsOf = async (files: ExampleFiles): Promise<RenderedDocument[]> =>
  (await renderedOf(files)).filter(({ kind }) => kind !== 'AuthenticationConfiguration');

const subjectsOf = (objects: readonly RenderedDocument[], name: string, namespace?: string): string[] => {
  const [found, ...more] = objects.filter((o) => o.metadata.name === name && o.metadata.namespace === namespace);
  expect(more).toEqual([]);
  const { subjects = [] } = JSON.parse(JSON.stringify(found ?? {})) as { subjects?: { kind: string; name: string }[] };
  return subjects.map((subject) => `${subject.kind} ${subject.name}`);
};
const textOf = (objects: readonly RenderedDocument[], name: string): string =>
  JSON.stringify(objects.filter((o) => o.metadata.name === `${name}.tenantry.dev`));

const scope = 'tenantry:group:cluster-scope:cluster-scope';
const admins = 'tenantry:group:cluster-admins:cluster-admin';

describe('a cluster whose own identity provider decides', () => {
  it('gets no configuration of its API server, and one that takes the platform’s tokens does', async () => {
    const paths = async (files: ExampleFiles) => new Set((await renderedOf(files)).map(({ path }) => path));
    const file = 'api-server/prodcluster01/authentication-configuration.yaml';
    expect((await paths({})).has(file)).toBe(true);
    expect((await paths(own())).has(file)).toBe(false);
  });

  it('has people and groups bound by its names, and service accounts by theirs', async () => {
    const prefixed = await objectsOf(own({ userPrefix: 'corp:', groupPrefix: 'idp:' }));
    expect(subjectsOf(prefixed, 'tenantry:group:solar-leads:admin', 'solar-prod')).toEqual(['Group idp:solar-leads']);
    const bare = await objectsOf(own({ userPrefix: '' }));
    expect(subjectsOf(bare, 'tenantry:group:solar-leads:admin', 'solar-prod')).toEqual(['Group solar-leads']);
    expect(subjectsOf(bare, admins)).toEqual(['User alice']);
    expect(subjectsOf(await objectsOf(own()), admins)).toEqual(['User user:alice']);
  });

  it('binds none of the groups that the platform puts into its tokens', async () => {
    const objects = await objectsOf(own({ groupPrefix: 'idp:' }));
    expect(subjectsOf(objects, scope)).toEqual(['Group idp:audit', 'Group idp:solar-leads', 'Group idp:solar-sre']);
    expect(subjectsOf(objects, admins)).toEqual(['User user:alice']);
    const all = objects.flatMap((o) => subjectsOf([o], o.metadata.name, o.metadata.namespace));
    expect(all.filter((one) => /cluster-(?:admins|scope)$/.test(one))).toEqual([]);
    expect(subjectsOf(await objectsOf({}), scope)).toEqual(['Group cluster-scope']);
    expect(subjectsOf(await objectsOf({}), admins)).toEqual(['Group cluster-admins']);
  });

  it('lets the admins through by their names, and other break-glass groups by the cluster’s', async () => {
    const breakGlassGroups = ['cluster-admins', 'system:masters', 'oncall'];
    const organization = {
      'organization.yaml': organizationFile({ admins: ['alice', 'pat'], policies: { breakGlassGroups } }),
    };
    const cordon = textOf(
      await objectsOf({ ...own({ groupPrefix: 'idp:', userPrefix: '' }), ...organization }),
      'cordon',
    );
    expect(cordon).toContain("request.userInfo.username in ['alice', 'pat'] || ");
    expect(cordon).toContain(
      "'system:masters' in request.userInfo.?groups.orValue([]) || 'idp:oncall' in request.userInfo.?groups.orValue([])",
    );
    const without = { 'organization.yaml': organizationFile({ policies: { breakGlassGroups: ['oncall'] } }) };
    const narrower = textOf(await objectsOf({ ...own(), ...without }), 'cordon');
    expect(narrower).toContain(`"!('oncall' in request.userInfo.?groups.orValue([]))"`);
    expect(narrower).not.toContain('alice');
  });

  it('lets namespace admins bind what has the prefix, and never what is Kubernetes’ own', async () => {
    const bindings = async (files: ExampleFiles) => textOf(await objectsOf(files), 'self-service-bindings');
    expect(await bindings({})).toContain("s.kind == 'User' ? s.name.startsWith('user:') :");
    expect(await bindings(own({ userPrefix: '' }))).toContain("s.kind == 'User' ? !s.name.startsWith('system:') :");
    const prefixed = await bindings(own({ userPrefix: 'corp:', groupPrefix: 'idp:' }));
    expect(prefixed).toContain("s.name.startsWith('corp:') && !s.name.startsWith('system:') :");
    expect(prefixed).toContain("{'idp:audit': true, 'idp:solar-leads': true, 'idp:solar-sre': true}");
  });
});

describe('podSecurityLabels', () => {
  it('leaves the labels out where a cluster has its own means, and no other', async () => {
    const labels = async (files: ExampleFiles) =>
      Object.keys(
        (await objectsOf(files)).find((o) => o.kind === 'Namespace' && o.metadata.name === 'solar-prod')?.metadata
          .labels ?? {},
      );
    const written = await labels({});
    const omitted = await labels(cluster({ podSecurityLabels: 'Omitted' }));
    expect(written.filter((key) => !omitted.includes(key))).toEqual([
      'pod-security.kubernetes.io/enforce',
      'pod-security.kubernetes.io/enforce-version',
    ]);
    expect(omitted.filter((key) => !written.includes(key))).toEqual([]);
  });
});

describe('clusterShares', () => {
  const unseen = { authentication: { configuration: 'Own' }, sharedWith: [] };
  it('lets cluster-scope follow from what groups have on the cluster, and then goes with it', async () => {
    const derived = { 'organization.yaml': organizationFile({ clusterShares: 'Derived' }) };
    const objects = await objectsOf({ ...cluster(unseen), ...derived });
    expect(subjectsOf(objects, scope)).toEqual(['Group audit', 'Group solar-leads', 'Group solar-sre']);
  });

  it('renders no binding where nobody sees the cluster', async () => {
    const nobody = { ...cluster(unseen), 'tenants/solar.yaml': null };
    expect((await objectsOf(nobody)).filter((o) => o.metadata.name === scope)).toEqual([]);
  });
});

describe('foreign namespaces', () => {
  const foreign = (...foreignNamespaces: object[]) => cluster({ foreignNamespaces });
  const shared = {
    name: 'default',
    sharedWith: [
      { group: 'solar-sre', role: 'edit' },
      { user: 'kim', role: 'view' },
    ],
  };

  it('have bindings and nothing else', async () => {
    const objects = await objectsOf(foreign(shared));
    const there = objects.filter((o) => o.metadata.namespace === 'default' || o.metadata.name === 'default');
    expect(there.map((o) => `${o.kind} ${o.metadata.name}`)).toEqual([
      'RoleBinding tenantry:group:solar-sre:edit',
      'RoleBinding tenantry:user:kim:view',
    ]);
  });

  it('are in no file where nobody has anything in them', async () => {
    const paths = (await objectsOf(foreign({ name: 'default', sharedWith: [] }, { name: 'logging' }))).map(
      (o) => o.path,
    );
    expect(paths.filter((path) => /default|logging/.test(path))).toEqual([]);
  });

  it('have each binding in the policy that lets Argo CD write it, and it alone', async () => {
    expect(textOf(await objectsOf({}), 'managed-objects')).not.toContain('foreignBindings');
    const policy = textOf(await objectsOf(foreign(shared)), 'managed-objects');
    expect(policy).toContain("['default edit Group  solar-sre', 'default view User  user:kim']");
  });
});

describe('what a project of Argo CD leaves out', () => {
  const matches = (pattern: string, name: string): boolean => {
    const source = Array.from(
      pattern.matchAll(/\[!([^\]]*)\]|(\*)|(\?)|([^*?[\]])/g),
      ([, not, star, one, plain = '']) =>
        not !== undefined ? `[^${not}]` : star ? '.*' : one ? '.' : plain.replace(/[.\\^$]/g, '\\$&'),
    ).join('');
    return new RegExp(`^${source}$`).test(name);
  };
  const name = fc.stringMatching(/^[a-c](?:[-a-c]{0,4}[a-c])?$/);

  it('is all that it would be, but for what is allowed by name', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            name,
            name.map((start) => `${start}*`),
            name.map((start) => `${start}-*`),
          ),
          { maxLength: 4 },
        ),
        fc.array(name, { maxLength: 4 }),
        fc.array(name, { minLength: 1, maxLength: 30 }),
        (off, allowed, names) => {
          const patterns = leftOut(off, allowed);
          for (const one of [...names, ...allowed]) {
            const isOff = off.some((pattern) => matches(pattern, one));
            expect([one, patterns.some((pattern) => matches(pattern, one))]).toEqual([
              one,
              isOff && !allowed.includes(one),
            ]);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is as it was where nothing is allowed', () => {
    expect(leftOut(['default', 'kube-*'], [])).toEqual(['default', 'kube-*']);
    expect(leftOut(['default', 'kube-*'], ['default', 'logging'])).toEqual(['kube-*']);
  });
});
