import type { ClusterNamespace, Reason } from '../access/graph.ts';
import type { LiveNamespace } from '../cluster/snapshot.ts';
import { protectionOf } from '../config/model/protected-names.ts';
import { tenantByName } from '../config/model/tenant-by-name.ts';
import { isInDomain } from '../kubernetes/names.ts';
import { keys } from '../manifests/labels.ts';
import type { ManifestObject } from '../manifests/manifest-file.ts';
import { groupedBy } from '../values/order.ts';
import type { Finding, MissingFinding } from './finding.ts';
import { metadataDifferences, withManagers } from './metadata.ts';
import type { View } from './view.ts';
import { isManaged, objectKey, refOf } from './view.ts';

/** What differs in the namespaces themselves; nothing where they were not read. */
export function namespaceDrift(view: View): Finding[] {
  const { namespaces } = view.lists;
  if (!namespaces) return [];
  const inNamespace = groupedBy(view.rendered.values(), ({ namespace }) => namespace);
  const tenants = new Set(view.desired.tenants.map(({ name }) => name));
  return [
    ...Array.from(view.gone).flatMap((name) => missing(view, name, inNamespace.get(name) ?? [])),
    ...namespaces.flatMap((namespace) => ofLive(view, tenants, namespace)),
  ];
}

function missing(view: View, name: string, within: readonly ManifestObject[]): MissingFinding[] {
  const entry = view.entries.get(name);
  const object = view.rendered.get(objectKey({ kind: 'Namespace', name }));
  // Of one that others declare, what is given in it cannot be; where nothing is, it is nobody's concern here.
  if (!entry || (!object && within.length === 0)) return [];
  const accesses = within.filter(({ kind }) => kind === 'RoleBinding').length;
  return [
    {
      kind: 'missing',
      cluster: view.access.cluster.name,
      objects: [{ kind: 'Namespace', name }],
      because: reasonsOf(entry),
      within: { objects: within.length - accesses, accesses },
    },
  ];
}

function ofLive(view: View, tenants: ReadonlySet<string>, live: LiveNamespace): Finding[] {
  const about = { cluster: view.access.cluster.name, objects: [refOf('Namespace', { name: live.name })] };
  const entry = view.entries.get(live.name);
  const tenant = entry ? undefined : tenantByName(tenants, live.name);
  const isOurs = isManaged({ name: '', labels: live.labels }) || hasOurLabels(view, live);
  // The name of a namespace of Kubernetes, or of the platform, points to no tenant.
  const isInPrefix = tenant !== undefined && protectionOf(view.desired, live.name) === undefined;
  if (!entry && !isOurs && !isInPrefix) return [];
  const because = entry ? reasonsOf(entry) : [];
  if (view.terminating.has(live.name)) {
    return [
      {
        ...about,
        kind: 'stuck',
        because,
        ...(live.deletedAt !== undefined && { since: live.deletedAt }),
        finalizers: live.finalizers,
        conditions: live.conditions
          .filter(({ status }) => status === 'True')
          .map(({ type, message }) => ({ type, message })),
        isDeclared: entry !== undefined,
      },
    ];
  }
  if (!entry) {
    return [{ ...about, kind: 'undeclared', because, ...(isInPrefix && { tenant }), isKept: isOurs }];
  }
  const object = view.rendered.get(objectKey({ kind: 'Namespace', name: live.name }));
  return object ? ofContent(view, object, live) : [];
}

function ofContent(view: View, object: ManifestObject, live: LiveNamespace): Finding[] {
  const { labelDomain } = view.desired.organization;
  const differing = metadataDifferences({ manifest: object.manifest(), live, labelDomain, extra: true });
  if (differing.length === 0) return [];
  const key = keys(labelDomain);
  const whose = [key.tenant, key.kind].map((label) => `metadata.labels.${label}`);
  const fields = withManagers(live, differing);
  return [
    {
      kind: fields.some(({ path }) => whose.includes(path)) ? 'relabelled' : 'altered',
      cluster: view.access.cluster.name,
      objects: [refOf('Namespace', { name: live.name })],
      because: object.because,
      fields,
    },
  ];
}

function hasOurLabels({ desired }: View, { labels }: LiveNamespace): boolean {
  return Object.keys(labels).some((label) => isInDomain(label, desired.organization.labelDomain));
}

function reasonsOf(entry: ClusterNamespace): Reason[] {
  switch (entry.kind) {
    case 'Tenant':
      return [{ origin: entry.namespace.origin, via: [] }];
    case 'Group':
      return [{ origin: entry.share.origin, via: [] }];
    case 'Retained':
      return [{ origin: entry.origin, via: [] }];
    case 'Foreign':
      return [{ origin: entry.foreign.origin, via: [] }];
  }
}
