import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { PolicyRule } from '../../src/kubernetes/rbac.ts';
import { ruleAllows } from '../../src/kubernetes/rbac.ts';
import { cases } from '../support/cases.ts';
import { exampleOrganization } from '../support/examples.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import type { RenderedDocument } from '../support/objects.ts';
import { renderedOf } from '../support/objects.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';
import { pipeline } from '../support/pipeline.ts';

/** What sets up Argo CD, read back from the files. What real Argo CD does with it: `npm run test:argo-cd`. */

const second: Record<string, string> = {
  'clusters/prodcluster02.yaml': exampleOrganization['clusters/prodcluster01.yaml'].replaceAll(
    'prodcluster01',
    'prodcluster02',
  ),
};
const organization = (argoCD: string): Record<string, string> => ({
  ...second,
  'organization.yaml': `${exampleOrganization['organization.yaml'].trimEnd()}\n  argoCD:\n${argoCD}`,
});
const repository = '    repoURL: https://git.example.com/access.git\n';

interface Application {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly finalizers?: unknown };
  readonly spec: {
    readonly project: string;
    readonly source: {
      readonly path: string;
      readonly repoURL: string;
      readonly targetRevision: string;
      readonly directory?: { readonly include?: string };
    };
    readonly destination: { readonly server: string };
  };
}

const applications = (objects: readonly RenderedDocument[]): Application[] =>
  objects.filter(({ kind }) => kind === 'Application') as unknown as Application[];

/** Each Application: its name, where it writes to, and what. */
const lines = (objects: readonly RenderedDocument[]): string[] =>
  applications(objects).map(
    ({ metadata, spec }) => `${metadata.name}: ${spec.source.path} to ${spec.destination.server}`,
  );

describe('Applications', () => {
  it('are one for each cluster, by its server, and one that keeps them', async () => {
    const objects = await renderedOf(organization(repository));
    expect(lines(objects)).toEqual([
      'tenantry-argo-cd: dist/argo-cd to https://kubernetes.default.svc',
      ...['prodcluster01', 'prodcluster02'].map(
        (name) => `tenantry-${name}: dist/${name} to https://${name}.example.com:6443`,
      ),
    ]);
    for (const one of applications(objects)) {
      expect(one.metadata.finalizers).toBeUndefined();
      expect(one.spec.source).toMatchObject({ repoURL: 'https://git.example.com/access.git', targetRevision: 'main' });
    }
  });

  it('reach the cluster that Argo CD runs in by the name it has there', async () => {
    const objects = await renderedOf(organization(`${repository}    cluster: prodcluster02\n`));
    expect(lines(objects).at(-1)).toBe('tenantry-prodcluster02: dist/prodcluster02 to https://kubernetes.default.svc');
  });

  it('follow the branch, the folder and the namespace that the organization names', async () => {
    const objects = await renderedOf(
      organization(`${repository}    path: platform/access\n    targetRevision: live\n    namespace: gitops\n`),
    );
    expect(lines(objects)[0]).toBe('tenantry-argo-cd: platform/access/dist/argo-cd to https://kubernetes.default.svc');
    expect(applications(objects).map(({ metadata, spec }) => [metadata.namespace, spec.source.targetRevision])).toEqual(
      Array.from({ length: 3 }, () => ['gitops', 'live']),
    );
  });

  it('divide the namespaces of a cluster that has several, and each has some files of the cluster itself', async () => {
    const divided = `${exampleOrganization['clusters/prodcluster01.yaml'].trimEnd()}\n  applications: 3\n`;
    const tenants = Object.fromEntries(
      ['moon', 'mars', 'luna', 'solar2', 'wind'].map((name) => [
        `tenants/${name}.yaml`,
        `apiVersion: tenantry.dev/v1
kind: Tenant
metadata: { name: ${name} }
spec:
  owners: [{ kind: Group, name: solar-leads }]
  defaults: { clusters: [prodcluster01] }
  namespaces: [{ name: a }, { name: b }, { name: c }]
`,
      ]),
    );
    const objects = await renderedOf({
      ...organization(repository),
      ...tenants,
      'clusters/prodcluster01.yaml': divided,
    });
    const of = applications(objects).filter(({ metadata }) => metadata.name.startsWith('tenantry-prodcluster01'));
    expect(of.map(({ metadata }) => metadata.name)).toEqual([
      'tenantry-prodcluster01',
      'tenantry-prodcluster01-1',
      'tenantry-prodcluster01-2',
    ]);
    const patterns = of.map(({ spec }) => (spec.source.directory?.include ?? '').slice(1, -1).split(','));
    for (const one of patterns)
      expect(one.filter((pattern) => pattern.startsWith('cluster/')).length).toBeGreaterThan(2);
    const paths = new Set(objects.flatMap(({ path }) => (path.startsWith('prodcluster01/') ? [path.slice(14)] : [])));
    expect(Array.from(paths).filter((path) => path.startsWith('namespaces/')).length).toBeGreaterThan(15);
    for (const path of paths) {
      const folder = path.replace(/[^/]+$/, '*.yaml');
      expect([path, patterns.flat().filter((pattern) => pattern === path || pattern === folder)]).toEqual([
        path,
        [expect.anything()],
      ]);
    }
  });

  it.each(['root', 'argo', 'argocd', 'default'])(
    'are never two of one name, whatever the cluster is called: %s',
    async (name) => {
      const text = exampleOrganization['clusters/prodcluster01.yaml'].replaceAll('prodcluster01', name);
      const names = applications(await renderedOf({ ...organization(repository), [`clusters/${name}.yaml`]: text }));
      expect(new Set(names.map(({ metadata }) => metadata.name)).size).toBe(4);
    },
  );

  it('cannot be several where there is nothing of the cluster itself to divide', async () => {
    const old = exampleOrganization['clusters/prodcluster01.yaml']
      .replace('kubernetesVersion: "1.36"', 'kubernetesVersion: "1.29"')
      .trimEnd();
    const files = { 'clusters/prodcluster01.yaml': `${old}\n  applications: 9\n` };
    await expect(renderedOf(files)).rejects.toThrow('TEN604');
  });

  it('are not rendered for an organization that does not say which repository is followed', async () => {
    const objects = await renderedOf({});
    expect(objects.filter(({ apiVersion }) => apiVersion.startsWith('argoproj.io/'))).toEqual([]);
  });

  it.each([['/platform'], ['platform/'], ['../other'], ['a//b'], ['.git']])(
    'do not follow the path %s',
    async (path) => {
      await expect(renderedOf(organization(`${repository}    path: ${path}\n`))).rejects.toThrow('TEN010');
    },
  );

  it('name no cluster that is not there', async () => {
    await expect(renderedOf(organization(`${repository}    cluster: prodcluster1\n`))).rejects.toThrow('TEN102');
  });
});

describe('Argo CD’s account', () => {
  it('is the sync identity of its cluster, also where that is no service account', async () => {
    const text = `${exampleOrganization['clusters/prodcluster01.yaml'].trimEnd()}\n  syncIdentity: argo-cd@example.com\n`;
    const objects = await renderedOf({ ...second, 'clusters/prodcluster01.yaml': text });
    const subjects = objects.filter(
      ({ kind, metadata }) => kind === 'ClusterRoleBinding' && metadata.name === 'tenantry:argo-cd',
    );
    expect(subjects.map(({ path, subjects }) => [path, subjects])).toEqual([
      [
        'cluster-access/prodcluster01/argo-cd.yaml',
        [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'argo-cd@example.com' }],
      ],
      [
        'cluster-access/prodcluster02/argo-cd.yaml',
        [{ kind: 'ServiceAccount', name: 'argocd-application-controller', namespace: 'argocd' }],
      ],
    ]);
  });

  it('may apply, list and delete all that is rendered, is let through by the project, and may no more', async () => {
    await fc.assert(
      fc.asyncProperty(organizations, async (documents) => {
        const followed = { ...documents.organization.spec, argoCD: { repoURL: 'https://git.example.com/access.git' } };
        const files = organizationFiles({ ...documents, organization: { ...documents.organization, spec: followed } });
        const { files: dist, graph } = await pipeline(memoryTree(files), lawDay);
        const parse = (text: string) => parseAllDocuments(text).map((one) => one.toJS() as RenderedDocument);
        const [project] = parse(dist.find(({ path }) => path === 'argo-cd/app-projects.yaml')?.text ?? '');
        expect(project).toBeDefined();
        for (const { cluster } of graph.clusters) {
          const role = parse(
            dist.find(({ path }) => path === `cluster-access/${cluster.name}/argo-cd.yaml`)?.text ?? '',
          )[0];
          const rules = role?.['rules'] as PolicyRule[];
          const customRoles = dist
            .filter(({ path }) => path.startsWith(`cluster-access/${cluster.name}/custom-roles-`))
            .flatMap(({ text }) => parse(text).map(({ metadata }) => metadata.name));
          const may = (verb: string, object: RenderedDocument) =>
            rules.some((rule) => ruleAllows(rule, { ...resourceOf(object), verb }));
          for (const object of dist
            .filter(({ path }) => path.startsWith(`${cluster.name}/`))
            .flatMap(({ text }) => parse(text))) {
            for (const verb of ['get', 'list', 'watch', 'create', 'patch', 'delete'])
              expect(`${verb} ${object.kind} ${object.metadata.name}: ${may(verb, object)}`).toMatch(/true$/);
            expect(
              `${object.kind} ${object.metadata.name}: ${isPermitted(project as unknown as Project, object)}`,
            ).toMatch(/true$/);
          }
          expect(rules.flatMap(({ verbs }) => verbs)).not.toContain('escalate');
          expect(rules.flatMap(({ verbs }) => verbs)).not.toContain('impersonate');
          expect(rules.filter(({ verbs }) => verbs.includes('bind'))).toEqual([
            {
              apiGroups: ['rbac.authorization.k8s.io'],
              resources: ['clusterroles'],
              resourceNames: ['admin', 'edit', 'view', ...customRoles],
              verbs: ['bind'],
            },
          ]);
          const words = rules.flatMap((rule) =>
            [rule.apiGroups, rule.resources, rule.verbs].flatMap((list) => list ?? []),
          );
          expect(words.filter((word) => word === '*' || word === 'secrets')).toEqual([]);
          // Roles of older versions go, and none come.
          const roles = { group: 'rbac.authorization.k8s.io', resource: 'roles', namespace: 'any' };
          const verbs = ['create', 'update', 'patch', 'delete', 'list'];
          expect(verbs.filter((verb) => rules.some((rule) => ruleAllows(rule, { ...roles, verb })))).toEqual([
            'delete',
            'list',
          ]);
        }
      }),
      { numRuns: cases(40) },
    );
  });
});

/** The request that an object is about. */
function resourceOf({ apiVersion, kind, metadata }: RenderedDocument) {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const plural = kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
  return {
    group,
    resource: plural.toLowerCase(),
    name: metadata.name,
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
  };
}

interface Project {
  readonly spec: {
    readonly clusterResourceWhitelist: readonly {
      readonly group: string;
      readonly kind: string;
      readonly name?: string;
    }[];
    readonly clusterResourceBlacklist: readonly { readonly name: string }[];
    readonly namespaceResourceWhitelist: readonly { readonly group: string; readonly kind: string }[];
    readonly destinations: readonly { readonly namespace: string }[];
  };
}

/** Whether a project lets an object through, as Argo CD decides it; patterns end in `*` here, if they are any. */
function isPermitted({ spec }: Project, object: RenderedDocument): boolean {
  const { group } = resourceOf(object);
  const { name, namespace } = object.metadata;
  const matches = (pattern: string, value: string) =>
    pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
  const isListed = (list: readonly { readonly group: string; readonly kind: string; readonly name?: string }[]) =>
    list.some(
      (one) => one.group === group && one.kind === object.kind && (one.name === undefined || matches(one.name, name)),
    );
  if (namespace === undefined) {
    const isOff = object.kind === 'Namespace' && spec.clusterResourceBlacklist.some((one) => matches(one.name, name));
    return isListed(spec.clusterResourceWhitelist) && !isOff;
  }
  const denied = spec.destinations.some(
    (one) => one.namespace.startsWith('!') && matches(one.namespace.slice(1), namespace),
  );
  return isListed(spec.namespaceResourceWhitelist) && !denied;
}
