import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import type { RecordedVersions } from '../src/kubernetes/recorded-versions.ts';
import { minorOf } from '../src/kubernetes/recorded-versions.ts';
import { compareCodeUnits, groupedBy, sortedBy } from '../src/values/order.ts';
import { at, listAt } from '../test/control-plane/client.ts';
import type { Client } from '../test/control-plane/client.ts';
import type { Entry } from './recorded.ts';
import { withItems, withRelease } from './recorded.ts';

const rolesFile = 'src/kubernetes/built-in-roles.json';
const resourcesFile = 'src/kubernetes/built-in-resources.json';

/**
 * The files with what Kubernetes has by itself in each minor version: as they are, with what a control plane says of its
 * own.
 */
export async function builtInFiles(request: Client['request']): Promise<Record<string, string>> {
  const release = text(await get(request, '/version'), 'gitVersion');
  const version = /^v(1\.\d+)\./.exec(release)?.[1];
  if (version === undefined) throw new Error(`${release} is no release of Kubernetes`);
  const roles: unknown = JSON.parse(readFileSync(rolesFile, 'utf8'));
  const served: unknown = JSON.parse(readFileSync(resourcesFile, 'utf8'));
  return {
    [rolesFile]: await json(rolesFile, withRoles(roles, version, release, await rolesAndBindings(request))),
    [resourcesFile]: await json(resourcesFile, withResources(served, version, release, await resources(request))),
  };
}

function withRoles(
  before: unknown,
  version: string,
  release: string,
  now: Awaited<ReturnType<typeof rolesAndBindings>>,
) {
  const versions = withRelease(versionsIn(before), version, release);
  const update = (entries: readonly Entry[], items: readonly object[], key: (item: object) => readonly string[]) =>
    withItems({ entries, versions: versionsIn(before) }, { items, minor: minorOf(version), versions }, key);
  const rulesBefore = new Map(
    listAt(before, 'roles').map((role) => [text(role, 'name'), entriesIn(role, 'rules')] as const),
  );
  const rulesNow = new Map(now.roles.map(({ name, rules }) => [name, rules]));
  return {
    versions,
    bindings: update(entriesIn(before, 'bindings'), now.bindings, (one) => [text(one, 'group'), text(one, 'role')]),
    roles: sorted([...rulesBefore.keys(), ...rulesNow.keys()])
      .map((name) => ({
        name,
        rules: update(rulesBefore.get(name) ?? [], rulesNow.get(name) ?? [], (rule) => [JSON.stringify(rule)]),
      }))
      .filter(({ rules }) => rules.length > 0),
  };
}

function withResources(before: unknown, version: string, release: string, items: readonly object[]) {
  const versions = withRelease(versionsIn(before), version, release);
  return {
    versions,
    resources: withItems(
      { entries: entriesIn(before, 'resources'), versions: versionsIn(before) },
      { items, minor: minorOf(version), versions },
      (one) => [text(one, 'group'), text(one, 'name')],
    ),
  };
}

function versionsIn(recorded: unknown): RecordedVersions {
  const versions = at(recorded, 'versions');
  if (typeof versions !== 'object' || versions === null) return {};
  return Object.fromEntries(Object.entries(versions).map(([version, release]) => [version, String(release)]));
}

function entriesIn(recorded: unknown, key: string): Entry[] {
  return listAt(recorded, key).filter((one) => typeof one === 'object' && one !== null);
}

async function get(request: Client['request'], path: string, accept = 'application/json'): Promise<unknown> {
  const { status, body } = await request('GET', path, { headers: { accept } });
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Roles that shares and admins are bound to. */
const bound = ['admin', 'cluster-admin', 'edit', 'view'];

/**
 * The roles' rules, and the groups that Kubernetes itself binds ClusterRoles to. Its bindings of single users and service
 * accounts are for its own programs: none of them comes with a token of the issuer.
 */
async function rolesAndBindings(request: Client['request']) {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const bindings = sortedBy(
    listAt(await get(request, `${rbac}/clusterrolebindings`), 'items').flatMap((binding) =>
      listAt(binding, 'subjects')
        .filter((subject) => text(subject, 'kind') === 'Group')
        .map((subject) => ({ group: text(subject, 'name'), role: text(binding, 'roleRef', 'name') })),
    ),
    ({ group, role }) => [group, role],
  );
  const wanted = new Set([...bound, ...bindings.map(({ role }) => role)]);
  const roles = listAt(await get(request, `${rbac}/clusterroles`), 'items')
    .map((role) => ({ name: text(role, 'metadata', 'name'), rules: normalized(listAt(role, 'rules')) }))
    .filter(({ name }) => wanted.has(name));
  return { bindings, roles: sortedBy(roles, (r) => r.name) };
}

/**
 * The same rules in one form, whatever roles they were aggregated from: for each API group and set of verbs one rule
 * with all resources.
 */
function normalized(rules: readonly unknown[]) {
  const resourceVerbs = new Map<string, { group: string; resource: string; names: string[]; verbs: Set<string> }>();
  const pathVerbs = new Map<string, Set<string>>();
  for (const rule of rules) {
    const verbs = texts(rule, 'verbs');
    const names = texts(rule, 'resourceNames');
    for (const group of texts(rule, 'apiGroups')) {
      for (const resource of texts(rule, 'resources')) {
        const key = JSON.stringify([group, resource, names]);
        const known = resourceVerbs.get(key) ?? { group, resource, names, verbs: new Set() };
        resourceVerbs.set(key, known);
        for (const verb of verbs) known.verbs.add(verb);
      }
    }
    for (const path of texts(rule, 'nonResourceURLs')) {
      pathVerbs.set(path, new Set([...(pathVerbs.get(path) ?? []), ...verbs]));
    }
  }
  const onResources = groupedBy(resourceVerbs.values(), ({ group, names, verbs }) =>
    JSON.stringify([group, names, sorted(verbs)]),
  );
  const onPaths = groupedBy(pathVerbs, ([, verbs]) => JSON.stringify(sorted(verbs)));
  const normal = [
    ...[...onResources.values()].flatMap((same) =>
      same.slice(0, 1).map(({ group, names, verbs }) => ({
        apiGroups: [group],
        resources: sorted(same.map(({ resource }) => resource)),
        ...(names.length > 0 && { resourceNames: names }),
        verbs: sorted(verbs),
      })),
    ),
    ...[...onPaths.values()].flatMap((same) =>
      same
        .slice(0, 1)
        .map(([, verbs]) => ({ nonResourceURLs: sorted(same.map(([path]) => path)), verbs: sorted(verbs) })),
    ),
  ];
  return sortedBy(normal, (rule) => JSON.stringify(rule));
}

const discovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Every resource that is served, in whatever version, with the names that people use for it. */
async function resources(request: Client['request']) {
  const served = [
    ...listAt(await get(request, '/api', discovery), 'items'),
    ...listAt(await get(request, '/apis', discovery), 'items'),
  ].flatMap((group) =>
    listAt(group, 'versions').flatMap((version) =>
      listAt(version, 'resources').map((resource) => ({
        group: at(group, 'metadata', 'name') === undefined ? '' : text(group, 'metadata', 'name'),
        resource,
      })),
    ),
  );
  const byName = groupedBy(served, ({ group, resource }) => `${group}/${text(resource, 'resource')}`);
  return sortedBy(
    [...byName.values()].flatMap((versions) => {
      const each = versions.map(({ resource }) => resource);
      const subresources = groupedBy(
        each.flatMap((resource) => listAt(resource, 'subresources')),
        (subresource) => text(subresource, 'subresource'),
      );
      return versions.slice(0, 1).map(({ group, resource }) => ({
        group,
        name: text(resource, 'resource'),
        namespaced: text(resource, 'scope') === 'Namespaced',
        otherNames: sorted(each.flatMap((one) => [text(one, 'singularResource'), ...texts(one, 'shortNames')])),
        verbs: sorted(each.flatMap((one) => texts(one, 'verbs'))),
        subresources: sortedBy(
          Array.from(subresources, ([name, same]) => ({
            name,
            verbs: sorted(same.flatMap((one) => texts(one, 'verbs'))),
          })),
          (subresource) => subresource.name,
        ),
      }));
    }),
    ({ group, name }) => [group, name],
  );
}

/** Each once. */
function sorted(values: Iterable<string>): string[] {
  return [...new Set(values)].sort(compareCodeUnits);
}

function text(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')} of ${JSON.stringify(value)}`);
  return found;
}

function texts(value: unknown, ...path: readonly (string | number)[]): string[] {
  return sorted(listAt(value, ...path).map((item) => text(item)));
}

async function json(path: string, value: unknown): Promise<string> {
  return format(JSON.stringify(value), { ...(await resolveConfig(path)), filepath: path });
}
