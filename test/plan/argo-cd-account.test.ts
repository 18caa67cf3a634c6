import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { Meaning } from '../../src/access/graph.ts';
import { accessGraph } from '../../src/access/graph.ts';
import { resolve } from '../../src/config/model/resolve.ts';
import { readConfigFiles } from '../../src/config/reading/files.ts';
import type { ResourceRule } from '../../src/kubernetes/rbac.ts';
import { rightsOf } from '../../src/kubernetes/rbac.ts';
import { placeOf } from '../../src/manifests/layout.ts';
import { render } from '../../src/manifests/render.ts';
import type { EntityItem } from '../../src/plan/plan.ts';
import { planOf } from '../../src/plan/plan.ts';
import { valueText } from '../../src/settings/value.ts';
import { parseYaml } from '../../src/source/source.ts';
import { memoryTree } from '../../src/tree/tree.ts';
import { cases } from '../support/cases.ts';
import { changes } from '../support/edits.ts';
import type { OrganizationDocuments } from '../support/organizations.ts';
import { lawDay, organizationFiles, organizations } from '../support/organizations.ts';

/** What is rendered for Argo CD's account, and that the plan knows all of it that can differ. */

async function stateOf(documents: OrganizationDocuments): Promise<Meaning> {
  const tree = memoryTree(organizationFiles(documents));
  const read = await readConfigFiles(tree, (file, text) => Promise.resolve(parseYaml(file, text)));
  const desired = resolve(read);
  return { desired, graph: accessGraph(desired, lawDay) };
}

interface Account {
  /** Whom the binding names. */
  readonly subjects: string;
  /** All rights but those to bind, in words. */
  readonly rights: readonly string[];
  /** The names of the ClusterRoles that it may bind. */
  readonly binds: readonly string[];
}

interface RbacDocument {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly ResourceRule[];
  readonly roleRef?: { readonly name: string };
  readonly subjects?: readonly object[];
}

/** What Argo CD's account may do on each cluster, by all that is rendered for its operator. */
function accounts({ desired }: Meaning): Map<string, Account> {
  const documents = new Map<string, RbacDocument[]>();
  for (const { path, text } of render(desired, lawDay).files) {
    const { folder, cluster = '' } = placeOf(path);
    if (folder !== 'cluster-access') continue;
    const parsed = parseAllDocuments(text).map((one) => one.toJS() as RbacDocument);
    documents.set(cluster, [...(documents.get(cluster) ?? []), ...parsed]);
  }
  return new Map(
    desired.clusters.map(({ name, syncIdentity }) => {
      const all = documents.get(name) ?? [];
      // By whom a binding names, and not by what it is called.
      const user = syncIdentity.replace(/^system:serviceaccount:.*:/, '');
      const bindings = all.filter(({ subjects }) => JSON.stringify(subjects ?? []).includes(JSON.stringify(user)));
      const bound = bindings.map(({ roleRef }) => roleRef?.name);
      const rules = all.flatMap((one) => (bound.includes(one.metadata.name) && one.rules ? one.rules : []));
      expect(rules.length).toBeGreaterThan(3);
      const isBinding = ({ verbs }: ResourceRule): boolean => verbs.includes('bind');
      return [
        name,
        {
          subjects: JSON.stringify(bindings.map(({ subjects }) => subjects)),
          rights: rightsOf(rules.filter((rule) => !isBinding(rule))).sort(),
          binds: rules.filter(isBinding).flatMap(({ resourceNames = ['*'] }) => resourceNames),
        },
      ];
    }),
  );
}

const oneOf = (...words: string[]) => fc.subarray(words, { minLength: 1 });

/** Rules that somebody might write who wants them for himself, or for Argo CD. */
const anyRules = fc.array(
  fc.record({
    apiGroups: oneOf('', '*', 'apps', 'rbac.authorization.k8s.io', 'cert-manager.io'),
    resources: oneOf('*', 'secrets', 'pods/exec', 'nodes', 'clusterroles', 'roles', 'serviceaccounts/token'),
    verbs: oneOf('*', 'get', 'create', 'bind', 'escalate', 'impersonate', 'use'),
  }),
  { minLength: 1, maxLength: 3 },
);

describe("the rights of Argo CD's account", () => {
  it('are the same whatever custom roles say, but for the names that it may bind', async () => {
    const known = new Set<string>();
    await fc.assert(
      fc.asyncProperty(organizations, anyRules, async (documents, rules) => {
        for (const { spec } of documents.tenants) spec.roles = spec.roles.map((role) => ({ ...role, rules }));
        const state = await stateOf(documents);
        for (const [cluster, { subjects, rights, binds }] of accounts(state)) {
          known.add(JSON.stringify([subjects, rights]));
          const namespaces = state.graph.clusters.find((one) => one.cluster.name === cluster)?.accesses ?? [];
          const given = new Set(
            namespaces.flatMap(({ role, scope }) =>
              role.kind === 'CustomRole' && scope.kind === 'Namespace' ? [scope.namespace.split('-')[0]] : [],
            ),
          );
          const custom = binds.filter((name) => !['admin', 'edit', 'view'].includes(name));
          expect(custom.map((name) => /^tenantry:(\w+)\.deployer\.[0-9a-f]{10}$/.exec(name)?.[1]).sort()).toEqual(
            [...given].sort(),
          );
          expect(binds.length - custom.length).toBe(3);
        }
      }),
      { numRuns: cases(40) },
    );
    expect(known.size).toBe(1);
    expect([...known][0]).not.toMatch(/secrets|\*|exec|escalate|impersonate/);
  });

  it('differ only where the plan has an item that says so, and as it says', async () => {
    let differed = 0;
    await fc.assert(
      fc.asyncProperty(changes, async ([base, head]) => {
        const [before, after] = [await stateOf(base), await stateOf(head)];
        const [old, now] = [accounts(before), accounts(after)];
        const items = new Map(
          planOf(before, after).items.flatMap((item) =>
            item.kind === 'entity' && item.entity.kind === 'cluster' ? [[item.entity.name, item] as const] : [],
          ),
        );
        for (const name of new Set([...old.keys(), ...now.keys()])) {
          const [had, has] = [old.get(name), now.get(name)];
          const item = items.get(name);
          if (had?.subjects !== has?.subjects) expect([name, says(item, 'syncIdentity')]).toEqual([name, true]);
          expect(has?.rights ?? had?.rights).toEqual(had?.rights ?? has?.rights);
          const gained = (has?.binds ?? []).filter((role) => role.includes('.') && !had?.binds.includes(role));
          const lost = (had?.binds ?? []).filter((role) => role.includes('.') && !has?.binds.includes(role));
          differed += gained.length + lost.length;
          expect(told(item, 'after')).toEqual(gained.sort());
          expect(told(item, 'before')).toEqual(lost.sort());
        }
      }),
      { numRuns: cases(60) },
    );
    expect(differed).toBeGreaterThan(0);
  });
});

/** Whether the plan says that the cluster comes, goes, or gets another account. */
function says(item: EntityItem | undefined, setting: string): boolean {
  return item !== undefined && (item.change !== 'changed' || item.settings.some((one) => one.setting.name === setting));
}

/** The ClusterRoles that the account may give by the plan on one side and not on the other. */
function told(item: EntityItem | undefined, side: 'before' | 'after'): string[] {
  const of = item?.settings.filter(({ setting }) => setting.name === "Argo CD's account may give") ?? [];
  return of.flatMap((one) => (one[side] ? [valueText(one[side].value)] : [])).sort();
}
