import { parseAllDocuments, stringify } from 'yaml';
import { at } from '../control-plane/client.ts';

/** Edits of a rendered file, as a merge would make them, or as somebody would by hand who got past validation. */
export interface ManifestEdits {
  /** Takes out the objects with this kind and, if given, name. */
  readonly without: (kind: string, name?: string) => string;
  /** Adds an object at the end. */
  readonly with: (object: object) => string;
  /** Changes the object of this kind (the only one, or that with the name), by a function. */
  readonly changed: (kind: string, change: (object: object) => object) => string;
}

export function edit(text: string): ManifestEdits {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as object);
  const write = (all: readonly object[]) => all.map((object) => stringify(object)).join('---\n');
  const is = (object: object, kind: string, name = at(object, 'metadata', 'name')) =>
    at(object, 'kind') === kind && at(object, 'metadata', 'name') === name;
  return {
    without: (kind, name) => write(objects.filter((object) => !is(object, kind, name))),
    with: (object) => write([...objects, object]),
    changed: (kind, change) => write(objects.map((object) => (is(object, kind) ? change(object) : object))),
  };
}

/** A share as it is rendered: the RoleBinding of a group and a built-in role. */
export function share(namespace: string, group: string, role: string): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: {
      name: `tenantry:group:${group}:${role}`,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'tenantry' },
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  };
}

/** An object with other metadata, key by key. */
export function withMetadata(object: object, metadata: object): object {
  const old: unknown = at(object, 'metadata');
  return { ...object, metadata: { ...(typeof old === 'object' && old), ...metadata } };
}
