import type { LiveBinding, LiveMetadata, LiveRule } from '../cluster/snapshot.ts';
import { kindNamed } from '../manifests/kinds.ts';
import type { ManifestObject } from '../manifests/manifest-file.ts';
import { at, listAt } from '../values/json.ts';
import { groupedBy } from '../values/order.ts';
import type { AccessDrift } from './access.ts';
import { difference, specDifferences } from './fields.ts';
import type { FieldDifference, Finding, MissingFinding } from './finding.ts';
import type { Grant } from './grants.ts';
import { metadataDifferences, withManagers } from './metadata.ts';
import { rightsOfRules } from './roles.ts';
import type { LiveOne, ReadKind, View } from './view.ts';
import { isManaged, listOf, objectKey, readKinds, refOf } from './view.ts';

/**
 * What is rendered and not there, or says something else there, and what is tenantry's there and rendered no more. Bindings
 * of which the access says it already, and what is in namespaces that are not there, are left out.
 */
export function objectDrift(view: View, access: AccessDrift): Finding[] {
  const byKind = groupedBy(view.rendered.values(), ({ kind }) => kind);
  return [
    ...readKinds
      .filter((kind) => kind !== 'Namespace')
      .flatMap((kind) => {
        const live = listOf(view.lists, kind);
        if (!live) return [];
        return [
          ...ofRendered(view, access, kind, byKind.get(kind) ?? [], live),
          ...leftBehind(view, access, kind, live),
        ];
      }),
    ...voidRoles(view, access),
  ];
}

function ofRendered(
  view: View,
  { told, git }: AccessDrift,
  kind: ReadKind,
  objects: readonly ManifestObject[],
  live: readonly LiveOne[],
): Finding[] {
  const there = new Map(live.map((one) => [objectKey({ kind, name: one.name, namespace: one.namespace }), one]));
  const grants = isBindingKind(kind) ? groupedBy(git, ({ object }) => objectKey(object)) : undefined;
  return objects.flatMap((object): Finding[] => {
    const key = objectKey(object);
    if (told.has(key) || isIn(object.namespace, view.gone) || isIn(object.namespace, view.terminating)) return [];
    const about = { cluster: view.access.cluster.name, objects: [refOf(kind, object)], because: object.because };
    const one = there.get(key);
    const isPolicy = kind === 'ValidatingAdmissionPolicy' || kind === 'ValidatingAdmissionPolicyBinding';
    if (!one) {
      const voids = kind === 'ClusterRole' ? voidsOf(git, object.name) : 0;
      return [
        isPolicy
          ? { ...about, kind: 'unprotected', fields: [] }
          : { ...about, kind: 'missing', ...(voids > 0 && { voids }) },
      ];
    }
    const fields = withManagers(
      one,
      grants ? bindingDifferences(view, grants.get(key) ?? [], object, one) : contentDifferences(view, object, one),
    );
    return fields.length === 0 ? [] : [{ ...about, kind: isPolicy ? 'unprotected' : 'altered', fields }];
  });
}

function contentDifferences(view: View, object: ManifestObject, live: LiveOne): FieldDifference[] {
  const manifest = object.manifest();
  const { labelDomain } = view.desired.organization;
  const metadata = metadataDifferences({ manifest, live, labelDomain, extra: false });
  const content =
    'rules' in live
      ? ruleDifferences(listAt(manifest, 'rules'), isRuleList(live.rules) ? live.rules : [])
      : specDifferences(object.kind, at(manifest, 'spec'), at(live, 'spec'));
  return [...metadata, ...(kindNamed(object.kind)?.folders.includes('argo-cd') ? content.map(unseen) : content)];
}

/** What somebody has added to an Application, such as the values of a chart, may be a secret. */
function unseen(field: FieldDifference): FieldDifference {
  return field.git === undefined && field.live !== undefined ? { path: field.path, hidden: true } : field;
}

/** Access has compared what bindings give; what is left is how they say it. Their manifests are not made for that. */
function bindingDifferences(
  view: View,
  grants: readonly Grant[],
  { labels }: ManifestObject,
  live: LiveOne,
): FieldDifference[] {
  const { labelDomain } = view.desired.organization;
  const metadata = metadataDifferences({ manifest: { metadata: { labels } }, live, labelDomain, extra: false });
  if (!isBinding(live) || grants.length === 0) return metadata;
  const written = [...new Set(grants.map(({ role }) => `${role.kind}/${role.name}`))].join(', ');
  const bound = `${live.role.kind}/${live.role.name}`;
  return written === bound ? metadata : [...metadata, difference('roleRef', written, bound)];
}

/** The rights that are on one side alone: in whatever order, and in whatever rules, they are written. */
function ruleDifferences(git: readonly unknown[], live: readonly LiveRule[]): FieldDifference[] {
  const [wanted, held] = [rightsOfRules(isRuleList(git) ? git : []), rightsOfRules(live)];
  if (!wanted || !held) return [difference('rules', undefined, 'more rights than can be told')];
  const [asked, there] = [new Set(wanted), new Set(held)];
  const missing = wanted.filter((right) => !there.has(right)).join(', ');
  const added = held.filter((right) => !asked.has(right)).join(', ');
  if (missing === '' && added === '') return [];
  return [difference('rules', missing === '' ? undefined : missing, added === '' ? undefined : added)];
}

function leftBehind(view: View, { told }: AccessDrift, kind: ReadKind, live: readonly LiveOne[]): Finding[] {
  return live.flatMap((one): Finding[] => {
    const ref = refOf(kind, one);
    const key = objectKey(ref);
    if (!isManaged(one) || view.rendered.has(key) || told.has(key) || isIn(one.namespace, view.terminating)) return [];
    return [{ kind: 'left-behind', cluster: view.access.cluster.name, objects: [ref], because: [] }];
  });
}

/**
 * ClusterRoles of others that Git gives somebody by their names, and that are not there: what is bound to them is nothing.
 * Those that are rendered are missing as objects.
 */
function voidRoles({ lists, rendered, access }: View, { git }: AccessDrift): MissingFinding[] {
  if (!lists.clusterroles) return [];
  const there = new Set(lists.clusterroles.map(({ name }) => name));
  const byRole = groupedBy(git, ({ role }) => role.name);
  return Array.from(byRole).flatMap(([name, grants]): MissingFinding[] => {
    if (there.has(name) || rendered.has(objectKey({ kind: 'ClusterRole', name }))) return [];
    const because = [...new Map(grants.flatMap((g) => g.because).map((r) => [r.origin, r])).values()];
    const objects = [{ kind: 'ClusterRole', name }];
    return [{ kind: 'missing', cluster: access.cluster.name, objects, because, voids: grants.length }];
  });
}

function voidsOf(git: readonly Grant[], clusterRole: string): number {
  return git.filter(({ role }) => role.name === clusterRole).length;
}

function isIn(namespace: string | undefined, namespaces: ReadonlySet<string>): boolean {
  return namespace !== undefined && namespaces.has(namespace);
}

function isBindingKind(kind: ReadKind): boolean {
  return kind === 'RoleBinding' || kind === 'ClusterRoleBinding';
}

function isBinding(live: LiveMetadata): live is LiveBinding {
  return 'role' in live && 'subjects' in live;
}

function isRuleList(rules: unknown): rules is readonly LiveRule[] {
  return Array.isArray(rules) && rules.every((rule) => Array.isArray(at(rule, 'verbs')));
}
